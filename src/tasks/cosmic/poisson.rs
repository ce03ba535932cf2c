//! Poisson-distributed counts.
//!
//! Drawn here with `libm`, so that every platform counts the same electrons; distribution crates
//! take the system's logarithm as soon as any crate of the program asks `num-traits` for it.

use crate::random::Stream;

/// A count with the given mean, at least 0 and below 1e9: by summing up the probabilities where
/// few are likely, else by Hörmann's transformed rejection (1993, algorithm PTRS).
pub fn poisson(mean: f64, stream: &mut Stream) -> f64 {
    if mean < 10.0 {
        return summed(mean, stream.uniform());
    }
    let b = 0.931 + 2.53 * libm::sqrt(mean);
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let squeeze = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = stream.uniform() - 0.5;
        let v = stream.uniform();
        let margin = 0.5 - u.abs();
        let count = libm::floor((2.0 * a / margin + b) * u + mean + 0.43);
        if margin >= 0.07 && v <= squeeze {
            return count;
        }
        if count < 0.0 || (margin < 0.013 && v > margin) {
            continue;
        }
        let hat = libm::log(v * inverse_alpha / (a / (margin * margin) + b));
        if hat <= count * libm::log(mean) - mean - libm::lgamma(count + 1.0) {
            return count;
        }
    }
}

/// The smallest count whose cumulative probability is above `uniform`.
fn summed(mean: f64, uniform: f64) -> f64 {
    let (mut count, mut probability) = (0.0, libm::exp(-mean));
    let mut cumulative = probability;
    // Beyond 100 the probability is below 1e-60: rounding alone can lead there.
    while uniform >= cumulative && count < 100.0 {
        count += 1.0;
        probability *= mean / count;
        cumulative += probability;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pearson's statistic of `draws` counts against their probabilities, over the classes in which
    /// at least 10 are expected, and the number of those; all other counts make one class.
    fn chi_squared(mean: f64, draws: usize) -> (f64, usize) {
        let mut stream = Stream::new(1, "poisson", mean.to_bits());
        let mut found = std::collections::BTreeMap::new();
        for _ in 0..draws {
            *found.entry(poisson(mean, &mut stream) as u64).or_insert(0) += 1;
        }
        let (mut statistic, mut classes) = (0.0, 0);
        let (mut rest, mut expected_rest) = (draws as f64, draws as f64);
        for count in 0..(mean + 10.0 * mean.sqrt() + 30.0) as u64 {
            let k = count as f64;
            let expected = draws as f64 * (k * mean.ln() - mean - libm::lgamma(k + 1.0)).exp();
            if expected >= 10.0 {
                let found = f64::from(*found.get(&count).unwrap_or(&0));
                statistic += (found - expected).powi(2) / expected;
                classes += 1;
                rest -= found;
                expected_rest -= expected;
            }
        }
        statistic += (rest - expected_rest).powi(2) / expected_rest.max(1.0);
        (statistic, classes)
    }

    #[test]
    fn counts_have_the_poisson_probabilities() {
        for mean in [0.01, 0.7, 4.0, 9.99, 10.0, 11.3, 40.0, 1000.0, 80_000.0] {
            let (statistic, classes) = chi_squared(mean, 100_000);
            // Mean and standard deviation of chi-squared, five of them up.
            let limit = classes as f64 + 5.0 * (2.0 * classes as f64).sqrt();
            assert!(statistic < limit, "mean {mean}: {statistic} of {limit}");
        }
        assert_eq!(poisson(0.0, &mut Stream::new(1, "poisson", 0)), 0.0);
    }
}

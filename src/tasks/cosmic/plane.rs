//! Electrons on the pixels of a square detector.

/// Row-major; pixel `(row, column)` covers `[row, row + 1) x [column, column + 1)`.
pub struct Plane {
    pub side: usize,
    pub electrons: Vec<f64>,
}

impl Plane {
    pub fn new(side: usize, electrons: f64) -> Self {
        Plane {
            side,
            electrons: vec![electrons; side * side],
        }
    }

    /// Adds a round Gaussian, integrated over each pixel, up to 5.5 deviations from its centre. What
    /// falls outside of the plane is lost.
    pub fn add_gaussian(&mut self, (row, column): (f64, f64), sigma: f64, electrons: f64) {
        let (top, rows) = shares(row, sigma, self.side);
        let (left, columns) = shares(column, sigma, self.side);
        for (i, vertical) in rows.iter().enumerate() {
            let start = (top + i) * self.side + left;
            let pixels = &mut self.electrons[start..start + columns.len()];
            for (pixel, horizontal) in pixels.iter_mut().zip(&columns) {
                *pixel += electrons * vertical * horizontal;
            }
        }
    }
}

/// The first pixel of an axis that a Gaussian reaches, and the shares of it and those after it.
fn shares(centre: f64, sigma: f64, side: usize) -> (usize, Vec<f64>) {
    let inside = |edge: f64| edge.clamp(0.0, side as f64) as usize;
    let reach = 5.5 * sigma;
    let first = inside(libm::floor(centre - reach));
    let end = inside(libm::ceil(centre + reach));
    let below = |edge: usize| {
        let deviations = (edge as f64 - centre) / sigma;
        0.5 * libm::erf(deviations * std::f64::consts::FRAC_1_SQRT_2)
    };
    let edges: Vec<f64> = (first..=end).map(below).collect();
    let shares = edges.windows(2).map(|pair| pair[1] - pair[0]).collect();
    (first, shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gaussian_keeps_its_electrons_centre_and_width() {
        for (centre, sigma) in [
            ((20.3, 17.9), 0.8),
            ((16.0, 20.5), 2.2),
            ((18.5, 18.5), 0.22),
        ] {
            let mut plane = Plane::new(37, 0.0);
            plane.add_gaussian(centre, sigma, 1000.0);
            let moment = |power: i32, about: f64| {
                let rows = plane.electrons.chunks(37).enumerate();
                rows.map(|(row, pixels)| {
                    let middle = row as f64 + 0.5 - about;
                    middle.powi(power) * pixels.iter().sum::<f64>() / 1000.0
                })
                .sum::<f64>()
            };
            // Beyond 5.5 deviations lie 4e-8 of each axis.
            approx::assert_abs_diff_eq!(moment(0, 0.0), 1.0, epsilon = 2e-7);
            // A pixel's light moves to its middle, which matters where the Gaussian is narrow: by
            // at most exp(-2 (pi sigma)^2) / pi on average.
            let moved =
                (-2.0 * (std::f64::consts::PI * sigma).powi(2)).exp() / std::f64::consts::PI;
            approx::assert_abs_diff_eq!(moment(1, centre.0), 0.0, epsilon = moved + 1e-5);
            if sigma > 0.5 {
                let expected = sigma * sigma + 1.0 / 12.0;
                approx::assert_abs_diff_eq!(moment(2, centre.0), expected, epsilon = 1e-3);
            }
        }
    }

    #[test]
    fn what_lies_outside_is_lost() {
        let mut plane = Plane::new(5, 0.0);
        for centre in [(-100.0, 2.0), (2.0, 300.0), (-1e9, 1e9)] {
            plane.add_gaussian(centre, 1.0, 1.0);
        }
        assert!(plane.electrons.iter().all(|&electrons| electrons == 0.0));
        plane.add_gaussian((0.0, 2.5), 0.3, 1.0);
        approx::assert_abs_diff_eq!(plane.electrons.iter().sum::<f64>(), 0.5, epsilon = 1e-7);
    }
}

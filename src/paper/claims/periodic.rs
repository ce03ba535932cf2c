//! Appendix B on one period: with circular convolutions every form is Eq. 7.
//!
//! The claims of [`appendix_b`](super::appendix_b) take functions as zero outside the input, as this
//! crate does. Eq. 7 itself, with transforms of length N, takes them as periodic. N and M are odd, so
//! that no frequency is its own mirror image, and M divides N, so that Appendix B.4 reads samples.

use super::forms::{circular, difference};
use crate::Result;
use crate::equations::dft::{Complex, dft, inverse_dft};
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::random::Stream;

/// The claims of Appendix B on one period.
pub const CLAIMS: &[Claim] = &[Claim {
    id: "appendix-b-periodic",
    source: Paper("Eq. 1, Eq. 7, B.2, B.4"),
    title: "for periodic functions each form of Appendix B is Eq. 7, whatever the function",
    formula: "max |form - Eq. 7| <= 1e-12, circular, noise, N = 63 to M = 21",
    recorded: Verdict::Confirmed,
    evaluate: || periodic(cropped),
}];

const N: usize = 63;
const M: usize = 21;
/// Sums of at most a few thousand terms of order 1 err by less than 1e-12.
const EXACT: f64 = 1e-12;

/// A mask that falls linearly and is 0 from the first frequency that M samples do not have.
pub fn cropped(frequency: usize) -> f64 {
    let highest = (M - 1) / 2;
    if frequency <= highest {
        1.0 - 0.9 * frequency as f64 / highest as f64
    } else {
        0.0
    }
}

/// `mask` at the frequencies of a spectrum of `n`.
fn masked(spectrum: &[Complex], mask: fn(usize) -> f64) -> Vec<Complex> {
    let n = spectrum.len();
    let weights = (0..n).map(|k| mask(k.min(n - k)));
    let pairs = spectrum.iter().zip(weights);
    pairs.map(|(value, weight)| value.scale(weight)).collect()
}

/// The M lowest frequencies of N, as the spectrum of the same function on M samples.
fn crop(spectrum: &[Complex]) -> Vec<Complex> {
    let lowest = &spectrum[..M.div_ceil(2)];
    let mirrored = &spectrum[N - M / 2..];
    let kept = lowest.iter().chain(mirrored);
    kept.map(|value| value.scale(M as f64 / N as f64)).collect()
}

fn product(left: &[Complex], right: &[Complex]) -> Vec<Complex> {
    let pairs = left.iter().zip(right);
    let value = |(a, b): (&Complex, &Complex)| Complex {
        re: a.re * b.re - a.im * b.im,
        im: a.re * b.im + a.im * b.re,
    };
    pairs.map(value).collect()
}

/// Eq. 7 beside Eq. 1 after a convolution, B.2 and B.4 on noise, all with `mask`.
pub fn periodic(mask: fn(usize) -> f64) -> Result<Finding> {
    let mut stream = Stream::new(0, "appendix B, periodic", 0);
    let signal: Vec<f64> = (0..N).map(|_| stream.normal()).collect();
    let kernel: Vec<f64> = (0..N).map(|_| stream.normal()).collect();
    let (f, psi) = (dft(&signal, &[N])?, dft(&kernel, &[N])?);
    let eq_7 = inverse_dft(&crop(&masked(&product(&f, &psi), mask)), &[M])?;

    let convolved = circular(&signal, &kernel);
    let eq_1 = inverse_dft(&crop(&masked(&dft(&convolved, &[N])?, mask)), &[M])?;

    let reduced = inverse_dft(&crop(&masked(&f, mask)), &[M])?;
    let reduced_kernel = inverse_dft(&crop(&psi), &[M])?;
    let spacing = N as f64 / M as f64;
    let reduce_first = circular(&reduced, &reduced_kernel);
    let reduce_first: Vec<f64> = reduce_first.iter().map(|value| spacing * value).collect();

    let open = vec![Complex { re: 1.0, im: 0.0 }; N];
    let filter = inverse_dft(&masked(&open, mask), &[N])?;
    let filtered = circular(&convolved, &filter);
    let spatial: Vec<f64> = filtered.iter().step_by(N / M).copied().collect();

    let rows = [
        ("Eq. 1 after a convolution", eq_1),
        ("reduced first (B.2)", reduce_first),
        ("spatial (B.4)", spatial),
    ]
    .map(|(name, values)| {
        let difference = difference(&eq_7, &values);
        Row::new(
            name,
            format!("differs by {difference:.1e}"),
            "equal",
            difference <= EXACT,
        )
    })
    .to_vec();
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} forms equal"),
        "equal",
        format!("With circular convolutions {holds} of {all} forms equal Eq. 7 to rounding."),
        rows,
    ))
}

//! The claims that need singular values: right formulas are found right, broken ones wrong.

use dnarch::Result;
use dnarch::equations::complexity::block_cost;
use dnarch::equations::resampling::{downsample, upsample};
use dnarch::paper::claims::complexity::ratio;
use dnarch::paper::claims::identifiable::{FOURTEEN, TEN, TERMS, Term, fit, terms};
use dnarch::paper::claims::operators::{crop, projection};
use dnarch::paper::{Verdict, claims};
use ndarray::Array3;

#[test]
fn verdicts_are_the_recorded_ones() {
    for claim in claims() {
        let finding = claim.check();
        assert_eq!(
            finding.verdict, claim.recorded,
            "{}: {finding:#?}",
            claim.id
        );
    }
}

/// Ratios that C.2 itself gives, not rounded, lead back to the coefficients of C.2: the equations
/// hold exactly, and the condition number of 1e4 leaves eleven digits.
#[test]
fn coefficients_are_recovered_from_exact_ratios() {
    for sample in [FOURTEEN, TEN] {
        let fit = fit(TERMS, &sample, |found| ratio(found, 0.0, block_cost)).unwrap();
        for (term, coefficient) in TERMS.iter().zip(&fit.coefficients) {
            let error = (coefficient - term.literal).abs();
            assert!(error < 1e-6, "{}: {coefficient}", term.name);
        }
        assert!(fit.residual < 1e-12, "{}", fit.residual);
        let decreasing = fit
            .singular_values
            .windows(2)
            .all(|pair| pair[0] >= pair[1]);
        assert!(decreasing && fit.half_widths.iter().all(|half| *half < 1e-6));
    }
}

#[test]
fn a_single_term_can_be_told() {
    let second_linear: &[Term] = &TERMS[..1];
    let finding = terms(second_linear).unwrap();
    let coefficient = &finding.details[0];
    assert!(coefficient.agrees, "{coefficient:?}");
    assert_ne!(terms(TERMS).unwrap().verdict, Verdict::Confirmed);
}

/// Eq. 1 without its amplitude factor M/N.
fn without_factor(
    signal: &Array3<f64>,
    grid: &[usize],
    reduced: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    let factor: f64 = grid
        .iter()
        .zip(reduced)
        .map(|(n, m)| *n as f64 / *m as f64)
        .product();
    Ok(factor * downsample(signal, grid, reduced, masks)?)
}

/// Every other sample instead of a cropped spectrum.
fn decimated(
    signal: &Array3<f64>,
    grid: &[usize],
    reduced: &[usize],
    _: &[Vec<f64>],
) -> Result<Array3<f64>> {
    let (batch, channels, _) = signal.dim();
    let (n, m) = (grid.iter().product::<usize>(), reduced.iter().product());
    Ok(Array3::from_shape_fn((batch, channels, m), |(b, c, i)| {
        signal[[b, c, i * n / m]]
    }))
}

fn upsampled_without_factor(
    signal: &Array3<f64>,
    reduced: &[usize],
    grid: &[usize],
) -> Result<Array3<f64>> {
    let factor: f64 = grid
        .iter()
        .zip(reduced)
        .map(|(n, m)| *m as f64 / *n as f64)
        .product();
    Ok(factor * upsample(signal, reduced, grid)?)
}

#[test]
fn broken_resampling_is_found() {
    assert_eq!(crop(downsample).unwrap().verdict, Verdict::Confirmed);
    for broken in [without_factor, decimated] {
        assert_eq!(crop(broken).unwrap().verdict, Verdict::Contradicted);
        let finding = projection(broken, upsample).unwrap();
        assert_eq!(finding.verdict, Verdict::Contradicted);
    }
    let finding = projection(downsample, upsampled_without_factor).unwrap();
    assert_eq!(finding.verdict, Verdict::Contradicted);
}

//! The low-pass of Eqs. 1 and 7, `crop_{>omega_max}(m * spectrum)`, between grids of two lengths.
//!
//! The crop keeps, on each axis, the frequencies that both lengths represent with either sign:
//! `|k| <= floor((min - 1) / 2)` of the smaller length, so that the Nyquist bin of an even smaller
//! length is zero. Between equal lengths every bin is kept. The cutoff `omega_max` of the mask
//! itself is in its values: those below the threshold are zero.

use super::dft::Complex;
use super::grid::{check_length, positions};
use crate::{Error, Result};

/// One frequency that the crop keeps.
pub(super) struct Bin {
    /// Its flat index in the spectrum that is read.
    from: usize,
    /// Its flat index in the spectrum that is written.
    to: usize,
    /// `|k|` on each axis.
    pub(super) frequency: Vec<usize>,
}

/// The bins kept between spectra on the grids `from` and `to`.
pub(super) fn kept_bins(from: &[usize], to: &[usize]) -> Vec<Bin> {
    let mut bins = vec![Bin {
        from: 0,
        to: 0,
        frequency: Vec::new(),
    }];
    for (&n, &m) in from.iter().zip(to) {
        bins = bins
            .iter()
            .flat_map(|bin| {
                kept_on_axis(n, m).into_iter().map(move |(i, j)| Bin {
                    from: bin.from * n + i,
                    to: bin.to * m + j,
                    frequency: [bin.frequency.as_slice(), &[i.min(n - i)]].concat(),
                })
            })
            .collect();
    }
    bins
}

/// The kept bins of one axis: indices for length `n` and for length `m`.
fn kept_on_axis(n: usize, m: usize) -> Vec<(usize, usize)> {
    if n == m {
        return (0..n).map(|i| (i, i)).collect();
    }
    let highest = (n.min(m) - 1) / 2;
    let positive = (0..=highest).map(|k| (k, k));
    let negative = (1..=highest).rev().map(|k| (n - k, m - k));
    positive.chain(negative).collect()
}

/// `G[k] = m(|k_1|) m(|k_2|) F[k]` for the frequencies kept (module documentation), else 0.
///
/// `spectrum` has all bins of `grid`, the result all bins of `new_grid`; neither is normalised and
/// no amplitude factor is applied. `masks` has for each axis of length N the mask's values at
/// `|k| = 0, ..., floor(N/2)`, thresholded.
///
/// # Errors
/// If a grid does not have one or two positive lengths, the two differ in axes, the spectrum does
/// not fit its grid, or a mask does not have `floor(N/2) + 1` values.
pub fn low_pass(
    spectrum: &[Complex],
    grid: &[usize],
    new_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Vec<Complex>> {
    check(spectrum, grid, new_grid, masks)?;
    let mut output = vec![Complex::default(); positions(new_grid)?];
    for bin in kept_bins(grid, new_grid) {
        output[bin.to] = spectrum[bin.from].scale(gain(masks, &bin.frequency));
    }
    Ok(output)
}

/// The vector-Jacobian product of [`low_pass`]: the cotangents of the spectrum and of each mask.
///
/// A mask value is one parameter for the frequencies k and -k, so it collects both; those that
/// the crop removes get 0.
///
/// # Errors
/// As [`low_pass`], and if `cotangent` does not fit `new_grid`.
pub fn low_pass_vjp(
    spectrum: &[Complex],
    grid: &[usize],
    new_grid: &[usize],
    masks: &[Vec<f64>],
    cotangent: &[Complex],
) -> Result<(Vec<Complex>, Vec<Vec<f64>>)> {
    check(spectrum, grid, new_grid, masks)?;
    check_length(
        "bins of the cotangent",
        cotangent.len(),
        positions(new_grid)?,
    )?;
    let mut spectrum_cotangent = vec![Complex::default(); spectrum.len()];
    let mut mask_cotangents: Vec<Vec<f64>> = masks.iter().map(|m| vec![0.0; m.len()]).collect();
    for bin in kept_bins(grid, new_grid) {
        spectrum_cotangent[bin.from] = cotangent[bin.to].scale(gain(masks, &bin.frequency));
        let product = (spectrum[bin.from] * cotangent[bin.to].conjugate()).re;
        for (axis, &k) in bin.frequency.iter().enumerate() {
            let mut others = 1.0;
            for (other, &frequency) in bin.frequency.iter().enumerate() {
                if other != axis {
                    others *= masks[other][frequency];
                }
            }
            mask_cotangents[axis][k] += product * others;
        }
    }
    Ok((spectrum_cotangent, mask_cotangents))
}

/// A mask for every axis of `grid` that is 1 at every frequency.
pub(super) fn open_masks(grid: &[usize]) -> Vec<Vec<f64>> {
    grid.iter().map(|n| vec![1.0; n / 2 + 1]).collect()
}

/// The masks have `floor(N/2) + 1` values for each axis of `grid`.
pub(super) fn check_masks(masks: &[Vec<f64>], grid: &[usize]) -> Result<()> {
    check_length("number of masks", masks.len(), grid.len())?;
    for (axis, (mask, &n)) in masks.iter().zip(grid).enumerate() {
        if mask.len() != n / 2 + 1 {
            return Err(Error::argument(
                format!("values of the mask of axis {axis}"),
                mask.len(),
                n / 2 + 1,
            ));
        }
    }
    Ok(())
}

fn check(
    spectrum: &[Complex],
    grid: &[usize],
    new_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<()> {
    check_length("bins of the spectrum", spectrum.len(), positions(grid)?)?;
    check_length("axes of the new grid", new_grid.len(), grid.len())?;
    check_masks(masks, grid)
}

/// The product of the masks of every axis.
fn gain(masks: &[Vec<f64>], frequency: &[usize]) -> f64 {
    masks
        .iter()
        .zip(frequency)
        .map(|(mask, &k)| mask[k])
        .product()
}

//! Spectral resampling: Eq. 1 reduces a signal's resolution, its counterpart restores it.

use ndarray::Array3;

use super::dft::{dft, dft_vjp, inverse_dft, inverse_dft_vjp};
use super::grid::{check_cotangent, check_reduced, check_signal, map_rows, positions, row};
use super::low_pass::{check_masks, low_pass, low_pass_vjp, open_masks};
use crate::Result;

/// Eq. 1, `f_down = F^-1[crop_{>omega_max}(F[f] m)]`, from length N to M on each axis, times M/N.
///
/// `signal` is `(B, C, P)` on `grid` (the N), the result `(B, C, P')` on `reduced_grid` (the M).
/// `masks` has for each axis the mask's values at `|k| = 0, ..., floor(N/2)`, thresholded; their
/// coordinates are `|k| / floor(N/2)` mapped to [-1, 1]. Frequencies `|k| <= floor((M-1)/2)` are
/// kept, so the Nyquist bin of an even M < N is zero; M = N keeps every bin and applies the mask.
///
/// The factor M/N, which the paper does not print, makes sample m of the result the low-passed
/// signal at position m N/M: a constant stays that constant, and with an open mask a signal
/// without frequencies above `floor((M-1)/2)` is sampled exactly.
///
/// # Errors
/// If a grid does not have one or two positive lengths, the two differ in axes, M > N on an axis,
/// the signal does not fit its grid, or a mask does not have `floor(N/2) + 1` values.
pub fn downsample(
    signal: &Array3<f64>,
    grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    check_signal(signal, grid)?;
    check_reduced(grid, reduced_grid)?;
    check_masks(masks, grid)?;
    let total = positions(reduced_grid)?;
    let factor = total as f64 / signal.dim().2 as f64;
    map_rows(signal, total, |_, f| {
        let cropped = low_pass(&dft(f, grid)?, grid, reduced_grid, masks)?;
        let samples = inverse_dft(&cropped, reduced_grid)?;
        Ok(samples.iter().map(|value| factor * value).collect())
    })
}

/// The vector-Jacobian product of [`downsample`]: the cotangents of the signal and of each mask.
///
/// # Errors
/// As [`downsample`], and if `cotangent` does not have the result's shape.
pub fn downsample_vjp(
    signal: &Array3<f64>,
    grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
    cotangent: &Array3<f64>,
) -> Result<(Array3<f64>, Vec<Vec<f64>>)> {
    check_signal(signal, grid)?;
    check_reduced(grid, reduced_grid)?;
    check_masks(masks, grid)?;
    let total = positions(reduced_grid)?;
    check_cotangent(cotangent, signal, total)?;
    let factor = total as f64 / signal.dim().2 as f64;
    let mut signal_cotangent = Array3::zeros(signal.dim());
    let mut mask_cotangents: Vec<Vec<f64>> = masks.iter().map(|m| vec![0.0; m.len()]).collect();
    let (batch, channels, _) = signal.dim();
    for b in 0..batch {
        for c in 0..channels {
            let scaled: Vec<f64> = row(cotangent, b, c).iter().map(|v| factor * v).collect();
            let spectrum = dft(&row(signal, b, c), grid)?;
            let cropped_cotangent = inverse_dft_vjp(&scaled, reduced_grid)?;
            let (spectrum_cotangent, row_masks) =
                low_pass_vjp(&spectrum, grid, reduced_grid, masks, &cropped_cotangent)?;
            for (i, value) in dft_vjp(&spectrum_cotangent, grid)?.into_iter().enumerate() {
                signal_cotangent[[b, c, i]] = value;
            }
            add(&mut mask_cotangents, &row_masks);
        }
    }
    Ok((signal_cotangent, mask_cotangents))
}

/// The return to full resolution (App. B.3), from length M to N on each axis, times N/M: the
/// spectrum is padded with zeros.
///
/// `signal` is `(B, C, P')` on `reduced_grid` (the M), the result `(B, C, P)` on `grid` (the N).
/// Frequencies `|k| <= floor((M-1)/2)` are kept, so the Nyquist bin of an even M < N is dropped;
/// M = N is the identity up to rounding. It undoes [`downsample`] with an open mask for a signal
/// without frequencies above `floor((M-1)/2)`.
///
/// # Errors
/// If a grid does not have one or two positive lengths, the two differ in axes, M > N on an axis,
/// or the signal does not fit its grid.
pub fn upsample(
    signal: &Array3<f64>,
    reduced_grid: &[usize],
    grid: &[usize],
) -> Result<Array3<f64>> {
    check_signal(signal, reduced_grid)?;
    check_reduced(grid, reduced_grid)?;
    let total = positions(grid)?;
    let factor = total as f64 / signal.dim().2 as f64;
    let open = open_masks(reduced_grid);
    map_rows(signal, total, |_, g| {
        let padded = low_pass(&dft(g, reduced_grid)?, reduced_grid, grid, &open)?;
        let samples = inverse_dft(&padded, grid)?;
        Ok(samples.iter().map(|value| factor * value).collect())
    })
}

/// The vector-Jacobian product of [`upsample`], which is linear: `cotangent` is `(B, C, P)` on
/// `grid`, the signal's cotangent `(B, C, P')` on `reduced_grid`.
///
/// # Errors
/// As [`upsample`].
pub fn upsample_vjp(
    reduced_grid: &[usize],
    grid: &[usize],
    cotangent: &Array3<f64>,
) -> Result<Array3<f64>> {
    check_signal(cotangent, grid)?;
    check_reduced(grid, reduced_grid)?;
    let total = positions(reduced_grid)?;
    let factor = cotangent.dim().2 as f64 / total as f64;
    let open = open_masks(grid);
    map_rows(cotangent, total, |_, y| {
        let scaled: Vec<f64> = y.iter().map(|value| factor * value).collect();
        let padded_cotangent = inverse_dft_vjp(&scaled, grid)?;
        let spectrum_cotangent = low_pass(&padded_cotangent, grid, reduced_grid, &open)?;
        dft_vjp(&spectrum_cotangent, reduced_grid)
    })
}

/// Adds `terms` to `sums`, mask by mask.
pub(super) fn add(sums: &mut [Vec<f64>], terms: &[Vec<f64>]) {
    for (sum, term) in sums.iter_mut().flatten().zip(terms.iter().flatten()) {
        *sum += term;
    }
}

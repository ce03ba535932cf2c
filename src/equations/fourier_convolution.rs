//! Convolution and downsampling in one pass through the Fourier domain: Eq. 7.
//!
//! Signal and kernel are padded with zeros to 2N on each axis of length N, so the Fourier
//! convolution is a linear one. A centred kernel of at most N + 1 taps reaches N/2 to either side
//! and all of `N + k - 1 <= 2N` samples of the convolution fit the period: nothing wraps around.
//! At k = N + 1 (N even) the outermost taps sit at +N/2 and -N/2, two different indices of 2N, and
//! read positions in [-N/2, 3N/2 - 1], of which those outside [0, N - 1] are padding.
//! The cropped spectrum belongs to a period of 2M, of which the first M samples are the result.

use ndarray::{Array2, Array3};

use super::dft::{Complex, dft, dft_vjp, inverse_dft, inverse_dft_vjp};
use super::grid::{
    centre, check_cotangent, check_kernel, check_reduced, check_signal, corner, double, gather,
    map_rows, placement, positions, row, scatter,
};
use super::low_pass::{check_masks, low_pass, low_pass_vjp};
use super::resampling::add;
use crate::{Error, Result};

/// Eq. 7, `(f * psi)_down = F^-1[crop_{>omega_max}(m F[f] F[psi])]`, from length N to M on each
/// axis, times M/N.
///
/// `signal` is `(B, C, P)` on `grid` (the N), `kernel` is `(C, K)` on `kernel_grid`, odd and at
/// most N + 1 on each axis, the result `(B, C, P')` on `reduced_grid` (the M). `masks` has for each
/// axis the mask's values at `|k| = 0, ..., N`, thresholded; their coordinates are `|k| / N` mapped
/// to [-1, 1], k counting the bins of the padded length 2N. Frequencies `|k| <= M - 1` are kept;
/// M = N keeps every bin. As in [`super::convolution::convolve`], which this equals for M = N and
/// an open mask, the kernel is correlated: its spectrum enters conjugated.
///
/// # Errors
/// If a grid does not have one or two positive lengths, the grids differ in axes, M > N or
/// k > N + 1 on an axis, a kernel size is even, an array does not fit its grid, the numbers of
/// channels differ, or a mask does not have N + 1 values.
pub fn fourier_convolution(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    check(signal, grid, kernel, kernel_grid, reduced_grid, masks)?;
    let padded = Padded::new(grid, kernel_grid, reduced_grid)?;
    let kernel_spectra = padded.kernel_spectra(kernel)?;
    let total = positions(reduced_grid)?;
    map_rows(signal, total, |channel, f| {
        let product: Vec<Complex> = padded
            .signal_spectrum(f)?
            .iter()
            .zip(&kernel_spectra[channel])
            .map(|(&f, psi)| f * psi.conjugate())
            .collect();
        let cropped = low_pass(&product, &padded.grid, &padded.reduced_grid, masks)?;
        let samples = inverse_dft(&cropped, &padded.reduced_grid)?;
        let kept = gather(&samples, &padded.output_places);
        Ok(kept.iter().map(|value| padded.factor * value).collect())
    })
}

/// The cotangents of what [`fourier_convolution`] takes, each shaped like its argument.
pub struct Cotangents {
    /// `(B, C, P)`.
    pub signal: Array3<f64>,
    /// `(C, K)`.
    pub kernel: Array2<f64>,
    /// For each axis N + 1 values; those of frequencies that the crop removes are 0.
    pub masks: Vec<Vec<f64>>,
}

/// The vector-Jacobian product of [`fourier_convolution`].
///
/// # Errors
/// As [`fourier_convolution`], and if `cotangent` does not have the result's shape.
pub fn fourier_convolution_vjp(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
    cotangent: &Array3<f64>,
) -> Result<Cotangents> {
    check(signal, grid, kernel, kernel_grid, reduced_grid, masks)?;
    check_cotangent(cotangent, signal, positions(reduced_grid)?)?;
    let padded = Padded::new(grid, kernel_grid, reduced_grid)?;
    let kernel_spectra = padded.kernel_spectra(kernel)?;
    let reduced_total = positions(&padded.reduced_grid)?;
    let mut signal_cotangent = Array3::zeros(signal.dim());
    let mut kernel_cotangent = Array2::zeros(kernel.dim());
    let mut mask_cotangents: Vec<Vec<f64>> = masks.iter().map(|m| vec![0.0; m.len()]).collect();
    let (batch, channels, _) = signal.dim();
    for b in 0..batch {
        for c in 0..channels {
            let psi = &kernel_spectra[c];
            let f = padded.signal_spectrum(&row(signal, b, c))?;
            let product: Vec<Complex> = f
                .iter()
                .zip(psi)
                .map(|(&f, psi)| f * psi.conjugate())
                .collect();

            let scaled: Vec<f64> = row(cotangent, b, c)
                .iter()
                .map(|value| padded.factor * value)
                .collect();
            let samples_cotangent = scatter(&scaled, &padded.output_places, reduced_total);
            let (product_cotangent, row_masks) = low_pass_vjp(
                &product,
                &padded.grid,
                &padded.reduced_grid,
                masks,
                &inverse_dft_vjp(&samples_cotangent, &padded.reduced_grid)?,
            )?;
            add(&mut mask_cotangents, &row_masks);

            let f_cotangent: Vec<Complex> = product_cotangent
                .iter()
                .zip(psi)
                .map(|(&z, &psi)| z * psi)
                .collect();
            let values = gather(&dft_vjp(&f_cotangent, &padded.grid)?, &padded.signal_places);
            for (i, value) in values.into_iter().enumerate() {
                signal_cotangent[[b, c, i]] = value;
            }

            let psi_cotangent: Vec<Complex> = product_cotangent
                .iter()
                .zip(&f)
                .map(|(z, &f)| f * z.conjugate())
                .collect();
            let values = gather(
                &dft_vjp(&psi_cotangent, &padded.grid)?,
                &padded.kernel_places,
            );
            for (j, value) in values.into_iter().enumerate() {
                kernel_cotangent[[c, j]] += value;
            }
        }
    }
    Ok(Cotangents {
        signal: signal_cotangent,
        kernel: kernel_cotangent,
        masks: mask_cotangents,
    })
}

/// Signal, kernel and result on their padded, periodic grids.
struct Padded {
    /// 2N on each axis.
    grid: Vec<usize>,
    /// 2M on each axis.
    reduced_grid: Vec<usize>,
    /// M/N over all axes.
    factor: f64,
    signal_places: Vec<usize>,
    kernel_places: Vec<usize>,
    output_places: Vec<usize>,
}

impl Padded {
    fn new(grid: &[usize], kernel_grid: &[usize], reduced_grid: &[usize]) -> Result<Self> {
        let padded = double(grid);
        let padded_reduced = double(reduced_grid);
        Ok(Padded {
            factor: positions(reduced_grid)? as f64 / positions(grid)? as f64,
            signal_places: placement(grid, &padded, &corner(grid)),
            kernel_places: placement(kernel_grid, &padded, &centre(kernel_grid)),
            output_places: placement(reduced_grid, &padded_reduced, &corner(reduced_grid)),
            grid: padded,
            reduced_grid: padded_reduced,
        })
    }

    fn signal_spectrum(&self, row: &[f64]) -> Result<Vec<Complex>> {
        let total = positions(&self.grid)?;
        dft(&scatter(row, &self.signal_places, total), &self.grid)
    }

    fn kernel_spectra(&self, kernel: &Array2<f64>) -> Result<Vec<Vec<Complex>>> {
        let total = positions(&self.grid)?;
        kernel
            .outer_iter()
            .map(|psi| {
                dft(
                    &scatter(&psi.to_vec(), &self.kernel_places, total),
                    &self.grid,
                )
            })
            .collect()
    }
}

/// The arguments that Eq. 7 and its reformulations on the padded grid share.
pub(super) fn check(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<()> {
    check_signal(signal, grid)?;
    check_kernel(kernel, kernel_grid, signal, grid)?;
    check_reduced(grid, reduced_grid)?;
    check_masks(masks, &double(grid))?;
    if kernel_grid.iter().zip(grid).all(|(&k, &n)| k <= n + 1) {
        return Ok(());
    }
    Err(Error::argument(
        "kernel grid",
        format!("{kernel_grid:?}"),
        format!("at most one tap more than the signal, {grid:?}"),
    ))
}

//! Three other readings of convolution with downsampling (Eq. 7), and when they equal it.
//!
//! [`super::fourier_convolution::fourier_convolution`] low-passes the whole linear convolution,
//! `N + k - 1` samples in a period of 2N. The forms here cut or fold a part of it. For M = N and
//! an open mask each is plain convolution; for band-limited functions that vanish near the borders
//! each equals Eq. 7. Elsewhere they differ, most at the borders. Measured largest differences from
//! Eq. 7 at N = 64, M = 32, with a sigmoid mask of tau = 25 cut off at M, everywhere and (in
//! brackets) in the middle half of the samples:
//!
//! | | constant 1, Gaussian kernel of width 2.5, sum 1 | standard normal signal and kernel |
//! |---|---|---|
//! | largest value | 1.0 | 11.6 |
//! | [`two_step`] | 0.023 (0.0009) | 0.73 (0.06) |
//! | [`reduce_first`] | 0.057 (0.00001) | 0.69 (0.69) |
//! | [`spatial`] | 0.128 (0.0014) | 0.89 (0.08) |
//!
//! These forms are here to be compared, without derivatives of their own.

use ndarray::{Array2, Array3};

use super::convolution::convolve;
use super::dft::unit_root;
use super::fourier_convolution::check;
use super::grid::{
    centre, check_reduced, corner, double, gather, map_rows, placement, positions, scatter,
};
use super::low_pass::{check_masks, kept_bins, open_masks};
use super::resampling::downsample;
use crate::Result;

/// Convolution at the input's resolution, then Eq. 1: `downsample(convolve(f, psi))`.
///
/// `masks` are those of Eq. 1, `floor(N/2) + 1` values for each axis; the rest is as for Eq. 7.
/// Eq. 1 takes its input as periodic. With the mask of Eq. 7 at every second frequency,
/// `m_1(k) = m_7(2k)` (the same mask function, for even N), it equals [`spatial`] with the
/// low-passed signal's far half, M to 2M - 1, folded onto the first: it differs from [`spatial`]
/// by what the low-pass carries across the border, and from Eq. 7 by that and by the cut of the
/// convolution to N samples.
///
/// # Errors
/// As [`convolve`] and [`downsample`].
pub fn two_step(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    check_reduced(grid, reduced_grid)?;
    check_masks(masks, grid)?;
    let convolved = convolve(signal, grid, kernel, kernel_grid)?;
    downsample(&convolved, grid, reduced_grid, masks)
}

/// App. B.2: signal and kernel reduced to the output's resolution first, then convolved there.
///
/// Arguments and errors are those of Eq. 7. The padded signal is low-passed with the mask and
/// reduced from 2N to 2M, of which M samples are kept; the kernel is reduced likewise with an open
/// mask, centre at index 0, of which M (odd M) or M + 1 (even M) taps are kept, times N/M on each
/// axis because fewer taps now sum to the same integral. It equals Eq. 7 where nothing is lost by
/// keeping so few, that is for a signal and a kernel that are band-limited below M and vanish near
/// the borders. For others it does not: for noise it errs at every sample (module documentation).
pub fn reduce_first(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    check(signal, grid, kernel, kernel_grid, reduced_grid, masks)?;
    let padded = double(grid);
    let padded_reduced = double(reduced_grid);
    let total = positions(&padded)?;

    let places = placement(grid, &padded, &corner(grid));
    let padded_signal = map_rows(signal, total, |_, f| Ok(scatter(f, &places, total)))?;
    let low = downsample(&padded_signal, &padded, &padded_reduced, masks)?;
    let places = placement(reduced_grid, &padded_reduced, &corner(reduced_grid));
    let reduced_signal = map_rows(&low, places.len(), |_, f| Ok(gather(f, &places)))?;

    let places = placement(kernel_grid, &padded, &centre(kernel_grid));
    let mut padded_kernel = Array3::zeros((1, kernel.nrows(), total));
    for ((channel, tap), &value) in kernel.indexed_iter() {
        padded_kernel[[0, channel, places[tap]]] = value;
    }
    let low = downsample(
        &padded_kernel,
        &padded,
        &padded_reduced,
        &open_masks(&padded),
    )?;
    let reduced_kernel_grid: Vec<usize> = reduced_grid.iter().map(|m| m + 1 - m % 2).collect();
    let origin = centre(&reduced_kernel_grid);
    let places = placement(&reduced_kernel_grid, &padded_reduced, &origin);
    let spacing = positions(grid)? as f64 / positions(reduced_grid)? as f64;
    let reduced_kernel = Array2::from_shape_fn((kernel.nrows(), places.len()), |(channel, tap)| {
        spacing * low[[0, channel, places[tap]]]
    });

    convolve(
        &reduced_signal,
        reduced_grid,
        &reduced_kernel,
        &reduced_kernel_grid,
    )
}

/// App. B.4, Eq. 8: convolution with the inverse transform of the mask, then subsampling to M.
///
/// Arguments and errors are those of Eq. 7. The convolution `y = f * psi` at N is low-passed in
/// the spatial domain, with zeros outside, and read at the M positions `t = m N/M`:
/// `sum_n y[n] g(t - n)` with `g(t) = 1/(2N) sum_k m(|k|) cos(2 pi k t / 2N)` over the frequencies
/// that Eq. 7 keeps (a product over the axes). A fraction N/M needs no interpolation, since g is
/// defined between the samples.
///
/// It equals Eq. 7 exactly when the linear convolution is zero outside the N samples, as for a
/// signal that is zero within `(k-1)/2` of the borders. Otherwise Eq. 7 lets the tails of the
/// convolution beyond the borders leak back through the low-pass, and this form has cut them.
pub fn spatial(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    check(signal, grid, kernel, kernel_grid, reduced_grid, masks)?;
    let convolved = convolve(signal, grid, kernel, kernel_grid)?;
    let filters: Vec<Array2<f64>> = grid
        .iter()
        .zip(reduced_grid)
        .zip(masks)
        .map(|((&n, &m), mask)| subsampling_filter(n, m, mask))
        .collect();
    let total = positions(reduced_grid)?;
    map_rows(&convolved, total, |_, y| {
        let mut values = y.to_vec();
        let mut shape = grid.to_vec();
        for (axis, filter) in filters.iter().enumerate() {
            values = filter_axis(&values, &shape, axis, filter);
            shape[axis] = reduced_grid[axis];
        }
        Ok(values)
    })
}

/// `g(m N/M - n)` of [`spatial`] as an M by N matrix.
fn subsampling_filter(n: usize, m: usize, mask: &[f64]) -> Array2<f64> {
    let bins = kept_bins(&[2 * n], &[2 * m]);
    let period = 2 * n * m;
    Array2::from_shape_fn((m, n), |(row, column)| {
        // The position t = (row N - column M) / M, in turns of the period 2N: shift / (2 N M).
        let shift = (row * n + period - column * m) % period;
        let sum: f64 = bins
            .iter()
            .map(|bin| {
                mask[bin.frequency[0]] * unit_root(bin.frequency[0] * shift % period, period).re
            })
            .sum();
        sum / (2 * n) as f64
    })
}

/// Multiplies every line of `values` along `axis` of `grid` by `filter`.
fn filter_axis(values: &[f64], grid: &[usize], axis: usize, filter: &Array2<f64>) -> Vec<f64> {
    let (outputs, inputs) = filter.dim();
    let stride: usize = grid[axis + 1..].iter().product();
    let mut result = vec![0.0; values.len() / inputs * outputs];
    for (index, sum) in result.iter_mut().enumerate() {
        let offset = index % stride;
        let output = index / stride % outputs;
        let line = index / stride / outputs;
        for input in 0..inputs {
            *sum += filter[[output, input]] * values[(line * inputs + input) * stride + offset];
        }
    }
    result
}

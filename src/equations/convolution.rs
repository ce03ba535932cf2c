//! Depthwise convolution with a centred kernel and zero padding, by its sum and by spectra.

use ndarray::{Array2, Array3};

use super::dft::{dft, inverse_dft};
use super::grid::{
    centre, check_cotangent, check_kernel, check_signal, corner, gather, map_rows, placement,
    positions, scatter,
};
use crate::Result;

/// `(f * psi)` of Sec. 3.1 and App. B.1, as a correlation:
/// `y[n] = sum_j psi[j] x[n + j - (k-1)/2]`, x zero outside its grid.
///
/// `signal` is `(B, C, P)` on `grid`, `kernel` is `(C, K)` on `kernel_grid`, one kernel for each
/// channel, odd sizes; the result has the signal's shape. On two axes n, j and k are pairs.
///
/// # Errors
/// If a grid does not have one or two positive lengths, the two differ in axes, a kernel size is
/// even, an array does not fit its grid, or the numbers of channels differ.
pub fn convolve(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
) -> Result<Array3<f64>> {
    check_signal(signal, grid)?;
    check_kernel(kernel, kernel_grid, signal, grid)?;
    let (batch, channels, _) = signal.dim();
    let mut output = Array3::zeros(signal.dim());
    for_each_tap(grid, kernel_grid, |n, j, source| {
        for b in 0..batch {
            for c in 0..channels {
                output[[b, c, n]] += kernel[[c, j]] * signal[[b, c, source]];
            }
        }
    });
    Ok(output)
}

/// The vector-Jacobian product of [`convolve`]: the cotangents of the signal and of the kernel.
///
/// # Errors
/// As [`convolve`], and if `cotangent` does not have the signal's shape.
pub fn convolve_vjp(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    cotangent: &Array3<f64>,
) -> Result<(Array3<f64>, Array2<f64>)> {
    check_signal(signal, grid)?;
    check_kernel(kernel, kernel_grid, signal, grid)?;
    check_cotangent(cotangent, signal, signal.dim().2)?;
    let (batch, channels, _) = signal.dim();
    let mut signal_cotangent = Array3::zeros(signal.dim());
    let mut kernel_cotangent = Array2::zeros(kernel.dim());
    for_each_tap(grid, kernel_grid, |n, j, source| {
        for b in 0..batch {
            for c in 0..channels {
                signal_cotangent[[b, c, source]] += kernel[[c, j]] * cotangent[[b, c, n]];
                kernel_cotangent[[c, j]] += signal[[b, c, source]] * cotangent[[b, c, n]];
            }
        }
    });
    Ok((signal_cotangent, kernel_cotangent))
}

/// Calls `visit(n, j, n + j - (k-1)/2)`, as flat indices, for every output position n and tap j
/// whose source lies inside the grid.
fn for_each_tap(grid: &[usize], kernel_grid: &[usize], mut visit: impl FnMut(usize, usize, usize)) {
    let (height, width) = rows_and_columns(grid);
    let (kernel_height, kernel_width) = rows_and_columns(kernel_grid);
    for n1 in 0..height {
        for n2 in 0..width {
            for j1 in 0..kernel_height {
                for j2 in 0..kernel_width {
                    // An index below zero wraps to a huge one, outside like the others.
                    let source1 = (n1 + j1).wrapping_sub((kernel_height - 1) / 2);
                    let source2 = (n2 + j2).wrapping_sub((kernel_width - 1) / 2);
                    if source1 < height && source2 < width {
                        let n = n1 * width + n2;
                        let j = j1 * kernel_width + j2;
                        visit(n, j, source1 * width + source2);
                    }
                }
            }
        }
    }
}

/// One axis as a grid of a single row.
fn rows_and_columns(grid: &[usize]) -> (usize, usize) {
    match grid {
        [height, width] => (*height, *width),
        _ => (1, grid[0]),
    }
}

/// [`convolve`] by the Fourier convolution theorem (App. B.1): `F^-1[F[x] conj(F[psi])]`.
///
/// Signal and kernel are zero-padded to `N + k - 1` on each axis, the kernel's centre at index 0,
/// which leaves no room for wrap-around: it equals [`convolve`] up to rounding. The conjugate
/// makes it a correlation.
///
/// # Errors
/// As [`convolve`].
pub fn convolve_by_spectrum(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
) -> Result<Array3<f64>> {
    check_signal(signal, grid)?;
    check_kernel(kernel, kernel_grid, signal, grid)?;
    let padded: Vec<usize> = grid
        .iter()
        .zip(kernel_grid)
        .map(|(n, k)| n + k - 1)
        .collect();
    let total = positions(&padded)?;
    let signal_places = placement(grid, &padded, &corner(grid));
    let kernel_places = placement(kernel_grid, &padded, &centre(kernel_grid));
    map_rows(signal, signal.dim().2, |channel, x| {
        let psi = kernel.row(channel).to_vec();
        let signal_spectrum = dft(&scatter(x, &signal_places, total), &padded)?;
        let kernel_spectrum = dft(&scatter(&psi, &kernel_places, total), &padded)?;
        let product: Vec<_> = signal_spectrum
            .iter()
            .zip(&kernel_spectrum)
            .map(|(&f, psi)| f * psi.conjugate())
            .collect();
        Ok(gather(&inverse_dft(&product, &padded)?, &signal_places))
    })
}

//! Shapes of signals and kernels on a spatial grid: one or two axes, row-major.

use ndarray::{Array2, Array3, ArrayView1, s};

use crate::{Error, Result};

/// The number of positions of `grid`.
pub(super) fn positions(grid: &[usize]) -> Result<usize> {
    let product = grid.iter().try_fold(1usize, |all, &n| all.checked_mul(n));
    match product {
        Some(all) if all > 0 && (grid.len() == 1 || grid.len() == 2) => Ok(all),
        _ => Err(Error::argument(
            "grid",
            format!("{grid:?}"),
            "one or two positive lengths",
        )),
    }
}

/// `found` must be `expected`.
pub(super) fn check_length(what: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::argument(what, found, expected))
}

/// `signal` is `(B, C, P)` with P the positions of `grid`, and not empty.
pub(super) fn check_signal(signal: &Array3<f64>, grid: &[usize]) -> Result<()> {
    check_length("positions of the signal", signal.dim().2, positions(grid)?)?;
    if signal.is_empty() {
        return Err(Error::argument(
            "shape of the signal",
            format!("{:?}", signal.dim()),
            "at least one row",
        ));
    }
    Ok(())
}

/// `cotangent` has the shape of an output for `signal` with `positions` positions.
pub(super) fn check_cotangent(
    cotangent: &Array3<f64>,
    signal: &Array3<f64>,
    positions: usize,
) -> Result<()> {
    let (batch, channels, _) = signal.dim();
    if cotangent.dim() == (batch, channels, positions) {
        return Ok(());
    }
    Err(Error::argument(
        "shape of the cotangent",
        format!("{:?}", cotangent.dim()),
        format!("{:?}", (batch, channels, positions)),
    ))
}

/// `kernel` is `(C, K)`: one odd-sized kernel on `kernel_grid` for each channel of `signal`.
pub(super) fn check_kernel(
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    signal: &Array3<f64>,
    grid: &[usize],
) -> Result<()> {
    check_length("axes of the kernel", kernel_grid.len(), grid.len())?;
    if kernel_grid.iter().any(|&size| size % 2 == 0) {
        return Err(Error::argument(
            "kernel grid",
            format!("{kernel_grid:?}"),
            "odd sizes, so that a kernel has a centre",
        ));
    }
    let (channels, taps) = kernel.dim();
    check_length("taps of the kernel", taps, positions(kernel_grid)?)?;
    check_length("channels of the kernel", channels, signal.dim().1)
}

/// `reduced` has the axes of `grid` and on none of them more positions.
pub(super) fn check_reduced(grid: &[usize], reduced: &[usize]) -> Result<()> {
    check_length("axes of the reduced grid", reduced.len(), grid.len())?;
    positions(reduced)?;
    if reduced.iter().zip(grid).all(|(m, n)| m <= n) {
        return Ok(());
    }
    Err(Error::argument(
        "reduced grid",
        format!("{reduced:?}"),
        format!("at most {grid:?}"),
    ))
}

/// The row of one example and one channel.
pub(super) fn row(signal: &Array3<f64>, example: usize, channel: usize) -> Vec<f64> {
    signal.slice(s![example, channel, ..]).to_vec()
}

/// Applies `operation(channel, row)` to every row of `signal`; each result has `positions` values.
pub(super) fn map_rows(
    signal: &Array3<f64>,
    positions: usize,
    operation: impl Fn(usize, &[f64]) -> Result<Vec<f64>>,
) -> Result<Array3<f64>> {
    let (batch, channels, _) = signal.dim();
    let mut output = Array3::zeros((batch, channels, positions));
    for example in 0..batch {
        for channel in 0..channels {
            let result = operation(channel, &row(signal, example, channel))?;
            output
                .slice_mut(s![example, channel, ..])
                .assign(&ArrayView1::from(&result));
        }
    }
    Ok(output)
}

/// Twice the length on every axis: room for a zero-padded convolution without wrap-around.
pub(super) fn double(grid: &[usize]) -> Vec<usize> {
    grid.iter().map(|n| 2 * n).collect()
}

/// Where each position of `small` lies in the periodic grid `large`, once position `origin` of
/// `small` is put at index 0: the flat indices in `large`, in row-major order of `small`.
pub(super) fn placement(small: &[usize], large: &[usize], origin: &[usize]) -> Vec<usize> {
    let mut flat = vec![0];
    for ((&n, &period), &first) in small.iter().zip(large).zip(origin) {
        flat = flat
            .iter()
            .flat_map(|&start| (0..n).map(move |i| start * period + (i + period - first) % period))
            .collect();
    }
    flat
}

/// The origin of a signal: position 0.
pub(super) fn corner(grid: &[usize]) -> Vec<usize> {
    vec![0; grid.len()]
}

/// The origin of a kernel: its centre tap.
pub(super) fn centre(kernel_grid: &[usize]) -> Vec<usize> {
    kernel_grid.iter().map(|size| (size - 1) / 2).collect()
}

/// Writes `values` to their `places` among `total` zeros.
pub(super) fn scatter(values: &[f64], places: &[usize], total: usize) -> Vec<f64> {
    let mut output = vec![0.0; total];
    for (&value, &place) in values.iter().zip(places) {
        output[place] = value;
    }
    output
}

/// Reads the values at `places`: the transpose of [`scatter`].
pub(super) fn gather(values: &[f64], places: &[usize]) -> Vec<f64> {
    places.iter().map(|&place| values[place]).collect()
}

//! Eq. 1 and its counterpart as matrices (feature `linalg`).

use ndarray::{Array2, Array3};
use ndarray_linalg::SVD;

use crate::paper::claim::{Finding, Row, every, largest};
use crate::{Error, Result};

/// Lengths N and M on each axis: even, odd, prime, down to a single sample, unchanged, two axes.
const GRIDS: &[(&[usize], &[usize])] = &[
    (&[8], &[4]),
    (&[9], &[4]),
    (&[13], &[7]),
    (&[7], &[1]),
    (&[12], &[12]),
    (&[6, 5], &[3, 4]),
    (&[4, 7], &[4, 3]),
];

/// Products of at most 30 terms of order 1.
const EXACT: f64 = 1e-12;

/// The type of [`downsample`](crate::equations::resampling::downsample).
pub type Downsample = fn(&Array3<f64>, &[usize], &[usize], &[Vec<f64>]) -> Result<Array3<f64>>;
/// The type of [`upsample`](crate::equations::resampling::upsample).
pub type Upsample = fn(&Array3<f64>, &[usize], &[usize]) -> Result<Array3<f64>>;

/// The singular values of sqrt(N/M) times `downsample` with an open mask. The factor makes the
/// operator that of unitary transforms.
pub fn crop(downsample: Downsample) -> Result<Finding> {
    let mut rows = Vec::new();
    for (grid, reduced) in GRIDS {
        let (n, m) = (positions(grid), positions(reduced));
        let scaled = matrix(downsample, grid, reduced)? * libm::sqrt(n as f64 / m as f64);
        let singular = singular_values(&scaled)?;
        let ones = singular.iter().filter(|value| **value > 0.5).count();
        let distance = singular
            .iter()
            .map(|value| value.abs().min((value - 1.0).abs()))
            .fold(0.0, f64::max);
        rows.push(Row::new(
            format!("{grid:?} to {reduced:?}"),
            format!("1, {ones} times of {}, or 0", singular.len()),
            format!("frequencies kept: {}", kept(grid, reduced)),
            distance <= EXACT && ones == kept(grid, reduced),
        ));
    }
    Ok(Finding::new(
        every(&rows),
        "0 or 1",
        "cropped or kept",
        "Every singular value is 0 or 1, and as many are 1 as frequencies are kept: the Nyquist \
         frequency of an even M < N is not.",
        rows,
    ))
}

/// `upsample` after `downsample` with an open mask.
pub fn projection(downsample: Downsample, upsample: Upsample) -> Result<Finding> {
    let mut rows = Vec::new();
    for (grid, reduced) in GRIDS {
        let n = positions(grid);
        let down = downsample(&units(n), grid, reduced, &open(grid))?;
        let up = upsample(&down, reduced, grid)?;
        let p = columns(&up);
        let twice = largest(p.dot(&p) - &p);
        let symmetric = largest(&p.t() - &p);
        let trace: f64 = p.diag().sum();
        rows.push(Row::new(
            format!("{grid:?} to {reduced:?}"),
            format!("trace {trace:.0}"),
            format!("frequencies kept: {}", kept(grid, reduced)),
            twice <= EXACT
                && symmetric <= EXACT
                && (trace - kept(grid, reduced) as f64).abs() <= EXACT * n as f64,
        ));
    }
    Ok(Finding::new(
        every(&rows),
        "P P = P = P^T",
        "the same function at a lower resolution",
        "Applied twice it does what it does once, it is symmetric, and its trace is the number of \
         frequencies kept.",
        rows,
    ))
}

fn positions(grid: &[usize]) -> usize {
    grid.iter().product()
}

/// `|k| <= floor((M - 1) / 2)`, or every frequency where M = N.
fn kept(grid: &[usize], reduced: &[usize]) -> usize {
    let axes = grid.iter().zip(reduced);
    axes.map(|(n, m)| if n == m { *n } else { 2 * ((m - 1) / 2) + 1 })
        .product()
}

fn open(grid: &[usize]) -> Vec<Vec<f64>> {
    grid.iter().map(|n| vec![1.0; n / 2 + 1]).collect()
}

/// The `n` unit vectors as a batch.
fn units(n: usize) -> Array3<f64> {
    Array3::from_shape_fn((n, 1, n), |(b, _, i)| f64::from(u8::from(b == i)))
}

/// The batch's members as columns.
fn columns(batch: &Array3<f64>) -> Array2<f64> {
    let (inputs, _, outputs) = batch.dim();
    Array2::from_shape_fn((outputs, inputs), |(i, b)| batch[[b, 0, i]])
}

fn matrix(downsample: Downsample, grid: &[usize], reduced: &[usize]) -> Result<Array2<f64>> {
    let units = units(positions(grid));
    Ok(columns(&downsample(&units, grid, reduced, &open(grid))?))
}

fn singular_values(matrix: &Array2<f64>) -> Result<Vec<f64>> {
    let (_, singular, _) = matrix
        .svd(false, false)
        .map_err(|error| Error::argument("singular values", error, "a finite matrix"))?;
    Ok(singular.to_vec())
}

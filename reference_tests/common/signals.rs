//! Signals, masks and comparisons for the tests of the Fourier definitions.
#![allow(dead_code)] // Each test target uses its own part.

use std::f64::consts::PI;

use dnarch::random::Stream;
use ndarray::{Array2, Array3};

/// Odd, even, prime and length-1 grids on one and two axes.
pub const GRIDS: [&[usize]; 11] = [
    &[1],
    &[2],
    &[3],
    &[8],
    &[9],
    &[13],
    &[1, 1],
    &[1, 4],
    &[5, 1],
    &[4, 6],
    &[7, 3],
];

/// One row of one channel.
pub fn row(values: &[f64]) -> Array3<f64> {
    Array3::from_shape_vec((1, 1, values.len()), values.to_vec()).unwrap()
}

/// Standard normal values of the given shape; each `index` gives others.
pub fn noise(shape: (usize, usize, usize), index: u64) -> Array3<f64> {
    let mut stream = Stream::new(7, "test signals", index);
    Array3::from_shape_simple_fn(shape, || stream.normal())
}

/// Standard normal kernels, `(channels, taps)`.
pub fn noise_kernel(channels: usize, kernel_grid: &[usize], index: u64) -> Array2<f64> {
    let mut stream = Stream::new(7, "test kernels", index);
    Array2::from_shape_simple_fn((channels, kernel_grid.iter().product()), || stream.normal())
}

/// The spectral mask of Eq. 4 at `|k| = 0, ..., highest` with its cutoff at `fraction` of the axis:
/// `1 - 1/(1 + exp(-tau (x - mu)))`, zero below T = 0.1, x from -1 to 1 (-1 alone for length 1).
pub fn sigmoid_mask(highest: usize, fraction: f64, tau: f64) -> Vec<f64> {
    let mu = 2.0 * fraction - 1.0 - 9f64.ln() / tau;
    (0..=highest)
        .map(|k| {
            let x = -1.0 + 2.0 * k as f64 / highest.max(1) as f64;
            let value = 1.0 - 1.0 / (1.0 + (-tau * (x - mu)).exp());
            if value < 0.1 { 0.0 } else { value }
        })
        .collect()
}

/// The masks of Eq. 1 for `grid`, every axis cut off at M of N.
pub fn resampling_masks(grid: &[usize], reduced: &[usize], tau: f64) -> Vec<Vec<f64>> {
    let axes = grid.iter().zip(reduced);
    axes.map(|(&n, &m)| sigmoid_mask(n / 2, m as f64 / n as f64, tau))
        .collect()
}

/// The masks of Eq. 7 for `grid`, every axis cut off at M of N.
pub fn convolution_masks(grid: &[usize], reduced: &[usize], tau: f64) -> Vec<Vec<f64>> {
    let axes = grid.iter().zip(reduced);
    axes.map(|(&n, &m)| sigmoid_mask(n, m as f64 / n as f64, tau))
        .collect()
}

/// Masks of 1 at `|k| = 0, ..., highest` for each axis.
pub fn open(highest: &[usize]) -> Vec<Vec<f64>> {
    highest.iter().map(|k| vec![1.0; k + 1]).collect()
}

/// `highest frequency` of each axis for Eq. 1.
pub fn halves(grid: &[usize]) -> Vec<usize> {
    grid.iter().map(|n| n / 2).collect()
}

/// A kernel grid as the network uses it: N taps for odd N, N + 1 for even N.
pub fn full_kernel_grid(grid: &[usize]) -> Vec<usize> {
    grid.iter().map(|n| n + 1 - n % 2).collect()
}

/// `1/2 + sum_k (cos(2 pi k t + k) / k + sin(2 pi k t) / k^2)`, k to `highest`, at `t = i / n`.
pub fn band_limited(n: usize, highest: usize) -> Array3<f64> {
    Array3::from_shape_fn((1, 1, n), |(_, _, i)| {
        let t = i as f64 / n as f64;
        let terms = (1..=highest).map(|k| {
            let k = k as f64;
            (2.0 * PI * k * t + k).cos() / k + (2.0 * PI * k * t).sin() / (k * k)
        });
        0.5 + terms.sum::<f64>()
    })
}

/// The sum of products.
pub fn inner<'a>(
    left: impl IntoIterator<Item = &'a f64>,
    right: impl IntoIterator<Item = &'a f64>,
) -> f64 {
    left.into_iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The largest absolute difference; NaN anywhere gives NaN, which fails every comparison.
pub fn difference(left: &Array3<f64>, right: &Array3<f64>) -> f64 {
    assert_eq!(left.dim(), right.dim());
    let pairs = left.iter().zip(right);
    pairs.map(|(a, b)| (a - b).abs()).fold(
        0.0,
        |most: f64, d| if most.is_nan() || d <= most { most } else { d },
    )
}

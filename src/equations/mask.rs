//! Differentiable masks (Sec. 3.1, Appendix A): Gaussian, Sigmoid and their products.
//!
//! A mask value below the threshold T is exactly 0; a value at T is kept as it is. Gradients flow
//! through the kept values only.

use ndarray::{Array1, ArrayRef1};

use super::arguments;
use crate::Result;

/// The threshold `T_m` of every mask in the paper (Appendix E.1).
pub const THRESHOLD: f64 = 0.1;

/// The coordinates of a sigmoid mask: `n` equidistant points of `[-1, 1]`, both ends included.
///
/// A single point is -1, the lowest position, which a sigmoid mask never drops.
///
/// # Errors
/// `n` is 0.
pub fn axis(n: usize) -> Result<Array1<f64>> {
    arguments::at_least_one("axis length", n)?;
    if n == 1 {
        return Ok(Array1::from_elem(1, -1.0));
    }
    // One rounding in each coordinate: the axis is exactly symmetric, and the centre of an odd
    // one exactly 0.
    let last = (n - 1) as f64;
    Ok((0..n).map(|i| (2.0 * i as f64 - last) / last).collect())
}

/// The coordinates of a Gaussian mask, and of the kernel under it: [`axis`], except that a single
/// point is 0, the kernel's centre.
///
/// # Errors
/// `n` is 0.
pub fn centred_axis(n: usize) -> Result<Array1<f64>> {
    if n == 1 {
        return Ok(Array1::zeros(1));
    }
    axis(n)
}

fn check(x: &ArrayRef1<f64>, mu: f64, scale: (&str, f64), threshold: f64) -> Result<()> {
    for &coordinate in x {
        arguments::finite("mask coordinate", coordinate)?;
    }
    arguments::finite("mu", mu)?;
    arguments::positive(scale.0, scale.1)?;
    arguments::threshold(threshold)
}

fn thresholded(value: f64, threshold: f64) -> f64 {
    if value >= threshold { value } else { 0.0 }
}

fn gaussian_value(x: f64, mu: f64, sigma: f64) -> f64 {
    let z = (x - mu) / sigma;
    libm::exp(-0.5 * z * z)
}

/// Eq. 3: `exp(-(x - mu)^2 / (2 sigma^2))` where that is at least `threshold`, else 0.
///
/// `x` and the result have the same length.
///
/// # Errors
/// A coordinate or `mu` is not finite, `sigma` is not above 0, or `threshold` is outside `(0, 1)`.
pub fn gaussian(x: &ArrayRef1<f64>, mu: f64, sigma: f64, threshold: f64) -> Result<Array1<f64>> {
    check(x, mu, ("sigma", sigma), threshold)?;
    Ok(x.mapv(|x| thresholded(gaussian_value(x, mu, sigma), threshold)))
}

/// The cotangents of `mu` and `sigma` in [`gaussian`].
///
/// # Errors
/// As [`gaussian`]; or `cotangent` is not as long as `x`.
pub fn gaussian_vjp(
    x: &ArrayRef1<f64>,
    mu: f64,
    sigma: f64,
    threshold: f64,
    cotangent: &ArrayRef1<f64>,
) -> Result<(f64, f64)> {
    check(x, mu, ("sigma", sigma), threshold)?;
    arguments::shape("mask cotangent", cotangent.shape(), x.shape())?;
    let (mut d_mu, mut d_sigma) = (0.0, 0.0);
    for (&x, &cotangent) in x.iter().zip(cotangent) {
        let kept = thresholded(gaussian_value(x, mu, sigma), threshold);
        if kept > 0.0 {
            let z = (x - mu) / sigma;
            d_mu += cotangent * kept * z / sigma;
            d_sigma += cotangent * kept * z * z / sigma;
        }
    }
    Ok((d_mu, d_sigma))
}

/// `(m, 1 - m)` of the sigmoid mask before its threshold, both to full relative precision: the
/// exponential is taken of a negative number only, so it neither overflows nor cancels.
fn sigmoid_value(x: f64, mu: f64, tau: f64) -> (f64, f64) {
    let z = tau * (x - mu);
    let small = libm::exp(-z.abs());
    let (larger, smaller) = (1.0 / (1.0 + small), small / (1.0 + small));
    if z <= 0.0 {
        (larger, smaller)
    } else {
        (smaller, larger)
    }
}

/// Eq. 4: `1 - 1 / (1 + exp(-tau (x - mu)))` where that is at least `threshold`, else 0.
///
/// The mask falls from 1 at low `x` to 0 at high `x`. `x` and the result have the same length.
///
/// # Errors
/// A coordinate or `mu` is not finite, `tau` is not above 0, or `threshold` is outside `(0, 1)`.
pub fn sigmoid(x: &ArrayRef1<f64>, mu: f64, tau: f64, threshold: f64) -> Result<Array1<f64>> {
    check(x, mu, ("tau", tau), threshold)?;
    Ok(x.mapv(|x| thresholded(sigmoid_value(x, mu, tau).0, threshold)))
}

/// The cotangent of `mu` in [`sigmoid`]. The temperature `tau` is not learned.
///
/// # Errors
/// As [`sigmoid`]; or `cotangent` is not as long as `x`.
pub fn sigmoid_vjp(
    x: &ArrayRef1<f64>,
    mu: f64,
    tau: f64,
    threshold: f64,
    cotangent: &ArrayRef1<f64>,
) -> Result<f64> {
    check(x, mu, ("tau", tau), threshold)?;
    arguments::shape("mask cotangent", cotangent.shape(), x.shape())?;
    let mut d_mu = 0.0;
    for (&x, &cotangent) in x.iter().zip(cotangent) {
        let (value, complement) = sigmoid_value(x, mu, tau);
        d_mu += cotangent * tau * thresholded(value, threshold) * complement;
    }
    Ok(d_mu)
}

/// Appendix A.2: the mask of a grid as the product of one mask for each axis.
///
/// Position `(i, j, ..)` of the grid, row by row, holds `factors[0][i] * factors[1][j] * ..`. Each
/// factor has passed its own threshold, so that a product may lie below it and still be kept.
///
/// # Errors
/// There is no factor, or one is empty.
pub fn product(factors: &[Array1<f64>]) -> Result<Array1<f64>> {
    check_factors(factors)?;
    let positions = factors.iter().map(|factor| factor.len()).product();
    Ok((0..positions)
        .map(|position| {
            let indices = grid_indices(position, factors);
            let values = factors.iter().zip(indices).map(|(factor, i)| factor[i]);
            values.product()
        })
        .collect())
}

/// The cotangent of each factor in [`product`].
///
/// # Errors
/// As [`product`]; or `cotangent` is not as long as the grid.
pub fn product_vjp(
    factors: &[Array1<f64>],
    cotangent: &ArrayRef1<f64>,
) -> Result<Vec<Array1<f64>>> {
    check_factors(factors)?;
    let positions: usize = factors.iter().map(|factor| factor.len()).product();
    arguments::shape("mask cotangent", cotangent.shape(), &[positions])?;
    let mut d_factors: Vec<_> = factors.iter().map(|f| Array1::zeros(f.len())).collect();
    for (position, &cotangent) in cotangent.iter().enumerate() {
        let indices = grid_indices(position, factors);
        for axis in 0..factors.len() {
            let mut others = 1.0;
            for (other, factor) in factors.iter().enumerate() {
                if other != axis {
                    others *= factor[indices[other]];
                }
            }
            d_factors[axis][indices[axis]] += cotangent * others;
        }
    }
    Ok(d_factors)
}

fn check_factors(factors: &[Array1<f64>]) -> Result<()> {
    arguments::at_least_one("number of mask axes", factors.len())?;
    for factor in factors {
        arguments::at_least_one("mask length", factor.len())?;
    }
    Ok(())
}

/// The index on each axis of a row-by-row `position`.
fn grid_indices(mut position: usize, factors: &[Array1<f64>]) -> Vec<usize> {
    let mut indices = vec![0; factors.len()];
    for (index, factor) in indices.iter_mut().zip(factors).rev() {
        *index = position % factor.len();
        position /= factor.len();
    }
    indices
}

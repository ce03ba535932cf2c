//! The size of a mask (Appendix C.1), continuous for the complexity and counted for what is built.

use std::ops::Range;

use super::threshold::{gaussian_x_t, gaussian_x_t_vjp, sigmoid_x_t, sigmoid_x_t_vjp};
use super::{arguments, mask};
use crate::Result;

/// Eq. 10: a dimension that had `n_initial` elements when the Gaussian mask reached to
/// `x_t_initial` has `x_t / x_t_initial * n_initial` when it reaches to `x_t`.
///
/// # Errors
/// `x_t` is not finite, or `x_t_initial` or `n_initial` is not above 0.
pub fn gaussian_length_ratio_size(x_t: f64, x_t_initial: f64, n_initial: f64) -> Result<f64> {
    arguments::finite("x_T", x_t)?;
    arguments::positive("initial x_T", x_t_initial)?;
    arguments::positive("initial length", n_initial)?;
    Ok(x_t / x_t_initial * n_initial)
}

/// The cotangent of `x_t` in [`gaussian_length_ratio_size`].
///
/// # Errors
/// `x_t_initial` or `n_initial` is not above 0.
pub fn gaussian_length_ratio_size_vjp(
    x_t_initial: f64,
    n_initial: f64,
    cotangent: f64,
) -> Result<f64> {
    arguments::positive("initial x_T", x_t_initial)?;
    arguments::positive("initial length", n_initial)?;
    Ok(cotangent / x_t_initial * n_initial)
}

/// Eq. 11: a dimension that had `n_initial` elements when the sigmoid mask reached from `x_min` to
/// `x_t_initial` has `(x_t - x_min) / (x_t_initial - x_min) * n_initial` when it reaches to `x_t`.
///
/// # Errors
/// `x_t` or `x_min` is not finite, or `x_t_initial - x_min` or `n_initial` is not above 0.
pub fn sigmoid_length_ratio_size(
    x_t: f64,
    x_t_initial: f64,
    x_min: f64,
    n_initial: f64,
) -> Result<f64> {
    arguments::finite("x_T", x_t)?;
    arguments::finite("x_min", x_min)?;
    arguments::positive("initial x_T - x_min", x_t_initial - x_min)?;
    arguments::positive("initial length", n_initial)?;
    Ok((x_t - x_min) / (x_t_initial - x_min) * n_initial)
}

/// The cotangent of `x_t` in [`sigmoid_length_ratio_size`].
///
/// # Errors
/// `x_t_initial - x_min` or `n_initial` is not above 0.
pub fn sigmoid_length_ratio_size_vjp(
    x_t_initial: f64,
    x_min: f64,
    n_initial: f64,
    cotangent: f64,
) -> Result<f64> {
    arguments::positive("initial x_T - x_min", x_t_initial - x_min)?;
    arguments::positive("initial length", n_initial)?;
    Ok(cotangent / (x_t_initial - x_min) * n_initial)
}

/// Appendix E.1: `min(size, n_max)`, whose gradient is that of `size` everywhere, so that a mask
/// at its maximum can shrink again.
pub fn straight_through_clip(size: f64, n_max: usize) -> f64 {
    size.min(n_max as f64)
}

/// The cotangent of `size` in [`straight_through_clip`]: the cotangent itself, clipped or not.
pub fn straight_through_clip_vjp(cotangent: f64) -> f64 {
    cotangent
}

/// The continuous size of a dimension of `n_max` elements under a centred Gaussian mask:
/// `x_T * n_max` (Eq. 10 with `x_T = 1` for the whole axis), clipped to `n_max`.
///
/// # Errors
/// `sigma` is not above 0, `n_max` is 0, or `threshold` is outside `(0, 1)`.
pub fn gaussian_size(sigma: f64, n_max: usize, threshold: f64) -> Result<f64> {
    arguments::at_least_one("maximum size", n_max)?;
    let (_, x_t) = gaussian_x_t(0.0, sigma, threshold)?;
    Ok(straight_through_clip(x_t * n_max as f64, n_max))
}

/// The cotangent of `sigma` in [`gaussian_size`], straight through the clip.
///
/// # Errors
/// `threshold` is outside `(0, 1)`.
pub fn gaussian_size_vjp(n_max: usize, threshold: f64, cotangent: f64) -> Result<f64> {
    let d_x_t = straight_through_clip_vjp(cotangent) * n_max as f64;
    let (_, d_sigma) = gaussian_x_t_vjp(threshold, (0.0, d_x_t))?;
    Ok(d_sigma)
}

/// The continuous size of a dimension of `n_max` elements under a sigmoid mask:
/// `(x_T + 1) / 2 * n_max` (Eq. 11 with `x_T = 1` for the whole axis), clipped to `n_max`.
///
/// It is not positive where the mask drops the whole axis, which a `mu` within
/// [`mu_bounds`](super::threshold::mu_bounds) never does.
///
/// # Errors
/// `mu` is not finite, `tau` is not above 0, `n_max` is 0, or `threshold` is outside `(0, 1)`.
pub fn sigmoid_size(mu: f64, tau: f64, n_max: usize, threshold: f64) -> Result<f64> {
    arguments::at_least_one("maximum size", n_max)?;
    let x_t = sigmoid_x_t(mu, tau, threshold)?;
    Ok(straight_through_clip(
        (x_t + 1.0) / 2.0 * n_max as f64,
        n_max,
    ))
}

/// The cotangent of `mu` in [`sigmoid_size`], straight through the clip.
pub fn sigmoid_size_vjp(n_max: usize, cotangent: f64) -> f64 {
    let d_x_t = straight_through_clip_vjp(cotangent) * n_max as f64 / 2.0;
    sigmoid_x_t_vjp(d_x_t)
}

/// How many elements of a dimension of `n_max` a sigmoid mask keeps: the first so many points of
/// [`mask::axis`], those where the mask is at least `threshold`.
///
/// # Errors
/// As [`sigmoid_size`].
pub fn sigmoid_kept(mu: f64, tau: f64, n_max: usize, threshold: f64) -> Result<usize> {
    let mask = mask::sigmoid(&mask::axis(n_max)?, mu, tau, threshold)?;
    Ok(mask.iter().filter(|&&value| value > 0.0).count())
}

/// Which taps of an axis of `n_max` a centred Gaussian mask keeps: the points of
/// [`mask::centred_axis`] where it is at least `threshold`, a range about the centre.
///
/// # Errors
/// As [`gaussian_size`].
pub fn gaussian_kept(sigma: f64, n_max: usize, threshold: f64) -> Result<Range<usize>> {
    let mask = mask::gaussian(&mask::centred_axis(n_max)?, 0.0, sigma, threshold)?;
    let kept = mask.iter().filter(|&&value| value > 0.0).count();
    let start = (n_max - kept) / 2;
    Ok(start..start + kept)
}

/// The length that an axis of `n` is reduced to when its resolution mask has the continuous
/// `size`: `M = min(n, ceil(size))`.
///
/// # Errors
/// `size` is not a finite number above 0, or `n` is 0.
pub fn resolution(size: f64, n: usize) -> Result<usize> {
    arguments::at_least_one("axis length", n)?;
    arguments::positive("size of the resolution mask", size)?;
    Ok(libm::ceil(size).min(n as f64) as usize)
}

//! The threshold coordinate `x_T` of a mask (Appendix A.3), and the bounds and initial values that
//! follow from it (Appendix E.1).

use super::arguments;
use crate::{Error, Result};

/// The value that a sigmoid mask keeps at the lowest position (-1) when `mu` is at its minimum.
pub const LEVEL_AT_LOWEST: f64 = 0.95;
/// The value that a sigmoid mask has at the highest position (1) when `mu` is at its maximum.
pub const LEVEL_AT_HIGHEST: f64 = 0.85;
/// The initial `sigma` of a small kernel.
pub const SIGMA_SMALL: f64 = 0.0325;
/// The initial `sigma` of a global kernel.
pub const SIGMA_GLOBAL: f64 = 0.5;

/// `sqrt(-2 ln T)`: the threshold coordinate of a centred Gaussian mask, in units of `sigma`.
fn threshold_in_sigmas(threshold: f64) -> f64 {
    libm::sqrt(-2.0 * libm::log(threshold))
}

/// Eq. 5: the coordinates `mu -+ sqrt(-2 sigma^2 ln T)`, lower first, at which a Gaussian mask
/// equals `threshold`.
///
/// # Errors
/// `mu` is not finite, `sigma` is not above 0, or `threshold` is outside `(0, 1)`.
pub fn gaussian_x_t(mu: f64, sigma: f64, threshold: f64) -> Result<(f64, f64)> {
    arguments::finite("mu", mu)?;
    arguments::positive("sigma", sigma)?;
    arguments::threshold(threshold)?;
    let half = sigma * threshold_in_sigmas(threshold);
    Ok((mu - half, mu + half))
}

/// The cotangents of `mu` and `sigma` in [`gaussian_x_t`], which is linear in both.
///
/// # Errors
/// `threshold` is outside `(0, 1)`.
pub fn gaussian_x_t_vjp(threshold: f64, cotangent: (f64, f64)) -> Result<(f64, f64)> {
    arguments::threshold(threshold)?;
    let (lower, upper) = cotangent;
    Ok((
        lower + upper,
        (upper - lower) * threshold_in_sigmas(threshold),
    ))
}

/// The `mu` of a sigmoid mask that has the value `level` at `x`: Eq. 4 solved for `mu`.
fn mu_for_level(level: f64, x: f64, tau: f64) -> f64 {
    x - libm::log(1.0 / level - 1.0) / tau
}

/// Eq. 6: the coordinate `mu + ln(1/T - 1) / tau` at which a sigmoid mask equals `threshold`.
///
/// The paper writes `mu - ln(1/(1 - T) - 1) / tau`, which is the same number.
///
/// # Errors
/// `mu` is not finite, `tau` is not above 0, or `threshold` is outside `(0, 1)`.
pub fn sigmoid_x_t(mu: f64, tau: f64, threshold: f64) -> Result<f64> {
    arguments::finite("mu", mu)?;
    arguments::positive("tau", tau)?;
    arguments::threshold(threshold)?;
    Ok(mu + libm::log(1.0 / threshold - 1.0) / tau)
}

/// The cotangent of `mu` in [`sigmoid_x_t`]: the cotangent itself.
pub fn sigmoid_x_t_vjp(cotangent: f64) -> f64 {
    cotangent
}

/// The smallest and the largest `mu` of a sigmoid mask (Appendix E.1): the mask is
/// [`LEVEL_AT_LOWEST`] at -1 with the first, and [`LEVEL_AT_HIGHEST`] at 1 with the second.
///
/// A resolution mask starts at the largest. The smallest keeps at least the lowest position for
/// every threshold up to [`LEVEL_AT_LOWEST`].
///
/// # Errors
/// `tau` is not above 0, or so small (below about 0.605) that the first exceeds the second.
pub fn mu_bounds(tau: f64) -> Result<(f64, f64)> {
    arguments::positive("tau", tau)?;
    let lowest = mu_for_level(LEVEL_AT_LOWEST, -1.0, tau);
    let highest = mu_for_level(LEVEL_AT_HIGHEST, 1.0, tau);
    // Written so that the infinities of an extremely small `tau` fail too.
    if lowest.is_finite() && highest.is_finite() && lowest <= highest {
        Ok((lowest, highest))
    } else {
        Err(Error::argument(
            "tau",
            tau,
            "a temperature steep enough to fall from 0.95 to 0.85 within the axis",
        ))
    }
}

/// The initial `mu` of the width and depth masks: `x_T = 0`, so that the size is half the maximum,
/// which is the base network's (Appendix E.1).
///
/// # Errors
/// `tau` is not above 0, or `threshold` is outside `(0, 1)`.
pub fn half_size_mu(tau: f64, threshold: f64) -> Result<f64> {
    Ok(-sigmoid_x_t(0.0, tau, threshold)?)
}

/// The smallest `sigma` of the mask over a kernel axis of `n_max` taps (Appendix E.1): `x_T` just
/// reaches past one grid step, so that three taps of an odd axis stay and the kernel can grow
/// again. The one tap of `n_max = 1` counts as a step of 2, the whole axis.
///
/// # Errors
/// `n_max` is 0, or `threshold` is outside `(0, 1)`.
pub fn sigma_min(n_max: usize, threshold: f64) -> Result<f64> {
    arguments::at_least_one("axis length", n_max)?;
    arguments::threshold(threshold)?;
    let step = 2.0 / (n_max.max(2) - 1) as f64;
    Ok(1.001 * step / threshold_in_sigmas(threshold))
}

/// Resets `mu` into [`mu_bounds`] after an optimiser step.
///
/// # Errors
/// `mu` is not finite, or as [`mu_bounds`].
pub fn reset_mu(mu: f64, tau: f64) -> Result<f64> {
    arguments::finite("mu", mu)?;
    let (lowest, highest) = mu_bounds(tau)?;
    Ok(mu.clamp(lowest, highest))
}

/// Resets `sigma` to at least [`sigma_min`] after an optimiser step, which may have made it
/// negative.
///
/// # Errors
/// `sigma` is not finite, `n_max` is 0, or `threshold` is outside `(0, 1)`.
pub fn reset_sigma(sigma: f64, n_max: usize, threshold: f64) -> Result<f64> {
    arguments::finite("sigma", sigma)?;
    Ok(sigma.max(sigma_min(n_max, threshold)?))
}

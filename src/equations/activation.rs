//! GELU, `x * Phi(x)` with the standard normal distribution function `Phi` (Hendrycks and Gimpel
//! 2016), exact and in the tanh approximation.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use ndarray::{Array, ArrayRef, Dimension};

use super::arguments;
use crate::Result;

/// The coefficient of the cubic term in the tanh form.
const CUBIC: f64 = 0.044715;

/// `Phi(x)`; the complementary error function keeps the relative precision of the lower tail.
fn normal_distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * PI)
}

/// `x * (1 + erf(x / sqrt(2))) / 2`, elementwise.
pub fn gelu<D: Dimension>(x: &ArrayRef<f64, D>) -> Array<f64, D> {
    x.mapv(|x| x * normal_distribution(x))
}

/// The cotangent of `x` in [`gelu`].
///
/// # Errors
/// `cotangent` does not have the shape of `x`.
pub fn gelu_vjp<D: Dimension>(
    x: &ArrayRef<f64, D>,
    cotangent: &ArrayRef<f64, D>,
) -> Result<Array<f64, D>> {
    arguments::shape("GELU cotangent", cotangent.shape(), x.shape())?;
    let slope = x.mapv(|x| normal_distribution(x) + x * normal_density(x));
    Ok(slope * cotangent)
}

/// `tanh(sqrt(2/pi) * (x + 0.044715 x^3))`, the inner part of the tanh form.
fn tanh_part(x: f64) -> f64 {
    libm::tanh(libm::sqrt(2.0 / PI) * (x + CUBIC * x * x * x))
}

/// `x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) / 2`, elementwise: within 5e-4 of [`gelu`].
pub fn gelu_tanh<D: Dimension>(x: &ArrayRef<f64, D>) -> Array<f64, D> {
    x.mapv(|x| 0.5 * x * (1.0 + tanh_part(x)))
}

/// The cotangent of `x` in [`gelu_tanh`].
///
/// # Errors
/// `cotangent` does not have the shape of `x`.
pub fn gelu_tanh_vjp<D: Dimension>(
    x: &ArrayRef<f64, D>,
    cotangent: &ArrayRef<f64, D>,
) -> Result<Array<f64, D>> {
    arguments::shape("GELU cotangent", cotangent.shape(), x.shape())?;
    let slope = x.mapv(|x| {
        let tanh = tanh_part(x);
        let inner_slope = libm::sqrt(2.0 / PI) * (1.0 + 3.0 * CUBIC * x * x);
        0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner_slope
    });
    Ok(slope * cotangent)
}

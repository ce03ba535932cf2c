//! Continuous mask sizes (Eq. 10 and 11, as a fraction of the axis) with the straight-through clip
//! of Appendix E.1, by dfdx's own operations, on any device.

use dfdx::prelude::{Device, Tensor, TryAdd, TryMul};

use super::{Element, Tape};
use crate::Result;

/// The size of a sigmoid mask, `(x_T + 1) / 2 * maximum` with `x_T = mu + ln(1 / T - 1) / tau`
/// (Eq. 6), clipped straight through at `maximum`.
pub fn sigmoid_size<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    mu: &Tensor<(), E, D>,
    tau: f64,
    threshold: f64,
    maximum: usize,
) -> Result<Tensor<(), E, D>> {
    let offset = libm::log(1.0 / threshold - 1.0) / tau;
    let size = tape.apply(mu, |mu| {
        mu.try_add(E::of(offset))?
            .try_add(E::one())?
            .try_mul(E::of(maximum as f64 / 2.0))
    })?;
    straight_through_clip(tape, &size, maximum)
}

/// The size of a centred Gaussian mask, `x_T * maximum` with `x_T = sigma sqrt(-2 ln T)` (Eq. 5),
/// clipped straight through at `maximum`.
pub fn gaussian_size<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    sigma: &Tensor<(), E, D>,
    threshold: f64,
    maximum: usize,
) -> Result<Tensor<(), E, D>> {
    let factor = libm::sqrt(-2.0 * libm::log(threshold)) * maximum as f64;
    let size = tape.apply(sigma, |sigma| sigma.try_mul(E::of(factor)))?;
    straight_through_clip(tape, &size, maximum)
}

/// `min(size, maximum)` forward; the gradient passes as if nothing had been clipped.
pub fn straight_through_clip<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    size: &Tensor<(), E, D>,
    maximum: usize,
) -> Result<Tensor<(), E, D>> {
    let (value, maximum) = (size.as_vec()[0], E::of(maximum as f64));
    if value <= maximum {
        return Ok(size.clone());
    }
    tape.apply(size, |size| size.try_add(maximum - value))
}

//! Differentiable masks (Eq. 3 and 4), materialised only where they are kept.
//!
//! Which points are kept is decided by [`crate::equations::size`]; here stand the kept values and
//! their derivatives, by dfdx's own operations, on any device.

use dfdx::prelude::{Axis, BroadcastTo, Device, HasShape, ReshapeTo, Tensor, TryAdd, TryMul};

use super::tape::constant_tensor;
use super::{Element, Tape};
use crate::{Error, Result};

/// The sigmoid mask (Eq. 4) at the first `length` points of `linspace(-1, 1, axis)`, of which the
/// first `kept` are at or above the threshold; the rest are zero.
///
/// `mu` is the learned offset; the result is (length).
pub fn sigmoid_mask<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    mu: &Tensor<(), E, D>,
    tau: f64,
    axis: usize,
    kept: usize,
    length: usize,
) -> Result<Tensor<(usize,), E, D>> {
    if !(1..=axis).contains(&length) {
        return Err(Error::argument(
            "length of a mask",
            length,
            format!("1 to {axis} points"),
        ));
    }
    let coordinates = (0..length).map(|i| -coordinate(i, axis));
    let coordinates = constant_tensor(tape.device(), coordinates)?;
    let kept_indicator = indicator(tape.device(), kept, length)?;
    tape.apply(mu, |mu| {
        let mask = mu
            .try_broadcast_like::<_, Axis<0>>(&(length,))?
            .try_add(coordinates)?
            .try_mul(E::of(tau))?
            .try_sigmoid()?;
        match kept_indicator {
            Some(kept) => mask.try_mul(kept),
            None => Ok(mask),
        }
    })
}

/// The sigmoid mask at point `index` of `linspace(-1, 1, axis)`, a kept one: a block's depth mask.
pub fn sigmoid_mask_at<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    mu: &Tensor<(), E, D>,
    tau: f64,
    axis: usize,
    index: usize,
) -> Result<Tensor<(), E, D>> {
    if index >= axis {
        return Err(Error::argument(
            "point of a mask",
            index,
            format!("below {axis}"),
        ));
    }
    tape.apply(mu, |mu| {
        mu.try_add(E::of(-coordinate(index, axis)))?
            .try_mul(E::of(tau))?
            .try_sigmoid()
    })
}

/// The centred Gaussian mask (Eq. 3) on a kernel grid, the product of one mask for each axis (A.2).
///
/// `sigmas` holds the learned width of each axis, `axes` its length k, `kept` and `half` how many
/// taps on either side of the centre are at or above the threshold and how many are materialised;
/// taps between the two are zero. The result is (product of `2 half + 1`), row-major.
pub fn gaussian_mask<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    sigmas: &[Tensor<(), E, D>],
    axes: &[usize],
    kept: &[usize],
    half: &[usize],
) -> Result<Tensor<(usize,), E, D>> {
    let dimensions = sigmas.len();
    let fits = (1..=2).contains(&dimensions)
        && [axes.len(), kept.len(), half.len()]
            .iter()
            .all(|length| *length == dimensions)
        && half.iter().zip(axes).all(|(half, axis)| 2 * half < *axis);
    if !fits {
        return Err(Error::argument(
            "kernel mask",
            format!("{dimensions} widths, axes {axes:?}, {kept:?} kept and {half:?} materialised"),
            "one or two of each, the materialised taps within the axis",
        ));
    }
    let mut factors = Vec::new();
    for (sigma, (axis, (kept, half))) in sigmas.iter().zip(axes.iter().zip(kept.iter().zip(half))) {
        let length = 2 * half + 1;
        let offset = |tap: usize| tap as f64 - *half as f64;
        let exponents = (0..length)
            .map(|tap| 2.0 * offset(tap) / (axis - 1).max(1) as f64)
            .map(|x| -0.5 * x * x);
        let exponents = constant_tensor(tape.device(), exponents)?;
        let inside = (0..length).map(|tap| f64::from(offset(tap).abs() <= *kept as f64));
        let inside = constant_tensor(tape.device(), inside)?;
        factors.push(tape.apply(sigma, |sigma| {
            let mask = sigma
                .try_square()?
                .try_recip()?
                .try_broadcast_like::<_, Axis<0>>(&(length,))?
                .try_mul(exponents)?
                .try_exp()?;
            if kept < half {
                mask.try_mul(inside)
            } else {
                Ok(mask)
            }
        })?);
    }
    match &factors[..] {
        [rows, columns] => {
            let shape = (rows.shape().0, columns.shape().0);
            let columns = tape.apply(columns, |columns| {
                columns.try_broadcast_like::<_, Axis<0>>(&shape)
            })?;
            tape.apply(rows, |rows| {
                rows.try_broadcast_like::<_, Axis<1>>(&shape)?
                    .try_mul(columns)?
                    .try_reshape_like(&(shape.0 * shape.1,))
            })
        }
        factors => Ok(factors[0].clone()),
    }
}

/// Point `i` of `linspace(-1, 1, n)`; the lowest, -1, where `n` is 1.
fn coordinate(i: usize, n: usize) -> f64 {
    -1.0 + 2.0 * i as f64 / (n - 1).max(1) as f64
}

/// One at the first `kept` points and zero at the others; `None` where all are kept.
fn indicator<E: Element, D: Device<E>>(
    device: &D,
    kept: usize,
    length: usize,
) -> Result<Option<Tensor<(usize,), E, D>>> {
    let values = (0..length).map(|i| f64::from(i < kept));
    (kept < length)
        .then(|| constant_tensor(device, values))
        .transpose()
}

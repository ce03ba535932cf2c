//! Global average pooling (GlobalAvgPool), in the decoder of classification networks, over all
//! positions or over those that are not padding.

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3};

use super::arguments;
use crate::{Error, Result};

/// The mean of each channel over all positions: `(B, C, P)` to `(B, C)`.
///
/// # Errors
/// There is no position.
pub fn global_average_pool(x: &ArrayRef3<f64>) -> Result<Array2<f64>> {
    let (batch, channels, positions) = x.dim();
    arguments::at_least_one("global average pooling: positions", positions)?;
    let mut mean = Array2::zeros((batch, channels));
    for b in 0..batch {
        for c in 0..channels {
            for p in 0..positions {
                mean[[b, c]] += x[[b, c, p]];
            }
            mean[[b, c]] /= positions as f64;
        }
    }
    Ok(mean)
}

/// The cotangent of `x`, `(B, C, positions)`, in [`global_average_pool`].
///
/// # Errors
/// There is no position.
pub fn global_average_pool_vjp(
    positions: usize,
    cotangent: &ArrayRef2<f64>,
) -> Result<Array3<f64>> {
    arguments::at_least_one("global average pooling: positions", positions)?;
    let (batch, channels) = cotangent.dim();
    let share = |(b, c, _)| cotangent[[b, c]] / positions as f64;
    Ok(Array3::from_shape_fn((batch, channels, positions), share))
}

/// The mean of each channel over the first `lengths[b]` positions of sample b: `(B, C, P)` to
/// `(B, C)`.
///
/// # Errors
/// A length is 0 or above P, or there is not one for each sample.
pub fn prefix_average_pool(x: &ArrayRef3<f64>, lengths: &[usize]) -> Result<Array2<f64>> {
    let (batch, channels, positions) = x.dim();
    check_lengths(lengths, batch, positions)?;
    Ok(Array2::from_shape_fn((batch, channels), |(b, c)| {
        let sum: f64 = (0..lengths[b]).map(|p| x[[b, c, p]]).sum();
        sum / lengths[b] as f64
    }))
}

/// The cotangent of `x`, `(B, C, positions)`, in [`prefix_average_pool`].
///
/// # Errors
/// As [`prefix_average_pool`].
pub fn prefix_average_pool_vjp(
    positions: usize,
    lengths: &[usize],
    cotangent: &ArrayRef2<f64>,
) -> Result<Array3<f64>> {
    let (batch, channels) = cotangent.dim();
    check_lengths(lengths, batch, positions)?;
    Ok(Array3::from_shape_fn(
        (batch, channels, positions),
        |(b, c, p)| {
            if p < lengths[b] {
                cotangent[[b, c]] / lengths[b] as f64
            } else {
                0.0
            }
        },
    ))
}

fn check_lengths(lengths: &[usize], batch: usize, positions: usize) -> Result<()> {
    let fits = lengths.len() == batch && lengths.iter().all(|n| (1..=positions).contains(n));
    if fits {
        return Ok(());
    }
    let expected = format!("{batch}, each from 1 to {positions}");
    Err(Error::argument(
        "lengths of sequences",
        format!("{lengths:?}"),
        expected,
    ))
}

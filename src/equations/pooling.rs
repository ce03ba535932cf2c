//! Global average pooling (GlobalAvgPool), in the decoder of classification networks.

use ndarray::{Array2, Array3, ArrayRef2, ArrayRef3};

use super::arguments;
use crate::Result;

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

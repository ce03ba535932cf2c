//! Dropout (Srivastava et al. 2014) with a given choice of what to keep.

use ndarray::{Array3, ArrayRef3, Zip};

use super::arguments;
use crate::{Error, Result};

/// `x / (1 - rate)` where `keep` is true, else 0: the expectation over random `keep` is `x`.
///
/// `x`, `keep` and the result are `(B, C, P)`.
///
/// # Errors
/// `rate` is outside `[0, 1)`, or the shapes differ.
pub fn dropout(x: &ArrayRef3<f64>, keep: &ArrayRef3<bool>, rate: f64) -> Result<Array3<f64>> {
    if !(0.0..1.0).contains(&rate) {
        return Err(Error::argument(
            "dropout rate",
            rate,
            "at least 0 and below 1",
        ));
    }
    arguments::shape("dropout keep mask", keep.shape(), x.shape())?;
    Ok(Zip::from(x)
        .and(keep)
        .map_collect(|&x, &keep| if keep { x / (1.0 - rate) } else { 0.0 }))
}

/// The cotangent of `x` in [`dropout`]: dropout is linear and diagonal, so it is its own transpose.
///
/// # Errors
/// As [`dropout`].
pub fn dropout_vjp(
    keep: &ArrayRef3<bool>,
    rate: f64,
    cotangent: &ArrayRef3<f64>,
) -> Result<Array3<f64>> {
    dropout(cotangent, keep, rate)
}

//! Pointwise linear layer (PWLinear): the same affine map of the channels at every position.

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3};

use super::arguments;
use crate::Result;

/// `y[b, o, p] = bias[o] + sum_c weight[o, c] * x[b, c, p]`.
///
/// `x` is `(B, C, P)`, `weight` `(O, C)`, `bias` `(O)`, the result `(B, O, P)`.
///
/// # Errors
/// The shapes do not fit together.
pub fn linear(
    x: &ArrayRef3<f64>,
    weight: &ArrayRef2<f64>,
    bias: &ArrayRef1<f64>,
) -> Result<Array3<f64>> {
    let (batch, n_in, positions) = x.dim();
    let n_out = weight.nrows();
    arguments::shape("linear weight", weight.shape(), &[n_out, n_in])?;
    arguments::shape("linear bias", bias.shape(), &[n_out])?;
    let mut y = Array3::zeros((batch, n_out, positions));
    for b in 0..batch {
        for o in 0..n_out {
            for p in 0..positions {
                let mut sum = bias[o];
                for c in 0..n_in {
                    sum += weight[[o, c]] * x[[b, c, p]];
                }
                y[[b, o, p]] = sum;
            }
        }
    }
    Ok(y)
}

/// The cotangents of a linear layer's inputs, each in the shape of its input.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearCotangents {
    pub input: Array3<f64>,
    pub weight: Array2<f64>,
    pub bias: Array1<f64>,
}

/// The cotangents of `x`, `weight` and `bias` in [`linear`]; `cotangent` is `(B, O, P)`.
///
/// # Errors
/// The shapes do not fit together.
pub fn linear_vjp(
    x: &ArrayRef3<f64>,
    weight: &ArrayRef2<f64>,
    cotangent: &ArrayRef3<f64>,
) -> Result<LinearCotangents> {
    let (batch, n_in, positions) = x.dim();
    let n_out = weight.nrows();
    arguments::shape("linear weight", weight.shape(), &[n_out, n_in])?;
    let expected = [batch, n_out, positions];
    arguments::shape("linear cotangent", cotangent.shape(), &expected)?;
    let mut d = LinearCotangents {
        input: Array3::zeros(x.dim()),
        weight: Array2::zeros(weight.dim()),
        bias: Array1::zeros(n_out),
    };
    for b in 0..batch {
        for o in 0..n_out {
            for p in 0..positions {
                let cotangent = cotangent[[b, o, p]];
                d.bias[o] += cotangent;
                for c in 0..n_in {
                    d.weight[[o, c]] += cotangent * x[[b, c, p]];
                    d.input[[b, c, p]] += cotangent * weight[[o, c]];
                }
            }
        }
    }
    Ok(d)
}

//! Batch normalisation with the statistics of the batch, in training and in evaluation alike
//! (Appendix E.1).

use ndarray::{Array1, Array3, ArrayRef1, ArrayRef3};

use super::arguments;
use crate::Result;

/// Added to the variance.
pub const EPSILON: f64 = 1e-5;

fn check(x: &ArrayRef3<f64>) -> Result<()> {
    let (batch, _, positions) = x.dim();
    arguments::at_least_one("batch normalisation: batch size", batch)?;
    arguments::at_least_one("batch normalisation: positions", positions)
}

/// `x` with each channel at mean 0 and variance 1, and each channel's `1 / sqrt(variance + eps)`.
fn normalise(x: &ArrayRef3<f64>) -> (Array3<f64>, Array1<f64>) {
    let (batch, channels, positions) = x.dim();
    let count = (batch * positions) as f64;
    let mut normalised = Array3::zeros(x.dim());
    let mut scale = Array1::zeros(channels);
    for c in 0..channels {
        let mut mean = 0.0;
        for b in 0..batch {
            for p in 0..positions {
                mean += x[[b, c, p]] / count;
            }
        }
        let mut variance = 0.0;
        for b in 0..batch {
            for p in 0..positions {
                let deviation = x[[b, c, p]] - mean;
                variance += deviation * deviation / count;
            }
        }
        scale[c] = 1.0 / libm::sqrt(variance + EPSILON);
        for b in 0..batch {
            for p in 0..positions {
                normalised[[b, c, p]] = (x[[b, c, p]] - mean) * scale[c];
            }
        }
    }
    (normalised, scale)
}

/// `gamma[c] * (x[b, c, p] - mean[c]) / sqrt(variance[c] + eps) + beta[c]`, with the mean and the
/// biased variance over batch and positions.
///
/// `x` and the result are `(B, C, P)`, `gamma` and `beta` `(C)`. A single value normalises to 0.
///
/// # Errors
/// There is no sample or no position, or the shapes do not fit together.
pub fn batch_norm(
    x: &ArrayRef3<f64>,
    gamma: &ArrayRef1<f64>,
    beta: &ArrayRef1<f64>,
) -> Result<Array3<f64>> {
    check(x)?;
    let (batch, channels, positions) = x.dim();
    arguments::shape("batch normalisation: gamma", gamma.shape(), &[channels])?;
    arguments::shape("batch normalisation: beta", beta.shape(), &[channels])?;
    let (mut y, _) = normalise(x);
    for b in 0..batch {
        for c in 0..channels {
            for p in 0..positions {
                y[[b, c, p]] = gamma[c] * y[[b, c, p]] + beta[c];
            }
        }
    }
    Ok(y)
}

/// The cotangents of batch normalisation's inputs, each in the shape of its input.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormCotangents {
    pub input: Array3<f64>,
    pub gamma: Array1<f64>,
    pub beta: Array1<f64>,
}

/// The cotangents of `x`, `gamma` and `beta` in [`batch_norm`], through the statistics too.
///
/// # Errors
/// As [`batch_norm`]; or `cotangent` does not have the shape of `x`.
pub fn batch_norm_vjp(
    x: &ArrayRef3<f64>,
    gamma: &ArrayRef1<f64>,
    cotangent: &ArrayRef3<f64>,
) -> Result<BatchNormCotangents> {
    check(x)?;
    let (batch, channels, positions) = x.dim();
    arguments::shape("batch normalisation: gamma", gamma.shape(), &[channels])?;
    arguments::shape(
        "batch normalisation cotangent",
        cotangent.shape(),
        x.shape(),
    )?;
    let count = (batch * positions) as f64;
    let (normalised, scale) = normalise(x);
    let mut d = BatchNormCotangents {
        input: Array3::zeros(x.dim()),
        gamma: Array1::zeros(channels),
        beta: Array1::zeros(channels),
    };
    for c in 0..channels {
        for b in 0..batch {
            for p in 0..positions {
                d.beta[c] += cotangent[[b, c, p]];
                d.gamma[c] += cotangent[[b, c, p]] * normalised[[b, c, p]];
            }
        }
        // The mean takes away the part of the cotangent along 1, the variance that along x.
        for b in 0..batch {
            for p in 0..positions {
                let along_statistics = d.beta[c] + normalised[[b, c, p]] * d.gamma[c];
                d.input[[b, c, p]] =
                    gamma[c] * scale[c] * (cotangent[[b, c, p]] - along_statistics / count);
            }
        }
    }
    Ok(d)
}

//! Embedding of symbols: the encoder of the tasks on text (Appendix D), a pointwise linear layer of
//! one-hot vectors.

use ndarray::{Array1, Array2, Array3, ArrayRef1, ArrayRef2, ArrayRef3};

use super::arguments;
use crate::{Error, Result};

/// `y[b, o, p] = weight[o, symbols[b, p]] + bias[o]`.
///
/// `symbols` is `(B, P)`, `weight` `(O, V)` for a vocabulary of V, `bias` `(O)`, the result
/// `(B, O, P)`.
///
/// # Errors
/// The shapes do not fit together, or a symbol is not below V.
pub fn embedding(
    symbols: &ArrayRef2<u16>,
    weight: &ArrayRef2<f64>,
    bias: &ArrayRef1<f64>,
) -> Result<Array3<f64>> {
    let (batch, positions) = symbols.dim();
    let (outputs, vocabulary) = weight.dim();
    arguments::shape("embedding bias", bias.shape(), &[outputs])?;
    check(symbols, vocabulary)?;
    Ok(Array3::from_shape_fn(
        (batch, outputs, positions),
        |(b, o, p)| weight[[o, usize::from(symbols[[b, p]])]] + bias[o],
    ))
}

/// The cotangents of `weight` and `bias` in [`embedding`]; `cotangent` is `(B, O, P)`.
///
/// # Errors
/// The shapes do not fit together, or a symbol is not below `vocabulary`.
pub fn embedding_vjp(
    symbols: &ArrayRef2<u16>,
    vocabulary: usize,
    cotangent: &ArrayRef3<f64>,
) -> Result<(Array2<f64>, Array1<f64>)> {
    let (batch, positions) = symbols.dim();
    let outputs = cotangent.dim().1;
    let expected = [batch, outputs, positions];
    arguments::shape("embedding cotangent", cotangent.shape(), &expected)?;
    check(symbols, vocabulary)?;
    let mut weight = Array2::zeros((outputs, vocabulary));
    let mut bias = Array1::zeros(outputs);
    for ((b, o, p), value) in cotangent.indexed_iter() {
        weight[[o, usize::from(symbols[[b, p]])]] += value;
        bias[o] += value;
    }
    Ok((weight, bias))
}

fn check(symbols: &ArrayRef2<u16>, vocabulary: usize) -> Result<()> {
    match symbols.iter().find(|s| usize::from(**s) >= vocabulary) {
        None => Ok(()),
        Some(symbol) => {
            let expected = format!("below {vocabulary}, the vocabulary's size");
            Err(Error::argument("symbol", symbol, expected))
        }
    }
}

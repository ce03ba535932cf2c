//! The comparison of two sequences that the same network has encoded (Appendix D, Retrieval).

use ndarray::{Array2, ArrayRef2};

use super::arguments;
use crate::{Error, Result};

/// `[x_1, x_2, x_1 x_2, x_1 - x_2]` of each pair: `(2B, C)`, all first sequences before all second
/// ones, to `(B, 4C)`.
///
/// # Errors
/// `x` has an odd number of rows, or none.
pub fn pair_features(x: &ArrayRef2<f64>) -> Result<Array2<f64>> {
    let (rows, channels) = x.dim();
    let batch = pairs(rows)?;
    Ok(Array2::from_shape_fn((batch, 4 * channels), |(b, i)| {
        let (first, second) = (x[[b, i % channels]], x[[batch + b, i % channels]]);
        match i / channels {
            0 => first,
            1 => second,
            2 => first * second,
            _ => first - second,
        }
    }))
}

/// The cotangent of `x` in [`pair_features`]; `cotangent` is `(B, 4C)`.
///
/// # Errors
/// As [`pair_features`], and if `cotangent` has another shape.
pub fn pair_features_vjp(x: &ArrayRef2<f64>, cotangent: &ArrayRef2<f64>) -> Result<Array2<f64>> {
    let (rows, channels) = x.dim();
    let batch = pairs(rows)?;
    let expected = [batch, 4 * channels];
    arguments::shape("cotangent of pair features", cotangent.shape(), &expected)?;
    let mut d = Array2::zeros((rows, channels));
    for b in 0..batch {
        for c in 0..channels {
            let of = |part: usize| cotangent[[b, part * channels + c]];
            d[[b, c]] = of(0) + of(2) * x[[batch + b, c]] + of(3);
            d[[batch + b, c]] = of(1) + of(2) * x[[b, c]] - of(3);
        }
    }
    Ok(d)
}

fn pairs(rows: usize) -> Result<usize> {
    if rows == 0 || !rows.is_multiple_of(2) {
        return Err(Error::argument(
            "rows of pairs",
            rows,
            "an even number, at least 2",
        ));
    }
    Ok(rows / 2)
}

//! Fourier encoding of coordinates (Tancik et al. 2020; Appendix E.1).

use std::f64::consts::PI;

use ndarray::{Array3, ArrayRef2};

use super::arguments;
use crate::Result;

/// `gamma(x) = [cos(2 pi omega_0 W x), sin(2 pi omega_0 W x)]`.
///
/// `coordinates` is `(P, D)` and `w` `(F/2, D)`; the result is a signal `(1, F, P)`, all cosines
/// before all sines. Neither argument is learned, so there is no vector-Jacobian product.
///
/// A phase is counted in turns, of which only the fraction matters. Taking the whole turns away
/// (exactly, in floating point) before multiplying by `2 pi` keeps the precision of a small angle
/// where `omega_0` is in the thousands.
///
/// # Errors
/// `omega_0` is not above 0, a coordinate or an entry of `w` is not finite, or the shapes differ
/// in D.
pub fn fourier_encoding(
    coordinates: &ArrayRef2<f64>,
    w: &ArrayRef2<f64>,
    omega_0: f64,
) -> Result<Array3<f64>> {
    let (positions, dimensions) = coordinates.dim();
    let frequencies = w.nrows();
    arguments::shape("Fourier encoding W", w.shape(), &[frequencies, dimensions])?;
    arguments::positive("omega_0", omega_0)?;
    for &coordinate in coordinates {
        arguments::finite("kernel coordinate", coordinate)?;
    }
    for &entry in w {
        arguments::finite("entry of W", entry)?;
    }
    let mut features = Array3::zeros((1, 2 * frequencies, positions));
    for f in 0..frequencies {
        for p in 0..positions {
            let mut turns = 0.0;
            for d in 0..dimensions {
                turns += w[[f, d]] * coordinates[[p, d]];
            }
            turns *= omega_0;
            let angle = 2.0 * PI * (turns - libm::round(turns));
            features[[0, f, p]] = libm::cos(angle);
            features[[0, frequencies + f, p]] = libm::sin(angle);
        }
    }
    Ok(features)
}

//! The definitions against values computed by hand or with 40-digit arithmetic (rounded
//! to f64 here), at their edges, and with impossible arguments.

use approx::assert_relative_eq;
use dnarch::Error;
use dnarch::equations::*;
use ndarray::{Array2, ArrayView1, arr1, array};

#[path = "definitions/layers.rs"]
mod layers;
#[path = "definitions/masks.rs"]
mod masks;
#[path = "definitions/objective.rs"]
mod objective;
#[path = "definitions/sizes.rs"]
mod sizes;

const T: f64 = mask::THRESHOLD;

/// Rounding of a few elementary functions, each exact to one or two units of 1.1e-16.
const ROUNDING: f64 = 1e-14;

/// Fails unless `given` is within `tolerance` of `expected`, relative to it.
#[track_caller]
fn near(given: f64, expected: f64, tolerance: f64) {
    assert_relative_eq!(given, expected, max_relative = tolerance, epsilon = 0.0);
}

#[track_caller]
fn close(given: f64, expected: f64) {
    near(given, expected, ROUNDING);
}

#[track_caller]
fn all_close<'a>(given: impl Into<ArrayView1<'a, f64>>, expected: &[f64]) {
    let given = given.into();
    assert_eq!(given.len(), expected.len());
    for (&given, &expected) in given.iter().zip(expected) {
        close(given, expected);
    }
}

#[track_caller]
fn refused<V: std::fmt::Debug>(result: dnarch::Result<V>) {
    assert!(matches!(result, Err(Error::Argument { .. })), "{result:?}");
}

//! The comparison of arrays that every test of the operations uses.

use approx::abs_diff_eq;
use ndarray::Array3;

/// The largest absolute difference; NaN where either array holds one.
pub fn difference(found: &Array3<f64>, expected: &Array3<f64>) -> f64 {
    assert_eq!(found.dim(), expected.dim());
    found
        .iter()
        .zip(expected)
        .map(|(found, expected)| (found - expected).abs())
        .fold(0.0, |most: f64, next| {
            if most.is_nan() || next.is_nan() {
                f64::NAN
            } else {
                most.max(next)
            }
        })
}

/// The largest magnitude, and at least 1: what an absolute tolerance is proportional to.
pub fn gauge(values: &Array3<f64>) -> f64 {
    values.iter().fold(1.0, |most, value| value.abs().max(most))
}

/// Fails unless the arrays have one shape and differ nowhere by more than `tolerance`.
pub fn assert_close(what: &str, found: &Array3<f64>, expected: &Array3<f64>, tolerance: f64) {
    assert_eq!(found.dim(), expected.dim(), "{what}: shape");
    for ((place, found), expected) in found.indexed_iter().zip(expected) {
        assert!(
            abs_diff_eq!(found, expected, epsilon = tolerance),
            "{what}: {found} at {place:?}, expected {expected} within {tolerance:e}"
        );
    }
}

/// Fails unless the arrays have one shape and the same bits.
pub fn assert_same_bits(what: &str, found: &Array3<f64>, expected: &Array3<f64>) {
    assert_eq!(found.dim(), expected.dim(), "{what}: shape");
    for ((place, found), expected) in found.indexed_iter().zip(expected) {
        assert!(
            found.to_bits() == expected.to_bits(),
            "{what}: {found:e} at {place:?}, expected {expected:e} to the bit"
        );
    }
}

mod tests {
    use std::panic::catch_unwind;

    use ndarray::Array3;

    use super::{assert_close, assert_same_bits, difference, gauge};

    fn array(values: [f64; 3]) -> Array3<f64> {
        Array3::from_shape_vec((1, 1, 3), values.to_vec()).unwrap()
    }

    #[test]
    fn a_comparison_passes_within_the_tolerance_and_fails_beyond() {
        let (a, b) = (array([1.0, 2.0, 3.0]), array([1.0, 2.5, 3.0]));
        assert_close("equal enough", &a, &b, 0.5);
        assert!(catch_unwind(|| assert_close("too far", &a, &b, 0.499)).is_err());
        assert_eq!(difference(&a, &b), 0.5);
        assert_eq!(gauge(&array([-3.0, 2.0, 0.0])), 3.0);
        assert_eq!(gauge(&array([0.0, 0.5, 0.0])), 1.0);
    }

    #[test]
    fn nan_never_passes_a_comparison() {
        let numbers = array([1.0, 2.0, 3.0]);
        for place in 0..3 {
            let mut values = [1.0, 2.0, 3.0];
            values[place] = f64::NAN;
            let nan = array(values);
            for (a, b) in [(&nan, &numbers), (&numbers, &nan), (&nan, &nan)] {
                assert!(catch_unwind(|| assert_close("NaN", a, b, f64::INFINITY)).is_err());
                assert!(difference(a, b).is_nan());
            }
        }
    }

    #[test]
    fn shapes_must_be_equal() {
        let (a, b) = (Array3::zeros((1, 2, 3)), Array3::zeros((1, 3, 2)));
        assert!(catch_unwind(|| assert_close("shape", &a, &b, 1.0)).is_err());
        assert!(catch_unwind(|| assert_same_bits("shape", &a, &b)).is_err());
    }

    #[test]
    fn bits_tell_what_equality_does_not() {
        let zero = array([0.0, 1.0, 2.0]);
        assert_same_bits("itself", &zero, &zero);
        for other in [[-0.0, 1.0, 2.0], [0.0, 1.0 + f64::EPSILON, 2.0]] {
            assert!(catch_unwind(|| assert_same_bits("bits", &array(other), &zero)).is_err());
        }
    }
}

//! The tester tested first: what passes a comparison, and what never does.

use dnarch::Error;
use dnarch::fixtures::compare::{Comparison, Tolerance, compare};
use dnarch::fixtures::format::Precision;
use dnarch::fixtures::verdict::Verdict;
use ndarray::{ArrayD, IxDyn};

const SINGLE: Tolerance = Tolerance {
    k: 16.0,
    precision: Precision::F32,
};

fn array(shape: &[usize], values: &[f64]) -> ArrayD<f64> {
    ArrayD::from_shape_vec(IxDyn(shape), values.to_vec()).unwrap()
}

fn vector(values: &[f64]) -> ArrayD<f64> {
    array(&[values.len()], values)
}

fn scalar(value: f64) -> ArrayD<f64> {
    array(&[], &[value])
}

fn compared(found: &[f64], expected: &[f64], gauge: &ArrayD<f64>) -> Comparison {
    compare(&vector(found), &vector(expected), gauge, &SINGLE).unwrap()
}

#[test]
fn equal_integers_pass_without_any_gauge() {
    let values: Vec<f64> = (-50..50).map(f64::from).collect();
    let comparison = compared(&values, &values, &scalar(0.0));
    assert_eq!(comparison.verdict, None);
    assert_eq!(comparison.outside, 0);
    let worst = comparison.worst.unwrap();
    assert_eq!((worst.error, worst.bound), (0.0, 0.0));
}

#[test]
fn an_integer_off_by_one_is_found_at_its_place() {
    let expected = array(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    for place in 0..6 {
        let mut found = expected.clone();
        found.as_slice_mut().unwrap()[place] += 1.0;
        let comparison = compare(&found, &expected, &scalar(0.0), &SINGLE).unwrap();
        assert_eq!(comparison.verdict, Some(Verdict::OutOfBound));
        assert_eq!(comparison.outside, 1);
        let worst = comparison.worst.unwrap();
        assert_eq!(worst.index, [place / 3, place % 3]);
        assert_eq!(worst.expected, 1.0 + place as f64);
        assert_eq!(worst.found, 2.0 + place as f64);
        assert_eq!(worst.error, f64::INFINITY);
    }
}

#[test]
fn the_worst_index_is_that_of_the_array_and_not_of_its_memory() {
    let expected = array(&[2, 3], &[0.0; 6]);
    // The same shape, stored column by column.
    let mut found = array(&[3, 2], &[0.0; 6]).reversed_axes();
    found[[1, 2]] = 7.0;
    let worst = compare(&found, &expected, &scalar(1.0), &SINGLE).unwrap();
    assert_eq!(worst.worst.unwrap().index, [1, 2]);
}

#[test]
fn nan_never_passes() {
    let gauges = [0.0, 1.0, f64::MAX, f64::INFINITY, f64::NAN].map(scalar);
    for gauge in &gauges {
        for sign in [1.0, -1.0] {
            let nan = f64::NAN.copysign(sign);
            let both = compared(&[1.0, nan, 1.0], &[1.0, nan, 1.0], gauge);
            assert_eq!(both.verdict, Some(Verdict::NotANumber));
            let found = compared(&[1.0, nan, 1.0], &[1.0; 3], gauge);
            assert_eq!(found.verdict, Some(Verdict::NotANumber));
            assert_eq!(found.worst.unwrap().index, [1]);
            let expected = compared(&[1.0; 3], &[1.0, nan, 1.0], gauge);
            assert_eq!(expected.verdict, Some(Verdict::OutOfBound));
            for comparison in [both, expected] {
                assert_eq!(comparison.outside, 1);
                assert!(!comparison.worst.unwrap().passes());
            }
        }
    }
}

#[test]
fn a_gauge_that_is_no_magnitude_allows_no_error() {
    for gauge in [f64::NAN, -1.0, f64::NEG_INFINITY, -0.0] {
        let comparison = compared(&[1.0 + 1e-12], &[1.0], &scalar(gauge));
        assert_eq!(comparison.verdict, Some(Verdict::OutOfBound), "{gauge}");
        assert_eq!(compared(&[1.0], &[1.0], &scalar(gauge)).verdict, None);
    }
}

#[test]
fn infinities_never_pass() {
    for infinity in [f64::INFINITY, f64::NEG_INFINITY] {
        for gauge in [0.0, 1.0, f64::MAX, f64::INFINITY] {
            for expected in [infinity, -infinity, 0.0, f64::MAX] {
                let comparison = compared(&[infinity], &[expected], &scalar(gauge));
                assert_eq!(
                    comparison.verdict,
                    Some(Verdict::Infinite),
                    "{expected} {gauge}"
                );
                assert_eq!(comparison.outside, 1);
            }
            let comparison = compared(&[f64::MAX], &[infinity], &scalar(gauge));
            assert_eq!(comparison.verdict, Some(Verdict::OutOfBound), "{gauge}");
        }
    }
}

#[test]
fn a_difference_that_overflows_does_not_pass() {
    let comparison = compared(&[f64::MAX], &[f64::MIN], &scalar(1.0));
    assert_eq!(comparison.verdict, Some(Verdict::OutOfBound));
}

#[test]
fn shapes_must_be_the_same() {
    let shapes: [&[usize]; 9] = [
        &[6],
        &[5],
        &[7],
        &[6, 1],
        &[1, 6],
        &[2, 3],
        &[3, 2],
        &[],
        &[1],
    ];
    for found in shapes {
        for expected in shapes {
            let of = |shape| ArrayD::zeros(IxDyn(shape));
            let comparison = compare(&of(found), &of(expected), &scalar(1.0), &SINGLE).unwrap();
            let verdict = (found != expected).then_some(Verdict::WrongShape);
            assert_eq!(comparison.verdict, verdict, "{found:?} {expected:?}");
        }
    }
}

#[test]
fn a_gauge_of_another_shape_is_refused() {
    for shape in [&[1][..], &[2], &[4], &[1, 3], &[3, 1]] {
        let values = vector(&[1.0; 3]);
        let gauge = ArrayD::ones(IxDyn(shape));
        let error = compare(&values, &values, &gauge, &SINGLE).unwrap_err();
        assert!(matches!(error, Error::Argument { .. }), "{error}");
    }
}

#[test]
fn one_gauge_for_all_is_that_gauge_for_each() {
    let (found, expected) = ([1.0, 2.00001, 3.0], [1.0, 2.0, 3.0]);
    for gauge in [0.0, 1.0, 100.0] {
        let one = compared(&found, &expected, &scalar(gauge));
        let each = compared(&found, &expected, &vector(&[gauge; 3]));
        assert_eq!(one, each);
    }
    assert!(compared(&found, &expected, &scalar(1.0)).verdict.is_some());
    assert!(
        compared(&found, &expected, &scalar(100.0))
            .verdict
            .is_none()
    );
}

#[test]
fn each_value_has_its_own_gauge() {
    let found = [1.00001, 2.00001, 3.00001];
    let expected = [1.0, 2.0, 3.0];
    let comparison = compared(&found, &expected, &vector(&[100.0, 1.0, 100.0]));
    assert_eq!(comparison.outside, 1);
    assert_eq!(comparison.worst.unwrap().index, [1]);
}

#[test]
fn without_a_gauge_only_equality_passes() {
    let smallest = f64::from_bits(1);
    let zero = scalar(0.0);
    assert_eq!(
        compared(&[smallest], &[0.0], &zero).verdict,
        Some(Verdict::OutOfBound)
    );
    assert_eq!(
        compared(&[-smallest], &[0.0], &zero).verdict,
        Some(Verdict::OutOfBound)
    );
    assert_eq!(compared(&[-0.0], &[0.0], &zero).verdict, None);
}

#[test]
fn an_error_of_one_bound_passes_and_the_next_number_does_not() {
    // The bounds of k = 16, gauge 1, by hand; in the wider precisions tiny is rounded away.
    let bounds = [
        (Precision::F64, 16.0 / 2f64.powi(53)),
        (Precision::F32, 16.0 / 2f64.powi(24)),
        (Precision::F16, 16.0 / 2f64.powi(11) + 1.0 / 16384.0),
        (Precision::Bf16, 16.0 / 256.0),
    ];
    for (precision, bound) in bounds {
        let tolerance = Tolerance { k: 16.0, precision };
        assert_eq!(tolerance.bound(1.0), bound, "{precision:?}");
        let of = |found: f64| {
            let found = vector(&[0.0, found]);
            compare(&found, &vector(&[0.0; 2]), &scalar(1.0), &tolerance).unwrap()
        };
        for sign in [1.0, -1.0] {
            let exact = of(sign * bound);
            assert_eq!(exact.verdict, None, "{precision:?}");
            assert_eq!(exact.worst.unwrap().error, 1.0);
            let next = of(sign * bound.next_up());
            assert_eq!(next.verdict, Some(Verdict::OutOfBound), "{precision:?}");
            let double = of(sign * 2.0 * bound);
            assert_eq!(double.verdict, Some(Verdict::OutOfBound));
            assert_eq!(double.worst.unwrap().error, 2.0);
        }
    }
}

#[test]
fn the_bound_grows_with_k_and_gauge() {
    for (k, gauge) in [(8.0, 1.0), (16.0, 0.5), (1.0, 8.0)] {
        let tolerance = Tolerance { k, ..SINGLE };
        assert_eq!(tolerance.bound(gauge), 8.0 / 2f64.powi(24));
    }
}

#[test]
fn a_half_precision_may_flush_to_zero_below_its_normal_numbers() {
    let (small, gauge) = (2f64.powi(-15), scalar(2f64.powi(-15)));
    let of = |found: f64, gauge: &ArrayD<f64>, precision| {
        let tolerance = Tolerance { k: 1.0, precision };
        compare(&vector(&[found]), &vector(&[small]), gauge, &tolerance)
            .unwrap()
            .verdict
    };
    assert_eq!(of(0.0, &gauge, Precision::F16), None);
    for precision in [Precision::F64, Precision::F32, Precision::Bf16] {
        assert_eq!(of(0.0, &gauge, precision), Some(Verdict::OutOfBound));
    }
    // A result that is exact has nothing to flush.
    assert_eq!(
        of(0.0, &scalar(0.0), Precision::F16),
        Some(Verdict::OutOfBound)
    );
    let normal = 2f64.powi(-14);
    assert_eq!(
        of(small + 2.0 * normal, &gauge, Precision::F16),
        Some(Verdict::OutOfBound)
    );
}

#[test]
fn an_empty_array_passes_in_its_shape_alone() {
    let empty = |shape: &[usize]| ArrayD::<f64>::zeros(IxDyn(shape));
    for gauge in [scalar(1.0), empty(&[0, 3])] {
        let comparison = compare(&empty(&[0, 3]), &empty(&[0, 3]), &gauge, &SINGLE).unwrap();
        assert_eq!((comparison.verdict, comparison.worst), (None, None));
        let comparison = compare(&empty(&[3, 0]), &empty(&[0, 3]), &gauge, &SINGLE).unwrap();
        assert_eq!(comparison.verdict, Some(Verdict::WrongShape));
    }
}

#[test]
fn nan_is_worse_than_infinity_and_infinity_worse_than_an_error() {
    let (nan, infinity) = (f64::NAN, f64::NEG_INFINITY);
    // The gauge of the first value is 0, so that its error is infinite in units of its bound.
    let gauge = vector(&[0.0, 1.0, 1.0, 1.0]);
    for (found, verdict, index) in [
        ([9.0, infinity, nan, 0.0], Verdict::NotANumber, 2),
        ([9.0, infinity, 0.0, 0.0], Verdict::Infinite, 1),
        ([9.0, 5.0, 0.0, 0.0], Verdict::OutOfBound, 0),
        ([0.0, 0.0, -5.0, 5.0], Verdict::OutOfBound, 2),
        ([0.0, 4.0, -5.0, 4.0], Verdict::OutOfBound, 2),
    ] {
        let comparison = compared(&found, &[0.0; 4], &gauge);
        assert_eq!(comparison.verdict, Some(verdict), "{found:?}");
        assert_eq!(comparison.worst.unwrap().index, [index], "{found:?}");
    }
}

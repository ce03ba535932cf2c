//! Single precision against double precision: every operation on the same inputs, and the
//! single-precision GELU on a dense sweep.

#[path = "common/compare.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod compare;
#[path = "common/operation/mod.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod operation;

use compare::{assert_close, difference, gauge};
use dfdx::prelude::Cpu;
use dnarch::autodiff::{Gelu, Tape, Variable, gelu};
use dnarch::equations;
use ndarray::{Array1, Array3};
use operation::{Check, Input, Operation, evaluate, forward, normal, stream, tolerance};

/// The unit roundoff of `f32`.
const U: f64 = f32::EPSILON as f64 / 2.0;

struct SingleIsNearDouble {
    /// The largest error, as a share of what is allowed, and where.
    worst: (f64, String),
}

impl Check for SingleIsNearDouble {
    fn check(&mut self, operation: &(impl Operation + Sync)) {
        let mut random = stream(operation);
        let round = |x: f64| f64::from(x as f32);
        let inputs: Vec<Input> = operation
            .inputs(&mut random)
            .iter()
            .map(|input| input.map(round))
            .collect();
        let shape = forward::<f64>(operation, &inputs).dim().into();
        let cotangent = normal(&mut random, shape).mapv(round);
        let (expected, expected_gradients) = evaluate::<f64>(operation, &inputs, &cotangent);
        let (found, found_gradients) = evaluate::<f32>(operation, &inputs, &cotangent);
        // A result without arithmetic is exact.
        let tolerance = tolerance(U, operation);
        let results = found_gradients.iter().zip(&expected_gradients);
        for (i, (found, expected)) in [(&found, &expected)].into_iter().chain(results).enumerate() {
            let allowed = tolerance * gauge(expected);
            let name = format!("{operation:?}, result {i}");
            assert_close(&name, found, expected, allowed);
            let share = difference(found, expected) / allowed;
            if share > self.worst.0 {
                self.worst = (share, name);
            }
        }
    }
}

#[test]
fn every_operation_in_single_precision_is_near_double_precision() {
    let mut check = SingleIsNearDouble {
        worst: (0.0, String::new()),
    };
    operation::all(&mut check);
    println!(
        "largest share of the tolerance: {:.3} ({})",
        check.worst.0, check.worst.1
    );
}

/// Values and slopes of the single-precision GELU.
fn single_gelu(x: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let mut tape = Tape::recording(Cpu::default());
    let input = Variable::parameter(x.to_vec(), [1, 1, x.len()]).unwrap();
    let output = gelu(&mut tape, &input, Gelu::Exact).unwrap();
    let ones = vec![1.0; x.len()];
    let mut gradients = tape.backward_from(&output, ones).unwrap();
    let slope = input.gradient(&mut gradients).unwrap().unwrap();
    (output.values().to_vec(), slope)
}

/// The largest absolute errors of value and slope over `x`.
fn gelu_errors(x: &[f32]) -> (f64, f64) {
    let (values, slopes) = single_gelu(x);
    let wide: Array1<f64> = x.iter().map(|x| f64::from(*x)).collect();
    let expected = equations::activation::gelu(&wide);
    let expected_slopes = equations::activation::gelu_vjp(&wide, &Array1::ones(x.len())).unwrap();
    let error = |found: &[f32], expected: &Array1<f64>| {
        let array = |values: Vec<f64>| Array3::from_shape_vec((1, 1, x.len()), values).unwrap();
        let found = array(found.iter().map(|value| f64::from(*value)).collect());
        difference(&found, &array(expected.to_vec()))
    };
    (error(&values, &expected), error(&slopes, &expected_slopes))
}

/// Abramowitz and Stegun's 7.1.26 is off by 1.5e-7 in the error function, so by 7.5e-8 in `Phi`,
/// which the value multiplies by x up to 4, beyond which the exponential is small. Roundings add
/// half a unit in the last place of a value below 8, 2.4e-7, and of `Phi`, 3e-8 times x. The slope
/// is `Phi` and a term of at most 0.25, each with a few roundings of 6e-8.
#[test]
fn the_single_precision_gelu_is_within_its_stated_error() {
    let dense: Vec<f32> = (-800_000..=800_000).map(|i| i as f32 * 1e-5).collect();
    let (value, slope) = gelu_errors(&dense);
    println!("|x| <= 8: value off by at most {value:.2e}, slope by {slope:.2e}");
    assert!(value < 5e-7, "{value}");
    assert!(slope < 5e-7, "{slope}");
    // From the smallest positive number to 8.
    let small: Vec<f32> = (-149..3)
        .flat_map(|e| [1.0f32, -1.37].map(|m| m * 2f32.powi(e)))
        .collect();
    let (value, slope) = gelu_errors(&small);
    assert!(value < 5e-7 && slope < 5e-7, "{value}, {slope}");
}

#[test]
fn the_single_precision_gelu_is_the_identity_or_zero_far_out() {
    for x in [8.0f32, 13.2, 14.0, 1e3, 1e19, 1e20, f32::MAX] {
        let (values, slopes) = single_gelu(&[x, -x]);
        assert_eq!((values[0], slopes[0]), (x, 1.0), "at {x}");
        // The tail at -8 is 6e-16 times 8; further out it vanishes.
        assert!((-1e-13..=0.0).contains(&values[1]), "{} at -{x}", values[1]);
        assert!(slopes[1].abs() < 1e-13, "{} at -{x}", slopes[1]);
    }
}

#[test]
fn a_gelu_of_what_is_not_a_number_is_not_one() {
    for form in [Gelu::Exact, Gelu::Tanh] {
        // As many as fill a vector register, and a rest.
        for place in 0..19 {
            let mut x = [0.5f32; 19];
            x[place] = f32::NAN;
            let mut tape = Tape::recording(Cpu::default());
            let input = Variable::parameter(x.to_vec(), [1, 1, 19]).unwrap();
            let output = gelu(&mut tape, &input, form).unwrap();
            let mut gradients = tape.backward_from(&output, vec![1.0; 19]).unwrap();
            let slope = input.gradient(&mut gradients).unwrap().unwrap();
            for (i, (value, slope)) in output.values().iter().zip(&slope).enumerate() {
                assert_eq!(value.is_nan(), i == place, "value {i} of {form:?}");
                assert_eq!(slope.is_nan(), i == place, "slope {i} of {form:?}");
            }
        }
    }
}

/// An overflow stays visible: `inf Phi(inf)` is infinite, and `-inf Phi(-inf)` is no finite number
/// that a network could go on with.
#[test]
fn a_gelu_of_an_infinity_is_not_finite() {
    let (values, slopes) = single_gelu(&[f32::INFINITY, f32::NEG_INFINITY]);
    assert_eq!(values[0], f32::INFINITY);
    assert!(values[1].is_nan());
    assert!(slopes.iter().all(|slope| slope.is_nan()));
    let doubles = equations::activation::gelu(&ndarray::arr1(&[f64::INFINITY, f64::NEG_INFINITY]));
    assert!(doubles[0] == f64::INFINITY && doubles[1].is_nan());
}

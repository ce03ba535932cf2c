//! The gradients of every fast operation are central differences of its values, in `f64` and with
//! a random cotangent.

#[path = "common/operation/mod.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod operation;

use approx::abs_diff_eq;
use ndarray::Array3;
use operation::{Check, Input, Operation, evaluate, forward, normal, stream};

/// The step of the central differences.
const STEP: f64 = 1e-5;

/// How far a central difference may be from the gradient, relative to `1 + |gradient|`. The step
/// truncates at `STEP^2 / 6 = 2e-11` times the third derivative, at most 2e3 here (a sigmoid mask
/// with tau = 25), and rounding adds `1e-16 / STEP = 1e-11` times the sum, below 1e3 times the
/// gradient. Both stay below 1e-7.
const TOLERANCE: f64 = 1e-7;

/// More inputs than this are left to the comparison with the definition.
const MOST_INPUTS: usize = 500;

struct EqualsDifference {
    compared: usize,
}

impl Check for EqualsDifference {
    fn check(&mut self, operation: &(impl Operation + Sync)) {
        let mut random = stream(operation);
        let inputs = operation.inputs(&mut random);
        let entries: usize = inputs.iter().map(|input| input.array().len()).sum();
        if !operation.gradient_is_slope() || entries > MOST_INPUTS {
            return;
        }
        let shape = forward::<f64>(operation, &inputs).dim().into();
        let cotangent = normal(&mut random, shape);
        let loss = |inputs: &[Input]| -> f64 {
            let output: Array3<f64> = forward::<f64>(operation, inputs);
            output.iter().zip(&cotangent).map(|(y, c)| y * c).sum()
        };
        let (_, gradients) = evaluate::<f64>(operation, &inputs, &cotangent);
        for (i, gradient) in gradients.iter().enumerate() {
            for (place, gradient) in gradient.indexed_iter() {
                let shifted = |step: f64| {
                    let mut moved = inputs.clone();
                    moved[i].array_mut()[place] += step;
                    loss(&moved)
                };
                let difference = (shifted(STEP) - shifted(-STEP)) / (2.0 * STEP);
                assert!(
                    abs_diff_eq!(
                        *gradient,
                        difference,
                        epsilon = TOLERANCE * (1.0 + difference.abs())
                    ),
                    "{operation:?}, input {i}, {place:?}: gradient {gradient}, central difference \
                     {difference}"
                );
                self.compared += 1;
            }
        }
    }
}

#[test]
fn every_gradient_is_a_central_difference() {
    let mut check = EqualsDifference { compared: 0 };
    operation::all(&mut check);
    assert!(
        check.compared > 10_000,
        "only {} were compared",
        check.compared
    );
}

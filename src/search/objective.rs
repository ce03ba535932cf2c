//! The task's objective L_obj on one batch.

use dfdx::prelude::{Cpu, Device, Tensor};

use crate::autodiff::{
    Element, Tape, Variable, cross_entropy, masked_binary_cross_entropy, relative_l2,
};
use crate::tasks::{Goal, Targets};
use crate::{Error, Result};

/// Cross-entropy for classes, relative L2 of the decoded prediction for fields, binary cross-entropy
/// of what is not ignored for masks.
pub fn objective<E: Element>(
    tape: &mut Tape<E>,
    prediction: &Variable<E>,
    goal: &Goal,
    targets: &Targets,
) -> Result<Tensor<(), E, Cpu>>
where
    Cpu: Device<E>,
{
    match (goal, targets) {
        (Goal::Classification { .. }, Targets::Classes(labels)) => {
            cross_entropy(tape, prediction, labels)
        }
        (
            Goal::Regression {
                mean, deviation, ..
            },
            Targets::Fields(fields),
        ) => {
            let wide = |values: &[f32]| values.iter().map(|v| E::of(f64::from(*v))).collect();
            let [mean, deviation, fields]: [Vec<E>; 3] =
                [wide(mean), wide(deviation), wide(fields)];
            relative_l2(tape, prediction, &mean, &deviation, &fields)
        }
        (Goal::Segmentation, Targets::Masks { object, ignored }) => {
            masked_binary_cross_entropy(tape, prediction, object, ignored)
        }
        _ => Err(Error::argument(
            "targets",
            "of another kind",
            "what the task's goal asks for",
        )),
    }
}

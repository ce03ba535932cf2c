//! Held-out metrics.
//!
//! Batch normalisation uses the statistics of the evaluation batch (Appendix E.1), so the batch
//! size is part of the protocol: samples in their order, in batches of the training batch size, the
//! last one smaller, but of two samples at least.

use dfdx::prelude::{Cpu, Device};

use super::objective;
use super::step::forward;
use crate::autodiff::{Element, Tape, Variable};
use crate::equations::detection::Detection;
use crate::network::Network;
use crate::tasks::{Batch, Goal, Split, Targets, Task};
use crate::{Error, Result};

/// The metrics of one split.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean objective over samples.
    pub loss: f64,
    /// Accuracy in [0, 1] for classes (higher is better); relative L2 for fields and balanced error
    /// for masks (lower is better).
    pub metric: f64,
    /// Further metrics of the same split, by name.
    pub others: Vec<(&'static str, f64)>,
    pub samples: usize,
}

impl Evaluation {
    /// What [`Evaluation::metric`] is called.
    pub fn metric_name(goal: &Goal) -> &'static str {
        match goal {
            Goal::Classification { .. } => "accuracy",
            Goal::Regression { .. } => "relative L2",
            Goal::Segmentation => "balanced error",
        }
    }
}

/// The metrics of `network` on `split`.
pub fn evaluate<E: Element>(
    network: &Network<E>,
    task: &dyn Task,
    split: Split,
    batch_size: usize,
) -> Result<Evaluation>
where
    Cpu: Device<E>,
{
    let samples = task.len(split);
    let trimmed = network.trim()?;
    let (mut loss, mut metric) = (0.0, 0.0);
    let mut detected = Detection::default();
    let mut first = 0;
    while first < samples {
        let mut end = (first + batch_size).min(samples);
        if samples - end == 1 {
            end = samples;
        }
        let indices: Vec<usize> = (first..end).collect();
        let batch = task.batch(split, &indices, 0)?;
        let mut tape = Tape::silent(Cpu::default());
        let output = forward(network, &trimmed, &mut tape, &batch, None)?;
        let batch_loss =
            objective(&mut tape, &output, task.goal(), &batch.targets)?.as_vec()[0].wide();
        loss += batch_loss * batch.size as f64;
        metric += match &batch.targets {
            Targets::Classes(labels) => correct(&output, labels) as f64,
            Targets::Fields(_) => batch_loss * batch.size as f64,
            Targets::Masks { object, ignored } => {
                let logits: Vec<f64> = output.values().iter().map(|v| v.wide()).collect();
                detected.add(&logits, object, ignored)?;
                0.0
            }
        };
        first = end;
    }
    let samples = samples as f64;
    Ok(Evaluation {
        loss: loss / samples,
        metric: match task.goal() {
            Goal::Segmentation => detected.all.balanced_error().ok_or_else(one_kind)?,
            _ => metric / samples,
        },
        others: match task.goal() {
            Goal::Segmentation => rates(&detected),
            _ => Vec::new(),
        },
        samples: samples as usize,
    })
}

fn one_kind() -> Error {
    Error::argument(
        "masks to evaluate on",
        "one kind of position",
        "object and background",
    )
}

/// The error rates that are printed of the same task elsewhere (Appendix D.3 and the benchmark's own
/// scripts). A rate whose kind of position does not occur is left out.
fn rates(detection: &Detection) -> Vec<(&'static str, f64)> {
    let named = [
        ("false-negative rate", detection.all.false_negative_rate()),
        ("false-positive rate", detection.all.false_positive_rate()),
        ("1 - AUROC", detection.all.one_minus_auroc()),
        (
            "false-negative rate, ignored left out",
            detection.kept.false_negative_rate(),
        ),
    ];
    let rates = named.into_iter();
    rates
        .filter_map(|(name, rate)| Some((name, rate?)))
        .collect()
}

/// The trimmed network's output on a batch.
pub fn predict<E: Element>(network: &Network<E>, batch: &Batch) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let mut tape = Tape::silent(Cpu::default());
    forward(network, &network.trim()?, &mut tape, batch, None)
}

/// How many labels the largest logit names; of equal logits, the first counts.
fn correct<E: Element>(logits: &Variable<E>, labels: &[usize]) -> usize
where
    Cpu: Device<E>,
{
    let classes = logits.shape()[1];
    let largest = |logits: &[E]| {
        (1..classes).fold(0, |best, class| {
            if logits[class] > logits[best] {
                class
            } else {
                best
            }
        })
    };
    let rows = logits.values().chunks(classes).zip(labels);
    rows.filter(|(logits, label)| largest(logits) == **label)
        .count()
}

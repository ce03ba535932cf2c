//! The training loop.

use std::ops::ControlFlow;

use dfdx::prelude::{Cpu, Device};

use super::{Evaluation, Search, StepReport, evaluate};
use crate::autodiff::Element;
use crate::random::Stream;
use crate::tasks::{Split, Task};
use crate::{Error, Result};

/// How long and in what order a search trains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    pub epochs: usize,
    /// Samples of a step; the rest of an epoch that does not fill a batch is left out.
    pub batch: usize,
    /// Epochs between evaluations on the validation split.
    pub evaluate_every: usize,
    pub seed: u64,
}

impl Plan {
    /// Steps of one epoch.
    ///
    /// # Errors
    /// [`Error::Argument`] where not even one batch can be filled.
    pub fn steps_per_epoch(&self, task: &dyn Task) -> Result<u64> {
        let samples = task.len(Split::Train);
        if self.batch == 0 || self.batch > samples {
            let expected = format!("1 to {samples}, the number of training samples");
            return Err(Error::argument("batch", self.batch, expected));
        }
        Ok((samples / self.batch) as u64)
    }
}

/// Hears of every step and evaluation; may stop the training, which can then be resumed.
pub trait Observer<E: Element>
where
    Cpu: Device<E>,
{
    fn step(&mut self, search: &Search<E>, report: &StepReport) -> Result<ControlFlow<()>>;

    fn evaluation(&mut self, search: &Search<E>, evaluation: &Evaluation) -> Result<()>;
}

/// Trains from the search's current step to the end of the plan. Epoch e sees the training samples
/// in the e-th random order of the seed, so a search that was stopped goes on as if it had not been.
///
/// Returns whether the plan was finished.
///
/// # Errors
/// [`Error::Diverged`] where the loss, a parameter or an evaluation is not finite; those of the task
/// and of the observer.
pub fn train<E: Element>(
    search: &mut Search<E>,
    task: &dyn Task,
    plan: &Plan,
    observer: &mut dyn Observer<E>,
) -> Result<bool>
where
    Cpu: Device<E>,
{
    let steps = plan.steps_per_epoch(task)?;
    while search.optimiser.steps < steps * plan.epochs as u64 {
        let epoch = search.optimiser.steps / steps;
        let order =
            Stream::new(plan.seed, "epoch order", epoch).permutation(task.len(Split::Train));
        let first = (search.optimiser.steps % steps) as usize;
        for indices in order.chunks_exact(plan.batch).skip(first) {
            let batch = task.batch(Split::Train, indices, epoch)?;
            let report = search.step(&batch, task.goal())?;
            let epoch_ended = report.step.is_multiple_of(steps);
            let finished = report.step == steps * plan.epochs as u64;
            let due = (epoch + 1).is_multiple_of(plan.evaluate_every as u64) || finished;
            if epoch_ended && due {
                let evaluation = evaluate(&search.network, task, Split::Validation, plan.batch)?;
                if !evaluation.loss.is_finite() {
                    return Err(Error::Diverged {
                        step: report.step,
                        what: "the validation loss".to_string(),
                        value: evaluation.loss,
                    });
                }
                observer.evaluation(search, &evaluation)?;
            }
            if observer.step(search, &report)?.is_break() && !finished {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

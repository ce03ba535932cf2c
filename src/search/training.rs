//! The training loop.

use std::ops::ControlFlow;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use dfdx::prelude::{Cpu, Device};

use super::{Evaluation, Search, StepReport, evaluate};
use crate::autodiff::Element;
use crate::random::Stream;
use crate::tasks::{Batch, Split, Task};
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
/// The next batches, of the next epoch too, are read while a step computes or an evaluation runs.
///
/// Batches are read on a thread of their own, which may need rayon's global pool: call this from
/// none of its workers.
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
    let first = search.optimiser.steps;
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(BATCHES_AHEAD);
        scope.spawn(move || load(task, plan, (first, steps), &sender));
        train_on(search, task, plan, batches.into_iter(), observer)
    })
}

/// Batches that wait, read while the steps before them compute.
const BATCHES_AHEAD: usize = 2;

/// Sends the batches after the first steps in order, until there are no more, one cannot be read,
/// or nobody listens. An epoch has so many `steps`.
fn load(
    task: &dyn Task,
    plan: &Plan,
    (first, steps): (u64, u64),
    batches: &SyncSender<Result<Batch>>,
) {
    for epoch in first / steps..plan.epochs as u64 {
        let order =
            Stream::new(plan.seed, "epoch order", epoch).permutation(task.len(Split::Train));
        let done = first.saturating_sub(epoch * steps) as usize;
        for indices in order.chunks_exact(plan.batch).skip(done) {
            let batch = task.batch(Split::Train, indices, epoch);
            let failed = batch.is_err();
            if batches.send(batch).is_err() || failed {
                return;
            }
        }
    }
}

/// Trains on the batches. Returns whether the observer let it come to their end.
fn train_on<E: Element>(
    search: &mut Search<E>,
    task: &dyn Task,
    plan: &Plan,
    batches: impl Iterator<Item = Result<Batch>>,
    observer: &mut dyn Observer<E>,
) -> Result<bool>
where
    Cpu: Device<E>,
{
    let steps = plan.steps_per_epoch(task)?;
    for batch in batches {
        let report = search.step(&batch?, task.goal())?;
        let epoch = (report.step - 1) / steps;
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
    Ok(true)
}

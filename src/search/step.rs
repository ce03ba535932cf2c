//! One step of the search: forward, loss (Eq. 2), backward, AdamW, masks reset.

use dfdx::prelude::{Cpu, Device, Tensor, TryAdd, TryMul};

use super::{AdamW, Schedule, objective};
use crate::autodiff::{Element, Tape, Variable, complexity_loss};
use crate::network::{Kept, Mode, Network, PlainNetwork};
use crate::tasks::{Batch, Goal, Inputs};
use crate::{Error, Result};

/// The state of a search.
pub struct Search<E: Element>
where
    Cpu: Device<E>,
{
    pub network: Network<E>,
    pub optimiser: AdamW<E>,
    pub schedule: Schedule,
    /// `lambda` of Eq. 2; where it is zero, L_comp is reported but not part of the loss.
    pub lambda: f64,
    /// C_target.
    pub target_complexity: f64,
    pub mode: Mode,
}

/// What one step did. The loss and the ratio are those before the update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepReport {
    /// Counted from one.
    pub step: u64,
    /// `L_obj + lambda L_comp`, and its two parts.
    pub loss: f64,
    pub objective: f64,
    pub complexity_loss: f64,
    /// C_curr / C_target.
    pub complexity_ratio: f64,
    pub learning_rate: f64,
}

/// The network's output on a batch, and its losses on the tape.
pub struct Losses<E: Element>
where
    Cpu: Device<E>,
{
    pub output: Variable<E>,
    pub objective: Tensor<(), E, Cpu>,
    pub complexity_loss: Tensor<(), E, Cpu>,
    /// C_curr / C_target.
    pub complexity_ratio: f64,
    /// `L_obj + lambda L_comp`.
    pub loss: Tensor<(), E, Cpu>,
}

impl<E: Element> Search<E>
where
    Cpu: Device<E>,
{
    /// A search from the network's initial state; the target is `target_ratio` times the base
    /// network's complexity.
    pub fn new(
        network: Network<E>,
        schedule: Schedule,
        weight_decay: f64,
        lambda: f64,
        target_ratio: f64,
    ) -> Result<Self> {
        let target_complexity = network.base_complexity()? * target_ratio;
        let optimiser = AdamW::new(network.parameters(), weight_decay);
        Ok(Search {
            network,
            optimiser,
            schedule,
            lambda,
            target_complexity,
            mode: Mode::Materialised,
        })
    }

    /// Eq. 2 on one batch: L_obj + lambda L_comp. Dropout acts in training step `training`, and not
    /// without one.
    pub fn losses(
        &self,
        tape: &mut Tape<E>,
        kept: &Kept,
        batch: &Batch,
        goal: &Goal,
        training: Option<u64>,
    ) -> Result<Losses<E>> {
        let plain = self.network.materialise(tape, kept, self.mode)?;
        let output = forward(&self.network, &plain, tape, batch, training)?;
        let objective = objective(tape, &output, goal, &batch.targets)?;
        let complexity = self.network.complexity(tape, kept)?;
        let (complexity_loss, complexity_ratio) =
            complexity_loss(tape, &complexity, self.target_complexity)?;
        let weighted = tape.apply(&complexity_loss, |loss| loss.try_mul(E::of(self.lambda)))?;
        let loss = tape.apply(&objective, |objective| objective.try_add(weighted))?;
        Ok(Losses {
            output,
            objective,
            complexity_loss,
            complexity_ratio,
            loss,
        })
    }

    /// Trains on one batch.
    ///
    /// # Errors
    /// [`Error::Diverged`] where the loss is not finite, and nothing is updated then, or where the
    /// update leaves a parameter that is not.
    pub fn step(&mut self, batch: &Batch, goal: &Goal) -> Result<StepReport> {
        let taken = self.optimiser.steps;
        let kept = self.network.kept()?;
        let mut tape = Tape::recording(Cpu::default());
        let Losses {
            objective,
            complexity_loss,
            complexity_ratio,
            loss,
            ..
        } = self.losses(&mut tape, &kept, batch, goal, Some(taken))?;
        let report = StepReport {
            step: taken + 1,
            loss: loss.as_vec()[0].wide(),
            objective: objective.as_vec()[0].wide(),
            complexity_loss: complexity_loss.as_vec()[0].wide(),
            complexity_ratio,
            learning_rate: self.schedule.learning_rate(taken),
        };
        if !report.loss.is_finite() {
            return Err(Error::Diverged {
                step: report.step,
                what: "the loss".to_string(),
                value: report.loss,
            });
        }
        let mut gradients = tape.backward(&loss)?;
        let active = self.network.active_parts(&kept);
        self.optimiser.step(
            self.network.parameters_mut(),
            &mut gradients,
            &active,
            report.learning_rate,
        )?;
        for parameter in self.network.parameters() {
            let values = parameter.variable.values();
            if let Some(value) = values.iter().find(|value| !value.wide().is_finite()) {
                return Err(Error::Diverged {
                    step: report.step,
                    what: parameter.name.clone(),
                    value: value.wide(),
                });
            }
        }
        self.network.reset_masks()?;
        Ok(report)
    }
}

/// The output of `plain`, materialised from `network`, for a batch: as
/// [`PlainNetwork::forward`] or [`PlainNetwork::forward_symbols`], whichever reads it.
///
/// # Errors
/// [`Error::Argument`] if the batch does not fit the network.
pub fn forward<E: Element>(
    network: &Network<E>,
    plain: &PlainNetwork<E>,
    tape: &mut Tape<E>,
    batch: &Batch,
    training: Option<u64>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    match &batch.inputs {
        Inputs::Values(values) => {
            let values = values.iter().map(|x| E::of(f64::from(*x))).collect();
            let c = network.configuration();
            let x = Variable::constant(values, [batch.size, c.inputs, c.positions()])?;
            plain.forward(tape, &x, training)
        }
        Inputs::Tokens { symbols, lengths } => {
            plain.forward_symbols(tape, symbols, lengths, training)
        }
    }
}

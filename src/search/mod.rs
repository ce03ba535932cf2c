//! The search: objective (Eq. 2), optimiser, schedule, the training loop, checkpoints of its state.
//!
//! Nothing here prints, draws or knows of run directories; [`crate::run`] does.

mod checkpoint;
mod evaluation;
mod objective;
mod optimiser;
mod schedule;
mod step;
mod training;

pub use checkpoint::{CheckpointHeader, load, read_header, save};
pub use evaluation::{Evaluation, evaluate, predict};
pub use objective::objective;
pub use optimiser::AdamW;
pub use schedule::Schedule;
pub use step::{Losses, Search, StepReport, forward};
pub use training::{Observer, Plan, train};

//! The printed tables as data. Tables 4 and 5 are the presets of [`crate::run::presets`].

pub mod architectures;
pub mod base;
pub mod performance;
pub mod text;

pub use architectures::{ARCHITECTURES, Block, PrintedArchitecture};
pub use base::Base;
pub use performance::{PERFORMANCE, PerformanceRow, PerformanceTable};

use crate::run::presets::{PAPER, PaperRow};
use crate::{Error, Result};

impl PrintedArchitecture {
    /// The row of Table 4 or 5 that the architecture was found with.
    ///
    /// # Errors
    /// [`Error::Argument`] if neither table has the task, as both have those of [`ARCHITECTURES`].
    pub fn hyperparameters(&self) -> Result<&'static PaperRow> {
        let table = if self.table == 8 { 5 } else { 4 };
        let name = format!("table{table}/{}", self.task);
        PAPER.iter().find(|row| row.name == name).ok_or_else(|| {
            Error::argument("row of hyperparameters", name, "a row of Tables 4 and 5")
        })
    }

    /// The complexity relative to the base network's as Tables 1 to 3 print it; NaN where they print
    /// none, which is so for none of [`ARCHITECTURES`].
    pub fn printed_ratio(&self) -> f64 {
        let model = match self.table {
            8 => performance::KRWD_LARGE,
            _ => performance::KRWD,
        };
        PERFORMANCE
            .iter()
            .find_map(|table| table.complexity(model, self.task))
            .unwrap_or(f64::NAN)
    }
}

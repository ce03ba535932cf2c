//! Where a task's samples come from.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The two sources of samples. Every title names the one that was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Made here, from [`Source::seed`].
    #[default]
    Generated,
    /// The data set's own files, in this directory, or archive of it.
    Real(PathBuf),
}

/// Where a task's samples come from and how many are used. [`super::open`] refuses what a task
/// cannot honour.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub origin: Origin,
    /// At most so many training samples, and at most a quarter as many (rounded up) for validation
    /// and for testing. `None`: all there are, or the default of a generated task.
    pub samples: Option<usize>,
    /// Points per axis of a generated task.
    pub grid: Option<usize>,
    /// Seed of generated samples and of augmentation.
    pub seed: u64,
    /// Random changes of training samples, where the data set's authors have some.
    pub augment: bool,
    /// Bytes instead of characters (`text`).
    pub bytes: bool,
}

impl Source {
    /// The directory or archive to read `task` from.
    ///
    /// # Errors
    /// [`Error::Argument`] without one, or with a grid, which files decide.
    pub(super) fn real(&self, task: &str) -> Result<&Path> {
        if let Some(grid) = self.grid {
            return Err(Error::argument(
                format!("grid of {task}"),
                grid,
                "none: the files decide it",
            ));
        }
        match &self.origin {
            Origin::Real(path) => Ok(path),
            Origin::Generated => Err(Error::argument(
                format!("data of {task}"),
                "nothing",
                "the directory that holds its files",
            )),
        }
    }

    /// # Errors
    /// [`Error::Argument`] if a grid is asked for.
    pub(super) fn refuse_grid(&self, task: &str) -> Result<()> {
        match self.grid {
            None => Ok(()),
            Some(grid) => Err(Error::argument(
                format!("grid of {task}"),
                grid,
                "none: its length is the benchmark's",
            )),
        }
    }

    /// # Errors
    /// [`Error::Argument`] if augmentation is asked for.
    pub(super) fn refuse_augmentation(&self, task: &str) -> Result<()> {
        if self.augment {
            return Err(Error::argument(
                format!("augmentation of {task}"),
                "on",
                "off: it has none",
            ));
        }
        Ok(())
    }

    /// # Errors
    /// [`Error::Argument`] if bytes are asked for.
    pub(super) fn refuse_bytes(&self, task: &str) -> Result<()> {
        if self.bytes {
            return Err(Error::argument(
                format!("bytes of {task}"),
                "on",
                "off: it has none",
            ));
        }
        Ok(())
    }

    /// How many samples of training, validation and testing are wanted at most.
    ///
    /// # Errors
    /// [`Error::Argument`] for none.
    pub(super) fn limits(&self) -> Result<[usize; 3]> {
        match self.samples {
            None => Ok([usize::MAX; 3]),
            Some(0) => Err(Error::argument("samples", 0, "at least 1")),
            Some(samples) => Ok([samples, samples.div_ceil(4), samples.div_ceil(4)]),
        }
    }
}

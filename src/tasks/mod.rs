//! The tasks a network is trained on: one trait, one file per data set.
//!
//! | name | data | grid | channels | goal |
//! |---|---|---|---|---|
//! | `darcyflow` | generated, [`darcyflow`] | n x n | 3 | dense regression |
//! | `cifar10` | read, [`cifar10`] | 32 x 32 | 3 | 10 classes |
//! | `image` | CIFAR10 as a grey sequence, [`image`] | 1024 | 1 | 10 classes |
//! | `mnist` | read, [`mnist`] | 28 x 28 | 1 | 10 classes |
//! | `mnist-sequential` | MNIST as a sequence, [`mnist`] | 784 | 1 | 10 classes |

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::{Error, Result};

pub mod augmentation;
pub mod cifar10;
pub mod darcyflow;
mod idx;
pub mod image;
pub mod images;
pub mod mnist;
pub mod torch_permutation;

/// Which part of a task's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    Train,
    Validation,
    Test,
}

/// What the network predicts and how it is judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// One class of `classes` per sample: cross-entropy, accuracy.
    Classification { classes: usize },
    /// A field of `channels` values per position: `prediction * deviation + mean` is compared with
    /// the target by the relative L2 error. Both are `channels * positions` long.
    Regression {
        channels: usize,
        mean: Vec<f32>,
        deviation: Vec<f32>,
    },
}

/// What the network should have answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One class index per sample.
    Classes(Vec<usize>),
    /// `(B, channels, P)` row-major, in the data's own units (not normalised).
    Fields(Vec<f32>),
}

/// Some samples of a split, in the order asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// `(B, C, P)` row-major, normalised; P runs over the grid, last axis fastest.
    pub inputs: Vec<f32>,
    pub targets: Targets,
    /// B.
    pub size: usize,
}

/// A data set with its split, normalisation and goal.
pub trait Task: Send + Sync {
    /// The name it is opened by, such as `darcyflow`.
    fn name(&self) -> &str;

    /// What results are printed under: data set, numbers of samples, and whether it is generated or
    /// reduced.
    fn title(&self) -> String;

    /// Length of each spatial axis.
    fn grid(&self) -> &[usize];

    /// Input channels C.
    fn channels(&self) -> usize;

    /// What is predicted and how it is judged.
    fn goal(&self) -> &Goal;

    /// Number of samples of `split`, at least 1.
    fn len(&self, split: Split) -> usize;

    /// The samples `indices` of `split`. `epoch` selects the random augmentation of training
    /// samples and changes nothing else.
    ///
    /// # Errors
    /// [`Error::Argument`] if an index is not below `len(split)`.
    fn batch(&self, split: Split, indices: &[usize], epoch: u64) -> Result<Batch>;

    /// 16 hexadecimal digits of the SHA-256 of the samples and all that decides how they are
    /// served, so that a checkpoint can refuse other data.
    fn digest(&self) -> String;
}

/// Where a task's samples come from and how many are used. [`open`] refuses what a task cannot
/// honour.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The directory that holds the data set's files; needed by every task that reads.
    pub data: Option<PathBuf>,
    /// At most so many training samples, and at most a quarter as many (rounded up) for validation
    /// and for testing. `None`: all there are, or the default of a generated task.
    pub samples: Option<usize>,
    /// Points per axis of a generated task.
    pub grid: Option<usize>,
    /// Seed of generated samples and of augmentation.
    pub seed: u64,
    /// Random crops and flips of the training images (`cifar10` only).
    pub augment: bool,
}

impl Source {
    /// The directory to read `task` from.
    ///
    /// # Errors
    /// [`Error::Argument`] without a directory, or with a grid, which files decide.
    fn directory(&self, task: &str) -> Result<&Path> {
        if let Some(grid) = self.grid {
            return Err(Error::argument(
                format!("grid of {task}"),
                grid,
                "none: the files decide it",
            ));
        }
        self.data.as_deref().ok_or_else(|| {
            Error::argument(
                format!("data of {task}"),
                "nothing",
                "the directory that holds its files",
            )
        })
    }

    /// # Errors
    /// [`Error::Argument`] if augmentation is asked for.
    fn refuse_augmentation(&self, task: &str) -> Result<()> {
        if self.augment {
            return Err(Error::argument(
                format!("augmentation of {task}"),
                "on",
                "off: only cifar10 has it",
            ));
        }
        Ok(())
    }
}

/// The names [`open`] knows.
pub fn names() -> &'static [&'static str] {
    &["darcyflow", "cifar10", "image", "mnist", "mnist-sequential"]
}

/// Opens the task called `name`, reading or generating all its samples.
///
/// # Errors
/// [`Error::Argument`] for an unknown name or a source the task cannot honour, [`Error::Io`] and
/// [`Error::Data`] for files that cannot be read or are not what their format says.
pub fn open(name: &str, source: &Source) -> Result<Box<dyn Task>> {
    match name {
        "darcyflow" => Ok(Box::new(darcyflow::DarcyFlow::generate(source)?)),
        "cifar10" => Ok(Box::new(cifar10::open(source)?)),
        "image" => Ok(Box::new(image::open(source)?)),
        "mnist" => Ok(Box::new(mnist::open(source)?)),
        "mnist-sequential" => Ok(Box::new(mnist::open_sequential(source)?)),
        _ => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> Error {
    let nearest = names()
        .iter()
        .min_by_key(|known| strsim::damerau_levenshtein(name, known))
        .unwrap_or(&"");
    Error::argument(
        "task",
        name,
        format!("{} (nearest: {nearest})", names().join(", ")),
    )
}

/// How many samples of training, validation and testing [`Source::samples`] allows.
///
/// # Errors
/// [`Error::Argument`] for none.
fn limits(samples: Option<usize>) -> Result<[usize; 3]> {
    match samples {
        None => Ok([usize::MAX; 3]),
        Some(0) => Err(Error::argument("samples", 0, "at least 1")),
        Some(samples) => Ok([samples, samples.div_ceil(4), samples.div_ceil(4)]),
    }
}

/// Sample counts as titles print them: `3,600/400/1,000`.
fn counts(counts: [usize; 3]) -> String {
    counts.map(thousands).join("/")
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The first 16 hexadecimal digits of a SHA-256.
fn hexadecimal(hash: Sha256) -> String {
    hash.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// # Errors
/// [`Error::Argument`] if `index` is not below `len`.
fn check_index(index: usize, len: usize) -> Result<()> {
    if index < len {
        Ok(())
    } else {
        Err(Error::argument(
            "sample index",
            index,
            format!("below {len}"),
        ))
    }
}

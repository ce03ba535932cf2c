//! The tasks a network is trained on: one trait, one file per data set.
//!
//! | name | data | grid | channels | goal |
//! |---|---|---|---|---|
//! | `darcyflow` | generated or read, [`darcyflow`] | n x n | 3 | dense regression |
//! | `cifar10` | read, [`cifar`] | 32 x 32 | 3 | 10 classes |
//! | `cifar100` | read, [`cifar`] | 32 x 32 | 3 | 100 classes |
//! | `image` | CIFAR10 as a grey sequence, [`image`] | 1024 | 1 | 10 classes |
//! | `mnist` | read, [`mnist`] | 28 x 28 | 1 | 10 classes |
//! | `mnist-sequential` | MNIST as a sequence, [`mnist`] | 784 | 1 | 10 classes |
//! | `listops` | read or generated, [`listops`] | 2048 | 18 symbols | 10 classes |
//! | `text` | read or a toy, [`mod@text`] | 4096 | symbols of the data | 2 classes |
//! | `retrieval` | read or a toy, [`retrieval`] | 4000, two | symbols of the data | 2 classes |
//! | `cosmic` | read or generated, [`cosmic`] | 128 x 128 | 1 | segmentation |
//! | `pathfinder` | read or generated, [`pathfinder`] | 1024 | 1 | 2 classes |
//! | `path-x` | read or generated, [`pathfinder`] | 16384 | 1 | 2 classes |

use sha2::{Digest, Sha256};

use crate::{Error, Result};

mod archive;
pub mod augmentation;
pub mod catalogue;
pub mod cifar;
pub mod cosmic;
pub mod darcyflow;
mod idx;
pub mod image;
pub mod images;
pub mod information;
mod lines;
pub mod listops;
pub mod marker;
pub mod mnist;
pub mod npy;
pub mod pathfinder;
pub mod retrieval;
pub mod source;
pub mod text;
pub mod topics;
pub mod torch_permutation;
pub mod vocabulary;

pub use catalogue::{Checked, DATA_SETS, DataSet, check, data_set, open};
pub use source::{Origin, Source};

/// Which part of a task's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    Train,
    Validation,
    Test,
}

/// What the network reads at each position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// So many numbers.
    Values { channels: usize },
    /// One of `vocabulary` symbols.
    Tokens { vocabulary: usize },
    /// The same of two sequences, which the network encodes alike and compares at its end.
    TokenPairs { vocabulary: usize },
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
    /// Whether each position belongs to the object looked for: binary cross-entropy, and error rates.
    Segmentation,
}

/// What the network should have answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One class index per sample.
    Classes(Vec<usize>),
    /// `(B, channels, P)` row-major, in the data's own units (not normalised).
    Fields(Vec<f32>),
    /// `(B, P)`: whether the position belongs to the object, and whether it is left out of the
    /// loss.
    Masks {
        object: Vec<bool>,
        ignored: Vec<bool>,
    },
}

/// What the network is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// `(B, C, P)` row-major, normalised; P runs over the grid, last axis fastest.
    Values(Vec<f32>),
    /// `(B, P)` symbols below the vocabulary's size, and the length of each sequence without the
    /// padding at its end. Of pairs, all first sequences stand before all second ones.
    Tokens {
        symbols: Vec<u16>,
        lengths: Vec<usize>,
    },
}

/// Some samples of a split, in the order asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub inputs: Inputs,
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

    /// What is read at each position.
    fn encoding(&self) -> Encoding;

    /// What is predicted and how it is judged.
    fn goal(&self) -> &Goal;

    /// Number of samples of `split`, at least 1.
    fn len(&self, split: Split) -> usize;

    /// The samples `indices` of `split`. `epoch` selects the random augmentation of training
    /// samples and changes nothing else.
    ///
    /// # Errors
    /// [`Error::Argument`] if an index is not below `len(split)`; [`Error::Io`] and [`Error::Data`]
    /// where samples are read when they are asked for.
    fn batch(&self, split: Split, indices: &[usize], epoch: u64) -> Result<Batch>;

    /// 16 hexadecimal digits of the SHA-256 of the samples and all that decides how they are
    /// served, so that a checkpoint can refuse other data. Of samples that are read when they are
    /// asked for, the files' names, lengths and times of change stand for their content.
    fn digest(&self) -> String;
}

/// Sample counts as titles print them: `3,600/400/1,000`.
fn counts(counts: [usize; 3]) -> String {
    counts.map(thousands).join("/")
}

/// A title of samples that were read from files without a [`marker`]: `served` of those in the
/// `files`. Whether these are the benchmark's own is known by their numbers alone.
fn title_of_files(
    name: &str,
    files: [usize; 3],
    served: [usize; 3],
    complete: [usize; 3],
    noun: &str,
) -> String {
    let name = if files == complete {
        name.to_string()
    } else {
        format!("{name} format (not the benchmark's {})", counts(complete))
    };
    let served = if served == files {
        counts(served)
    } else {
        format!("reduced to {} of {}", counts(served), counts(files))
    };
    format!("{name}, {served} {noun} (training/validation/test)")
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

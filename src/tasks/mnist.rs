//! MNIST (LeCun et al. 1998): 28 x 28 grey images of digits, as images or as sequences of 784
//! pixels.
//!
//! Read from the official IDX files, gzipped or not. The last 5,000 training images validate (a
//! tenth, where there are fewer than 50,000).

use std::path::{Path, PathBuf};

use super::catalogue::Checked;
use super::images::{Description, ImageClassification, LabelledImages};
use super::{Origin, Source, idx};
use crate::{Error, Result};

const SIDE: usize = 28;
const CLASSES: usize = 10;
const MOST_TRAINING: u32 = 60_000;
const MOST_TEST: u32 = 10_000;

/// Opens MNIST as images.
///
/// # Errors
/// [`Error::Argument`] without a directory or with augmentation, [`Error::Io`] and [`Error::Data`]
/// for its files.
pub fn open(source: &Source) -> Result<ImageClassification> {
    open_as("mnist", "MNIST", &[SIDE, SIDE], source)
}

/// Opens MNIST as sequences of pixels, row by row.
///
/// # Errors
/// As [`open`].
pub fn open_sequential(source: &Source) -> Result<ImageClassification> {
    open_as(
        "mnist-sequential",
        "MNIST as a sequence",
        &[SIDE * SIDE],
        source,
    )
}

fn open_as(
    name: &'static str,
    title: &'static str,
    grid: &'static [usize],
    source: &Source,
) -> Result<ImageClassification> {
    source.refuse_augmentation(name)?;
    source.refuse_bytes(name)?;
    if source.origin == Origin::Generated {
        return Err(Error::argument(
            format!("data of {name}"),
            "nothing",
            "the directory of its four IDX files, gzipped or not, from \
             https://storage.googleapis.com/cvdf-datasets/mnist/",
        ));
    }
    let directory = source.real(name)?;
    let train = read(directory, "train", MOST_TRAINING)?;
    let test = read(directory, "t10k", MOST_TEST)?;
    let order: Vec<usize> = (0..train.labels.len()).collect();
    let description = Description {
        name,
        title,
        classes: CLASSES,
        grid,
        mean: &[0.1307],
        deviation: &[0.3081],
        complete: [55_000, 5_000, 10_000],
    };
    ImageClassification::new(description, directory, &train, &order, &test, source)
}

/// Reads the images and labels whose file names start with `prefix`.
fn read(directory: &Path, prefix: &str, most: u32) -> Result<LabelledImages> {
    let (_, pixels) = read_images(directory, prefix, most)?;
    let (path, labels) = read_labels(directory, prefix, most)?;
    check_count(&path, labels.len(), pixels.len() / (SIDE * SIDE))?;
    if let Some(error) = bad_labels(&path, &labels).next() {
        return Err(error);
    }
    Ok(LabelledImages { pixels, labels })
}

fn read_images(directory: &Path, prefix: &str, most: u32) -> Result<(PathBuf, Vec<u8>)> {
    let name = format!("{prefix}-images-idx3-ubyte");
    idx::read(directory, &name, &[SIDE as u32, SIDE as u32], most)
}

fn read_labels(directory: &Path, prefix: &str, most: u32) -> Result<(PathBuf, Vec<u8>)> {
    idx::read(directory, &format!("{prefix}-labels-idx1-ubyte"), &[], most)
}

fn check_count(path: &Path, labels: usize, images: usize) -> Result<()> {
    if labels == images {
        return Ok(());
    }
    let expected = format!("{images}, as there are images");
    Err(Error::data(path, "number of items", labels, expected))
}

fn bad_labels(path: &Path, labels: &[u8]) -> impl Iterator<Item = Error> {
    let labels = labels.iter().enumerate();
    let bad = labels.filter(|&(_, &label)| usize::from(label) >= CLASSES);
    bad.map(move |(index, label)| Error::data(path, format!("label {index}"), label, "0 to 9"))
}

/// Checks every image and label of the four files, as [`Check`](super::catalogue::Check) says.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] if none of the files can be read.
pub fn check(directory: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let mut checked = Checked::default();
    let mut unread = Vec::new();
    for (prefix, most) in [("train", MOST_TRAINING), ("t10k", MOST_TEST)] {
        let images = read_images(directory, prefix, most);
        let labels = read_labels(directory, prefix, most);
        if let (Ok((_, pixels)), Ok((path, labels))) = (&images, &labels) {
            let count = check_count(path, labels.len(), pixels.len() / (SIDE * SIDE));
            count.unwrap_or_else(&mut *report);
        }
        match images {
            Ok((_, pixels)) => {
                checked.files += 1;
                checked.records += (pixels.len() / (SIDE * SIDE)) as u64;
            }
            Err(error) => unread.push(error),
        }
        match labels {
            Ok((path, labels)) => {
                checked.files += 1;
                bad_labels(&path, &labels).for_each(&mut *report);
            }
            Err(error) => unread.push(error),
        }
    }
    if checked.files == 0 {
        return Err(unread.swap_remove(0));
    }
    unread.into_iter().for_each(report);
    Ok(checked)
}

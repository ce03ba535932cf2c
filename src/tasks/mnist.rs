//! MNIST (LeCun et al. 1998): 28 x 28 grey images of digits, as images or as sequences of 784
//! pixels.
//!
//! Read from the official IDX files, gzipped or not. The last 5,000 training images validate (a
//! tenth, where there are fewer than 50,000).

use std::path::Path;

use super::images::{CLASSES, Description, ImageClassification, LabelledImages};
use super::{Source, idx};
use crate::{Error, Result};

const SIDE: usize = 28;
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
    let directory = source.real(name)?;
    let train = read(directory, "train", MOST_TRAINING)?;
    let test = read(directory, "t10k", MOST_TEST)?;
    let order: Vec<usize> = (0..train.labels.len()).collect();
    let description = Description {
        name,
        title,
        grid,
        mean: &[0.1307],
        deviation: &[0.3081],
        complete: [55_000, 5_000, 10_000],
    };
    ImageClassification::new(description, directory, &train, &order, &test, source)
}

/// Reads the images and labels whose file names start with `prefix`.
fn read(directory: &Path, prefix: &str, most: u32) -> Result<LabelledImages> {
    let item = [SIDE as u32, SIDE as u32];
    let images = format!("{prefix}-images-idx3-ubyte");
    let (_, pixels) = idx::read(directory, &images, &item, most)?;
    let labels = format!("{prefix}-labels-idx1-ubyte");
    let (path, labels) = idx::read(directory, &labels, &[], most)?;
    let count = pixels.len() / (SIDE * SIDE);
    if labels.len() != count {
        return Err(Error::data(
            &path,
            "number of items",
            labels.len(),
            format!("{count}, as in {images}"),
        ));
    }
    if let Some(index) = labels
        .iter()
        .position(|&label| usize::from(label) >= CLASSES)
    {
        return Err(Error::data(
            &path,
            format!("label {index}"),
            labels[index],
            "0 to 9",
        ));
    }
    Ok(LabelledImages { pixels, labels })
}

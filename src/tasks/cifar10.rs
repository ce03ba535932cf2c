//! CIFAR10 (Krizhevsky 2009) in its official binary format: 32 x 32 colour images, 10 classes.
//!
//! A file is a sequence of 3073-byte records: the class, then a red, a green and a blue plane of
//! 1024 bytes, row-major. `data_batch_1.bin` to `data_batch_5.bin` are the training files. The
//! split is the S4 and CCNN repositories': [`torch_permutation`] with seed 42, the last tenth
//! validates.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Source;
use super::images::{CLASSES, Description, ImageClassification, LabelledImages};
use super::torch_permutation::torch_permutation;
use crate::{Error, Result};

/// Bytes of one colour plane.
pub(super) const PLANE: usize = 32 * 32;
const RECORD: usize = 1 + 3 * PLANE;
/// Records in each official file.
const MOST_RECORDS: usize = 10_000;
const FOLDER: &str = "cifar-10-batches-bin";
const SPLIT_SEED: u32 = 42;

/// CIFAR10's files, read whole.
pub(super) struct Files {
    pub directory: PathBuf,
    /// The training files' images, in file order.
    pub train: LabelledImages,
    /// The order in which `train` is split.
    pub order: Vec<usize>,
    pub test: LabelledImages,
}

/// Opens CIFAR10 from the directory that holds its files or from that directory's parent.
///
/// # Errors
/// [`Error::Argument`] without a directory, [`Error::Io`] and [`Error::Data`] for its files.
pub fn open(source: &Source) -> Result<ImageClassification> {
    let files = read(source.real("cifar10")?)?;
    let description = Description {
        name: "cifar10",
        title: "CIFAR10",
        grid: &[32, 32],
        mean: &[0.4914, 0.4822, 0.4465],
        deviation: &[0.247, 0.243, 0.261],
        complete: [45_000, 5_000, 10_000],
    };
    ImageClassification::new(
        description,
        &files.directory,
        &files.train,
        &files.order,
        &files.test,
        source,
    )
}

/// Reads all the training files there are and the test file.
pub(super) fn read(data: &Path) -> Result<Files> {
    let nested = data.join(FOLDER);
    let directory = if nested.is_dir() {
        nested
    } else {
        data.to_path_buf()
    };
    let mut train = LabelledImages {
        pixels: Vec::new(),
        labels: Vec::new(),
    };
    for number in 1..=5 {
        match read_records(&directory.join(format!("data_batch_{number}.bin"))) {
            Ok(batch) => {
                train.pixels.extend(batch.pixels);
                train.labels.extend(batch.labels);
            }
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    if train.labels.is_empty() {
        return Err(Error::data(
            &directory,
            "data_batch_1.bin to data_batch_5.bin",
            "none of them",
            format!("at least one, here or in {FOLDER}"),
        ));
    }
    Ok(Files {
        order: torch_permutation(train.labels.len(), SPLIT_SEED),
        test: read_records(&directory.join("test_batch.bin"))?,
        directory,
        train,
    })
}

/// Reads one file of records.
fn read_records(path: &Path) -> Result<LabelledImages> {
    let mut bytes = Vec::new();
    // One byte more than is allowed tells a longer file without reading it.
    let limit = MOST_RECORDS * RECORD;
    File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| Error::io(path, "read", source))?;
    if bytes.len() > limit {
        return Err(Error::data(
            path,
            "length",
            format!("more than {limit} bytes"),
            format!("at most {MOST_RECORDS} records of {RECORD}"),
        ));
    }
    if bytes.is_empty() || !bytes.len().is_multiple_of(RECORD) {
        return Err(Error::data(
            path,
            "length",
            format!("{} bytes", bytes.len()),
            format!("one or more whole records of {RECORD}"),
        ));
    }
    let mut images = LabelledImages {
        pixels: Vec::with_capacity(bytes.len()),
        labels: Vec::new(),
    };
    for (number, record) in bytes.chunks_exact(RECORD).enumerate() {
        if usize::from(record[0]) >= CLASSES {
            return Err(Error::data(
                path,
                format!("class of record {number}"),
                record[0],
                "0 to 9",
            ));
        }
        images.labels.push(record[0]);
        images.pixels.extend_from_slice(&record[1..]);
    }
    Ok(images)
}

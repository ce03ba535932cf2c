//! CIFAR10 and CIFAR100 (Krizhevsky 2009): 32 x 32 colour images of 10 and 100 classes.
//!
//! Read from the official files, binary ([`records`]) or Python's ([`python`]), in a directory or
//! in the official archive (`files.rs`). The split is the S4 and CCNN repositories':
//! [`torch_permutation`] with seed 42, the last tenth validates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::catalogue::Checked;
use super::images::{Description, ImageClassification, LabelledImages};
use super::torch_permutation::torch_permutation;
use super::{Origin, Source};
use crate::{Error, Result};
use files::{Format, Layout, Number};

pub(super) mod files;
mod pickle;
pub mod python;
pub mod records;

/// Bytes of one colour plane.
pub(super) const PLANE: usize = 32 * 32;
/// Bytes of one image: a red, a green and a blue plane, each row-major.
pub(super) const PIXELS: usize = 3 * PLANE;
const SPLIT_SEED: u32 = 42;

/// What distinguishes CIFAR10 from CIFAR100.
pub struct Version {
    name: &'static str,
    title: &'static str,
    /// The labels of an image, as they stand in a binary record: Python's name, number of classes.
    /// The last one is predicted.
    pub(super) labels: &'static [(&'static str, u8)],
    /// Images in the longest official file.
    pub(super) most_images: usize,
    pub(super) layouts: &'static [Layout],
    mean: &'static [f64],
    deviation: &'static [f64],
}

pub const CIFAR10: Version = Version {
    name: "cifar10",
    title: "CIFAR10",
    labels: &[("labels", 10)],
    most_images: 10_000,
    layouts: &[
        Layout {
            format: Format::Records,
            archive: "cifar-10-binary.tar.gz",
            folder: "cifar-10-batches-bin",
            training: &[
                "data_batch_1.bin",
                "data_batch_2.bin",
                "data_batch_3.bin",
                "data_batch_4.bin",
                "data_batch_5.bin",
            ],
            test: "test_batch.bin",
        },
        Layout {
            format: Format::Python,
            archive: "cifar-10-python.tar.gz",
            folder: "cifar-10-batches-py",
            training: &[
                "data_batch_1",
                "data_batch_2",
                "data_batch_3",
                "data_batch_4",
                "data_batch_5",
            ],
            test: "test_batch",
        },
    ],
    mean: &[0.4914, 0.4822, 0.4465],
    deviation: &[0.247, 0.243, 0.261],
};

pub const CIFAR100: Version = Version {
    name: "cifar100",
    title: "CIFAR100",
    labels: &[("coarse_labels", 20), ("fine_labels", 100)],
    most_images: 50_000,
    layouts: &[
        Layout {
            format: Format::Records,
            archive: "cifar-100-binary.tar.gz",
            folder: "cifar-100-binary",
            training: &["train.bin"],
            test: "test.bin",
        },
        Layout {
            format: Format::Python,
            archive: "cifar-100-python.tar.gz",
            folder: "cifar-100-python",
            training: &["train"],
            test: "test",
        },
    ],
    mean: &[0.5071, 0.4867, 0.4408],
    deviation: &[0.2675, 0.2565, 0.2761],
};

/// The official files, read whole.
pub(super) struct Images {
    /// Where they came from: a directory or an archive.
    pub place: PathBuf,
    /// The training files' images, in the order of the files.
    pub train: LabelledImages,
    /// The order in which `train` is split.
    pub order: Vec<usize>,
    pub test: LabelledImages,
}

/// Opens CIFAR10 from the directory that holds its files, from that directory's parent, or from an
/// official archive.
///
/// # Errors
/// [`Error::Argument`] without data, [`Error::Io`] and [`Error::Data`] for its files.
pub fn open_cifar10(source: &Source) -> Result<ImageClassification> {
    open(&CIFAR10, source)
}

/// Opens CIFAR100 (fine labels), as [`open_cifar10`].
///
/// # Errors
/// As [`open_cifar10`].
pub fn open_cifar100(source: &Source) -> Result<ImageClassification> {
    open(&CIFAR100, source)
}

fn open(version: &Version, source: &Source) -> Result<ImageClassification> {
    source.refuse_bytes(version.name)?;
    let images = read(version, version.name, source)?;
    let description = Description {
        name: version.name,
        title: version.title,
        classes: version.classes(),
        grid: &[32, 32],
        mean: version.mean,
        deviation: version.deviation,
        complete: [45_000, 5_000, 10_000],
    };
    ImageClassification::new(
        description,
        &images.place,
        &images.train,
        &images.order,
        &images.test,
        source,
    )
}

impl Version {
    pub(super) fn classes(&self) -> usize {
        usize::from(self.labels[self.labels.len() - 1].1)
    }

    /// The images of one file, whatever its format. What is wrong with a single image goes to
    /// `bad`.
    fn parse(
        &self,
        file: files::File,
        bad: &mut dyn FnMut(Error) -> Result<()>,
    ) -> Result<LabelledImages> {
        match file.format {
            Format::Records => records::parse(file.path, file.stream, self, bad),
            Format::Python => python::parse(file.path, file.stream, self, bad),
        }
    }
}

/// Reads all the training files there are and the test file, for the task called `name`.
pub(super) fn read(version: &Version, name: &str, source: &Source) -> Result<Images> {
    if source.origin == Origin::Generated {
        return Err(Error::argument(
            format!("data of {name}"),
            "nothing",
            format!(
                "the directory or archive of its files: {} from \
                 https://www.cs.toronto.edu/~kriz/cifar.html",
                version.layouts[0].archive
            ),
        ));
    }
    let mut found = BTreeMap::new();
    let place = files::visit(version.layouts, source.real(name)?, &mut |file| {
        let number = file.number;
        let images = version.parse(file, &mut Err)?;
        found.insert(number, images);
        Ok(())
    })?;
    let mut train = LabelledImages::default();
    let mut test = LabelledImages::default();
    for (number, images) in found {
        let all = match number {
            Number::Training(_) => &mut train,
            Number::Test => &mut test,
        };
        all.pixels.extend(images.pixels);
        all.labels.extend(images.labels);
    }
    Ok(Images {
        order: torch_permutation(train.labels.len(), SPLIT_SEED),
        place,
        train,
        test,
    })
}

/// Checks every image of CIFAR10's files, as [`Check`](super::catalogue::Check) says.
///
/// # Errors
/// None: what cannot be read is reported.
pub fn check_cifar10(data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    check(&CIFAR10, data, report)
}

/// Checks every image of CIFAR100's files, coarse labels too.
///
/// # Errors
/// As [`check_cifar10`].
pub fn check_cifar100(data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    check(&CIFAR100, data, report)
}

fn check(version: &Version, data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let mut checked = Checked::default();
    let visited = files::visit(version.layouts, data, &mut |file| {
        checked.files += 1;
        let images = version.parse(file, &mut |error| {
            report(error);
            Ok(())
        });
        match images {
            Ok(images) => checked.records += images.labels.len() as u64,
            Err(error) => report(error),
        }
        Ok(())
    });
    match visited {
        Err(error) if checked.files == 0 => return Err(error),
        Err(error) => report(error),
        Ok(_) => {}
    }
    Ok(checked)
}

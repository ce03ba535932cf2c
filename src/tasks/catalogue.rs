//! The data sets by name.

use std::path::Path;

use super::pathfinder::{PATH_X, PATHFINDER};
use super::source::{Origin, Source};
use super::{Task, cifar, cosmic, darcyflow, image, listops, mnist, retrieval, text};
use crate::text::{nearest, shortened};
use crate::{Error, Result};

/// What a check of a data set's files went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub files: u64,
    pub records: u64,
}

/// Reads every record in a directory or archive and hands each that is bad to the function, which
/// names file and place.
pub type Check = fn(&Path, &mut dyn FnMut(Error)) -> Result<Checked>;

/// Writes so many training samples, and the held-out ones that go with them, of a seed into a
/// directory, in the benchmark's own format.
pub type Generate = fn(&Path, usize, u64) -> Result<()>;

/// A data set.
pub struct DataSet {
    /// What it is opened by, such as `darcyflow`.
    pub name: &'static str,
    /// One line: what is predicted from what.
    pub summary: &'static str,
    pub open: fn(&Source) -> Result<Box<dyn Task>>,
    pub check: Check,
    pub generate: Option<Generate>,
}

/// Every data set that [`open`] knows: those of Tables 1 and 2 in their order, and MNIST.
pub const DATA_SETS: &[DataSet] = &[
    DataSet {
        name: "listops",
        summary: "the value of nested list operations",
        open: |source| Ok(Box::new(listops::open(source)?)),
        check: listops::check,
        generate: Some(listops::generate),
    },
    DataSet {
        name: "text",
        summary: "film reviews, by characters: positive or negative",
        open: |source| Ok(Box::new(text::open(source)?)),
        check: text::check,
        generate: Some(text::generate),
    },
    DataSet {
        name: "retrieval",
        summary: "pairs of texts, by characters: related or not",
        open: |source| Ok(Box::new(retrieval::open(source)?)),
        check: retrieval::check,
        generate: Some(retrieval::generate),
    },
    DataSet {
        name: "image",
        summary: "CIFAR10 in grey, as a sequence of 1024 pixels",
        open: |source| Ok(Box::new(image::open(source)?)),
        check: cifar::check_cifar10,
        generate: None,
    },
    DataSet {
        name: PATHFINDER.name,
        summary: "whether one of many dashed curves joins two points, in 1,024 pixels",
        open: |source| Ok(Box::new(PATHFINDER.open(source)?)),
        check: |data, report| PATHFINDER.check(data, report),
        generate: Some(|out, samples, seed| PATHFINDER.generate(out, samples, seed)),
    },
    DataSet {
        name: PATH_X.name,
        summary: "Pathfinder in 16,384 pixels",
        open: |source| Ok(Box::new(PATH_X.open(source)?)),
        check: |data, report| PATH_X.check(data, report),
        generate: Some(|out, samples, seed| PATH_X.generate(out, samples, seed)),
    },
    DataSet {
        name: "cifar10",
        summary: "colour images of 10 classes",
        open: |source| Ok(Box::new(cifar::open_cifar10(source)?)),
        check: cifar::check_cifar10,
        generate: None,
    },
    DataSet {
        name: "cifar100",
        summary: "colour images of 100 classes",
        open: |source| Ok(Box::new(cifar::open_cifar100(source)?)),
        check: cifar::check_cifar100,
        generate: None,
    },
    DataSet {
        name: "darcyflow",
        summary: "flow through a porous square: pressure from permeability",
        open: |source| Ok(Box::new(darcyflow::DarcyFlow::open(source)?)),
        check: darcyflow::check,
        generate: Some(darcyflow::generate),
    },
    DataSet {
        name: "cosmic",
        summary: "images of space: which pixels were hit by cosmic rays",
        open: |source| Ok(Box::new(cosmic::open(source)?)),
        check: cosmic::check,
        generate: Some(cosmic::generate),
    },
    DataSet {
        name: "mnist",
        summary: "handwritten digits",
        open: |source| Ok(Box::new(mnist::open(source)?)),
        check: mnist::check,
        generate: None,
    },
    DataSet {
        name: "mnist-sequential",
        summary: "handwritten digits, as a sequence of 784 pixels",
        open: |source| Ok(Box::new(mnist::open_sequential(source)?)),
        check: mnist::check,
        generate: None,
    },
];

/// The data set called `name`.
///
/// # Errors
/// [`Error::Argument`] if there is none.
pub fn data_set(name: &str) -> Result<&'static DataSet> {
    let found = DATA_SETS.iter().find(|set| set.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = DATA_SETS.iter().map(|set| set.name).collect();
        let nearest = nearest(name, names.iter().copied());
        let expected = format!("{} (nearest: {nearest})", names.join(", "));
        Error::argument("task", shortened(name), expected)
    })
}

/// Opens the task called `name`. Without files it is generated.
///
/// # Errors
/// [`Error::Argument`] for an unknown name or a source the task cannot honour, [`Error::Io`] and
/// [`Error::Data`] for files that are missing, cannot be read or are not what their format says.
pub fn open(name: &str, source: &Source) -> Result<Box<dyn Task>> {
    let set = data_set(name)?;
    if let Origin::Real(path) = &source.origin {
        refuse_nothing(name, path)?;
    }
    (set.open)(source)
}

/// Checks every record of the files of `name` at `path`; see [`Check`].
///
/// # Errors
/// [`Error::Argument`] for an unknown name, [`Error::Io`] and [`Error::Data`] for files that are
/// missing or of which no record can be read.
pub fn check(name: &str, path: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let set = data_set(name)?;
    refuse_nothing(name, path)?;
    (set.check)(path, report)
}

fn refuse_nothing(name: &str, path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let place = format!("data of {name}");
    let expected = "the directory or archive that holds its files";
    Err(Error::data(path, place, "nothing there", expected))
}

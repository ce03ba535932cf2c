//! The benchmark's directory: `npy_train|npy_test/f435w/<proposal>/<visit>/<number>_*.npy`, and in
//! each visit a `sky.npy` with the sky's electrons per pixel of image number 1, 2, ...
//!
//! deepCR's data have other filters and fields too; the benchmark takes filter F435W and the visits
//! to resolved galaxies.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::exposure::Exposure;
use super::frame::{Frame, LARGEST};
use crate::files::{read_at_most, write_atomically};
use crate::random::Stream;
use crate::tasks::catalogue::Checked;
use crate::tasks::npy;
use crate::{Error, Result};

pub const TRAIN: &str = "npy_train";
pub const TEST: &str = "npy_test";
const FILTER: &str = "f435w";
const SKY: &str = "sky.npy";
/// Images of one part: far more than there are, so that no directory fills the memory.
pub const MOST_IMAGES: usize = 1 << 17;
/// Bytes of a file of that many numbers.
const LARGEST_SKY: u64 = 8 * MOST_IMAGES as u64 + 8192;

/// Proposal and visit, in the order of their paths.
pub const VISITS: [(&str, &str); 27] = [
    ("10182", "pb"),
    ("10182", "pd"),
    ("10190", "13"),
    ("10190", "28"),
    ("10260", "5"),
    ("10260", "7"),
    ("10342", "3"),
    ("10407", "3"),
    ("10584", "13"),
    ("10760", "2"),
    ("10760", "4"),
    ("12058", "1"),
    ("12058", "12"),
    ("12058", "16"),
    ("12058", "6"),
    ("12513", "2"),
    ("12513", "3"),
    ("13057", "1"),
    ("13364", "95"),
    ("13691", "11"),
    ("13737", "2"),
    ("13737", "3"),
    ("13804", "6"),
    ("14343", "1"),
    ("14704", "1"),
    ("9490", "a2"),
    ("9490", "a3"),
];

/// An image's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub path: PathBuf,
    /// Its number in its visit's `sky.npy`, from 1.
    number: usize,
}

impl Image {
    /// Reads it.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Data`].
    pub fn read(&self) -> Result<Frame> {
        Frame::parse(&self.path, &read_at_most(&self.path, LARGEST)?)
    }
}

/// The images of one visit, by name.
pub struct Visit {
    directory: PathBuf,
    pub images: Vec<Image>,
}

impl Visit {
    /// For each image, the sky's electrons per pixel.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Data`] if `sky.npy` does not have them.
    pub fn sky(&self) -> Result<Vec<f64>> {
        let path = self.directory.join(SKY);
        let sky = parse_sky(&path, &read_at_most(&path, LARGEST_SKY)?)?;
        let of = |image: &Image| sky.get(image.number - 1).copied();
        let images = self.images.iter();
        let images = images.map(|image| {
            of(image).ok_or_else(|| {
                let expected = format!("at least {}, for {}", image.number, image.path.display());
                Error::data(&path, "numbers", sky.len(), expected)
            })
        });
        images.collect()
    }
}

/// Reads the bytes of a `sky.npy`: one finite number for each image. `path` is for messages.
///
/// # Errors
/// [`Error::Data`] for anything else.
pub fn parse_sky(path: &Path, bytes: &[u8]) -> Result<Vec<f64>> {
    let npy::Array { shape, values } = npy::parse(path, bytes)?;
    if shape.len() != 1 {
        return Err(Error::data(path, "shape", format!("{shape:?}"), "one axis"));
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(Error::data(
            path,
            format!("number {}", index + 1),
            values[index],
            "a finite number",
        )),
    }
}

/// The visits of `part` that there are, in their order, without opening a file. What has no place
/// there goes to `fault`.
///
/// # Errors
/// [`Error::Io`] if a directory cannot be read, [`Error::Data`] if there is no image, or too many.
pub fn visits(root: &Path, part: &str, fault: &mut dyn FnMut(Error)) -> Result<Vec<Visit>> {
    let parent = root.join(part).join(FILTER);
    let mut visits = Vec::new();
    let mut images = 0;
    for (proposal, visit) in VISITS {
        let directory = parent.join(proposal).join(visit);
        if directory.is_dir() {
            let visit = visit_in(directory, MOST_IMAGES - images, fault)?;
            images += visit.images.len();
            visits.push(visit);
        }
    }
    if images == 0 {
        return Err(Error::data(
            &parent,
            "images",
            "none",
            "<proposal>/<visit>/<number>_*.npy of the benchmark's 27 visits",
        ));
    }
    Ok(visits)
}

fn visit_in(directory: PathBuf, most: usize, fault: &mut dyn FnMut(Error)) -> Result<Visit> {
    let unreadable = |error| Error::io(&directory, "read", error);
    let mut names: Vec<OsString> = Vec::new();
    for entry in fs::read_dir(&directory).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let bytes = name.as_encoded_bytes();
        if bytes.ends_with(b".npy") && !bytes.starts_with(b".") && name != SKY {
            names.push(name);
        }
        if names.len() > most {
            let expected = format!("at most {MOST_IMAGES} in all visits");
            return Err(Error::data(&directory, "images", "more", expected));
        }
    }
    names.sort();
    let mut images = Vec::new();
    for name in names {
        let path = directory.join(&name);
        let number = name.to_str().and_then(|name| name.split_once('_'));
        match number.and_then(|(number, _)| number.parse().ok()) {
            Some(number @ 1..) => images.push(Image { path, number }),
            _ => {
                let expected = "a number from 1, an underscore and more";
                fault(Error::data(&path, "name", name.display(), expected));
            }
        }
    }
    Ok(Visit { directory, images })
}

/// Reads every file of the benchmark's visits.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] if the directory itself is not the benchmark's.
pub fn check(root: &Path, fault: &mut dyn FnMut(Error)) -> Result<Checked> {
    let mut checked = Checked::default();
    for part in [TRAIN, TEST] {
        for visit in visits(root, part, fault)? {
            checked.files += 1 + visit.images.len() as u64;
            checked.records += visit.images.len() as u64;
            if let Err(error) = visit.sky() {
                fault(error);
            }
            for image in &visit.images {
                if let Err(error) = image.read() {
                    fault(error);
                }
            }
        }
    }
    Ok(checked)
}

/// The stream of generated image `index` of a part.
pub fn stream(seed: u64, part: &str, index: usize) -> Stream {
    Stream::new(seed, &format!("cosmic {part}"), index as u64)
}

/// Writes `images` generated images of a part, evenly over the visits.
///
/// # Errors
/// [`Error::Io`].
pub fn write(root: &Path, part: &str, images: usize, seed: u64) -> Result<()> {
    let first = |visit: usize| (visit * images).div_ceil(VISITS.len());
    for (number, (proposal, visit)) in VISITS.into_iter().enumerate() {
        let (first, end) = (first(number), first(number + 1));
        if first == end {
            continue;
        }
        let directory = root.join(part).join(FILTER).join(proposal).join(visit);
        fs::create_dir_all(&directory).map_err(|error| Error::io(&directory, "create", error))?;
        let skies: Vec<f64> = (first..end)
            .into_par_iter()
            .map(|index| {
                let exposure = Exposure::new(&mut stream(seed, part, index));
                let name = format!("{:06}_{index:06}.npy", index - first + 1);
                write_atomically(&directory.join(name), &exposure.frame.file())?;
                Ok(exposure.sky)
            })
            .collect::<Result<_>>()?;
        let file = npy::double(&[skies.len()], skies.into_iter());
        write_atomically(&directory.join(SKY), &file)?;
    }
    Ok(())
}

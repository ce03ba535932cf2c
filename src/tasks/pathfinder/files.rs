//! Pathfinder's files as Long Range Arena lays them out: `imgs/<k>/sample_<i>.png`, and
//! `metadata/<k>.npy`, which lists the images of folder `k`.
//!
//! The images are many and small. The lists are read at once, an image when it is asked for.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Edition;
use super::metadata::{Record, parse};
use crate::files::read_at_most;
use crate::tasks::marker::Marker;
use crate::tasks::{Checked, hexadecimal};
use crate::{Error, Result};

/// Directory of the lists.
pub const LISTS: &str = "metadata";
/// Bytes of one list; the release's have about 50,000.
const LONGEST_LIST: u64 = 1 << 24;
/// Images of all lists.
pub const MOST_IMAGES: usize = 1 << 22;
/// Bytes of one image file.
const LARGEST_IMAGE: u64 = 1 << 20;
/// Records that are checked at a time.
const CHUNK: usize = 1024;

/// All images that are not empty, in the order of the lists.
pub struct Index {
    pub directory: PathBuf,
    pub records: Vec<Record>,
    /// Empty files, which the release is known to have, and which are left out.
    pub empty: usize,
    /// Of names, labels, lengths and times of change.
    pub digest: String,
    /// If the images are generated.
    pub marker: Option<Marker>,
}

/// Reads the lists and looks up every image's length.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] for lists and for images that are not there.
pub fn index(edition: &Edition, data: &Path) -> Result<Index> {
    let directory = locate(edition, data)?;
    let mut records: Vec<Record> = Vec::new();
    for list in lists(&directory, &mut Err)? {
        let bytes = read_at_most(&list, LONGEST_LIST)?;
        parse(&list, &bytes, edition.contour_length(), &mut |record| {
            if records.len() == MOST_IMAGES {
                let expected = format!("at most {MOST_IMAGES}");
                return Err(Error::data(&list, "images so far", "more", expected));
            }
            records.push(record?);
            Ok(())
        })?;
    }
    let mut seen = HashSet::new();
    if let Some(twice) = records.iter().find(|record| !seen.insert(&record.image)) {
        return Err(twice_listed(&directory, twice));
    }
    let lengths_and_times: Vec<(u64, u128)> = records
        .par_iter()
        .map(|record| length_and_time(&directory.join(&*record.image)))
        .collect::<Result<_>>()?;
    let mut hash = Sha256::new();
    for (record, (length, time)) in records.iter().zip(&lengths_and_times) {
        hash.update(record.image.as_bytes());
        hash.update([0, u8::from(record.connected)]);
        hash.update(length.to_le_bytes());
        hash.update(time.to_le_bytes());
    }
    let listed = records.len();
    let mut lengths = lengths_and_times.iter().map(|(length, _)| *length);
    records.retain(|_| lengths.next() != Some(0));
    Ok(Index {
        empty: listed - records.len(),
        marker: Marker::find(&directory, edition.name)?,
        digest: hexadecimal(hash),
        directory,
        records,
    })
}

/// Reads every list and image and hands what is wrong to `report`.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] if there are no lists.
pub fn check(edition: &Edition, data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let directory = locate(edition, data)?;
    let mut checked = Checked::default();
    let mut seen = HashSet::new();
    if let Err(error) = Marker::find(&directory, edition.name) {
        report(error);
    }
    let lists = lists(&directory, &mut |error| {
        report(error);
        Ok(())
    })?;
    for list in lists {
        checked.files += 1;
        let mut records = Vec::new();
        let result = read_at_most(&list, LONGEST_LIST).and_then(|bytes| {
            parse(&list, &bytes, edition.contour_length(), &mut |record| {
                checked.records += 1;
                match record {
                    Ok(record) if seen.insert(record.image.clone()) => records.push(record),
                    Ok(record) => report(twice_listed(&directory, &record)),
                    Err(error) => report(error),
                }
                Ok(())
            })
        });
        if let Err(error) = result {
            report(error);
        }
        for records in records.chunks(CHUNK) {
            let read = |record: &Record| read(edition, &directory, record);
            let results: Vec<Result<Vec<u8>>> = records.par_iter().map(read).collect();
            for error in results.into_iter().filter_map(Result::err) {
                report(error);
            }
        }
        checked.files += records.len() as u64;
    }
    Ok(checked)
}

fn twice_listed(directory: &Path, record: &Record) -> Error {
    let place = format!("image {}", record.image);
    Error::data(&directory.join(LISTS), place, "it twice", "it once")
}

fn length_and_time(path: &Path) -> Result<(u64, u128)> {
    let metadata = fs::metadata(path).map_err(|source| Error::io(path, "read", source))?;
    // A system without times of change has lengths still.
    let time = metadata.modified().ok();
    let time = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok((metadata.len(), time.unwrap_or_default().as_nanos()))
}

/// The directory of lists and images: `data` or one of those below it that the release has.
fn locate(edition: &Edition, data: &Path) -> Result<PathBuf> {
    let level = edition.level();
    let below = format!("{}/{level}", edition.folder);
    let found = [
        data.to_path_buf(),
        data.join(&level),
        data.join(&below),
        data.join("lra_release").join(&below),
        data.join("lra_release/lra_release").join(&below),
    ]
    .into_iter()
    .find(|directory| directory.join(LISTS).is_dir());
    found.ok_or_else(|| {
        let expected = format!("a directory {LISTS}, here or in {below}");
        Error::data(data, "files", "no lists of images", expected)
    })
}

/// The lists in the order of their numbers. What else is there goes to `stray`.
fn lists(directory: &Path, stray: &mut dyn FnMut(Error) -> Result<()>) -> Result<Vec<PathBuf>> {
    let directory = directory.join(LISTS);
    let mut paths: Vec<PathBuf> = fs::read_dir(&directory)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|source| Error::io(&directory, "read", source))?;
    // The system lists them in any order.
    paths.sort_unstable();
    let mut lists = BTreeMap::new();
    for path in paths {
        // Such as the resource forks that archives made on a Macintosh hold.
        let hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
        if path.file_name().is_some_and(hidden) {
            continue;
        }
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let number = stem.and_then(|stem| stem.parse::<u64>().ok());
        match number {
            Some(number) if path.extension().is_some_and(|end| end == "npy") => {
                if let Some(other) = lists.insert(number, path) {
                    let found = format!("a second list {number}");
                    stray(Error::data(&other, "name", found, "one of each number"))?;
                }
            }
            _ => stray(Error::data(&path, "name", "another file", "<number>.npy"))?,
        }
    }
    Ok(lists.into_values().collect())
}

/// The pixels of a record's image.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] for its file.
pub fn read(edition: &Edition, directory: &Path, record: &Record) -> Result<Vec<u8>> {
    let path = directory.join(&*record.image);
    let bytes = read_at_most(&path, LARGEST_IMAGE)?;
    decode(&path, &bytes, edition.side)
}

/// The pixels of a PNG image of `side` x `side` pixels, row-major. Colours become grey with the
/// weights of ITU-R BT.601, as in Pillow.
///
/// # Errors
/// [`Error::Data`] for what is no such image.
pub fn decode(path: &Path, bytes: &[u8], side: usize) -> Result<Vec<u8>> {
    let broken = |found: &dyn std::fmt::Display| Error::data(path, "image", found, "a whole PNG");
    if bytes.is_empty() {
        return Err(broken(&"an empty file"));
    }
    // The largest that is allowed below has four bytes per pixel.
    let limits = Limits {
        bytes: 8 * side * side + (1 << 16),
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|error| broken(&error))?;
    if [header.width, header.height].map(|length| length as usize) != [side; 2] {
        let found = format!("{} x {}", header.width, header.height);
        return Err(Error::data(path, "size", found, format!("{side} x {side}")));
    }
    if header.bit_depth == BitDepth::Sixteen {
        return Err(Error::data(path, "bits per value", 16, "at most 8"));
    }
    let mut reader = decoder.read_info().map_err(|error| broken(&error))?;
    let mut values = vec![0; 4 * side * side];
    let frame = reader
        .next_frame(&mut values)
        .map_err(|error| broken(&error))?;
    reader.finish().map_err(|error| broken(&error))?;
    values.truncate(frame.buffer_size());
    Ok(match frame.color_type {
        ColorType::Grayscale => values,
        ColorType::GrayscaleAlpha => values.chunks_exact(2).map(|pixel| pixel[0]).collect(),
        ColorType::Rgb | ColorType::Indexed => values.chunks_exact(3).map(grey).collect(),
        ColorType::Rgba => values.chunks_exact(4).map(grey).collect(),
    })
}

/// 0.299 red + 0.587 green + 0.114 blue, in steps of 2^-16, rounded.
fn grey(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
    ((red * 19_595 + green * 38_470 + blue * 7_471 + (1 << 15)) >> 16) as u8
}

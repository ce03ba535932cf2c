//! The reviews' files: `aclImdb/{train,test}/{neg,pos}/<number>_<rating>.txt`, in a directory or in
//! the archive they are published as.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry};

use super::Sample;
use crate::tasks::archive;
use crate::tasks::catalogue::Checked;
use crate::text::shortened;
use crate::{Error, Result, files};

pub(super) const PARTS: [&str; 2] = ["train", "test"];
/// The place of a class is its number.
pub(super) const CLASSES: [&str; 2] = ["neg", "pos"];
/// Ratings of each class. There are no reviews with the ratings between.
pub(super) const RATINGS: [RangeInclusive<u8>; 2] = [1..=4, 7..=10];

const FOLDER: &str = "aclImdb";
const ARCHIVE: &str = "aclImdb_v1.tar.gz";
/// Bytes of the longest review that is read; the longest published has less than 16 KiB.
const LONGEST: u64 = 1 << 20;
/// Bytes of an archive when expanded; the published one has about a third of it.
const MOST_EXPANDED: u64 = 1 << 30;

/// A review.
pub struct Review {
    /// The number in its file's name.
    pub(super) number: u32,
    pub(super) sample: Sample,
}

/// Is handed each review with its part, or why it is none, and hands back what ends the reading.
type Visitor<'a> = dyn FnMut(Result<(usize, Review)>) -> Result<()> + 'a;

/// The reviews for training and for testing.
pub(super) fn read(data: &Path) -> Result<[Vec<Review>; 2]> {
    let mut parts = [Vec::new(), Vec::new()];
    visit(data, &mut keep(&mut parts))?;
    Ok(parts)
}

/// The reviews for training and for testing in a gzipped archive, `path` in messages. No more is
/// expanded than 1 GiB, and of a review no more is held than its first 4096 characters.
///
/// # Errors
/// [`Error::Data`] if it is not such an archive, whole.
pub fn read_archive(path: &Path, stream: impl Read) -> Result<[Vec<Review>; 2]> {
    let mut parts = [Vec::new(), Vec::new()];
    visit_archive(path, stream, &mut keep(&mut parts))?;
    Ok(parts)
}

fn keep(parts: &mut [Vec<Review>; 2]) -> impl FnMut(Result<(usize, Review)>) -> Result<()> {
    |found| {
        let (part, review) = found?;
        parts[part].push(review);
        Ok(())
    }
}

/// Checks the name and the text of each review.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] if there is no directory or archive to read or expand.
pub fn check(data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    visit(data, &mut |found| {
        if let Err(error) = found {
            report(error);
        }
        Ok(())
    })
}

/// The directory of reviews in `data`, or `data` itself.
pub(super) fn directory(data: &Path) -> Option<PathBuf> {
    let directories = [data.join(FOLDER), data.to_path_buf()];
    let complete = |directory: &PathBuf| directory.join(PARTS[0]).is_dir();
    directories.into_iter().find(complete)
}

fn visit(data: &Path, visitor: &mut Visitor) -> Result<Checked> {
    let archive = if data.is_file() {
        data.to_path_buf()
    } else {
        data.join(ARCHIVE)
    };
    if let Some(directory) = directory(data) {
        let records = visit_directory(&directory, visitor)?;
        let files = records;
        Ok(Checked { files, records })
    } else if archive.is_file() {
        let file = File::open(&archive).map_err(|error| Error::io(&archive, "read", error))?;
        let records = visit_archive(&archive, BufReader::new(file), visitor)?;
        Ok(Checked { files: 1, records })
    } else {
        let expected = format!("{FOLDER} or {ARCHIVE}");
        Err(Error::data(data, "directory", "neither", expected))
    }
}

fn visit_directory(directory: &Path, visitor: &mut Visitor) -> Result<u64> {
    let mut reviews = Reviews::new(directory, visitor);
    for (part, outer) in PARTS.iter().enumerate() {
        for (class, inner) in CLASSES.iter().enumerate() {
            let folder = directory.join(outer).join(inner);
            let entries = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let entries = entries.map_err(|error| Error::io(&folder, "read", error))?;
            let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
            paths.sort();
            for path in paths.into_iter().filter(|path| !hidden(path)) {
                let bytes = files::read_at_most(&path, LONGEST);
                reviews.add(&path, part, class, bytes)?;
            }
        }
    }
    reviews.finish()
}

fn visit_archive(path: &Path, stream: impl Read, visitor: &mut Visitor) -> Result<u64> {
    let mut reviews = Reviews::new(path, visitor);
    let unreadable = |error: io::Error| archive::unreadable(path, error);
    let mut archive = Archive::new(MultiGzDecoder::new(stream).take(MOST_EXPANDED));
    // Raw entries: the long names that others would bring are held whole.
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        if let Some((part, class, name)) = place(&entry) {
            // An absolute one would hide the archive.
            let inside = path.join(name.trim_start_matches('/'));
            let bytes = read_entry(&mut entry, &inside).map_err(unreadable)?;
            reviews.add(&inside, part, class, bytes)?;
        }
    }
    archive::finish(archive, path, MOST_EXPANDED)?;
    reviews.finish()
}

/// Part, class and whole name of an entry that is a review.
fn place(entry: &Entry<impl Read>) -> Option<(usize, usize, String)> {
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let mut folders = name.rsplit('/').skip(1);
    let class = folders.next()?;
    let class = CLASSES.iter().position(|known| *known == class)?;
    let part = folders.next()?;
    let part = PARTS.iter().position(|known| *known == part)?;
    let review = entry.header().entry_type().is_file() && !hidden(Path::new(&name));
    review.then_some((part, class, name))
}

/// The bytes of an entry, or that they are too many.
fn read_entry(entry: &mut Entry<impl Read>, path: &Path) -> io::Result<Result<Vec<u8>>> {
    let size = entry.size();
    if size > LONGEST {
        let found = format!("{size} bytes");
        let expected = format!("at most {LONGEST}");
        return Ok(Err(Error::data(path, "length", found, expected)));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Ok(bytes))
}

/// Operating systems leave such files.
fn hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

/// Turns files into reviews.
struct Reviews<'a> {
    data: &'a Path,
    visitor: &'a mut Visitor<'a>,
    /// Part, class and number of those that have come.
    seen: HashSet<(usize, usize, u32)>,
    /// Files of each part.
    files: [u64; 2],
}

impl<'a> Reviews<'a> {
    fn new(data: &'a Path, visitor: &'a mut Visitor<'a>) -> Self {
        Reviews {
            data,
            visitor,
            seen: HashSet::new(),
            files: [0; 2],
        }
    }

    fn add(
        &mut self,
        path: &Path,
        part: usize,
        class: usize,
        bytes: Result<Vec<u8>>,
    ) -> Result<()> {
        self.files[part] += 1;
        let review = bytes.and_then(|bytes| {
            let review = parse(path, class, &bytes)?;
            if self.seen.insert((part, class, review.number)) {
                return Ok((part, review));
            }
            let found = format!("a second {}", review.number);
            Err(Error::data(path, "number", found, "one of each"))
        });
        (self.visitor)(review)
    }

    /// The number of files, which may not be 0.
    fn finish(self) -> Result<u64> {
        for (part, files) in PARTS.iter().zip(self.files) {
            if files == 0 {
                let missing = Error::data(self.data, part, "no reviews", "at least 1");
                (self.visitor)(Err(missing))?;
            }
        }
        Ok(self.files.iter().sum())
    }
}

fn parse(path: &Path, class: usize, bytes: &[u8]) -> Result<Review> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some((number, rating)) = numbers(&name) else {
        let expected = "<number>_<rating>.txt";
        return Err(Error::data(path, "name", shortened(&name), expected));
    };
    if !RATINGS[class].contains(&rating) {
        let (least, most) = (RATINGS[class].start(), RATINGS[class].end());
        let expected = format!("{least} to {most} in {}", CLASSES[class]);
        return Err(Error::data(path, "rating", rating, expected));
    }
    if bytes.is_empty() {
        return Err(Error::data(path, "length", "0 bytes", "at least 1"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let place = format!("byte {}", error.valid_up_to() + 1);
        let found = format!("{:#04x}", bytes[error.valid_up_to()]);
        Error::data(path, place, found, "UTF-8")
    })?;
    let sample = Sample::new(text, class);
    Ok(Review { number, sample })
}

/// Number and rating in the name of a file.
fn numbers(name: &str) -> Option<(u32, u8)> {
    let (number, rating) = name.strip_suffix(".txt")?.split_once('_')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(number) || !digits(rating) {
        return None;
    }
    Some((number.parse().ok()?, rating.parse().ok()?))
}

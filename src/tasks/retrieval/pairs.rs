//! The Arena's files of pairs: for each a row of label, two identifiers and two texts.
//!
//! The files have gigabytes. They are gone through once, to find where the rows stand; a row is read
//! when it is asked for.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::tasks::catalogue::Checked;
use crate::tasks::lines::Lines;
use crate::text::shortened;
use crate::{Error, Result};

/// Of training, validation and testing.
pub(super) const FILES: [&str; 3] = [
    "new_aan_pairs.train.tsv",
    "new_aan_pairs.eval.tsv",
    "new_aan_pairs.test.tsv",
];
/// Where the files may lie in the directory that is given.
const FOLDERS: [&str; 4] = [
    "",
    "tsv_data",
    "lra_release/tsv_data",
    "lra_release/lra_release/tsv_data",
];
/// Bytes of the longest row that is read.
const LONGEST_ROW: usize = 1 << 24;
const FIELDS: &str = "5: label, two identifiers, two texts";

/// A row, without its identifiers.
pub struct Row<'a> {
    pub related: bool,
    pub texts: [&'a str; 2],
}

/// A file whose rows have been found.
pub(super) struct Pairs {
    path: PathBuf,
    version: Version,
    rows: Vec<Place>,
}

/// Where a row stands in its file.
struct Place {
    offset: u64,
    length: usize,
}

/// What changes with a file.
#[derive(PartialEq, Eq)]
struct Version {
    length: u64,
    modified: Option<SystemTime>,
}

impl Version {
    fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Version {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

/// The directory in `data` that has the files.
pub(super) fn directory(data: &Path) -> PathBuf {
    let folders = FOLDERS.iter().map(|folder| data.join(folder));
    let mut there = folders.filter(|folder| folder.join(FILES[0]).is_file());
    there.next().unwrap_or_else(|| data.to_path_buf())
}

impl Pairs {
    /// Goes through a file and hands each row to `visit`.
    pub fn open(path: PathBuf, visit: &mut dyn FnMut(&Row)) -> Result<Self> {
        let failed = |error| Error::io(&path, "read", error);
        let file = File::open(&path).map_err(failed)?;
        let version = Version::of(&file).map_err(failed)?;
        let mut rows = Vec::new();
        for_each(
            &path,
            BufReader::with_capacity(1 << 16, file),
            &mut |found| {
                let (place, row) = found?;
                visit(&row);
                rows.push(place);
                Ok(())
            },
        )?;
        Ok(Pairs {
            path,
            version,
            rows,
        })
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets the rows after the first `limit`.
    pub fn truncate(&mut self, limit: usize) {
        self.rows.truncate(limit);
    }

    /// Reads the rows `indices` and hands them to `visit`.
    pub fn read(&self, indices: &[usize], visit: &mut dyn FnMut(&Row)) -> Result<()> {
        let failed = |error| Error::io(&self.path, "read", error);
        let mut file = File::open(&self.path).map_err(failed)?;
        if Version::of(&file).map_err(failed)? != self.version {
            let found = "another length or time of change";
            let expected = "those it had when it was opened";
            return Err(Error::data(&self.path, "file", found, expected));
        }
        let mut bytes = Vec::new();
        for &index in indices {
            let Place { offset, length } = self.rows[index];
            bytes.resize(length, 0);
            file.seek(SeekFrom::Start(offset)).map_err(failed)?;
            file.read_exact(&mut bytes).map_err(failed)?;
            let text = String::from_utf8_lossy(&bytes);
            visit(&parse(&self.path, index as u64 + 1, &text)?);
        }
        Ok(())
    }

    /// Adds what stands for the file's content.
    pub fn update(&self, hash: &mut Sha256) {
        let name = self.path.file_name().unwrap_or_default();
        hash.update(name.as_encoded_bytes());
        hash.update(self.version.length.to_le_bytes());
        let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        let modified = self.version.modified.and_then(since).unwrap_or_default();
        hash.update(modified.as_nanos().to_le_bytes());
        hash.update((self.rows.len() as u64).to_le_bytes());
    }
}

/// The number of rows in a file. No more than one row is held.
///
/// # Errors
/// [`Error::Data`] for a row that is none, or no row at all; [`Error::Io`].
pub fn count(path: &Path, stream: impl BufRead) -> Result<u64> {
    for_each(path, stream, &mut |found| found.map(|_| ()))
}

/// Checks each row of the files.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read.
pub fn check(data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let directory = directory(data);
    let mut checked = Checked::default();
    for name in FILES {
        let path = directory.join(name);
        let file = File::open(&path).map_err(|error| Error::io(&path, "read", error))?;
        checked.files += 1;
        checked.records += for_each(&path, BufReader::new(file), &mut |found| match found {
            Err(error @ Error::Io { .. }) => Err(error),
            Err(error) => {
                report(error);
                Ok(())
            }
            Ok(_) => Ok(()),
        })?;
    }
    Ok(checked)
}

/// Is handed each row, or why it is none, and hands back what ends the reading.
type Visitor<'a> = dyn FnMut(Result<(Place, Row)>) -> Result<()> + 'a;

/// Returns the number of rows.
fn for_each(path: &Path, stream: impl BufRead, visitor: &mut Visitor) -> Result<u64> {
    let mut lines = Lines::new(path, stream, LONGEST_ROW);
    let mut rows = 0;
    while let Some(line) = lines.next_line() {
        rows += 1;
        visitor(line.and_then(|line| {
            let place = Place {
                offset: line.offset,
                length: line.text.len(),
            };
            Ok((place, parse(path, line.number, line.text)?))
        }))?;
    }
    if rows == 0 {
        visitor(Err(Error::data(path, "rows", "none", "at least 1")))?;
    }
    Ok(rows)
}

/// The row on line `number`.
fn parse<'a>(path: &Path, number: u64, line: &'a str) -> Result<Row<'a>> {
    let place = format!("line {number}");
    // A fifth tab would belong to the second text.
    let fields: Vec<&str> = line.splitn(5, '\t').collect();
    let [label, _, _, first, second] = fields[..] else {
        let found = format!("{} fields", fields.len());
        return Err(Error::data(path, place, found, FIELDS));
    };
    let related = match label {
        "1" | "1.0" => true,
        "0" | "0.0" => false,
        _ => {
            let place = format!("{place}, label");
            return Err(Error::data(path, place, shortened(label), "0.0 or 1.0"));
        }
    };
    Ok(Row {
        related,
        texts: [first, second],
    })
}

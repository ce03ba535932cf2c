//! Finding the official files: in a directory, or in an archive that is streamed and never unpacked
//! to disk.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tar::Archive;

use crate::tasks::archive;
use crate::{Error, Result};

/// Bytes of an unpacked archive that are read. The official ones have 186 MB.
const LARGEST_ARCHIVE: u64 = 256 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`records`](super::records).
    Records,
    /// [`python`](super::python).
    Python,
}

/// The names under which a data set is published in one format.
pub struct Layout {
    pub format: Format,
    pub archive: &'static str,
    pub folder: &'static str,
    pub training: &'static [&'static str],
    pub test: &'static str,
}

impl Layout {
    /// Every file's number and name, in numeric order.
    fn files(&self) -> impl Iterator<Item = (Number, &'static str)> {
        let training = self.training.iter().enumerate();
        let training = training.map(|(number, &name)| (Number::Training(number), name));
        training.chain([(Number::Test, self.test)])
    }

    fn list(&self) -> String {
        format!("{} and {}", self.training.join(", "), self.test)
    }
}

/// Which of the official files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    Training(usize),
    Test,
}

/// One official file, to be read.
pub struct File<'a> {
    /// For messages: of an archive, the path of the archive and that inside it.
    pub path: &'a Path,
    pub number: Number,
    pub format: Format,
    pub stream: &'a mut dyn Read,
}

/// What is done with each file.
type Each<'a> = &'a mut dyn FnMut(File) -> Result<()>;

/// Hands the files of the first of `layouts` that is found to `each`: in the directory `data`, in
/// its folder of the official name, or in an archive, which is `data` itself or lies in it. Returns
/// the directory or archive that was read.
///
/// # Errors
/// [`Error::Io`] for what cannot be read, [`Error::Data`] without a training file or without the
/// test file, and what `each` returns.
pub fn visit(layouts: &[Layout], data: &Path, each: Each) -> Result<PathBuf> {
    let kind = fs::metadata(data).map_err(|source| Error::io(data, "read", source))?;
    if !kind.is_dir() {
        visit_archive(layouts, data, each)?;
        return Ok(data.to_path_buf());
    }
    for layout in layouts {
        for directory in [data.join(layout.folder), data.to_path_buf()] {
            if layout
                .files()
                .any(|(_, name)| directory.join(name).is_file())
            {
                visit_directory(layout, &directory, each)?;
                return Ok(directory);
            }
        }
    }
    for layout in layouts {
        let archive = data.join(layout.archive);
        if archive.is_file() {
            visit_archive(layouts, &archive, each)?;
            return Ok(archive);
        }
    }
    let names = layouts
        .iter()
        .flat_map(|layout| [layout.folder, layout.archive]);
    let names: Vec<&str> = names.collect();
    Err(Error::data(
        data,
        "files",
        "none of the data set's",
        format!("{}, here or in {}", layouts[0].list(), names.join(", ")),
    ))
}

fn visit_directory(layout: &Layout, directory: &Path, each: Each) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (number, name) in layout.files() {
        let path = directory.join(name);
        if !path.is_file() {
            continue;
        }
        let file = fs::File::open(&path).map_err(|source| Error::io(&path, "read", source))?;
        seen.insert(number);
        each(File {
            path: &path,
            number,
            format: layout.format,
            stream: &mut BufReader::new(file),
        })?;
    }
    require(layout, directory, &seen)
}

fn visit_archive(layouts: &[Layout], path: &Path, each: Each) -> Result<()> {
    let file = fs::File::open(path).map_err(|source| Error::io(path, "read", source))?;
    let unpacked = MultiGzDecoder::new(BufReader::new(file)).take(LARGEST_ARCHIVE);
    let unreadable = |error: io::Error| archive::unreadable(path, error);
    let mut archive = Archive::new(unpacked);
    let mut seen: Vec<BTreeSet<Number>> = layouts.iter().map(|_| BTreeSet::new()).collect();
    // Raw entries: the long names that others would bring are held whole.
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let mut entry = entry.map_err(unreadable)?;
        let inside = entry.path().map_err(unreadable)?.into_owned();
        let Some((layout, number)) = official(layouts, &inside) else {
            continue;
        };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        // An absolute one would hide the archive.
        let path = path.join(inside.strip_prefix("/").unwrap_or(&inside));
        if !seen[layout].insert(number) {
            return Err(Error::data(
                &path,
                "file",
                "a second one of its name",
                "one",
            ));
        }
        each(File {
            path: &path,
            number,
            format: layouts[layout].format,
            stream: &mut entry,
        })?;
    }
    archive::finish(archive, path, LARGEST_ARCHIVE)?;
    let layout = (0..layouts.len()).find(|&layout| !seen[layout].is_empty());
    let layout = layout.unwrap_or(0);
    require(&layouts[layout], path, &seen[layout])
}

/// The layout and number of the official file that is called `folder/name`.
fn official(layouts: &[Layout], path: &Path) -> Option<(usize, Number)> {
    let (name, folder) = (path.file_name()?, path.parent()?.file_name()?);
    let layout = layouts.iter().position(|layout| folder == layout.folder)?;
    let (number, _) = layouts[layout].files().find(|(_, other)| name == *other)?;
    Some((layout, number))
}

fn require(layout: &Layout, place: &Path, seen: &BTreeSet<Number>) -> Result<()> {
    let missing = |what: String| {
        Err(Error::data(
            place,
            "files",
            format!("no {what}"),
            layout.list(),
        ))
    };
    if !seen.contains(&Number::Test) {
        return missing(layout.test.to_string());
    }
    if seen.len() == 1 {
        return missing(layout.training.join(", "));
    }
    Ok(())
}

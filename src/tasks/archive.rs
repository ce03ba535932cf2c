//! Gzipped tar archives that may be cut short or expand without end.

use std::io::{self, ErrorKind, Read, Take};
use std::path::Path;

use tar::Archive;

use crate::{Error, Result};

/// An archive ends in two empty blocks of so many bytes.
const BLOCK: u64 = 512;

/// The error of an archive that cannot be read on.
pub(super) fn unreadable(path: &Path, error: io::Error) -> Error {
    let found = match error.kind() {
        ErrorKind::UnexpectedEof => "the end of the file".to_string(),
        _ => error.to_string(),
    };
    Error::data(path, "archive", found, "a gzipped tar file, whole")
}

/// Reads what is left after the last entry, gzip's check sum too: whether the archive was whole.
/// `most` is the limit of its stream.
///
/// # Errors
/// [`Error::Data`] if it was cut short or its stream has come to the limit.
pub(super) fn finish(archive: Archive<Take<impl Read>>, path: &Path, most: u64) -> Result<()> {
    let mut rest = archive.into_inner();
    // One of the two blocks has been read.
    let length = io::copy(&mut rest, &mut io::sink()).map_err(|error| unreadable(path, error))?;
    if rest.limit() == 0 {
        let found = format!("{most} bytes or more");
        return Err(Error::data(path, "length when expanded", found, "fewer"));
    }
    if length < BLOCK {
        return Err(unreadable(path, ErrorKind::UnexpectedEof.into()));
    }
    Ok(())
}

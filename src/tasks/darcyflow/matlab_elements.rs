//! The elements of MATLAB's level 5 files: type and number of bytes (4 bytes each), then the bytes,
//! padded to 8. Up to 4 bytes of data stand inside the tag instead; the upper half of its type is
//! then their number.

use std::fmt::Display;
use std::io::Read;
use std::path::Path;

use crate::files::read_up_to;
use crate::{Error, Result};

// Types of elements.
pub(super) const INT8: u32 = 1;
pub(super) const INT32: u32 = 5;
pub(super) const UINT32: u32 = 6;
pub(super) const DOUBLE: u32 = 9;
pub(super) const MATRIX: u32 = 14;
pub(super) const COMPRESSED: u32 = 15;

/// What stands before an element's data.
pub(super) struct Tag {
    pub kind: u32,
    pub bytes: u32,
    /// The data, if they stand inside the tag.
    small: Option<[u8; 4]>,
}

impl Tag {
    /// The data inside the tag.
    pub fn inside(&self) -> &[u8] {
        let small = self.small.as_ref();
        small.map_or(&[], |inside| &inside[..self.bytes as usize])
    }
}

/// The next tag, unless the stream ends before it.
pub(super) fn tag(path: &Path, stream: &mut dyn Read, place: &str) -> Result<Option<Tag>> {
    let mut bytes = [0; 8];
    let unreadable = |error| Error::data(path, place, error, "a readable file");
    let read = read_up_to(stream, &mut bytes).map_err(unreadable)?;
    if read == 0 {
        return Ok(None);
    }
    if read < bytes.len() {
        return Err(Error::data(path, place, "the end of the file", "a tag"));
    }
    let [a, b, c, d, inside @ ..] = bytes;
    let first = u32::from_le_bytes([a, b, c, d]);
    let (kind, length) = (first & 0xffff, first >> 16);
    if length > 4 {
        let found = format!("{length} bytes inside a tag");
        return Err(Error::data(path, place, found, "at most 4"));
    }
    Ok(Some(if length > 0 {
        Tag {
            kind,
            bytes: length,
            small: Some(inside),
        }
    } else {
        Tag {
            kind,
            bytes: u32::from_le_bytes(inside),
            small: None,
        }
    }))
}

/// The data of an element of type `kind` and at most `most` bytes.
pub(super) fn short_element(
    path: &Path,
    stream: &mut dyn Read,
    kind: u32,
    most: usize,
    place: &str,
) -> Result<Vec<u8>> {
    let Some(tag) = tag(path, stream, place)? else {
        return Err(Error::data(
            path,
            place,
            "the end of the array",
            "an element",
        ));
    };
    if tag.kind != kind || tag.bytes as usize > most {
        return Err(Error::data(
            path,
            place,
            format!("{} bytes of type {}", tag.bytes, tag.kind),
            format!("at most {most} of type {kind}"),
        ));
    }
    if tag.small.is_some() {
        return Ok(tag.inside().to_vec());
    }
    let mut data = vec![0; tag.bytes.next_multiple_of(8) as usize];
    fill(path, stream, &mut data, || place)?;
    data.truncate(tag.bytes as usize);
    Ok(data)
}

/// Fills `buffer`.
pub(super) fn fill<P: Display>(
    path: &Path,
    stream: &mut dyn Read,
    buffer: &mut [u8],
    place: impl FnOnce() -> P,
) -> Result<()> {
    match read_up_to(stream, buffer) {
        Ok(read) if read == buffer.len() => Ok(()),
        Ok(_) => Err(Error::data(path, place(), "the end of the file", "more")),
        Err(error) => Err(Error::data(path, place(), error, "a readable file")),
    }
}

//! IDX, the file format of MNIST: a magic number, the size of each axis as big-endian `u32`, bytes.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::{Error, Result};

/// The element type `u8`; the lowest byte of the magic number is the number of axes.
const UNSIGNED_BYTES: u32 = 0x0800;

/// The path and items of `directory/name` or `directory/name.gz`: bytes, items of the shape `item`,
/// at least one and at most `most` of them.
///
/// # Errors
/// [`Error::Io`] if neither file can be read, [`Error::Data`] if it is not such a file.
pub fn read(directory: &Path, name: &str, item: &[u32], most: u32) -> Result<(PathBuf, Vec<u8>)> {
    let plain = directory.join(name);
    let (path, file) = match File::open(&plain) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let zipped = directory.join(format!("{name}.gz"));
            match File::open(&zipped) {
                Err(other) if other.kind() == ErrorKind::NotFound => (plain, Err(error)),
                file => (zipped, file),
            }
        }
        file => (plain, file),
    };
    let file = BufReader::new(file.map_err(|source| Error::io(&path, "read", source))?);
    let items = if path.extension().is_some_and(|extension| extension == "gz") {
        parse(&path, GzDecoder::new(file), item, most)
    } else {
        parse(&path, file, item, most)
    }?;
    Ok((path, items))
}

/// Reads an IDX stream. No more is held than the header declares, and that only after the header
/// has been checked.
fn parse(path: &Path, mut stream: impl Read, item: &[u32], most: u32) -> Result<Vec<u8>> {
    let magic = word(path, &mut stream, "magic number")?;
    let expected = UNSIGNED_BYTES | (1 + item.len() as u32);
    if magic != expected {
        return Err(Error::data(
            path,
            "magic number",
            format!("{magic:#010x}"),
            format!("{expected:#010x}"),
        ));
    }
    let items = word(path, &mut stream, "number of items")?;
    if items == 0 || items > most {
        return Err(Error::data(
            path,
            "number of items",
            items,
            format!("1 to {most}"),
        ));
    }
    for (axis, &expected) in item.iter().enumerate() {
        let place = format!("size of axis {}", axis + 1);
        let size = word(path, &mut stream, &place)?;
        if size != expected {
            return Err(Error::data(path, place, size, expected));
        }
    }
    let expected = u64::from(items) * item.iter().copied().map(u64::from).product::<u64>();
    let mut bytes = Vec::new();
    // One byte more than is declared tells a longer stream without reading it.
    stream
        .take(expected + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, "items", &error))?;
    if bytes.len() as u64 != expected {
        let found = if bytes.len() as u64 > expected {
            "more".to_string()
        } else {
            bytes.len().to_string()
        };
        return Err(Error::data(
            path,
            "bytes after the header",
            found,
            format!("{expected}"),
        ));
    }
    Ok(bytes)
}

fn word(path: &Path, stream: &mut impl Read, place: &str) -> Result<u32> {
    let mut bytes = [0; 4];
    stream
        .read_exact(&mut bytes)
        .map_err(|error| unreadable(path, place, &error))?;
    Ok(u32::from_be_bytes(bytes))
}

/// A stream that ends early or does not decompress.
fn unreadable(path: &Path, place: &str, error: &std::io::Error) -> Error {
    let found = match error.kind() {
        ErrorKind::UnexpectedEof => "the end of the file".to_string(),
        _ => error.to_string(),
    };
    Error::data(path, place, found, "an IDX file, whole")
}

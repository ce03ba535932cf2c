//! Writing MATLAB's level 5 files: compressed arrays of doubles, what
//! [`matlab`](super::matlab) reads.

use std::io::{self, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::matlab::{HEADER, TEXT};
use super::matlab_elements::{COMPRESSED, DOUBLE, INT8, INT32, MATRIX, UINT32};

/// MATLAB's number for the class of doubles.
const DOUBLE_CLASS: u32 = 6;

/// Writes the header; `text` is cut to its 116 bytes.
pub fn header(file: &mut impl Write, text: &str) -> io::Result<()> {
    let mut header = [0; HEADER];
    header[..TEXT].fill(b' ');
    let length = text.len().min(TEXT);
    header[..length].copy_from_slice(&text.as_bytes()[..length]);
    header[HEADER - 4..].copy_from_slice(&[0, 1, b'I', b'M']);
    file.write_all(&header)
}

/// Writes an array of doubles, the first of `dimensions` varying fastest. An array has below 4 GiB
/// and at least two dimensions.
///
/// # Errors
/// Those of `file`, and [`io::ErrorKind::InvalidInput`] for a larger array.
pub fn array(
    file: &mut (impl Write + Seek),
    name: &str,
    dimensions: &[usize],
    values: impl Iterator<Item = f64>,
) -> io::Result<()> {
    let short = |size: usize| u32::try_from(size).map_err(|_| io::ErrorKind::InvalidInput);
    let bytes = 8 * dimensions.iter().product::<usize>();
    let mut front = Vec::new();
    for word in [UINT32, 8, DOUBLE_CLASS, 0, INT32] {
        front.extend(word.to_le_bytes());
    }
    front.extend(short(4 * dimensions.len())?.to_le_bytes());
    for &dimension in dimensions {
        front.extend(short(dimension)?.to_le_bytes());
    }
    front.resize(front.len().next_multiple_of(8), 0);
    // Names of up to 4 bytes must stand inside their tag.
    if name.len() <= 4 {
        front.extend((INT8 | short(name.len())? << 16).to_le_bytes());
    } else {
        front.extend(INT8.to_le_bytes());
        front.extend(short(name.len())?.to_le_bytes());
    }
    front.extend(name.as_bytes());
    front.resize(front.len().next_multiple_of(8), 0);
    front.extend(DOUBLE.to_le_bytes());
    front.extend(short(bytes)?.to_le_bytes());

    file.write_all(&COMPRESSED.to_le_bytes())?;
    // The number of compressed bytes is known at the end.
    let length_place = file.stream_position()?;
    file.write_all(&[0; 4])?;
    let mut zlib = ZlibEncoder::new(&mut *file, Compression::fast());
    zlib.write_all(&MATRIX.to_le_bytes())?;
    zlib.write_all(&short(front.len() + bytes)?.to_le_bytes())?;
    zlib.write_all(&front)?;
    let mut buffer = Vec::with_capacity(8 * 1024);
    for value in values {
        buffer.extend(value.to_le_bytes());
        if buffer.len() == buffer.capacity() {
            zlib.write_all(&buffer)?;
            buffer.clear();
        }
    }
    zlib.write_all(&buffer)?;
    zlib.finish()?;
    let end = file.stream_position()?;
    file.seek(SeekFrom::Start(length_place))?;
    file.write_all(&short((end - length_place - 4) as usize)?.to_le_bytes())?;
    file.seek(SeekFrom::Start(end))?;
    Ok(())
}

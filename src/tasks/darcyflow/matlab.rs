//! Reading MATLAB's level 5 files, as `save -v7` and older write them: a stream of arrays,
//! compressed or not.
//!
//! A file is 128 bytes of header and elements ([`matlab_elements`](super::matlab_elements)). An
//! array is an element of elements: flags, sizes, name, values. The values may be stored in a
//! smaller type than the array's class. A compressed element is a zlib stream of one array.
//!
//! Values pass through a buffer of [`RUN`]; no more of the file is ever held.

use std::io::{self, Read};
use std::path::Path;

use flate2::read::ZlibDecoder;

use super::matlab_elements::{
    COMPRESSED, DOUBLE, INT8, INT32, MATRIX, UINT32, fill, short_element, tag,
};
use crate::files::read_up_to;
use crate::text::shortened;
use crate::{Error, Result};

/// Values that are handed over at a time.
pub const RUN: usize = 8192;

/// Bytes of the header, and how many of them are text.
pub(super) const HEADER: usize = 128;
pub(super) const TEXT: usize = 116;
const MOST_DIMENSIONS: usize = 8;
const LONGEST_NAME: usize = 63;

/// Classes of arrays of numbers, from double to 64-bit integers.
const NUMBERS: std::ops::RangeInclusive<u8> = 6..=15;
const COMPLEX: u8 = 0x08;

/// An array of real numbers.
pub struct Array<'a> {
    pub name: String,
    /// The first one varies fastest.
    pub dimensions: Vec<usize>,
    path: &'a Path,
    stream: &'a mut dyn Read,
    storage: Storage,
    /// Values that were not handed over yet.
    left: usize,
    bytes: Vec<u8>,
    values: Vec<f64>,
}

impl Array<'_> {
    /// The next values, at most [`RUN`]; none after the last one.
    ///
    /// # Errors
    /// [`Error::Data`] if the file ends or does not decompress.
    pub fn next_values(&mut self) -> Result<&[f64]> {
        let count = self.left.min(RUN);
        self.bytes.resize(count * self.storage.size, 0);
        let place = || format!("array {}, {} values left", shortened(&self.name), self.left);
        fill(self.path, self.stream, &mut self.bytes, place)?;
        self.left -= count;
        self.values.clear();
        let values = self.bytes.chunks_exact(self.storage.size);
        self.values.extend(values.map(self.storage.value));
        Ok(&self.values)
    }
}

/// How a number is stored.
#[derive(Clone, Copy)]
struct Storage {
    size: usize,
    /// The number that `size` bytes are.
    value: fn(&[u8]) -> f64,
}

macro_rules! storage {
    ($number:ty) => {
        Storage {
            size: size_of::<$number>(),
            value: |bytes| {
                let mut array = [0; size_of::<$number>()];
                array.copy_from_slice(bytes);
                <$number>::from_le_bytes(array) as f64
            },
        }
    };
}

fn storage(kind: u32) -> Option<Storage> {
    Some(match kind {
        INT8 => storage!(i8),
        2 => storage!(u8),
        3 => storage!(i16),
        4 => storage!(u16),
        INT32 => storage!(i32),
        UINT32 => storage!(u32),
        7 => storage!(f32),
        DOUBLE => storage!(f64),
        12 => storage!(i64),
        13 => storage!(u64),
        _ => return None,
    })
}

/// What is done with each array.
type Each<'a> = &'a mut dyn FnMut(&mut Array) -> Result<()>;

/// Hands every array of real numbers in the stream to `each`, and returns the header's text. An
/// array that `each` does not read to its end is skipped, and if compressed not even decompressed.
///
/// # Errors
/// [`Error::Data`] if it is not such a file, and what `each` returns.
pub fn read(path: &Path, stream: &mut dyn Read, each: Each) -> Result<String> {
    let text = header(path, stream)?;
    while let Some(tag) = tag(path, stream, "element")? {
        let mut element = (&mut *stream).take(tag.bytes.into());
        match tag.kind {
            MATRIX => {
                read_array(path, &mut element, each)?;
            }
            COMPRESSED => read_compressed(path, &mut element, each)?,
            other => {
                let expected = format!("{MATRIX} or {COMPRESSED}, an array");
                return Err(Error::data(path, "type of an element", other, expected));
            }
        }
        let skipped = io::copy(&mut element, &mut io::sink());
        skipped.map_err(|error| Error::data(path, "element", error, "a readable file"))?;
        if element.limit() > 0 {
            let found = format!(
                "the end of the file {} bytes before its own",
                element.limit()
            );
            return Err(Error::data(path, "element", found, "all of it"));
        }
    }
    Ok(text)
}

fn header(path: &Path, stream: &mut dyn Read) -> Result<String> {
    let mut header = [0; HEADER];
    fill(path, stream, &mut header, || "header")?;
    if header[TEXT + 8..] != [0, 1, b'I', b'M'] {
        let found = match &header[TEXT + 8..] {
            [1, 0, b'M', b'I'] => "a big-endian one".to_string(),
            other => format!("version and byte order {other:02x?}"),
        };
        let expected = "a little-endian MATLAB file, level 5 (save -v7)";
        return Err(Error::data(path, "header", found, expected));
    }
    Ok(String::from_utf8_lossy(&header[..TEXT]).trim_end().into())
}

/// Reads the array in a zlib stream.
fn read_compressed(path: &Path, stream: &mut dyn Read, each: Each) -> Result<()> {
    let place = "compressed element";
    let mut inflated = ZlibDecoder::new(stream);
    let tag = tag(path, &mut inflated, place)?;
    let Some(tag) = tag.filter(|tag| tag.kind == MATRIX) else {
        return Err(Error::data(path, place, "something else", "an array"));
    };
    let mut array = (&mut inflated).take(tag.bytes.into());
    if read_array(path, &mut array, each)? {
        // What is left is padding, and zlib's checksum behind it.
        let mut rest = [0; 8];
        let left = read_up_to(&mut inflated, &mut rest)
            .map_err(|error| Error::data(path, place, error, "a readable zlib stream"))?;
        if left == rest.len() {
            return Err(Error::data(path, place, "more than an array", "its end"));
        }
    }
    Ok(())
}

/// Hands the array in `stream` to `each`, if it is one of real numbers. Says whether it was read to
/// its end.
fn read_array(path: &Path, stream: &mut dyn Read, each: Each) -> Result<bool> {
    let flags = short_element(path, stream, UINT32, 8, "flags of an array")?;
    let &[class, flags, ..] = &flags[..] else {
        let found = format!("{} bytes", flags.len());
        return Err(Error::data(path, "flags of an array", found, "8"));
    };
    if !NUMBERS.contains(&class) || flags & COMPLEX != 0 {
        return Ok(false);
    }
    let sizes = short_element(
        path,
        stream,
        INT32,
        4 * MOST_DIMENSIONS,
        "sizes of an array",
    )?;
    let name = short_element(path, stream, INT8, LONGEST_NAME, "name of an array")?;
    let name = String::from_utf8_lossy(&name).into_owned();
    let place = format!("array {}", shortened(&name));
    let (dimensions, count) = dimensions(&sizes)
        .ok_or_else(|| Error::data(path, &place, format!("sizes {sizes:02x?}"), "small ones"))?;
    let Some(tag) = tag(path, stream, &place)? else {
        return Err(Error::data(path, place, "no values", "some"));
    };
    let Some(storage) = storage(tag.kind) else {
        let found = format!("values of type {}", tag.kind);
        return Err(Error::data(path, place, found, "numbers"));
    };
    if u128::from(tag.bytes) != count as u128 * storage.size as u128 {
        return Err(Error::data(
            path,
            place,
            format!("{} bytes", tag.bytes),
            format!("{count} values of {} bytes", storage.size),
        ));
    }
    let mut values = tag.inside().chain(stream);
    let mut array = Array {
        name,
        dimensions,
        path,
        stream: &mut values,
        storage,
        left: count,
        bytes: Vec::new(),
        values: Vec::new(),
    };
    each(&mut array)?;
    Ok(array.left == 0)
}

/// The sizes in these bytes and their product.
fn dimensions(bytes: &[u8]) -> Option<(Vec<usize>, usize)> {
    let (sizes, rest) = bytes.as_chunks::<4>();
    let sizes: Option<Vec<usize>> = sizes
        .iter()
        .map(|&size| i32::from_le_bytes(size).try_into().ok())
        .collect();
    let sizes = sizes.filter(|sizes| rest.is_empty() && sizes.len() >= 2)?;
    let product = |count: usize, &size: &usize| count.checked_mul(size);
    let count = sizes.iter().try_fold(1, product)?;
    Some((sizes, count))
}

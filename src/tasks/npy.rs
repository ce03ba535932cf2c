//! NPY, NumPy's file format for one array: a magic number, a version, the length of a header, the
//! header (a Python dictionary of element type, order and shape) and the elements.
//!
//! Read here because headers come from anyone's files: the crates for it multiply the sizes that a
//! header declares unchecked, or allocate what it declares, and parse it recursively.

use std::path::Path;

use crate::{Error, Result};

pub const MAGIC: &[u8] = b"\x93NUMPY";
/// A header's text as NumPy writes it for an array of numbers has about 120 bytes.
const LONGEST_HEADER: usize = 4096;
const MOST_AXES: usize = 8;

/// An array of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f64>,
}

/// Reads the bytes of a file of booleans, integers or floating-point numbers of 4 or 8 bytes, in
/// either byte order. It holds at most 8 bytes for each of `bytes`. `path` is for messages.
///
/// # Errors
/// [`Error::Data`] if it is not such a file, or not whole.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Array> {
    let (header, elements) = split(path, bytes)?;
    let shape = shape(path, header)?;
    let kind = element_type(path, header)?;
    let swapped = kind.starts_with('>');
    let values = match kind.get(1..).unwrap_or("") {
        "f4" => decode(elements, swapped, |b| f32::from_le_bytes(b).into()),
        "f8" => decode(elements, swapped, f64::from_le_bytes),
        "i1" => decode(elements, swapped, |b| i8::from_le_bytes(b).into()),
        "i2" => decode(elements, swapped, |b| i16::from_le_bytes(b).into()),
        "i4" => decode(elements, swapped, |b| i32::from_le_bytes(b).into()),
        "i8" => decode(elements, swapped, |b| i64::from_le_bytes(b) as f64),
        "b1" | "u1" => decode(elements, swapped, |b| u8::from_le_bytes(b).into()),
        "u2" => decode(elements, swapped, |b| u16::from_le_bytes(b).into()),
        "u4" => decode(elements, swapped, |b| u32::from_le_bytes(b).into()),
        "u8" => decode(elements, swapped, |b| u64::from_le_bytes(b) as f64),
        _ => None,
    };
    let numbers = "numbers: b1, i1 to i8, u1 to u8, f4 or f8";
    let (values, size) = match values {
        Some(decoded) if kind.starts_with(['<', '>', '|', '=']) => decoded,
        _ => return Err(Error::data(path, "descr", kind, numbers)),
    };
    let expected = shape.iter().try_fold(size, |all, &n| all.checked_mul(n));
    if expected != Some(elements.len()) {
        return Err(Error::data(
            path,
            "bytes after the header",
            elements.len(),
            format!("elements of {size} in the shape {shape:?}"),
        ));
    }
    Ok(Array { shape, values })
}

/// Reads the bytes of a file of rows of strings, which are 32-bit little-endian characters padded
/// with zeros, and returns the first `columns` of each row. None stands for a row with a code that is
/// no character. `path` is for messages.
///
/// # Errors
/// [`Error::Data`] if it is not such a file, or not whole.
pub fn rows<'a>(
    path: &Path,
    bytes: &'a [u8],
    columns: usize,
) -> Result<impl Iterator<Item = Option<Vec<String>>> + use<'a>> {
    let (header, elements) = split(path, bytes)?;
    let shape = shape(path, header)?;
    let kind = element_type(path, header)?;
    let characters = kind.strip_prefix("<U").and_then(|size| size.parse().ok());
    let size = match (characters, &shape[..]) {
        (Some(characters), &[_, found]) if found >= columns => {
            usize::checked_mul(characters, 4).map(|size| (size, size.checked_mul(found)))
        }
        _ => None,
    };
    let Some((string, Some(row))) = size.filter(|(size, _)| *size > 0) else {
        let found = format!("{kind} in the shape {shape:?}");
        let expected = format!("<U, strings, in rows of at least {columns}");
        return Err(Error::data(path, "descr", found, expected));
    };
    if shape[0].checked_mul(row) != Some(elements.len()) {
        let expected = format!("elements of {string} in the shape {shape:?}");
        let found = elements.len();
        return Err(Error::data(path, "bytes after the header", found, expected));
    }
    let strings = move |row: &[u8]| row.chunks_exact(string).take(columns).map(text).collect();
    Ok(elements.chunks_exact(row).map(strings))
}

fn text(characters: &[u8]) -> Option<String> {
    let (codes, _) = characters.as_chunks();
    let codes = codes.iter().map(|code| u32::from_le_bytes(*code));
    codes
        .take_while(|&code| code != 0)
        .map(char::from_u32)
        .collect()
}

/// The header's text, of an array in row-major order, and the bytes of the elements.
fn split<'a>(path: &Path, bytes: &'a [u8]) -> Result<(&'a str, &'a [u8])> {
    let Some((start, rest)) = bytes.split_at_checked(MAGIC.len() + 2) else {
        let found = format!("{} bytes", bytes.len());
        return Err(Error::data(path, "length", found, "an NPY file, whole"));
    };
    if !start.starts_with(MAGIC) {
        let found = format!("{:02x?}", &start[..MAGIC.len()]);
        return Err(Error::data(path, "magic number", found, "that of NPY"));
    }
    let version = start[MAGIC.len()];
    let width = match version {
        1 => 2,
        2 | 3 => 4,
        _ => return Err(Error::data(path, "version", version, "1 to 3")),
    };
    let cut = || Error::data(path, "header", "the end of the file", "the header, whole");
    let (length, rest) = rest.split_at_checked(width).ok_or_else(cut)?;
    let length = length
        .iter()
        .rev()
        .fold(0, |length, &byte| length << 8 | usize::from(byte));
    if length > LONGEST_HEADER {
        let expected = format!("at most {LONGEST_HEADER} bytes");
        return Err(Error::data(path, "length of the header", length, expected));
    }
    let (header, elements) = rest.split_at_checked(length).ok_or_else(cut)?;
    let text = std::str::from_utf8(header)
        .map_err(|_| Error::data(path, "header", "other bytes", "text"))?;
    let order = entry(path, text, "fortran_order")?;
    if !order.starts_with("False") {
        let found: String = order.chars().take(8).collect();
        return Err(Error::data(path, "fortran_order", found, "False"));
    }
    Ok((text, elements))
}

/// What follows `key` in the header.
fn entry<'a>(path: &Path, header: &'a str, key: &str) -> Result<&'a str> {
    let quoted = format!("'{key}':");
    match header.split_once(&quoted) {
        Some((_, rest)) => Ok(rest.trim_start()),
        None => Err(Error::data(path, "header", header.trim_end(), quoted)),
    }
}

fn element_type<'a>(path: &Path, header: &'a str) -> Result<&'a str> {
    let rest = entry(path, header, "descr")?;
    let quoted = rest
        .strip_prefix('\'')
        .and_then(|rest| rest.split_once('\''));
    match quoted {
        Some((kind, _)) => Ok(kind),
        None => Err(Error::data(
            path,
            "descr",
            rest.trim_end(),
            "one element type in quotes",
        )),
    }
}

fn shape(path: &Path, header: &str) -> Result<Vec<usize>> {
    let rest = entry(path, header, "shape")?;
    let inner = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let axes = inner.and_then(|(inner, _)| {
        let sizes = inner.trim().trim_end_matches(',');
        let axes = sizes.split(',').filter(|size| !size.is_empty());
        axes.map(|size| size.trim().parse().ok()).collect()
    });
    match axes {
        Some(axes) if Vec::len(&axes) <= MOST_AXES => Ok(axes),
        _ => {
            let expected = format!("at most {MOST_AXES} sizes in parentheses");
            Err(Error::data(path, "shape", rest.trim_end(), expected))
        }
    }
}

/// The elements and the size of one.
fn decode<const SIZE: usize>(
    bytes: &[u8],
    swapped: bool,
    value: impl Fn([u8; SIZE]) -> f64,
) -> Option<(Vec<f64>, usize)> {
    let (elements, _) = bytes.as_chunks();
    let little_endian = |mut element: [u8; SIZE]| {
        if swapped {
            element.reverse();
        }
        element
    };
    let values = elements
        .iter()
        .map(|&element| value(little_endian(element)));
    Some((values.collect(), SIZE))
}

/// The file of a row-major array of single-precision numbers.
pub fn single(shape: &[usize], values: impl Iterator<Item = f32>) -> Vec<u8> {
    let mut file = start("<f4", shape);
    file.extend(values.flat_map(f32::to_le_bytes));
    file
}

/// The file of a row-major array of double-precision numbers.
pub fn double(shape: &[usize], values: impl Iterator<Item = f64>) -> Vec<u8> {
    let mut file = start("<f8", shape);
    file.extend(values.flat_map(f64::to_le_bytes));
    file
}

/// Magic number, version 1 and the header, padded so that the elements start at a multiple of 64.
fn start(kind: &str, shape: &[usize]) -> Vec<u8> {
    let axes: String = shape.iter().map(|size| format!("{size},")).collect();
    let entries = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({axes}), }}");
    let before = MAGIC.len() + 4;
    let length = (before + entries.len() + 1).next_multiple_of(64) - before;
    let header = format!("{entries:width$}\n", width = length - 1);
    let mut file = MAGIC.to_vec();
    file.extend([1, 0]);
    file.extend((length as u16).to_le_bytes());
    file.extend(header.bytes());
    file
}

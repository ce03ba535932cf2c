//! The lists of Pathfinder's images: one line or row per image, in either of two forms.
//!
//! Long Range Arena's release has lines of text under the name `0.npy`; the image generator itself
//! writes a NumPy array of strings with the same columns. They are: folder, file, number, label,
//! continuity, contour length, and more that is not used here.

use std::path::{Component, Path};

use crate::{Error, Result};

/// An image and its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Relative to the directory that holds `imgs` and `metadata`.
    pub image: Box<str>,
    /// Whether one snake joins the markers.
    pub connected: bool,
}

/// Columns that are read.
const COLUMNS: usize = 6;
const MOST_COLUMNS: usize = 64;
/// Characters of one string.
const LONGEST: usize = 1024;
/// Bytes of an image's path.
const LONGEST_PATH: usize = 256;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Hands every record of a list to `each`, and what is wrong where there should be one. Ends at the
/// first error that `each` returns.
///
/// # Errors
/// Those of `each`, and [`Error::Data`] for an array without any rows to read.
pub fn parse(
    path: &Path,
    bytes: &[u8],
    contour_length: usize,
    each: &mut dyn FnMut(Result<Record>) -> Result<()>,
) -> Result<()> {
    if bytes.starts_with(MAGIC) {
        return parse_array(path, bytes, contour_length, each);
    }
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() {
        return Ok(());
    }
    for (number, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let place = Place {
            path,
            what: "line",
            number: number + 1,
        };
        each(match std::str::from_utf8(line) {
            Ok(line) => {
                let fields: Vec<&str> = line.split_whitespace().take(COLUMNS).collect();
                place.record(&fields, contour_length)
            }
            Err(_) => Err(place.error("", "bytes that are not UTF-8", "text")),
        })?;
    }
    Ok(())
}

/// Where a record stands.
struct Place<'a> {
    path: &'a Path,
    what: &'a str,
    number: usize,
}

impl Place<'_> {
    fn error(&self, field: &str, found: impl std::fmt::Display, expected: &str) -> Error {
        let place = format!("{field}{} {}", self.what, self.number);
        Error::data(self.path, place, found, expected)
    }

    fn record(&self, fields: &[&str], contour_length: usize) -> Result<Record> {
        let [folder, file, _, label, _, contour] = fields else {
            let found = format!("{} fields", fields.len());
            return Err(self.error("", found, "at least 6"));
        };
        let image = format!("{folder}/{file}");
        let below = |part: &str| {
            let mut components = Path::new(part).components();
            !part.is_empty() && components.all(|part| matches!(part, Component::Normal(_)))
        };
        if !below(folder) || !below(file) || image.len() > LONGEST_PATH {
            return Err(self.error("path of ", image, "one of a file below the directory"));
        }
        let connected = match *label {
            "0" => false,
            "1" => true,
            _ => return Err(self.error("label of ", label, "0 or 1")),
        };
        if contour.parse() != Ok(contour_length as f64) {
            let expected = contour_length.to_string();
            return Err(self.error("contour length of ", contour, &expected));
        }
        Ok(Record {
            image: image.into(),
            connected,
        })
    }
}

/// NumPy's format, versions 1 to 3: magic, version, length of the header, header, strings of the
/// same number of 32-bit characters, padded with zeros.
fn parse_array(
    path: &Path,
    bytes: &[u8],
    contour_length: usize,
    each: &mut dyn FnMut(Result<Record>) -> Result<()>,
) -> Result<()> {
    let error =
        |place: &str, found: &str, expected: &str| Err(Error::data(path, place, found, expected));
    let length_bytes = match bytes.get(MAGIC.len()) {
        Some(1) => 2,
        Some(2 | 3) => 4,
        _ => return error("version of the array", "another or none", "1, 2 or 3"),
    };
    let rest = bytes.get(MAGIC.len() + 2..).unwrap_or_default();
    let Some((length, rest)) = rest.split_at_checked(length_bytes) else {
        return error("header", "the end of the file", "an array");
    };
    let length = length
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    let Some((header, values)) = rest.split_at_checked(length) else {
        return error("header", "the end of the file", "an array");
    };
    let Some(Layout {
        characters,
        rows,
        columns,
    }) = std::str::from_utf8(header).ok().and_then(layout)
    else {
        let header = String::from_utf8_lossy(header);
        return error(
            "header",
            &header,
            "rows of little-endian strings, such as <U32",
        );
    };
    let size = rows.checked_mul(columns * characters * 4);
    if size != Some(values.len()) {
        let found = format!("{} bytes", values.len());
        let expected = format!("{rows} rows of {columns} strings of {characters} characters");
        return error("values", &found, &expected);
    }
    for (number, row) in values.chunks_exact(columns * characters * 4).enumerate() {
        let place = Place {
            path,
            what: "row",
            number: number + 1,
        };
        let fields: Option<Vec<String>> = row
            .chunks_exact(characters * 4)
            .take(COLUMNS)
            .map(string)
            .collect();
        each(match fields {
            Some(fields) => {
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                place.record(&fields, contour_length)
            }
            None => Err(place.error("", "a code that is no character", "strings")),
        })?;
    }
    Ok(())
}

/// What an array's header says.
struct Layout {
    characters: usize,
    rows: usize,
    columns: usize,
}

/// Reads a header as NumPy writes it: `{'descr': '<U32', 'fortran_order': False, 'shape': (100, 11), }`.
fn layout(header: &str) -> Option<Layout> {
    let rest = header.trim().strip_prefix("{'descr': '<U")?;
    let (characters, rest) = rest.split_once("', 'fortran_order': False, 'shape': (")?;
    let (shape, _) = rest.split_once("), }")?;
    let (rows, columns) = shape.split_once(", ")?;
    let layout = Layout {
        characters: characters.parse().ok()?,
        rows: rows.parse().ok()?,
        columns: columns.parse().ok()?,
    };
    let fits = (1..=LONGEST).contains(&layout.characters)
        && (COLUMNS..=MOST_COLUMNS).contains(&layout.columns);
    fits.then_some(layout)
}

fn string(characters: &[u8]) -> Option<String> {
    let (codes, _) = characters.as_chunks::<4>();
    let codes = codes.iter().map(|bytes| u32::from_le_bytes(*bytes));
    codes
        .take_while(|&code| code != 0)
        .map(char::from_u32)
        .collect()
}

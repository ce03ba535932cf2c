//! The lists of Pathfinder's images: one line or row per image, in either of two forms.
//!
//! Long Range Arena's release has lines of text under the name `0.npy`; the image generator itself
//! writes a NumPy array of strings with the same columns. They are: folder, file, number, label,
//! continuity, contour length, and more that is not used here.

use std::path::{Component, Path};

use crate::tasks::npy;
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
/// Bytes of an image's path.
const LONGEST_PATH: usize = 256;

/// Hands every record of a list to `each`, and what is wrong where there should be one. Ends at the
/// first error that `each` returns.
///
/// # Errors
/// Those of `each`, and [`Error::Data`] for an array that is not of rows of strings.
pub fn parse(
    path: &Path,
    bytes: &[u8],
    contour_length: usize,
    each: &mut dyn FnMut(Result<Record>) -> Result<()>,
) -> Result<()> {
    if bytes.starts_with(npy::MAGIC) {
        for (number, row) in npy::rows(path, bytes, COLUMNS)?.enumerate() {
            let place = Place {
                path,
                what: "row",
                number: number + 1,
            };
            each(match row {
                Some(row) => {
                    let fields: Vec<&str> = row.iter().map(String::as_str).collect();
                    place.record(&fields, contour_length)
                }
                None => Err(place.error("", "a code that is no character", "strings")),
            })?;
        }
        return Ok(());
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

//! The official binary format: a sequence of records, each the image's labels, a byte each, and its
//! pixels.

use std::io::Read;
use std::path::Path;

use super::{PIXELS, Version};
use crate::files::read_up_to;
use crate::tasks::images::LabelledImages;
use crate::{Error, Result};

/// The images of one file. A label out of range goes to `bad`; the image is kept.
///
/// No more is held than the longest official file has.
///
/// # Errors
/// [`Error::Data`] if it is not whole records, or too many, and what `bad` returns.
pub fn parse(
    path: &Path,
    stream: &mut dyn Read,
    version: &Version,
    bad: &mut dyn FnMut(Error) -> Result<()>,
) -> Result<LabelledImages> {
    let size = version.labels.len() + PIXELS;
    let mut record = vec![0; size];
    let mut images = LabelledImages::default();
    loop {
        let number = images.labels.len();
        let place = format!("record {number}");
        let read = read_up_to(stream, &mut record)
            .map_err(|error| Error::data(path, &place, error, "a file that can be read"))?;
        if read == 0 && number > 0 {
            return Ok(images);
        }
        if read < size {
            return Err(Error::data(
                path,
                "length",
                format!("{} bytes", number * size + read),
                format!("one or more whole records of {size}"),
            ));
        }
        if number == version.most_images {
            return Err(Error::data(
                path,
                "length",
                format!("more than {} bytes", number * size),
                format!("at most {number} records of {size}"),
            ));
        }
        let (labels, pixels) = record.split_at(version.labels.len());
        for (&label, &(name, classes)) in labels.iter().zip(version.labels) {
            if label >= classes {
                let place = format!("{name}, record {number}");
                bad(Error::data(
                    path,
                    place,
                    label,
                    format!("0 to {}", classes - 1),
                ))?;
            }
        }
        images.labels.push(labels[labels.len() - 1]);
        images.pixels.extend_from_slice(pixels);
    }
}

//! One file of the benchmark: an image, the cosmic rays in it, and what is left out.

use std::path::Path;

use crate::tasks::npy;
use crate::{Error, Result};

/// Pixels along each axis of a file's planes.
pub const SIDE: usize = 256;
/// Pixels along each axis of what the benchmark uses of them.
pub const CROPPED: usize = 128;
/// Where that starts on both axes.
const FIRST: usize = (SIDE - CROPPED) / 2;
/// Three planes of 8-byte numbers and a header.
pub const LARGEST: u64 = (3 * SIDE * SIDE * 8 + 8192) as u64;

/// An image and its masks, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Electrons.
    pub image: Vec<f32>,
    /// Whether a cosmic ray hit the pixel.
    pub object: Vec<bool>,
    /// Whether the pixel is left out of the loss.
    pub ignored: Vec<bool>,
}

impl Frame {
    /// Reads the bytes of a file: an array `(3, 256, 256)` of image, mask and ignored pixels, or
    /// `(2, 256, 256)` where none is ignored. `path` is for messages.
    ///
    /// # Errors
    /// [`Error::Data`] for another shape or format, pixels that are not finite, or a mask of
    /// anything but 0 and 1.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self> {
        let array = npy::parse(path, bytes)?;
        match array.shape[..] {
            [2 | 3, SIDE, SIDE] => {}
            _ => {
                let found = format!("{:?}", array.shape);
                let expected = format!("[3, {SIDE}, {SIDE}] or [2, {SIDE}, {SIDE}]");
                return Err(Error::data(path, "shape", found, expected));
            }
        }
        let mut planes = array.values.chunks_exact(SIDE * SIDE);
        let mut plane = || planes.next().unwrap_or(&[]);
        let image = plane()
            .iter()
            .map(|&value| value as f32)
            .collect::<Vec<_>>();
        if let Some(pixel) = image.iter().position(|value| !value.is_finite()) {
            return Err(Error::data(
                path,
                place("image", pixel),
                image[pixel],
                "a finite number",
            ));
        }
        let object = mask(path, "mask", plane())?;
        let mut ignored = mask(path, "ignored", plane())?;
        ignored.resize(SIDE * SIDE, false);
        Ok(Frame {
            image,
            object,
            ignored,
        })
    }

    /// The file that [`Frame::parse`] reads.
    pub fn file(&self) -> Vec<u8> {
        let number = |mask: &bool| f32::from(u8::from(*mask));
        let image = self.image.iter().copied();
        let masks = self.object.iter().chain(&self.ignored).map(number);
        npy::single(&[3, SIDE, SIDE], image.chain(masks))
    }

    /// Rows and columns 64 to 191, the part that the benchmark uses.
    pub fn cropped(&self) -> Frame {
        Frame {
            image: crop(&self.image),
            object: crop(&self.object),
            ignored: crop(&self.ignored),
        }
    }
}

fn mask(path: &Path, name: &str, plane: &[f64]) -> Result<Vec<bool>> {
    let pixels = plane.iter().enumerate();
    let pixels = pixels.map(|(pixel, &value)| match value {
        0.0 => Ok(false),
        1.0 => Ok(true),
        _ => Err(Error::data(path, place(name, pixel), value, "0 or 1")),
    });
    pixels.collect()
}

fn place(plane: &str, pixel: usize) -> String {
    format!("{plane} at row {}, column {}", pixel / SIDE, pixel % SIDE)
}

fn crop<T: Copy>(plane: &[T]) -> Vec<T> {
    let rows = plane.chunks_exact(SIDE).skip(FIRST).take(CROPPED);
    rows.flat_map(|row| &row[FIRST..FIRST + CROPPED])
        .copied()
        .collect()
}

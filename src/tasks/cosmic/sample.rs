//! An image of the task, in its file or in memory.

use std::path::Path;
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::directory::{self, Image};
use super::exposure::Exposure;
use super::frame::Frame;
use crate::{Error, Result};

/// Where an image is.
enum Stored {
    /// In a file, which is read whenever the image is asked for.
    File {
        image: Image,
        /// Of the file: path below the data set's directory, length and time of change.
        stamp: String,
    },
    Memory(Frame),
}

/// An image, its masks, and how bright its sky is.
pub struct Sample {
    stored: Stored,
    /// The sky's electrons on each pixel; 0 for files that are read without it.
    pub sky: f64,
}

impl Sample {
    /// What is served of it, before the sky is varied.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Data`] of its file.
    pub fn served(&self) -> Result<Frame> {
        match &self.stored {
            Stored::File { image, .. } => Ok(image.read()?.cropped()),
            Stored::Memory(frame) => Ok(frame.clone()),
        }
    }

    /// Adds to a digest what decides how it is served.
    pub fn update(&self, hash: &mut Sha256) {
        hash.update(self.sky.to_le_bytes());
        match &self.stored {
            Stored::File { stamp, .. } => hash.update(stamp),
            Stored::Memory(frame) => {
                for pixel in &frame.image {
                    hash.update(pixel.to_le_bytes());
                }
                let masks = frame.object.iter().chain(&frame.ignored);
                hash.update(masks.map(|&pixel| u8::from(pixel)).collect::<Vec<_>>());
            }
        }
    }
}

/// The images of a part, in the order of their paths, and their sky if it is asked for.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] for a directory that is not the benchmark's, or a `sky.npy`.
pub fn read(root: &Path, part: &str, sky: bool) -> Result<Vec<Sample>> {
    let mut first_fault = None;
    let visits = directory::visits(root, part, &mut |fault| {
        first_fault.get_or_insert(fault);
    })?;
    if let Some(fault) = first_fault {
        return Err(fault);
    }
    let mut samples = Vec::new();
    for visit in visits {
        let skies = match sky {
            true => visit.sky()?,
            false => vec![0.0; visit.images.len()],
        };
        for (image, sky) in visit.images.into_iter().zip(skies) {
            let stamp = stamp(root, &image.path)?;
            let stored = Stored::File { image, stamp };
            samples.push(Sample { stored, sky });
        }
    }
    Ok(samples)
}

fn stamp(root: &Path, path: &Path) -> Result<String> {
    let metadata = path.metadata();
    let metadata = metadata.map_err(|error| Error::io(path, "read", error))?;
    // Not every file system knows the time.
    let changed = metadata.modified().ok();
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let name = path.strip_prefix(root).unwrap_or(path);
    let length = metadata.len();
    Ok(format!("{} {length} {changed:?}", name.display()))
}

/// The generated images of a part, in the order in which [`super::generate`] writes them.
pub fn make(seed: u64, part: &str, images: usize) -> Vec<Sample> {
    (0..images)
        .into_par_iter()
        .map(|index| {
            let exposure = Exposure::new(&mut directory::stream(seed, part, index));
            Sample {
                stored: Stored::Memory(exposure.frame.cropped()),
                sky: exposure.sky,
            }
        })
        .collect()
}

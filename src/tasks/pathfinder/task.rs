//! Pathfinder's images as a task: split, scaling, batches.
//!
//! The split is the S4 repository's: of all images in the order of [`torch_permutation`] with seed
//! 42, the first eight tenths train, a tenth validates, a tenth tests.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Edition;
use super::files::{self, Index};
use super::metadata::Record;
use crate::tasks::marker::{Marker, reduced};
use crate::tasks::torch_permutation::torch_permutation;
use crate::tasks::{
    Batch, Encoding, Goal, Inputs, Source, Split, Targets, Task, check_index, hexadecimal,
};
use crate::{Error, Result};

const SPLIT_SEED: u32 = 42;
/// Images of the complete release.
const COMPLETE: usize = 200_000;
/// Bytes of generated images that are held.
const MOST_BYTES: usize = 1 << 30;

/// Where the pixels are.
enum Images {
    Files {
        directory: PathBuf,
        records: Vec<Record>,
    },
    /// `(images, P)` row-major.
    Generated {
        pixels: Vec<u8>,
        connected: Vec<bool>,
    },
}

/// The task.
pub struct Pathfinder {
    edition: &'static Edition,
    images: Images,
    /// Indices of the images of each split.
    splits: [Vec<usize>; 3],
    title: String,
    digest: String,
    goal: Goal,
}

impl Pathfinder {
    pub(super) fn read(edition: &'static Edition, data: &Path, source: &Source) -> Result<Self> {
        let limits = source.limits()?;
        let Index {
            directory,
            records,
            empty,
            digest,
            marker,
        } = files::index(edition, data)?;
        if records.len() < 3 {
            let expected = "at least 3, one to train, one to validate and one to test";
            return Err(Error::data(&directory, "images", records.len(), expected));
        }
        // Images of another size are refused now rather than in the middle of a run.
        files::read(edition, &directory, &records[0])?;
        let splits = split(records.len(), limits);
        let found = [0, 1, 2].map(|i| splits[i].len());
        let title = match marker {
            Some(marker) => marker.title(edition.title, found, "images"),
            None => format!(
                "{}, {} images (training/validation/test)",
                edition.title,
                reduced(found, split_sizes(COMPLETE))
            ),
        };
        let left_out = match empty {
            0 => String::new(),
            empty => format!(", {empty} empty left out"),
        };
        Ok(Pathfinder {
            title: title + &left_out,
            digest: digest_of(edition, &splits, &digest),
            images: Images::Files { directory, records },
            splits,
            goal: Goal::Classification { classes: 2 },
            edition,
        })
    }

    /// Each image comes from its own stream of random numbers, so the number of threads does not
    /// change any.
    pub(super) fn generate(edition: &'static Edition, source: &Source) -> Result<Self> {
        let wanted = Source {
            samples: source.samples.or(Some(edition.default_samples)),
            ..source.clone()
        };
        let limits = wanted.limits()?;
        let positions = edition.side * edition.side;
        let most = MOST_BYTES / positions / 10 * 8;
        if limits[0] > most {
            let given = format!("samples of generated {}", edition.name);
            let expected = format!("at most {most}: more can be written to files and read");
            return Err(Error::argument(given, limits[0], expected));
        }
        let images = total(limits[0]);
        let generator = edition.generator()?;
        let mut pixels = vec![0; images * positions];
        let connected: Vec<bool> = pixels
            .par_chunks_exact_mut(positions)
            .enumerate()
            .map(|(index, pixels)| {
                let sample = edition.sample(&generator, source.seed, index)?;
                pixels.copy_from_slice(&sample.pixels);
                Ok(sample.connected)
            })
            .collect::<Result<_>>()?;
        let splits = split(images, limits);
        let mut hash = Sha256::new();
        hash.update(&pixels);
        connected
            .iter()
            .for_each(|&label| hash.update([u8::from(label)]));
        let marker = marker(edition, images, source.seed);
        Ok(Pathfinder {
            title: marker.title(edition.title, marker.counts, "images"),
            digest: digest_of(edition, &splits, &hexadecimal(hash)),
            images: Images::Generated { pixels, connected },
            splits,
            goal: Goal::Classification { classes: 2 },
            edition,
        })
    }

    fn split(&self, split: Split) -> &[usize] {
        match split {
            Split::Train => &self.splits[0],
            Split::Validation => &self.splits[1],
            Split::Test => &self.splits[2],
        }
    }

    /// Pixels on `[-1, 1]` and the class of image `index`.
    fn sample(&self, index: usize) -> Result<(Vec<f32>, usize)> {
        let scaled = |pixels: &[u8]| pixels.iter().map(|&level| scaled(level)).collect();
        match &self.images {
            Images::Files { directory, records } => {
                let record = &records[index];
                let pixels = files::read(self.edition, directory, record)?;
                Ok((scaled(&pixels), usize::from(record.connected)))
            }
            Images::Generated { pixels, connected } => {
                let positions = self.edition.grid[0];
                let pixels = &pixels[index * positions..(index + 1) * positions];
                Ok((scaled(pixels), usize::from(connected[index])))
            }
        }
    }
}

/// `(level / 255 - 0.5) / 0.5`.
fn scaled(level: u8) -> f32 {
    ((f64::from(level) / 255.0 - 0.5) / 0.5) as f32
}

/// What tells generated images from the benchmark's.
pub(super) fn marker(edition: &Edition, images: usize, seed: u64) -> Marker {
    Marker {
        name: edition.name.to_string(),
        seed,
        counts: split_sizes(images),
    }
}

fn digest_of(edition: &Edition, splits: &[Vec<usize>; 3], images: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(edition.name);
    for split in splits {
        hash.update((split.len() as u64).to_le_bytes());
    }
    hash.update(images);
    hexadecimal(hash)
}

/// A tenth validates, a tenth tests, but at least one each; the rest trains.
fn split_sizes(images: usize) -> [usize; 3] {
    let held_out = (images / 10).max(1);
    [images - 2 * held_out, held_out, held_out]
}

/// The greatest number of images of which `training` train.
pub(super) fn total(training: usize) -> usize {
    training + 2 * (training / 8).max(1)
}

/// The indices of each split's first samples, at most `limits`.
fn split(images: usize, limits: [usize; 3]) -> [Vec<usize>; 3] {
    let mut rest = torch_permutation(images, SPLIT_SEED).into_iter();
    let sizes = split_sizes(images);
    [0, 1, 2].map(|i| {
        let mut split: Vec<usize> = rest.by_ref().take(sizes[i]).collect();
        split.truncate(limits[i]);
        split
    })
}

impl Task for Pathfinder {
    fn name(&self) -> &str {
        self.edition.name
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn grid(&self) -> &[usize] {
        &self.edition.grid
    }

    fn encoding(&self) -> Encoding {
        Encoding::Values { channels: 1 }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn len(&self, split: Split) -> usize {
        self.split(split).len()
    }

    fn batch(&self, split: Split, indices: &[usize], _epoch: u64) -> Result<Batch> {
        let images = self.split(split);
        let samples: Vec<(Vec<f32>, usize)> = indices
            .par_iter()
            .map(|&index| {
                check_index(index, images.len())?;
                self.sample(images[index])
            })
            .collect::<Result<_>>()?;
        let (inputs, classes): (Vec<_>, Vec<_>) = samples.into_iter().unzip();
        Ok(Batch {
            inputs: Inputs::Values(inputs.concat()),
            targets: Targets::Classes(classes),
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        self.digest.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_split_into_what_it_was_made_for() {
        assert_eq!(total(160_000), COMPLETE);
        for training in 1..1000 {
            let images = total(training);
            assert_eq!(split_sizes(images)[0], training);
            assert!((images + 1..images + 20).all(|more| split_sizes(more)[0] != training));
        }
    }
}

//! Cosmic (Zhang & Bloom 2020, by way of NAS-Bench-360; Appendix D): which pixels of an image of
//! the Hubble Space Telescope were hit by cosmic rays.
//!
//! The images are deepCR's for the camera ACS/WFC ([`directory`]), of which the benchmark takes
//! one filter, the visits to resolved galaxies, and the central 128 x 128 pixels ([`frame`]). A
//! tenth of the training files validates, chosen by [`torch_permutation`] with seed 42; the
//! benchmark's own choice depends on the order in which its file system lists them.
//!
//! The network is given electrons, as the benchmark does; the paper names no normalisation.
//!
//! The benchmark varies the sky: with every image it serves, for testing too, it adds the image's
//! sky level (`sky.npy`) times a random number from -0.9 to 3. [`Source::augment`] does that, where
//! the paper is silent. The number depends on the seed, the split and the sample, and in training
//! on the epoch, so that evaluations are comparable. Without it the title says so.
//!
//! The generator stands in for data that few have: a field of sky, galaxies and stars (`scene.rs`),
//! tracks of cosmic rays (`rays.rs`), noise, and the rule by which the benchmark's masks were made
//! ([`exposure`]). It is plausible physics, not a copy of the data's statistics.

use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::catalogue::Checked;
use super::marker::{Marker, reduced};
use super::torch_permutation::torch_permutation;
use super::{
    Batch, Encoding, Goal, Inputs, Origin, Source, Split, Targets, Task, check_index, hexadecimal,
};
use crate::random::Stream;
use crate::{Error, Result};
use directory::{TEST, TRAIN};
use frame::{CROPPED, Frame};
use sample::{Sample, make, read};

pub mod directory;
pub mod exposure;
pub mod frame;
mod plane;
mod poisson;
mod rays;
mod sample;
mod scene;

const NAME: &str = "cosmic";
const TITLE: &str = "Cosmic";
/// Training, validation and test images of the benchmark; the last number is not confirmed by the
/// real files.
const COMPLETE: [usize; 3] = [4_347, 483, 420];
/// Training images where no number is asked for: a few seconds of work for two cores.
pub const DEFAULT_SAMPLES: usize = 240;
/// Generated training images that are held in memory, 1.5 GiB.
const MOST_GENERATED: usize = 1 << 14;
const SPLIT_SEED: u32 = 42;
/// The range of what the sky is multiplied by before it is added.
const SKY_FACTOR: (f64, f64) = (-0.9, 3.0);

/// The task.
pub struct Cosmic {
    train: Vec<Sample>,
    validation: Vec<Sample>,
    test: Vec<Sample>,
    /// Of generated data.
    marker: Option<Marker>,
    /// Seed of the random sky, if it is on.
    augmentation: Option<u64>,
    goal: Goal,
}

/// Opens the directory that holds `npy_train` and `npy_test`, or generates.
///
/// # Errors
/// [`Error::Argument`] for a grid, bytes, or a number of samples out of range, [`Error::Io`] and
/// [`Error::Data`] for files.
pub fn open(source: &Source) -> Result<Cosmic> {
    source.refuse_bytes(NAME)?;
    let limits = source.limits()?;
    let (train, test, marker) = match &source.origin {
        Origin::Real(_) => {
            let root = source.real(NAME)?;
            let read = |part| read(root, part, source.augment);
            (read(TRAIN)?, read(TEST)?, Marker::find(root, NAME)?)
        }
        Origin::Generated => {
            if let Some(grid) = source.grid {
                let expected = format!("none: it has {CROPPED} x {CROPPED} pixels");
                return Err(Error::argument("grid of cosmic", grid, expected));
            }
            let marker = marker(source.samples.unwrap_or(DEFAULT_SAMPLES), source.seed)?;
            let [train, validation, test] = marker.counts;
            let make = |part, images| make(source.seed, part, images);
            (
                make(TRAIN, train + validation),
                make(TEST, test),
                Some(marker),
            )
        }
    };
    if train.len() < 2 {
        return Err(Error::data(
            source.real(NAME)?,
            "training images",
            train.len(),
            "at least 2, one to train and one to validate",
        ));
    }
    let order = torch_permutation(train.len(), SPLIT_SEED);
    let mut train: Vec<Option<Sample>> = train.into_iter().map(Some).collect();
    let mut take = |indices: &[usize], limit: usize| {
        let indices = indices.iter().take(limit);
        indices.filter_map(|&index| train[index].take()).collect()
    };
    let (training, validating) = order.split_at(order.len() - validating(order.len()));
    Ok(Cosmic {
        train: take(training, limits[0]),
        validation: take(validating, limits[1]),
        test: test.into_iter().take(limits[2]).collect(),
        marker,
        augmentation: source.augment.then_some(source.seed),
        goal: Goal::Segmentation,
    })
}

/// How many of the training files validate.
fn validating(files: usize) -> usize {
    files.div_ceil(10)
}

/// What is generated for so many training images: the validating tenth of the files with them, and
/// a quarter as many for testing.
fn marker(samples: usize, seed: u64) -> Result<Marker> {
    if !(1..=MOST_GENERATED).contains(&samples) {
        let expected = format!("1 to {MOST_GENERATED} generated ones");
        return Err(Error::argument("samples of cosmic", samples, expected));
    }
    Ok(Marker {
        name: NAME.to_string(),
        seed,
        counts: [samples, samples.div_ceil(9), samples.div_ceil(4)],
    })
}

/// Reads every file of the benchmark's visits and hands each fault on; one is that there are fewer
/// images than were generated.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] if the directory itself is not the benchmark's.
pub fn check(root: &Path, fault: &mut dyn FnMut(Error)) -> Result<Checked> {
    let marker = Marker::find(root, NAME).unwrap_or_else(|error| {
        fault(error);
        None
    });
    let checked = directory::check(root, fault)?;
    let generated = marker.map(|marker| marker.counts.iter().sum::<usize>() as u64);
    match generated {
        Some(images) if images != checked.records => {
            fault(Error::data(root, "images", checked.records, images));
        }
        _ => {}
    }
    Ok(checked)
}

/// Writes generated images in the benchmark's format.
///
/// # Errors
/// [`Error::Argument`] if `out` has something in it or for `samples` out of range, [`Error::Io`].
pub fn generate(out: &Path, samples: usize, seed: u64) -> Result<()> {
    let marker = marker(samples, seed)?;
    marker.start(out)?;
    let [train, validation, test] = marker.counts;
    directory::write(out, TRAIN, train + validation, seed)?;
    directory::write(out, TEST, test, seed)
}

impl Cosmic {
    fn split(&self, split: Split) -> &[Sample] {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }

    /// The electrons of sky that are added to sample `index`.
    fn added_sky(&self, split: Split, index: usize, epoch: u64) -> f64 {
        let Some(seed) = self.augmentation else {
            return 0.0;
        };
        let samples = self.split(split);
        let (purpose, epoch) = match split {
            Split::Train => ("sky of training", epoch),
            Split::Validation => ("sky of validation", 0),
            Split::Test => ("sky of testing", 0),
        };
        let number = epoch
            .wrapping_mul(samples.len() as u64)
            .wrapping_add(index as u64);
        let uniform = Stream::new(seed, purpose, number).uniform();
        let (low, high) = SKY_FACTOR;
        samples[index].sky * (low + (high - low) * uniform)
    }
}

impl Task for Cosmic {
    fn name(&self) -> &str {
        NAME
    }

    fn title(&self) -> String {
        let found = [Split::Train, Split::Validation, Split::Test].map(|split| self.len(split));
        let images = match &self.marker {
            Some(marker) => marker.title(TITLE, found, "images"),
            None => format!(
                "{TITLE}, {} images (training/validation/test)",
                reduced(found, COMPLETE)
            ),
        };
        let sky = match self.augmentation {
            Some(_) => "",
            None => ", the sky not varied",
        };
        format!("{images}{sky}")
    }

    fn grid(&self) -> &[usize] {
        &[CROPPED, CROPPED]
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

    fn batch(&self, split: Split, indices: &[usize], epoch: u64) -> Result<Batch> {
        let samples = self.split(split);
        for &index in indices {
            check_index(index, samples.len())?;
        }
        let served: Vec<Frame> = indices
            .par_iter()
            .map(|&index| samples[index].served())
            .collect::<Result<_>>()?;
        let mut inputs = Vec::with_capacity(indices.len() * CROPPED * CROPPED);
        let (mut object, mut ignored) = (Vec::new(), Vec::new());
        for (frame, &index) in served.iter().zip(indices) {
            let sky = self.added_sky(split, index, epoch);
            let pixels = frame.image.iter();
            inputs.extend(pixels.map(|&pixel| (f64::from(pixel) + sky) as f32));
            object.extend_from_slice(&frame.object);
            ignored.extend_from_slice(&frame.ignored);
        }
        Ok(Batch {
            inputs: Inputs::Values(inputs),
            targets: Targets::Masks { object, ignored },
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.name());
        hash.update(format!("{:?}", self.augmentation));
        for samples in [&self.train, &self.validation, &self.test] {
            hash.update((samples.len() as u64).to_le_bytes());
            for sample in samples {
                sample.update(&mut hash);
            }
        }
        hexadecimal(hash)
    }
}

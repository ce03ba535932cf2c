//! Labelled 8-bit images as a classification task: split, normalisation, batches.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::augmentation::crop_and_flip;
use super::marker::reduced;
use super::{
    Batch, Encoding, Goal, Inputs, Source, Split, Targets, Task, check_index, hexadecimal,
};
use crate::random::Stream;
use crate::{Error, Result};

/// The validation set is a tenth of the training files' images, but at most this many.
const MOST_VALIDATION_IMAGES: usize = 5_000;

/// Images and their classes, in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelledImages {
    /// `(images, C, P)` row-major.
    pub pixels: Vec<u8>,
    /// One class per image.
    pub labels: Vec<u8>,
}

impl LabelledImages {
    /// Bytes of one image.
    fn size(&self) -> usize {
        self.pixels.len() / self.labels.len()
    }

    fn image(&self, index: usize) -> &[u8] {
        let size = self.size();
        &self.pixels[index * size..(index + 1) * size]
    }

    fn select(&self, indices: &[usize]) -> Self {
        let mut pixels = Vec::with_capacity(indices.len() * self.size());
        for &index in indices {
            pixels.extend_from_slice(self.image(index));
        }
        LabelledImages {
            pixels,
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
        }
    }
}

/// What distinguishes one image task from another.
pub(super) struct Description {
    pub name: &'static str,
    /// The data set as titles print it.
    pub title: &'static str,
    pub classes: usize,
    pub grid: &'static [usize],
    /// Mean of each channel, pixel values on `[0, 1]`.
    pub mean: &'static [f64],
    /// Standard deviation of each channel.
    pub deviation: &'static [f64],
    /// Training, validation and test images of the complete data set.
    pub complete: [usize; 3],
}

/// An image data set, split and ready to be served.
pub struct ImageClassification {
    description: Description,
    goal: Goal,
    /// For each channel, the normalised value of each of the 256 levels.
    levels: Vec<[f32; 256]>,
    train: LabelledImages,
    validation: LabelledImages,
    test: LabelledImages,
    /// Seed of the random crops and flips, if they are on.
    augmentation: Option<u64>,
}

impl ImageClassification {
    /// Splits the training files' images in the given `order`: the last tenth (at most 5,000)
    /// validates. `place` is where they came from.
    ///
    /// # Errors
    /// [`Error::Data`] for fewer than two training images, [`Error::Argument`] for no samples.
    pub(super) fn new(
        description: Description,
        place: &Path,
        training_files: &LabelledImages,
        order: &[usize],
        test_file: &LabelledImages,
        source: &Source,
    ) -> Result<Self> {
        let limits = source.limits()?;
        if order.len() < 2 {
            return Err(Error::data(
                place,
                "training images",
                order.len(),
                "at least 2, one to train and one to validate",
            ));
        }
        let validating = (order.len() / 10).clamp(1, MOST_VALIDATION_IMAGES);
        let (train, validation) = order.split_at(order.len() - validating);
        let test: Vec<usize> = (0..test_file.labels.len()).collect();
        let first = |indices: &[usize], limit: usize| indices[..limit.min(indices.len())].to_vec();
        Ok(ImageClassification {
            goal: Goal::Classification {
                classes: description.classes,
            },
            levels: levels(description.mean, description.deviation),
            train: training_files.select(&first(train, limits[0])),
            validation: training_files.select(&first(validation, limits[1])),
            test: test_file.select(&first(&test, limits[2])),
            augmentation: source.augment.then_some(source.seed),
            description,
        })
    }

    fn split(&self, split: Split) -> &LabelledImages {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }

    /// The crop and flip of training image `index` in `epoch`: a function of the seed and these two.
    fn augmented(&self, seed: u64, epoch: u64, index: usize) -> Vec<u8> {
        let number = epoch
            .wrapping_mul(self.train.labels.len() as u64)
            .wrapping_add(index as u64);
        let mut stream = Stream::new(seed, "crop and flip", number);
        crop_and_flip(
            self.train.image(index),
            self.description.grid[0],
            &mut stream,
        )
    }
}

/// `(level / 255 - mean) / deviation` for every channel and level, in f64 before rounding.
fn levels(mean: &[f64], deviation: &[f64]) -> Vec<[f32; 256]> {
    mean.iter()
        .zip(deviation)
        .map(|(mean, deviation)| {
            std::array::from_fn(|level| ((level as f64 / 255.0 - mean) / deviation) as f32)
        })
        .collect()
}

impl Task for ImageClassification {
    fn name(&self) -> &str {
        self.description.name
    }

    fn title(&self) -> String {
        let found = [Split::Train, Split::Validation, Split::Test].map(|split| self.len(split));
        let Description {
            title, complete, ..
        } = &self.description;
        let images = reduced(found, *complete);
        let augmentation = match self.augmentation {
            Some(_) => ", randomly cropped and flipped",
            None => "",
        };
        format!("{title}, {images} images (training/validation/test){augmentation}")
    }

    fn grid(&self) -> &[usize] {
        self.description.grid
    }

    fn encoding(&self) -> Encoding {
        let channels = self.levels.len();
        Encoding::Values { channels }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn len(&self, split: Split) -> usize {
        self.split(split).labels.len()
    }

    fn batch(&self, split: Split, indices: &[usize], epoch: u64) -> Result<Batch> {
        let images = self.split(split);
        let positions = images.size() / self.levels.len();
        let mut inputs = Vec::with_capacity(indices.len() * images.size());
        let mut classes = Vec::with_capacity(indices.len());
        for &index in indices {
            check_index(index, images.labels.len())?;
            let augmented;
            let image = match (split, self.augmentation) {
                (Split::Train, Some(seed)) => {
                    augmented = self.augmented(seed, epoch, index);
                    &augmented
                }
                _ => images.image(index),
            };
            for (plane, levels) in image.chunks_exact(positions).zip(&self.levels) {
                inputs.extend(plane.iter().map(|&level| levels[usize::from(level)]));
            }
            classes.push(usize::from(images.labels[index]));
        }
        Ok(Batch {
            inputs: Inputs::Values(inputs),
            targets: Targets::Classes(classes),
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.name());
        hash.update(format!("{:?}", self.augmentation));
        for images in [&self.train, &self.validation, &self.test] {
            hash.update((images.labels.len() as u64).to_le_bytes());
            hash.update(&images.pixels);
            hash.update(&images.labels);
        }
        hexadecimal(hash)
    }
}

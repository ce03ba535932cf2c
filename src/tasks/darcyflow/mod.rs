//! DarcyFlow (Li et al. 2021): from the permeability of a porous square to the pressure in it.
//!
//! A sample is a random coefficient a on `n` x `n` cell centres and the solution u of
//! `-div(a grad u) = 1`, `u = 0` on the boundary. It is read from the benchmark's files (`files.rs`)
//! or generated (`generator.rs`). The benchmark solves on 421 x 421 points and keeps every fifth, 85
//! x 85. So does reading; generating on a grid of 85 solves on 85 x 85 points, which is some 40
//! times as fast. [`generate`] writes files that were solved on 421 x 421.

use sha2::{Digest, Sha256};

use super::{
    Batch, Encoding, Goal, Inputs, Origin, Source, Split, Targets, Task, check_index, counts,
    hexadecimal,
};
use crate::{Error, Result};
use generator::{Samples, training_sizes};

pub mod arrays;
mod check;
pub mod field;
mod files;
mod generator;
mod hdf5;
mod matlab;
mod matlab_elements;
mod matlab_writer;
pub mod solver;
pub mod spline;
mod subsample;

pub use check::check;
pub use files::{generate, generate_on};
pub use generator::Generator;

/// Points per axis where none are asked for.
pub const DEFAULT_GRID: usize = 32;
/// Training samples where no number is asked for: a second or two of work for two cores.
pub const DEFAULT_SAMPLES: usize = 384;

const MOST_POINTS: usize = 1024;
/// Training values of each field: 1 GiB, and as much again while they are gathered.
const MOST_VALUES: usize = 1 << 28;
/// Added to every standard deviation, as the benchmark's normaliser does.
const DEVIATION_OFFSET: f64 = 1e-5;

/// The task.
pub struct DarcyFlow {
    title: String,
    grid: [usize; 2],
    train: Samples,
    validation: Samples,
    test: Samples,
    /// Of the training coefficients, per position.
    mean: Vec<f32>,
    deviation: Vec<f32>,
    /// Column, then row, each `(P)` and from 0 to 1.
    coordinates: Vec<f32>,
    goal: Goal,
}

impl DarcyFlow {
    /// Reads the files, or generates all samples.
    ///
    /// # Errors
    /// [`Error::Argument`] for augmentation, fewer than 2 samples, or sizes
    /// out of range; [`Error::Io`] and [`Error::Data`] for
    /// files.
    pub fn open(source: &Source) -> Result<Self> {
        source.refuse_augmentation("darcyflow")?;
        source.refuse_bytes("darcyflow")?;
        match &source.origin {
            Origin::Generated => Self::generated(source),
            Origin::Real(directory) => {
                let limits = source.limits()?;
                if limits[0] < 2 {
                    let expected = "at least 2, for a standard deviation";
                    return Err(Error::argument("samples of darcyflow", limits[0], expected));
                }
                let files = files::read(directory, source.grid, limits)?;
                let title = files.title();
                let [train, validation, test] = [files.train, files.validation, files.test];
                Ok(Self::new(title, files.grid, train, validation, test))
            }
        }
    }

    fn generated(source: &Source) -> Result<Self> {
        let n = source.grid.unwrap_or(DEFAULT_GRID);
        let generator = Generator::new(n)?;
        let sizes = training_sizes(n, source.samples.unwrap_or(DEFAULT_SAMPLES))?;
        let samples = |split, size| generator.samples(source.seed, split, size);
        let title = format!(
            "DarcyFlow, generated on a {n} x {n} grid (not the benchmark's data), {} samples \
             (training/validation/test), seed {}",
            counts(sizes),
            source.seed
        );
        let train = samples("training", sizes[0])?;
        let validation = samples("validation", sizes[1])?;
        Ok(Self::new(
            title,
            n,
            train,
            validation,
            samples("test", sizes[2])?,
        ))
    }

    fn new(title: String, n: usize, train: Samples, validation: Samples, test: Samples) -> Self {
        let (mean, deviation) = statistics(&train.coefficients, n * n);
        let (solution_mean, solution_deviation) = statistics(&train.solutions, n * n);
        DarcyFlow {
            title,
            grid: [n, n],
            train,
            validation,
            test,
            mean,
            deviation,
            coordinates: coordinates(n),
            goal: Goal::Regression {
                channels: 1,
                mean: solution_mean,
                deviation: solution_deviation,
            },
        }
    }

    fn split(&self, split: Split) -> &Samples {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }
}

/// Mean and unbiased standard deviation plus [`DEVIATION_OFFSET`], per position over the samples.
fn statistics(fields: &[f32], positions: usize) -> (Vec<f32>, Vec<f32>) {
    let samples = (fields.len() / positions) as f64;
    (0..positions)
        .map(|position| {
            let values = || {
                fields[position..]
                    .iter()
                    .step_by(positions)
                    .map(|&v| f64::from(v))
            };
            let mean = values().sum::<f64>() / samples;
            let squares: f64 = values().map(|value| (value - mean).powi(2)).sum();
            let deviation = (squares / (samples - 1.0)).sqrt() + DEVIATION_OFFSET;
            (mean as f32, deviation as f32)
        })
        .unzip()
}

/// `linspace(0, 1, n)` along the columns, then along the rows.
fn coordinates(n: usize) -> Vec<f32> {
    let axis = |i: usize| (i as f64 / (n - 1) as f64) as f32;
    let columns = (0..n * n).map(|position| axis(position % n));
    let rows = (0..n * n).map(|position| axis(position / n));
    columns.chain(rows).collect()
}

impl Task for DarcyFlow {
    fn name(&self) -> &str {
        "darcyflow"
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn grid(&self) -> &[usize] {
        &self.grid
    }

    fn encoding(&self) -> Encoding {
        Encoding::Values { channels: 3 }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn len(&self, split: Split) -> usize {
        self.split(split).solutions.len() / self.mean.len()
    }

    fn batch(&self, split: Split, indices: &[usize], _epoch: u64) -> Result<Batch> {
        let samples = self.split(split);
        let positions = self.mean.len();
        let mut inputs = Vec::with_capacity(indices.len() * 3 * positions);
        let mut solutions = Vec::with_capacity(indices.len() * positions);
        for &index in indices {
            check_index(index, self.len(split))?;
            let field = index * positions..(index + 1) * positions;
            let coefficient = &samples.coefficients[field.clone()];
            let statistics = self.mean.iter().zip(&self.deviation);
            inputs.extend(
                coefficient
                    .iter()
                    .zip(statistics)
                    .map(|(value, (mean, deviation))| (value - mean) / deviation),
            );
            inputs.extend_from_slice(&self.coordinates);
            solutions.extend_from_slice(&samples.solutions[field]);
        }
        Ok(Batch {
            inputs: Inputs::Values(inputs),
            targets: Targets::Fields(solutions),
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.name());
        for samples in [&self.train, &self.validation, &self.test] {
            hash.update((samples.solutions.len() as u64).to_le_bytes());
            for value in samples.coefficients.iter().chain(&samples.solutions) {
                hash.update(value.to_le_bytes());
            }
        }
        hexadecimal(hash)
    }
}

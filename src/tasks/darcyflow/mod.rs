//! DarcyFlow (Li et al. 2021), generated: from the permeability of a porous square to the pressure
//! in it.
//!
//! A sample is a random coefficient a ([`field`]) on `n` x `n` cell centres and the solution u of
//! `-div(a grad u) = 1`, `u = 0` on the boundary ([`solver`]), by the steps of the benchmark's own
//! generator: a is interpolated to the nodes ([`spline`]), the equation is solved there, and u is
//! interpolated back. The benchmark solves on 421 x 421 points and keeps every fifth; here the
//! equation is solved on the grid that is asked for.

use ndarray::Array2;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{
    Batch, Encoding, Goal, Inputs, Origin, Source, Split, Targets, Task, check_index, counts,
    hexadecimal,
};
use crate::random::Stream;
use crate::{Error, Result};
use field::GaussianField;
use solver::Solver;

pub mod field;
pub mod solver;
pub mod spline;

/// Points per axis where none are asked for.
pub const DEFAULT_GRID: usize = 32;
/// Training samples where no number is asked for: a second or two of work for two cores.
pub const DEFAULT_SAMPLES: usize = 384;

const MOST_POINTS: usize = 1024;
/// Training values of each field: 1 GiB, and as much again while they are gathered.
const MOST_VALUES: usize = 1 << 28;
/// Added to every standard deviation, as the benchmark's normaliser does.
const DEVIATION_OFFSET: f64 = 1e-5;

/// Turns white noise into samples on an `n` x `n` grid.
pub struct Generator {
    field: GaussianField,
    to_nodes: Array2<f64>,
    to_centres: Array2<f64>,
    solver: Solver,
}

impl Generator {
    /// # Errors
    /// [`Error::Argument`] if `n` is not from 4 to 1024.
    pub fn new(n: usize) -> Result<Self> {
        if !(spline::FEWEST_KNOTS..=MOST_POINTS).contains(&n) {
            return Err(Error::argument(
                "grid of darcyflow",
                n,
                format!("{} to {MOST_POINTS}", spline::FEWEST_KNOTS),
            ));
        }
        let (centres, nodes) = (spline::centres(n), spline::nodes(n));
        Ok(Generator {
            field: GaussianField::new(n),
            to_nodes: spline::interpolation(&centres, &nodes),
            to_centres: spline::interpolation(&nodes, &centres),
            solver: Solver::new(n),
        })
    }

    /// The coefficient and the solution at the cell centres, from `(n, n)` standard normals.
    ///
    /// # Errors
    /// [`Error::Argument`] if the solver does not converge.
    pub fn sample(&self, noise: &Array2<f64>) -> Result<(Array2<f64>, Array2<f64>)> {
        let coefficient = field::coefficient(&self.field.sample(noise));
        let at_nodes = self.to_nodes.dot(&coefficient).dot(&self.to_nodes.t());
        let solution = self.solver.solve(&at_nodes)?;
        let at_centres = self.to_centres.dot(&solution).dot(&self.to_centres.t());
        Ok((coefficient, at_centres))
    }
}

/// The samples of one split, each field `(samples, P)` row-major.
struct Samples {
    coefficients: Vec<f32>,
    solutions: Vec<f32>,
}

/// The task.
pub struct DarcyFlow {
    grid: [usize; 2],
    seed: u64,
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
    /// Generates all samples. Each comes from its own stream of random numbers, so neither the
    /// number of threads nor that of the samples changes any of them.
    ///
    /// # Errors
    /// [`Error::Argument`] for data or augmentation, fewer than 2 samples, or sizes out of range.
    pub fn generate(source: &Source) -> Result<Self> {
        source.refuse_augmentation("darcyflow")?;
        if let Origin::Real(data) = &source.origin {
            return Err(Error::argument(
                "data of darcyflow",
                data.display(),
                "none: it is generated",
            ));
        }
        let n = source.grid.unwrap_or(DEFAULT_GRID);
        let generator = Generator::new(n)?;
        let wanted = Source {
            samples: source.samples.or(Some(DEFAULT_SAMPLES)),
            ..source.clone()
        };
        let sizes = wanted.limits()?;
        if sizes[0] < 2 || sizes[0] > MOST_VALUES / (n * n) {
            return Err(Error::argument(
                "samples of darcyflow",
                sizes[0],
                format!("2 (for a standard deviation) to {}", MOST_VALUES / (n * n)),
            ));
        }
        let samples = |split, size| samples(&generator, n, source.seed, split, size);
        let train = samples("training", sizes[0])?;
        let (mean, deviation) = statistics(&train.coefficients, n * n);
        let (solution_mean, solution_deviation) = statistics(&train.solutions, n * n);
        Ok(DarcyFlow {
            grid: [n, n],
            seed: source.seed,
            train,
            validation: samples("validation", sizes[1])?,
            test: samples("test", sizes[2])?,
            mean,
            deviation,
            coordinates: coordinates(n),
            goal: Goal::Regression {
                channels: 1,
                mean: solution_mean,
                deviation: solution_deviation,
            },
        })
    }

    fn split(&self, split: Split) -> &Samples {
        match split {
            Split::Train => &self.train,
            Split::Validation => &self.validation,
            Split::Test => &self.test,
        }
    }
}

fn samples(
    generator: &Generator,
    n: usize,
    seed: u64,
    split: &str,
    size: usize,
) -> Result<Samples> {
    let purpose = format!("darcyflow {split}");
    let fields: Vec<(Vec<f32>, Vec<f32>)> = (0..size)
        .into_par_iter()
        .map(|index| {
            let mut stream = Stream::new(seed, &purpose, index as u64);
            let noise = Array2::from_shape_simple_fn((n, n), || stream.normal());
            let (coefficient, solution) = generator.sample(&noise)?;
            let single = |field: Array2<f64>| field.iter().map(|&value| value as f32).collect();
            Ok((single(coefficient), single(solution)))
        })
        .collect::<Result<_>>()?;
    let (coefficients, solutions): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    Ok(Samples {
        coefficients: coefficients.concat(),
        solutions: solutions.concat(),
    })
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
        let sizes = [Split::Train, Split::Validation, Split::Test].map(|split| self.len(split));
        let n = self.grid[0];
        format!(
            "DarcyFlow, generated on a {n} x {n} grid (not the benchmark's data), {} samples \
             (training/validation/test), seed {}",
            counts(sizes),
            self.seed
        )
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

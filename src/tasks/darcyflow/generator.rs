//! Samples of DarcyFlow, made by the steps of the benchmark's own generator: a coefficient
//! ([`field`]) on cell centres is interpolated to the nodes ([`spline`]), the equation is solved
//! there ([`solver`](super::solver)), and the solution is interpolated back.

use ndarray::Array2;
use rayon::prelude::*;

use super::field::{self, GaussianField};
use super::solver::Solver;
use super::{MOST_POINTS, MOST_VALUES, spline};
use crate::random::Stream;
use crate::tasks::Source;
use crate::{Error, Result};

/// Turns white noise into samples on an `n` x `n` grid.
pub struct Generator {
    n: usize,
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
            n,
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

    /// Samples 0 to `size - 1` of a split. Each comes from its own stream of random numbers, so
    /// neither the number of threads nor that of the samples changes any of them.
    ///
    /// # Errors
    /// [`Error::Argument`] if the solver does not converge.
    pub(super) fn samples(&self, seed: u64, split: &str, size: usize) -> Result<Samples> {
        let purpose = format!("darcyflow {split}");
        let (n, points) = (self.n, self.n * self.n);
        let mut samples = Samples {
            coefficients: vec![0.0; size * points],
            solutions: vec![0.0; size * points],
        };
        let coefficients = samples.coefficients.par_chunks_exact_mut(points);
        let fields = coefficients.zip(samples.solutions.par_chunks_exact_mut(points));
        fields
            .enumerate()
            .try_for_each(|(index, (coefficients, solutions))| {
                let mut stream = Stream::new(seed, &purpose, index as u64);
                let noise = Array2::from_shape_simple_fn((n, n), || stream.normal());
                let (coefficient, solution) = self.sample(&noise)?;
                for (single, double) in coefficients.iter_mut().zip(&coefficient) {
                    *single = *double as f32;
                }
                for (single, double) in solutions.iter_mut().zip(&solution) {
                    *single = *double as f32;
                }
                Ok::<(), Error>(())
            })?;
        Ok(samples)
    }
}

/// How many samples to generate for training, validation and testing on `n` x `n` points.
///
/// # Errors
/// [`Error::Argument`] for fewer than 2, or more than fit in memory.
pub(super) fn training_sizes(n: usize, samples: usize) -> Result<[usize; 3]> {
    let most = MOST_VALUES / (n * n);
    if samples < 2 || samples > most {
        return Err(Error::argument(
            "samples of darcyflow",
            samples,
            format!("2 (for a standard deviation) to {most}"),
        ));
    }
    let samples = Some(samples);
    Source {
        samples,
        ..Source::default()
    }
    .limits()
}

/// Samples of one split, each field `(samples, P)` row-major.
pub(super) struct Samples {
    pub coefficients: Vec<f32>,
    pub solutions: Vec<f32>,
}

impl Samples {
    /// `count` samples of `points` values from number `first` on.
    pub fn part(&self, points: usize, first: usize, count: usize) -> Self {
        let part = first * points..(first + count) * points;
        Samples {
            coefficients: self.coefficients[part.clone()].to_vec(),
            solutions: self.solutions[part].to_vec(),
        }
    }
}

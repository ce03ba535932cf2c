//! DarcyFlow's own files: `piececonst_r421_N1024_smooth1.mat`, to train and validate, and
//! `..._smooth2.mat`, to test. Each holds two arrays ([`arrays`](super::arrays)), `coeff` and
//! `sol`, of 1,024 samples on 421 x 421 points.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::arrays::{GENERATED, MOST_SAMPLES, Sizes, Start, same_sizes};
use super::generator::{Generator, Samples, training_sizes};
use super::matlab_writer;
use super::subsample::{BENCHMARK_GRID, read_field};
use crate::files::{create_empty_directory, write_streamed};
use crate::tasks::counts;
use crate::{Error, Result};

/// Samples of the first file that the benchmark uses: 900 to train, 100 to validate.
const TRAINING_SAMPLES: usize = 1000;
/// Samples of the second file that the benchmark uses.
const TEST_SAMPLES: usize = 100;

/// Training, validation and test samples of the benchmark.
const COMPLETE: [usize; 3] = [900, 100, 100];

/// What was read from a directory.
pub(super) struct Files {
    /// Points of each axis in the files.
    pub side: usize,
    /// Points of each axis that are kept.
    pub grid: usize,
    pub train: Samples,
    pub validation: Samples,
    pub test: Samples,
    /// Whether the files were written here.
    pub generated: bool,
}

impl Files {
    /// The data set as results are printed under.
    pub fn title(&self) -> String {
        let points = self.grid * self.grid;
        let splits = [&self.train, &self.validation, &self.test];
        let found = splits.map(|split| split.solutions.len() / points);
        let (name, samples) = if self.generated {
            (
                "DarcyFlow, generated (not the benchmark's data)",
                counts(found),
            )
        } else if [self.side, self.grid] != [FILE_SIDE, BENCHMARK_GRID] {
            (
                "DarcyFlow format (not the benchmark's 85 x 85 of 421 x 421 points)",
                counts(found),
            )
        } else if found == COMPLETE {
            ("DarcyFlow", counts(found))
        } else {
            let reduced = format!("reduced to {} of {}", counts(found), counts(COMPLETE));
            ("DarcyFlow", reduced)
        };
        let (grid, side) = (self.grid, self.side);
        format!(
            "{name}, {samples} samples (training/validation/test), {grid} x {grid} of {side} x \
             {side} points"
        )
    }
}

fn is_generated(path: &Path) -> Result<bool> {
    Ok(matches!(
        Start::of(path)?,
        Start::Matlab { generated: true }
    ))
}

/// Reads the two files in `directory`. `grid` points of each axis are kept: where `None`, 85 if
/// they fit in, otherwise all. Of the first file's samples (at most 1,000) the last tenth
/// validates; of those that were written here, the last fifth of all.
pub(super) fn read(directory: &Path, grid: Option<usize>, limits: [usize; 3]) -> Result<Files> {
    let [first, second] = find(directory)?;
    let generated = is_generated(&first)?;
    if is_generated(&second)? != generated {
        let expected = "the first file's: both generated or neither";
        return Err(Error::data(&second, "header", "another origin", expected));
    }
    let (most, most_tests) = if generated {
        (MOST_SAMPLES, MOST_SAMPLES)
    } else {
        (TRAINING_SAMPLES, TEST_SAMPLES)
    };
    let coefficients = read_field(&first, "coeff", most, grid, None)?;
    let solutions = read_field(&first, "sol", most, grid, None)?;
    same_sizes(&first, coefficients.sizes, solutions.sizes)?;
    let Sizes { samples, side } = coefficients.sizes;
    let used = samples.min(most);
    let training = if generated {
        used * 4 / 5
    } else {
        used - used.div_ceil(10)
    };
    if training < 2 {
        let expected = "at least 3, two to train and one to validate";
        return Err(Error::data(&first, "samples", samples, expected));
    }
    let grid = coefficients.grid;
    let all = Samples {
        coefficients: coefficients.values,
        solutions: solutions.values,
    };
    let validating = used - training;
    let points = grid * grid;
    let train = all.part(points, 0, training.min(limits[0]));
    let validation = all.part(points, training, validating.min(limits[1]));
    drop(all);

    let most_tests = most_tests.min(limits[2]);
    let side_of_all = Some(side);
    let coefficients = read_field(&second, "coeff", most_tests, Some(grid), side_of_all)?;
    let solutions = read_field(&second, "sol", most_tests, Some(grid), side_of_all)?;
    same_sizes(&second, coefficients.sizes, solutions.sizes)?;
    Ok(Files {
        side,
        grid,
        train,
        validation,
        test: Samples {
            coefficients: coefficients.values,
            solutions: solutions.values,
        },
        generated,
    })
}

/// The one file of each name.
pub(super) fn find(directory: &Path) -> Result<[PathBuf; 2]> {
    let unreadable = |source| Error::io(directory, "read", source);
    let entries = fs::read_dir(directory).map_err(unreadable)?;
    let paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .map_err(unreadable)?;
    let one = |ending: &str| {
        let named = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(ending)
        };
        let mut found = paths.iter().filter(named);
        match (found.next(), found.next()) {
            (Some(path), None) => Ok(path.clone()),
            (first, _) => Err(Error::data(
                directory,
                "files",
                if first.is_none() {
                    "no"
                } else {
                    "more than one"
                }
                .to_string()
                    + " *"
                    + ending,
                "piececonst_r421_N1024_smooth1.mat and piececonst_r421_N1024_smooth2.mat",
            )),
        }
    };
    Ok([one("_smooth1.mat")?, one("_smooth2.mat")?])
}

/// Points of each axis in the benchmark's files.
const FILE_SIDE: usize = 421;

/// Generates so many training samples, and the held-out ones that go with them, on the 421 x 421
/// points of the benchmark and writes them as its files are. Of these, opening keeps every fifth
/// point, which is how the benchmark was made.
///
/// # Errors
/// [`Error::Argument`] for sizes out of range, [`Error::Configuration`] if `directory` is not empty,
/// [`Error::Io`] if it cannot be written.
pub fn generate(directory: &Path, samples: usize, seed: u64) -> Result<()> {
    generate_on(directory, FILE_SIDE, samples, seed)
}

/// As [`generate`], on `side` x `side` points. All samples of a file are held, 8 bytes a point.
///
/// # Errors
/// As [`generate`].
pub fn generate_on(directory: &Path, side: usize, samples: usize, seed: u64) -> Result<()> {
    let generator = Generator::new(side)?;
    let [training, validating, testing] = training_sizes(side, samples)?;
    if training + validating > MOST_SAMPLES {
        let expected = format!("at most {}", MOST_SAMPLES / 5 * 4);
        return Err(Error::argument("samples of darcyflow", samples, expected));
    }
    create_empty_directory(directory)?;
    let mut first = generator.samples(seed, "training", training)?;
    let validation = generator.samples(seed, "validation", validating)?;
    first.coefficients.extend(validation.coefficients);
    first.solutions.extend(validation.solutions);
    write(directory, 1, side, &first)?;
    drop(first);
    let second = generator.samples(seed, "test", testing)?;
    write(directory, 2, side, &second)
}

fn write(directory: &Path, number: u32, side: usize, samples: &Samples) -> Result<()> {
    let count = samples.solutions.len() / (side * side);
    let name = format!("piececonst_r{side}_N{count}_smooth{number}.mat");
    let text = format!("MATLAB 5.0 MAT-file, {GENERATED}");
    write_streamed(
        &directory.join(name),
        &mut |file: &mut File| -> io::Result<()> {
            let mut file = BufWriter::new(file);
            matlab_writer::header(&mut file, &text)?;
            for (name, fields) in [
                ("coeff", &samples.coefficients),
                ("sol", &samples.solutions),
            ] {
                let places =
                    (0..side).flat_map(|column| (0..side).map(move |row| row * side + column));
                let values = places.flat_map(|place| {
                    let values = fields[place..].iter().step_by(side * side);
                    values.map(|&value| f64::from(value))
                });
                matlab_writer::array(&mut file, name, &[count, side, side], values)?;
            }
            io::Write::flush(&mut file)
        },
    )
}

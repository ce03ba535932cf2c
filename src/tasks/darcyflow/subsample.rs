//! Keeping every `stride`-th point of both axes of an array's first samples.

use std::path::Path;

use super::MOST_VALUES;
use super::arrays::{Consumer, Sizes, consume_file};
use crate::{Error, Result};

/// The benchmark's grid, where the files have it.
pub(super) const BENCHMARK_GRID: usize = 85;

/// Every `stride`-th point of an array's first samples.
pub(super) struct Field {
    /// Of the file.
    pub sizes: Sizes,
    /// Points of each axis that are kept.
    pub grid: usize,
    /// `(samples, grid, grid)` row-major.
    pub values: Vec<f32>,
}

/// At most `most` samples of the array `name`, `grid` points of each axis; where `None`, 85 if they
/// fit in, otherwise all. The file must have `side` of them, where one is given. What is held is what is kept, twice while it is put in order.
///
/// # Errors
/// [`Error::Argument`] for a grid that does not fit in, [`Error::Data`] for a broken file.
pub(super) fn read_field(
    path: &Path,
    name: &str,
    most: usize,
    grid: Option<usize>,
    side: Option<usize>,
) -> Result<Field> {
    let mut kept = Kept {
        side,
        path,
        name,
        most,
        wanted: grid,
        sizes: Sizes {
            samples: 0,
            side: 0,
        },
        samples: 0,
        grid: 0,
        stride: 1,
        values: Vec::new(),
    };
    consume_file(path, name, &mut kept)?;
    let Kept {
        sizes,
        samples,
        grid,
        values,
        ..
    } = kept;
    // From (column, row, sample), the last varying fastest, to (sample, row, column).
    let mut ordered = Vec::with_capacity(values.len());
    for sample in 0..samples {
        for row in 0..grid {
            for column in 0..grid {
                ordered.push(values[sample + samples * (row + grid * column)]);
            }
        }
    }
    Ok(Field {
        sizes,
        grid,
        values: ordered,
    })
}

struct Kept<'a> {
    path: &'a Path,
    name: &'a str,
    /// Samples that are kept at most.
    most: usize,
    /// Points of each axis that the file must have.
    side: Option<usize>,
    /// Points of each axis that are asked for.
    wanted: Option<usize>,
    sizes: Sizes,
    samples: usize,
    grid: usize,
    stride: usize,
    /// In the file's order. They grow with the file, not with what it announces.
    values: Vec<f32>,
}

impl Consumer for Kept<'_> {
    fn start(&mut self, sizes: Sizes) -> Result<()> {
        if let Some(side) = self.side.filter(|side| *side != sizes.side) {
            return Err(Error::data(
                self.path,
                "points of an axis",
                sizes.side,
                side,
            ));
        }
        let steps = sizes.side - 1;
        let fits = |grid: usize| grid >= 2 && steps.is_multiple_of(grid - 1);
        self.grid = match self.wanted {
            Some(grid) if fits(grid) => grid,
            Some(grid) => {
                let file = self.path.display();
                let expected = format!("a grid whose steps divide the {steps} of {file}");
                return Err(Error::argument("grid of darcyflow", grid, expected));
            }
            None if fits(BENCHMARK_GRID) => BENCHMARK_GRID,
            None => sizes.side,
        };
        self.stride = steps / (self.grid - 1);
        self.samples = sizes.samples.min(self.most);
        self.sizes = sizes;
        let values = self.samples * self.grid * self.grid;
        if values > MOST_VALUES {
            let expected = format!("at most {MOST_VALUES}: a coarser grid");
            let place = format!("values of `{}` that are kept", self.name);
            return Err(Error::data(self.path, place, values, expected));
        }
        Ok(())
    }

    fn values(&mut self, sample: usize, row: usize, column: usize, values: &[f64]) -> Result<()> {
        if !row.is_multiple_of(self.stride) || !column.is_multiple_of(self.stride) {
            return Ok(());
        }
        let kept = &values[..values.len().min(self.samples.saturating_sub(sample))];
        if let Some(bad) = kept.iter().position(|value| !value.is_finite()) {
            let place = format!("{}[{}, {row}, {column}]", self.name, sample + bad);
            return Err(Error::data(self.path, place, kept[bad], "a finite number"));
        }
        self.values.extend(kept.iter().map(|&value| value as f32));
        Ok(())
    }
}

//! The check of DarcyFlow's files.

use std::collections::BTreeMap;
use std::path::Path;

use super::arrays::{Consumer, Sizes, consume_file, same_sizes};
use super::files::find;
use crate::tasks::catalogue::Checked;
use crate::{Error, Result};

/// Checks every sample of both files, as [`Check`](crate::tasks::catalogue::Check) says: the sizes
/// agree, coefficients are 3 or 12, solutions finite. Each bad sample is reported once for each
/// array, with its first bad value.
///
/// # Errors
/// [`Error::Io`] and [`Error::Data`] if the two files are not there.
pub fn check(directory: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let mut checked = Checked::default();
    let paths = find(directory)?;
    let mut sides = Vec::new();
    for path in &paths {
        checked.files += 1;
        let mut both = Vec::new();
        for (name, expected, good) in [
            (
                "coeff",
                "3 or 12",
                (|value| value == 3.0 || value == 12.0) as fn(f64) -> bool,
            ),
            ("sol", "a finite number", f64::is_finite),
        ] {
            let mut checks = Checks {
                sizes: None,
                good,
                bad: BTreeMap::new(),
            };
            let consumed = consume_file(path, name, &mut checks);
            for (sample, bad) in checks.bad {
                let [row, column] = bad.at;
                let place = format!("{name}[{sample}, {row}, {column}]");
                let found = format!("{} ({} bad values in the sample)", bad.value, bad.count);
                report(Error::data(path, place, found, expected));
            }
            consumed.unwrap_or_else(&mut *report);
            both.extend(checks.sizes);
        }
        let Some(sizes) = both.first() else { continue };
        checked.records += sizes.samples as u64;
        sides.push(sizes.side);
        if let [coefficients, solutions] = both[..] {
            same_sizes(path, coefficients, solutions).unwrap_or_else(&mut *report);
        }
    }
    if let [first, second] = sides[..]
        && first != second
    {
        report(Error::data(&paths[1], "points of an axis", second, first));
    }
    Ok(checked)
}

struct Checks {
    sizes: Option<Sizes>,
    good: fn(f64) -> bool,
    /// By sample.
    bad: BTreeMap<usize, Bad>,
}

/// What is wrong with a sample.
struct Bad {
    count: usize,
    /// Row and column of the first bad value.
    at: [usize; 2],
    value: f64,
}

impl Consumer for Checks {
    fn start(&mut self, sizes: Sizes) -> Result<()> {
        self.sizes = Some(sizes);
        Ok(())
    }

    fn values(&mut self, sample: usize, row: usize, column: usize, values: &[f64]) -> Result<()> {
        for (number, &value) in values.iter().enumerate() {
            if !(self.good)(value) {
                let first = Bad {
                    count: 0,
                    at: [row, column],
                    value,
                };
                self.bad.entry(sample + number).or_insert(first).count += 1;
            }
        }
        Ok(())
    }
}

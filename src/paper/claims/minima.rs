//! Tables 6 to 8 against the minimum sizes of Table 4's and 5's temperatures.

use super::bounds::minimum_fraction;
use crate::Result;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::{ARCHITECTURES, PrintedArchitecture};

/// The claims about minimum sizes in Tables 6 to 8.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "minima-widths-6",
        source: Paper("E.2.1, Table 6"),
        title: "every width of Table 6 is at least its temperature's minimum",
        formula: "every width >= (ln 19 + ln 9)/(2 tau_channel) N_max; below by rounding alone: cannot be told",
        recorded: Verdict::CannotBeTold,
        evaluate: || widths(6, minimum_fraction),
    },
    Claim {
        id: "minima-widths-7",
        source: Paper("E.2.1, Table 7"),
        title: "every width of Table 7 is at least its temperature's minimum",
        formula: "every width >= (ln 19 + ln 9)/(2 tau_channel) N_max; below by rounding alone: cannot be told",
        recorded: Verdict::Contradicted,
        evaluate: || widths(7, minimum_fraction),
    },
    Claim {
        id: "minima-widths-8",
        source: Paper("E.2.1, Table 8"),
        title: "every width of Table 8 is at least its temperature's minimum",
        formula: "every width >= (ln 19 + ln 9)/(2 tau_channel) N_max; below by rounding alone: cannot be told",
        recorded: Verdict::Confirmed,
        evaluate: || widths(8, minimum_fraction),
    },
    Claim {
        id: "minima-resolutions-6",
        source: Paper("E.2.1, Table 6"),
        title: "every resolution of Table 6 is at least its temperature's minimum",
        formula: "every axis of every R >= (ln 19 + ln 9)/(2 tau_resolution) L; by rounding alone: cannot be told",
        recorded: Verdict::Contradicted,
        evaluate: || resolutions(6, minimum_fraction),
    },
    Claim {
        id: "minima-resolutions-7",
        source: Paper("E.2.1, Table 7"),
        title: "every resolution of Table 7 is at least its temperature's minimum",
        formula: "every axis of every R >= (ln 19 + ln 9)/(2 tau_resolution) L; by rounding alone: cannot be told",
        recorded: Verdict::Confirmed,
        evaluate: || resolutions(7, minimum_fraction),
    },
    Claim {
        id: "minima-resolutions-8",
        source: Paper("E.2.1, Table 8"),
        title: "every resolution of Table 8 is at least its temperature's minimum",
        formula: "every axis of every R >= (ln 19 + ln 9)/(2 tau_resolution) L; by rounding alone: cannot be told",
        recorded: Verdict::Confirmed,
        evaluate: || resolutions(8, minimum_fraction),
    },
    Claim {
        id: "minima-depths",
        source: Paper("Tables 6 to 8"),
        title: "every depth of Tables 6 to 8 is between its temperature's minimum and the maximum",
        formula: "(ln 19 + ln 9)/(2 tau_depth) D_max <= depth <= D_max",
        recorded: Verdict::Confirmed,
        evaluate: || depths(minimum_fraction),
    },
];

pub(super) fn of_table(table: usize) -> impl Iterator<Item = &'static PrintedArchitecture> + Clone {
    ARCHITECTURES
        .iter()
        .filter(move |found| found.table == table)
}

/// How a size compares with the minimum of its axis.
#[derive(Default)]
struct Below {
    smallest: Option<usize>,
    /// Sizes below the minimum.
    exactly: usize,
    /// Sizes below the minimum rounded down.
    rounded_down: usize,
}

impl Below {
    fn add(&mut self, size: usize, minimum: f64) {
        self.smallest = Some(self.smallest.map_or(size, |smallest| smallest.min(size)));
        self.exactly += usize::from((size as f64) < minimum);
        self.rounded_down += usize::from((size as f64) < libm::floor(minimum));
    }
}

/// The widths of one table against `fraction` of the maximum.
pub fn widths(table: usize, fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let mut compared = Vec::new();
    for found in of_table(table) {
        let tau = found.hyperparameters()?.tau_channel;
        let minimum = fraction(tau)? * found.base.maximum_width() as f64;
        let mut below = Below::default();
        for width in found.blocks.iter().flat_map(|block| block.width) {
            below.add(width, minimum);
        }
        compared.push((format!("{}, tau {tau}", found.name()), minimum, below));
    }
    Ok(summary(compared))
}

/// The resolutions of one table against `fraction` of the input.
pub fn resolutions(table: usize, fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let mut compared = Vec::new();
    for found in of_table(table) {
        let tau = found.hyperparameters()?.tau_resolution;
        let fraction = fraction(tau)?;
        let mut below = Below::default();
        for block in found.blocks {
            for (size, length) in block.resolution.iter().zip(found.grid) {
                below.add(*size, fraction * *length as f64);
            }
        }
        let minimum = fraction * found.grid[0] as f64;
        compared.push((format!("{}, tau {tau}", found.name()), minimum, below));
    }
    Ok(summary(compared))
}

/// `Contradicted` if a size lies below its minimum even rounded down, and `CannotBeTold` if only
/// below the minimum itself.
fn summary(compared: Vec<(String, f64, Below)>) -> Finding {
    let exactly: usize = compared.iter().map(|(_, _, below)| below.exactly).sum();
    let rounded_down: usize = compared
        .iter()
        .map(|(_, _, below)| below.rounded_down)
        .sum();
    let rows: Vec<Row> = compared
        .into_iter()
        .map(|(item, minimum, below)| {
            Row::new(
                format!("{item}, cells below: {}", below.exactly),
                format!("at least {minimum:.2}"),
                format!("smallest {}", below.smallest.unwrap_or(0)),
                below.exactly == 0,
            )
        })
        .collect();
    let verdict = match (exactly, rounded_down) {
        (0, 0) => every(&rows),
        (_, 0) => Verdict::CannotBeTold,
        _ => Verdict::Contradicted,
    };
    Finding::new(
        verdict,
        format!("{exactly} below the minimum, {rounded_down} below it rounded down"),
        "none",
        format!(
            "{} of {} architectures of the table stay above their minimum; cells below it: {exactly}, \
             below it rounded down: {rounded_down}.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    )
}

/// The printed depths between `fraction` of the maximum and the maximum.
pub fn depths(fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let maximum = found.base.maximum_depth();
        let minimum = fraction(found.hyperparameters()?.tau_depth)? * maximum as f64;
        rows.push(Row::new(
            found.name(),
            format!("{minimum:.2} to {maximum}"),
            found.depth.to_string(),
            found.depth as f64 >= minimum && found.depth <= maximum,
        ));
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} of {}", agreeing(&rows), rows.len()),
        "all",
        format!(
            "{} of {} printed depths lie in the range that their mask allows.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

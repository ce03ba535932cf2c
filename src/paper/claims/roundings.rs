//! How the smallest sizes of Tables 6 to 8 follow from the bounds of the masks: by which rounding.

use super::bounds::{ROUNDINGS, minimum_fraction};
use super::complexity::is_cifar;
use super::minima::of_table;
use crate::Result;
use crate::paper::claim::Source::Question;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, readings};
use crate::paper::tables::ARCHITECTURES;
use crate::paper::tables::base::SMALL;

/// The claims about roundings.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "minima-width-29",
        source: Question("Table 6"),
        title: "the repeated smallest width of Table 6, 29, is the minimum of 280 at tau 25",
        formula: "(ln 19 + ln 9)/(2 25) 280 by six roundings; some give 29: cannot be told",
        recorded: Verdict::CannotBeTold,
        evaluate: || width_29(minimum_fraction),
    },
    Claim {
        id: "minima-one-rounding",
        source: Question("Table 6, E.2.1"),
        title: "one rounding gives the width 29 of Table 6 and the depths 2 and 1 of E.2.1",
        formula: "29 of 280 at tau 25, 2 and 1 of 8 at tau 8 and 16, each by the same rounding",
        recorded: Verdict::CannotBeTold,
        evaluate: || one_rounding(minimum_fraction),
    },
    Claim {
        id: "minima-cifar-4",
        source: Question("Tables 7 and 8"),
        title: "the smallest axis of CIFAR's resolutions in Tables 7 and 8, 4, is the minimum of 32 at tau 25",
        formula: "(ln 19 + ln 9)/(2 25) 32 by six roundings; some give 4: cannot be told",
        recorded: Verdict::CannotBeTold,
        evaluate: || cifar_4(minimum_fraction),
    },
];

/// The minimum of 280 channels at tau 25 by each rounding of `fraction`.
pub fn width_29(fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let fraction = fraction(25.0)?;
    let maximum = SMALL.maximum_width();
    let rows = rounded(fraction, maximum, 29);
    let cells = of_table(6)
        .flat_map(|found| found.blocks)
        .flat_map(|block| block.width);
    let equal = cells.clone().filter(|width| *width == 29).count();
    let below = cells.filter(|width| *width < 29).count();
    Ok(Finding::new(
        readings(&rows),
        format!("{:.2} before rounding", fraction * maximum as f64),
        format!("{equal} cells of 29, {below} below"),
        format!(
            "{} of {} roundings give 29; the paper does not say which was used.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// `fraction` of `maximum` by each rounding, beside a printed number.
fn rounded(fraction: f64, maximum: usize, printed: usize) -> Vec<Row> {
    let rows = ROUNDINGS.iter().map(|rounding| {
        let count = (rounding.count)(fraction, maximum);
        Row::new(
            rounding.name,
            count.to_string(),
            printed.to_string(),
            count == printed as f64,
        )
    });
    rows.collect()
}

/// The smallest axis of the CIFAR resolutions found with tau 25, beside its minimum by each rounding
/// of `fraction`.
pub fn cifar_4(fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let found = ARCHITECTURES
        .iter()
        .filter(|found| is_cifar(found))
        .filter(|found| {
            found
                .hyperparameters()
                .is_ok_and(|row| row.tau_resolution == 25.0)
        });
    let axes = found
        .flat_map(|found| found.blocks)
        .flat_map(|block| block.resolution);
    let smallest = *axes.clone().min().unwrap_or(&0);
    let cells = axes.filter(|axis| **axis == smallest).count();
    let fraction = fraction(25.0)?;
    let rows = rounded(fraction, 32, smallest);
    Ok(Finding::new(
        readings(&rows),
        format!("{:.2} before rounding", 32.0 * fraction),
        format!("smallest {smallest}, in {cells} cells"),
        format!(
            "{} of {} roundings give {smallest}, which {cells} cells print and none falls below.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// The widths and depths at their minimum by each rounding of `fraction`.
pub fn one_rounding(fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let maximum_depth = SMALL.maximum_depth();
    let mut rows = Vec::new();
    for rounding in ROUNDINGS {
        let width = (rounding.count)(fraction(25.0)?, SMALL.maximum_width());
        let at_8 = (rounding.count)(fraction(8.0)?, maximum_depth);
        let at_16 = (rounding.count)(fraction(16.0)?, maximum_depth);
        rows.push(Row::new(
            rounding.name,
            format!("{width}; {at_8} and {at_16}"),
            "29; 2 and 1",
            width == 29.0 && at_8 == 2.0 && at_16 == 1.0,
        ));
    }
    let fitting: Vec<&str> = rows
        .iter()
        .filter(|row| row.agrees)
        .map(|row| row.item.as_str())
        .collect();
    Ok(Finding::new(
        readings(&rows),
        fitting.join(", "),
        "29; 2 and 1",
        format!(
            "{} of {} roundings give the width and both depths; the paper names none.",
            fitting.len(),
            rows.len()
        ),
        rows,
    ))
}

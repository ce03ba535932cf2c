//! Appendix C: every combination of conventions at once, and which of them the printed ratios tell.

use super::combinations::{ALL, axes, combinations, shares};
use super::complexity::{PRINTED, is_cifar};
use super::readings::{CORES, Reading};
use crate::Result;
use crate::paper::claim::Source::Question;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::ARCHITECTURES;

/// The claims about combined conventions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "search-core",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "the printed ratios identify the linear layers, whatever else is counted",
        formula: "RMS of ten <= 0.021 for some combination with R (N_in N_mid + N_mid N_out), for none without",
        recorded: Verdict::Confirmed,
        evaluate: || core(CORES),
    },
    Claim {
        id: "search-everything-else",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "the printed ratios identify no convention but that of the linear layers",
        formula: "RMS of ten <= 0.021 for at least two choices on each axis but the linear layers",
        recorded: Verdict::Confirmed,
        evaluate: || everything_else(CORES),
    },
    Claim {
        id: "search-cifar",
        source: Question("C.2, Tables 3, 7 and 8"),
        title: "some combination of conventions that fits the ten other ratios gives those of CIFAR",
        formula: "min |ratio - printed| <= 0.005 over the combinations with RMS of ten <= 0.021",
        recorded: Verdict::Contradicted,
        evaluate: || cifar(CORES, PRINTED),
    },
];

/// What counts as a fit: a root mean square difference from the ten ratios that are not CIFAR's of
/// at most that of C.2 as
/// [`block_cost`](crate::equations::complexity::block_cost) reads it, 0.0202, rounded up to a thousandth.
pub const FIT: f64 = 0.021;

/// For each choice of linear layers: how many combinations fit, and the best.
pub fn core(cores: &[Reading]) -> Result<Finding> {
    let axes = axes()?;
    let (mut rows, mut fitting) = (Vec::new(), Vec::new());
    let mut counted = 0;
    for (index, choice) in cores.iter().enumerate() {
        let (mut fits, mut all, mut best) = (0, 0, f64::INFINITY);
        combinations(&shares(choice.cost)?, &axes, |combination| {
            all += 1;
            fits += usize::from(combination.error <= FIT);
            best = combination.error.min(best);
        });
        counted += all;
        if fits > 0 {
            fitting.push(choice.name);
        }
        rows.push(Row::new(
            choice.name,
            format!("{fits} of {all} combinations fit, the best {best:.3}"),
            if index == 0 { "C.2's" } else { "not C.2's" },
            (fits > 0) == (index == 0),
        ));
    }
    Ok(Finding::new(
        every(&rows),
        format!("{}: {}", cores[0].name, rows[0].ours),
        "L N_in N_out a layer (C.2)",
        format!(
            "Of {counted} combinations those that fit the ten ratios as well as C.2 to the letter, \
             up to {FIT}, have the linear layers: {}.",
            fitting.join("; ")
        ),
        rows,
    ))
}

/// With the first of `cores`: how many choices of every other convention occur in a combination
/// that fits.
pub fn everything_else(cores: &[Reading]) -> Result<Finding> {
    let axes = axes()?;
    let mut seen: [Vec<bool>; 4] = std::array::from_fn(|i| vec![false; axes[i].choices.len()]);
    combinations(&shares(cores[0].cost)?, &axes, |combination| {
        if combination.error <= FIT {
            for (seen, choice) in seen.iter_mut().zip(combination.choices) {
                seen[choice] = true;
            }
        }
    });
    let rows: Vec<Row> = axes
        .iter()
        .zip(&seen)
        .map(|(axis, seen)| {
            let fits = seen.iter().filter(|seen| **seen).count();
            let never = axis.choices.iter().zip(seen).filter(|(_, seen)| !**seen);
            let never: Vec<&str> = never.map(|((name, _), _)| name.as_str()).collect();
            let item = match never.is_empty() {
                true => axis.name.to_string(),
                false => format!("{}; never: {}", axis.name, never.join(", ")),
            };
            Row::new(
                item,
                format!("{fits} of {} choices fit", seen.len()),
                "not stated",
                fits > 1,
            )
        })
        .collect();
    Ok(Finding::new(
        every(&rows),
        rows.iter()
            .map(|row| row.ours.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        "not stated",
        format!(
            "{} of {} conventions beside the linear layers have more than one choice that fits \
             the ten ratios up to {FIT}.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// With the first of `cores`: how close the combinations that fit the ten come to each of CIFAR's
/// ratios.
pub fn cifar(cores: &[Reading], tolerance: f64) -> Result<Finding> {
    let mut closest = [f64::INFINITY; ALL];
    combinations(&shares(cores[0].cost)?, &axes()?, |combination| {
        if combination.error <= FIT {
            for (closest, difference) in closest.iter_mut().zip(combination.differences) {
                if difference.abs() < closest.abs() {
                    *closest = difference;
                }
            }
        }
    });
    let rows: Vec<Row> = ARCHITECTURES
        .iter()
        .zip(closest)
        .filter(|(found, _)| is_cifar(found))
        .map(|(found, difference)| {
            let paper = found.printed_ratio();
            Row::new(
                found.name(),
                format!("{:.3} at the closest", paper + difference),
                format!("{paper:.2}"),
                difference.abs() <= tolerance,
            )
        })
        .collect();
    let ours: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    Ok(Finding::new(
        every(&rows),
        ours.join(", "),
        "the printed ratios",
        format!(
            "Combinations that fit the ten other ratios up to {FIT} reach {} of {} of CIFAR's.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

//! Appendix C: every combination of conventions at once, and which of them the printed ratios tell.
//!
//! A convention is a choice on each of five axes: the linear layers, the Fourier convolution,
//! pointwise operations at the masked and at the full resolution, and further terms. Costs add, so
//! that each choice is summed over the blocks once and a combination adds five numbers for each
//! architecture.

use super::complexity::{PRINTED, base_cost, is_cifar};
use super::conventions::{base_shape, networks, shape};
use super::readings::{CORES, FOURIER, FURTHER, Reading, Shape};
use crate::Result;
use crate::equations::complexity::{block_cost, network_cost};
use crate::paper::claim::Source::Question;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::ARCHITECTURES;

/// The claims about combined conventions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "search-core",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "the ratios identify the linear layers, whatever else is counted",
        formula: "RMS of ten <= 0.021 for some combination with R (N_in N_mid + N_mid N_out), for none without",
        recorded: Verdict::Confirmed,
        evaluate: || core(CORES),
    },
    Claim {
        id: "search-everything-else",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "the ratios identify no convention but that of the linear layers",
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
/// at most that of C.2 as [`block_cost`] reads it, 0.0202, rounded up to a thousandth.
const FIT: f64 = 0.021;

/// How many architectures are printed.
const ALL: usize = ARCHITECTURES.len();

/// For each printed architecture: a cost, and the same of its base network, in units of the latter's
/// [`block_cost`].
type Shares = [[f64; 2]; ALL];

/// The shares of a cost of blocks.
fn shares(cost: impl Fn(&Shape) -> f64) -> Result<Shares> {
    let mut shares = [[0.0; 2]; ALL];
    for (share, found) in shares.iter_mut().zip(ARCHITECTURES) {
        let unit = base_cost(found.base, found.grid, block_cost)?;
        let blocks = found.blocks.iter().map(|block| cost(&shape(found, block)));
        let base = found.base.blocks as f64 * cost(&base_shape(found));
        *share = [blocks.sum::<f64>() / unit, base / unit];
    }
    Ok(shares)
}

/// The shares of the encoder and the decoder.
fn ends() -> Result<Shares> {
    let mut shares = [[0.0; 2]; ALL];
    for (share, found) in shares.iter_mut().zip(ARCHITECTURES) {
        let unit = base_cost(found.base, found.grid, block_cost)?;
        for (part, network) in share.iter_mut().zip(networks(found)?) {
            let mut blocks = 0.0;
            for block in &network.blocks {
                blocks += block_cost(block)?;
            }
            *part = (network_cost(&network)? - blocks) / unit;
        }
    }
    Ok(shares)
}

fn sum(left: &Shares, right: &Shares) -> Shares {
    std::array::from_fn(|i| [left[i][0] + right[i][0], left[i][1] + right[i][1]])
}

/// A convention other than the linear layers: its choices, named, and their shares.
struct Axis {
    name: &'static str,
    choices: Vec<(String, Shares)>,
}

fn axis(name: &'static str, choices: &[Reading]) -> Result<Axis> {
    let choices = choices
        .iter()
        .map(|choice| Ok((choice.name.to_string(), shares(choice.cost)?)));
    Ok(Axis {
        name,
        choices: choices.collect::<Result<_>>()?,
    })
}

/// Every convention but the linear layers.
fn axes() -> Result<[Axis; 4]> {
    let mut masked = Vec::new();
    for count in 0..3 * 4 * 3 {
        let [n_in, n_mid, n_out] = [count / 12, count / 3 % 4, count % 3].map(f64::from);
        let shares = shares(|s| s.reduced * (n_in * s.n_in + n_mid * s.n_mid + n_out * s.n_out))?;
        masked.push((
            format!("{n_in} N_in + {n_mid} N_mid + {n_out} N_out"),
            shares,
        ));
    }
    let mut full = Vec::new();
    for count in 0..3 * 3 {
        let [n_in, n_out] = [count / 3, count % 3].map(f64::from);
        let shares = shares(|s| s.full * (n_in * s.n_in + n_out * s.n_out))?;
        full.push((format!("{n_in} N_in + {n_out} N_out"), shares));
    }
    let mut further = axis("further terms", FURTHER)?;
    further
        .choices
        .push(("encoder and decoder".to_string(), ends()?));
    Ok([
        axis(
            "Fourier convolution: logarithm, length and channel factor",
            FOURIER,
        )?,
        Axis {
            name: "pointwise operations at the masked resolution",
            choices: masked,
        },
        Axis {
            name: "pointwise operations at the full resolution",
            choices: full,
        },
        further,
    ])
}

/// One choice on each axis beside some linear layers.
struct Combination {
    choices: [usize; 4],
    /// Our ratio less the printed one, for each architecture.
    differences: [f64; ALL],
    /// The root mean square difference of the ten that are not CIFAR's.
    error: f64,
}

/// Calls `visit` with every combination.
fn combinations(
    core: &Shares,
    [fourier, masked, full, further]: &[Axis; 4],
    mut visit: impl FnMut(&Combination),
) {
    let printed = std::array::from_fn(|i| ARCHITECTURES[i].printed_ratio());
    let ten: [bool; ALL] = std::array::from_fn(|i| !is_cifar(&ARCHITECTURES[i]));
    let count = ten.iter().filter(|counts| **counts).count() as f64;
    for (i, (_, fourier)) in fourier.choices.iter().enumerate() {
        let two = sum(core, fourier);
        for (j, (_, masked)) in masked.choices.iter().enumerate() {
            let three = sum(&two, masked);
            for (k, (_, full)) in full.choices.iter().enumerate() {
                let four = sum(&three, full);
                for (l, (_, further)) in further.choices.iter().enumerate() {
                    let differences = differences(&sum(&four, further), &printed);
                    let counted = differences.iter().zip(&ten).filter(|(_, counts)| **counts);
                    let squares: f64 = counted.map(|(difference, _)| difference * difference).sum();
                    visit(&Combination {
                        choices: [i, j, k, l],
                        differences,
                        error: libm::sqrt(squares / count),
                    });
                }
            }
        }
    }
}

fn differences(shares: &Shares, printed: &[f64; ALL]) -> [f64; ALL] {
    std::array::from_fn(|i| shares[i][0] / shares[i][1] - printed[i])
}

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
            if index == 0 { "some" } else { "none" },
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
        "two decimals",
        format!(
            "Combinations that fit the ten other ratios up to {FIT} reach {} of {} of CIFAR's.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

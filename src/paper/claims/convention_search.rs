//! Appendix C: every combination of conventions at once, and which of them the printed ratios tell.
//!
//! A convention is a choice on each of five axes: the linear layers, the Fourier convolution,
//! pointwise operations at the masked and at the full resolution, and further terms. Costs add, so
//! that each choice is summed over the blocks once and a combination adds five numbers for each
//! architecture.

use super::complexity::{base_cost, is_cifar};
use super::conventions::{base_shape, networks, shape};
use super::readings::{Shape, linears, shortcut};
use crate::Result;
use crate::equations::complexity::{
    block_cost, fourier_convolution_cost, linear_cost, network_cost,
};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::{ARCHITECTURES, PrintedArchitecture};

/// The claims about combined conventions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "search-core",
        place: "C.2, Tables 1 to 3, 6 to 8",
        title: "the ratios identify the linear layers, whatever else is counted",
        formula: "RMS of ten < 0.02 for some combination with R (N_in N_mid + N_mid N_out), for none without",
        recorded: Verdict::Confirmed,
        evaluate: || core(CORES),
    },
    Claim {
        id: "search-everything-else",
        place: "C.2, Tables 1 to 3, 6 to 8",
        title: "the ratios identify no other convention",
        formula: "RMS of ten < 0.02 for at least two choices on each axis but the linear layers",
        recorded: Verdict::Confirmed,
        evaluate: || everything_else(CORES),
    },
];

/// What counts as a fit: the root mean square difference from the ten ratios that are not CIFAR's.
const FIT: f64 = 0.02;

/// A choice on an axis.
pub struct Choice {
    pub name: &'static str,
    /// What it adds to the cost of a block.
    pub cost: fn(&Shape) -> f64,
}

/// The linear layers; the first is C.2's.
#[rustfmt::skip]
pub const CORES: &[Choice] = &[
    Choice { name: "in x mid + mid x out, masked", cost: linears },
    Choice { name: "in x mid + in x out, masked", cost: |s| s.reduced * s.n_in * (s.n_mid + s.n_out) },
    Choice { name: "in x in + in x out, masked", cost: |s| s.reduced * s.n_in * (s.n_in + s.n_out) },
    Choice { name: "in x mid + mid x mid, masked", cost: |s| s.reduced * s.n_mid * (s.n_in + s.n_mid) },
    Choice { name: "in x mid + mid x mid + mid x out, masked", cost: |s| s.reduced * s.n_mid * (s.n_in + s.n_mid + s.n_out) },
    Choice { name: "in x out + mid x out, masked", cost: |s| s.reduced * s.n_out * (s.n_in + s.n_mid) },
    Choice { name: "in x mid only, masked", cost: |s| s.reduced * s.n_in * s.n_mid },
    Choice { name: "mid x out only, masked", cost: |s| s.reduced * s.n_mid * s.n_out },
    Choice { name: "in x out only, masked", cost: |s| s.reduced * s.n_in * s.n_out },
    Choice { name: "first at full resolution", cost: |s| s.n_mid * (s.full * s.n_in + s.reduced * s.n_out) },
    Choice { name: "second at full resolution", cost: |s| s.n_mid * (s.reduced * s.n_in + s.full * s.n_out) },
    Choice { name: "both at full resolution", cost: |s| s.full * s.n_mid * (s.n_in + s.n_out) },
    Choice { name: "and a linear shortcut at full resolution", cost: |s| linears(s) + shortcut(s) },
];

/// The mean of both resolutions, for a transform at the one and its inverse at the other.
fn mixed(s: &Shape) -> f64 {
    0.5 * (fourier_convolution_cost(s.full) + fourier_convolution_cost(s.reduced))
}

/// ln in units of log2.
const BASE_2: f64 = std::f64::consts::LOG2_E;

/// The Fourier convolution.
#[rustfmt::skip]
const FOURIER: &[Choice] = &[
    Choice { name: "none", cost: |_| 0.0 },
    Choice { name: "R ln R", cost: |s| fourier_convolution_cost(s.reduced) },
    Choice { name: "R log2 R", cost: |s| BASE_2 * fourier_convolution_cost(s.reduced) },
    Choice { name: "3 R log2 R", cost: |s| 3.0 * BASE_2 * fourier_convolution_cost(s.reduced) },
    Choice { name: "L ln L", cost: |s| fourier_convolution_cost(s.full) },
    Choice { name: "3 L log2 L", cost: |s| 3.0 * BASE_2 * fourier_convolution_cost(s.full) },
    Choice { name: "mean of R ln R and L ln L", cost: mixed },
    Choice { name: "N_in R ln R", cost: |s| s.n_in * fourier_convolution_cost(s.reduced) },
    Choice { name: "N_in R log2 R", cost: |s| BASE_2 * s.n_in * fourier_convolution_cost(s.reduced) },
    Choice { name: "2 N_in R log2 R", cost: |s| 2.0 * BASE_2 * s.n_in * fourier_convolution_cost(s.reduced) },
    Choice { name: "3 N_in R log2 R", cost: |s| 3.0 * BASE_2 * s.n_in * fourier_convolution_cost(s.reduced) },
    Choice { name: "N_mid R ln R", cost: |s| s.n_mid * fourier_convolution_cost(s.reduced) },
    Choice { name: "N_in L ln L", cost: |s| s.n_in * fourier_convolution_cost(s.full) },
    Choice { name: "N_in L log2 L", cost: |s| BASE_2 * s.n_in * fourier_convolution_cost(s.full) },
    Choice { name: "3 N_in L log2 L", cost: |s| 3.0 * BASE_2 * s.n_in * fourier_convolution_cost(s.full) },
    Choice { name: "N_in times the mean, base 2", cost: |s| BASE_2 * s.n_in * mixed(s) },
    Choice { name: "3 N_in times the mean, base 2", cost: |s| 3.0 * BASE_2 * s.n_in * mixed(s) },
];

/// Terms that the paper may or may not have counted. Kernels are those of one sample.
#[rustfmt::skip]
const FURTHER: &[Choice] = &[
    Choice { name: "none", cost: |_| 0.0 },
    Choice { name: "upsampling, L ln L", cost: |s| fourier_convolution_cost(s.full) },
    Choice { name: "upsampling, N_out L ln L", cost: |s| s.n_out * fourier_convolution_cost(s.full) },
    Choice { name: "products with the width masks", cost: |s| s.reduced * (s.n_in + s.n_mid + s.n_out) },
    Choice { name: "products with kernel masks", cost: |s| s.kernel * s.n_in },
    Choice { name: "the head of MLP_psi", cost: |s| linear_cost(s.kernel, 128.0, s.n_in) },
    Choice { name: "direct convolution, K R N_in", cost: |s| s.kernel * s.reduced * s.n_in },
];

/// Architectures that are not CIFAR's.
const TEN: usize = 10;

/// For each of the ten: a cost, and the same of its base network, in units of the latter's
/// [`block_cost`].
type Shares = [[f64; 2]; TEN];

fn ten() -> impl Iterator<Item = &'static PrintedArchitecture> {
    ARCHITECTURES.iter().filter(|found| !is_cifar(found))
}

/// The shares of a cost of blocks.
fn shares(cost: impl Fn(&Shape) -> f64) -> Result<Shares> {
    let mut shares = [[0.0; 2]; TEN];
    for (share, found) in shares.iter_mut().zip(ten()) {
        let unit = base_cost(found.base, found.grid, block_cost)?;
        let blocks = found.blocks.iter().map(|block| cost(&shape(found, block)));
        let base = found.base.blocks as f64 * cost(&base_shape(found));
        *share = [blocks.sum::<f64>() / unit, base / unit];
    }
    Ok(shares)
}

/// The shares of the encoder and the decoder.
fn ends() -> Result<Shares> {
    let mut shares = [[0.0; 2]; TEN];
    for (share, found) in shares.iter_mut().zip(ten()) {
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

/// A convention other than the linear layers: its choices and their shares.
struct Axis {
    name: &'static str,
    choices: Vec<Shares>,
}

fn axis(name: &'static str, choices: &[Choice]) -> Result<Axis> {
    let choices = choices.iter().map(|choice| shares(choice.cost));
    Ok(Axis {
        name,
        choices: choices.collect::<Result<_>>()?,
    })
}

/// Every convention but the linear layers.
fn axes() -> Result<[Axis; 4]> {
    let mut masked = Vec::new();
    for count in 0..3 * 4 * 3 {
        let (n_in, n_mid, n_out) = (count / 12, count / 3 % 4, count % 3);
        let [n_in, n_mid, n_out] = [n_in, n_mid, n_out].map(f64::from);
        masked.push(shares(|s| {
            s.reduced * (n_in * s.n_in + n_mid * s.n_mid + n_out * s.n_out)
        })?);
    }
    let mut full = Vec::new();
    for count in 0..3 * 3 {
        let (n_in, n_out) = (f64::from(count / 3), f64::from(count % 3));
        full.push(shares(|s| s.full * (n_in * s.n_in + n_out * s.n_out))?);
    }
    let mut further = axis("further terms", FURTHER)?;
    further.choices.push(ends()?);
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

/// Calls `visit` with the root mean square difference and the choices of every combination.
fn combinations(
    core: &Shares,
    [fourier, masked, full, further]: &[Axis; 4],
    mut visit: impl FnMut(f64, [usize; 4]),
) {
    let printed: Vec<f64> = ten().map(PrintedArchitecture::printed_ratio).collect();
    for (i, fourier) in fourier.choices.iter().enumerate() {
        let two = sum(core, fourier);
        for (j, masked) in masked.choices.iter().enumerate() {
            let three = sum(&two, masked);
            for (k, full) in full.choices.iter().enumerate() {
                let four = sum(&three, full);
                for (l, further) in further.choices.iter().enumerate() {
                    let squares = sum(&four, further)
                        .iter()
                        .zip(&printed)
                        .map(|([found, base], printed)| (found / base - printed).powi(2))
                        .sum::<f64>();
                    visit(libm::sqrt(squares / TEN as f64), [i, j, k, l]);
                }
            }
        }
    }
}

/// For each choice of linear layers: how many combinations fit, and the best.
pub fn core(cores: &[Choice]) -> Result<Finding> {
    let axes = axes()?;
    let mut rows = Vec::new();
    let mut counted = 0;
    for (index, choice) in cores.iter().enumerate() {
        let (mut fits, mut all, mut best) = (0, 0, f64::INFINITY);
        combinations(&shares(choice.cost)?, &axes, |error, _| {
            all += 1;
            fits += usize::from(error < FIT);
            best = error.min(best);
        });
        counted += all;
        rows.push(Row::new(
            choice.name,
            format!("{fits} of {all} combinations fit, the best {best:.3}"),
            if index == 0 { "some" } else { "none" },
            (fits > 0) == (index == 0),
        ));
    }
    let fitting = rows.iter().filter(|row| !row.ours.starts_with("0 of"));
    let fitting: Vec<&str> = fitting.map(|row| row.item.as_str()).collect();
    Ok(Finding::new(
        every(&rows),
        rows[0].ours.clone(),
        cores[0].name,
        format!(
            "Of {counted} combinations those that fit the ten ratios up to {FIT} have the linear \
             layers: {}.",
            fitting.join("; ")
        ),
        rows,
    ))
}

/// With the first of `cores`: how many choices of every other convention occur in a combination
/// that fits.
pub fn everything_else(cores: &[Choice]) -> Result<Finding> {
    let axes = axes()?;
    let mut seen: [Vec<bool>; 4] = std::array::from_fn(|i| vec![false; axes[i].choices.len()]);
    combinations(&shares(cores[0].cost)?, &axes, |error, choices| {
        if error < FIT {
            for (seen, choice) in seen.iter_mut().zip(choices) {
                seen[choice] = true;
            }
        }
    });
    let rows: Vec<Row> = axes
        .iter()
        .zip(&seen)
        .map(|(axis, seen)| {
            let fits = seen.iter().filter(|seen| **seen).count();
            Row::new(
                axis.name,
                format!("{fits} of {} choices fit", seen.len()),
                "one",
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

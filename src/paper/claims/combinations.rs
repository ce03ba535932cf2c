//! Every combination of the conventions that Appendix C leaves open.
//!
//! A convention is a choice on each of five axes: the linear layers, the Fourier convolution,
//! pointwise operations at the masked and at the full resolution, and further terms. Costs add, so
//! that each choice is summed over the blocks once and a combination adds five numbers for each
//! architecture.

use super::complexity::{base_cost, is_cifar};
use super::conventions::{base_shape, networks, shape};
use super::readings::{FOURIER, FURTHER, Reading, Shape};
use crate::Result;
use crate::equations::complexity::{block_cost, network_cost};
use crate::paper::tables::ARCHITECTURES;

/// How many architectures are printed.
pub(super) const ALL: usize = ARCHITECTURES.len();

/// For each printed architecture: a cost, and the same of its base network, in units of the latter's
/// [`block_cost`].
pub(super) type Shares = [[f64; 2]; ALL];

/// The shares of a cost of blocks.
pub(super) fn shares(cost: impl Fn(&Shape) -> f64) -> Result<Shares> {
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
pub(super) struct Axis {
    pub name: &'static str,
    pub choices: Vec<(String, Shares)>,
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
pub(super) fn axes() -> Result<[Axis; 4]> {
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
pub(super) struct Combination {
    pub choices: [usize; 4],
    /// Our ratio less the printed one, for each architecture.
    pub differences: [f64; ALL],
    /// The root mean square difference of the ten that are not CIFAR's.
    pub error: f64,
}

/// Calls `visit` with every combination.
pub(super) fn combinations(
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

//! What Appendix C leaves open, and whether the printed ratios can tell.
//!
//! Each claim varies one convention and holds the others at those of
//! [`block_cost`](crate::equations::complexity::block_cost). A convention counts as told where one
//! reading has at most half the error of every other. The error is the root mean square difference
//! from the printed ratios of the ten architectures that are not CIFAR's, which no reading
//! reproduces.

use super::complexity::{is_cifar, ratio};
use crate::Result;
use crate::equations::complexity::BlockSizes;
use crate::equations::complexity::{
    Decoder, NetworkSizes, block_cost, fourier_convolution_cost, linear_cost, network_cost,
    pointwise_cost, unmasked_sizes,
};
use crate::paper::claim::{Claim, Finding, Row, Verdict};
use crate::paper::tables::{ARCHITECTURES, PrintedArchitecture};

/// The claims about conventions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "conventions-linears",
        place: "C.2",
        title: "both linear layers work at the masked resolution, with N_mid between them",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || told(LINEARS),
    },
    Claim {
        id: "conventions-logarithm",
        place: "C.2",
        title: "the logarithm's base",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: || told(LOGARITHMS),
    },
    Claim {
        id: "conventions-channels",
        place: "C.2",
        title: "the Fourier convolution has no factor for its channels",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: || told(CHANNELS),
    },
    Claim {
        id: "conventions-pointwise",
        place: "C.2",
        title: "which pointwise operations count",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: || told(POINTWISE),
    },
    Claim {
        id: "conventions-direct",
        place: "C.2",
        title: "convolutions cost what the Fourier domain costs, not kernel times resolution",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || told(DIRECT),
    },
    Claim {
        id: "conventions-ends",
        place: "C.1",
        title: "whether encoder and decoder count",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: ends,
    },
];

/// The sizes that a reading may use.
pub struct Shape {
    /// Taps of the kernel, all axes together.
    pub kernel: f64,
    /// Positions at the masked resolution.
    pub reduced: f64,
    /// Positions of the input.
    pub full: f64,
    pub n_in: f64,
    pub n_mid: f64,
    pub n_out: f64,
}

/// One reading of a convention.
pub struct Reading {
    pub name: &'static str,
    /// The cost of a block.
    pub cost: fn(&Shape) -> f64,
}

/// The literal pointwise operations, as counted by `block_cost`.
fn pointwise(s: &Shape) -> f64 {
    2.0 * pointwise_cost(s.reduced, s.n_in)
        + 2.0 * pointwise_cost(s.reduced, s.n_mid)
        + pointwise_cost(s.reduced, s.n_out)
}

fn linears(s: &Shape) -> f64 {
    linear_cost(s.reduced, s.n_in, s.n_mid) + linear_cost(s.reduced, s.n_mid, s.n_out)
}

/// The linear map of a shortcut between different widths, as in the network published before.
fn shortcut(s: &Shape) -> f64 {
    if s.n_in == s.n_out {
        0.0
    } else {
        linear_cost(s.full, s.n_in, s.n_out)
    }
}

/// Everything but the linear layers.
fn rest(s: &Shape) -> f64 {
    fourier_convolution_cost(s.reduced) + pointwise(s)
}

/// The linear layers' readings; the first is C.2's.
#[rustfmt::skip]
pub const LINEARS: &[Reading] = &[
    Reading { name: "in x mid + mid x out, masked", cost: |s| linears(s) + rest(s) },
    Reading { name: "in x mid + in x out, masked", cost: |s| s.reduced * s.n_in * (s.n_mid + s.n_out) + rest(s) },
    Reading { name: "in x in + in x out, masked", cost: |s| s.reduced * s.n_in * (s.n_in + s.n_out) + rest(s) },
    Reading { name: "in x mid + mid x mid, masked", cost: |s| s.reduced * s.n_mid * (s.n_in + s.n_mid) + rest(s) },
    Reading { name: "in x out + mid x out, masked", cost: |s| s.reduced * s.n_out * (s.n_in + s.n_mid) + rest(s) },
    Reading { name: "in x mid only, masked", cost: |s| s.reduced * s.n_in * s.n_mid + rest(s) },
    Reading { name: "mid x out only, masked", cost: |s| s.reduced * s.n_mid * s.n_out + rest(s) },
    Reading { name: "in x out only, masked", cost: |s| s.reduced * s.n_in * s.n_out + rest(s) },
    Reading { name: "first at full resolution", cost: |s| s.n_mid * (s.full * s.n_in + s.reduced * s.n_out) + rest(s) },
    Reading { name: "second at full resolution", cost: |s| s.n_mid * (s.reduced * s.n_in + s.full * s.n_out) + rest(s) },
    Reading { name: "both at full resolution", cost: |s| s.full * s.n_mid * (s.n_in + s.n_out) + rest(s) },
    Reading { name: "and a linear shortcut at full resolution where N_in is not N_out", cost: |s| linears(s) + shortcut(s) + rest(s) },
];

#[rustfmt::skip]
const LOGARITHMS: &[Reading] = &[
    Reading { name: "natural", cost: |s| s.reduced * libm::log(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "base 2", cost: |s| s.reduced * libm::log2(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "base 10", cost: |s| s.reduced * libm::log10(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "of the full length", cost: |s| s.full * libm::log(s.full) + linears(s) + pointwise(s) },
    Reading { name: "no Fourier term", cost: |s| linears(s) + pointwise(s) },
];

#[rustfmt::skip]
const CHANNELS: &[Reading] = &[
    Reading { name: "no factor", cost: |s| linears(s) + rest(s) },
    Reading { name: "N_in", cost: |s| s.n_in * fourier_convolution_cost(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "N_mid", cost: |s| s.n_mid * fourier_convolution_cost(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "3 N_in, base 2", cost: |s| 3.0 * s.n_in * s.reduced * libm::log2(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "N_in at full length", cost: |s| s.n_in * fourier_convolution_cost(s.full) + linears(s) + pointwise(s) },
];

#[rustfmt::skip]
const POINTWISE: &[Reading] = &[
    Reading { name: "2 N_in, 2 N_mid, N_out", cost: |s| linears(s) + rest(s) },
    Reading { name: "none", cost: |s| fourier_convolution_cost(s.reduced) + linears(s) },
    Reading { name: "N_in, 2 N_mid, N_out", cost: |s| linears(s) + rest(s) - pointwise_cost(s.reduced, s.n_in) },
    Reading { name: "twice as many", cost: |s| linears(s) + rest(s) + pointwise(s) },
    Reading { name: "2 N_in at full resolution", cost: |s| linears(s) + rest(s) + 2.0 * pointwise_cost(s.full - s.reduced, s.n_in) },
];

#[rustfmt::skip]
const DIRECT: &[Reading] = &[
    Reading { name: "Fourier", cost: |s| linears(s) + rest(s) },
    Reading { name: "kernel x resolution x N_in", cost: |s| s.kernel * s.reduced * s.n_in + linears(s) + pointwise(s) },
    Reading { name: "kernel x resolution", cost: |s| s.kernel * s.reduced + linears(s) + pointwise(s) },
];

/// The ratio of a printed architecture under one reading.
pub fn reading_ratio(found: &PrintedArchitecture, cost: fn(&Shape) -> f64) -> f64 {
    let full = found.positions() as f64;
    let n = found.base.channels as f64;
    let base = cost(&Shape {
        kernel: full,
        reduced: full,
        full,
        n_in: n,
        n_mid: n,
        n_out: n,
    });
    let blocks = found.blocks.iter().map(|block| {
        let [n_in, n_mid, n_out] = block.width.map(|n| n as f64);
        let kernel = block.kernel.iter().product::<usize>() as f64;
        cost(&Shape {
            kernel,
            reduced: block.positions() as f64,
            full,
            n_in,
            n_mid,
            n_out,
        })
    });
    blocks.sum::<f64>() / (found.base.blocks as f64 * base)
}

/// Root mean square differences from the printed ratios: of the ten architectures that are not
/// CIFAR's, and of all.
fn errors(ratio: impl Fn(&PrintedArchitecture) -> Result<f64>) -> Result<(f64, f64)> {
    let (mut ten, mut all) = (0.0, 0.0);
    for found in ARCHITECTURES {
        let difference = ratio(found)? - found.printed_ratio();
        all += difference * difference;
        if !is_cifar(found) {
            ten += difference * difference;
        }
    }
    let others = ARCHITECTURES
        .iter()
        .filter(|found| !is_cifar(found))
        .count();
    Ok((
        libm::sqrt(ten / others as f64),
        libm::sqrt(all / ARCHITECTURES.len() as f64),
    ))
}

/// Whether the printed ratios tell `readings` apart; the first is this crate's.
pub fn told(readings: &[Reading]) -> Result<Finding> {
    let mut named = Vec::new();
    for reading in readings {
        named.push((
            reading.name,
            errors(|found| Ok(reading_ratio(found, reading.cost)))?,
        ));
    }
    Ok(compare(&named))
}

fn compare(named: &[(&str, (f64, f64))]) -> Finding {
    let best = named
        .iter()
        .map(|(_, (ten, _))| *ten)
        .fold(f64::INFINITY, f64::min);
    let rows: Vec<Row> = named
        .iter()
        .map(|(name, (ten, all))| {
            Row::new(
                *name,
                format!("error {ten:.3} of ten, {all:.3} of all"),
                "two decimals",
                *ten <= 2.0 * best,
            )
        })
        .collect();
    let close = rows.iter().filter(|row| row.agrees).count();
    let verdict = match (close, rows[0].agrees) {
        (1, true) => Verdict::Confirmed,
        (_, true) => Verdict::CannotBeTold,
        (_, false) => Verdict::Contradicted,
    };
    let sentence = match verdict {
        Verdict::Confirmed => {
            "Every other reading is at least twice as far from the ratios.".to_string()
        }
        Verdict::CannotBeTold => format!("{close} of {} readings fit about as well.", rows.len()),
        _ => "Another reading fits at least twice as well.".to_string(),
    };
    Finding::new(verdict, rows[0].ours.clone(), named[0].0, sentence, rows)
}

/// Input channels, outputs and decoder of a task (Appendix D). An embedded vocabulary counts as the
/// one-hot vectors that it replaces.
fn task_ends(task: &str) -> (usize, usize, Decoder) {
    match task {
        "listops" => (17, 10, Decoder::Classification),
        "text" => (129, 2, Decoder::Classification),
        "retrieval" => (97, 2, Decoder::Classification),
        "image" => (1, 10, Decoder::Classification),
        "cifar10" => (3, 10, Decoder::Classification),
        "cifar100" => (3, 100, Decoder::Classification),
        "darcyflow" => (3, 1, Decoder::Dense),
        "cosmic" => (1, 1, Decoder::Dense),
        _ => (1, 2, Decoder::Classification),
    }
}

/// The ratio of whole networks, encoder and decoder included.
fn network_ratio(found: &PrintedArchitecture) -> Result<f64> {
    let (inputs, outputs, decoder) = task_ends(found.task);
    let base = unmasked_sizes(
        found.grid,
        inputs,
        outputs,
        decoder,
        found.base.channels,
        found.base.blocks,
    )?;
    let blocks: Vec<BlockSizes> = found
        .blocks
        .iter()
        .map(|block| {
            let [n_in, n_mid, n_out] = block.width.map(|n| n as f64);
            let resolution = block.resolution.iter().map(|size| *size as f64).collect();
            BlockSizes {
                resolution,
                n_in,
                n_mid,
                n_out,
            }
        })
        .collect();
    let network = NetworkSizes {
        depth: blocks.len() as f64,
        width_last: found
            .blocks
            .last()
            .map_or(0.0, |block| block.width[2] as f64),
        blocks,
        ..base.clone()
    };
    Ok(network_cost(&network)? / network_cost(&base)?)
}

fn ends() -> Result<Finding> {
    let blocks = errors(|found| ratio(found, 0.0, block_cost))?;
    let whole = errors(network_ratio)?;
    Ok(compare(&[
        ("encoder, blocks and decoder", whole),
        ("blocks alone", blocks),
    ]))
}

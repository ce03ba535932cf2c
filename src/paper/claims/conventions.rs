//! What Appendix C leaves open, and whether the printed ratios can tell.
//!
//! Each claim varies one convention and holds the others at those of
//! [`block_cost`]. A convention counts as told where one reading has at most half the error of every
//! other. The error is the root mean square difference from the printed ratios of the ten
//! architectures that are not CIFAR's, which no reading reproduces.

use super::complexity::{is_cifar, ratio, sizes};
use super::readings::{AXES, CHANNELS, CORES, DIRECT, LOGARITHMS, POINTWISE, Reading, Shape, rest};
use super::scaling;
use crate::Result;
use crate::equations::complexity::BlockSizes;
use crate::equations::complexity::{
    Decoder, NetworkSizes, block_cost, network_cost, unmasked_sizes,
};
use crate::paper::claim::Source::{Paper, Question};
use crate::paper::claim::{Claim, Finding, Row, Verdict};
use crate::paper::tables::{ARCHITECTURES, Base, Block, PrintedArchitecture};

/// The claims about conventions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "conventions-linears",
        source: Paper("C.2"),
        title: "the printed ratios tell that both linear layers work at the masked resolution, with N_mid between",
        formula: "sum_b R_b (N_in N_mid + N_mid N_out) + .. over the same of the base network; RMS of ten",
        recorded: Verdict::Confirmed,
        evaluate: || linear_layers(CORES),
    },
    Claim {
        id: "conventions-logarithm",
        source: Question("C.2"),
        title: "the printed ratios tell which logarithm the Fourier convolution is costed with",
        formula: "R ln R, R log2 R, R log10 R, L ln L or nothing for the Fourier convolution; RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || told("log", LOGARITHMS),
    },
    Claim {
        id: "conventions-channels",
        source: Paper("C.2"),
        title: "the printed ratios tell that the Fourier convolution is costed without its channels",
        formula: "R ln R times 1, N_in or N_mid for the Fourier convolution; RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || told("L log(L)", CHANNELS),
    },
    Claim {
        id: "conventions-pointwise",
        source: Question("C.2"),
        title: "the printed ratios tell which pointwise operations count",
        formula: "sum_b R_b (2 N_in + 2 N_mid + N_out), none, fewer, more, or at L; RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || told("L N_in each: GELU, DropOut, etc.", POINTWISE),
    },
    Claim {
        id: "conventions-direct",
        source: Paper("C.2"),
        title: "the printed ratios tell that convolutions cost what the Fourier domain costs, not kernel times resolution",
        formula: "R ln R beside K R N_in and K R, base kernel K = L; RMS of ten",
        recorded: Verdict::Confirmed,
        evaluate: || told("L log(L)", DIRECT),
    },
    Claim {
        id: "conventions-ends",
        source: Question("C.1"),
        title: "the printed ratios tell whether encoder and decoder count",
        formula: "(encoder + blocks + decoder) / same of base, beside blocks alone; RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || ends(network_ratio),
    },
    Claim {
        id: "conventions-axes",
        source: Question("C.2, Tables 7 and 8"),
        title: "the printed ratios tell that the logarithm on images is that of all positions",
        formula: "R ln R beside sum_axes R ln R_axis (equal) and sum_axes R_axis ln R_axis; RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || told("not stated", AXES),
    },
    Claim {
        id: "conventions-initial-size",
        source: Question("Eq. 11, E.1"),
        title: "the printed ratios tell that printed resolutions are counted from the whole axis, not from the initial mask",
        formula: "r; Eq. 11: r 2/(x_T^0 + 1) where r < N; its reverse: min(N, r (x_T^0 + 1)/2); RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || scaling::initial_size(scaling::initial_share),
    },
    Claim {
        id: "conventions-cosmic-129",
        source: Question("Table 7"),
        title: "the printed ratios tell that the resolutions 129 of Cosmic count as 129, not as 128",
        formula: "ratio with r beside ratio with min(r, N); RMS of ten",
        recorded: Verdict::CannotBeTold,
        evaluate: || scaling::above_input(f64::min),
    },
];

/// The printed sizes of a block.
pub(super) fn shape(found: &PrintedArchitecture, block: &Block) -> Shape {
    let [n_in, n_mid, n_out] = block.width.map(|n| n as f64);
    Shape {
        kernel: block.kernel.iter().product::<usize>() as f64,
        reduced: block.positions() as f64,
        full: found.positions() as f64,
        axes: block.resolution.iter().map(|n| *n as f64).collect(),
        n_in,
        n_mid,
        n_out,
    }
}

/// The sizes of a block of the base network, its kernel as long as the input.
pub(super) fn base_shape(found: &PrintedArchitecture) -> Shape {
    let full = found.positions() as f64;
    let n = found.base.channels as f64;
    Shape {
        kernel: full,
        reduced: full,
        full,
        axes: found.grid.iter().map(|n| *n as f64).collect(),
        n_in: n,
        n_mid: n,
        n_out: n,
    }
}

/// The ratio of a printed architecture under one reading.
pub fn reading_ratio(found: &PrintedArchitecture, cost: impl Fn(&Shape) -> f64) -> f64 {
    let base = cost(&base_shape(found));
    let blocks = found.blocks.iter().map(|block| cost(&shape(found, block)));
    blocks.sum::<f64>() / (found.base.blocks as f64 * base)
}

/// Root mean square differences from the printed ratios: of the ten architectures that are not
/// CIFAR's, and of all.
pub(super) fn errors(ratio: impl Fn(&PrintedArchitecture) -> Result<f64>) -> Result<(f64, f64)> {
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

/// Whether the printed ratios tell `readings` apart; the first is this crate's, beside the words of
/// the `paper`.
pub fn told(paper: &str, readings: &[Reading]) -> Result<Finding> {
    let mut named = Vec::new();
    for reading in readings {
        named.push((
            reading.name,
            errors(|found| Ok(reading_ratio(found, reading.cost)))?,
        ));
    }
    Ok(compare(paper, &named))
}

/// Whether the printed ratios tell `cores` apart, each beside the rest of C.2.
pub fn linear_layers(cores: &[Reading]) -> Result<Finding> {
    let mut named = Vec::new();
    for core in cores {
        let ratio =
            |found: &PrintedArchitecture| Ok(reading_ratio(found, |s| (core.cost)(s) + rest(s)));
        named.push((core.name, errors(ratio)?));
    }
    Ok(compare(
        "L N_in N_out a layer (C.2); masks N_in, N_mid, N_out (Fig. 8)",
        &named,
    ))
}

/// The errors of named readings, of which the first is this crate's, beside the words of the `paper`.
pub(super) fn compare(paper: &str, named: &[(&str, (f64, f64))]) -> Finding {
    let best = named
        .iter()
        .map(|(_, (ten, _))| *ten)
        .fold(f64::INFINITY, f64::min);
    let rows: Vec<Row> = named
        .iter()
        .map(|(name, (ten, all))| {
            Row::new(
                *name,
                format!("{ten:.3} without CIFAR, {all:.3} of all fourteen"),
                format!("at most {:.3} without CIFAR", 2.0 * best),
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
            "Every other reading is more than twice as far from the ratios.".to_string()
        }
        Verdict::CannotBeTold => format!("{close} of {} readings fit about as well.", rows.len()),
        _ => "Another reading fits at least twice as well.".to_string(),
    };
    let (reading, (ten, all)) = named[0];
    let ours = format!(
        "{reading}: root mean square difference {ten:.3} without CIFAR, {all:.3} of all fourteen"
    );
    Finding::new(verdict, ours, paper, sentence, rows)
}

/// Input channels, outputs and decoder of a task (Appendix D). An embedded vocabulary counts as the
/// one-hot vectors that it replaces.
pub(super) fn task_ends(task: &str) -> (usize, usize, Decoder) {
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

/// The sizes of a printed network and of its base network, encoder and decoder included.
pub(super) fn networks(found: &PrintedArchitecture) -> Result<[NetworkSizes; 2]> {
    let (inputs, outputs, decoder) = task_ends(found.task);
    let Base { channels, blocks } = found.base;
    let base = unmasked_sizes(found.grid, inputs, outputs, decoder, channels, blocks)?;
    let blocks = found.blocks.iter().map(|block| sizes(found, block, 0.0));
    let blocks: Vec<BlockSizes> = blocks.collect();
    let network = NetworkSizes {
        depth: blocks.len() as f64,
        width_last: blocks.last().map_or(0.0, |last| last.n_in.max(last.n_out)),
        blocks,
        ..base.clone()
    };
    Ok([network, base])
}

/// The ratio of whole networks.
pub fn network_ratio(found: &PrintedArchitecture) -> Result<f64> {
    let [network, base] = networks(found)?;
    Ok(network_cost(&network)? / network_cost(&base)?)
}

/// A ratio of a printed architecture.
pub type Ratio = fn(&PrintedArchitecture) -> Result<f64>;

/// Whole networks by `whole` beside their blocks alone.
pub fn ends(whole: Ratio) -> Result<Finding> {
    let blocks = errors(|found| ratio(found, 0.0, block_cost))?;
    Ok(compare(
        "not stated",
        &[
            ("encoder, blocks and decoder", errors(whole)?),
            ("blocks alone", blocks),
        ],
    ))
}

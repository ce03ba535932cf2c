//! Appendix C: the complexity of the printed architectures relative to their base networks.
//!
//! The ratio is that of the residual blocks alone: every printed block at its printed sizes over
//! every block of the base network at full size, each with [`block_cost`].

use crate::Result;
use crate::equations::complexity::{BlockSizes, block_cost};
use crate::paper::claim::Source::{Paper, Question};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, within};
use crate::paper::tables::{ARCHITECTURES, Base, Block, PrintedArchitecture};

/// The claims about complexity.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "complexity-ratios-lra",
        source: Paper("C.2, Tables 1 and 6"),
        title: "Table 6 costed by C.2 gives the ratios of Table 1",
        formula: "sum_b (R ln R + R (N_in N_mid + N_mid N_out + 2 N_in + 2 N_mid + N_out)) / D C_block(L, N); 0.04",
        recorded: Verdict::ConfirmedWithin(0.04),
        evaluate: || ratios(|found| found.table == 6, block_cost, TOLERANCE),
    },
    Claim {
        id: "complexity-ratios-dense",
        source: Paper("C.2, Tables 2, 7 and 8"),
        title: "dense networks of Tables 7 and 8 costed by C.2 give the ratios of Table 2",
        formula: "sum_b C_block(R_b, N_b) / D C_block(L, N), R and L products of their axes; up to 0.04",
        recorded: Verdict::ConfirmedWithin(0.04),
        evaluate: || {
            ratios(
                |found| found.table != 6 && !is_cifar(found),
                block_cost,
                TOLERANCE,
            )
        },
    },
    Claim {
        id: "complexity-ratios-cifar",
        source: Paper("C.2, Tables 3, 7 and 8"),
        title: "CIFAR networks of Tables 7 and 8 costed by C.2 give the ratios of Table 3",
        formula: "sum_b C_block(R_b, N_b) / D C_block(L, N), R and L products of their axes; up to 0.04",
        recorded: Verdict::Contradicted,
        evaluate: || ratios(is_cifar, block_cost, TOLERANCE),
    },
    Claim {
        id: "complexity-printed-down",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "sizes rounded down in print explain the printed ratios of Tables 1 to 3",
        formula: "ratio(sizes) <= printed <= ratio(sizes + 1), +-0.005, in all fourteen",
        recorded: Verdict::Contradicted,
        evaluate: || attainable(PrintedBy::Floor.shifts(), block_cost),
    },
    Claim {
        id: "complexity-printed-nearest",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "sizes rounded to the nearest in print explain the printed ratios of Tables 1 to 3",
        formula: "ratio(sizes - 1/2) <= printed <= ratio(sizes + 1/2), +-0.005, in all fourteen",
        recorded: Verdict::Contradicted,
        evaluate: || attainable(PrintedBy::Round.shifts(), block_cost),
    },
    Claim {
        id: "complexity-printed-up",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "sizes rounded up in print explain the printed ratios of Tables 1 to 3",
        formula: "ratio(sizes - 1) <= printed <= ratio(sizes), +-0.005, in all fourteen",
        recorded: Verdict::Contradicted,
        evaluate: || attainable(PrintedBy::Ceil.shifts(), block_cost),
    },
    Claim {
        id: "complexity-fractional-depth",
        source: Question("C.1"),
        title: "a last block that counts in part, with sizes rounded down in print, explains the printed ratios",
        formula: "ratio(sizes without the last block) <= printed <= ratio(sizes + 1), +-0.005, in all fourteen",
        recorded: Verdict::Contradicted,
        evaluate: || last_block(PrintedBy::Floor.shifts(), block_cost),
    },
];

/// How far a ratio of the reproduced rows may lie from the printed one.
const TOLERANCE: f64 = 0.04;
/// Half a unit of the last printed digit of a ratio.
pub(in crate::paper) const PRINTED: f64 = 0.005;

/// The cost of a block.
pub type BlockCost = fn(&BlockSizes) -> Result<f64>;

/// How a continuous size became the printed integer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PrintedBy {
    Floor,
    Round,
    Ceil,
}

impl PrintedBy {
    /// What the size before printing may add to the printed one.
    pub fn shifts(self) -> (f64, f64) {
        match self {
            PrintedBy::Floor => (0.0, 1.0),
            PrintedBy::Round => (-0.5, 0.5),
            PrintedBy::Ceil => (-1.0, 0.0),
        }
    }
}

pub(super) fn is_cifar(found: &PrintedArchitecture) -> bool {
    found.task.starts_with("cifar")
}

/// A printed size plus `shift`, which leaves it at most at its maximum unless it is printed above.
pub(super) fn shifted(size: usize, maximum: usize, shift: f64) -> f64 {
    (size as f64 + shift).min(size.max(maximum) as f64)
}

/// The printed sizes of a block plus `shift`.
pub(in crate::paper) fn sizes(
    found: &PrintedArchitecture,
    block: &Block,
    shift: f64,
) -> BlockSizes {
    let axes = block.resolution.iter().zip(found.grid);
    let [n_in, n_mid, n_out] = block
        .width
        .map(|n| shifted(n, found.base.maximum_width(), shift));
    BlockSizes {
        resolution: axes
            .map(|(size, length)| shifted(*size, *length, shift))
            .collect(),
        n_in,
        n_mid,
        n_out,
    }
}

/// The cost of all blocks of `base` at full size on `grid`.
pub fn base_cost(base: Base, grid: &[usize], cost: BlockCost) -> Result<f64> {
    let n = base.channels as f64;
    let block = BlockSizes {
        resolution: grid.iter().map(|length| *length as f64).collect(),
        n_in: n,
        n_mid: n,
        n_out: n,
    };
    Ok(base.blocks as f64 * cost(&block)?)
}

/// The complexity of a printed architecture, `shift` added to every size, relative to its base
/// network's.
pub fn ratio(found: &PrintedArchitecture, shift: f64, cost: BlockCost) -> Result<f64> {
    let mut sum = 0.0;
    for block in found.blocks {
        sum += cost(&sizes(found, block, shift))?;
    }
    Ok(sum / base_cost(found.base, found.grid, cost)?)
}

/// The smallest and the largest ratio that sizes between `least` and `most` above the printed ones
/// have: the cost grows with every size.
pub fn interval(
    found: &PrintedArchitecture,
    (least, most): (f64, f64),
    cost: BlockCost,
) -> Result<(f64, f64)> {
    Ok((ratio(found, least, cost)?, ratio(found, most, cost)?))
}

/// Whether the printed ratio, to half a unit of its last digit, lies between `least` and `most`.
pub(super) fn printed_between(found: &PrintedArchitecture, (least, most): (f64, f64)) -> bool {
    let paper = found.printed_ratio();
    least <= paper + PRINTED && paper - PRINTED <= most
}

/// Our ratios of the architectures that `selected` accepts beside the printed ones, from which they
/// may differ by `tolerance`.
pub fn ratios(
    selected: fn(&PrintedArchitecture) -> bool,
    cost: BlockCost,
    tolerance: f64,
) -> Result<Finding> {
    let mut rows = Vec::new();
    let (mut largest, mut squares): (f64, f64) = (0.0, 0.0);
    for found in ARCHITECTURES.iter().filter(|found| selected(found)) {
        let ours = ratio(found, 0.0, cost)?;
        let (least, most) = interval(found, PrintedBy::Floor.shifts(), cost)?;
        let difference = ours - found.printed_ratio();
        largest = largest.max(difference.abs());
        squares += difference * difference;
        rows.push(Row::new(
            found.name(),
            format!("{ours:.3} (rounded down: {least:.3} to {most:.3})"),
            format!("{:.2}", found.printed_ratio()),
            difference.abs() <= tolerance,
        ));
    }
    let rms = libm::sqrt(squares / rows.len() as f64);
    Ok(Finding::new(
        within(largest, tolerance),
        format!("largest difference {largest:.3}, root mean square {rms:.3}"),
        "the printed ratios",
        format!(
            "{} of {} ratios follow from C.2 up to {tolerance}.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// Which printed ratios lie in the interval that sizes shifted by `shifts` leave open.
pub fn attainable(shifts: (f64, f64), cost: BlockCost) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let (least, most) = interval(found, shifts, cost)?;
        let paper = found.printed_ratio();
        rows.push(Row::new(
            found.name(),
            format!("{least:.3} to {most:.3}"),
            format!("{paper:.2}"),
            printed_between(found, (least, most)),
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} inside"),
        format!("{all} ratios"),
        format!(
            "{holds} of {all} printed ratios lie in the interval that the printed sizes leave."
        ),
        rows,
    ))
}

/// The ratios that a last block counted from not at all to whole leaves open, with sizes shifted by
/// `shifts`.
pub fn last_block(shifts: (f64, f64), cost: BlockCost) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut without = 0;
    for found in ARCHITECTURES {
        let (least, most) = interval(found, shifts, cost)?;
        without += usize::from(printed_between(found, (least, most)));
        let mut last = 0.0;
        if let Some(block) = found.blocks.last() {
            last = cost(&sizes(found, block, shifts.0))? / base_cost(found.base, found.grid, cost)?;
        }
        let least = least - last;
        rows.push(Row::new(
            found.name(),
            format!("{least:.3} to {most:.3}"),
            format!("{:.2}", found.printed_ratio()),
            printed_between(found, (least, most)),
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} inside"),
        "size(m_depth) blocks",
        format!(
            "{holds} of {all} printed ratios follow with sizes rounded down and a last block that \
             counts in part, {without} with every block whole."
        ),
        rows,
    ))
}

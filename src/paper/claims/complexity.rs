//! Appendix C: the complexity of the printed architectures relative to their base networks.
//!
//! The ratio is that of the residual blocks alone: every printed block at its printed sizes over
//! every block of the base network at full size, each with [`block_cost`].

use crate::Result;
use crate::equations::complexity::{BlockSizes, block_cost};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings, within};
use crate::paper::tables::base::{LARGE, SMALL};
use crate::paper::tables::{ARCHITECTURES, Base, Block, PrintedArchitecture};

/// The claims about complexity.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "complexity-same",
        place: "Sec. 4, Tables 1 to 3",
        title: "networks found under the constraint have the base network's complexity",
        formula: "",
        recorded: Verdict::ConfirmedWithin(0.05),
        evaluate: same_complexity,
    },
    Claim {
        id: "complexity-ratios-lra",
        place: "C.2, Tables 1 and 6",
        title: "Table 6 costed by C.2 gives the ratios of Table 1",
        formula: "",
        recorded: Verdict::ConfirmedWithin(0.04),
        evaluate: || ratios(|found| found.table == 6, block_cost),
    },
    Claim {
        id: "complexity-ratios-dense",
        place: "C.2, Tables 2, 7 and 8",
        title: "dense networks of Tables 7 and 8 costed by C.2 give the ratios of Table 2",
        formula: "",
        recorded: Verdict::ConfirmedWithin(0.04),
        evaluate: || ratios(|found| found.table != 6 && !is_cifar(found), block_cost),
    },
    Claim {
        id: "complexity-ratios-cifar",
        place: "C.2, Tables 3, 7 and 8",
        title: "CIFAR networks of Tables 7 and 8 costed by C.2 give the ratios of Table 3",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || ratios(is_cifar, block_cost),
    },
    Claim {
        id: "complexity-printed-down",
        place: "C.2, Tables 1 to 3, 6 to 8",
        title: "sizes rounded down in print explain the ratios",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || attainable(PrintedBy::Floor, block_cost),
    },
    Claim {
        id: "complexity-printed-nearest",
        place: "C.2, Tables 1 to 3, 6 to 8",
        title: "sizes rounded to the nearest in print explain the ratios",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || attainable(PrintedBy::Round, block_cost),
    },
    Claim {
        id: "complexity-printed-up",
        place: "C.2, Tables 1 to 3, 6 to 8",
        title: "sizes rounded up in print explain the ratios",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || attainable(PrintedBy::Ceil, block_cost),
    },
    Claim {
        id: "complexity-fractional-depth",
        place: "C.1",
        title: "a last block that counts in part explains the ratios",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || last_block(block_cost),
    },
    Claim {
        id: "complexity-magnitude",
        place: "C.1",
        title: "complexities may easily be of order 1e10",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: magnitude,
    },
];

/// How far a ratio of the reproduced rows may lie from the printed one.
const TOLERANCE: f64 = 0.04;
/// Half a unit of the last printed digit of a ratio.
const PRINTED: f64 = 0.005;

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
    fn shifts(self) -> (f64, f64) {
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

/// The printed sizes of a block plus `shift`, which leaves no size above its maximum unless it is
/// printed so.
fn sizes(found: &PrintedArchitecture, block: &Block, shift: f64) -> BlockSizes {
    let shifted = |size: usize, maximum: usize| {
        let limit = size.max(maximum) as f64;
        (size as f64 + shift).min(limit)
    };
    let axes = block.resolution.iter().zip(found.grid);
    let [n_in, n_mid, n_out] = block.width.map(|n| shifted(n, found.base.maximum_width()));
    BlockSizes {
        resolution: axes.map(|(size, length)| shifted(*size, *length)).collect(),
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

/// The smallest and the largest ratio that sizes printed by `printed` can come from: the cost grows
/// with every size.
pub fn interval(
    found: &PrintedArchitecture,
    printed: PrintedBy,
    cost: BlockCost,
) -> Result<(f64, f64)> {
    let (least, most) = printed.shifts();
    Ok((ratio(found, least, cost)?, ratio(found, most, cost)?))
}

/// Our ratios of the architectures that `selected` accepts beside the printed ones.
pub fn ratios(selected: fn(&PrintedArchitecture) -> bool, cost: BlockCost) -> Result<Finding> {
    let mut rows = Vec::new();
    let (mut largest, mut squares): (f64, f64) = (0.0, 0.0);
    for found in ARCHITECTURES.iter().filter(|found| selected(found)) {
        let ours = ratio(found, 0.0, cost)?;
        let (least, most) = interval(found, PrintedBy::Floor, cost)?;
        let difference = ours - found.printed_ratio();
        largest = largest.max(difference.abs());
        squares += difference * difference;
        rows.push(Row::new(
            found.name(),
            format!("{ours:.3} (rounded down: {least:.3} to {most:.3})"),
            format!("{:.2}", found.printed_ratio()),
            difference.abs() <= TOLERANCE,
        ));
    }
    let rms = libm::sqrt(squares / rows.len() as f64);
    Ok(Finding::new(
        within(largest, TOLERANCE),
        format!("largest difference {largest:.3}, root mean square {rms:.3}"),
        "two decimals",
        format!(
            "{} of {} ratios follow from C.2 up to {TOLERANCE}.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// Which printed ratios lie in the interval that integer printing leaves open.
pub fn attainable(printed: PrintedBy, cost: BlockCost) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let (least, most) = interval(found, printed, cost)?;
        let paper = found.printed_ratio();
        rows.push(Row::new(
            found.name(),
            format!("{least:.3} to {most:.3}"),
            format!("{paper:.2}"),
            least <= paper + PRINTED && paper - PRINTED <= most,
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

/// The weight of the last block that would give the printed ratio, which is at most 1.
pub fn last_block(cost: BlockCost) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let base = base_cost(found.base, found.grid, cost)?;
        let Some(last) = found.blocks.last() else {
            continue;
        };
        let last = cost(&sizes(found, last, 0.0))?;
        let others = ratio(found, 0.0, cost)? * base - last;
        let weight = ((found.printed_ratio() - PRINTED) * base - others) / last;
        rows.push(Row::new(
            found.name(),
            format!("at least {weight:.2}"),
            "at most 1",
            weight <= 1.0,
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} need no more than the whole block"),
        "size(m_depth) blocks",
        "Our ratios are mostly too low with every block whole, so that counting the last one in \
         part moves them further away.",
        rows,
    ))
}

fn same_complexity() -> Result<Finding> {
    let mut largest: f64 = 0.0;
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let printed = found.printed_ratio();
        // In whole hundredths, as printed, so that 1.05 is 0.05 away and no more.
        largest = largest.max(libm::round(100.0 * (printed - 1.0)).abs() / 100.0);
        rows.push(Row::new(
            found.name(),
            "1",
            format!("{printed:.2}"),
            printed == 1.0,
        ));
    }
    Ok(Finding::new(
        within(largest, 0.05),
        format!("up to {largest:.2} away"),
        "the same",
        "The printed ratios lie between 1.00 and 1.05.",
        rows,
    ))
}

fn magnitude() -> Result<Finding> {
    let mut rows = Vec::new();
    let networks: [(Base, &[usize]); 9] = [
        (SMALL, &[1024]),
        (SMALL, &[2048]),
        (SMALL, &[4096]),
        (SMALL, &[16384]),
        (SMALL, &[32, 32]),
        (SMALL, &[128, 128]),
        (LARGE, &[32, 32]),
        (LARGE, &[85, 85]),
        (LARGE, &[128, 128]),
    ];
    for (base, grid) in networks {
        let cost = base_cost(base, grid, block_cost)?;
        rows.push(Row::new(
            format!("CCNN_{},{} on {grid:?}", base.blocks, base.channels),
            format!("{cost:.1e}"),
            "order 1e10",
            libm::round(libm::log10(cost)) == 10.0,
        ));
    }
    Ok(Finding::new(
        readings(&rows),
        format!("{} of {} base networks", agreeing(&rows), rows.len()),
        "order 1e10",
        "Per sample only the larger base network on dense tasks reaches that order; the paper does \
         not say whether a batch is counted.",
        rows,
    ))
}

//! Appendix H: whether misread or misplaced cells explain the ratios that the printed sizes miss.

use super::complexity::{
    BlockCost, PRINTED, PrintedBy, base_cost, interval, is_cifar, printed_between, ratio, sizes,
};
use super::edits::{edits, sufficient};
use crate::Result;
use crate::equations::complexity::block_cost;
use crate::paper::claim::Source::Question;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings};
use crate::paper::tables::{ARCHITECTURES, Block, PrintedArchitecture};

/// The claims about doubtful cells.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "cells-one-digit",
        source: Question("Tables 6 to 8"),
        title: "one misread digit explains each ratio of CIFAR, and each that sizes rounded down do not",
        formula: "a digit of a resolution or width changed, added or dropped: |ratio - printed| <= 0.005",
        recorded: Verdict::Contradicted,
        evaluate: || one_digit(edits, (0.0, 0.0), block_cost),
    },
    Claim {
        id: "cells-one-digit-rounded-down",
        source: Question("Tables 6 to 8"),
        title: "one misread digit and sizes rounded down explain each ratio of CIFAR, and the others left",
        formula: "a digit changed, added or dropped: ratio(sizes) <= printed <= ratio(sizes + 1), +-0.005",
        recorded: Verdict::Confirmed,
        evaluate: || one_digit(edits, PrintedBy::Floor.shifts(), block_cost),
    },
    Claim {
        id: "cells-shared-row",
        source: Question("Table 8"),
        title: "Table 8's row of much the same sizes under CIFAR10 and CIFAR100 belongs to CIFAR10",
        formula: "ratio of CIFAR10 with [343 275 354], of CIFAR100 without [343 273 334]: both up to 0.04",
        recorded: Verdict::Contradicted,
        evaluate: || shared_row(&ROW_OF_CIFAR10, block_cost, 0.04),
    },
    Claim {
        id: "cells-doubtful-digits",
        source: Question("Table 8"),
        title: "N_mid 273 or 275 and N_out 334 or 354 decide the ratio of CIFAR100 in Table 8",
        formula: "ratio with each of the four readings beside the printed one, +-0.005",
        recorded: Verdict::Contradicted,
        evaluate: || {
            doubtful_digits(
                &[[273, 334], [275, 334], [273, 354], [275, 354]],
                block_cost,
            )
        },
    },
];

/// The thirteenth row beneath the twelve blocks of CIFAR10. Its kernel does not enter the cost.
pub const ROW_OF_CIFAR10: Block = Block {
    kernel: &[1, 1],
    resolution: &[32, 32],
    width: [343, 275, 354],
    note: "",
};

/// For each architecture of CIFAR, and each whose ratio rounding down does not explain: how many
/// `edits` do, with sizes shifted by `shifts`.
pub fn one_digit(
    edits: fn(usize, usize) -> Vec<usize>,
    shifts: (f64, f64),
    cost: BlockCost,
) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let rounded_down = interval(found, PrintedBy::Floor.shifts(), cost)?;
        let explained = printed_between(found, rounded_down);
        if explained && !is_cifar(found) {
            continue;
        }
        let enough = sufficient(found, edits, shifts, cost)?;
        let example = match enough.first() {
            Some(edit) => format!(", such as {edit}"),
            None => String::new(),
        };
        rows.push(Row::new(
            format!("{}, {:.3}", found.name(), ratio(found, 0.0, cost)?),
            format!("{} edits{example}", enough.len()),
            format!("{:.2}", found.printed_ratio()),
            !enough.is_empty(),
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} ratios"),
        "the printed ratios",
        format!(
            "One misread digit could explain {holds} of {all} ratios, which is no evidence that it \
             does."
        ),
        rows,
    ))
}

fn of(task: &str) -> impl Iterator<Item = &'static PrintedArchitecture> {
    ARCHITECTURES
        .iter()
        .filter(move |found| found.table == 8 && found.task == task)
}

/// The ratio of `found` with other blocks.
fn ratio_with(found: &PrintedArchitecture, blocks: &[Block], cost: BlockCost) -> Result<f64> {
    let mut sum = 0.0;
    for block in blocks {
        sum += cost(&sizes(found, block, 0.0))?;
    }
    Ok(sum / base_cost(found.base, found.grid, cost)?)
}

/// CIFAR10 with `row` and CIFAR100 without its first block, up to `tolerance`.
pub fn shared_row(row: &Block, cost: BlockCost, tolerance: f64) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut whole = 0;
    let mut line = |item: &str, found: &PrintedArchitecture, blocks: &[Block]| -> Result<()> {
        let (ours, before) = (ratio_with(found, blocks, cost)?, ratio(found, 0.0, cost)?);
        let paper = found.printed_ratio();
        whole += usize::from(blocks.len() == found.depth);
        rows.push(Row::new(
            format!("{item}, {} blocks of {}", blocks.len(), found.depth),
            format!("{ours:.3} ({before:.3} before)"),
            format!("{paper:.2}"),
            (ours - paper).abs() <= tolerance,
        ));
        Ok(())
    };
    for found in of("cifar10") {
        line(
            "CIFAR10 with the row",
            found,
            &[found.blocks, &[*row]].concat(),
        )?;
    }
    for found in of("cifar100") {
        line("CIFAR100 without it", found, &found.blocks[1..])?;
    }
    let ours: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    Ok(Finding::new(
        every(&rows),
        ours.join(", "),
        "1.00, 1.02",
        format!(
            "CIFAR10 shows a thirteenth row [32 32] [343 275 354], CIFAR100 begins with [343 273 \
             334] and lacks one resolution; as a row of CIFAR10 alone {} of {} ratios lie within \
             {tolerance}, and {whole} have the printed number of blocks.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// CIFAR100 with each reading of its first block's `[N_mid, N_out]`.
pub fn doubtful_digits(read: &[[usize; 2]], cost: BlockCost) -> Result<Finding> {
    let mut rows = Vec::new();
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for found in of("cifar100") {
        for [n_mid, n_out] in read {
            let mut blocks = found.blocks.to_vec();
            blocks[0].width = [blocks[0].width[0], *n_mid, *n_out];
            let ours = ratio_with(found, &blocks, cost)?;
            (least, most) = (least.min(ours), most.max(ours));
            let paper = found.printed_ratio();
            rows.push(Row::new(
                format!("N_mid {n_mid}, N_out {n_out}"),
                format!("{ours:.4}"),
                format!("{paper:.2}"),
                (ours - paper).abs() <= PRINTED,
            ));
        }
    }
    Ok(Finding::new(
        readings(&rows),
        format!("{least:.3} to {most:.3}"),
        "1.02",
        format!(
            "The doubtful digits move the ratio by {:.3}; {} of {} readings give the printed one.",
            most - least,
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

//! Kernels, resolutions and widths of Tables 6 to 8 against their bounds.

use crate::Result;
use crate::equations::mask::THRESHOLD;
use crate::equations::threshold::{gaussian_x_t, sigma_min};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::{ARCHITECTURES, Block, PrintedArchitecture};

/// The claims about sizes in Tables 6 to 8.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "kernels-within-resolution",
        place: "Tables 6 to 8",
        title: "no kernel is larger than its block's resolution",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: kernel_within_resolution,
    },
    Claim {
        id: "kernels-never-one",
        place: "E.1",
        title: "a kernel never collapses to a length of 1",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: never_one,
    },
    Claim {
        id: "kernels-resolution-within-input",
        place: "Tables 6 to 8, Appendix D",
        title: "no resolution exceeds the input's",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: resolution_within_input,
    },
    Claim {
        id: "kernels-width-within-maximum",
        place: "Tables 6 to 8, Appendix F",
        title: "no width exceeds twice the base network's",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: width_within_maximum,
    },
];

/// One row for each architecture: the number of its blocks that break a rule.
fn by_architecture(breaks: impl Fn(&PrintedArchitecture, &Block) -> bool) -> Vec<Row> {
    ARCHITECTURES
        .iter()
        .map(|found| {
            let numbered = found.blocks.iter().enumerate();
            let broken: Vec<String> = numbered
                .filter(|(_, block)| breaks(found, block))
                .map(|(index, _)| (index + 1).to_string())
                .collect();
            let blocks = match broken.is_empty() {
                true => "none".to_string(),
                false => format!("blocks {}", broken.join(", ")),
            };
            Row::new(found.name(), "none", blocks, broken.is_empty())
        })
        .collect()
}

/// The number of blocks for which `holds`.
fn count(holds: impl Fn(&PrintedArchitecture, &Block) -> bool) -> usize {
    let blocks = ARCHITECTURES
        .iter()
        .flat_map(|found| found.blocks.iter().map(move |block| (found, block)));
    blocks.filter(|(found, block)| holds(found, block)).count()
}

fn kernel_within_resolution() -> Result<Finding> {
    let larger = |_: &PrintedArchitecture, block: &Block| {
        block
            .kernel
            .iter()
            .zip(block.resolution)
            .any(|(k, r)| k > r)
    };
    let rows = by_architecture(larger);
    let equal = count(|_, block| block.kernel == block.resolution);
    let all = count(|_, _| true);
    Ok(Finding::new(
        every(&rows),
        format!("{} of {all} blocks larger", count(larger)),
        "none",
        format!(
            "No kernel is larger than its resolution; in {equal} of {all} blocks they are equal \
             on every axis, as if kernels were cut to the resolution."
        ),
        rows,
    ))
}

fn never_one() -> Result<Finding> {
    let one = |_: &PrintedArchitecture, block: &Block| block.kernel.contains(&1);
    let mut rows = by_architecture(one);
    let blocks = count(one);
    for length in [32, 4000] {
        let (_, x_t) = gaussian_x_t(0.0, sigma_min(length, THRESHOLD)?, THRESHOLD)?;
        let size = x_t * length as f64;
        rows.push(Row::new(
            format!("Eq. 10 at the smallest sigma, {length} samples"),
            format!("{size:.3}"),
            "more than 1",
            size > 1.0,
        ));
    }
    Ok(Finding::new(
        every(&rows),
        format!("{blocks} blocks with a printed 1"),
        "never 1",
        format!(
            "{blocks} blocks print a kernel size of 1, which the bound excludes unless sizes \
             between 1 and 2 were rounded down."
        ),
        rows,
    ))
}

fn resolution_within_input() -> Result<Finding> {
    let larger = |found: &PrintedArchitecture, block: &Block| {
        block.resolution.iter().zip(found.grid).any(|(r, n)| r > n)
    };
    let rows = by_architecture(larger);
    Ok(Finding::new(
        every(&rows),
        format!("{} blocks larger", count(larger)),
        "none",
        format!(
            "{} of {} architectures stay within the input; the other prints 129 for 128.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

fn width_within_maximum() -> Result<Finding> {
    let wider = |found: &PrintedArchitecture, block: &Block| {
        block.width.iter().any(|n| *n > found.base.maximum_width())
    };
    let rows = by_architecture(wider);
    let cells = ARCHITECTURES.iter().flat_map(|found| {
        let widths = found.blocks.iter().flat_map(|block| block.width);
        widths.filter(|n| *n == found.base.maximum_width())
    });
    Ok(Finding::new(
        every(&rows),
        format!("{} blocks wider", count(wider)),
        "none",
        format!(
            "No width exceeds its maximum; {} cells are at it.",
            cells.count()
        ),
        rows,
    ))
}

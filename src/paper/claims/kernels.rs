//! Kernels, resolutions and widths of Tables 6 to 8 against their bounds.

use crate::Result;
use crate::equations::mask::THRESHOLD;
use crate::equations::threshold::{gaussian_x_t, sigma_min};
use crate::paper::claim::Source::{Paper, Question};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::{ARCHITECTURES, Base, Block, PrintedArchitecture};

/// The claims about sizes in Tables 6 to 8.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "kernels-within-resolution",
        source: Question("Tables 6 to 8"),
        title: "no kernel of Tables 6 to 8 is larger than its block's resolution",
        formula: "K <= R on every axis of every block",
        recorded: Verdict::Confirmed,
        evaluate: || kernel_within_resolution(|k, r, _| k > r),
    },
    Claim {
        id: "kernels-never-one",
        source: Paper("E.1"),
        title: "a kernel of Tables 6 to 8 never collapses to a length of 1",
        formula: "K > 1 on every axis of every block; x_T(sigma_min) L > 1 (Eq. 5, Eq. 10)",
        recorded: Verdict::Contradicted,
        evaluate: || never_one(|k, _, _| k == 1),
    },
    Claim {
        id: "kernels-within-input",
        source: Paper("Appendix F, Tables 6 to 8"),
        title: "no kernel of Tables 6 to 8 is larger than the input",
        formula: "K <= L on every axis of every block: \"the maximum kernel size\" is \"the size of the input\"",
        recorded: Verdict::Contradicted,
        evaluate: || kernel_within_input(|k, _, n| k > n),
    },
    Claim {
        id: "kernels-resolution-within-input",
        source: Paper("Tables 6 to 8, Appendix D"),
        title: "no resolution of Tables 6 to 8 exceeds the input's",
        formula: "R <= L on every axis of every block",
        recorded: Verdict::Contradicted,
        evaluate: || resolution_within_input(|_, r, n| r > n),
    },
    Claim {
        id: "kernels-width-within-maximum",
        source: Paper("Tables 6 to 8, Appendix F"),
        title: "no width of Tables 6 to 8 exceeds twice the base network's",
        formula: "N_in, N_mid, N_out <= 2 N of the base network in every block",
        recorded: Verdict::Confirmed,
        evaluate: || width_within_maximum(Base::maximum_width),
    },
    Claim {
        id: "kernels-odd",
        source: Question("Tables 6 to 8"),
        title: "kernel sizes of Tables 6 to 8 are odd, as those of a kernel with a centre tap",
        formula: "K odd on every axis of every block",
        recorded: Verdict::Contradicted,
        evaluate: || odd(|k| k % 2 == 1),
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

/// Whether an axis of a block breaks a rule: its kernel, resolution and samples of the input.
pub type AxisRule = fn(usize, usize, usize) -> bool;

/// Whether any axis of a block breaks `rule`.
fn any_axis(rule: AxisRule, found: &PrintedArchitecture, block: &Block) -> bool {
    let axes = block.kernel.iter().zip(block.resolution).zip(found.grid);
    axes.into_iter().any(|((k, r), n)| rule(*k, *r, *n))
}

/// Kernels and resolutions, compared by `larger`.
pub fn kernel_within_resolution(larger: AxisRule) -> Result<Finding> {
    let larger = |found: &PrintedArchitecture, block: &Block| any_axis(larger, found, block);
    let rows = by_architecture(larger);
    let equal = count(|_, block| block.kernel == block.resolution);
    let all = count(|_, _| true);
    Ok(Finding::new(
        every(&rows),
        format!("{} of {all} blocks larger", count(larger)),
        "not stated",
        format!(
            "{} of {all} blocks have a kernel larger than their resolution; in {equal} both are \
             equal on every axis, as if kernels were cut to the resolution.",
            count(larger)
        ),
        rows,
    ))
}

/// Kernels and the input, compared by `larger`.
pub fn kernel_within_input(larger: AxisRule) -> Result<Finding> {
    let larger = |found: &PrintedArchitecture, block: &Block| any_axis(larger, found, block);
    let rows = by_architecture(larger);
    let full = count(|found, block| block.kernel == found.grid);
    Ok(Finding::new(
        every(&rows),
        format!("{} blocks larger", count(larger)),
        "none",
        format!(
            "{} of {} architectures stay within the input; {full} blocks have a kernel of exactly \
             its size.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// Kernels that `one` says are of one tap, and the least length that the bound allows.
pub fn never_one(one: AxisRule) -> Result<Finding> {
    let one = |found: &PrintedArchitecture, block: &Block| any_axis(one, found, block);
    let mut rows = by_architecture(one);
    let blocks = count(one);
    for length in [32, 4000] {
        let (_, x_t) = gaussian_x_t(0.0, sigma_min(length, THRESHOLD)?, THRESHOLD)?;
        let size = x_t * length as f64;
        rows.push(Row::new(
            format!("Eq. 10 at this crate's smallest sigma, {length} samples"),
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

/// Resolutions and the input, compared by `larger`.
pub fn resolution_within_input(larger: AxisRule) -> Result<Finding> {
    let larger = |found: &PrintedArchitecture, block: &Block| any_axis(larger, found, block);
    let rows = by_architecture(larger);
    let mut most = 100;
    for found in ARCHITECTURES {
        for block in found.blocks {
            for (r, n) in block.resolution.iter().zip(found.grid) {
                most = most.max((100 * r).div_ceil(*n));
            }
        }
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} blocks larger", count(larger)),
        "none",
        format!(
            "{} of {} architectures stay within the input; the others print up to {most} % of it.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// Widths and what `maximum` allows.
pub fn width_within_maximum(maximum: fn(&Base) -> usize) -> Result<Finding> {
    let wider = |found: &PrintedArchitecture, block: &Block| {
        block.width.iter().any(|n| *n > maximum(&found.base))
    };
    let rows = by_architecture(wider);
    let cells = ARCHITECTURES.iter().flat_map(|found| {
        let widths = found.blocks.iter().flat_map(|block| block.width);
        widths.filter(|n| *n == maximum(&found.base))
    });
    let mut at: Vec<usize> = cells.collect();
    at.sort_unstable();
    let mut capped: Vec<String> = at.iter().map(usize::to_string).collect();
    capped.dedup();
    Ok(Finding::new(
        every(&rows),
        format!("{} blocks wider", count(wider)),
        "none",
        format!(
            "{} blocks have a width above the maximum; {} cells are at it, all {}.",
            count(wider),
            at.len(),
            capped.join(" or ")
        ),
        rows,
    ))
}

/// Kernel sizes for which `is_odd` holds, by table.
pub fn odd(is_odd: fn(usize) -> bool) -> Result<Finding> {
    let mut rows = Vec::new();
    for table in 6..=8 {
        let found = ARCHITECTURES.iter().filter(|found| found.table == table);
        let sizes = found
            .flat_map(|found| found.blocks)
            .flat_map(|block| block.kernel);
        let all = sizes.clone().count();
        let odd = sizes.filter(|size| is_odd(**size)).count();
        rows.push(Row::new(
            format!("Table {table}"),
            format!("{odd} of {all} odd"),
            "not stated",
            odd == all,
        ));
    }
    let ours: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    Ok(Finding::new(
        every(&rows),
        ours.join(", "),
        "not stated",
        format!(
            "{} of {} tables print odd sizes only; an even size is no number of taps about a centre \
             tap.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

//! Sections 3.3 and 4: the sentences about the widths of found architectures against Tables 6 to 8.

use std::cmp::Ordering;

use crate::Result;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, often};
use crate::paper::tables::{ARCHITECTURES, Block};

/// The claims about widths.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "shapes-diverse-blocks",
        source: Paper("Sec. 4, Tables 6 to 8"),
        title: "bottleneck, expanded, narrowing and widening blocks all occur in Tables 6 to 8",
        formula: "N_in > N_mid < N_out, N_in < N_mid > N_out, falling and rising widths: each at least once",
        recorded: Verdict::Confirmed,
        evaluate: || diverse_blocks(width_shape),
    },
    Claim {
        id: "shapes-independent-widths",
        source: Paper("Sec. 3.3, Tables 6 to 8"),
        title: "N_out of a block and N_in of the next differ in most pairs of neighbouring blocks",
        formula: "N_out of a block is not N_in of the next in more than half of the pairs",
        recorded: Verdict::Confirmed,
        evaluate: || independent_widths(|n_out, n_in| n_out == n_in),
    },
];

/// The names of [`width_shape`].
const SHAPES: [&str; 5] = ["expanded", "bottleneck", "widening", "narrowing", "level"];

/// How `N_in`, `N_mid` and `N_out` of a block compare.
pub fn width_shape(width: [usize; 3]) -> &'static str {
    let [n_in, n_mid, n_out] = width;
    match (n_in.cmp(&n_mid), n_mid.cmp(&n_out)) {
        (Ordering::Less, Ordering::Greater) => "expanded",
        (Ordering::Greater, Ordering::Less) => "bottleneck",
        (Ordering::Equal, Ordering::Equal) => "level",
        (Ordering::Less | Ordering::Equal, Ordering::Less | Ordering::Equal) => "widening",
        _ => "narrowing",
    }
}

/// Counts the shapes of all blocks by `shape`.
pub fn diverse_blocks(shape: fn([usize; 3]) -> &'static str) -> Result<Finding> {
    let blocks: Vec<&Block> = ARCHITECTURES
        .iter()
        .flat_map(|found| found.blocks)
        .collect();
    let rows: Vec<Row> = SHAPES
        .iter()
        .map(|name| {
            let count = blocks
                .iter()
                .filter(|block| shape(block.width) == *name)
                .count();
            let paper = if *name == "level" {
                "not mentioned"
            } else {
                "some"
            };
            Row::new(
                *name,
                count.to_string(),
                paper,
                count > 0 || *name == "level",
            )
        })
        .collect();
    Ok(Finding::new(
        every(&rows),
        format!("{} blocks", blocks.len()),
        "very diverse",
        format!(
            "Of the four shapes that the paper names {} occur.",
            agreeing(&rows) - 1
        ),
        rows,
    ))
}

/// What the stream carries from a block to the next: whether `same` holds for `N_out` of the one and
/// `N_in` of the other, for every pair of neighbours.
pub fn independent_widths(same: fn(usize, usize) -> bool) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut near = 0;
    for found in ARCHITECTURES {
        for (index, pair) in found.blocks.windows(2).enumerate() {
            let (n_out, n_in) = (pair[0].width[2], pair[1].width[0]);
            near += usize::from(10 * n_out.abs_diff(n_in) <= n_out);
            rows.push(Row::new(
                format!("{}, blocks {} and {}", found.name(), index + 1, index + 2),
                format!("N_out {n_out}"),
                format!("N_in {n_in}"),
                !same(n_out, n_in),
            ));
        }
    }
    let (differ, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        often(&rows),
        format!("{differ} of {all} pairs differ"),
        "independent masks",
        format!(
            "{differ} of {all} neighbours differ in N_out and N_in, though {near} by at most a \
             tenth: the stream between them is about as wide for both."
        ),
        rows,
    ))
}

//! Section 4: the sentences about found architectures against Tables 6 to 8.

use std::cmp::Ordering;

use crate::Result;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::{ARCHITECTURES, Block, PrintedArchitecture};

/// The claims about shapes.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "shapes-diverse-blocks",
        place: "Sec. 4, Tables 6 to 8",
        title: "bottleneck, expanded, narrowing and widening blocks all occur",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || diverse_blocks(width_shape),
    },
    Claim {
        id: "shapes-not-decreasing",
        place: "Sec. 4, Tables 6 to 8",
        title: "resolutions of classifiers do not fall monotonically",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: not_decreasing,
    },
    Claim {
        id: "shapes-classification-u",
        place: "Sec. 4, Tables 6 to 8",
        title: "resolutions of classifiers often follow U-Nets",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || classification_u(resolution_steps),
    },
    Claim {
        id: "shapes-dense-u",
        place: "Sec. 4, Tables 7 and 8",
        title: "resolutions on dense tasks are those of one or more U-Nets",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || dense_u(resolution_steps),
    },
    Claim {
        id: "shapes-cosmic-u",
        place: "Sec. 4, Tables 7 and 8",
        title: "the architectures for Cosmic are 1.5 U-Nets: down, up, down",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || cosmic_u(resolution_steps),
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

/// The changes of a block's number of positions through the network, runs of one direction merged
/// and blocks of equal resolution skipped: `true` for a rise.
pub fn resolution_steps(blocks: &[Block]) -> Vec<bool> {
    let sizes: Vec<usize> = blocks.iter().map(Block::positions).collect();
    let changes = sizes.windows(2).filter(|pair| pair[0] != pair[1]);
    let mut steps: Vec<bool> = changes.map(|pair| pair[1] > pair[0]).collect();
    steps.dedup();
    steps
}

/// The steps of an architecture.
type Steps = fn(&[Block]) -> Vec<bool>;

fn described(steps: &[bool]) -> String {
    let names: Vec<&str> = steps
        .iter()
        .map(|rise| if *rise { "up" } else { "down" })
        .collect();
    match names.is_empty() {
        true => "level".to_string(),
        false => names.join(", "),
    }
}

fn is_dense(found: &PrintedArchitecture) -> bool {
    matches!(found.task, "darcyflow" | "cosmic")
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
        "Every shape that the paper names occurs.",
        rows,
    ))
}

fn not_decreasing() -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES.iter().filter(|found| !is_dense(found)) {
        let steps = resolution_steps(found.blocks);
        rows.push(Row::new(
            found.name(),
            described(&steps),
            "not only down",
            steps.contains(&true),
        ));
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} of {}", agreeing(&rows), rows.len()),
        "often",
        "Every classifier raises its resolution at least once.",
        rows,
    ))
}

/// A U-Net goes down and returns: the last block has at least half of the first one's positions,
/// and an earlier block at most half of the last one's. "Often" is taken as half of the networks.
pub fn classification_u(steps: Steps) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES.iter().filter(|found| !is_dense(found)) {
        let sizes: Vec<usize> = found.blocks.iter().map(Block::positions).collect();
        let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
        let least = sizes.iter().copied().min().unwrap_or(0);
        rows.push(Row::new(
            found.name(),
            format!(
                "{}: {first} to {least} to {last}",
                described(&steps(found.blocks))
            ),
            "down and up",
            steps(found.blocks).contains(&true) && 2 * last >= first && 2 * least <= last,
        ));
    }
    let (u, all) = (agreeing(&rows), rows.len());
    let verdict = match 2 * u >= all {
        true => Verdict::Confirmed,
        false => Verdict::Contradicted,
    };
    Ok(Finding::new(
        verdict,
        format!("{u} of {all}"),
        "often",
        format!("{u} of {all} classifiers go down and return to half of their first resolution."),
        rows,
    ))
}

/// One or more U-Nets: down then up, any number of times, with or without a last half.
pub fn dense_u(steps: Steps) -> Result<Finding> {
    Ok(shaped(is_dense, steps, "down, up, ..", |steps| {
        steps.len() >= 2 && !steps[0]
    }))
}

/// Down, up and down.
pub fn cosmic_u(steps: Steps) -> Result<Finding> {
    let cosmic = |found: &PrintedArchitecture| found.task == "cosmic";
    Ok(shaped(cosmic, steps, "down, up, down", |steps| {
        steps == [false, true, false]
    }))
}

fn shaped(
    selected: fn(&PrintedArchitecture) -> bool,
    steps: Steps,
    paper: &str,
    fits: fn(&[bool]) -> bool,
) -> Finding {
    let mut rows = Vec::new();
    for found in ARCHITECTURES.iter().filter(|found| selected(found)) {
        let steps = steps(found.blocks);
        rows.push(Row::new(
            found.name(),
            described(&steps),
            paper,
            fits(&steps),
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Finding::new(
        every(&rows),
        format!("{holds} of {all}"),
        paper,
        format!("{holds} of {all} architectures have the shape."),
        rows,
    )
}

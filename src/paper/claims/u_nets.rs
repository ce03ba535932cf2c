//! Section 4: the sentences about the resolutions of found architectures against Tables 6 to 8.

use crate::Result;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings};
use crate::paper::tables::{ARCHITECTURES, Block, PrintedArchitecture};

/// The claims about resolutions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "shapes-not-decreasing",
        source: Paper("Sec. 4, Tables 6 to 8"),
        title: "resolutions of classifiers do not fall monotonically",
        formula: "some block has more positions than the level before, in every classifier",
        recorded: Verdict::Confirmed,
        evaluate: || not_decreasing(resolution_steps),
    },
    Claim {
        id: "shapes-classification-u",
        source: Paper("Sec. 4, Tables 6 to 8"),
        title: "resolutions of classifiers often follow U-Nets",
        formula: "from L: a rise after a fall; last >= L/2, least <= last/2; one fall, one rise; over half, and Text",
        recorded: Verdict::CannotBeTold,
        evaluate: || classification_u(U_NETS),
    },
    Claim {
        id: "shapes-dense-u",
        source: Paper("Sec. 4, Tables 7 and 8"),
        title: "resolutions on dense tasks are those of one or more U-Nets",
        formula: "positions, those of the input first, fall and rise later, in all four networks",
        recorded: Verdict::Confirmed,
        evaluate: || dense_u(ARCHITECTURES, resolution_steps),
    },
    Claim {
        id: "shapes-cosmic-u",
        source: Paper("Sec. 4, Tables 7 and 8"),
        title: "the architectures for Cosmic are 1.5 U-Nets: down, up, down",
        formula: "positions, those of the input first, fall, rise and fall; exactly, or at the beginning; both networks",
        recorded: Verdict::CannotBeTold,
        evaluate: || cosmic_u(ARCHITECTURES, resolution_steps),
    },
];

/// The positions of the input, then of each block. A block is fed from the full resolution (B.3),
/// which is the first level of its U-Net.
fn levels(found: &PrintedArchitecture) -> Vec<usize> {
    let blocks = found.blocks.iter().map(Block::positions);
    std::iter::once(found.positions()).chain(blocks).collect()
}

/// The changes of the number of positions from the input through the blocks, runs of one direction
/// merged and equal levels skipped: `true` for a rise.
pub fn resolution_steps(found: &PrintedArchitecture) -> Vec<bool> {
    steps_of(&levels(found))
}

/// The changes between neighbours of `sizes`, as in [`resolution_steps`].
pub fn steps_of(sizes: &[usize]) -> Vec<bool> {
    let changes = sizes.windows(2).filter(|pair| pair[0] != pair[1]);
    let mut steps: Vec<bool> = changes.map(|pair| pair[1] > pair[0]).collect();
    steps.dedup();
    steps
}

/// The steps of an architecture.
type Steps = fn(&PrintedArchitecture) -> Vec<bool>;

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

/// Whether `steps` of each classifier have a rise.
pub fn not_decreasing(steps: Steps) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES.iter().filter(|found| !is_dense(found)) {
        let steps = steps(found);
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
        format!(
            "{} of {} classifiers raise their resolution at least once.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// A reading of "the style of U-Nets".
pub struct UNet {
    pub name: &'static str,
    /// From the number of positions of the input and of each block.
    pub holds: fn(&[usize]) -> bool,
}

/// The readings, the widest first.
pub const U_NETS: &[UNet] = &[
    UNet {
        name: "rises after a fall",
        holds: |sizes| steps_of(sizes).windows(2).any(|pair| pair == [false, true]),
    },
    UNet {
        name: "returns to half of the input's positions from at most half of the last block's",
        holds: |sizes| {
            let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
            let least = sizes.iter().copied().min().unwrap_or(0);
            2 * last >= first && 2 * least <= last
        },
    },
    UNet {
        name: "falls once and rises once",
        holds: |sizes| steps_of(sizes) == [false, true],
    },
];

/// How many classifiers are U-Nets by each reading, and whether Text, the paper's example, is one.
pub fn classification_u(readings_of: &[UNet]) -> Result<Finding> {
    let classifiers = ARCHITECTURES.iter().filter(|found| !is_dense(found));
    let networks: Vec<_> = classifiers.map(|found| (found, levels(found))).collect();
    let (all, mut rows, mut of_text) = (networks.len(), Vec::new(), Vec::new());
    for reading in readings_of {
        let fitting = networks.iter().filter(|(_, sizes)| (reading.holds)(sizes));
        let fitting: Vec<_> = fitting.map(|(found, _)| found).collect();
        let text = fitting.iter().any(|found| found.task == "text");
        if text {
            of_text.push(reading.name);
        }
        let names: Vec<String> = fitting.iter().map(|found| found.name()).collect();
        rows.push(Row::new(
            format!("{}: {}", reading.name, names.join("; ")),
            format!(
                "{} of {all}, Text {}",
                names.len(),
                if text { "too" } else { "not" }
            ),
            "often, Text too",
            text && 2 * names.len() > all,
        ));
    }
    let (verdict, holds) = (readings(&rows), agreeing(&rows));
    let ours: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    let ours = ours.join("; ");
    rows.push(Row::new(
        format!("Text alone: {}", of_text.join("; ")),
        format!("by {} of {} readings", of_text.len(), readings_of.len()),
        "the example",
        !of_text.is_empty(),
    ));
    Ok(Finding::new(
        verdict,
        ours,
        "often, e.g. Text",
        format!(
            "By {holds} of {} readings of a U-Net more than half of the classifiers, and Text, are \
             one.",
            readings_of.len()
        ),
        rows,
    ))
}

/// One or more U-Nets: down then up, any number of times, with or without a last half.
pub fn dense_u(networks: &[PrintedArchitecture], steps: Steps) -> Result<Finding> {
    let rows = networks
        .iter()
        .filter(|found| is_dense(found))
        .map(|found| {
            let steps = steps(found);
            Row::new(
                found.name(),
                described(&steps),
                "down, up, any number of times",
                steps.starts_with(&[false, true]),
            )
        });
    let rows: Vec<Row> = rows.collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all}"),
        "U-Nets, and even concatenated ones",
        format!("From the input on {holds} of {all} dense networks go down first and up later."),
        rows,
    ))
}

/// Whether steps are those of "1.5 U-Nets".
type Fits = fn(&[bool]) -> bool;

/// Down, up and down, by two readings of "1.5 U-Nets": nothing else, or that to begin with.
pub fn cosmic_u(networks: &[PrintedArchitecture], steps: Steps) -> Result<Finding> {
    let cosmic = networks.iter().filter(|found| found.task == "cosmic");
    let cosmic: Vec<(String, Vec<bool>)> =
        cosmic.map(|found| (found.name(), steps(found))).collect();
    let readings_of: [(&str, Fits); 2] = [
        ("down, up, down and no more", |steps| {
            steps == [false, true, false]
        }),
        ("down, up, down to begin with", |steps| {
            steps.starts_with(&[false, true, false])
        }),
    ];
    let rows = readings_of.iter().map(|(name, fits)| {
        let count = cosmic.iter().filter(|(_, steps)| fits(steps)).count();
        Row::new(
            *name,
            format!("{count} of {} networks", cosmic.len()),
            "both",
            count == cosmic.len(),
        )
    });
    let rows: Vec<Row> = rows.collect();
    let steps = cosmic
        .iter()
        .map(|(name, steps)| format!("{name}: {}", described(steps)));
    Ok(Finding::new(
        readings(&rows),
        steps.clone().collect::<Vec<_>>().join("; "),
        "resemble 1.5x U-Nets",
        format!(
            "From the input on the networks go: {}.",
            steps.collect::<Vec<_>>().join("; ")
        ),
        rows,
    ))
}

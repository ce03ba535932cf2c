//! What a data set holds, as text.

use std::fmt::Write;

use comfy_table::{Table, presets};

use super::catalogue::DataSet;
use super::{Encoding, Goal, Split, Targets, Task};
use crate::Result;

/// Samples whose labels are counted; of lazily read sets not all are.
const COUNTED: usize = 10_000;
/// Samples that are read together.
const BATCH: usize = 64;

/// One line for each data set.
pub fn list(sets: &[DataSet]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["name", "what it is", "can be generated"]);
    for set in sets {
        let generated = if set.generate.is_some() { "yes" } else { "no" };
        table.add_row([set.name, set.summary, generated]);
    }
    lines(&table)
}

/// Title, sizes, and how often each label occurs.
///
/// # Errors
/// Those of [`Task::batch`].
pub fn of_task(task: &dyn Task) -> Result<String> {
    let mut text = format!("{}\n", task.title());
    let axes: Vec<String> = task.grid().iter().map(usize::to_string).collect();
    let encoding = match task.encoding() {
        Encoding::Values { channels } => format!("{channels} channels"),
        Encoding::Tokens { vocabulary } => format!("symbols of a vocabulary of {vocabulary}"),
        Encoding::TokenPairs { vocabulary } => {
            format!("pairs of symbols of a vocabulary of {vocabulary}")
        }
    };
    let goal = match task.goal() {
        Goal::Classification { classes } => format!("one of {classes} classes"),
        Goal::Regression { channels, .. } => format!("{channels} field(s)"),
        Goal::Segmentation => "a mask".to_string(),
    };
    let _ = writeln!(text, "input: {}, {encoding}", axes.join(" x "));
    let _ = writeln!(text, "output: {goal}");
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["split", "samples", "targets"]);
    for (name, split) in [
        ("training", Split::Train),
        ("validation", Split::Validation),
        ("test", Split::Test),
    ] {
        let samples = task.len(split);
        let targets = targets(task, split, samples.min(COUNTED))?;
        table.add_row([name.to_string(), samples.to_string(), targets]);
    }
    text += &lines(&table);
    Ok(text)
}

/// The targets of the first `count` samples, in short.
fn targets(task: &dyn Task, split: Split, count: usize) -> Result<String> {
    let mut classes = match task.goal() {
        Goal::Classification { classes } => vec![0u64; *classes],
        _ => Vec::new(),
    };
    let (mut sum, mut squares, mut values) = (0.0, 0.0, 0u64);
    let indices: Vec<usize> = (0..count).collect();
    for indices in indices.chunks(BATCH) {
        let mut add = |value: f64| {
            sum += value;
            squares += value * value;
            values += 1;
        };
        match task.batch(split, indices, 0)?.targets {
            Targets::Classes(labels) => labels.iter().for_each(|label| classes[*label] += 1),
            Targets::Fields(fields) => fields.iter().for_each(|value| add(f64::from(*value))),
            Targets::Masks { object, .. } => object.iter().for_each(|o| add(f64::from(*o))),
        }
    }
    let of = match count < task.len(split) {
        true => format!("of the first {count}: "),
        false => String::new(),
    };
    let mean = sum / values as f64;
    let deviation = libm::sqrt((squares / values as f64 - mean * mean).max(0.0));
    Ok(match task.goal() {
        Goal::Classification { .. } => {
            let counts: Vec<String> = classes.iter().map(u64::to_string).collect();
            format!("{of}class 0, 1, ..: {}", counts.join(" "))
        }
        Goal::Regression { .. } => format!("{of}mean {mean:.4e}, deviation {deviation:.4e}"),
        Goal::Segmentation => format!("{of}{:.3} % of the positions", 100.0 * mean),
    })
}

fn lines(table: &Table) -> String {
    let lines = table.lines();
    lines.map(|line| format!("{}\n", line.trim())).collect()
}

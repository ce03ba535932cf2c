//! The printed tables with what their numbers amount to beside them.

use serde::Serialize;

use super::claims::bounds::minimum_fraction;
use super::claims::comparisons::guesses_as_50;
use super::claims::complexity::{PrintedBy, base_cost, interval, ratio, sizes as block_sizes};
use super::tables::base::{LARGE, SMALL};
use super::tables::performance::{KRWD, KRWD_LARGE};
use super::tables::{
    ARCHITECTURES, Block, PERFORMANCE, PerformanceRow, PerformanceTable, PrintedArchitecture,
};
use crate::equations::complexity::block_cost;
use crate::equations::mask::THRESHOLD;
use crate::equations::threshold::gaussian_x_t;
use crate::run::presets::{PAPER, PaperRow};
use crate::{Error, Result};

/// A table of the paper, recomputed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recomputed {
    /// 1 to 8.
    pub number: usize,
    pub title: String,
    pub columns: Vec<String>,
    /// As many cells as columns.
    pub rows: Vec<Vec<String>>,
    /// Doubtful cells, and how the columns were computed.
    pub notes: Vec<String>,
}

/// Table `number` beside what its numbers amount to.
///
/// # Errors
/// [`Error::Argument`] unless `number` is 1 to 8.
pub fn table(number: usize) -> Result<Recomputed> {
    match number {
        1..=3 => performance(&PERFORMANCE[number - 1]),
        4 | 5 => hyperparameters(number),
        6..=8 => architectures(number),
        _ => Err(Error::argument("table", number, "one of Tables 1 to 8")),
    }
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| cell.to_string()).collect()
}

/// Scores as printed; the average and the relative complexity also recomputed.
fn performance(table: &PerformanceTable) -> Result<Recomputed> {
    let averaged = table.number == 1;
    let mut columns = texts(&["model", "what"]);
    columns.extend(table.tasks.iter().map(|task| task.to_string()));
    if averaged {
        columns.extend(texts(&["AVG. printed", "AVG. recomputed"]));
    }
    let mut rows = Vec::new();
    for row in table.rows {
        let mut cells = texts(&[row.model, "score"]);
        cells.extend(
            row.scores
                .iter()
                .map(|score| score.map_or("-".to_string(), |s| s.to_string())),
        );
        if averaged {
            cells.push(
                row.average
                    .map_or(String::new(), |average| format!("{average:.2}")),
            );
            cells.push(format!("{:.3}", guesses_as_50(row.scores)));
        }
        rows.push(cells);
        for (what, value) in complexities(table, row)? {
            let mut cells = vec![String::new(), what.to_string()];
            cells.extend(value);
            cells.resize(columns.len(), String::new());
            rows.push(cells);
        }
    }
    let mut notes = vec![
        "C is the complexity relative to the base network's, recomputed from Tables 6 to 8 by \
         Appendix C.2; the architectures of DNArch_K,R are not printed."
            .to_string(),
    ];
    if averaged {
        notes.push("The recomputed average counts random guessing (-) as 50.".to_string());
    }
    Ok(Recomputed {
        number: table.number,
        title: format!("Table {}, printed and recomputed", table.number),
        columns,
        rows,
        notes,
    })
}

/// The rows of relative complexity under a row of scores.
fn complexities(
    table: &PerformanceTable,
    row: &PerformanceRow,
) -> Result<Vec<(&'static str, Vec<String>)>> {
    if row.complexity.is_empty() {
        return Ok(Vec::new());
    }
    let printed = row
        .complexity
        .iter()
        .map(|ratio| format!("{ratio:.2}"))
        .collect();
    let mut rows = vec![("C printed", printed)];
    if matches!(row.model, KRWD | KRWD_LARGE) {
        let large = row.model == KRWD_LARGE;
        let of_task = |task: &&str| {
            ARCHITECTURES
                .iter()
                .find(|found| found.task == *task && (found.table == 8) == large)
        };
        let found: Vec<_> = table.tasks.iter().filter_map(of_task).collect();
        let ours = found
            .iter()
            .map(|found| Ok(format!("{:.3}", ratio(found, 0.0, block_cost)?)));
        rows.push(("C recomputed", ours.collect::<Result<_>>()?));
    }
    Ok(rows)
}

/// Hyperparameters as printed, and the smallest sizes that their temperatures allow.
fn hyperparameters(number: usize) -> Result<Recomputed> {
    let base = if number == 4 { SMALL } else { LARGE };
    let name = format!("table{number}/");
    let of_table = |row: &&PaperRow| row.name.starts_with(&name);
    let mut rows = Vec::new();
    for row in PAPER.iter().filter(of_table) {
        let printed = [
            row.lr,
            row.dropout,
            row.weight_decay,
            row.omega_0,
            row.lambda,
            row.tau_resolution,
            row.tau_channel,
            row.tau_depth,
        ];
        let mut cells = vec![
            row.name[name.len()..].to_string(),
            row.epochs.to_string(),
            row.batch.to_string(),
        ];
        cells.extend(printed.map(|value| value.to_string()));
        cells.push(format!(
            "{:.2} %",
            100.0 * minimum_fraction(row.tau_resolution)?
        ));
        cells.push(format!(
            "{:.2}",
            minimum_fraction(row.tau_channel)? * base.maximum_width() as f64
        ));
        cells.push(format!(
            "{:.2}",
            minimum_fraction(row.tau_depth)? * base.maximum_depth() as f64
        ));
        rows.push(cells);
    }
    Ok(Recomputed {
        number,
        title: format!("Table {number}, and what follows from its temperatures"),
        columns: texts(&[
            "task",
            "epochs",
            "batch",
            "learning rate",
            "dropout",
            "weight decay",
            "omega_0",
            "lambda",
            "tau_resolution",
            "tau_channel",
            "tau_depth",
            "minimum resolution",
            "minimum width",
            "minimum depth",
        ]),
        rows,
        notes: vec![format!(
            "Everything up to tau_depth is printed. The minima are those of the bounds of E.1 before \
             any rounding: a share of the input's resolution, channels of {}, blocks of {}.",
            base.maximum_width(),
            base.maximum_depth()
        )],
    })
}

/// Blocks as printed, the kernel masks that they imply, and what each block costs.
fn architectures(number: usize) -> Result<Recomputed> {
    let mut rows = Vec::new();
    let mut notes = vec![
        "The widths are N_in, N_mid and N_out. sigma is the width of the Gaussian mask whose Eq. 10 gives the printed kernel size; a \
         kernel as large as its block's resolution was cut, so that its sigma is a lower bound. \
         share is the block's cost by Appendix C.2 relative to the whole base network's."
            .to_string(),
    ];
    for found in ARCHITECTURES.iter().filter(|found| found.table == number) {
        let base = base_cost(found.base, found.grid, block_cost)?;
        for (index, block) in found.blocks.iter().enumerate() {
            let task = if index == 0 { found.task } else { "" };
            rows.push(vec![
                task.to_string(),
                (index + 1).to_string(),
                sizes(block.kernel),
                sizes(block.resolution),
                sizes(&block.width),
                implied_sigma(found, block)?,
                format!("{:.3}", block_cost(&block_sizes(found, block, 0.0))? / base),
            ]);
            if !block.note.is_empty() {
                notes.push(format!(
                    "{}, block {}: {}.",
                    found.name(),
                    index + 1,
                    block.note
                ));
            }
        }
        let (least, most) = interval(found, PrintedBy::Floor.shifts(), block_cost)?;
        let summary = format!(
            "{}: the shares add up to {:.3} ({least:.3} to {most:.3} if sizes were rounded down); \
             printed {:.2}.",
            found.name(),
            ratio(found, 0.0, block_cost)?,
            found.printed_ratio()
        );
        notes.push(summary);
    }
    Ok(Recomputed {
        number,
        title: format!("Table {number}, and what follows from its sizes"),
        columns: texts(&[
            "task",
            "block",
            "kernel",
            "resolution",
            "widths",
            "sigma",
            "share",
        ]),
        rows,
        notes,
    })
}

fn sizes(values: &[usize]) -> String {
    let values: Vec<String> = values.iter().map(usize::to_string).collect();
    values.join(" ")
}

/// Eq. 10 solved for sigma on each axis.
fn implied_sigma(found: &PrintedArchitecture, block: &Block) -> Result<String> {
    let (_, of_one) = gaussian_x_t(0.0, 1.0, THRESHOLD)?;
    let axes = block.kernel.iter().zip(block.resolution).zip(found.grid);
    let sigmas: Vec<String> = axes
        .map(|((kernel, resolution), length)| {
            let sigma = *kernel as f64 / (*length as f64 * of_one);
            let cut = if kernel == resolution { ">=" } else { "" };
            format!("{cut}{sigma:.4}")
        })
        .collect();
    Ok(sigmas.join(" "))
}

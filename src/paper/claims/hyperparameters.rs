//! Appendix E.2 against Tables 4 and 5, and the arithmetic of Appendices D and F.

use crate::Result;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::base::{LARGE, SMALL};
use crate::run::presets::{PAPER, PaperRow};

/// The claims about hyperparameters.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "hyperparameters-grids",
        place: "E.2.1, Tables 4 and 5",
        title: "every hyperparameter lies on its search grid",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || grids(omega_0_grid),
    },
    Claim {
        id: "hyperparameters-lambda",
        place: "E.2.1, Tables 4 and 5",
        title: "lambda is 5.0 for ListOps and CIFAR100 and 0.1 for the others",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || by_row(|row| lambda_of(row.name), |row| row.lambda),
    },
    Claim {
        id: "hyperparameters-tau-channel-4",
        place: "E.2.1, Table 4",
        title: "models prefer a channel temperature of 25",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || preferred("table4", 25.0, |row| row.tau_channel),
    },
    Claim {
        id: "hyperparameters-tau-channel-5",
        place: "E.2.1, Table 5",
        title: "models prefer a channel temperature of 25",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || preferred("table5", 25.0, |row| row.tau_channel),
    },
    Claim {
        id: "hyperparameters-tau-depth",
        place: "E.2.1, Tables 4 and 5",
        title: "models prefer a depth temperature of 8",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || preferred("table", 8.0, |row| row.tau_depth),
    },
    Claim {
        id: "hyperparameters-list",
        place: "E.2",
        title: "Table 5 lists the final hyperparameters of all experiments",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: complete_list,
    },
    Claim {
        id: "hyperparameters-arithmetic",
        place: "Appendices D and F",
        title: "splits, lengths and maximum sizes add up",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: arithmetic,
    },
    Claim {
        id: "hyperparameters-metrics",
        place: "Table 2, D.3",
        title: "text and table name the same measures",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: metrics,
    },
];

const LEARNING_RATES: [f64; 6] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.02];
const DROPOUTS: [f64; 4] = [0.0, 0.1, 0.2, 0.3];
const WEIGHT_DECAYS: [f64; 5] = [0.0, 0.0001, 0.001, 0.01, 0.05];
const TAUS_RESOLUTION: [f64; 3] = [25.0, 50.0, 100.0];
const TAUS_CHANNEL: [f64; 2] = [25.0, 50.0];
const TAUS_DEPTH: [f64; 2] = [8.0, 16.0];

/// 1, then 500, 1500, .. 29500, then 30000.
pub fn omega_0_grid() -> Vec<f64> {
    let thousands = (0..30).map(|k| 500.0 + 1000.0 * f64::from(k));
    std::iter::once(1.0)
        .chain(thousands)
        .chain([30000.0])
        .collect()
}

/// Every row of Tables 4 and 5 on the grids of E.2.1, that of `omega_0` given.
pub fn grids(omega_0: fn() -> Vec<f64>) -> Result<Finding> {
    let omega_0 = omega_0();
    let mut rows = Vec::new();
    for row in PAPER {
        let columns: [(&str, f64, &[f64]); 7] = [
            ("omega_0", row.omega_0, &omega_0),
            ("learning rate", row.lr, &LEARNING_RATES),
            ("dropout", row.dropout, &DROPOUTS),
            ("weight decay", row.weight_decay, &WEIGHT_DECAYS),
            ("tau_resolution", row.tau_resolution, &TAUS_RESOLUTION),
            ("tau_channel", row.tau_channel, &TAUS_CHANNEL),
            ("tau_depth", row.tau_depth, &TAUS_DEPTH),
        ];
        let outside: Vec<&str> = columns
            .iter()
            .filter(|(_, value, grid)| !grid.contains(value))
            .map(|(name, _, _)| *name)
            .collect();
        let found = match outside.is_empty() {
            true => "all on the grid".to_string(),
            false => format!("off the grid: {}", outside.join(", ")),
        };
        rows.push(Row::new(row.name, found, "on the grid", outside.is_empty()));
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} of {} rows", agreeing(&rows), rows.len()),
        "all",
        "Seven columns of each row were compared with the values that the paper lists.",
        rows,
    ))
}

fn lambda_of(name: &str) -> f64 {
    match name.split_once('/') {
        Some((_, "listops" | "cifar100")) => 5.0,
        _ => 0.1,
    }
}

/// What the text says of each row against what its table says.
pub fn by_row(text: fn(&PaperRow) -> f64, table: fn(&PaperRow) -> f64) -> Result<Finding> {
    let rows: Vec<Row> = PAPER
        .iter()
        .map(|row| {
            let (text, table) = (text(row), table(row));
            Row::new(
                row.name,
                format!("{text} in the text"),
                format!("{table} in the table"),
                text == table,
            )
        })
        .collect();
    let differing: Vec<&str> = rows
        .iter()
        .filter(|row| !row.agrees)
        .map(|row| row.item.as_str())
        .collect();
    Ok(Finding::new(
        every(&rows),
        format!("{} of {} rows", agreeing(&rows), rows.len()),
        "all",
        format!("Text and tables differ in: {}.", differing.join(", ")),
        rows,
    ))
}

/// Whether more than half of the rows have the preferred value.
fn preferred(tables: &str, value: f64, column: fn(&PaperRow) -> f64) -> Result<Finding> {
    let rows: Vec<Row> = PAPER
        .iter()
        .filter(|row| row.name.starts_with(tables))
        .map(|row| {
            let printed = column(row);
            Row::new(
                row.name,
                value.to_string(),
                printed.to_string(),
                printed == value,
            )
        })
        .collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    let verdict = match 2 * holds > all {
        true => Verdict::Confirmed,
        false => Verdict::Contradicted,
    };
    Ok(Finding::new(
        verdict,
        format!("{holds} of {all} rows"),
        "prefer",
        format!("{holds} of {all} rows have the temperature of {value}."),
        rows,
    ))
}

fn complete_list() -> Result<Finding> {
    let in_5 = PAPER
        .iter()
        .filter(|row| row.name.starts_with("table5"))
        .count();
    Ok(Finding::new(
        if in_5 == PAPER.len() {
            Verdict::Confirmed
        } else {
            Verdict::Contradicted
        },
        format!("{in_5} of {} rows", PAPER.len()),
        "Table 5",
        "Table 4 lists the others.",
        Vec::new(),
    ))
}

fn arithmetic() -> Result<Finding> {
    let line = |item: &str, ours: usize, paper: usize| {
        Row::new(item, ours.to_string(), paper.to_string(), ours == paper)
    };
    let rows = vec![
        line("CIFAR, training and validation", 45_000 + 5_000, 50_000),
        line("CIFAR, with test", 45_000 + 5_000 + 10_000, 60_000),
        line("Pathfinder, positions", 32 * 32, 1024),
        line("Path-X, positions", 128 * 128, 16384),
        line("Path-X over Pathfinder", 16384 / 1024, 16),
        line("maximum width of CCNN_4,140", SMALL.maximum_width(), 280),
        line("deepest architecture of Table 8", LARGE.maximum_depth(), 12),
    ];
    Ok(Finding::new(
        every(&rows),
        format!("{} of {}", agreeing(&rows), rows.len()),
        "all",
        "Each sum or product is the printed number.",
        rows,
    ))
}

fn metrics() -> Result<Finding> {
    let rows = vec![
        Row::new(
            "DarcyFlow",
            "relative l2 loss in Table 2",
            "mean squared error in D.3",
            false,
        ),
        Row::new(
            "Cosmic",
            "1 - AUROC in Table 2",
            "false-negative rate in D.3",
            false,
        ),
    ];
    Ok(Finding::new(
        every(&rows),
        "two names each",
        "one name each",
        "Table 2 and D.3 name different measures for both dense tasks.",
        rows,
    ))
}

//! Appendix E.2 against Tables 4 and 5.

use crate::Result;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, often};
use crate::paper::tables::{ARCHITECTURES, PrintedArchitecture};
use crate::run::presets::{PAPER, PaperRow};

/// The claims about hyperparameters.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "hyperparameters-grids",
        source: Paper("E.2.1, Tables 4 and 5"),
        title: "every hyperparameter of Tables 4 and 5 lies on its search grid",
        formula: "omega_0, learning rate, dropout, weight decay, three tau: each in its list of E.2.1",
        recorded: Verdict::Confirmed,
        evaluate: || grids(omega_0_grid),
    },
    Claim {
        id: "hyperparameters-lambda",
        source: Paper("E.2.1, Tables 4 and 5"),
        title: "lambda is 5.0 for ListOps and CIFAR100 and 0.1 for the others",
        formula: "lambda(text) = lambda(table) in all fourteen rows",
        recorded: Verdict::Contradicted,
        evaluate: || by_row(|row| lambda_of(row.name), |row| row.lambda),
    },
    Claim {
        id: "hyperparameters-tau-channel-table-4",
        source: Paper("E.2.1, Table 4"),
        title: "models of CCNN_4,140 prefer a channel temperature of 25",
        formula: "tau_channel = 25; \"prefer\": in more than half of the rows of Table 4",
        recorded: Verdict::Confirmed,
        evaluate: || preferred("table4", 25.0, |row| row.tau_channel),
    },
    Claim {
        id: "hyperparameters-tau-channel-table-5",
        source: Paper("E.2.1, Table 5"),
        title: "models of CCNN_6,380 prefer a channel temperature of 25",
        formula: "tau_channel = 25; \"prefer\": in more than half of the rows of Table 5, half: cannot be told",
        recorded: Verdict::CannotBeTold,
        evaluate: || preferred("table5", 25.0, |row| row.tau_channel),
    },
    Claim {
        id: "hyperparameters-tau-depth",
        source: Paper("E.2.1, Tables 4 and 5"),
        title: "models of both base networks prefer a depth temperature of 8",
        formula: "tau_depth = 8; \"prefer\": in more than half of the rows of both tables",
        recorded: Verdict::Confirmed,
        evaluate: || preferred("table", 8.0, |row| row.tau_depth),
    },
    Claim {
        id: "hyperparameters-list",
        source: Paper("E.2"),
        title: "Table 5 lists the final hyperparameters of all experiments",
        formula: "the hyperparameters of each architecture of Tables 6 to 8 stand in Table 5",
        recorded: Verdict::Contradicted,
        evaluate: || list(PrintedArchitecture::hyperparameters),
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
        format!(
            "{} of {} rows have their seven tuned columns on the lists of E.2.1.",
            agreeing(&rows),
            rows.len()
        ),
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
        match differing.is_empty() {
            true => format!("Text and tables agree in all {} rows.", rows.len()),
            false => format!("Text and tables differ in: {}.", differing.join(", ")),
        },
        rows,
    ))
}

/// Whether more than half of the rows have the preferred value.
pub fn preferred(tables: &str, value: f64, column: fn(&PaperRow) -> f64) -> Result<Finding> {
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
    Ok(Finding::new(
        often(&rows),
        format!("{holds} of {all} rows"),
        "prefer",
        format!("{holds} of {all} rows have the temperature {value}."),
        rows,
    ))
}

/// Whether Table 5 has the row of `hyperparameters` of each printed architecture.
pub fn list(
    hyperparameters: fn(&PrintedArchitecture) -> Result<&'static PaperRow>,
) -> Result<Finding> {
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let row = hyperparameters(found)?.name;
        let listed = row.starts_with("table5/");
        rows.push(Row::new(found.name(), row, "table5", listed));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} architectures"),
        "Table 5",
        format!(
            "Table 5 lists the hyperparameters of {holds} of {all} architectures, Table 4 those of \
             the others."
        ),
        rows,
    ))
}

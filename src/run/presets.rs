//! Named sets of settings: Tables 4 and 5 of the paper, and one for a laptop per small task.

use crate::text::{nearest, shortened};
use crate::{Error, Result};

/// A row of Table 4 or 5, in the order of its columns.
#[derive(Clone, Copy, Debug)]
pub struct PaperRow {
    /// `table4/<task>` or `table5/<task>`.
    pub name: &'static str,
    pub epochs: usize,
    pub batch: usize,
    pub lr: f64,
    pub dropout: f64,
    pub weight_decay: f64,
    pub omega_0: f64,
    pub lambda: f64,
    pub tau_resolution: f64,
    pub tau_channel: f64,
    pub tau_depth: f64,
}

#[rustfmt::skip]
#[allow(clippy::too_many_arguments)] // one for each column
const fn row(
    name: &'static str, epochs: usize, batch: usize, lr: f64, dropout: f64, weight_decay: f64,
    omega_0: f64, lambda: f64, tau_resolution: f64, tau_channel: f64, tau_depth: f64,
) -> PaperRow {
    PaperRow {
        name, epochs, batch, lr, dropout, weight_decay,
        omega_0, lambda, tau_resolution, tau_channel, tau_depth,
    }
}

/// Tables 4 and 5 as printed, `27.5k` being 27500.
#[rustfmt::skip]
pub const PAPER: &[PaperRow] = &[
    //                       epochs batch  lr     dropout decay  omega_0  lambda tau_r  tau_c  tau_d
    row("table4/listops",     50,  50,    0.005,  0.0,  0.01,    27500.0,  5.0,   50.0,  25.0,   8.0),
    row("table4/text",       100,  50,    0.02,   0.2,  0.01,    19500.0,  0.1,   50.0,  25.0,   8.0),
    row("table4/retrieval",   50,  50,    0.001,  0.1,  0.01,    21500.0,  0.1,   50.0,  25.0,   8.0),
    row("table4/image",      210,  50,    0.02,   0.1,  0.001,   12500.0,  0.1,   25.0,  25.0,   8.0),
    row("table4/pathfinder", 210,  50,    0.005,  0.0,  0.001,   21500.0,  0.1,   50.0,  25.0,   8.0),
    row("table4/path-x",      80,  32,    0.001,  0.0,  0.0,     30000.0,  0.1,  100.0,  25.0,   8.0),
    row("table4/cifar10",    210,  50,    0.01,   0.1,  0.01,    21500.0,  0.1,   25.0,  25.0,   8.0),
    row("table4/cifar100",   210,  50,    0.01,   0.0,  0.01,     6500.0,  5.0,   25.0,  25.0,   8.0),
    row("table4/darcyflow",  310,   8,    0.02,   0.0,  0.0001,  24500.0,  0.1,   50.0,  25.0,   8.0),
    row("table4/cosmic",     310,   8,    0.02,   0.3,  0.0001,   5500.0,  0.1,  100.0,  25.0,   8.0),
    row("table5/cifar10",    210,  50,    0.005,  0.0,  0.01,    21500.0,  0.1,   50.0,  50.0,  16.0),
    row("table5/cifar100",   210,  50,    0.01,   0.0,  0.01,     6500.0,  0.1,   25.0,  25.0,   8.0),
    row("table5/darcyflow",  310,  12,    0.01,   0.2,  0.0,      7500.0,  0.1,   50.0,  25.0,   8.0),
    row("table5/cosmic",     310,   4,    0.01,   0.2,  0.01,     5500.0,  0.1,   50.0,  50.0,   8.0),
];

impl PaperRow {
    fn settings(&self) -> Vec<(&'static str, String)> {
        let (table, task) = self.name.split_once('/').unwrap_or(("", self.name));
        let base = match table {
            "table5" => "ccnn-6-380",
            _ => "ccnn-4-140",
        };
        // E.2: 10 epochs of warm-up, 5 for these three tasks.
        let warmup_epochs = match task {
            "listops" | "retrieval" | "path-x" => 5,
            _ => 10,
        };
        // The benchmark varies the sky, in testing too.
        let augment = task == "cosmic";
        vec![
            ("task", task.to_string()),
            ("augment", augment.to_string()),
            ("base", base.to_string()),
            ("epochs", self.epochs.to_string()),
            ("warmup_epochs", warmup_epochs.to_string()),
            ("batch", self.batch.to_string()),
            ("lr", self.lr.to_string()),
            ("dropout", self.dropout.to_string()),
            ("weight_decay", self.weight_decay.to_string()),
            ("omega_0", self.omega_0.to_string()),
            ("lambda", self.lambda.to_string()),
            ("tau_resolution", self.tau_resolution.to_string()),
            ("tau_channel", self.tau_channel.to_string()),
            ("tau_depth", self.tau_depth.to_string()),
        ]
    }
}

/// A preset that a laptop finishes: its task and what differs from the defaults.
type Laptop = (&'static str, &'static [(&'static str, &'static str)]);

#[rustfmt::skip]
const LAPTOP: &[Laptop] = &[
    ("darcyflow", &[("base", "ccnn-4-16"), ("batch", "8"), ("epochs", "60"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "100")]),
    ("cifar10", &[("base", "ccnn-4-16"), ("batch", "32"), ("epochs", "20"), ("samples", "5000"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "100"), ("tau_resolution", "25"), ("weight_decay", "0.01"), ("dropout", "0.1")]),
    ("cifar100", &[("base", "ccnn-4-16"), ("batch", "32"), ("epochs", "20"), ("samples", "5000"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "100"), ("tau_resolution", "25"), ("weight_decay", "0.01"), ("dropout", "0.1")]),
    ("image", &[("base", "ccnn-4-16"), ("batch", "32"), ("epochs", "20"), ("samples", "5000"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "1000"), ("tau_resolution", "25"), ("weight_decay", "0.01")]),
    ("listops", &[("base", "ccnn-2-16"), ("batch", "16"), ("epochs", "10"), ("samples", "4000"), ("lr", "0.01"), ("kernel_initial", "global"), ("omega_0", "1000")]),
    ("text", &[("base", "ccnn-2-16"), ("batch", "8"), ("epochs", "5"), ("samples", "1000"), ("lr", "0.01"), ("kernel_initial", "global"), ("omega_0", "1000")]),
    ("retrieval", &[("base", "ccnn-2-16"), ("batch", "8"), ("epochs", "5"), ("samples", "1000"), ("lr", "0.01"), ("kernel_initial", "global"), ("omega_0", "1000")]),
    ("pathfinder", &[("base", "ccnn-2-16"), ("batch", "16"), ("epochs", "10"), ("samples", "1600"), ("lr", "0.01"), ("kernel_initial", "global"), ("omega_0", "1000")]),
    ("path-x", &[("base", "ccnn-2-8"), ("batch", "4"), ("epochs", "5"), ("samples", "100"), ("lr", "0.01"), ("kernel_initial", "global"), ("omega_0", "1000"), ("tau_resolution", "100")]),
    ("cosmic", &[("augment", "true"), ("base", "ccnn-2-8"), ("batch", "4"), ("epochs", "8"), ("samples", "240"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "10"), ("tau_resolution", "100")]),
    ("mnist", &[("batch", "32"), ("epochs", "5"), ("samples", "5000"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "100"), ("tau_resolution", "25")]),
    ("mnist-sequential", &[("batch", "32"), ("epochs", "5"), ("samples", "5000"), ("lr", "0.02"), ("kernel_initial", "global"), ("omega_0", "1000"), ("tau_resolution", "25")]),
];

/// The names of all presets; a laptop preset is called like its task.
pub fn names() -> impl Iterator<Item = &'static str> {
    let laptop = LAPTOP.iter().map(|(name, _)| *name);
    laptop.chain(PAPER.iter().map(|row| row.name))
}

/// The settings of the preset called `name`, each as it would be written after `--set`.
///
/// # Errors
/// [`Error::Argument`] for a name that is not among [`names`].
pub fn preset(name: &str) -> Result<Vec<(&'static str, String)>> {
    if let Some(row) = PAPER.iter().find(|row| row.name == name) {
        return Ok(row.settings());
    }
    let (task, values) = LAPTOP
        .iter()
        .find(|(task, _)| *task == name)
        .ok_or_else(|| {
            Error::argument(
                "--preset",
                shortened(name),
                format!(
                    "one of {}; the nearest is {}",
                    names().collect::<Vec<_>>().join(", "),
                    nearest(name, names())
                ),
            )
        })?;
    let values = values.iter().map(|(key, value)| (*key, value.to_string()));
    Ok(std::iter::once(("task", task.to_string()))
        .chain(values)
        .collect())
}

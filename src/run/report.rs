//! The results of a finished run: numbers, architecture, pictures.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::directory::{METRICS, RunDirectory};
use super::drawing::drawing;
use super::fields::{Panel, fields};
use super::plot::curves;
use super::search::test;
use super::settings::Settings;
use crate::files::{read_at_most, write_atomically};
use crate::network::Architecture;
use crate::search::{Evaluation, Search, predict};
use crate::tasks::{Encoding, Goal, Inputs, Split, Targets, Task};
use crate::{Error, Result};

/// Held-out samples that are drawn.
const SAMPLES: usize = 3;
const LARGEST_METRICS: u64 = 1 << 30;

/// What a finished run found.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    #[serde(skip)]
    pub directory: PathBuf,
    /// What the task was, and on which data.
    pub task: String,
    pub metric: &'static str,
    pub test_samples: usize,
    /// Samples normalised together at evaluation.
    pub evaluation_batch: usize,
    pub found: Found,
    /// The plain CCNN trained the same way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Found>,
    /// The files written beside the results.
    #[serde(skip)]
    pub files: Vec<String>,
}

/// A trained network: its test metric and architecture.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub test_metric: f64,
    pub test_loss: f64,
    /// Further metrics of the test split.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub test_others: BTreeMap<&'static str, f64>,
    pub architecture: Architecture,
}

/// Evaluates on the test split and writes `results.json`, `architecture.json` and the pictures.
pub fn write(
    directory: &RunDirectory,
    settings: &Settings,
    task: &dyn Task,
    search: &Search<f32>,
    baseline: Option<&Search<f32>>,
) -> Result<Outcome> {
    let evaluated = |search: &Search<f32>| -> Result<Found> {
        let evaluation = test(search, settings, task)?;
        let architecture = search.network.architecture(settings.target_ratio)?;
        Ok(Found {
            test_metric: evaluation.metric,
            test_loss: evaluation.loss,
            test_others: evaluation.others.into_iter().collect(),
            architecture,
        })
    };
    let mut outcome = Outcome {
        directory: directory.path().to_path_buf(),
        task: task.title(),
        metric: Evaluation::metric_name(task.goal()),
        test_samples: task.len(Split::Test),
        evaluation_batch: settings.batch,
        found: evaluated(search)?,
        baseline: baseline.map(evaluated).transpose()?,
        files: Vec::new(),
    };
    let title = format!("{} of {}", settings.components, settings.base);
    let mut written = vec![
        (
            "architecture.json",
            to_json(directory, &outcome.found.architecture)?,
        ),
        ("architecture.svg", drawing(&outcome.found.architecture)?),
        (
            "curves.svg",
            drawn_metrics(directory, outcome.metric, &title)?,
        ),
    ];
    if let Some(picture) = drawn_samples(search, task)? {
        written.push(("samples.svg", picture));
    }
    written.push(("results.json", to_json(directory, &outcome)?));
    for (name, text) in written {
        write_atomically(&directory.file(name), text.as_bytes())?;
        outcome.files.push(name.to_string());
    }
    Ok(outcome)
}

fn to_json(directory: &RunDirectory, value: &impl Serialize) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Error::configuration(directory.path(), error))
}

/// Loss, metric and complexity ratio over the steps (Figure 9), from the metrics on disk, so that a
/// resumed run shows all of them.
fn drawn_metrics(directory: &RunDirectory, metric: &str, title: &str) -> Result<String> {
    let path = directory.file(METRICS);
    let bytes = read_at_most(&path, LARGEST_METRICS)?;
    let (mut steps, mut losses, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut evaluations = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let value: Value = serde_json::from_slice(line)
            .map_err(|error| Error::data(&path, format!("line {}", index + 1), error, "JSON"))?;
        let step = value["step"].as_u64().unwrap_or(0) as usize;
        if let (Some(loss), Some(ratio)) =
            (value["loss"].as_f64(), value["complexity_ratio"].as_f64())
        {
            steps.push(step);
            losses.push(loss);
            ratios.push(ratio);
        } else if let Some(metric) = value["validation_metric"].as_f64() {
            evaluations.push((step, metric));
        }
    }
    curves(
        &steps,
        &losses,
        &evaluations,
        &format!("validation {metric}"),
        &ratios,
        title,
    )
}

/// Input, truth, prediction and error of some test samples of a dense task on two axes.
fn drawn_samples(search: &Search<f32>, task: &dyn Task) -> Result<Option<String>> {
    let (
        Goal::Regression {
            mean, deviation, ..
        },
        [rows, columns],
    ) = (task.goal(), task.grid())
    else {
        return Ok(None);
    };
    // A whole batch is normalised together; its first samples are drawn.
    let shown = task.len(Split::Test).min(SAMPLES);
    let indices: Vec<usize> = (0..task.len(Split::Test).min(8)).collect();
    let batch = task.batch(Split::Test, &indices, 0)?;
    let Targets::Fields(targets) = &batch.targets else {
        return Ok(None);
    };
    let (Inputs::Values(inputs), Encoding::Values { channels }) = (&batch.inputs, task.encoding())
    else {
        return Ok(None);
    };
    let output = predict(&search.network, &batch)?;
    let positions = rows * columns;
    let mut panels = Vec::new();
    for sample in 0..shown {
        let first_channel = |values: &[f32], channels: usize| -> Vec<f64> {
            let start = sample * channels * positions;
            values[start..start + positions]
                .iter()
                .map(|v| f64::from(*v))
                .collect()
        };
        let outputs = output.shape()[1];
        let prediction = first_channel(output.values(), outputs)
            .iter()
            .zip(mean.iter().zip(deviation))
            .map(|(value, (mean, deviation))| value * f64::from(*deviation) + f64::from(*mean))
            .collect();
        panels.push(Panel::sample(
            *rows,
            *columns,
            first_channel(inputs, channels),
            first_channel(targets, outputs),
            prediction,
        )?);
    }
    let title = format!("Test samples: {}", task.title());
    fields(&panels, &title).map(Some)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}", self.task)?;
        writeln!(
            f,
            "{} on {} test samples, normalised in batches of {}:",
            self.metric, self.test_samples, self.evaluation_batch
        )?;
        let mut row = |name: String, found: &Found| {
            let architecture = &found.architecture;
            writeln!(
                f,
                "  {name:<32} {:.5}   complexity {:.2}x   {} active parameters",
                found.test_metric, architecture.complexity_ratio, architecture.active_parameters
            )?;
            for (name, value) in &found.test_others {
                writeln!(f, "    {name:<38} {value:.5}")?;
            }
            Ok(())
        };
        let (components, base) = (
            &self.found.architecture.components,
            &self.found.architecture.base,
        );
        row(
            format!("DNArch_{{{}}}({base})", components.to_uppercase()),
            &self.found,
        )?;
        if let Some(baseline) = &self.baseline {
            row(format!("plain {base}, global kernels"), baseline)?;
        }
        writeln!(f, "\n{}", self.found.architecture)?;
        write!(
            f,
            "Results in {}: {}",
            self.directory.display(),
            self.files.join(", ")
        )
    }
}

//! A search in a run directory: settings to network, training with metrics and checkpoints, results.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::directory::RunDirectory;
use super::progress::Progress;
use super::report::{self, Outcome};
use super::settings::Settings;
use crate::network::{Components, Decoder, Encoder, Network, NetworkConfiguration};
use crate::search::{
    Evaluation, Observer, Plan, Schedule, Search, StepReport, evaluate, load, read_header, save,
    train,
};
use crate::tasks::{self, Encoding, Goal, Origin, Source, Split, Task};
use crate::{Error, Result};

/// Metrics of at most about so many steps are written.
const METRICS: u64 = 2000;

/// What became of a run.
pub enum End {
    /// The plan was carried out.
    Finished(Box<Outcome>),
    /// It was stopped, and can be resumed from this directory.
    Stopped(PathBuf),
}

/// Runs a search: a new one, or the one in `resume` from its last checkpoint. With `baseline`, the
/// plain CCNN is then trained the same way, in the directory `baseline` inside the run's.
///
/// Setting `stop` ends the run at the next step, with a checkpoint.
pub fn run(
    settings: &Settings,
    resume: Option<&Path>,
    baseline: bool,
    stop: &AtomicBool,
) -> Result<End> {
    let task = tasks::open(&settings.task, &source(settings))?;
    let task = &*task;
    // What cannot be trained is refused before anything is written.
    let begun = begin(settings, task)?;
    let directory = match resume {
        Some(path) => reopen(path, settings)?,
        None => RunDirectory::create(settings)?,
    };
    let Some(found) = train_in(&directory, settings, task, begun, stop)? else {
        return Ok(End::Stopped(directory.path().to_path_buf()));
    };
    let baseline = if baseline {
        let settings = baseline_of(settings, directory.file("baseline"));
        let nested = directory.file("baseline");
        let nested = match RunDirectory::open(&nested) {
            Ok(_) => reopen(&nested, &settings)?,
            Err(_) => RunDirectory::create(&settings)?,
        };
        match train_in(&nested, &settings, task, begin(&settings, task)?, stop)? {
            Some(search) => Some(search),
            None => return Ok(End::Stopped(directory.path().to_path_buf())),
        }
    } else {
        None
    };
    let outcome = report::write(&directory, settings, task, &found, baseline.as_ref())?;
    Ok(End::Finished(Box::new(outcome)))
}

/// The same training of the plain CCNN with global kernels, by the objective alone.
fn baseline_of(settings: &Settings, out: PathBuf) -> Settings {
    let none = Components {
        kernel: false,
        resolution: false,
        width: false,
        depth: false,
    };
    Settings {
        components: none,
        lambda: 0.0,
        out: Some(out),
        ..settings.clone()
    }
}

fn source(settings: &Settings) -> Source {
    Source {
        origin: match &settings.data {
            Some(path) => Origin::Real(path.clone()),
            None => Origin::Generated,
        },
        samples: (settings.samples > 0).then_some(settings.samples),
        grid: (settings.grid > 0).then_some(settings.grid),
        seed: settings.seed,
        augment: settings.augment,
        bytes: settings.bytes,
    }
}

/// The network that `settings` describe for `task`.
pub fn network_configuration(settings: &Settings, task: &dyn Task) -> NetworkConfiguration {
    let (encoder, inputs) = match task.encoding() {
        Encoding::Values { channels } => (Encoder::Linear, channels),
        Encoding::Tokens { vocabulary } | Encoding::TokenPairs { vocabulary } => {
            (Encoder::Embedding, vocabulary)
        }
    };
    let pairs = matches!(task.encoding(), Encoding::TokenPairs { .. });
    let (decoder, outputs) = match task.goal() {
        Goal::Classification { classes } if pairs => (Decoder::Pair, *classes),
        Goal::Classification { classes } => (Decoder::Classification, *classes),
        Goal::Regression { channels, .. } => (Decoder::Dense, *channels),
        Goal::Segmentation => (Decoder::Dense, 1),
    };
    NetworkConfiguration {
        base: settings.base,
        components: settings.components,
        variant: settings.variant,
        gelu: settings.gelu,
        final_norm: settings.final_norm,
        encoder,
        decoder,
        masked_pooling: settings.masked_pooling,
        grid: task.grid().to_vec(),
        inputs,
        outputs,
        tau_resolution: settings.tau_resolution,
        tau_channel: settings.tau_channel,
        tau_depth: settings.tau_depth,
        threshold: settings.threshold,
        sigma_initial: settings.kernel_initial.sigma(),
        omega_0: settings.omega_0,
        dropout: settings.dropout,
        seed: settings.seed,
    }
}

/// The search at its first step, and its plan.
fn begin(settings: &Settings, task: &dyn Task) -> Result<(Search<f32>, Plan)> {
    let plan = Plan {
        epochs: settings.epochs,
        batch: settings.batch,
        evaluate_every: settings.evaluate_every,
        seed: settings.seed,
    };
    let steps = plan.steps_per_epoch(task)?;
    let schedule = Schedule {
        peak: settings.lr,
        warmup: steps * settings.warmup_epochs as u64,
        total: steps * settings.epochs as u64,
    };
    let network = Network::new(network_configuration(settings, task))?;
    let search = Search::new(
        network,
        schedule,
        settings.weight_decay,
        settings.lambda,
        settings.target_ratio,
    )?;
    Ok((search, plan))
}

/// Opens the run at `path` for going on with it, which must have been started with `settings`.
fn reopen(path: &Path, settings: &Settings) -> Result<RunDirectory> {
    let directory = RunDirectory::open(path)?;
    let differences = settings.differences(&directory.settings()?)?;
    if differences.is_empty() {
        return Ok(directory);
    }
    let list: Vec<String> = differences
        .iter()
        .map(|(key, mine, theirs)| format!("{key} is {theirs} there and {mine} here"))
        .collect();
    let message = format!("was started with other settings: {}", list.join("; "));
    Err(Error::configuration(path, message))
}

/// Trains a search at its first step in `directory`, from the checkpoint there if it has one. `None` where
/// it was stopped.
fn train_in(
    directory: &RunDirectory,
    settings: &Settings,
    task: &dyn Task,
    (mut search, plan): (Search<f32>, Plan),
    stop: &AtomicBool,
) -> Result<Option<Search<f32>>> {
    let (settings_digest, data_digest) = (settings.digest()?, task.digest());
    let checkpoints = directory.file("checkpoints");
    std::fs::create_dir_all(&checkpoints)
        .map_err(|error| Error::io(&checkpoints, "create", error))?;
    if checkpoints.join("checkpoint.json").exists() {
        let header = read_header(&checkpoints)?;
        for (what, found, expected) in [
            ("settings", &header.settings_digest, &settings_digest),
            ("data", &header.data_digest, &data_digest),
        ] {
            if found != expected {
                return Err(Error::data(
                    &checkpoints.join("checkpoint.json"),
                    format!("digest of the {what}"),
                    found,
                    format!("{expected}, the digest of this run's {what}"),
                ));
            }
        }
        load(&mut search, &checkpoints)?;
    }
    directory.truncate_metrics(search.optimiser.steps as usize)?;
    let total = search.schedule.total;
    let mut recorder = Recorder {
        directory,
        checkpoints,
        digests: [settings_digest, data_digest],
        progress: Progress::new(Evaluation::metric_name(task.goal())),
        checkpoint_every: settings.checkpoint_every as u64,
        metrics_every: total.div_ceil(METRICS).max(1),
        total,
        stop,
    };
    recorder.checkpoint(&search)?;
    let network = format!("{} learning {}", settings.base, settings.components);
    recorder
        .progress
        .print(&format!("{network}: {}", task.title()));
    let finished = match train(&mut search, task, &plan, &mut recorder) {
        Err(error @ Error::Diverged { .. }) => {
            let last = read_header(&recorder.checkpoints)?.step;
            return Err(Error::Run {
                path: directory.path().to_path_buf(),
                message: format!(
                    "{error}; the checkpoint of step {last} is kept. Try a new run with a smaller \
                     --lr"
                ),
            });
        }
        result => result?,
    };
    recorder.checkpoint(&search)?;
    recorder.progress.finish(&format!(
        "{network}: step {} of {total}",
        search.optimiser.steps
    ));
    Ok(finished.then_some(search))
}

/// Writes down what happens, and passes the wish to stop on.
struct Recorder<'a> {
    directory: &'a RunDirectory,
    checkpoints: PathBuf,
    digests: [String; 2],
    progress: Progress,
    checkpoint_every: u64,
    metrics_every: u64,
    total: u64,
    stop: &'a AtomicBool,
}

impl Recorder<'_> {
    fn checkpoint(&self, search: &Search<f32>) -> Result<()> {
        let [settings, data] = &self.digests;
        save(search, &self.checkpoints, settings, data)
    }
}

impl Observer<f32> for Recorder<'_> {
    fn step(&mut self, search: &Search<f32>, report: &StepReport) -> Result<ControlFlow<()>> {
        let step = report.step;
        let (loss, ratio) = (report.loss, report.complexity_ratio);
        self.progress
            .step(step as usize, self.total as usize, loss, ratio);
        if step.is_multiple_of(self.metrics_every) || step == self.total {
            self.directory.append_metrics(&json!({
                "step": step,
                "loss": loss,
                "objective": report.objective,
                "complexity_loss": report.complexity_loss,
                "complexity_ratio": ratio,
                "learning_rate": report.learning_rate,
            }))?;
        }
        if step.is_multiple_of(self.checkpoint_every) {
            self.checkpoint(search)?;
        }
        Ok(match self.stop.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }

    fn evaluation(&mut self, search: &Search<f32>, evaluation: &Evaluation) -> Result<()> {
        let step = search.optimiser.steps;
        self.progress.evaluated(step as usize, evaluation.metric);
        self.directory.append_metrics(&json!({
            "step": step,
            "validation_loss": evaluation.loss,
            "validation_metric": evaluation.metric,
        }))
    }
}

/// The metrics of a trained network on the test split.
pub(super) fn test(
    search: &Search<f32>,
    settings: &Settings,
    task: &dyn Task,
) -> Result<Evaluation> {
    evaluate(&search.network, task, Split::Test, settings.batch)
}

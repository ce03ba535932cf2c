//! Whether a training step ever waits for its batch.
//!
//! Each task that can be generated is written to a temporary directory in the benchmark's own
//! format and trained on from there; others are named by `--data TASK=DIR`. A step waits from the
//! end of the one before until its batch has been read. The first batch of all is not counted.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Parser;
use dnarch::network::Network;
use dnarch::run::search::network_configuration;
use dnarch::run::settings::{Settings, Sources};
use dnarch::search::{Evaluation, Observer, Plan, Schedule, Search, StepReport, train};
use dnarch::tasks::{
    Batch, DATA_SETS, Encoding, Goal, Origin, Source, Split, Task, data_set, open,
};
use dnarch::{Error, Result};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Arguments {
    /// Files of a task, instead of generated ones
    #[arg(long, value_name = "TASK=DIR")]
    data: Vec<String>,
    /// Steps of each task, counted after the first
    #[arg(long, default_value = "30")]
    steps: NonZeroUsize,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A task that notes when it begins and ends to read each training batch.
struct Timed<'a> {
    task: &'a dyn Task,
    read: Mutex<Vec<[Instant; 2]>>,
}

impl Task for Timed<'_> {
    fn name(&self) -> &str {
        self.task.name()
    }
    fn title(&self) -> String {
        self.task.title()
    }
    fn grid(&self) -> &[usize] {
        self.task.grid()
    }
    fn encoding(&self) -> Encoding {
        self.task.encoding()
    }
    fn goal(&self) -> &Goal {
        self.task.goal()
    }
    fn len(&self, split: Split) -> usize {
        match split {
            Split::Train => self.task.len(split),
            // An evaluation is no part of a step.
            _ => self.task.len(split).min(2),
        }
    }
    fn batch(&self, split: Split, indices: &[usize], epoch: u64) -> Result<Batch> {
        let begin = Instant::now();
        let batch = self.task.batch(split, indices, epoch);
        if split == Split::Train {
            let mut read = self.read.lock().expect("no reader panics");
            read.push([begin, Instant::now()]);
        }
        batch
    }
    fn digest(&self) -> String {
        self.task.digest()
    }
}

/// Notes when each step ends.
struct Ends {
    wanted: usize,
    at: Vec<Instant>,
}

impl Observer<f32> for Ends {
    fn step(&mut self, _: &Search<f32>, _: &StepReport) -> Result<ControlFlow<()>> {
        self.at.push(Instant::now());
        Ok(match self.at.len() > self.wanted {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }

    fn evaluation(&mut self, _: &Search<f32>, _: &Evaluation) -> Result<()> {
        Ok(())
    }
}

/// Trains on the files with the settings of the task's laptop preset, and prints a row.
fn measure(name: &str, files: &Path, wanted: usize) -> Result<()> {
    let settings = Settings::resolve(&Sources {
        preset: Some(name.to_string()),
        ..Sources::default()
    })?;
    let source = Source {
        origin: Origin::Real(files.to_path_buf()),
        augment: settings.augment,
        ..Source::default()
    };
    let task = open(name, &source)?;
    let task = Timed {
        task: &*task,
        read: Mutex::default(),
    };
    let plan = Plan {
        epochs: wanted + 1,
        batch: settings.batch,
        evaluate_every: wanted + 1,
        seed: 0,
    };
    let schedule = Schedule {
        peak: settings.lr,
        warmup: 0,
        total: plan.steps_per_epoch(&task)? * plan.epochs as u64,
    };
    let network = Network::new(network_configuration(&settings, &task))?;
    let mut search = Search::new(
        network,
        schedule,
        settings.weight_decay,
        settings.lambda,
        settings.target_ratio,
    )?;
    let mut ends = Ends {
        wanted,
        at: Vec::new(),
    };
    train(&mut search, &task, &plan, &mut ends)?;
    let read = std::mem::take(&mut *task.read.lock().expect("no reader panics"));
    let mut waits: Vec<Duration> = read[1..]
        .iter()
        .zip(&ends.at)
        .take(wanted)
        .map(|([_, ready], end)| ready.saturating_duration_since(*end))
        .collect();
    let milliseconds = |time: Duration, count: usize| 1e3 * time.as_secs_f64() / count as f64;
    let reading: Duration = read.iter().map(|[begin, end]| *end - *begin).sum();
    let training = ends.at[wanted] - ends.at[0];
    waits.sort();
    println!(
        "| {} | {} | {:.2} | {:.1} | {} of {wanted} | {:.2} |",
        task.task.title(),
        settings.batch,
        milliseconds(reading, read.len()),
        milliseconds(training, wanted),
        waits.iter().filter(|wait| !wait.is_zero()).count(),
        milliseconds(waits[wanted - 1], 1),
    );
    Ok(())
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!(
        "| task | batch | reading a batch, ms | a step, ms | steps that waited | longest wait, ms |"
    );
    println!("|---|---|---|---|---|---|");
    for set in DATA_SETS {
        let Some(generate) = set.generate else {
            continue;
        };
        let parent = tempfile::tempdir()
            .map_err(|error| Error::io(&std::env::temp_dir(), "create a directory in", error))?;
        let files = parent.path().join("files");
        // DarcyFlow is solved on 421 x 421 points, at half a second a sample.
        let samples = if set.name == "darcyflow" { 40 } else { 200 };
        generate(&files, samples, 0)?;
        measure(set.name, &files, arguments.steps.get())?;
    }
    for argument in &arguments.data {
        let (name, directory) = argument
            .split_once('=')
            .ok_or_else(|| Error::argument("--data", argument, "TASK=DIR"))?;
        let set = data_set(name)?;
        measure(set.name, &PathBuf::from(directory), arguments.steps.get())?;
    }
    Ok(())
}

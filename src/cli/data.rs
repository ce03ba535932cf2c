//! `dnarch data`: the data sets, what is in their files, and files of generated ones.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{complain, print};
use crate::files::write_atomically;
use crate::run::pictures;
use crate::tasks::{self, DATA_SETS, Origin, Source, data_set, information};
use crate::{Error, Result};

/// The data sets: which there are, what their files hold, and how to make some.
///
/// Exit status: 0; 1 if a fault is found; 2 for usage; 3 for files that cannot be read as the data
/// set.
#[derive(Args)]
pub struct DataArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the data sets
    List,
    /// Sizes, labels and samples of a data set
    Info {
        /// One of dnarch data list
        task: String,
        #[command(flatten)]
        source: SourceArguments,
        /// Draw samples into this file
        #[arg(long, value_name = "FILE.png")]
        picture: Option<PathBuf>,
    },
    /// Write a generated data set in the benchmark's own format
    Generate {
        /// One of dnarch data list
        task: String,
        /// Training samples; held-out ones come with them
        #[arg(long, value_name = "N")]
        n: usize,
        /// An empty or new directory
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Seed of every random number
        #[arg(long, value_name = "SEED", default_value_t = 0)]
        seed: u64,
    },
    /// Read every record and name those that are bad
    Check {
        /// One of dnarch data list
        task: String,
        /// Directory or archive of the data set's files
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

#[derive(Args)]
struct SourceArguments {
    /// Directory or archive of the data set's files; without it the data set is generated
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// At most so many training samples
    #[arg(long, value_name = "N")]
    samples: Option<usize>,
    /// Points per axis of a generated data set, or kept of darcyflow's files
    #[arg(long, value_name = "N")]
    grid: Option<usize>,
    /// Seed of generated samples
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Text as bytes instead of characters
    #[arg(long)]
    bytes: bool,
}

/// `dnarch data`.
pub fn run(arguments: &DataArguments) -> Result<ExitCode> {
    match &arguments.action {
        Action::List => {
            print(&information::list(DATA_SETS))?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Info {
            task,
            source,
            picture,
        } => info(task, source, picture.as_deref()),
        Action::Generate { task, n, out, seed } => generate(task, *n, out, *seed),
        Action::Check { task, data } => check(task, data),
    }
}

fn info(name: &str, arguments: &SourceArguments, picture: Option<&Path>) -> Result<ExitCode> {
    let source = Source {
        origin: match &arguments.data {
            Some(path) => Origin::Real(path.clone()),
            None => Origin::Generated,
        },
        samples: arguments.samples,
        grid: arguments.grid,
        seed: arguments.seed,
        augment: false,
        bytes: arguments.bytes,
    };
    let task = tasks::open(name, &source)?;
    print(&information::of_task(&*task)?)?;
    if let Some(path) = picture {
        let image = pictures::samples(&*task)?;
        write_atomically(path, &image)?;
        print(&format!("samples: {}\n", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn generate(name: &str, n: usize, out: &Path, seed: u64) -> Result<ExitCode> {
    let Some(generate) = data_set(name)?.generate else {
        let able = DATA_SETS.iter().filter(|set| set.generate.is_some());
        let names: Vec<&str> = able.map(|set| set.name).collect();
        let expected = format!("one that can be generated: {}", names.join(", "));
        return Err(Error::argument("data set", name, expected));
    };
    generate(out, n, seed)?;
    print(&format!(
        "{name}: {n} training samples in {}\n",
        out.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn check(name: &str, data: &Path) -> Result<ExitCode> {
    let mut bad = 0u64;
    let mut report = |error: Error| {
        bad += 1;
        complain(&error.to_string());
    };
    let checked = match tasks::check(name, data, &mut report) {
        // A file that is not there is as bad as one that is no data.
        Err(error @ Error::Io { .. }) => {
            complain(&format!("error: {error}"));
            return Ok(ExitCode::from(3));
        }
        checked => checked?,
    };
    print(&format!(
        "{name}: {} files, {} records; faults: {bad}\n",
        checked.files, checked.records
    ))?;
    Ok(match bad {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

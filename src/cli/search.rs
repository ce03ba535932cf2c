//! `dnarch search`: its arguments, and the settings they stand for.

use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;

use super::complain;
use crate::run::directory::{RunDirectory, SETTINGS};
use crate::run::keys::KEYS;
use crate::run::presets;
use crate::run::search::{End, run as run_search};
use crate::run::settings::{Settings, Sources};
use crate::{Error, Result};

/// Learn the weights and the architecture of a CCNN within a complexity budget.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = all_keys())]
pub struct SearchArguments {
    #[arg(help = help("task"))]
    pub task: Option<String>,
    #[arg(long, value_name = "DIR", help = help("data"))]
    pub data: Option<String>,
    #[arg(long, value_name = "DIR", help = help("out"))]
    pub out: Option<String>,
    #[arg(long, value_name = "CCNN-B-N", help = help("base"))]
    pub base: Option<String>,
    #[arg(long, value_name = "LIST", help = help("components"))]
    pub components: Option<String>,
    #[arg(long, value_name = "WORD", help = help("variant"))]
    pub variant: Option<String>,
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, help = help("lambda"))]
    pub lambda: Option<String>,
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, help = help("target_ratio"))]
    pub target_ratio: Option<String>,
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true, help = help("epochs"))]
    pub epochs: Option<String>,
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true, help = help("batch"))]
    pub batch: Option<String>,
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true, help = help("lr"))]
    pub lr: Option<String>,
    #[arg(long, value_name = "SEED", allow_hyphen_values = true, help = help("seed"))]
    pub seed: Option<String>,
    #[arg(long, value_name = "COUNT", allow_hyphen_values = true, help = help("threads"))]
    pub threads: Option<String>,
    /// Go on with the run in DIR from its last checkpoint, with its settings
    #[arg(long, value_name = "DIR", conflicts_with_all = ["task", "out", "preset", "config"])]
    pub resume: Option<PathBuf>,
    #[arg(long, value_name = "NAME", help = preset_help())]
    pub preset: Option<String>,
    /// TOML file of settings, over the preset's and under --set
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Any setting by its key; --help lists them all
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Afterwards train the plain base network with global kernels the same way, to compare
    #[arg(long)]
    pub baseline: bool,
}

/// Set by the first Ctrl-C or termination signal; the second ends the program at once.
static STOP: AtomicBool = AtomicBool::new(false);

/// `dnarch search`.
pub fn run(arguments: &SearchArguments) -> Result<()> {
    let settings = settings(arguments)?;
    rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads)
        .build_global()
        .map_err(|error| Error::argument("threads", error, "a thread pool that can be started"))?;
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            exit(130);
        }
        complain("stopping after this step; once more to stop at once");
    })
    .map_err(|error| Error::argument("signal handler", error, "one that can be installed"))?;
    match run_search(
        &settings,
        arguments.resume.as_deref(),
        arguments.baseline,
        &STOP,
    )? {
        End::Finished(outcome) => println!("{outcome}"),
        End::Stopped(directory) => {
            let baseline = if arguments.baseline {
                " --baseline"
            } else {
                ""
            };
            println!(
                "Stopped; the state is saved. Go on with:\n  dnarch search --resume {}{baseline}",
                shell_word(&directory)
            );
        }
    }
    Ok(())
}

/// The settings of a new search, or with `--resume` those of the run, changed by `--set` and flags.
///
/// # Errors
/// Those of [`Settings::resolve`] and, with `--resume`, of [`RunDirectory::open`].
pub fn settings(arguments: &SearchArguments) -> Result<Settings> {
    let flags = [
        ("task", &arguments.task),
        ("data", &arguments.data),
        ("out", &arguments.out),
        ("base", &arguments.base),
        ("components", &arguments.components),
        ("variant", &arguments.variant),
        ("lambda", &arguments.lambda),
        ("target_ratio", &arguments.target_ratio),
        ("epochs", &arguments.epochs),
        ("batch", &arguments.batch),
        ("lr", &arguments.lr),
        ("seed", &arguments.seed),
        ("threads", &arguments.threads),
    ];
    let resumed = arguments.resume.as_deref().map(RunDirectory::open);
    let resumed = resumed.transpose()?.map(|run| run.file(SETTINGS));
    Settings::resolve(&Sources {
        preset: arguments.preset.clone(),
        file: resumed.or_else(|| arguments.config.clone()),
        set: arguments.set.clone(),
        flags: flags
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.clone()?)))
            .collect(),
    })
}

/// A path as a shell reads it back.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    match text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

fn help(name: &str) -> String {
    let key = KEYS.iter().find(|key| key.name == name);
    key.map(|key| key.described()).unwrap_or_default()
}

fn preset_help() -> String {
    let names: Vec<&str> = presets::names().collect();
    format!(
        "Named settings, over the defaults: {} [default: the task's own]",
        names.join(", ")
    )
}

fn all_keys() -> String {
    let widest = KEYS.iter().map(|key| key.name.len()).max().unwrap_or(0);
    let rows = KEYS
        .iter()
        .map(|key| format!("  {:widest$}  {}\n", key.name, key.described()));
    format!(
        "Keys of --set and of the settings file:\n{}",
        rows.collect::<String>()
    )
}

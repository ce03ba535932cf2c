//! The resolved settings of a search: defaults < preset < file < `--set` < flags.
//!
//! [`KEYS`] says what each key may be. Settings are refused with the key, what was given and what
//! is allowed; in a file, also with the line.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use toml::de::DeTable;
use toml::{Table, Value};

use crate::autodiff::Gelu;
use crate::files::sha256;
use crate::network::{Base, Components, KernelInitial, Variant};
use crate::run::keys::{KEYS, find};
use crate::run::presets::{self, preset};
use crate::text::shortened;
use crate::{Error, Result};

/// The settings of one search, all of them present and checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// One of [`TASKS`](crate::run::keys::TASKS).
    pub task: String,
    /// The data set's file or directory; `None` for a task that generates its data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// The run directory; `None` for the first free `runs/<task>-<n>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<PathBuf>,
    /// The base network, whose complexity is the target.
    pub base: Base,
    /// The components that are learned.
    pub components: Components,
    pub variant: Variant,
    pub gelu: Gelu,
    /// Whether the decoder starts with a BatchNorm.
    pub final_norm: bool,
    /// `lambda` of Eq. 2, at least 0.
    pub lambda: f64,
    /// The target complexity as a multiple of the base network's, above 0.
    pub target_ratio: f64,
    pub epochs: usize,
    /// Epochs of linear warm-up, at most `epochs`.
    pub warmup_epochs: usize,
    pub batch: usize,
    /// The highest learning rate, above 0.
    pub lr: f64,
    /// Decoupled weight decay, at least 0.
    pub weight_decay: f64,
    /// In `[0, 1)`.
    pub dropout: f64,
    /// The frequency prior of the kernel MLP (E.1), above 0.
    pub omega_0: f64,
    pub kernel_initial: KernelInitial,
    /// Temperatures of the sigmoid masks (Eq. 4), at least 1.
    pub tau_resolution: f64,
    pub tau_channel: f64,
    pub tau_depth: f64,
    /// `T_m`, in `(0, 0.85]`.
    pub threshold: f64,
    /// Grid points per axis; 0 is the task's own size.
    pub grid: usize,
    /// Training samples; 0 is all of them.
    pub samples: usize,
    /// Whether training samples are augmented, where the task knows how.
    pub augment: bool,
    /// Whether text is read as bytes.
    pub bytes: bool,
    /// Whether pooling leaves padding out.
    pub masked_pooling: bool,
    /// Epochs between evaluations.
    pub evaluate_every: usize,
    /// Steps between checkpoints.
    pub checkpoint_every: usize,
    pub seed: u64,
    /// Worker threads; 0 is one for each processor.
    pub threads: usize,
}

/// Where settings come from, each overriding those above it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The name of a preset; `None` for the task's laptop preset, if it has one.
    pub preset: Option<String>,
    /// A TOML file of keys and values.
    pub file: Option<PathBuf>,
    /// The `KEY=VALUE` of every `--set`, the last one winning.
    pub set: Vec<String>,
    /// Flags by the name of their key.
    pub flags: Vec<(&'static str, String)>,
}

impl Settings {
    /// Merges `sources` over the defaults.
    ///
    /// # Errors
    /// [`Error::Argument`] for an unknown key or preset and for a value that is not allowed,
    /// [`Error::Configuration`] for those in the file, [`Error::Io`] if it cannot be read.
    pub fn resolve(sources: &Sources) -> Result<Self> {
        let mut chosen = Table::new();
        if let Some(path) = &sources.file {
            chosen.extend(parse(&read_text(path)?, path)?);
        }
        for assignment in &sources.set {
            let (name, text) = assignment
                .split_once('=')
                .ok_or_else(|| Error::argument("--set", shortened(assignment), "KEY=VALUE"))?;
            let (name, text) = (name.trim(), text.trim());
            let key = find("--set: ", name)?;
            let value = key.check(&format!("--set {name}"), key.read(text))?;
            chosen.insert(name.to_string(), value);
        }
        for (name, text) in &sources.flags {
            let key = find("", name)?;
            let flag = format!("--{}", name.replace('_', "-"));
            chosen.insert(name.to_string(), key.check(&flag, key.read(text))?);
        }

        let mut table = Table::new();
        for key in KEYS.iter().filter(|key| !key.default.is_empty()) {
            table.insert(key.name.to_string(), key.read(key.default));
        }
        for (name, text) in starting_point(sources, &chosen)? {
            table.insert(name.to_string(), find("preset: ", name)?.read(&text));
        }
        let lambda_chosen = chosen.contains_key("lambda");
        table.extend(chosen);
        let mut settings: Settings = table.try_into().map_err(|error: toml::de::Error| {
            Error::argument("settings", shortened(error.message()), "known values")
        })?;
        // Section 4: without a budget to keep, K and R are learned from the objective alone.
        if !lambda_chosen && !settings.components.width && !settings.components.depth {
            settings.lambda = 0.0;
        }
        settings.check()?;
        Ok(settings)
    }

    /// Reads settings that [`Settings::to_toml`] wrote, all of them, from the file at `path`.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a key that is missing, unknown or not allowed, [`Error::Io`] if
    /// the file cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        Self::from_toml(&read_text(path)?, path)
    }

    /// [`Settings::read`] of `text`, which stands in `path`.
    pub fn from_toml(text: &str, path: &Path) -> Result<Self> {
        let settings: Settings = parse(text, path)?
            .try_into()
            .map_err(|error: toml::de::Error| Error::configuration(path, one_line(&error)))?;
        let refused = |error| Error::configuration(path, error);
        settings.check().map_err(refused)?;
        Ok(settings)
    }

    /// Checks every value, and those that depend on each other.
    ///
    /// # Errors
    /// [`Error::Argument`] for the first that is not allowed.
    pub fn check(&self) -> Result<()> {
        for (name, value) in self.table()? {
            find("", &name)?.check(&name, value)?;
        }
        if self.warmup_epochs > self.epochs {
            return Err(Error::argument(
                "warmup_epochs",
                self.warmup_epochs,
                format!("at most epochs, which is {}", self.epochs),
            ));
        }
        Ok(())
    }

    /// All settings as TOML, one `key = value` a line.
    ///
    /// # Errors
    /// [`Error::Argument`] for what TOML cannot hold: a path that is not UTF-8, a seed above
    /// 2^63 - 1.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self)
            .map_err(|error| Error::argument("settings", error, "values that TOML can hold"))
    }

    /// SHA-256, in hexadecimal, of the TOML of the settings that decide the result, keys sorted.
    ///
    /// # Errors
    /// Those of [`Settings::to_toml`].
    pub fn digest(&self) -> Result<String> {
        Ok(sha256(self.deciding()?.to_string()))
    }

    /// The settings that decide the result and differ from `other`'s: key, own value, `other`'s.
    ///
    /// # Errors
    /// Those of [`Settings::to_toml`].
    pub fn differences(&self, other: &Settings) -> Result<Vec<(String, String, String)>> {
        let theirs = other.deciding()?;
        let differences = self.deciding()?.into_iter().filter_map(|(name, mine)| {
            let theirs = theirs.get(&name)?;
            (mine != *theirs).then(|| (name, mine.to_string(), theirs.to_string()))
        });
        Ok(differences.collect())
    }

    fn table(&self) -> Result<Table> {
        Table::try_from(self)
            .map_err(|error| Error::argument("settings", error, "values that TOML can hold"))
    }

    fn deciding(&self) -> Result<Table> {
        let mut table = self.table()?;
        for key in KEYS.iter().filter(|key| !key.decides_result) {
            table.remove(key.name);
        }
        Ok(table)
    }
}

/// The preset asked for, or else the laptop preset of the chosen task if it has one.
fn starting_point(sources: &Sources, chosen: &Table) -> Result<Vec<(&'static str, String)>> {
    if let Some(name) = &sources.preset {
        return preset(name);
    }
    let task = chosen
        .get("task")
        .and_then(Value::as_str)
        .unwrap_or("darcyflow");
    if presets::names().any(|name| name == task) {
        preset(task)
    } else {
        Ok(Vec::new())
    }
}

/// The keys and values in `text`, which stands in the file at `path`, each one checked.
fn parse(text: &str, path: &Path) -> Result<Table> {
    let located = |start: usize, message: String| {
        let line = 1 + text
            .bytes()
            .take(start)
            .filter(|byte| *byte == b'\n')
            .count();
        Error::configuration(path, format!("line {line}: {message}"))
    };
    let malformed = |error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        located(start, one_line(&error))
    };
    let mut places: Vec<(String, usize)> = DeTable::parse(text)
        .map_err(malformed)?
        .get_ref()
        .keys()
        .map(|key| (key.get_ref().to_string(), key.span().start))
        .collect();
    places.sort_by_key(|(_, start)| *start);
    let mut values: Table = toml::from_str(text).map_err(malformed)?;

    let mut checked = Table::new();
    for (name, start) in places {
        let Some(value) = values.remove(&name) else {
            continue;
        };
        let value = find("", &name)
            .and_then(|key| key.check(&name, value))
            .map_err(|error| located(start, error.to_string()))?;
        checked.insert(name, value);
    }
    Ok(checked)
}

/// The text of a settings file, which is at most 1 MiB.
fn read_text(path: &Path) -> Result<String> {
    const MOST: u64 = 1 << 20;
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST + 1).read_to_string(&mut text))
        .map_err(|error| Error::io(path, "read", error))?;
    if text.len() as u64 > MOST {
        return Err(Error::configuration(
            path,
            "longer than 1 MiB, too long for settings",
        ));
    }
    Ok(text)
}

fn one_line(error: &toml::de::Error) -> String {
    error.message().lines().collect::<Vec<_>>().join("; ")
}

//! What can be set: one table of keys for the checks, the command line's help and the docs.

use toml::Value;

use crate::network::{Base, Components};
use crate::text::{nearest, shortened};
use crate::{Error, Result};

/// Names of the tasks, in the order of [`DATA_SETS`](crate::tasks::DATA_SETS).
pub const TASKS: &[&str] = &[
    "listops",
    "text",
    "retrieval",
    "image",
    "pathfinder",
    "path-x",
    "cifar10",
    "cifar100",
    "darcyflow",
    "cosmic",
    "mnist",
    "mnist-sequential",
];

/// What a key may be set to.
#[derive(Clone, Copy, Debug)]
pub enum Allowed {
    /// A whole number between two bounds, both allowed.
    Whole(i64, i64),
    /// A finite number that passes the test, and the test in words.
    Number(fn(f64) -> bool, &'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A path.
    Path,
    /// A [`Base`] network.
    Base,
    /// Some [`Components`].
    Components,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    /// As it would be written after `--set`; empty where the key has none.
    pub default: &'static str,
    pub allowed: Allowed,
    /// The paper's symbol; empty where the paper has none.
    pub symbol: &'static str,
    pub help: &'static str,
    /// Whether it belongs to the configuration that a checkpoint is bound to.
    pub decides_result: bool,
}

const fn key(
    name: &'static str,
    default: &'static str,
    allowed: Allowed,
    symbol: &'static str,
    help: &'static str,
) -> Key {
    Key {
        name,
        default,
        allowed,
        symbol,
        help,
        decides_result: true,
    }
}

/// A key of the run and not of its result.
const fn of_run(
    name: &'static str,
    default: &'static str,
    allowed: Allowed,
    help: &'static str,
) -> Key {
    Key {
        decides_result: false,
        ..key(name, default, allowed, "", help)
    }
}

const COUNT: Allowed = Allowed::Whole(1, 1_000_000_000);
const COUNT_OR_ALL: Allowed = Allowed::Whole(0, 1_000_000_000);
const POSITIVE: Allowed = Allowed::Number(|x| x > 0.0, "a number above 0");
const NOT_NEGATIVE: Allowed = Allowed::Number(|x| x >= 0.0, "a number of at least 0");
/// Below about 0.6 a sigmoid mask's lowest offset (0.95 at the first position, E.1) would exceed
/// its highest (0.85 at the last).
const TEMPERATURE: Allowed = Allowed::Number(|x| x >= 1.0, "a number of at least 1");
const DROPOUT: Allowed = Allowed::Number(|x| (0.0..1.0).contains(&x), "a number in [0, 1)");
/// At its highest offset a sigmoid mask is 0.85 at the last position (E.1); a larger threshold
/// would cut that position off for ever.
const THRESHOLD: Allowed = Allowed::Number(|x| x > 0.0 && x <= 0.85, "a number in (0, 0.85]");

/// Every key, in the order of [`Settings`](crate::run::settings::Settings).
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("task", "darcyflow", Allowed::Word(TASKS), "", "task to solve; dnarch data list tells more"),
    of_run("data", "", Allowed::Path, "directory of the data set's files"),
    of_run("out", "", Allowed::Path, "run directory; without it the first free runs/<task>-<n>"),
    key("base", "ccnn-2-16", Allowed::Base, "CCNN_{B,N}", "base network of B blocks and N channels"),
    key("components", "k,r,w,d", Allowed::Components, "K,R,W,D", "what is learned: kernel sizes, downsampling, widths, depth; none is the plain CCNN with global kernels"),
    key("variant", "gated", Allowed::Word(&["gated", "stream", "branch"]), "", "where a block's masks act: gated, stream or branch"),
    key("gelu", "exact", Allowed::Word(&["exact", "tanh"]), "GELU", "form of the activation"),
    key("final_norm", "true", Allowed::Switch, "", "BatchNorm before the decoder"),
    key("lambda", "0.1", NOT_NEGATIVE, "λ, Eq. 2", "weight of the complexity loss; 0 unless given where neither W nor D is learned"),
    key("target_ratio", "1.0", POSITIVE, "C_target", "target complexity as a multiple of the base network's"),
    key("epochs", "20", COUNT, "", "passes over the training samples"),
    key("warmup_epochs", "1", COUNT_OR_ALL, "", "epochs of linear warm-up of the learning rate"),
    key("batch", "8", Allowed::Whole(1, 1_000_000), "", "samples per step"),
    key("lr", "0.01", POSITIVE, "", "highest learning rate of AdamW"),
    key("weight_decay", "0.0", NOT_NEGATIVE, "", "decoupled weight decay"),
    key("dropout", "0.0", DROPOUT, "", "share of activations dropped"),
    key("omega_0", "10.0", POSITIVE, "ω_0", "frequency prior of the kernels"),
    key("kernel_initial", "small", Allowed::Word(&["small", "global"]), "σ", "initial kernel size: σ = 0.0325 or 0.5"),
    key("tau_resolution", "50.0", TEMPERATURE, "τ_resolution", "temperature of the resolution masks"),
    key("tau_channel", "25.0", TEMPERATURE, "τ_channel", "temperature of the width masks"),
    key("tau_depth", "8.0", TEMPERATURE, "τ_depth", "temperature of the depth mask"),
    key("threshold", "0.1", THRESHOLD, "T_m", "mask values below it are 0"),
    key("grid", "0", Allowed::Whole(0, 1_000_000), "N", "points per axis of a generated task, or kept of darcyflow's files; 0 is its own size"),
    key("samples", "0", COUNT_OR_ALL, "", "training samples; 0 is all of the files', or the generator's default"),
    key("augment", "false", Allowed::Switch, "", "random crops and flips of training images; random levels of sky for cosmic"),
    key("bytes", "false", Allowed::Switch, "", "text as bytes instead of characters"),
    key("masked_pooling", "false", Allowed::Switch, "", "leave the padding of sequences out of global average pooling"),
    key("evaluate_every", "1", COUNT, "", "epochs between evaluations"),
    of_run("checkpoint_every", "100", COUNT, "steps between checkpoints"),
    key("seed", "0", Allowed::Whole(0, i64::MAX), "", "seed of every random number"),
    of_run("threads", "0", Allowed::Whole(0, 4096), "worker threads; 0 is one for each processor"),
];

impl Key {
    /// The value that `text` stands for. Text that is no such value stays text, for
    /// [`Key::check`] to refuse.
    pub fn read(&self, text: &str) -> Value {
        let value = match self.allowed {
            Allowed::Whole(..) => text.parse().ok().map(Value::Integer),
            Allowed::Number(..) => text.parse().ok().map(Value::Float),
            Allowed::Switch => text.parse().ok().map(Value::Boolean),
            _ => None,
        };
        value.unwrap_or_else(|| Value::String(text.to_string()))
    }

    /// Returns `value` if it is allowed. `what` names the key in the words of its source.
    ///
    /// # Errors
    /// [`Error::Argument`] with what was given and what is allowed.
    pub fn check(&self, what: &str, value: Value) -> Result<Value> {
        let allowed = match (self.allowed, &value) {
            (Allowed::Whole(least, most), Value::Integer(n)) => (least..=most).contains(n),
            (Allowed::Number(test, _), Value::Float(x)) => x.is_finite() && test(*x),
            (Allowed::Number(..), Value::Integer(n)) => {
                return self.check(what, Value::Float(*n as f64));
            }
            (Allowed::Word(words), Value::String(word)) => words.contains(&word.as_str()),
            (Allowed::Switch, Value::Boolean(_)) => true,
            (Allowed::Path, Value::String(path)) => !path.is_empty() && !path.contains('\0'),
            (Allowed::Base, Value::String(text)) => text.parse::<Base>().is_ok(),
            (Allowed::Components, Value::String(text)) => text.parse::<Components>().is_ok(),
            _ => false,
        };
        if allowed {
            Ok(value)
        } else {
            Err(Error::argument(what, quoted(&value), self.expected()))
        }
    }

    /// What is allowed, in words.
    pub fn expected(&self) -> String {
        match self.allowed {
            Allowed::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Allowed::Number(_, words) => words.to_string(),
            Allowed::Word(words) => format!("one of {}", words.join(", ")),
            Allowed::Switch => "true or false".to_string(),
            Allowed::Path => "a path".to_string(),
            Allowed::Base => Base::ALLOWED.to_string(),
            Allowed::Components => Components::ALLOWED.to_string(),
        }
    }

    /// The help of the command line: what it is, its default and the paper's symbol.
    pub fn described(&self) -> String {
        let mut notes = Vec::new();
        if !self.default.is_empty() {
            notes.push(format!("default: the preset's or {}", self.default));
        }
        if !self.symbol.is_empty() {
            notes.push(format!("paper: {}", self.symbol));
        }
        match notes.as_slice() {
            [] => self.help.to_string(),
            notes => format!("{} [{}]", self.help, notes.join("; ")),
        }
    }
}

/// The key called `name`, which `place` asks for.
///
/// # Errors
/// [`Error::Argument`] with the nearest known key.
pub fn find(place: &str, name: &str) -> Result<&'static Key> {
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| {
        let known = KEYS.iter().map(|key| key.name);
        let nearest = nearest(name, known);
        Error::argument(
            format!("{place}key"),
            shortened(name),
            format!("a known key, the nearest is {nearest}"),
        )
    })
}

fn quoted(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text),
        Value::Array(_) => "an array".to_string(),
        Value::Table(_) => "a table".to_string(),
        scalar => scalar.to_string(),
    }
}

//! Every error the library returns: what was given, what was allowed, and where.

use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong. Each message is one line, complete without its variant's name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value outside the range its operation or setting allows.
    #[error("{what}: got {given}, expected {expected}")]
    Argument {
        what: String,
        given: String,
        expected: String,
    },
    /// A data file whose content is not what its format says.
    #[error("{}: {place}: found {found}, expected {expected}", shown(path))]
    Data {
        path: PathBuf,
        place: String,
        found: String,
        expected: String,
    },
    /// A configuration, checkpoint or run directory that cannot be used as asked.
    #[error("{}: {message}", shown(path))]
    Configuration { path: PathBuf, message: String },
    /// The operating system refused to read or write.
    #[error("{}: cannot {action}: {source}", shown(path))]
    Io {
        path: PathBuf,
        action: &'static str,
        source: std::io::Error,
    },
    /// The loss or a parameter stopped being a finite number.
    #[error("{what} became {value} at step {step}")]
    Diverged { step: u64, what: String, value: f64 },
    /// A run that cannot go on, and what is left of it.
    #[error("{}: {message}", shown(path))]
    Run { path: PathBuf, message: String },
    /// The tensor device failed.
    #[error("tensor device: {0}")]
    Device(String),
}

impl Error {
    /// `what` was `given`, but must be `expected`.
    pub fn argument(what: impl Display, given: impl Display, expected: impl Display) -> Self {
        Error::Argument {
            what: line(what),
            given: line(given),
            expected: line(expected),
        }
    }

    /// At `place` in the file at `path`, `found` stands where `expected` should.
    pub fn data(
        path: &Path,
        place: impl Display,
        found: impl Display,
        expected: impl Display,
    ) -> Self {
        Error::Data {
            path: path.to_path_buf(),
            place: line(place),
            found: line(found),
            expected: line(expected),
        }
    }

    /// The configuration, checkpoint or run directory at `path` cannot be used, and why.
    pub fn configuration(path: &Path, message: impl Display) -> Self {
        Error::Configuration {
            path: path.to_path_buf(),
            message: line(message),
        }
    }

    /// The operating system refused to `action` (an infinitive: "read", "create") `path`.
    pub fn io(path: &Path, action: &'static str, source: std::io::Error) -> Self {
        Error::Io {
            path: path.to_path_buf(),
            action,
            source,
        }
    }
}

/// What a message quotes may come from anyone's file: it stays on one line of bounded length.
fn line(text: impl Display) -> String {
    const LONGEST: usize = 500;
    let text = text.to_string();
    let mut line: String = text.chars().take(LONGEST).map(printable).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push_str(" ...");
    }
    line
}

/// A path on one line: the end of one inside an archive may come from anyone too.
fn shown(path: &Path) -> String {
    path.to_string_lossy().chars().map(printable).collect()
}

fn printable(character: char) -> char {
    if character.is_control() {
        ' '
    } else {
        character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_stays_on_its_line() {
        let found = format!("a\nb\u{1b}[2J{}", "x".repeat(1000));
        let message = Error::data(Path::new("file"), "place", found, "text").to_string();
        assert!(message.starts_with("file: place: found a b [2Jxxx"));
        assert!(message.ends_with("x ..., expected text"));
        assert!(message.len() < 600);
        let message = Error::configuration(Path::new("a\n\u{1b}b"), "broken").to_string();
        assert_eq!(message, "a  b: broken");
    }
}

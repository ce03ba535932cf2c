//! The program itself: what it writes and prints, that it survives being stopped and killed, and
//! what it says to what it cannot do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

#[path = "program/refusals.rs"]
mod refusals;
#[path = "program/results.rs"]
mod results;
#[cfg(unix)]
#[path = "program/stops.rs"]
mod stops;
#[path = "program/tasks.rs"]
mod tasks;

/// The arguments of a search of a moment.
const TINY: &[&str] = &[
    "search",
    "--set",
    "grid=8",
    "--set",
    "samples=16",
    // Not the preset's, which may be tuned.
    "--set",
    "lr=0.01",
    "--base",
    "ccnn-1-4",
    "--threads",
    "1",
];

/// A directory that runs are started in and write to.
struct Place(TempDir);

/// What a run of the program said.
struct Said {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dnarch"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(self.program(arguments).output().unwrap())
    }

    /// A tiny search with these further arguments.
    fn search(&self, arguments: &[&str]) -> Said {
        self.run(&[TINY, arguments].concat())
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    /// Every file below `name` with its bytes; nothing where it is not there.
    fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), &mut files);
        files
    }
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), files);
        }
    } else if path.exists() {
        files.insert(path.to_path_buf(), fs::read(path).unwrap());
    }
}

fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Said {
    fn assert_success(&self) {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        assert!(!self.stderr.contains("error: "), "{}", self.stderr);
    }

    /// The one line of an error, after whatever progress was made.
    fn error(&self, status: i32) -> &str {
        let said = &self.stderr;
        assert_eq!(self.status, Some(status), "{said}");
        assert_eq!(self.stdout, "");
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
        let last = said.lines().last().unwrap();
        last.strip_prefix("error: ")
            .unwrap_or_else(|| panic!("{said}"))
    }

    /// The one line of an error, before anything else happened.
    fn refusal(&self, status: i32) -> &str {
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        self.error(status)
    }
}

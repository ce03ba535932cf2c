//! The directory of one run: its settings, its metrics, and files that are written whole or not at
//! all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::files::{staged, sync_directory, write_atomically};
use crate::run::settings::Settings;
use crate::{Error, Result};

/// The name of the file of resolved settings, which makes a directory a run.
pub const SETTINGS: &str = "settings.toml";
/// The name of the file of metrics, one JSON object a line.
pub const METRICS: &str = "metrics.jsonl";

/// The directory of one run.
#[derive(Clone, Debug)]
pub struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    /// Creates the directory `settings.out`, or else the first free `runs/<task>-<n>`, and writes
    /// the settings into it.
    ///
    /// # Errors
    /// [`Error::Configuration`] if it already holds a run, [`Error::Io`] if it cannot be written.
    pub fn create(settings: &Settings) -> Result<Self> {
        let path = match &settings.out {
            Some(out) => {
                fs::create_dir_all(out).map_err(|error| Error::io(out, "create", error))?;
                out.clone()
            }
            None => first_free(Path::new("runs"), &settings.task)?,
        };
        let file = path.join(SETTINGS);
        let text = settings.to_toml()?;
        // Never over an existing file, so that of two runs started at once only one gets it.
        match staged(&file, text.as_bytes())?.persist_noclobber(&file) {
            Ok(_) => sync_directory(&file)?,
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                let run = path.display();
                return Err(Error::configuration(
                    &path,
                    format!(
                        "already holds a run; go on with it by --resume {run}, or choose another --out"
                    ),
                ));
            }
            Err(error) => return Err(Error::io(&file, "write", error.error)),
        }
        Ok(RunDirectory { path })
    }

    /// Opens a directory that holds a run.
    ///
    /// # Errors
    /// [`Error::Configuration`] if there is no run at `path`.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.join(SETTINGS).is_file() {
            return Err(Error::configuration(
                path,
                format!("holds no run: there is no {SETTINGS}"),
            ));
        }
        Ok(RunDirectory {
            path: path.to_path_buf(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of the file called `name` in this directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The settings the run was started with.
    ///
    /// # Errors
    /// Those of [`Settings::read`].
    pub fn settings(&self) -> Result<Settings> {
        Settings::read(&self.file(SETTINGS))
    }

    /// Appends `metrics`, an object with a member `step`, to the run's metrics.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be written.
    pub fn append_metrics(&self, metrics: &impl Serialize) -> Result<()> {
        let path = self.file(METRICS);
        let refused = |error| Error::io(&path, "append to", error);
        let mut line = serde_json::to_vec(metrics).map_err(|error| refused(error.into()))?;
        line.push(b'\n');
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(&line))
            .map_err(refused)
    }

    /// Drops the metrics of steps after `step`, and a last line that was cut short.
    ///
    /// # Errors
    /// [`Error::Data`] for any other line that is no object with a `step`, [`Error::Io`] if the
    /// file cannot be read or written.
    pub fn truncate_metrics(&self, step: usize) -> Result<()> {
        let path = self.file(METRICS);
        let refused = |error| Error::io(&path, "read", error);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(refused)?,
        };
        let mut lines = BufReader::new(file);
        let (mut kept, mut line, mut number) = (Vec::new(), Vec::new(), 0);
        while lines.read_until(b'\n', &mut line).map_err(refused)? > 0 {
            number += 1;
            if line.last() == Some(&b'\n') {
                let metrics: Step = serde_json::from_slice(&line).map_err(|_| {
                    let place = format!("line {number}");
                    Error::data(&path, place, "something else", "an object with a step")
                })?;
                if metrics.step <= step {
                    kept.extend_from_slice(&line);
                }
            }
            line.clear();
        }
        write_atomically(&path, &kept)
    }
}

#[derive(Deserialize)]
struct Step {
    step: usize,
}

/// Creates the first of `<parent>/<task>-1`, `<parent>/<task>-2`, ... that does not exist.
fn first_free(parent: &Path, task: &str) -> Result<PathBuf> {
    fs::create_dir_all(parent).map_err(|error| Error::io(parent, "create", error))?;
    let mut number = 1u64;
    loop {
        let path = parent.join(format!("{task}-{number}"));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(Error::io(&path, "create", error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::settings::Sources;

    fn settings(out: &Path) -> Settings {
        let flags = vec![("out", out.display().to_string())];
        let sources = Sources {
            flags,
            ..Sources::default()
        };
        Settings::resolve(&sources).unwrap()
    }

    #[test]
    fn a_run_is_not_written_over() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("new/run");
        let first = settings(&out);
        let run = RunDirectory::create(&first).unwrap();
        assert_eq!(run.settings().unwrap(), first);

        let mut second = first.clone();
        second.seed = 1;
        let message = RunDirectory::create(&second).unwrap_err().to_string();
        let name = out.display();
        assert_eq!(
            message,
            format!(
                "{name}: already holds a run; go on with it by --resume {name}, or choose another --out"
            )
        );
        assert_eq!(RunDirectory::open(&out).unwrap().settings().unwrap(), first);
        let files = fs::read_dir(&out).unwrap().count();
        assert_eq!(files, 1, "nothing is left behind");
    }

    #[test]
    fn a_directory_of_other_files_may_become_a_run() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("notes.txt"), "mine").unwrap();
        let message = RunDirectory::open(parent.path()).unwrap_err().to_string();
        assert!(
            message.ends_with("holds no run: there is no settings.toml"),
            "{message}"
        );
        RunDirectory::create(&settings(parent.path())).unwrap();
        assert_eq!(fs::read(parent.path().join("notes.txt")).unwrap(), b"mine");
    }

    #[test]
    fn the_first_free_number_is_taken() {
        let parent = tempfile::tempdir().unwrap();
        let runs = parent.path().join("runs");
        assert_eq!(first_free(&runs, "mnist").unwrap(), runs.join("mnist-1"));
        fs::create_dir(runs.join("mnist-2")).unwrap();
        assert_eq!(first_free(&runs, "mnist").unwrap(), runs.join("mnist-3"));
        assert_eq!(first_free(&runs, "image").unwrap(), runs.join("image-1"));
    }

    #[test]
    fn places_that_cannot_be_written_are_named() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        let below = file.join("run");
        let message = RunDirectory::create(&settings(&below))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with(&format!("{}: cannot create: ", below.display())),
            "{message}"
        );
        let message = write_atomically(&below, b"x").unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("{}: cannot write: ", below.display())),
            "{message}"
        );
    }

    fn run_with_metrics(text: &str) -> (tempfile::TempDir, RunDirectory) {
        let parent = tempfile::tempdir().unwrap();
        let run = RunDirectory::create(&settings(parent.path())).unwrap();
        fs::write(run.file(METRICS), text).unwrap();
        (parent, run)
    }

    #[test]
    fn metrics_after_the_checkpoint_are_dropped() {
        let (_parent, run) = run_with_metrics("");
        for step in [1, 2, 3, 4] {
            let metrics = json!({"step": step, "loss": 0.5 / f64::from(step)});
            run.append_metrics(&metrics).unwrap();
        }
        run.truncate_metrics(2).unwrap();
        run.append_metrics(&json!({"step": 3, "loss": 1.0}))
            .unwrap();
        let text = fs::read_to_string(run.file(METRICS)).unwrap();
        assert_eq!(
            text,
            "{\"loss\":0.5,\"step\":1}\n{\"loss\":0.25,\"step\":2}\n{\"loss\":1.0,\"step\":3}\n"
        );
    }

    #[test]
    fn a_line_cut_short_is_dropped() {
        let (_parent, run) = run_with_metrics("{\"step\":1}\n{\"step\":1,\"lo");
        run.truncate_metrics(5).unwrap();
        assert_eq!(fs::read(run.file(METRICS)).unwrap(), b"{\"step\":1}\n");
    }

    #[test]
    fn broken_metrics_are_refused_and_kept() {
        let text = "{\"step\":1}\nhello\n{\"step\":2}\n";
        let (_parent, run) = run_with_metrics(text);
        let message = run.truncate_metrics(1).unwrap_err().to_string();
        assert!(
            message.ends_with("line 2: found something else, expected an object with a step"),
            "{message}"
        );
        assert_eq!(fs::read_to_string(run.file(METRICS)).unwrap(), text);
    }

    #[test]
    fn a_run_without_metrics_has_none_to_drop() {
        let (_parent, run) = run_with_metrics("");
        fs::remove_file(run.file(METRICS)).unwrap();
        run.truncate_metrics(0).unwrap();
        assert!(!run.file(METRICS).exists());
    }
}

//! The tasks against reference data, hand-made files and hostile ones.
//!
//! Tests that need a data set look for it in `../shared/data` and say so when they skip.

use std::path::{Path, PathBuf};

use dnarch::Error;
use dnarch::tasks::torch_permutation::torch_permutation;
use dnarch::tasks::{Checked, DATA_SETS, Inputs, Origin, Source, Split, Targets, Task, open};
use proptest::prelude::*;

#[path = "tasks/cifar.rs"]
mod cifar;
#[path = "tasks/cifar_pickle.rs"]
mod cifar_pickle;
#[path = "tasks/cosmic.rs"]
mod cosmic;
#[path = "tasks/darcyflow.rs"]
mod darcyflow;
#[path = "tasks/darcyflow_files.rs"]
mod darcyflow_files;
#[path = "tasks/listops.rs"]
mod listops;
#[path = "tasks/mnist.rs"]
mod mnist;
#[path = "tasks/pathfinder/mod.rs"]
mod pathfinder;
#[path = "tasks/retrieval.rs"]
mod retrieval;
#[path = "tasks/sequences.rs"]
mod sequences;
#[path = "tasks/text.rs"]
mod text;
#[path = "tasks/topics.rs"]
mod topics;

const SPLITS: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

/// The directory of a reference data set, or nothing and a line saying what is skipped.
fn reference(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn from_directory(path: &Path) -> Source {
    Source {
        origin: Origin::Real(path.to_path_buf()),
        ..Source::default()
    }
}

fn message(name: &str, source: &Source) -> String {
    match open(name, source) {
        Ok(task) => panic!("{} opened", task.title()),
        Err(error) => error.to_string(),
    }
}

fn classes(task: &dyn Task, split: Split, indices: &[usize]) -> Vec<usize> {
    match task.batch(split, indices, 0).unwrap().targets {
        Targets::Classes(classes) => classes,
        _ => panic!("not a classification"),
    }
}

fn values(inputs: &Inputs) -> &[f32] {
    match inputs {
        Inputs::Values(values) => values,
        Inputs::Tokens { .. } => panic!("tokens"),
    }
}

/// Files and records gone through, and what was reported or returned, by the check of data set
/// `name`.
fn check(name: &str, path: &Path) -> (u64, u64, Vec<String>) {
    let mut errors = Vec::new();
    let report = &mut |error: Error| errors.push(error.to_string());
    let checked = match dnarch::tasks::check(name, path, report) {
        Ok(checked) => checked,
        Err(error) => {
            errors.push(error.to_string());
            Checked::default()
        }
    };
    (checked.files, checked.records, errors)
}

/// Whatever the files hold, they are opened or refused as data.
fn open_never_panics(name: &str, directory: &Path) -> Result<(), TestCaseError> {
    if let Err(error) = open(name, &from_directory(directory)) {
        let data = matches!(error, Error::Data { .. });
        prop_assert!(data, "{error}");
    }
    Ok(())
}

/// Random files are written to disk, so fewer cases than usual.
fn cases() -> ProptestConfig {
    ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn an_unknown_task_is_answered_with_the_names_and_the_nearest() {
    let message = message("cifra10", &Source::default());
    assert!(message.starts_with("task: got `cifra10`, expected listops, text, "));
    assert!(message.ends_with("(nearest: cifar10)"));
}

#[test]
fn options_an_image_task_cannot_honour_are_refused() {
    for name in ["cifar10", "cifar100", "image", "mnist", "mnist-sequential"] {
        let refusal = message(name, &Source::default());
        assert!(refusal.contains("got nothing, expected the directory"));
        assert!(refusal.contains("from https://"), "{refusal}");
        let here = from_directory(Path::new("."));
        let refused = |source: Source, expected: &str| {
            let refusal = message(name, &source);
            assert!(refusal.contains(expected), "{refusal}");
        };
        refused(
            Source {
                grid: Some(8),
                ..here.clone()
            },
            "the files decide it",
        );
        refused(
            Source {
                bytes: true,
                ..here.clone()
            },
            "off: it has none",
        );
        if !name.starts_with("cifar") {
            let augment = true;
            refused(Source { augment, ..here }, "off: it has none");
        }
    }
}

#[test]
fn permutations_are_pytorchs() {
    assert_eq!(torch_permutation(10, 0), [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
    assert_eq!(torch_permutation(10, 42), [2, 6, 1, 8, 4, 5, 0, 9, 3, 7]);
    let cifar = torch_permutation(50_000, 42);
    assert_eq!(
        cifar[..8],
        [37542, 44491, 216, 43688, 41558, 32245, 27206, 10863]
    );
    assert_eq!(cifar[45_000..45_004], [17408, 40845, 3378, 22188]);
    let longer = torch_permutation(200_000, 42);
    assert_eq!(longer[..5], [37542, 143173, 127710, 58234, 152906]);
    assert!(torch_permutation(0, 42).is_empty());
}

#[test]
fn what_was_generated_into_files_says_so_in_its_title() {
    for set in DATA_SETS {
        let Some(generate) = set.generate else {
            continue;
        };
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("files");
        generate(&out, 8, 3).unwrap();
        let (_, records, errors) = check(set.name, &out);
        assert!(
            records >= 8 && errors.is_empty(),
            "{}: {errors:?}",
            set.name
        );
        let title = open(set.name, &from_directory(&out)).unwrap().title();
        assert!(
            title.contains("generated (not the benchmark's data"),
            "{title}"
        );
    }
}

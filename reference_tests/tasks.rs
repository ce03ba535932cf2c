//! The tasks against reference data, hand-made files and hostile ones.
//!
//! Tests that need a data set look for it in `../shared/data` and say so when they skip.

use std::path::{Path, PathBuf};

use dnarch::Error;
use dnarch::tasks::torch_permutation::torch_permutation;
use dnarch::tasks::{Source, Split, Targets, Task, names, open};
use proptest::prelude::*;

#[path = "tasks/cifar10.rs"]
mod cifar10;
#[path = "tasks/cosmic.rs"]
mod cosmic;
#[path = "tasks/darcyflow.rs"]
mod darcyflow;
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
        data: Some(path.to_path_buf()),
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
        Targets::Fields(_) => panic!("not a classification"),
    }
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
    assert_eq!(
        message,
        "task: got cifra10, expected darcyflow, cifar10, image, mnist, mnist-sequential \
         (nearest: cifar10)"
    );
}

#[test]
fn options_a_task_cannot_honour_are_refused() {
    for name in names().iter().filter(|name| **name != "darcyflow") {
        let source = Source::default();
        assert!(message(name, &source).contains("got nothing, expected the directory"));
        let source = Source {
            grid: Some(8),
            ..from_directory(Path::new("."))
        };
        assert!(message(name, &source).contains("the files decide it"));
        if *name != "cifar10" {
            let source = Source {
                augment: true,
                ..from_directory(Path::new("."))
            };
            assert!(message(name, &source).contains("only cifar10"));
        }
    }
    let darcy = |source: Source| message("darcyflow", &source);
    assert!(darcy(from_directory(Path::new("."))).contains("it is generated"));
    for (grid, samples) in [
        (Some(3), None),
        (Some(1025), None),
        (Some(usize::MAX), None),
        (None, Some(0)),
        (None, Some(1)),
        (None, Some(usize::MAX)),
    ] {
        let message = darcy(Source {
            grid,
            samples,
            ..Source::default()
        });
        assert!(message.contains("expected"), "{message}");
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

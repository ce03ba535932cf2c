//! The corpora to start from: of each operation a smallest case, and a smallest refused one; of each
//! format of data a smallest file.

use std::path::{Path, PathBuf};

use dnarch::fixtures::cases::Size;
use dnarch::fixtures::format::{Case, Suite, Tensors};
use dnarch::fixtures::generate;
use dnarch::fixtures::suites::CATALOGUE;

use crate::NAME;
use crate::readers::READERS;

/// Writes what `bytes` makes of each of these cases, as a suite by itself, to `corpus/<target>`.
pub fn write(target: &str, bytes: impl Fn(&Suite) -> Option<Vec<u8>>) {
    let corpus = corpus(target);
    for entry in CATALOGUE {
        let suite = generate::suite(entry, Size::Small).expect("the catalogue's suites");
        for case in smallest(&suite) {
            if let Some(bytes) = bytes(&alone(&suite, case)) {
                std::fs::write(corpus.join(&case.description.id), bytes).expect("a seed");
            }
        }
    }
}

/// Writes the smallest files of every reader, behind its place, to `corpus/<target>`.
pub fn write_files(target: &str) {
    let corpus = corpus(target);
    for (place, reader) in (0..).zip(READERS) {
        for (number, file) in (reader.seeds)().into_iter().enumerate() {
            let bytes = [vec![place], file].concat();
            let path = corpus.join(format!("{}-{number}", reader.name));
            std::fs::write(path, bytes).expect("a seed");
        }
    }
}

fn corpus(target: &str) -> PathBuf {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    std::fs::create_dir_all(&corpus).expect("a place for the corpus");
    corpus
}

fn smallest(suite: &Suite) -> impl Iterator<Item = &Case> {
    let operations = suite.description.operations.keys();
    let kinds = operations.flat_map(|operation| [(operation, false), (operation, true)]);
    kinds.filter_map(|(operation, refused)| {
        let of_kind = suite.cases.iter().filter(move |case| {
            case.description.operation == *operation
                && case.description.refused.is_some() == refused
        });
        of_kind.min_by_key(|case| values(case))
    })
}

fn values(case: &Case) -> usize {
    let count = |tensors: &Tensors| tensors.values().map(|tensor| tensor.len()).sum::<usize>();
    count(&case.inputs) + count(&case.outputs) + count(&case.gradients)
}

/// A suite of one case.
fn alone(suite: &Suite, case: &Case) -> Suite {
    let mut description = suite.description.clone();
    description.suite = NAME.to_string();
    (description.operations).retain(|name, _| *name == case.description.operation);
    (description.flags).retain(|name, _| case.description.flags.contains(name));
    Suite {
        description,
        cases: vec![case.clone()],
    }
}

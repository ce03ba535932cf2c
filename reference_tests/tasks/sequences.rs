//! What the tests of sequences share.

use std::path::Path;
use std::process::Command;

use dnarch::tasks::{Batch, Inputs, Source, Split, Task, data_set, open};

use super::{SPLITS, check, from_directory};

/// Symbols and lengths.
pub fn tokens(task: &dyn Task, split: Split, indices: &[usize]) -> (Vec<u16>, Vec<usize>) {
    match task.batch(split, indices, 0).unwrap().inputs {
        Inputs::Tokens { symbols, lengths } => (symbols, lengths),
        Inputs::Values(_) => panic!("not tokens"),
    }
}

/// What `open` serves with one thread and with two, and what stands in the files of `generate`.
pub fn generated_everywhere(name: &str, samples: usize, seed: u64) -> [Vec<Batch>; 3] {
    let source = Source {
        samples: Some(samples),
        seed,
        ..Source::default()
    };
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    let set = data_set(name).unwrap();
    set.generate.unwrap()(&out, samples, seed).unwrap();
    let again = set.generate.unwrap()(&out, samples, seed).unwrap_err();
    assert!(again.to_string().contains("is not empty"), "{again}");
    let (_, records, faults) = check(name, &out);
    assert!(faults.is_empty(), "{faults:?}");
    let threads = |count| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
        pool.unwrap().install(|| open(name, &source).unwrap())
    };
    let (one, two) = (threads(1), threads(2));
    assert_eq!(one.digest(), two.digest());
    assert!(one.title().contains("generated"), "{}", one.title());
    assert!(
        one.title().contains("(not the benchmark's data)"),
        "{}",
        one.title()
    );
    let read = open(name, &from_directory(&out)).unwrap();
    assert!(
        read.title().contains("generated (not the benchmark's"),
        "{}",
        read.title()
    );
    // The test texts validate, too.
    let splits: &[Split] = match name {
        "text" => &[Split::Train, Split::Test],
        _ => &SPLITS,
    };
    let count: usize = splits.iter().map(|split| one.len(*split)).sum();
    assert_eq!(records, count as u64);
    [one, two, read].map(|task| {
        let batch = |split| {
            let all: Vec<usize> = (0..task.len(split)).collect();
            task.batch(split, &all, 0).unwrap()
        };
        SPLITS.map(batch).to_vec()
    })
}

/// What the system's `xz` expands, or nothing and a line saying so.
pub fn expanded(path: &Path) -> Option<Vec<u8>> {
    match Command::new("xz").arg("-dc").arg(path).output() {
        Ok(output) if output.status.success() => Some(output.stdout),
        _ => {
            println!("skipped: xz does not expand {}", path.display());
            None
        }
    }
}

//! The printed tables as data: every cell against a second transcription, and against each other.

use std::path::{Path, PathBuf};

use dnarch::paper::tables::{ARCHITECTURES, PERFORMANCE};
use dnarch::run::presets::PAPER;
use serde_json::Value;

/// The second transcription of a table, or `None` with the reason printed where it is not there.
fn transcription(name: &str) -> Option<Value> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/paper/tables")
        .join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            println!("skipped: {}: {error}", path.display());
            None
        }
    }
}

/// The integers of a JSON number or list.
fn integers(value: &Value) -> Vec<usize> {
    match value {
        Value::Array(values) => values.iter().flat_map(integers).collect(),
        value => vec![value.as_u64().unwrap() as usize],
    }
}

#[test]
fn tables_1_to_3_equal_the_transcription() {
    let files = [
        (
            "table1_lra.json",
            [
                "ListOps",
                "Text",
                "Retrieval",
                "Image",
                "Pathfinder",
                "Path-X",
            ]
            .as_slice(),
        ),
        ("table2_nasbench360.json", &["darcy", "cosmic"]),
        ("table3_cifar.json", &["cifar10", "cifar100"]),
    ];
    for (table, (file, keys)) in PERFORMANCE.iter().zip(files) {
        let Some(json) = transcription(file) else {
            return;
        };
        let rows = json["rows"].as_array().unwrap();
        assert_eq!(table.rows.len(), rows.len(), "Table {}", table.number);
        for (ours, theirs) in table.rows.iter().zip(rows) {
            let name = theirs["model"].as_str().unwrap();
            assert_eq!(letters(ours.model), letters(name));
            assert_eq!(ours.average, theirs["avg_printed"].as_f64(), "{name}");
            for (column, key) in keys.iter().enumerate() {
                let (score, complexity) = match table.number {
                    1 => (&theirs["scores"][key], &theirs["relative_complexity"][key]),
                    _ => (&theirs[key], &theirs[format!("rel_complexity_{key}")]),
                };
                assert_eq!(ours.scores[column], score.as_f64(), "{name}, {key}");
                let ratio = ours.complexity.get(column).copied();
                assert_eq!(ratio, complexity.as_f64(), "{name}, {key}");
            }
        }
    }
}

/// Letters and digits only: the transcriptions write indices in two ways.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

#[test]
fn tables_4_and_5_equal_the_transcription() {
    let mut checked = 0;
    for (table, file) in [
        ("table4", "table4_hparams_4_140.json"),
        ("table5", "table5_hparams_6_380.json"),
    ] {
        let Some(json) = transcription(file) else {
            return;
        };
        for theirs in json["rows"].as_array().unwrap() {
            let task = theirs["dataset"].as_str().unwrap().to_lowercase();
            let name = format!("{table}/{task}");
            let ours = PAPER.iter().find(|row| row.name == name).expect(&name);
            for (key, value) in [
                ("epochs", ours.epochs as f64),
                ("batch_size", ours.batch as f64),
                ("learning_rate", ours.lr),
                ("dropout", ours.dropout),
                ("weight_decay", ours.weight_decay),
                ("omega_0", ours.omega_0),
                ("lambda", ours.lambda),
                ("tau_resolution", ours.tau_resolution),
                ("tau_channel", ours.tau_channel),
                ("tau_depth", ours.tau_depth),
            ] {
                assert_eq!(theirs[key].as_f64(), Some(value), "{name}, {key}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, PAPER.len());
}

#[test]
fn tables_6_to_8_equal_the_transcription() {
    let mut checked = 0;
    for (table, file) in [
        (6, "table6_lra_architectures.json"),
        (7, "table7_2d_4_140.json"),
        (8, "table8_2d_6_380.json"),
    ] {
        let Some(json) = transcription(file) else {
            return;
        };
        for theirs in json["tasks"].as_array().unwrap() {
            let task = theirs["task"].as_str().unwrap().to_lowercase();
            let ours = ARCHITECTURES
                .iter()
                .find(|found| found.table == table && found.task == task)
                .expect(&task);
            let (grid, kernel, resolution) = match table {
                6 => ("length", "kernel", "resolution"),
                _ => ("input", "kernel_YX", "resolution_YX"),
            };
            assert_eq!(ours.grid, integers(&theirs[grid]), "{task}");
            assert_eq!(vec![ours.depth], integers(&theirs["depth"]), "{task}");
            let blocks = theirs["blocks"].as_array().unwrap();
            assert_eq!(ours.blocks.len(), blocks.len(), "{task}");
            for (ours, theirs) in ours.blocks.iter().zip(blocks) {
                assert_eq!(ours.kernel, integers(&theirs[kernel]), "{task}: {theirs}");
                assert_eq!(
                    ours.resolution,
                    integers(&theirs[resolution]),
                    "{task}: {theirs}"
                );
                let width =
                    ["N_in", "N_mid", "N_out"].map(|key| integers(&theirs["width"][key])[0]);
                assert_eq!(ours.width, width, "{task}: {theirs}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, ARCHITECTURES.len());
}

#[test]
fn architectures_are_consistent() {
    for found in ARCHITECTURES {
        let name = found.name();
        assert_eq!(found.blocks.len(), found.depth, "{name}");
        assert!(found.depth <= found.base.maximum_depth(), "{name}");
        for block in found.blocks {
            assert_eq!(block.kernel.len(), found.grid.len(), "{name}");
            assert_eq!(block.resolution.len(), found.grid.len(), "{name}");
            for (kernel, resolution) in block.kernel.iter().zip(block.resolution) {
                assert!((1..=*resolution).contains(kernel), "{name}: {block:?}");
            }
            for width in block.width {
                assert!(
                    (1..=found.base.maximum_width()).contains(&width),
                    "{name}: {block:?}"
                );
            }
        }
    }
}

#[test]
fn every_architecture_has_its_hyperparameters_and_ratio() {
    for found in ARCHITECTURES {
        assert!(found.hyperparameters().unwrap().name.ends_with(found.task));
        assert!(
            (1.0..=1.05).contains(&found.printed_ratio()),
            "{}",
            found.name()
        );
    }
}

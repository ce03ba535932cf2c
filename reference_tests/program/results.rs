//! A search that runs to its end.

use std::fs;
use std::path::Path;

use dnarch::network::Architecture;
use serde_json::Value;

use super::Place;

/// Fails unless every tag of `text` is closed in its turn and the outermost is `svg`.
fn assert_svg(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut seen = 0;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap();
        rest = after;
        if tag.starts_with(['?', '!']) {
            continue;
        }
        let name = tag.trim_matches('/').split_whitespace().next().unwrap();
        assert!(!open.is_empty() || name == "svg" && seen == 0, "{name}");
        assert!(tag.matches('"').count() % 2 == 0, "<{tag}>");
        seen += 1;
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty() && seen > 10, "{open:?} after {seen} tags");
    for number in ["NaN", "inf"] {
        assert!(!text.contains(&format!("=\"{number}")), "{number}");
    }
}

fn names(place: &Place, directory: &str) -> Vec<String> {
    let entries = fs::read_dir(place.path(directory)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_search_leaves_settings_metrics_checkpoint_and_results() {
    let place = Place::new();
    let said = place.search(&["--epochs", "2", "--out", "run"]);
    said.assert_success();
    assert_eq!(
        names(&place, "run"),
        [
            "architecture.json",
            "architecture.svg",
            "checkpoints",
            "curves.svg",
            "metrics.jsonl",
            "results.json",
            "samples.svg",
            "settings.toml",
        ]
    );
    assert_eq!(
        names(&place, "run/checkpoints"),
        ["checkpoint-4.safetensors", "checkpoint.json"]
    );
    for picture in ["architecture.svg", "curves.svg", "samples.svg"] {
        assert_svg(&place.text(&format!("run/{picture}")));
    }
    let results = place.json("run/results.json");
    assert_eq!(results["metric"], "relative L2");
    assert_eq!(results["test_samples"], 4);
    assert_eq!(results["evaluation_batch"], 8);
    assert_eq!(results.get("baseline"), None);
    let found = &results["found"];
    let metric = found["test_metric"].as_f64().unwrap();
    assert!(metric > 0.0 && metric < 10.0, "{metric}");
    assert_eq!(found["architecture"], place.json("run/architecture.json"));
    let architecture: Architecture = serde_json::from_value(found["architecture"].clone()).unwrap();
    assert_eq!(architecture.schema, Architecture::SCHEMA);
    let title = "DarcyFlow, generated on a 8 x 8 grid (not the benchmark's data), 16/4/4 samples \
                 (training/validation/test), seed 0";
    assert_eq!(results["task"], title);
    assert_eq!(
        said.stdout,
        format!(
            "{title}\n\
             relative L2 on 4 test samples, normalised in batches of 8:\n  \
             DNArch_{{K,R,W,D}}(ccnn-1-4)       {metric:.5}   complexity {:.2}x   {} active \
             parameters\n\n{architecture}\n\
             Results in run: architecture.json, architecture.svg, curves.svg, samples.svg, \
             results.json\n",
            architecture.complexity_ratio, architecture.active_parameters,
        )
    );
}

#[test]
fn metrics_are_one_object_a_line() {
    let place = Place::new();
    place
        .search(&["--epochs", "3", "--out", "run", "--set", "evaluate_every=2"])
        .assert_success();
    let lines: Vec<Value> = place
        .text("run/metrics.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let having = |key: &str| -> Vec<u64> {
        let lines = lines.iter().filter(|line| line[key].is_f64());
        lines.map(|line| line["step"].as_u64().unwrap()).collect()
    };
    assert_eq!(having("loss"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(having("validation_metric"), [4, 6]);
    assert_eq!(lines[0]["complexity_ratio"], 1.0);
    // One epoch of warm-up, to the highest rate of 0.01.
    assert_eq!(lines[0]["learning_rate"], 0.005);
    assert_eq!(lines[1]["learning_rate"], 0.01);
}

#[test]
fn a_baseline_is_trained_beside_it() {
    let place = Place::new();
    let said = place.search(&["--epochs", "2", "--out", "run", "--baseline"]);
    said.assert_success();
    let results = place.json("run/results.json");
    let baseline = &results["baseline"]["architecture"];
    assert_eq!(baseline["components"], "none");
    assert_eq!(baseline["complexity_ratio"], 1.0);
    assert_eq!(baseline["active_parameters"], baseline["stored_parameters"]);
    assert_eq!(results["found"]["architecture"]["components"], "k,r,w,d");
    let metric = results["baseline"]["test_metric"].as_f64().unwrap();
    let row = format!("  plain ccnn-1-4, global kernels   {metric:.5}   complexity 1.00x   ");
    assert!(said.stdout.contains(&row), "{}", said.stdout);
    // It is the search of no component.
    let alone = [
        "--epochs",
        "2",
        "--out",
        "alone",
        "--components",
        "none",
        "--lambda",
        "0",
    ];
    place.search(&alone).assert_success();
    assert_eq!(
        place.json("alone/results.json")["found"],
        results["baseline"]
    );
    assert!(!place.path("run/baseline/baseline").exists());
}

#[test]
fn a_finished_run_gives_its_results_again() {
    let place = Place::new();
    let first = place.search(&["--epochs", "1", "--out", "run"]);
    first.assert_success();
    let before = place.files("run");
    let second = place.run(&["search", "--resume", "run"]);
    second.assert_success();
    assert_eq!(second.stdout, first.stdout);
    assert!(place.files("run") == before);
    // A baseline may be asked for afterwards.
    let third = place.run(&["search", "--resume", "run", "--baseline"]);
    third.assert_success();
    let results = place.json("run/results.json");
    assert!(results["baseline"].is_object());
}

#[test]
fn runs_are_numbered_and_repeatable() {
    let place = Place::new();
    for threads in ["1", "2"] {
        let arguments = ["--epochs", "1", "--threads", threads];
        let arguments = [&super::TINY[..super::TINY.len() - 2], &arguments].concat();
        place.run(&arguments).assert_success();
    }
    for file in ["results.json", "metrics.jsonl", "curves.svg", "samples.svg"] {
        let [one, two] = [1, 2].map(|n| place.text(&format!("runs/darcyflow-{n}/{file}")));
        assert!(one == two, "{file} differs");
    }
}

/// Twenty images of random bytes to train on and three to test with.
pub fn write_cifar10(directory: &Path) {
    let mut stream = dnarch::random::Stream::new(1, "test images", 0);
    for (name, records) in [("data_batch_1.bin", 20), ("test_batch.bin", 3)] {
        let mut bytes = Vec::new();
        for record in 0..records {
            bytes.push((record % 10) as u8);
            bytes.extend((0..3072).map(|_| stream.bits() as u8));
        }
        fs::write(directory.join(name), bytes).unwrap();
    }
}

#[test]
fn images_are_searched_and_judged_by_accuracy() {
    let place = Place::new();
    write_cifar10(&place.path(""));
    let said = place.run(&[
        "search",
        "cifar10",
        "--data",
        ".",
        "--base",
        "ccnn-1-2",
        "--epochs",
        "1",
        "--batch",
        "6",
        "--set",
        "augment=true",
        "--out",
        "run",
        "--set",
        "dropout=0.1",
    ]);
    said.assert_success();
    let results = place.json("run/results.json");
    assert_eq!(results["metric"], "accuracy");
    let accuracy = results["found"]["test_metric"].as_f64().unwrap();
    assert!(
        [0.0, 1.0, 2.0, 3.0]
            .iter()
            .any(|n| (accuracy * 3.0 - n).abs() < 1e-12)
    );
    assert_svg(&place.text("run/architecture.svg"));
    assert_svg(&place.text("run/curves.svg"));
    // Pictures of samples are for fields.
    assert!(!place.path("run/samples.svg").exists());
}

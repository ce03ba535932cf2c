//! Every task is searched for two epochs: generated, and from files in the benchmark's own format;
//! and `dnarch data`.

use std::fs;
use std::path::Path;

use dnarch::random::Stream;
use dnarch::tasks::DATA_SETS;

use super::Place;

/// Searches `task` for two epochs into the directory `run` and returns the title of its results.
fn two_epochs(place: &Place, task: &str, run: &str, more: &[&str]) -> String {
    let search = ["search", task, "--out", run, "--base", "ccnn-1-2"];
    let plan = ["--epochs", "2", "--batch", "4"];
    let said = place.run(&[&search[..], &plan, more].concat());
    said.assert_success();
    let results = place.json(&format!("{run}/results.json"));
    let metric = results["found"]["test_metric"].as_f64();
    assert!(metric.is_some_and(f64::is_finite), "{task}: {results}");
    results["task"].as_str().unwrap().to_string()
}

#[test]
fn what_can_be_generated_is_searched() {
    for set in DATA_SETS.iter().filter(|set| set.generate.is_some()) {
        let place = Place::new();
        let samples = ["--set", "samples=8"];
        let title = two_epochs(&place, set.name, "memory", &samples);
        assert!(title.contains("generated"), "{title}");

        let files = ["--out", "files"];
        let generate = ["data", "generate", set.name, "--n", "8"];
        let said = place.run(&[&generate[..], &files].concat());
        said.assert_success();
        assert!(said.stdout.contains("8 training samples in files"));
        // At most 21 x 21 of DarcyFlow's points, for speed.
        let mut from_files = vec!["--data", "files"];
        if set.name == "darcyflow" {
            from_files.extend(["--set", "grid=21"]);
        }
        let title = two_epochs(&place, set.name, "real", &from_files);
        assert!(title.contains("generated"), "{title}");

        let check = ["data", "check", set.name, "--data", "files"];
        let said = place.run(&check);
        said.assert_success();
        assert!(said.stdout.ends_with("; faults: 0\n"), "{}", said.stdout);
    }
}

/// Records of `labels` and of random bytes.
fn write_records(path: &Path, records: usize, labels: usize, bytes: usize) {
    let mut stream = Stream::new(2, "test records", 0);
    let mut file = Vec::new();
    for record in 0..records {
        file.extend((0..labels).map(|_| (record % 10) as u8));
        file.extend((0..bytes).map(|_| stream.bits() as u8));
    }
    fs::write(path, file).unwrap();
}

/// Random digits in IDX files.
fn write_idx(directory: &Path, name: &str, items: u32) {
    let mut stream = Stream::new(3, "test digits", 0);
    let header = |axes: &[u32]| -> Vec<u8> {
        let magic = 0x0800 + axes.len() as u32;
        let words = [&[magic], axes].concat();
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    };
    let mut images = header(&[items, 28, 28]);
    images.extend((0..items * 784).map(|_| stream.bits() as u8));
    let mut labels = header(&[items]);
    labels.extend((0..items).map(|item| (item % 10) as u8));
    fs::write(directory.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
    fs::write(directory.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
}

#[test]
fn photographs_and_digits_are_searched_in_their_own_formats() {
    let place = Place::new();
    let directory = place.path("");
    for (name, records, labels) in [
        ("data_batch_1.bin", 20, 1),
        ("test_batch.bin", 4, 1),
        ("train.bin", 20, 2),
        ("test.bin", 4, 2),
    ] {
        write_records(&directory.join(name), records, labels, 3072);
    }
    write_idx(&directory, "train", 5020);
    write_idx(&directory, "t10k", 4);
    let samples = ["--set", "samples=16", "--data", "."];
    for task in ["cifar10", "cifar100", "image", "mnist", "mnist-sequential"] {
        let title = two_epochs(&place, task, task, &samples);
        assert!(title.contains("reduced to"), "{title}");
        let said = place.run(&["data", "check", task, "--data", "."]);
        said.assert_success();
    }
}

#[test]
fn data_is_listed_and_described_in_words_and_pictures() {
    let place = Place::new();
    let said = place.run(&["data", "list"]);
    said.assert_success();
    for set in DATA_SETS {
        let mut names = said
            .stdout
            .lines()
            .map(|line| line.split_whitespace().next());
        assert!(names.any(|name| name == Some(set.name)), "{}", said.stdout);
    }
    let info = ["data", "info", "pathfinder", "--samples", "8"];
    let said = place.run(&[&info[..], &["--picture", "samples.png"]].concat());
    said.assert_success();
    assert!(said.stdout.contains("generated (not the benchmark's data)"));
    assert!(said.stdout.contains("class 0, 1, ..: "));
    assert!(place.files("")[&place.path("samples.png")].starts_with(b"\x89PNG"));
    let error = place.run(&["data", "info", "text", "--picture", "text.png"]);
    assert!(error.stderr.contains("symbols have no picture"));
    assert!(!place.path("text.png").exists());
}

#[test]
fn a_bad_record_is_named_and_the_others_are_counted() {
    let place = Place::new();
    let generate = ["data", "generate", "listops", "--n", "4", "--out", "files"];
    place.run(&generate).assert_success();
    let again = place.run(&generate);
    assert!(
        again.error(2).contains("files: is not empty"),
        "{}",
        again.stderr
    );

    let file = place.path("files/basic_train.tsv");
    let text = fs::read_to_string(&file).unwrap();
    let last = text.lines().last().unwrap();
    let (expression, value) = last.rsplit_once('\t').unwrap();
    let wrong = (value.parse::<u8>().unwrap() + 1) % 10;
    fs::write(&file, text.replace(last, &format!("{expression}\t{wrong}"))).unwrap();
    let said = place.run(&["data", "check", "listops", "--data", "files"]);
    assert_eq!(said.status, Some(1));
    assert!(
        said.stdout.contains("3 files, 6 records; faults: 1"),
        "{}",
        said.stdout
    );
    assert!(
        said.stderr.contains("basic_train.tsv: line 5"),
        "{}",
        said.stderr
    );
    let nowhere = place.run(&["data", "check", "listops", "--data", "nowhere"]);
    assert!(nowhere.error(3).starts_with("nowhere: "));
    fs::create_dir(place.path("empty")).unwrap();
    for set in DATA_SETS {
        let said = place.run(&["data", "check", set.name, "--data", "empty"]);
        assert!(said.error(3).contains("empty"), "{}", said.stderr);
    }
}

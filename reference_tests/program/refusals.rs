//! What cannot be done is refused in one line, with status 2 for usage and settings, 3 for data and
//! 1 for the rest, and leaves nothing half done.

use std::fs;

use super::Place;
use super::results::write_cifar10;

/// Fails unless a tiny search with `arguments` is refused as usage, before anything is written.
fn assert_usage(arguments: &[&str], why: &str) {
    let place = Place::new();
    let small = [
        "search",
        "--set",
        "grid=8",
        "--set",
        "samples=16",
        "--out",
        "run",
    ];
    let said = place.run(&[&small, arguments].concat());
    let line = said.refusal(2);
    assert!(line.contains(why), "{line}");
    assert!(place.files("").is_empty(), "{arguments:?} left files");
    assert!(
        !place.path("run").exists(),
        "{arguments:?} left a directory"
    );
}

#[test]
fn settings_out_of_range() {
    for (arguments, why) in [
        (
            ["--batch", "-3"],
            "--batch: got -3, expected a whole number",
        ),
        (["--set", "grid=-8"], "--set grid: got -8, expected"),
        (["--set", "grid=3"], "grid of darcyflow: got 3, expected 4"),
        (
            ["--set", "samples=1"],
            "samples of darcyflow: got 1, expected 2",
        ),
        (["--batch", "17"], "batch: got 17, expected 1 to 16"),
        (
            ["--base", "ccnn-1-0"],
            "--base: got `ccnn-1-0`, expected ccnn-B-N",
        ),
        (["--base", "ccnn--1-4"], "--base: got `ccnn--1-4`"),
        (
            ["--target-ratio", "0"],
            "--target-ratio: got 0.0, expected a number above 0",
        ),
        (["--target-ratio", "-1"], "--target-ratio: got -1.0"),
        (["--target-ratio", "nan"], "--target-ratio: got nan"),
        (
            ["--set", "threshold=0"],
            "--set threshold: got 0.0, expected a number in (0, 0.85]",
        ),
        (["--set", "threshold=1"], "--set threshold: got 1.0"),
        (["--set", "threshold=-0.1"], "--set threshold: got -0.1"),
        (["--set", "threshold=inf"], "--set threshold: got inf"),
        (["--set", "dropout=1"], "--set dropout: got 1.0"),
        (["--lr", "0"], "--lr: got 0.0, expected a number above 0"),
        (["--lr", "fast"], "--lr: got `fast`"),
        (["--components", "k,x"], "--components: got `k,x`"),
        (
            ["--set", "omega=3"],
            "--set: key: got `omega`, expected a known key, the nearest is omega_0",
        ),
        (
            ["--set", "warmup_epochs=99"],
            "warmup_epochs: got 99, expected at most epochs",
        ),
        (["--preset", "mnits"], "--preset: got `mnits`"),
    ] {
        assert_usage(&arguments, why);
    }
}

#[test]
fn a_run_that_is_not_there() {
    let place = Place::new();
    let said = place.run(&["search", "--resume", "nowhere"]);
    let why = "nowhere: holds no run: there is no settings.toml";
    assert_eq!(said.refusal(2), why);
    assert!(!place.path("nowhere").exists());
}

#[test]
fn an_unknown_task_and_a_task_without_data() {
    for (arguments, why) in [
        (
            &["search", "cifra10", "--out", "run"],
            "task: got `cifra10`, expected one of",
        ),
        (
            &["search", "cifar10", "--out", "run"],
            "data of cifar10: got nothing, expected the directory",
        ),
    ] {
        let place = Place::new();
        let said = place.run(arguments);
        assert!(said.refusal(2).contains(why), "{}", said.stderr);
        assert!(!place.path("run").exists());
    }
}

#[test]
fn a_settings_file_names_file_and_line() {
    let place = Place::new();
    let config = place.path("mine.toml");
    for (text, why) in [
        (
            "lr = 0.1\nbathc = 4\n",
            "mine.toml: line 2: key: got `bathc`, expected a known key, the nearest is batch",
        ),
        ("lr = 0.1\nbatch = -4\n", "mine.toml: line 2: batch: got -4"),
        ("lr = \n", "mine.toml: line 1: "),
    ] {
        fs::write(&config, text).unwrap();
        let said = place.search(&["--config", "mine.toml", "--out", "run"]);
        assert!(said.refusal(2).contains(why), "{}", said.stderr);
        assert!(!place.path("run").exists());
    }
    let said = place.search(&["--config", "none.toml", "--out", "run"]);
    let line = said.refusal(1);
    assert!(line.starts_with("none.toml: cannot read: "), "{line}");
}

#[test]
fn data_that_is_not_what_its_format_says() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage, &str); 6] = [
        (
            "data_batch_1.bin",
            |bytes| bytes.truncate(5000),
            "length: found 5000 bytes, expected",
        ),
        (
            "test_batch.bin",
            |bytes| bytes.push(0),
            "length: found 9220 bytes, expected",
        ),
        (
            "data_batch_1.bin",
            |bytes| bytes.clear(),
            "length: found 0 bytes, expected",
        ),
        (
            "data_batch_1.bin",
            |bytes| bytes[2 * 3073] = 10,
            "labels, record 2: found 10, expected 0 to 9",
        ),
        (
            "test_batch.bin",
            |bytes| bytes[0] = 255,
            "labels, record 0: found 255",
        ),
        (
            "data_batch_1.bin",
            |bytes| bytes.truncate(3073),
            "training images: found 1, expected at least 2",
        ),
    ];
    for (file, damage, why) in damages {
        let place = Place::new();
        fs::create_dir(place.path("data")).unwrap();
        write_cifar10(&place.path("data"));
        let path = place.path("data").join(file);
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(path, bytes).unwrap();
        let said = place.run(&["search", "cifar10", "--data", "data", "--out", "run"]);
        assert!(said.refusal(3).contains(why), "{}", said.stderr);
        assert!(!place.path("run").exists());
    }
    let place = Place::new();
    let said = place.run(&["search", "cifar10", "--data", "nowhere", "--out", "run"]);
    let why = "nowhere: data of cifar10: found nothing there, expected the directory";
    assert!(said.refusal(3).starts_with(why), "{}", said.stderr);
    assert!(!place.path("run").exists());
}

#[test]
fn a_directory_that_holds_another_run() {
    let place = Place::new();
    place
        .search(&["--epochs", "1", "--out", "run"])
        .assert_success();
    let before = place.files("");
    let said = place.search(&["--epochs", "1", "--out", "run", "--seed", "4"]);
    let line = said.refusal(2);
    assert!(
        line.starts_with("run: already holds a run; go on with it by --resume run"),
        "{line}"
    );
    assert!(place.files("") == before);
}

#[test]
fn a_directory_that_cannot_be_written() {
    let place = Place::new();
    fs::write(place.path("file"), "mine").unwrap();
    for out in ["file/run", "file"] {
        let said = place.search(&["--epochs", "1", "--out", out]);
        let line = said.refusal(1);
        assert!(
            line.starts_with(&format!("{out}: cannot create: ")),
            "{line}"
        );
    }
    assert_eq!(place.text("file"), "mine");
    assert_eq!(place.files("").len(), 1);
}

#[test]
fn a_resumed_run_with_other_settings_names_them() {
    let place = Place::new();
    place
        .search(&["--epochs", "1", "--out", "run"])
        .assert_success();
    let before = place.files("");
    let other = [
        "search",
        "--resume",
        "run",
        "--lr",
        "0.5",
        "--set",
        "dropout=0.2",
    ];
    let said = place.run(&other);
    assert_eq!(
        said.refusal(2),
        "run: was started with other settings: dropout is 0.0 there and 0.2 here; lr is 0.01 there \
         and 0.5 here"
    );
    assert!(place.files("") == before);
    // Neither decides the result.
    let same = [
        "search",
        "--resume",
        "run",
        "--threads",
        "2",
        "--set",
        "checkpoint_every=7",
    ];
    place.run(&same).assert_success();
}

#[test]
fn a_checkpoint_of_another_run_or_damaged() {
    let place = Place::new();
    for (run, seed) in [("run", "0"), ("other", "1")] {
        place
            .search(&["--epochs", "1", "--out", run, "--seed", seed])
            .assert_success();
    }
    fs::remove_file(place.path("run/results.json")).unwrap();
    let header = place.path("run/checkpoints/checkpoint.json");
    let values = place.path("run/checkpoints/checkpoint-2.safetensors");
    let (good_header, good_values) = (fs::read(&header).unwrap(), fs::read(&values).unwrap());
    let mut flipped = good_values.clone();
    flipped[4321] ^= 1;
    let other = fs::read(place.path("other/checkpoints/checkpoint.json")).unwrap();
    let text = String::from_utf8(good_header.clone()).unwrap();
    let data = text.replace("\"data_digest\": \"", "\"data_digest\": \"0");
    for (header_bytes, value_bytes, status, why) in [
        (
            &good_header[..],
            &flipped[..],
            3,
            "checkpoint-2.safetensors: corrupt checkpoint, SHA-256: found",
        ),
        (
            &good_header,
            &good_values[..99],
            3,
            "corrupt checkpoint, SHA-256: found",
        ),
        (
            &good_header[..40],
            &good_values,
            3,
            "checkpoint.json: corrupt checkpoint: found",
        ),
        (
            b"hello",
            &good_values,
            3,
            "checkpoint.json: corrupt checkpoint: found",
        ),
        (&other, &good_values, 3, "digest of the settings: found"),
        (
            data.as_bytes(),
            &good_values,
            3,
            "digest of the data: found",
        ),
    ] {
        fs::write(&header, header_bytes).unwrap();
        fs::write(&values, value_bytes).unwrap();
        let before = place.files("");
        let said = place.run(&["search", "--resume", "run"]);
        assert!(said.refusal(status).contains(why), "{}", said.stderr);
        assert!(place.files("") == before, "{why}");
    }
    fs::remove_file(&values).unwrap();
    fs::write(&header, &good_header).unwrap();
    let said = place.run(&["search", "--resume", "run"]);
    let line = said.refusal(1);
    assert!(
        line.contains("checkpoint-2.safetensors: cannot read: "),
        "{line}"
    );
    fs::write(&values, &good_values).unwrap();
    place.run(&["search", "--resume", "run"]).assert_success();
}

#[test]
fn a_loss_that_is_no_number_stops_the_run() {
    for lr in ["1e10", "1e20", "1e37", "1e38", "1e300"] {
        let place = Place::new();
        let arguments = ["--epochs", "6", "--set", "checkpoint_every=1", "--lr", lr];
        let said = place.search(&[&arguments[..], &["--out", "run"]].concat());
        let line = said.error(1).to_string();
        assert!(line.starts_with("run: "), "{line}");
        let (_, step) = line.split_once(" at step ").unwrap();
        let (step, rest) = step.split_once(';').unwrap();
        let step: u64 = step.parse().unwrap();
        let (_, kept) = rest.split_once("the checkpoint of step ").unwrap();
        assert!(
            kept.ends_with("is kept. Try a new run with a smaller --lr"),
            "{line}"
        );
        let header = place.json("run/checkpoints/checkpoint.json");
        assert_eq!(header["step"], step - 1);
        let values = fs::read(place.path(&format!(
            "run/checkpoints/checkpoint-{}.safetensors",
            step - 1
        )));
        let values = values.unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&values).unwrap();
        for (name, tensor) in tensors.iter() {
            let numbers = tensor.data().as_chunks().0.iter();
            let finite = numbers.map(|bytes| f32::from_le_bytes(*bytes).is_finite());
            assert!(finite.min().unwrap(), "{name} at {lr}");
        }
        assert!(!place.path("run/results.json").exists());
        // It ends the same every time.
        let again = place.run(&["search", "--resume", "run"]);
        assert_eq!(again.error(1), line);
    }
}

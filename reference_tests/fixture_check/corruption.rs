//! What is no candidate at all is refused with file and place, and never read without bound.

use std::fs;

use dnarch::Error;
use dnarch::fixtures::check::check;
use dnarch::fixtures::format::Precision;
use dnarch::fixtures::skips::Skips;

use super::place::{Candidate, Place};

fn error(place: &Place) -> Error {
    let skips = Skips::default();
    check(&place.fixtures(), &place.candidate(), &skips, |_| {}).unwrap_err()
}

/// Fails unless `bytes` are refused as the candidate's file.
fn assert_corrupt(bytes: &[u8]) {
    let place = Place::new();
    fs::write(place.file(), bytes).unwrap();
    let error = error(&place);
    assert!(matches!(error, Error::Data { .. }), "{error}");
    let message = error.to_string();
    assert!(
        message.starts_with(&place.file().display().to_string()),
        "{message}"
    );
    assert!(
        message.contains(": header: found ") || message.contains(": tensor "),
        "{message}"
    );
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// A file whose header is `text`, before `data` bytes.
fn file(text: &[u8], data: usize) -> Vec<u8> {
    let length = (text.len() as u64).to_le_bytes();
    [&length, text, &vec![0; data]].concat()
}

#[test]
fn truncated_files() {
    let place = Place::new();
    let bytes = Candidate::of(&place.suite, Precision::F32).bytes();
    for length in [0, 1, 7, 8, 9, 100, bytes.len() / 2, bytes.len() - 1] {
        assert_corrupt(&bytes[..length]);
    }
    assert_corrupt(&[&bytes[..], &[0]].concat());
}

#[test]
fn headers_that_are_none() {
    let header = |shape: &str, end: usize| {
        let text = format!(
            r#"{{"double.one/out/y":{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}}}"#
        );
        text.into_bytes()
    };
    assert_corrupt(&u64::MAX.to_le_bytes());
    assert_corrupt(&[&u64::MAX.to_le_bytes()[..], b"{}"].concat());
    assert_corrupt(&[&200_000_000u64.to_le_bytes()[..], b"{}"].concat());
    assert_corrupt(&file(b"", 0));
    assert_corrupt(&file(b"{", 0));
    assert_corrupt(&file(b"[1, 2]", 0));
    assert_corrupt(&file(b"\xff\xfe\x00\x01", 0));
    assert_corrupt(&file(
        br#"{"a":{"dtype":"F99\n","shape":[],"data_offsets":[0,0]}}"#,
        0,
    ));
    assert_corrupt(&file(&header("[3]", 16), 16));
    assert_corrupt(&file(&header("[3]", 12), 8));
    assert_corrupt(&file(&header("[-3]", 12), 12));
    assert_corrupt(&file(&header("[18446744073709551615, 2]", 0), 0));
    assert_corrupt(&file(&header("[4611686018427387904]", 0), 0));
    // Without elements, but with more places than an array can count.
    assert_corrupt(&file(&header("[0, 9223372036854775807, 9]", 0), 0));
}

#[test]
fn many_axes_do_not_flood_the_report() {
    let place = Place::new();
    let shape = vec!["1"; 100_000].join(",");
    let text = format!(
        r#"{{"double.one/out/y":{{"dtype":"F32","shape":[{shape}],"data_offsets":[0,4]}}}}"#
    );
    fs::write(place.file(), file(text.as_bytes(), 4)).unwrap();
    let skips = Skips::default();
    let report = check(&place.fixtures(), &place.candidate(), &skips, |_| {}).unwrap();
    let text = report.to_string();
    assert!(text.contains("wrong shape: out/y: found [1, 1, 1, 1, 1, 1, 1, 1] and more axes"));
    assert!(text.len() < 10_000);
}

#[test]
fn a_file_that_is_too_long() {
    let place = Place::new();
    // Holes take no room on disk.
    fs::File::create(place.file())
        .unwrap()
        .set_len((256 << 20) + 1)
        .unwrap();
    let message = error(&place).to_string();
    assert!(
        message.contains("length: found 268435457 bytes"),
        "{message}"
    );
}

#[test]
fn directories_that_are_not_there() {
    let place = Place::new();
    let skips = Skips::default();
    let nowhere = place.path("nowhere");
    let error = check(&nowhere, &place.candidate(), &skips, |_| {}).unwrap_err();
    let why = "there are no fixtures; make them with `dnarch fixtures generate`";
    assert!(error.to_string().ends_with(why), "{error}");
    let error = check(&place.fixtures(), &nowhere, &skips, |_| {}).unwrap_err();
    assert!(
        error.to_string().ends_with("nowhere: not a directory"),
        "{error}"
    );
}

#[test]
fn fixtures_that_the_manifest_does_not_vouch_for() {
    let place = Place::new();
    place.give(&Candidate::of(&place.suite, Precision::F64));
    let path = place.fixtures().join("toy.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"k\": 16.0", "\"k\": 99.0")).unwrap();
    let error = error(&place);
    assert!(matches!(error, Error::Data { .. }), "{error}");
    // Without a manifest they are used, and the report says so.
    fs::remove_file(place.fixtures().join("manifest.json")).unwrap();
    let report = place.check();
    assert!(report.passed && !report.manifest);
    assert!(
        report
            .to_string()
            .contains("has no manifest: its files are unverified")
    );
}

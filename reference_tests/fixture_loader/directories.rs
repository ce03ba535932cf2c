//! Directories of suites and their manifests, broken.

use std::fs;
use std::path::Path;

use dnarch::fixtures::format::Suite;
use dnarch::fixtures::store;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::small::{self, assert_line, assert_says};

/// A directory of the small suite and its manifest.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    store::write(directory.path(), &[small::suite()]).unwrap();
    directory
}

fn refusal(directory: &Path) -> String {
    let message = store::suites(directory).unwrap_err().to_string();
    assert!(
        message.starts_with(directory.to_str().unwrap()),
        "{message}"
    );
    assert_line(&message);
    message
}

fn unreadable(directory: &Path) -> String {
    let message = Suite::read(directory, small::NAME).unwrap_err().to_string();
    assert!(
        message.starts_with(directory.to_str().unwrap()),
        "{message}"
    );
    assert_line(&message);
    message
}

fn change_manifest(directory: &Path, change: impl Fn(&mut Value)) {
    let path = directory.join("manifest.json");
    let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn a_directory_is_read_with_and_without_a_manifest() {
    let directory = directory();
    let names = vec!["small".to_string()];
    assert_eq!(
        store::suites(directory.path()).unwrap(),
        (names.clone(), true)
    );
    fs::remove_file(directory.path().join("manifest.json")).unwrap();
    assert_eq!(store::suites(directory.path()).unwrap(), (names, false));
    let suite = Suite::read(directory.path(), "small").unwrap();
    assert_eq!(suite, small::suite());
}

#[test]
fn a_manifest_leads_nowhere_else() {
    for name in [
        "../../etc/passwd",
        "/etc/passwd",
        "/etc/passwd.json",
        "../small.json",
        "./small.json",
        "v1/small.json",
        "..",
        "",
        ".json",
        "small",
        "small.txt",
        "small.json/",
        "small.json\0",
        "a\nb.json",
        "C:\\small.json",
        "Small.json",
    ] {
        let directory = directory();
        change_manifest(directory.path(), |manifest| {
            manifest["files"][name] = manifest["files"]["small.json"].clone();
        });
        let found = format!("manifest.json: files: found {name:?}, expected the name of a suite's");
        assert_says(&refusal(directory.path()), &[&found]);
    }
}

#[test]
fn other_contents_are_refused() {
    for file in ["small.json", "small.safetensors"] {
        let directory = directory();
        let path = directory.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 2;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let message = refusal(directory.path());
        assert_says(
            &message,
            &[file, ": content: found ", "SHA-256", "of manifest.json"],
        );
        bytes[last] ^= 1;
        bytes.push(b'\n');
        fs::write(&path, &bytes).unwrap();
        let found = format!("{} bytes", bytes.len());
        assert_says(&refusal(directory.path()), &[file, &found]);
    }
}

#[test]
fn a_manifest_and_its_directory_hold_the_same_files() {
    let directory = directory();
    fs::copy(
        directory.path().join("small.json"),
        directory.path().join("another.json"),
    )
    .unwrap();
    fs::copy(
        directory.path().join("small.safetensors"),
        directory.path().join("another.safetensors"),
    )
    .unwrap();
    let message = refusal(directory.path());
    assert_says(
        &message,
        &["manifest.json: files: found nothing", "\"another.json\""],
    );

    let directory = self::directory();
    change_manifest(directory.path(), |manifest| {
        manifest["files"]["another.json"] = manifest["files"]["small.json"].clone();
    });
    assert_says(&refusal(directory.path()), &["another.json: cannot read"]);

    let directory = self::directory();
    fs::remove_file(directory.path().join("small.safetensors")).unwrap();
    assert_says(
        &refusal(directory.path()),
        &["suites: found 0, expected 1 to 256"],
    );
    assert_says(
        &unreadable(directory.path()),
        &["small.safetensors: cannot read"],
    );
}

#[test]
fn a_manifest_that_is_none_is_refused() {
    let nest = "[".repeat(100_000);
    for text in ["", "[]", "{}", "\u{feff}{}", &nest] {
        let directory = directory();
        fs::write(directory.path().join("manifest.json"), text).unwrap();
        let message = refusal(directory.path());
        assert_says(
            &message,
            &["manifest.json: manifest: found", "of a directory"],
        );
    }
    for (pointer, value, part) in [
        (
            "/schema",
            json!("dnarch-fixtures/2"),
            "schema: found dnarch-fixtures/2",
        ),
        ("/files/small.json/bytes", json!(-1), "manifest: found"),
        ("/files/small.json/bytes", json!(1e30), "manifest: found"),
        ("/files/small.json/sha256", json!(""), "content: found"),
        (
            "/files/small.json",
            json!({}),
            "manifest: found missing field",
        ),
    ] {
        let directory = directory();
        change_manifest(directory.path(), |manifest| {
            *manifest.pointer_mut(pointer).unwrap() = value.clone();
        });
        assert_says(&refusal(directory.path()), &[part]);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    for file in ["small.json", "small.safetensors", "manifest.json"] {
        let directory = directory();
        let path = directory.path().join(file);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_says(&refusal(directory.path()), &[file, ": cannot read"]);
        if file != "manifest.json" {
            assert_says(&unreadable(directory.path()), &[file, ": cannot read"]);
        }
    }
    let directory = directory();
    refusal(&directory.path().join("nowhere"));
    refusal(&directory.path().join("small.json"));
}

#[test]
fn too_many_suites_or_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    assert_says(
        &refusal(directory.path()),
        &["suites: found 0, expected 1 to 256"],
    );
    for i in 0..256 {
        fs::write(directory.path().join(format!("s{i}.json")), "").unwrap();
        fs::write(directory.path().join(format!("s{i}.safetensors")), "").unwrap();
    }
    assert_eq!(store::suites(directory.path()).unwrap().0.len(), 256);
    fs::write(directory.path().join("t.json"), "").unwrap();
    fs::write(directory.path().join("t.safetensors"), "").unwrap();
    assert_says(
        &refusal(directory.path()),
        &["suites: found 257, expected 1 to 256"],
    );
}

#[test]
fn a_suite_is_named_not_its_path() {
    let directory = directory();
    fs::create_dir(directory.path().join("inner")).unwrap();
    for name in ["../small", "inner/../small", "/etc/passwd", "", "small\n"] {
        let message = Suite::read(directory.path(), name).unwrap_err().to_string();
        assert_says(&message, &[&format!("suite: found {name:?}")]);
    }
}

/// Files of a terabyte that take no space on disk.
#[cfg(unix)]
#[test]
fn long_files_are_refused_before_they_are_read() {
    for file in ["small.json", "small.safetensors", "manifest.json"] {
        let directory = directory();
        let path = directory.path().join(file);
        let sparse = fs::File::options().write(true).open(&path).unwrap();
        if sparse.set_len(1 << 40).is_err() {
            println!("skipped: this file system has no sparse files of a terabyte");
            return;
        }
        // Had it been read, it would be known only to be longer than allowed.
        let length = "length: found 1099511627776 bytes, expected at most";
        assert_says(&refusal(directory.path()), &[file, length]);
        if file != "manifest.json" {
            assert_says(&unreadable(directory.path()), &[file, length]);
        }
    }
}

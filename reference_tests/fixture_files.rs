//! The JSON files of the fixtures against their published schema, those of the repository and those
//! that the catalogue generates; and what the schema refuses, the reader refuses too.

use std::fs;
use std::path::{Path, PathBuf};

use dnarch::fixtures::cases::Size;
use dnarch::fixtures::format::Suite;
use dnarch::fixtures::generate;
use dnarch::fixtures::store::{self, SuiteFiles};
use dnarch::fixtures::suites::CATALOGUE;
use jsonschema::Validator;
use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn schema() -> Value {
    let text = fs::read(fixtures().join("v1.schema.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn suite_validator() -> Validator {
    jsonschema::draft202012::new(&schema()).unwrap()
}

fn manifest_validator() -> Validator {
    let mut schema = schema();
    let manifest = schema["$defs"]["manifest"].clone();
    let root = json!({ "$defs": schema["$defs"].take() });
    let mut root = root.as_object().unwrap().clone();
    root.extend(manifest.as_object().unwrap().clone());
    jsonschema::draft202012::new(&Value::Object(root)).unwrap()
}

fn assert_valid(validator: &Validator, name: &str, text: &[u8]) {
    let value = serde_json::from_slice(text).unwrap();
    let errors: Vec<String> = (validator.iter_errors(&value))
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn the_schema_is_one_of_2020_12() {
    let schema = schema();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    assert_described("", &schema);
}

/// Every object but `attributes` says what it holds, every field what it means.
fn assert_described(place: &str, schema: &Value) {
    let Value::Object(fields) = schema else {
        if let Value::Array(items) = schema {
            items.iter().for_each(|item| assert_described(place, item));
        }
        return;
    };
    if fields.get("type") == Some(&json!("object"))
        && !place.ends_with("case/properties/attributes")
    {
        assert!(fields.contains_key("additionalProperties"), "{place}");
    }
    if let Some(Value::Object(properties)) = fields.get("properties") {
        for (name, property) in properties {
            let described = property.get("description").is_some()
                || property.get("$ref") == Some(&json!("#/$defs/version"));
            assert!(described, "{place}/{name} has no description");
        }
    }
    for (name, value) in fields {
        assert_described(&format!("{place}/{name}"), value);
    }
}

#[test]
fn what_is_generated_is_valid() {
    let directory = tempfile::tempdir().unwrap();
    let generated: Vec<Suite> = (CATALOGUE.iter())
        .map(|entry| generate::suite(entry, Size::Small).unwrap())
        .collect();
    let validator = suite_validator();
    for suite in &generated {
        let files = suite.files().unwrap();
        assert_valid(&validator, &suite.description.suite, &files.description);
    }
    store::write(directory.path(), &generated).unwrap();
    let manifest = fs::read(directory.path().join("manifest.json")).unwrap();
    assert_valid(&manifest_validator(), "manifest", &manifest);
}

#[test]
fn what_is_stored_is_valid() {
    let Ok(directory) = fs::read_dir(fixtures().join("v1")) else {
        println!("skipped: there is no fixtures/v1");
        return;
    };
    for entry in directory {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.ends_with("manifest.json") {
            assert_valid(&manifest_validator(), &name, &fs::read(&path).unwrap());
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            assert_valid(&suite_validator(), &name, &fs::read(&path).unwrap());
        }
    }
}

/// A description whose every part is there, and the tensors that belong to it.
fn masks() -> (Value, Vec<u8>) {
    let SuiteFiles {
        description,
        tensors,
    } = generate::suite(&CATALOGUE[0], Size::Small)
        .unwrap()
        .files()
        .unwrap();
    (serde_json::from_slice(&description).unwrap(), tensors)
}

/// Neither the schema nor the reader takes the description after `change`.
fn assert_refused(what: &str, change: impl Fn(&mut Value)) {
    let (mut description, tensors) = masks();
    change(&mut description);
    assert!(!suite_validator().is_valid(&description), "{what}: schema");
    let (path, text) = (Path::new("masks"), description.to_string());
    let parsed = Suite::parse("masks", (path, text.as_bytes()), (path, &tensors));
    assert!(parsed.is_err(), "{what}: reader");
}

/// The pointers to every object whose fields the format fixes.
const OBJECTS: [&str; 4] = [
    "",
    "/operations/gaussian_mask",
    "/flags/THRESHOLD_OPEN",
    "/cases/0",
];

#[test]
fn a_missing_field_is_refused() {
    for pointer in OBJECTS {
        let (description, _) = masks();
        let object = description.pointer(pointer).unwrap().as_object().unwrap();
        for field in object.keys() {
            assert_refused(&format!("{pointer} without {field}"), |description| {
                let object = description.pointer_mut(pointer).unwrap();
                object.as_object_mut().unwrap().remove(field);
            });
        }
    }
}

#[test]
fn an_unknown_field_is_refused() {
    for pointer in OBJECTS {
        assert_refused(&format!("{pointer} with another field"), |description| {
            description.pointer_mut(pointer).unwrap()["another"] = json!(1);
        });
    }
}

#[test]
fn a_field_of_another_type_is_refused() {
    for pointer in OBJECTS {
        let (description, _) = masks();
        let object = description.pointer(pointer).unwrap().as_object().unwrap();
        for field in object.keys() {
            assert_refused(
                &format!("{pointer}, {field} is a truth value"),
                |description| {
                    description.pointer_mut(pointer).unwrap()[field] = json!(true);
                },
            );
        }
    }
}

#[test]
fn a_bad_value_is_refused() {
    let long = "a".repeat(65);
    for (pointer, value) in [
        ("/schema", json!("dnarch-fixtures/2")),
        ("/suite", json!("Masks")),
        ("/suite", json!("../masks")),
        ("/reproducible", json!("Bytes")),
        ("/operations/axis/k", json!(0)),
        ("/operations/axis/k", json!(-1)),
        ("/operations/axis/k", json!(1e7)),
        ("/cases", json!([])),
        ("/cases/0/id", json!("axis")),
        ("/cases/0/id", json!("axis.")),
        ("/cases/0/id", json!(".single")),
        ("/cases/0/id", json!("axis.one.more")),
        ("/cases/0/id", json!("axis.Single")),
        ("/cases/0/id", json!("axis/single")),
        ("/cases/0/id", json!("axis.einfach_ä")),
        ("/cases/0/id", json!("axis.single\n")),
        ("/cases/0/id", json!(format!("axis.{long}"))),
        ("/cases/0/exact_in", json!([])),
        ("/cases/0/exact_in", json!(["f8"])),
        ("/cases/0/flags", json!(["threshold_open"])),
        ("/cases/0/attributes", json!([])),
    ] {
        assert_refused(&format!("{pointer} = {value}"), |description| {
            *description.pointer_mut(pointer).unwrap() = value.clone();
        });
    }
    assert_refused("an operation's name", |description| {
        let operations = description["operations"].as_object_mut().unwrap();
        let axis = operations["axis"].clone();
        operations.insert("an axis".into(), axis);
    });
}

#[test]
fn a_bad_manifest_is_refused() {
    let file = json!({ "bytes": 1, "sha256": "0".repeat(64) });
    let manifest = |name: &str, file: &Value| json!({ "schema": "dnarch-fixtures/1", "files": { name: file } });
    let validator = manifest_validator();
    assert!(validator.is_valid(&manifest("masks.json", &file)));
    for name in ["../masks.json", "/masks.json", "v1/masks.json", "masks.txt"] {
        assert!(!validator.is_valid(&manifest(name, &file)), "{name}");
    }
    for (field, value) in [
        ("bytes", json!(-1)),
        ("bytes", json!(1.5)),
        ("sha256", json!("0")),
        ("more", json!(0)),
    ] {
        let mut file = file.clone();
        file[field] = value;
        assert!(
            !validator.is_valid(&manifest("masks.json", &file)),
            "{file}"
        );
    }
}

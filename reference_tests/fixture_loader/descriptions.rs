//! `<suite>.json`, broken.

use serde_json::{Value, json};

use crate::small::{assert_says, files, parse, refusal};

/// Why the description is refused after `change`.
fn changed(change: impl Fn(&mut Value)) -> String {
    let (description, tensors) = files();
    let mut description: Value = serde_json::from_slice(&description).unwrap();
    change(&mut description);
    refusal(description.to_string().as_bytes(), &tensors)
}

fn with(pointer: &str, value: Value) -> String {
    changed(|description| *description.pointer_mut(pointer).unwrap() = value.clone())
}

/// Why the description is refused after its text is changed.
fn replaced(from: &str, to: &str) -> String {
    let (description, tensors) = files();
    let text = String::from_utf8(description).unwrap();
    assert!(text.contains(from), "{from}");
    refusal(text.replacen(from, to, 1).as_bytes(), &tensors)
}

#[test]
fn a_description_cut_anywhere_is_refused() {
    let (description, tensors) = files();
    let description = description.trim_ascii_end();
    parse(description, &tensors).unwrap();
    for end in 0..description.len() {
        let message = refusal(&description[..end], &tensors);
        assert_says(&message, &["small.json: JSON: found ", "expected a suite"]);
    }
}

#[test]
fn another_version_is_named_as_such() {
    // Also where its fields are others.
    for description in [
        json!({ "schema": "dnarch-fixtures/2", "something": "else" }),
        json!({ "schema": "dnarch-fixtures/2" }),
    ] {
        let message = refusal(description.to_string().as_bytes(), &files().1);
        let expected =
            "small.json: schema: found \"dnarch-fixtures/2\", expected dnarch-fixtures/1";
        assert_eq!(message, expected);
    }
    assert_says(&with("/schema", json!(1)), &["small.json: JSON"]);
}

#[test]
fn control_characters_are_refused() {
    let red = "red: \u{1b}[31m";
    for (pointer, value) in [
        ("/title", json!(red)),
        ("/cases/0/comment", json!(red)),
        ("/cases/0/attributes", json!({ "list": [red] })),
        ("/cases/0/attributes", json!({ red: 1 })),
    ] {
        let expected = r"small.json: text: found red: \u{1b}[31m, expected no control characters";
        assert_eq!(with(pointer, value), expected);
    }
}

#[test]
fn another_suite_is_refused() {
    for name in ["other", "Small", "", "../small"] {
        let message = with("/suite", json!(name));
        assert_says(
            &message,
            &["small.json: suite: found", &format!("{name:?}")],
        );
    }
}

#[test]
fn what_does_not_belong_is_refused() {
    for (pointer, value, parts) in [
        ("/cases", json!([]), ["cases: found none", "at least one"]),
        (
            "/cases/1/id",
            json!("half.plane"),
            ["cases: found \"half.plane\" twice", "each case once"],
        ),
        (
            "/cases/0/operation",
            json!("third"),
            ["case: found \"half.plane\"", "<operation>.<name>"],
        ),
        (
            "/cases/0/id",
            json!("half.../x"),
            ["case: found \"half.../x\"", "<operation>.<name>"],
        ),
        (
            "/cases/0/flags/0",
            json!("UNKNOWN"),
            ["case \"half.plane\", flags: found \"UNKNOWN\"", "describes"],
        ),
        (
            "/cases/0/exact_in",
            json!([]),
            [
                "case \"half.plane\", exact_in: found nothing",
                "at least one",
            ],
        ),
        (
            "/operations/half/k",
            json!(0),
            ["operation half, k: found 0", "above 0"],
        ),
        (
            "/operations/half/k",
            json!(1e300),
            ["operation half, k: found 1", "at most 1e6"],
        ),
    ] {
        assert_says(&with(pointer, value), &parts);
    }
    let message = changed(|description| {
        description["cases"][0]["id"] = json!("third.plane");
        description["cases"][0]["operation"] = json!("third");
    });
    assert_says(
        &message,
        &["case \"third.plane\", operation: found \"third\""],
    );
    let message = changed(|description| {
        let operations = description["operations"].as_object_mut().unwrap();
        operations.insert("a\nb".to_string(), operations["half"].clone());
    });
    assert_says(&message, &["operations: found \"a\\nb\""]);
}

#[test]
fn a_case_without_its_refusal_or_null_is_refused() {
    let message = changed(|description| {
        let case = description["cases"][0].as_object_mut().unwrap();
        case.remove("refused");
    });
    assert_says(&message, &["small.json: JSON", "missing field `refused`"]);
}

#[test]
fn numbers_beyond_their_range_are_refused() {
    for (from, to) in [("0.1", "1e999"), ("16.0", "-1e999"), ("16.0", "NaN")] {
        assert_says(&replaced(from, to), &["small.json: JSON", "line"]);
    }
}

#[test]
fn what_is_no_text_is_refused() {
    let (mut description, tensors) = files();
    let place = description.windows(6).position(|text| text == b"A comm");
    description[place.unwrap()] = 0xff;
    assert_says(
        &refusal(&description, &tensors),
        &["small.json: JSON", "line"],
    );
    // A name with a line break and an escape sequence does not come through in the message.
    let message = replaced("\"comment\"", "\"a\\nb\\u001b[2J\"");
    assert_says(&message, &["unknown field `a b [2J`"]);
}

#[test]
fn nests_do_not_overflow_the_stack() {
    let nest = "[".repeat(100_000);
    assert_says(&refusal(nest.as_bytes(), &files().1), &["small.json: JSON"]);
    for from in ["0.1", "\"A comment.\"", "16.0"] {
        assert_says(&replaced(from, &nest), &["small.json: JSON"]);
    }
    let objects = "{\"a\":".repeat(100_000);
    assert_says(&replaced("0.1", &objects), &["small.json: JSON"]);
}

#[test]
fn a_long_name_makes_a_short_message() {
    let long = "x".repeat(1 << 20);
    let message = with("/cases/0/flags/0", json!(long));
    assert_says(
        &message,
        &["case \"half.plane\", flags: found \"xxx", "x ..."],
    );
}

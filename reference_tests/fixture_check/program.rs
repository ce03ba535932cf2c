//! The program: what it prints and writes, and its exit status: 0 everything passes, 1 something
//! fails, 2 usage, 3 corrupt data.

use std::fs;
use std::process::{Command, Stdio};

use dnarch::fixtures::format::Precision;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;

use super::place::{Candidate, Place};

pub struct Said {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `dnarch fixtures` with these arguments in the place's directory.
pub fn run(place: &Place, arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_dnarch"))
        .arg("fixtures")
        .args(arguments)
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said = Said {
        status: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    said
}

const CHECK: &[&str] = &["check", "--candidate", "candidate"];

#[test]
fn a_candidate_that_passes() {
    let place = Place::new();
    place.give(&Candidate::of(&place.suite, Precision::F32));
    let said = run(&place, CHECK);
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    assert_eq!(said.stderr, "checked toy (f32): 5 cases, 0 fail\n");
    assert!(
        said.stdout
            .ends_with("passed: 5 of 5 cases pass: candidate\n"),
        "{}",
        said.stdout
    );
}

#[test]
fn a_candidate_that_fails_in_text_json_and_junit() {
    let place = Place::new();
    let mut candidate = Candidate::of(&place.suite, Precision::F32);
    candidate.values("double.two/out/y")[1] = f64::NAN;
    candidate.values("double.one/out/y")[1] = 3.0;
    candidate.give("a/<b>\u{1}&\"", safetensors::Dtype::F32, &[], &[0.0]);
    place.give(&candidate);
    fs::write(
        place.path("skips.toml"),
        "[skip]\n\"double.three\" = \"<later>\"\n",
    )
    .unwrap();
    let more = [
        "--skips",
        "skips.toml",
        "--json",
        "report.json",
        "--junit",
        "report.xml",
    ];
    let said = run(&place, &[CHECK, &more].concat());
    assert_eq!(said.status, Some(1), "{}", said.stderr);
    assert!(
        said.stdout.contains("likely mistake in double: MISTAKE_A"),
        "{}",
        said.stdout
    );

    let text = fs::read_to_string(place.path("report.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema"], "dnarch-check/1");
    assert_eq!(json["passed"], false);
    let suite = &json["suites"][0];
    assert_eq!(suite["suite"], "toy");
    let counts = ["cases", "passed", "failed", "skipped"].map(|name| suite[name].as_u64());
    assert_eq!(counts, [5, 2, 2, 1].map(Some));
    assert_eq!(suite["worst"]["case"], "double.two");
    assert_eq!(suite["worst"]["error"], Value::Null);
    let one = &suite["results"][0];
    assert_eq!(
        (&one["case"], &one["status"]),
        (&"double.one".into(), &"failed".into())
    );
    let finding = &one["findings"][0];
    assert_eq!(finding["verdict"], "out of bound");
    assert_eq!(finding["worst"]["index"], serde_json::json!([1]));
    assert_eq!(finding["worst"]["found"], 3.0);
    assert_eq!(finding["worst"]["bound"], 2f64.powi(-19));
    assert_eq!(suite["results"][2]["reason"], "<later>");
    assert_eq!(json["problems"].as_array().unwrap().len(), 1);

    let text = fs::read_to_string(place.path("report.xml")).unwrap();
    let mut reader = Reader::from_str(&text);
    let mut elements = Vec::new();
    let mut messages = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) | Event::Empty(element) => {
                elements.push(element.name().as_ref().to_string());
                for attribute in element.attributes() {
                    let attribute = attribute.unwrap();
                    if attribute.key.as_ref() == "message" {
                        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap();
                        messages.push(value.into_owned());
                    }
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let count = |name: &str| elements.iter().filter(|element| *element == name).count();
    assert_eq!(elements[0], "testsuites");
    let counts = ["testsuite", "testcase", "failure", "skipped"].map(count);
    assert_eq!(counts, [2, 6, 3, 1], "{text}");
    assert!(
        text.contains(r#"tests="6" failures="3" skipped="1""#),
        "{text}"
    );
    assert!(messages.contains(&"<later>".to_string()), "{messages:?}");
    assert!(
        messages
            .iter()
            .any(|message| message.contains(r#"`a/<b>\u{1}&\"`"#)),
        "{messages:?}"
    );
}

#[test]
fn json_on_standard_output_is_json_alone() {
    let place = Place::new();
    let said = run(&place, &[CHECK, &["--json", "-"]].concat());
    assert_eq!(said.status, Some(1));
    let json: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["suites"][0]["failed"], 5);
}

#[test]
fn refusals() {
    let place = Place::new();
    fs::write(place.path("skips.toml"), "[skip]\ntoy = \"\"\n").unwrap();
    let make = "fixtures; make them with `dnarch fixtures generate`";
    for (arguments, status, why) in [
        (&["check"][..], 2, "--candidate"),
        (
            &["check", "--candidate", "nowhere"],
            2,
            "nowhere: not a directory",
        ),
        (
            &["check", "--candidate", "candidate", "--fixtures", "none"],
            2,
            make,
        ),
        (
            &["check", "--candidate", "candidate", "--skips", "skips.toml"],
            2,
            "line 2: `toy`",
        ),
        (
            &["check", "--candidate", "candidate", "--skips", "none"],
            1,
            "none: cannot read",
        ),
        (
            &[
                "check",
                "--candidate",
                "candidate",
                "--junit",
                "no/where.xml",
            ],
            1,
            "cannot write",
        ),
        (&["self-check", "none"], 2, make),
        (&["list", "--fixtures", "none"], 2, make),
        (&["generate", "--check", "--out", "none"], 2, make),
        (
            &["list", "--suite", "tay"],
            2,
            "suite: got `tay`, expected one of",
        ),
        (&["show", "double.tow"], 2, "the nearest is double.two"),
        (&["generate", "--size", "huge"], 2, "huge"),
        (
            &[
                "check",
                "--candidate",
                "candidate",
                "--fixtures",
                "candidate",
            ],
            3,
            "suites: found 0",
        ),
    ] {
        let said = run(&place, arguments);
        assert_eq!(said.status, Some(status), "{arguments:?}: {}", said.stderr);
        assert!(said.stderr.contains(why), "{arguments:?}: {}", said.stderr);
        assert_eq!(said.stdout, "");
    }
    fs::write(place.file(), "no tensors").unwrap();
    let said = run(&place, CHECK);
    assert_eq!(said.status, Some(3), "{}", said.stderr);
    assert!(
        said.stderr.contains("toy.safetensors: header: found"),
        "{}",
        said.stderr
    );
    fs::write(place.fixtures().join("toy.json"), "{}").unwrap();
    for command in [
        &["list"][..],
        &["show", "double.one"],
        &["self-check"],
        CHECK,
    ] {
        assert_eq!(run(&place, command).status, Some(3), "{command:?}");
    }
}

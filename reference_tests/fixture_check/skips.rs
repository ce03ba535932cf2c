//! Skips: counted, listed, and only of what there is.

use std::fs;

use dnarch::Error;
use dnarch::fixtures::check::check;
use dnarch::fixtures::format::Precision;
use dnarch::fixtures::report::Report;
use dnarch::fixtures::skips::Skips;

use super::place::{Candidate, Place};

fn checked(place: &Place, text: &str) -> dnarch::Result<Report> {
    let path = place.path("skips.toml");
    fs::write(&path, text).unwrap();
    check(
        &place.fixtures(),
        &place.candidate(),
        &Skips::read(&path)?,
        |_| {},
    )
}

#[test]
fn a_skipped_case_is_counted_and_listed() {
    let place = Place::new();
    let mut candidate = Candidate::of(&place.suite, Precision::F32);
    candidate.values("double.one/out/y")[0] = f64::NAN;
    place.give(&candidate);
    let report = checked(&place, "[skip]\n\"double.one\" = \"not yet\"\n").unwrap();
    assert!(report.passed, "{report}");
    let suite = &report.suites[0];
    assert_eq!((suite.passed, suite.failed, suite.skipped), (4, 0, 1));
    let text = report.to_string();
    assert!(
        text.contains("toy (f32): 1 cases (not yet): double.one"),
        "{text}"
    );
    assert!(
        text.contains("passed: 4 of 4 cases pass, 1 skipped"),
        "{text}"
    );
    // Another case's failure is not skipped with it.
    let report = checked(&place, "[skip]\n\"double.two\" = \"not yet\"\n").unwrap();
    assert!(!report.passed, "{report}");
}

#[test]
fn a_check_that_skips_everything_fails() {
    let place = Place::new();
    place.give(&Candidate::of(&place.suite, Precision::F32));
    let report = checked(&place, "[skip]\ntoy = \"no time\"\n").unwrap();
    assert!(!report.passed);
    assert_eq!(report.suites[0].skipped, 5);
    assert_eq!(
        report.problems,
        ["nothing was judged: all 5 cases are skipped"]
    );
    assert!(report.to_string().contains("5 cases (no time): double"));
}

#[test]
fn no_skips_at_all() {
    let place = Place::new();
    place.give(&Candidate::of(&place.suite, Precision::F32));
    for text in ["", "[skip]\n", "# nothing\n"] {
        assert_eq!(checked(&place, text).unwrap().suites[0].passed, 5);
    }
}

#[test]
fn what_is_no_reason_is_refused_with_its_line() {
    let place = Place::new();
    place.give(&Candidate::of(&place.suite, Precision::F32));
    for (text, why) in [
        (
            "[skip]\n\"double.one\" = \"\"\n",
            "line 2: `double.one`: got an empty reason",
        ),
        (
            "[skip]\n\n\"double.one\" = \"  \"\n",
            "line 3: `double.one`: got an empty reason",
        ),
        (
            "[skip]\n\"double.one\" = 3\n",
            "line 2: `double.one`: expected \"case id",
        ),
        // Without quotes, TOML reads a table called double.
        (
            "[skip]\ndouble.one = \"why\"\n",
            "line 2: `double`: expected \"case id",
        ),
        (
            "[skip]\n\"double.on\" = \"why\"\n",
            "line 2: `double.on`: no case and no suite, the nearest is double.one",
        ),
        (
            "[skip]\ntoys = \"why\"\n",
            "line 2: `toys`: no case and no suite, the nearest is toy",
        ),
        (
            "[skips]\n\"double.one\" = \"why\"\n",
            "line 1: table: got `skips`, expected [skip]",
        ),
        (
            "reason = 1\n[skip]\n",
            "line 1: key: got `reason`, expected [skip]",
        ),
        ("skip = 1\n", "line 1: key: got `skip`, expected [skip]"),
        ("[skip]\n\"double.one\" = \n", "line 2: "),
        ("[skip]\n\"toy\" = \"a\"\n\"toy\" = \"b\"\n", "line 3: "),
    ] {
        let error = checked(&place, text).unwrap_err();
        assert!(
            matches!(error, Error::Configuration { .. }),
            "{text:?}: {error}"
        );
        let message = error.to_string();
        assert!(message.contains(&format!("skips.toml: {why}")), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    fs::write(place.path("skips.toml"), b"[skip]\n\"a\" = \"\xff\"\n").unwrap();
    let error = Skips::read(&place.path("skips.toml")).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("line 2: text that is not UTF-8"),
        "{error}"
    );
}

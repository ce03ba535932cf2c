//! Candidates against fixtures: what passes, the verdict on each kind of damage, what is refused as
//! no candidate at all, and what the program says of it.

#[path = "fixture_check/corruption.rs"]
mod corruption;
#[path = "fixture_check/damage.rs"]
mod damage;
#[path = "fixture_check/generation.rs"]
mod generation;
#[path = "fixture_check/place.rs"]
mod place;
#[path = "fixture_check/program.rs"]
mod program;
#[path = "fixture_check/skips.rs"]
mod skips;

use dnarch::fixtures::format::Precision;
use dnarch::fixtures::judge::Status;
use place::{Candidate, Place};

#[test]
fn the_reference_itself_passes_in_every_precision() {
    for precision in Precision::ALL {
        let place = Place::new();
        place.give(&Candidate::of(&place.suite, precision));
        let report = place.check();
        assert!(report.passed, "{report}");
        let [suite] = &report.suites[..] else {
            panic!("{report}");
        };
        assert_eq!((suite.passed, suite.failed, suite.skipped), (5, 0, 0));
        assert_eq!(suite.precisions, [precision]);
        assert!(suite.worst.as_ref().unwrap().worst.passes());
        assert!(report.problems.is_empty());
    }
}

#[test]
fn suites_of_the_catalogue_pass_rounded_to_single_and_double() {
    for precision in [Precision::F64, Precision::F32] {
        let place = Place::of("masks");
        place.give(&Candidate::of(&place.suite, precision));
        let report = place.check();
        assert!(report.passed, "{report}");
        assert_eq!(report.suites[0].passed, place.suite.cases.len());
    }
}

#[test]
fn cases_may_differ_in_precision() {
    let place = Place::new();
    let mut candidate = Candidate::of(&place.suite, Precision::F32);
    let wide = Candidate::of(&place.suite, Precision::F64);
    candidate
        .tensors
        .extend((wide.tensors.into_iter()).filter(|(name, _)| name.starts_with("double.two/")));
    place.give(&candidate);
    let report = place.check();
    assert!(report.passed, "{report}");
    let precisions = [Precision::F64, Precision::F32];
    assert_eq!(report.suites[0].precisions, precisions);
}

#[test]
fn a_candidate_of_nothing_fails() {
    let place = Place::new();
    let report = place.check();
    assert!(!report.passed);
    assert_eq!(report.suites[0].failed, 5);
    let text = report.to_string();
    assert!(
        text.contains("missing tensor: nothing is there of 5 cases"),
        "{text}"
    );
    // So does a file without tensors.
    place.give(&Candidate::default());
    let report = place.check();
    assert_eq!(report.suites[0].failed, 5);
}

#[test]
fn the_error_is_in_units_of_the_bound() {
    let place = Place::new();
    let mut candidate = Candidate::of(&place.suite, Precision::F32);
    // The bound of gauge 2 is 16 u 2 = 2^-19.
    let bound = 2f64.powi(-19);
    candidate.values("double.one/out/y")[1] += bound / 2.0;
    place.give(&candidate);
    let report = place.check();
    assert!(report.passed, "{report}");
    let worst = report.suites[0].worst.clone().unwrap();
    assert_eq!(
        (worst.case.as_str(), worst.tensor.as_str()),
        ("double.one", "out/y")
    );
    assert_eq!((worst.worst.index, worst.worst.error), (vec![1], 0.5));
    candidate.values("double.one/out/y")[1] += bound;
    place.give(&candidate);
    let report = place.check();
    assert!(!report.passed);
    assert_eq!(report.suites[0].worst.as_ref().unwrap().worst.error, 1.5);
    let text = report.to_string();
    assert!(text.contains("1.500  double.one out/y[1]"), "{text}");
    assert!(text.contains("1 of 3 values fail, worst at [1]"), "{text}");
}

#[test]
fn the_mistake_that_explains_all_failures_is_named() {
    // Flags: one [A, B], two [A], three [B], four [].
    for (wrong, likely) in [
        (&["one", "two"][..], &["MISTAKE_A"][..]),
        (&["one", "three"], &["MISTAKE_B"]),
        (&["one"], &[]),
        (&["one", "two", "three"], &[]),
        (&["four"], &[]),
    ] {
        let place = Place::new();
        let mut candidate = Candidate::of(&place.suite, Precision::F64);
        for name in wrong {
            candidate.values(&format!("double.{name}/out/y"))[0] += 1.0;
        }
        place.give(&candidate);
        let report = place.check();
        let found = report.suites[0].likely_mistakes.iter();
        let found: Vec<&str> = found.map(|mistake| mistake.flag.as_str()).collect();
        assert_eq!(found, likely, "{wrong:?}");
        let text = report.to_string();
        assert_eq!(
            text.contains("likely mistake in double"),
            !likely.is_empty()
        );
    }
}

#[test]
fn a_case_that_is_not_compared_hides_no_mistake() {
    let place = Place::new();
    let mut candidate = Candidate::of(&place.suite, Precision::F64);
    candidate.values("double.one/out/y")[0] += 1.0;
    candidate.tensors.remove("double.two/out/y");
    candidate.tensors.remove("double.three/out/y");
    place.give(&candidate);
    let report = place.check();
    let failed: Vec<&str> = report.suites[0]
        .with(Status::Failed)
        .map(|r| r.case.as_str())
        .collect();
    assert_eq!(failed, ["double.one", "double.two", "double.three"]);
    assert_eq!(
        report.suites[0].likely_mistakes.len(),
        2,
        "A and B explain it alike"
    );
    let text = report.to_string();
    assert!(
        text.contains("this case catches: MISTAKE_A, MISTAKE_B"),
        "{text}"
    );
    assert!(
        text.contains("MISTAKE_A: The first mistake. The first effect."),
        "{text}"
    );
}

#[test]
fn fast_operations_are_judged_in_both_precisions() {
    let place = Place::of("masks");
    let report = dnarch::fixtures::check::self_check(&place.fixtures(), |_| {}).unwrap();
    assert!(report.passed, "{report}");
    let precisions: Vec<_> = report
        .suites
        .iter()
        .map(|suite| suite.precisions.clone())
        .collect();
    assert_eq!(precisions, [[Precision::F32], [Precision::F64]]);
    let text = report.to_string();
    assert!(
        text.contains("cases (no fast twin): axis, centred_axis"),
        "{text}"
    );
}

#[test]
fn a_fast_operation_that_is_wrong_is_found() {
    let mut place = Place::of("masks");
    let case = place.suite.cases.iter_mut();
    let mut cases = case.filter(|case| case.description.id.starts_with("sigmoid_mask."));
    cases.next().unwrap().outputs.get_mut("mask").unwrap()[0] += 0.5;
    place.store();
    let report = dnarch::fixtures::check::self_check(&place.fixtures(), |_| {}).unwrap();
    assert!(!report.passed);
    assert_eq!(
        report
            .suites
            .iter()
            .map(|suite| suite.failed)
            .collect::<Vec<_>>(),
        [1, 1]
    );
}

//! Each kind of damage gets its own words, on the case that it is in.

use dnarch::fixtures::format::Precision;
use dnarch::fixtures::judge::Status;
use dnarch::fixtures::verdict::Verdict;
use safetensors::tensor::Dtype;

use super::place::{Candidate, Place};

/// Fails unless `damage` gives exactly this verdict on `tensor` of `case`, with `detail` in words.
fn assert_verdict(
    damage: impl Fn(&mut Candidate),
    case: &str,
    tensor: &str,
    verdict: Verdict,
    detail: &str,
) {
    let place = Place::new();
    let mut candidate = Candidate::of(&place.suite, Precision::F32);
    damage(&mut candidate);
    place.give(&candidate);
    let report = place.check();
    assert!(!report.passed, "{report}");
    let failed: Vec<_> = report.suites[0].with(Status::Failed).collect();
    let [result] = failed[..] else {
        panic!("{report}");
    };
    assert_eq!(result.case, case);
    let [finding] = &result.findings[..] else {
        panic!("{report}");
    };
    assert_eq!(
        (finding.verdict, finding.tensor.as_str()),
        (verdict, tensor)
    );
    assert!(finding.detail.contains(detail), "{}", finding.detail);
    let text = report.to_string();
    assert!(text.contains(&format!("{verdict}: ")), "{text}");
    assert!(text.ends_with(&format!(
        "4 of 5 cases pass: {}",
        place.candidate().display()
    )));
}

#[test]
fn a_missing_tensor() {
    for (tensor, name) in [
        ("out/y", "double.two/out/y"),
        ("grad/x", "double.two/grad/x"),
    ] {
        let damage = |candidate: &mut Candidate| {
            candidate.tensors.remove(name);
        };
        let verdict = Verdict::MissingTensor;
        assert_verdict(
            damage,
            "double.two",
            tensor,
            verdict,
            "not there, expected [3]",
        );
    }
    let damage = |candidate: &mut Candidate| {
        candidate
            .tensors
            .retain(|name, _| !name.starts_with("double.two"));
    };
    let verdict = Verdict::MissingTensor;
    assert_verdict(
        damage,
        "double.two",
        "double.two",
        verdict,
        "nothing of this case",
    );
}

#[test]
fn a_wrong_shape() {
    for (shape, values) in [(&[2][..], 2), (&[4], 4), (&[3, 1], 3), (&[], 1), (&[0], 0)] {
        let damage = |candidate: &mut Candidate| {
            candidate.give("double.one/out/y", Dtype::F32, shape, &vec![1.0; values]);
        };
        let detail = format!("found {shape:?}, expected [3]");
        assert_verdict(damage, "double.one", "out/y", Verdict::WrongShape, &detail);
    }
}

#[test]
fn a_wrong_dtype() {
    let of_case = |candidate: &mut Candidate, dtype| {
        for name in ["double.one/out/y", "double.one/grad/x"] {
            candidate.tensors.get_mut(name).unwrap().0 = dtype;
        }
    };
    let verdict = Verdict::WrongDtype;
    let damage = |candidate: &mut Candidate| of_case(candidate, Dtype::U8);
    let detail = "found u8, expected f64 or f32 or f16 or bf16";
    assert_verdict(damage, "double.one", "`grad/x`", verdict, detail);
    // All tensors of a case have one precision.
    let damage = |candidate: &mut Candidate| {
        candidate.tensors.get_mut("double.one/out/y").unwrap().0 = Dtype::F64;
    };
    let detail = "found f64, expected f32 as for `grad/x`";
    assert_verdict(damage, "double.one", "`out/y`", verdict, detail);
}

#[test]
fn a_precision_that_the_case_is_not_exact_in() {
    let mut place = Place::new();
    place.suite.cases[0].description.exact_in = vec![Precision::F64, Precision::F32];
    place.store();
    place.give(&Candidate::of(&place.suite, Precision::Bf16));
    let report = place.check();
    let failed: Vec<_> = report.suites[0].with(Status::Failed).collect();
    assert_eq!(failed.len(), 1);
    let finding = failed[0].findings[0].to_string();
    assert_eq!(
        finding,
        "wrong dtype: `grad/x`: found bf16, expected f64 or f32"
    );
}

#[test]
fn nan_and_infinity() {
    let set = |value: f64| {
        move |candidate: &mut Candidate| candidate.values("double.three/grad/x")[2] = value
    };
    let (case, tensor) = ("double.three", "grad/x");
    let detail = "1 of 3 values fail, worst at [2]: found NaN, expected 4e0";
    assert_verdict(set(f64::NAN), case, tensor, Verdict::NotANumber, detail);
    for infinity in [f64::INFINITY, f64::NEG_INFINITY] {
        let detail = format!("found {infinity}, expected 4e0");
        assert_verdict(set(infinity), case, tensor, Verdict::Infinite, &detail);
    }
}

#[test]
fn out_of_bound() {
    let damage = |candidate: &mut Candidate| {
        candidate.values("double.four/grad/x")[0] += 2f64.powi(-17);
    };
    let detail = "off by 2.000e0 times the bound";
    assert_verdict(damage, "double.four", "grad/x", Verdict::OutOfBound, detail);
}

#[test]
fn unknown_tensors_of_a_case() {
    for name in [
        "out/z",
        "grad/y",
        "cotangent/y",
        "y",
        "out",
        "refused/x",
        "in/x",
    ] {
        let damage = |candidate: &mut Candidate| {
            candidate.give(&format!("double.one/{name}"), Dtype::F32, &[1], &[1.0]);
        };
        let tensor = format!("`{name}`");
        assert_verdict(damage, "double.one", &tensor, Verdict::UnknownTensor, "");
    }
}

#[test]
fn a_refusal_where_results_are_due() {
    let damage = |candidate: &mut Candidate| {
        candidate
            .tensors
            .retain(|name, _| !name.starts_with("double.one/"));
        candidate.give("double.one/refused", Dtype::F32, &[0], &[]);
    };
    assert_verdict(
        damage,
        "double.one",
        "double.one",
        Verdict::Refused,
        "expected results",
    );
    // Results beside it do not undo it.
    let damage = |candidate: &mut Candidate| {
        candidate.give("double.one/refused", Dtype::F32, &[0], &[]);
    };
    assert_verdict(
        damage,
        "double.one",
        "double.one",
        Verdict::Refused,
        "expected results",
    );
}

#[test]
fn results_where_a_refusal_is_due() {
    let case = "double.negative";
    let detail = "expected a refusal: x must be above 0";
    for keep in [true, false] {
        let damage = |candidate: &mut Candidate| {
            if !keep {
                candidate.tensors.remove("double.negative/refused");
            }
            candidate.give("double.negative/out/y", Dtype::F32, &[1], &[1.0]);
        };
        assert_verdict(damage, case, "`out/y`", Verdict::NotRefused, detail);
    }
    let damage = |candidate: &mut Candidate| {
        candidate.tensors.remove("double.negative/refused");
    };
    assert_verdict(damage, case, "refused", Verdict::MissingTensor, detail);
    let damage = |candidate: &mut Candidate| {
        candidate.give("double.negative/refused", Dtype::F32, &[1], &[0.0]);
    };
    let detail = "found [1], expected [0]";
    assert_verdict(damage, case, "refused", Verdict::WrongShape, detail);
}

#[test]
fn tensors_of_no_case_and_files_of_no_suite() {
    for name in [
        "double.five/out/y",
        "out/y",
        "double.one",
        "",
        "two.words in/out/\u{1b}[31m",
    ] {
        let place = Place::new();
        let mut candidate = Candidate::of(&place.suite, Precision::F64);
        candidate.give(name, Dtype::F64, &[], &[1.0]);
        place.give(&candidate);
        let report = place.check();
        assert!(!report.passed, "{name:?}");
        let beside = report.problems.len() + report.suites[0].failed;
        assert_eq!(beside, 1, "{name:?}: {report}");
        let text = report.to_string();
        assert!(text.contains("unknown tensor: "), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
    let place = Place::new();
    let candidate = Candidate::of(&place.suite, Precision::F64);
    place.give(&candidate);
    std::fs::write(
        place.candidate().join("toys.safetensors"),
        candidate.bytes(),
    )
    .unwrap();
    std::fs::write(place.candidate().join("notes.txt"), "anything").unwrap();
    let problems = place.check().problems;
    assert_eq!(
        problems,
        ["unknown tensor: the file `toys.safetensors`: of no suite"]
    );
}

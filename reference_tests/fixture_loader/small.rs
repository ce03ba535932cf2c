//! A suite of two cases that is valid, to be broken in one place.

use std::path::Path;

use dnarch::fixtures::format::{
    Case, CaseDescription, FlagDescription, OperationDescription, Precision, Reproducible, SCHEMA,
    Suite, SuiteDescription, Tensors,
};
use ndarray::{ArrayD, IxDyn, arr0};
use serde_json::{Map, Value};

pub const NAME: &str = "small";

/// `half.plane` with every part that a case can have, `half.refused` with an input alone.
pub fn suite() -> Suite {
    let case = |id: &str, refused: Option<&str>| CaseDescription {
        id: id.to_string(),
        operation: "half".to_string(),
        comment: "A comment.".to_string(),
        flags: vec!["DOUBLED".to_string()],
        exact_in: Precision::ALL.to_vec(),
        attributes: Map::from_iter([("rate".to_string(), Value::from(0.1))]),
        refused: refused.map(str::to_string),
    };
    let named = |name: &str, array: ArrayD<f64>| Tensors::from([(name.to_string(), array)]);
    let plane = |values: [f64; 6]| {
        ArrayD::from_shape_vec(IxDyn(&[2, 3]), values.to_vec()).expect("six values")
    };
    let table = |name: &str| [(name.to_string(), "(2, 3)".to_string())].into();
    let plane = Case {
        description: case("half.plane", None),
        inputs: named("x", plane([1.0, -2.0, 3.5, 0.0, -0.0, 1e300])),
        cotangents: named("y", plane([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        outputs: named("y", plane([0.5, -1.0, 1.75, 0.0, -0.0, 5e299])),
        gradients: named("x", plane([0.5, 1.0, 1.5, 2.0, 2.5, 3.0])),
        output_gauges: named("y", plane([0.5, 1.0, 1.75, 0.0, 0.0, 5e299])),
        gradient_gauges: named("x", arr0(3.0).into_dyn()),
    };
    let refused = Case {
        description: case("half.refused", Some("half of nothing")),
        inputs: named("x", ArrayD::zeros(IxDyn(&[0]))),
        cotangents: Tensors::new(),
        outputs: Tensors::new(),
        gradients: Tensors::new(),
        output_gauges: Tensors::new(),
        gradient_gauges: Tensors::new(),
    };
    let operation = OperationDescription {
        equation: "none".to_string(),
        formula: "x / 2".to_string(),
        k: 16.0,
        attributes: table("rate"),
        inputs: table("x"),
        outputs: table("y"),
        gradients: vec!["x".to_string()],
    };
    let flag = FlagDescription {
        catches: "2 x instead of x / 2.".to_string(),
        effect: "Everything grows.".to_string(),
    };
    Suite {
        description: SuiteDescription {
            schema: SCHEMA.to_string(),
            suite: NAME.to_string(),
            title: "A small suite".to_string(),
            reproducible: Reproducible::Bytes,
            operations: [("half".to_string(), operation)].into(),
            flags: [("DOUBLED".to_string(), flag)].into(),
            cases: Vec::new(),
        },
        cases: vec![plane, refused],
    }
}

/// Its description and its tensors.
pub fn files() -> (Vec<u8>, Vec<u8>) {
    let files = suite().files().unwrap();
    (files.description, files.tensors)
}

pub fn parse(description: &[u8], tensors: &[u8]) -> dnarch::Result<Suite> {
    let paths = [Path::new("small.json"), Path::new("small.safetensors")];
    Suite::parse(NAME, (paths[0], description), (paths[1], tensors))
}

/// Why the files are refused: one line, which begins with a file's name.
pub fn refusal(description: &[u8], tensors: &[u8]) -> String {
    let message = parse(description, tensors).unwrap_err().to_string();
    assert!(message.starts_with("small."), "{message}");
    assert_line(&message);
    message
}

pub fn assert_line(message: &str) {
    assert!(!message.contains(char::is_control), "{message:?}");
    assert!(message.len() < 2500, "{} characters", message.len());
}

/// Fails unless the message has all the parts.
pub fn assert_says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    }
}

#[test]
fn it_is_valid() {
    let (description, tensors) = files();
    assert_eq!(parse(&description, &tensors).unwrap(), suite());
}

//! Attributes and inputs come from anyone's file: whatever they are, an operation of the catalogue
//! refuses them in one line or computes something, and does not panic.

use std::sync::LazyLock;

use dnarch::Result;
use dnarch::fixtures::cases::Size;
use dnarch::fixtures::format::{Case, Tensors};
use dnarch::fixtures::generate;
use dnarch::fixtures::operation::{Arguments, Cotangents, Definition, Operation};
use dnarch::fixtures::suites::CATALOGUE;
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Every small case of the catalogue, with its operation.
static CASES: LazyLock<Vec<(&Operation, Case)>> = LazyLock::new(|| {
    let mut cases = Vec::new();
    for entry in CATALOGUE {
        for case in generate::suite(entry, Size::Small).unwrap().cases {
            let name = &case.description.operation;
            let same = |operation: &&&Operation| operation.name == *name;
            let operation = entry.operations.iter().find(same).unwrap();
            cases.push((*operation, case));
        }
    }
    cases
});

fn ones<'a>(outputs: impl Iterator<Item = (&'a str, &'a ArrayD<f64>)>) -> Tensors {
    let one = |(name, y): (&str, &ArrayD<f64>)| (name.to_string(), ArrayD::ones(y.shape()));
    outputs.map(one).collect()
}

/// Runs all of an operation; the messages of its refusals.
fn run(operation: &Operation, case: &Case) -> Vec<String> {
    let arguments = Arguments {
        attributes: &case.description.attributes,
        inputs: &case.inputs,
    };
    let mut refusals = Vec::new();
    let mut cotangents = case.cotangents.clone();
    if let Definition::Equations { forward, backward } = operation.definition {
        match forward(&arguments) {
            Ok(outputs) => {
                if let Some(backward) = backward {
                    // Those of the case, which may not fit any more, and some that do.
                    refuse(
                        &mut refusals,
                        backward(&arguments, &Cotangents(&cotangents)),
                    );
                    cotangents = ones(outputs.iter().map(|(name, y)| (*name, &y.value)));
                    refuse(
                        &mut refusals,
                        backward(&arguments, &Cotangents(&cotangents)),
                    );
                }
            }
            Err(error) => refusals.push(error.to_string()),
        }
    }
    for fast in operation.fast.iter().flatten() {
        for cotangents in [&case.cotangents, &cotangents, &Tensors::new()] {
            refuse(&mut refusals, fast(&arguments, &Cotangents(cotangents)));
        }
    }
    refusals
}

fn refuse<T>(refusals: &mut Vec<String>, result: Result<T>) {
    refusals.extend(result.err().map(|error| error.to_string()));
}

/// What may stand in place of an attribute, also within the configuration of a network.
fn hostile_attributes() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!("gated"),
        json!("classification"),
        json!("dense"),
        json!(0),
        json!(1),
        json!(2),
        json!(7),
        json!(500),
        json!(-1),
        json!(0.5),
        json!(-0.5),
        json!(1e-300),
        json!(1e300),
        json!(-1e300),
        json!(u64::MAX),
        json!([]),
        json!([0]),
        json!([1]),
        json!([2, 3]),
        json!([1, 1, 1]),
        json!([u64::MAX, 2]),
        json!([65536, 65536]),
        json!([[0, 1], [2]]),
        json!({}),
        json!("ccnn-1-1"),
        json!("ccnn-1000-10000"),
        json!("none"),
        json!("k,r,w,d"),
    ]
}

fn places(attributes: &Value, place: &str) -> Vec<String> {
    let Value::Object(fields) = attributes else {
        return Vec::new();
    };
    let of_field = |(name, value): (&String, &Value)| {
        let place = format!("{place}/{name}");
        let mut places = places(value, &place);
        places.push(place);
        places
    };
    fields.iter().flat_map(of_field).collect()
}

fn with_attribute(case: &mut Case, at: Index, value: Value) {
    let mut attributes = Value::Object(std::mem::take(&mut case.description.attributes));
    let places = places(&attributes, "");
    if !places.is_empty() {
        *attributes.pointer_mut(at.get::<String>(&places)).unwrap() = value;
    }
    let Value::Object(attributes) = attributes else {
        unreachable!("it was made one above");
    };
    case.description.attributes = attributes;
}

#[derive(Clone, Debug)]
enum Change {
    Attribute(Index, Value),
    Missing(Index),
    Fill(Index, f64),
    Shape(Index, Vec<usize>),
    /// One axis longer or shorter.
    Axis(Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let values = vec![
        0.0, -0.0, 1.0, -1.0, 0.5, 1e308, -1e308, 5e-324, 1e-155, 3e38,
    ];
    prop_oneof![
        3 => (index(), prop::sample::select(hostile_attributes()))
            .prop_map(|(at, value)| Change::Attribute(at, value)),
        1 => index().prop_map(Change::Missing),
        1 => (index(), prop::sample::select(values)).prop_map(|(at, value)| Change::Fill(at, value)),
        1 => (index(), prop::collection::vec(0usize..5, 0..5))
            .prop_map(|(at, shape)| Change::Shape(at, shape)),
        3 => (index(), index(), 0usize..20).prop_map(|(at, axis, n)| Change::Axis(at, axis, n)),
    ]
}

fn apply(change: &Change, case: &mut Case) {
    let name = |at: &Index, case: &Case| {
        let names: Vec<_> = case.inputs.keys().cloned().collect();
        (!names.is_empty()).then(|| at.get(&names).clone())
    };
    match change {
        Change::Attribute(at, value) => with_attribute(case, *at, value.clone()),
        Change::Missing(at) => {
            if let Some(name) = name(at, case) {
                case.inputs.remove(&name);
            }
        }
        Change::Fill(at, value) => {
            if let Some(name) = name(at, case) {
                case.inputs.get_mut(&name).unwrap().fill(*value);
            }
        }
        Change::Shape(at, shape) => {
            if let Some(name) = name(at, case) {
                let input = ArrayD::from_elem(IxDyn(shape), 0.75);
                case.inputs.insert(name, input);
            }
        }
        Change::Axis(at, axis, n) => {
            if let Some(name) = name(at, case) {
                let mut shape = case.inputs[&name].shape().to_vec();
                if !shape.is_empty() {
                    let axis = axis.index(shape.len());
                    shape[axis] = *n;
                }
                let input = ArrayD::from_elem(IxDyn(&shape), 0.75);
                case.inputs.insert(name, input);
            }
        }
    }
}

#[test]
fn the_catalogues_own_cases_are_computed_or_refused() {
    for (operation, case) in CASES.iter() {
        let refusals = run(operation, case);
        if case.description.refused.is_some() {
            assert!(!refusals.is_empty(), "{}", case.description.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn changed_arguments_are_computed_or_refused(
        case in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let (operation, mut case) = case.get(&CASES).clone();
        changes.iter().for_each(|change| apply(change, &mut case));
        for message in run(operation, &case) {
            prop_assert!(!message.contains(char::is_control), "{message:?}");
            prop_assert!(message.len() < 2500, "{} characters", message.len());
        }
    }
}

#[test]
fn a_cotangent_of_another_shape_is_refused() {
    for (operation, mut case) in CASES.iter().cloned() {
        if case.cotangents.is_empty() {
            continue;
        }
        for cotangent in case.cotangents.values_mut() {
            *cotangent = ArrayD::ones(IxDyn(&[2, 1, 1, 3]));
        }
        let runs = run(operation, &case);
        assert!(!runs.is_empty(), "{}", case.description.id);
    }
}

fn network() -> (&'static Operation, Case) {
    let network = CASES
        .iter()
        .find(|(operation, _)| operation.name == "network");
    network.cloned().expect("an operation of the catalogue")
}

#[test]
fn a_network_of_no_blocks_is_refused() {
    let (operation, mut case) = network();
    case.inputs.get_mut("mask.depth").unwrap().fill(-5.0);
    let refusals = run(operation, &case);
    assert!(!refusals.is_empty());
    for message in refusals {
        assert_eq!(
            message,
            "depth mask: got no block, expected at least one block above the threshold"
        );
    }
}

/// A few lines of JSON do not make a program take all memory.
#[test]
fn a_network_is_no_larger_than_its_parameters() {
    let (operation, mut case) = network();
    let configuration = &mut case.description.attributes["configuration"];
    configuration["base"] = json!("ccnn-10-2000");
    let refusals = run(operation, &case);
    assert!(!refusals.is_empty());
    for message in refusals {
        let place = "configuration: got 640480036 weights, expected at most the ";
        assert!(message.starts_with(place), "{message}");
    }
}

//! Any attributes and inputs: refused by an operation, or computed, forward and backward. What the
//! operations return is the tests' business; here they must return.

#![no_main]

use dnarch::fixtures::format::Tensors;
use dnarch::fixtures::operation::{Arguments, Cotangents, Definition};
use dnarch_fuzz::{Call, seeds};
use libfuzzer_sys::fuzz_target;
use ndarray::ArrayD;

fn ones<'a>(outputs: impl Iterator<Item = (&'a str, &'a ArrayD<f64>)>) -> Tensors {
    outputs
        .map(|(name, y)| (name.to_string(), ArrayD::ones(y.shape())))
        .collect()
}

fn run(bytes: &[u8]) {
    let Some(call) = Call::of(bytes) else {
        return;
    };
    let arguments = Arguments {
        attributes: &call.attributes,
        inputs: &call.inputs,
    };
    let mut cotangents = Tensors::new();
    if let Definition::Equations { forward, backward } = call.operation.definition
        && let Ok(outputs) = forward(&arguments)
    {
        cotangents = ones(outputs.iter().map(|(name, y)| (*name, &y.value)));
        if let Some(backward) = backward {
            let _ = backward(&arguments, &Cotangents(&cotangents));
        }
    }
    for fast in call.operation.fast.iter().flatten() {
        // Without equations it is the first run, without gradients, that tells the outputs' shapes.
        if let Ok(computed) = fast(&arguments, &Cotangents(&cotangents)) {
            let outputs = computed.outputs.iter();
            let cotangents = ones(outputs.map(|(name, y)| (name.as_str(), y)));
            let _ = fast(&arguments, &Cotangents(&cotangents));
        }
    }
}

fuzz_target!(
    init: seeds::write("arguments", |suite| Call::bytes(&suite.cases[0])),
    |bytes: &[u8]| run(bytes)
);

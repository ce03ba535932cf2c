//! Any attributes and inputs: refused by an operation, or computed, forward and backward.

#![no_main]

use dnarch::fixtures::format::Tensors;
use dnarch::fixtures::operation::{Arguments, Cotangents};
use dnarch_fuzz::{Call, seeds};
use libfuzzer_sys::fuzz_target;
use ndarray::ArrayD;

fuzz_target!(init: seeds::write("arguments", |suite| Call::bytes(&suite.cases[0])), |bytes: &[u8]| {
    let Some(call) = Call::of(bytes) else {
        return;
    };
    let arguments = Arguments {
        attributes: &call.attributes,
        inputs: &call.inputs,
    };
    let Ok(outputs) = (call.operation.forward)(&arguments) else {
        return;
    };
    let cotangents: Tensors = (outputs.iter())
        .map(|(name, output)| (name.to_string(), ArrayD::ones(output.value.shape())))
        .collect();
    // What they return is the tests' business; here they must return.
    if let Some(backward) = call.operation.backward {
        let _ = backward(&arguments, &Cotangents(&cotangents));
    }
    for fast in call.operation.fast.iter().flatten() {
        let _ = fast(&arguments, &Cotangents(&cotangents));
    }
});

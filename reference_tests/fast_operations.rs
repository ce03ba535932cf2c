//! Every fast operation equals its definition, forward and backward with a random cotangent.

#[path = "common/compare.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod compare;
#[path = "common/operation/mod.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod operation;

use compare::{assert_close, gauge};
use dnarch::autodiff::Gelu;
use operation::activation::ActivationDropout;
use operation::convolution::Convolution;
use operation::layer::PointwiseLinear;
use operation::resampling::{Expansion, Reduction};
use operation::residual::BlockEnd;
use operation::resolution_mask::Cut;
use operation::{Check, Operation, evaluate, forward, normal, stream, tolerance};
use proptest::prelude::*;

/// The unit roundoff of `f64`.
const U: f64 = f64::EPSILON / 2.0;

struct EqualsDefinition;

impl Check for EqualsDefinition {
    fn check(&mut self, operation: &(impl Operation + Sync)) {
        let mut random = stream(operation);
        let inputs = operation.inputs(&mut random);
        let arrays: Vec<_> = inputs.iter().map(|input| input.array().clone()).collect();
        let expected = operation.definition(&arrays).unwrap();
        let cotangent = normal(&mut random, expected.dim().into());
        let expected_gradients = operation.definition_vjp(&arrays, &cotangent).unwrap();
        let (found, found_gradients) = evaluate::<f64>(operation, &inputs, &cotangent);

        // Both sides round.
        let tolerance = 2.0 * tolerance(U, operation);
        let name = format!("{operation:?}");
        assert_close(&name, &found, &expected, tolerance * gauge(&expected));
        assert_eq!(found_gradients.len(), expected_gradients.len(), "{name}");
        for (i, (found, expected)) in found_gradients.iter().zip(&expected_gradients).enumerate() {
            let name = format!("{name}, gradient of input {i}");
            assert_close(&name, found, expected, tolerance * gauge(expected));
        }
    }
}

#[test]
fn activations() {
    operation::activation::each(&mut EqualsDefinition);
}

#[test]
fn layers() {
    operation::layer::each(&mut EqualsDefinition);
}

#[test]
fn parts_of_parameters_and_masks_on_them() {
    operation::parameter::each(&mut EqualsDefinition);
}

#[test]
fn masks_and_sizes() {
    operation::mask::each(&mut EqualsDefinition);
    operation::size::each(&mut EqualsDefinition);
}

#[test]
fn complexity() {
    operation::complexity::each(&mut EqualsDefinition);
}

#[test]
fn convolution() {
    operation::convolution::each(&mut EqualsDefinition);
}

#[test]
fn resampling() {
    operation::resampling::each(&mut EqualsDefinition);
}

#[test]
fn ends_of_blocks() {
    operation::residual::each(&mut EqualsDefinition);
}

#[test]
fn losses() {
    operation::loss::each(&mut EqualsDefinition);
}

#[test]
fn text() {
    operation::text::each(&mut EqualsDefinition);
}

/// What is dropped depends on the place of an element alone, and is `rate` of them.
#[test]
fn dropout_does_not_depend_on_the_channels_that_are_materialised() {
    let with = |channels| ActivationDropout {
        shape: [4, channels, 101],
        form: Gelu::Exact,
        rate: 0.3,
        maximum_channels: 20,
    };
    let (narrow, wide) = (with(3), with(20));
    let ones = |operation: &ActivationDropout| {
        let inputs = operation.inputs(&mut stream(operation));
        inputs
            .iter()
            .map(|input| input.map(|_| 1.0))
            .collect::<Vec<_>>()
    };
    let [narrow, wide] =
        [narrow, wide].map(|operation| forward::<f64>(&operation, &ones(&operation)));
    assert_eq!(narrow, wide.slice(ndarray::s![.., ..3, ..]));
    // 8080 draws: the share has a standard deviation of 0.005, of which four are allowed.
    let dropped = wide.iter().filter(|y| **y == 0.0).count() as f64 / wide.len() as f64;
    assert!((dropped - 0.3).abs() < 0.02, "{dropped}");
}

/// An axis of N samples, M of which remain, taps -half ..= half and a mask.
fn axis(most: usize) -> impl Strategy<Value = (usize, usize, usize, Cut)> {
    (1..=most).prop_flat_map(move |n| {
        let cut = prop_oneof![Just(Cut::Open), (1..=n + 1).prop_map(Cut::Kept)];
        (Just(n), 1..=n, 0..=n / 2, cut)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn convolution_on_any_line(batch in 1..5usize, (n, m, half, cut) in axis(24)) {
        EqualsDefinition.check(&Convolution::new(batch, &[n], &[half], &[m], &[cut]));
    }

    #[test]
    fn convolution_on_any_plane(batch in 1..4usize, a in axis(6), b in axis(6)) {
        let (grid, reduced, half, cuts) = ([a.0, b.0], [a.1, b.1], [a.2, b.2], [a.3, b.3]);
        EqualsDefinition.check(&Convolution::new(batch, &grid, &half, &reduced, &cuts));
    }

    #[test]
    fn resampling_on_any_line(batch in 1..5usize, (n, m, kept, _) in axis(40)) {
        EqualsDefinition.check(&Reduction::new(batch, &[n], &[m], &[Cut::Kept(kept + 1)]));
        EqualsDefinition.check(&Expansion::new(batch, &[n], &[m]));
    }

    #[test]
    fn resampling_on_any_plane(batch in 1..4usize, a in axis(8), b in axis(8)) {
        let (grid, reduced) = ([a.0, b.0], [a.1, b.1]);
        let cuts = [Cut::Kept(a.2 + 1), Cut::Kept(b.2 + 1)];
        EqualsDefinition.check(&Reduction::new(batch, &grid, &reduced, &cuts));
        EqualsDefinition.check(&Expansion::new(batch, &grid, &reduced));
    }

    #[test]
    fn linear_of_any_size(
        batch in 1..4usize,
        inputs in 1..30usize,
        outputs in 1..30usize,
        positions in 1..40usize,
    ) {
        EqualsDefinition.check(&PointwiseLinear { batch, inputs, outputs, positions });
    }

    #[test]
    fn residual_of_any_size(
        batch in 1..4usize,
        stream in 1..6usize,
        branch in 1..6usize,
        kept in prop::option::of(1..6usize),
        (n, m, _, _) in axis(20),
        masked_depth: bool,
    ) {
        let gated = kept.map(|kept| kept.min(stream));
        let (grid, reduced, form) = (vec![n], vec![m], Gelu::Exact);
        let end = BlockEnd { batch, stream, gated, branch, grid, reduced, masked_depth, form };
        EqualsDefinition.check(&end);
    }
}

//! The gradient of the whole loss (Eq. 2) with respect to every parameter, against central
//! differences in double precision.

mod common;
#[path = "common/searches.rs"]
mod searches;

use common::STEP;
use dfdx::prelude::{Cpu, Tensor, TryAdd, TryMul};
use dnarch::autodiff::{Tape, complexity_loss};
use dnarch::network::{Decoder, Kind, Mode, Network, NetworkConfiguration, Variant};
use dnarch::random::Stream;
use dnarch::search::{forward, objective};
use dnarch::tasks::{Batch, Goal, Split, Task};
use searches::{TinyTask, configuration, of_symbols, resize};

/// How far a central difference may be from the gradient, relative to `1 + |gradient|`. Rounding adds
/// some 1e-15 / STEP = 5e-10 times the loss, which is about 1; the largest seen is 4e-10.
const TOLERANCE: f64 = 1e-8;

const LAMBDA: f64 = 0.3;
/// Entries of a parameter that are tried, drawn at random.
const ENTRIES: usize = 4;

/// `L_obj + lambda L_comp` against 0.8 of the base network's complexity, in training step 1.
fn loss(network: &Network<f64>, tape: &mut Tape<f64>, batch: &Batch, goal: &Goal) -> Scalar {
    let kept = network.kept().unwrap();
    let plain = network
        .materialise(tape, &kept, Mode::Materialised)
        .unwrap();
    let output = forward(network, &plain, tape, batch, Some(1)).unwrap();
    let objective = objective(tape, &output, goal, &batch.targets).unwrap();
    let current = network.complexity(tape, &kept).unwrap();
    let target = 0.8 * network.base_complexity().unwrap();
    let (complexity, _) = complexity_loss(tape, &current, target).unwrap();
    let weighted = tape
        .apply(&complexity, |loss| loss.try_mul(LAMBDA))
        .unwrap();
    tape.apply(&objective, |objective| objective.try_add(weighted))
        .unwrap()
}

type Scalar = Tensor<(), f64, Cpu>;

fn value(network: &Network<f64>, batch: &Batch, goal: &Goal) -> f64 {
    let tape = &mut Tape::silent(Cpu::default());
    loss(network, tape, batch, goal).as_vec()[0]
}

/// Fails unless the gradients of `configuration`'s network are central differences, its masks set
/// between two counts, below every clip.
fn check(configuration: NetworkConfiguration) {
    let task = TinyTask::of(&configuration, 2);
    let batch = task.batch(Split::Train, &[4, 1, 2], 0).unwrap();
    let goal = task.goal();
    let mut network = Network::<f64>::new(configuration.clone()).unwrap();
    for (mask, size) in [
        ("block_1.mask.n_in", 0.75),
        ("n_mid", 0.55),
        ("n_out", 0.73),
        ("block_2.mask.n_in", 0.97),
        ("resolution.0", 0.72),
        ("resolution.1", 0.64),
        ("kernel.0", 0.63),
        ("kernel.1", 0.81),
        ("mask.depth", 0.72),
    ] {
        resize(&mut network, mask, size);
    }
    // Offsets start at zero and scales at one, where mistakes would hide.
    let mut stream = Stream::new(5, "test offsets", 0);
    for parameter in network.parameters_mut() {
        if parameter.kind == Kind::Offset {
            let values = parameter.variable.values_mut().iter_mut();
            values.for_each(|value| *value += 0.2 * stream.normal());
        }
    }
    let kept = network.kept().unwrap();
    let mut tape = Tape::recording(Cpu::default());
    let total = loss(&network, &mut tape, &batch, goal);
    let mut gradients = tape.backward(&total).unwrap();
    let (mut moving, mut masks) = (0, 0);
    for index in 0..network.parameters().len() {
        let parameter = &network.parameters()[index];
        let (name, kind) = (parameter.name.clone(), parameter.kind);
        let values = parameter.variable.values().to_vec();
        let gradient = parameter.variable.gradient(&mut gradients).unwrap();
        let gradient = gradient.unwrap_or_else(|| vec![0.0; values.len()]);
        for _ in 0..ENTRIES.min(values.len()) {
            let entry = stream.below(values.len() as u64) as usize;
            let mut shifted = |step: f64| {
                let variable = &mut network.parameters_mut()[index].variable;
                variable.values_mut()[entry] = values[entry] + step;
                assert_eq!(network.kept().unwrap(), kept, "{name} changes a count");
                value(&network, &batch, goal)
            };
            let difference = (shifted(STEP) - shifted(-STEP)) / (2.0 * STEP);
            shifted(0.0);
            let gradient = gradient[entry];
            assert!(
                (difference - gradient).abs() <= TOLERANCE * (1.0 + gradient.abs()),
                "{name}, entry {entry}: central difference {difference}, gradient {gradient}"
            );
            moving += usize::from(gradient.abs() > 1e-4);
            masks +=
                usize::from(gradient.abs() > 1e-4 && !matches!(kind, Kind::Weight | Kind::Offset));
        }
    }
    // A gradient of zero agrees with much; these must not be.
    let axes = configuration.grid.len();
    assert!(moving > 40, "{moving} entries have a gradient");
    assert!(masks >= 2 * (2 * axes + 3), "{masks} masks have a gradient");
}

#[test]
fn classification_on_one_axis() {
    check(configuration(&[9], "k,r,w,d", Decoder::Classification));
    check(NetworkConfiguration {
        variant: Variant::Stream,
        final_norm: false,
        dropout: 0.2,
        ..configuration(&[8], "k,r,w,d", Decoder::Classification)
    });
}

#[test]
fn dense_prediction_on_one_axis() {
    check(NetworkConfiguration {
        variant: Variant::Branch,
        ..configuration(&[8], "k,r,w,d", Decoder::Dense)
    });
}

#[test]
fn classification_on_two_axes() {
    check(NetworkConfiguration {
        variant: Variant::Branch,
        ..configuration(&[6, 7], "k,r,w,d", Decoder::Classification)
    });
}

#[test]
fn dense_prediction_on_two_axes() {
    check(NetworkConfiguration {
        dropout: 0.2,
        ..configuration(&[7, 6], "k,r,w,d", Decoder::Dense)
    });
    check(NetworkConfiguration {
        variant: Variant::Stream,
        ..configuration(&[5, 5], "k,r,w,d", Decoder::Dense)
    });
}

#[test]
fn sequences_of_symbols_and_pairs_of_them() {
    for decoder in [Decoder::Classification, Decoder::Pair] {
        check(of_symbols(configuration(&[9], "k,r,w,d", decoder)));
    }
}

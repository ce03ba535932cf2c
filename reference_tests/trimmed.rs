//! A trained network, trimmed to what its masks keep, computes what the masked one does, and holds
//! less.

#[path = "common/searches.rs"]
mod searches;

use dfdx::prelude::{Cpu, Device};
use dnarch::autodiff::{Element, Tape};
use dnarch::network::{Decoder, Mode, Network, NetworkConfiguration, PlainNetwork, Variant};
use dnarch::search::{forward, predict};
use dnarch::tasks::{Batch, Split, Task};
use searches::{TinyTask, configuration, difference, largest, of_symbols, resize, search};

/// A network after some steps, with masks that leave room.
fn trained<E: Element>(configuration: &NetworkConfiguration, task: &TinyTask) -> Network<E>
where
    Cpu: Device<E>,
{
    let mut search = search::<E>(configuration.clone());
    for (mask, size) in [
        ("block_1.mask.n_in", 0.4),
        ("block_1.mask.n_out", 0.6),
        ("block_2.mask.n_in", 0.8),
        ("n_mid", 0.7),
        ("resolution.0", 0.7),
        ("kernel.0", 0.5),
    ] {
        resize(&mut search.network, mask, size);
    }
    for step in 0..6 {
        let indices = [step, (step + 3) % 7];
        let batch = task.batch(Split::Train, &indices, 0).unwrap();
        search.step(&batch, task.goal()).unwrap();
    }
    search.network
}

fn outputs<E: Element>(network: &Network<E>, plain: &PlainNetwork<E>, batch: &Batch) -> Vec<E>
where
    Cpu: Device<E>,
{
    let tape = &mut Tape::silent(Cpu::default());
    let output = forward(network, plain, tape, batch, None).unwrap();
    output.values().to_vec()
}

/// Fails unless trimming keeps the outputs to `tolerance` of the largest and stores less.
fn check<E: Element>(configuration: &NetworkConfiguration, tolerance: f64)
where
    Cpu: Device<E>,
{
    let task = TinyTask::of(configuration, 4);
    let network = trained::<E>(configuration, &task);
    let tape = &mut Tape::silent(Cpu::default());
    let kept = network.kept().unwrap();
    let masked = network.materialise(tape, &kept, Mode::Masked).unwrap();
    let trimmed = network.trim().unwrap();
    for indices in [&[0][..], &[1, 2, 3]] {
        let batch = task.batch(Split::Test, indices, 0).unwrap();
        let (mine, theirs) = (
            outputs(&network, &trimmed, &batch),
            outputs(&network, &masked, &batch),
        );
        let (most, scale) = (difference(&mine, &theirs), largest(&theirs));
        assert!(scale > 0.0);
        assert!(
            most <= tolerance * scale,
            "{configuration:?}: {most:e} of {scale}"
        );
        assert_eq!(predict(&network, &batch).unwrap().values(), mine);
    }
    if configuration.components.width || configuration.components.depth {
        assert!(trimmed.parameters() < masked.parameters());
        let architecture = network.architecture(1.0).unwrap();
        assert!(architecture.active_parameters < architecture.stored_parameters);
    }
}

#[test]
fn outputs_stay_and_values_go() {
    for variant in [Variant::Gated, Variant::Stream, Variant::Branch] {
        for (grid, decoder) in [
            (&[9][..], Decoder::Classification),
            (&[8], Decoder::Dense),
            (&[6, 7], Decoder::Classification),
        ] {
            for components in ["none", "k", "k,r", "w", "d", "k,r,w,d"] {
                let configuration = NetworkConfiguration {
                    variant,
                    // Not at evaluation.
                    dropout: 0.4,
                    ..configuration(grid, components, decoder)
                };
                check::<f64>(&configuration, 1e-12);
                // Logits are sums that cancel to a tenth of their terms, so that one rounding of
                // 6e-8 counts tenfold; the largest seen is 1.1e-6.
                check::<f32>(&configuration, 4e-6);
            }
        }
    }
}

#[test]
fn networks_of_symbols_stay_too() {
    for decoder in [Decoder::Classification, Decoder::Pair] {
        for components in ["none", "k,r,w,d"] {
            let configuration = of_symbols(configuration(&[9], components, decoder));
            check::<f64>(&configuration, 1e-12);
            check::<f32>(&configuration, 4e-6);
        }
    }
}

/// What a trimmed network of one block holds, counted by hand: kernels are rendered, so that a block
/// keeps its taps and no kernel network.
#[test]
fn what_is_left_is_counted() {
    let configuration = NetworkConfiguration {
        base: "ccnn-1-2".parse().unwrap(),
        ..configuration(&[8], "k,r,w,d", Decoder::Classification)
    };
    let mut network = Network::<f32>::new(configuration).unwrap();
    for (mask, size) in [
        // Of four channels at -1, -1/3, 1/3 and 1: two, one and three.
        ("n_in", 0.5),
        ("n_mid", 0.2),
        ("n_out", 0.8),
        // Of nine taps, those within 0.55 of the centre: 2 on either side.
        ("kernel.0", 0.55),
    ] {
        resize(&mut network, mask, size);
    }
    let kept = network.kept().unwrap();
    assert_eq!(kept.active_blocks, 1);
    assert_eq!(kept.blocks[0].channels, [2, 1, 3]);
    assert_eq!(kept.blocks[0].half_taps, [2]);
    let encoder = 2 * 2 + 2 + 2 * 2;
    let block = 2 * 2 + 2 * 5 + 2 + (2 + 1) + (3 + 3);
    let decoder = 2 * 3 + (3 * 3 + 3);
    assert_eq!(
        network.trim().unwrap().parameters(),
        encoder + block + decoder
    );
}

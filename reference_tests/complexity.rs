//! The network's complexity (Appendix C) against its definition, and where its loss pushes.

#[path = "common/searches.rs"]
mod searches;

use approx::assert_relative_eq;
use dfdx::prelude::{Cpu, Device};
use dnarch::autodiff::{Element, Tape, complexity_loss};
use dnarch::equations::{complexity, size};
use dnarch::network::{Decoder, Kind, Network, NetworkConfiguration, Variant};
use dnarch::search::Search;
use dnarch::tasks::{Split, Task};
use searches::{TinyTask, configuration, resize, search};

const SUBSETS: [&str; 8] = ["none", "k", "r", "k,r", "w", "d", "w,d", "k,r,w,d"];
const GRIDS: [&[usize]; 4] = [&[1], &[8], &[9], &[6, 7]];
const DECODERS: [Decoder; 2] = [Decoder::Dense, Decoder::Classification];

/// C_curr and the gradient of `(C_curr / target - 1)^2` for every mask, by name.
fn evaluated<E: Element>(network: &Network<E>, target: f64) -> (f64, Vec<(String, f64)>)
where
    Cpu: Device<E>,
{
    let mut tape = Tape::recording(Cpu::default());
    let kept = network.kept().unwrap();
    let current = network.complexity(&mut tape, &kept).unwrap();
    let (loss, _) = complexity_loss(&mut tape, &current, target).unwrap();
    let mut gradients = tape.backward(&loss).unwrap();
    let masks = network.parameters().iter().filter_map(|parameter| {
        let gradient = parameter.variable.gradient(&mut gradients).unwrap();
        match parameter.kind {
            Kind::Weight | Kind::Offset => {
                assert!(gradient.is_none(), "{}", parameter.name);
                None
            }
            _ => Some((
                parameter.name.clone(),
                gradient.map_or(0.0, |g| g[0].wide()),
            )),
        }
    });
    let masks = masks.collect();
    (current.as_vec()[0].wide(), masks)
}

/// The sizes that the definitions read from the network's masks.
fn defined(network: &Network<f64>) -> complexity::NetworkSizes {
    let c = network.configuration();
    let sigmoid = |name: &str, tau: f64, maximum: usize| {
        let mut parameters = network.parameters().iter();
        match parameters.find(|parameter| parameter.name == name) {
            Some(mask) => size::sigmoid_size(mask.variable.values()[0], tau, maximum, c.threshold),
            None => Ok(maximum as f64),
        }
        .unwrap()
    };
    let block = |index: usize| {
        let name = |mask: &str| format!("block_{index}.mask.{mask}");
        let axes = c.grid.iter().enumerate();
        let width = |mask| sigmoid(&name(mask), c.tau_channel, c.maximum_width());
        complexity::BlockSizes {
            resolution: axes
                .map(|(axis, n)| {
                    sigmoid(&name(&format!("resolution.{axis}")), c.tau_resolution, *n)
                })
                .collect(),
            n_in: width("n_in"),
            n_mid: width("n_mid"),
            n_out: width("n_out"),
        }
    };
    let blocks: Vec<_> = (1..=c.maximum_depth()).map(block).collect();
    let last = &blocks[network.kept().unwrap().active_blocks - 1];
    complexity::NetworkSizes {
        length: c.positions() as f64,
        inputs: c.inputs as f64,
        outputs: c.outputs as f64,
        decoder: match c.decoder {
            Decoder::Dense => complexity::Decoder::Dense,
            Decoder::Classification | Decoder::Pair => complexity::Decoder::Classification,
        },
        depth: sigmoid("mask.depth", c.tau_depth, c.maximum_depth()),
        width_last: last.n_in.max(last.n_out),
        blocks,
    }
}

fn ratio_at_the_start<E: Element>(configuration: NetworkConfiguration) -> f64
where
    Cpu: Device<E>,
{
    let network = Network::<E>::new(configuration).unwrap();
    network.architecture(1.0).unwrap().complexity_ratio
}

#[test]
fn the_ratio_starts_at_exactly_one() {
    for grid in GRIDS {
        for components in SUBSETS {
            for (decoder, tau) in DECODERS.into_iter().zip([25.0, 8.0]).cycle().take(6) {
                let configuration = NetworkConfiguration {
                    tau_resolution: tau,
                    tau_channel: 1.3 * tau,
                    tau_depth: 0.7 * tau,
                    base: "ccnn-3-7".parse().unwrap(),
                    ..configuration(grid, components, decoder)
                };
                assert_eq!(ratio_at_the_start::<f32>(configuration.clone()), 1.0);
                assert_eq!(ratio_at_the_start::<f64>(configuration), 1.0);
            }
        }
    }
    // The clip is exact however far a mask reaches beyond its axis.
    for tau in [1.0, 1.1, 1.7, 2.3, 3.0, 100.0] {
        for threshold in [1e-9, 0.01, 0.3, 0.85] {
            for n in 1..40 {
                let configuration = NetworkConfiguration {
                    tau_resolution: tau,
                    threshold,
                    ..configuration(&[n], "r", Decoder::Dense)
                };
                assert_eq!(ratio_at_the_start::<f32>(configuration.clone()), 1.0);
                assert_eq!(ratio_at_the_start::<f64>(configuration), 1.0);
            }
        }
    }
}

#[test]
fn it_is_the_definition_of_the_masks_sizes() {
    for grid in GRIDS {
        for components in SUBSETS {
            for decoder in DECODERS {
                let configuration = configuration(grid, components, decoder);
                let mut network = Network::<f64>::new(configuration).unwrap();
                for (round, size) in [0.5, 0.27, 0.83, 1.4].into_iter().enumerate() {
                    resize(&mut network, "n_in", size);
                    resize(&mut network, "block_2.mask.n_mid", 0.9 * size);
                    resize(&mut network, "n_out", 1.0 - 0.6 * size);
                    resize(&mut network, "resolution.0", 0.8 * size);
                    resize(&mut network, "block_1.mask.resolution.1", size);
                    resize(&mut network, "mask.depth", size);
                    let (current, _) = evaluated(&network, 1.0);
                    let expected = complexity::network_cost(&defined(&network)).unwrap();
                    println!("{grid:?} {components} round {round}: {expected}");
                    assert_relative_eq!(current, expected, max_relative = 1e-13);
                }
            }
        }
    }
}

#[test]
fn the_target_is_the_definition_of_the_base_network() {
    for grid in GRIDS {
        for decoder in DECODERS {
            let configuration = configuration(grid, "k,r,w,d", decoder);
            let network = Network::<f64>::new(configuration).unwrap();
            let kind = match decoder {
                Decoder::Dense => complexity::Decoder::Dense,
                Decoder::Classification | Decoder::Pair => complexity::Decoder::Classification,
            };
            let outputs = network.configuration().outputs;
            let sizes =
                complexity::unmasked_sizes(grid, searches::CHANNELS, outputs, kind, 3, 2).unwrap();
            let expected = complexity::network_cost(&sizes).unwrap();
            assert_relative_eq!(
                network.base_complexity().unwrap(),
                expected,
                max_relative = 1e-13
            );
            let architecture = network.architecture(0.3).unwrap();
            assert_relative_eq!(
                architecture.target_complexity,
                0.3 * expected,
                max_relative = 1e-13
            );
            assert_relative_eq!(
                architecture.complexity_ratio,
                1.0 / 0.3,
                max_relative = 1e-13
            );
        }
    }
}

#[test]
fn too_complex_a_network_is_pushed_down_and_too_simple_a_one_up() {
    for decoder in DECODERS {
        let mut network = Network::<f64>::new(configuration(&[6, 7], "k,r,w,d", decoder)).unwrap();
        // Every size lies inside its range, and the depth inside block 3.
        for (mask, size) in [
            ("n_in", 0.6),
            ("n_mid", 0.6),
            ("n_out", 0.6),
            ("resolution.0", 0.7),
            ("resolution.1", 0.7),
            ("mask.depth", 0.6),
        ] {
            resize(&mut network, mask, size);
        }
        let (current, _) = evaluated(&network, 1.0);
        for (target, sign) in [(0.5 * current, 1.0), (2.0 * current, -1.0)] {
            for (name, gradient) in evaluated(&network, target).1 {
                // Kernel sizes cost nothing, and block 4 is not there.
                let counted = !name.contains("kernel") && !name.starts_with("block_4");
                let expected = if counted { sign } else { 0.0 };
                let found = if gradient == 0.0 {
                    0.0
                } else {
                    gradient.signum()
                };
                assert_eq!(found, expected, "{name}: {gradient}");
            }
        }
        let (_, gradients) = evaluated(&network, current);
        assert!(gradients.iter().all(|(_, gradient)| *gradient == 0.0));
    }
}

#[test]
fn masks_at_their_maximum_shrink_under_the_budget() {
    let grid = [8];
    let task = TinyTask::new(&grid, Decoder::Dense, 1);
    let mut search: Search<f64> = Search {
        lambda: 1e3,
        ..search(configuration(&grid, "k,r,w,d", Decoder::Dense))
    };
    for mask in ["n_in", "n_mid", "n_out", "resolution.0", "mask.depth"] {
        // Far beyond: reset to the bound, where each size is clipped.
        resize(&mut search.network, mask, 50.0);
    }
    search.network.reset_masks().unwrap();
    let start = search.network.kept().unwrap();
    assert_eq!(start.active_blocks, 4);
    let (_, gradients) = evaluated(&search.network, search.target_complexity);
    for (name, gradient) in gradients {
        assert!(
            gradient > 0.0 || name.contains("kernel"),
            "{name}: {gradient}"
        );
    }
    search.schedule.peak = 0.2;
    let batch = task.batch(Split::Train, &[0, 1, 2], 0).unwrap();
    for _ in 0..8 {
        search.step(&batch, task.goal()).unwrap();
    }
    let end = search.network.kept().unwrap();
    assert!(end.active_blocks < 4, "{end:?}");
    assert!(end.blocks[0].samples[0] < 8, "{end:?}");
    assert!(end.blocks[0].channels.iter().all(|n| *n < 6), "{end:?}");
}

#[test]
fn a_variant_does_not_change_what_is_counted() {
    let count = |variant| {
        let configuration = NetworkConfiguration {
            variant,
            ..configuration(&[8], "k,r,w,d", Decoder::Dense)
        };
        evaluated(&Network::<f64>::new(configuration).unwrap(), 1.0).0
    };
    assert_eq!(count(Variant::Gated), count(Variant::Stream));
    assert_eq!(count(Variant::Gated), count(Variant::Branch));
}

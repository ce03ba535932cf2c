//! Computing only what the masks keep and computing everything under masks are the same search:
//! loss, gradients (read from the first moments) and step agree while the masks move.

#[path = "common/searches.rs"]
mod searches;

use dnarch::network::{Decoder, Kept, Mode, NetworkConfiguration, Variant};
use dnarch::search::{Search, StepReport};
use dnarch::tasks::{Split, Task};
use searches::{TinyTask, configuration, difference, largest, of_symbols, resize, search};

/// Both modes sum the same products, in another order and with zeros between: they differ by the
/// rounding of some hundred operations (2e-16 each) times the amplification by ten normalisations
/// and Adam's division. The largest seen is 5e-12.
const TOLERANCE: f64 = 1e-10;

const STEPS: usize = 10;

/// What is set by hand before a step: the masks, and the fraction of their axes that they keep.
/// Between these steps the optimiser moves every mask.
const MOVES: &[(usize, &[(&str, f64)])] = &[
    (
        2,
        &[
            ("block_1.mask.n_in", 0.75),
            ("block_1.mask.n_out", 0.3),
            ("block_2.mask.n_mid", 0.3),
            ("block_1.mask.resolution.0", 0.55),
            ("block_2.mask.resolution.0", 0.85),
            ("block_1.mask.kernel.0", 0.5),
            ("mask.depth", 0.2),
        ],
    ),
    (
        4,
        &[
            ("block_1.mask.n_out", 0.9),
            ("block_2.mask.n_in", 0.35),
            ("block_2.mask.resolution.1", 0.6),
            ("block_2.mask.kernel.0", 0.3),
            ("block_2.mask.kernel.1", 0.7),
            ("mask.depth", 0.8),
        ],
    ),
    // The second block reads more channels than the first one leaves.
    (
        6,
        &[
            ("block_1.mask.n_in", 0.35),
            ("block_1.mask.n_out", 0.35),
            ("block_2.mask.n_in", 0.95),
            ("block_2.mask.n_out", 0.5),
            ("block_1.mask.resolution.0", 0.99),
            ("mask.depth", 0.5),
        ],
    ),
    (
        8,
        &[
            ("block_2.mask.n_out", 0.05),
            ("block_2.mask.kernel.0", 0.9),
            ("mask.depth", 1.1),
        ],
    ),
];

fn assert_close(name: &str, left: &[f64], right: &[f64], scale: f64) {
    let most = difference(left, right);
    assert!(
        most <= TOLERANCE * scale,
        "{name}: {most:e} apart on a scale of {scale:e}"
    );
}

fn assert_same_report(left: &StepReport, right: &StepReport) {
    let numbers = |r: &StepReport| [r.loss, r.objective, r.complexity_loss, r.complexity_ratio];
    let scale = 1.0 + left.loss.abs();
    assert_close("report", &numbers(left), &numbers(right), scale);
}

fn assert_same_state(left: &Search<f64>, right: &Search<f64>) {
    let moments = || left.optimiser.moments.iter().zip(&right.optimiser.moments);
    let all = || left.optimiser.moments.iter().flatten();
    // A bias before a normalisation has no gradient but rounding, so that a gradient's own size is
    // no scale; that of the largest one is.
    let gradient = all().step_by(2).map(|m| largest(m)).fold(0.0, f64::max);
    for (parameter, (mine, theirs)) in left.network.parameters().iter().zip(moments()) {
        let name = &parameter.name;
        assert_close(name, &mine[0], &theirs[0], gradient);
        assert_close(name, &mine[1], &theirs[1], gradient * gradient);
    }
    let parameters = left.network.parameters().iter();
    for (mine, theirs) in parameters.zip(right.network.parameters()) {
        // The encoder's normalisation removes its bias: its gradient is rounding alone, which Adam
        // makes a step of.
        if mine.name != "encoder.bias" {
            let (name, mine, theirs) = (&mine.name, &mine.variable, &theirs.variable);
            let scale = 1.0 + largest(mine.values());
            assert_close(name, mine.values(), theirs.values(), scale);
        }
    }
}

/// Runs both modes side by side and returns what the masks kept before each step.
fn run(configuration: NetworkConfiguration) -> Vec<Kept> {
    let task = TinyTask::of(&configuration, 1);
    let mut searches = [Mode::Materialised, Mode::Masked].map(|mode| Search {
        mode,
        ..search::<f64>(configuration.clone())
    });
    let mut history = Vec::new();
    for step in 0..STEPS {
        let moves = MOVES.iter().find(|(at, _)| *at == step);
        for (mask, size) in moves.iter().flat_map(|(_, masks)| masks.iter()) {
            for search in &mut searches {
                resize(&mut search.network, mask, *size);
            }
        }
        history.push(searches[0].network.kept().unwrap());
        assert_eq!(history[step], searches[1].network.kept().unwrap());
        let indices: Vec<usize> = (0..3 + step % 2).map(|i| (i + step) % 7).collect();
        let batch = task.batch(Split::Train, &indices, 0).unwrap();
        let [mine, theirs] = searches
            .each_mut()
            .map(|search| search.step(&batch, task.goal()).unwrap());
        assert_same_report(&mine, &theirs);
        assert_same_state(&searches[0], &searches[1]);
    }
    history
}

/// Fails unless what the case is about has happened.
fn assert_events(configuration: &NetworkConfiguration, history: &[Kept]) {
    let c = configuration.components;
    let series = |f: &dyn Fn(&Kept) -> usize| history.iter().map(f).collect::<Vec<_>>();
    let falls = |s: &[usize]| s.windows(2).any(|pair| pair[1] < pair[0]);
    let rises = |s: &[usize]| s.windows(2).any(|pair| pair[1] > pair[0]);
    if c.width {
        for (block, which) in [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)] {
            let widths = series(&|kept| kept.blocks[block].channels[which]);
            assert!(falls(&widths), "{widths:?}");
        }
        let widths = series(&|kept| kept.blocks[1].channels[0]);
        assert!(rises(&widths), "{widths:?}");
        let beyond = |kept: &Kept| {
            let [n_in, _, n_out] = kept.blocks[0].channels;
            kept.active_blocks > 1 && kept.blocks[1].channels[0] > n_in.max(n_out)
        };
        assert!(history.iter().any(beyond), "a block outgrows the stream");
    }
    if c.resolution {
        for axis in 0..configuration.grid.len() {
            let block = if axis == 0 { 0 } else { 1 };
            let samples = series(&|kept| kept.blocks[block].samples[axis]);
            assert!(falls(&samples), "{samples:?}");
        }
        assert!(rises(&series(&|kept| kept.blocks[0].samples[0])));
    }
    if c.kernel {
        let taps = series(&|kept| kept.blocks[1].half_taps[0]);
        assert!(falls(&taps) && rises(&taps), "{taps:?}");
    }
    if c.depth {
        let active = series(&|kept| kept.active_blocks);
        assert_eq!(active, [2, 2, 1, 1, 3, 3, 2, 2, 4, 4]);
    }
}

fn check(configuration: NetworkConfiguration) {
    println!("{configuration:?}");
    let history = run(configuration.clone());
    assert_events(&configuration, &history);
}

/// Every component subset of this test on `grid`, the rest varying along.
fn every_subset(grid: &[usize], variant: Variant) {
    let subsets = ["none", "k", "k,r", "w", "d", "k,r,w,d"];
    for (index, components) in subsets.into_iter().enumerate() {
        let even = index % 2 == 0;
        let decoder = match even == (variant == Variant::Stream) {
            true => Decoder::Classification,
            false => Decoder::Dense,
        };
        check(NetworkConfiguration {
            variant,
            final_norm: index % 3 != 1,
            dropout: if index % 3 == 0 { 0.0 } else { 0.3 },
            ..configuration(grid, components, decoder)
        });
    }
}

#[test]
fn gated() {
    every_subset(&[9], Variant::Gated);
    every_subset(&[8, 7], Variant::Gated);
}

#[test]
fn stream() {
    every_subset(&[8], Variant::Stream);
    every_subset(&[7, 7], Variant::Stream);
}

#[test]
fn branch() {
    every_subset(&[9], Variant::Branch);
    every_subset(&[6, 8], Variant::Branch);
}

#[test]
fn everything_with_and_without_final_norm_and_dropout() {
    for decoder in [Decoder::Dense, Decoder::Classification] {
        for final_norm in [false, true] {
            for dropout in [0.0, 0.5] {
                for grid in [&[8][..], &[7, 8]] {
                    check(NetworkConfiguration {
                        final_norm,
                        dropout,
                        ..configuration(grid, "k,r,w,d", decoder)
                    });
                }
            }
        }
    }
}

#[test]
fn sequences_of_symbols_and_pairs_of_them() {
    for decoder in [Decoder::Classification, Decoder::Pair] {
        for components in ["w", "k,r,w,d"] {
            check(of_symbols(configuration(&[9], components, decoder)));
        }
    }
}

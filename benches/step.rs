//! One full training step: forward, L_comp, backward, AdamW, masks reset and counted.
//!
//! `cargo bench --bench step -- --case a --steps 20 --masks full --json` prints the line of JSON
//! that `benches/peers/compare.py` reads. The learning rate is zero, so that the sizes stay those
//! of the case; every other operation of a step takes place. The thread count is
//! `RAYON_NUM_THREADS`.

use std::time::Instant;

use clap::Parser;
use dnarch::autodiff::Gelu;
use dnarch::equations::threshold;
use dnarch::network::{
    Base, Components, Decoder, Encoder, Kind, Mode, Network, NetworkConfiguration, Variant,
};
use dnarch::random::Stream;
use dnarch::search::{Schedule, Search};
use dnarch::tasks::{Batch, Goal, Inputs, Targets};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLASSES: usize = 10;
const THRESHOLD: f64 = 0.1;
const TAU_RESOLUTION: f64 = 25.0;
const TAU_CHANNEL: f64 = 25.0;
const TAU_DEPTH: f64 = 8.0;

#[derive(Parser)]
struct Arguments {
    /// a: ccnn-4-140 on 1024, batch 8; b: ccnn-4-32 on 32 x 32, batch 16; c: ccnn-2-32 on 2048,
    /// batch 16
    #[arg(long, default_value = "a")]
    case: String,
    #[arg(long, default_value_t = 20)]
    steps: usize,
    #[arg(long, default_value_t = 3)]
    warmup: usize,
    /// full: the base network's sizes; half: half of them, or the bound
    #[arg(long, default_value = "full")]
    masks: String,
    /// Compute every block, channel and tap, times its mask
    #[arg(long)]
    masked: bool,
    #[arg(long)]
    json: bool,
    /// Passed by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let (base, grid, batch) = match arguments.case.as_str() {
        "a" => ("ccnn-4-140", vec![1024], 8),
        "b" => ("ccnn-4-32", vec![32, 32], 16),
        "c" => ("ccnn-2-32", vec![2048], 16),
        other => panic!("case {other}: expected a, b or c"),
    };
    let base: Base = base.parse().expect("a base network");
    let configuration = NetworkConfiguration {
        base,
        components: Components {
            kernel: true,
            resolution: true,
            width: true,
            depth: true,
        },
        variant: Variant::Gated,
        gelu: Gelu::Exact,
        final_norm: true,
        encoder: Encoder::Linear,
        decoder: Decoder::Classification,
        masked_pooling: false,
        grid,
        inputs: 3,
        outputs: CLASSES,
        tau_resolution: TAU_RESOLUTION,
        tau_channel: TAU_CHANNEL,
        tau_depth: TAU_DEPTH,
        threshold: THRESHOLD,
        sigma_initial: threshold::SIGMA_GLOBAL,
        omega_0: 10.0,
        dropout: 0.0,
        seed: 0,
    };
    let positions = configuration.positions();
    let mut network = Network::<f32>::new(configuration).expect("a network");
    if arguments.masks == "half" {
        halve(&mut network);
    }
    let schedule = Schedule {
        peak: 0.0,
        warmup: 0,
        total: 1,
    };
    let mut search = Search::new(network, schedule, 0.01, 0.1, 1.0).expect("a search");
    if arguments.masked {
        search.mode = Mode::Masked;
    }
    let mut random = Stream::new(0, "bench", 0);
    let batch = Batch {
        inputs: Inputs::Values(
            (0..batch * 3 * positions)
                .map(|_| random.normal() as f32)
                .collect(),
        ),
        targets: Targets::Classes((0..batch).map(|i| i % CLASSES).collect()),
        size: batch,
    };
    let goal = Goal::Classification { classes: CLASSES };
    let mut losses = Vec::new();
    let mut times = Vec::new();
    for step in 0..arguments.warmup + arguments.steps {
        let start = Instant::now();
        let report = search.step(&batch, &goal).expect("a step");
        if step >= arguments.warmup {
            times.push(1e3 * start.elapsed().as_secs_f64());
        }
        losses.push(report.loss);
    }
    let mut sorted = times.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let architecture = search.network.architecture(1.0).expect("an architecture");
    if !arguments.json {
        println!(
            "case {} masks {}: median {median:.1} ms, min {:.1} ms, peak memory {:.0} MiB, \
             complexity {:.3}x",
            arguments.case,
            arguments.masks,
            sorted[0],
            peak_memory_mib(),
            architecture.complexity_ratio
        );
        return;
    }
    let blocks = &architecture.blocks;
    println!(
        "{}",
        serde_json::json!({
            "framework": "dnarch",
            "case": arguments.case,
            "masks": arguments.masks,
            "threads": rayon::current_num_threads(),
            "warmup": arguments.warmup,
            "steps": arguments.steps,
            "median_ms": median,
            "min_ms": sorted[0],
            "times_ms": times,
            "peak_rss_mib": peak_memory_mib(),
            "loss_first": losses[0],
            "loss_last": losses[losses.len() - 1],
            "complexity_ratio": architecture.complexity_ratio,
            "depth": architecture.active_blocks,
            "width": blocks.iter().map(|b| b.channels).collect::<Vec<_>>(),
            "resolution": blocks.iter().map(|b| b.resolution_samples.clone()).collect::<Vec<_>>(),
            "taps": blocks.iter().map(|b| b.kernel_taps.clone()).collect::<Vec<_>>(),
            "versions": {"dnarch": env!("CARGO_PKG_VERSION")},
        })
    );
}

/// Sets every mask to half of its initial size, within its bounds. Resolutions lie a hair below
/// their count and kernels a hair above their last tap, so that rounding cannot change either.
fn halve(network: &mut Network<f32>) {
    let grid = network.configuration().grid.clone();
    let offset = |tau: f64| (1.0 / THRESHOLD - 1.0).ln() / tau;
    for parameter in network.parameters_mut() {
        let name = parameter.name.clone();
        let mu = |fraction: f64, tau: f64| {
            threshold::reset_mu(2.0 * fraction - 1.0 - offset(tau), tau).expect("bounds")
        };
        let value = match parameter.kind {
            Kind::Sigma { .. } => {
                let reach = (-2.0 * THRESHOLD.ln()).sqrt();
                0.5 * (1.0 + 1e-5) / reach
            }
            Kind::Mu { tau } => {
                if let Some((_, axis)) = name.split_once("resolution.") {
                    let n = grid[axis.parse::<usize>().expect("an axis")] as f64;
                    mu((n / 2.0 - 1e-3) / n, tau)
                } else {
                    mu(0.25, tau)
                }
            }
            Kind::Weight | Kind::Offset => continue,
        };
        parameter.variable.values_mut()[0] = value as f32;
    }
}

/// The largest resident size of this process so far; zero where the system does not say.
fn peak_memory_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

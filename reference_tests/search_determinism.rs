//! The same seed gives the same bits at any number of threads.

#[path = "common/searches.rs"]
mod searches;

use dfdx::prelude::{Cpu, Device};
use dnarch::autodiff::Element;
use dnarch::network::{Decoder, NetworkConfiguration};
use dnarch::search::{StepReport, evaluate};
use dnarch::tasks::{Split, Task};
use searches::{TinyTask, configuration, search, state};

const STEPS: usize = 4;

/// Activations of 3 samples, 16 channels and 600 or so positions: more than one chunk of the
/// element-wise operations, and more rows than threads.
fn wide(grid: &[usize], decoder: Decoder, seed: u64) -> NetworkConfiguration {
    NetworkConfiguration {
        base: "ccnn-1-8".parse().unwrap(),
        dropout: 0.1,
        seed,
        ..configuration(grid, "k,r,w,d", decoder)
    }
}

/// Every report, the final state, and an evaluation's bits.
fn run<E: Element>(threads: usize, configuration: &NetworkConfiguration) -> Trace
where
    Cpu: Device<E>,
{
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| {
        let task = TinyTask::of(configuration, 1);
        let mut search = search::<E>(configuration.clone());
        let mut reports = Vec::new();
        for step in 0..STEPS {
            let indices = [step, step + 1, step + 3];
            let batch = task.batch(Split::Train, &indices, 0).unwrap();
            reports.push(search.step(&batch, task.goal()).unwrap());
        }
        let evaluation = evaluate(&search.network, &task, Split::Test, 3).unwrap();
        let metrics = [evaluation.loss, evaluation.metric].map(f64::to_bits);
        (reports, metrics, state(&search).1)
    })
}

type Trace = (Vec<StepReport>, [u64; 2], Vec<u8>);

fn check<E: Element>(grid: &[usize], decoder: Decoder)
where
    Cpu: Device<E>,
{
    let configuration = wide(grid, decoder, 3);
    let one = run::<E>(1, &configuration);
    for threads in [2, 4] {
        let others = run::<E>(threads, &configuration);
        assert_eq!(one.0, others.0, "{threads} threads");
        assert_eq!(one.1, others.1, "{threads} threads");
        assert!(one.2 == others.2, "{threads} threads change the state");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    check::<f32>(&[601], Decoder::Classification);
    check::<f32>(&[24, 25], Decoder::Dense);
    check::<f64>(&[24, 25], Decoder::Dense);
}

#[test]
fn another_seed_gives_another_search() {
    let grid = &[31];
    let one = run::<f32>(2, &wide(grid, Decoder::Dense, 1));
    let two = run::<f32>(2, &wide(grid, Decoder::Dense, 2));
    assert_ne!(one.0, two.0);
    assert!(one.2 != two.2);
    assert_eq!(one.2, run::<f32>(2, &wide(grid, Decoder::Dense, 1)).2);
}

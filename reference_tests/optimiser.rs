//! AdamW against one written out for a single number, on gradients of both signs and many sizes.

#[path = "common/searches.rs"]
mod searches;

use approx::assert_relative_eq;
use dfdx::prelude::Cpu;
use dnarch::autodiff::{Gradients, Tape, Variable, cross_entropy, linear};
use dnarch::network::{Decoder, Kind, Parameter};
use dnarch::search::AdamW;
use dnarch::tasks::{Split, Task};
use searches::{TinyTask, configuration, resize, search};

const ROWS: usize = 4;
const COLUMNS: usize = 3;
const DECAY: f64 = 0.1;

/// One number and its optimiser, by the equations of Loshchilov and Hutter, algorithm 2.
struct Scalar {
    value: f64,
    first: f64,
    second: f64,
}

impl Scalar {
    fn step(&mut self, step: i32, gradient: f64, rate: f64, decay: f64) {
        self.first = 0.9 * self.first + 0.1 * gradient;
        self.second = 0.999 * self.second + 0.001 * gradient * gradient;
        let first = self.first / (1.0 - 0.9f64.powi(step));
        let second = self.second / (1.0 - 0.999f64.powi(step));
        self.value -= rate * (first / (second.sqrt() + 1e-8) + decay * self.value);
    }
}

/// A layer's weight (decays) and bias (does not).
fn layer() -> Vec<Parameter<f64>> {
    let value = |i: usize| 0.3 * (i as f64 * 1.7).sin();
    let parameter = |name: &str, kind, columns: usize| {
        let values = (0..ROWS * columns).map(value).collect();
        let variable = Variable::parameter(values, [1, ROWS, columns]).unwrap();
        let name = name.to_string();
        Parameter {
            name,
            kind,
            variable,
        }
    };
    vec![
        parameter("weight", Kind::Weight, COLUMNS),
        parameter("bias", Kind::Offset, 1),
    ]
}

/// The gradients of a cross-entropy of the layer's outputs. Reading takes them, so that each use
/// computes its own.
fn gradients(layer: &[Parameter<f64>], step: usize) -> Gradients<f64> {
    // The largest saturate the softmax: gradients of exactly zero.
    let scale = 10f64.powi(3 - 2 * (step as i32 % 4));
    let inputs = (0..2 * COLUMNS).map(|i| scale * ((i + step) as f64).cos());
    let x = Variable::constant(inputs.collect(), [2, COLUMNS, 1]).unwrap();
    let mut tape = Tape::recording(Cpu::default());
    let logits = linear(&mut tape, &x, &layer[0].variable, &layer[1].variable).unwrap();
    let loss = cross_entropy(&mut tape, &logits, &[step % ROWS, 1]).unwrap();
    tape.backward(&loss).unwrap()
}

#[test]
fn a_step_is_the_scalar_ones() {
    let mut layer = layer();
    let mut optimiser = AdamW::new(&layer, DECAY);
    let mut scalars: Vec<Vec<Scalar>> = layer
        .iter()
        .map(|parameter| {
            let values = parameter.variable.values().iter();
            values
                .map(|&value| Scalar {
                    value,
                    first: 0.0,
                    second: 0.0,
                })
                .collect()
        })
        .collect();
    let active = [[ROWS, COLUMNS], [ROWS, 1]];
    for step in 0..20 {
        let rate = 0.05 / (1.0 + step as f64);
        let mut read = gradients(&layer, step);
        for (parameter, scalars) in layer.iter().zip(&mut scalars) {
            let decay = if parameter.kind == Kind::Weight {
                DECAY
            } else {
                0.0
            };
            let gradient = parameter.variable.gradient(&mut read).unwrap().unwrap();
            for (scalar, gradient) in scalars.iter_mut().zip(gradient) {
                scalar.step(step as i32 + 1, gradient, rate, decay);
            }
        }
        let mut taken = gradients(&layer, step);
        optimiser
            .step(&mut layer, &mut taken, &active, rate)
            .unwrap();
        assert_eq!(optimiser.steps, step as u64 + 1);
        for ((parameter, moments), scalars) in layer.iter().zip(&optimiser.moments).zip(&scalars) {
            for (entry, scalar) in scalars.iter().enumerate() {
                let value = parameter.variable.values()[entry];
                assert_relative_eq!(value, scalar.value, max_relative = 1e-12, epsilon = 1e-14);
                assert_relative_eq!(moments[0][entry], scalar.first, max_relative = 1e-12);
                assert_relative_eq!(moments[1][entry], scalar.second, max_relative = 1e-12);
            }
        }
    }
}

/// The entries outside of `rows` x `columns`, which a step must not touch.
fn frozen(values: &[f64], width: usize, [rows, columns]: [usize; 2]) -> Vec<f64> {
    let entries = values.iter().enumerate();
    entries
        .filter(|(i, _)| i / width >= rows || i % width >= columns)
        .map(|(_, value)| *value)
        .collect()
}

#[test]
fn what_is_not_active_keeps_value_and_moments() {
    let mut layer = layer();
    let mut optimiser = AdamW::new(&layer, DECAY);
    // A first step of everything, so that there are moments to keep.
    let everything = [[ROWS, COLUMNS], [ROWS, 1]];
    let mut taken = gradients(&layer, 2);
    optimiser
        .step(&mut layer, &mut taken, &everything, 0.05)
        .unwrap();
    for (step, active) in [[[2, 1], [0, 0]], [[0, 0], [3, 1]], [[ROWS, 2], [1, 1]]]
        .into_iter()
        .enumerate()
    {
        let before: Vec<[Vec<f64>; 3]> = (0..2)
            .map(|i| {
                let [first, second] = optimiser.moments[i].clone();
                [layer[i].variable.values().to_vec(), first, second]
            })
            .collect();
        let mut taken = gradients(&layer, 2 + step % 2);
        optimiser
            .step(&mut layer, &mut taken, &active, 0.05)
            .unwrap();
        for (i, width) in [(0, COLUMNS), (1, 1)] {
            let [first, second] = &optimiser.moments[i];
            let after = [layer[i].variable.values(), first, second];
            for (before, after) in before[i].iter().zip(after) {
                assert_eq!(
                    frozen(before, width, active[i]),
                    frozen(after, width, active[i])
                );
                let pairs = before.iter().zip(after);
                let changed = pairs.filter(|(before, after)| before != after).count();
                assert_eq!(changed, active[i][0] * active[i][1]);
            }
        }
    }
}

#[test]
fn only_weights_decay_in_a_search() {
    let grid = [8];
    let task = TinyTask::new(&grid, Decoder::Dense, 1);
    let batch = task.batch(Split::Train, &[0, 1, 2], 0).unwrap();
    let after = |decay: f64| {
        let mut search = search::<f64>(configuration(&grid, "k,r,w,d", Decoder::Dense));
        resize(&mut search.network, "n_in", 0.4);
        search.optimiser.weight_decay = decay;
        let before: Vec<Vec<f64>> = search
            .network
            .parameters()
            .iter()
            .map(|p| p.variable.values().to_vec())
            .collect();
        let kept = search.network.kept().unwrap();
        let active = search.network.active_parts(&kept);
        let report = search.step(&batch, task.goal()).unwrap();
        (search, before, active, report.learning_rate)
    };
    let (plain, before, active, rate) = after(0.0);
    let (decayed, ..) = after(DECAY);
    let parameters = plain.network.parameters().iter();
    for (index, (plain, decayed)) in parameters.zip(decayed.network.parameters()).enumerate() {
        let width = plain.variable.shape()[2];
        let [rows, columns] = active[index];
        for (entry, &old) in before[index].iter().enumerate() {
            let inside = entry / width < rows && entry % width < columns;
            let plain_new = plain.variable.values()[entry];
            let new = decayed.variable.values()[entry];
            let expected = match inside && plain.kind == Kind::Weight {
                true => plain_new - rate * DECAY * old,
                false => plain_new,
            };
            assert!((new - expected).abs() <= 1e-15, "{}", plain.name);
            if !inside {
                assert_eq!(new, old, "{}", plain.name);
            }
        }
    }
}

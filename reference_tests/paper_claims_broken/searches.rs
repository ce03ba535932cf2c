//! Appendix C: conventions, one at a time and all at once.

use dnarch::paper::claims::convention_search::{cifar, core, everything_else};
use dnarch::paper::claims::conventions::{ends, linear_layers, network_ratio, told};
use dnarch::paper::claims::readings::{
    AXES, CHANNELS, CORES, DIRECT, LOGARITHMS, POINTWISE, Reading, Shape, linears, pointwise,
};
use dnarch::paper::claims::scaling::{above_input, initial_share, initial_size};

use super::{Break, broken};

/// `readings` with the first one costed by `cost`.
fn first(readings: &[Reading], cost: fn(&Shape) -> f64) -> Vec<Reading> {
    let others = readings[1..].iter().map(|reading| Reading {
        name: reading.name,
        cost: reading.cost,
    });
    std::iter::once(Reading {
        name: readings[0].name,
        cost,
    })
    .chain(others)
    .collect()
}

/// Widths left out.
fn without_widths(s: &Shape) -> f64 {
    s.reduced * libm::log(s.reduced)
}

/// The full resolution for the masked one.
fn at_full_resolution(s: &Shape) -> f64 {
    s.full * (linears(s) + pointwise(s)) / s.reduced
}

/// The first linear layer twice.
fn first_linear_twice(s: &Shape) -> f64 {
    2.0 * s.reduced * s.n_in * s.n_mid
}

/// The linear layers' choices with two of them swapped.
fn swapped_cores() -> Vec<Reading> {
    let mut order: Vec<usize> = (0..CORES.len()).collect();
    order.swap(0, 1);
    let choices = order.into_iter().map(|index| Reading {
        name: CORES[index].name,
        cost: CORES[index].cost,
    });
    choices.collect()
}

#[rustfmt::skip]
pub const BREAKS: &[Break] = &[
    broken("conventions-linears", "C.2's own reading left out", || linear_layers(&CORES[1..])),
    broken("conventions-linears", "the first layer twice", || linear_layers(&first(CORES, first_linear_twice))),
    broken("conventions-logarithm", "linear layers left out", || told("", &first(LOGARITHMS, without_widths))),
    broken("conventions-channels", "full resolution", || told("", &first(CHANNELS, at_full_resolution))),
    broken("conventions-pointwise", "full resolution", || told("", &first(POINTWISE, at_full_resolution))),
    broken("conventions-direct", "kernel left out", || told("", &[Reading { name: DIRECT[0].name, cost: DIRECT[0].cost }, Reading { name: "direct", cost: |s| s.reduced * s.n_in + linears(s) + pointwise(s) }])),
    broken("conventions-axes", "linear layers left out", || told("", &first(AXES, without_widths))),
    broken("conventions-ends", "blocks of the base network counted twice", || ends(|found| Ok(network_ratio(found)? / 2.0))),
    broken("conventions-initial-size", "length of the axis left out", || initial_size(|tau| Ok(2.0 * initial_share(tau)?))),
    broken("conventions-cosmic-129", "half of the samples as the input", || above_input(|r, n| r.min(n / 2.0))),
    broken("search-core", "two choices swapped", || core(&swapped_cores())),
    broken("search-everything-else", "linear layers of another choice", || everything_else(&swapped_cores())),
    broken("search-cifar", "40 % for 0.5 %", || cifar(CORES, 0.4)),
];

//! Tables 4 to 8: hyperparameters, shapes, kernels, parameters.

use dnarch::paper::claims::descriptions::{
    arithmetic, lengths, list_operations, low_accuracy, metrics,
};
use dnarch::paper::claims::hyperparameters::{by_row, grids, list, preferred};
use dnarch::paper::claims::kernels::{
    kernel_within_input, kernel_within_resolution, never_one, odd, resolution_within_input,
    width_within_maximum,
};
use dnarch::paper::claims::parameters::{
    LARGE_PRINTED, SMALL_PRINTED, Task, count_without_kernels, described, described_count,
    published, published_count, without_kernels,
};
use dnarch::paper::claims::shapes::{diverse_blocks, independent_widths};
use dnarch::paper::claims::u_nets::{
    U_NETS, UNet, classification_u, cosmic_u, dense_u, not_decreasing, resolution_steps, steps_of,
};
use dnarch::paper::tables::base::{LARGE, SMALL};
use dnarch::paper::tables::performance::BASE_2022;
use dnarch::paper::tables::text::{LOW_ACCURACY, MEASURES, Measure};
use dnarch::paper::tables::{ARCHITECTURES, Base, Block, PrintedArchitecture};
use dnarch::run::presets::PAPER;

use super::{Break, broken};

/// One linear layer of N x N in each block, with its bias.
fn one_linear(base: Base) -> usize {
    base.blocks * (base.channels * base.channels + base.channels)
}

/// The blocks with one linear layer.
fn described_one_linear(task: &Task, base: Base, layers: usize) -> usize {
    described_count(task, base, layers) - one_linear(base)
}

/// The same of the published network.
fn published_one_linear(task: &Task, base: Base, hidden: usize) -> usize {
    published_count(task, base, hidden) - one_linear(base)
}

/// The first three blocks only.
fn beginning(found: &PrintedArchitecture) -> Vec<bool> {
    resolution_steps(&PrintedArchitecture {
        blocks: &found.blocks[..3],
        ..*found
    })
}

/// From the first block, the input left out.
fn without_input(found: &PrintedArchitecture) -> Vec<bool> {
    let sizes: Vec<usize> = found.blocks.iter().map(Block::positions).collect();
    steps_of(&sizes)
}

/// 500 left out of the thousands.
fn thousands() -> Vec<f64> {
    (0..=30).map(|k| 1000.0 * f64::from(k)).collect()
}

#[rustfmt::skip]
pub const BREAKS: &[Break] = &[
    broken("hyperparameters-grids", "whole thousands", || grids(thousands)),
    broken("hyperparameters-lambda", "the table beside itself", || by_row(|row| row.lambda, |row| row.lambda)),
    broken("hyperparameters-tau-channel-table-4", "another value", || preferred("table4", 50.0, |row| row.tau_channel)),
    broken("hyperparameters-tau-channel-table-4", "another column", || preferred("table4", 25.0, |row| row.tau_resolution)),
    broken("hyperparameters-tau-channel-table-5", "both tables", || preferred("table", 25.0, |row| row.tau_channel)),
    broken("hyperparameters-tau-channel-table-5", "another column", || preferred("table5", 25.0, |row| row.tau_resolution)),
    broken("hyperparameters-tau-depth", "another value", || preferred("table", 16.0, |row| row.tau_depth)),
    broken("hyperparameters-list", "the rows of Table 5 for all", || list(|_| Ok(&PAPER[PAPER.len() - 1]))),
    broken("descriptions-arithmetic", "sums for products", || arithmetic(|parts| parts.iter().sum(), |parts| parts.iter().sum())),
    broken("descriptions-metrics", "the table beside itself", || metrics(&MEASURES.iter().map(|measure| Measure { in_text: measure.in_table, ..*measure }).collect::<Vec<_>>())),
    broken("descriptions-low-accuracy", "the network published before", || low_accuracy(BASE_2022, LOW_ACCURACY)),
    broken("descriptions-lengths", "another table", || lengths(|found| found.table == 7)),
    broken("descriptions-listops", "MAX and MIN swapped", || list_operations(i32::min, i32::max)),
    broken("shapes-diverse-blocks", "N_out left out", || diverse_blocks(|[n_in, n_mid, _]| if n_in < n_mid { "expanded" } else { "bottleneck" })),
    broken("shapes-not-decreasing", "the first three blocks", || not_decreasing(beginning)),
    broken("shapes-classification-u", "any rise", || classification_u(&[UNet { name: "rises", holds: |sizes| sizes.windows(2).any(|pair| pair[1] > pair[0]) }])),
    broken("shapes-classification-u", "the strictest reading alone", || classification_u(&U_NETS[2..])),
    broken("shapes-dense-u", "the input left out", || dense_u(ARCHITECTURES, without_input)),
    broken("shapes-cosmic-u", "the input left out", || cosmic_u(ARCHITECTURES, without_input)),
    broken("shapes-cosmic-u", "Table 8 left out", || cosmic_u(&ARCHITECTURES[..10], resolution_steps)),
    broken("shapes-independent-widths", "nearly equal as equal", || independent_widths(|n_out, n_in| 2 * n_out.abs_diff(n_in) <= n_out)),
    broken("kernels-within-resolution", "exclusive comparison", || kernel_within_resolution(|k, r, _| k >= r)),
    broken("kernels-never-one", "resolution for kernel", || never_one(|_, r, _| r == 1)),
    broken("kernels-never-one", "the input for the kernel", || never_one(|_, _, n| n == 1)),
    broken("kernels-within-input", "the whole image for an axis", || kernel_within_input(|k, _, n| k > n * n)),
    broken("kernels-within-input", "the resolution for the input", || kernel_within_input(|k, r, _| k > r)),
    broken("kernels-resolution-within-input", "a tenth more allowed", || resolution_within_input(|_, r, n| 10 * r > 11 * n)),
    broken("kernels-width-within-maximum", "channels of the base network", || width_within_maximum(|base| base.channels)),
    broken("kernels-odd", "sizes read as half-widths about the centre tap", || odd(|k| (2 * k + 1) % 2 == 1)),
    broken("parameters-small", "MLP_psi left out", || described(SMALL, SMALL_PRINTED, |task, base, _| count_without_kernels(task, base))),
    broken("parameters-large", "one linear layer", || described(LARGE, LARGE_PRINTED, described_one_linear)),
    broken("parameters-small-published", "one linear layer", || published(SMALL, 32, SMALL_PRINTED, published_one_linear)),
    broken("parameters-without-kernels", "one linear layer", || without_kernels(|task, base| count_without_kernels(task, base) - one_linear(base))),
    broken("parameters-large-published", "one linear layer", || published(LARGE, 64, LARGE_PRINTED, published_one_linear)),
];

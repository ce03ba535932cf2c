//! Appendix C: costs, budgets, overhead, scaled sizes and doubtful cells.

use dnarch::Result;
use dnarch::equations::complexity::{BlockSizes, block_cost};
use dnarch::paper::claims::complexity::{PrintedBy, attainable, last_block, ratios};
use dnarch::paper::claims::edits::edits;
use dnarch::paper::claims::transcription::{self, ROW_OF_CIFAR10};
use dnarch::paper::claims::{loss, overhead, scaling};
use dnarch::paper::tables::performance::{KR, KRWD};
use dnarch::paper::tables::{PERFORMANCE, PrintedArchitecture};

use super::{Break, broken};

fn positions(block: &BlockSizes) -> f64 {
    block.resolution.iter().product()
}

/// The first linear layer left out.
fn one_linear(block: &BlockSizes) -> Result<f64> {
    Ok(block_cost(block)? - positions(block) * block.n_in * block.n_mid)
}

/// Blocks without their resolution.
fn without_resolution(block: &BlockSizes) -> Result<f64> {
    Ok(block.n_in * block.n_mid + block.n_mid * block.n_out)
}

/// N_mid and N_out swapped.
fn swapped_widths(block: &BlockSizes) -> Result<f64> {
    block_cost(&BlockSizes {
        n_mid: block.n_out,
        n_out: block.n_mid,
        ..block.clone()
    })
}

/// The sum of the axes for their product.
fn sum_of_axes(block: &BlockSizes) -> Result<f64> {
    block_cost(&BlockSizes {
        resolution: vec![block.resolution.iter().sum()],
        ..block.clone()
    })
}

fn is_cifar(found: &PrintedArchitecture) -> bool {
    found.task.starts_with("cifar")
}

fn is_lra(found: &PrintedArchitecture) -> bool {
    found.table == 6
}

fn is_dense(found: &PrintedArchitecture) -> bool {
    matches!(found.task, "darcyflow" | "cosmic")
}

/// The ratio with K and R learned for that with everything.
fn other_row(found: &PrintedArchitecture) -> f64 {
    let mut tables = PERFORMANCE.iter();
    let ratio = tables.find_map(|table| table.complexity(KR, found.task));
    ratio.unwrap_or(f64::NAN)
}

/// One digit more behind the others.
fn only_appended(printed: usize, most: usize) -> Vec<usize> {
    let numbers = (0..10).map(|digit| 10 * printed + digit);
    numbers.filter(|number| *number <= most).collect()
}

#[rustfmt::skip]
pub const BREAKS: &[Break] = &[
    broken("complexity-same", "the ratios of another row", || overhead::same_complexity(other_row)),
    broken("complexity-magnitude", "positions left out", || overhead::magnitude(without_resolution)),
    broken("results-cheaper", "the row with everything learned", || overhead::cheaper(PERFORMANCE, KRWD)),
    broken("results-overhead", "arrays of the base network's sizes", || overhead::overhead(|base| base, block_cost)),
    broken("complexity-ratios-lra", "the first linear layer left out", || ratios(is_lra, one_linear, 0.04)),
    broken("complexity-ratios-lra", "resolution left out", || ratios(is_lra, without_resolution, 0.04)),
    broken("complexity-ratios-lra", "N_mid and N_out swapped", || ratios(is_lra, swapped_widths, 0.04)),
    broken("complexity-ratios-dense", "the first linear layer left out", || ratios(is_dense, one_linear, 0.04)),
    broken("complexity-ratios-dense", "sum of the axes", || ratios(is_dense, sum_of_axes, 0.04)),
    broken("complexity-ratios-cifar", "40 % for 4 %", || ratios(is_cifar, block_cost, 0.4)),
    broken("complexity-ratios-cifar", "no architecture selected", || ratios(|found| found.task == "cifar", block_cost, 0.04)),
    broken("complexity-printed-down", "printed to tens", || attainable((0.0, 10.0), block_cost)),
    broken("complexity-printed-nearest", "printed to tens", || attainable((-0.5, 10.0), block_cost)),
    broken("complexity-printed-up", "rounded down to tens", || attainable((0.0, 10.0), block_cost)),
    broken("complexity-fractional-depth", "printed to tens", || last_block((0.0, 10.0), block_cost)),
    broken("loss-overflow", "1e2 for 1e10", || loss::overflow(1e2)),
    broken("loss-scale", "the alternative form without the ratio", || loss::scale(|current, target| Ok((current - target).powi(2)))),
    broken("scaling-target", "40 % for 0.5 %", || scaling::target(block_cost, 0.4)),
    broken("scaling-shift", "40 % for 0.5 %", || scaling::shift(block_cost, 0.4)),
    broken("scaling-cifar-33", "40 % for 0.5 %", || scaling::cifar(33.0 / 32.0, block_cost, 0.4)),
    broken("scaling-direct-global", "100 % for 0.5 %", || scaling::direct(|_| true, |found| Ok(found.positions() as f64), 1.0)),
    broken("scaling-direct-small", "a difference of 30 allowed", || scaling::direct(|_| true, scaling::small_kernel, 30.0)),
    broken("scaling-direct-cifar", "40 % for 0.5 %", || scaling::direct(is_cifar, scaling::small_kernel, 0.4)),
    broken("cells-one-digit", "any other number", || transcription::one_digit(|_, most| (1..=most).collect(), (0.0, 0.0), block_cost)),
    broken("cells-one-digit", "sizes rounded down as well", || transcription::one_digit(edits, PrintedBy::Floor.shifts(), block_cost)),
    broken("cells-one-digit-rounded-down", "digits appended only", || transcription::one_digit(only_appended, PrintedBy::Floor.shifts(), block_cost)),
    broken("cells-one-digit-rounded-down", "sizes as printed", || transcription::one_digit(edits, (0.0, 0.0), block_cost)),
    broken("cells-shared-row", "40 % for 4 %", || transcription::shared_row(&ROW_OF_CIFAR10, block_cost, 0.4)),
    broken("cells-doubtful-digits", "widths as two digits more", || transcription::doubtful_digits(&[[273, 334], [427, 354]], block_cost)),
];

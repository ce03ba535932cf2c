//! Appendix C: whether scaled or shifted sizes explain how our ratios differ from the printed ones.

use super::complexity::{BlockCost, PRINTED, base_cost, is_cifar, ratio, sizes};
use super::conventions::{base_shape, compare, errors, shape};
use super::readings::{DIRECT, Shape};
use crate::Result;
use crate::equations::complexity::block_cost;
use crate::equations::mask::THRESHOLD;
use crate::equations::size::gaussian_size;
use crate::equations::threshold::{SIGMA_SMALL, mu_bounds, sigmoid_x_t};
use crate::paper::claim::Source::Question;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::{ARCHITECTURES, PrintedArchitecture};

/// The claims about scaled and shifted sizes.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "scaling-target",
        source: Question("C.1, Tables 1 to 3"),
        title: "one factor on the target complexity explains the printed ratios",
        formula: "|c ratio - printed| <= 0.005 in all fourteen, c by least squares over the ten",
        recorded: Verdict::Contradicted,
        evaluate: || target(block_cost, PRINTED),
    },
    Claim {
        id: "scaling-shift",
        source: Question("C.1, Tables 6 to 8"),
        title: "one shift of all widths and one of all resolutions explain the printed ratios",
        formula: "|ratio(r + s, N + t) - printed| <= 0.005 in all fourteen, s and t best for the ten",
        recorded: Verdict::Contradicted,
        evaluate: || shift(block_cost, PRINTED),
    },
    Claim {
        id: "scaling-cifar-33",
        source: Question("C.1, Tables 7 and 8"),
        title: "kernel grids of 33 samples on 32 explain the printed ratios of CIFAR",
        formula: "|(33/32)^2 ratio - printed| <= 0.005 in all four",
        recorded: Verdict::Contradicted,
        evaluate: || cifar(33.0 / 32.0, block_cost, PRINTED),
    },
    Claim {
        id: "scaling-direct-global",
        source: Question("C.2, E.1"),
        title: "direct convolutions beside a base network of global kernels explain the printed ratios",
        formula: "K R N_in for R ln R, base K = L: |ratio - printed| <= 0.005 in all fourteen",
        recorded: Verdict::Contradicted,
        evaluate: || direct(|_| true, |found| Ok(found.positions() as f64), PRINTED),
    },
    Claim {
        id: "scaling-direct-small",
        source: Question("C.2, E.1"),
        title: "direct convolutions beside a base network of small kernels explain the printed ratios",
        formula: "K R N_in, base K = x_T(0.0325) L on each axis: within 0.005 in all fourteen",
        recorded: Verdict::Contradicted,
        evaluate: || direct(|_| true, small_kernel, PRINTED),
    },
    Claim {
        id: "scaling-direct-cifar",
        source: Question("C.2, E.1"),
        title: "direct convolutions beside small kernels explain the printed ratios of CIFAR",
        formula: "K R N_in, base K = x_T(0.0325) L on each axis: within 0.005 in all four",
        recorded: Verdict::Contradicted,
        evaluate: || direct(is_cifar, small_kernel, PRINTED),
    },
];

/// The ratio with each axis of each resolution put through `size`, from the printed size and the
/// samples of the input.
pub(super) fn resized(
    found: &PrintedArchitecture,
    cost: BlockCost,
    size: impl Fn(f64, f64) -> f64,
) -> Result<f64> {
    let mut sum = 0.0;
    for block in found.blocks {
        let mut sizes = sizes(found, block, 0.0);
        for (axis, length) in sizes.resolution.iter_mut().zip(found.grid) {
            *axis = size(*axis, *length as f64);
        }
        sum += cost(&sizes)?;
    }
    Ok(sum / base_cost(found.base, found.grid, cost)?)
}

/// `(x_T^0 + 1) / 2`: how far beyond the axis a resolution mask reaches that weights the highest
/// frequency by 0.85, as it does initially (E.1).
pub fn initial_share(tau: f64) -> Result<f64> {
    let (_, highest) = mu_bounds(tau)?;
    Ok((sigmoid_x_t(highest, tau, THRESHOLD)? + 1.0) / 2.0)
}

/// Printed sizes as counts of samples with the cost by Eq. 11 relative to the initial mask, and the
/// reverse. A mask at its full length may be anything between; it counts as initial.
pub fn initial_size(share: fn(f64) -> Result<f64>) -> Result<Finding> {
    let share = |found: &PrintedArchitecture| share(found.hyperparameters()?.tau_resolution);
    let samples = errors(|found| ratio(found, 0.0, block_cost))?;
    let relative = errors(|found| {
        let share = share(found)?;
        resized(found, block_cost, |r, n| if r < n { r / share } else { r })
    })?;
    let reverse = errors(|found| {
        let share = share(found)?;
        resized(found, block_cost, |r, n| (r * share).min(n.max(r)))
    })?;
    Ok(compare(
        "not stated",
        &[
            ("samples, as printed", samples),
            ("printed in samples, costed by Eq. 11", relative),
            ("printed by Eq. 11, costed in samples", reverse),
        ],
    ))
}

/// Resolutions as printed, and each put through `cut` with the samples of the input.
pub fn above_input(cut: fn(f64, f64) -> f64) -> Result<Finding> {
    let printed = errors(|found| ratio(found, 0.0, block_cost))?;
    let at_most_input = errors(|found| resized(found, block_cost, cut))?;
    Ok(compare(
        "not stated",
        &[("as printed", printed), ("cut to the input", at_most_input)],
    ))
}

/// One row for each architecture: a ratio within `tolerance` of the printed one.
fn beside_printed(ratios: &[(&PrintedArchitecture, f64)], tolerance: f64) -> Vec<Row> {
    let rows = ratios.iter().map(|(found, ours)| {
        let paper = found.printed_ratio();
        Row::new(
            found.name(),
            format!("{ours:.3}"),
            format!("{paper:.2}"),
            (ours - paper).abs() <= tolerance,
        )
    });
    rows.collect()
}

fn explained(rows: Vec<Row>, ours: String, what: &str) -> Finding {
    let (holds, all) = (agreeing(&rows), rows.len());
    Finding::new(
        every(&rows),
        ours,
        "the printed ratios",
        format!("{what}, {holds} of {all} ratios follow to the printed digit."),
        rows,
    )
}

/// The factor that brings the ratios of the ten closest to the printed ones, on all fourteen.
pub fn target(cost: BlockCost, tolerance: f64) -> Result<Finding> {
    let mut ratios = Vec::new();
    let (mut products, mut squares) = (0.0, 0.0);
    for found in ARCHITECTURES {
        let ours = ratio(found, 0.0, cost)?;
        if !is_cifar(found) {
            products += ours * found.printed_ratio();
            squares += ours * ours;
        }
        ratios.push((found, ours));
    }
    let factor = products / squares;
    let (ten, all) = errors(|found| Ok(factor * ratio(found, 0.0, cost)?))?;
    for (_, ours) in &mut ratios {
        *ours *= factor;
    }
    Ok(explained(
        beside_printed(&ratios, tolerance),
        format!(
            "factor {factor:.3}, root mean square difference {ten:.3} without CIFAR, {all:.3} of all"
        ),
        &format!("With the best factor {factor:.3}"),
    ))
}

/// The ratio with `samples` added to each axis of each resolution and `channels` to each width,
/// neither beyond its maximum.
fn shifted(
    found: &PrintedArchitecture,
    samples: f64,
    channels: f64,
    cost: BlockCost,
) -> Result<f64> {
    let mut sum = 0.0;
    for block in found.blocks {
        let resolutions = sizes(found, block, samples).resolution;
        let mut block = sizes(found, block, channels);
        block.resolution = resolutions;
        sum += cost(&block)?;
    }
    Ok(sum / base_cost(found.base, found.grid, cost)?)
}

/// The shifts of 0 to 3 samples and channels, in steps of a tenth, that bring the ratios of the ten
/// closest to the printed ones.
pub fn shift(cost: BlockCost, tolerance: f64) -> Result<Finding> {
    let mut best = (f64::INFINITY, 0.0, 0.0);
    for step in 0..31 * 31 {
        let samples = f64::from(step / 31) / 10.0;
        let channels = f64::from(step % 31) / 10.0;
        let (ten, _) = errors(|found| shifted(found, samples, channels, cost))?;
        if ten < best.0 {
            best = (ten, samples, channels);
        }
    }
    let (ten, samples, channels) = best;
    let mut ratios = Vec::new();
    for found in ARCHITECTURES {
        ratios.push((found, shifted(found, samples, channels, cost)?));
    }
    Ok(explained(
        beside_printed(&ratios, tolerance),
        format!(
            "{samples:.1} samples and {channels:.1} channels, root mean square difference {ten:.3} without CIFAR"
        ),
        &format!(
            "With {samples:.1} samples and {channels:.1} channels more, where rounding down \
                  takes 0.5 on average"
        ),
    ))
}

/// CIFAR's ratios with every axis `factor` times as long, the base network's not.
pub fn cifar(factor: f64, cost: BlockCost, tolerance: f64) -> Result<Finding> {
    let mut ratios = Vec::new();
    for found in ARCHITECTURES.iter().filter(|found| is_cifar(found)) {
        ratios.push((found, factor * factor * ratio(found, 0.0, cost)?));
    }
    let rows = beside_printed(&ratios, tolerance);
    let largest = ratios
        .iter()
        .map(|(found, ours)| (ours - found.printed_ratio()).abs());
    let largest = largest.fold(0.0, f64::max);
    Ok(explained(
        rows,
        format!("largest difference {largest:.3}"),
        &format!("With axes {factor:.3} times as long"),
    ))
}

/// The taps of a kernel of the base network initialised small: Eq. 10 on each axis.
pub fn small_kernel(found: &PrintedArchitecture) -> Result<f64> {
    let mut taps = 1.0;
    for length in found.grid {
        taps *= gaussian_size(SIGMA_SMALL, *length, THRESHOLD)?;
    }
    Ok(taps)
}

/// Ratios with direct convolutions, `K R N_in` for each channel's, the base network's kernels as long as `kernel` says.
pub fn direct(
    selected: fn(&PrintedArchitecture) -> bool,
    kernel: fn(&PrintedArchitecture) -> Result<f64>,
    tolerance: f64,
) -> Result<Finding> {
    let cost = DIRECT[1].cost;
    let mut ratios = Vec::new();
    for found in ARCHITECTURES.iter().filter(|found| selected(found)) {
        let base = Shape {
            kernel: kernel(found)?,
            ..base_shape(found)
        };
        let blocks = found.blocks.iter().map(|block| cost(&shape(found, block)));
        let base = found.base.blocks as f64 * cost(&base);
        ratios.push((found, blocks.sum::<f64>() / base));
    }
    let least = ratios
        .iter()
        .map(|(_, ours)| *ours)
        .fold(f64::INFINITY, f64::min);
    let most = ratios.iter().map(|(_, ours)| *ours).fold(0.0, f64::max);
    Ok(explained(
        beside_printed(&ratios, tolerance),
        format!("ratios from {least:.2} to {most:.2}"),
        &format!("With direct convolutions, from {least:.2} to {most:.2}"),
    ))
}

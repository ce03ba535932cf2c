//! Section 4 and Appendix C.1: equal budgets, orders of magnitude, what downsampling saves and what
//! learning adds.

use super::complexity::{BlockCost, base_cost};
use crate::Result;
use crate::equations::complexity::{block_cost, linear_cost, pointwise_cost};
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings, within};
use crate::paper::tables::performance::{KR, PerformanceTable};
use crate::paper::tables::{ARCHITECTURES, Base, PERFORMANCE, PrintedArchitecture};

/// The claims about efficiency.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "complexity-same",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "architectures found under the constraint have the base network's complexity",
        formula: "|C(K,R,W,D) / C_target - 1| as printed; \"the same\": up to 5 %",
        recorded: Verdict::ConfirmedWithin(0.05),
        evaluate: || same_complexity(PrintedArchitecture::printed_ratio),
    },
    Claim {
        id: "results-cheaper",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "learned downsampling, DNArch_K,R, lowers the complexity in every task",
        formula: "printed C(K,R) / C(CCNN_4,140) < 1 in every task",
        recorded: Verdict::Confirmed,
        evaluate: || cheaper(PERFORMANCE, KR),
    },
    Claim {
        id: "results-overhead",
        source: Paper("Sec. 4, Figure 9, App. F"),
        title: "the overhead of learning the architecture is negligible",
        formula: "C_curr, masks, MLP_psi and C(maximum sizes), each / C_target; \"negligible\": 5 %",
        recorded: Verdict::Contradicted,
        evaluate: || overhead(twice, block_cost),
    },
    Claim {
        id: "complexity-magnitude",
        source: Paper("C.1"),
        title: "complexities of the base networks may easily be of order 1e10",
        formula: "D (L ln L + L (2 N^2 + 5 N)) of a sample or a batch, 10^9.5 or more; \"easily\": more than half",
        recorded: Verdict::CannotBeTold,
        evaluate: || magnitude(block_cost),
    },
];

/// The printed ratio of `model` in each task.
pub fn cheaper(tables: &[PerformanceTable], model: &str) -> Result<Finding> {
    let mut rows = Vec::new();
    for table in tables {
        for task in table.tasks {
            let Some(ratio) = table.complexity(model, task) else {
                continue;
            };
            rows.push(Row::new(
                *task,
                "below 1",
                format!("{ratio:.2}"),
                ratio < 1.0,
            ));
        }
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all}"),
        "improved computational efficiency",
        format!(
            "{holds} of {all} printed ratios are below 1; the architectures themselves are not \
             printed, so that the ratios cannot be recomputed."
        ),
        rows,
    ))
}

/// What "the same complexity" may differ by.
const SAME: f64 = 0.05;
/// What counts as negligible.
const NEGLIGIBLE: f64 = 0.05;
/// Ratios are printed in hundredths.
const EXACT: f64 = 1e-9;

/// Twice the blocks and the channels: what is kept in memory while learning (App. F).
pub fn twice(base: Base) -> Base {
    Base {
        blocks: base.maximum_depth(),
        channels: base.maximum_width(),
    }
}

/// Products with the masks of the three widths at every position.
fn mask_products(found: &PrintedArchitecture) -> f64 {
    let products = found.blocks.iter().map(|block| {
        let positions = block.positions() as f64;
        let channels = block.width.iter().sum::<usize>() as f64;
        pointwise_cost(positions, channels)
    });
    products.sum()
}

/// `MLP_psi` (E.1) at the taps of the longest kernel, its head at the taps of each block, and the
/// products with the kernels' masks; from the taps and `N_in` of each block.
fn kernel_generation(axes: usize, blocks: &[(f64, f64)]) -> f64 {
    let (features, hidden) = (2.0 * 128.0, 128.0);
    let longest = blocks.iter().map(|(taps, _)| *taps).fold(0.0, f64::max);
    let heads = blocks
        .iter()
        .map(|(taps, n_in)| linear_cost(*taps, hidden, *n_in) + pointwise_cost(*taps, *n_in));
    let trunk = linear_cost(longest, axes as f64, hidden)
        + linear_cost(longest, features, hidden)
        + 2.0 * linear_cost(longest, hidden, hidden);
    trunk + heads.sum::<f64>()
}

/// What the kernels of a printed architecture cost more than the global ones of its base network.
fn more_for_kernels(found: &PrintedArchitecture) -> f64 {
    let blocks = found.blocks.iter().map(|block| {
        let taps = block.kernel.iter().product::<usize>() as f64;
        (taps, block.width[0] as f64)
    });
    let blocks: Vec<(f64, f64)> = blocks.collect();
    let base = (found.positions() as f64, found.base.channels as f64);
    let base = vec![base; found.base.blocks];
    let axes = found.grid.len();
    kernel_generation(axes, &blocks) - kernel_generation(axes, &base)
}

/// For each printed architecture, relative to `C_target`: what learning ended at, what masks and
/// kernels add (kernels once a batch), and the network `instantiated` from the base network, whose
/// arrays a static graph computes whatever the masks are.
pub fn overhead(instantiated: fn(Base) -> Base, cost: BlockCost) -> Result<Finding> {
    let mut most = [f64::NEG_INFINITY; 4];
    for found in ARCHITECTURES {
        let target = base_cost(found.base, found.grid, cost)?;
        let batch = found.hyperparameters()?.batch as f64;
        let full = base_cost(instantiated(found.base), found.grid, cost)?;
        let ratios = [
            found.printed_ratio() - 1.0,
            mask_products(found) / target,
            more_for_kernels(found) / batch / target,
            full / target - 1.0,
        ];
        for (most, ratio) in most.iter_mut().zip(ratios) {
            *most = most.max(ratio);
        }
    }
    let items = [
        "C_curr / C_target at the end, as printed",
        "products with the width masks, which C_curr omits",
        "MLP_psi beside the base network's, once a batch, which C_curr omits",
        "arrays at their maximum sizes (App. F: on TPU), which C_curr omits",
    ];
    let rows = items.iter().zip(most).map(|(item, most)| {
        Row::new(
            *item,
            format!("at most {:+.1} %", 100.0 * most),
            format!("negligible: {:.0} %", 100.0 * NEGLIGIBLE),
            most <= NEGLIGIBLE + EXACT,
        )
    });
    let rows: Vec<Row> = rows.collect();
    Ok(Finding::new(
        every(&rows),
        rows.iter()
            .map(|row| row.ours.as_str())
            .collect::<Vec<_>>()
            .join("; "),
        "negligible",
        format!(
            "By operations learning ends at up to {:+.1} %, masks add up to {:+.1} % and kernels \
             {:+.1} %, which is negligible; arrays of the maximum sizes, which the paper's own \
             training on TPU computes whatever the masks are, add {:+.0} %. No times are printed.",
            100.0 * most[0],
            100.0 * most[1],
            100.0 * most[2],
            100.0 * most[3]
        ),
        rows,
    ))
}

/// The distance of `ratio` from 1, in whole hundredths as printed.
pub fn same_complexity(ratio: fn(&PrintedArchitecture) -> f64) -> Result<Finding> {
    let mut largest: f64 = 0.0;
    let mut rows = Vec::new();
    for found in ARCHITECTURES {
        let printed = ratio(found);
        // In whole hundredths, so that 1.05 is 0.05 away and no more.
        largest = largest.max(libm::round(100.0 * (printed - 1.0)).abs() / 100.0);
        rows.push(Row::new(
            found.name(),
            "1",
            format!("{printed:.2}"),
            (printed - 1.0).abs() <= SAME + EXACT,
        ));
    }
    Ok(Finding::new(
        within(largest, SAME),
        format!("up to {largest:.2} away"),
        "the same",
        format!("The printed ratios lie within {largest:.2} of 1."),
        rows,
    ))
}

/// How many samples are counted.
type Samples = fn(&PrintedArchitecture) -> Result<f64>;

/// The base networks whose cost is of order 1e10 or more, by the two readings of what is counted: a
/// sample, or a batch of Tables 4 and 5.
pub fn magnitude(cost: BlockCost) -> Result<Finding> {
    let readings_of: [(&str, Samples); 2] = [
        ("one sample", |_| Ok(1.0)),
        ("a batch of Tables 4 and 5", |found| {
            Ok(found.hyperparameters()?.batch as f64)
        }),
    ];
    let mut rows = Vec::new();
    for (name, samples) in readings_of {
        let (mut least, mut most, mut reach) = (f64::INFINITY, 0.0_f64, 0);
        for found in ARCHITECTURES {
            let operations = samples(found)? * base_cost(found.base, found.grid, cost)?;
            (least, most) = (least.min(operations), most.max(operations));
            reach += usize::from(libm::round(libm::log10(operations)) >= 10.0);
        }
        let all = ARCHITECTURES.len();
        rows.push(Row::new(
            format!("{name}, {least:.1e} to {most:.1e}"),
            format!("{reach} of {all} base networks"),
            "easily of order 1e10",
            2 * reach > all,
        ));
    }
    let ours: Vec<String> = rows
        .iter()
        .map(|row| format!("{}: {}", row.item, row.ours))
        .collect();
    Ok(Finding::new(
        readings(&rows),
        ours.join("; "),
        "order 1e10",
        format!(
            "By {} of {} readings of what is counted more than half of the base networks reach that \
             order; the paper does not say whether it counts a batch.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

//! Appendix E.1: the numbers of parameters of the two base networks, and of found ones.

use super::conventions::task_ends;
use crate::Result;
use crate::paper::claim::Source::{Paper, Question};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, readings};
use crate::paper::tables::base::{LARGE, SMALL};
use crate::paper::tables::{Base, PrintedArchitecture};

/// The claims about parameters.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "parameters-small",
        source: Paper("E.1"),
        title: "CCNN_4,140 as described has 200K parameters",
        formula: "encoder + D (BatchNorm + bias + 2 N^2 + 2 N) + decoder + one MLP_psi of 128 units; one digit",
        recorded: Verdict::Contradicted,
        evaluate: || described(SMALL, SMALL_PRINTED, described_count),
    },
    Claim {
        id: "parameters-large",
        source: Paper("E.1"),
        title: "CCNN_6,380 as described has 2M parameters",
        formula: "encoder + D (BatchNorm + bias + 2 N^2 + 2 N) + decoder + one MLP_psi of 128 units; one digit",
        recorded: Verdict::Confirmed,
        evaluate: || described(LARGE, LARGE_PRINTED, described_count),
    },
    Claim {
        id: "parameters-small-published",
        source: Paper("E.1, Romero et al. (2022)"),
        title: "CCNN_4,140 as published before has 200K parameters",
        formula: "encoder + D (BatchNorm + bias + 2 N^2 + 2 N + a Gabor network of 32 units) + decoder; one digit",
        recorded: Verdict::Confirmed,
        evaluate: || published(SMALL, 32, SMALL_PRINTED, published_count),
    },
    Claim {
        id: "parameters-large-published",
        source: Paper("E.1, Romero et al. (2022)"),
        title: "CCNN_6,380 as published before has 2M parameters",
        formula: "encoder + D (BatchNorm + bias + 2 N^2 + 2 N + a Gabor network of 64 units) + decoder; one digit",
        recorded: Verdict::Confirmed,
        evaluate: || published(LARGE, 64, LARGE_PRINTED, published_count),
    },
    Claim {
        id: "parameters-without-kernels",
        source: Question("E.1"),
        title: "both base networks as described have the printed numbers if MLP_psi is left out",
        formula: "encoder + D (BatchNorm + bias + 2 N^2 + 2 N) + decoder, of both networks; one digit",
        recorded: Verdict::Confirmed,
        evaluate: || without_kernels(count_without_kernels),
    },
];

/// A number printed with one digit, and what rounds to it.
#[derive(Clone, Copy)]
pub struct Printed {
    pub text: &'static str,
    pub least: usize,
    pub most: usize,
}

/// Of CCNN_4,140.
pub const SMALL_PRINTED: Printed = Printed {
    text: "200K",
    least: 150_000,
    most: 250_000,
};
/// Of CCNN_6,380.
pub const LARGE_PRINTED: Printed = Printed {
    text: "2M",
    least: 1_500_000,
    most: 2_500_000,
};

fn linear(inputs: usize, outputs: usize) -> usize {
    inputs * outputs + outputs
}

/// Scale and shift.
fn batch_norm(channels: usize) -> usize {
    2 * channels
}

/// Encoder and decoder: linear and BatchNorm, and linear.
fn ends(inputs: usize, first: usize, last: usize, outputs: usize) -> usize {
    linear(inputs, first) + batch_norm(first) + linear(last, outputs)
}

/// A block without its kernel: BatchNorm, the convolution's bias, two linear layers.
fn block([n_in, n_mid, n_out]: [usize; 3]) -> usize {
    batch_norm(n_in) + n_in + linear(n_in, n_mid) + linear(n_mid, n_out)
}

/// The one `MLP_psi` of E.1 for all kernels: 128 frequencies for each axis, their cosines and
/// sines, `layers` linear layers of which the hidden ones have 128 units.
fn kernel_mlp(axes: usize, layers: usize, kernels: usize) -> usize {
    let hidden = 128;
    axes * hidden
        + linear(2 * hidden, hidden)
        + (layers - 2) * linear(hidden, hidden)
        + linear(hidden, kernels)
}

/// The base network as Figure 5 and E.1 describe it.
pub fn described_count(task: &Task, base: Base, layers: usize) -> usize {
    let (axes, inputs, outputs) = (task.axes, task.inputs, task.outputs);
    ends(inputs, base.channels, base.channels, outputs)
        + base.blocks * block([base.channels; 3])
        + kernel_mlp(axes, layers, base.blocks * base.channels)
}

/// The same without `MLP_psi`.
pub fn count_without_kernels(task: &Task, base: Base) -> usize {
    let layers = 4;
    let kernels = kernel_mlp(task.axes, layers, base.blocks * base.channels);
    described_count(task, base, layers) - kernels
}

/// A multiplicative anisotropic Gabor network of three hidden layers: four filters, each with mean
/// and width on every axis, a linear map of the coordinates and its bias.
fn gabor_network(axes: usize, hidden: usize, outputs: usize) -> usize {
    let filters = 4 * (2 * axes * hidden + linear(axes, hidden));
    filters + 3 * linear(hidden, hidden) + linear(hidden, outputs)
}

/// The network of Romero et al. (2022): every separable convolution, that of the encoder too, has
/// its own Gabor network and one mask width on each axis; a BatchNorm precedes the decoder.
pub fn published_count(task: &Task, base: Base, hidden: usize) -> usize {
    let (axes, inputs, outputs) = (task.axes, task.inputs, task.outputs);
    let n = base.channels;
    let depthwise = |channels: usize| gabor_network(axes, hidden, channels) + axes;
    ends(inputs, n, n, outputs)
        + depthwise(inputs)
        + inputs
        + base.blocks * (block([n; 3]) + depthwise(n))
        + batch_norm(n)
}

/// What a task adds to a network.
pub struct Task {
    pub name: &'static str,
    pub axes: usize,
    /// Input channels.
    pub inputs: usize,
    pub outputs: usize,
}

/// The tasks on which the base networks are counted.
pub const TASKS: [Task; 2] = [
    Task {
        name: "Image",
        axes: 1,
        inputs: 1,
        outputs: 10,
    },
    Task {
        name: "CIFAR10",
        axes: 2,
        inputs: 3,
        outputs: 10,
    },
];

/// The base network of a printed architecture, on its task.
pub fn base_count(found: &PrintedArchitecture) -> usize {
    let (inputs, outputs, _) = task_ends(found.task);
    let task = Task {
        name: found.task,
        axes: found.grid.len(),
        inputs,
        outputs,
    };
    described_count(&task, found.base, 4)
}

/// A printed architecture counted as E.1 describes it, `MLP_psi` with four linear layers. The
/// stream behind the last block is as wide as the wider end of that block.
pub fn found_count(found: &PrintedArchitecture) -> usize {
    let (inputs, outputs, _) = task_ends(found.task);
    let widths = found.blocks.iter().map(|block| block.width);
    let kernels = widths.clone().map(|[n_in, _, _]| n_in).sum();
    let first = widths.clone().next().map_or(0, |[n_in, _, _]| n_in);
    let last = widths.clone().next_back();
    let last = last.map_or(0, |[n_in, _, n_out]| n_in.max(n_out));
    ends(inputs, first, last, outputs)
        + widths.map(block).sum::<usize>()
        + kernel_mlp(found.grid.len(), 4, kernels)
}

fn row(item: String, count: usize, printed: &Printed) -> Row {
    Row::new(
        item,
        count.to_string(),
        printed.text,
        (printed.least..printed.most).contains(&count),
    )
}

/// Both tasks, `MLP_psi` with either number of layers, by `count`.
pub fn described(
    base: Base,
    printed: Printed,
    count: fn(&Task, Base, usize) -> usize,
) -> Result<Finding> {
    let mut rows = Vec::new();
    for task in &TASKS {
        // Four layers either with or without the one that follows the encoding's frequencies.
        for layers in [3, 4] {
            rows.push(row(
                format!("{}, kernel MLP of {layers} linear layers", task.name),
                count(task, base, layers),
                &printed,
            ));
        }
    }
    Ok(finding(rows, &printed))
}

/// Both tasks, by `count` from the hidden units of the kernel networks.
pub fn published(
    base: Base,
    hidden: usize,
    printed: Printed,
    count: fn(&Task, Base, usize) -> usize,
) -> Result<Finding> {
    let rows = TASKS.iter().map(|task| {
        row(
            format!("{}, kernel networks of {hidden} hidden units", task.name),
            count(task, base, hidden),
            &printed,
        )
    });
    Ok(finding(rows.collect(), &printed))
}

/// Both base networks on both tasks by `count`.
pub fn without_kernels(count: fn(&Task, Base) -> usize) -> Result<Finding> {
    let mut rows = Vec::new();
    for (base, printed) in [(SMALL, SMALL_PRINTED), (LARGE, LARGE_PRINTED)] {
        for task in &TASKS {
            rows.push(row(
                format!("CCNN_{},{} on {}", base.blocks, base.channels, task.name),
                count(task, base),
                &printed,
            ));
        }
    }
    let counts: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        readings(&rows),
        counts.join(", "),
        "200K, 2M",
        format!("Without the kernel network {holds} of {all} counts round to the printed number."),
        rows,
    ))
}

fn finding(rows: Vec<Row>, printed: &Printed) -> Finding {
    let counts: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    Finding::new(
        readings(&rows),
        counts.join(", "),
        printed.text,
        format!(
            "{holds} of {all} counts round to {}, that is lie from {} to {}.",
            printed.text, printed.least, printed.most
        ),
        rows,
    )
}

//! Appendix E.1: the numbers of parameters of the two base networks.

use crate::Result;
use crate::paper::claim::{Claim, Finding, Row, Verdict, readings};
use crate::paper::tables::Base;
use crate::paper::tables::base::{LARGE, SMALL};

/// The claims about parameters.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "parameters-small",
        place: "E.1",
        title: "CCNN_4,140 as described has 200K parameters",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || described(SMALL, SMALL_PRINTED),
    },
    Claim {
        id: "parameters-large",
        place: "E.1",
        title: "CCNN_6,380 as described has 2M parameters",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || described(LARGE, LARGE_PRINTED),
    },
    Claim {
        id: "parameters-small-published",
        place: "E.1, Romero et al. (2022)",
        title: "CCNN_4,140 as published before has 200K parameters",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || published(SMALL, 32, SMALL_PRINTED),
    },
    Claim {
        id: "parameters-large-published",
        place: "E.1, Romero et al. (2022)",
        title: "CCNN_6,380 as published before has 2M parameters",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || published(LARGE, 64, LARGE_PRINTED),
    },
];

/// A number printed with one digit, and what rounds to it.
struct Printed {
    text: &'static str,
    least: usize,
    most: usize,
}

const SMALL_PRINTED: Printed = Printed {
    text: "200K",
    least: 150_000,
    most: 250_000,
};
const LARGE_PRINTED: Printed = Printed {
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
fn ends(inputs: usize, channels: usize, outputs: usize) -> usize {
    linear(inputs, channels) + batch_norm(channels) + linear(channels, outputs)
}

/// A block without its kernel: BatchNorm, the convolution's bias, two linear layers.
fn block(channels: usize) -> usize {
    batch_norm(channels) + channels + 2 * linear(channels, channels)
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
fn described_count(base: Base, axes: usize, layers: usize, inputs: usize, outputs: usize) -> usize {
    ends(inputs, base.channels, outputs)
        + base.blocks * block(base.channels)
        + kernel_mlp(axes, layers, base.blocks * base.channels)
}

/// A multiplicative anisotropic Gabor network of three hidden layers: four filters, each with mean
/// and width on every axis, a linear map of the coordinates and its bias.
fn gabor_network(axes: usize, hidden: usize, outputs: usize) -> usize {
    let filters = 4 * (2 * axes * hidden + linear(axes, hidden));
    filters + 3 * linear(hidden, hidden) + linear(hidden, outputs)
}

/// The network of Romero et al. (2022): every separable convolution, that of the encoder too, has
/// its own Gabor network and one mask width on each axis; a BatchNorm precedes the decoder.
fn published_count(base: Base, axes: usize, hidden: usize, inputs: usize, outputs: usize) -> usize {
    let n = base.channels;
    let depthwise = |channels: usize| gabor_network(axes, hidden, channels) + axes;
    ends(inputs, n, outputs)
        + depthwise(inputs)
        + inputs
        + base.blocks * (block(n) + depthwise(n))
        + batch_norm(n)
}

/// A task: its name, axes, input channels and outputs.
type Task = (&'static str, usize, usize, usize);

const TASKS: [Task; 2] = [("Image", 1, 1, 10), ("CIFAR10", 2, 3, 10)];

fn row(item: String, count: usize, printed: &Printed) -> Row {
    Row::new(
        item,
        count.to_string(),
        printed.text,
        (printed.least..printed.most).contains(&count),
    )
}

fn described(base: Base, printed: Printed) -> Result<Finding> {
    let mut rows = Vec::new();
    for (task, axes, inputs, outputs) in TASKS {
        // Four layers either with or without the one that follows the encoding's frequencies.
        for layers in [3, 4] {
            let count = described_count(base, axes, layers, inputs, outputs);
            rows.push(row(
                format!("{task}, kernel MLP of {layers} linear layers"),
                count,
                &printed,
            ));
        }
    }
    Ok(finding(rows, &printed))
}

fn published(base: Base, hidden: usize, printed: Printed) -> Result<Finding> {
    let rows = TASKS.map(|(task, axes, inputs, outputs)| {
        let count = published_count(base, axes, hidden, inputs, outputs);
        row(
            format!("{task}, kernel networks of {hidden} hidden units"),
            count,
            &printed,
        )
    });
    Ok(finding(rows.to_vec(), &printed))
}

fn finding(rows: Vec<Row>, printed: &Printed) -> Finding {
    let counts: Vec<&str> = rows.iter().map(|row| row.ours.as_str()).collect();
    let verdict = readings(&rows);
    let sentence = match verdict {
        Verdict::Confirmed => format!("Every count rounds to {}.", printed.text),
        _ => format!("Not every count rounds to {}.", printed.text),
    };
    Finding::new(verdict, counts.join(", "), printed.text, sentence, rows)
}

//! Shapes that do not fit together are refused with an error, never with a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dfdx::prelude::{Cpu, Tensor, TensorFromVec};
use dnarch::Error;
use dnarch::autodiff::*;

type Vector = Tensor<(usize,), f64, Cpu>;

fn variable(shape: [usize; 3]) -> Variable<f64> {
    Variable::parameter(vec![0.5; shape.iter().product()], shape).unwrap()
}

fn vector(length: usize) -> Vector {
    Cpu::default().tensor_from_vec(vec![0.5; length], (length,))
}

fn scalar(value: f64) -> Tensor<(), f64, Cpu> {
    Cpu::default().tensor_from_vec(vec![value], ())
}

/// Fails unless every named call returns a one-line argument error.
fn assert_refused<T>(calls: Vec<(&str, Call<T>)>) {
    let mut wrong = Vec::new();
    for (what, call) in calls {
        let mut tape = Tape::recording(Cpu::default());
        match catch_unwind(AssertUnwindSafe(|| call(&mut tape))) {
            Err(_) => wrong.push(format!("{what}: panicked")),
            Ok(Ok(_)) => wrong.push(format!("{what}: accepted")),
            Ok(Err(error)) => {
                let one_line = !error.to_string().contains('\n');
                if !(one_line && matches!(error, Error::Argument { .. })) {
                    wrong.push(format!("{what}: {error}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

type Call<T> = Box<dyn Fn(&mut Tape<f64>) -> dnarch::Result<T>>;

/// `"what" => |tape| call` as the argument of [`assert_refused`].
macro_rules! refused {
    ($($what:literal => |$tape:ident| $call:expr),* $(,)?) => {
        assert_refused(vec![$(($what, Box::new(|$tape: &mut Tape<f64>| $call) as Call<_>)),*])
    };
}

#[test]
fn variables_hold_at_least_one_value_and_as_many_as_their_shape() {
    refused! {
        "too few" => |_tape| Variable::constant(vec![0.0; 5], [1, 2, 3]),
        "too many" => |_tape| Variable::parameter(vec![0.0; 7], [1, 2, 3]),
        "no sample" => |_tape| Variable::constant(vec![], [0, 2, 3]),
        "no channel" => |_tape| Variable::constant(vec![], [2, 0, 3]),
        "no position" => |_tape| Variable::constant(vec![], [2, 3, 0]),
        "overflow" => |_tape| Variable::constant(vec![0.0], [usize::MAX, 2, 2]),
    }
}

#[test]
fn scalars_have_one_value_and_cotangents_the_shape_of_the_output() {
    refused! { "scalar" => |tape| tape.scalar(&variable([1, 2, 1])) }
    refused! {
        "cotangent" => |_tape| {
            Tape::recording(Cpu::default()).backward_from(&variable([1, 2, 3]), vec![0.0; 5])
        },
    }
}

#[test]
fn layers() {
    refused! {
        "columns of a weight" => |tape| {
            linear(tape, &variable([2, 3, 4]), &variable([1, 5, 4]), &variable([1, 5, 1]))
        },
        "two weights" => |tape| {
            linear(tape, &variable([2, 3, 4]), &variable([2, 5, 3]), &variable([1, 5, 1]))
        },
        "rows of a bias" => |tape| {
            linear(tape, &variable([2, 3, 4]), &variable([1, 5, 3]), &variable([1, 4, 1]))
        },
        "more normalised channels than there are" => |tape| {
            let (x, n) = (variable([2, 3, 4]), variable([1, 4, 1]));
            batch_norm(tape, &x, None, &n, &n)
        },
        "unequal gamma and beta" => |tape| {
            let (x, gamma, beta) = (variable([2, 3, 4]), variable([1, 3, 1]), variable([1, 2, 1]));
            batch_norm(tape, &x, None, &gamma, &beta)
        },
        "a shorter gate" => |tape| {
            let (x, n) = (variable([2, 3, 4]), variable([1, 3, 1]));
            batch_norm(tape, &x, Some(&vector(2)), &n, &n)
        },
        "a longer gate" => |tape| {
            let (x, n) = (variable([2, 5, 4]), variable([1, 3, 1]));
            batch_norm(tape, &x, Some(&vector(4)), &n, &n)
        },
    }
}

#[test]
fn dropout() {
    let with = |rate, maximum_channels| Dropout {
        rate,
        seed: 0,
        stream: 0,
        maximum_channels,
    };
    for (rate, maximum_channels) in [(-0.1, 3), (1.0, 3), (f64::NAN, 3), (0.5, 2)] {
        let mut tape = Tape::recording(Cpu::default());
        let dropout = Some(with(rate, maximum_channels));
        let result = gelu_dropout(&mut tape, &variable([2, 3, 4]), Gelu::Exact, dropout);
        assert!(
            result.is_err(),
            "rate {rate}, at most {maximum_channels} channels"
        );
    }
}

#[test]
fn parts_of_parameters_and_masks_on_them() {
    refused! {
        "too many rows" => |tape| materialise(tape, &variable([1, 3, 4]), 4, 4),
        "too many columns" => |tape| materialise(tape, &variable([1, 3, 4]), 3, 5),
        "no row" => |tape| materialise(tape, &variable([1, 3, 4]), 0, 4),
        "no column" => |tape| materialise(tape, &variable([1, 3, 4]), 3, 0),
        "several parameters" => |tape| materialise(tape, &variable([2, 3, 4]), 2, 4),
        "rows of a mask" => |tape| scale_rows(tape, &variable([1, 3, 4]), &vector(4)),
        "no rows of a mask" => |tape| scale_rows(tape, &variable([1, 3, 4]), &vector(0)),
        "rows of several weights" => |tape| scale_rows(tape, &variable([2, 3, 4]), &vector(3)),
        "taps of a mask" => |tape| mask_taps(tape, &variable([1, 3, 4]), &vector(3)),
        "a wider gate" => |tape| gate_channels(tape, &variable([2, 3, 4]), &vector(4)),
        "an empty gate" => |tape| gate_channels(tape, &variable([2, 3, 4]), &vector(0)),
        "another grid" => |tape| crop_taps(tape, &variable([1, 3, 5]), &[3], &[1]),
        "more than there is" => |tape| crop_taps(tape, &variable([1, 3, 5]), &[2], &[3]),
        "fewer axes" => |tape| crop_taps(tape, &variable([1, 3, 15]), &[1, 2], &[1]),
        "more axes" => |tape| crop_taps(tape, &variable([1, 3, 5]), &[2], &[1, 0]),
        "several kernels" => |tape| crop_taps(tape, &variable([2, 3, 5]), &[2], &[1]),
    }
}

#[test]
fn masks() {
    refused! {
        "no point" => |tape| sigmoid_mask(tape, &scalar(0.0), 25.0, 0, 0, 0),
        "no length" => |tape| sigmoid_mask(tape, &scalar(0.0), 25.0, 4, 0, 0),
        "longer than its axis" => |tape| sigmoid_mask(tape, &scalar(0.0), 25.0, 4, 2, 5),
        "no tap axis" => |tape| gaussian_mask(tape, &[], &[], &[], &[]),
        "three tap axes" => |tape| {
            gaussian_mask(tape, &[0.5; 3].map(scalar), &[3; 3], &[1; 3], &[1; 3])
        },
        "a width too few" => |tape| {
            gaussian_mask(tape, &[0.5; 1].map(scalar), &[3; 2], &[1; 2], &[1; 2])
        },
        "a length too few" => |tape| {
            gaussian_mask(tape, &[0.5; 2].map(scalar), &[3; 1], &[1; 2], &[1; 2])
        },
        "a count too few" => |tape| {
            gaussian_mask(tape, &[0.5; 2].map(scalar), &[3; 2], &[1; 1], &[1; 2])
        },
        "an extent too few" => |tape| {
            gaussian_mask(tape, &[0.5; 2].map(scalar), &[3; 2], &[1; 2], &[1; 1])
        },
        "wider than its axis" => |tape| {
            gaussian_mask(tape, &[scalar(0.5)], &[5], &[1], &[3])
        },
    }
    refused! {
        "no point" => |tape| sigmoid_mask_at(tape, &scalar(0.0), 25.0, 0, 0),
        "beyond the axis" => |tape| sigmoid_mask_at(tape, &scalar(0.0), 25.0, 4, 4),
    }
}

#[test]
fn complexity_of_nothing() {
    let block = |axes: usize| BlockSizes {
        resolution: vec![scalar(4.0); axes],
        n_in: scalar(2.0),
        n_mid: scalar(2.0),
        n_out: scalar(2.0),
    };
    for blocks in [vec![], vec![block(0)], vec![block(1), block(0)]] {
        let sizes = NetworkSizes {
            length: 4,
            inputs: 1,
            outputs: 1,
            pooled: false,
            depth: scalar(blocks.len() as f64),
            blocks,
            last_width: scalar(2.0),
        };
        assert!(network_complexity(&mut Tape::recording(Cpu::default()), &sizes).is_err());
    }
}

fn convolve(
    tape: &mut Tape<f64>,
    [grid, half, reduced]: [&[usize]; 3],
    [kernel, bias]: [[usize; 3]; 2],
    masks: &[ResolutionMask<f64>],
) -> dnarch::Result<Variable<f64>> {
    let (x, kernel, bias) = (variable([2, 3, 12]), variable(kernel), variable(bias));
    fourier_convolution(tape, &x, grid, &kernel, half, reduced, masks, &bias)
}

const KERNEL: [usize; 3] = [1, 3, 5];
const BIAS: [usize; 3] = [1, 3, 1];

#[test]
fn convolution() {
    let fits = convolve(
        &mut Tape::recording(Cpu::default()),
        [&[12], &[2], &[6]],
        [KERNEL, BIAS],
        &[Some(vector(13))],
    );
    assert!(fits.is_ok());
    refused! {
        "grid" => |tape| convolve(tape, [&[11], &[2], &[6]], [KERNEL, BIAS], &[None]),
        "no axis" => |tape| convolve(tape, [&[], &[], &[]], [KERNEL, BIAS], &[]),
        "three axes" => |tape| {
            convolve(tape, [&[2, 2, 3], &[0, 0, 1], &[2, 2, 3]], [[1, 3, 3], BIAS], &[None, None, None])
        },
        "axes of the kernel" => |tape| {
            convolve(tape, [&[3, 4], &[2], &[3, 4]], [KERNEL, BIAS], &[None, None])
        },
        "axes of the output" => |tape| {
            convolve(tape, [&[3, 4], &[0, 2], &[3]], [KERNEL, BIAS], &[None, None])
        },
        "number of masks" => |tape| {
            convolve(tape, [&[3, 4], &[0, 2], &[3, 4]], [KERNEL, BIAS], &[None])
        },
        "taps" => |tape| convolve(tape, [&[12], &[3], &[6]], [KERNEL, BIAS], &[None]),
        "wide kernel" => |tape| convolve(tape, [&[12], &[7], &[6]], [[1, 3, 15], BIAS], &[None]),
        "channels of the kernel" => |tape| {
            convolve(tape, [&[12], &[2], &[6]], [[1, 2, 5], BIAS], &[None])
        },
        "channels of the bias" => |tape| {
            convolve(tape, [&[12], &[2], &[6]], [KERNEL, [1, 2, 1]], &[None])
        },
        "no output" => |tape| convolve(tape, [&[12], &[2], &[0]], [KERNEL, BIAS], &[None]),
        "more output than input" => |tape| {
            convolve(tape, [&[12], &[2], &[13]], [KERNEL, BIAS], &[None])
        },
        "long mask" => |tape| {
            convolve(tape, [&[12], &[2], &[6]], [KERNEL, BIAS], &[Some(vector(14))])
        },
    }
}

#[test]
fn resampling() {
    refused! {
        "grid" => |tape| downsample(tape, &variable([2, 3, 12]), &[11], &[6], &[None]),
        "no axis" => |tape| downsample(tape, &variable([2, 3, 1]), &[], &[], &[]),
        "axes" => |tape| downsample(tape, &variable([2, 3, 12]), &[3, 4], &[3], &[None, None]),
        "no output" => |tape| downsample(tape, &variable([2, 3, 12]), &[12], &[0], &[None]),
        "down to more" => |tape| downsample(tape, &variable([2, 3, 12]), &[12], &[13], &[None]),
        "no mask" => |tape| downsample(tape, &variable([2, 3, 12]), &[12], &[6], &[]),
        "a mask too few" => |tape| {
            downsample(tape, &variable([2, 3, 12]), &[3, 4], &[2, 2], &[None])
        },
        "a mask too many" => |tape| {
            downsample(tape, &variable([2, 3, 12]), &[12], &[6], &[None, None])
        },
        "long mask" => |tape| {
            downsample(tape, &variable([2, 3, 12]), &[12], &[6], &[Some(vector(8))])
        },
        "reduced grid" => |tape| upsample(tape, &variable([2, 3, 6]), &[5], &[12]),
        "up to less" => |tape| upsample(tape, &variable([2, 3, 6]), &[6], &[5]),
        "up to other axes" => |tape| upsample(tape, &variable([2, 3, 6]), &[6], &[3, 4]),
    }
}

fn end(
    tape: &mut Tape<f64>,
    [x, v]: [[usize; 3]; 2],
    gate: Option<usize>,
    grids: [&[usize]; 2],
) -> dnarch::Result<Variable<f64>> {
    let gate = gate.map(vector);
    residual(
        tape,
        &variable(x),
        gate.as_ref(),
        &variable(v),
        None,
        grids,
        Gelu::Exact,
    )
}

#[test]
fn ends_of_blocks() {
    refused! {
        "batch" => |tape| end(tape, [[2, 3, 8], [1, 3, 8]], None, [&[8], &[8]]),
        "gate" => |tape| end(tape, [[2, 3, 8], [2, 3, 8]], Some(4), [&[8], &[8]]),
        "grid of the stream" => |tape| end(tape, [[2, 3, 8], [2, 3, 4]], None, [&[7], &[4]]),
        "grid of both" => |tape| end(tape, [[2, 3, 8], [2, 3, 7]], None, [&[7], &[7]]),
        "grid of the branch" => |tape| end(tape, [[2, 3, 8], [2, 3, 4]], None, [&[8], &[5]]),
        "larger branch" => |tape| end(tape, [[2, 3, 8], [2, 3, 9]], None, [&[8], &[9]]),
        "axes" => |tape| end(tape, [[2, 3, 8], [2, 3, 4]], None, [&[2, 4], &[4]]),
        "no axis" => |tape| end(tape, [[2, 3, 1], [2, 3, 1]], None, [&[], &[]]),
    }
}

#[test]
fn losses() {
    refused! {
        "a label too few" => |tape| cross_entropy(tape, &variable([2, 3, 1]), &[0]),
        "no such class" => |tape| cross_entropy(tape, &variable([2, 3, 1]), &[0, 3]),
        "logits at positions" => |tape| cross_entropy(tape, &variable([2, 3, 2]), &[0, 1]),
        "target" => |tape| {
            relative_l2(tape, &variable([2, 1, 3]), &[0.0; 3], &[1.0; 3], &[1.0; 5])
        },
        "mean" => |tape| {
            relative_l2(tape, &variable([2, 1, 3]), &[0.0; 2], &[1.0; 3], &[1.0; 6])
        },
        "deviation" => |tape| {
            relative_l2(tape, &variable([2, 1, 3]), &[0.0; 3], &[1.0; 6], &[1.0; 6])
        },
        "target without norm" => |tape| {
            relative_l2(tape, &variable([1, 1, 3]), &[0.0; 3], &[1.0; 3], &[0.0; 3])
        },
        "targets" => |tape| binary_cross_entropy(tape, &variable([2, 1, 3]), &[1.0; 5]),
    }
}

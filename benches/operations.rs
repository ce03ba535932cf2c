//! Every fast operation, forward and backward, in `f32` at the sizes of a training step.
//!
//! `cargo bench --bench operations`; the thread count is `RAYON_NUM_THREADS`.

use criterion::{Criterion, criterion_group, criterion_main};
use dfdx::prelude::{Cpu, SumTo};
use dnarch::Result;
use dnarch::autodiff::{
    BlockSizes, Dropout, Gelu, NetworkSizes, Scalar, Tape, Variable, batch_norm,
    binary_cross_entropy, complexity_loss, constant_scalar, constant_tensor, crop_taps,
    cross_entropy, downsample, fourier_convolution, gaussian_mask, gaussian_size, gelu,
    gelu_dropout, global_average_pool, linear, mask_taps, materialise, network_complexity,
    relative_l2, residual, scale_rows, sigmoid_mask, sigmoid_mask_at, sigmoid_size,
    straight_through_clip, upsample,
};
use dnarch::network::{Components, Decoder, Encoder, Mode, Network, NetworkConfiguration, Variant};
use dnarch::random::Stream;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 16;
const CHANNELS: usize = 64;

type Operation<'a> = dyn Fn(&mut Tape<f32>) -> Result<Variable<f32>> + 'a;
type ScalarOperation<'a> = dyn Fn(&mut Tape<f32>) -> Result<Scalar<f32, Cpu>> + 'a;

fn noise(shape: [usize; 3]) -> Variable<f32> {
    let mut random = Stream::new(0, "bench", shape.iter().product::<usize>() as u64);
    let values = (0..shape.iter().product())
        .map(|_| random.normal() as f32)
        .collect();
    Variable::parameter(values, shape).expect("a variable")
}

/// Times forward and backward of `operation`.
fn measure(criterion: &mut Criterion, name: &str, operation: &Operation) {
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut tape = Tape::recording(Cpu::default());
            let y = operation(&mut tape).expect("a shape that fits");
            let cotangent = vec![1.0; y.values().len()];
            tape.backward_from(&y, cotangent).expect("a backward pass")
        });
    });
}

fn layers(criterion: &mut Criterion) {
    let x = noise([BATCH, CHANNELS, 1024]);
    let (weight, bias) = (noise([1, CHANNELS, CHANNELS]), noise([1, CHANNELS, 1]));
    let gate = constant_tensor(&Cpu::default(), (0..CHANNELS).map(|_| 0.9)).expect("a mask");
    let (gamma, beta) = (noise([1, CHANNELS, 1]), noise([1, CHANNELS, 1]));
    let dropout = Dropout {
        rate: 0.1,
        seed: 0,
        stream: 0,
        maximum_channels: CHANNELS,
    };
    measure(criterion, "linear", &|tape| {
        linear(tape, &x, &weight, &bias)
    });
    measure(criterion, "gelu exact", &|tape| gelu(tape, &x, Gelu::Exact));
    measure(criterion, "gelu tanh", &|tape| gelu(tape, &x, Gelu::Tanh));
    measure(criterion, "gelu and dropout", &|tape| {
        gelu_dropout(tape, &x, Gelu::Exact, Some(dropout))
    });
    measure(criterion, "batch norm", &|tape| {
        batch_norm(tape, &x, Some(&gate), &gamma, &beta)
    });
    measure(criterion, "global average pool", &|tape| {
        global_average_pool(tape, &x)
    });
    measure(criterion, "materialise a part", &|tape| {
        materialise(tape, &weight, 40, 40)
    });
    measure(criterion, "scale rows", &|tape| {
        scale_rows(tape, &weight, &gate)
    });
}

fn spectral(criterion: &mut Criterion) {
    for (name, grid, reduced) in [
        ("1024 to 1024", vec![1024], vec![1024]),
        ("1024 to 500", vec![1024], vec![500]),
        ("32 x 32 to 32 x 32", vec![32, 32], vec![32, 32]),
        ("32 x 32 to 17 x 20", vec![32, 32], vec![17, 20]),
    ] {
        let positions = grid.iter().product();
        let half: Vec<usize> = grid.iter().map(|n: &usize| n / 2).collect();
        let taps = half.iter().map(|half| 2 * half + 1).product();
        let x = noise([BATCH, CHANNELS, positions]);
        let small = noise([BATCH, CHANNELS, reduced.iter().product()]);
        let (kernel, bias) = (noise([1, CHANNELS, taps]), noise([1, CHANNELS, 1]));
        let open = |points: fn(usize) -> usize| -> Vec<_> {
            let mask = |n: &usize| {
                let ones = (0..points(*n)).map(|_| 1.0);
                Some(constant_tensor(&Cpu::default(), ones).expect("a mask"))
            };
            reduced.iter().map(mask).collect()
        };
        let (masks, low_pass) = (open(|m| m), open(|m| m.div_ceil(2)));
        let depth = constant_scalar(&Cpu::default(), 0.7).expect("a scalar");
        let grids = [&grid[..], &reduced[..]];
        measure(criterion, &format!("Eq. 7, {name}"), &|tape| {
            fourier_convolution(tape, &x, &grid, &kernel, &half, &reduced, &masks, &bias)
        });
        measure(criterion, &format!("Eq. 1, {name}"), &|tape| {
            downsample(tape, &x, &grid, &reduced, &low_pass)
        });
        measure(criterion, &format!("upsampling, {name}"), &|tape| {
            upsample(tape, &small, &reduced, &grid)
        });
        measure(criterion, &format!("residual sum, {name}"), &|tape| {
            residual(tape, &x, None, &small, Some(&depth), grids, Gelu::Exact)
        });
        let inner: Vec<usize> = half.iter().map(|half| half / 2).collect();
        let mask = constant_tensor(&Cpu::default(), (0..taps).map(|_| 0.5)).expect("a mask");
        measure(criterion, &format!("kernel crop, {name}"), &|tape| {
            crop_taps(tape, &kernel, &half, &inner)
        });
        measure(criterion, &format!("kernel mask, {name}"), &|tape| {
            mask_taps(tape, &kernel, &mask)
        });
    }
}

/// Times a forward and backward pass that ends in a scalar.
fn measure_scalar(criterion: &mut Criterion, name: &str, operation: &ScalarOperation) {
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut tape = Tape::recording(Cpu::default());
            let loss = operation(&mut tape).expect("a shape that fits");
            tape.backward(&loss).expect("a backward pass")
        });
    });
}

fn masks_and_losses(criterion: &mut Criterion) {
    let mu = constant_scalar::<f32, Cpu>(&Cpu::default(), 0.1).expect("a scalar");
    measure_scalar(criterion, "sigmoid mask of 280", &|tape| {
        let mask = sigmoid_mask(tape, &mu, 25.0, 280, 150, 150)?;
        tape.apply(&mask, |mask| mask.try_sum())
    });
    measure_scalar(criterion, "sigmoid mask at a point", &|tape| {
        sigmoid_mask_at(tape, &mu, 8.0, 8, 3)
    });
    let sigmas = [
        mu.clone(),
        constant_scalar(&Cpu::default(), 0.2).expect("a scalar"),
    ];
    measure_scalar(criterion, "Gaussian mask of 33 x 33", &|tape| {
        let mask = gaussian_mask(tape, &sigmas, &[33, 33], &[3, 6], &[3, 6])?;
        tape.apply(&mask, |mask| mask.try_sum())
    });
    measure_scalar(criterion, "sigmoid size", &|tape| {
        sigmoid_size(tape, &mu, 25.0, 0.1, 280)
    });
    measure_scalar(criterion, "Gaussian size", &|tape| {
        gaussian_size(tape, &mu, 0.1, 1024)
    });
    measure_scalar(criterion, "straight-through clip", &|tape| {
        straight_through_clip(tape, &mu, 1)
    });
    let scalar = |value| constant_scalar::<f32, Cpu>(&Cpu::default(), value).expect("a scalar");
    let block = |_| BlockSizes {
        resolution: vec![scalar(1000.0)],
        n_in: scalar(140.0),
        n_mid: scalar(141.0),
        n_out: scalar(142.0),
    };
    let sizes = NetworkSizes {
        length: 1024,
        inputs: 3,
        outputs: 10,
        pooled: true,
        blocks: (0..8).map(block).collect(),
        depth: scalar(4.5),
        last_width: scalar(140.0),
    };
    measure_scalar(criterion, "complexity and its loss", &|tape| {
        let complexity = network_complexity(tape, &sizes)?;
        Ok(complexity_loss(tape, &complexity, 1e8)?.0)
    });
    let labels: Vec<usize> = (0..BATCH).map(|item| item % 10).collect();
    let logits = noise([BATCH, 10, 1]);
    measure_scalar(criterion, "cross-entropy", &|tape| {
        cross_entropy(tape, &logits, &labels)
    });
    let field = noise([BATCH, 1, 1024]);
    let (zeros, ones) = (vec![0.0; 1024], vec![1.0; 1024]);
    let targets = vec![0.5; BATCH * 1024];
    measure_scalar(criterion, "relative L2", &|tape| {
        relative_l2(tape, &field, &zeros, &ones, &targets)
    });
    measure_scalar(criterion, "binary cross-entropy", &|tape| {
        binary_cross_entropy(tape, &field, &targets)
    });
}

/// One forward pass of a searched network: everything computed and masked, what is kept
/// materialised anew as in a training step, and trimmed once and for all.
fn networks(criterion: &mut Criterion) {
    let configuration = NetworkConfiguration {
        base: "ccnn-4-32".parse().expect("a base network"),
        components: Components {
            kernel: true,
            resolution: true,
            width: true,
            depth: true,
        },
        variant: Variant::Gated,
        gelu: Gelu::Exact,
        final_norm: true,
        encoder: Encoder::Linear,
        decoder: Decoder::Classification,
        masked_pooling: false,
        grid: vec![1024],
        inputs: 3,
        outputs: 10,
        tau_resolution: 25.0,
        tau_channel: 25.0,
        tau_depth: 8.0,
        threshold: 0.1,
        sigma_initial: 0.5,
        omega_0: 10.0,
        dropout: 0.0,
        seed: 0,
    };
    let network = Network::<f32>::new(configuration).expect("a network");
    let kept = network.kept().expect("sizes");
    let trimmed = network.trim().expect("a network");
    let x = noise([8, 3, 1024]);
    let forward = |mode| {
        let mut tape = Tape::silent(Cpu::default());
        let plain = network
            .materialise(&mut tape, &kept, mode)
            .expect("a network");
        plain.forward(&mut tape, &x, None).expect("an output")
    };
    criterion.bench_function("forward, masked", |bencher| {
        bencher.iter(|| forward(Mode::Masked))
    });
    criterion.bench_function("forward, materialised", |bencher| {
        bencher.iter(|| forward(Mode::Materialised));
    });
    criterion.bench_function("forward, trimmed", |bencher| {
        bencher.iter(|| trimmed.forward(&mut Tape::silent(Cpu::default()), &x, None));
    });
}

criterion_group! {
    name = operations;
    config = Criterion::default().sample_size(20);
    targets = layers, spectral, masks_and_losses, networks
}
criterion_main!(operations);

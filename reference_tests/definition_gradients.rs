//! Every vector-Jacobian product of `equations/` against central differences of its forward
//! function, with a random cotangent.

mod common;

use common::{STEP, assert_derivative, assert_gradient, inner, normal};
use dnarch::equations::*;
use dnarch::random::Stream;
use ndarray::{Array1, Array2, Array3, array};
use proptest::prelude::*;

const T: f64 = mask::THRESHOLD;

fn stream(test: &str) -> Stream {
    Stream::new(1, test, 0)
}

/// Batch, channels in, channels out and positions: ones, primes, even numbers.
const SHAPES: [(usize, usize, usize, usize); 4] =
    [(1, 1, 1, 1), (2, 3, 5, 7), (3, 2, 1, 8), (1, 5, 2, 13)];

/// Whether moving a parameter by [`STEP`] leaves the same values above the threshold. A mask
/// moves by less than 100 steps here, since its slope is below `tau` and `1 / sigma`.
fn clear_of_threshold(unthresholded: &Array1<f64>) -> bool {
    let margin = 100.0 * STEP;
    unthresholded.iter().all(|value| (value - T).abs() > margin)
}

/// A threshold below which only values too small to matter for [`clear_of_threshold`] fall.
const TINY: f64 = 1e-12;

proptest! {
    #[test]
    fn gaussian_mask(n in 1usize..40, mu in -0.5..0.5, sigma in 0.2..2.0) {
        let x = mask::centred_axis(n).unwrap();
        prop_assume!(clear_of_threshold(&mask::gaussian(&x, mu, sigma, TINY).unwrap()));
        let cotangent = normal(&mut stream("gaussian mask"), n);
        let (d_mu, d_sigma) = mask::gaussian_vjp(&x, mu, sigma, T, &cotangent).unwrap();
        let value = |mu, sigma| inner(&mask::gaussian(&x, mu, sigma, T).unwrap(), &cotangent);
        assert_derivative("mu", |mu| value(mu, sigma), mu, d_mu);
        assert_derivative("sigma", |sigma| value(mu, sigma), sigma, d_sigma);
    }

    #[test]
    fn sigmoid_mask(n in 1usize..40, mu in -1.0..1.2, tau in 1.0..25.0) {
        let x = mask::axis(n).unwrap();
        prop_assume!(clear_of_threshold(&mask::sigmoid(&x, mu, tau, TINY).unwrap()));
        let cotangent = normal(&mut stream("sigmoid mask"), n);
        let d_mu = mask::sigmoid_vjp(&x, mu, tau, T, &cotangent).unwrap();
        let value = |mu| inner(&mask::sigmoid(&x, mu, tau, T).unwrap(), &cotangent);
        assert_derivative("mu", value, mu, d_mu);
    }
}

#[test]
fn mask_product() {
    let mut stream = stream("mask product");
    for lengths in [&[5][..], &[1, 7], &[4, 3], &[2, 3, 5]] {
        let factors: Vec<_> = lengths.iter().map(|&n| normal(&mut stream, n)).collect();
        let cotangent = normal(&mut stream, lengths.iter().product::<usize>());
        let d_factors = mask::product_vjp(&factors, &cotangent).unwrap();
        assert_eq!(d_factors.len(), factors.len());
        for axis in 0..factors.len() {
            let value = |factor: &Array1<f64>| {
                let mut moved = factors.clone();
                moved[axis] = factor.clone();
                inner(&mask::product(&moved).unwrap(), &cotangent)
            };
            assert_gradient("factor", value, &factors[axis], &d_factors[axis]);
        }
    }
}

#[test]
fn threshold_coordinates() {
    let (lower, upper) = (0.7, -1.3);
    let value = |mu, sigma| {
        let (low, high) = threshold::gaussian_x_t(mu, sigma, T).unwrap();
        lower * low + upper * high
    };
    let (d_mu, d_sigma) = threshold::gaussian_x_t_vjp(T, (lower, upper)).unwrap();
    assert_derivative("mu", |mu| value(mu, 0.4), 0.2, d_mu);
    assert_derivative("sigma", |sigma| value(0.2, sigma), 0.4, d_sigma);
    let value = |mu| 1.7 * threshold::sigmoid_x_t(mu, 25.0, T).unwrap();
    assert_derivative("mu", value, 0.2, threshold::sigmoid_x_t_vjp(1.7));
}

#[test]
fn sizes() {
    let value = |x_t| 1.7 * size::gaussian_length_ratio_size(x_t, 0.6, 13.0).unwrap();
    let d_x_t = size::gaussian_length_ratio_size_vjp(0.6, 13.0, 1.7).unwrap();
    assert_derivative("Eq. 10", value, 0.3, d_x_t);

    let value = |x_t| 1.7 * size::sigmoid_length_ratio_size(x_t, 0.6, -1.0, 13.0).unwrap();
    let d_x_t = size::sigmoid_length_ratio_size_vjp(0.6, -1.0, 13.0, 1.7).unwrap();
    assert_derivative("Eq. 11", value, 0.3, d_x_t);

    let value = |sigma| 1.7 * size::gaussian_size(sigma, 13, T).unwrap();
    let d_sigma = size::gaussian_size_vjp(13, T, 1.7).unwrap();
    assert_derivative("Gaussian", value, 0.3, d_sigma);

    let value = |mu| 1.7 * size::sigmoid_size(mu, 25.0, 13, T).unwrap();
    assert_derivative("Sigmoid", value, 0.3, size::sigmoid_size_vjp(13, 1.7));
    assert_derivative(
        "unclipped",
        |size| 1.7 * size::straight_through_clip(size, 13),
        12.0,
        size::straight_through_clip_vjp(1.7),
    );
}

#[test]
fn gelu() {
    let mut stream = stream("gelu");
    let x = 3.0 * normal(&mut stream, (3, 5, 7));
    let cotangent = normal(&mut stream, (3, 5, 7));
    let exact = activation::gelu_vjp(&x, &cotangent).unwrap();
    assert_gradient(
        "exact",
        |x| inner(&activation::gelu(x), &cotangent),
        &x,
        &exact,
    );
    let tanh = activation::gelu_tanh_vjp(&x, &cotangent).unwrap();
    assert_gradient(
        "tanh",
        |x| inner(&activation::gelu_tanh(x), &cotangent),
        &x,
        &tanh,
    );
}

#[test]
fn linear() {
    let mut stream = stream("linear");
    for (batch, n_in, n_out, positions) in SHAPES {
        let x = normal(&mut stream, (batch, n_in, positions));
        let weight = normal(&mut stream, (n_out, n_in));
        let bias = normal(&mut stream, n_out);
        let cotangent = normal(&mut stream, (batch, n_out, positions));
        let d = linear::linear_vjp(&x, &weight, &cotangent).unwrap();
        let value = |x: &_, weight: &_, bias: &_| {
            inner(&linear::linear(x, weight, bias).unwrap(), &cotangent)
        };
        assert_gradient(
            "x",
            |x: &Array3<f64>| value(x, &weight, &bias),
            &x,
            &d.input,
        );
        assert_gradient(
            "weight",
            |w: &Array2<f64>| value(&x, w, &bias),
            &weight,
            &d.weight,
        );
        assert_gradient(
            "bias",
            |b: &Array1<f64>| value(&x, &weight, b),
            &bias,
            &d.bias,
        );
    }
}

#[test]
fn batch_norm() {
    let mut stream = stream("batch norm");
    for (batch, channels, _, positions) in SHAPES {
        if batch * positions == 1 {
            // The one value is its own mean: nothing moves the output but beta.
            let d = norm::batch_norm_vjp(&array![[[3.0]]], &array![2.0], &array![[[5.0]]]).unwrap();
            assert_eq!((d.input[[0, 0, 0]], d.gamma[0], d.beta[0]), (0.0, 0.0, 5.0));
            continue;
        }
        let x = normal(&mut stream, (batch, channels, positions));
        let gamma = normal(&mut stream, channels);
        let beta = normal(&mut stream, channels);
        let cotangent = normal(&mut stream, x.dim());
        let d = norm::batch_norm_vjp(&x, &gamma, &cotangent).unwrap();
        let value = |x: &_, gamma: &_, beta: &_| {
            inner(&norm::batch_norm(x, gamma, beta).unwrap(), &cotangent)
        };
        assert_gradient("x", |x: &Array3<f64>| value(x, &gamma, &beta), &x, &d.input);
        assert_gradient(
            "gamma",
            |g: &Array1<f64>| value(&x, g, &beta),
            &gamma,
            &d.gamma,
        );
        assert_gradient(
            "beta",
            |b: &Array1<f64>| value(&x, &gamma, b),
            &beta,
            &d.beta,
        );
    }
}

#[test]
fn dropout_and_pooling() {
    let mut stream = stream("dropout and pooling");
    for (batch, channels, _, positions) in SHAPES {
        let x = normal(&mut stream, (batch, channels, positions));
        let keep = normal(&mut stream, x.dim()).mapv(|z| z > -0.5);
        let cotangent = normal(&mut stream, x.dim());
        let d = dropout::dropout_vjp(&keep, 0.3, &cotangent).unwrap();
        let value = |x: &_| inner(&dropout::dropout(x, &keep, 0.3).unwrap(), &cotangent);
        assert_gradient("dropout", |x: &Array3<f64>| value(x), &x, &d);

        let cotangent = normal(&mut stream, (batch, channels));
        let d = pooling::global_average_pool_vjp(positions, &cotangent).unwrap();
        let value = |x: &_| inner(&pooling::global_average_pool(x).unwrap(), &cotangent);
        assert_gradient("pooling", |x: &Array3<f64>| value(x), &x, &d);
    }
}

#[test]
fn kernel() {
    let mut stream = stream("kernel");
    // The last sigmas keep 3 taps and all taps.
    let cases: [(&[usize], &[f64]); 5] = [
        (&[1], &[0.5]),
        (&[7], &[0.4]),
        (&[13], &[0.1]),
        (&[3, 5], &[0.5, 0.3]),
        (&[5, 1], &[0.6, 0.5]),
    ];
    for (lengths, sigma) in cases {
        let w = normal(&mut stream, (2, lengths.len()));
        let grid = kernel::kernel_grid(lengths).unwrap();
        let features = fourier_encoding::fourier_encoding(&grid, &w, 3.0).unwrap();
        let weights = kernel::KernelWeights {
            weight_1: normal(&mut stream, (5, 4)),
            bias_1: normal(&mut stream, 5),
            weight_2: normal(&mut stream, (3, 5)),
            bias_2: normal(&mut stream, 3),
            head_weight: normal(&mut stream, (2, 3)),
            head_bias: normal(&mut stream, 2),
        };
        let cotangent = normal(&mut stream, (2, grid.nrows()));
        let value = |weights: &kernel::KernelWeights, sigma: &[f64]| {
            let kernel = kernel::masked_kernel(&features, weights, lengths, sigma, T).unwrap();
            inner(&kernel, &cotangent)
        };
        let (d, d_sigma) =
            kernel::masked_kernel_vjp(&features, &weights, lengths, sigma, T, &cotangent).unwrap();
        macro_rules! check {
            ($($field:ident: $array:ident),*) => {$(
                let moved = |field: &$array<f64>| {
                    let mut moved = weights.clone();
                    moved.$field.assign(field);
                    value(&moved, sigma)
                };
                assert_gradient(stringify!($field), moved, &weights.$field, &d.$field);
            )*};
        }
        check!(weight_1: Array2, weight_2: Array2, head_weight: Array2);
        check!(bias_1: Array1, bias_2: Array1, head_bias: Array1);
        let sigma = Array1::from(sigma.to_vec());
        let moved = |sigma: &Array1<f64>| value(&weights, &sigma.to_vec());
        assert_gradient("sigma", moved, &sigma, &Array1::from(d_sigma));
    }
}

#[test]
fn task_losses() {
    let mut stream = stream("task losses");
    for (batch, channels, classes, positions) in SHAPES {
        let logits = normal(&mut stream, (batch, classes));
        let labels: Vec<usize> = (0..batch).map(|b| (b + 1) % classes).collect();
        let d = loss::cross_entropy_vjp(&logits, &labels, 1.7).unwrap();
        let value = |z: &Array2<f64>| 1.7 * loss::cross_entropy(z, &labels).unwrap();
        assert_gradient("cross-entropy", value, &logits, &d);

        let prediction = normal(&mut stream, (batch, channels, positions));
        let target = normal(&mut stream, prediction.dim());
        let d = loss::relative_l2_vjp(&prediction, &target, 1.7).unwrap();
        let value = |y: &Array3<f64>| 1.7 * loss::relative_l2(y, &target).unwrap();
        assert_gradient("relative L2", value, &prediction, &d);

        let targets = target.mapv(|z| if z > 1.0 { 0.3 } else { f64::from(z > 0.0) });
        let d = loss::binary_cross_entropy_vjp(&prediction, &targets, 1.7).unwrap();
        let value = |z: &Array3<f64>| 1.7 * loss::binary_cross_entropy(z, &targets).unwrap();
        assert_gradient("binary cross-entropy", value, &prediction, &d);
    }
}

#[test]
fn complexity_and_total_loss() {
    let value = |current| 1.7 * loss::complexity_loss(current, 40.0).unwrap();
    let d = loss::complexity_loss_vjp(50.0, 40.0, 1.7).unwrap();
    assert_derivative("Eq. 12", value, 50.0, d);
    let (d_objective, d_complexity) = loss::total_loss_vjp(5.0, 1.7);
    let value = |objective, complexity| 1.7 * loss::total_loss(objective, complexity, 5.0).unwrap();
    assert_derivative("objective", |x| value(x, 0.5), 2.0, d_objective);
    assert_derivative("complexity", |x| value(2.0, x), 0.5, d_complexity);
}

#[test]
fn layer_costs() {
    let (s, n_in, n_out) = (6.5, 2.5, 3.5);
    let value = |s, n_in, n_out| 1.7 * complexity::linear_cost(s, n_in, n_out);
    let d = complexity::linear_cost_vjp(s, n_in, n_out, 1.7);
    assert_derivative("linear, S", |s| value(s, n_in, n_out), s, d.0);
    assert_derivative("linear, N_in", |n| value(s, n, n_out), n_in, d.1);
    assert_derivative("linear, N_out", |n| value(s, n_in, n), n_out, d.2);

    let value = |s| 1.7 * complexity::fourier_convolution_cost(s);
    let d = complexity::fourier_convolution_cost_vjp(s, 1.7);
    assert_derivative("Fourier convolution", value, s, d);

    let d = complexity::pointwise_cost_vjp(s, n_in, 1.7);
    let value = |s, n| 1.7 * complexity::pointwise_cost(s, n);
    assert_derivative("pointwise, S", |s| value(s, n_in), s, d.0);
    assert_derivative("pointwise, N", |n| value(s, n), n_in, d.1);
}

/// The learned sizes of a network in one array, and back.
fn flatten(blocks: &[complexity::BlockSizes], depth: f64, width_last: f64) -> Array1<f64> {
    let mut flat = vec![depth, width_last];
    for block in blocks {
        flat.extend([block.n_in, block.n_mid, block.n_out]);
        flat.extend(&block.resolution);
    }
    Array1::from(flat)
}

fn unflatten(network: &complexity::NetworkSizes, flat: &Array1<f64>) -> complexity::NetworkSizes {
    let mut network = network.clone();
    let mut values = flat.iter().copied();
    let mut next = || values.next().unwrap();
    (network.depth, network.width_last) = (next(), next());
    for block in &mut network.blocks {
        (block.n_in, block.n_mid, block.n_out) = (next(), next(), next());
        for size in &mut block.resolution {
            *size = next();
        }
    }
    network
}

#[test]
fn network_cost() {
    let mut stream = stream("network cost");
    // Costs are counts in the thousands here; dividing keeps the tolerance of the helper.
    let scale = 1e-4;
    for (axes, blocks, depth) in [(1, 1, 0.4), (1, 5, 2.3), (2, 3, 2.9), (2, 2, 0.7)] {
        for decoder in [
            complexity::Decoder::Dense,
            complexity::Decoder::Classification,
        ] {
            let mut size = || 2.0 + 5.0 * stream.uniform();
            let network = complexity::NetworkSizes {
                length: 36.0,
                inputs: 3.0,
                outputs: 7.0,
                decoder,
                blocks: (0..blocks)
                    .map(|_| complexity::BlockSizes {
                        resolution: (0..axes).map(|_| size()).collect(),
                        n_in: size(),
                        n_mid: size(),
                        n_out: size(),
                    })
                    .collect(),
                depth,
                width_last: 4.5,
            };
            let d = complexity::network_cost_vjp(&network, scale).unwrap();
            let value = |flat: &Array1<f64>| {
                scale * complexity::network_cost(&unflatten(&network, flat)).unwrap()
            };
            let at = flatten(&network.blocks, network.depth, network.width_last);
            let gradient = flatten(&d.blocks, d.depth, d.width_last);
            assert_gradient("network", value, &at, &gradient);
        }
    }
}

/// At an integer the derivative is the left one, and a one-sided difference agrees.
#[test]
fn depth_at_an_integer() {
    let mut network =
        complexity::unmasked_sizes(&[8], 2, 3, complexity::Decoder::Dense, 4, 3).unwrap();
    for (i, block) in network.blocks.iter_mut().enumerate() {
        block.n_mid = 3.0 + i as f64;
    }
    for depth in [1.0, 2.0, 3.0] {
        network.depth = depth;
        let d = complexity::network_cost_vjp(&network, 1.0).unwrap().depth;
        let mut below = network.clone();
        below.depth = depth - 0.5;
        let cost = |network| complexity::network_cost(network).unwrap();
        // Linear in the depth, so that the step is free; costs near 1e3 round at 1e-13.
        let left = (cost(&network) - cost(&below)) / 0.5;
        assert!((d - left).abs() < 1e-10, "depth {depth}: {d}, {left}");
        let own = complexity::block_cost(&network.blocks[depth as usize - 1]).unwrap();
        assert_eq!(d, own);
    }
}

//! Kernels and the layers around them.

use super::*;
use ndarray::Array3;

#[test]
fn fourier_features() {
    // One column for each coordinate pair; cosines first.
    let x = array![[0.375], [0.0]];
    let features = fourier_encoding::fourier_encoding(&x, &array![[1.25], [0.5]], 30000.0).unwrap();
    assert_eq!(features.dim(), (1, 4, 2));
    // 14062.5 and 5625 turns, exactly: the sine is that of the f64 nearest to pi.
    assert_eq!(features[[0, 0, 0]], -1.0);
    assert!(features[[0, 2, 0]].abs() < 1.3e-16);
    assert_eq!((features[[0, 1, 0]], features[[0, 3, 0]]), (1.0, 0.0));
    assert_eq!((features[[0, 0, 1]], features[[0, 2, 1]]), (1.0, 0.0));
    // Tens of thousands of turns round at 4e-12 turns, 2e-11 rad.
    for (w, x, omega_0, cos, sin) in [
        (
            1.2345678901234567,
            0.7777777,
            30000.0,
            -0.8725812742038029,
            -0.48846895490795295,
        ),
        (
            -0.8123,
            0.33333,
            5500.0,
            0.298394190713128,
            -0.9544427206221741,
        ),
    ] {
        let features =
            fourier_encoding::fourier_encoding(&array![[x]], &array![[w]], omega_0).unwrap();
        assert_relative_eq!(features[[0, 0, 0]], cos, epsilon = 5e-11);
        assert_relative_eq!(features[[0, 1, 0]], sin, epsilon = 5e-11);
    }
    let features =
        fourier_encoding::fourier_encoding(&array![[-0.5, 1.0]], &array![[0.3, 0.7]], 3.5).unwrap();
    close(features[[0, 0, 0]], 0.8910065241883679);
    close(features[[0, 1, 0]], -0.4539904997395468);
    let (x, w) = (array![[0.5]], array![[1.0]]);
    refused(fourier_encoding::fourier_encoding(
        &x,
        &array![[1.0, 2.0]],
        1.0,
    ));
    refused(fourier_encoding::fourier_encoding(&x, &w, 0.0));
    refused(fourier_encoding::fourier_encoding(&x, &w, f64::NAN));
    refused(fourier_encoding::fourier_encoding(
        &array![[f64::NAN]],
        &w,
        1.0,
    ));
    refused(fourier_encoding::fourier_encoding(
        &x,
        &array![[f64::INFINITY]],
        1.0,
    ));
}

#[test]
fn kernel_grids() {
    let length = |n| kernel::kernel_length(n).unwrap();
    assert_eq!(
        [length(1), length(2), length(32), length(33)],
        [1, 3, 33, 33]
    );
    refused(kernel::kernel_length(0));
    let grid = kernel::kernel_grid(&[2, 3]).unwrap();
    let expected = array![
        [-1.0, -1.0],
        [-1.0, 0.0],
        [-1.0, 1.0],
        [1.0, -1.0],
        [1.0, 0.0],
        [1.0, 1.0]
    ];
    assert_eq!(grid, expected);
    assert_eq!(kernel::kernel_grid(&[1, 1]).unwrap(), array![[0.0, 0.0]]);
    refused(kernel::kernel_grid(&[]));
    refused(kernel::kernel_grid(&[3, 0]));
}

#[test]
fn kernels() {
    // One unit in each layer: head(2 gelu(gelu(f)) + 1) by the values of GELU below.
    let weights = kernel::KernelWeights {
        weight_1: array![[1.0]],
        bias_1: array![0.0],
        weight_2: array![[1.0]],
        bias_2: array![1.0 - 0.8413447460685429],
        head_weight: array![[2.0], [0.0]],
        head_bias: array![1.0, -5.0],
    };
    let features = Array3::ones((1, 1, 5));
    // gelu(1) = 0.8413.. and the bias make 1 again.
    let value = 2.0 * 0.8413447460685429 + 1.0;
    let psi = kernel::kernel_mlp(&features, &weights).unwrap();
    all_close(psi.row(0), &[value; 5]);
    assert_eq!(psi.row(1).to_vec(), [-5.0; 5]);
    // Points at 0, +-0.5, +-1 with sigma = 0.25: exp(-2) stays, exp(-8) does not.
    let masked = kernel::masked_kernel(&features, &weights, &[5], &[0.25], T).unwrap();
    let side = 0.1353352832366127 * value;
    all_close(masked.row(0), &[0.0, side, value, side, 0.0]);
    // Two axes of 1 and 5 are the same kernel; the lone point of the first is the centre.
    let flat = kernel::masked_kernel(&features, &weights, &[1, 5], &[1e-3, 0.25], T).unwrap();
    assert_eq!(flat, masked);
    let wrong = Array3::ones((2, 1, 5));
    refused(kernel::kernel_mlp(&wrong, &weights));
    refused(kernel::masked_kernel(&features, &weights, &[7], &[0.25], T));
    refused(kernel::masked_kernel(
        &features,
        &weights,
        &[5],
        &[0.25, 0.25],
        T,
    ));
    refused(kernel::masked_kernel(&features, &weights, &[5], &[0.0], T));
    let cotangent = Array2::ones((2, 4));
    refused(kernel::masked_kernel_vjp(
        &features,
        &weights,
        &[5],
        &[0.25],
        T,
        &cotangent,
    ));
}

#[test]
fn gelu() {
    let x = arr1(&[-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]);
    let exact = [
        -0.0040496940948902835,
        -0.15865525393145705,
        -0.15426876936299344,
        0.0,
        0.34573123063700656,
        0.8413447460685429,
        2.99595030590511,
    ];
    all_close(&activation::gelu(&x), &exact);
    // The tails: the argument's rounding counts x^2 times.
    let tail = activation::gelu(&arr1(&[-10.0, -30.0, -1e3, 1e3]));
    near(tail[0], -7.619853024160526e-23, 1e-13);
    near(tail[1], -1.472014178144456e-196, 1e-12);
    assert_eq!((tail[2], tail[3]), (0.0, 1e3));
    let tanh = [
        -0.003637392081773019,
        -0.1588080093917233,
        -0.15428599017485609,
        0.0,
        0.34571400982514394,
        0.8411919906082767,
        2.996362607918227,
    ];
    // 1 + tanh cancels to 2e-3 at -3, which leaves an absolute rounding of 3e-16.
    for (given, expected) in activation::gelu_tanh(&x).iter().zip(tanh) {
        assert!(
            (given - expected).abs() < 1e-15 * (1.0 + expected.abs()),
            "{given}"
        );
    }
    let saturated = arr1(&[-1e3, 1e3]);
    let ones = arr1(&[1.0, 1.0]);
    assert_eq!(
        activation::gelu_vjp(&saturated, &ones).unwrap(),
        arr1(&[0.0, 1.0])
    );
    assert_eq!(
        activation::gelu_tanh_vjp(&saturated, &ones).unwrap(),
        arr1(&[0.0, 1.0])
    );
    refused(activation::gelu_vjp(&x, &ones));
    refused(activation::gelu_tanh_vjp(&x, &ones));
}

#[test]
fn linear_layers() {
    let x = array![[[1.0, 2.0], [3.0, 4.0]], [[0.0, -1.0], [1.0, 0.5]]];
    let weight = array![[1.0, 10.0], [0.5, 0.0], [0.0, -1.0]];
    let bias = array![100.0, 0.0, 1.0];
    let y = linear::linear(&x, &weight, &bias).unwrap();
    let expected = array![
        [[131.0, 142.0], [0.5, 1.0], [-2.0, -3.0]],
        [[110.0, 104.0], [0.0, -0.5], [0.0, 0.5]]
    ];
    assert_eq!(y, expected);
    refused(linear::linear(&x, &array![[1.0]], &array![0.0]));
    refused(linear::linear(&x, &weight, &array![0.0]));
    refused(linear::linear_vjp(&x, &weight, &x));
}

#[test]
fn batch_normalisation() {
    // Channel 0: mean 2.5, variance 1.25. Channel 1: constant.
    let x = array![[[1.0, 2.0], [7.0, 7.0]], [[3.0, 4.0], [7.0, 7.0]]];
    let y = norm::batch_norm(&x, &array![2.0, 3.0], &array![1.0, -1.0]).unwrap();
    let unit = 2.0 / (1.25f64 + 1e-5).sqrt();
    let expected = array![
        [[1.0 - 1.5 * unit, 1.0 - 0.5 * unit], [-1.0, -1.0]],
        [[1.0 + 0.5 * unit, 1.0 + 1.5 * unit], [-1.0, -1.0]]
    ];
    all_close(
        ArrayView1::from(y.as_slice().unwrap()),
        expected.as_slice().unwrap(),
    );
    let single = norm::batch_norm(&array![[[42.0]]], &array![2.0], &array![0.5]).unwrap();
    assert_eq!(single, array![[[0.5]]]);
    refused(norm::batch_norm(&x, &array![1.0], &array![0.0, 0.0]));
    refused(norm::batch_norm(&x, &array![1.0, 1.0], &array![0.0]));
    refused(norm::batch_norm(
        &Array3::zeros((0, 1, 3)),
        &array![1.0],
        &array![0.0],
    ));
    refused(norm::batch_norm(
        &Array3::zeros((3, 1, 0)),
        &array![1.0],
        &array![0.0],
    ));
    refused(norm::batch_norm_vjp(
        &x,
        &array![1.0, 1.0],
        &array![[[1.0]]],
    ));
}

#[test]
fn dropout_and_pooling() {
    let x = array![[[1.0, 2.0, 3.0]]];
    let keep = array![[[true, false, true]]];
    assert_eq!(
        dropout::dropout(&x, &keep, 0.5).unwrap(),
        array![[[2.0, 0.0, 6.0]]]
    );
    assert_eq!(
        dropout::dropout(&x, &keep, 0.0).unwrap(),
        array![[[1.0, 0.0, 3.0]]]
    );
    for bad in [1.0, -0.1, f64::NAN] {
        refused(dropout::dropout(&x, &keep, bad));
    }
    refused(dropout::dropout(&x, &array![[[true]]], 0.5));

    let x = array![[[1.0, 2.0, 6.0], [0.0, 0.0, 3.0]]];
    assert_eq!(
        pooling::global_average_pool(&x).unwrap(),
        array![[3.0, 1.0]]
    );
    let d = pooling::global_average_pool_vjp(3, &array![[6.0, 3.0]]).unwrap();
    assert_eq!(d, array![[[2.0, 2.0, 2.0], [1.0, 1.0, 1.0]]]);
    refused(pooling::global_average_pool(&Array3::zeros((1, 2, 0))));
    refused(pooling::global_average_pool_vjp(0, &array![[1.0]]));
}

//! Continuous kernels (Sec. 2.2, Appendix E.1): `MLP_psi` on Fourier features, times the Gaussian
//! mask.
//!
//! One network makes the kernels of all blocks. Its two hidden layers are shared; its last layer,
//! the head, has rows for every block. The functions here take the rows of one block.

use ndarray::{Array1, Array2, Array3, ArrayRef2, ArrayRef3, Axis};

use super::activation::{gelu, gelu_vjp};
use super::linear::{linear, linear_vjp};
use super::{arguments, mask};
use crate::Result;

/// The kernel grid length of an axis of `n` positions: `n` if it is odd, else `n + 1`, so that the
/// centre tap is at 0.
///
/// # Errors
/// `n` is 0.
pub fn kernel_length(n: usize) -> Result<usize> {
    arguments::at_least_one("axis length", n)?;
    Ok(n + (n + 1) % 2)
}

/// The coordinates of a kernel grid, `(P, D)`: one row for each position, row by row, one column
/// for each of the D axes of [`mask::centred_axis`].
///
/// # Errors
/// There is no axis, or one of length 0.
pub fn kernel_grid(lengths: &[usize]) -> Result<Array2<f64>> {
    arguments::at_least_one("number of kernel axes", lengths.len())?;
    let axes: Vec<_> = lengths
        .iter()
        .map(|&length| mask::centred_axis(length))
        .collect::<Result<_>>()?;
    let positions = lengths.iter().product();
    let mut grid = Array2::zeros((positions, lengths.len()));
    for position in 0..positions {
        let mut rest = position;
        for d in (0..lengths.len()).rev() {
            grid[[position, d]] = axes[d][rest % lengths[d]];
            rest /= lengths[d];
        }
    }
    Ok(grid)
}

/// The weights of `MLP_psi`, or their cotangents: F features, `H_1` and `H_2` hidden units (128 in
/// the paper), C channels of one block.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelWeights {
    /// `(H_1, F)`.
    pub weight_1: Array2<f64>,
    /// `(H_1)`.
    pub bias_1: Array1<f64>,
    /// `(H_2, H_1)`.
    pub weight_2: Array2<f64>,
    /// `(H_2)`.
    pub bias_2: Array1<f64>,
    /// `(C, H_2)`: the block's rows of the head.
    pub head_weight: Array2<f64>,
    /// `(C)`: the block's entries of the head's bias.
    pub head_bias: Array1<f64>,
}

/// What the two hidden layers compute, before and after GELU, each `(1, H, P)`.
struct Hidden {
    before_1: Array3<f64>,
    after_1: Array3<f64>,
    before_2: Array3<f64>,
    after_2: Array3<f64>,
}

fn hidden(features: &ArrayRef3<f64>, weights: &KernelWeights) -> Result<Hidden> {
    let (_, n_features, positions) = features.dim();
    let expected = [1, n_features, positions];
    arguments::shape("kernel features", features.shape(), &expected)?;
    let before_1 = linear(features, &weights.weight_1, &weights.bias_1)?;
    let after_1 = gelu(&before_1);
    let before_2 = linear(&after_1, &weights.weight_2, &weights.bias_2)?;
    let after_2 = gelu(&before_2);
    Ok(Hidden {
        before_1,
        after_1,
        before_2,
        after_2,
    })
}

/// `MLP_psi`: linear, GELU, linear, GELU, linear, at every position of the kernel grid.
///
/// `features` is `(1, F, P)`, the result `(C, P)`.
///
/// # Errors
/// The shapes do not fit together.
pub fn kernel_mlp(features: &ArrayRef3<f64>, weights: &KernelWeights) -> Result<Array2<f64>> {
    let hidden = hidden(features, weights)?;
    let psi = linear(&hidden.after_2, &weights.head_weight, &weights.head_bias)?;
    Ok(psi.index_axis_move(Axis(0), 0))
}

/// The cotangents of `weights` in [`kernel_mlp`]; `cotangent` is `(C, P)`. The features are fixed.
///
/// # Errors
/// The shapes do not fit together.
pub fn kernel_mlp_vjp(
    features: &ArrayRef3<f64>,
    weights: &KernelWeights,
    cotangent: &ArrayRef2<f64>,
) -> Result<KernelWeights> {
    let hidden = hidden(features, weights)?;
    let cotangent = cotangent.to_owned().insert_axis(Axis(0));
    let head = linear_vjp(&hidden.after_2, &weights.head_weight, &cotangent)?;
    let d_before_2 = gelu_vjp(&hidden.before_2, &head.input)?;
    let layer_2 = linear_vjp(&hidden.after_1, &weights.weight_2, &d_before_2)?;
    let d_before_1 = gelu_vjp(&hidden.before_1, &layer_2.input)?;
    let layer_1 = linear_vjp(features, &weights.weight_1, &d_before_1)?;
    Ok(KernelWeights {
        weight_1: layer_1.weight,
        bias_1: layer_1.bias,
        weight_2: layer_2.weight,
        bias_2: layer_2.bias,
        head_weight: head.weight,
        head_bias: head.bias,
    })
}

/// The centred Gaussian mask of each axis of the kernel grid.
fn axis_masks(lengths: &[usize], sigma: &[f64], threshold: f64) -> Result<Vec<Array1<f64>>> {
    arguments::shape("kernel sigmas", &[sigma.len()], &[lengths.len()])?;
    lengths
        .iter()
        .zip(sigma)
        .map(|(&length, &sigma)| {
            mask::gaussian(&mask::centred_axis(length)?, 0.0, sigma, threshold)
        })
        .collect()
}

/// `psi(c) = MLP_psi(c) * m_gauss(c; 0, sigma)`, the kernels of one block: `(C, P)`.
///
/// `lengths` are those of the kernel grid that `features` (`(1, F, P)`) encodes, with one `sigma`
/// for each axis.
///
/// # Errors
/// The shapes do not fit together, a `sigma` is not above 0, or `threshold` is outside `(0, 1)`.
pub fn masked_kernel(
    features: &ArrayRef3<f64>,
    weights: &KernelWeights,
    lengths: &[usize],
    sigma: &[f64],
    threshold: f64,
) -> Result<Array2<f64>> {
    let mask = mask::product(&axis_masks(lengths, sigma, threshold)?)?;
    let mut kernel = kernel_mlp(features, weights)?;
    arguments::shape("kernel positions", &[kernel.ncols()], mask.shape())?;
    for ((_, p), value) in kernel.indexed_iter_mut() {
        *value *= mask[p];
    }
    Ok(kernel)
}

/// The cotangents of `weights` and of the `sigma` of each axis in [`masked_kernel`]; `cotangent`
/// is `(C, P)`.
///
/// # Errors
/// As [`masked_kernel`]; or `cotangent` does not have the shape of the kernel.
pub fn masked_kernel_vjp(
    features: &ArrayRef3<f64>,
    weights: &KernelWeights,
    lengths: &[usize],
    sigma: &[f64],
    threshold: f64,
    cotangent: &ArrayRef2<f64>,
) -> Result<(KernelWeights, Vec<f64>)> {
    let masks = axis_masks(lengths, sigma, threshold)?;
    let mask = mask::product(&masks)?;
    let psi = kernel_mlp(features, weights)?;
    arguments::shape("kernel positions", &[psi.ncols()], mask.shape())?;
    arguments::shape("kernel cotangent", cotangent.shape(), psi.shape())?;
    let mut d_psi = Array2::zeros(psi.dim());
    let mut d_mask = Array1::zeros(mask.len());
    for ((c, p), &cotangent) in cotangent.indexed_iter() {
        d_psi[[c, p]] = cotangent * mask[p];
        d_mask[p] += cotangent * psi[[c, p]];
    }
    let d_weights = kernel_mlp_vjp(features, weights, &d_psi)?;
    let mut d_sigma = Vec::new();
    for (axis, d_axis) in mask::product_vjp(&masks, &d_mask)?.iter().enumerate() {
        let x = mask::centred_axis(lengths[axis])?;
        d_sigma.push(mask::gaussian_vjp(&x, 0.0, sigma[axis], threshold, d_axis)?.1);
    }
    Ok((d_weights, d_sigma))
}

//! The complexity of a network (Appendix C): how many operations one forward pass takes, as a
//! differentiable function of the sizes of the masks.
//!
//! The costs of the layers with and without masks have one form (Appendix C.2): without masks the
//! sizes are the lengths themselves, with masks they are the continuous, clipped sizes of
//! [`size`](super::size). The logarithm is the natural one. Not counted, as in the paper: kernel
//! generation, resampling, embeddings, and the products with mask values.

use super::arguments;
use crate::{Error, Result};

/// Appendix C.2, pointwise linear layer: `length * n_in * n_out`.
pub fn linear_cost(length: f64, n_in: f64, n_out: f64) -> f64 {
    length * n_in * n_out
}

/// The cotangents of `length`, `n_in` and `n_out` in [`linear_cost`].
pub fn linear_cost_vjp(length: f64, n_in: f64, n_out: f64, cotangent: f64) -> (f64, f64, f64) {
    (
        cotangent * n_in * n_out,
        cotangent * length * n_out,
        cotangent * length * n_in,
    )
}

/// Appendix C.2, Fourier convolution: `length * ln(length)`, without a factor for the channels.
/// `length` must be above 0.
pub fn fourier_convolution_cost(length: f64) -> f64 {
    length * libm::log(length)
}

/// The cotangent of `length` in [`fourier_convolution_cost`].
pub fn fourier_convolution_cost_vjp(length: f64, cotangent: f64) -> f64 {
    cotangent * (libm::log(length) + 1.0)
}

/// Appendix C.2, a pointwise operation on `n` channels: `length * n`.
pub fn pointwise_cost(length: f64, n: f64) -> f64 {
    length * n
}

/// The cotangents of `length` and `n` in [`pointwise_cost`].
pub fn pointwise_cost_vjp(length: f64, n: f64, cotangent: f64) -> (f64, f64) {
    (cotangent * n, cotangent * length)
}

/// The sizes of one residual block, or their cotangents.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockSizes {
    /// The size of the resolution mask on each axis, in positions.
    pub resolution: Vec<f64>,
    /// Channels into the block (`N_in`).
    pub n_in: f64,
    /// Channels between its two linear layers (`N_mid`).
    pub n_mid: f64,
    /// Channels out of its residual branch (`N_out`).
    pub n_out: f64,
}

impl BlockSizes {
    /// `S`: the number of positions, the product over the axes.
    fn positions(&self) -> f64 {
        self.resolution.iter().product()
    }

    fn check(&self) -> Result<()> {
        arguments::at_least_one("number of resolution axes", self.resolution.len())?;
        for &size in &self.resolution {
            arguments::positive("size of a resolution mask", size)?;
        }
        arguments::positive("N_in", self.n_in)?;
        arguments::positive("N_mid", self.n_mid)?;
        arguments::positive("N_out", self.n_out)
    }
}

/// Pointwise operations of a block at `N_in`: BatchNorm, and the bias of the depthwise convolution.
const POINTWISE_IN: f64 = 2.0;
/// Pointwise operations of a block at `N_mid`: GELU, Dropout.
const POINTWISE_MID: f64 = 2.0;
/// Pointwise operations of a block at `N_out`: GELU.
const POINTWISE_OUT: f64 = 1.0;

/// The operations of one residual block at `S` positions: the Fourier convolution, `Linear_1` from
/// `N_in` to `N_mid`, `Linear_2` from `N_mid` to `N_out`, and the pointwise operations, two on
/// `N_in` (BatchNorm, depthwise bias), two on `N_mid` (GELU, Dropout) and one on `N_out` (GELU).
///
/// # Errors
/// There is no resolution axis, or a size is not a finite number above 0.
pub fn block_cost(block: &BlockSizes) -> Result<f64> {
    block.check()?;
    let s = block.positions();
    Ok(fourier_convolution_cost(s)
        + linear_cost(s, block.n_in, block.n_mid)
        + linear_cost(s, block.n_mid, block.n_out)
        + POINTWISE_IN * pointwise_cost(s, block.n_in)
        + POINTWISE_MID * pointwise_cost(s, block.n_mid)
        + POINTWISE_OUT * pointwise_cost(s, block.n_out))
}

/// The cotangents of a block's sizes in [`block_cost`].
///
/// # Errors
/// As [`block_cost`].
pub fn block_cost_vjp(block: &BlockSizes, cotangent: f64) -> Result<BlockSizes> {
    block.check()?;
    let s = block.positions();
    let (s_1, in_1, mid_1) = linear_cost_vjp(s, block.n_in, block.n_mid, cotangent);
    let (s_2, mid_2, out_2) = linear_cost_vjp(s, block.n_mid, block.n_out, cotangent);
    let (s_in, in_3) = pointwise_cost_vjp(s, block.n_in, POINTWISE_IN * cotangent);
    let (s_mid, mid_3) = pointwise_cost_vjp(s, block.n_mid, POINTWISE_MID * cotangent);
    let (s_out, out_3) = pointwise_cost_vjp(s, block.n_out, POINTWISE_OUT * cotangent);
    let s_convolution = fourier_convolution_cost_vjp(s, cotangent);
    let d_s = s_convolution + s_1 + s_2 + s_in + s_mid + s_out;
    let axes = 0..block.resolution.len();
    let others = |axis: usize| -> f64 {
        let sizes = block.resolution.iter().enumerate();
        sizes.filter(|(d, _)| *d != axis).map(|(_, s)| s).product()
    };
    Ok(BlockSizes {
        resolution: axes.map(|axis| d_s * others(axis)).collect(),
        n_in: in_1 + in_3,
        n_mid: mid_1 + mid_2 + mid_3,
        n_out: out_2 + out_3,
    })
}

/// How much of block `block` (counted from 1) a network of continuous `depth` has:
/// `w_i = clip(depth - (i - 1), 0, 1)`.
pub fn depth_weight(depth: f64, block: usize) -> f64 {
    (depth - (block as f64 - 1.0)).clamp(0.0, 1.0)
}

/// Where the decoder's linear layer works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// At every position (dense prediction).
    Dense,
    /// Once, behind global average pooling.
    Classification,
}

/// The sizes of a whole network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkSizes {
    /// `L`: the number of positions of the input, all axes together, which is never reduced.
    pub length: f64,
    /// Channels into the encoder's linear layer.
    pub inputs: f64,
    /// Channels out of the decoder's linear layer.
    pub outputs: f64,
    /// What the decoder does.
    pub decoder: Decoder,
    /// Every block that the network can have, `D_max` of them.
    pub blocks: Vec<BlockSizes>,
    /// The continuous size of the depth mask, in blocks.
    pub depth: f64,
    /// Channels into the decoder.
    pub width_last: f64,
}

impl NetworkSizes {
    fn check(&self) -> Result<()> {
        arguments::positive("length", self.length)?;
        arguments::positive("input channels", self.inputs)?;
        arguments::positive("outputs", self.outputs)?;
        arguments::positive("width of the last block", self.width_last)?;
        arguments::at_least_one("number of blocks", self.blocks.len())?;
        for block in &self.blocks {
            block.check()?;
        }
        if self.depth > 0.0 && self.depth <= self.blocks.len() as f64 {
            Ok(())
        } else {
            Err(Error::argument(
                "depth",
                self.depth,
                format!("above 0 and at most {}", self.blocks.len()),
            ))
        }
    }
}

/// The cotangents of the learned sizes of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkCotangents {
    pub blocks: Vec<BlockSizes>,
    pub depth: f64,
    pub width_last: f64,
}

/// Pointwise operations of the encoder: BatchNorm, GELU.
const POINTWISE_ENCODER: f64 = 2.0;

/// The operations of a forward pass (Appendix C.1), `C_curr` of the masked network.
///
/// - Encoder, at all L positions: linear from the inputs to the first block's `N_in`, BatchNorm,
///   GELU.
/// - Blocks: the sum of `w_i` ([`depth_weight`]) times [`block_cost`].
/// - Decoder of a dense network, at all L positions: BatchNorm, linear to the outputs. Of a
///   classifier: BatchNorm and pooling at L positions, linear to the outputs once.
///
/// # Errors
/// A size is not a finite number above 0, there is no block, or `depth` exceeds the number of
/// blocks.
pub fn network_cost(network: &NetworkSizes) -> Result<f64> {
    network.check()?;
    let (length, width_first) = (network.length, network.blocks[0].n_in);
    let encoder = linear_cost(length, network.inputs, width_first)
        + POINTWISE_ENCODER * pointwise_cost(length, width_first);
    let mut blocks = 0.0;
    for (i, block) in network.blocks.iter().enumerate() {
        blocks += depth_weight(network.depth, i + 1) * block_cost(block)?;
    }
    let (pointwise, linear_length) = decoder_counts(network);
    let decoder = pointwise * pointwise_cost(length, network.width_last)
        + linear_cost(linear_length, network.width_last, network.outputs);
    Ok(encoder + blocks + decoder)
}

/// The number of the decoder's pointwise operations, and of the positions of its linear layer.
fn decoder_counts(network: &NetworkSizes) -> (f64, f64) {
    match network.decoder {
        Decoder::Dense => (1.0, network.length),
        Decoder::Classification => (2.0, 1.0),
    }
}

/// The cotangents of the learned sizes in [`network_cost`].
///
/// The depth receives the cost of the block that its end lies in. Where it ends between two
/// blocks, at an integer, that is the one before (the left derivative): a depth at its maximum can
/// only shrink.
///
/// # Errors
/// As [`network_cost`].
pub fn network_cost_vjp(network: &NetworkSizes, cotangent: f64) -> Result<NetworkCotangents> {
    network.check()?;
    let (length, width_first) = (network.length, network.blocks[0].n_in);
    let mut blocks = Vec::new();
    for (i, block) in network.blocks.iter().enumerate() {
        let weight = depth_weight(network.depth, i + 1);
        blocks.push(block_cost_vjp(block, weight * cotangent)?);
    }
    let (_, _, by_linear) = linear_cost_vjp(length, network.inputs, width_first, cotangent);
    let (_, by_pointwise) = pointwise_cost_vjp(length, width_first, POINTWISE_ENCODER * cotangent);
    blocks[0].n_in += by_linear + by_pointwise;

    let last = libm::ceil(network.depth) as usize;
    let (pointwise, linear_length) = decoder_counts(network);
    let (width, outputs) = (network.width_last, network.outputs);
    let (_, last_by_linear, _) = linear_cost_vjp(linear_length, width, outputs, cotangent);
    let (_, last_by_pointwise) = pointwise_cost_vjp(length, width, pointwise * cotangent);
    Ok(NetworkCotangents {
        blocks,
        depth: cotangent * block_cost(&network.blocks[last - 1])?,
        width_last: last_by_linear + last_by_pointwise,
    })
}

/// The sizes of an unmasked base network: `depth` blocks, each `width` channels wide at the full
/// resolution `lengths`. Their [`network_cost`] is `C_target`.
///
/// # Errors
/// A length or count is 0.
pub fn unmasked_sizes(
    lengths: &[usize],
    inputs: usize,
    outputs: usize,
    decoder: Decoder,
    width: usize,
    depth: usize,
) -> Result<NetworkSizes> {
    let block = BlockSizes {
        resolution: lengths.iter().map(|&length| length as f64).collect(),
        n_in: width as f64,
        n_mid: width as f64,
        n_out: width as f64,
    };
    let network = NetworkSizes {
        length: block.positions(),
        inputs: inputs as f64,
        outputs: outputs as f64,
        decoder,
        blocks: vec![block; depth],
        depth: depth as f64,
        width_last: width as f64,
    };
    network.check()?;
    Ok(network)
}

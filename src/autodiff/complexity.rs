//! The complexity of the masked network and its loss (Appendix C), by dfdx's own operations on
//! scalars, on any device.

use dfdx::prelude::{Device, Tensor, TryAdd, TryDiv, TryMul};

use super::{Element, Tape};
use crate::{Error, Result};

/// A scalar on the tape.
pub type Scalar<E, D> = Tensor<(), E, D>;

/// The continuous, clipped sizes of one block.
pub struct BlockSizes<E: Element, D: Device<E>> {
    /// One for each spatial axis.
    pub resolution: Vec<Scalar<E, D>>,
    pub n_in: Scalar<E, D>,
    pub n_mid: Scalar<E, D>,
    pub n_out: Scalar<E, D>,
}

/// Everything the complexity of a network depends on.
pub struct NetworkSizes<E: Element, D: Device<E>> {
    /// Positions at full resolution, channels of the input and of the output.
    pub length: usize,
    pub inputs: usize,
    pub outputs: usize,
    /// Whether the decoder pools over positions before its linear layer.
    pub pooled: bool,
    /// Every block that may be active, in order.
    pub blocks: Vec<BlockSizes<E, D>>,
    pub depth: Scalar<E, D>,
    /// The width the decoder reads.
    pub last_width: Scalar<E, D>,
}

/// C_curr: the operations of one forward pass (Appendix C.2), counted as
/// [`crate::equations::complexity::network_cost`] counts them.
///
/// Block i counts with weight `clip(depth - (i - 1), 0, 1)`; at an integer depth its derivative is
/// the left one, so that a depth at its maximum can shrink.
pub fn network_complexity<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    sizes: &NetworkSizes<E, D>,
) -> Result<Scalar<E, D>> {
    if sizes.blocks.is_empty() || sizes.blocks.iter().any(|b| b.resolution.is_empty()) {
        return Err(Error::argument(
            "sizes of a network",
            format!("{} blocks", sizes.blocks.len()),
            "at least one block, each with a resolution for every axis",
        ));
    }
    let length = sizes.length as f64;
    let depth = sizes.depth.as_vec()[0];
    // Encoder: linear, then batch normalisation and GELU, at the width the first block reads.
    let first = &sizes.blocks[0].n_in;
    let mut total = tape.apply(first, |n| {
        n.try_mul(E::of(length * (sizes.inputs as f64 + 2.0)))
    })?;
    for (index, block) in sizes.blocks.iter().enumerate() {
        let before = E::of(index as f64);
        if depth <= before {
            break;
        }
        let mut cost = block_complexity(tape, block)?;
        if depth <= before + E::one() {
            let weight = tape.apply(&sizes.depth, |depth| depth.try_add(-before))?;
            cost = tape.apply(&cost, |cost| cost.try_mul(weight))?;
        }
        total = tape.apply(&total, |total| total.try_add(cost))?;
    }
    // Decoder: batch normalisation, then a linear layer at every position or pooling and one.
    let outputs = sizes.outputs as f64;
    let per_channel = if sizes.pooled {
        2.0 * length + outputs
    } else {
        length * (1.0 + outputs)
    };
    let decoder = tape.apply(&sizes.last_width, |n| n.try_mul(E::of(per_channel)))?;
    tape.apply(&total, |total| total.try_add(decoder))
}

/// `S (N_in N_mid + N_mid N_out) + S ln S + S (2 N_in + 2 N_mid + N_out)`, S the product of the
/// resolutions.
fn block_complexity<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    block: &BlockSizes<E, D>,
) -> Result<Scalar<E, D>> {
    let mut positions = block.resolution[0].clone();
    for resolution in &block.resolution[1..] {
        positions = tape.apply(&positions, |s| s.try_mul(resolution.clone()))?;
    }
    let outer = tape.apply(&block.n_in, |n| n.try_add(block.n_out.clone()))?;
    let linear = tape.apply(&outer, |n| n.try_mul(block.n_mid.clone()))?;
    let transform = tape.apply(&positions, |s| s.try_ln())?;
    let middle = tape.apply(&block.n_mid, |n| n.try_mul(E::of(2.0)))?;
    let pointwise = tape.apply(&outer, |n| n.try_add(block.n_in.clone())?.try_add(middle))?;
    let per_position = tape.apply(&linear, |cost| cost.try_add(transform)?.try_add(pointwise))?;
    tape.apply(&positions, |s| s.try_mul(per_position))
}

/// L_comp (Eq. 12): `(C_curr / C_target - 1)^2`, and the ratio itself.
pub fn complexity_loss<E: Element, D: Device<E>>(
    tape: &mut Tape<E, D>,
    current: &Scalar<E, D>,
    target: f64,
) -> Result<(Scalar<E, D>, f64)> {
    let ratio = tape.apply(current, |current| current.try_div(E::of(target)))?;
    let loss = tape.apply(&ratio, |ratio| ratio.try_add(-E::one())?.try_square())?;
    Ok((loss, ratio.as_vec()[0].wide()))
}

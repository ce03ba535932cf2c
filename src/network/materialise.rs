//! From a network's parameters and masks to the plain network that one step runs
//! (Section 2, Appendix A.3).

use dfdx::prelude::{Cpu, Device, Tensor};

use super::masks::{Kept, KeptBlock};
use super::network::{BlockParameters, Linear, Norm};
use super::parameters::Slot;
use super::{Network, PlainBlock, PlainNetwork, Variant};
use crate::Result;
use crate::autodiff::{
    Element, Gelu, ResolutionMask, Tape, Variable, constant_scalar, constant_tensor, crop_taps,
    gaussian_mask, gelu, linear, mask_taps, materialise, scale_rows, side_by_side, sigmoid_mask,
    sigmoid_mask_at,
};
use crate::equations::size;

/// A width mask on the channels materialised; `None` where W is not learned.
type WidthMask<E> = Option<Tensor<(usize,), E, Cpu>>;

/// How much of the network a step computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only the blocks, channels and taps that the masks keep.
    Materialised,
    /// Every block, channel and tap, multiplied by the masks. The resolution is resized in both.
    Masked,
}

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    /// The plain network of this step, differentiable back to the parameters.
    pub fn materialise(
        &self,
        tape: &mut Tape<E>,
        kept: &Kept,
        mode: Mode,
    ) -> Result<PlainNetwork<E>> {
        let c = &self.configuration;
        let full = mode == Mode::Masked;
        let count = if full {
            self.blocks.len()
        } else {
            kept.active_blocks
        };
        let union = self.union_of_taps(kept, mode);
        let trunk = self.trunk(tape, &union)?;
        let mut blocks = Vec::new();
        for index in 0..count {
            blocks.push(self.materialise_block(tape, kept, index, mode, (&trunk, &union))?);
        }
        let first = if full {
            c.maximum_width()
        } else {
            self.first_width(kept)
        };
        let live = self.last_width(kept);
        let last = if full { c.maximum_width() } else { live };
        let final_norm = match &self.final_norm {
            Some(norm) => {
                let [gamma, beta] = self.norm(tape, norm, last)?;
                // A channel that the last block leaves empty must not come back as beta.
                let live = constant_tensor(tape.device(), (0..last).map(|i| f64::from(i < live)))?;
                let live = Some(&live).filter(|_| full);
                Some([folded(tape, gamma, live)?, folded(tape, beta, live)?])
            }
            None => None,
        };
        let pair_head = match &self.pair_head {
            Some(head) => {
                let mut part =
                    |index: usize| self.part(tape, head.weights[index], c.base.width, last);
                let parts = [part(0)?, part(1)?, part(2)?, part(3)?];
                let bias = self.part(tape, head.bias, c.base.width, 1)?;
                Some([side_by_side(tape, parts)?, bias])
            }
            None => None,
        };
        let decoded = if pair_head.is_some() {
            c.base.width
        } else {
            last
        };
        Ok(PlainNetwork {
            gelu: c.gelu,
            decoder_kind: c.decoder,
            masked_pooling: c.masked_pooling,
            positions: c.positions(),
            dropout: c.dropout,
            seed: c.seed,
            maximum_width: c.maximum_width(),
            maximum_depth: c.maximum_depth(),
            encoder: self.linear(tape, &self.encoder, first, c.inputs)?,
            encoder_norm: self.norm(tape, &self.encoder_norm, first)?,
            blocks,
            final_norm,
            pair_head,
            decoder: self.linear(tape, &self.decoder, c.outputs, decoded)?,
        })
    }

    /// The plain network that remains of a trained one: nothing of it is learned any more.
    pub fn trim(&self) -> Result<PlainNetwork<E>> {
        self.materialise(
            &mut Tape::silent(Cpu::default()),
            &self.kept()?,
            Mode::Materialised,
        )
    }

    fn materialise_block(
        &self,
        tape: &mut Tape<E>,
        kept: &Kept,
        index: usize,
        mode: Mode,
        (trunk, union): (&Variable<E>, &[usize]),
    ) -> Result<PlainBlock<E>> {
        let c = &self.configuration;
        let (block, extents) = (&self.blocks[index], &kept.blocks[index]);
        let active = index < kept.active_blocks;
        let full = mode == Mode::Masked;
        let lengths = if full {
            [c.maximum_width(); 3]
        } else {
            extents.channels
        };
        let [n_in, n_mid, n_out] = lengths;
        let [m_in, m_mid, m_out] = self.width_masks(tape, block, extents, lengths)?;
        let branch_out = m_out.as_ref().filter(|_| c.variant != Variant::Stream);

        let [gamma, beta] = self.norm(tape, &block.norm, n_in)?;
        let (kernel, half_taps) = self.kernel(tape, block, extents, full, n_in, (trunk, union))?;
        let mut bias = self.part(tape, block.bias, n_in, 1)?;
        if full && m_in.is_some() {
            let kept = extents.channels[0];
            let indicator = constant_tensor(tape.device(), (0..n_in).map(|i| f64::from(i < kept)))?;
            bias = scale_rows(tape, &bias, &indicator)?;
        }
        let linear_1 = self.linear(tape, &block.linear_1, n_mid, n_in)?;
        let linear_2 = self.linear(tape, &block.linear_2, n_out, n_mid)?;
        Ok(PlainBlock {
            input_grid: c.grid.clone(),
            samples: extents.samples.clone(),
            half_taps,
            gamma: folded(tape, gamma, m_in.as_ref())?,
            beta: folded(tape, beta, m_in.as_ref())?,
            kernel,
            resolution_masks: self.resolution_masks(tape, block, extents)?,
            bias,
            linear_1: folded_layer(tape, linear_1, m_mid.as_ref())?,
            linear_2: folded_layer(tape, linear_2, branch_out)?,
            depth: self.depth_mask(tape, index, active)?,
            // An inactive block, which only the masked mode computes, leaves the stream alone.
            gate: m_in.filter(|_| active && c.variant != Variant::Branch),
            output_gate: m_out.filter(|_| active && c.variant == Variant::Stream),
            gelu: c.gelu,
        })
    }

    /// The masks of N_in, N_mid and N_out over `lengths` channels; none where W is not learned.
    fn width_masks(
        &self,
        tape: &mut Tape<E>,
        block: &BlockParameters,
        extents: &KeptBlock,
        lengths: [usize; 3],
    ) -> Result<[WidthMask<E>; 3]> {
        let Some(slots) = block.masks.width else {
            return Ok([None, None, None]);
        };
        let (tau, axis) = (
            self.configuration.tau_channel,
            self.configuration.maximum_width(),
        );
        let mut mask = |which: usize| {
            let mu = self.scalar(tape, slots[which])?;
            let kept = extents.channels[which];
            sigmoid_mask(tape, &mu, tau, axis, kept, lengths[which]).map(Some)
        };
        Ok([mask(0)?, mask(1)?, mask(2)?])
    }

    /// The resolution masks at the frequencies they keep of `0 ..= N`.
    fn resolution_masks(
        &self,
        tape: &mut Tape<E>,
        block: &BlockParameters,
        extents: &KeptBlock,
    ) -> Result<Vec<ResolutionMask<E>>> {
        let c = &self.configuration;
        let Some(slots) = &block.masks.resolution else {
            return Ok(vec![None; c.grid.len()]);
        };
        let mask = |(axis, slot): (usize, &Slot)| {
            let (n, m) = (c.grid[axis], extents.samples[axis]);
            let mu = self.scalar(tape, *slot)?;
            let value = self.parameters.scalar(*slot);
            let kept = size::sigmoid_kept(value, c.tau_resolution, n + 1, c.threshold)?;
            // A grid of 2M has the bins up to M - 1, and M itself only where nothing is cropped.
            let kept = if m < n { kept.min(m) } else { kept };
            sigmoid_mask(tape, &mu, c.tau_resolution, n + 1, kept, kept).map(Some)
        };
        slots.iter().enumerate().map(mask).collect()
    }

    /// The block's value of the depth mask: none where D is not learned, zero where it is inactive.
    pub(super) fn depth_mask(
        &self,
        tape: &mut Tape<E>,
        index: usize,
        active: bool,
    ) -> Result<Option<Tensor<(), E, Cpu>>> {
        let c = &self.configuration;
        let Some(slot) = self.depth else {
            return Ok(None);
        };
        if !active {
            return constant_scalar(tape.device(), 0.0).map(Some);
        }
        let mu = self.scalar(tape, slot)?;
        sigmoid_mask_at(tape, &mu, c.tau_depth, c.maximum_depth(), index).map(Some)
    }

    /// The hidden features of the kernel network on the taps `-union ..= union` of each axis.
    fn trunk(&self, tape: &mut Tape<E>, union: &[usize]) -> Result<Variable<E>> {
        let grid = self.configuration.kernel_grid();
        let whole: Vec<usize> = grid.iter().map(|taps| taps / 2).collect();
        let mut x = crop_taps(tape, &self.features, &whole, union)?;
        for layer in [&self.trunk.hidden_1, &self.trunk.hidden_2] {
            let (weight, bias) = (self.variable(layer.weight), self.variable(layer.bias));
            x = linear(tape, &x, weight, bias)?;
            x = gelu(tape, &x, Gelu::Exact)?;
        }
        Ok(x)
    }

    /// The taps that some block of the step needs.
    fn union_of_taps(&self, kept: &Kept, mode: Mode) -> Vec<usize> {
        let grid = self.configuration.kernel_grid();
        let active = kept.blocks[..kept.active_blocks].iter();
        let most = |axis: usize| active.clone().map(|block| block.half_taps[axis]).max();
        (0..grid.len())
            .map(|axis| match mode {
                Mode::Masked => grid[axis] / 2,
                Mode::Materialised => most(axis).unwrap_or(0),
            })
            .collect()
    }

    /// One block's kernel, (1, n_in, taps), and how many taps it has on either side of the centre.
    fn kernel(
        &self,
        tape: &mut Tape<E>,
        block: &BlockParameters,
        extents: &KeptBlock,
        full: bool,
        n_in: usize,
        (trunk, union): (&Variable<E>, &[usize]),
    ) -> Result<(Variable<E>, Vec<usize>)> {
        let grid = self.configuration.kernel_grid();
        let half = if full {
            union.to_vec()
        } else {
            extents.half_taps.clone()
        };
        let features = crop_taps(tape, trunk, union, &half)?;
        let [weight, bias] = self.linear(tape, &block.head, n_in, features.shape()[1])?;
        let psi = linear(tape, &features, &weight, &bias)?;
        let Some(slots) = &block.masks.kernel else {
            return Ok((psi, half));
        };
        let sigmas: Vec<_> = slots
            .iter()
            .map(|slot| self.scalar(tape, *slot))
            .collect::<Result<_>>()?;
        let mask = gaussian_mask(tape, &sigmas, &grid, &extents.half_taps, &half)?;
        Ok((mask_taps(tape, &psi, &mask)?, half))
    }

    fn variable(&self, slot: Slot) -> &Variable<E> {
        self.parameters.variable(slot)
    }

    fn part(
        &self,
        tape: &mut Tape<E>,
        slot: Slot,
        rows: usize,
        columns: usize,
    ) -> Result<Variable<E>> {
        materialise(tape, self.variable(slot), rows, columns)
    }

    fn linear(
        &self,
        tape: &mut Tape<E>,
        layer: &Linear,
        rows: usize,
        columns: usize,
    ) -> Result<[Variable<E>; 2]> {
        Ok([
            self.part(tape, layer.weight, rows, columns)?,
            self.part(tape, layer.bias, rows, 1)?,
        ])
    }

    fn norm(&self, tape: &mut Tape<E>, norm: &Norm, width: usize) -> Result<[Variable<E>; 2]> {
        Ok([
            self.part(tape, norm.gamma, width, 1)?,
            self.part(tape, norm.beta, width, 1)?,
        ])
    }

    /// A mask parameter as a scalar on the tape.
    pub(super) fn scalar(&self, tape: &mut Tape<E>, slot: Slot) -> Result<Tensor<(), E, Cpu>> {
        tape.scalar(self.variable(slot))
    }
}

/// A mask on output channels, folded into a parameter's rows.
fn folded<E: Element>(
    tape: &mut Tape<E>,
    parameter: Variable<E>,
    mask: Option<&Tensor<(usize,), E, Cpu>>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    match mask {
        Some(mask) => scale_rows(tape, &parameter, mask),
        None => Ok(parameter),
    }
}

fn folded_layer<E: Element>(
    tape: &mut Tape<E>,
    [weight, bias]: [Variable<E>; 2],
    mask: Option<&Tensor<(usize,), E, Cpu>>,
) -> Result<[Variable<E>; 2]>
where
    Cpu: Device<E>,
{
    Ok([folded(tape, weight, mask)?, folded(tape, bias, mask)?])
}

//! What the masks keep: which channels, taps, samples and blocks a step materialises.

use dfdx::prelude::{Cpu, Device};

use super::Network;
use super::network::BlockParameters;
use super::parameters::{ActiveParts, Kind, Slot};
use crate::autodiff::Element;
use crate::equations::{size, threshold};
use crate::{Error, Result};

/// What the masks of one block keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBlock {
    /// Channels N_in, N_mid, N_out.
    pub channels: [usize; 3],
    /// Taps on either side of the centre, on each axis.
    pub half_taps: Vec<usize>,
    /// M: the samples of the branch on each axis.
    pub samples: Vec<usize>,
}

/// What the masks of a network keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The blocks whose depth mask is at or above the threshold: a prefix.
    pub active_blocks: usize,
    /// Every block, active or not.
    pub blocks: Vec<KeptBlock>,
}

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    /// Evaluates the masks' extents.
    pub fn kept(&self) -> Result<Kept> {
        let c = &self.configuration;
        let active_blocks = match self.depth {
            Some(mu) => self.prefix(mu, c.tau_depth, c.maximum_depth())?,
            None => c.maximum_depth(),
        };
        if active_blocks == 0 {
            let expected = "at least one block above the threshold";
            return Err(Error::argument("depth mask", "no block", expected));
        }
        let blocks = self.blocks.iter().map(|block| self.kept_block(block));
        Ok(Kept {
            active_blocks,
            blocks: blocks.collect::<Result<_>>()?,
        })
    }

    fn kept_block(&self, block: &BlockParameters) -> Result<KeptBlock> {
        let c = &self.configuration;
        let mut channels = [c.maximum_width(); 3];
        if let Some(masks) = block.masks.width {
            for (channels, mu) in channels.iter_mut().zip(masks) {
                *channels = self.prefix(mu, c.tau_channel, c.maximum_width())?;
            }
        }
        let mut half_taps: Vec<usize> = c.kernel_grid().iter().map(|taps| taps / 2).collect();
        for (axis, sigma) in block.masks.kernel.iter().flatten().enumerate() {
            let sigma = self.parameters.scalar(*sigma);
            let taps = size::gaussian_kept(sigma, c.kernel_grid()[axis], c.threshold)?;
            half_taps[axis] = taps.len() / 2;
        }
        let mut samples = c.grid.clone();
        for (axis, mu) in block.masks.resolution.iter().flatten().enumerate() {
            let mu = self.parameters.scalar(*mu);
            let n = c.grid[axis];
            let continuous = size::sigmoid_size(mu, c.tau_resolution, n, c.threshold)?;
            samples[axis] = size::resolution(continuous, n)?;
        }
        Ok(KeptBlock {
            channels,
            half_taps,
            samples,
        })
    }

    /// How many points of an axis of `length` a sigmoid mask keeps.
    fn prefix(&self, mu: Slot, tau: f64, length: usize) -> Result<usize> {
        size::sigmoid_kept(
            self.parameters.scalar(mu),
            tau,
            length,
            self.configuration.threshold,
        )
    }

    /// The width of the stream after the last active block, which the decoder reads.
    pub(super) fn last_width(&self, kept: &Kept) -> usize {
        use super::Variant::{Branch, Gated, Stream};
        let [n_in, _, n_out] = kept.blocks[kept.active_blocks - 1].channels;
        match self.configuration.variant {
            Gated => n_in.max(n_out),
            Stream => n_out,
            Branch => self.configuration.maximum_width(),
        }
    }

    /// The width of the encoder's output.
    pub(super) fn first_width(&self, kept: &Kept) -> usize {
        match self.configuration.variant {
            super::Variant::Branch => self.configuration.maximum_width(),
            _ => kept.blocks[0].channels[0],
        }
    }

    /// The part of every parameter that what is kept uses.
    pub fn active_parts(&self, kept: &Kept) -> Vec<[usize; 2]> {
        let c = &self.configuration;
        let mut active = ActiveParts::none(self.parameters().len());
        let features = self.features.shape()[1];
        let (first, last) = (self.first_width(kept), self.last_width(kept));
        for hidden in [&self.trunk.hidden_1, &self.trunk.hidden_2] {
            active.set(hidden.weight, features, features);
            active.set(hidden.bias, features, 1);
        }
        active.set(self.encoder.weight, first, c.inputs);
        for slot in [
            self.encoder.bias,
            self.encoder_norm.gamma,
            self.encoder_norm.beta,
        ] {
            active.set(slot, first, 1);
        }
        for (block, kept) in self
            .blocks
            .iter()
            .zip(&kept.blocks)
            .take(kept.active_blocks)
        {
            let [n_in, n_mid, n_out] = kept.channels;
            for slot in [
                block.norm.gamma,
                block.norm.beta,
                block.head.bias,
                block.bias,
            ] {
                active.set(slot, n_in, 1);
            }
            active.set(block.head.weight, n_in, features);
            active.set(block.linear_1.weight, n_mid, n_in);
            active.set(block.linear_1.bias, n_mid, 1);
            active.set(block.linear_2.weight, n_out, n_mid);
            active.set(block.linear_2.bias, n_out, 1);
            let masks = &block.masks;
            let axes = masks.kernel.iter().chain(&masks.resolution).flatten();
            for slot in axes.chain(masks.width.iter().flatten()) {
                active.set(*slot, 1, 1);
            }
        }
        if let Some(slot) = self.depth {
            active.set(slot, 1, 1);
        }
        if let Some(norm) = &self.final_norm {
            active.set(norm.gamma, last, 1);
            active.set(norm.beta, last, 1);
        }
        let mut decoded = last;
        if let Some(head) = &self.pair_head {
            decoded = c.base.width;
            for weight in head.weights {
                active.set(weight, decoded, last);
            }
            active.set(head.bias, decoded, 1);
        }
        active.set(self.decoder.weight, c.outputs, decoded);
        active.set(self.decoder.bias, c.outputs, 1);
        active.parts().to_vec()
    }

    /// Resets every mask parameter that a step left outside its bounds (Appendix E.1).
    pub fn reset_masks(&mut self) -> Result<()> {
        let threshold = self.configuration.threshold;
        for parameter in self.parameters.list_mut() {
            let value = parameter.variable.values()[0].wide();
            let reset = match parameter.kind {
                Kind::Mu { tau } => threshold::reset_mu(value, tau)?,
                Kind::Sigma { taps } => threshold::reset_sigma(value, taps, threshold)?,
                Kind::Weight | Kind::Offset => continue,
            };
            if reset != value {
                parameter.variable.values_mut()[0] = E::of(reset);
            }
        }
        Ok(())
    }
}

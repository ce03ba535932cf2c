//! The network's continuous sizes and its complexity (Appendix C), current and target.

use dfdx::prelude::{Cpu, Device};

use super::masks::Kept;
use super::network::BlockParameters;
use super::parameters::Slot;
use super::{Decoder, Encoder, Network};
use crate::Result;
use crate::autodiff::{
    BlockSizes, Element, NetworkSizes, Scalar, Tape, constant_scalar, network_complexity,
    sigmoid_size,
};

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    /// C_curr, differentiable back to the masks.
    pub fn complexity(&self, tape: &mut Tape<E>, kept: &Kept) -> Result<Scalar<E, Cpu>> {
        let c = &self.configuration;
        let blocks: Vec<_> = self
            .blocks
            .iter()
            .map(|block| self.block_sizes(tape, block))
            .collect::<Result<_>>()?;
        let depth = match self.depth {
            Some(mu) => self.sigmoid_size(tape, mu, c.tau_depth, c.maximum_depth())?,
            None => constant_scalar(tape.device(), c.maximum_depth() as f64)?,
        };
        let last = &blocks[kept.active_blocks - 1];
        let wider = last.n_in.as_vec()[0] >= last.n_out.as_vec()[0];
        let last_width = if wider {
            last.n_in.clone()
        } else {
            last.n_out.clone()
        };
        network_complexity(tape, &self.network_sizes(blocks, depth, last_width))
    }

    /// C_target of a target ratio of one: the same formula for the unmasked base network.
    pub fn base_complexity(&self) -> Result<f64> {
        let c = &self.configuration;
        let mut tape = Tape::silent(Cpu::default());
        let width = || constant_scalar(&Cpu::default(), c.base.width as f64);
        let block = |_| {
            let resolution = c
                .grid
                .iter()
                .map(|n| constant_scalar(&Cpu::default(), *n as f64));
            Ok(BlockSizes {
                resolution: resolution.collect::<Result<_>>()?,
                n_in: width()?,
                n_mid: width()?,
                n_out: width()?,
            })
        };
        let blocks = (0..c.base.blocks).map(block).collect::<Result<_>>()?;
        let depth = constant_scalar(&Cpu::default(), c.base.blocks as f64)?;
        let sizes = self.network_sizes(blocks, depth, width()?);
        Ok(network_complexity(&mut tape, &sizes)?.as_vec()[0].wide())
    }

    fn network_sizes(
        &self,
        blocks: Vec<BlockSizes<E, Cpu>>,
        depth: Scalar<E, Cpu>,
        last_width: Scalar<E, Cpu>,
    ) -> NetworkSizes<E, Cpu> {
        let c = &self.configuration;
        NetworkSizes {
            length: c.positions(),
            inputs: match c.encoder {
                Encoder::Linear => c.inputs,
                // Reading a vector is as cheap as scaling one.
                Encoder::Embedding => 1,
            },
            // Of two linear layers, the second is the same whatever is learned.
            outputs: match c.decoder {
                Decoder::Pair => 4 * c.base.width,
                Decoder::Dense | Decoder::Classification => c.outputs,
            },
            pooled: c.decoder != Decoder::Dense,
            blocks,
            depth,
            last_width,
        }
    }

    pub(super) fn block_sizes(
        &self,
        tape: &mut Tape<E>,
        block: &BlockParameters,
    ) -> Result<BlockSizes<E, Cpu>> {
        let c = &self.configuration;
        let resolution = |(axis, n): (usize, &usize)| match &block.masks.resolution {
            Some(mu) => self.sigmoid_size(tape, mu[axis], c.tau_resolution, *n),
            None => constant_scalar(tape.device(), *n as f64),
        };
        let resolution = c
            .grid
            .iter()
            .enumerate()
            .map(resolution)
            .collect::<Result<_>>()?;
        let mut width = |which: usize| match block.masks.width {
            Some(mu) => self.sigmoid_size(tape, mu[which], c.tau_channel, c.maximum_width()),
            None => constant_scalar(tape.device(), c.maximum_width() as f64),
        };
        Ok(BlockSizes {
            resolution,
            n_in: width(0)?,
            n_mid: width(1)?,
            n_out: width(2)?,
        })
    }

    pub(super) fn sigmoid_size(
        &self,
        tape: &mut Tape<E>,
        mu: Slot,
        tau: f64,
        maximum: usize,
    ) -> Result<Scalar<E, Cpu>> {
        let mu = self.scalar(tape, mu)?;
        sigmoid_size(tape, &mu, tau, self.configuration.threshold, maximum)
    }
}

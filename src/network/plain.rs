//! The network that runs: nothing of it is masked any more (Figure 5).

use dfdx::prelude::{Cpu, Device};

use super::{Decoder, PlainBlock};
use crate::Result;
use crate::autodiff::{
    Dropout, Element, Gelu, Tape, Variable, batch_norm, embedding, gelu, global_average_pool,
    linear, pair_features, prefix_average_pool,
};

/// A network that holds only what the masks keep, with kernels rendered and masks folded into the
/// weights: what a step runs and, made on a silent tape, what remains of a network that is trimmed.
pub struct PlainNetwork<E: Element>
where
    Cpu: Device<E>,
{
    pub(super) gelu: Gelu,
    pub(super) decoder_kind: Decoder,
    pub(super) masked_pooling: bool,
    pub(super) positions: usize,
    pub(super) dropout: f64,
    pub(super) seed: u64,
    pub(super) maximum_width: usize,
    pub(super) maximum_depth: usize,
    pub(super) encoder: [Variable<E>; 2],
    pub(super) encoder_norm: [Variable<E>; 2],
    pub(super) blocks: Vec<PlainBlock<E>>,
    pub(super) final_norm: Option<[Variable<E>; 2]>,
    pub(super) pair_head: Option<[Variable<E>; 2]>,
    pub(super) decoder: [Variable<E>; 2],
}

impl<E: Element> PlainNetwork<E>
where
    Cpu: Device<E>,
{
    /// The network's output for `x` (B, inputs, P): logits (B, classes, 1), or fields
    /// (B, outputs, P). Dropout acts in training step `training`, and not without one.
    pub fn forward(
        &self,
        tape: &mut Tape<E>,
        x: &Variable<E>,
        training: Option<u64>,
    ) -> Result<Variable<E>> {
        let [weight, bias] = &self.encoder;
        let x = linear(tape, x, weight, bias)?;
        self.encoded_forward(tape, x, None, training)
    }

    /// As [`PlainNetwork::forward`] for sequences of symbols (B, P) and their lengths without
    /// padding. Of pairs, all first sequences come before all second ones, and the output has half
    /// as many rows.
    pub fn forward_symbols(
        &self,
        tape: &mut Tape<E>,
        symbols: &[u16],
        lengths: &[usize],
        training: Option<u64>,
    ) -> Result<Variable<E>> {
        let [weight, bias] = &self.encoder;
        let x = embedding(tape, symbols, self.positions, weight, bias)?;
        let lengths = self.masked_pooling.then_some(lengths);
        self.encoded_forward(tape, x, lengths, training)
    }

    /// Everything after the encoder's linear layer.
    fn encoded_forward(
        &self,
        tape: &mut Tape<E>,
        x: Variable<E>,
        lengths: Option<&[usize]>,
        training: Option<u64>,
    ) -> Result<Variable<E>> {
        let [gamma, beta] = &self.encoder_norm;
        let x = batch_norm(tape, &x, None, gamma, beta)?;
        let mut x = gelu(tape, &x, self.gelu)?;
        for (index, block) in self.blocks.iter().enumerate() {
            let dropout = training.filter(|_| self.dropout > 0.0).map(|step| Dropout {
                rate: self.dropout,
                seed: self.seed,
                stream: step * self.maximum_depth as u64 + index as u64,
                maximum_channels: self.maximum_width,
            });
            x = block.forward(tape, &x, dropout)?;
        }
        if let Some([gamma, beta]) = &self.final_norm {
            x = batch_norm(tape, &x, None, gamma, beta)?;
        }
        if self.decoder_kind != Decoder::Dense {
            x = match lengths {
                Some(lengths) => prefix_average_pool(tape, &x, lengths)?,
                None => global_average_pool(tape, &x)?,
            };
        }
        if let Some([weight, bias]) = &self.pair_head {
            x = pair_features(tape, &x)?;
            x = linear(tape, &x, weight, bias)?;
            x = gelu(tape, &x, self.gelu)?;
        }
        let [weight, bias] = &self.decoder;
        linear(tape, &x, weight, bias)
    }

    /// How many values the network holds.
    pub fn parameters(&self) -> usize {
        let count = |list: &[Variable<E>]| list.iter().map(|v| v.values().len()).sum::<usize>();
        let blocks = self.blocks.iter().map(|b| {
            let others = [&b.gamma, &b.beta, &b.kernel, &b.bias].map(|v| v.values().len());
            others.iter().sum::<usize>() + count(&b.linear_1) + count(&b.linear_2)
        });
        let ends = [&self.encoder, &self.encoder_norm, &self.decoder].map(|list| count(list));
        let optional = [&self.final_norm, &self.pair_head];
        let optional = optional.map(|part| part.as_ref().map_or(0, |list| count(list)));
        blocks.sum::<usize>() + ends.iter().sum::<usize>() + optional.iter().sum::<usize>()
    }
}

//! Embedding of symbols, the encoder of the tasks on text (Appendix D).

use std::sync::Arc;

use dfdx::prelude::{Cpu, Device};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::{Element, Tape, Variable};
use crate::{Error, Result};

/// The embedding layer.
///
/// `symbols` (B, P), `weight` (1, O, V) for a vocabulary of V, `bias` (1, O, 1) give (B, O, P).
pub fn embedding<E: Element>(
    tape: &mut Tape<E>,
    symbols: &[u16],
    positions: usize,
    weight: &Variable<E>,
    bias: &Variable<E>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [_, outputs, vocabulary] = weight.shape();
    let whole = positions > 0 && !symbols.is_empty() && symbols.len().is_multiple_of(positions);
    let known = symbols.iter().all(|s| usize::from(*s) < vocabulary);
    if !whole || !known || bias.shape() != [1, outputs, 1] {
        let most = symbols.iter().max().map_or(0, |s| usize::from(*s));
        return Err(Error::argument(
            "embedding",
            format!(
                "{} symbols up to {most}, bias {:?}",
                symbols.len(),
                bias.shape()
            ),
            format!("rows of {positions} symbols below {vocabulary}, bias (1, {outputs}, 1)"),
        ));
    }
    let batch = symbols.len() / positions;
    let mut y = Buffer::new(batch * outputs * positions);
    y.par_chunks_mut(positions)
        .enumerate()
        .for_each(|(row, y)| {
            let (item, output) = (row / outputs, row % outputs);
            let of_symbol = &weight.values()[output * vocabulary..][..vocabulary];
            let offset = bias.values()[output];
            let symbols = &symbols[item * positions..][..positions];
            for (y, symbol) in y.iter_mut().zip(symbols) {
                *y = of_symbol[usize::from(*symbol)] + offset;
            }
        });
    let symbols: Arc<[u16]> = symbols.into();
    let (weight, bias) = (weight.clone(), bias.clone());
    tape.operation(
        y,
        [batch, outputs, positions],
        move |cotangent, gradients| {
            let mut sums = Buffer::new(outputs * vocabulary);
            let mut totals = Buffer::new(outputs);
            // Each row is one task, which adds in the order of the samples.
            sums.par_chunks_mut(vocabulary)
                .zip(totals.par_iter_mut())
                .enumerate()
                .for_each(|(output, (sums, total))| {
                    let mut wide = vec![0.0; vocabulary];
                    for (item, symbols) in symbols.chunks(positions).enumerate() {
                        let row = (item * outputs + output) * positions;
                        for (symbol, value) in symbols.iter().zip(&cotangent[row..]) {
                            wide[usize::from(*symbol)] += value.wide();
                        }
                    }
                    *total = E::of(wide.iter().sum());
                    for (sum, wide) in sums.iter_mut().zip(&wide) {
                        *sum = E::of(*wide);
                    }
                });
            weight.receive(gradients, sums)?;
            bias.receive(gradients, totals)
        },
    )
}

//! Global average pooling, the first step of a classifying decoder (Appendix E.1), over all positions
//! or over those that are not padding.

use dfdx::prelude::{Cpu, Device};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::{Element, Tape, Variable, slices};
use crate::{Error, Result};

/// The mean over positions: (B, C, P) gives (B, C, 1).
pub fn global_average_pool<E: Element>(tape: &mut Tape<E>, x: &Variable<E>) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, channels, positions] = x.shape();
    let y: Vec<E> = x
        .values()
        .par_chunks(positions)
        .map(|row| E::of(slices::sum(row) / positions as f64))
        .collect();
    let x = x.clone();
    tape.operation(y, [batch, channels, 1], move |cotangent, gradients| {
        let mut gradient = Buffer::new(x.values().len());
        gradient
            .par_chunks_mut(positions)
            .zip(&cotangent[..])
            .for_each(|(row, cotangent)| row.fill(E::of(cotangent.wide() / positions as f64)));
        x.receive(gradients, gradient)
    })
}

/// The mean over the first `lengths[b]` positions of sample b: (B, C, P) gives (B, C, 1).
pub fn prefix_average_pool<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    lengths: &[usize],
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, channels, positions] = x.shape();
    if lengths.len() != batch || !lengths.iter().all(|n| (1..=positions).contains(n)) {
        return Err(Error::argument(
            "lengths of sequences",
            format!(
                "{} of them, {:?} at most",
                lengths.len(),
                lengths.iter().max()
            ),
            format!("{batch}, each from 1 to {positions}"),
        ));
    }
    let of_row: Vec<usize> = lengths.iter().flat_map(|n| vec![*n; channels]).collect();
    let rows = x.values().par_chunks(positions).zip(&of_row);
    let y: Vec<E> = rows
        .map(|(row, length)| E::of(slices::sum(&row[..*length]) / *length as f64))
        .collect();
    let x = x.clone();
    tape.operation(y, [batch, channels, 1], move |cotangent, gradients| {
        let mut gradient = Buffer::zeros(x.values().len());
        gradient
            .par_chunks_mut(positions)
            .zip(cotangent.par_iter().zip(&of_row))
            .for_each(|(row, (cotangent, length))| {
                row[..*length].fill(E::of(cotangent.wide() / *length as f64));
            });
        x.receive(gradients, gradient)
    })
}

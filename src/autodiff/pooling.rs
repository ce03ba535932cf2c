//! Global average pooling, the first step of a classifying decoder (Appendix E.1).

use dfdx::prelude::{Cpu, Device};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::{Element, Tape, Variable, slices};
use crate::Result;

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

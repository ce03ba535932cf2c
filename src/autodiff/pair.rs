//! The comparison of two sequences that the same network has encoded (Appendix D, Retrieval).

use dfdx::prelude::{Cpu, Device};

use super::buffer::Buffer;
use super::{Element, Tape, Variable};
use crate::{Error, Result};

/// `[x_1, x_2, x_1 x_2, x_1 - x_2]` of each pair: (2B, C, 1), all first sequences before all second
/// ones, gives (B, 4C, 1).
pub fn pair_features<E: Element>(tape: &mut Tape<E>, x: &Variable<E>) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [rows, channels, positions] = x.shape();
    if positions != 1 || !rows.is_multiple_of(2) {
        return Err(Error::argument(
            "pair features",
            format!("{:?}", x.shape()),
            "(2B, C, 1)",
        ));
    }
    let batch = rows / 2;
    let mut y = Buffer::new(batch * 4 * channels);
    let (first, second) = x.values().split_at(batch * channels);
    for (b, y) in y.chunks_mut(4 * channels).enumerate() {
        for c in 0..channels {
            let (first, second) = (first[b * channels + c], second[b * channels + c]);
            y[c] = first;
            y[channels + c] = second;
            y[2 * channels + c] = first * second;
            y[3 * channels + c] = first - second;
        }
    }
    let x = x.clone();
    tape.operation(y, [batch, 4 * channels, 1], move |cotangent, gradients| {
        let mut gradient = Buffer::new(x.values().len());
        let (first, second) = x.values().split_at(batch * channels);
        let (d_first, d_second) = gradient.split_at_mut(batch * channels);
        for b in 0..batch {
            let cotangent = &cotangent[b * 4 * channels..][..4 * channels];
            for c in 0..channels {
                let i = b * channels + c;
                let of = |part: usize| cotangent[part * channels + c];
                d_first[i] = of(0) + of(2) * second[i] + of(3);
                d_second[i] = of(1) + of(2) * first[i] - of(3);
            }
        }
        x.receive(gradients, gradient)
    })
}

/// Four matrices (1, R, C) side by side: (1, R, 4C).
pub fn side_by_side<E: Element>(tape: &mut Tape<E>, parts: [Variable<E>; 4]) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [_, rows, columns] = parts[0].shape();
    if parts.iter().any(|part| part.shape() != parts[0].shape()) {
        let shapes = parts.each_ref().map(Variable::shape);
        return Err(Error::argument(
            "matrices side by side",
            format!("{shapes:?}"),
            "equal shapes",
        ));
    }
    let mut y = Buffer::new(rows * 4 * columns);
    for (row, y) in y.chunks_mut(4 * columns).enumerate() {
        for (part, y) in parts.iter().zip(y.chunks_mut(columns)) {
            y.copy_from_slice(&part.values()[row * columns..][..columns]);
        }
    }
    tape.operation(y, [1, rows, 4 * columns], move |cotangent, gradients| {
        for (index, part) in parts.iter().enumerate() {
            let rows = cotangent.chunks(4 * columns);
            let of_part = rows.flat_map(|row| &row[index * columns..][..columns]);
            part.receive(gradients, of_part.copied().collect())?;
        }
        Ok(())
    })
}

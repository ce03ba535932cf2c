//! Active parts of parameters (Appendix A.3), and masks folded into them.

use dfdx::prelude::{Cpu, Device, Tensor};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::tape::{receive_tensor, tensor_values};
use super::{Element, Tape, Variable, slices};
use crate::{Error, Result};

/// The first `rows` rows and `columns` columns of a parameter (1, R, C); gradients are scattered
/// back. The whole parameter is returned as it is.
pub fn materialise<E: Element>(
    tape: &mut Tape<E>,
    parameter: &Variable<E>,
    rows: usize,
    columns: usize,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [count, all_rows, all_columns] = parameter.shape();
    if count != 1 || !(1..=all_rows).contains(&rows) || !(1..=all_columns).contains(&columns) {
        return Err(Error::argument(
            "active part of a parameter",
            format!("{rows} x {columns} of {:?}", parameter.shape()),
            format!("a parameter (1, R, C), 1 x 1 to {all_rows} x {all_columns} of it"),
        ));
    }
    if [rows, columns] == [all_rows, all_columns] {
        return Ok(parameter.clone());
    }
    let active = parameter.values().chunks(all_columns).take(rows);
    let mut values = Buffer::new(rows * columns);
    for (values, row) in values.chunks_mut(columns).zip(active) {
        values.copy_from_slice(&row[..columns]);
    }
    let parameter = parameter.clone();
    tape.operation(values, [1, rows, columns], move |cotangent, gradients| {
        let mut gradient = Buffer::zeros(all_rows * all_columns);
        for (row, cotangent) in gradient
            .chunks_mut(all_columns)
            .zip(cotangent.chunks(columns))
        {
            row[..columns].copy_from_slice(cotangent);
        }
        parameter.receive(gradients, gradient)
    })
}

/// `diag(mask) W`: a mask on a layer's output channels, folded into its weight or bias.
///
/// `weight` (1, R, C), `mask` (R).
pub fn scale_rows<E: Element>(
    tape: &mut Tape<E>,
    weight: &Variable<E>,
    mask: &Tensor<(usize,), E, Cpu>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [_, rows, columns] = weight.shape();
    let scales = tensor_values(mask);
    if scales.len() != rows {
        return Err(Error::argument(
            "mask of rows",
            scales.len(),
            format!("{rows} rows"),
        ));
    }
    let mut y = Buffer::new(rows * columns);
    for ((y, weight), scale) in y
        .chunks_mut(columns)
        .zip(weight.values().chunks(columns))
        .zip(&scales)
    {
        slices::affine(y, *scale, weight, E::zero());
    }
    let (weight, mask) = (weight.clone(), mask.clone());
    tape.operation(y, weight.shape(), move |mut cotangent, gradients| {
        let rows = || {
            cotangent
                .chunks(columns)
                .zip(weight.values().chunks(columns))
        };
        let terms: Vec<E> = rows().map(|(c, w)| E::of(slices::dot(c, w))).collect();
        receive_tensor(&mask, gradients, &terms)?;
        for (cotangent, scale) in cotangent.chunks_mut(columns).zip(&scales) {
            slices::scale(cotangent, *scale);
        }
        weight.receive(gradients, cotangent)
    })
}

/// `mask * x` on the first channels of an activation: `x` (B, C, P) and `mask` (n), n <= C, give
/// (B, n, P).
pub fn gate_channels<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    mask: &Tensor<(usize,), E, Cpu>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, channels, positions] = x.shape();
    let gates = tensor_values(mask);
    let n = gates.len();
    if n > channels {
        return Err(Error::argument(
            "gate",
            n,
            format!("at most {channels} channels"),
        ));
    }
    let row = move |item: usize, channel: usize| {
        let start = (item * channels + channel) * positions;
        start..start + positions
    };
    let mut y = Buffer::new(batch * n * positions);
    y.par_chunks_mut(positions)
        .enumerate()
        .for_each(|(index, y)| {
            let (item, channel) = (index / n, index % n);
            slices::affine(
                y,
                gates[channel],
                &x.values()[row(item, channel)],
                E::zero(),
            );
        });
    let (x, mask) = (x.clone(), mask.clone());
    tape.operation(y, [batch, n, positions], move |cotangent, gradients| {
        let mut terms = vec![0.0; n];
        let mut gradient = Buffer::zeros(x.values().len());
        for (index, cotangent) in cotangent.chunks(positions).enumerate() {
            let (item, channel) = (index / n, index % n);
            let place = row(item, channel);
            terms[channel] += slices::dot(cotangent, &x.values()[place.clone()]);
            slices::affine(&mut gradient[place], gates[channel], cotangent, E::zero());
        }
        let terms: Vec<E> = terms.into_iter().map(E::of).collect();
        receive_tensor(&mask, gradients, &terms)?;
        x.receive(gradients, gradient)
    })
}

/// `x` (B, C, P) with channels of zeros behind its own, `channels` in all; `x` itself where it has as
/// many.
pub fn pad_channels<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    channels: usize,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, own, positions] = x.shape();
    if own >= channels {
        return Ok(x.clone());
    }
    let (item, padded) = (own * positions, channels * positions);
    let mut y = Buffer::new(batch * padded);
    for (y, x) in y.chunks_mut(padded).zip(x.values().chunks(item)) {
        let (kept, missing) = y.split_at_mut(item);
        kept.copy_from_slice(x);
        missing.fill(E::zero());
    }
    let x = x.clone();
    let shape = [batch, channels, positions];
    tape.operation(y, shape, move |cotangent, gradients| {
        let items = cotangent.chunks(padded);
        let gradient = items.flat_map(|c| &c[..item]).copied().collect();
        x.receive(gradients, gradient)
    })
}

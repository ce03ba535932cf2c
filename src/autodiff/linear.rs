//! Pointwise linear layers: `y[b] = W x[b] + bias` at every position (PWLinear, Appendix E.1).

use dfdx::prelude::{Cpu, Device};
use gemm::Parallelism;
use rayon::prelude::*;

use super::buffer::Buffer;
use super::{Element, Tape, Variable, slices};
use crate::{Error, Result};

/// The pointwise linear layer.
///
/// `x` (B, C, P), `weight` (1, O, C), `bias` (1, O, 1) give (B, O, P).
pub fn linear<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    weight: &Variable<E>,
    bias: &Variable<E>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, inputs, positions] = x.shape();
    let [_, outputs, _] = weight.shape();
    if weight.shape() != [1, outputs, inputs] || bias.shape() != [1, outputs, 1] {
        return Err(Error::argument(
            "linear layer",
            format!("weight {:?}, bias {:?}", weight.shape(), bias.shape()),
            format!("weight (1, O, {inputs}), bias (1, O, 1)"),
        ));
    }
    let rows = rows_per_task(batch, outputs);
    let mut y = Buffer::new(batch * outputs * positions);
    for_row_blocks(&mut y, outputs, positions, rows, |item, first, y| {
        for (y, bias) in y.chunks_mut(positions).zip(&bias.values()[first..]) {
            y.fill(*bias);
        }
        let block = Matrix::new(
            &weight.values()[first * inputs..],
            y.len() / positions,
            inputs,
        );
        let x = Matrix::new(&x.values()[item * inputs * positions..], inputs, positions);
        multiply(y, block, x, true);
    });
    let (x, weight, bias) = (x.clone(), weight.clone(), bias.clone());
    tape.operation(
        y,
        [batch, outputs, positions],
        move |cotangent, gradients| {
            if x.is_differentiable() {
                let rows = rows_per_task(batch, inputs);
                let mut gradient = Buffer::new(batch * inputs * positions);
                for_row_blocks(
                    &mut gradient,
                    inputs,
                    positions,
                    rows,
                    |item, first, gradient| {
                        let block = Matrix::new(weight.values(), outputs, inputs)
                            .transposed()
                            .rows_from(first, gradient.len() / positions);
                        let cotangent = &cotangent[item * outputs * positions..];
                        multiply(
                            gradient,
                            block,
                            Matrix::new(cotangent, outputs, positions),
                            false,
                        );
                    },
                );
                x.receive(gradients, gradient)?;
            }
            let (weight_gradient, bias_gradient) = parameter_gradients(&x, &cotangent, outputs);
            weight.receive(gradients, weight_gradient)?;
            bias.receive(gradients, bias_gradient)
        },
    )
}

/// `sum over items and positions of cotangent x^T`, and of the cotangent: the gradients of weight
/// and bias.
///
/// The sum is cut into a fixed number of groups of whole items, or of runs of positions where there
/// are few items, which are added in order.
fn parameter_gradients<E: Element>(
    x: &Variable<E>,
    cotangent: &[E],
    outputs: usize,
) -> (Buffer<E>, Buffer<E>)
where
    Cpu: Device<E>,
{
    const GROUPS: usize = 8;
    let [batch, inputs, positions] = x.shape();
    let run = positions
        .div_ceil(GROUPS.div_ceil(batch))
        .max(positions.min(64));
    let runs: Vec<(usize, usize)> = (0..batch)
        .flat_map(|item| (0..positions).step_by(run).map(move |first| (item, first)))
        .collect();
    let part = outputs * (inputs + 1);
    let per_group = runs.len().div_ceil(GROUPS);
    let mut parts = Buffer::new(runs.len().div_ceil(per_group) * part);
    parts
        .par_chunks_mut(part)
        .zip(runs.par_chunks(per_group))
        .for_each(|(part, runs)| {
            let (weight, bias) = part.split_at_mut(outputs * inputs);
            for (index, (item, first)) in runs.iter().enumerate() {
                let columns = run.min(positions - first);
                let of = |values, rows: usize| {
                    let item =
                        Matrix::new(values, batch * rows, positions).rows_from(item * rows, rows);
                    item.columns_from(*first, columns)
                };
                let (cotangent, x) = (of(cotangent, outputs), of(x.values(), inputs));
                multiply(weight, cotangent, x.transposed(), index > 0);
                for (row, bias) in bias.iter_mut().enumerate() {
                    let sum = E::of(slices::sum(&cotangent.values[row * positions..][..columns]));
                    *bias = if index > 0 { *bias + sum } else { sum };
                }
            }
        });
    let mut total = Buffer::zeros(part);
    for part in parts.chunks(part) {
        slices::add_scaled(&mut total, E::one(), part);
    }
    let (weight, bias) = total.split_at(outputs * inputs);
    (
        weight.iter().copied().collect(),
        bias.iter().copied().collect(),
    )
}

/// Rows of the output that one task computes: a whole item where the batch gives enough tasks for
/// a few threads, a part of it otherwise. Depends on the shape alone.
fn rows_per_task(batch: usize, rows: usize) -> usize {
    const TASKS: usize = 4;
    let parts = TASKS.div_ceil(batch);
    rows.div_ceil(parts).next_multiple_of(8).min(rows)
}

/// Runs `task(item, first_row, block)` on every block of `rows` rows of every item of `y`.
fn for_row_blocks<E: Element>(
    y: &mut [E],
    channels: usize,
    positions: usize,
    rows: usize,
    task: impl Fn(usize, usize, &mut [E]) + Sync,
) {
    y.par_chunks_mut(channels * positions)
        .enumerate()
        .for_each(|(item, y)| {
            y.par_chunks_mut(rows * positions)
                .enumerate()
                .for_each(|(block, y)| task(item, block * rows, y));
        });
}

/// A matrix inside a slice.
#[derive(Clone, Copy)]
struct Matrix<'a, E> {
    values: &'a [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, E> Matrix<'a, E> {
    fn new(values: &'a [E], rows: usize, columns: usize) -> Self {
        Matrix {
            values: &values[..rows * columns],
            rows,
            columns,
            row_stride: columns,
            column_stride: 1,
        }
    }

    fn transposed(self) -> Self {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }

    fn rows_from(self, first: usize, rows: usize) -> Self {
        assert!(first + rows <= self.rows);
        Matrix {
            values: &self.values[first * self.row_stride..],
            rows,
            ..self
        }
    }

    fn columns_from(self, first: usize, columns: usize) -> Self {
        assert!(first + columns <= self.columns);
        Matrix {
            values: &self.values[first * self.column_stride..],
            columns,
            ..self
        }
    }
}

/// `y = a b`, or `y += a b` where `add`, on the calling thread. `y` is (rows of a, columns of b),
/// row-major.
fn multiply<E: Element>(y: &mut [E], a: Matrix<E>, b: Matrix<E>, add: bool) {
    assert_eq!(a.columns, b.rows);
    assert_eq!(y.len(), a.rows * b.columns);
    // SAFETY: `Matrix` keeps rows x columns entries inside its slice at its strides, and `y` has
    // just been checked to hold the product; `y` is borrowed mutably, so nothing aliases it.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            y.as_mut_ptr(),
            1,
            b.columns as isize,
            add,
            a.values.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.values.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            E::one(),
            E::one(),
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

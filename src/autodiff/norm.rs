//! Batch normalisation with batch statistics, always (Appendix E.1), of the gated input.

use dfdx::prelude::{Cpu, Device, Tensor};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::tape::{receive_tensor, tensor_values};
use super::{Element, Tape, Variable, slices};
use crate::equations::norm::EPSILON;
use crate::{Error, Result};

/// What the backward pass needs of one channel.
struct Channel<E> {
    mean: E,
    gate: f64,
    /// `1 / sqrt(gate^2 variance + epsilon)`.
    inverse: f64,
}

/// Batch normalisation of `u = gate * x`: `gamma (u - mean(u)) / sqrt(var(u) + eps) + beta`, mean
/// and biased variance over batch and positions.
///
/// `x` (B, C, P); `gate` (n), `gamma` and `beta` (1, n, 1) with n <= C give (B, n, P): the first n
/// channels. Without a gate it is one. `u` itself is never stored.
pub fn batch_norm<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    gate: Option<&Tensor<(usize,), E, Cpu>>,
    gamma: &Variable<E>,
    beta: &Variable<E>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, channels, positions] = x.shape();
    let n = gamma.values().len();
    if n > channels || beta.values().len() != n {
        return Err(Error::argument(
            "batch normalisation",
            format!("gamma of {n}, beta of {}", beta.values().len()),
            format!("equal lengths, at most {channels} channels"),
        ));
    }
    let gates = gate.map_or_else(|| vec![E::one(); n], tensor_values);
    if gates.len() != n {
        return Err(Error::argument(
            "gate of batch normalisation",
            gates.len(),
            format!("{n}, one for each gamma"),
        ));
    }
    let count = (batch * positions) as f64;
    let row = move |item: usize, channel: usize| {
        let start = (item * channels + channel) * positions;
        start..start + positions
    };
    let statistics: Vec<Channel<E>> = (0..n)
        .into_par_iter()
        .map(|channel| {
            let rows = || (0..batch).map(|item| &x.values()[row(item, channel)]);
            let mean = E::of(rows().map(slices::sum).sum::<f64>() / count);
            let squares: f64 = rows().map(|row| slices::squared_deviation(row, mean)).sum();
            let (variance, gate) = (squares / count, gates[channel].wide());
            let inverse = 1.0 / libm::sqrt(gate * gate * variance + EPSILON);
            Channel {
                mean,
                gate,
                inverse,
            }
        })
        .collect();

    let mut y = Buffer::new(batch * n * positions);
    y.par_chunks_mut(positions)
        .enumerate()
        .for_each(|(index, y)| {
            let (item, channel) = (index / n, index % n);
            let s = &statistics[channel];
            let scale = gamma.values()[channel] * E::of(s.gate * s.inverse);
            let shift = beta.values()[channel] - scale * s.mean;
            slices::affine(y, scale, &x.values()[row(item, channel)], shift);
        });

    let (x, gamma, beta) = (x.clone(), gamma.clone(), beta.clone());
    let gate = gate.cloned();
    tape.operation(y, [batch, n, positions], move |cotangent, gradients| {
        // Per channel: sum of the cotangent, and of the cotangent times (x - mean).
        let sums: Vec<(f64, f64)> = (0..n)
            .into_par_iter()
            .map(|channel| {
                let mean = statistics[channel].mean;
                (0..batch).fold((0.0, 0.0), |(sum, product), item| {
                    let start = (item * n + channel) * positions;
                    let cotangent = &cotangent[start..start + positions];
                    let x = &x.values()[row(item, channel)];
                    (
                        sum + slices::sum(cotangent),
                        product + slices::centred_dot(cotangent, x, mean),
                    )
                })
            })
            .collect();
        if x.is_differentiable() {
            let mut gradient = Buffer::new(batch * channels * positions);
            gradient
                .par_chunks_mut(positions)
                .enumerate()
                .for_each(|(index, gradient)| {
                    let (item, channel) = (index / channels, index % channels);
                    if channel >= n {
                        gradient.fill(E::zero());
                        return;
                    }
                    let s = &statistics[channel];
                    let (sum, product) = sums[channel];
                    let scale = gamma.values()[channel].wide() * s.gate * s.inverse;
                    let slope = -scale * product / count * (s.gate * s.inverse).powi(2);
                    let start = (item * n + channel) * positions;
                    slices::combine(
                        gradient,
                        E::of(scale),
                        &cotangent[start..start + positions],
                        E::of(slope),
                        &x.values()[row(item, channel)],
                        E::of(-scale * sum / count - slope * s.mean.wide()),
                    );
                });
            x.receive(gradients, gradient)?;
        }
        let per_channel = || statistics.iter().zip(&sums).zip(gamma.values());
        if let Some(gate) = &gate {
            // d(gate * inverse)/d(gate) = epsilon * inverse^3
            let gradient: Vec<E> = per_channel()
                .map(|((s, (_, product)), gamma)| {
                    E::of(gamma.wide() * product * EPSILON * s.inverse.powi(3))
                })
                .collect();
            receive_tensor(gate, gradients, &gradient)?;
        }
        let gamma_gradient = per_channel()
            .map(|((s, (_, product)), _)| E::of(product * s.gate * s.inverse))
            .collect();
        gamma.receive(gradients, gamma_gradient)?;
        beta.receive(gradients, sums.iter().map(|(sum, _)| E::of(*sum)).collect())
    })
}

//! The end of a block: the second GELU, upsampling, depth mask and residual sum (Section 3.4).

use dfdx::prelude::{Cpu, Device, Tensor};

use super::activation::gelu_slice;
use super::buffer::Buffer;
use super::resampling::{Resampler, check_grids};
use super::spectrum::{map_channels, pair_of};
use super::tape::{receive_tensor, tensor_values};
use super::{Element, Gelu, Tape, Variable, slices};
use crate::{Error, Result};

/// `x' = gate * x + depth * up(GELU(v))` on the common channel axis, missing channels being zero.
///
/// `x` (B, C_x, P) on `grid`; `gate` (n), n <= C_x, keeps its first n channels (all of them, with
/// weight one, where there is no gate); `v` (B, N_out, P_M) on `reduced`; `depth` the block's value
/// of the depth mask (one where there is none). The result is (B, max(n, N_out), P).
pub fn residual<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    gate: Option<&Tensor<(usize,), E, Cpu>>,
    v: &Variable<E>,
    depth: Option<&Tensor<(), E, Cpu>>,
    grids: [&[usize]; 2],
    form: Gelu,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [grid, reduced] = grids;
    check_grids("residual sum", x, grid, reduced, grid)?;
    let [batch, stream, positions] = x.shape();
    let [items, branch, reduced_positions] = v.shape();
    let gates = gate.map_or_else(|| vec![E::one(); stream], tensor_values);
    let kept = gates.len();
    if items != batch || kept > stream || reduced_positions != reduced.iter().product::<usize>() {
        return Err(Error::argument(
            "residual sum",
            format!(
                "stream {:?}, gate {kept}, branch {:?}",
                x.shape(),
                v.shape()
            ),
            format!("equal batches, at most {stream} gates, the branch on {reduced:?}"),
        ));
    }
    let channels = kept.max(branch);
    let weight = depth.map_or(E::one(), |depth| tensor_values(depth)[0]);
    let resampler = (grid != reduced).then(|| Resampler::up(reduced, grid));
    let mut y = Buffer::new(batch * channels * positions);
    let scratch = [reduced_positions, reduced_positions, positions];
    map_channels(
        &mut y,
        [channels, positions],
        || {
            (
                Rows::new(scratch),
                resampler.as_ref().map(Resampler::buffers),
            )
        },
        |channel, mut rows, (scratch, buffers)| {
            for (pair, rows) in rows.chunks_mut(2).enumerate() {
                if channel < branch {
                    let [activated, slopes, raised] = scratch.pair(rows.len());
                    let inputs = pair_of(
                        v.values(),
                        pair,
                        rows.len(),
                        channel,
                        branch,
                        reduced_positions,
                    );
                    let mut activated = activated;
                    for ((v, activated), slope) in inputs.iter().zip(&mut activated).zip(slopes) {
                        gelu_slice(form, v, activated, slope);
                    }
                    let activated: Vec<&[E]> = activated.iter().map(|row| &**row).collect();
                    match (&resampler, buffers.as_mut()) {
                        (Some(resampler), Some(buffers)) => {
                            let mut raised = raised;
                            resampler.apply(&activated, &mut raised, buffers, |_| ());
                            for (y, raised) in rows.iter_mut().zip(raised) {
                                slices::affine(y, weight, raised, E::zero());
                            }
                        }
                        _ => {
                            for (y, activated) in rows.iter_mut().zip(activated) {
                                slices::affine(y, weight, activated, E::zero());
                            }
                        }
                    }
                }
                if channel < kept {
                    let inputs = pair_of(x.values(), pair, rows.len(), channel, stream, positions);
                    for (y, x) in rows.iter_mut().zip(inputs) {
                        if channel < branch {
                            slices::add_scaled(y, gates[channel], x);
                        } else {
                            slices::affine(y, gates[channel], x, E::zero());
                        }
                    }
                }
            }
        },
    );

    let (x, v, gate, depth) = (x.clone(), v.clone(), gate.cloned(), depth.cloned());
    let [grid, reduced] = [grid.to_vec(), reduced.to_vec()];
    tape.operation(
        y,
        [batch, channels, positions],
        move |cotangent, gradients| {
            let transposed =
                resampler.map(|resampler| Resampler::transposed(&reduced, &grid, &resampler));
            let mut branch_gradient = Buffer::new(batch * branch * reduced_positions);
            let depth_terms = map_channels(
                &mut branch_gradient,
                [branch, reduced_positions],
                || {
                    (
                        Rows::new(scratch),
                        transposed.as_ref().map(Resampler::buffers),
                    )
                },
                |channel, mut rows, (scratch, buffers)| {
                    let mut depth_term = 0.0;
                    for (pair, rows) in rows.chunks_mut(2).enumerate() {
                        let count = rows.len();
                        let from = pair_of(&cotangent, pair, count, channel, channels, positions);
                        match (&transposed, buffers.as_mut()) {
                            (Some(transposed), Some(buffers)) => {
                                transposed.apply(&from, rows, buffers, |_| ());
                            }
                            _ => {
                                for (row, from) in rows.iter_mut().zip(from) {
                                    row.copy_from_slice(from);
                                }
                            }
                        }
                        let inputs =
                            pair_of(v.values(), pair, count, channel, branch, reduced_positions);
                        let [activated, slopes, _] = scratch.pair(count);
                        for (((row, v), activated), slope) in
                            rows.iter_mut().zip(inputs).zip(activated).zip(slopes)
                        {
                            gelu_slice(form, v, activated, slope);
                            depth_term += slices::dot(row, activated);
                            slices::multiply(row, slope);
                            slices::scale(row, weight);
                        }
                    }
                    depth_term
                },
            );
            v.receive(gradients, branch_gradient)?;
            if let Some(depth) = &depth {
                receive_tensor(depth, gradients, &[E::of(depth_terms.iter().sum())])?;
            }
            let mut stream_gradient = Buffer::new(batch * stream * positions);
            let gate_terms = map_channels(
                &mut stream_gradient,
                [stream, positions],
                || (),
                |channel, rows, ()| {
                    if channel >= kept {
                        rows.into_iter().for_each(|row| row.fill(E::zero()));
                        return 0.0;
                    }
                    let mut gate_term = 0.0;
                    for (item, row) in rows.into_iter().enumerate() {
                        let from =
                            &cotangent[(item * channels + channel) * positions..][..positions];
                        let x = &x.values()[(item * stream + channel) * positions..][..positions];
                        gate_term += slices::dot(from, x);
                        slices::affine(row, gates[channel], from, E::zero());
                    }
                    gate_term
                },
            );
            if let Some(gate) = &gate {
                let terms: Vec<E> = gate_terms[..kept].iter().map(|term| E::of(*term)).collect();
                receive_tensor(gate, gradients, &terms)?;
            }
            x.receive(gradients, stream_gradient)
        },
    )
}

/// Scratch rows for a pair: activated values, slopes, upsampled values.
struct Rows<E> {
    values: [Vec<E>; 3],
    lengths: [usize; 3],
}

impl<E: Element> Rows<E> {
    fn new(lengths: [usize; 3]) -> Self {
        Rows {
            values: lengths.map(|length| vec![E::zero(); 2 * length]),
            lengths,
        }
    }

    fn pair(&mut self, count: usize) -> [Vec<&mut [E]>; 3] {
        let lengths = self.lengths;
        let [a, b, c] = &mut self.values;
        [(a, lengths[0]), (b, lengths[1]), (c, lengths[2])]
            .map(|(values, length)| values.chunks_mut(length).take(count).collect())
    }
}

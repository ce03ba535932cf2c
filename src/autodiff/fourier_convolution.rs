//! Convolution and learned downsampling in one pass through the Fourier domain (Eq. 7).

use std::sync::Arc;

use dfdx::prelude::{Cpu, Device, HasShape, Tensor};
use rustfft::num_complex::Complex;

use super::buffer::Buffer;
use super::convolution_plan::{Buffers, Plan};
use super::spectrum::{map_channels, pack, pair_of, unpack};
use super::tape::receive_tensor;
use super::{Element, Tape, Variable, slices};
use crate::{Error, Result};

/// The resolution mask of one axis: its values at the frequencies `0, 1, ..` that it keeps. Higher
/// ones are zero; `None` is an open mask.
pub type ResolutionMask<E> = Option<Tensor<(usize,), E, Cpu>>;

/// Eq. 7: `F^-1[crop(m . F[x] . F[psi])] + bias`, depthwise.
///
/// On each axis of `grid` (N samples), signal and kernel are zero-padded to 2N, their spectra
/// multiplied (correlation) with the mask over `|k| / N`, cropped to the bins of a grid of 2M,
/// transformed back with length 2M, of which the first M samples stay, times M / N.
///
/// `x` (B, C, P); `kernel` (1, C, K) holds the taps `-h ..= h` of each axis, `half` = h;
/// `bias` (1, C, 1); the result is (B, C, P_M), `reduced` = M. Nothing of the size of the batch's
/// spectrum is stored: each channel transforms, filters and transforms back two rows at a time.
#[allow(clippy::too_many_arguments)] // the symbols of Eq. 7
pub fn fourier_convolution<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    grid: &[usize],
    kernel: &Variable<E>,
    half: &[usize],
    reduced: &[usize],
    masks: &[ResolutionMask<E>],
    bias: &Variable<E>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [batch, channels, positions] = x.shape();
    check(x, grid, kernel, half, reduced, masks, bias)?;
    let plan = Arc::new(Plan::new(grid, half, reduced, masks));
    let outputs: usize = reduced.iter().product();
    let mut y = Buffer::new(batch * channels * outputs);
    map_channels(
        &mut y,
        [channels, outputs],
        || Buffers::new(&plan),
        |channel, mut rows, buffers| {
            plan.filter(kernel, channel, buffers);
            for (pair, rows) in rows.chunks_mut(2).enumerate() {
                let count = rows.len();
                let inputs = pair_of(x.values(), pair, count, channel, channels, positions);
                let Buffers {
                    input,
                    spectrum,
                    output,
                    filter,
                    work,
                    ..
                } = &mut *buffers;
                pack(&inputs, input);
                plan.input_analysis.analyse(input, spectrum, work);
                slices::complex_multiply(spectrum, filter);
                plan.output_synthesis.synthesise(spectrum, output, work);
                unpack(output, rows, plan.scale, bias.values()[channel]);
            }
        },
    );

    let (x, kernel, bias) = (x.clone(), kernel.clone(), bias.clone());
    let masks = masks.to_vec();
    tape.operation(
        y,
        [batch, channels, outputs],
        move |cotangent, gradients| {
            let mut gradient = Buffer::new(batch * channels * positions);
            let per_channel = map_channels(
                &mut gradient,
                [channels, positions],
                || Buffers::new(&plan),
                |channel, mut rows, buffers| {
                    plan.filter(&kernel, channel, buffers);
                    buffers.correlation.fill(Complex::new(E::zero(), E::zero()));
                    let mut bias_gradient = 0.0;
                    for (pair, rows) in rows.chunks_mut(2).enumerate() {
                        let count = rows.len();
                        let inputs = pair_of(x.values(), pair, count, channel, channels, positions);
                        let cotangents =
                            pair_of(&cotangent, pair, count, channel, channels, outputs);
                        bias_gradient += cotangents.iter().map(|row| slices::sum(row)).sum::<f64>();
                        let Buffers {
                            input,
                            spectrum,
                            output,
                            filter,
                            correlation,
                            adjoint,
                            work,
                            ..
                        } = &mut *buffers;
                        pack(&inputs, input);
                        plan.input_analysis.analyse(input, spectrum, work);
                        pack(&cotangents, output);
                        plan.output_analysis.analyse(output, adjoint, work);
                        slices::complex_adjoint(correlation, adjoint, spectrum, filter);
                        plan.input_synthesis.synthesise(adjoint, input, work);
                        unpack(input, rows, plan.scale, E::zero());
                    }
                    let mask_gradients = plan.mask_gradients(buffers);
                    (bias_gradient, plan.kernel_gradient(buffers), mask_gradients)
                },
            );
            x.receive(gradients, gradient)?;
            bias.receive(
                gradients,
                per_channel.iter().map(|(bias, ..)| E::of(*bias)).collect(),
            )?;
            let kernel_gradient = per_channel
                .iter()
                .flat_map(|(_, taps, _)| taps.clone())
                .collect();
            kernel.receive(gradients, kernel_gradient)?;
            for (axis, mask) in masks.iter().enumerate() {
                let Some(mask) = mask else { continue };
                let mut sums = vec![0.0; mask.shape().0];
                for (.., masks) in &per_channel {
                    for (sum, term) in sums.iter_mut().zip(&masks[axis]) {
                        *sum += term;
                    }
                }
                let gradient: Vec<E> = sums.into_iter().map(E::of).collect();
                receive_tensor(mask, gradients, &gradient)?;
            }
            Ok(())
        },
    )
}

/// Whether no mask is longer than the frequencies of its axis.
pub(super) fn masks_fit<E: Element>(
    masks: &[ResolutionMask<E>],
    frequencies: impl Iterator<Item = usize>,
) -> bool {
    let lengths = masks
        .iter()
        .map(|mask| mask.as_ref().map_or(0, |mask| mask.shape().0));
    lengths
        .zip(frequencies)
        .all(|(length, most)| length <= most)
}

fn check<E: Element>(
    x: &Variable<E>,
    grid: &[usize],
    kernel: &Variable<E>,
    half: &[usize],
    reduced: &[usize],
    masks: &[ResolutionMask<E>],
    bias: &Variable<E>,
) -> Result<()>
where
    Cpu: Device<E>,
{
    let [_, channels, positions] = x.shape();
    let axes = grid.len();
    let taps: usize = half.iter().map(|h| 2 * h + 1).product();
    let same_axes = (1..=2).contains(&axes)
        && [half.len(), reduced.len(), masks.len()]
            .iter()
            .all(|length| *length == axes);
    let fits = same_axes
        && grid.iter().product::<usize>() == positions
        && half.iter().zip(grid).all(|(half, n)| *half <= n / 2)
        && reduced.iter().zip(grid).all(|(m, n)| (1..=*n).contains(m))
        && masks_fit(masks, grid.iter().map(|n| n + 1));
    if !fits || kernel.shape() != [1, channels, taps] || bias.shape() != [1, channels, 1] {
        return Err(Error::argument(
            "Fourier convolution",
            format!(
                "signal {:?} on {grid:?}, kernel {:?} with half lengths {half:?}, output {reduced:?}, \
                 {} masks",
                x.shape(),
                kernel.shape(),
                masks.len()
            ),
            "one or two axes, on each at most N + 1 taps and mask values and 1..=N output samples",
        ));
    }
    Ok(())
}

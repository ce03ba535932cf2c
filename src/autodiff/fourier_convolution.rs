//! Convolution and learned downsampling in one pass through the Fourier domain (Eq. 7).

use std::sync::Arc;

use dfdx::prelude::{Cpu, Device, HasShape, Tensor};
use rustfft::num_complex::Complex;

use super::buffer::Buffer;
use super::spectrum::{Axis, Transform, Workspace, frequency, map_channels, pack, unpack};
use super::tape::{receive_tensor, tensor_values};
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
    let row = move |item: usize, channel: usize| {
        let start = (item * channels + channel) * positions;
        start..start + positions
    };
    map_channels(
        &mut y,
        [channels, outputs],
        || Buffers::new(&plan),
        |channel, mut rows, buffers| {
            plan.filter(kernel, channel, buffers);
            for (pair, rows) in rows.chunks_mut(2).enumerate() {
                let items = 2 * pair..2 * pair + rows.len();
                let inputs: Vec<&[E]> = items.map(|item| &x.values()[row(item, channel)]).collect();
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
                        let items = 2 * pair..2 * pair + rows.len();
                        let inputs: Vec<&[E]> = items
                            .clone()
                            .map(|item| &x.values()[row(item, channel)])
                            .collect();
                        let cotangents: Vec<&[E]> = items
                            .map(|item| {
                                &cotangent[(item * channels + channel) * outputs..][..outputs]
                            })
                            .collect();
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

/// What every channel of one call shares.
struct Plan<E: Element> {
    input_analysis: Transform<E>,
    output_synthesis: Transform<E>,
    output_analysis: Transform<E>,
    input_synthesis: Transform<E>,
    kernel_analysis: Transform<E>,
    kernel_synthesis: Transform<E>,
    /// Where each tap stands in the padded grid, the kernel's centre at index 0.
    places: Vec<usize>,
    /// The mask's value at each kept bin, of each axis, and its product over the axes.
    factors: Vec<Vec<E>>,
    mask: Vec<E>,
    bins: Vec<usize>,
    /// M / N on each axis, times 1 / 2M of the inverse transform.
    scale: E,
}

/// What one task reuses from channel to channel.
struct Buffers<E: Element> {
    input: Buffer<Complex<E>>,
    padded: Buffer<Complex<E>>,
    spectrum: Buffer<Complex<E>>,
    output: Buffer<Complex<E>>,
    filter: Buffer<Complex<E>>,
    correlation: Buffer<Complex<E>>,
    adjoint: Buffer<Complex<E>>,
    products: Buffer<E>,
    work: Workspace<E>,
}

impl<E: Element> Buffers<E> {
    fn new(plan: &Plan<E>) -> Self {
        let bins = plan.mask.len();
        Buffers {
            input: Buffer::new(plan.input_analysis.samples()),
            padded: Buffer::new(plan.kernel_analysis.samples()),
            spectrum: Buffer::new(bins),
            output: Buffer::new(plan.output_analysis.samples()),
            filter: Buffer::new(bins),
            correlation: Buffer::new(bins),
            adjoint: Buffer::new(bins),
            products: Buffer::new(bins),
            work: Workspace::new([
                &plan.kernel_analysis,
                &plan.kernel_synthesis,
                &plan.output_analysis,
                &plan.output_synthesis,
            ]),
        }
    }
}

impl<E: Element> Plan<E>
where
    Cpu: Device<E>,
{
    fn new(grid: &[usize], half: &[usize], reduced: &[usize], masks: &[ResolutionMask<E>]) -> Self {
        // Samples of the input, the padded input and the output, on the bins of the 2M grid.
        let axes = |samples: fn(usize, usize) -> usize, length: fn(usize, usize) -> usize| {
            let axis = |(n, m): (&usize, &usize)| Axis {
                samples: samples(*n, *m),
                length: length(*n, *m),
                bins: 2 * m,
            };
            grid.iter().zip(reduced).map(axis).collect::<Vec<_>>()
        };
        let input = axes(|n, _| n, |n, _| 2 * n);
        let padded = axes(|n, _| 2 * n, |n, _| 2 * n);
        let output = axes(|_, m| m, |_, m| 2 * m);
        let bins: Vec<usize> = output.iter().map(|axis| axis.bins).collect();
        let factors: Vec<Vec<E>> = masks
            .iter()
            .zip(&bins)
            .map(|(mask, bins)| match mask {
                None => vec![E::one(); *bins],
                Some(mask) => {
                    let values = tensor_values(mask);
                    let value = |bin| values.get(frequency(bin, *bins)).copied();
                    (0..*bins)
                        .map(|bin| value(bin).unwrap_or(E::zero()))
                        .collect()
                }
            })
            .collect();
        let mask = match &factors[..] {
            [rows, columns] => {
                let row = |column: &E| rows.iter().map(|row| *row * *column).collect::<Vec<_>>();
                columns.iter().flat_map(row).collect()
            }
            factors => factors[0].clone(),
        };
        Plan {
            input_analysis: Transform::analysis(input.clone()),
            output_synthesis: Transform::synthesis(output.clone()),
            output_analysis: Transform::analysis(output),
            input_synthesis: Transform::synthesis(input),
            kernel_analysis: Transform::analysis(padded.clone()),
            kernel_synthesis: Transform::synthesis(padded),
            places: tap_places(grid, half),
            factors,
            mask,
            bins,
            scale: E::of(grid.iter().map(|n| 0.5 / *n as f64).product()),
        }
    }

    /// The mask times the conjugate spectrum of one channel's kernel.
    fn filter(&self, kernel: &Variable<E>, channel: usize, buffers: &mut Buffers<E>) {
        let taps = self.places.len();
        buffers.padded.fill(Complex::new(E::zero(), E::zero()));
        for (place, tap) in self.places.iter().zip(&kernel.values()[channel * taps..]) {
            buffers.padded[*place].re = *tap;
        }
        let Buffers {
            padded,
            filter,
            work,
            ..
        } = buffers;
        self.kernel_analysis.analyse(padded, filter, work);
        slices::conjugate_scale(filter, &self.mask);
    }

    /// The cotangent of each tap: with `S_k` the correlation of the output's cotangent with the
    /// input, `Re sum_k m_k S_k exp(2 pi i k place / 2N) / 2N`.
    fn kernel_gradient(&self, buffers: &mut Buffers<E>) -> Vec<E> {
        slices::complex_scale(&mut buffers.correlation, &self.mask);
        let Buffers {
            padded,
            correlation,
            work,
            ..
        } = buffers;
        self.kernel_synthesis.synthesise(correlation, padded, work);
        self.places
            .iter()
            .map(|place| padded[*place].re * self.scale)
            .collect()
    }

    /// The cotangent of each axis's mask at `|k| = 0, 1, ..`: `Re(S_k conj(F[psi]_k)) / 2N`, summed
    /// over the signs of k and, for one axis, over the other weighted by its mask.
    ///
    /// The filter already holds the masks' product, which is divided out: kept values are at least
    /// the threshold, and dropped ones have no gradient.
    fn mask_gradients(&self, buffers: &mut Buffers<E>) -> Vec<Vec<f64>> {
        let Buffers {
            products,
            correlation,
            filter,
            ..
        } = buffers;
        slices::real_product(products, correlation, filter);
        let rows = self.bins[0];
        // Sums over the other axis, for each bin of the first axis and of the last.
        let mut sums: Vec<Vec<f64>> = self.bins.iter().map(|bins| vec![0.0; *bins]).collect();
        for (column, products) in products.chunks(rows).enumerate() {
            for (sum, product) in sums[0].iter_mut().zip(products) {
                *sum += product.wide();
            }
            if let Some(sums) = sums.get_mut(1) {
                sums[column] = slices::sum(products);
            }
        }
        let folded = sums.iter().zip(&self.factors).map(|(sums, factors)| {
            let mut gradient = vec![0.0; sums.len() / 2 + 1];
            for (bin, (sum, factor)) in sums.iter().zip(factors).enumerate() {
                if *factor != E::zero() {
                    gradient[frequency(bin, sums.len())] += sum * self.scale.wide() / factor.wide();
                }
            }
            gradient
        });
        folded.collect()
    }
}

/// The index of every tap in the padded grid of 2N on each axis, with the centre at index 0.
fn tap_places(grid: &[usize], half: &[usize]) -> Vec<usize> {
    grid.iter().zip(half).fold(vec![0], |places, (n, half)| {
        let offsets = |place: &usize| {
            let base = place * 2 * n;
            (0..=2 * half)
                .map(move |tap| base + (tap + 2 * n - half) % (2 * n))
                .collect::<Vec<_>>()
        };
        places.iter().flat_map(offsets).collect()
    })
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

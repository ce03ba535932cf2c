//! Spectral downsampling (Eq. 1) and the upsampling at the end of a block (Appendix B.3).

use dfdx::prelude::{Cpu, Device, HasShape, Tensor};
use rustfft::num_complex::Complex;

use super::buffer::Buffer;
use super::fourier_convolution::{ResolutionMask, masks_fit};
use super::spectrum::{Axis, Transform, Workspace, frequency, map_channels, pack, pair_of, unpack};
use super::tape::{receive_tensor, tensor_values};
use super::{Element, Tape, Variable};
use crate::{Error, Result};

/// From one grid to another through the bins that both keep, with the amplitude kept.
pub(super) struct Resampler<E> {
    analysis: Transform<E>,
    synthesis: Transform<E>,
    scale: E,
}

/// Buffers that one task reuses.
pub(super) struct Buffers<E: Element> {
    from: Buffer<Complex<E>>,
    pub(super) spectrum: Buffer<Complex<E>>,
    to: Buffer<Complex<E>>,
    work: Workspace<E>,
}

impl<E: Element> Resampler<E> {
    /// From samples on `from` to samples on `to`; `scale` multiplies the unnormalised transforms.
    fn new(from: &[usize], to: &[usize], scale: f64) -> Self {
        let axes = |samples: &[usize]| {
            samples
                .iter()
                .zip(from.iter().zip(to))
                .map(|(n, (from, to))| Axis {
                    samples: *n,
                    length: *n,
                    bins: *from.min(to),
                })
                .collect()
        };
        Resampler {
            analysis: Transform::analysis(axes(from)),
            synthesis: Transform::synthesis(axes(to)),
            scale: E::of(scale),
        }
    }

    /// Down from `grid` (N) to `reduced` (M): factor M / N, times 1 / M of the inverse transform.
    pub(super) fn down(grid: &[usize], reduced: &[usize]) -> Self {
        Self::new(
            grid,
            reduced,
            grid.iter().map(|n| 1.0 / *n as f64).product(),
        )
    }

    /// Up from `reduced` (M) to `grid` (N): factor N / M, times 1 / N of the inverse transform.
    pub(super) fn up(reduced: &[usize], grid: &[usize]) -> Self {
        Self::new(
            reduced,
            grid,
            reduced.iter().map(|m| 1.0 / *m as f64).product(),
        )
    }

    /// The transpose: from the cotangent on `to` back to `from`.
    pub(super) fn transposed(from: &[usize], to: &[usize], forward: &Self) -> Self {
        Self::new(to, from, forward.scale.wide())
    }

    pub(super) fn buffers(&self) -> Buffers<E> {
        Buffers {
            from: Buffer::new(self.analysis.samples()),
            spectrum: Buffer::new(self.analysis.bins()),
            to: Buffer::new(self.synthesis.samples()),
            work: Workspace::new([&self.analysis, &self.synthesis]),
        }
    }

    /// Resamples one or two rows, with `filter` applied to the spectrum between.
    pub(super) fn apply(
        &self,
        from: &[&[E]],
        to: &mut [&mut [E]],
        buffers: &mut Buffers<E>,
        filter: impl FnOnce(&mut [Complex<E>]),
    ) {
        pack(from, &mut buffers.from);
        self.analysis
            .analyse(&buffers.from, &mut buffers.spectrum, &mut buffers.work);
        filter(&mut buffers.spectrum);
        self.synthesis
            .synthesise(&buffers.spectrum, &mut buffers.to, &mut buffers.work);
        unpack(&buffers.to, to, self.scale, E::zero());
    }
}

/// Eq. 1: low-pass by the mask over `|k| / floor(N / 2)`, crop, inverse transform on the reduced
/// grid, times M / N on each axis.
///
/// `x` (B, C, P) on `grid`; the result is (B, C, P_M) on `reduced`.
pub fn downsample<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    grid: &[usize],
    reduced: &[usize],
    masks: &[ResolutionMask<E>],
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    check_grids("spectral downsampling", x, grid, reduced, grid)?;
    if masks.len() != grid.len() || !masks_fit(masks, grid.iter().map(|n| n / 2 + 1)) {
        return Err(Error::argument(
            "masks of spectral downsampling",
            format!("{} on the grid {grid:?}", masks.len()),
            "one for each axis, of at most floor(N / 2) + 1 values",
        ));
    }
    let [batch, channels, positions] = x.shape();
    let outputs: usize = reduced.iter().product();
    let resampler = Resampler::down(grid, reduced);
    let mask = MaskOnBins::new(reduced, masks);
    let mut y = Buffer::new(batch * channels * outputs);
    map_channels(
        &mut y,
        [channels, outputs],
        || resampler.buffers(),
        |channel, mut rows, work| {
            for (pair, rows) in rows.chunks_mut(2).enumerate() {
                let inputs = pair_of(x.values(), pair, rows.len(), channel, channels, positions);
                resampler.apply(&inputs, rows, work, |spectrum| mask.multiply(spectrum));
            }
        },
    );
    let (x, masks, grid, reduced) = (x.clone(), masks.to_vec(), grid.to_vec(), reduced.to_vec());
    tape.operation(
        y,
        [batch, channels, outputs],
        move |cotangent, gradients| {
            let transposed = Resampler::transposed(&grid, &reduced, &resampler);
            let mut gradient = Buffer::new(batch * channels * positions);
            let per_channel = map_channels(
                &mut gradient,
                [channels, positions],
                || (resampler.buffers(), transposed.buffers()),
                |channel, mut rows, (input, output)| {
                    let mut sums = mask.zeros();
                    for (pair, rows) in rows.chunks_mut(2).enumerate() {
                        let count = rows.len();
                        let inputs = pair_of(x.values(), pair, count, channel, channels, positions);
                        pack(&inputs, &mut input.from);
                        resampler.analysis.analyse(
                            &input.from,
                            &mut input.spectrum,
                            &mut input.work,
                        );
                        let from = pair_of(&cotangent, pair, count, channel, channels, outputs);
                        transposed.apply(&from, rows, output, |spectrum| {
                            mask.accumulate(&input.spectrum, spectrum, &mut sums);
                            mask.multiply(spectrum);
                        });
                    }
                    sums
                },
            );
            x.receive(gradients, gradient)?;
            for (axis, tensor) in masks.iter().enumerate() {
                let Some(tensor) = tensor else { continue };
                let gradient: Vec<E> = (0..tensor.shape().0)
                    .map(|k| {
                        let terms = per_channel
                            .iter()
                            .map(|sums| sums[axis].get(k).unwrap_or(&0.0));
                        E::of(terms.sum::<f64>() * resampler.scale.wide())
                    })
                    .collect();
                receive_tensor(tensor, gradients, &gradient)?;
            }
            Ok(())
        },
    )
}

/// Upsampling by zero-padding the spectrum, times N / M on each axis: (B, C, P_M) on `reduced` to
/// (B, C, P) on `grid`.
pub fn upsample<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    reduced: &[usize],
    grid: &[usize],
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    check_grids("spectral upsampling", x, reduced, reduced, grid)?;
    let [batch, channels, positions] = x.shape();
    let outputs: usize = grid.iter().product();
    let resampler = Resampler::up(reduced, grid);
    let transposed = Resampler::transposed(reduced, grid, &resampler);
    let y = resample_rows(
        &resampler,
        x.values(),
        [batch, channels, positions],
        outputs,
    );
    let x = x.clone();
    tape.operation(
        y,
        [batch, channels, outputs],
        move |cotangent, gradients| {
            let shape = [batch, channels, outputs];
            x.receive(
                gradients,
                resample_rows(&transposed, &cotangent, shape, positions),
            )
        },
    )
}

fn resample_rows<E: Element>(
    resampler: &Resampler<E>,
    x: &[E],
    [batch, channels, positions]: [usize; 3],
    outputs: usize,
) -> Buffer<E> {
    let mut y = Buffer::new(batch * channels * outputs);
    map_channels(
        &mut y,
        [channels, outputs],
        || resampler.buffers(),
        |channel, mut rows, work| {
            for (pair, rows) in rows.chunks_mut(2).enumerate() {
                let inputs = pair_of(x, pair, rows.len(), channel, channels, positions);
                resampler.apply(&inputs, rows, work, |_| ());
            }
        },
    );
    y
}

/// Resolution masks laid out over the bins of a reduced grid.
struct MaskOnBins<E> {
    bins: Vec<usize>,
    factors: Vec<Vec<E>>,
}

impl<E: Element> MaskOnBins<E>
where
    Cpu: Device<E>,
{
    fn new(bins: &[usize], masks: &[Option<Tensor<(usize,), E, Cpu>>]) -> Self {
        let factors = masks.iter().zip(bins).map(|(mask, bins)| {
            let values = mask.as_ref().map(tensor_values);
            let value = |k| {
                values.as_ref().map_or(E::one(), |values| {
                    values.get(k).copied().unwrap_or(E::zero())
                })
            };
            (0..*bins).map(|bin| value(frequency(bin, *bins))).collect()
        });
        MaskOnBins {
            bins: bins.to_vec(),
            factors: factors.collect(),
        }
    }

    fn zeros(&self) -> Vec<Vec<f64>> {
        self.bins
            .iter()
            .map(|bins| vec![0.0; bins / 2 + 1])
            .collect()
    }

    /// The bin on each axis of a place in the transposed spectrum.
    fn place(&self, index: usize) -> [usize; 2] {
        [index % self.bins[0], index / self.bins[0]]
    }

    fn multiply(&self, spectrum: &mut [Complex<E>]) {
        for (index, value) in spectrum.iter_mut().enumerate() {
            for (factors, bin) in self.factors.iter().zip(self.place(index)) {
                *value = value.scale(factors[bin]);
            }
        }
    }

    /// Adds `Re(conj(W_k) Z_k)` times the other axis's mask to each axis's sums over `|k|`.
    fn accumulate(&self, z: &[Complex<E>], w: &[Complex<E>], sums: &mut [Vec<f64>]) {
        for (index, (z, w)) in z.iter().zip(w).enumerate() {
            let term = (w.conj() * z).re.wide();
            let place = self.place(index);
            for axis in 0..self.bins.len() {
                let others = (0..self.bins.len()).filter(|other| *other != axis);
                let weight: f64 = others.map(|o| self.factors[o][place[o]].wide()).product();
                sums[axis][frequency(place[axis], self.bins[axis])] += term * weight;
            }
        }
    }
}

pub(super) fn check_grids<E: Element>(
    what: &str,
    x: &Variable<E>,
    from: &[usize],
    small: &[usize],
    large: &[usize],
) -> Result<()>
where
    Cpu: Device<E>,
{
    let fits = (1..=2).contains(&from.len())
        && small.len() == large.len()
        && from.iter().product::<usize>() == x.shape()[2]
        && small.iter().zip(large).all(|(m, n)| (1..=*n).contains(m));
    if fits {
        return Ok(());
    }
    Err(Error::argument(
        what,
        format!("signal {:?}, grids {small:?} and {large:?}", x.shape()),
        "one or two axes, 1 <= M <= N on each",
    ))
}

//! Transforms between samples and the kept bins of their spectrum, with zero-padding, cropping and
//! embedding on the way, one small piece at a time.
//!
//! Two real signals share one complex transform, one as its real and one as its imaginary part:
//! every filter here belongs to a real kernel or an even mask, so the parts never mix.

use std::sync::Arc;

use rayon::prelude::*;
use rustfft::Fft;
use rustfft::num_complex::Complex;

use super::buffer::Buffer;
use super::{Element, slices};

/// One axis of a transform: `samples` values, zero-padded to `length`, of whose bins those of a
/// grid of `bins <= length` points are kept: `|k| <= (bins - 1) / 2`, or all where `bins = length`.
/// The Nyquist bin of an even `bins < length` is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub samples: usize,
    pub length: usize,
    pub bins: usize,
}

/// Buffers that one task reuses from row to row.
pub struct Workspace<E: Element> {
    line: Buffer<Complex<E>>,
    middle: Buffer<Complex<E>>,
    scratch: Buffer<Complex<E>>,
}

impl<E: Element> Workspace<E> {
    /// Room for any of `transforms`.
    pub fn new<const N: usize>(transforms: [&Transform<E>; N]) -> Self {
        let most = |f: fn(&Transform<E>) -> usize| transforms.iter().map(|t| f(t)).max();
        let [line, middle, scratch] = [
            most(|t| t.axes.iter().map(|axis| axis.length).max().unwrap_or(0)),
            most(Transform::between_axes),
            most(|t| {
                t.plans
                    .iter()
                    .map(|plan| plan.get_inplace_scratch_len())
                    .max()
                    .unwrap_or(0)
            }),
        ]
        .map(|length| Buffer::new(length.unwrap_or(0)));
        Workspace {
            line,
            middle,
            scratch,
        }
    }
}

/// A transform in one direction over one or two axes, unnormalised.
///
/// Samples are row-major. Spectra are stored last axis first (transposed), bins in the transform's
/// own order: 0, 1, .., -2, -1.
pub struct Transform<E> {
    axes: Vec<Axis>,
    plans: Vec<Arc<dyn Fft<E>>>,
}

impl<E: Element> Transform<E> {
    /// From samples to bins: sum over n of `x[n] exp(-2 pi i k n / length)`.
    pub fn analysis(axes: Vec<Axis>) -> Self {
        let mut planner = E::planner().lock().unwrap_or_else(|lock| lock.into_inner());
        let plans = axes
            .iter()
            .map(|a| planner.plan_fft_forward(a.length))
            .collect();
        Transform { axes, plans }
    }

    /// From bins to samples: sum over k of `X[k] exp(2 pi i k n / length)`.
    pub fn synthesis(axes: Vec<Axis>) -> Self {
        let mut planner = E::planner().lock().unwrap_or_else(|lock| lock.into_inner());
        let plans = axes
            .iter()
            .map(|a| planner.plan_fft_inverse(a.length))
            .collect();
        Transform { axes, plans }
    }

    /// The number of kept bins.
    pub fn bins(&self) -> usize {
        self.axes.iter().map(|a| a.bins).product()
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.axes.iter().map(|a| a.samples).product()
    }

    /// Values held between the transform of one axis and of the other.
    fn between_axes(&self) -> usize {
        match self.axes[..] {
            [rows, columns] => rows.samples * columns.bins,
            _ => 0,
        }
    }

    /// `samples` to `spectrum`.
    pub fn analyse(
        &self,
        samples: &[Complex<E>],
        spectrum: &mut [Complex<E>],
        work: &mut Workspace<E>,
    ) {
        let Workspace {
            line,
            middle,
            scratch,
        } = work;
        if let [axis] = self.axes[..] {
            let line = &mut line[..axis.length];
            self.forward(0, samples, line, scratch);
            crop(line, spectrum);
            return;
        }
        let [rows, columns] = [self.axes[0], self.axes[1]];
        for (n, samples) in samples.chunks(columns.samples).enumerate() {
            let line = &mut line[..columns.length];
            self.forward(1, samples, line, scratch);
            for_each_bin(columns, |bin, k| middle[k * rows.samples + n] = line[bin]);
        }
        for (k, spectrum) in spectrum.chunks_mut(rows.bins).enumerate() {
            if is_dropped(columns, k) {
                spectrum.fill(Complex::new(E::zero(), E::zero()));
                continue;
            }
            let line = &mut line[..rows.length];
            self.forward(
                0,
                &middle[k * rows.samples..][..rows.samples],
                line,
                scratch,
            );
            crop(line, spectrum);
        }
    }

    /// `spectrum` to `samples`.
    pub fn synthesise(
        &self,
        spectrum: &[Complex<E>],
        samples: &mut [Complex<E>],
        work: &mut Workspace<E>,
    ) {
        let Workspace {
            line,
            middle,
            scratch,
        } = work;
        if let [axis] = self.axes[..] {
            let line = &mut line[..axis.length];
            embed(spectrum, line);
            self.plans[0].process_with_scratch(line, scratch);
            samples.copy_from_slice(&line[..axis.samples]);
            return;
        }
        let [rows, columns] = [self.axes[0], self.axes[1]];
        for (k, spectrum) in spectrum.chunks(rows.bins).enumerate() {
            if is_dropped(columns, k) {
                continue;
            }
            let line = &mut line[..rows.length];
            embed(spectrum, line);
            self.plans[0].process_with_scratch(line, scratch);
            middle[k * rows.samples..][..rows.samples].copy_from_slice(&line[..rows.samples]);
        }
        for (n, samples) in samples.chunks_mut(columns.samples).enumerate() {
            let line = &mut line[..columns.length];
            line.fill(Complex::new(E::zero(), E::zero()));
            for_each_bin(columns, |bin, k| line[bin] = middle[k * rows.samples + n]);
            self.plans[1].process_with_scratch(line, scratch);
            samples.copy_from_slice(&line[..columns.samples]);
        }
    }

    fn forward(
        &self,
        axis: usize,
        samples: &[Complex<E>],
        line: &mut [Complex<E>],
        scratch: &mut [Complex<E>],
    ) {
        line[..samples.len()].copy_from_slice(samples);
        line[samples.len()..].fill(Complex::new(E::zero(), E::zero()));
        self.plans[axis].process_with_scratch(line, scratch);
    }
}

/// Whether bin `k` of the kept grid is the Nyquist bin that resizing drops.
fn is_dropped(axis: Axis, k: usize) -> bool {
    axis.bins < axis.length && axis.bins.is_multiple_of(2) && k == axis.bins / 2
}

/// Calls `f(bin of the full transform, bin of the kept grid)` for every kept bin.
fn for_each_bin(axis: Axis, mut f: impl FnMut(usize, usize)) {
    let (positive, negative) = kept(axis.length, axis.bins);
    for k in 0..positive {
        f(k, k);
    }
    for k in 1..=negative {
        f(axis.length - k, axis.bins - k);
    }
}

/// How many bins `0, 1, ..` and how many bins `-1, -2, ..` a grid of `bins` keeps of `length`.
fn kept(length: usize, bins: usize) -> (usize, usize) {
    if bins == length {
        (bins, 0)
    } else {
        (bins.div_ceil(2), (bins - 1) / 2)
    }
}

fn crop<E: Element>(full: &[Complex<E>], part: &mut [Complex<E>]) {
    let (positive, negative) = kept(full.len(), part.len());
    let bins = part.len();
    part[..positive].copy_from_slice(&full[..positive]);
    part[positive..bins - negative].fill(Complex::new(E::zero(), E::zero()));
    part[bins - negative..].copy_from_slice(&full[full.len() - negative..]);
}

fn embed<E: Element>(part: &[Complex<E>], full: &mut [Complex<E>]) {
    let (positive, negative) = kept(full.len(), part.len());
    let length = full.len();
    full[..positive].copy_from_slice(&part[..positive]);
    full[positive..length - negative].fill(Complex::new(E::zero(), E::zero()));
    full[length - negative..].copy_from_slice(&part[part.len() - negative..]);
}

/// The frequency `|k|` of bin `bin` on a grid of `bins`.
pub fn frequency(bin: usize, bins: usize) -> usize {
    bin.min(bins - bin)
}

/// The rows of `channel` in the `count` items from `2 * pair` on.
pub fn pair_of<E>(
    values: &[E],
    pair: usize,
    count: usize,
    channel: usize,
    channels: usize,
    positions: usize,
) -> Vec<&[E]> {
    (2 * pair..2 * pair + count)
        .map(|item| &values[(item * channels + channel) * positions..][..positions])
        .collect()
}

/// Two real rows as one complex row; the second may be missing.
pub fn pack<E: Element>(rows: &[&[E]], packed: &mut [Complex<E>]) {
    match rows {
        [a, b] => slices::interleave(packed, a, b),
        [a] => slices::real_part(packed, a),
        _ => unreachable!("a pair has one or two rows"),
    }
}

/// One complex row as one or two real rows, `scale` times each, plus `offset`.
pub fn unpack<E: Element>(packed: &[Complex<E>], rows: &mut [&mut [E]], scale: E, offset: E) {
    match rows {
        [a, b] => slices::deinterleave(a, b, packed, scale, offset),
        [a] => slices::take_real_part(a, packed, scale, offset),
        _ => unreachable!("a pair has one or two rows"),
    }
}

/// The rows of a (batch, channels, positions) array, gathered by channel: element `c` holds row
/// `c` of every item, in order, so that one task can own a channel.
pub fn rows_by_channel<E>(y: &mut [E], channels: usize, positions: usize) -> Vec<Vec<&mut [E]>> {
    let mut rows: Vec<Vec<&mut [E]>> = (0..channels).map(|_| Vec::new()).collect();
    for (index, row) in y.chunks_mut(positions).enumerate() {
        rows[index % channels].push(row);
    }
    rows
}

/// Runs `task(channel, rows of the channel, buffers)` on every channel of `y`, in parallel, and
/// collects what it returns in the order of the channels.
pub fn map_channels<E: Element, W, R: Send>(
    y: &mut [E],
    [channels, positions]: [usize; 2],
    workspace: impl Fn() -> W + Sync + Send,
    task: impl Fn(usize, Vec<&mut [E]>, &mut W) -> R + Sync + Send,
) -> Vec<R> {
    rows_by_channel(y, channels, positions)
        .into_par_iter()
        .enumerate()
        .map_init(workspace, |work, (channel, rows)| task(channel, rows, work))
        .collect()
}

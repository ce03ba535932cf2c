//! What the channels of one call of Eq. 7 share: transforms, tap places, masks on the kept bins.

use dfdx::prelude::{Cpu, Device};
use rustfft::num_complex::Complex;

use super::buffer::Buffer;
use super::fourier_convolution::ResolutionMask;
use super::spectrum::{Axis, Transform, Workspace, frequency};
use super::tape::tensor_values;
use super::{Element, Variable, slices};

/// What every channel of one call shares.
pub(super) struct Plan<E: Element> {
    pub(super) input_analysis: Transform<E>,
    pub(super) output_synthesis: Transform<E>,
    pub(super) output_analysis: Transform<E>,
    pub(super) input_synthesis: Transform<E>,
    kernel_analysis: Transform<E>,
    kernel_synthesis: Transform<E>,
    /// Where each tap stands in the padded grid, the kernel's centre at index 0.
    places: Vec<usize>,
    /// The mask's value at each kept bin, of each axis, and its product over the axes.
    factors: Vec<Vec<E>>,
    mask: Vec<E>,
    bins: Vec<usize>,
    /// M / N on each axis, times 1 / 2M of the inverse transform.
    pub(super) scale: E,
}

/// What one task reuses from channel to channel.
pub(super) struct Buffers<E: Element> {
    pub(super) input: Buffer<Complex<E>>,
    padded: Buffer<Complex<E>>,
    pub(super) spectrum: Buffer<Complex<E>>,
    pub(super) output: Buffer<Complex<E>>,
    pub(super) filter: Buffer<Complex<E>>,
    pub(super) correlation: Buffer<Complex<E>>,
    pub(super) adjoint: Buffer<Complex<E>>,
    products: Buffer<E>,
    pub(super) work: Workspace<E>,
}

impl<E: Element> Buffers<E> {
    pub(super) fn new(plan: &Plan<E>) -> Self {
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
    pub(super) fn new(
        grid: &[usize],
        half: &[usize],
        reduced: &[usize],
        masks: &[ResolutionMask<E>],
    ) -> Self {
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
    pub(super) fn filter(&self, kernel: &Variable<E>, channel: usize, buffers: &mut Buffers<E>) {
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
    pub(super) fn kernel_gradient(&self, buffers: &mut Buffers<E>) -> Vec<E> {
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
    pub(super) fn mask_gradients(&self, buffers: &mut Buffers<E>) -> Vec<Vec<f64>> {
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

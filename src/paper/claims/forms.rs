//! The forms of convolution with downsampling (Appendix B), and the signals and kernels on which
//! the claims measure them.

use std::f64::consts::TAU;

use ndarray::{Array2, Array3, s};

use crate::Result;
use crate::equations::convolution_forms::{reduce_first, spatial, two_step};
use crate::equations::fourier_convolution::fourier_convolution;
use crate::equations::mask::{self, THRESHOLD};
use crate::equations::threshold::sigmoid_x_t;
use crate::paper::claim::largest;
use crate::random::Stream;

pub(super) const N: usize = 64;
pub(super) const M: usize = 32;
/// tau of the mask.
const TEMPERATURE: f64 = 25.0;

/// The arguments of Eq. 7.
type Function = fn(
    &Array3<f64>,
    &[usize],
    &Array2<f64>,
    &[usize],
    &[usize],
    &[Vec<f64>],
) -> Result<Array3<f64>>;

/// A form of Eq. 7.
#[derive(Clone, Copy)]
pub struct Form {
    pub name: &'static str,
    pub function: Function,
    /// The highest frequency of its mask at length N.
    pub highest: usize,
}

/// Eq. 1 after a convolution.
pub const TWO_STEP: Form = Form {
    name: "Eq. 1 after a convolution",
    function: two_step,
    highest: N / 2,
};
/// Reduced first (B.2).
pub const REDUCE_FIRST: Form = Form {
    name: "reduced first (B.2)",
    function: reduce_first,
    highest: N,
};
/// In the spatial domain (B.4).
pub const SPATIAL: Form = Form {
    name: "spatial (B.4)",
    function: spatial,
    highest: N,
};

/// The three forms beside Eq. 7.
pub const FORMS: &[Form] = &[TWO_STEP, REDUCE_FIRST, SPATIAL];

/// A function of the position, which goes from 0 to 1.
type Wave = fn(f64) -> f64;

/// A signal and a kernel.
pub(super) struct Pair {
    pub signal: Array3<f64>,
    pub kernel: Array2<f64>,
}

impl Pair {
    /// Standard normal values; each `draw` gives others.
    pub(super) fn noise(taps: usize, draw: u64) -> Self {
        let mut stream = Stream::new(0, "appendix B", draw);
        Pair {
            signal: Array3::from_shape_simple_fn((1, 1, N), || stream.normal()),
            kernel: Array2::from_shape_simple_fn((1, taps), || stream.normal()),
        }
    }

    /// Noise that is 0 within half a kernel of the borders.
    pub(super) fn noise_inside() -> Self {
        let mut pair = Pair::noise(5, 0);
        pair.signal.slice_mut(s![.., .., ..2]).fill(0.0);
        pair.signal.slice_mut(s![.., .., N - 2..]).fill(0.0);
        pair
    }

    /// Smooth functions of values up to 1, named, each with a Gaussian kernel of width 2.5 and sum 1.
    pub(super) fn smooth() -> [(&'static str, Self); 4] {
        let tap = |i: usize| {
            let z = (i as f64 - (N / 2) as f64) / 2.5;
            libm::exp(-0.5 * z * z)
        };
        let sum: f64 = (0..=N).map(tap).sum();
        let functions: [(&str, Wave); 4] = [
            ("constant", |_| 1.0),
            ("ramp", |t| t),
            ("sine of 0.75 periods", |t| libm::sin(0.75 * TAU * t)),
            ("sine of 1.25 periods", |t| libm::sin(1.25 * TAU * t)),
        ];
        functions.map(|(name, value)| {
            let signal = |(_, _, i): (usize, usize, usize)| value((i as f64 + 0.5) / N as f64);
            let pair = Pair {
                signal: Array3::from_shape_fn((1, 1, N), signal),
                kernel: Array2::from_shape_fn((1, N + 1), |(_, i)| tap(i) / sum),
            };
            (name, pair)
        })
    }

    pub(super) fn apply(&self, form: &Form, m: usize) -> Result<Array3<f64>> {
        let masks = [if m == N {
            vec![1.0; form.highest + 1]
        } else {
            cut_off(form.highest)?
        }];
        (form.function)(
            &self.signal,
            &[N],
            &self.kernel,
            &[self.kernel.ncols()],
            &[m],
            &masks,
        )
    }

    pub(super) fn eq_7(&self) -> Result<Array3<f64>> {
        let form = Form {
            name: "Eq. 7",
            function: fourier_convolution,
            highest: N,
        };
        self.apply(&form, M)
    }
}

/// The mask at the frequencies `0, ..., highest`, equal to T at the share M/N of the axis.
pub(super) fn cut_off(highest: usize) -> Result<Vec<f64>> {
    let x_t = 2.0 * M as f64 / N as f64 - 1.0;
    let mu = x_t - sigmoid_x_t(0.0, TEMPERATURE, THRESHOLD)?;
    Ok(mask::sigmoid(&mask::axis(highest + 1)?, mu, TEMPERATURE, THRESHOLD)?.to_vec())
}

/// The largest absolute difference; NaN anywhere gives NaN.
pub(super) fn difference<'a>(
    left: impl IntoIterator<Item = &'a f64>,
    right: impl IntoIterator<Item = &'a f64>,
) -> f64 {
    largest(left.into_iter().zip(right).map(|(a, b)| a - b))
}

/// `sum_j f[j] g[i - j]`, indices modulo the length.
pub(super) fn circular(f: &[f64], g: &[f64]) -> Vec<f64> {
    let n = f.len();
    let value = |i: usize| (0..n).map(|j| f[j] * g[(i + n - j) % n]).sum();
    (0..n).map(value).collect()
}

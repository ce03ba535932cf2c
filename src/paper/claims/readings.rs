//! The readings of Appendix C's open conventions: the cost of a block, or of a part of it, under each.

use crate::equations::complexity::{fourier_convolution_cost, linear_cost, pointwise_cost};

/// The sizes that a reading may use.
pub struct Shape {
    /// Taps of the kernel, all axes together.
    pub kernel: f64,
    /// Positions at the masked resolution.
    pub reduced: f64,
    /// Positions of the input.
    pub full: f64,
    /// The masked resolution on each axis.
    pub axes: Vec<f64>,
    pub n_in: f64,
    pub n_mid: f64,
    pub n_out: f64,
}

/// One reading of a convention.
pub struct Reading {
    pub name: &'static str,
    /// The cost of a block or of a part of it.
    pub cost: fn(&Shape) -> f64,
}

/// The literal pointwise operations, as counted by `block_cost`.
pub fn pointwise(s: &Shape) -> f64 {
    2.0 * pointwise_cost(s.reduced, s.n_in)
        + 2.0 * pointwise_cost(s.reduced, s.n_mid)
        + pointwise_cost(s.reduced, s.n_out)
}

/// C.2's linear layers.
pub fn linears(s: &Shape) -> f64 {
    linear_cost(s.reduced, s.n_in, s.n_mid) + linear_cost(s.reduced, s.n_mid, s.n_out)
}

/// The linear map of a shortcut between different widths, as in the network published before.
pub fn shortcut(s: &Shape) -> f64 {
    if s.n_in == s.n_out {
        0.0
    } else {
        linear_cost(s.full, s.n_in, s.n_out)
    }
}

/// Everything but the linear layers.
pub fn rest(s: &Shape) -> f64 {
    fourier_convolution_cost(s.reduced) + pointwise(s)
}

/// The logarithm's readings.
#[rustfmt::skip]
pub const LOGARITHMS: &[Reading] = &[
    Reading { name: "natural", cost: |s| s.reduced * libm::log(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "base 2", cost: |s| s.reduced * libm::log2(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "base 10", cost: |s| s.reduced * libm::log10(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "of the full length", cost: |s| s.full * libm::log(s.full) + linears(s) + pointwise(s) },
    Reading { name: "no Fourier term", cost: |s| linears(s) + pointwise(s) },
];

/// The channel factor's readings.
#[rustfmt::skip]
pub const CHANNELS: &[Reading] = &[
    Reading { name: "no factor", cost: |s| linears(s) + rest(s) },
    Reading { name: "N_in", cost: |s| s.n_in * fourier_convolution_cost(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "N_mid", cost: |s| s.n_mid * fourier_convolution_cost(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "3 N_in, base 2", cost: |s| 3.0 * s.n_in * s.reduced * libm::log2(s.reduced) + linears(s) + pointwise(s) },
    Reading { name: "N_in at full length", cost: |s| s.n_in * fourier_convolution_cost(s.full) + linears(s) + pointwise(s) },
];

/// Which pointwise operations count.
#[rustfmt::skip]
pub const POINTWISE: &[Reading] = &[
    Reading { name: "2 N_in, 2 N_mid, N_out", cost: |s| linears(s) + rest(s) },
    Reading { name: "none", cost: |s| fourier_convolution_cost(s.reduced) + linears(s) },
    Reading { name: "N_in, 2 N_mid, N_out", cost: |s| linears(s) + rest(s) - pointwise_cost(s.reduced, s.n_in) },
    Reading { name: "twice as many", cost: |s| linears(s) + rest(s) + pointwise(s) },
    Reading { name: "2 N_in at full resolution", cost: |s| linears(s) + rest(s) + 2.0 * pointwise_cost(s.full - s.reduced, s.n_in) },
];

/// How a convolution is computed.
#[rustfmt::skip]
pub const DIRECT: &[Reading] = &[
    Reading { name: "Fourier", cost: |s| linears(s) + rest(s) },
    Reading { name: "kernel x resolution x N_in", cost: |s| s.kernel * s.reduced * s.n_in + linears(s) + pointwise(s) },
    Reading { name: "kernel x resolution", cost: |s| s.kernel * s.reduced + linears(s) + pointwise(s) },
];

/// The logarithm on an image; both of the first two are equal, since `ln(a b) = ln a + ln b`.
#[rustfmt::skip]
pub const AXES: &[Reading] = &[
    Reading { name: "of all positions", cost: |s| linears(s) + rest(s) },
    Reading { name: "axis after axis, every line of it", cost: |s| linears(s) + pointwise(s) + s.axes.iter().map(|n| s.reduced / n * fourier_convolution_cost(*n)).sum::<f64>() },
    Reading { name: "one line of each axis", cost: |s| linears(s) + pointwise(s) + s.axes.iter().map(|n| fourier_convolution_cost(*n)).sum::<f64>() },
];

/// The linear layers alone; the first is C.2's.
#[rustfmt::skip]
pub const CORES: &[Reading] = &[
    Reading { name: "in x mid + mid x out, masked", cost: linears },
    Reading { name: "in x mid + in x out, masked", cost: |s| s.reduced * s.n_in * (s.n_mid + s.n_out) },
    Reading { name: "in x in + in x out, masked", cost: |s| s.reduced * s.n_in * (s.n_in + s.n_out) },
    Reading { name: "in x mid + mid x mid, masked", cost: |s| s.reduced * s.n_mid * (s.n_in + s.n_mid) },
    Reading { name: "in x mid + mid x mid + mid x out, masked", cost: |s| s.reduced * s.n_mid * (s.n_in + s.n_mid + s.n_out) },
    Reading { name: "in x out + mid x out, masked", cost: |s| s.reduced * s.n_out * (s.n_in + s.n_mid) },
    Reading { name: "in x mid only, masked", cost: |s| s.reduced * s.n_in * s.n_mid },
    Reading { name: "mid x out only, masked", cost: |s| s.reduced * s.n_mid * s.n_out },
    Reading { name: "in x out only, masked", cost: |s| s.reduced * s.n_in * s.n_out },
    Reading { name: "first at full resolution", cost: |s| s.n_mid * (s.full * s.n_in + s.reduced * s.n_out) },
    Reading { name: "second at full resolution", cost: |s| s.n_mid * (s.reduced * s.n_in + s.full * s.n_out) },
    Reading { name: "both at full resolution", cost: |s| s.full * s.n_mid * (s.n_in + s.n_out) },
    Reading { name: "and a linear shortcut at full resolution", cost: |s| linears(s) + shortcut(s) },
];

/// The mean of both resolutions, for a transform at the one and its inverse at the other.
fn mixed(s: &Shape) -> f64 {
    0.5 * (fourier_convolution_cost(s.full) + fourier_convolution_cost(s.reduced))
}

/// ln in units of log2.
const BASE_2: f64 = std::f64::consts::LOG2_E;

/// The Fourier convolution alone.
#[rustfmt::skip]
pub const FOURIER: &[Reading] = &[
    Reading { name: "none", cost: |_| 0.0 },
    Reading { name: "R ln R", cost: |s| fourier_convolution_cost(s.reduced) },
    Reading { name: "R log2 R", cost: |s| BASE_2 * fourier_convolution_cost(s.reduced) },
    Reading { name: "3 R log2 R", cost: |s| 3.0 * BASE_2 * fourier_convolution_cost(s.reduced) },
    Reading { name: "L ln L", cost: |s| fourier_convolution_cost(s.full) },
    Reading { name: "3 L log2 L", cost: |s| 3.0 * BASE_2 * fourier_convolution_cost(s.full) },
    Reading { name: "mean of R ln R and L ln L", cost: mixed },
    Reading { name: "N_in R ln R", cost: |s| s.n_in * fourier_convolution_cost(s.reduced) },
    Reading { name: "N_in R log2 R", cost: |s| BASE_2 * s.n_in * fourier_convolution_cost(s.reduced) },
    Reading { name: "2 N_in R log2 R", cost: |s| 2.0 * BASE_2 * s.n_in * fourier_convolution_cost(s.reduced) },
    Reading { name: "3 N_in R log2 R", cost: |s| 3.0 * BASE_2 * s.n_in * fourier_convolution_cost(s.reduced) },
    Reading { name: "N_mid R ln R", cost: |s| s.n_mid * fourier_convolution_cost(s.reduced) },
    Reading { name: "N_in L ln L", cost: |s| s.n_in * fourier_convolution_cost(s.full) },
    Reading { name: "N_in L log2 L", cost: |s| BASE_2 * s.n_in * fourier_convolution_cost(s.full) },
    Reading { name: "3 N_in L log2 L", cost: |s| 3.0 * BASE_2 * s.n_in * fourier_convolution_cost(s.full) },
    Reading { name: "N_in times the mean, base 2", cost: |s| BASE_2 * s.n_in * mixed(s) },
    Reading { name: "3 N_in times the mean, base 2", cost: |s| 3.0 * BASE_2 * s.n_in * mixed(s) },
];

/// Terms that the paper may or may not have counted. Kernels are those of one sample.
#[rustfmt::skip]
pub const FURTHER: &[Reading] = &[
    Reading { name: "none", cost: |_| 0.0 },
    Reading { name: "upsampling, L ln L", cost: |s| fourier_convolution_cost(s.full) },
    Reading { name: "upsampling, N_out L ln L", cost: |s| s.n_out * fourier_convolution_cost(s.full) },
    Reading { name: "products with the width masks", cost: |s| s.reduced * (s.n_in + s.n_mid + s.n_out) },
    Reading { name: "products with kernel masks", cost: |s| s.kernel * s.n_in },
    Reading { name: "the head of MLP_psi", cost: |s| linear_cost(s.kernel, 128.0, s.n_in) },
    Reading { name: "direct convolution, K R N_in", cost: |s| s.kernel * s.reduced * s.n_in },
];

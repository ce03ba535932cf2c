//! GELU, exact and in its tanh form, with the dropout that follows it in a block.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use dfdx::prelude::{Cpu, Device};
use multiversion::multiversion;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::buffer::Buffer;
use super::tape::CHUNK;
use super::{Element, Tape, Variable, slices};
use crate::random::Stream;
use crate::{Error, Result};

/// Which GELU: `x Phi(x)`, or the approximation by tanh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gelu {
    Exact,
    Tanh,
}

/// Inverted dropout whose mask is a function of (seed, step, block, sample, channel, position),
/// so that it does not depend on how many channels are materialised.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The probability that an element is set to zero, in [0, 1).
    pub rate: f64,
    pub seed: u64,
    /// A different number for every block and step.
    pub stream: u64,
    /// The number of channels at full width.
    pub maximum_channels: usize,
}

/// GELU of every element.
pub fn gelu<E: Element>(tape: &mut Tape<E>, x: &Variable<E>, form: Gelu) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    gelu_dropout(tape, x, form, None)
}

/// GELU of every element, then dropout.
///
/// The slope is kept for the backward pass in place of the input.
pub fn gelu_dropout<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    form: Gelu,
    dropout: Option<Dropout>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [_, channels, positions] = x.shape();
    if let Some(dropout) = dropout {
        dropout.check(channels)?;
    }
    let mut y = Buffer::new(x.values().len());
    let mut slope = Buffer::new(x.values().len());
    y.par_chunks_mut(CHUNK)
        .zip(slope.par_chunks_mut(CHUNK))
        .zip(x.values().par_chunks(CHUNK))
        .for_each(|((y, slope), x)| gelu_slice(form, x, y, slope));
    if let Some(dropout) = dropout {
        y.par_chunks_mut(positions)
            .zip(slope.par_chunks_mut(positions))
            .enumerate()
            .for_each(|(row, (y, slope))| {
                dropout.apply(row / channels, row % channels, y, slope);
            });
    }
    let x = x.clone();
    tape.operation(y, x.shape(), move |mut cotangent, gradients| {
        cotangent
            .par_chunks_mut(CHUNK)
            .zip(slope.par_chunks(CHUNK))
            .for_each(|(cotangent, slope)| slices::multiply(cotangent, slope));
        x.receive(gradients, cotangent)
    })
}

/// GELU of a slice, and its slope.
pub(super) fn gelu_slice<E: Element>(form: Gelu, x: &[E], y: &mut [E], slope: &mut [E]) {
    match form {
        Gelu::Exact => E::gelu(x, y, slope),
        Gelu::Tanh => gelu_tanh(x, y, slope),
    }
}

impl Dropout {
    fn check(&self, channels: usize) -> Result<()> {
        if !(0.0..1.0).contains(&self.rate) {
            return Err(Error::argument(
                "dropout rate",
                self.rate,
                "at least 0 and below 1",
            ));
        }
        if channels > self.maximum_channels {
            return Err(Error::argument(
                "channels under dropout",
                channels,
                format!("at most {}", self.maximum_channels),
            ));
        }
        Ok(())
    }

    /// Zeroes the dropped elements of one row of values and slopes, and scales the kept ones.
    fn apply<E: Element>(&self, sample: usize, channel: usize, y: &mut [E], slope: &mut [E]) {
        let scale = E::of(1.0 / (1.0 - self.rate));
        let limit = (self.rate * f64::from(u32::MAX)) as u32;
        let row = (sample * self.maximum_channels + channel) as u64;
        let mut stream = Stream::new(self.seed, "dropout", self.stream);
        stream.seek(row * y.len() as u64);
        for (y, slope) in y.iter_mut().zip(slope) {
            let factor = if stream.bits() < limit {
                E::zero()
            } else {
                scale
            };
            *y *= factor;
            *slope *= factor;
        }
    }
}

/// `x Phi(x)` and `Phi(x) + x phi(x)` in double precision, with the error function of `libm`.
pub(super) fn gelu_f64(x: &[f64], y: &mut [f64], slope: &mut [f64]) {
    for ((x, y), slope) in x.iter().zip(y).zip(slope) {
        let cumulative = 0.5 * libm::erfc(-x * FRAC_1_SQRT_2);
        let density = libm::exp(-0.5 * x * x) / libm::sqrt(2.0 * PI);
        *y = x * cumulative;
        *slope = cumulative + x * density;
    }
}

/// `x Phi(x)` and `Phi(x) + x phi(x)` in single precision, vectorised.
///
/// The error function is Abramowitz and Stegun's 7.1.26 (absolute error below 1.5e-7), whose
/// factor `exp(-x^2 / 2)` is the density's too.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2+fma"))]
pub(super) fn gelu_f32(x: &[f32], y: &mut [f32], slope: &mut [f32]) {
    const INVERSE_ROOT_2_PI: f32 = 0.398_942_3;
    for ((x, y), slope) in x.iter().zip(y).zip(slope) {
        let exponential = exp_negative(-0.5 * x * x);
        let t = 1.0 / (1.0 + 0.327_591_1 * FRAC_1_SQRT_2 as f32 * x.abs());
        let polynomial = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74)
            * t
            + 0.254_829_6)
            * t;
        let tail = 0.5 * polynomial * exponential;
        let cumulative = if *x > 0.0 { 1.0 - tail } else { tail };
        *y = x * cumulative;
        *slope = cumulative + x * INVERSE_ROOT_2_PI * exponential;
    }
}

/// `exp(x)` for `x <= 0`, relative error below 2e-7; zero below [`NEGLIGIBLE`], NaN for NaN.
#[inline(always)]
fn exp_negative(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let clamped = if x < NEGLIGIBLE { NEGLIGIBLE } else { x };
    let shifted = clamped * std::f32::consts::LOG2_E + ROUND;
    let exponent = shifted - ROUND;
    let r = clamped - exponent * 0.693_359_4 + exponent * 2.121_944_4e-4;
    let series = ((((1.987_569_1e-4 * r + 1.398_2e-3) * r + 8.333_452e-3) * r + 4.166_579_6e-2)
        * r
        + 0.166_666_65)
        * r
        + 0.5;
    let mantissa = series * r * r + r + 1.0;
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    if x < NEGLIGIBLE {
        0.0
    } else {
        mantissa * power
    }
}

/// Below this exponent, that is for |x| > 7, GELU's tail and its slope's are taken as zero: they
/// are under 1e-10, far below the rounding of their neighbours, and products of them would soon be
/// denormal numbers, on which a matrix product runs at a quarter of its speed.
const NEGLIGIBLE: f32 = -24.5;

/// `x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))` and its slope.
fn gelu_tanh<E: Element>(x: &[E], y: &mut [E], slope: &mut [E]) {
    let rate = libm::sqrt(2.0 / PI);
    for ((x, y), slope) in x.iter().zip(y).zip(slope) {
        let x = x.wide();
        let tanh = libm::tanh(rate * (x + 0.044715 * x * x * x));
        *y = E::of(0.5 * x * (1.0 + tanh));
        *slope = E::of(
            0.5 * (1.0 + tanh)
                + 0.5 * x * (1.0 - tanh * tanh) * rate * (1.0 + 3.0 * 0.044715 * x * x),
        );
    }
}

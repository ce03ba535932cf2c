//! The discrete Fourier transform, by its sum.

use super::grid::{check_length, positions};
use crate::Result;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

impl Complex {
    /// The complex conjugate.
    pub fn conjugate(self) -> Self {
        Complex {
            re: self.re,
            im: -self.im,
        }
    }

    /// The product with the real number `factor`.
    pub fn scale(self, factor: f64) -> Self {
        Complex {
            re: self.re * factor,
            im: self.im * factor,
        }
    }
}

impl std::ops::Add for Complex {
    type Output = Complex;
    fn add(self, other: Complex) -> Complex {
        Complex {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }
}

impl std::ops::Mul for Complex {
    type Output = Complex;
    fn mul(self, other: Complex) -> Complex {
        Complex {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

/// `exp(2 pi i j / n)` for `j < n`, folded into the first eighth of the circle by integers, so
/// that roots at quarter turns are exact and mirror images are exactly mirrored.
pub(super) fn unit_root(j: usize, n: usize) -> Complex {
    if 2 * j > n {
        unit_root(n - j, n).conjugate()
    } else if 4 * j > n {
        let root = unit_root(n - 2 * j, 2 * n);
        Complex {
            re: -root.re,
            im: root.im,
        }
    } else if 8 * j > n {
        let root = unit_root(n - 4 * j, 4 * n);
        Complex {
            re: root.im,
            im: root.re,
        }
    } else {
        let angle = 2.0 * std::f64::consts::PI * (j as f64 / n as f64);
        Complex {
            re: libm::cos(angle),
            im: libm::sin(angle),
        }
    }
}

/// `F[k] = sum_n f[n] exp(-2 pi i (k_1 n_1 / N_1 + k_2 n_2 / N_2))`, unnormalised.
///
/// `values` holds the real f on `grid` (one or two axes, row-major); all its bins come back in the
/// same order: on each axis frequencies 0, 1, ..., then the negative ones up to -1.
///
/// # Errors
/// If `grid` does not have one or two positive lengths or its product is not `values.len()`.
pub fn dft(values: &[f64], grid: &[usize]) -> Result<Vec<Complex>> {
    check_length("values to transform", values.len(), positions(grid)?)?;
    let spectrum = values.iter().map(|&re| Complex { re, im: 0.0 }).collect();
    Ok(transform(spectrum, grid, |root| root.conjugate()))
}

/// The vector-Jacobian product of [`dft`]: `f'[n] = Re sum_k F'[k] exp(2 pi i k n / N)`.
///
/// A complex cotangent holds the derivatives with respect to the real and the imaginary part.
///
/// # Errors
/// As [`dft`].
pub fn dft_vjp(cotangent: &[Complex], grid: &[usize]) -> Result<Vec<f64>> {
    check_length("bins to transform", cotangent.len(), positions(grid)?)?;
    let sums = transform(cotangent.to_vec(), grid, |root| root);
    Ok(sums.iter().map(|value| value.re).collect())
}

/// `f[n] = 1/P Re sum_k F[k] exp(2 pi i k n / N)`, P the number of positions.
///
/// The spectrum of a real signal has `F[-k]` conjugate to `F[k]`: then the sum is real, and the
/// real part drops only rounding errors.
///
/// # Errors
/// If `grid` does not have one or two positive lengths or its product is not `spectrum.len()`.
pub fn inverse_dft(spectrum: &[Complex], grid: &[usize]) -> Result<Vec<f64>> {
    check_length("bins to transform", spectrum.len(), positions(grid)?)?;
    let sums = transform(spectrum.to_vec(), grid, |root| root);
    let count = spectrum.len() as f64;
    Ok(sums.iter().map(|value| value.re / count).collect())
}

/// The vector-Jacobian product of [`inverse_dft`]: `F'[k] = 1/P sum_n f'[n] exp(-2 pi i k n / N)`.
///
/// # Errors
/// As [`inverse_dft`].
pub fn inverse_dft_vjp(cotangent: &[f64], grid: &[usize]) -> Result<Vec<Complex>> {
    let factor = 1.0 / cotangent.len() as f64;
    let sums = dft(cotangent, grid)?;
    Ok(sums.iter().map(|value| value.scale(factor)).collect())
}

/// The transform over every axis in turn, with `twiddle` of the roots of unity as its weights.
fn transform(
    mut values: Vec<Complex>,
    grid: &[usize],
    twiddle: fn(Complex) -> Complex,
) -> Vec<Complex> {
    let mut stride = values.len();
    for &n in grid {
        stride /= n;
        let twiddles: Vec<Complex> = (0..n).map(|j| twiddle(unit_root(j, n))).collect();
        let mut sums = vec![Complex::default(); values.len()];
        for (index, sum) in sums.iter_mut().enumerate() {
            let k = index / stride % n;
            let line = index - k * stride;
            for i in 0..n {
                *sum = *sum + values[line + i * stride] * twiddles[k * i % n];
            }
        }
        values = sums;
    }
    values
}

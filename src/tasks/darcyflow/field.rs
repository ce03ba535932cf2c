//! The random coefficient of DarcyFlow: the sign of a Gaussian field.
//!
//! The field has covariance `(-Laplacian + tau^2)^(-alpha)` with Neumann boundaries, `tau = 3` and
//! `alpha = 2`. Its eigenfunctions are cosines, so on the cell centres `x_i = (2i + 1) / (2n)` it is
//! an inverse cosine transform of white noise xi:
//!
//! `g = C^T (A * xi) C`, with `A_kl = n tau^(alpha - 1) (pi^2 (k^2 + l^2) + tau^2)^(-alpha / 2)`,
//! `A_00 = 0`, and C the orthonormal DCT-II matrix.

use std::f64::consts::PI;

use ndarray::Array2;

const TAU: f64 = 3.0;

/// Coefficient where the field is not negative.
pub const HIGH: f64 = 12.0;
/// Coefficient where the field is negative.
pub const LOW: f64 = 3.0;

/// The Gaussian field on `n` x `n` cell centres.
pub struct GaussianField {
    /// C: row k is the k-th cosine at every centre.
    cosines: Array2<f64>,
    /// A.
    amplitudes: Array2<f64>,
}

impl GaussianField {
    pub fn new(n: usize) -> Self {
        let cosines = Array2::from_shape_fn((n, n), |(k, i)| {
            let norm = if k == 0 { 1.0 } else { 2.0 };
            libm::sqrt(norm / n as f64) * libm::cos(PI * (k * (2 * i + 1)) as f64 / (2 * n) as f64)
        });
        let amplitudes = Array2::from_shape_fn((n, n), |(k, l)| {
            if (k, l) == (0, 0) {
                0.0
            } else {
                // With alpha = 2 the exponents are 1 and -1.
                n as f64 * TAU / (PI * PI * (k * k + l * l) as f64 + TAU * TAU)
            }
        });
        GaussianField {
            cosines,
            amplitudes,
        }
    }

    /// The field g that white noise xi, `(n, n)` independent standard normals, gives.
    pub fn sample(&self, noise: &Array2<f64>) -> Array2<f64> {
        self.cosines
            .t()
            .dot(&(&self.amplitudes * noise))
            .dot(&self.cosines)
    }
}

/// The permeability a: [`HIGH`] where `field >= 0`, otherwise [`LOW`].
pub fn coefficient(field: &Array2<f64>) -> Array2<f64> {
    field.mapv(|g| if g >= 0.0 { HIGH } else { LOW })
}

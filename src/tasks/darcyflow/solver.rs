//! Darcy's equation `-div(a grad u) = 1` on the unit square, `u = 0` on its boundary.
//!
//! The five-point stencil on `n` x `n` nodes with spacing `h = 1 / (n - 1)`:
//!
//! `sum over the 4 neighbours q of p: (a_p + a_q) / 2 * (u_p - u_q) = h^2`
//!
//! for every inner node p. It is solved by conjugate gradients, preconditioned by the inverse of
//! the same stencil with `a = 1`, which the two-dimensional sine transform diagonalises.

use std::f64::consts::PI;
use std::sync::Arc;

use ndarray::{Array2, s};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use crate::{Error, Result};

/// Norm of the residual, relative to the right-hand side's.
pub const TOLERANCE: f64 = 1e-12;
/// Some 30 to 40 iterations suffice, on any grid.
const MOST_ITERATIONS: usize = 1000;

/// The solver on an `n` x `n` grid of nodes, boundary included.
pub struct Solver {
    n: usize,
    /// Of length `2 (n - 1)`.
    fft: Arc<dyn Fft<f64>>,
    /// Eigenvalues of the stencil with `a = 1`, `(n - 2, n - 2)`.
    eigenvalues: Array2<f64>,
}

impl Solver {
    /// A solver for `n >= 3` nodes on each axis.
    pub fn new(n: usize) -> Self {
        let axis = |k: usize| {
            let sine = libm::sin(PI * (k + 1) as f64 / (2 * (n - 1)) as f64);
            4.0 * sine * sine
        };
        Solver {
            n,
            fft: FftPlanner::new().plan_fft_forward(2 * (n - 1)),
            eigenvalues: Array2::from_shape_fn((n - 2, n - 2), |(k, l)| axis(k) + axis(l)),
        }
    }

    /// The solution u on all nodes for the coefficient a on all nodes, both `(n, n)`.
    ///
    /// # Errors
    /// [`Error::Argument`] if the iteration does not converge, as for an `a` that is far from
    /// positive.
    pub fn solve(&self, a: &Array2<f64>) -> Result<Array2<f64>> {
        let last = self.n - 1;
        let h = 1.0 / last as f64;
        let mut residual = Array2::zeros((self.n, self.n));
        residual.slice_mut(s![1..last, 1..last]).fill(h * h);
        let target = TOLERANCE * norm(&residual);

        let mut u = Array2::zeros((self.n, self.n));
        let mut direction = self.precondition(&residual);
        let mut energy = inner(&residual, &direction);
        for _ in 0..MOST_ITERATIONS {
            if norm(&residual) <= target {
                return Ok(u);
            }
            let image = stencil(a, &direction);
            let step = energy / inner(&direction, &image);
            u.scaled_add(step, &direction);
            residual.scaled_add(-step, &image);
            let preconditioned = self.precondition(&residual);
            let next = inner(&residual, &preconditioned);
            direction = preconditioned + &direction * (next / energy);
            energy = next;
        }
        Err(Error::argument(
            "coefficient of Darcy's equation",
            format!(
                "one that leaves a residual of {:e} after {MOST_ITERATIONS} iterations",
                norm(&residual)
            ),
            format!("convergence to {target:e}"),
        ))
    }

    /// The solution of the stencil with `a = 1`: sine transform, eigenvalues, sine transform.
    fn precondition(&self, right: &Array2<f64>) -> Array2<f64> {
        let last = self.n - 1;
        let mut spectrum = self.sine_transform(right.slice(s![1..last, 1..last]).to_owned());
        spectrum /= &self.eigenvalues;
        let mut solution = Array2::zeros((self.n, self.n));
        // The transform is its own inverse up to 2 / (n - 1) for each axis.
        let scale = 2.0 / last as f64;
        solution
            .slice_mut(s![1..last, 1..last])
            .assign(&(self.sine_transform(spectrum) * (scale * scale)));
        solution
    }

    /// The two-dimensional sine transform, transposed. Applied twice, it is back in place.
    fn sine_transform(&self, mut field: Array2<f64>) -> Array2<f64> {
        self.sine_transform_rows(&mut field);
        let mut transposed = field.t().as_standard_layout().into_owned();
        self.sine_transform_rows(&mut transposed);
        transposed
    }

    /// DST-I of every row, `X_k = sum_j x_j sin(pi (j + 1) (k + 1) / (n - 1))`: the Fourier transform
    /// of the row's odd extension is `-2i` times it.
    fn sine_transform_rows(&self, field: &mut Array2<f64>) {
        let length = 2 * (self.n - 1);
        let mut extension = vec![Complex::default(); length];
        let mut scratch = vec![Complex::default(); self.fft.get_inplace_scratch_len()];
        for mut row in field.rows_mut() {
            extension.fill(Complex::default());
            for (j, &x) in row.iter().enumerate() {
                extension[j + 1] = Complex::from(x);
                extension[length - 1 - j] = Complex::from(-x);
            }
            self.fft.process_with_scratch(&mut extension, &mut scratch);
            for (k, x) in row.iter_mut().enumerate() {
                *x = -0.5 * extension[k + 1].im;
            }
        }
    }
}

/// The left-hand side of the module's equation; zero on the boundary, as `u` must be.
pub fn stencil(a: &Array2<f64>, u: &Array2<f64>) -> Array2<f64> {
    let (rows, columns) = u.dim();
    let mut image = Array2::zeros((rows, columns));
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let flow = |q: [usize; 2]| 0.5 * (a[[i, j]] + a[q]) * (u[[i, j]] - u[q]);
            image[[i, j]] =
                flow([i - 1, j]) + flow([i + 1, j]) + flow([i, j - 1]) + flow([i, j + 1]);
        }
    }
    image
}

fn inner(left: &Array2<f64>, right: &Array2<f64>) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}

fn norm(field: &Array2<f64>) -> f64 {
    inner(field, field).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// `tolerance` is relative to the largest value expected.
    fn assert_close(found: &Array2<f64>, expected: &Array2<f64>, tolerance: f64) {
        let scale = expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        for (found, expected) in found.iter().zip(expected) {
            assert_abs_diff_eq!(found, expected, epsilon = tolerance * scale);
        }
    }

    #[test]
    fn the_sine_transform_is_its_sum() {
        for n in [3, 4, 5, 8, 13, 32] {
            let solver = Solver::new(n);
            let m = n - 2;
            let field = Array2::from_shape_fn((m, m), |(i, j)| ((7 * i + 3 * j) % 5) as f64 - 1.7);
            let fast = solver.sine_transform(field.clone());
            let sine =
                |j: usize, k: usize| libm::sin(PI * ((j + 1) * (k + 1)) as f64 / (n - 1) as f64);
            let matrix = Array2::from_shape_fn((m, m), |(j, k)| sine(j, k));
            let sum = matrix.dot(&field).dot(&matrix);
            // Each value is a sum of n^2 terms.
            assert_close(&fast.t().to_owned(), &sum, 1e-15 * (n * n) as f64);
        }
    }

    #[test]
    fn with_a_constant_coefficient_the_preconditioner_inverts_the_stencil() {
        for n in [3, 4, 7, 10] {
            let right = Array2::from_shape_fn((n, n), |(i, j)| {
                let inside = (1..n - 1).contains(&i) && (1..n - 1).contains(&j);
                if inside { (i * i + j) as f64 } else { 0.0 }
            });
            let u = Solver::new(n).precondition(&right);
            // The stencil's condition number is below n^2.
            let image = stencil(&Array2::ones((n, n)), &u);
            assert_close(&image, &right, 1e-15 * (n * n) as f64);
        }
    }

    #[test]
    fn the_solution_satisfies_the_stencil() {
        for n in [3, 4, 5, 12, 31] {
            let a = Array2::from_shape_fn(
                (n, n),
                |(i, j)| if (i / 3 + j) % 2 == 0 { 3.0 } else { 12.0 },
            );
            let u = Solver::new(n).solve(&a).unwrap();
            let h = 1.0 / (n - 1) as f64;
            let image = stencil(&a, &u);
            for ((i, j), &value) in image.indexed_iter() {
                let inside = (1..n - 1).contains(&i) && (1..n - 1).contains(&j);
                // The tolerance bounds the norm over all (n - 2)^2 nodes.
                let expected = if inside { h * h } else { 0.0 };
                assert_abs_diff_eq!(
                    value,
                    expected,
                    epsilon = 2.0 * TOLERANCE * n as f64 * h * h
                );
            }
        }
    }

    #[test]
    fn one_inner_node_is_solved_by_hand() {
        // 4 faces of 12 each: 48 u = 1/4.
        let u = Solver::new(3)
            .solve(&Array2::from_elem((3, 3), 12.0))
            .unwrap();
        assert_abs_diff_eq!(u[[1, 1]], 1.0 / 192.0, epsilon = 1e-16);
    }

    #[test]
    fn a_coefficient_that_is_not_a_number_is_an_error() {
        let error = Solver::new(5).solve(&Array2::from_elem((5, 5), f64::NAN));
        assert!(error.unwrap_err().to_string().contains("residual of NaN"));
    }
}

//! Cubic spline interpolation with not-a-knot ends, between two grids on `[0, 1]`.
//!
//! On knots `t_i = i` (spacing 1) with values `y_i`, the second derivatives `M_i` solve
//!
//! `M_{i-1} + 4 M_i + M_{i+1} = 6 (y_{i-1} - 2 y_i + y_{i+1})`, `0 < i < n - 1`.
//!
//! Not-a-knot makes the third derivative continuous at the second and the last but one knot:
//! `M_0 = 2 M_1 - M_2` and `M_{n-1} = 2 M_{n-2} - M_{n-3}`. Put into the first and last equation,
//! these give `6 M_1` and `6 M_{n-2}` alone on the left.

use ndarray::Array2;

/// The fewest knots a not-a-knot spline has.
pub const FEWEST_KNOTS: usize = 4;

/// The `n` cell centres `(2i + 1) / (2n)`.
pub fn centres(n: usize) -> Vec<f64> {
    (0..n)
        .map(|i| (2 * i + 1) as f64 / (2 * n) as f64)
        .collect()
}

/// The `n` nodes `i / (n - 1)`.
pub fn nodes(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64 / (n - 1) as f64).collect()
}

/// Interpolation from one grid to another as a matrix S, `(to, from)`: it is linear in the values.
/// A field is interpolated along both axes by `S field S^T`. Points outside the knots lie on the
/// first or last piece.
///
/// `from` is equally spaced and has at least [`FEWEST_KNOTS`] points.
pub fn interpolation(from: &[f64], to: &[f64]) -> Array2<f64> {
    let mut matrix = Array2::zeros((to.len(), from.len()));
    let spacing = (from[from.len() - 1] - from[0]) / (from.len() - 1) as f64;
    for knot in 0..from.len() {
        let mut values = vec![0.0; from.len()];
        values[knot] = 1.0;
        let curvatures = second_derivatives(&values);
        for (point, &x) in to.iter().enumerate() {
            matrix[[point, knot]] = evaluate(&values, &curvatures, (x - from[0]) / spacing);
        }
    }
    matrix
}

/// The M of the module's equation.
fn second_derivatives(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let right = |i: usize| 6.0 * (values[i - 1] - 2.0 * values[i] + values[i + 1]);
    let mut m = vec![0.0; n];
    m[1] = right(1) / 6.0;
    m[n - 2] = right(n - 2) / 6.0;
    // Elimination of the equations in between, whose ends are now known.
    let mut upper = vec![0.0; n];
    for i in 2..n - 2 {
        let pivot = 4.0 - upper[i - 1];
        upper[i] = 1.0 / pivot;
        m[i] = (right(i) - m[i - 1]) / pivot;
    }
    for i in (2..n - 2).rev() {
        m[i] -= upper[i] * m[i + 1];
    }
    m[0] = 2.0 * m[1] - m[2];
    m[n - 1] = 2.0 * m[n - 2] - m[n - 3];
    m
}

/// The spline at `t`, in units of the spacing from the first knot.
fn evaluate(values: &[f64], m: &[f64], t: f64) -> f64 {
    let piece = (t.max(0.0) as usize).min(values.len() - 2);
    let after = t - piece as f64;
    let before = 1.0 - after;
    let cubic = |m: f64, value: f64, s: f64| m * s * s * s / 6.0 + (value - m / 6.0) * s;
    cubic(m[piece], values[piece], before) + cubic(m[piece + 1], values[piece + 1], after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn cubics_are_reproduced_inside_and_outside_the_knots() {
        let cubic = |x: f64| 2.0 - x + 3.0 * x * x - 5.0 * x * x * x;
        for n in [4, 5, 6, 7, 16, 31] {
            let from = centres(n);
            let to = [-0.1, 0.0, 0.01, 0.3, 0.5, 0.77, 1.0, 1.2];
            let values = ndarray::Array1::from_iter(from.iter().map(|&x| cubic(x)));
            let result = interpolation(&from, &to).dot(&values);
            for (&x, &y) in to.iter().zip(&result) {
                // Rounding grows with the extrapolation weights, below 1e3 at n = 31.
                assert_relative_eq!(y, cubic(x), epsilon = 1e-11);
            }
        }
    }

    #[test]
    fn the_spline_passes_through_its_knots_with_a_continuous_slope() {
        let values = [1.0, -2.0, 0.5, 4.0, 3.0, -1.0, 0.0];
        let m = second_derivatives(&values);
        for (knot, &value) in values.iter().enumerate() {
            assert_relative_eq!(evaluate(&values, &m, knot as f64), value, epsilon = 1e-14);
        }
        for knot in 1..values.len() - 1 {
            let [left, right] = [-1e-6, 1e-6]
                .map(|step| (evaluate(&values, &m, knot as f64 + step) - values[knot]) / step);
            // The one-sided quotients differ by step times the curvature, below 40 here.
            assert_relative_eq!(left, right, epsilon = 1e-4);
        }
    }
}

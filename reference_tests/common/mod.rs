//! Central differences, and the random arrays they are taken at.
#![allow(dead_code)] // Each test target uses its own part.

use dnarch::random::Stream;
use ndarray::{Array, Dimension, IntoDimension};

/// The step of the central differences.
pub const STEP: f64 = 2e-6;

/// How far a central difference may be from the gradient, relative to `1 + |gradient|`. The step
/// truncates at `STEP^2 / 6 = 7e-13` times the third derivative, at most 4e4 in these tests (20
/// points of a sigmoid mask with tau = 25, each `tau^3 / 8`), and rounding adds
/// `1e-16 / STEP = 5e-11` times the function, at most 1e3. Both stay below 1e-7.
pub const TOLERANCE: f64 = 1e-7;

/// An array of independent standard normals.
pub fn normal<S: IntoDimension>(stream: &mut Stream, shape: S) -> Array<f64, S::Dim> {
    let shape = shape.into_dimension();
    let values = (0..shape.size()).map(|_| stream.normal()).collect();
    Array::from_shape_vec(shape, values).unwrap()
}

/// `sum(a * b)`: turns a function with an array output into a scalar one.
pub fn inner<D: Dimension>(a: &Array<f64, D>, b: &Array<f64, D>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Fails unless `gradient` is that of `f` at `at`, entry by entry.
pub fn assert_gradient<D: Dimension>(
    name: &str,
    f: impl Fn(&Array<f64, D>) -> f64,
    at: &Array<f64, D>,
    gradient: &Array<f64, D>,
) {
    assert_eq!(gradient.shape(), at.shape(), "{name}");
    for i in 0..at.len() {
        let shifted = |step: f64| {
            let mut moved = at.clone();
            *moved.iter_mut().nth(i).unwrap() += step;
            f(&moved)
        };
        let difference = (shifted(STEP) - shifted(-STEP)) / (2.0 * STEP);
        let gradient = *gradient.iter().nth(i).unwrap();
        assert!(
            (difference - gradient).abs() <= TOLERANCE * (1.0 + gradient.abs()),
            "{name}, entry {i}: central difference {difference}, gradient {gradient}"
        );
    }
}

/// [`assert_gradient`] of a function of one number.
pub fn assert_derivative(name: &str, f: impl Fn(f64) -> f64, at: f64, derivative: f64) {
    let scalar = |value| ndarray::arr0(value);
    assert_gradient(name, |x| f(x[()]), &scalar(at), &scalar(derivative));
}

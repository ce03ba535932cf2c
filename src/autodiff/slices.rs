//! Loops over slices that the operations share, compiled for the processor they run on.
//!
//! Sums run over sixteen lanes and then over the lanes: a fixed order, whatever the processor.

use multiversion::multiversion;
use rustfft::num_complex::Complex;

use super::Element;

const LANES: usize = 16;

/// `sum_i f(x_i, y_i)` over lanes.
macro_rules! lane_sum {
    ($x:expr, $y:expr, $term:expr) => {{
        let mut lanes = [E::zero(); LANES];
        let (x, x_rest) = $x.as_chunks::<LANES>();
        let (y, y_rest) = $y.as_chunks::<LANES>();
        for (x, y) in x.iter().zip(y) {
            for i in 0..LANES {
                lanes[i] += $term(x[i], y[i]);
            }
        }
        for (i, (x, y)) in x_rest.iter().zip(y_rest).enumerate() {
            lanes[i] += $term(*x, *y);
        }
        lanes.iter().map(|lane| lane.wide()).sum::<f64>()
    }};
}

/// `sum_i x_i`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn sum<E: Element>(x: &[E]) -> f64 {
    lane_sum!(x, x, |x, _| x)
}

/// `sum_i x_i y_i`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn dot<E: Element>(x: &[E], y: &[E]) -> f64 {
    lane_sum!(x, y, |x: E, y: E| x * y)
}

/// `sum_i (x_i - centre)^2`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn squared_deviation<E: Element>(x: &[E], centre: E) -> f64 {
    lane_sum!(x, x, |x: E, _| (x - centre) * (x - centre))
}

/// `y_i = a x_i + b`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn affine<E: Element>(y: &mut [E], a: E, x: &[E], b: E) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = a * *x + b;
    }
}

/// `y_i += a x_i`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn add_scaled<E: Element>(y: &mut [E], a: E, x: &[E]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
    }
}

/// `z_i = x_i y_i`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn product<E: Element>(z: &mut [E], x: &[E], y: &[E]) {
    for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
        *z = *x * *y;
    }
}

/// `z_i = a x_i + b y_i + c`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn combine<E: Element>(z: &mut [E], a: E, x: &[E], b: E, y: &[E], c: E) {
    for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
        *z = a * *x + b * *y + c;
    }
}

/// `y_i *= x_i`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn multiply<E: Element>(y: &mut [E], x: &[E]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y *= *x;
    }
}

/// `sum_i y_i (x_i - centre)`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn centred_dot<E: Element>(y: &[E], x: &[E], centre: E) -> f64 {
    lane_sum!(x, y, |x: E, y: E| y * (x - centre))
}

/// `z_k *= f_k`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn complex_multiply<E: Element>(z: &mut [Complex<E>], f: &[Complex<E>]) {
    for (z, f) in z.iter_mut().zip(f) {
        *z = Complex::new(z.re * f.re - z.im * f.im, z.re * f.im + z.im * f.re);
    }
}

/// `s_k += conj(w_k) z_k`, and then `w_k *= conj(f_k)`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn complex_adjoint<E: Element>(
    s: &mut [Complex<E>],
    w: &mut [Complex<E>],
    z: &[Complex<E>],
    f: &[Complex<E>],
) {
    for (((s, w), z), f) in s.iter_mut().zip(w).zip(z).zip(f) {
        s.re += w.re * z.re + w.im * z.im;
        s.im += w.re * z.im - w.im * z.re;
        *w = Complex::new(w.re * f.re + w.im * f.im, w.im * f.re - w.re * f.im);
    }
}

/// `y_i *= a`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn scale<E: Element>(y: &mut [E], a: E) {
    for y in y {
        *y *= a;
    }
}

/// `z_i += x_i y_i`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn add_product<E: Element>(z: &mut [E], x: &[E], y: &[E]) {
    for ((z, x), y) in z.iter_mut().zip(x).zip(y) {
        *z += *x * *y;
    }
}

/// `z_n = a_n + i b_n`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn interleave<E: Element>(z: &mut [Complex<E>], a: &[E], b: &[E]) {
    for ((z, a), b) in z.iter_mut().zip(a).zip(b) {
        *z = Complex::new(*a, *b);
    }
}

/// `z_n = a_n`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn real_part<E: Element>(z: &mut [Complex<E>], a: &[E]) {
    for (z, a) in z.iter_mut().zip(a) {
        *z = Complex::new(*a, E::zero());
    }
}

/// `a_n = scale Re(z_n) + offset`, `b_n = scale Im(z_n) + offset`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn deinterleave<E: Element>(a: &mut [E], b: &mut [E], z: &[Complex<E>], scale: E, offset: E) {
    for ((a, b), z) in a.iter_mut().zip(b).zip(z) {
        *a = scale * z.re + offset;
        *b = scale * z.im + offset;
    }
}

/// `a_n = scale Re(z_n) + offset`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn take_real_part<E: Element>(a: &mut [E], z: &[Complex<E>], scale: E, offset: E) {
    for (a, z) in a.iter_mut().zip(z) {
        *a = scale * z.re + offset;
    }
}

/// `r_k = Re(s_k f_k)`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn real_product<E: Element>(r: &mut [E], s: &[Complex<E>], f: &[Complex<E>]) {
    for ((r, s), f) in r.iter_mut().zip(s).zip(f) {
        *r = s.re * f.re - s.im * f.im;
    }
}

/// `z_k = conj(z_k) m_k`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn conjugate_scale<E: Element>(z: &mut [Complex<E>], m: &[E]) {
    for (z, m) in z.iter_mut().zip(m) {
        *z = Complex::new(z.re * *m, -z.im * *m);
    }
}

/// `z_k *= m_k`.
#[multiversion(targets("x86_64+avx2+fma"))]
pub fn complex_scale<E: Element>(z: &mut [Complex<E>], m: &[E]) {
    for (z, m) in z.iter_mut().zip(m) {
        *z = Complex::new(z.re * *m, z.im * *m);
    }
}

//! The vector-Jacobian products of the Fourier definitions, against central differences with a
//! random cotangent and by adjointness.
//!
//! Every output is linear in each single input value (a signal sample, a kernel tap, a mask value),
//! so central differences have no truncation error whatever their step, and a step of 1 leaves
//! only rounding: sums of at most some thousand terms of order 1, below 1e-12. The tolerance
//! 1e-11 is relative to the larger of 1 and the derivative.

#[path = "common/signals.rs"]
mod signals;

use dnarch::equations::convolution::{convolve, convolve_vjp};
use dnarch::equations::dft::{Complex, dft, dft_vjp, inverse_dft, inverse_dft_vjp};
use dnarch::equations::fourier_convolution::{fourier_convolution, fourier_convolution_vjp};
use dnarch::equations::low_pass::{low_pass, low_pass_vjp};
use dnarch::equations::resampling::{downsample, downsample_vjp, upsample, upsample_vjp};
use ndarray::Array3;
use signals::*;

const TOLERANCE: f64 = 1e-11;

/// N and M on one and two axes: length 1, primes, even and odd M, and M = N.
const SHAPES: [(&[usize], &[usize]); 14] = [
    (&[1], &[1]),
    (&[2], &[1]),
    (&[2], &[2]),
    (&[7], &[3]),
    (&[7], &[4]),
    (&[7], &[7]),
    (&[8], &[4]),
    (&[8], &[5]),
    (&[8], &[8]),
    (&[1, 3], &[1, 2]),
    (&[4, 5], &[2, 5]),
    (&[4, 5], &[3, 4]),
    (&[4, 5], &[4, 5]),
    (&[3, 6], &[1, 4]),
];

fn assert_close(found: f64, expected: f64, place: &str) {
    let scale = expected.abs().max(1.0);
    assert!(
        (found - expected).abs() < TOLERANCE * scale,
        "{place}: {found} is not {expected}"
    );
}

/// The central difference of `<output, cotangent>` in the value that `output` moves by its argument.
fn central_difference(cotangent: &Array3<f64>, output: impl Fn(f64) -> Array3<f64>) -> f64 {
    (inner(&output(1.0), cotangent) - inner(&output(-1.0), cotangent)) / 2.0
}

fn moved<T: Clone>(original: &T, change: impl FnOnce(&mut T)) -> T {
    let mut copy = original.clone();
    change(&mut copy);
    copy
}

fn volume(grid: &[usize]) -> usize {
    grid.iter().product()
}

#[test]
fn convolution() {
    for (index, (grid, _)) in SHAPES.iter().enumerate() {
        let index = index as u64;
        for kernel_grid in [vec![3; grid.len()], full_kernel_grid(grid)] {
            let signal = noise((2, 2, volume(grid)), index);
            let kernel = noise_kernel(2, &kernel_grid, index);
            let cotangent = noise((2, 2, volume(grid)), index + 100);
            let run =
                |signal: &_, kernel: &_| convolve(signal, grid, kernel, &kernel_grid).unwrap();
            let (of_signal, of_kernel) =
                convolve_vjp(&signal, grid, &kernel, &kernel_grid, &cotangent).unwrap();
            assert_eq!(
                (of_signal.dim(), of_kernel.dim()),
                (signal.dim(), kernel.dim())
            );
            for (place, &found) in of_signal.indexed_iter() {
                let expected = central_difference(&cotangent, |step| {
                    run(&moved(&signal, |x| x[place] += step), &kernel)
                });
                assert_close(found, expected, &format!("{grid:?} signal {place:?}"));
            }
            for (place, &found) in of_kernel.indexed_iter() {
                let expected = central_difference(&cotangent, |step| {
                    run(&signal, &moved(&kernel, |psi| psi[place] += step))
                });
                assert_close(found, expected, &format!("{grid:?} kernel {place:?}"));
            }
        }
    }
}

#[test]
fn downsampling() {
    for (index, (grid, reduced)) in SHAPES.iter().enumerate() {
        let index = index as u64;
        let signal = noise((2, 2, volume(grid)), index);
        let masks = resampling_masks(grid, reduced, 8.0);
        let cotangent = noise((2, 2, volume(reduced)), index + 100);
        let run = |signal: &_, masks: &[_]| downsample(signal, grid, reduced, masks).unwrap();
        let (of_signal, of_masks) =
            downsample_vjp(&signal, grid, reduced, &masks, &cotangent).unwrap();
        assert_eq!(of_signal.dim(), signal.dim());
        for (place, &found) in of_signal.indexed_iter() {
            let expected = central_difference(&cotangent, |step| {
                run(&moved(&signal, |x| x[place] += step), &masks)
            });
            assert_close(
                found,
                expected,
                &format!("{grid:?} {reduced:?} signal {place:?}"),
            );
        }
        check_masks(
            &format!("{grid:?} {reduced:?}"),
            &masks,
            &of_masks,
            &cotangent,
            |masks| run(&signal, masks),
        );
    }
}

#[test]
fn upsampling() {
    for (index, (grid, reduced)) in SHAPES.iter().enumerate() {
        let index = index as u64;
        let signal = noise((1, 2, volume(reduced)), index);
        let cotangent = noise((1, 2, volume(grid)), index + 100);
        let of_signal = upsample_vjp(reduced, grid, &cotangent).unwrap();
        assert_eq!(of_signal.dim(), signal.dim());
        for (place, &found) in of_signal.indexed_iter() {
            let expected = central_difference(&cotangent, |step| {
                upsample(&moved(&signal, |x| x[place] += step), reduced, grid).unwrap()
            });
            assert_close(found, expected, &format!("{reduced:?} {grid:?} {place:?}"));
        }
    }
}

#[test]
fn eq_7() {
    for (index, (grid, reduced)) in SHAPES.iter().enumerate() {
        let index = index as u64;
        for kernel_grid in [vec![1; grid.len()], full_kernel_grid(grid)] {
            let signal = noise((2, 2, volume(grid)), index);
            let kernel = noise_kernel(2, &kernel_grid, index);
            let masks = convolution_masks(grid, reduced, 8.0);
            let cotangent = noise((2, 2, volume(reduced)), index + 100);
            let run = |signal: &_, kernel: &_, masks: &[_]| {
                fourier_convolution(signal, grid, kernel, &kernel_grid, reduced, masks).unwrap()
            };
            let found = fourier_convolution_vjp(
                &signal,
                grid,
                &kernel,
                &kernel_grid,
                reduced,
                &masks,
                &cotangent,
            )
            .unwrap();
            assert_eq!(
                (found.signal.dim(), found.kernel.dim()),
                (signal.dim(), kernel.dim())
            );
            let shapes = format!("{grid:?} {reduced:?} {kernel_grid:?}");
            for (place, &found) in found.signal.indexed_iter() {
                let expected = central_difference(&cotangent, |step| {
                    run(&moved(&signal, |x| x[place] += step), &kernel, &masks)
                });
                assert_close(found, expected, &format!("{shapes} signal {place:?}"));
            }
            for (place, &found) in found.kernel.indexed_iter() {
                let expected = central_difference(&cotangent, |step| {
                    run(&signal, &moved(&kernel, |psi| psi[place] += step), &masks)
                });
                assert_close(found, expected, &format!("{shapes} kernel {place:?}"));
            }
            check_masks(&shapes, &masks, &found.masks, &cotangent, |masks| {
                run(&signal, &kernel, masks)
            });
        }
    }
}

/// Each mask value against its central difference.
fn check_masks(
    shapes: &str,
    masks: &[Vec<f64>],
    found: &[Vec<f64>],
    cotangent: &Array3<f64>,
    run: impl Fn(&[Vec<f64>]) -> Array3<f64>,
) {
    assert_eq!(found.len(), masks.len());
    for axis in 0..masks.len() {
        assert_eq!(found[axis].len(), masks[axis].len());
        for k in 0..masks[axis].len() {
            let expected = central_difference(cotangent, |step| {
                run(&moved(&masks.to_vec(), |masks| masks[axis][k] += step))
            });
            assert_close(
                found[axis][k],
                expected,
                &format!("{shapes} mask {axis} at {k}"),
            );
        }
    }
}

/// Re sum_k conj(a[k]) b[k].
fn inner_complex(left: &[Complex], right: &[Complex]) -> f64 {
    left.iter()
        .zip(right)
        .map(|(a, b)| a.re * b.re + a.im * b.im)
        .sum()
}

/// `<A x, y> = <x, A' y>` for every map that is linear in x, with y of no particular symmetry.
#[test]
fn adjointness() {
    for (index, (grid, reduced)) in SHAPES.iter().enumerate() {
        let index = index as u64;
        let values = |grid: &[usize], index| noise((1, 1, volume(grid)), index);
        let list = |grid: &[usize], index| values(grid, index).into_raw_vec_and_offset().0;
        let bins = |grid: &[usize], index: u64| -> Vec<Complex> {
            let parts = list(grid, index).into_iter().zip(list(grid, index + 1));
            parts.map(|(re, im)| Complex { re, im }).collect()
        };
        let place = format!("{grid:?} {reduced:?}");

        let (x, y) = (list(grid, index), bins(grid, index + 200));
        let left = inner_complex(&dft(&x, grid).unwrap(), &y);
        assert_close(left, inner(&x, &dft_vjp(&y, grid).unwrap()), &place);

        let left = inner(&inverse_dft(&y, grid).unwrap(), &x);
        assert_close(
            left,
            inner_complex(&y, &inverse_dft_vjp(&x, grid).unwrap()),
            &place,
        );

        let masks = resampling_masks(grid, reduced, 8.0);
        let z = bins(reduced, index + 300);
        let left = inner_complex(&low_pass(&y, grid, reduced, &masks).unwrap(), &z);
        let (back, _) = low_pass_vjp(&y, grid, reduced, &masks, &z).unwrap();
        assert_close(left, inner_complex(&y, &back), &place);

        let (x, z) = (values(grid, index), values(reduced, index + 400));
        let left = inner(&downsample(&x, grid, reduced, &masks).unwrap(), &z);
        let (back, _) = downsample_vjp(&x, grid, reduced, &masks, &z).unwrap();
        assert_close(left, inner(&x, &back), &place);

        let left = inner(&upsample(&z, reduced, grid).unwrap(), &x);
        assert_close(
            left,
            inner(&z, &upsample_vjp(reduced, grid, &x).unwrap()),
            &place,
        );

        // Linear in the signal and in the kernel alike: one number three ways.
        let kernel_grid = full_kernel_grid(grid);
        let psi = noise_kernel(1, &kernel_grid, index);
        let masks = convolution_masks(grid, reduced, 8.0);
        let output = fourier_convolution(&x, grid, &psi, &kernel_grid, reduced, &masks).unwrap();
        let back = fourier_convolution_vjp(&x, grid, &psi, &kernel_grid, reduced, &masks, &z);
        let back = back.unwrap();
        assert_close(inner(&output, &z), inner(&x, &back.signal), &place);
        assert_close(inner(&output, &z), inner(&psi, &back.kernel), &place);
        for (mask, cotangent) in masks.iter().zip(&back.masks) {
            assert_close(inner(&output, &z), inner(mask, cotangent), &place);
        }
    }
}

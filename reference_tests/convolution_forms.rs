//! Eq. 7 beside its three other readings: where they agree, and by how much they differ.
//!
//! Unless a test says otherwise its tolerance is 1e-12: sums of at most a few hundred terms of
//! order 1, each with a relative rounding error of 2^-53, err by less than 1e-13.

#[path = "common/signals.rs"]
mod signals;

use dnarch::equations::convolution::convolve;
use dnarch::equations::convolution_forms::{reduce_first, spatial, two_step};
use dnarch::equations::fourier_convolution::fourier_convolution;
use dnarch::equations::resampling::downsample;
use ndarray::{Array2, Array3, s};
use signals::*;

const TOLERANCE: f64 = 1e-12;

#[test]
fn every_form_is_plain_convolution_at_full_resolution() {
    for (index, grid) in GRIDS.iter().enumerate() {
        let total = grid.iter().product();
        let signal = noise((1, 2, total), index as u64);
        let kernel_grid = full_kernel_grid(grid);
        let kernel = noise_kernel(2, &kernel_grid, index as u64);
        let direct = convolve(&signal, grid, &kernel, &kernel_grid).unwrap();
        let halves = open(&halves(grid));
        let forms = [
            two_step(&signal, grid, &kernel, &kernel_grid, grid, &halves),
            reduce_first(&signal, grid, &kernel, &kernel_grid, grid, &open(grid)),
            spatial(&signal, grid, &kernel, &kernel_grid, grid, &open(grid)),
        ];
        for form in forms {
            assert!(difference(&form.unwrap(), &direct) < TOLERANCE, "{grid:?}");
        }
    }
}

/// A signal that is zero within (k-1)/2 of the borders: Eq. 7 and the spatial form agree exactly,
/// with a soft mask and a fractional N/M, on one axis and two.
#[test]
fn spatial_form_equals_eq_7_when_the_convolution_stays_inside() {
    for (grid, reduced) in [
        (vec![16], vec![7]),
        (vec![17], vec![8]),
        (vec![9, 10], vec![4, 7]),
    ] {
        let total: usize = grid.iter().product();
        let kernel_grid = vec![5; grid.len()];
        let kernel = noise_kernel(1, &kernel_grid, 2);
        let last = grid[grid.len() - 1];
        let mut signal = noise((1, 1, total), 2);
        for (i, value) in signal.iter_mut().enumerate() {
            let near = |position: usize, n: usize| position < 2 || position + 2 >= n;
            if near(i % last, last) || (grid.len() == 2 && near(i / last, grid[0])) {
                *value = 0.0;
            }
        }
        let masks = convolution_masks(&grid, &reduced, 8.0);
        let eq_7 = fourier_convolution(&signal, &grid, &kernel, &kernel_grid, &reduced, &masks);
        let other = spatial(&signal, &grid, &kernel, &kernel_grid, &reduced, &masks);
        assert!(
            difference(&eq_7.unwrap(), &other.unwrap()) < TOLERANCE,
            "{grid:?}"
        );
    }
}

/// The two-step form is the spatial form made circular: with the mask of Eq. 1 at every second
/// frequency of Eq. 7's, it folds the far half of the low-passed, padded convolution onto the
/// near one.
#[test]
fn two_step_form_folds_the_far_half() {
    for (n, m) in [(8, 8), (16, 7), (16, 8), (17, 9), (13, 4), (6, 1)] {
        let kernel_grid = full_kernel_grid(&[n]);
        let signal = noise((1, 1, n), 5);
        let kernel = noise_kernel(1, &kernel_grid, 5);
        let mask = convolution_masks(&[n], &[m], 8.0).remove(0);
        let every_second: Vec<f64> = (0..=n / 2).map(|k| mask[2 * k]).collect();

        let mut padded = Array3::zeros((1, 1, 2 * n));
        let convolved = convolve(&signal, &[n], &kernel, &kernel_grid).unwrap();
        padded.slice_mut(s![.., .., ..n]).assign(&convolved);
        let low = downsample(&padded, &[2 * n], &[2 * m], std::slice::from_ref(&mask)).unwrap();
        let near = low.slice(s![.., .., ..m]).to_owned();
        let folded = &near + &low.slice(s![.., .., m..]);

        let steps = two_step(&signal, &[n], &kernel, &kernel_grid, &[m], &[every_second]).unwrap();
        assert!(difference(&steps, &folded) < TOLERANCE, "{n} {m}");
        let space = spatial(&signal, &[n], &kernel, &kernel_grid, &[m], &[mask]).unwrap();
        assert!(difference(&space, &near) < TOLERANCE, "{n} {m}");
    }
}

/// `exp(-(i - centre)^2 / (2 width^2))` at n positions.
fn bump(n: usize, centre: usize, width: f64) -> Vec<f64> {
    (0..n)
        .map(|i| (-((i as f64 - centre as f64) / width).powi(2) / 2.0).exp())
        .collect()
}

/// A Gaussian kernel of N + 1 taps that sum to 1.
fn gaussian_kernel(n: usize, width: f64) -> Array2<f64> {
    let kernel = Array2::from_shape_vec((1, n + 1), bump(n + 1, n / 2, width)).unwrap();
    &kernel / kernel.sum()
}

/// How the two-step, the reduce-first and the spatial form differ from Eq. 7 for masks cut off at
/// M: the largest difference anywhere, and in the middle half of the samples.
fn differences(signal: &[f64], kernel: &Array2<f64>, m: usize, tau: f64) -> [(f64, f64); 3] {
    let (grid, kernel_grid) = ([signal.len()], [kernel.len()]);
    let signal = row(signal);
    let of_eq_1 = resampling_masks(&grid, &[m], tau);
    let of_eq_7 = convolution_masks(&grid, &[m], tau);
    let eq_7 = fourier_convolution(&signal, &grid, kernel, &kernel_grid, &[m], &of_eq_7).unwrap();
    let middle = |x: &Array3<f64>| x.slice(s![.., .., m / 4..m - m / 4]).to_owned();
    [
        two_step(&signal, &grid, kernel, &kernel_grid, &[m], &of_eq_1),
        reduce_first(&signal, &grid, kernel, &kernel_grid, &[m], &of_eq_7),
        spatial(&signal, &grid, kernel, &kernel_grid, &[m], &of_eq_7),
    ]
    .map(|form| {
        let form = form.unwrap();
        (
            difference(&form, &eq_7),
            difference(&middle(&form), &middle(&eq_7)),
        )
    })
}

/// Gaussians of width 5 on 128 samples have fallen to e^-30 above half of the band and their
/// convolution to e^-40 at the borders: band-limited below M and away from the borders to rounding.
/// What is left is the mask's, not smooth at frequency 0, where it has a slope on either side: its
/// inverse transform has a slow tail, measured at 2e-5 for tau = 8 and 3e-12 for tau = 25.
#[test]
fn all_forms_agree_for_band_limited_functions_away_from_the_borders() {
    for m in [64, 65, 96] {
        for (tau, tail) in [(8.0, 4e-5), (25.0, 6e-12)] {
            let found = differences(&bump(128, 60, 5.0), &gaussian_kernel(128, 5.0), m, tau);
            let [two_steps, reduced_first, in_space] = found;
            assert!(two_steps.0 < tail, "{m} {tau} {found:?}");
            assert!(reduced_first.0 < tail, "{m} {tau} {found:?}");
            assert!(in_space.0 < TOLERANCE, "{m} {tau} {found:?}");
        }
    }
}

/// The figures of the documentation of `convolution_forms`, within a tenth.
fn assert_measured(found: [(f64, f64); 3], documented: [(f64, f64); 3]) {
    for (found, documented) in found.iter().zip(&documented) {
        assert!(
            (found.0 / documented.0 - 1.0).abs() < 0.1,
            "{found:?} {documented:?}"
        );
        assert!(
            (found.1 / documented.1 - 1.0).abs() < 0.1,
            "{found:?} {documented:?}"
        );
    }
}

#[test]
fn forms_differ_at_the_borders_of_a_constant() {
    let found = differences(&[1.0; 64], &gaussian_kernel(64, 2.5), 32, 25.0);
    assert_measured(
        found,
        [(2.3e-2, 9.3e-4), (5.7e-2, 1.2e-5), (1.28e-1, 1.37e-3)],
    );
}

/// The counterexample to App. B.2: for noise convolved with noise it errs everywhere, by more in
/// the middle than the other forms do.
#[test]
fn forms_differ_for_functions_that_are_not_band_limited() {
    let signal = noise((1, 1, 64), 9).into_raw_vec_and_offset().0;
    let found = differences(&signal, &noise_kernel(1, &[65], 9), 32, 25.0);
    assert_measured(found, [(0.73, 0.058), (0.69, 0.69), (0.89, 0.084)]);
}

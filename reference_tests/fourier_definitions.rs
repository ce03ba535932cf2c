//! The Fourier definitions against hand-computed vectors, known transforms and each other.
//!
//! Unless a test says otherwise its tolerance is 1e-12: sums of at most a few hundred terms of
//! order 1, each with a relative rounding error of 2^-53, err by less than 1e-13.

#[path = "common/signals.rs"]
mod signals;

use dnarch::equations::convolution::{convolve, convolve_by_spectrum};
use dnarch::equations::dft::{Complex, dft, inverse_dft};
use dnarch::equations::fourier_convolution::fourier_convolution;
use dnarch::equations::resampling::{downsample, upsample};
use ndarray::{Array2, Array3, array, s};
use proptest::prelude::*;
use signals::*;

const TOLERANCE: f64 = 1e-12;

fn complex(re: f64, im: f64) -> Complex {
    Complex { re, im }
}

fn assert_spectrum(found: &[Complex], expected: &[Complex]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!(
            (f.re - e.re).abs() < TOLERANCE && (f.im - e.im).abs() < TOLERANCE,
            "{f:?} {e:?}"
        );
    }
}

#[test]
fn dft_of_four_samples_by_hand() {
    let spectrum = dft(&[1.0, 2.0, 3.0, 5.0], &[4]).unwrap();
    // Quarter turns are exact, so there is no rounding at all.
    let by_hand = [
        complex(11.0, 0.0),
        complex(-2.0, 3.0),
        complex(-3.0, 0.0),
        complex(-2.0, -3.0),
    ];
    assert_eq!(spectrum, by_hand);
}

#[test]
fn dft_of_a_square_by_hand() {
    let spectrum = dft(&[1.0, 2.0, 3.0, 5.0], &[2, 2]).unwrap();
    let by_hand = [11.0, -3.0, -5.0, 1.0].map(|re| complex(re, 0.0));
    assert_eq!(spectrum, by_hand);
}

#[test]
fn dft_of_constants_impulses_and_waves() {
    for n in [1, 2, 5, 8, 12, 13] {
        let mut constant = vec![complex(0.0, 0.0); n];
        constant[0] = complex(n as f64, 0.0);
        assert_spectrum(&dft(&vec![1.0; n], &[n]).unwrap(), &constant);

        let mut impulse = vec![0.0; n];
        impulse[0] = 1.0;
        assert_eq!(dft(&impulse, &[n]).unwrap(), vec![complex(1.0, 0.0); n]);
    }
    // 3 cos(2 pi 2 n/7) + 4 sin(2 pi 2 n/7) has 7 (3 - 4i)/2 at k = 2 and its conjugate at -2.
    let wave: Vec<f64> = (0..7)
        .map(|n| 4.0 * std::f64::consts::PI * n as f64 / 7.0)
        .map(|phase| 3.0 * phase.cos() + 4.0 * phase.sin())
        .collect();
    let mut expected = vec![complex(0.0, 0.0); 7];
    expected[2] = complex(10.5, -14.0);
    expected[5] = complex(10.5, 14.0);
    assert_spectrum(&dft(&wave, &[7]).unwrap(), &expected);
}

#[test]
fn real_signals_have_exactly_mirrored_spectra() {
    for n in [5, 8, 13, 24] {
        let values = noise((1, 1, n), n as u64).into_raw_vec_and_offset().0;
        let spectrum = dft(&values, &[n]).unwrap();
        for k in 1..n {
            assert_eq!(spectrum[n - k], spectrum[k].conjugate());
        }
    }
}

#[test]
fn inverse_undoes_dft() {
    for grid in GRIDS {
        let total = grid.iter().product();
        let values = noise((1, 1, total), 1).into_raw_vec_and_offset().0;
        let back = inverse_dft(&dft(&values, grid).unwrap(), grid).unwrap();
        assert!(difference(&row(&back), &row(&values)) < TOLERANCE);
    }
}

#[test]
fn convolution_by_hand() {
    // y[n] = 1 x[n-1] + 10 x[n] + 100 x[n+1].
    let signal = row(&[1.0, 2.0, 3.0]);
    let output = convolve(&signal, &[3], &array![[1.0, 10.0, 100.0]], &[3]).unwrap();
    assert_eq!(output, row(&[210.0, 321.0, 32.0]));

    // A kernel longer than the signal; only the tap two to the right reaches from 0 to 2.
    let kernel = array![[0.0, 0.0, 0.0, 0.0, 1.0]];
    assert_eq!(
        convolve(&signal, &[3], &kernel, &[5]).unwrap(),
        row(&[3.0, 0.0, 0.0])
    );

    // The tap below and to the left of the centre, on two axes.
    let kernel = array![[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]];
    let signal = row(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let output = convolve(&signal, &[2, 3], &kernel, &[3, 3]).unwrap();
    assert_eq!(output, row(&[0.0, 4.0, 5.0, 0.0, 0.0, 0.0]));
}

#[test]
fn convolution_keeps_channels_and_examples_apart() {
    let signal = noise((2, 3, 6), 0);
    let kernel = noise_kernel(3, &[5], 0);
    let together = convolve(&signal, &[6], &kernel, &[5]).unwrap();
    let mut alone = Array3::zeros((1, 1, 6));
    alone
        .slice_mut(s![0, 0, ..])
        .assign(&signal.slice(s![1, 2, ..]));
    let one = kernel.slice(s![2..3, ..]).to_owned();
    let expected = convolve(&alone, &[6], &one, &[5]).unwrap();
    assert_eq!(together.slice(s![1, 2, ..]), expected.slice(s![0, 0, ..]));
}

#[test]
fn convolution_theorem_holds() {
    for (index, grid) in GRIDS.iter().enumerate() {
        let total = grid.iter().product();
        let signal = noise((2, 2, total), index as u64);
        for kernel_grid in [
            vec![1; grid.len()],
            vec![3; grid.len()],
            full_kernel_grid(grid),
        ] {
            let kernel = noise_kernel(2, &kernel_grid, index as u64);
            let direct = convolve(&signal, grid, &kernel, &kernel_grid).unwrap();
            let spectral = convolve_by_spectrum(&signal, grid, &kernel, &kernel_grid).unwrap();
            assert!(
                difference(&direct, &spectral) < TOLERANCE,
                "{grid:?} {kernel_grid:?}"
            );
        }
    }
}

#[test]
fn downsampling_by_hand() {
    // Bins 0 and +-1 of [1, 2, 3, 5] are 11 and -2 +- 3i; with mask [1, 1/2, .] at M = 3, sample m
    // is (11 + Re((-2 + 3i) w^m)) / 4, w = exp(2 pi i / 3).
    let output = downsample(
        &row(&[1.0, 2.0, 3.0, 5.0]),
        &[4],
        &[3],
        &[vec![1.0, 0.5, 9.0]],
    )
    .unwrap();
    let half_root = 3f64.sqrt() / 2.0;
    let expected = [
        9.0 / 4.0,
        (12.0 - 3.0 * half_root) / 4.0,
        (12.0 + 3.0 * half_root) / 4.0,
    ];
    assert!(difference(&output, &row(&expected)) < TOLERANCE);

    // At M = 2 the Nyquist bin is zero and only the mean is left; at M = N all bins stay.
    let open = [vec![1.0; 3]];
    let output = downsample(&row(&[1.0, 2.0, 3.0, 5.0]), &[4], &[2], &open).unwrap();
    assert_eq!(output, row(&[2.75, 2.75]));
    let nyquist_halved = [vec![1.0, 1.0, 0.5]];
    let output = downsample(&row(&[1.0, 2.0, 3.0, 5.0]), &[4], &[4], &nyquist_halved).unwrap();
    assert_eq!(output, row(&[1.375, 1.625, 3.375, 4.625]));
}

#[test]
fn length_one_is_scaled_by_its_only_mask_value() {
    let output = downsample(&row(&[3.0]), &[1], &[1], &[vec![0.5]]).unwrap();
    assert_eq!(output, row(&[1.5]));
    assert_eq!(upsample(&row(&[3.0]), &[1], &[1]).unwrap(), row(&[3.0]));
    assert_eq!(upsample(&row(&[3.0]), &[1], &[4]).unwrap(), row(&[3.0; 4]));
}

#[test]
fn band_limited_signals_are_sampled_exactly_both_ways() {
    for n in [16, 17] {
        for m in [7, 8, 9] {
            let highest = (m - 1) / 2;
            let fine = band_limited(n, highest);
            let coarse = band_limited(m, highest);
            let down = downsample(&fine, &[n], &[m], &open(&[n / 2])).unwrap();
            assert!(difference(&down, &coarse) < TOLERANCE, "down {n} {m}");
            let up = upsample(&coarse, &[m], &[n]).unwrap();
            assert!(difference(&up, &fine) < TOLERANCE, "up {n} {m}");
            let round_trip = upsample(&down, &[m], &[n]).unwrap();
            assert!(
                difference(&round_trip, &fine) < TOLERANCE,
                "up of down {n} {m}"
            );
        }
    }
}

#[test]
fn band_limited_products_are_sampled_exactly_on_two_axes() {
    let product = |grid: [usize; 2]| {
        let (rows, columns) = (band_limited(grid[0], 2), band_limited(grid[1], 3));
        Array3::from_shape_fn((1, 1, grid[0] * grid[1]), |(_, _, i)| {
            rows[[0, 0, i / grid[1]]] * columns[[0, 0, i % grid[1]]]
        })
    };
    let (fine, coarse) = (product([9, 10]), product([6, 7]));
    let down = downsample(&fine, &[9, 10], &[6, 7], &open(&[4, 5])).unwrap();
    assert!(difference(&down, &coarse) < TOLERANCE);
    assert!(difference(&upsample(&coarse, &[6, 7], &[9, 10]).unwrap(), &fine) < TOLERANCE);
}

#[test]
fn constants_stay_constant() {
    for grid in GRIDS {
        let total = grid.iter().product();
        let half: Vec<usize> = grid.iter().map(|n| n.div_ceil(2)).collect();
        for reduced in [grid.to_vec(), half, vec![1; grid.len()]] {
            let constant = Array3::from_elem((1, 1, total), 2.5);
            let small = Array3::from_elem((1, 1, reduced.iter().product()), 2.5);
            let down = downsample(&constant, grid, &reduced, &open(&halves(grid))).unwrap();
            assert!(
                difference(&down, &small) < TOLERANCE,
                "down {grid:?} {reduced:?}"
            );
            let up = upsample(&small, &reduced, grid).unwrap();
            assert!(
                difference(&up, &constant) < TOLERANCE,
                "up {grid:?} {reduced:?}"
            );
        }
    }
}

#[test]
fn a_mask_on_one_axis_leaves_the_other_alone() {
    let signal = noise((1, 1, 20), 3);
    let masks = [vec![0.9, 0.5, 0.2], vec![1.0; 3]];
    let both = downsample(&signal, &[4, 5], &[3, 5], &masks).unwrap();
    for column in 0..5 {
        let line: Vec<f64> = (0..4).map(|i| signal[[0, 0, i * 5 + column]]).collect();
        let expected = downsample(&row(&line), &[4], &[3], &masks[..1]).unwrap();
        let found: Vec<f64> = (0..3).map(|i| both[[0, 0, i * 5 + column]]).collect();
        assert!(difference(&row(&found), &expected) < TOLERANCE);
    }
}

#[test]
fn eq_7_at_full_resolution_is_the_direct_sum() {
    for (index, grid) in GRIDS.iter().enumerate() {
        let total = grid.iter().product();
        let signal = noise((2, 2, total), index as u64);
        for kernel_grid in [vec![1; grid.len()], full_kernel_grid(grid)] {
            let kernel = noise_kernel(2, &kernel_grid, index as u64);
            let direct = convolve(&signal, grid, &kernel, &kernel_grid).unwrap();
            let fourier =
                fourier_convolution(&signal, grid, &kernel, &kernel_grid, grid, &open(grid));
            assert!(
                difference(&fourier.unwrap(), &direct) < TOLERANCE,
                "{grid:?} {kernel_grid:?}"
            );
        }
    }
}

/// The outermost taps of a kernel of N + 1 taps, one at a time: each shifts the signal by N/2
/// with zeros moving in, in 1-D and on both axes of 2-D. Wrap-around would put samples there.
#[test]
fn the_longest_kernel_does_not_wrap_around() {
    let n = 6;
    let signal = row(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let shifts = [
        (0, [0.0, 0.0, 0.0, 1.0, 2.0, 3.0]),
        (n, [4.0, 5.0, 6.0, 0.0, 0.0, 0.0]),
    ];
    for (tap, shifted) in shifts {
        let mut kernel = Array2::zeros((1, n + 1));
        kernel[[0, tap]] = 1.0;
        let output = fourier_convolution(&signal, &[n], &kernel, &[n + 1], &[n], &open(&[n]));
        assert!(difference(&output.unwrap(), &row(&shifted)) < TOLERANCE);
    }
    let mut kernel = Array2::zeros((1, 9));
    kernel[[0, 2]] = 1.0; // up and right
    let square = row(&[1.0, 2.0, 3.0, 4.0]);
    let output = fourier_convolution(&square, &[2, 2], &kernel, &[3, 3], &[2, 2], &open(&[2, 2]));
    assert!(difference(&output.unwrap(), &row(&[0.0, 0.0, 2.0, 0.0])) < TOLERANCE);
}

/// Eq. 7 is Eq. 1 on the whole linear convolution, computed here by the direct sum on 2N samples
/// with the signal in the middle and rolled back.
#[test]
fn eq_7_is_eq_1_of_the_whole_linear_convolution() {
    for (n, m) in [
        (8, 8),
        (8, 5),
        (8, 4),
        (9, 6),
        (11, 7),
        (7, 1),
        (2, 1),
        (1, 1),
    ] {
        let kernel_grid = full_kernel_grid(&[n]);
        let kernel = noise_kernel(1, &kernel_grid, 4);
        let signal = noise((1, 1, n), 4);
        let masks = convolution_masks(&[n], &[m], 8.0);

        let before = n / 2;
        let mut padded = Array3::zeros((1, 1, 2 * n));
        padded
            .slice_mut(s![.., .., before..before + n])
            .assign(&signal);
        let whole = convolve(&padded, &[2 * n], &kernel, &kernel_grid).unwrap();
        let rolled = Array3::from_shape_fn((1, 1, 2 * n), |(b, c, i)| {
            whole[[b, c, (i + before) % (2 * n)]]
        });
        let reduced = downsample(&rolled, &[2 * n], &[2 * m], &masks).unwrap();
        let expected = reduced.slice(s![.., .., ..m]).to_owned();

        let output = fourier_convolution(&signal, &[n], &kernel, &kernel_grid, &[m], &masks);
        assert!(
            difference(&output.unwrap(), &expected) < TOLERANCE,
            "{n} {m}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    /// The product of a kernel and a signal that are products over the axes is convolved axis by
    /// axis, whatever the lengths.
    #[test]
    fn eq_7_is_separable(
        (n1, m1) in (1usize..8).prop_flat_map(|n| (Just(n), 1..=n)),
        (n2, m2) in (1usize..8).prop_flat_map(|n| (Just(n), 1..=n)),
        index in 0u64..1000,
    ) {
        let (k1, k2) = (n1 + 1 - n1 % 2, n2 + 1 - n2 % 2);
        let signals = [noise((1, 1, n1), index), noise((1, 1, n2), index + 1000)];
        let kernels = [noise_kernel(1, &[k1], index), noise_kernel(1, &[k2], index + 1000)];
        let masks = convolution_masks(&[n1, n2], &[m1, m2], 8.0);
        let first = fourier_convolution(&signals[0], &[n1], &kernels[0], &[k1], &[m1], &masks[..1]);
        let second = fourier_convolution(&signals[1], &[n2], &kernels[1], &[k2], &[m2], &masks[1..]);
        let (first, second) = (first.unwrap(), second.unwrap());
        let expected = Array3::from_shape_fn((1, 1, m1 * m2), |(_, _, i)| {
            first[[0, 0, i / m2]] * second[[0, 0, i % m2]]
        });
        let signal = Array3::from_shape_fn((1, 1, n1 * n2), |(_, _, i)| {
            signals[0][[0, 0, i / n2]] * signals[1][[0, 0, i % n2]]
        });
        let kernel = Array2::from_shape_fn((1, k1 * k2), |(_, j)| {
            kernels[0][[0, j / k2]] * kernels[1][[0, j % k2]]
        });
        let output = fourier_convolution(&signal, &[n1, n2], &kernel, &[k1, k2], &[m1, m2], &masks);
        // Products of two convolutions of up to 8 normal values reach about 100.
        prop_assert!(difference(&output.unwrap(), &expected) < 100.0 * TOLERANCE);
    }
}

#[test]
fn impossible_arguments_are_errors() {
    let signal = Array3::zeros((1, 2, 6));
    let kernel = Array2::zeros((2, 3));
    let mask = vec![vec![1.0; 7]];
    let run =
        |signal, grid: &[usize], kernel, kernel_grid: &[usize], reduced: &[usize], masks: &[_]| {
            fourier_convolution(signal, grid, kernel, kernel_grid, reduced, masks)
                .map(|_| ())
                .map_err(|e| e.to_string())
        };
    assert_eq!(run(&signal, &[6], &kernel, &[3], &[4], &mask), Ok(()));
    let pair = Array2::zeros((2, 2));
    let long = Array2::zeros((2, 9));
    let fewer = Array2::zeros((1, 3));
    let cases = [
        (
            run(&signal, &[5], &kernel, &[3], &[4], &mask),
            "positions of the signal: got 6, expected 5",
        ),
        (
            run(&signal, &[], &kernel, &[], &[], &[]),
            "grid: got [], expected one or two positive lengths",
        ),
        (
            run(&signal, &[1, 1, 6], &kernel, &[3], &[4], &mask),
            "grid: got [1, 1, 6]",
        ),
        (
            run(&signal, &[0], &kernel, &[3], &[4], &mask),
            "grid: got [0]",
        ),
        (
            run(&signal, &[usize::MAX, 2], &kernel, &[3], &[4], &mask),
            "grid: got",
        ),
        (
            run(&signal, &[6], &pair, &[2], &[4], &mask),
            "kernel grid: got [2], expected odd sizes",
        ),
        (
            run(&signal, &[6], &kernel, &[5], &[4], &mask),
            "taps of the kernel: got 3, expected 5",
        ),
        (
            run(&signal, &[6], &kernel, &[1, 3], &[4], &mask),
            "axes of the kernel: got 2, expected 1",
        ),
        (
            run(&signal, &[6], &fewer, &[3], &[4], &mask),
            "channels of the kernel: got 1, expected 2",
        ),
        (
            run(&signal, &[6], &long, &[9], &[4], &mask),
            "kernel grid: got [9], expected at most",
        ),
        (
            run(&signal, &[6], &kernel, &[3], &[7], &mask),
            "reduced grid: got [7], expected at most [6]",
        ),
        (
            run(&signal, &[6], &kernel, &[3], &[0], &mask),
            "grid: got [0]",
        ),
        (
            run(&signal, &[6], &kernel, &[3], &[2, 2], &mask),
            "axes of the reduced grid: got 2, expected 1",
        ),
        (
            run(&signal, &[6], &kernel, &[3], &[4], &[]),
            "number of masks: got 0, expected 1",
        ),
        (
            run(&signal, &[6], &kernel, &[3], &[4], &[vec![1.0; 4]]),
            "values of the mask of axis 0: got 4, expected 7",
        ),
        (
            run(&Array3::zeros((0, 2, 6)), &[6], &kernel, &[3], &[4], &mask),
            "shape of the signal: got (0, 2, 6)",
        ),
    ];
    for (found, expected) in cases {
        let message = found.unwrap_err();
        assert!(
            message.starts_with(expected),
            "{message:?} is not {expected:?}"
        );
    }
    assert!(dft(&[1.0; 3], &[4]).is_err());
    assert!(upsample(&signal, &[6], &[5]).is_err());
    assert!(downsample(&signal, &[6], &[4], &mask).is_err());
}

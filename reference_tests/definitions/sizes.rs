//! The threshold coordinates of masks, their bounds, and the sizes that follow.

use super::*;
use proptest::prelude::*;

#[test]
fn bounds_and_initial_values_of_mu() {
    // tau, mu_min, mu_max, (x_T + 1) / 2 at each, mu for half the size.
    let table = [
        (
            8.0,
            -0.631945127604195,
            1.2168251319235133,
            0.32135397228141627,
            1.2457391020452704,
            -0.27465307216702745,
        ),
        (
            16.0,
            -0.8159725638020975,
            1.1084125659617567,
            0.16067698614070813,
            1.1228695510226352,
            -0.13732653608351372,
        ),
        (
            25.0,
            -0.8822224408333423,
            1.0693840422155243,
            0.1028332711300532,
            1.0786365126544866,
            -0.08788898309344878,
        ),
        (
            50.0,
            -0.9411112204166712,
            1.0346920211077621,
            0.0514166355650266,
            1.0393182563272432,
            -0.04394449154672439,
        ),
        (
            100.0,
            -0.9705556102083356,
            1.017346010553881,
            0.0257083177825133,
            1.0196591281636216,
            -0.021972245773362195,
        ),
    ];
    for (tau, mu_min, mu_max, least, most, half) in table {
        let (low, high) = threshold::mu_bounds(tau).unwrap();
        close(low, mu_min);
        close(high, mu_max);
        let fraction = |mu| (threshold::sigmoid_x_t(mu, tau, T).unwrap() + 1.0) / 2.0;
        // 1 + x_T cancels up to 5 binary digits.
        near(fraction(low), least, 32.0 * ROUNDING);
        close(fraction(high), most);
        let mu = threshold::half_size_mu(tau, T).unwrap();
        close(mu, half);
        assert_eq!(threshold::sigmoid_x_t(mu, tau, T).unwrap(), 0.0);
        // The levels that define the bounds.
        let ends = mask::axis(2).unwrap();
        assert_relative_eq!(
            mask::sigmoid(&ends, low, tau, T).unwrap()[0],
            0.95,
            epsilon = 1e-13
        );
        assert_relative_eq!(
            mask::sigmoid(&ends, high, tau, T).unwrap()[1],
            0.85,
            epsilon = 1e-13
        );
        // Resetting moves only what is outside.
        assert_eq!(threshold::reset_mu(-5.0, tau).unwrap(), low);
        assert_eq!(threshold::reset_mu(5.0, tau).unwrap(), high);
        assert_eq!(threshold::reset_mu(0.1, tau).unwrap(), 0.1);
    }
}

#[test]
fn gaussian_threshold_and_least_sigma() {
    let (low, high) = threshold::gaussian_x_t(0.0, 1.0, T).unwrap();
    close(high, 2.145966026289347);
    assert_eq!(low, -high);
    close(
        threshold::gaussian_x_t(0.0, 0.075, T).unwrap().1,
        0.16094745197170104,
    );
    let (low, high) = threshold::gaussian_x_t(0.25, threshold::SIGMA_GLOBAL, T).unwrap();
    close(low, 0.25 - 1.0729830131446736);
    close(high, 0.25 + 1.0729830131446736);
    let small = threshold::gaussian_x_t(0.0, threshold::SIGMA_SMALL, T)
        .unwrap()
        .1;
    close(small, 0.06974389585440378);
    let table = [
        (33, 0.029153537024152545),
        (129, 0.007288384256038136),
        (1025, 0.000911048032004767),
        (4097, 0.00022776200800119176),
    ];
    for (k, least) in table {
        let sigma = threshold::sigma_min(k, T).unwrap();
        close(sigma, least);
        assert_eq!(size::gaussian_kept(sigma, k, T).unwrap().len(), 3);
        assert_eq!(threshold::reset_sigma(-1.0, k, T).unwrap(), sigma);
        assert_eq!(threshold::reset_sigma(0.5, k, T).unwrap(), 0.5);
    }
    // A single tap is always kept whole.
    let sigma = threshold::sigma_min(1, T).unwrap();
    assert_eq!(size::gaussian_kept(sigma, 1, T).unwrap(), 0..1);
    assert_eq!(size::gaussian_size(sigma, 1, T).unwrap(), 1.0);
}

#[test]
fn sizes_at_the_least_mu() {
    let table = [
        (280, 25.0, 28.793315916414894),
        (760, 25.0, 78.15328605884044),
        (760, 50.0, 39.07664302942022),
        (32, 25.0, 3.290664676161702),
        (1024, 25.0, 105.30126963717447),
        (16384, 100.0, 421.2050785486979),
        (8, 8.0, 2.57083177825133),
        (8, 16.0, 1.285415889125665),
        (12, 8.0, 3.8562476673769948),
    ];
    for (n_max, tau, expected) in table {
        let (mu, _) = threshold::mu_bounds(tau).unwrap();
        let size = size::sigmoid_size(mu, tau, n_max, T).unwrap();
        near(size, expected, 32.0 * ROUNDING);
        assert!(size::sigmoid_kept(mu, tau, n_max, T).unwrap() >= 1);
    }
    let kept = |n_max, tau| {
        let (mu, _) = threshold::mu_bounds(tau).unwrap();
        size::sigmoid_kept(mu, tau, n_max, T).unwrap()
    };
    // Points up to x_T: floor(fraction * (n - 1)) + 1.
    assert_eq!(
        [kept(280, 25.0), kept(8, 8.0), kept(8, 16.0), kept(1, 25.0)],
        [29, 3, 2, 1]
    );
}

#[test]
fn sizes_at_the_start_and_clipped() {
    for n_max in [2, 8, 12, 280, 760] {
        for tau in [8.0, 16.0, 25.0, 50.0, 100.0] {
            let mu = threshold::half_size_mu(tau, T).unwrap();
            let half = n_max as f64 / 2.0;
            assert_eq!(size::sigmoid_size(mu, tau, n_max, T).unwrap(), half);
            assert_eq!(size::sigmoid_kept(mu, tau, n_max, T).unwrap(), n_max / 2);
            // At the largest mu the size is clipped and the whole axis kept.
            let (_, mu) = threshold::mu_bounds(tau).unwrap();
            assert_eq!(size::sigmoid_size(mu, tau, n_max, T).unwrap(), n_max as f64);
            assert_eq!(size::sigmoid_kept(mu, tau, n_max, T).unwrap(), n_max);
        }
    }
    // The clip is straight through: the derivative does not depend on mu or sigma.
    assert_eq!(size::straight_through_clip(300.0, 280), 280.0);
    assert_eq!(size::straight_through_clip(279.5, 280), 279.5);
    assert_eq!(size::straight_through_clip_vjp(-3.0), -3.0);
    assert_eq!(size::sigmoid_size_vjp(280, 1.0), 140.0);
    close(
        size::gaussian_size_vjp(33, T, 1.0).unwrap(),
        33.0 * 2.145966026289347,
    );
    assert_eq!(
        size::gaussian_size(threshold::SIGMA_GLOBAL, 33, T).unwrap(),
        33.0
    );
    close(
        size::gaussian_size(0.075, 33, T).unwrap(),
        33.0 * 0.16094745197170104,
    );
}

#[test]
fn length_ratios() {
    close(
        size::gaussian_length_ratio_size(0.3, 0.6, 10.0).unwrap(),
        5.0,
    );
    close(
        size::sigmoid_length_ratio_size(-0.5, 0.0, -1.0, 140.0).unwrap(),
        70.0,
    );
    // The axis fraction is Eq. 11 with half the axis for half the maximum.
    let x_t = threshold::sigmoid_x_t(-0.3, 25.0, T).unwrap();
    let by_ratio = size::sigmoid_length_ratio_size(x_t, 0.0, -1.0, 140.0).unwrap();
    close(size::sigmoid_size(-0.3, 25.0, 280, T).unwrap(), by_ratio);
}

#[test]
fn kept_ranges_and_resolution() {
    assert_eq!(size::gaussian_kept(0.075, 33, T).unwrap(), 14..19);
    assert_eq!(
        size::gaussian_kept(threshold::SIGMA_GLOBAL, 33, T).unwrap(),
        0..33
    );
    assert_eq!(size::gaussian_kept(1e-6, 33, T).unwrap(), 16..17);
    assert_eq!(size::gaussian_kept(1e-6, 1, T).unwrap(), 0..1);
    // Four points at +-1/3 and +-1.
    assert_eq!(size::gaussian_kept(0.2, 4, T).unwrap(), 1..3);
    assert_eq!(size::gaussian_kept(1e-6, 4, T).unwrap().len(), 0);
    assert_eq!(size::resolution(3.290664676161702, 32).unwrap(), 4);
    assert_eq!(size::resolution(16.0, 32).unwrap(), 16);
    assert_eq!(size::resolution(1e-9, 32).unwrap(), 1);
    assert_eq!(size::resolution(34.0, 32).unwrap(), 32);
    assert_eq!(size::resolution(1e300, 32).unwrap(), 32);
}

proptest! {
    /// Eq. 5 and 6 invert Eq. 3 and 4: a mask is T at x_T.
    #[test]
    fn masks_are_the_threshold_at_x_t(
        mu in -1.0..1.0, sigma in 0.01..2.0, tau in 1.0..100.0, t in 0.01..0.9,
    ) {
        let (low, high) = threshold::gaussian_x_t(mu, sigma, t).unwrap();
        let m = mask::gaussian(&arr1(&[low, high]), mu, sigma, 1e-9).unwrap();
        // x_T rounds at 4e-16, which the slope (below 1 / sigma, 100) multiplies.
        prop_assert!((m[0] - t).abs() < 1e-12 && (m[1] - t).abs() < 1e-12);
        let x_t = threshold::sigmoid_x_t(mu, tau, t).unwrap();
        let m = mask::sigmoid(&arr1(&[x_t]), mu, tau, 1e-9).unwrap();
        prop_assert!((m[0] - t).abs() < 1e-12);
    }

    /// Sizes and counts grow with mu and with sigma, and the count is that of the points up to
    /// x_T.
    #[test]
    fn sizes_are_monotone(
        a in 0.0..1.0, b in 0.0..1.0, tau in 1.0..100.0, n in 1usize..200,
    ) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let (mu_min, mu_max) = threshold::mu_bounds(tau).unwrap();
        let mu = |fraction: f64| mu_min + fraction * (mu_max - mu_min);
        let size = |f| size::sigmoid_size(mu(f), tau, n, T).unwrap();
        let kept = |f| size::sigmoid_kept(mu(f), tau, n, T).unwrap();
        prop_assert!(0.0 < size(low) && size(low) <= size(high) && size(high) <= n as f64);
        prop_assert!(1 <= kept(low) && kept(low) <= kept(high) && kept(high) <= n);
        let x_t = threshold::sigmoid_x_t(mu(low), tau, T).unwrap();
        let axis = mask::axis(n).unwrap();
        prop_assume!(axis.iter().all(|x| (x - x_t).abs() > 1e-12));
        prop_assert_eq!(kept(low), axis.iter().filter(|&&x| x < x_t).count());

        let k = 2 * n + 1;
        let sigma_min = threshold::sigma_min(k, T).unwrap();
        let size = |f: f64| size::gaussian_size(sigma_min + f, k, T).unwrap();
        let kept = |f: f64| size::gaussian_kept(sigma_min + f, k, T).unwrap();
        prop_assert!(size(low) <= size(high) && size(high) <= k as f64);
        prop_assert!(3 <= kept(low).len() && kept(low).len() <= kept(high).len());
        prop_assert_eq!(kept(low).start + kept(low).end, k);
    }
}

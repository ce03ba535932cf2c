//! Axes and masks, and the arguments that they and their sizes refuse.

use super::*;

#[test]
fn axes() {
    assert_eq!(mask::axis(5).unwrap(), arr1(&[-1.0, -0.5, 0.0, 0.5, 1.0]));
    assert_eq!(mask::axis(2).unwrap(), arr1(&[-1.0, 1.0]));
    assert_eq!(mask::axis(1).unwrap(), arr1(&[-1.0]));
    assert_eq!(mask::centred_axis(1).unwrap(), arr1(&[0.0]));
    assert_eq!(mask::centred_axis(2).unwrap(), mask::axis(2).unwrap());
    for n in [2, 3, 7, 50, 101] {
        let axis = mask::axis(n).unwrap();
        assert_eq!((axis[0], axis[n - 1]), (-1.0, 1.0));
        assert!((0..n).all(|i| axis[i] == -axis[n - 1 - i]));
    }
    refused(mask::axis(0));
    refused(mask::centred_axis(0));
}

#[test]
fn gaussian_mask() {
    // sigma = 0.075 on 33 points: 1 and two pairs stay, the pair at 3/16 (0.0439) is dropped.
    let m = mask::gaussian(&mask::centred_axis(33).unwrap(), 0.0, 0.075, T).unwrap();
    let (near, far) = (0.7066482778577162, 0.2493522087772962);
    all_close(&m.to_vec()[14..19], &[far, near, 1.0, near, far]);
    assert_eq!(m.iter().filter(|&&value| value != 0.0).count(), 5);

    let m = mask::gaussian(&mask::axis(5).unwrap(), 0.25, 0.5, T).unwrap();
    let (far, near) = (0.32465246735834974, 0.8824969025845955);
    all_close(&m, &[0.0, far, near, near, far]);

    // Everything kept: the edge of a global kernel.
    let m = mask::gaussian(&mask::axis(2).unwrap(), 0.0, threshold::SIGMA_GLOBAL, T).unwrap();
    all_close(&m, &[0.1353352832366127; 2]);
}

#[test]
fn sigmoid_mask() {
    // The depth masks of 8 blocks at the start.
    let x = mask::axis(8).unwrap();
    let m = mask::sigmoid(&x, threshold::half_size_mu(8.0, T).unwrap(), 8.0, T).unwrap();
    let weights = [
        0.9969899242601383,
        0.9711693313353883,
        0.7740542177970128,
        0.2583873158409193,
    ];
    all_close(&m.to_vec()[..4], &weights);
    assert_eq!(m.to_vec()[4..], [0.0; 4]);
    let m = mask::sigmoid(&x, threshold::half_size_mu(16.0, T).unwrap(), 16.0, T).unwrap();
    let weights = [
        0.9999989871844533,
        0.9999020883256371,
        0.9906215519468972,
        0.5221080027157043,
    ];
    all_close(&m.to_vec()[..4], &weights);
    assert_eq!(m.to_vec()[4..], [0.0; 4]);
}

#[test]
fn sigmoid_mask_far_from_mu() {
    let x = arr1(&[-1.0, 1.0]);
    // tau (x - mu) = +-700: the tail is a normal number, of full relative precision. The
    // exponent's rounding, 700 * 1.1e-16, is the error.
    let m = mask::sigmoid(&x, 0.0, 700.0, 1e-305).unwrap();
    assert_eq!(m[0], 1.0);
    near(m[1], 9.85967654375977e-305, 1e-12);
    let d_mu = mask::sigmoid_vjp(&x, 0.0, 700.0, 1e-305, &arr1(&[1.0, 0.0])).unwrap();
    near(d_mu, 700.0 * 9.85967654375977e-305, 1e-12);
    // Saturated beyond the exponent's range: exact limits, no infinity.
    let m = mask::sigmoid(&x, 0.0, 1e308, T).unwrap();
    assert_eq!(m, arr1(&[1.0, 0.0]));
    let d_mu = mask::sigmoid_vjp(&x, 0.0, 1e308, T, &arr1(&[1.0, 1.0])).unwrap();
    assert_eq!(d_mu, 0.0);
}

#[test]
fn mask_at_exactly_the_threshold() {
    let x = arr1(&[0.5]);
    let gaussian = |t| mask::gaussian(&x, 0.0, 0.5, t).unwrap()[0];
    let sigmoid = |t| mask::sigmoid(&x, 0.25, 8.0, t).unwrap()[0];
    for mask in [&gaussian as &dyn Fn(f64) -> f64, &sigmoid] {
        let value = mask(1e-6);
        assert_eq!(mask(value), value);
        assert_eq!(mask(value.next_up()), 0.0);
    }
    // The gradient stops where the value does.
    let value = gaussian(1e-6);
    let vjp = |t| mask::gaussian_vjp(&x, 0.0, 0.5, t, &arr1(&[1.0])).unwrap();
    assert!(vjp(value).1 > 0.0);
    assert_eq!(vjp(value.next_up()), (0.0, 0.0));
    let value = sigmoid(1e-6);
    let vjp = |t| mask::sigmoid_vjp(&x, 0.25, 8.0, t, &arr1(&[1.0])).unwrap();
    assert!(vjp(value) > 0.0);
    assert_eq!(vjp(value.next_up()), 0.0);
}

#[test]
fn mask_products() {
    let factors = [arr1(&[1.0, 0.2]), arr1(&[0.2, 0.0, 0.5])];
    let m = mask::product(&factors).unwrap();
    // 0.2 * 0.2 lies below T and stays: each factor has passed its own threshold.
    assert_eq!(m, arr1(&[0.2, 0.0, 0.5, 0.2 * 0.2, 0.0, 0.1]));
    assert_eq!(mask::product(&factors[..1]).unwrap(), factors[0]);
    let factors = [arr1(&[2.0, 3.0]), arr1(&[5.0]), arr1(&[7.0, 11.0])];
    assert_eq!(
        mask::product(&factors).unwrap(),
        arr1(&[70.0, 110.0, 105.0, 165.0])
    );
    refused(mask::product(&[]));
    refused(mask::product(&[arr1(&[])]));
    refused(mask::product_vjp(&factors, &arr1(&[1.0])));
}

#[test]
fn impossible_masks() {
    let x = arr1(&[0.0, 1.0]);
    let one = arr1(&[1.0]);
    for bad in [f64::NAN, f64::INFINITY] {
        refused(mask::gaussian(&arr1(&[bad]), 0.0, 1.0, T));
        refused(mask::gaussian(&x, bad, 1.0, T));
        refused(mask::sigmoid(&x, bad, 1.0, T));
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(mask::gaussian(&x, 0.0, bad, T));
        refused(mask::sigmoid(&x, 0.0, bad, T));
        refused(threshold::gaussian_x_t(0.0, bad, T));
        refused(threshold::sigmoid_x_t(0.0, bad, T));
        refused(threshold::mu_bounds(bad));
        refused(threshold::half_size_mu(bad, T));
        refused(size::gaussian_size(bad, 8, T));
        refused(size::gaussian_length_ratio_size(0.5, bad, 8.0));
        refused(size::gaussian_length_ratio_size(0.5, 1.0, bad));
        refused(size::sigmoid_length_ratio_size(0.5, bad - 1.0, -1.0, 8.0));
        refused(size::resolution(bad, 8));
    }
    for bad in [0.0, 1.0, -0.1, f64::NAN] {
        refused(mask::gaussian(&x, 0.0, 1.0, bad));
        refused(mask::sigmoid(&x, 0.0, 1.0, bad));
        refused(threshold::gaussian_x_t(0.0, 1.0, bad));
        refused(threshold::sigma_min(9, bad));
        refused(size::gaussian_size_vjp(9, bad, 1.0));
    }
    refused(mask::gaussian_vjp(&x, 0.0, 1.0, T, &one));
    refused(mask::sigmoid_vjp(&x, 0.0, 1.0, T, &one));
    refused(threshold::sigma_min(0, T));
    refused(threshold::reset_mu(f64::NAN, 8.0));
    refused(threshold::reset_sigma(f64::NAN, 9, T));
    // Below (ln 19 - ln(0.85/0.15)) / 2 = 0.605 the bounds cross.
    refused(threshold::mu_bounds(0.6));
    refused(threshold::reset_mu(0.0, 1e-320));
    assert!(threshold::mu_bounds(0.61).is_ok());
    refused(size::sigmoid_size(0.0, 8.0, 0, T));
    refused(size::resolution(3.0, 0));
}

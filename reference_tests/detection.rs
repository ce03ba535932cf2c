//! The loss and the error rates of finding an object position by position.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use common::{assert_gradient, normal};
use dnarch::Error;
use dnarch::equations::detection::{Counts, Detection, Pool, auroc};
use dnarch::equations::loss::{masked_binary_cross_entropy, masked_binary_cross_entropy_vjp};
use dnarch::random::Stream;
use ndarray::{Array2, arr1};
use proptest::prelude::*;

mod common;

fn refused<V: std::fmt::Debug>(result: dnarch::Result<V>) {
    assert!(matches!(result, Err(Error::Argument { .. })), "{result:?}");
}

fn detected(logits: &[f64], object: &[bool], ignored: &[bool]) -> Detection {
    let mut detection = Detection::default();
    detection.add(logits, object, ignored).unwrap();
    detection
}

/// Nothing is ignored.
fn pooled(logits: &[f64], object: &[bool]) -> Pool {
    let detection = detected(logits, object, &vec![false; logits.len()]);
    assert_eq!(detection.all, detection.kept);
    detection.all
}

#[test]
fn the_masked_loss_is_the_cross_entropy_of_masked_probabilities() {
    let mut stream = Stream::new(1, "masked loss", 0);
    for shape in [(1, 1), (1, 7), (3, 4), (5, 1)] {
        let logits = 3.0 * normal(&mut stream, shape);
        let object = normal(&mut stream, shape).mapv(|z| z > 0.0);
        let ignored = normal(&mut stream, shape).mapv(|z| z > 0.5);
        let mut expected = 0.0;
        for ((z, &object), &ignored) in logits.iter().zip(&object).zip(&ignored) {
            let keep = f64::from(u8::from(!ignored));
            let p = keep / (1.0 + (-z).exp());
            let t = keep * f64::from(u8::from(object));
            // 0 ln 0 = 0.
            let term = |weight: f64, p: f64| if weight > 0.0 { weight * p.ln() } else { 0.0 };
            expected -= (term(t, p) + term(1.0 - t, 1.0 - p)) / logits.len() as f64;
        }
        let loss = masked_binary_cross_entropy(&logits, &object, &ignored).unwrap();
        // The naive form loses digits of 1 - p, to which |z| below 15 leaves nine.
        assert_abs_diff_eq!(loss, expected, epsilon = 1e-9);
        let d = masked_binary_cross_entropy_vjp(&logits, &object, &ignored, 1.7).unwrap();
        let value =
            |z: &Array2<f64>| 1.7 * masked_binary_cross_entropy(z, &object, &ignored).unwrap();
        assert_gradient("masked cross-entropy", value, &logits, &d);
    }
}

#[test]
fn ignored_elements_count_in_the_mean_and_nowhere_else() {
    let logits = arr1(&[0.0, 1e4, -1e4, 0.0]);
    let object = arr1(&[true, false, true, false]);
    let ignored = arr1(&[false, true, true, true]);
    let loss = masked_binary_cross_entropy(&logits, &object, &ignored).unwrap();
    assert_relative_eq!(loss, std::f64::consts::LN_2 / 4.0, max_relative = 1e-15);
    let d = masked_binary_cross_entropy_vjp(&logits, &object, &ignored, 8.0).unwrap();
    assert_eq!(d, arr1(&[-1.0, 0.0, 0.0, 0.0]));
    let none = arr1(&[false; 4]);
    let loss = masked_binary_cross_entropy(&logits, &object, &none).unwrap();
    let expected = (2.0 * std::f64::consts::LN_2 + 2e4) / 4.0;
    assert_relative_eq!(loss, expected, max_relative = 1e-15);
    refused(masked_binary_cross_entropy(
        &logits,
        &object,
        &arr1(&[true]),
    ));
    refused(masked_binary_cross_entropy(&logits, &arr1(&[true]), &none));
    let empty = arr1(&[]);
    refused(masked_binary_cross_entropy(&arr1(&[]), &empty, &empty));
    refused(masked_binary_cross_entropy_vjp(
        &logits, &object, &empty, 1.0,
    ));
}

#[test]
fn rates_are_those_counted_by_hand() {
    let logits = [3.0, -1.0, 0.0, 1e-9, -0.0, 5.0, -40.0, f64::INFINITY];
    let object = [true, true, true, true, false, false, false, true];
    let ignored = [false, false, true, false, false, true, false, true];
    let detection = detected(&logits, &object, &ignored);
    // Logit 0 is probability 1/2, which is not above the threshold.
    let all = Counts {
        true_positives: 3,
        true_negatives: 2,
        false_positives: 1,
        false_negatives: 2,
    };
    assert_eq!(detection.all.counts(), all);
    assert_eq!(detection.all.false_negative_rate(), Some(2.0 / 5.0));
    assert_eq!(detection.all.false_positive_rate(), Some(1.0 / 3.0));
    assert_relative_eq!(detection.all.balanced_error().unwrap(), 11.0 / 30.0);
    let kept = Counts {
        true_positives: 2,
        true_negatives: 2,
        false_positives: 0,
        false_negatives: 1,
    };
    assert_eq!(detection.kept.counts(), kept);
    assert_eq!(detection.kept.balanced_error(), Some(1.0 / 6.0));
}

#[test]
fn one_answer_everywhere_has_balanced_error_one_half() {
    let object: Vec<bool> = (0..100).map(|i| i % 7 == 0).collect();
    for logit in [-9.0, 0.0, 0.4, f64::NEG_INFINITY] {
        let pool = pooled(&[logit; 100], &object);
        assert_eq!(pool.balanced_error(), Some(0.5));
        assert_eq!(pool.one_minus_auroc(), Some(0.5));
    }
    let perfect: Vec<f64> = object
        .iter()
        .map(|&object| if object { 1.0 } else { -1.0 })
        .collect();
    assert_eq!(pooled(&perfect, &object).balanced_error(), Some(0.0));
    assert_eq!(pooled(&perfect, &object).one_minus_auroc(), Some(0.0));
}

#[test]
fn rates_of_nothing_are_not_numbers_of_something() {
    let nothing = Detection::default().all;
    let objects = pooled(&[1.0, -1.0], &[true, true]);
    for pool in [&nothing, &objects] {
        assert_eq!(pool.balanced_error(), None);
        assert_eq!(pool.one_minus_auroc(), None);
        assert_eq!(pool.one_minus_auroc_bound(), None);
    }
    assert_eq!(objects.false_negative_rate(), Some(0.5));
    assert_eq!(objects.false_positive_rate(), None);
    refused(auroc(&[1.0, 2.0], &[true, true]));
    refused(auroc(&[1.0, 2.0], &[false, false]));
    refused(auroc(&[], &[]));
}

#[test]
fn what_is_refused_is_not_counted() {
    let mut detection = Detection::default();
    refused(detection.add(&[1.0, f64::NAN], &[true, true], &[false, false]));
    refused(detection.add(&[1.0, 2.0], &[true], &[false, false]));
    refused(detection.add(&[1.0, 2.0], &[true, true], &[false]));
    refused(auroc(&[1.0, f64::NAN], &[true, false]));
    refused(auroc(&[1.0], &[true, false]));
    assert_eq!(detection, Detection::default());
}

/// Pair by pair.
fn pairwise(logits: &[f64], object: &[bool]) -> f64 {
    let (mut above, mut pairs) = (0.0, 0.0);
    for (x, _) in logits.iter().zip(object).filter(|(_, object)| **object) {
        for (y, _) in logits.iter().zip(object).filter(|(_, object)| !**object) {
            pairs += 1.0;
            above += if x > y { 1.0 } else { 0.0 } + if x == y { 0.5 } else { 0.0 };
        }
    }
    above / pairs
}

fn positions() -> impl Strategy<Value = Vec<(f64, bool, bool)>> {
    let logit = prop_oneof![-0.2..0.2, -8.0..8.0, -50.0..50.0, Just(0.0), Just(-0.0)];
    prop::collection::vec((logit, any::<bool>(), any::<bool>()), 1..80)
}

fn unzip(positions: &[(f64, bool, bool)]) -> (Vec<f64>, Vec<bool>, Vec<bool>) {
    let logits = positions.iter().map(|position| position.0).collect();
    let object = positions.iter().map(|position| position.1).collect();
    (
        logits,
        object,
        positions.iter().map(|position| position.2).collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_positions_changes_nothing(
        positions in positions(), cut in 0.0..1.0, seed in any::<u64>(),
    ) {
        let (logits, object, ignored) = unzip(&positions);
        let whole = detected(&logits, &object, &ignored);
        let order = Stream::new(seed, "order", 0).permutation(positions.len());
        let moved: Vec<_> = order.iter().map(|&i| positions[i]).collect();
        let (first, second) = moved.split_at((cut * positions.len() as f64) as usize);
        let mut parted = Detection::default();
        for part in [first, second] {
            let (logits, object, ignored) = unzip(part);
            parted.add(&logits, &object, &ignored).unwrap();
        }
        prop_assert_eq!(parted, whole);
    }

    #[test]
    fn the_area_is_the_share_of_pairs_and_the_histogram_is_within_its_bound(
        positions in positions(),
    ) {
        let (logits, object, _) = unzip(&positions);
        prop_assume!(object.contains(&true) && object.contains(&false));
        let area = auroc(&logits, &object).unwrap();
        // Counts and halves of them are exact; three roundings of numbers of at most 1 are not.
        assert_abs_diff_eq!(area, pairwise(&logits, &object), epsilon = 1e-15);
        let pool = pooled(&logits, &object);
        let bound = pool.one_minus_auroc_bound().unwrap();
        assert_abs_diff_eq!(pool.one_minus_auroc().unwrap(), 1.0 - area, epsilon = bound + 1e-15);
    }

    #[test]
    fn the_histogram_is_exact_where_it_tells_all_logits_apart(
        positions in prop::collection::vec((-2048i32..=2048, any::<bool>()), 2..80),
    ) {
        let logits: Vec<f64> = positions.iter().map(|(bin, _)| f64::from(*bin) / 64.0).collect();
        let object: Vec<bool> = positions.iter().map(|(_, object)| *object).collect();
        prop_assume!(object.contains(&true) && object.contains(&false));
        // The lowest bin holds -32 as well as -32 + 1/64.
        prop_assume!(!positions.iter().any(|(bin, _)| *bin == -2048));
        let expected = 1.0 - auroc(&logits, &object).unwrap();
        let found = pooled(&logits, &object).one_minus_auroc().unwrap();
        assert_abs_diff_eq!(found, expected, epsilon = 1e-15);
    }
}

#[test]
fn the_bound_is_small_for_logits_as_networks_give_them() {
    let mut stream = Stream::new(1, "logits", 0);
    let object: Vec<bool> = (0..20_000).map(|i| i % 50 == 0).collect();
    let logits: Vec<f64> = object
        .iter()
        .map(|&object| 3.0 * stream.normal() + if object { 2.0 } else { -6.0 })
        .collect();
    let pool = pooled(&logits, &object);
    // A bin holds at most 1/64 / (3 sqrt(2 pi)) = 0.2 % of either kind.
    let bound = pool.one_minus_auroc_bound().unwrap();
    assert!(bound < 1e-3, "{bound}");
    // For normal logits 1 - AUROC is that of their distance: Phi(-8 / (3 sqrt 2)) = 0.0297, here
    // with a standard error of about sqrt(0.03 / 400).
    assert_abs_diff_eq!(pool.one_minus_auroc().unwrap(), 0.0297, epsilon = 0.026);
}

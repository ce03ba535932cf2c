//! The losses of the tasks, the complexity loss (Eq. 12) and their sum (Eq. 2, 9).

use ndarray::{Array, Array2, Array3, ArrayRef, ArrayRef2, ArrayRef3, Axis, Dimension, Zip};

use super::arguments;
use crate::{Error, Result};

fn check_labels(logits: &ArrayRef2<f64>, labels: &[usize]) -> Result<()> {
    let (batch, classes) = logits.dim();
    arguments::at_least_one("cross-entropy: batch size", batch)?;
    arguments::shape("cross-entropy: labels", &[labels.len()], &[batch])?;
    match labels.iter().find(|&&label| label >= classes) {
        None => Ok(()),
        Some(label) => Err(Error::argument(
            "cross-entropy: label",
            label,
            format!("a class below {classes}"),
        )),
    }
}

/// The probabilities `softmax(logits)` of a row, and `ln sum_k exp(logits[k])`. The largest logit
/// is taken out first, so that nothing overflows.
fn softmax(logits: &[f64]) -> (Vec<f64>, f64) {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut exponentials: Vec<f64> = logits.iter().map(|z| libm::exp(z - largest)).collect();
    let sum: f64 = exponentials.iter().sum();
    for value in &mut exponentials {
        *value /= sum;
    }
    (exponentials, largest + libm::log(sum))
}

/// Softmax cross-entropy: the mean over the batch of `ln sum_k exp(z[b, k]) - z[b, labels[b]]`.
///
/// `logits` is `(B, K)`, with one label in `0..K` for each row.
///
/// # Errors
/// The batch is empty, there is not one label for each row, or a label is not below K.
pub fn cross_entropy(logits: &ArrayRef2<f64>, labels: &[usize]) -> Result<f64> {
    check_labels(logits, labels)?;
    let mut loss = 0.0;
    for (row, &label) in logits.rows().into_iter().zip(labels) {
        let (_, log_sum) = softmax(&row.to_vec());
        loss += log_sum - row[label];
    }
    Ok(loss / labels.len() as f64)
}

/// The cotangent of `logits` in [`cross_entropy`].
///
/// # Errors
/// As [`cross_entropy`].
pub fn cross_entropy_vjp(
    logits: &ArrayRef2<f64>,
    labels: &[usize],
    cotangent: f64,
) -> Result<Array2<f64>> {
    check_labels(logits, labels)?;
    let scale = cotangent / labels.len() as f64;
    let mut d_logits = Array2::zeros(logits.dim());
    for (b, (row, &label)) in logits.rows().into_iter().zip(labels).enumerate() {
        let (probabilities, _) = softmax(&row.to_vec());
        for (k, probability) in probabilities.into_iter().enumerate() {
            let hot = if k == label { 1.0 } else { 0.0 };
            d_logits[[b, k]] = scale * (probability - hot);
        }
    }
    Ok(d_logits)
}

/// For each sample, the norms of `prediction - target` and of `target`.
fn norms(prediction: &ArrayRef3<f64>, target: &ArrayRef3<f64>) -> Result<Vec<(f64, f64)>> {
    arguments::shape(
        "relative L2: prediction",
        prediction.shape(),
        target.shape(),
    )?;
    arguments::at_least_one("relative L2: batch size", target.len_of(Axis(0)))?;
    let mut norms = Vec::new();
    for (prediction, target) in prediction.outer_iter().zip(target.outer_iter()) {
        let (mut error, mut size) = (0.0, 0.0);
        for (&prediction, &target) in prediction.iter().zip(target) {
            error += (prediction - target) * (prediction - target);
            size += target * target;
        }
        let size = libm::sqrt(size);
        arguments::positive("relative L2: norm of a target", size)?;
        norms.push((libm::sqrt(error), size));
    }
    Ok(norms)
}

/// Relative L2 error: the mean over the samples of `||prediction - target|| / ||target||`.
///
/// Both are `(B, C, P)`; the norms are over channels and positions.
///
/// # Errors
/// The shapes differ, the batch is empty, or the norm of a target is not a finite number above 0.
pub fn relative_l2(prediction: &ArrayRef3<f64>, target: &ArrayRef3<f64>) -> Result<f64> {
    let norms = norms(prediction, target)?;
    let sum: f64 = norms.iter().map(|(error, size)| error / size).sum();
    Ok(sum / norms.len() as f64)
}

/// The cotangent of `prediction` in [`relative_l2`]; 0 for a sample without error, where the norm
/// has a kink.
///
/// # Errors
/// As [`relative_l2`].
pub fn relative_l2_vjp(
    prediction: &ArrayRef3<f64>,
    target: &ArrayRef3<f64>,
    cotangent: f64,
) -> Result<Array3<f64>> {
    let norms = norms(prediction, target)?;
    let mut d_prediction = Array3::zeros(target.dim());
    for ((b, c, p), d_value) in d_prediction.indexed_iter_mut() {
        let (error, size) = norms[b];
        if error > 0.0 {
            let difference = prediction[[b, c, p]] - target[[b, c, p]];
            *d_value = cotangent * difference / (error * size * norms.len() as f64);
        }
    }
    Ok(d_prediction)
}

fn check_targets<D: Dimension>(
    logits: &ArrayRef<f64, D>,
    targets: &ArrayRef<f64, D>,
) -> Result<()> {
    arguments::shape(
        "binary cross-entropy: logits",
        logits.shape(),
        targets.shape(),
    )?;
    arguments::at_least_one("binary cross-entropy: elements", targets.len())?;
    match targets
        .iter()
        .find(|&&target| !(0.0..=1.0).contains(&target))
    {
        None => Ok(()),
        Some(target) => Err(Error::argument(
            "binary cross-entropy: target",
            target,
            "a probability between 0 and 1",
        )),
    }
}

/// Binary cross-entropy with logits: the mean over all elements of
/// `-t ln s(z) - (1 - t) ln(1 - s(z))`, where `s(z) = 1 / (1 + exp(-z))`.
///
/// It is computed as `max(z, 0) - t z + ln(1 + exp(-|z|))`, which neither overflows nor cancels.
///
/// # Errors
/// The shapes differ, there is no element, or a target is outside `[0, 1]`.
pub fn binary_cross_entropy<D: Dimension>(
    logits: &ArrayRef<f64, D>,
    targets: &ArrayRef<f64, D>,
) -> Result<f64> {
    check_targets(logits, targets)?;
    let mut loss = 0.0;
    for (&z, &target) in logits.iter().zip(targets) {
        loss += z.max(0.0) - target * z + libm::log1p(libm::exp(-z.abs()));
    }
    Ok(loss / targets.len() as f64)
}

/// The cotangent of `logits` in [`binary_cross_entropy`].
///
/// # Errors
/// As [`binary_cross_entropy`].
pub fn binary_cross_entropy_vjp<D: Dimension>(
    logits: &ArrayRef<f64, D>,
    targets: &ArrayRef<f64, D>,
    cotangent: f64,
) -> Result<Array<f64, D>> {
    check_targets(logits, targets)?;
    let scale = cotangent / targets.len() as f64;
    Ok(Zip::from(logits).and(targets).map_collect(|&z, &target| {
        let probability = 1.0 / (1.0 + libm::exp(-z));
        scale * (probability - target)
    }))
}

/// The benchmark's loss of Cosmic: the mean over all elements, the ignored ones too, of
/// `-t ln s(z) - (1 - t) ln(1 - s(z))`, of which ignored elements contribute 0. That is
/// [`binary_cross_entropy`] of the probabilities `s(z) (1 - ignored)` and the targets
/// `object (1 - ignored)`.
///
/// # Errors
/// The shapes differ, or there is no element.
pub fn masked_binary_cross_entropy<D: Dimension>(
    logits: &ArrayRef<f64, D>,
    object: &ArrayRef<bool, D>,
    ignored: &ArrayRef<bool, D>,
) -> Result<f64> {
    check_masks(logits, object, ignored)?;
    let mut loss = 0.0;
    for ((&z, &object), &ignored) in logits.iter().zip(object).zip(ignored) {
        if !ignored {
            let linear = if object { z } else { 0.0 };
            loss += z.max(0.0) - linear + libm::log1p(libm::exp(-z.abs()));
        }
    }
    Ok(loss / logits.len() as f64)
}

/// The cotangent of `logits` in [`masked_binary_cross_entropy`].
///
/// # Errors
/// As [`masked_binary_cross_entropy`].
pub fn masked_binary_cross_entropy_vjp<D: Dimension>(
    logits: &ArrayRef<f64, D>,
    object: &ArrayRef<bool, D>,
    ignored: &ArrayRef<bool, D>,
    cotangent: f64,
) -> Result<Array<f64, D>> {
    check_masks(logits, object, ignored)?;
    let scale = cotangent / logits.len() as f64;
    let elements = Zip::from(logits).and(object).and(ignored);
    Ok(elements.map_collect(|&z, &object, &ignored| {
        let probability = 1.0 / (1.0 + libm::exp(-z));
        let target = if object { 1.0 } else { 0.0 };
        if ignored {
            0.0
        } else {
            scale * (probability - target)
        }
    }))
}

fn check_masks<D: Dimension>(
    logits: &ArrayRef<f64, D>,
    object: &ArrayRef<bool, D>,
    ignored: &ArrayRef<bool, D>,
) -> Result<()> {
    let shape = logits.shape();
    arguments::shape("masked cross-entropy: object", object.shape(), shape)?;
    arguments::shape("masked cross-entropy: ignored", ignored.shape(), shape)?;
    arguments::at_least_one("masked cross-entropy: elements", logits.len())
}

/// Eq. 12: `L_comp = (current / target - 1)^2`, from the complexities `C_curr` and `C_target`.
///
/// # Errors
/// `current` is not finite, or `target` is not above 0.
pub fn complexity_loss(current: f64, target: f64) -> Result<f64> {
    arguments::finite("current complexity", current)?;
    arguments::positive("target complexity", target)?;
    let excess = current / target - 1.0;
    Ok(excess * excess)
}

/// The cotangent of `current` in [`complexity_loss`].
///
/// # Errors
/// As [`complexity_loss`].
pub fn complexity_loss_vjp(current: f64, target: f64, cotangent: f64) -> Result<f64> {
    arguments::finite("current complexity", current)?;
    arguments::positive("target complexity", target)?;
    Ok(cotangent * 2.0 * (current / target - 1.0) / target)
}

/// Eq. 2 and 9: `L = L_obj + lambda * L_comp`.
///
/// # Errors
/// `lambda` is negative or not finite.
pub fn total_loss(objective: f64, complexity: f64, lambda: f64) -> Result<f64> {
    if !(lambda.is_finite() && lambda >= 0.0) {
        return Err(Error::argument(
            "lambda",
            lambda,
            "a finite number of at least 0",
        ));
    }
    Ok(objective + lambda * complexity)
}

/// The cotangents of `objective` and `complexity` in [`total_loss`].
pub fn total_loss_vjp(lambda: f64, cotangent: f64) -> (f64, f64) {
    (cotangent, lambda * cotangent)
}

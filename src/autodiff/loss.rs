//! Task objectives L_obj: cross-entropy, relative L2, binary cross-entropy with and without a mask.

use dfdx::prelude::{Cpu, Device, Tensor};

use super::{Element, Tape, Variable};
use crate::{Error, Result};

/// Softmax cross-entropy, the mean over the batch: `logits` (B, K, 1), `labels` (B) below K.
pub fn cross_entropy<E: Element>(
    tape: &mut Tape<E>,
    logits: &Variable<E>,
    labels: &[usize],
) -> Result<Tensor<(), E, Cpu>>
where
    Cpu: Device<E>,
{
    let [batch, classes, positions] = logits.shape();
    if positions != 1 || labels.len() != batch || labels.iter().any(|label| *label >= classes) {
        return Err(Error::argument(
            "cross-entropy",
            format!("logits {:?}, {} labels", logits.shape(), labels.len()),
            format!("(B, K, 1) and B labels below {classes}"),
        ));
    }
    let mut loss = 0.0;
    let mut slope = Vec::with_capacity(batch * classes);
    for (logits, label) in logits.values().chunks(classes).zip(labels) {
        let largest = logits
            .iter()
            .fold(f64::NEG_INFINITY, |m, x| m.max(x.wide()));
        let total: f64 = logits.iter().map(|x| libm::exp(x.wide() - largest)).sum();
        loss += (libm::log(total) + largest - logits[*label].wide()) / batch as f64;
        slope.extend(logits.iter().enumerate().map(|(class, x)| {
            let probability = libm::exp(x.wide() - largest) / total;
            (probability - f64::from(class == *label)) / batch as f64
        }));
    }
    scalar(tape, logits, loss, slope)
}

/// The mean over samples of `||p - t||_2 / ||t||_2`, where the prediction is decoded first:
/// `p = prediction * deviation + mean`.
///
/// `prediction` and `target` (B, C, P); `mean` and `deviation` (C, P).
pub fn relative_l2<E: Element>(
    tape: &mut Tape<E>,
    prediction: &Variable<E>,
    mean: &[E],
    deviation: &[E],
    target: &[E],
) -> Result<Tensor<(), E, Cpu>>
where
    Cpu: Device<E>,
{
    let [batch, channels, positions] = prediction.shape();
    let size = channels * positions;
    if target.len() != batch * size || mean.len() != size || deviation.len() != size {
        return Err(Error::argument(
            "relative L2",
            format!(
                "prediction {:?}, {} target values",
                prediction.shape(),
                target.len()
            ),
            "equal shapes",
        ));
    }
    let mut loss = 0.0;
    let mut slope = Vec::with_capacity(batch * size);
    for (prediction, target) in prediction.values().chunks(size).zip(target.chunks(size)) {
        let decoded = |i: usize| prediction[i].wide() * deviation[i].wide() + mean[i].wide();
        let error = |i: usize| decoded(i) - target[i].wide();
        let distance = libm::sqrt((0..size).map(|i| error(i) * error(i)).sum());
        let norm = libm::sqrt(target.iter().map(|t| t.wide() * t.wide()).sum());
        if !(norm.is_finite() && norm > 0.0) {
            return Err(Error::argument(
                "norm of a target",
                norm,
                "a finite number above 0",
            ));
        }
        loss += distance / norm / batch as f64;
        // At distance zero the subgradient zero is taken.
        let scale = if distance > 0.0 {
            1.0 / (distance * norm * batch as f64)
        } else {
            0.0
        };
        slope.extend((0..size).map(|i| scale * error(i) * deviation[i].wide()));
    }
    scalar(tape, prediction, loss, slope)
}

/// Binary cross-entropy of logits, the mean over all elements: `targets` in [0, 1], of the same
/// length.
pub fn binary_cross_entropy<E: Element>(
    tape: &mut Tape<E>,
    logits: &Variable<E>,
    targets: &[E],
) -> Result<Tensor<(), E, Cpu>>
where
    Cpu: Device<E>,
{
    let count = logits.values().len();
    if targets.len() != count {
        return Err(Error::argument(
            "binary cross-entropy",
            format!("{} targets", targets.len()),
            format!("{count}, one for each logit"),
        ));
    }
    let pairs = || {
        logits
            .values()
            .iter()
            .zip(targets)
            .map(|(z, t)| (z.wide(), t.wide()))
    };
    let loss = pairs()
        .map(|(z, t)| z.max(0.0) - z * t + libm::log1p(libm::exp(-z.abs())))
        .sum::<f64>();
    let slope = pairs()
        .map(|(z, t)| (1.0 / (1.0 + libm::exp(-z)) - t) / count as f64)
        .collect();
    scalar(tape, logits, loss / count as f64, slope)
}

/// Binary cross-entropy of logits against `object`, 0 where `ignored`; the mean counts all elements.
pub fn masked_binary_cross_entropy<E: Element>(
    tape: &mut Tape<E>,
    logits: &Variable<E>,
    object: &[bool],
    ignored: &[bool],
) -> Result<Tensor<(), E, Cpu>>
where
    Cpu: Device<E>,
{
    let count = logits.values().len();
    if object.len() != count || ignored.len() != count {
        return Err(Error::argument(
            "masked binary cross-entropy",
            format!(
                "{} object and {} ignored marks",
                object.len(),
                ignored.len()
            ),
            format!("{count} of each, one for each logit"),
        ));
    }
    let (mut loss, mut slope) = (0.0, Vec::with_capacity(count));
    for ((z, object), ignored) in logits.values().iter().zip(object).zip(ignored) {
        let (z, t) = (z.wide(), f64::from(*object));
        if *ignored {
            slope.push(0.0);
        } else {
            loss += z.max(0.0) - z * t + libm::log1p(libm::exp(-z.abs()));
            slope.push((1.0 / (1.0 + libm::exp(-z)) - t) / count as f64);
        }
    }
    scalar(tape, logits, loss / count as f64, slope)
}

/// Puts a loss with a known slope on the tape.
fn scalar<E: Element>(
    tape: &mut Tape<E>,
    x: &Variable<E>,
    loss: f64,
    slope: Vec<f64>,
) -> Result<Tensor<(), E, Cpu>>
where
    Cpu: Device<E>,
{
    let x = x.clone();
    tape.scalar_operation(E::of(loss), move |cotangent, gradients| {
        let gradient = slope.iter().map(|s| E::of(s * cotangent.wide())).collect();
        x.receive(gradients, gradient)
    })
}

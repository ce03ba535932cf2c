//! AdamW on the active part of every parameter; the rest is frozen.

use dfdx::prelude::{Cpu, Device};
use rayon::prelude::*;

use crate::Result;
use crate::autodiff::{Element, Gradients};
use crate::network::{Kind, Parameter};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
/// Values of one task.
const CHUNK: usize = 1 << 14;

/// AdamW (Loshchilov & Hutter, 2017) with decoupled decay on weight matrices alone: not on masks,
/// normalisations or biases.
///
/// An entry that a step does not use keeps its value and its moments. Bias correction counts the
/// steps of the whole training.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW<E> {
    /// Steps taken.
    pub steps: u64,
    /// First and second moments of every parameter, in the order of the parameters.
    pub moments: Vec<[Vec<E>; 2]>,
    pub weight_decay: f64,
}

impl<E: Element> AdamW<E>
where
    Cpu: Device<E>,
{
    /// Moments of zero.
    pub fn new(parameters: &[Parameter<E>], weight_decay: f64) -> Self {
        let zeros = |p: &Parameter<E>| vec![E::zero(); p.variable.values().len()];
        let moments = parameters.iter().map(|p| [zeros(p), zeros(p)]).collect();
        AdamW {
            steps: 0,
            moments,
            weight_decay,
        }
    }

    /// One step: for every entry of the active part, with g its gradient and t the step,
    ///
    /// ```text
    /// m = b1 m + (1 - b1) g          v = b2 v + (1 - b2) g^2
    /// p = p - lr (wd p + (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps))
    /// ```
    pub fn step(
        &mut self,
        parameters: &mut [Parameter<E>],
        gradients: &mut Gradients<E>,
        active: &[[usize; 2]],
        learning_rate: f64,
    ) -> Result<()> {
        self.steps += 1;
        let power = |beta: f64| 1.0 - libm::pow(beta, self.steps as f64);
        let (correction_1, correction_2) = (power(BETA_1), power(BETA_2));
        for ((parameter, moments), [rows, columns]) in
            parameters.iter_mut().zip(&mut self.moments).zip(active)
        {
            let Some(gradient) = parameter.variable.take_gradient(gradients)? else {
                continue;
            };
            if rows * columns == 0 {
                continue;
            }
            let decay = match parameter.kind {
                Kind::Weight => E::of(learning_rate * self.weight_decay),
                _ => E::zero(),
            };
            let rate = E::of(learning_rate / correction_1);
            let root = E::of(1.0 / libm::sqrt(correction_2));
            let [beta_1, beta_2, epsilon] = [BETA_1, BETA_2, EPSILON].map(E::of);
            let width = parameter.variable.shape()[2];
            let part = rows * width;
            // Whole rows, many enough to be worth a task.
            let chunk = (CHUNK / width).max(1) * width;
            let [first, second] = moments;
            parameter.variable.values_mut()[..part]
                .par_chunks_mut(chunk)
                .zip(first[..part].par_chunks_mut(chunk))
                .zip(second[..part].par_chunks_mut(chunk))
                .zip(gradient[..part].par_chunks(chunk))
                .for_each(|(((values, first), second), gradient)| {
                    for start in (0..values.len()).step_by(width) {
                        let row = start..start + columns;
                        let moments = first[row.clone()].iter_mut().zip(&mut second[row.clone()]);
                        let values = values[row.clone()].iter_mut().zip(&gradient[row]);
                        for ((p, g), (m, v)) in values.zip(moments) {
                            *m = beta_1 * *m + (E::one() - beta_1) * *g;
                            *v = beta_2 * *v + (E::one() - beta_2) * *g * *g;
                            let size = num_traits::Float::sqrt(*v) * root + epsilon;
                            *p = *p - decay * *p - rate * *m / size;
                        }
                    }
                });
        }
        Ok(())
    }
}

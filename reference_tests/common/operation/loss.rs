//! The losses of the tasks.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{
    Element, Tape, binary_cross_entropy, cross_entropy, masked_binary_cross_entropy, relative_l2,
};
use dnarch::equations;
use dnarch::random::Stream;
use ndarray::{Array3, Axis};

use super::{Check, Input, Operation, Value, elements, given, normal, number};

pub fn each(check: &mut impl Check) {
    for (batch, classes) in [(1, 1), (1, 7), (5, 10), (8, 3)] {
        check.check(&Classification { batch, classes });
    }
    for shape in [[1, 1, 1], [3, 2, 7], [4, 1, 25]] {
        check.check(&Field { shape });
        check.check(&Binary { shape });
        check.check(&Masked { shape });
    }
}

#[derive(Debug)]
struct Classification {
    batch: usize,
    classes: usize,
}

impl Classification {
    fn labels(&self) -> Vec<usize> {
        (0..self.batch)
            .map(|item| (3 * item + 2) % self.classes)
            .collect()
    }
}

impl Operation for Classification {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(
            3.0 * normal(random, [self.batch, self.classes, 1]),
        )]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        cross_entropy(tape, inputs[0].variable(), &self.labels()).map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let logits = inputs[0].index_axis(Axis(2), 0);
        equations::loss::cross_entropy(&logits, &self.labels()).map(number)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (logits, cotangent) = (inputs[0].index_axis(Axis(2), 0), cotangent[[0, 0, 0]]);
        let d = equations::loss::cross_entropy_vjp(&logits, &self.labels(), cotangent)?;
        Ok(vec![d.insert_axis(Axis(2))])
    }

    fn roundings(&self) -> usize {
        4 + self.batch + self.classes
    }
}

/// Relative L2 of a prediction that is decoded with a deviation and a mean.
#[derive(Debug)]
struct Field {
    shape: [usize; 3],
}

impl Field {
    /// Mean, deviation and target.
    fn given(&self) -> [Array3<f64>; 3] {
        let [_, channels, positions] = self.shape;
        let one = [1, channels, positions];
        [given(one, 0), given(one, 1), given(self.shape, 2)]
    }

    fn decoded(&self, inputs: &[Array3<f64>]) -> Array3<f64> {
        let [mean, deviation, _] = self.given();
        &inputs[0] * &deviation + &mean
    }
}

impl Operation for Field {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(normal(random, self.shape))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [mean, deviation, target] = self.given().map(|values| elements::<E>(&values));
        let prediction = inputs[0].variable();
        relative_l2(tape, prediction, &mean, &deviation, &target).map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let [_, _, target] = self.given();
        equations::loss::relative_l2(&self.decoded(inputs), &target).map(number)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let [_, deviation, target] = self.given();
        let (decoded, cotangent) = (self.decoded(inputs), cotangent[[0, 0, 0]]);
        let d = equations::loss::relative_l2_vjp(&decoded, &target, cotangent)?;
        Ok(vec![d * deviation])
    }

    fn roundings(&self) -> usize {
        8 + self.shape.iter().product::<usize>()
    }
}

#[derive(Debug)]
struct Binary {
    shape: [usize; 3],
}

impl Binary {
    /// Zeros, ones and probabilities between.
    fn targets(&self) -> Array3<f64> {
        given(self.shape, 3).mapv(|value| value.clamp(0.0, 1.0))
    }
}

impl Operation for Binary {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(3.0 * normal(random, self.shape))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let targets = elements::<E>(&self.targets());
        binary_cross_entropy(tape, inputs[0].variable(), &targets).map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        equations::loss::binary_cross_entropy(&inputs[0], &self.targets()).map(number)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let cotangent = cotangent[[0, 0, 0]];
        let d = equations::loss::binary_cross_entropy_vjp(&inputs[0], &self.targets(), cotangent)?;
        Ok(vec![d])
    }

    fn roundings(&self) -> usize {
        8 + self.shape.iter().product::<usize>()
    }
}

/// Cross-entropy of the positions that are not ignored.
#[derive(Debug)]
struct Masked {
    shape: [usize; 3],
}

impl Masked {
    /// Objects and ignored positions.
    fn marks(&self) -> [Array3<bool>; 2] {
        [(4, 0.3), (5, 0.6)].map(|(seed, above)| given(self.shape, seed).mapv(|v| v > above))
    }
}

impl Operation for Masked {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(3.0 * normal(random, self.shape))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [object, ignored] = self
            .marks()
            .map(|marks| marks.into_iter().collect::<Vec<_>>());
        masked_binary_cross_entropy(tape, inputs[0].variable(), &object, &ignored)
            .map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let [object, ignored] = self.marks();
        equations::loss::masked_binary_cross_entropy(&inputs[0], &object, &ignored).map(number)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let ([object, ignored], cotangent) = (self.marks(), cotangent[[0, 0, 0]]);
        let masked = equations::loss::masked_binary_cross_entropy_vjp;
        Ok(vec![masked(&inputs[0], &object, &ignored, cotangent)?])
    }

    fn roundings(&self) -> usize {
        8 + self.shape.iter().product::<usize>()
    }
}

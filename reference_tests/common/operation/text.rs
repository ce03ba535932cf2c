//! The operations of the tasks on text: embedding, pooling without padding, comparison of pairs.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{
    Element, Tape, embedding, pair_features, prefix_average_pool, side_by_side,
};
use dnarch::equations;
use dnarch::random::Stream;
use ndarray::{Array2, Array3, Axis, concatenate};

use super::{Check, Input, Operation, Value, column, matrix, normal, sheet, vector};

pub fn each(check: &mut impl Check) {
    for [batch, positions, vocabulary, outputs] in
        [[1, 1, 1, 1], [2, 7, 5, 3], [3, 8, 11, 2], [5, 1, 3, 4]]
    {
        check.check(&Embedding {
            batch,
            positions,
            vocabulary,
            outputs,
        });
    }
    for shape in [[1, 1, 1], [2, 3, 7], [5, 2, 8]] {
        check.check(&PrefixPooling { shape });
    }
    for [batch, channels] in [[1, 1], [1, 5], [3, 2]] {
        check.check(&Pairs { batch, channels });
        check.check(&SideBySide {
            rows: batch,
            columns: channels,
        });
    }
}

#[derive(Debug)]
struct Embedding {
    batch: usize,
    positions: usize,
    vocabulary: usize,
    outputs: usize,
}

impl Embedding {
    /// Some symbols several times, the last of the vocabulary among them.
    fn symbols(&self) -> Array2<u16> {
        Array2::from_shape_fn((self.batch, self.positions), |(b, p)| {
            ((self.vocabulary - 1 + 3 * p * p + 2 * b) % self.vocabulary) as u16
        })
    }
}

impl Operation for Embedding {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![
            Input::Variable(normal(random, [1, self.outputs, self.vocabulary])),
            Input::Variable(normal(random, [1, self.outputs, 1])),
        ]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let symbols: Vec<u16> = self.symbols().into_iter().collect();
        let [weight, bias] = [inputs[0].variable(), inputs[1].variable()];
        embedding(tape, &symbols, self.positions, weight, bias).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        equations::embedding::embedding(&self.symbols(), &matrix(&inputs[0]), &vector(&inputs[1]))
    }

    fn definition_vjp(
        &self,
        _: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (weight, bias) =
            equations::embedding::embedding_vjp(&self.symbols(), self.vocabulary, cotangent)?;
        Ok(vec![sheet(weight), column(bias)])
    }

    fn roundings(&self) -> usize {
        2 + self.batch * self.positions
    }
}

#[derive(Debug)]
struct PrefixPooling {
    shape: [usize; 3],
}

impl PrefixPooling {
    /// From one position to all.
    fn lengths(&self) -> Vec<usize> {
        let [batch, _, positions] = self.shape;
        (0..batch)
            .map(|item| 1 + (positions - 1 + 3 * item) % positions)
            .collect()
    }
}

impl Operation for PrefixPooling {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(normal(random, self.shape))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        prefix_average_pool(tape, inputs[0].variable(), &self.lengths()).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let mean = equations::pooling::prefix_average_pool(&inputs[0], &self.lengths())?;
        Ok(mean.insert_axis(Axis(2)))
    }

    fn definition_vjp(
        &self,
        _: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let cotangent = cotangent.index_axis(Axis(2), 0);
        let lengths = self.lengths();
        let d = equations::pooling::prefix_average_pool_vjp(self.shape[2], &lengths, &cotangent)?;
        Ok(vec![d])
    }

    fn roundings(&self) -> usize {
        2 + self.shape[2]
    }
}

#[derive(Debug)]
struct Pairs {
    batch: usize,
    channels: usize,
}

impl Operation for Pairs {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(normal(
            random,
            [2 * self.batch, self.channels, 1],
        ))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        pair_features(tape, inputs[0].variable()).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let x = inputs[0].index_axis(Axis(2), 0);
        Ok(equations::pair::pair_features(&x)?.insert_axis(Axis(2)))
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (x, cotangent) = (
            inputs[0].index_axis(Axis(2), 0),
            cotangent.index_axis(Axis(2), 0),
        );
        let d = equations::pair::pair_features_vjp(&x, &cotangent)?;
        Ok(vec![d.insert_axis(Axis(2))])
    }

    fn roundings(&self) -> usize {
        4
    }
}

#[derive(Debug)]
struct SideBySide {
    rows: usize,
    columns: usize,
}

impl Operation for SideBySide {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let shape = [1, self.rows, self.columns];
        (0..4)
            .map(|_| Input::Variable(normal(random, shape)))
            .collect()
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let parts = [0, 1, 2, 3].map(|index| inputs[index].variable().clone());
        side_by_side(tape, parts).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let parts: Vec<_> = inputs.iter().map(|part| part.view()).collect();
        Ok(concatenate(Axis(2), &parts).expect("equal rows"))
    }

    fn definition_vjp(
        &self,
        _: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let parts = cotangent.axis_chunks_iter(Axis(2), self.columns);
        Ok(parts.map(|part| part.to_owned()).collect())
    }

    fn roundings(&self) -> usize {
        1
    }
}

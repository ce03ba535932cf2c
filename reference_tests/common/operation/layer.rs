//! Linear layers, batch normalisation and pooling.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Element, Gelu, Tape, batch_norm, gelu, global_average_pool, linear};
use dnarch::equations;
use dnarch::random::Stream;
use ndarray::{Array3, Axis, s};

use super::{Check, Input, Operation, Value, column, mask_values, matrix, normal, sheet, vector};

pub fn each(check: &mut impl Check) {
    // The last is large enough to be cut into blocks of rows, several for each item.
    for [batch, inputs, outputs, positions] in [
        [1, 1, 1, 1],
        [2, 3, 5, 7],
        [3, 4, 1, 8],
        [5, 1, 2, 13],
        [3, 37, 53, 41],
    ] {
        check.check(&PointwiseLinear {
            batch,
            inputs,
            outputs,
            positions,
        });
    }
    for [batch, channels, n, positions] in [
        [1, 1, 1, 1],
        [1, 2, 2, 9],
        [3, 3, 3, 1],
        [2, 2, 2, 5],
        [3, 5, 2, 7],
        [4, 4, 4, 40],
    ] {
        for gated in [false, true] {
            check.check(&Normalisation {
                batch,
                channels,
                n,
                positions,
                gated,
            });
        }
    }
    for shape in [[1, 1, 1], [2, 3, 7], [3, 2, 36]] {
        check.check(&Pooling { shape });
    }
    check.check(&SharedLayer);
}

#[derive(Debug)]
pub struct PointwiseLinear {
    pub batch: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub positions: usize,
}

impl Operation for PointwiseLinear {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![
            Input::Variable(normal(random, [self.batch, self.inputs, self.positions])),
            Input::Variable(normal(random, [1, self.outputs, self.inputs])),
            Input::Variable(normal(random, [1, self.outputs, 1])),
        ]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [x, weight, bias] = [0, 1, 2].map(|i| inputs[i].variable());
        linear(tape, x, weight, bias).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        equations::linear::linear(&inputs[0], &matrix(&inputs[1]), &vector(&inputs[2]))
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let d = equations::linear::linear_vjp(&inputs[0], &matrix(&inputs[1]), cotangent)?;
        Ok(vec![d.input, sheet(d.weight), column(d.bias)])
    }

    fn roundings(&self) -> usize {
        2 + self
            .inputs
            .max(self.outputs)
            .max(self.batch * self.positions)
    }
}

/// Batch normalisation of `gate * x` on the first n channels.
#[derive(Debug)]
struct Normalisation {
    batch: usize,
    channels: usize,
    n: usize,
    positions: usize,
    gated: bool,
}

impl Normalisation {
    /// `gate * x` on the first n channels.
    fn gate(&self, inputs: &[Array3<f64>]) -> Array3<f64> {
        let kept = inputs[0].slice(s![.., ..self.n, ..]).to_owned();
        match inputs.get(3) {
            Some(gate) => kept * gate,
            None => kept,
        }
    }
}

impl Operation for Normalisation {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let mut inputs = vec![
            Input::Variable(normal(random, [self.batch, self.channels, self.positions]) + 0.5),
            Input::Variable(normal(random, [1, self.n, 1])),
            Input::Variable(normal(random, [1, self.n, 1])),
        ];
        if self.gated {
            inputs.push(Input::Vector(mask_values(random, self.n)));
        }
        inputs
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [x, gamma, beta] = [0, 1, 2].map(|i| inputs[i].variable());
        let gate = inputs.get(3).map(Value::vector);
        batch_norm(tape, x, gate, gamma, beta).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let (gamma, beta) = (vector(&inputs[1]), vector(&inputs[2]));
        equations::norm::batch_norm(&self.gate(inputs), &gamma, &beta)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let gamma = vector(&inputs[1]);
        let d = equations::norm::batch_norm_vjp(&self.gate(inputs), &gamma, cotangent)?;
        let mut d_x = Array3::zeros(inputs[0].dim());
        let mut d_kept = d_x.slice_mut(s![.., ..self.n, ..]);
        let mut cotangents = vec![column(d.gamma), column(d.beta)];
        if let Some(gate) = inputs.get(3) {
            d_kept.assign(&(&d.input * gate));
            let kept = inputs[0].slice(s![.., ..self.n, ..]);
            let sums = (&d.input * &kept).sum_axis(Axis(2)).sum_axis(Axis(0));
            cotangents.push(column(sums));
        } else {
            d_kept.assign(&d.input);
        }
        cotangents.insert(0, d_x);
        Ok(cotangents)
    }

    /// The sums, times how much 1 / sqrt(variance + epsilon) enlarges a rounding error: by
    /// `1 / sqrt(epsilon)` where there is a single value and so no variance.
    fn roundings(&self) -> usize {
        let count = self.batch * self.positions;
        let enlarged = if count == 1 { 317 } else { 8 };
        (8 + count) * enlarged
    }
}

#[derive(Debug)]
struct Pooling {
    shape: [usize; 3],
}

impl Operation for Pooling {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(normal(random, self.shape))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        global_average_pool(tape, inputs[0].variable()).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let mean = equations::pooling::global_average_pool(&inputs[0])?;
        Ok(mean.insert_axis(Axis(2)))
    }

    fn definition_vjp(
        &self,
        _: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let cotangent = cotangent.index_axis(Axis(2), 0);
        let d = equations::pooling::global_average_pool_vjp(self.shape[2], &cotangent)?;
        Ok(vec![d])
    }

    fn roundings(&self) -> usize {
        2 + self.shape[2]
    }
}

/// One linear layer applied twice with a GELU between: gradients of both uses are added.
#[derive(Debug)]
struct SharedLayer;

impl SharedLayer {
    const LAYER: PointwiseLinear = PointwiseLinear {
        batch: 3,
        inputs: 4,
        outputs: 4,
        positions: 5,
    };
}

impl Operation for SharedLayer {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        Self::LAYER.inputs(random)
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [x, weight, bias] = [0, 1, 2].map(|i| inputs[i].variable());
        let first = linear(tape, x, weight, bias)?;
        let activated = gelu(tape, &first, Gelu::Exact)?;
        linear(tape, &activated, weight, bias).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let [_, weight, bias] = [0, 1, 2].map(|i| inputs[i].clone());
        let activated = equations::activation::gelu(&Self::LAYER.definition(inputs)?);
        Self::LAYER.definition(&[activated, weight, bias])
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let [_, weight, bias] = [0, 1, 2].map(|i| inputs[i].clone());
        let first = Self::LAYER.definition(inputs)?;
        let activated = equations::activation::gelu(&first);
        let second = Self::LAYER.definition_vjp(&[activated, weight, bias], cotangent)?;
        let d_first = equations::activation::gelu_vjp(&first, &second[0])?;
        let mut d = Self::LAYER.definition_vjp(inputs, &d_first)?;
        d[1] += &second[1];
        d[2] += &second[2];
        Ok(d)
    }

    fn roundings(&self) -> usize {
        4 * Self::LAYER.roundings()
    }
}

//! Active parts of parameters, and masks on them.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{
    Element, Tape, crop_taps, gate_channels, mask_taps, materialise, scale_rows,
};
use dnarch::random::Stream;
use ndarray::{Array3, Axis, Slice, s};

use super::{Check, Input, Operation, Value, column, mask_values, normal};

pub fn each(check: &mut impl Check) {
    for (from, to) in [
        ([1, 1], [1, 1]),
        ([5, 7], [5, 7]),
        ([5, 7], [2, 7]),
        ([5, 7], [5, 1]),
        ([4, 6], [3, 5]),
    ] {
        check.check(&ActivePart { from, to });
    }
    for [channels, length] in [[1, 1], [3, 1], [5, 8], [4, 13]] {
        let values = [1, channels, length];
        check.check(&RowMask { values });
        check.check(&TapMask { values });
    }
    for (from, half) in [
        (vec![0], vec![0]),
        (vec![3], vec![3]),
        (vec![6], vec![2]),
        (vec![5], vec![0]),
        (vec![2, 3], vec![2, 3]),
        (vec![2, 3], vec![1, 3]),
        (vec![4, 2], vec![4, 0]),
        (vec![3, 3], vec![2, 1]),
    ] {
        check.check(&Crop { from, half });
    }
    for (shape, n) in [([1, 1, 1], 1), ([3, 4, 5], 4), ([2, 5, 7], 2)] {
        check.check(&ChannelGate { shape, n });
    }
}

/// The first rows and columns of a parameter.
#[derive(Debug)]
struct ActivePart {
    from: [usize; 2],
    to: [usize; 2],
}

impl Operation for ActivePart {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let [rows, columns] = self.from;
        vec![Input::Variable(normal(random, [1, rows, columns]))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [rows, columns] = self.to;
        materialise(tape, inputs[0].variable(), rows, columns).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let [rows, columns] = self.to;
        Ok(inputs[0].slice(s![.., ..rows, ..columns]).to_owned())
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let [rows, columns] = self.to;
        let mut d = Array3::zeros(inputs[0].dim());
        d.slice_mut(s![.., ..rows, ..columns]).assign(cotangent);
        Ok(vec![d])
    }

    fn roundings(&self) -> usize {
        0
    }
}

/// A mask on the rows of a weight matrix.
#[derive(Debug)]
struct RowMask {
    values: [usize; 3],
}

impl Operation for RowMask {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![
            Input::Variable(normal(random, self.values)),
            Input::Vector(mask_values(random, self.values[1])),
        ]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        scale_rows(tape, inputs[0].variable(), inputs[1].vector()).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        Ok(&inputs[0] * &inputs[1])
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let sums = (cotangent * &inputs[0]).sum_axis(Axis(2));
        Ok(vec![cotangent * &inputs[1], column(sums)])
    }

    fn roundings(&self) -> usize {
        1 + self.values[2]
    }
}

/// A mask on the taps of every kernel.
#[derive(Debug)]
struct TapMask {
    values: [usize; 3],
}

/// A mask of K taps, held as (1, K, 1), along the last axis.
fn along_taps(mask: &Array3<f64>) -> Array3<f64> {
    mask.clone().permuted_axes([0, 2, 1])
}

impl Operation for TapMask {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![
            Input::Variable(normal(random, self.values)),
            Input::Vector(mask_values(random, self.values[2])),
        ]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        mask_taps(tape, inputs[0].variable(), inputs[1].vector()).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        Ok(&inputs[0] * &along_taps(&inputs[1]))
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let sums = (cotangent * &inputs[0]).sum_axis(Axis(1));
        Ok(vec![cotangent * &along_taps(&inputs[1]), column(sums)])
    }

    fn roundings(&self) -> usize {
        1 + self.values[1]
    }
}

/// The middle of a grid of taps.
#[derive(Debug)]
struct Crop {
    from: Vec<usize>,
    half: Vec<usize>,
}

impl Crop {
    const CHANNELS: usize = 3;

    /// (C, K) as C kernels of one or two axes; a single axis gets another of length 1.
    fn kernels(&self, values: &Array3<f64>) -> Array3<f64> {
        let mut shape: Vec<usize> = self.from.iter().map(|half| 2 * half + 1).collect();
        shape.resize(2, 1);
        let shape = (Self::CHANNELS, shape[0], shape[1]);
        values.to_shape(shape).unwrap().to_owned()
    }

    /// The kept taps of each axis.
    fn kept(&self, axis: usize) -> Slice {
        match (self.from.get(axis), self.half.get(axis)) {
            (Some(from), Some(half)) => Slice::from(from - half..from + half + 1),
            _ => Slice::from(..),
        }
    }
}

impl Operation for Crop {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let taps = self.from.iter().map(|half| 2 * half + 1).product();
        vec![Input::Variable(normal(random, [1, Self::CHANNELS, taps]))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        crop_taps(tape, inputs[0].variable(), &self.from, &self.half).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let mut kernels = self.kernels(&inputs[0]);
        kernels.slice_axis_inplace(Axis(1), self.kept(0));
        kernels.slice_axis_inplace(Axis(2), self.kept(1));
        let taps = kernels.len() / Self::CHANNELS;
        Ok(kernels
            .to_shape((1, Self::CHANNELS, taps))
            .unwrap()
            .to_owned())
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let mut d = Array3::zeros(self.kernels(&inputs[0]).dim());
        let mut kept = d.slice_axis_mut(Axis(1), self.kept(0));
        kept.slice_axis_inplace(Axis(2), self.kept(1));
        let shape = kept.dim();
        kept.assign(&cotangent.to_shape(shape).unwrap());
        Ok(vec![d.to_shape(inputs[0].dim()).unwrap().to_owned()])
    }

    fn roundings(&self) -> usize {
        0
    }
}

/// A mask on the first n channels of an activation.
#[derive(Debug)]
struct ChannelGate {
    shape: [usize; 3],
    n: usize,
}

impl Operation for ChannelGate {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![
            Input::Variable(normal(random, self.shape)),
            Input::Vector(mask_values(random, self.n)),
        ]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        gate_channels(tape, inputs[0].variable(), inputs[1].vector()).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        Ok(&inputs[0].slice(s![.., ..self.n, ..]) * &inputs[1])
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let mut d = Array3::zeros(self.shape);
        d.slice_mut(s![.., ..self.n, ..])
            .assign(&(cotangent * &inputs[1]));
        let terms = cotangent * &inputs[0].slice(s![.., ..self.n, ..]);
        Ok(vec![d, column(terms.sum_axis(Axis(2)).sum_axis(Axis(0)))])
    }

    fn roundings(&self) -> usize {
        let [batch, _, positions] = self.shape;
        1 + batch * positions
    }
}

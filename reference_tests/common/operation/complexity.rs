//! The complexity of a network and its loss.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{self, Element, Tape};
use dnarch::equations;
use dnarch::equations::complexity::{Decoder, network_cost, network_cost_vjp};
use dnarch::random::Stream;
use ndarray::Array3;

use super::{Check, Input, Operation, Value, number};

pub fn each(check: &mut impl Check) {
    for (axes, depths) in [
        (vec![13.0], [0.4, 1.0, 2.75, 3.0]),
        (vec![8.0, 5.0], [0.4, 1.0, 2.75, 3.0]),
    ] {
        for depth in depths {
            for pooled in [false, true] {
                let axes = axes.clone();
                check.check(&NetworkComplexity {
                    axes,
                    depth,
                    pooled,
                });
            }
        }
    }
    for current in [80.0, 100.0, 250.0] {
        check.check(&ComplexityLoss { current });
    }
}

/// Three blocks; the inputs are each block's resolutions, N_in, N_mid and N_out, then the depth
/// and the width of the decoder.
#[derive(Debug)]
struct NetworkComplexity {
    axes: Vec<f64>,
    depth: f64,
    pooled: bool,
}

impl NetworkComplexity {
    const BLOCKS: usize = 3;
    const CHANNELS: [usize; 2] = [3, 10];

    fn per_block(&self) -> usize {
        self.axes.len() + 3
    }

    fn sizes(&self, inputs: &[Array3<f64>]) -> equations::complexity::NetworkSizes {
        let values: Vec<f64> = inputs.iter().map(|size| size[[0, 0, 0]]).collect();
        let (blocks, ends) = values.split_at(Self::BLOCKS * self.per_block());
        let axes = self.axes.len();
        equations::complexity::NetworkSizes {
            length: self.axes.iter().product(),
            inputs: Self::CHANNELS[0] as f64,
            outputs: Self::CHANNELS[1] as f64,
            decoder: if self.pooled {
                Decoder::Classification
            } else {
                Decoder::Dense
            },
            blocks: blocks
                .chunks(self.per_block())
                .map(|sizes| equations::complexity::BlockSizes {
                    resolution: sizes[..axes].to_vec(),
                    n_in: sizes[axes],
                    n_mid: sizes[axes + 1],
                    n_out: sizes[axes + 2],
                })
                .collect(),
            depth: ends[0],
            width_last: ends[1],
        }
    }
}

impl Operation for NetworkComplexity {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let mut inputs = Vec::new();
        for _ in 0..Self::BLOCKS {
            for axis in &self.axes {
                inputs.push(Input::scalar(axis * (0.2 + 0.8 * random.uniform())));
            }
            for _ in 0..3 {
                inputs.push(Input::scalar(1.0 + 7.0 * random.uniform()));
            }
        }
        inputs.push(Input::scalar(self.depth));
        inputs.push(Input::scalar(1.0 + 7.0 * random.uniform()));
        inputs
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let (blocks, ends) = inputs.split_at(Self::BLOCKS * self.per_block());
        let axes = self.axes.len();
        let size = |value: &Value<E>| value.scalar().clone();
        let sizes = autodiff::NetworkSizes {
            length: self.axes.iter().product::<f64>() as usize,
            inputs: Self::CHANNELS[0],
            outputs: Self::CHANNELS[1],
            pooled: self.pooled,
            blocks: blocks
                .chunks(self.per_block())
                .map(|sizes| autodiff::BlockSizes {
                    resolution: sizes[..axes].iter().map(size).collect(),
                    n_in: size(&sizes[axes]),
                    n_mid: size(&sizes[axes + 1]),
                    n_out: size(&sizes[axes + 2]),
                })
                .collect(),
            depth: size(&ends[0]),
            last_width: size(&ends[1]),
        };
        autodiff::network_complexity(tape, &sizes).map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        network_cost(&self.sizes(inputs)).map(number)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let d = network_cost_vjp(&self.sizes(inputs), cotangent[[0, 0, 0]])?;
        let mut cotangents = Vec::new();
        for block in d.blocks {
            cotangents.extend(block.resolution);
            cotangents.extend([block.n_in, block.n_mid, block.n_out]);
        }
        cotangents.extend([d.depth, d.width_last]);
        Ok(cotangents.into_iter().map(number).collect())
    }

    /// Six terms for each block, and the two ends.
    fn roundings(&self) -> usize {
        6 * Self::BLOCKS + 6
    }

    /// At an integer depth the gradient is the slope from the left.
    fn gradient_is_slope(&self) -> bool {
        self.depth.fract() != 0.0
    }
}

/// The loss of a complexity whose target is 100.
#[derive(Debug)]
struct ComplexityLoss {
    current: f64,
}

impl ComplexityLoss {
    const TARGET: f64 = 100.0;
}

impl Operation for ComplexityLoss {
    fn inputs(&self, _: &mut Stream) -> Vec<Input> {
        vec![Input::scalar(self.current)]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let (loss, ratio) = autodiff::complexity_loss(tape, inputs[0].scalar(), Self::TARGET)?;
        // In single precision 0.8 and 2.5 carry a rounding of their own.
        assert!((ratio - self.current / Self::TARGET).abs() <= 2.0 * f64::from(f32::EPSILON));
        Ok(Value::Scalar(loss))
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let current = inputs[0][[0, 0, 0]];
        equations::loss::complexity_loss(current, Self::TARGET).map(number)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (current, cotangent) = (inputs[0][[0, 0, 0]], cotangent[[0, 0, 0]]);
        let d = equations::loss::complexity_loss_vjp(current, Self::TARGET, cotangent)?;
        Ok(vec![number(d)])
    }

    fn roundings(&self) -> usize {
        4
    }
}

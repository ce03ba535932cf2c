//! GELU and the dropout behind it.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Dropout, Element, Gelu, Tape, gelu, gelu_dropout};
use dnarch::equations::activation::{self, gelu_tanh, gelu_tanh_vjp};
use dnarch::equations::dropout::{dropout, dropout_vjp};
use dnarch::random::Stream;
use ndarray::Array3;

use super::{Check, Input, Operation, Value, normal};

pub fn each(check: &mut impl Check) {
    for form in [Gelu::Exact, Gelu::Tanh] {
        // The last is longer than one chunk of an element-wise operation.
        for shape in [[1, 1, 1], [2, 3, 7], [3, 5, 1501]] {
            check.check(&Activation { shape, form });
        }
        for (rate, channels, maximum_channels) in [(0.0, 3, 3), (0.25, 3, 3), (0.6, 2, 5)] {
            check.check(&ActivationDropout {
                shape: [3, channels, 11],
                form,
                rate,
                maximum_channels,
            });
        }
    }
}

/// The roundings of `x Phi(x)` and its slope, the polynomial of the error function included.
const ROUNDINGS: usize = 12;

#[derive(Debug)]
struct Activation {
    shape: [usize; 3],
    form: Gelu,
}

impl Operation for Activation {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        vec![Input::Variable(2.0 * normal(random, self.shape))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        gelu(tape, inputs[0].variable(), self.form).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        Ok(match self.form {
            Gelu::Exact => activation::gelu(&inputs[0]),
            Gelu::Tanh => gelu_tanh(&inputs[0]),
        })
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let input = match self.form {
            Gelu::Exact => activation::gelu_vjp(&inputs[0], cotangent),
            Gelu::Tanh => gelu_tanh_vjp(&inputs[0], cotangent),
        };
        Ok(vec![input?])
    }

    fn roundings(&self) -> usize {
        ROUNDINGS
    }
}

/// GELU, then dropout whose choice is a function of sample, channel and position.
#[derive(Debug)]
pub struct ActivationDropout {
    pub shape: [usize; 3],
    pub form: Gelu,
    pub rate: f64,
    pub maximum_channels: usize,
}

impl ActivationDropout {
    const SEED: u64 = 11;
    const STREAM: u64 = 4;

    /// Word `(sample C_max + channel) P + position` of the stream decides on an element.
    fn keep(&self) -> Array3<bool> {
        let [_, _, positions] = self.shape;
        let mut stream = Stream::new(Self::SEED, "dropout", Self::STREAM);
        Array3::from_shape_fn(self.shape, |(sample, channel, position)| {
            let row = sample * self.maximum_channels + channel;
            stream.seek((row * positions + position) as u64);
            f64::from(stream.bits()) >= (self.rate * f64::from(u32::MAX)).floor()
        })
    }

    fn without_dropout(&self) -> Activation {
        Activation {
            shape: self.shape,
            form: self.form,
        }
    }
}

impl Operation for ActivationDropout {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        self.without_dropout().inputs(random)
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let dropout = Dropout {
            rate: self.rate,
            seed: Self::SEED,
            stream: Self::STREAM,
            maximum_channels: self.maximum_channels,
        };
        gelu_dropout(tape, inputs[0].variable(), self.form, Some(dropout)).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let activated = self.without_dropout().definition(inputs)?;
        dropout(&activated, &self.keep(), self.rate)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let cotangent = dropout_vjp(&self.keep(), self.rate, cotangent)?;
        self.without_dropout().definition_vjp(inputs, &cotangent)
    }

    fn roundings(&self) -> usize {
        ROUNDINGS + 2
    }
}

//! The continuous sizes of masks, and their clip.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Element, Tape, gaussian_size, sigmoid_size, straight_through_clip};
use dnarch::equations::mask::THRESHOLD;
use dnarch::equations::size;
use dnarch::random::Stream;
use ndarray::Array3;

use super::{Check, Input, Operation, Value, number};

pub fn each(check: &mut impl Check) {
    for (value, maximum, is_clipped) in [(0.2, 9, false), (-0.81, 64, false), (0.97, 9, true)] {
        check.check(&Size {
            kind: Kind::Sigmoid,
            value,
            maximum,
            is_clipped,
        });
    }
    for (value, maximum, is_clipped) in [(0.1, 9, false), (0.4, 65, false), (0.55, 9, true)] {
        check.check(&Size {
            kind: Kind::Gaussian,
            value,
            maximum,
            is_clipped,
        });
    }
    for (value, maximum, is_clipped) in [(3.25, 4, false), (4.0, 4, false), (37.7, 4, true)] {
        check.check(&Size {
            kind: Kind::Clip,
            value,
            maximum,
            is_clipped,
        });
    }
}

#[derive(Debug)]
enum Kind {
    Sigmoid,
    Gaussian,
    Clip,
}

/// The size of a mask with offset or width `value`, or the clip of a size.
#[derive(Debug)]
struct Size {
    kind: Kind,
    value: f64,
    maximum: usize,
    is_clipped: bool,
}

impl Size {
    const TAU: f64 = 25.0;
}

impl Operation for Size {
    fn inputs(&self, _: &mut Stream) -> Vec<Input> {
        vec![Input::scalar(self.value)]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let (value, maximum) = (inputs[0].scalar(), self.maximum);
        let size = match self.kind {
            Kind::Sigmoid => sigmoid_size(tape, value, Self::TAU, THRESHOLD, maximum),
            Kind::Gaussian => gaussian_size(tape, value, THRESHOLD, maximum),
            Kind::Clip => straight_through_clip(tape, value, maximum),
        };
        size.map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let (value, maximum) = (inputs[0][[0, 0, 0]], self.maximum);
        let size = match self.kind {
            Kind::Sigmoid => size::sigmoid_size(value, Self::TAU, maximum, THRESHOLD)?,
            Kind::Gaussian => size::gaussian_size(value, maximum, THRESHOLD)?,
            Kind::Clip => size::straight_through_clip(value, maximum),
        };
        assert_eq!(self.is_clipped && size == maximum as f64, self.is_clipped);
        Ok(number(size))
    }

    fn definition_vjp(
        &self,
        _: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (cotangent, maximum) = (cotangent[[0, 0, 0]], self.maximum);
        Ok(vec![number(match self.kind {
            Kind::Sigmoid => size::sigmoid_size_vjp(maximum, cotangent),
            Kind::Gaussian => size::gaussian_size_vjp(maximum, THRESHOLD, cotangent)?,
            Kind::Clip => size::straight_through_clip_vjp(cotangent),
        })])
    }

    fn roundings(&self) -> usize {
        self.maximum
    }

    /// At the maximum itself the clip has a kink.
    fn gradient_is_slope(&self) -> bool {
        !self.is_clipped && self.value != self.maximum as f64
    }
}

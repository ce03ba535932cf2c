//! Sigmoid and Gaussian masks.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Element, Tape, gaussian_mask, sigmoid_mask, sigmoid_mask_at};
use dnarch::equations::{mask, size};
use dnarch::random::Stream;
use ndarray::{Array1, Array3, s};

use super::{Check, Input, Operation, Value, column, number, vector};

pub fn each(check: &mut impl Check) {
    // Wide open, half open, and closed but for one point; `None` materialises what is kept.
    for (axis, tau, mu, length) in [
        (1, 25.0, 0.3, None),
        (2, 4.0, -0.9, None),
        (13, 25.0, 0.93, None),
        (16, 25.0, -0.07, None),
        (16, 25.0, -0.07, Some(16)),
        (17, 10.0, 0.21, Some(15)),
        (17, 25.0, -0.98, Some(1)),
    ] {
        check.check(&Sigmoid {
            axis,
            tau,
            mu,
            length,
        });
        check.check(&SigmoidAt { axis, tau, mu });
    }
    for (axes, sigmas, extra) in [
        (vec![1], vec![0.9], vec![0]),
        (vec![3], vec![0.5], vec![0]),
        (vec![17], vec![0.31], vec![0]),
        (vec![17], vec![0.31], vec![2]),
        (vec![5, 7], vec![0.4, 0.6], vec![0, 0]),
        (vec![5, 7], vec![0.24, 0.29], vec![1, 2]),
        (vec![9, 1], vec![0.21, 0.3], vec![2, 0]),
    ] {
        check.check(&Gaussian {
            axes,
            sigmas,
            extra,
        });
    }
}

const THRESHOLD: f64 = mask::THRESHOLD;

/// The sigmoid mask at the first points of an axis, at those it keeps where there is no `length`.
#[derive(Debug)]
struct Sigmoid {
    axis: usize,
    tau: f64,
    mu: f64,
    length: Option<usize>,
}

impl Sigmoid {
    fn kept(&self) -> usize {
        size::sigmoid_kept(self.mu, self.tau, self.axis, THRESHOLD).unwrap()
    }

    fn points(&self) -> Array1<f64> {
        let length = self.length.unwrap_or(self.kept());
        mask::axis(self.axis)
            .unwrap()
            .slice(s![..length])
            .to_owned()
    }
}

impl Operation for Sigmoid {
    fn inputs(&self, _: &mut Stream) -> Vec<Input> {
        vec![Input::scalar(self.mu)]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let (mu, kept) = (inputs[0].scalar(), self.kept());
        let length = self.length.unwrap_or(kept);
        sigmoid_mask(tape, mu, self.tau, self.axis, kept, length).map(Value::Vector)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let mu = inputs[0][[0, 0, 0]];
        Ok(column(mask::sigmoid(
            &self.points(),
            mu,
            self.tau,
            THRESHOLD,
        )?))
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (mu, cotangent) = (inputs[0][[0, 0, 0]], vector(cotangent));
        let d = mask::sigmoid_vjp(&self.points(), mu, self.tau, THRESHOLD, &cotangent)?;
        Ok(vec![number(d)])
    }

    /// An error in `mu - x` is enlarged tau times.
    fn roundings(&self) -> usize {
        self.axis + 4 * self.tau as usize
    }
}

/// The sigmoid mask at its last kept point.
#[derive(Debug)]
struct SigmoidAt {
    axis: usize,
    tau: f64,
    mu: f64,
}

impl SigmoidAt {
    fn mask(&self) -> Sigmoid {
        let Self { axis, tau, mu } = *self;
        Sigmoid {
            axis,
            tau,
            mu,
            length: None,
        }
    }

    fn index(&self) -> usize {
        self.mask().kept() - 1
    }
}

impl Operation for SigmoidAt {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        self.mask().inputs(random)
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let (mu, index) = (inputs[0].scalar(), self.index());
        sigmoid_mask_at(tape, mu, self.tau, self.axis, index).map(Value::Scalar)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let mask = self.mask().definition(inputs)?;
        Ok(number(mask[[0, self.index(), 0]]))
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let mut of_mask = Array3::zeros((1, self.index() + 1, 1));
        of_mask[[0, self.index(), 0]] = cotangent[[0, 0, 0]];
        self.mask().definition_vjp(inputs, &of_mask)
    }

    fn roundings(&self) -> usize {
        self.mask().roundings()
    }
}

/// The centred Gaussian mask, with `extra` taps materialised on either side of the kept ones.
#[derive(Debug)]
struct Gaussian {
    axes: Vec<usize>,
    sigmas: Vec<f64>,
    extra: Vec<usize>,
}

impl Gaussian {
    /// How many taps each axis keeps on either side of the centre.
    fn kept(&self) -> Vec<usize> {
        let axes = self.axes.iter().zip(&self.sigmas);
        axes.map(|(axis, sigma)| size::gaussian_kept(*sigma, *axis, THRESHOLD).unwrap().len() / 2)
            .collect()
    }

    fn half(&self) -> Vec<usize> {
        let kept = self.kept();
        kept.iter()
            .zip(&self.extra)
            .map(|(kept, extra)| kept + extra)
            .collect()
    }

    /// The coordinates of the materialised taps of each axis.
    fn taps(&self) -> Vec<Array1<f64>> {
        let axes = self.axes.iter().zip(self.half());
        axes.map(|(axis, half)| {
            let centre = axis / 2;
            let points = mask::centred_axis(*axis).unwrap();
            points.slice(s![centre - half..=centre + half]).to_owned()
        })
        .collect()
    }

    fn factors(&self, inputs: &[Array3<f64>]) -> Result<Vec<Array1<f64>>> {
        let taps = self.taps();
        let axes = taps.iter().zip(inputs);
        axes.map(|(x, sigma)| mask::gaussian(x, 0.0, sigma[[0, 0, 0]], THRESHOLD))
            .collect()
    }
}

impl Operation for Gaussian {
    fn inputs(&self, _: &mut Stream) -> Vec<Input> {
        self.sigmas
            .iter()
            .map(|sigma| Input::scalar(*sigma))
            .collect()
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let sigmas: Vec<_> = inputs.iter().map(|sigma| sigma.scalar().clone()).collect();
        let (kept, half) = (self.kept(), self.half());
        gaussian_mask(tape, &sigmas, &self.axes, &kept, &half).map(Value::Vector)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        Ok(column(mask::product(&self.factors(inputs)?)?))
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let d_factors = mask::product_vjp(&self.factors(inputs)?, &vector(cotangent))?;
        let taps = self.taps();
        let axes = taps.iter().zip(inputs).zip(&d_factors);
        axes.map(|((x, sigma), d_factor)| {
            let (_, d) = mask::gaussian_vjp(x, 0.0, sigma[[0, 0, 0]], THRESHOLD, d_factor)?;
            Ok(number(d))
        })
        .collect()
    }

    /// Every tap once, and the exponent, at most `-ln T = 2.3` where a tap is kept.
    fn roundings(&self) -> usize {
        8 + self.axes.iter().product::<usize>()
    }
}

//! Spectral downsampling (Eq. 1) and upsampling.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Element, Tape, downsample, upsample};
use dnarch::equations;
use dnarch::random::Stream;
use ndarray::Array3;

use super::resolution_mask::{
    CHANNELS,
    Cut::{self, Kept, Open, Padded},
    fast_masks, full_masks, random_masks, stored_masks,
};
use super::{Check, Input, Operation, Value, normal};

pub fn each(check: &mut impl Check) {
    for (batch, n, m, cut) in [
        (1, 1, 1, Open),
        (1, 1, 1, Kept(1)),
        (2, 8, 8, Kept(5)),
        (3, 8, 8, Open),
        (2, 8, 6, Kept(3)),
        (3, 9, 9, Kept(5)),
        (3, 9, 4, Kept(5)),
        (1, 13, 7, Kept(2)),
        (2, 12, 5, Padded(2, 5)),
        (2, 12, 1, Open),
    ] {
        check.check(&Reduction::new(batch, &[n], &[m], &[cut]));
        check.check(&Expansion::new(batch, &[n], &[m]));
    }
    for (batch, grid, reduced, cuts) in [
        (1, [1, 1], [1, 1], [Open, Open]),
        (2, [4, 5], [4, 5], [Kept(3), Kept(3)]),
        (3, [6, 7], [4, 5], [Kept(2), Open]),
        (2, [8, 3], [5, 2], [Open, Kept(1)]),
        (1, [5, 6], [2, 6], [Padded(1, 3), Kept(4)]),
    ] {
        check.check(&Reduction::new(batch, &grid, &reduced, &cuts));
        check.check(&Expansion::new(batch, &grid, &reduced));
    }
}

/// Eq. 1. The inputs are the signal and the masks that are not open.
#[derive(Debug)]
pub struct Reduction {
    batch: usize,
    grid: Vec<usize>,
    reduced: Vec<usize>,
    cuts: Vec<Cut>,
}

impl Reduction {
    pub fn new(batch: usize, grid: &[usize], reduced: &[usize], cuts: &[Cut]) -> Self {
        let (grid, reduced, cuts) = (grid.to_vec(), reduced.to_vec(), cuts.to_vec());
        Reduction {
            batch,
            grid,
            reduced,
            cuts,
        }
    }

    fn masks(&self, inputs: &[Array3<f64>]) -> Vec<Vec<f64>> {
        let frequencies: Vec<usize> = self.grid.iter().map(|n| n / 2 + 1).collect();
        full_masks(&self.cuts, &inputs[1..], &frequencies)
    }
}

impl Operation for Reduction {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let positions = self.grid.iter().product();
        let mut inputs = vec![Input::Variable(normal(
            random,
            [self.batch, CHANNELS, positions],
        ))];
        inputs.extend(random_masks(&self.cuts, random));
        inputs
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let masks = fast_masks(&self.cuts, &inputs[1..]);
        downsample(
            tape,
            inputs[0].variable(),
            &self.grid,
            &self.reduced,
            &masks,
        )
        .map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let masks = self.masks(inputs);
        equations::resampling::downsample(&inputs[0], &self.grid, &self.reduced, &masks)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let (grid, reduced, masks) = (&self.grid, &self.reduced, self.masks(inputs));
        let (signal, masks) =
            equations::resampling::downsample_vjp(&inputs[0], grid, reduced, &masks, cotangent)?;
        let mut cotangents = vec![signal];
        cotangents.extend(stored_masks(&self.cuts, &inputs[1..], masks));
        Ok(cotangents)
    }

    /// Two transforms of the grid, and the sum over the rows of a channel.
    fn roundings(&self) -> usize {
        2 * self.grid.iter().product::<usize>() + self.batch * CHANNELS + 4
    }
}

/// Upsampling, from `reduced` back to `grid`.
#[derive(Debug)]
pub struct Expansion {
    batch: usize,
    grid: Vec<usize>,
    reduced: Vec<usize>,
}

impl Expansion {
    pub fn new(batch: usize, grid: &[usize], reduced: &[usize]) -> Self {
        let (grid, reduced) = (grid.to_vec(), reduced.to_vec());
        Expansion {
            batch,
            grid,
            reduced,
        }
    }
}

impl Operation for Expansion {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let positions = self.reduced.iter().product();
        vec![Input::Variable(normal(
            random,
            [self.batch, CHANNELS, positions],
        ))]
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        upsample(tape, inputs[0].variable(), &self.reduced, &self.grid).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        equations::resampling::upsample(&inputs[0], &self.reduced, &self.grid)
    }

    fn definition_vjp(
        &self,
        _: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let d = equations::resampling::upsample_vjp(&self.reduced, &self.grid, cotangent)?;
        Ok(vec![d])
    }

    fn roundings(&self) -> usize {
        2 * self.grid.iter().product::<usize>() + 4
    }
}

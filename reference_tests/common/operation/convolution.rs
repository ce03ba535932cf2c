//! Convolution and downsampling in one pass (Eq. 7).

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Element, Tape, fourier_convolution};
use dnarch::equations;
use dnarch::random::Stream;
use ndarray::{Array3, Axis};

use super::resolution_mask::{
    CHANNELS,
    Cut::{self, Kept, Open, Padded},
    fast_masks, full_masks, has_no_stored_zeros, random_masks, stored_masks,
};
use super::{Check, Input, Operation, Value, column, matrix, normal, sheet};

pub fn each(check: &mut impl Check) {
    // Odd, even, prime and single lengths; M = N and M < N, even and odd; full and short kernels;
    // odd and even batches; masks that are open, closed above a frequency, or hold zeros.
    for (batch, n, half, m, cut) in [
        (1, 1, 0, 1, Open),
        (2, 1, 0, 1, Kept(2)),
        (1, 2, 1, 1, Kept(1)),
        (3, 8, 4, 8, Open),
        (2, 8, 4, 8, Kept(9)),
        (1, 8, 1, 5, Kept(3)),
        (2, 9, 4, 4, Kept(4)),
        (3, 13, 6, 13, Kept(14)),
        (2, 13, 0, 6, Kept(9)),
        (2, 12, 3, 7, Padded(3, 6)),
    ] {
        check.check(&Convolution::new(batch, &[n], &[half], &[m], &[cut]));
    }
    for (batch, grid, half, reduced, cuts) in [
        (1, [1, 1], [0, 0], [1, 1], [Open, Open]),
        (2, [4, 4], [2, 2], [4, 4], [Open, Open]),
        (3, [5, 4], [2, 1], [3, 2], [Kept(3), Kept(2)]),
        (2, [4, 7], [2, 3], [4, 5], [Kept(5), Open]),
        (1, [3, 6], [1, 0], [2, 6], [Kept(4), Kept(5)]),
        (2, [6, 1], [2, 0], [4, 1], [Padded(2, 4), Open]),
    ] {
        check.check(&Convolution::new(batch, &grid, &half, &reduced, &cuts));
    }
}

/// Eq. 7. The inputs are the signal, the kernel, the bias and the masks that are not open.
#[derive(Debug)]
pub struct Convolution {
    batch: usize,
    grid: Vec<usize>,
    half: Vec<usize>,
    reduced: Vec<usize>,
    cuts: Vec<Cut>,
}

impl Convolution {
    pub fn new(
        batch: usize,
        grid: &[usize],
        half: &[usize],
        reduced: &[usize],
        cuts: &[Cut],
    ) -> Self {
        Convolution {
            batch,
            grid: grid.to_vec(),
            half: half.to_vec(),
            reduced: reduced.to_vec(),
            cuts: cuts.to_vec(),
        }
    }

    fn kernel_grid(&self) -> Vec<usize> {
        self.half.iter().map(|half| 2 * half + 1).collect()
    }

    fn masks(&self, inputs: &[Array3<f64>]) -> Vec<Vec<f64>> {
        let frequencies: Vec<usize> = self.grid.iter().map(|n| n + 1).collect();
        full_masks(&self.cuts, &inputs[3..], &frequencies)
    }
}

impl Operation for Convolution {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let [positions, taps] = [&self.grid, &self.kernel_grid()].map(|grid| grid.iter().product());
        let mut inputs = vec![
            Input::Variable(normal(random, [self.batch, CHANNELS, positions])),
            Input::Variable(normal(random, [1, CHANNELS, taps])),
            Input::Variable(normal(random, [1, CHANNELS, 1])),
        ];
        inputs.extend(random_masks(&self.cuts, random));
        inputs
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [x, kernel, bias] = [0, 1, 2].map(|i| inputs[i].variable());
        let masks = fast_masks(&self.cuts, &inputs[3..]);
        let (grid, half, reduced) = (&self.grid, &self.half, &self.reduced);
        fourier_convolution(tape, x, grid, kernel, half, reduced, &masks, bias).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let y = equations::fourier_convolution::fourier_convolution(
            &inputs[0],
            &self.grid,
            &matrix(&inputs[1]),
            &self.kernel_grid(),
            &self.reduced,
            &self.masks(inputs),
        )?;
        Ok(y + &inputs[2])
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let masks = self.masks(inputs);
        let mut d = equations::fourier_convolution::fourier_convolution_vjp(
            &inputs[0],
            &self.grid,
            &matrix(&inputs[1]),
            &self.kernel_grid(),
            &self.reduced,
            &masks,
            cotangent,
        )?;
        // A dropped value hands no gradient on: the threshold in front of it is zero there.
        for (d, mask) in d.masks.iter_mut().flatten().zip(masks.iter().flatten()) {
            *d = if *mask == 0.0 { 0.0 } else { *d };
        }
        let bias = cotangent.sum_axis(Axis(2)).sum_axis(Axis(0));
        let mut cotangents = vec![d.signal, sheet(d.kernel), column(bias)];
        cotangents.extend(stored_masks(&self.cuts, &inputs[3..], d.masks));
        Ok(cotangents)
    }

    /// Three transforms of the padded grid, and the sum over the rows of a channel.
    fn roundings(&self) -> usize {
        let padded: usize = self.grid.iter().map(|n| 2 * n).product();
        3 * padded + self.batch * CHANNELS
    }

    fn gradient_is_slope(&self) -> bool {
        has_no_stored_zeros(&self.cuts)
    }
}

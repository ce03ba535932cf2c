//! The end of a block: the sum of the gated stream and the upsampled branch.

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::{Element, Gelu, Tape, residual};
use dnarch::equations::activation::{gelu, gelu_tanh, gelu_tanh_vjp, gelu_vjp};
use dnarch::equations::resampling::{upsample, upsample_vjp};
use dnarch::random::Stream;
use ndarray::{Array3, Axis, s};

use super::{Check, Input, Operation, Value, column, mask_values, normal, number};

pub fn each(check: &mut impl Check) {
    // The branch narrower than the gated stream, as wide, wider than it and than the stream.
    for (stream, gated, branch) in [
        (1, None, 1),
        (3, None, 2),
        (3, None, 5),
        (3, Some(3), 3),
        (4, Some(2), 1),
        (4, Some(2), 3),
        (3, Some(2), 5),
    ] {
        for (batch, grid, reduced) in [
            (1, vec![1], vec![1]),
            (2, vec![6], vec![6]),
            (3, vec![7], vec![4]),
            (2, vec![8], vec![5]),
            (3, vec![3, 4], vec![3, 4]),
            (2, vec![4, 5], vec![2, 3]),
        ] {
            for (masked_depth, form) in [(false, Gelu::Exact), (true, Gelu::Tanh)] {
                let (grid, reduced) = (grid.clone(), reduced.clone());
                check.check(&BlockEnd {
                    batch,
                    stream,
                    gated,
                    branch,
                    grid,
                    reduced,
                    masked_depth,
                    form,
                });
            }
        }
    }
}

/// `gate * x + depth * up(GELU(v))`. The inputs are x, v, the gate and the depth, the last two
/// where there are any.
#[derive(Debug)]
pub struct BlockEnd {
    pub batch: usize,
    /// Channels of x.
    pub stream: usize,
    /// How many of them the gate keeps.
    pub gated: Option<usize>,
    /// Channels of v.
    pub branch: usize,
    pub grid: Vec<usize>,
    pub reduced: Vec<usize>,
    pub masked_depth: bool,
    pub form: Gelu,
}

impl BlockEnd {
    fn kept(&self) -> usize {
        self.gated.unwrap_or(self.stream)
    }

    fn gate(&self, inputs: &[Array3<f64>]) -> Array3<f64> {
        let open = || Array3::ones((1, self.stream, 1));
        self.gated.map_or_else(open, |_| inputs[2].clone())
    }

    fn depth(&self, inputs: &[Array3<f64>]) -> f64 {
        let last = inputs.last().filter(|_| self.masked_depth);
        last.map_or(1.0, |depth| depth[[0, 0, 0]])
    }

    /// `up(GELU(v))`.
    fn raised(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let activated = match self.form {
            Gelu::Exact => gelu(&inputs[1]),
            Gelu::Tanh => gelu_tanh(&inputs[1]),
        };
        upsample(&activated, &self.reduced, &self.grid)
    }
}

impl Operation for BlockEnd {
    fn inputs(&self, random: &mut Stream) -> Vec<Input> {
        let [positions, reduced] = [&self.grid, &self.reduced].map(|grid| grid.iter().product());
        let mut inputs = vec![
            Input::Variable(normal(random, [self.batch, self.stream, positions])),
            Input::Variable(normal(random, [self.batch, self.branch, reduced])),
        ];
        if let Some(kept) = self.gated {
            inputs.push(Input::Vector(mask_values(random, kept)));
        }
        if self.masked_depth {
            inputs.push(Input::scalar(0.1 + 0.9 * random.uniform()));
        }
        inputs
    }

    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>,
    {
        let [x, v] = [0, 1].map(|i| inputs[i].variable());
        let gate = self.gated.map(|_| inputs[2].vector());
        let depth = inputs
            .last()
            .filter(|_| self.masked_depth)
            .map(Value::scalar);
        let grids = [&self.grid[..], &self.reduced[..]];
        residual(tape, x, gate, v, depth, grids, self.form).map(Value::Variable)
    }

    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>> {
        let channels = self.kept().max(self.branch);
        let mut y = Array3::zeros((self.batch, channels, inputs[0].dim().2));
        let mut stream = y.slice_mut(s![.., ..self.kept(), ..]);
        stream += &(&inputs[0].slice(s![.., ..self.kept(), ..]) * &self.gate(inputs));
        let mut branch = y.slice_mut(s![.., ..self.branch, ..]);
        branch += &(self.raised(inputs)? * self.depth(inputs));
        Ok(y)
    }

    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>> {
        let of_stream = cotangent.slice(s![.., ..self.kept(), ..]);
        let mut d_x = Array3::zeros(inputs[0].dim());
        d_x.slice_mut(s![.., ..self.kept(), ..])
            .assign(&(&of_stream * &self.gate(inputs)));

        let of_branch = cotangent.slice(s![.., ..self.branch, ..]).to_owned();
        let of_raised = &of_branch * self.depth(inputs);
        let of_activated = upsample_vjp(&self.reduced, &self.grid, &of_raised)?;
        let d_v = match self.form {
            Gelu::Exact => gelu_vjp(&inputs[1], &of_activated)?,
            Gelu::Tanh => gelu_tanh_vjp(&inputs[1], &of_activated)?,
        };
        let mut cotangents = vec![d_x, d_v];
        if let Some(kept) = self.gated {
            let terms = &of_stream * &inputs[0].slice(s![.., ..kept, ..]);
            cotangents.push(column(terms.sum_axis(Axis(2)).sum_axis(Axis(0))));
        }
        if self.masked_depth {
            cotangents.push(number((of_branch * self.raised(inputs)?).sum()));
        }
        Ok(cotangents)
    }

    /// Two transforms of the grid, and the sum over the branch that the depth's gradient is.
    fn roundings(&self) -> usize {
        let positions: usize = self.grid.iter().product();
        12 + positions * (2 + self.batch * self.branch.max(self.stream))
    }
}

//! One residual block (Figures 5 and 8), everything it needs materialised.

use dfdx::prelude::{Cpu, Device, Tensor};

use crate::Result;
use crate::autodiff::{
    Dropout, Element, Gelu, ResolutionMask, Tape, Variable, batch_norm, fourier_convolution,
    gate_channels, gelu_dropout, linear, pad_channels, residual,
};

/// A block whose kernels are rendered and whose width masks are folded into its weights.
pub struct PlainBlock<E: Element>
where
    Cpu: Device<E>,
{
    pub(crate) input_grid: Vec<usize>,
    /// M on each axis.
    pub(crate) samples: Vec<usize>,
    pub(crate) half_taps: Vec<usize>,
    /// m_in on the stream; none where the identity is not gated.
    pub(crate) gate: Option<Tensor<(usize,), E, Cpu>>,
    /// m_out on the stream after the sum; none where it is folded into `linear_2`.
    pub(crate) output_gate: Option<Tensor<(usize,), E, Cpu>>,
    pub(crate) gamma: Variable<E>,
    pub(crate) beta: Variable<E>,
    /// psi, (1, N_in, taps).
    pub(crate) kernel: Variable<E>,
    pub(crate) resolution_masks: Vec<ResolutionMask<E>>,
    pub(crate) bias: Variable<E>,
    /// Weight and bias, N_in to N_mid.
    pub(crate) linear_1: [Variable<E>; 2],
    /// Weight and bias, N_mid to N_out.
    pub(crate) linear_2: [Variable<E>; 2],
    /// The block's value of the depth mask; none is one.
    pub(crate) depth: Option<Tensor<(), E, Cpu>>,
    pub(crate) gelu: Gelu,
}

impl<E: Element> PlainBlock<E>
where
    Cpu: Device<E>,
{
    /// The stream after the block, of `x` (B, C, P) before it:
    ///
    /// ```text
    /// u  = m_in * x
    /// h  = m_in * BatchNorm(u)
    /// d  = Eq7_{N->M}(h, psi) + bias
    /// c  = m_mid * Linear_1(d)
    /// v  = m_out * Linear_2(Dropout(GELU(c)))
    /// x' = u + m_depth * resample_{M->N}(GELU(v))
    /// ```
    ///
    /// Where N_in exceeds the channels that the blocks before have left, the missing ones are zero.
    pub fn forward(
        &self,
        tape: &mut Tape<E>,
        x: &Variable<E>,
        dropout: Option<Dropout>,
    ) -> Result<Variable<E>> {
        let x = &pad_channels(tape, x, self.gamma.shape()[1])?;
        let h = batch_norm(tape, x, self.gate.as_ref(), &self.gamma, &self.beta)?;
        let d = fourier_convolution(
            tape,
            &h,
            &self.input_grid,
            &self.kernel,
            &self.half_taps,
            &self.samples,
            &self.resolution_masks,
            &self.bias,
        )?;
        let [weight, bias] = &self.linear_1;
        let c = linear(tape, &d, weight, bias)?;
        let c = gelu_dropout(tape, &c, self.gelu, dropout)?;
        let [weight, bias] = &self.linear_2;
        let v = linear(tape, &c, weight, bias)?;
        let grids = [&self.input_grid[..], &self.samples[..]];
        let (gate, depth) = (self.gate.as_ref(), self.depth.as_ref());
        let x = residual(tape, x, gate, &v, depth, grids, self.gelu)?;
        match &self.output_gate {
            Some(gate) => gate_channels(tape, &x, gate),
            None => Ok(x),
        }
    }
}

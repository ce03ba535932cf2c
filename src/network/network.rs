//! The network's parameters, block by block, at their maximum sizes.

use dfdx::prelude::{Cpu, Device};

use super::NetworkConfiguration;
use super::parameters::{Parameters, Slot};
use crate::autodiff::{Element, Variable};

/// A pointwise linear layer's parameters.
pub(super) struct Linear {
    pub weight: Slot,
    pub bias: Slot,
}

/// A batch normalisation's parameters.
pub(super) struct Norm {
    pub gamma: Slot,
    pub beta: Slot,
}

/// The kernel network MLP_psi up to its head, one for the whole network.
pub(super) struct Trunk {
    pub hidden_1: Linear,
    pub hidden_2: Linear,
}

/// The mask parameters of one block; those of components that are not learned are absent.
pub(super) struct BlockMasks {
    /// `sigma` of the kernel mask on each axis (K).
    pub kernel: Option<Vec<Slot>>,
    /// `mu` of the resolution mask on each axis (R).
    pub resolution: Option<Vec<Slot>>,
    /// `mu` of N_in, N_mid, N_out (W).
    pub width: Option<[Slot; 3]>,
}

/// The parameters of one block.
pub(super) struct BlockParameters {
    pub norm: Norm,
    /// This block's slice of the kernel network's head.
    pub head: Linear,
    /// The depthwise convolution's bias.
    pub bias: Slot,
    /// N_in to N_mid.
    pub linear_1: Linear,
    /// N_mid to N_out.
    pub linear_2: Linear,
    pub masks: BlockMasks,
}

/// The first layer of the comparison of two sequences.
pub(super) struct PairHead {
    /// Of x_1, x_2, x_1 x_2 and x_1 - x_2.
    pub weights: [Slot; 4],
    pub bias: Slot,
}

/// The masked CCNN.
pub struct Network<E: Element>
where
    Cpu: Device<E>,
{
    pub(super) configuration: NetworkConfiguration,
    pub(super) parameters: Parameters<E>,
    /// The Fourier features of the kernel grid, (1, features, taps), fixed.
    pub(super) features: Variable<E>,
    pub(super) trunk: Trunk,
    pub(super) encoder: Linear,
    pub(super) encoder_norm: Norm,
    pub(super) blocks: Vec<BlockParameters>,
    /// `mu` of the depth mask (D).
    pub(super) depth: Option<Slot>,
    pub(super) final_norm: Option<Norm>,
    /// Where two sequences are compared.
    pub(super) pair_head: Option<PairHead>,
    pub(super) decoder: Linear,
}

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    pub fn configuration(&self) -> &NetworkConfiguration {
        &self.configuration
    }

    /// Every parameter, in a fixed order.
    pub fn parameters(&self) -> &[super::Parameter<E>] {
        self.parameters.list()
    }

    /// Every parameter, to be changed.
    pub fn parameters_mut(&mut self) -> &mut [super::Parameter<E>] {
        self.parameters.list_mut()
    }

    /// How many values are stored, masks included.
    pub fn stored_parameters(&self) -> usize {
        self.parameters()
            .iter()
            .map(|p| p.variable.values().len())
            .sum()
    }
}

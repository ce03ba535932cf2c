//! Everything that determines a network besides its weights.

use serde::{Deserialize, Serialize};

use super::{Base, Components, Variant};
use crate::autodiff::Gelu;
use crate::{Error, Result};

/// What precedes the first block (Appendix E.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoder {
    /// A linear layer at every position.
    #[default]
    Linear,
    /// An embedding of symbols, in the tasks on text (Appendix D).
    Embedding,
}

/// What follows the last block (Appendix E.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decoder {
    /// A linear layer at every position.
    Dense,
    /// Global average pooling, then a linear layer.
    Classification,
    /// Global average pooling of two sequences, then two linear layers of
    /// `[x_1, x_2, x_1 x_2, x_1 - x_2]` (Appendix D, Retrieval).
    Pair,
}

/// A network's structure: base, grid, learned components and mask constants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkConfiguration {
    pub base: Base,
    pub components: Components,
    pub variant: Variant,
    pub gelu: Gelu,
    /// Whether a batch normalisation precedes the decoder.
    pub final_norm: bool,
    #[serde(default)]
    pub encoder: Encoder,
    pub decoder: Decoder,
    /// Whether pooling leaves the padding of sequences out.
    #[serde(default)]
    pub masked_pooling: bool,
    /// N on each spatial axis; one or two of them.
    pub grid: Vec<usize>,
    /// Channels of the input (symbols of the vocabulary, where they are embedded), and of the output
    /// (classes, or predicted fields).
    pub inputs: usize,
    pub outputs: usize,
    /// `tau` of the resolution, width and depth masks.
    pub tau_resolution: f64,
    pub tau_channel: f64,
    pub tau_depth: f64,
    /// `T_m`.
    pub threshold: f64,
    /// Initial `sigma` of the kernel masks.
    pub sigma_initial: f64,
    /// The frequency prior of the kernel network.
    pub omega_0: f64,
    /// Dropout rate in [0, 1).
    pub dropout: f64,
    pub seed: u64,
}

/// Weights that a network may store; with gradients and moments, 16 GiB in single precision.
const LARGEST: f64 = 1e9;

impl NetworkConfiguration {
    /// Width and depth may grow to twice the base network's where they are learned (Appendix F).
    pub fn maximum_width(&self) -> usize {
        self.base.width * if self.components.width { 2 } else { 1 }
    }

    /// See [`NetworkConfiguration::maximum_width`].
    pub fn maximum_depth(&self) -> usize {
        self.base.blocks * if self.components.depth { 2 } else { 1 }
    }

    /// The longest kernel on each axis: the input's size, one more where that is even, so that
    /// there is a centre tap.
    pub fn kernel_grid(&self) -> Vec<usize> {
        self.grid.iter().map(|n| n / 2 * 2 + 1).collect()
    }

    /// Positions at full resolution.
    pub fn positions(&self) -> usize {
        self.grid.iter().product()
    }

    /// Refuses what no network can be.
    pub fn check(&self) -> Result<()> {
        let within = |name: &str, value: f64, low: f64, high: f64| {
            if value > low && value < high {
                return Ok(());
            }
            Err(Error::argument(
                name,
                value,
                format!("more than {low} and less than {high}"),
            ))
        };
        if !(1..=2).contains(&self.grid.len()) || self.grid.contains(&0) {
            let given = format!("{:?}", self.grid);
            return Err(Error::argument(
                "grid",
                given,
                "one or two axes of at least one sample",
            ));
        }
        if self.inputs == 0 || self.outputs == 0 {
            let given = format!("{} inputs, {} outputs", self.inputs, self.outputs);
            return Err(Error::argument("channels", given, "at least one of each"));
        }
        within("threshold T", self.threshold, 0.0, 1.0)?;
        within("tau_resolution", self.tau_resolution, 0.0, f64::INFINITY)?;
        // Below this temperature the lowest offset of a mask (0.95 at the first point, Appendix
        // E.1) already keeps more than the half of the axis that the base network has.
        let lowest = libm::log(19.0) + libm::log(1.0 / self.threshold - 1.0);
        for (name, learned, tau) in [
            ("tau_channel", self.components.width, self.tau_channel),
            ("tau_depth", self.components.depth, self.tau_depth),
        ] {
            within(name, tau, 0.0, f64::INFINITY)?;
            if learned && tau < lowest {
                let expected = format!("at least {lowest:.3}, where a mask can keep half its axis");
                return Err(Error::argument(name, tau, expected));
            }
        }
        let width = self.maximum_width() as f64;
        let stored = self.maximum_depth() as f64 * 2.0 * width * width;
        if stored > LARGEST {
            let given = format!(
                "{}, with {stored:.1e} weights at its maximum size",
                self.base
            );
            return Err(Error::argument(
                "base",
                given,
                format!("at most {LARGEST:.0e} weights"),
            ));
        }
        within("initial sigma", self.sigma_initial, 0.0, f64::INFINITY)?;
        within("omega_0", self.omega_0, 0.0, f64::INFINITY)?;
        within("dropout", self.dropout, -f64::MIN_POSITIVE, 1.0)
    }
}

//! The found architecture: masks read as sizes, printed as Tables 6 to 8 print them.

use std::fmt;

use dfdx::prelude::{Cpu, Device};
use serde::{Deserialize, Serialize};

use super::Network;
use crate::Result;
use crate::autodiff::{Element, Tape, complexity_loss, gaussian_size};

/// What the masks of a network amount to. In JSON, `schema` names the version of this structure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// `dnarch-architecture/1`.
    pub schema: String,
    /// Such as `ccnn-4-140`.
    pub base: String,
    /// Such as `k,r,w,d`.
    pub components: String,
    pub variant: String,
    /// N on each axis.
    pub input_grid: Vec<usize>,
    pub maximum_width: usize,
    pub maximum_depth: usize,
    /// The continuous size of the depth mask.
    pub depth: f64,
    /// Blocks whose depth mask is at or above the threshold.
    pub active_blocks: usize,
    /// C_curr and C_target, in operations of one forward pass of one sample (Appendix C.2).
    pub complexity: f64,
    pub target_complexity: f64,
    pub complexity_ratio: f64,
    /// Values that the masks keep, and values stored at maximum size.
    pub active_parameters: usize,
    pub stored_parameters: usize,
    /// The active blocks, in order.
    pub blocks: Vec<BlockArchitecture>,
}

/// The sizes of one block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockArchitecture {
    /// Continuous kernel size on each axis, in samples of the input grid.
    pub kernel: Vec<f64>,
    /// Taps that are materialised on each axis.
    pub kernel_taps: Vec<usize>,
    /// Continuous resolution on each axis, and M, the samples that are materialised.
    pub resolution: Vec<f64>,
    pub resolution_samples: Vec<usize>,
    /// Continuous [N_in, N_mid, N_out], and the channels that are materialised.
    pub width: [f64; 3],
    pub channels: [usize; 3],
    /// The block's value of the depth mask, in (0, 1].
    pub depth_mask: f64,
}

impl Architecture {
    /// The current version of the JSON schema.
    pub const SCHEMA: &str = "dnarch-architecture/1";
}

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    /// Reads the masks. `target_ratio` times the base network's complexity is the target.
    pub fn architecture(&self, target_ratio: f64) -> Result<Architecture> {
        let c = &self.configuration;
        let mut tape = Tape::silent(Cpu::default());
        let tape = &mut tape;
        let kept = self.kept()?;
        let target_complexity = self.base_complexity()? * target_ratio;
        let current = self.complexity(tape, &kept)?;
        let (_, complexity_ratio) = complexity_loss(tape, &current, target_complexity)?;
        let depth = match self.depth {
            Some(mu) => self
                .sigmoid_size(tape, mu, c.tau_depth, c.maximum_depth())?
                .as_vec()[0]
                .wide(),
            None => c.maximum_depth() as f64,
        };
        let mut blocks = Vec::new();
        for index in 0..kept.active_blocks {
            let (block, extents) = (&self.blocks[index], &kept.blocks[index]);
            let sizes = self.block_sizes(tape, block)?;
            let mut kernel: Vec<f64> = c.grid.iter().map(|n| *n as f64).collect();
            for (axis, sigma) in block.masks.kernel.iter().flatten().enumerate() {
                let sigma = self.scalar(tape, *sigma)?;
                let size = gaussian_size(tape, &sigma, c.threshold, c.grid[axis])?;
                kernel[axis] = size.as_vec()[0].wide();
            }
            let depth_mask = self.depth_mask(tape, index, true)?;
            let value = |size: &crate::autodiff::Scalar<E, Cpu>| size.as_vec()[0].wide();
            blocks.push(BlockArchitecture {
                kernel,
                kernel_taps: extents.half_taps.iter().map(|half| 2 * half + 1).collect(),
                resolution: sizes.resolution.iter().map(value).collect(),
                resolution_samples: extents.samples.clone(),
                width: [&sizes.n_in, &sizes.n_mid, &sizes.n_out].map(value),
                channels: extents.channels,
                depth_mask: depth_mask.as_ref().map_or(1.0, value),
            });
        }
        Ok(Architecture {
            schema: Architecture::SCHEMA.to_string(),
            base: c.base.to_string(),
            components: c.components.to_string(),
            variant: c.variant.to_string(),
            input_grid: c.grid.clone(),
            maximum_width: c.maximum_width(),
            maximum_depth: c.maximum_depth(),
            depth,
            active_blocks: kept.active_blocks,
            complexity: current.as_vec()[0].wide(),
            target_complexity,
            complexity_ratio,
            active_parameters: self.active_parts(&kept).iter().map(|[r, c]| r * c).sum(),
            stored_parameters: self.stored_parameters(),
            blocks,
        })
    }
}

impl fmt::Display for Architecture {
    /// Depth, kernel size, resolution and widths in whole numbers, as Tables 6 to 8: resolution and
    /// widths are those of what is materialised, a kernel's size is that of its mask in samples of
    /// the input.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let grid: Vec<String> = self.input_grid.iter().map(ToString::to_string).collect();
        writeln!(
            f,
            "DNArch_{{{}}}({}), input {}, {} of {} blocks active (continuous depth {:.2})",
            self.components.to_uppercase(),
            self.base,
            grid.join(" x "),
            self.active_blocks,
            self.maximum_depth,
            self.depth,
        )?;
        writeln!(
            f,
            "complexity {:.4e} of target {:.4e} operations a sample: {:.2}x; \
             {} active parameters of {} stored",
            self.complexity,
            self.target_complexity,
            self.complexity_ratio,
            self.active_parameters,
            self.stored_parameters,
        )?;
        writeln!(
            f,
            "block  kernel size  resolution  width [N_in N_mid N_out]  depth mask"
        )?;
        for (index, block) in self.blocks.iter().enumerate() {
            let kernel: Vec<String> = block
                .kernel
                .iter()
                .map(|size| format!("{:.0}", size.max(1.0)))
                .collect();
            let resolution: Vec<String> = block
                .resolution_samples
                .iter()
                .map(ToString::to_string)
                .collect();
            let widths: Vec<String> = block.channels.iter().map(|n| format!("{n:>4}")).collect();
            writeln!(
                f,
                "{:>5}  {:>11}  {:>10}  {:>24}  {:>10.2}",
                index + 1,
                kernel.join(" "),
                resolution.join(" "),
                format!("[{}]", widths.join(" ")),
                block.depth_mask,
            )?;
        }
        Ok(())
    }
}

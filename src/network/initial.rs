//! Initial values: weights as the published CCNN draws them, masks matching the base network
//! (Appendix E.1).

use dfdx::prelude::{Cpu, Device};
use ndarray::Array2;

use super::network::{BlockMasks, BlockParameters, Linear, Norm, PairHead, Trunk};
use super::parameters::{Kind, Parameters, Slot};
use super::{Decoder, Encoder, Network, NetworkConfiguration};
use crate::autodiff::{Element, Gelu, Tape, Variable, gaussian_mask, gelu, linear, mask_taps};
use crate::equations::{fourier_encoding, kernel, threshold};
use crate::random::Stream;
use crate::{Error, Result};

/// Frequencies of the Fourier encoding; the kernel network is twice as wide.
const FREQUENCIES: usize = 64;

impl<E: Element> Network<E>
where
    Cpu: Device<E>,
{
    /// A network whose masks start at the base network's sizes.
    ///
    /// # Errors
    /// [`crate::Error::Argument`] where the configuration describes no network.
    pub fn new(configuration: NetworkConfiguration) -> Result<Self> {
        configuration.check()?;
        let features = features(&configuration)?;
        Self::with_features(configuration, features)
    }

    /// A network whose kernel network reads the given features (1, H, taps of the kernel grid) and
    /// is as wide as they are.
    ///
    /// # Errors
    /// As [`Network::new`]; or the features do not fit the kernel grid.
    pub fn with_features(
        configuration: NetworkConfiguration,
        features: Variable<E>,
    ) -> Result<Self> {
        configuration.check()?;
        let c = &configuration;
        let [_, hidden, taps] = features.shape();
        let expected: usize = c.kernel_grid().iter().product();
        if taps != expected {
            return Err(Error::argument("taps of the features", taps, expected));
        }
        let mut parameters = Parameters::new();
        let (width, base) = (c.maximum_width(), c.base.width);
        let mut random = Stream::new(c.seed, "weights", 0);
        let p = &mut parameters;
        let trunk = Trunk {
            hidden_1: linear_layer(p, "kernel.hidden_1", [hidden, hidden], hidden, &mut random)?,
            hidden_2: linear_layer(p, "kernel.hidden_2", [hidden, hidden], hidden, &mut random)?,
        };
        let encoder_fan_in = match c.encoder {
            Encoder::Linear => c.inputs,
            // Standard normal vectors.
            Encoder::Embedding => 2,
        };
        let encoder = linear_layer(p, "encoder", [width, c.inputs], encoder_fan_in, &mut random)?;
        let encoder_norm = norm(p, "encoder.norm", width)?;
        let mut blocks = Vec::new();
        for index in 1..=c.maximum_depth() {
            let mut random = Stream::new(c.seed, "block weights", index as u64);
            let name = |part: &str| format!("block_{index}.{part}");
            blocks.push(BlockParameters {
                norm: norm(p, &name("norm"), width)?,
                head: linear_layer(p, &name("kernel"), [width, hidden], hidden, &mut random)?,
                bias: p.add(name("convolution.bias"), Kind::Offset, [width, 1], || 0.0)?,
                linear_1: linear_layer(p, &name("linear_1"), [width, width], base, &mut random)?,
                linear_2: linear_layer(p, &name("linear_2"), [width, width], base, &mut random)?,
                masks: block_masks(p, c, index)?,
            });
        }
        let depth = c
            .components
            .depth
            .then(|| {
                mu(
                    p,
                    "mask.depth".into(),
                    c.tau_depth,
                    half_size(c.tau_depth, c)?,
                )
            })
            .transpose()?;
        let final_norm = c
            .final_norm
            .then(|| norm(p, "decoder.norm", width))
            .transpose()?;
        let pair_head = (c.decoder == Decoder::Pair)
            .then(|| pair_head(p, [base, width], &mut random))
            .transpose()?;
        let decoded = if pair_head.is_some() { base } else { width };
        let decoder = linear_layer(p, "decoder", [c.outputs, decoded], base, &mut random)?;
        let mut network = Network {
            configuration,
            parameters,
            features,
            trunk,
            encoder,
            encoder_norm,
            blocks,
            depth,
            final_norm,
            pair_head,
            decoder,
        };
        network.scale_kernels()?;
        Ok(network)
    }

    /// Scales each block's head so that, over the channels of the base network, the mean of
    /// `sum over taps of psi^2` is one: a convolution of white noise keeps its variance.
    fn scale_kernels(&mut self) -> Result<()> {
        let mut tape = Tape::silent(Cpu::default());
        let c = &self.configuration;
        let hidden = |tape: &mut Tape<E>, x: &Variable<E>, layer: &Linear| {
            let weight = self.parameters.variable(layer.weight);
            let bias = self.parameters.variable(layer.bias);
            let x = linear(tape, x, weight, bias)?;
            gelu(tape, &x, Gelu::Exact)
        };
        let first = hidden(&mut tape, &self.features, &self.trunk.hidden_1)?;
        let second = hidden(&mut tape, &first, &self.trunk.hidden_2)?;
        let kept = self.kept()?;
        let mut scales = Vec::new();
        for (block, kept) in self.blocks.iter().zip(&kept.blocks) {
            let weight = self.parameters.variable(block.head.weight);
            let bias = self.parameters.variable(block.head.bias);
            let mut psi = linear(&mut tape, &second, weight, bias)?;
            if let Some(sigmas) = &block.masks.kernel {
                let grid = c.kernel_grid();
                let half: Vec<usize> = grid.iter().map(|taps| taps / 2).collect();
                let sigmas: Result<Vec<_>> = sigmas
                    .iter()
                    .map(|slot| self.scalar(&mut tape, *slot))
                    .collect();
                let mask = gaussian_mask(&mut tape, &sigmas?, &grid, &kept.half_taps, &half)?;
                psi = mask_taps(&mut tape, &psi, &mask)?;
            }
            let taps = psi.shape()[2];
            let channels = &psi.values()[..c.base.width * taps];
            let energy: f64 = channels.iter().map(|tap| tap.wide() * tap.wide()).sum();
            scales.push(1.0 / libm::sqrt(energy / c.base.width as f64));
        }
        for (block, scale) in self.blocks.iter().zip(scales) {
            let weight = self.parameters.variable_mut(block.head.weight);
            weight
                .values_mut()
                .iter_mut()
                .for_each(|w| *w = E::of(w.wide() * scale));
        }
        Ok(())
    }
}

/// A linear layer with Kaiming-normal weights, standard deviation `sqrt(2 / fan_in)`, and no bias
/// yet; `fan_in` counts the columns that are active at the start.
fn linear_layer<E: Element>(
    parameters: &mut Parameters<E>,
    name: &str,
    [rows, columns]: [usize; 2],
    fan_in: usize,
    random: &mut Stream,
) -> Result<Linear>
where
    Cpu: Device<E>,
{
    let deviation = libm::sqrt(2.0 / fan_in as f64);
    let normal = || deviation * random.normal();
    let weight = parameters.add(
        format!("{name}.weight"),
        Kind::Weight,
        [rows, columns],
        normal,
    )?;
    let bias = parameters.add(format!("{name}.bias"), Kind::Offset, [rows, 1], || 0.0)?;
    Ok(Linear { weight, bias })
}

/// The layer from four times `width` channels to `hidden` units, each quarter a matrix of its own so
/// that a width mask keeps the first channels of each.
fn pair_head<E: Element>(
    parameters: &mut Parameters<E>,
    [hidden, width]: [usize; 2],
    random: &mut Stream,
) -> Result<PairHead>
where
    Cpu: Device<E>,
{
    let deviation = libm::sqrt(2.0 / (4 * hidden) as f64);
    let mut weight = |part: &str| {
        let normal = || deviation * random.normal();
        let name = format!("decoder.pair.{part}");
        parameters.add(name, Kind::Weight, [hidden, width], normal)
    };
    let weights = [
        weight("first")?,
        weight("second")?,
        weight("product")?,
        weight("difference")?,
    ];
    let bias = parameters.add(
        "decoder.pair.bias".into(),
        Kind::Offset,
        [hidden, 1],
        || 0.0,
    )?;
    Ok(PairHead { weights, bias })
}

fn norm<E: Element>(parameters: &mut Parameters<E>, name: &str, width: usize) -> Result<Norm>
where
    Cpu: Device<E>,
{
    Ok(Norm {
        gamma: parameters.add(format!("{name}.gamma"), Kind::Offset, [width, 1], || 1.0)?,
        beta: parameters.add(format!("{name}.beta"), Kind::Offset, [width, 1], || 0.0)?,
    })
}

/// The masks of block `index`: kernels at the configured sigma, resolutions at their maximum,
/// widths at half of the maximum, which is the base network's.
fn block_masks<E: Element>(
    parameters: &mut Parameters<E>,
    c: &NetworkConfiguration,
    index: usize,
) -> Result<BlockMasks>
where
    Cpu: Device<E>,
{
    let mut masks = BlockMasks {
        kernel: None,
        resolution: None,
        width: None,
    };
    let name = |mask: &str| format!("block_{index}.mask.{mask}");
    if c.components.kernel {
        let grid = c.kernel_grid();
        let sigma = |(axis, taps): (usize, &usize)| {
            let value = threshold::reset_sigma(c.sigma_initial, *taps, c.threshold)?;
            let kind = Kind::Sigma { taps: *taps };
            parameters.add(name(&format!("kernel.{axis}")), kind, [1, 1], || value)
        };
        masks.kernel = Some(grid.iter().enumerate().map(sigma).collect::<Result<_>>()?);
    }
    if c.components.resolution {
        let (_, highest) = threshold::mu_bounds(c.tau_resolution)?;
        let resolution = |axis| {
            mu(
                parameters,
                name(&format!("resolution.{axis}")),
                c.tau_resolution,
                highest,
            )
        };
        masks.resolution = Some((0..c.grid.len()).map(resolution).collect::<Result<_>>()?);
    }
    if c.components.width {
        let value = half_size(c.tau_channel, c)?;
        let mut width = |part: &str| mu(parameters, name(part), c.tau_channel, value);
        masks.width = Some([width("n_in")?, width("n_mid")?, width("n_out")?]);
    }
    Ok(masks)
}

fn mu<E: Element>(
    parameters: &mut Parameters<E>,
    name: String,
    tau: f64,
    value: f64,
) -> Result<Slot>
where
    Cpu: Device<E>,
{
    parameters.add(name, Kind::Mu { tau }, [1, 1], || value)
}

fn half_size(tau: f64, c: &NetworkConfiguration) -> Result<f64> {
    threshold::half_size_mu(tau, c.threshold)
}

/// The Fourier features of the whole kernel grid, computed once in double precision.
fn features<E: Element>(c: &NetworkConfiguration) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let mut random = Stream::new(c.seed, "Fourier features", 0);
    let frequencies = Array2::from_shape_simple_fn((FREQUENCIES, c.grid.len()), || random.normal());
    let coordinates = kernel::kernel_grid(&c.kernel_grid())?;
    let features = fourier_encoding::fourier_encoding(&coordinates, &frequencies, c.omega_0)?;
    let (_, rows, taps) = features.dim();
    Variable::constant(
        features.iter().map(|x| E::of(*x)).collect(),
        [1, rows, taps],
    )
}

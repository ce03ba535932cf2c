//! DNArch (Romero & Zeghidour, 2023) learns a CNN's weights and its whole architecture (kernel
//! sizes, widths, downsampling, depth) in one run of backpropagation, by differentiable masks.
//! This crate is a readable reference implementation of it on the CPU.
//!
//! # The map
//!
//! | Paper | Definition (naive, `f64`) | Fast twin (on dfdx's tape) | Fixture ([`fixtures`]) |
//! |---|---|---|---|
//! | Eq. 3, Gaussian mask; A.2 | [`equations::mask::gaussian`], [`equations::mask::product`] | [`autodiff::gaussian_mask`] | `gaussian_mask`, `gaussian_mask_nd` |
//! | Eq. 4, sigmoid mask | [`equations::mask::sigmoid`] | [`autodiff::sigmoid_mask`] | `sigmoid_mask` |
//! | Eq. 5, 6, thresholds; E.1, bounds | [`equations::threshold`] | inverted once a step, in `f64` | `gaussian_x_t`, `sigmoid_x_t`, `mu_bounds`, `sigma_min`, `reset_mu`, `reset_sigma` |
//! | Eq. 10, 11, sizes; E.1, straight-through clip | [`equations::size`] | [`autodiff::sigmoid_size`], [`autodiff::gaussian_size`] | `gaussian_size`, `sigmoid_size`, `straight_through_clip` |
//! | A.3, materialisation | [`equations::size::sigmoid_kept`] | [`autodiff::materialise`] | `gaussian_kept`, `sigmoid_kept`, `resolution` |
//! | E.1, Fourier encoding and MLP of the kernels | [`equations::fourier_encoding`], [`equations::kernel`] | [`autodiff::linear`], [`autodiff::gelu`], [`autodiff::crop_taps`], [`autodiff::mask_taps`] | `fourier_encoding`, `kernel_mlp`, `masked_kernel` |
//! | Eq. 7, convolution with downsampling | [`equations::fourier_convolution`] | [`autodiff::fourier_convolution`] | `fourier_convolution` |
//! | B.2, B.4 (Eq. 8), other forms of it | [`equations::convolution_forms`] | | `reduce_first`, `spatial`, `two_step` |
//! | Eq. 1, spectral downsampling; B.3, upsampling | [`equations::resampling`] | [`autodiff::downsample`], [`autodiff::upsample`] | `downsample`, `upsample` |
//! | Figure 5, pointwise linear, BatchNorm, GELU, dropout, pooling | [`equations::linear`], [`equations::norm`], [`equations::activation`], [`equations::dropout`], [`equations::pooling`] | [`autodiff::linear()`], [`autodiff::batch_norm`], [`autodiff::gelu_dropout`], [`autodiff::global_average_pool`] | `linear`, `batch_norm`, `gelu`, `gelu_tanh`, `dropout`, `global_average_pool` |
//! | D.1, embedding of symbols; comparison of two texts; pooling without padding | [`equations::embedding`], [`equations::pair`], [`equations::pooling::prefix_average_pool`] | [`autodiff::embedding()`], [`autodiff::pair_features`], [`autodiff::prefix_average_pool`] | |
//! | D.3, loss and rates of Cosmic | [`equations::loss::masked_binary_cross_entropy`], [`equations::detection`] | [`autodiff::masked_binary_cross_entropy`] | |
//! | Section 3.4, depth mask and residual sum | [`equations::mask`], [`equations::resampling`] | [`autodiff::residual`] | `block`, `network` |
//! | C.2, complexity | [`equations::complexity`] | [`autodiff::network_complexity`] | `network_cost`, `block_cost` |
//! | Eq. 12, complexity loss; Eq. 2 and 9, total loss | [`equations::loss`] | [`autodiff::complexity_loss`], [`search::Search::step`] | `complexity_loss`, `total_loss`, `train` |
//!
//! Data flows down this list, and a module uses only those above it:
//!
//! - [`equations`]: the definitions, forward and vector-Jacobian product.
//! - [`autodiff`]: the fast twins.
//! - [`network`]: the masked CCNN of Figures 5 and 8, and [`network::Architecture`].
//! - [`tasks`]: data sets, read or generated.
//! - [`search`]: objective, optimiser, schedule, training loop, checkpoints.
//! - [`fixtures`]: golden inputs, outputs and gradients, against which other backends are tested.
//! - [`run`]: settings, run directories, progress, pictures.
//! - [`paper`]: the paper's tables as data, and its claims checked against its equations.
//! - [`cli`]: one file for each subcommand.
//!
//! # Example
//!
//! ```
//! use dnarch::autodiff::Gelu;
//! use dnarch::network::{
//!     Components, Decoder, Encoder, Network, NetworkConfiguration, Variant,
//! };
//!
//! # fn main() -> dnarch::Result<()> {
//! let network = Network::<f32>::new(NetworkConfiguration {
//!     base: "ccnn-2-8".parse().expect("a base network"),
//!     components: Components { kernel: true, resolution: true, width: true, depth: true },
//!     variant: Variant::Gated,
//!     gelu: Gelu::Exact,
//!     final_norm: true,
//!     encoder: Encoder::Linear,
//!     decoder: Decoder::Classification,
//!     masked_pooling: false,
//!     grid: vec![64],
//!     inputs: 1,
//!     outputs: 10,
//!     tau_resolution: 25.0,
//!     tau_channel: 25.0,
//!     tau_depth: 8.0,
//!     threshold: 0.1,
//!     sigma_initial: 0.5,
//!     omega_0: 10.0,
//!     dropout: 0.0,
//!     seed: 0,
//! })?;
//! let architecture = network.architecture(1.0)?;
//! assert_eq!(architecture.complexity_ratio, 1.0);
//! println!("{architecture}");
//! # Ok(())
//! # }
//! ```

pub mod autodiff;
pub mod cli;
pub mod equations;
mod error;
pub mod files;
pub mod fixtures;
pub mod network;
pub mod paper;
pub mod random;
pub mod run;
pub mod search;
pub mod tasks;
mod text;

pub use error::{Error, Result};

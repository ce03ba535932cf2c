//! The fast twins of [`crate::equations`]: every operation of the masked network as a
//! differentiable operation on dfdx's tape.
//!
//! dfdx supplies the tape, the gradient store and the operations on parameter-sized tensors
//! (masks, sizes, complexity, the loss as a sum). Everything of the size of an activation is an
//! operation written here, forward and backward together, over slices: rustfft for transforms,
//! gemm for the linear layers, rayon over fixed chunks. Results do not depend on the number of
//! threads: a chunk is never split, and sums over chunks run in a fixed order.
//!
//! Each operation has its definition under the same name in [`crate::equations`]; the tests
//! `fast_operations` bind the two.

mod activation;
mod buffer;
mod complexity;
mod convolution_plan;
mod element;
mod embedding;
mod fourier_convolution;
mod kernel;
mod linear;
mod loss;
mod mask;
mod materialise;
mod norm;
mod pair;
mod pooling;
mod resampling;
mod residual;
mod size;
mod slices;
mod spectrum;
mod tape;

pub use activation::{Dropout, Gelu, gelu, gelu_dropout};
pub use complexity::{BlockSizes, NetworkSizes, Scalar, complexity_loss, network_complexity};
pub use element::Element;
pub use embedding::embedding;
pub use fourier_convolution::{ResolutionMask, fourier_convolution};
pub use kernel::{TapRange, crop_taps, mask_taps};
pub use linear::linear;
pub use loss::{binary_cross_entropy, cross_entropy, masked_binary_cross_entropy, relative_l2};
pub use mask::{gaussian_mask, sigmoid_mask, sigmoid_mask_at};
pub use materialise::{gate_channels, materialise, pad_channels, scale_rows};
pub use norm::batch_norm;
pub use pair::{pair_features, side_by_side};
pub use pooling::{global_average_pool, prefix_average_pool};
pub use resampling::{downsample, upsample};
pub use residual::residual;
pub use size::{gaussian_size, sigmoid_size, straight_through_clip};
pub use tape::{Gradients, Tape, Variable, constant_scalar, constant_tensor};

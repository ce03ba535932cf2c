//! The definitions: every equation of DNArch in plain `f64`, as it stands in the paper.
//!
//! One file holds one concept, the forward function beside its vector-Jacobian product. A
//! `name_vjp` takes the inputs that `name` takes (those it needs) and the cotangent of its output,
//! and returns the cotangents of the inputs. The code is naive on purpose: loops, and only the
//! elementary functions of `libm`, so that every platform computes the same bits. Everything
//! faster elsewhere in the crate is tested against this module.
//!
//! Signals are `(B, C, P)`: batch, channels and positions, where the positions of a grid with
//! several axes are numbered row by row, the last axis fastest. Arguments are `ArrayRef`, to which
//! both `&array` and `&view` coerce.

pub mod activation;
mod arguments;
pub mod complexity;
pub mod convolution;
pub mod convolution_forms;
pub mod detection;
pub mod dft;
pub mod dropout;
pub mod embedding;
pub mod fourier_convolution;
pub mod fourier_encoding;
mod grid;
pub mod kernel;
pub mod linear;
pub mod loss;
pub mod low_pass;
pub mod mask;
pub mod norm;
pub mod pair;
pub mod pooling;
pub mod resampling;
pub mod size;
pub mod threshold;

//! The continuous CNN with every component masked (Section 3, Figures 5 and 8).
//!
//! [`Network`] holds every parameter at its maximum size. A step materialises what the masks keep
//! ([`Network::materialise`]) into a [`PlainNetwork`], which is what runs. [`Architecture`] reads
//! the masks as sizes.

mod architecture;
mod block;
mod choices;
mod configuration;
mod initial;
mod masks;
mod materialise;
#[allow(clippy::module_inception)]
mod network;
mod parameters;
mod plain;
mod sizes;

pub use architecture::{Architecture, BlockArchitecture};
pub use block::PlainBlock;
pub use choices::{Base, Components, KernelInitial, Variant};
pub use configuration::{Decoder, Encoder, NetworkConfiguration};
pub use masks::{Kept, KeptBlock};
pub use materialise::Mode;
pub use network::Network;
pub use parameters::{Kind, Parameter};
pub use plain::PlainNetwork;

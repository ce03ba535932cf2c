//! The paper against its own equations: its printed tables as data, and each checkable claim as a
//! function from the equations of [`crate::equations`] to a [`Verdict`].

pub mod claim;
pub mod claims;
pub mod tables;

pub use claim::{Claim, Finding, Row, Verdict};
pub use claims::claims;

//! The paper against its own equations: its printed tables as data, and each checkable claim as a
//! function from the equations of [`crate::equations`] to a [`Verdict`]. Beside them stand questions
//! that the paper leaves open and its tables may answer ([`Source`]).
//!
//! It judges what is printed and trains nothing: scores are compared with scores, sizes with the
//! bounds that the equations give them, complexities with Appendix C.

pub mod claim;
pub mod claims;
pub mod html;
pub mod json;
pub mod markdown;
pub mod plot;
pub mod recomputed;
pub mod tables;
pub mod text;
pub mod verification;

pub use claim::{Claim, Finding, Row, Source, Verdict};
pub use claims::claims;
pub use verification::{Checked, CheckedSection, Verification};

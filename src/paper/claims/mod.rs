//! The claims, one subject a file, in the paper's order where there is one.
//!
//! A check whose formula is worth breaking in a test takes the formula as an argument.

pub mod appendix_b;
pub mod bounds;
pub mod complexity;
pub mod conventions;
pub mod forms;
pub mod hyperparameters;
pub mod kernels;
pub mod minima;
pub mod parameters;
pub mod results;
pub mod shapes;
pub mod thresholds;

use super::Claim;

/// Every claim, in the order in which it is reported.
pub fn claims() -> impl Iterator<Item = &'static Claim> {
    [
        results::CLAIMS,
        shapes::CLAIMS,
        thresholds::CLAIMS,
        appendix_b::CLAIMS,
        complexity::CLAIMS,
        conventions::CLAIMS,
        parameters::CLAIMS,
        bounds::CLAIMS,
        hyperparameters::CLAIMS,
        minima::CLAIMS,
        kernels::CLAIMS,
    ]
    .into_iter()
    .flatten()
}

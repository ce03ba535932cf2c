//! The claims, one subject a file, in the paper's order where there is one.
//!
//! A check whose formula is worth breaking in a test takes the formula as an argument.

pub mod appendix_b;
pub mod bounds;
mod combinations;
pub mod comparisons;
pub mod complexity;
pub mod convention_search;
pub mod conventions;
pub mod descriptions;
pub mod edits;
pub mod forms;
pub mod hyperparameters;
#[cfg(feature = "linalg")]
pub mod identifiable;
pub mod initial;
pub mod kernels;
pub mod linear_algebra;
pub mod loss;
pub mod minima;
#[cfg(feature = "linalg")]
pub mod operators;
pub mod overhead;
pub mod parameters;
pub mod periodic;
pub mod readings;
pub mod results;
pub mod roundings;
pub mod scaling;
pub mod shapes;
pub mod thresholds;
pub mod transcription;
pub mod u_nets;

use super::Claim;

/// Claims about one subject.
pub struct Section {
    pub title: &'static str,
    pub claims: &'static [Claim],
}

const fn section(title: &'static str, claims: &'static [Claim]) -> Section {
    Section { title, claims }
}

/// The claims by subject, in the order in which they are reported.
#[rustfmt::skip]
pub const SECTIONS: &[Section] = &[
    section("Section 4: the results of Tables 1 to 3", results::CLAIMS),
    section("Section 4: averages and other methods", comparisons::CLAIMS),
    section("Section 4 and Appendix C.1: budgets and overhead", overhead::CLAIMS),
    section("Section 4: the widths of the found architectures", shapes::CLAIMS),
    section("Section 4: the resolutions of the found architectures", u_nets::CLAIMS),
    section("Appendix A: threshold coordinates", thresholds::CLAIMS),
    section("Appendix B: convolution with downsampling", appendix_b::CLAIMS),
    section("Appendix B: its forms on one period", periodic::CLAIMS),
    section("Appendix C: complexity of the printed architectures", complexity::CLAIMS),
    section("Appendix C: conventions left open", conventions::CLAIMS),
    section("Appendix C: all conventions at once", convention_search::CLAIMS),
    section("Appendix C: scaled and shifted sizes", scaling::CLAIMS),
    section("Appendix C.1: the complexity loss", loss::CLAIMS),
    section("Appendix E: parameters of the base networks", parameters::CLAIMS),
    section("Appendix E: bounds of the masks", bounds::CLAIMS),
    section("Appendix E: masks at their bounds and at the start", initial::CLAIMS),
    section("Appendix E: hyperparameters of Tables 4 and 5", hyperparameters::CLAIMS),
    section("Appendices D to F: descriptions of tasks and networks", descriptions::CLAIMS),
    section("Appendix H: smallest sizes in Tables 6 to 8", minima::CLAIMS),
    section("Appendix H: the rounding behind the smallest sizes", roundings::CLAIMS),
    section("Appendix H: kernels and largest sizes in Tables 6 to 8", kernels::CLAIMS),
    section("Appendix H: doubtful cells of Tables 6 to 8", transcription::CLAIMS),
    section("Linear algebra: resampling as an operator, cost terms that can be told", linear_algebra::CLAIMS),
];

/// Every claim, in the order in which it is reported.
pub fn claims() -> impl Iterator<Item = &'static Claim> {
    SECTIONS.iter().flat_map(|section| section.claims)
}

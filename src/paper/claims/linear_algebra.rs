//! Questions that need singular values; behind the feature `linalg`.

use crate::Result;
use crate::paper::claim::{Claim, Finding, Verdict};

/// The claims that need linear algebra.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "resampling-crop",
        place: "Eq. 1, B.3",
        title: "cropping a spectrum has singular values 0 and 1 only",
        formula: "singular values of the first bins of the unitary F",
        recorded: Verdict::Confirmed,
        evaluate: without_linalg,
    },
    Claim {
        id: "conventions-identifiable",
        place: "C.2, Tables 1 to 3, 6 to 8",
        title: "the fourteen ratios identify every cost term of C.2",
        formula: "least squares of the printed ratios on the costs of each term",
        recorded: Verdict::Contradicted,
        evaluate: without_linalg,
    },
];

fn without_linalg() -> Result<Finding> {
    Ok(Finding::new(
        Verdict::NeedsFeature("linalg"),
        "not computed",
        "-",
        "Singular values need a build with --features linalg.",
        Vec::new(),
    ))
}

//! Questions that need singular values: Eq. 1 as an operator, and which cost terms the printed
//! ratios can tell. The answers are behind the feature `linalg`.

use crate::paper::claim::Source::{Paper, Question};
use crate::paper::claim::{Claim, Verdict};

#[cfg(feature = "linalg")]
mod evaluate {
    use super::super::{identifiable, operators};
    use crate::Result;
    use crate::equations::resampling::{downsample, upsample};
    use crate::paper::claim::Finding;

    pub fn crop() -> Result<Finding> {
        operators::crop(downsample)
    }

    pub fn projection() -> Result<Finding> {
        operators::projection(downsample, upsample)
    }

    pub fn terms() -> Result<Finding> {
        identifiable::terms(identifiable::TERMS)
    }
}

#[cfg(not(feature = "linalg"))]
mod evaluate {
    use crate::Result;
    use crate::paper::claim::{Finding, Verdict};

    pub fn left_out() -> Result<Finding> {
        Ok(Finding::new(
            Verdict::NeedsFeature("linalg"),
            "-",
            "-",
            "Singular values need a build with --features linalg.",
            Vec::new(),
        ))
    }

    pub use left_out as crop;
    pub use left_out as projection;
    pub use left_out as terms;
}

/// The claims that need linear algebra.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "resampling-crop",
        source: Paper("Eq. 1"),
        title: "cropping a spectrum keeps some frequencies whole and the others not at all",
        formula: "the singular values of f -> sqrt(N/M) f_down with an open mask are 0 or 1",
        recorded: Verdict::Confirmed,
        evaluate: evaluate::crop,
    },
    Claim {
        id: "resampling-projection",
        source: Paper("Eq. 1, B.3"),
        title: "upsampling after downsampling is a projection on the frequencies kept",
        formula: "P P = P, P^T = P and trace P = frequencies kept, for P = up(down(f))",
        recorded: Verdict::Confirmed,
        evaluate: evaluate::projection,
    },
    Claim {
        id: "conventions-identifiable",
        source: Question("C.2, Tables 1 to 3, 6 to 8"),
        title: "the fourteen ratios tell the coefficient of every cost term of C.2",
        formula: "r B_1 - T_1 = sum_t c_t (T_t - r B_t) by least squares; c_t known within 1/2, as in C.2",
        recorded: Verdict::Contradicted,
        evaluate: evaluate::terms,
    },
];

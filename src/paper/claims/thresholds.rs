//! Appendix A: the threshold coordinates invert the masks.

use ndarray::array;

use crate::Result;
use crate::equations::mask::{self, THRESHOLD};
use crate::equations::threshold::{gaussian_x_t, sigmoid_x_t};
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};

/// The claims of Appendix A.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "thresholds-gaussian",
        source: Paper("Eq. 5"),
        title: "Eq. 5 inverts the Gaussian mask of Eq. 3",
        formula: "m(x_T; mu, sigma) = T and 0 beyond, x_T = mu ± sigma sqrt(-2 ln T)",
        recorded: Verdict::Confirmed,
        evaluate: || gaussian(gaussian_x_t),
    },
    Claim {
        id: "thresholds-sigmoid",
        source: Paper("Eq. 6"),
        title: "Eq. 6 inverts the sigmoid mask of Eq. 4",
        formula: "m(x_T; mu, tau) = T and 0 beyond, x_T = mu + ln(1/T - 1)/tau",
        recorded: Verdict::Confirmed,
        evaluate: || sigmoid(sigmoid_x_t),
    },
    Claim {
        id: "thresholds-sigmoid-form",
        source: Paper("Eq. 6"),
        title: "mu + ln(1/T - 1)/tau is the printed mu - ln(1/(1 - T) - 1)/tau",
        formula: "mu + ln(1/T - 1)/tau = mu - ln(1/(1 - T) - 1)/tau",
        recorded: Verdict::Confirmed,
        evaluate: || printed_form(eq_6),
    },
    Claim {
        id: "thresholds-gaussian-range",
        source: Paper("Appendix A.3"),
        title: "a Gaussian mask is non-zero on [-x_T, x_T] for every mu",
        formula: "mu - sigma sqrt(-2 ln T) = -x_T for mu = 0 and mu = 0.3",
        recorded: Verdict::Contradicted,
        evaluate: || symmetric_range(gaussian_x_t),
    },
    Claim {
        id: "thresholds-cutoff",
        source: Paper("Sec. 3.2, B.2"),
        title: "the cutoff frequency of a resolution mask is T_m, as Section 3.2 prints",
        formula: "m(T; mu, tau) = T and 0 beyond, against omega_max = x_T of B.2",
        recorded: Verdict::Contradicted,
        evaluate: || cutoff(|_, _, threshold| Ok(threshold)),
    },
];

/// The masks' values at `x_T` may differ from T by this: `x_T` and the mask each round a few times,
/// and the steepest mask (tau = 100) turns an error of 1e-16 in x into one of 1e-15.
const TOLERANCE: f64 = 1e-13;

/// A step past `x_T` that is beyond its rounding error.
const STEP: f64 = 1e-9;

/// A `gaussian_x_t`.
type GaussianInverse = fn(f64, f64, f64) -> Result<(f64, f64)>;
/// A `sigmoid_x_t`.
type SigmoidInverse = fn(f64, f64, f64) -> Result<f64>;

/// Eq. 3 at and just beyond both coordinates that `inverse` gives.
pub fn gaussian(inverse: GaussianInverse) -> Result<Finding> {
    let mut rows = Vec::new();
    for (mu, sigma) in [(0.0, 0.0325), (0.0, 0.5), (0.3, 0.1), (-0.7, 2.0)] {
        let (lower, upper) = inverse(mu, sigma, THRESHOLD)?;
        // The threshold is halved so that a value just below T is not set to 0.
        let at = mask::gaussian(&array![lower, upper], mu, sigma, THRESHOLD / 2.0)?;
        let outside = array![lower - STEP, upper + STEP];
        let beyond = mask::gaussian(&outside, mu, sigma, THRESHOLD)?;
        let inverts = at.iter().all(|m| (m - THRESHOLD).abs() <= TOLERANCE);
        rows.push(Row::new(
            format!("mu {mu}, sigma {sigma}: x_T {lower:.4} and {upper:.4}"),
            format!("{:.12} and {:.12}", at[0], at[1]),
            format!("{THRESHOLD}"),
            inverts && beyond.iter().all(|m| *m == 0.0),
        ));
    }
    Ok(Finding::new(
        every(&rows),
        "m(x_T) = T, 0 beyond",
        "m(x_T) = T",
        format!(
            "With {} of {} parameters the mask has its threshold at both coordinates of Eq. 5 and \
             is 0 beyond them.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// Eq. 4 at and just beyond the coordinate that `inverse` gives.
pub fn sigmoid(inverse: SigmoidInverse) -> Result<Finding> {
    let mut rows = Vec::new();
    for tau in [8.0, 16.0, 25.0, 50.0, 100.0] {
        for mu in [-0.9, 0.0, 0.4] {
            let x_t = inverse(mu, tau, THRESHOLD)?;
            let at = mask::sigmoid(&array![x_t], mu, tau, THRESHOLD / 2.0)?[0];
            let beyond = mask::sigmoid(&array![x_t + STEP], mu, tau, THRESHOLD)?[0];
            rows.push(Row::new(
                format!("mu {mu}, tau {tau}, at x {x_t:.4}"),
                format!("{at:.12}"),
                format!("{THRESHOLD}"),
                (at - THRESHOLD).abs() <= TOLERANCE && beyond == 0.0,
            ));
        }
    }
    Ok(Finding::new(
        every(&rows),
        "m(x_T) = T, 0 beyond",
        "m(x_T) = T",
        format!(
            "With {} of {} parameters the mask has its threshold at the coordinate and is 0 beyond it.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// The cutoff frequency that `frequency` gives: is the mask at its threshold there?
pub fn cutoff(frequency: SigmoidInverse) -> Result<Finding> {
    let finding = sigmoid(frequency)?;
    Ok(Finding {
        ours: "omega_max = x_T (B.2)".to_string(),
        paper: "omega_max = T_m".to_string(),
        ..finding
    })
}

/// Eq. 6 as printed.
fn eq_6(mu: f64, tau: f64, threshold: f64) -> Result<f64> {
    Ok(mu - libm::log(1.0 / (1.0 - threshold) - 1.0) / tau)
}

/// Our form of Eq. 6 beside the `printed` one.
pub fn printed_form(printed: SigmoidInverse) -> Result<Finding> {
    let mut rows = Vec::new();
    for threshold in [0.01, THRESHOLD, 0.5, 0.9] {
        let ours = sigmoid_x_t(0.2, 25.0, threshold)?;
        let printed = printed(0.2, 25.0, threshold)?;
        rows.push(Row::new(
            format!("T {threshold}, mu 0.2, tau 25"),
            format!("{ours:.12}"),
            format!("{printed:.12}"),
            (ours - printed).abs() <= TOLERANCE,
        ));
    }
    Ok(Finding::new(
        every(&rows),
        "mu + ln(1/T - 1)/tau",
        "mu - ln(1/(1 - T) - 1)/tau",
        format!(
            "Both are the same number for {} of {} thresholds; 1/(1 - T) - 1 is the reciprocal of \
             1/T - 1.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// The range between both coordinates that `inverse` gives, with and without an offset.
pub fn symmetric_range(inverse: GaussianInverse) -> Result<Finding> {
    let mut rows = Vec::new();
    for mu in [0.0, 0.3] {
        let (lower, upper) = inverse(mu, 0.1, THRESHOLD)?;
        rows.push(Row::new(
            format!("mu {mu}, sigma 0.1"),
            format!("[{lower:.3}, {upper:.3}]"),
            format!("[{:.3}, {upper:.3}]", -upper),
            (lower + upper).abs() <= TOLERANCE,
        ));
    }
    Ok(Finding::new(
        every(&rows),
        "[mu - h, mu + h]",
        "[-x_T, x_T]",
        format!(
            "The printed range holds for {} of {} offsets: it is symmetric about mu, so that it is \
             right for the centred masks (mu = 0) of the paper's kernels.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

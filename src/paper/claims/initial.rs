//! Appendix E.1: the masks at their bounds and at the start of a search.

use ndarray::array;

use crate::Result;
use crate::equations::mask::{self, THRESHOLD};
use crate::equations::size::sigmoid_length_ratio_size;
use crate::equations::threshold::{half_size_mu, mu_bounds, sigmoid_x_t};
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings};
use crate::paper::tables::base::{LARGE, SMALL};

/// The claims about masks at their bounds and at the start.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "initial-mu-bounds",
        source: Paper("E.1, Eq. 6"),
        title: "Eq. 6 gives bounds of mu at which a mask ends with 0.95 at its lowest position, 0.85 at its highest",
        formula: "m(-1; mu_min, tau) = 0.95, m(1; mu_max, tau) = 0.85 for each tau of E.2.1",
        recorded: Verdict::Confirmed,
        evaluate: || bounds(mu_bounds),
    },
    Claim {
        id: "initial-base-size",
        source: Paper("E.1, Eq. 11"),
        title: "width and depth masks can start at the size of the base network",
        formula: "x_T = 0: (x_T + 1)/2 N_max = N, N_max = 2 N, within the bounds of mu, for each tau",
        recorded: Verdict::Confirmed,
        evaluate: || base_size(half_size_mu),
    },
    Claim {
        id: "initial-resolution",
        source: Paper("E.1, Eq. 11, Eq. 12"),
        title: "resolution masks that weight the highest frequency by 0.85 start at the input's size",
        formula: "size(mu_max) / L by Eq. 11 from the initial mask, from the axis, from the axis with the clip",
        recorded: Verdict::CannotBeTold,
        evaluate: || resolution(mu_bounds),
    },
];

/// The temperatures of E.2.1.
const TAUS: [f64; 5] = [8.0, 16.0, 25.0, 50.0, 100.0];

/// Those of resolution masks.
const RESOLUTION_TAUS: [f64; 3] = [25.0, 50.0, 100.0];

/// A mask of order 1 of `mu` of order 1: each rounds a few times, and the steepest mask (tau = 100)
/// turns an error of 1e-16 in mu into one of 1e-14.
const TOLERANCE: f64 = 1e-13;

/// A `mu_bounds`.
type Bounds = fn(f64) -> Result<(f64, f64)>;

/// Eq. 4 at both ends of the axis, at both bounds.
pub fn bounds(bounds: Bounds) -> Result<Finding> {
    let mut rows = Vec::new();
    for tau in TAUS {
        let (lowest, highest) = bounds(tau)?;
        let first = mask::sigmoid(&array![-1.0], lowest, tau, THRESHOLD)?[0];
        let last = mask::sigmoid(&array![1.0], highest, tau, THRESHOLD)?[0];
        rows.push(Row::new(
            format!("tau {tau}, mu from {lowest:.4} to {highest:.4}"),
            format!("{first:.4} and {last:.4}"),
            "0.95 and 0.85",
            (first - 0.95).abs() <= TOLERANCE && (last - 0.85).abs() <= TOLERANCE,
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} temperatures"),
        "0.95 and 0.85",
        format!("For {holds} of {all} temperatures Eq. 4 has both values at the bounds of mu."),
        rows,
    ))
}

/// The size by Eq. 11 at the `mu` that `start` gives, and whether the bounds leave it.
pub fn base_size(start: fn(f64, f64) -> Result<f64>) -> Result<Finding> {
    let mut rows = Vec::new();
    for (what, size, maximum, taus) in [
        ("width", SMALL.channels, SMALL.maximum_width(), [25.0, 50.0]),
        ("width", LARGE.channels, LARGE.maximum_width(), [25.0, 50.0]),
        ("depth", SMALL.blocks, SMALL.maximum_depth(), [8.0, 16.0]),
        ("depth", LARGE.blocks, LARGE.maximum_depth(), [8.0, 16.0]),
    ] {
        for tau in taus {
            let mu = start(tau, THRESHOLD)?;
            let (lowest, highest) = mu_bounds(tau)?;
            let x_t = sigmoid_x_t(mu, tau, THRESHOLD)?;
            let ours = sigmoid_length_ratio_size(x_t, 1.0, -1.0, maximum as f64)?;
            rows.push(Row::new(
                format!("{what} of at most {maximum}, tau {tau}, mu {mu:.4}"),
                format!("{ours:.1}"),
                size.to_string(),
                (ours - size as f64).abs() <= TOLERANCE * maximum as f64
                    && (lowest..=highest).contains(&mu),
            ));
        }
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} masks"),
        "match the size of the base network",
        format!(
            "{holds} of {all} masks with x_T = 0 have the base network's size, half their maximum."
        ),
        rows,
    ))
}

/// The size at the largest `mu` relative to the input's, by the readings of Eq. 11: from the mask at
/// the start, from the whole axis, and from the axis with the clip that E.1 names for width and
/// depth.
pub fn resolution(bounds: Bounds) -> Result<Finding> {
    let mut sizes = [const { Vec::new() }; 3];
    for tau in RESOLUTION_TAUS {
        let (_, highest) = bounds(tau)?;
        let x_t = sigmoid_x_t(highest, tau, THRESHOLD)?;
        let of_axis = sigmoid_length_ratio_size(x_t, 1.0, -1.0, 1.0)?;
        sizes[0].push(sigmoid_length_ratio_size(x_t, x_t, -1.0, 1.0)?);
        sizes[1].push(of_axis.min(1.0));
        sizes[2].push(of_axis);
    }
    let names = [
        "Eq. 11 from the initial mask",
        "Eq. 11 from the whole axis, clipped",
        "Eq. 11 from the whole axis, not clipped",
    ];
    let rows = names.iter().zip(&sizes).map(|(name, sizes)| {
        let shown: Vec<String> = sizes.iter().map(|size| format!("{size:.4}")).collect();
        Row::new(
            format!("{name}, tau 25, 50, 100"),
            shown.join(", "),
            "1",
            sizes.iter().all(|size| (size - 1.0).abs() <= TOLERANCE),
        )
    });
    let rows: Vec<Row> = rows.collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    let most = sizes.iter().flatten().copied().fold(0.0, f64::max);
    Ok(Finding::new(
        readings(&rows),
        format!("1 by {holds} of {all} readings, else up to {most:.2} on each axis"),
        "the architecture of the base network",
        format!(
            "By {holds} of {all} readings C_curr / C_target is 1 at the start; sizes from the whole \
             axis need the clip, which the paper names for width and depth: without it they are up \
             to {most:.2} of each axis."
        ),
        rows,
    ))
}

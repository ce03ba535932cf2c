//! Appendix E.1 and E.2.1: the smallest and largest sizes that the bounds of the masks allow.

use crate::Result;
use crate::equations::mask::THRESHOLD;
use crate::equations::size::sigmoid_length_ratio_size;
use crate::equations::threshold::{
    SIGMA_GLOBAL, SIGMA_SMALL, gaussian_x_t, mu_bounds, sigmoid_x_t,
};
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings, within};
use crate::paper::tables::base::{LARGE, SMALL};

/// The claims about bounds.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "bounds-minimum-size",
        source: Paper("E.2.1"),
        title: "tau 25, 50, 100 give minimum sizes of 10, 5, 2.5 % of the whole axis",
        formula: "(x_T(mu_min) + 1)/2 = (ln 19 + ln(1/T - 1))/(2 tau); up to 0.3 percentage points",
        recorded: Verdict::ConfirmedWithin(0.003),
        evaluate: || minimum_size(minimum_fraction, 0.003),
    },
    Claim {
        id: "bounds-minimum-size-from-initial",
        source: Paper("E.2.1, Eq. 11"),
        title: "tau 25, 50, 100 give minimum sizes of 10, 5, 2.5 % of the size at initialisation",
        formula: "(x_T(mu_min) + 1)/(x_T(mu_max) + 1), Eq. 11; up to 0.5 percentage points",
        recorded: Verdict::ConfirmedWithin(0.005),
        evaluate: || minimum_size(minimum_fraction_of_initial, 0.005),
    },
    Claim {
        id: "bounds-minimum-depth-small",
        source: Paper("E.2.1"),
        title: "tau 8 and 16 give minimum depths of 2 and 1 (of 8 blocks)",
        formula: "(x_T(mu_min) + 1)/2 of 8 blocks, by six roundings; some fit: cannot be told",
        recorded: Verdict::CannotBeTold,
        evaluate: || minimum_depth(SMALL.maximum_depth(), minimum_fraction),
    },
    Claim {
        id: "bounds-minimum-depth-large",
        source: Paper("E.2.1"),
        title: "tau 8 and 16 give minimum depths of 2 and 1 (of 12 blocks)",
        formula: "(x_T(mu_min) + 1)/2 of 12 blocks, by six roundings; none fits: contradicted",
        recorded: Verdict::Contradicted,
        evaluate: || minimum_depth(LARGE.maximum_depth(), minimum_fraction),
    },
    Claim {
        id: "bounds-beyond-maximum",
        source: Paper("E.1"),
        title: "at the largest mu the size of a width or depth by Eq. 11 exceeds the maximum",
        formula: "(x_T(mu_max) + 1)/2 N_max > N_max, mu_max = 1 + ln(0.85/0.15)/tau",
        recorded: Verdict::Confirmed,
        evaluate: || beyond_maximum(mu_bounds),
    },
    Claim {
        id: "bounds-sigma",
        source: Paper("E.1"),
        title: "sigma 0.0325 is a small kernel and 0.5 a global one",
        formula: "x_T = sigma sqrt(-2 ln T); \"small\": under a tenth of the axis, \"global\": x_T >= 1",
        recorded: Verdict::Confirmed,
        evaluate: || sigma_range(gaussian_x_t),
    },
];

/// The share of an axis that a sigmoid mask keeps when `mu` is at its lower bound:
/// `(x_T + 1) / 2`, Eq. 11 with the whole axis as the initial length.
pub fn minimum_fraction(tau: f64) -> Result<f64> {
    let (lowest, _) = mu_bounds(tau)?;
    sigmoid_length_ratio_size(sigmoid_x_t(lowest, tau, THRESHOLD)?, 1.0, -1.0, 1.0)
}

/// The same, with the mask at its upper bound as the initial length.
pub fn minimum_fraction_of_initial(tau: f64) -> Result<f64> {
    let (lowest, highest) = mu_bounds(tau)?;
    let initial = sigmoid_x_t(highest, tau, THRESHOLD)?;
    sigmoid_length_ratio_size(sigmoid_x_t(lowest, tau, THRESHOLD)?, initial, -1.0, 1.0)
}

/// The minimum size for each temperature by `fraction`, which may differ from the printed shares by
/// `tolerance`.
pub fn minimum_size(fraction: fn(f64) -> Result<f64>, tolerance: f64) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut largest: f64 = 0.0;
    for (tau, printed) in [(25.0, 0.10), (50.0, 0.05), (100.0, 0.025)] {
        let ours = fraction(tau)?;
        largest = largest.max((ours - printed).abs());
        rows.push(Row::new(
            format!("tau {tau}"),
            format!("{:.2} %", 100.0 * ours),
            format!("{:.1} %", 100.0 * printed),
            (ours - printed).abs() <= tolerance,
        ));
    }
    Ok(Finding::new(
        within(largest, tolerance),
        rows.iter()
            .map(|row| row.ours.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        "10 %, 5 %, 2.5 %",
        format!(
            "The bounds of mu give the printed percentages up to {:.2} percentage points.",
            100.0 * largest
        ),
        rows,
    ))
}

/// A way to make a whole number of elements of a share of an axis.
pub struct Rounding {
    pub name: &'static str,
    /// From the share and the number of elements.
    pub count: fn(f64, usize) -> f64,
}

/// The readings of "a minimum size of f of N".
pub const ROUNDINGS: &[Rounding] = &[
    Rounding {
        name: "floor(f N)",
        count: |f, n| libm::floor(f * n as f64),
    },
    Rounding {
        name: "round(f N)",
        count: |f, n| libm::round(f * n as f64),
    },
    Rounding {
        name: "ceil(f N)",
        count: |f, n| libm::ceil(f * n as f64),
    },
    Rounding {
        name: "round(f (N - 1))",
        count: |f, n| libm::round(f * (n - 1) as f64),
    },
    Rounding {
        name: "floor(f (N - 1))",
        count: |f, n| libm::floor(f * (n - 1) as f64),
    },
    Rounding {
        name: "points kept, floor(f (N - 1)) + 1",
        count: |f, n| libm::floor(f * (n - 1) as f64) + 1.0,
    },
];

/// The minimum depths of `maximum` blocks by each rounding of `fraction`.
pub fn minimum_depth(maximum: usize, fraction: fn(f64) -> Result<f64>) -> Result<Finding> {
    let (steep, shallow) = (fraction(16.0)?, fraction(8.0)?);
    let mut rows = Vec::new();
    for rounding in ROUNDINGS {
        let at_8 = (rounding.count)(shallow, maximum);
        let at_16 = (rounding.count)(steep, maximum);
        rows.push(Row::new(
            rounding.name,
            format!("{at_8} and {at_16}"),
            "2 and 1",
            at_8 == 2.0 && at_16 == 1.0,
        ));
    }
    let (at_8, at_16) = (shallow * maximum as f64, steep * maximum as f64);
    let fitting: Vec<&str> = rows
        .iter()
        .filter(|row| row.agrees)
        .map(|row| row.item.as_str())
        .collect();
    let sentence = match fitting.len() {
        0 => format!("None of {} roundings gives the printed depths.", rows.len()),
        n => format!(
            "{n} of {} roundings give the printed depths: {}.",
            rows.len(),
            fitting.join("; ")
        ),
    };
    Ok(Finding::new(
        readings(&rows),
        format!("{at_8:.3} and {at_16:.3} of {maximum} before rounding"),
        "2 and 1",
        sentence,
        rows,
    ))
}

/// Eq. 11 at the largest `mu` that `bounds` allows, for every temperature of each kind of mask.
pub fn beyond_maximum(bounds: fn(f64) -> Result<(f64, f64)>) -> Result<Finding> {
    let mut rows = Vec::new();
    for (what, maximum, taus) in [
        ("width", SMALL.maximum_width(), [25.0, 50.0]),
        ("width", LARGE.maximum_width(), [25.0, 50.0]),
        ("depth", SMALL.maximum_depth(), [8.0, 16.0]),
        ("depth", LARGE.maximum_depth(), [8.0, 16.0]),
    ] {
        for tau in taus {
            let (_, highest) = bounds(tau)?;
            let x_t = sigmoid_x_t(highest, tau, THRESHOLD)?;
            let size = sigmoid_length_ratio_size(x_t, 1.0, -1.0, maximum as f64)?;
            rows.push(Row::new(
                format!("{what} of at most {maximum}, tau {tau}"),
                format!("{size:.1}"),
                format!("more than {maximum}"),
                size > maximum as f64,
            ));
        }
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} and {} of 280", rows[0].ours, rows[1].ours),
        "well beyond 280",
        format!(
            "{} of {} sizes grow past their maximum at the largest mu and have to be clipped.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

/// An inverse of the Gaussian mask.
type Inverse = fn(f64, f64, f64) -> Result<(f64, f64)>;

/// The reach of both initial kernels by `inverse`.
pub fn sigma_range(inverse: Inverse) -> Result<Finding> {
    let (_, small) = inverse(0.0, SIGMA_SMALL, THRESHOLD)?;
    let (_, global) = inverse(0.0, SIGMA_GLOBAL, THRESHOLD)?;
    let taps = [32.0, 85.0, 128.0, 1024.0, 2048.0, 4096.0, 16384.0]
        .map(|length| format!("{:.1} of {length}", small * length));
    let rows = vec![
        Row::new(
            format!("sigma 0.0325, taps: {}", taps.join(", ")),
            format!("x_T {small:.4}"),
            "small",
            small < 0.1,
        ),
        Row::new(
            "sigma 0.5",
            format!("x_T {global:.4}"),
            "global",
            global >= 1.0,
        ),
    ];
    Ok(Finding::new(
        every(&rows),
        format!(
            "{:.2} % and {:.1} % of the axis",
            100.0 * small,
            100.0 * global
        ),
        "small or global",
        format!(
            "The smaller kernel covers {:.1} % of the axis, the larger {:.1} %; all of it is covered \
             from sigma {:.3} on.",
            100.0 * small,
            100.0 * global.min(1.0),
            SIGMA_GLOBAL / global
        ),
        rows,
    ))
}

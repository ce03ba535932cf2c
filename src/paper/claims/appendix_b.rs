//! Appendix B: the forms of convolution with downsampling, measured against Eq. 7.
//!
//! On one axis, N = 64 to M = 32, with a sigmoid mask of tau = 25 cut off at M.

use ndarray::s;

use super::forms::{FORMS, Form, M, N, Pair, REDUCE_FIRST, SPATIAL, TWO_STEP};
use super::forms::{circular, cut_off, difference};
use crate::Result;
use crate::equations::convolution::convolve;
use crate::equations::dft::{Complex, dft, inverse_dft};
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, largest, within};

/// The claims of Appendix B.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "appendix-b-full-resolution",
        source: Paper("Eq. 7, B.2, B.4"),
        title: "without downsampling every form of Appendix B is the plain convolution",
        formula: "max |form - f * psi| <= 1e-12 for each form, M = N, m = 1",
        recorded: Verdict::Confirmed,
        evaluate: || full_resolution(FORMS),
    },
    Claim {
        id: "appendix-b-eq-1-smooth",
        source: Paper("Eq. 1, Eq. 7"),
        title: "Eq. 1 after a convolution is Eq. 7 for smooth functions away from the borders",
        formula: "max |form - Eq. 7| over the middle half of the samples, N = 64 to M = 32, four smooth f; up to 0.003",
        recorded: Verdict::ConfirmedWithin(0.003),
        evaluate: || middle(TWO_STEP, 0.003),
    },
    Claim {
        id: "appendix-b-eq-1-noise",
        source: Paper("Eq. 1, Eq. 7"),
        title: "Eq. 1 after a convolution is Eq. 7 for every function that is 0 outside the input",
        formula: "RMS over 16 draws of max |form - Eq. 7| / max |Eq. 7|, N = 64 to M = 32; 1e-12",
        recorded: Verdict::Contradicted,
        evaluate: || everywhere(TWO_STEP),
    },
    Claim {
        id: "appendix-b-2-smooth",
        source: Paper("B.2, Eq. 7"),
        title: "reducing first (B.2) is Eq. 7 for smooth functions away from the borders",
        formula: "max |form - Eq. 7| over the middle half of the samples, N = 64 to M = 32, four smooth f; up to 0.0001",
        recorded: Verdict::ConfirmedWithin(0.0001),
        evaluate: || middle(REDUCE_FIRST, 0.0001),
    },
    Claim {
        id: "appendix-b-2-noise",
        source: Paper("B.2, Eq. 7"),
        title: "reducing first (B.2) is Eq. 7 for every function that is 0 outside the input",
        formula: "RMS over 16 draws of max |form - Eq. 7| / max |Eq. 7|, N = 64 to M = 32; 1e-12",
        recorded: Verdict::Contradicted,
        evaluate: || everywhere(REDUCE_FIRST),
    },
    Claim {
        id: "appendix-b-4-inside",
        source: Paper("B.4, Eq. 7"),
        title: "the spatial form (B.4) is Eq. 7 where the convolution stays inside the input",
        formula: "max |form - Eq. 7| <= 1e-12, f = 0 within half a kernel of the borders",
        recorded: Verdict::Confirmed,
        evaluate: || inside(SPATIAL),
    },
    Claim {
        id: "appendix-b-4-noise",
        source: Paper("B.4, Eq. 7"),
        title: "the spatial form (B.4) is Eq. 7 for every function that is 0 outside the input",
        formula: "RMS over 16 draws of max |form - Eq. 7| / max |Eq. 7|, N = 64 to M = 32; 1e-12",
        recorded: Verdict::Contradicted,
        evaluate: || everywhere(SPATIAL),
    },
    Claim {
        id: "appendix-b-eq-8",
        source: Paper("Eq. 8"),
        title: "a mask on the spectrum is a convolution with the mask's inverse transform (Eq. 8, F[f] for f)",
        formula: "F^-1[m F[f]] = f * F^-1[m], circular; 1e-12",
        recorded: Verdict::Confirmed,
        evaluate: || {
            eq_8(
                "product of spectrum and mask = convolution",
                masked_spectrum,
            )
        },
    },
    Claim {
        id: "appendix-b-eq-8-printed",
        source: Paper("Eq. 8"),
        title: "Eq. 8 holds as printed, with the function itself as the first factor",
        formula: "F^-1[m f] = f * F^-1[m], circular; 1e-12",
        recorded: Verdict::Contradicted,
        evaluate: || eq_8("f m = F[f * F^-1[m]]", masked_function),
    },
];

/// Sums of at most a few hundred terms of order 1 err by less than 1e-13.
const EXACT: f64 = 1e-12;

/// Every form at M = N with an open mask against the convolution.
pub fn full_resolution(forms: &[Form]) -> Result<Finding> {
    let pair = Pair::noise(N + 1, 0);
    let plain = convolve(&pair.signal, &[N], &pair.kernel, &[N + 1])?;
    let mut rows = Vec::new();
    for form in forms {
        let difference = difference(&pair.apply(form, N)?, &plain);
        rows.push(row(form.name, difference, difference <= EXACT));
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} of {} forms equal", agreeing(&rows), rows.len()),
        "equal",
        format!(
            "At M = N with an open mask {} of {} forms equal the convolution to rounding.",
            agreeing(&rows),
            rows.len()
        ),
        rows,
    ))
}

fn row(item: &str, difference: f64, agrees: bool) -> Row {
    Row::new(
        item,
        format!("differs by {difference:.1e}"),
        "equal",
        agrees,
    )
}

/// Smooth functions in the middle half of the samples.
pub fn middle(form: Form, tolerance: f64) -> Result<Finding> {
    let half = s![.., .., M / 4..M - M / 4];
    let (mut rows, mut inner, mut outer): (Vec<Row>, f64, f64) = (Vec::new(), 0.0, 0.0);
    for (name, pair) in Pair::smooth() {
        let (eq_7, other) = (pair.eq_7()?, pair.apply(&form, M)?);
        let middle = difference(eq_7.slice(half), other.slice(half));
        rows.push(row(
            &format!("{name}, the middle half"),
            middle,
            middle <= tolerance,
        ));
        let everywhere = difference(&eq_7, &other);
        rows.push(row(
            &format!("{name}, everywhere"),
            everywhere,
            everywhere <= tolerance,
        ));
        (inner, outer) = (inner.max(middle), outer.max(everywhere));
    }
    Ok(Finding::new(
        within(inner, tolerance),
        format!("differs by {inner:.1e}"),
        "equal",
        format!(
            "Of {} functions of values up to 1 the form differs from Eq. 7 by up to {inner:.1e} in \
             the middle and by up to {outer:.1e} with the borders.",
            rows.len() / 2
        ),
        rows,
    ))
}

/// How many draws of noise are compared: the difference at the borders varies by a factor of 20
/// from one to another.
const DRAWS: u64 = 16;

/// Noise, with a short kernel and with the largest: the root mean square over the draws of the
/// largest difference, relative to the largest value of Eq. 7.
pub fn everywhere(form: Form) -> Result<Finding> {
    let half = s![.., .., M / 4..M - M / 4];
    let (mut rows, mut shares) = (Vec::new(), Vec::new());
    for taps in [5, N + 1] {
        let (mut all, mut middle) = (0.0, 0.0);
        for draw in 0..DRAWS {
            let pair = Pair::noise(taps, draw);
            let (eq_7, other) = (pair.eq_7()?, pair.apply(&form, M)?);
            let scale = largest(eq_7.iter().copied());
            all += (difference(&eq_7, &other) / scale).powi(2);
            middle += (difference(eq_7.slice(half), other.slice(half)) / scale).powi(2);
        }
        for (place, squares) in [("everywhere", all), ("the middle half", middle)] {
            let error = libm::sqrt(squares / DRAWS as f64);
            shares.push(format!("{error:.1e}"));
            rows.push(row(&format!("{taps} taps, {place}"), error, error <= EXACT));
        }
    }
    Ok(Finding::new(
        every(&rows),
        rows[2].ours.clone(),
        "equal",
        format!(
            "For noise the form and Eq. 7 differ by {} of the largest value with a short kernel and \
             {} with the longest.",
            shares[0], shares[2]
        ),
        rows,
    ))
}

/// Noise whose convolution is 0 outside the input.
pub fn inside(form: Form) -> Result<Finding> {
    let pair = Pair::noise_inside();
    let difference = difference(&pair.eq_7()?, &pair.apply(&form, M)?);
    let rows = vec![row(
        "noise, 0 near the borders",
        difference,
        difference <= EXACT,
    )];
    Ok(Finding::new(
        every(&rows),
        format!("differs by {difference:.1e}"),
        "equal",
        format!(
            "With a signal that is zero within half a kernel of the borders both differ by \
             {difference:.1e}."
        ),
        rows,
    ))
}

/// What Eq. 8 has on its left: from the signal, its spectrum and the mask, in the spatial domain.
pub type Left = fn(&[f64], &[Complex], &[f64]) -> Result<Vec<f64>>;

/// `F^-1[m F[f]]`, the first factor being the spectrum.
pub fn masked_spectrum(_: &[f64], spectrum: &[Complex], mask: &[f64]) -> Result<Vec<f64>> {
    let pairs = spectrum.iter().zip(mask);
    let masked: Vec<_> = pairs.map(|(value, weight)| value.scale(*weight)).collect();
    inverse_dft(&masked, &[N])
}

/// `F^-1[m f]`, the first factor being the function itself, as printed.
pub fn masked_function(signal: &[f64], _: &[Complex], mask: &[f64]) -> Result<Vec<f64>> {
    let pairs = signal.iter().zip(mask);
    let masked: Vec<_> = pairs
        .map(|(value, weight)| Complex {
            re: value * weight,
            im: 0.0,
        })
        .collect();
    inverse_dft(&masked, &[N])
}

/// `left` of Eq. 8 and the circular convolution `f * F^-1[m]`, beside the words of the `paper`.
pub fn eq_8(paper: &str, left: Left) -> Result<Finding> {
    let signal = Pair::noise(1, 0).signal;
    let signal: Vec<f64> = signal.iter().copied().collect();
    let half = cut_off(N / 2)?;
    let mask: Vec<f64> = (0..N).map(|k| half[k.min(N - k)]).collect();
    let left = left(&signal, &dft(&signal, &[N])?, &mask)?;
    // The transform of a unit impulse is 1 everywhere, so that this is F^-1[m].
    let mut impulse = vec![0.0; N];
    impulse[0] = 1.0;
    let filter = masked_spectrum(&impulse, &dft(&impulse, &[N])?, &mask)?;
    let right = circular(&signal, &filter);
    let difference = difference(&left, &right);
    let rows = vec![row(
        "both sides in the spatial domain",
        difference,
        difference <= EXACT,
    )];
    Ok(Finding::new(
        every(&rows),
        format!("differs by {difference:.1e}"),
        paper,
        format!(
            "Both sides differ by {difference:.1e}; the equality needs the spectrum as the first \
             factor, where the paper prints f."
        ),
        rows,
    ))
}

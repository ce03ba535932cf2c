//! Which coefficients of Appendix C.2 the printed ratios can tell (feature `linalg`).
//!
//! With T_t the sum of a term over an architecture's printed blocks, B_t the same over the base
//! network's, the ratio is r = sum_t c_t T_t / sum_t c_t B_t. The first linear layer's coefficient
//! is 1; the others solve r B_1 - T_1 = sum_t c_t (T_t - r B_t), each row divided by B_1 so that a
//! residual is a difference of ratios.

use ndarray::{Array1, Array2};
use ndarray_linalg::SVD;

use super::complexity::is_cifar;
use crate::equations::complexity::{fourier_convolution_cost, linear_cost, pointwise_cost};
use crate::paper::claim::{Finding, Row, Verdict};
use crate::paper::tables::{ARCHITECTURES, PrintedArchitecture};
use crate::{Error, Result};

/// A kind of cost.
pub struct Term {
    pub name: &'static str,
    /// From the positions R at the masked resolution, L of the input, and
    /// `[N_in, N_mid, N_out]`.
    pub cost: fn(r: f64, l: f64, width: [f64; 3]) -> f64,
    /// The coefficient in C.2.
    pub literal: f64,
}

const FIRST_LINEAR: Term = Term {
    name: "first linear layer, R N_in N_mid",
    cost: |r, _, [n_in, n_mid, _]| linear_cost(r, n_in, n_mid),
    literal: 1.0,
};

/// The terms beside the first linear layer.
pub const TERMS: &[Term] = &[
    Term {
        name: "second linear layer, R N_mid N_out",
        cost: |r, _, [_, n_mid, n_out]| linear_cost(r, n_mid, n_out),
        literal: 1.0,
    },
    Term {
        name: "Fourier convolution, R ln R",
        cost: |r, _, _| fourier_convolution_cost(r),
        literal: 1.0,
    },
    Term {
        name: "Fourier convolution of every channel, N_in R ln R",
        cost: |r, _, [n_in, ..]| n_in * fourier_convolution_cost(r),
        literal: 0.0,
    },
    Term {
        name: "pointwise, R N_in",
        cost: |r, _, [n_in, ..]| pointwise_cost(r, n_in),
        literal: 2.0,
    },
    Term {
        name: "pointwise, R N_mid",
        cost: |r, _, [_, n_mid, _]| pointwise_cost(r, n_mid),
        literal: 2.0,
    },
    Term {
        name: "pointwise, R N_out",
        cost: |r, _, [.., n_out]| pointwise_cost(r, n_out),
        literal: 1.0,
    },
    Term {
        name: "pointwise at the input's resolution, L N_in",
        cost: |_, l, [n_in, ..]| pointwise_cost(l, n_in),
        literal: 0.0,
    },
];

/// Architectures that are fitted together.
pub struct Sample {
    pub name: &'static str,
    pub selected: fn(&PrintedArchitecture) -> bool,
    /// Half the length of a 95 % interval in standard errors: Student's t for the degrees of
    /// freedom that seven coefficients leave.
    pub student: f64,
}

/// All architectures.
pub const FOURTEEN: Sample = Sample {
    name: "fourteen",
    selected: |_| true,
    student: 2.365,
};
/// Those whose ratios C.2 reproduces.
pub const TEN: Sample = Sample {
    name: "ten, without CIFAR",
    selected: |found| !is_cifar(found),
    student: 3.182,
};

/// The root mean square of the rounding of a ratio to two decimals, 0.005 / sqrt(3).
const ROUNDING: f64 = 0.00289;

/// A least-squares fit of the terms' coefficients.
pub struct Fit {
    pub coefficients: Vec<f64>,
    /// Half of each coefficient's 95 % interval.
    pub half_widths: Vec<f64>,
    /// Largest first: by how much the ratios move along each principal combination of terms.
    pub singular_values: Vec<f64>,
    /// The root mean square of the residuals.
    pub residual: f64,
    /// How many ratios were fitted.
    pub ratios: usize,
}

/// Fits `terms` to the ratios that `printed` gives to the architectures of `sample`.
///
/// # Errors
/// [`Error::Argument`] if the costs are not finite.
pub fn fit(
    terms: &[Term],
    sample: &Sample,
    printed: fn(&PrintedArchitecture) -> Result<f64>,
) -> Result<Fit> {
    let selected = ARCHITECTURES
        .iter()
        .filter(|found| (sample.selected)(found));
    let selected: Vec<_> = selected.collect();
    let (rows, unknowns) = (selected.len(), terms.len());
    let mut matrix = Array2::zeros((rows, unknowns));
    let mut right = Array1::zeros(rows);
    for (row, found) in selected.into_iter().enumerate() {
        let ratio = printed(found)?;
        let (total, base) = sums(found, &FIRST_LINEAR);
        right[row] = ratio - total / base;
        for (column, term) in terms.iter().enumerate() {
            let (term_total, term_base) = sums(found, term);
            matrix[[row, column]] = (term_total - ratio * term_base) / base;
        }
    }
    let (left, singular, right_t) = matrix
        .svd(true, true)
        .map_err(|error| Error::argument("costs of the terms", error, "finite numbers"))?;
    let (Some(left), Some(right_t)) = (left, right_t) else {
        return Err(Error::argument("singular vectors", "none", "both sides"));
    };
    let principal: Array1<f64> = (0..unknowns)
        .map(|k| left.column(k).dot(&right) / singular[k])
        .collect();
    let coefficients = right_t.t().dot(&principal);
    let residuals = &matrix.dot(&coefficients) - &right;
    let squares = residuals.dot(&residuals);
    let variance = squares / (rows - unknowns) as f64;
    let half_width = |j: usize| {
        let sum: f64 = (0..unknowns)
            .map(|k| (right_t[[k, j]] / singular[k]).powi(2))
            .sum();
        sample.student * libm::sqrt(variance * sum)
    };
    Ok(Fit {
        half_widths: (0..unknowns).map(half_width).collect(),
        coefficients: coefficients.to_vec(),
        singular_values: singular.to_vec(),
        residual: libm::sqrt(squares / rows as f64),
        ratios: rows,
    })
}

/// A term summed over the printed blocks and over the base network's.
fn sums(found: &PrintedArchitecture, term: &Term) -> (f64, f64) {
    let l = found.positions() as f64;
    let blocks = found.blocks.iter().map(|block| {
        let width = block.width.map(|n| n as f64);
        (term.cost)(block.positions() as f64, l, width)
    });
    let base = (term.cost)(l, l, [found.base.channels as f64; 3]);
    (blocks.sum(), found.base.blocks as f64 * base)
}

/// The coefficients of `terms`. One counts as known if its interval is within 1/2 on either side, as
/// C.2 counts whole operations; its row agrees if C.2's value lies inside as well.
pub fn terms(terms: &[Term]) -> Result<Finding> {
    let (mut rows, mut tellings) = (Vec::new(), Vec::new());
    let mut all_known = true;
    for sample in [FOURTEEN, TEN] {
        let fit = fit(terms, &sample, |found| Ok(found.printed_ratio()))?;
        let counts = details(terms, &sample, &fit, &mut rows);
        all_known &= counts.as_in_c_2 == terms.len();
        tellings.push(format!(
            "{}: {} of {} known within 1/2, {} of them with C.2's value inside, {} combinations \
             above rounding",
            sample.name,
            counts.known,
            terms.len(),
            counts.as_in_c_2,
            counts.above_rounding,
        ));
    }
    Ok(Finding::new(
        match all_known {
            true => Verdict::Confirmed,
            false => Verdict::Contradicted,
        },
        tellings.join("; "),
        "not stated",
        "The ratios fix at most the balance of the two linear layers; every other operation of \
         C.2 may be counted, or not, without leaving the residuals.",
        rows,
    ))
}

/// What one fit tells.
struct Counts {
    /// Coefficients known within 1/2.
    known: usize,
    /// Of these, those whose interval holds C.2's value.
    as_in_c_2: usize,
    /// Principal combinations of terms that can be seen through the rounding of the print.
    above_rounding: usize,
}

/// Adds the rows of one fit.
fn details(terms: &[Term], sample: &Sample, fit: &Fit, rows: &mut Vec<Row>) -> Counts {
    let name = sample.name;
    let (mut known, mut as_in_c_2) = (0, 0);
    for (j, term) in terms.iter().enumerate() {
        let (coefficient, half) = (fit.coefficients[j], fit.half_widths[j]);
        let is_known = half < 0.5;
        let inside = (coefficient - term.literal).abs() <= half;
        known += usize::from(is_known);
        as_in_c_2 += usize::from(is_known && inside);
        rows.push(Row::new(
            format!("{name}: {}", term.name),
            format!(
                "{coefficient:.2} plus or minus {half:.2}, {}",
                if is_known { "known" } else { "not known" }
            ),
            format!(
                "{} by C.2, {}",
                term.literal,
                if inside { "inside" } else { "outside" }
            ),
            is_known && inside,
        ));
    }
    let singular = &fit.singular_values;
    let noise = ROUNDING * libm::sqrt(fit.ratios as f64);
    let above_rounding = singular.iter().filter(|value| **value > noise).count();
    let shown: Vec<String> = singular
        .iter()
        .map(|value| format!("{value:.1e}"))
        .collect();
    rows.push(Row::new(
        format!("{name}: singular values"),
        shown.join(", "),
        format!("{noise:.3} by rounding"),
        above_rounding == singular.len(),
    ));
    let condition = singular[0] / singular[singular.len() - 1];
    rows.push(Row::new(
        format!("{name}: condition number; residual, root mean square"),
        format!("{condition:.0e}; {:.3}", fit.residual),
        format!("{ROUNDING:.3} by rounding"),
        fit.residual <= ROUNDING,
    ));
    Counts {
        known,
        as_in_c_2,
        above_rounding,
    }
}

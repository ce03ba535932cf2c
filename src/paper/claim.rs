//! A checkable claim of the paper, and what came of checking it.

use std::cmp::Ordering;
use std::fmt;

use crate::Result;

/// What the paper's own equations and tables say about a claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It follows by the stated formula.
    Confirmed,
    /// It follows up to this difference, in the claim's own unit.
    ConfirmedWithin(f64),
    /// It does not follow.
    Contradicted,
    /// What is printed admits more than one answer.
    CannotBeTold,
    /// The check is not part of this build; never recorded.
    NeedsFeature(&'static str),
    /// The equations refused their arguments; never recorded.
    NotEvaluated,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Confirmed => write!(f, "confirmed"),
            Verdict::ConfirmedWithin(difference) => write!(f, "confirmed within {difference}"),
            Verdict::Contradicted => write!(f, "contradicted"),
            Verdict::CannotBeTold => write!(f, "cannot be told"),
            Verdict::NeedsFeature(feature) => write!(f, "needs --features {feature}"),
            Verdict::NotEvaluated => write!(f, "not evaluated"),
        }
    }
}

/// Who says it, and which section, table or equation is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// The paper says it, or it follows from what the paper says.
    Paper(&'static str),
    /// The paper is silent; asked here. Whatever the answer, it contradicts no statement.
    Question(&'static str),
}

impl Source {
    /// The section, table or equation.
    pub fn place(self) -> &'static str {
        match self {
            Source::Paper(place) | Source::Question(place) => place,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Paper(place) => write!(f, "{place}"),
            Source::Question(place) => write!(f, "{place}; asked here, the paper is silent"),
        }
    }
}

/// One line of a claim's details.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What was compared.
    pub item: String,
    pub ours: String,
    pub paper: String,
    /// Whether this line agrees with the paper.
    pub agrees: bool,
}

impl Row {
    pub(super) fn new(
        item: impl Into<String>,
        ours: impl Into<String>,
        paper: impl Into<String>,
        agrees: bool,
    ) -> Self {
        Row {
            item: item.into(),
            ours: ours.into(),
            paper: paper.into(),
            agrees,
        }
    }
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub verdict: Verdict,
    /// Our value.
    pub ours: String,
    /// The paper's value.
    pub paper: String,
    /// The outcome in one sentence.
    pub sentence: String,
    /// Line by line, where there is more than one value.
    pub details: Vec<Row>,
}

impl Finding {
    pub(super) fn new(
        verdict: Verdict,
        ours: impl Into<String>,
        paper: impl Into<String>,
        sentence: impl Into<String>,
        details: Vec<Row>,
    ) -> Self {
        Finding {
            verdict,
            ours: ours.into(),
            paper: paper.into(),
            sentence: sentence.into(),
            details,
        }
    }
}

/// A claim.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Such as `bounds-minimum-size`.
    pub id: &'static str,
    pub source: Source,
    /// Understandable without the claims beside it.
    pub title: &'static str,
    /// What is computed or compared, in the paper's symbols.
    pub formula: &'static str,
    /// The verdict that a reader of the paper was told; another one is a regression.
    pub recorded: Verdict,
    /// Computes the finding.
    pub evaluate: fn() -> Result<Finding>,
}

impl Claim {
    /// Evaluates the claim; an error becomes a finding.
    pub fn check(&self) -> Finding {
        let refused = |error| {
            let sentence = format!("{error}.");
            Finding::new(Verdict::NotEvaluated, "-", "-", sentence, Vec::new())
        };
        (self.evaluate)().unwrap_or_else(refused)
    }

    /// Whether `finding` has the recorded verdict, or none because the build cannot check it.
    pub fn matches(&self, finding: &Finding) -> bool {
        finding.verdict == self.recorded || matches!(finding.verdict, Verdict::NeedsFeature(_))
    }
}

/// `Confirmed` if every row agrees, else `Contradicted`; without a row nothing can be told.
pub(super) fn every(rows: &[Row]) -> Verdict {
    match agreeing(rows) {
        _ if rows.is_empty() => Verdict::CannotBeTold,
        n if n == rows.len() => Verdict::Confirmed,
        _ => Verdict::Contradicted,
    }
}

/// `Confirmed` if every reading of a silent paper agrees, `Contradicted` if none does, and
/// `CannotBeTold` otherwise.
pub(super) fn readings(rows: &[Row]) -> Verdict {
    match agreeing(rows) {
        n if n == rows.len() => every(rows),
        0 => Verdict::Contradicted,
        _ => Verdict::CannotBeTold,
    }
}

/// "Often" and "prefer" taken as more than half: `Confirmed` above, `CannotBeTold` at exactly half,
/// `Contradicted` below.
pub(super) fn often(rows: &[Row]) -> Verdict {
    match (2 * agreeing(rows)).cmp(&rows.len()) {
        Ordering::Greater => Verdict::Confirmed,
        Ordering::Equal => Verdict::CannotBeTold,
        Ordering::Less => Verdict::Contradicted,
    }
}

/// `ConfirmedWithin(tolerance)` if `difference` is at most that, else `Contradicted`; NaN too.
pub(super) fn within(difference: f64, tolerance: f64) -> Verdict {
    if difference <= tolerance {
        Verdict::ConfirmedWithin(tolerance)
    } else {
        Verdict::Contradicted
    }
}

/// How many rows agree.
pub(super) fn agreeing(rows: &[Row]) -> usize {
    rows.iter().filter(|row| row.agrees).count()
}

/// The largest magnitude; NaN anywhere gives NaN, which passes no comparison.
pub(super) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    let magnitudes = values.into_iter().map(f64::abs);
    magnitudes.fold(0.0, |most, value| {
        if most.is_nan() || value <= most {
            most
        } else {
            value
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_is_the_largest_wherever_it_stands() {
        assert_eq!(largest([1.0, -3.0, 2.0]), 3.0);
        assert_eq!(largest([]), 0.0);
        for values in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
            assert!(largest(values).is_nan());
        }
    }
}

//! Every claim evaluated.

use super::claim::{Claim, Finding, Source, Verdict};
use super::claims::SECTIONS;

/// A claim and what came of it.
#[derive(Clone, Debug)]
pub struct Checked {
    pub claim: &'static Claim,
    pub finding: Finding,
}

impl Checked {
    /// Evaluates `claim`.
    pub fn new(claim: &'static Claim) -> Self {
        let finding = claim.check();
        Checked { claim, finding }
    }

    /// Whether the verdict is the recorded one, as far as this build can tell.
    pub fn matches(&self) -> bool {
        self.claim.matches(&self.finding)
    }
}

/// The claims about one subject.
#[derive(Clone, Debug)]
pub struct CheckedSection {
    pub title: &'static str,
    pub claims: Vec<Checked>,
}

/// All claims.
#[derive(Clone, Debug)]
pub struct Verification {
    pub sections: Vec<CheckedSection>,
}

impl Verification {
    /// Evaluates every claim, in a fraction of a second.
    pub fn evaluate() -> Self {
        let checked = SECTIONS.iter().map(|section| CheckedSection {
            title: section.title,
            claims: section.claims.iter().map(Checked::new).collect(),
        });
        Verification {
            sections: checked.collect(),
        }
    }

    /// Every claim, in order.
    pub fn claims(&self) -> impl Iterator<Item = &Checked> {
        self.sections.iter().flat_map(|section| &section.claims)
    }

    /// The claims whose verdict is not the recorded one.
    pub fn changed(&self) -> impl Iterator<Item = &Checked> {
        self.claims().filter(|checked| !checked.matches())
    }

    /// The claims of the paper and the questions asked here, counted apart on a line each:
    /// "80 claims of the paper: 41 confirmed, 8 within a bound, .."
    pub fn summary(&self) -> String {
        let (claims, questions): (Vec<_>, Vec<_>) = self
            .claims()
            .partition(|checked| matches!(checked.claim.source, Source::Paper(_)));
        format!(
            "{} claims of the paper: {}\n{} questions asked here: {}",
            claims.len(),
            counts(&claims),
            questions.len(),
            counts(&questions)
        )
    }
}

/// Such as "41 confirmed, 8 within a bound".
fn counts(checked: &[&Checked]) -> String {
    let mut counts: Vec<(&str, usize)> = KINDS.map(|kind| (kind, 0)).to_vec();
    for checked in checked {
        counts[kind(checked.finding.verdict)].1 += 1;
    }
    let present = counts.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = present
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    parts.join(", ")
}

const KINDS: [&str; 6] = [
    "confirmed",
    "within a bound",
    "contradicted",
    "cannot be told",
    "absent",
    "not evaluated",
];

/// The index in [`KINDS`].
fn kind(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Confirmed => 0,
        Verdict::ConfirmedWithin(_) => 1,
        Verdict::Contradicted => 2,
        Verdict::CannotBeTold => 3,
        Verdict::NeedsFeature(_) => 4,
        Verdict::NotEvaluated => 5,
    }
}

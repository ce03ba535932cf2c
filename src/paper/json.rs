//! A verification as JSON.

use serde::Serialize;

use super::claim::{Row, Source, Verdict};
use super::verification::{Checked, CheckedSection, Verification};
use crate::{Error, Result};

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    /// Whether every claim was evaluated and has its recorded verdict.
    matches: bool,
    summary: String,
    sections: Vec<Section<'a>>,
}

#[derive(Serialize)]
struct Section<'a> {
    title: &'a str,
    claims: Vec<Claim<'a>>,
}

#[derive(Serialize)]
struct Claim<'a> {
    id: &'a str,
    /// `paper` for a claim of the paper, `question` for one asked here.
    source: &'static str,
    place: &'a str,
    title: &'a str,
    formula: &'a str,
    ours: &'a str,
    paper: &'a str,
    #[serde(flatten)]
    verdict: Judged,
    recorded: Judged,
    matches: bool,
    sentence: &'a str,
    details: Vec<Detail<'a>>,
}

/// A verdict without its number, and the number.
#[derive(Serialize)]
struct Judged {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<f64>,
}

#[derive(Serialize)]
struct Detail<'a> {
    item: &'a str,
    ours: &'a str,
    paper: &'a str,
    agrees: bool,
}

/// The whole verification.
///
/// # Errors
/// None that the types leave room for.
pub fn to_json(verification: &Verification) -> Result<String> {
    written(&Document {
        version: env!("CARGO_PKG_VERSION"),
        matches: verification.changed().next().is_none(),
        summary: verification.summary(),
        sections: verification.sections.iter().map(section).collect(),
    })
}

/// One claim.
///
/// # Errors
/// As [`to_json`].
pub fn claim_to_json(checked: &Checked) -> Result<String> {
    written(&claim(checked))
}

/// Anything of this module's kind.
///
/// # Errors
/// As [`to_json`].
pub fn written(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::argument("the verification", error, "numbers and texts"))?;
    Ok(text + "\n")
}

fn section(section: &CheckedSection) -> Section<'_> {
    Section {
        title: section.title,
        claims: section.claims.iter().map(claim).collect(),
    }
}

fn claim(checked: &Checked) -> Claim<'_> {
    let Checked { claim, finding } = checked;
    Claim {
        id: claim.id,
        source: match claim.source {
            Source::Paper(_) => "paper",
            Source::Question(_) => "question",
        },
        place: claim.source.place(),
        title: claim.title,
        formula: claim.formula,
        ours: &finding.ours,
        paper: &finding.paper,
        verdict: judged(finding.verdict),
        recorded: judged(claim.recorded),
        matches: checked.matches(),
        sentence: &finding.sentence,
        details: finding.details.iter().map(detail).collect(),
    }
}

fn judged(verdict: Verdict) -> Judged {
    let (verdict, within) = match verdict {
        Verdict::Confirmed => ("confirmed", None),
        Verdict::ConfirmedWithin(difference) => ("confirmed_within", Some(difference)),
        Verdict::Contradicted => ("contradicted", None),
        Verdict::CannotBeTold => ("cannot_be_told", None),
        Verdict::NeedsFeature(_) => ("needs_feature", None),
        Verdict::NotEvaluated => ("not_evaluated", None),
    };
    Judged { verdict, within }
}

fn detail(row: &Row) -> Detail<'_> {
    Detail {
        item: &row.item,
        ours: &row.ours,
        paper: &row.paper,
        agrees: row.agrees,
    }
}

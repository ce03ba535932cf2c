//! Every claim with its formula, its reading or its data broken has another verdict.
//!
//! Each [`Break`] is a mistake that an implementation could plausibly make: a dropped term, swapped
//! widths, the wrong axis, sign, factor, rounding, row or table.

mod bounds;
mod complexity;
mod results;
mod searches;
mod tables;

use std::collections::BTreeSet;

use dnarch::Result;
use dnarch::paper::Finding;
use dnarch::paper::claims::{claims, linear_algebra};

/// A claim evaluated with a mistake.
pub struct Break {
    pub id: &'static str,
    /// The mistake.
    pub mistake: &'static str,
    pub evaluate: fn() -> Result<Finding>,
}

const fn broken(
    id: &'static str,
    mistake: &'static str,
    evaluate: fn() -> Result<Finding>,
) -> Break {
    Break {
        id,
        mistake,
        evaluate,
    }
}

fn breaks() -> impl Iterator<Item = &'static Break> {
    let lists = [
        bounds::BREAKS,
        complexity::BREAKS,
        results::BREAKS,
        searches::BREAKS,
        tables::BREAKS,
    ];
    lists.into_iter().flatten()
}

#[test]
fn every_mistake_changes_the_verdict() {
    let mut unnoticed = Vec::new();
    for Break {
        id,
        mistake,
        evaluate,
    } in breaks()
    {
        let claim = claims().find(|claim| claim.id == *id).expect(id);
        let verdict = evaluate().unwrap().verdict;
        if verdict == claim.recorded {
            unnoticed.push(format!("{id}, {mistake}: still {verdict:?}"));
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
}

#[test]
fn every_claim_is_broken() {
    let elsewhere: Vec<&str> = linear_algebra::CLAIMS
        .iter()
        .map(|claim| claim.id)
        .collect();
    let all: BTreeSet<&str> = claims()
        .map(|claim| claim.id)
        .filter(|id| !elsewhere.contains(id))
        .collect();
    let broken: BTreeSet<&str> = breaks().map(|b| b.id).collect();
    assert_eq!(broken, all);
}

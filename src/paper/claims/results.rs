//! Section 4: the sentences about results against Tables 1 to 3.

use crate::Result;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, within};
use crate::paper::tables::performance::{BASE, BASE_2022, BASE_LARGE, K, KR, KRWD, KRWD_LARGE};
use crate::paper::tables::{PERFORMANCE, PerformanceRow, PerformanceTable};

/// The claims about results.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "results-averages",
        place: "Table 1",
        title: "averages count random guessing as 50",
        formula: "",
        recorded: Verdict::ConfirmedWithin(0.01),
        evaluate: || averages(|row| row.model != BASE_2022, 50.0),
    },
    Claim {
        id: "results-average-2022",
        place: "Table 1",
        title: "the average of CCNN_4,140 (Romero et al., 2022) counts random guessing as 50",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || averages(|row| row.model == BASE_2022, 50.0),
    },
    Claim {
        id: "results-kernels-improve",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned kernel sizes consistently improve the base network",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, K)], PERFORMANCE),
    },
    Claim {
        id: "results-downsampling-improves",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned downsampling often improves on learned kernel sizes",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: downsampling,
    },
    Claim {
        id: "results-cheaper",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned downsampling lowers the complexity",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: cheaper,
    },
    Claim {
        id: "results-all-components-improve",
        place: "Sec. 4, Tables 1 to 3",
        title: "networks learned whole are better than their base networks",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(BASE, KRWD), (BASE_LARGE, KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-more-components",
        place: "Sec. 4, Tables 1 to 3",
        title: "learning more components consistently leads to better results",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, K), (K, KR), (KR, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-width-and-depth",
        place: "Sec. 4, Tables 1 to 3",
        title: "learning width and depth too is better than kernel sizes and downsampling",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(KR, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-downsampling-and-base",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned kernel sizes and downsampling are better than the base network",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, KR)], PERFORMANCE),
    },
    Claim {
        id: "results-larger-learned",
        place: "Sec. 4, Tables 2 and 3",
        title: "a larger base network leads to better results with everything learned",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(KRWD, KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-larger-base",
        place: "Sec. 4, Tables 2 and 3",
        title: "a larger base network leads to better results with nothing learned",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, BASE_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-s4-kernels",
        place: "Sec. 4, Table 1",
        title: "learned kernel sizes are on par with S4 (within 1 point) or better",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || against_s4(K),
    },
    Claim {
        id: "results-s4-whole",
        place: "Sec. 4, Table 1",
        title: "networks learned whole are on par with S4 (within 1 point) or better",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || against_s4(KRWD),
    },
    Claim {
        id: "results-fno",
        place: "Sec. 4, Table 2",
        title: "learned kernel sizes surpass FNO on DarcyFlow and deepCR on Cosmic",
        formula: "",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[("Expert (FNO / deepCR)", K)], PERFORMANCE),
    },
    Claim {
        id: "results-dash",
        place: "Tables 2 and 3",
        title: "networks learned whole are better than DASH",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[("DASH", KRWD), ("DASH", KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-earlier-ccnn",
        place: "Table 1",
        title: "networks learned whole are better than the CCNN published before",
        formula: "",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE_2022, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-parameters",
        place: "Sec. 4",
        title: "found architectures have remarkably fewer parameters than S4 and FNO",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: || Ok(not_printed("numbers of parameters of the compared models")),
    },
    Claim {
        id: "results-overhead",
        place: "Sec. 4, Figure 9",
        title: "the overhead of learning the architecture is negligible",
        formula: "",
        recorded: Verdict::CannotBeTold,
        evaluate: || {
            Ok(not_printed(
                "times or complexities during training as numbers",
            ))
        },
    },
];

/// Half a unit of an average's last digit.
const PRINTED: f64 = 0.005;
/// Scores are decimal fractions: their differences are exact to this.
const EXACT: f64 = 1e-9;

/// The mean of a row of Table 1 with `guess` for random guessing, for the rows `selected`.
pub fn averages(selected: fn(&PerformanceRow) -> bool, guess: f64) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut largest: f64 = 0.0;
    for row in PERFORMANCE[0].rows.iter().filter(|row| selected(row)) {
        let printed = row.average.unwrap_or(f64::NAN);
        let all = row.scores.iter().map(|score| score.unwrap_or(guess));
        let mean = all.sum::<f64>() / row.scores.len() as f64;
        let scored: Vec<f64> = row.scores.iter().flatten().copied().collect();
        let mean_of_scored = scored.iter().sum::<f64>() / scored.len() as f64;
        largest = largest.max((mean - printed).abs());
        rows.push(Row::new(
            row.model,
            format!("{mean:.3} (without random guessing {mean_of_scored:.3})"),
            format!("{printed:.2}"),
            (mean - printed).abs() <= PRINTED + EXACT,
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        within(largest, 0.01),
        format!("{holds} of {all} to the last digit, {largest:.3} away at most"),
        "AVG.",
        match all {
            1 => "The printed average is the mean of the row's four scores alone, so that it \
                  cannot be compared with the others."
                .to_string(),
            _ => format!(
                "{holds} of {all} averages follow to the last digit with random guessing at {guess}."
            ),
        },
        rows,
    ))
}

/// Every task in which both models of a pair have a score: is the second better than the first?
pub fn improvement(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Result<Finding> {
    let rows = comparisons(pairs, tables);
    let (better, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{better} of {all}"),
        format!("{all} of {all}"),
        format!("{better} of {all} comparisons are improvements."),
        rows,
    ))
}

fn comparisons(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (before, after) in pairs {
        for table in tables {
            for task in table.tasks {
                let scores = (table.score(before, task), table.score(after, task));
                let (Some(old), Some(new)) = scores else {
                    continue;
                };
                let better = if table.higher_is_better {
                    new > old
                } else {
                    new < old
                };
                rows.push(Row::new(
                    format!("{task}, {before} to {after}"),
                    format!("{:+}", libm::round(1e6 * (new - old)) / 1e6),
                    format!("{old} to {new}"),
                    better,
                ));
            }
        }
    }
    rows
}

fn not_printed(what: &str) -> Finding {
    Finding::new(
        Verdict::CannotBeTold,
        "nothing to compute from",
        "a sentence",
        format!("The paper prints no {what}."),
        Vec::new(),
    )
}

/// "Often" is taken as more than half.
fn downsampling() -> Result<Finding> {
    let rows = comparisons(&[(K, KR)], PERFORMANCE);
    let (better, all) = (agreeing(&rows), rows.len());
    let verdict = match 2 * better > all {
        true => Verdict::Confirmed,
        false => Verdict::Contradicted,
    };
    Ok(Finding::new(
        verdict,
        format!("{better} of {all}"),
        "often",
        format!("{better} of {all} tasks improve."),
        rows,
    ))
}

fn cheaper() -> Result<Finding> {
    let mut rows = Vec::new();
    for table in PERFORMANCE {
        for task in table.tasks {
            let Some(ratio) = table.complexity(KR, task) else {
                continue;
            };
            rows.push(Row::new(
                *task,
                "below 1",
                format!("{ratio:.2}"),
                ratio < 1.0,
            ));
        }
    }
    Ok(Finding::new(
        every(&rows),
        format!("{} of {}", agreeing(&rows), rows.len()),
        "improved computational efficiency",
        "Every printed ratio is below 1; the architectures themselves are not printed, so that the \
         ratios cannot be recomputed.",
        rows,
    ))
}

/// "On par" is taken as at most one point below.
fn against_s4(model: &str) -> Result<Finding> {
    let table = &PERFORMANCE[0];
    let s4 = "S4 (Gu et al., 2021)";
    let mut rows = Vec::new();
    for task in table.tasks {
        let (Some(theirs), Some(ours)) = (table.score(s4, task), table.score(model, task)) else {
            continue;
        };
        rows.push(Row::new(
            *task,
            format!("{:+.2}", ours - theirs),
            format!("{ours} beside {theirs}"),
            ours >= theirs - 1.0,
        ));
    }
    let average = |model| table.row(model).and_then(|row| row.average);
    let (ours, theirs) = (
        average(model).unwrap_or(f64::NAN),
        average(s4).unwrap_or(f64::NAN),
    );
    let above = rows.iter().filter(|row| row.ours.starts_with('+')).count();
    Ok(Finding::new(
        every(&rows),
        format!(
            "above in {above} of {}, average {ours} beside {theirs}",
            rows.len()
        ),
        "on par, and even surpass",
        format!(
            "{above} of {} tasks surpass S4 and {} are no more than a point below it.",
            rows.len(),
            agreeing(&rows) - above
        ),
        rows,
    ))
}

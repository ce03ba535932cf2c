//! Section 4: the sentences about learning more components, against Tables 1 to 3.

use crate::Result;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, often};
use crate::paper::tables::performance::{BASE, BASE_LARGE, K, KR, KRWD, KRWD_LARGE};
use crate::paper::tables::{PERFORMANCE, PerformanceTable};

/// The claims about results.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "results-kernels-improve",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "learned kernel sizes consistently improve the base network",
        formula: "score(K) better than score(CCNN_4,140) in every task",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, K)], PERFORMANCE),
    },
    Claim {
        id: "results-downsampling-improves",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "learned downsampling often improves on learned kernel sizes",
        formula: "score(K,R) better than score(K); \"often\": in more than half of the tasks",
        recorded: Verdict::Confirmed,
        evaluate: || often_improves(&[(K, KR)], PERFORMANCE),
    },
    Claim {
        id: "results-downsampling-slight",
        source: Paper("Sec. 4, Tables 1 and 3"),
        title: "where learned downsampling improves on learned kernel sizes, it does so slightly",
        formula: "0 < score(K,R) - score(K) <= 2 points in each classification task that improves",
        recorded: Verdict::Confirmed,
        evaluate: || slight_gains(2.0),
    },
    Claim {
        id: "results-downsampling-and-base",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "learned kernel sizes and downsampling often improve on the base network",
        formula: "score(K,R) better than score(CCNN_4,140); \"often\": in more than half of the tasks",
        recorded: Verdict::Confirmed,
        evaluate: || often_improves(&[(BASE, KR)], PERFORMANCE),
    },
    Claim {
        id: "results-all-components-improve",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "DNArch_K,R,W,D is better than its base network in every task",
        formula: "score(K,R,W,D) better than score(CCNN) of the same base in every task",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(BASE, KRWD), (BASE_LARGE, KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-more-components",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "learning more components consistently leads to better results",
        formula: "CCNN < K < K,R < K,R,W,D: each step better in every task",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, K), (K, KR), (KR, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-width-and-depth",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "learning width and depth too, DNArch_K,R,W,D, is better than DNArch_K,R in every task",
        formula: "score(K,R,W,D) better than score(K,R) in every task",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(KR, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-larger-learned",
        source: Paper("Sec. 4, Tables 2 and 3"),
        title: "a larger base network leads to better results, read of DNArch_K,R,W,D",
        formula: "K,R,W,D of CCNN_6,380 better than of CCNN_4,140 in every task",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(KRWD, KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-larger-base",
        source: Paper("Sec. 4, Tables 2 and 3"),
        title: "a larger base network leads to better results, read of the base networks themselves",
        formula: "CCNN_6,380 better than CCNN_4,140 in every task; a tie is not better",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, BASE_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-every-task",
        source: Paper("Sec. 4, Tables 1 to 3"),
        title: "one base network, CCNN_4,140, serves all ten tasks",
        formula: "CCNN_4,140, K, K,R and K,R,W,D have a score in each column of Tables 1 to 3",
        recorded: Verdict::Confirmed,
        evaluate: || scored_in_every_task(&[BASE, K, KR, KRWD]),
    },
];

/// Every task in which both models of a pair have a score: is the second better than the first?
pub fn improvement(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Result<Finding> {
    Ok(summary(comparisons(pairs, tables), every, "every time"))
}

/// The same, where the paper is silent.
pub fn asked(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Result<Finding> {
    Ok(summary(comparisons(pairs, tables), every, "not stated"))
}

/// The same, in most tasks.
pub fn often_improves(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Result<Finding> {
    Ok(summary(comparisons(pairs, tables), often, "often"))
}

fn summary(comparisons: Vec<Comparison>, verdict: fn(&[Row]) -> Verdict, paper: &str) -> Finding {
    let worse = comparisons.iter().filter(|comparison| !comparison.better);
    let worse: Vec<String> = worse
        .map(|Comparison { task, old, new, .. }| format!("{task} ({old} to {new})"))
        .collect();
    let rows: Vec<Row> = comparisons.iter().map(Comparison::row).collect();
    let (better, all) = (agreeing(&rows), rows.len());
    Finding::new(
        verdict(&rows),
        format!("{better} of {all}"),
        paper,
        match worse.is_empty() {
            true => format!("All {all} comparisons are improvements."),
            false => format!(
                "{better} of {all} comparisons are improvements; not {}.",
                worse.join(", ")
            ),
        },
        rows,
    )
}

/// The scores of two models in a task.
struct Comparison<'a> {
    task: &'a str,
    models: (&'a str, &'a str),
    old: f64,
    new: f64,
    /// Whether the second is better.
    better: bool,
}

impl Comparison<'_> {
    fn row(&self) -> Row {
        let Comparison { task, old, new, .. } = self;
        let (before, after) = self.models;
        Row::new(
            format!("{task}, {before} to {after}"),
            format!("{:+}", libm::round(1e6 * (new - old)) / 1e6),
            format!("{old} to {new}"),
            self.better,
        )
    }
}

/// A comparison for each task in which both models of a pair have a score.
fn comparisons<'a>(
    pairs: &[(&'a str, &'a str)],
    tables: &'a [PerformanceTable],
) -> Vec<Comparison<'a>> {
    let mut found = Vec::new();
    for models in pairs {
        for table in tables {
            for task in table.tasks {
                let scores = (table.score(models.0, task), table.score(models.1, task));
                let (Some(old), Some(new)) = scores else {
                    continue;
                };
                found.push(Comparison {
                    task,
                    models: *models,
                    old,
                    new,
                    better: if table.higher_is_better {
                        new > old
                    } else {
                        new < old
                    },
                });
            }
        }
    }
    found
}

/// The gains of K,R over K in percentage points, those of the tasks that gain.
pub fn slight_gains(most: f64) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut largest: f64 = 0.0;
    for table in PERFORMANCE.iter().filter(|table| table.higher_is_better) {
        for task in table.tasks {
            let (Some(old), Some(new)) = (table.score(K, task), table.score(KR, task)) else {
                continue;
            };
            if new > old {
                let gain = new - old;
                largest = largest.max(gain);
                rows.push(Row::new(
                    *task,
                    format!("{gain:+.2}"),
                    "slight",
                    gain <= most,
                ));
            }
        }
    }
    Ok(Finding::new(
        every(&rows),
        format!("at most {largest:.2} points"),
        "slight",
        format!(
            "{} classification tasks gain, the most {largest:.2} points.",
            rows.len()
        ),
        rows,
    ))
}

/// Whether each of `models` has a score in each task.
pub fn scored_in_every_task(models: &[&str]) -> Result<Finding> {
    let mut rows = Vec::new();
    for table in PERFORMANCE {
        for task in table.tasks {
            let scores = models.iter().map(|model| table.score(model, task));
            let scored = scores.flatten().count();
            rows.push(Row::new(
                *task,
                format!("{scored} scores"),
                format!("{} models", models.len()),
                scored == models.len(),
            ));
        }
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} tasks"),
        "all tasks",
        format!(
            "{holds} of {all} tasks have a score of each model; omega_0, lambda and the \
             temperatures differ between tasks (Tables 4 and 5)."
        ),
        rows,
    ))
}

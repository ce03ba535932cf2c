//! Section 4: the sentences about learning more components, against Tables 1 to 3.

use crate::Result;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, often};
use crate::paper::tables::performance::{BASE, BASE_LARGE, K, KR, KRWD, KRWD_LARGE};
use crate::paper::tables::{PERFORMANCE, PerformanceTable};

/// The claims about results.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "results-kernels-improve",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned kernel sizes consistently improve the base network",
        formula: "score(K) better than score(CCNN_4,140) in every task",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, K)], PERFORMANCE),
    },
    Claim {
        id: "results-downsampling-improves",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned downsampling often improves on learned kernel sizes",
        formula: "score(K,R) better than score(K); \"often\": in more than half of the tasks",
        recorded: Verdict::Confirmed,
        evaluate: || often_improves(&[(K, KR)], PERFORMANCE),
    },
    Claim {
        id: "results-downsampling-slight",
        place: "Sec. 4, Tables 1 and 3",
        title: "where learned downsampling improves on learned kernel sizes, it does so slightly",
        formula: "0 < score(K,R) - score(K) <= 2 points in each classification task that improves",
        recorded: Verdict::Confirmed,
        evaluate: || slight_gains(2.0),
    },
    Claim {
        id: "results-downsampling-and-base",
        place: "Sec. 4, Tables 1 to 3",
        title: "learned kernel sizes and downsampling are better than the base network",
        formula: "score(K,R) better than score(CCNN_4,140) in every task",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, KR)], PERFORMANCE),
    },
    Claim {
        id: "results-all-components-improve",
        place: "Sec. 4, Tables 1 to 3",
        title: "networks learned whole are better than their base networks",
        formula: "score(K,R,W,D) better than score(CCNN) of the same base in every task",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(BASE, KRWD), (BASE_LARGE, KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-more-components",
        place: "Sec. 4, Tables 1 to 3",
        title: "learning more components consistently leads to better results",
        formula: "CCNN < K < K,R < K,R,W,D: each step better in every task",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, K), (K, KR), (KR, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-width-and-depth",
        place: "Sec. 4, Tables 1 to 3",
        title: "learning width and depth too is better than kernel sizes and downsampling",
        formula: "score(K,R,W,D) better than score(K,R) in every task",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(KR, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-larger-learned",
        place: "Sec. 4, Tables 2 and 3",
        title: "a larger base network leads to better results with everything learned",
        formula: "K,R,W,D of CCNN_6,380 better than of CCNN_4,140 in every task",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[(KRWD, KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-larger-base",
        place: "Sec. 4, Tables 2 and 3",
        title: "a larger base network leads to better results with nothing learned",
        formula: "CCNN_6,380 better than CCNN_4,140 in every task; a tie is not better",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE, BASE_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-every-task",
        place: "Sec. 4, Tables 1 to 3",
        title: "one base network serves all tasks",
        formula: "CCNN_4,140, K, K,R and K,R,W,D have a score in each column of Tables 1 to 3",
        recorded: Verdict::Confirmed,
        evaluate: || scored_in_every_task(&[BASE, K, KR, KRWD]),
    },
];

/// Every task in which both models of a pair have a score: is the second better than the first?
pub fn improvement(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Result<Finding> {
    Ok(summary(comparisons(pairs, tables), every, "every time"))
}

/// The same, in most tasks.
pub fn often_improves(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Result<Finding> {
    Ok(summary(comparisons(pairs, tables), often, "often"))
}

fn summary(rows: Vec<Row>, verdict: fn(&[Row]) -> Verdict, paper: &str) -> Finding {
    let (better, all) = (agreeing(&rows), rows.len());
    let worse = exceptions(&rows);
    Finding::new(
        verdict(&rows),
        format!("{better} of {all}"),
        paper,
        match worse.is_empty() {
            true => format!("All {all} comparisons are improvements."),
            false => format!("{better} of {all} comparisons are improvements; not {worse}."),
        },
        rows,
    )
}

/// The tasks and scores of the rows that do not agree.
fn exceptions(rows: &[Row]) -> String {
    let rows = rows.iter().filter(|row| !row.agrees);
    let named = rows.map(|row| {
        let task = row.item.split(',').next().unwrap_or_default();
        format!("{task} ({})", row.paper)
    });
    named.collect::<Vec<_>>().join(", ")
}

/// A row for each task in which both models of a pair have a score.
pub(super) fn comparisons(pairs: &[(&str, &str)], tables: &[PerformanceTable]) -> Vec<Row> {
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

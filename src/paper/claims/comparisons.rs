//! Section 4: the averages of Table 1, and found architectures beside other methods.

use super::complexity::PRINTED;
use super::parameters::{base_count, found_count};
use super::results::{asked, improvement};
use crate::Result;
use crate::paper::claim::Source::{Paper, Question};
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, within};
use crate::paper::tables::performance::{BASE_2022, K, KRWD, KRWD_LARGE};
use crate::paper::tables::text::COMPARED_PARAMETERS;
use crate::paper::tables::{ARCHITECTURES, PERFORMANCE, PerformanceRow, PrintedArchitecture};

/// The claims about averages and other methods.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "results-averages",
        source: Question("Table 1"),
        title: "the averages of Table 1 count random guessing as 50, but for the CCNN of 2022",
        formula: "mean of the six scores, x = 50, beside AVG.; up to a unit of its last digit",
        recorded: Verdict::ConfirmedWithin(0.01),
        evaluate: || averages(|row| row.model != BASE_2022, guesses_as_50),
    },
    Claim {
        id: "results-average-2022",
        source: Question("Table 1"),
        title: "the average of the CCNN of 2022 in Table 1 counts random guessing as 50",
        formula: "mean of the six scores, x = 50, beside AVG.; up to a unit of its last digit",
        recorded: Verdict::Contradicted,
        evaluate: || averages(|row| row.model == BASE_2022, guesses_as_50),
    },
    Claim {
        id: "results-s4-kernels",
        source: Paper("Sec. 4, Table 1"),
        title: "DNArch_K is on par with S4 or better in every task of Table 1 and on average",
        formula: "score(K) >= score(S4) - 1; \"on par\": no more than 1 point below",
        recorded: Verdict::Contradicted,
        evaluate: || against_s4(K, 1.0),
    },
    Claim {
        id: "results-s4-whole",
        source: Paper("Sec. 4, Table 1"),
        title: "DNArch_K,R,W,D is on par with S4 or better in every task of Table 1 and on average",
        formula: "score(K,R,W,D) >= score(S4) - 1; \"on par\": no more than 1 point below",
        recorded: Verdict::Contradicted,
        evaluate: || against_s4(KRWD, 1.0),
    },
    Claim {
        id: "results-fno",
        source: Paper("Sec. 4, Table 2"),
        title: "DNArch_K surpasses the experts, FNO on DarcyFlow and deepCR on Cosmic",
        formula: "loss(K) < loss(Expert) in both tasks",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[("Expert (FNO / deepCR)", K)], PERFORMANCE),
    },
    Claim {
        id: "results-dash",
        source: Question("Tables 2 and 3"),
        title: "DNArch_K,R,W,D is better than DASH in every task of Tables 2 and 3",
        formula: "K,R,W,D of each base network better than DASH in every task",
        recorded: Verdict::Contradicted,
        evaluate: || asked(&[("DASH", KRWD), ("DASH", KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-earlier-ccnn",
        source: Question("Table 1"),
        title: "DNArch_K,R,W,D is better than the CCNN of 2022 in every task of Table 1",
        formula: "score(K,R,W,D) > score(CCNN of 2022) in each of its four scored tasks",
        recorded: Verdict::Contradicted,
        evaluate: || asked(&[(BASE_2022, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-parameters",
        source: Paper("Sec. 4, Tables 6 to 8"),
        title: "found architectures have remarkably fewer parameters than S4 and FNO",
        formula: "encoder + sum_b (3 N_in + N_in N_mid + N_mid N_out + biases) + decoder + MLP_psi < theirs",
        recorded: Verdict::CannotBeTold,
        evaluate: || fewer_parameters(COMPARED_PARAMETERS, found_count),
    },
];

/// Scores are decimal fractions: their differences are exact to this.
const EXACT: f64 = 1e-9;

/// The mean with 50 for random guessing.
pub fn guesses_as_50(scores: &[Option<f64>]) -> f64 {
    scores
        .iter()
        .map(|score| score.unwrap_or(50.0))
        .sum::<f64>()
        / scores.len() as f64
}

/// The mean of the scores alone.
pub fn without_guesses(scores: &[Option<f64>]) -> f64 {
    let scored: Vec<f64> = scores.iter().flatten().copied().collect();
    scored.iter().sum::<f64>() / scored.len() as f64
}

/// The mean of a row of Table 1 by `mean`, for the rows `selected`.
pub fn averages(
    selected: fn(&PerformanceRow) -> bool,
    mean: fn(&[Option<f64>]) -> f64,
) -> Result<Finding> {
    let mut rows = Vec::new();
    let mut largest: f64 = 0.0;
    for row in PERFORMANCE[0].rows.iter().filter(|row| selected(row)) {
        let printed = row.average.unwrap_or(f64::NAN);
        let (ours, scored) = (mean(row.scores), without_guesses(row.scores));
        largest = largest.max((ours - printed).abs());
        rows.push(Row::new(
            row.model,
            format!("{ours:.3} (scores alone {scored:.3})"),
            format!("{printed:.2}"),
            (ours - printed).abs() <= PRINTED + EXACT,
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        within(largest, 0.01),
        format!("{holds} of {all} to the last digit, {largest:.3} away at most"),
        "AVG. of Table 1",
        match rows.as_slice() {
            [row] => format!(
                "The mean is {}, the printed average {}.",
                row.ours, row.paper
            ),
            _ => format!(
                "{holds} of {all} averages follow to the last digit, all of them up to {largest:.3}."
            ),
        },
        rows,
    ))
}

/// The scores of `model` in Table 1 and its average, at most `par` below those of S4.
pub fn against_s4(model: &str, par: f64) -> Result<Finding> {
    let table = &PERFORMANCE[0];
    let s4 = "S4 (Gu et al., 2021)";
    let average = |model| table.row(model).and_then(|row| row.average);
    let tasks = table.tasks.iter();
    let scores = tasks.map(|task| (*task, table.score(s4, task), table.score(model, task)));
    let mut rows = Vec::new();
    let mut above = 0;
    for (item, theirs, ours) in scores.chain([("average", average(s4), average(model))]) {
        let (Some(theirs), Some(ours)) = (theirs, ours) else {
            continue;
        };
        above += usize::from(ours > theirs);
        rows.push(Row::new(
            item,
            format!("{:+.2}", ours - theirs),
            format!("{ours} beside {theirs}"),
            ours >= theirs - par - EXACT,
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{above} of {all} above, {} on par", holds - above),
        "on par, and even surpass",
        format!(
            "Of six tasks and their average {above} surpass S4, {} are at most {par:.1} below it, and \
             {} lie further below.",
            holds - above,
            all - holds
        ),
        rows,
    ))
}

/// Our counts of the printed architectures by `count`, beside the numbers `printed` of other models.
/// Without one nothing can be told.
pub fn fewer_parameters(
    printed: &[(&str, usize)],
    count: fn(&PrintedArchitecture) -> usize,
) -> Result<Finding> {
    let mut rows = Vec::new();
    let (mut fewest, mut most) = (usize::MAX, 0);
    let (mut least_times, mut most_times) = (f64::INFINITY, 0.0_f64);
    for found in ARCHITECTURES {
        let ours = count(found);
        let times = ours as f64 / base_count(found) as f64;
        (fewest, most) = (fewest.min(ours), most.max(ours));
        (least_times, most_times) = (least_times.min(times), most_times.max(times));
        for (model, number) in printed {
            rows.push(Row::new(
                format!("{}, {model}", found.name()),
                ours.to_string(),
                format!("less than {number}"),
                ours < *number,
            ));
        }
    }
    Ok(Finding::new(
        every(&rows),
        format!("{fewest} to {most}"),
        "remarkably lower",
        format!(
            "The printed architectures have {fewest} to {most} parameters under E.1, \
             {least_times:.1} to {most_times:.1} times their base network's; numbers printed of S4 \
             and FNO: {}.",
            printed.len()
        ),
        rows,
    ))
}

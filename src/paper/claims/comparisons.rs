//! Section 4: the averages of Table 1, and found architectures beside other methods.

use super::parameters::{base_count, found_count};
use super::results::improvement;
use crate::Result;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, within};
use crate::paper::tables::performance::{BASE_2022, K, KRWD, KRWD_LARGE};
use crate::paper::tables::text::COMPARED_PARAMETERS;
use crate::paper::tables::{ARCHITECTURES, PERFORMANCE, PerformanceRow, PrintedArchitecture};

/// The claims about averages and other methods.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "results-averages",
        place: "Table 1",
        title: "averages count random guessing as 50",
        formula: "mean of the six scores, x = 50, beside AVG.; up to a unit of its last digit",
        recorded: Verdict::ConfirmedWithin(0.01),
        evaluate: || averages(|row| row.model != BASE_2022, guesses_as_50),
    },
    Claim {
        id: "results-average-2022",
        place: "Table 1",
        title: "the average of CCNN_4,140 (Romero et al., 2022) counts random guessing as 50",
        formula: "mean of the six scores, x = 50, beside AVG.; up to a unit of its last digit",
        recorded: Verdict::Contradicted,
        evaluate: || averages(|row| row.model == BASE_2022, guesses_as_50),
    },
    Claim {
        id: "results-s4-kernels",
        place: "Sec. 4, Table 1",
        title: "learned kernel sizes are on par with S4 or better in every task and on average",
        formula: "score(K) >= score(S4) - 1; \"on par\": no more than 1 point below",
        recorded: Verdict::Contradicted,
        evaluate: || against_s4(K, 1.0),
    },
    Claim {
        id: "results-s4-whole",
        place: "Sec. 4, Table 1",
        title: "networks learned whole are on par with S4 or better in every task and on average",
        formula: "score(K,R,W,D) >= score(S4) - 1; \"on par\": no more than 1 point below",
        recorded: Verdict::Contradicted,
        evaluate: || against_s4(KRWD, 1.0),
    },
    Claim {
        id: "results-fno",
        place: "Sec. 4, Table 2",
        title: "learned kernel sizes surpass the experts, FNO on DarcyFlow and deepCR on Cosmic",
        formula: "loss(K) < loss(Expert) in both tasks",
        recorded: Verdict::Confirmed,
        evaluate: || improvement(&[("Expert (FNO / deepCR)", K)], PERFORMANCE),
    },
    Claim {
        id: "results-dash",
        place: "Tables 2 and 3; not stated",
        title: "networks learned whole are better than DASH",
        formula: "K,R,W,D of each base network better than DASH in every task",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[("DASH", KRWD), ("DASH", KRWD_LARGE)], PERFORMANCE),
    },
    Claim {
        id: "results-earlier-ccnn",
        place: "Table 1; not stated",
        title: "networks learned whole are better than the CCNN published before",
        formula: "score(K,R,W,D) > score(CCNN of 2022) in each of its four scored tasks",
        recorded: Verdict::Contradicted,
        evaluate: || improvement(&[(BASE_2022, KRWD)], PERFORMANCE),
    },
    Claim {
        id: "results-parameters",
        place: "Sec. 4, Tables 6 to 8",
        title: "found architectures have remarkably fewer parameters than S4 and FNO",
        formula: "encoder + sum_b (3 N_in + N_in N_mid + N_mid N_out + biases) + decoder + MLP_psi < theirs",
        recorded: Verdict::CannotBeTold,
        evaluate: || fewer_parameters(COMPARED_PARAMETERS, found_count),
    },
];

/// Half a unit of an average's last digit.
const PRINTED: f64 = 0.005;
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
        "AVG.",
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
    for (item, theirs, ours) in scores.chain([("AVG.", average(s4), average(model))]) {
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

/// Our counts of the printed architectures by `count`, beside the numbers printed of others.
pub fn fewer_parameters(
    printed: &[(&str, Option<usize>)],
    count: fn(&PrintedArchitecture) -> usize,
) -> Result<Finding> {
    let least = printed.iter().filter_map(|(_, number)| *number).min();
    let beside = match least {
        Some(number) => format!("less than {number}"),
        None => "not printed".to_string(),
    };
    let counts: Vec<usize> = ARCHITECTURES.iter().map(count).collect();
    let named = ARCHITECTURES.iter().zip(&counts);
    let times = named
        .clone()
        .map(|(found, ours)| *ours as f64 / base_count(found) as f64);
    let times: Vec<f64> = times.collect();
    let rows: Vec<Row> = named
        .map(|(found, ours)| {
            Row::new(
                format!("{}, base network {}", found.name(), base_count(found)),
                ours.to_string(),
                &beside,
                least.is_some_and(|number| *ours < number),
            )
        })
        .collect();
    let verdict = match least {
        None => Verdict::CannotBeTold,
        Some(_) => every(&rows),
    };
    let names: Vec<&str> = printed.iter().map(|(name, _)| *name).collect();
    let (fewest, most) = (
        counts.iter().min().unwrap_or(&0),
        counts.iter().max().unwrap_or(&0),
    );
    Ok(Finding::new(
        verdict,
        format!("{fewest} to {most}"),
        &beside,
        format!(
            "The printed architectures have {fewest} to {most} parameters under E.1, {:.1} to {:.1} \
             times their base network's; of {}: {beside}.",
            times.iter().copied().fold(f64::INFINITY, f64::min),
            times.iter().copied().fold(0.0, f64::max),
            names.join(" and ")
        ),
        rows,
    ))
}

//! Section 4.

use dnarch::paper::claims::results::{
    asked, improvement, often_improves, scored_in_every_task, slight_gains,
};
use dnarch::paper::claims::{comparisons, parameters};
use dnarch::paper::tables::performance::{BASE, BASE_2022, BASE_LARGE, K, KR, KRWD, KRWD_LARGE};
use dnarch::paper::tables::{PERFORMANCE, PerformanceTable};

use super::{Break, broken};

/// Errors taken for accuracies and the reverse.
fn swapped() -> Vec<PerformanceTable> {
    let tables = PERFORMANCE.iter().map(|table| PerformanceTable {
        higher_is_better: !table.higher_is_better,
        ..*table
    });
    tables.collect()
}

/// Tables 2 and 3.
fn without_lra() -> &'static [PerformanceTable] {
    &PERFORMANCE[1..]
}

/// Table 2.
fn dense() -> &'static [PerformanceTable] {
    &PERFORMANCE[1..2]
}

/// Table 3.
fn cifar() -> &'static [PerformanceTable] {
    &PERFORMANCE[2..]
}

#[rustfmt::skip]
pub const BREAKS: &[Break] = &[
    broken("results-kernels-improve", "Table 1 left out", || improvement(&[(BASE, K)], without_lra())),
    broken("results-downsampling-improves", "larger losses are better", || often_improves(&[(K, KR)], &swapped())),
    broken("results-downsampling-improves", "models swapped", || often_improves(&[(KR, K)], PERFORMANCE)),
    broken("results-downsampling-slight", "points taken as shares", || slight_gains(0.02)),
    broken("results-downsampling-and-base", "models swapped", || often_improves(&[(KR, BASE)], PERFORMANCE)),
    broken("results-all-components-improve", "larger losses are better", || improvement(&[(BASE, KRWD), (BASE_LARGE, KRWD_LARGE)], &swapped())),
    broken("results-all-components-improve", "base networks swapped", || improvement(&[(BASE_LARGE, KRWD), (BASE, KRWD_LARGE)], PERFORMANCE)),
    broken("results-more-components", "dense tasks alone", || improvement(&[(BASE, K), (K, KR), (KR, KRWD)], dense())),
    broken("results-more-components", "first and last model alone", || improvement(&[(BASE, KRWD)], PERFORMANCE)),
    broken("results-width-and-depth", "larger losses are better", || improvement(&[(KR, KRWD)], &swapped())),
    broken("results-width-and-depth", "models swapped", || improvement(&[(KRWD, KR)], PERFORMANCE)),
    broken("results-larger-learned", "larger losses are better", || improvement(&[(KRWD, KRWD_LARGE)], &swapped())),
    broken("results-larger-base", "Table 2 left out", || improvement(&[(BASE, BASE_LARGE)], cifar())),
    broken("results-every-task", "the larger base network, which Table 1 lacks", || scored_in_every_task(&[BASE_LARGE, KRWD_LARGE])),
    broken("results-averages", "random guessing as 0", || comparisons::averages(|row| row.model != BASE_2022, |scores| scores.iter().map(|score| score.unwrap_or(0.0)).sum::<f64>() / scores.len() as f64)),
    broken("results-averages", "scores alone", || comparisons::averages(|row| row.model != BASE_2022, comparisons::without_guesses)),
    broken("results-averages", "the row of 2022 included", || comparisons::averages(|_| true, comparisons::guesses_as_50)),
    broken("results-average-2022", "scores alone", || comparisons::averages(|row| row.model == BASE_2022, comparisons::without_guesses)),
    broken("results-s4-kernels", "the row of Mega for that of DNArch_K", || comparisons::against_s4("Mega (O(L^2)) (Ma et al., 2022)", 1.0)),
    broken("results-s4-kernels", "S4 beside itself", || comparisons::against_s4("S4 (Gu et al., 2021)", 1.0)),
    broken("results-s4-whole", "S4 beside itself", || comparisons::against_s4("S4 (Gu et al., 2021)", 1.0)),
    broken("results-s4-whole", "ten points for one", || comparisons::against_s4(KRWD, 10.0)),
    broken("results-fno", "larger losses are better", || improvement(&[("Expert (FNO / deepCR)", K)], &swapped())),
    broken("results-dash", "Table 3 left out", || asked(&[("DASH", KRWD), ("DASH", KRWD_LARGE)], dense())),
    broken("results-dash", "the larger base network alone", || asked(&[("DASH", KRWD_LARGE)], PERFORMANCE)),
    broken("results-earlier-ccnn", "this paper's base network", || asked(&[(BASE, KRWD)], PERFORMANCE)),
    broken("results-parameters", "a number that is not printed", || comparisons::fewer_parameters(&[("S4", 1_000_000)], parameters::found_count)),
];

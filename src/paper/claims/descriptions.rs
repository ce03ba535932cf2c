//! Appendices D to F: numbers and names of the descriptions against each other and the tables.

use crate::Result;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every};
use crate::paper::tables::performance::KRWD;
use crate::paper::tables::text::{LOW_ACCURACY, MEASURES, Measure, PRODUCTS, SUMS};
use crate::paper::tables::{ARCHITECTURES, PERFORMANCE, PrintedArchitecture};

/// The claims about descriptions.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "descriptions-arithmetic",
        source: Paper("Appendices D, E and F"),
        title: "splits of data, lengths of inputs and maximum sizes of networks add up",
        formula: "printed sums and products of splits, lengths, blocks and channels",
        recorded: Verdict::Confirmed,
        evaluate: || arithmetic(|parts| parts.iter().sum(), |parts| parts.iter().product()),
    },
    Claim {
        id: "descriptions-metrics",
        source: Paper("Table 2, D.3"),
        title: "D.3 and Table 2 name the same measures for the dense tasks",
        formula: "name of the measure in Table 2 = name in D.3",
        recorded: Verdict::Contradicted,
        evaluate: || metrics(MEASURES),
    },
    Claim {
        id: "descriptions-low-accuracy",
        source: Paper("E.2.1, Tables 1 and 3"),
        title: "of all classification tasks ListOps and CIFAR100 end at the lowest accuracy",
        formula: "the two lowest scores(K,R,W,D) of Tables 1 and 3 are those of the two named tasks",
        recorded: Verdict::Confirmed,
        evaluate: || low_accuracy(KRWD, LOW_ACCURACY),
    },
    Claim {
        id: "descriptions-lengths",
        source: Paper("D.1"),
        title: "the sequences of the Long Range Arena have lengths from 1024 to over 16000",
        formula: "least L of Table 6 = 1024, largest L > 16000",
        recorded: Verdict::Confirmed,
        evaluate: || lengths(|found| found.table == 6),
    },
    Claim {
        id: "descriptions-listops",
        source: Paper("D.1"),
        title: "the example of ListOps, [MAX29[MIN47]0], is 9",
        formula: "max(2, 9, min(4, 7), 0) = 9",
        recorded: Verdict::Confirmed,
        evaluate: || list_operations(i32::max, i32::min),
    },
];

/// MAX or MIN of two numbers.
type Operator = fn(i32, i32) -> i32;

/// D.1's example by `max` and `min`.
pub fn list_operations(max: Operator, min: Operator) -> Result<Finding> {
    let inner = min(4, 7);
    let value = [9, inner, 0].into_iter().fold(2, max);
    let rows = vec![
        Row::new("[MIN47]", inner.to_string(), "not stated", inner == 4),
        Row::new("[MAX29[MIN47]0]", value.to_string(), "9", value == 9),
    ];
    Ok(Finding::new(
        every(&rows),
        value.to_string(),
        "9",
        format!("The printed expression is {value}."),
        rows,
    ))
}

/// A sum or a product.
type Combine = fn(&[usize]) -> usize;

/// The printed numbers of which `sum` or `product` should make another one.
pub fn arithmetic(sum: Combine, product: Combine) -> Result<Finding> {
    let mut rows = Vec::new();
    for (relations, combine) in [(SUMS, sum), (PRODUCTS, product)] {
        for relation in relations {
            let ours = combine(relation.parts);
            rows.push(Row::new(
                format!(
                    "{} ({}): {:?}",
                    relation.item, relation.place, relation.parts
                ),
                ours.to_string(),
                relation.whole.to_string(),
                ours == relation.whole,
            ));
        }
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all}"),
        "all",
        format!("{holds} of {all} sums and products are the printed numbers."),
        rows,
    ))
}

/// The names of each task's measure in its table and in the text.
pub fn metrics(measures: &[Measure]) -> Result<Finding> {
    let rows = measures.iter().map(|measure| {
        Row::new(
            measure.task,
            format!("{} (Table 2)", measure.in_table),
            format!("{} (D.3)", measure.in_text),
            measure.in_table == measure.in_text,
        )
    });
    let rows: Vec<Row> = rows.collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} tasks"),
        "one measure each",
        format!("Table 2 and D.3 name the same measure for {holds} of {all} dense tasks."),
        rows,
    ))
}

/// The accuracy of `model` in each classification task: are the lowest those that the text names?
pub fn low_accuracy(model: &str, named: &[&str]) -> Result<Finding> {
    let mut scores = Vec::new();
    for table in PERFORMANCE.iter().filter(|table| table.higher_is_better) {
        for task in table.tasks {
            if let Some(score) = table.score(model, task) {
                scores.push((*task, score));
            }
        }
    }
    scores.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let rows = scores.iter().enumerate().map(|(rank, (task, score))| {
        let low = rank < named.len();
        Row::new(
            *task,
            format!("{score}, {} from below", rank + 1),
            if named.contains(task) {
                "low"
            } else {
                "not low"
            },
            low == named.contains(task),
        )
    });
    let rows: Vec<Row> = rows.collect();
    let lowest: Vec<&str> = rows
        .iter()
        .take(named.len())
        .map(|row| row.item.as_str())
        .collect();
    Ok(Finding::new(
        every(&rows),
        lowest.join(", "),
        named.join(", "),
        format!(
            "The lowest accuracies of {model} are those of {}.",
            lowest.join(" and ")
        ),
        rows,
    ))
}

/// The lengths of the inputs of the architectures `selected`.
pub fn lengths(selected: fn(&PrintedArchitecture) -> bool) -> Result<Finding> {
    let found = ARCHITECTURES.iter().filter(|found| selected(found));
    let lengths = found.flat_map(|found| found.grid);
    let least = *lengths.clone().min().unwrap_or(&0);
    let most = *lengths.max().unwrap_or(&0);
    let rows = vec![
        Row::new("shortest", least.to_string(), "1024", least == 1024),
        Row::new("longest", most.to_string(), "over 16000", most > 16_000),
    ];
    Ok(Finding::new(
        every(&rows),
        format!("{least} to {most}"),
        "1024 to over 16000",
        format!("The lengths of D.1 go from {least} to {most}."),
        rows,
    ))
}

//! A verification as text for a terminal.

use comfy_table::{
    ColumnConstraint, ContentArrangement, LineStyle, Row, Table, TableStyle, Width, presets,
};

use super::claim::{Claim, Source};
use super::recomputed::Recomputed;
use super::verification::{Checked, Verification};

/// Characters between four columns.
const SEPARATORS: u16 = 3;

/// No lines but one under the header.
const RULED: TableStyle =
    presets::NOTHING.header_separator(LineStyle::none().fill('-').junction('-'));

/// Every claim, by section: verdict, claim, our value and the paper's, in lines of at most `width`
/// characters.
pub fn listing(verification: &Verification, width: u16) -> String {
    let mut text = format!(
        "The paper against its own equations\n{}\n",
        verification.summary()
    );
    for section in &verification.sections {
        text += &format!("\n{}\n", section.title);
        let rows = section.claims.iter().map(|checked| {
            let Checked { claim, finding } = checked;
            [
                verdict(checked),
                format!("{}\n({}){}", claim.title, claim.id, asked_here(claim)),
                finding.ours.clone(),
                finding.paper.clone(),
            ]
        });
        let mut table = ruled(["verdict", "claim", "ours", "the paper's"], width);
        table.add_rows(rows).set_constraints(columns(width));
        text += &trimmed(&table);
    }
    text += &format!("\n{}", conclusion(verification));
    text
}

/// What tells a question from a claim of the paper.
fn asked_here(claim: &Claim) -> &'static str {
    match claim.source {
        Source::Paper(_) => "",
        Source::Question(_) => "\nasked here",
    }
}

/// Whether anything changed, and what to type next.
fn conclusion(verification: &Verification) -> String {
    let changed: Vec<&str> = verification.changed().map(|c| c.claim.id).collect();
    match changed.is_empty() {
        true => "Every verdict is the recorded one. More on a claim: dnarch verify --claim ID\n"
            .to_string(),
        false => format!(
            "{} verdicts are not the recorded ones: {}\n",
            changed.len(),
            changed.join(", ")
        ),
    }
}

/// One claim in full.
pub fn claim(checked: &Checked, width: u16) -> String {
    let Checked { claim, finding } = checked;
    let heads = [
        ("claim", claim.id),
        ("place", &claim.source.to_string()),
        ("says", claim.title),
        ("formula", claim.formula),
        ("ours", &finding.ours),
        ("the paper's", &finding.paper),
        ("verdict", &verdict(checked)),
        ("because", &finding.sentence),
    ];
    let mut head = plain(width);
    for (name, value) in heads {
        head.add_row([name, value]);
    }
    let mut text = trimmed(&head);
    if !finding.details.is_empty() {
        let rows = finding.details.iter().map(|row| {
            [
                row.item.clone(),
                row.ours.clone(),
                row.paper.clone(),
                if row.agrees { "yes" } else { "no" }.to_string(),
            ]
        });
        let mut table = ruled(["", "ours", "the paper's", "agree"], width);
        table.add_rows(rows);
        text += "\n";
        text += &trimmed(&table);
    }
    text
}

fn verdict(checked: &Checked) -> String {
    let (found, recorded) = (checked.finding.verdict, checked.claim.recorded);
    match checked.matches() {
        true => found.to_string(),
        false => format!("{found} (recorded: {recorded})"),
    }
}

/// A recomputed table beside the printed one. Its numbers are not broken: it is as wide as it is.
pub fn recomputed(table: &Recomputed) -> String {
    let mut text = format!("{}\n\n", table.title);
    let names = table.columns.iter().map(|name| name.replace(' ', "\n"));
    let mut cells = ruled(names.collect::<Vec<_>>(), u16::MAX);
    cells.set_content_arrangement(ContentArrangement::Disabled);
    cells.add_rows(table.rows.clone());
    text += &trimmed(&cells);
    for note in &table.notes {
        text += &format!("\n{note}\n");
    }
    text
}

/// The listing's columns are those of every section: the second holds an id on one line.
fn columns(width: u16) -> [ColumnConstraint; 4] {
    let (verdict, claim) = (16, 42);
    let rest = width.saturating_sub(verdict + claim + SEPARATORS);
    let widths = [verdict, claim, rest - 2 * rest / 5, 2 * rest / 5];
    widths.map(|columns| ColumnConstraint::Absolute(Width::Fixed(columns)))
}

/// A table with a ruled header.
fn ruled(header: impl Into<Row>, width: u16) -> Table {
    let mut table = plain(width);
    table.load_style(RULED).set_header(header);
    table
}

fn plain(width: u16) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table
}

fn trimmed(table: &Table) -> String {
    let lines = table.lines();
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}

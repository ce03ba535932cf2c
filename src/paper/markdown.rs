//! A verification as a Markdown page.

use std::fmt::Write;

use super::verification::{Checked, CheckedSection, Verification};

/// The page; `plot` is the address of the picture of [`super::plot::complexity_ratios`].
pub fn page(verification: &Verification, plot: &str) -> String {
    let mut text = format!(
        "# What the tables confirm\n\n\
         Which numbers and sentences of DNArch (Romero & Zeghidour, 2023) follow from its own \
         equations and tables, which do not, and which cannot be told: {}. Computed by `dnarch \
         verify` of version {}; nothing is trained.\n\n\
         *Confirmed*: follows to every printed digit. *Confirmed within*: up to the stated \
         difference, in the claim's own unit. *Contradicted*: does not follow. *Cannot be told*: \
         what is printed admits both.\n\n\
         ![Printed and recomputed complexity of the fourteen architectures]({plot})\n",
        verification.summary(),
        env!("CARGO_PKG_VERSION"),
    );
    for section in &verification.sections {
        text += &overview(section);
    }
    text += "\n## The claims one by one\n";
    for checked in verification.claims() {
        text += &claim(checked);
    }
    text
}

fn overview(section: &CheckedSection) -> String {
    let mut text = format!(
        "\n## {}\n\n| claim | verdict | ours | the paper's |\n|---|---|---|---|\n",
        section.title
    );
    for Checked { claim, finding } in &section.claims {
        let title = format!("[{}](#{})", plain(claim.title), claim.id);
        let [verdict, ours, paper] =
            [&finding.verdict.to_string(), &finding.ours, &finding.paper].map(|cell| plain(cell));
        let _ = writeln!(text, "| {title} | {verdict} | {ours} | {paper} |");
    }
    text
}

/// One claim in full, under a heading that is its id.
pub fn claim(checked: &Checked) -> String {
    let Checked { claim, finding } = checked;
    let mut text = format!(
        "\n### {}\n\n**{}** ({}): {}. {}\n\nFormula: `{}`. Ours: {}. The paper's: {}.\n",
        claim.id,
        finding.verdict,
        plain(claim.place),
        plain(claim.title),
        plain(&finding.sentence),
        claim.formula,
        plain(&finding.ours),
        plain(&finding.paper),
    );
    if !finding.details.is_empty() {
        text += "\n| | ours | the paper's | agree |\n|---|---|---|---|\n";
        for row in &finding.details {
            let [item, ours, paper] = [&row.item, &row.ours, &row.paper].map(|cell| plain(cell));
            let agrees = if row.agrees { "yes" } else { "no" };
            let _ = writeln!(text, "| {item} | {ours} | {paper} | {agrees} |");
        }
    }
    text
}

/// `text` without what Markdown would take for markup.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '|' | '*' | '_' | '<' | '>' | '[' | ']' | '`' | '~' | '#' | '$'
        ) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(
            plain("CCNN_4,140 [1 2] |k| <= *"),
            "CCNN\\_4,140 \\[1 2\\] \\|k\\| \\<= \\*"
        );
    }
}

//! A verification as a Markdown page.

use std::fmt::Write;

use super::claim::Source;
use super::verification::{Checked, CheckedSection, Verification};

/// The page; `plot` is the address of the picture of [`super::plot::complexity_ratios`].
pub fn page(verification: &Verification, plot: &str) -> String {
    let mut text = format!(
        "# What the tables confirm\n\n\
         Which numbers and sentences of DNArch (Romero & Zeghidour, 2023) follow from its own \
         equations and tables, which do not, and which cannot be told. Computed by `dnarch \
         verify` of version {}; nothing is trained.\n\n{}\n\n\
         *Confirmed*: follows by the stated formula. *Confirmed within*: up to the stated \
         difference, in the claim's own unit. *Contradicted*: does not follow. *Cannot be told*: \
         what is printed admits more than one answer. Where the verdict is marked as *asked here* \
         the paper is silent: the answer contradicts nothing that it says.\n\n\
         ![Printed and recomputed complexity of the fourteen architectures]({plot})\n",
        env!("CARGO_PKG_VERSION"),
        list(&verification.summary()),
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

/// The lines of `text` as a list.
fn list(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("- {line}")).collect();
    lines.join("\n")
}

fn overview(section: &CheckedSection) -> String {
    let mut text = format!(
        "\n## {}\n\n| claim | verdict | ours | the paper's |\n|---|---|---|---|\n",
        section.title
    );
    for Checked { claim, finding } in &section.claims {
        let title = format!("[{}](#{})", plain(claim.title), claim.id);
        let asked_here = match claim.source {
            Source::Paper(_) => "",
            Source::Question(_) => ", asked here",
        };
        let [verdict, ours, paper] =
            [&finding.verdict.to_string(), &finding.ours, &finding.paper].map(|cell| plain(cell));
        let _ = writeln!(
            text,
            "| {title} | {verdict}{asked_here} | {ours} | {paper} |"
        );
    }
    text
}

/// One claim in full, under a heading that is its id.
pub fn claim(checked: &Checked) -> String {
    let Checked { claim, finding } = checked;
    let mut text = format!(
        "\n### {}\n\n**{}** ({}): {}. {}\n\nFormula: `{}`. Ours: {}. The paper's: {}\n",
        claim.id,
        finding.verdict,
        plain(&claim.source.to_string()),
        plain(claim.title),
        plain(&finding.sentence),
        claim.formula,
        plain(&finding.ours),
        plain(&ended(&finding.paper)),
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

/// `text` with a full stop.
fn ended(text: &str) -> String {
    match text.ends_with('.') {
        true => text.to_string(),
        false => format!("{text}."),
    }
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

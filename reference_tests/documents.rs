//! What the documents name exists: claims, settings and their values, files that are linked to.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use dnarch::paper::claims::claims;
use dnarch::run::keys::find;

/// The lines of every item of `docs/ambiguities.md`, in this order.
const LABELS: [&str; 5] = ["Paper", "Readings", "Evidence", "Here", "Switch"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn ambiguities() -> String {
    read(&root().join("docs/ambiguities.md"))
}

/// What stands between `open` and `close`, wherever `open` occurs.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(close)?.0))
}

/// The code spans of one line.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn every_claim_that_is_cited_exists() {
    let known: HashSet<&str> = claims().map(|claim| claim.id).collect();
    // One line, so that a break between the word and its code span hides nothing.
    let text = ambiguities();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cited: Vec<&str> = between(&text, "claim `", "`").collect();
    for id in &cited {
        assert!(known.contains(id), "claim {id} does not exist");
    }
    // An identifier in any other notation would not have been checked.
    let mentioned = known
        .iter()
        .map(|id| text.matches(&format!("`{id}`")).count());
    assert_eq!(mentioned.sum::<usize>(), cited.len());
    let distinct: HashSet<&str> = cited.into_iter().collect();
    assert!(distinct.len() >= 50, "{} claims cited", distinct.len());
}

#[test]
fn every_item_has_its_lines_and_every_switch_its_key() {
    let text = ambiguities();
    let (items, _) = text
        .split_once("## Misprints")
        .expect("a section of misprints");
    let (mut count, mut keys) = (0, HashSet::new());
    for item in items.split("\n### ").skip(1) {
        let heading = item.lines().next().unwrap_or_default();
        let lines: Vec<&str> = item
            .lines()
            .filter(|line| line.starts_with("- **"))
            .collect();
        assert_eq!(lines.len(), LABELS.len(), "{heading}");
        for (line, label) in lines.iter().zip(LABELS) {
            assert!(
                line.starts_with(&format!("- **{label}** ")),
                "{heading}: {line}"
            );
        }
        let switch = lines[LABELS.len() - 1];
        let settings: Vec<(&str, &str)> = code_spans(switch)
            .filter_map(|span| span.split_once(" = "))
            .collect();
        let without = ["none", "function", "field"].map(|word| format!("- **Switch** {word}"));
        assert!(
            !settings.is_empty() || without.iter().any(|word| switch.starts_with(word)),
            "{heading}: {switch}"
        );
        for (name, value) in settings {
            let key = find("", name).unwrap_or_else(|error| panic!("{heading}: {error}"));
            key.check(name, key.read(value))
                .unwrap_or_else(|error| panic!("{heading}: {error}"));
            keys.insert(name);
        }
        count += 1;
    }
    assert!(count >= 40, "{count} items");
    assert!(keys.len() >= 15, "{} keys", keys.len());
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let docs = fs::read_dir(root().join("docs")).expect("docs");
    let mut files: Vec<PathBuf> = docs
        .map(|entry| entry.expect("an entry of docs").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.push(root().join("README.md"));
    assert!(files.len() >= 5, "{} documents", files.len());
    let mut links = 0;
    for file in files {
        for target in between(&read(&file), "](", ")") {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let linked = file.with_file_name(path);
            assert!(linked.exists(), "{}: {target}", file.display());
            links += 1;
        }
    }
    assert!(links >= 10, "{links} links");
}

//! `dnarch verify`: what it prints and writes, and its exit status.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dnarch::paper::{Source, Verdict, Verification, markdown, plot, text};
use serde_json::Value;

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dnarch"))
        .arg("verify")
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn printed(arguments: &[&str]) -> String {
    let output = verify(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn refused(arguments: &[&str]) -> String {
    let output = verify(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn every_claim_is_listed_on_a_line_of_its_own() {
    let listing = printed(&[]);
    for checked in Verification::evaluate().claims() {
        let id = format!("({})", checked.claim.id);
        assert!(listing.contains(&id), "{id}");
    }
    assert!(listing.lines().all(|line| line.chars().count() <= 100));
    assert!(listing.contains("Every verdict is the recorded one."));
    // A heading and two lines of counts, then the sections.
    assert!(
        listing
            .lines()
            .nth(1)
            .unwrap()
            .contains("claims of the paper: ")
    );
    assert!(
        listing
            .lines()
            .nth(2)
            .unwrap()
            .contains("questions asked here: ")
    );
}

#[test]
fn one_claim_is_shown_in_full() {
    let text = printed(&["--claim", "bounds-minimum-size"]);
    for part in [
        "E.2.1",
        "confirmed within 0.003",
        "10.28 %",
        "tau 25",
        "yes",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let json: Value =
        serde_json::from_str(&printed(&["--claim", "bounds-minimum-size", "--json"])).unwrap();
    assert_eq!(json["verdict"], "confirmed_within");
    assert_eq!(json["within"], 0.003);
}

#[test]
fn json_has_every_claim() {
    let json: Value = serde_json::from_str(&printed(&["--json"])).unwrap();
    let sections = json["sections"].as_array().unwrap();
    let listed: Vec<&str> = sections
        .iter()
        .flat_map(|section| section["claims"].as_array().unwrap())
        .map(|claim| claim["id"].as_str().unwrap())
        .collect();
    let sources = sections
        .iter()
        .flat_map(|section| section["claims"].as_array().unwrap());
    let questions = sources
        .filter(|claim| claim["source"] == "question")
        .count();
    let asked = dnarch::paper::claims().filter(|claim| matches!(claim.source, Source::Question(_)));
    assert_eq!(questions, asked.count());
    let known: Vec<&str> = dnarch::paper::claims().map(|claim| claim.id).collect();
    assert_eq!(listed, known);
    assert_eq!(json["matches"], true);
}

/// The tables have as many rows as the paper's, and its own numbers in them.
#[test]
fn tables_are_shown_beside_the_printed_ones() {
    // Architectures of Tables 6 to 8: 45, 25 and 43 blocks. Tables 1 to 3: one row a model, one for
    // each printed ratio row, one for each recomputed.
    let rows = [16 + 3, 12 + 5, 10 + 5, 10, 4, 45, 25, 43];
    let cells = [
        "85.78", "0.001763", "76.37", "19500", "21500", "15331", "280", "709",
    ];
    for (index, (rows, cell)) in rows.into_iter().zip(cells).enumerate() {
        let number = (index + 1).to_string();
        let json: Value = serde_json::from_str(&printed(&["--table", &number, "--json"])).unwrap();
        assert_eq!(
            json["rows"].as_array().unwrap().len(),
            rows,
            "Table {number}"
        );
        let columns = json["columns"].as_array().unwrap().len();
        for row in json["rows"].as_array().unwrap() {
            assert_eq!(row.as_array().unwrap().len(), columns);
        }
        assert!(json.to_string().contains(cell), "Table {number}: {cell}");
        assert!(printed(&["--table", &number]).starts_with(&format!("Table {number},")));
    }
}

#[test]
fn reports_are_whole() {
    let directory = tempfile::tempdir().unwrap();
    let html = directory.path().join("report.html");
    printed(&["--report", html.to_str().unwrap()]);
    let page = fs::read_to_string(&html).unwrap();
    assert!(page.contains("<svg") && page.ends_with("</html>\n"));
    for claim in dnarch::paper::claims() {
        assert!(
            page.contains(&format!("<h3 id=\"{}\">", claim.id)),
            "{}",
            claim.id
        );
        assert!(
            page.contains(&format!("href=\"#{}\"", claim.id)),
            "{}",
            claim.id
        );
    }
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org").count()
    );

    let markdown = directory.path().join("report.md");
    printed(&["--report", markdown.to_str().unwrap()]);
    assert!(
        fs::read_to_string(&markdown)
            .unwrap()
            .contains("(report.svg)")
    );
    let picture = fs::read_to_string(directory.path().join("report.svg")).unwrap();
    assert_eq!(picture, plot::complexity_ratios().unwrap());
}

#[test]
fn misuse_is_told() {
    assert!(
        refused(&["--claim", "bounds-minimum-sise"]).contains("the nearest is bounds-minimum-size")
    );
    for number in ["0", "9", "-1", "x"] {
        refused(&[&format!("--table={number}")]);
    }
    assert!(refused(&["--report", "report.pdf"]).contains(".html or .md"));
    refused(&["--report", "report.html", "--json"]);
    refused(&["--claim", "bounds-minimum-size", "--table", "1"]);
}

#[test]
fn a_report_that_cannot_be_written_fails() {
    let output = verify(&["--report", "/nonexistent/report.html"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nonexistent"));
}

#[test]
fn a_changed_verdict_is_told() {
    let mut verification = Verification::evaluate();
    assert_eq!(verification.changed().count(), 0);
    let finding = &mut verification.sections[0].claims[0].finding;
    finding.verdict = Verdict::NotEvaluated;
    let id = verification.sections[0].claims[0].claim.id;
    assert_eq!(
        verification
            .changed()
            .map(|c| c.claim.id)
            .collect::<Vec<_>>(),
        [id]
    );
    let listing = text::listing(&verification, 100);
    assert!(listing.ends_with(&format!("1 verdicts are not the recorded ones: {id}\n")));
    assert!(listing.contains("(recorded:"));
}

/// `docs/what-the-tables-confirm.md` is what `dnarch verify --report` writes. A build without the
/// feature `linalg` compares the claims that it evaluates.
#[test]
fn the_document_is_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let document = fs::read_to_string(docs.join("what-the-tables-confirm.md")).unwrap();
    let picture = fs::read_to_string(docs.join("what-the-tables-confirm.svg")).unwrap();
    let advice = "run cargo run --release --features linalg -- verify --report docs/what-the-tables-confirm.md";
    assert!(picture == plot::complexity_ratios().unwrap(), "{advice}");
    let verification = Verification::evaluate();
    if cfg!(feature = "linalg") {
        let page = markdown::page(&verification, "what-the-tables-confirm.svg");
        assert!(document == page, "{advice}");
    }
    let mut compared = 0;
    for checked in verification.claims() {
        if !matches!(checked.finding.verdict, Verdict::NeedsFeature(_)) {
            let block = markdown::claim(checked);
            assert!(document.contains(&block), "{}: {advice}", checked.claim.id);
            compared += 1;
        }
    }
    // Three claims need the feature.
    let left_out = if cfg!(feature = "linalg") { 0 } else { 3 };
    assert_eq!(compared + left_out, verification.claims().count());
}

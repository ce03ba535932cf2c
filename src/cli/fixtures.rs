//! `dnarch fixtures`: golden fixtures, made, shown and checked against.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{complain, print};
use crate::files::write_atomically;
use crate::fixtures::cases::Size;
use crate::fixtures::check;
use crate::fixtures::difference::{differences, strangers};
use crate::fixtures::format::Suite;
use crate::fixtures::generate;
use crate::fixtures::junit::to_junit;
use crate::fixtures::report::{Report, SuiteReport};
use crate::fixtures::show;
use crate::fixtures::skips::Skips;
use crate::fixtures::store;
use crate::fixtures::suites::CATALOGUE;
use crate::text::{nearest, shortened};
use crate::{Error, Result};

/// Inputs, outputs and gradients of every operation, to test other implementations against.
///
/// Exit status: 0 if everything is there and passes; 1 if something fails; 2 for usage; 3 for data
/// that is not what its format says.
#[derive(Args)]
pub struct FixturesArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Compute the fixtures from the definitions
    Generate {
        /// Where they go
        #[arg(long, value_name = "DIR", default_value = DIRECTORY)]
        out: PathBuf,
        /// How large the cases are
        #[arg(long, default_value = "small")]
        size: Size,
        /// Write nothing; compare with what is there
        #[arg(long)]
        check: bool,
    },
    /// List the suites, or the cases of one
    List {
        #[arg(long, value_name = "NAME")]
        suite: Option<String>,
        #[command(flatten)]
        stored: Stored,
    },
    /// Everything of one case: values, bounds, and the mistakes it catches
    Show {
        case: String,
        #[command(flatten)]
        stored: Stored,
    },
    /// Judge what another implementation computed
    #[command(after_long_help = CANDIDATE)]
    Check {
        /// Its results: <suite>.safetensors for each suite
        #[arg(long, value_name = "DIR")]
        candidate: PathBuf,
        #[command(flatten)]
        stored: Stored,
        /// TOML file with a table [skip] of "case id, or suite" = "reason"
        #[arg(long, value_name = "FILE")]
        skips: Option<PathBuf>,
        #[command(flatten)]
        json: Json,
        /// Write the report as JUnit XML
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
    },
    /// Judge dnarch's own fast operations, in single and in double precision
    SelfCheck {
        /// The fixtures
        #[arg(value_name = "DIR", default_value = DIRECTORY)]
        fixtures: PathBuf,
        #[command(flatten)]
        json: Json,
    },
}

#[derive(Args)]
struct Stored {
    /// The fixtures
    #[arg(long, value_name = "DIR", default_value = DIRECTORY)]
    fixtures: PathBuf,
}

#[derive(Args)]
struct Json {
    /// Write the report as JSON; - prints it instead of the text
    #[arg(long, value_name = "FILE|-")]
    json: Option<PathBuf>,
}

const DIRECTORY: &str = "fixtures/v1";

const CANDIDATE: &str = "\
A candidate directory holds <suite>.safetensors with the tensors <case>/out/<name> and
<case>/grad/<name> of every case, and an empty tensor <case>/refused (shape [0]) for each case
that must be refused. All tensors of a case have one dtype, one that the case is exact in.";

/// `dnarch fixtures`.
pub fn run(arguments: &FixturesArguments) -> Result<ExitCode> {
    match &arguments.action {
        Action::Generate { out, size, check } => generate(out, *size, *check),
        Action::List { suite, stored } => list(&stored.fixtures, suite.as_deref()),
        Action::Show { case, stored } => show(&stored.fixtures, case),
        Action::Check {
            candidate,
            stored,
            skips,
            json,
            junit,
        } => {
            let skips = skips
                .as_deref()
                .map(Skips::read)
                .transpose()?
                .unwrap_or_default();
            let report = check::check(&stored.fixtures, candidate, &skips, progress)?;
            if let Some(path) = junit {
                write_atomically(path, to_junit(&report)?.as_bytes())?;
            }
            conclude(&report, json)
        }
        Action::SelfCheck { fixtures, json } => {
            conclude(&check::self_check(fixtures, progress)?, json)
        }
    }
}

fn generate(directory: &Path, size: Size, check: bool) -> Result<ExitCode> {
    let mut suites = Vec::new();
    for entry in CATALOGUE {
        let suite = generate::suite(entry, size)?;
        complain(&format!(
            "generated {}: {} cases",
            entry.name,
            suite.cases.len()
        ));
        suites.push(suite);
    }
    if check {
        return compare(directory, &suites);
    }
    let manifest = store::write(directory, &suites)?;
    let bytes: u64 = manifest.files.values().map(|file| file.bytes).sum();
    let cases: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let (suites, directory) = (suites.len(), directory.display());
    print(&format!(
        "{suites} suites, {cases} cases, {bytes} bytes in {directory}\n"
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn compare(directory: &Path, suites: &[Suite]) -> Result<ExitCode> {
    check::directory(directory)?;
    let mut lines = Vec::new();
    for suite in suites {
        lines.extend(differences(directory, suite)?);
    }
    // A manifest does not vouch for files that differ.
    if lines.is_empty() {
        lines = strangers(directory, suites)?;
    }
    let path = directory.display();
    if lines.is_empty() {
        print(&format!("{path} is as generated\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!(
        "{}\n{path} differs from what is generated\n",
        lines.join("\n")
    ))?;
    Ok(ExitCode::FAILURE)
}

fn list(directory: &Path, name: Option<&str>) -> Result<ExitCode> {
    let suites = read(directory)?;
    let Some(name) = name else {
        print(&show::suites(&suites))?;
        return Ok(ExitCode::SUCCESS);
    };
    let suite = suites.iter().find(|suite| suite.description.suite == name);
    let names = suites.iter().map(|suite| suite.description.suite.as_str());
    let suite = suite.ok_or_else(|| unknown("suite", name, names))?;
    print(&show::cases(suite))?;
    Ok(ExitCode::SUCCESS)
}

fn show(directory: &Path, id: &str) -> Result<ExitCode> {
    let suites = read(directory)?;
    let cases = || {
        let of_suite = |suite| std::iter::repeat(suite);
        suites
            .iter()
            .flat_map(move |suite| of_suite(suite).zip(&suite.cases))
    };
    let found = cases().find(|(_, case)| case.description.id == id);
    let ids = cases().map(|(_, case)| case.description.id.as_str());
    let (suite, case) = found.ok_or_else(|| unknown("case", id, ids))?;
    print(&show::case(suite, case))?;
    Ok(ExitCode::SUCCESS)
}

fn read(directory: &Path) -> Result<Vec<Suite>> {
    let (names, _) = check::suites(directory)?;
    names
        .iter()
        .map(|name| Suite::read(directory, name))
        .collect()
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let expected = format!(
        "one of the fixtures, the nearest is {}",
        nearest(name, known)
    );
    Error::argument(what, shortened(name), expected)
}

fn progress(suite: &SuiteReport) {
    let SuiteReport { cases, failed, .. } = suite;
    complain(&format!(
        "checked {}: {cases} cases, {failed} fail",
        suite.title()
    ));
}

/// Writes the report where it is asked for.
fn conclude(report: &Report, Json { json }: &Json) -> Result<ExitCode> {
    match json.as_deref() {
        Some(path) if path == "-" => print(&report.to_json()?)?,
        Some(path) => {
            write_atomically(path, report.to_json()?.as_bytes())?;
            print(&format!("{report}\n"))?;
        }
        None => print(&format!("{report}\n"))?,
    }
    Ok(match report.passed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

//! `dnarch verify`: the paper against its own equations.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use terminal_size::{Width, terminal_size};

use super::print;
use crate::files::write_atomically;
use crate::paper::{Checked, Verification, claims, html, json, markdown, plot, recomputed, text};
use crate::text::{nearest, shortened};
use crate::{Error, Result};

/// Which of the paper's numbers follow from its equations, which do not, and which cannot be told.
///
/// Exit status: 0 if every claim was evaluated and has its recorded verdict; 1 if one has not; 2
/// for usage.
#[derive(Args)]
pub struct VerifyArguments {
    /// One claim in full
    #[arg(long, value_name = "ID", conflicts_with_all = ["table", "report"])]
    claim: Option<String>,
    /// A table of the paper with what its numbers amount to
    #[arg(long, value_name = "1..8", value_parser = clap::value_parser!(u8).range(1..=8), conflicts_with = "report")]
    table: Option<u8>,
    /// Print JSON instead of text
    #[arg(long, conflicts_with = "report")]
    json: bool,
    /// Write everything as a page, with a plot of printed against recomputed complexity
    #[arg(long, value_name = "FILE.html|FILE.md")]
    report: Option<PathBuf>,
}

/// `dnarch verify`.
pub fn run(arguments: &VerifyArguments) -> Result<ExitCode> {
    if let Some(number) = arguments.table {
        return table(usize::from(number), arguments.json);
    }
    if let Some(id) = &arguments.claim {
        return claim(id, arguments.json);
    }
    let page = arguments.report.as_deref().map(Page::of).transpose()?;
    let verification = Verification::evaluate();
    match page {
        Some(page) => page.write(&verification)?,
        None if arguments.json => print(&json::to_json(&verification)?)?,
        None => print(&text::listing(&verification, width()))?,
    }
    Ok(status(verification.changed().next().is_none()))
}

fn table(number: usize, json: bool) -> Result<ExitCode> {
    let table = recomputed::table(number)?;
    print(&match json {
        true => json::written(&table)?,
        false => text::recomputed(&table),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn claim(id: &str, json: bool) -> Result<ExitCode> {
    let Some(claim) = claims().find(|claim| claim.id == id) else {
        let ids = claims().map(|claim| claim.id);
        let expected = format!(
            "a claim that dnarch verify lists, the nearest is {}",
            nearest(id, ids)
        );
        return Err(Error::argument("claim", shortened(id), expected));
    };
    let checked = Checked::new(claim);
    print(&match json {
        true => json::claim_to_json(&checked)?,
        false => text::claim(&checked, width()),
    })?;
    Ok(status(checked.matches()))
}

fn status(matches: bool) -> ExitCode {
    match matches {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Columns of the terminal, or as many as read well elsewhere.
fn width() -> u16 {
    terminal_size().map_or(100, |(Width(columns), _)| columns.clamp(80, 140))
}

/// The page that is asked for.
enum Page<'a> {
    Html(&'a Path),
    /// The picture is a file of its own beside it.
    Markdown(&'a Path),
}

impl<'a> Page<'a> {
    fn of(path: &'a Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => Ok(Page::Html(path)),
            Some("md") => Ok(Page::Markdown(path)),
            _ => Err(Error::argument(
                "--report",
                path.display(),
                "a name that ends in .html or .md",
            )),
        }
    }

    fn write(&self, verification: &Verification) -> Result<()> {
        let picture = plot::complexity_ratios()?;
        let written = match self {
            Page::Html(path) => {
                write_atomically(path, html::page(verification, &picture).as_bytes())?;
                path.display().to_string()
            }
            Page::Markdown(path) => {
                let beside = path.with_extension("svg");
                write_atomically(&beside, picture.as_bytes())?;
                let name = beside.file_name().unwrap_or_default().to_string_lossy();
                let page = markdown::page(verification, &name);
                write_atomically(path, page.as_bytes())?;
                format!("{} and {}", path.display(), beside.display())
            }
        };
        print(&format!("{}\n{written}\n", verification.summary()))
    }
}

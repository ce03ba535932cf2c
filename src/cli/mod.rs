//! The command line: one file for each subcommand, no logic.

use std::io::{ErrorKind, Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{Error, Result};

pub mod data;
pub mod fixtures;
pub mod search;
pub mod verify;

/// Learn a CNN's weights and its whole architecture in one run of backpropagation (DNArch)
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Search(Box<search::SearchArguments>),
    Data(data::DataArguments),
    Verify(verify::VerifyArguments),
    Fixtures(fixtures::FixturesArguments),
}

/// Runs the program. Exit status: 0; 2 for usage and settings; 3 for data; 1 for the rest.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Search(arguments) => search::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Data(arguments) => data::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Fixtures(arguments) => fixtures::run(&arguments),
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(match error {
                Error::Argument { .. } | Error::Configuration { .. } => 2,
                Error::Data { .. } => 3,
                Error::Io { .. }
                | Error::Diverged { .. }
                | Error::Run { .. }
                | Error::Device(_) => 1,
            })
        }
    }
}

/// Writes a line to stderr, whose reader may have gone.
fn complain(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// Prints to a reader that may have seen enough.
fn print(text: &str) -> Result<()> {
    match stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::io(Path::new("standard output"), "write", error))
        }
        _ => Ok(()),
    }
}

//! The command line: one file for each subcommand, no logic.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::Error;

pub mod fixtures;
pub mod search;

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
    Fixtures(fixtures::FixturesArguments),
}

/// Runs the program. Exit status: 0; 2 for usage and settings; 3 for data; 1 for the rest.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Search(arguments) => search::run(&arguments).map(|()| ExitCode::SUCCESS),
        Command::Fixtures(arguments) => fixtures::run(&arguments),
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            eprintln!("error: {error}");
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

//! How fast portreeve is, beside a yardstick and beside the tools that people use today, in one run on one machine.
//!
//! Invariants: runs `portreeve` as it runs every peer, and only `index.rs` knows a crate of this workspace, because it
//! measures what no command can show by itself; writes and deletes nothing outside the work folder and the corpora it
//! made; only `clock.rs` tells the time and only `say.rs` prints.

#![cfg(unix)]

mod args;
mod clock;
mod corpus;
mod failure;
mod growth;
mod index;
mod machine;
mod measure;
mod ratio;
mod report;
mod run;
mod say;
mod scratch;
mod stop;
mod table;
mod tools;
mod work;
mod yardstick;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};

/// Runs the command line. Exit codes: 0 fine, 1 a tool failed, 2 usage, 3 refused by a guard rail, 5 environment,
/// 130 stopped by a signal.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(say::usage(&error)),
    };
    let ended = match cli.command {
        Command::Corpus(args) => corpus::command(args),
        Command::Yardstick(args) => yardstick::command(&args),
        Command::Run(args) => run::command(&args),
        Command::Growth(args) => growth::command(&args),
        Command::Index(args) => index::command(&args),
        Command::Measure(args) => measure::helper(&args),
    };
    ExitCode::from(match ended {
        Ok(exit) => exit,
        Err(failure) => say::fail(&failure),
    })
}

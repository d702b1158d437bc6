//! The command `portreeve`: arguments in, text or JSON and an exit code out.
//!
//! Invariants: nothing here holds a rule of the domain, touches the ledger or the store, or knows what time it is; only
//! `ui.rs` prints, and only this file sets the exit code.

mod advice;
mod args;
mod change;
mod commands;
mod door;
mod extract_text;
mod failure;
mod links;
mod money;
mod near;
mod next_free;
mod oneline;
mod outcome;
mod progress;
mod resolve;
mod rule_file;
mod ui;
mod view;
mod vocabulary;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    if extract_text::is_asked(&words) {
        return ExitCode::from(extract_text::run());
    }
    // Asked of the raw words, because a command line that cannot be understood is answered in JSON too.
    let json = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
    let exit = match args::parse(words) {
        Ok(cli) => match commands::run(cli) {
            Ok(outcome) => ui::show(&outcome, json),
            Err(failure) => ui::fail(&failure, json),
        },
        Err(args::NotRun::Shown(text)) => ui::show_text(&text),
        Err(args::NotRun::Wrong(failure)) => ui::fail(&failure, json),
    };
    ExitCode::from(exit)
}

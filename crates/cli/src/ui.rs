//! The only place that prints. Answers go to the standard output, talk goes to the standard error; with `--json` the
//! standard output holds exactly one JSON document whatever happens.

use std::env;
use std::io::{self, ErrorKind, IsTerminal as _, Write};

use portreeve_reporting::{Layout, json_text, plain};
use serde_json::json;

use crate::failure::{Failure, Kind};
use crate::outcome::Outcome;

/// The width of a terminal that does not say how wide it is.
const WIDTH: usize = 100;

/// Prints an answer. Gives the exit code.
pub(crate) fn show(outcome: &Outcome, as_json: bool) -> u8 {
    let text = if as_json { json_text(outcome.json()) } else { plain(&outcome.to_string()) };
    for warning in &outcome.warnings {
        talk(&format!("warning: {}\n", indented(&plain(warning), 9)));
    }
    if outcome.is_said() {
        return outcome.ending.exit();
    }
    print(&text, outcome.ending.exit())
}

/// The standard output, for an answer that goes out piece by piece.
pub(crate) fn stream() -> impl io::Write {
    io::BufWriter::with_capacity(64 * 1024, io::stdout().lock())
}

/// Prints help or the version. Gives the exit code.
pub(crate) fn show_text(text: &str) -> u8 {
    print(text, 0)
}

/// Prints a failure. Gives the exit code.
pub(crate) fn fail(failure: &Failure, as_json: bool) -> u8 {
    let exit = failure.kind.exit();
    let mut text = format!("error: {}\n", indented(&plain(&failure.error), 7));
    for line in &failure.because {
        text.push_str(&format!("because: {}\n", indented(&plain(line), 9)));
    }
    for line in &failure.help {
        text.push_str(&format!("help: {}\n", indented(&plain(line), 6)));
    }
    talk(&text);
    if !as_json {
        return exit;
    }
    let Failure { kind, error, because, help, .. } = failure;
    let object = json!({
        "format": "portreeve.error/1",
        "kind": kind,
        "exit": exit,
        "error": error,
        "because": because,
        "help": help,
    });
    print(&json_text(&object), exit)
}

/// The standard output as it is, for frames that only another program reads.
pub(crate) fn frames() -> impl Write {
    io::stdout().lock()
}

/// How texts are laid out: for a terminal of this width, or whole for a pipe.
pub(crate) fn layout() -> Layout {
    if !io::stdout().is_terminal() {
        return Layout::PIPE;
    }
    let columns = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    Layout { width: Some(columns.unwrap_or(WIDTH)), unicode: shows_unicode() }
}

/// What the reader's console says it shows. An old Windows console says nothing, and shows ASCII.
fn shows_unicode() -> bool {
    let named =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env::var(name).ok().filter(|set| !set.is_empty()));
    match named {
        Some(locale) => locale.to_lowercase().replace('-', "").contains("utf8"),
        None => !cfg!(windows) || env::var_os("WT_SESSION").is_some(),
    }
}

/// Further lines stand under the first.
fn indented(text: &str, by: usize) -> String {
    text.trim_end().replace('\n', &format!("\n{}", " ".repeat(by)))
}

/// Whoever reads may stop reading, as `head` does: that is no failure of the command.
fn print(text: &str, exit: u8) -> u8 {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit,
        Err(error) => {
            talk(&format!("error: could not write the answer\nbecause: {error}\nhelp: look where the output goes\n"));
            Kind::Environment.exit()
        }
    }
}

fn talk(text: &str) {
    // Nobody is left to tell when the standard error is gone.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

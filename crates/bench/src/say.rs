//! The only place that prints: answers on the standard output, talk on the standard error.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// An answer.
pub(crate) fn answer(text: &str) {
    // Whoever reads may stop reading, as `head` does.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// One line of talk: what is being done now.
pub(crate) fn talk(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints a failure. Gives the exit code.
pub(crate) fn fail(failure: &Failure) -> u8 {
    talk(&format!("error: {failure}\nbecause: {}\nhelp: {}", failure.because(), failure.help()));
    failure.exit()
}

/// Prints help, the version, or what is wrong with the command line. Gives the exit code.
pub(crate) fn usage(error: &clap::Error) -> u8 {
    let text = error.render().to_string();
    if error.use_stderr() {
        talk(text.trim_end());
        return 2;
    }
    answer(&text);
    0
}

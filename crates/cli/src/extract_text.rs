//! The hidden command `extract-text`: this program as a child of itself, reading documents that strangers made. It must
//! never open a register, read the environment, or say anything but its frames.

use std::env;
use std::ffi::OsString;
use std::io;

use portreeve_engine::{EXTRACT_WORD, Program, read_for_parent};

use crate::failure::Failure;
use crate::ui;

/// Whether the command line is that of such a child: the one word and nothing else.
pub(crate) fn is_asked(words: &[OsString]) -> bool {
    matches!(words, [_, word] if word == EXTRACT_WORD)
}

/// This program, to be started as such a child.
///
/// # Errors
/// When the system does not say where it lies.
pub(crate) fn program() -> Result<Program, Failure> {
    let path = env::current_exe()
        .map_err(|error| Failure::environment(format!("this program cannot be found to be started: {error}")))?;
    Ok(Program { path, words: vec![EXTRACT_WORD.into()] })
}

/// Reads documents until there are no more. Gives the exit code.
pub(crate) fn run() -> u8 {
    read_for_parent(&mut io::stdin().lock(), &mut ui::frames())
}

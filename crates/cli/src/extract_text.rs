//! The hidden command `extract-text`: this program as a child of itself, reading documents that strangers made. It must
//! never open a register, read the environment, or say anything but its frames.

use std::ffi::OsString;
use std::io;

use portreeve_engine::{EXTRACT_WORD, read_for_parent};

use crate::ui;

/// Whether the command line is that of such a child: the one word and nothing else.
pub(crate) fn is_asked(words: &[OsString]) -> bool {
    matches!(words, [_, word] if word == EXTRACT_WORD)
}

/// Reads documents until there are no more. Gives the exit code.
pub(crate) fn run() -> u8 {
    read_for_parent(&mut io::stdin().lock(), &mut ui::frames())
}

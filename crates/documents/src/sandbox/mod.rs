//! The half of the reading that a child process does: it takes documents from its standard input and answers on its
//! standard output, one after the other, within limits that it sets itself before it reads the first byte. A document
//! that breaks it costs that document and nothing else, because the parent starts another child.
//!
//! Nothing here starts a process, opens a file, or prints: the command line hands over its input and output.

mod frames;
mod limits;

use std::io::{self, Read, Write};

pub use frames::{Answer, GREETING, Request, read_answer, read_media};
pub use limits::{CPU_SECONDS_MAX, MEMORY_BYTES_MAX, lower};

use crate::{media, text};

/// Greets, then answers requests until the input ends.
///
/// Each answer is two frames: the media type as soon as it is known, then the text or the reason. A child that dies
/// between them has at least said what it was reading.
///
/// # Errors
/// When the input breaks off in the middle of a request or asks for more than the protocol allows, or nobody takes the
/// answers.
pub fn serve(input: &mut impl Read, output: &mut impl Write) -> io::Result<()> {
    output.write_all(GREETING)?;
    output.flush()?;
    while let Some(Request { name, bytes }) = Request::read(input)? {
        let media = media::of(&bytes, &name);
        frames::write_media(output, &media)?;
        output.flush()?;
        frames::write_answer(output, &text::of(&media, &bytes))?;
        output.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

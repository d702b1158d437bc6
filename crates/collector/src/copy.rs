//! Moving bytes in pieces of one fixed size, hashing them on the way.
//!
//! Must never hold a whole file: what does not fit in one buffer is handed on at once.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

/// How much is read at once: 256 KiB, so that 16 threads hold 4 MiB together. Larger pieces hash no faster.
pub(crate) const BUFFER_BYTES: usize = 256 * 1024;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Lends the thread's buffer to `work`. A nested call gets a fresh one, because reading a source may read another.
pub(crate) fn with_buffer<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut buffer = SPARE.take();
    buffer.resize(BUFFER_BYTES, 0);
    let answer = work(&mut buffer);
    SPARE.set(buffer);
    answer
}

/// Reads until `buffer` is full or the source ends; says how much was read. Less than the whole buffer means the end.
pub(crate) fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads `source` to its end and hands every piece to `take`; says how many bytes there were.
pub(crate) fn drain(source: &mut dyn Read, mut take: impl FnMut(&[u8])) -> io::Result<u64> {
    with_buffer(|buffer| {
        let mut total = 0_u64;
        loop {
            let count = fill(source, buffer)?;
            take(&buffer[..count]);
            total += count as u64;
            if count < buffer.len() {
                return Ok(total);
            }
        }
    })
}

//! Making the table of a pack again from the headers in it.
//!
//! A block that is no header, where one should be, is stepped over block by block until the next header: one damaged
//! header costs one object, not the rest of the pack. Should that lead into the bytes of an object that is a pack
//! itself, what is found there is named by its SHA-256 all the same.
//!
//! Must never believe a length further than the file goes, or read more of a file than a pack can have.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use super::table::Entry;
use super::tar::{BLOCK_BYTES, Block, blocks, parse};
use super::{OBJECTS_MAX, PACK_BYTES_LIMIT};

/// Reads the headers of `file`: what they say, in the order of the pack. A name that stands twice is there twice.
pub(crate) fn scan(file: &File) -> io::Result<Vec<Entry>> {
    let file_bytes = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(64 * 1024, file);
    reader.seek(SeekFrom::Start(0))?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut block = 0_u32;
    let mut bytes: Block = [0; BLOCK_BYTES];
    while entries.len() < OBJECTS_MAX && u64::from(block) * (BLOCK_BYTES as u64) < PACK_BYTES_LIMIT {
        match reader.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
        let Some((name, length)) = parse(&bytes) else {
            block += 1;
            continue;
        };
        let entry = Entry { name, block, length };
        if entry.bytes_at() + u64::from(length) > file_bytes {
            block += 1;
            continue;
        }
        entries.push(entry);
        block = entry.next_block();
        reader.seek_relative(i64::from(blocks(length)) * BLOCK_BYTES as i64)?;
    }
    Ok(entries)
}

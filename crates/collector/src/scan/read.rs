//! Reading what was remembered of a tree, in the order of the paths.
//!
//! Must never fail: what cannot be read, or does not agree with its checksum, is not remembered, nor what comes after it.

use std::fs::File;
use std::io::{BufReader, Read};

use portreeve_model::Digest;

use super::format::{BLOCK_BYTES, BLOCK_BYTES_MAX, CHECK_BYTES, MAGIC, check, decode};
use crate::stamp::Stamp;

/// What is remembered of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) stamp: Stamp,
    pub(crate) digest: Digest,
    /// Whether a change since then would show in the stamp.
    pub(crate) settled: bool,
}

/// What is remembered of a tree, asked for in the order of the paths.
pub(crate) struct Memory {
    newer: Entries,
    older: Entries,
}

impl Memory {
    /// Remembers what `newer` says of a file, and what `older` says where `newer` says nothing.
    pub(super) fn new(newer: Option<File>, older: Option<File>) -> Memory {
        Memory { newer: Entries::new(newer), older: Entries::new(older) }
    }

    /// What is remembered of the file at `path`, which must not sort before one asked for earlier.
    pub(crate) fn of(&mut self, path: &[u8]) -> Option<Known> {
        let newer = self.newer.of(path);
        newer.or_else(|| self.older.of(path))
    }
}

/// The entries of one scan, and a place among them.
struct Entries {
    file: Option<BufReader<File>>,
    body: Vec<u8>,
    at: usize,
    path: Vec<u8>,
    /// What is remembered of the file at `path`; nothing before the first entry and after the last.
    known: Option<Known>,
}

impl Entries {
    fn new(file: Option<File>) -> Entries {
        let mut file = file.map(|file| BufReader::with_capacity(2 * BLOCK_BYTES, file));
        let mut magic = [0; MAGIC.len()];
        if file.as_mut().is_some_and(|file| file.read_exact(&mut magic).is_err() || magic != *MAGIC) {
            file = None;
        }
        let mut entries = Entries { file, body: Vec::new(), at: 0, path: Vec::new(), known: None };
        entries.advance();
        entries
    }

    fn of(&mut self, path: &[u8]) -> Option<Known> {
        while self.known.is_some() && self.path.as_slice() < path {
            self.advance();
        }
        self.known.filter(|_| self.path == path)
    }

    fn advance(&mut self) {
        self.known = None;
        if self.at == self.body.len() {
            let block = self.file.as_mut().and_then(|file| read_block(file, &mut self.body));
            if block.is_none() {
                self.file = None;
                return;
            }
            self.at = 0;
            self.path.clear();
        }
        match decode(&self.body[self.at..], &mut self.path) {
            Some((settled, stamp, digest, rest)) => {
                self.at = self.body.len() - rest.len();
                self.known = Some(Known { stamp, digest, settled });
            }
            None => self.file = None,
        }
    }
}

fn read_block(file: &mut impl Read, body: &mut Vec<u8>) -> Option<()> {
    let mut length = [0; 4];
    file.read_exact(&mut length).ok()?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
    if length == 0 || length > BLOCK_BYTES_MAX {
        return None;
    }
    body.resize(length, 0);
    file.read_exact(body).ok()?;
    let mut said = [0; CHECK_BYTES];
    file.read_exact(&mut said).ok()?;
    (said == check(body)).then_some(())
}

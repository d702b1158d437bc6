//! A pack, cut into pieces that threads read side by side.
//!
//! Must never leave a byte unread: what no member explains is to be zeros, at the end or between.

use std::fs::File;
use std::path::Path;

use portreeve_model::Digest;

use super::report::{Found, StoreFault, StoreFaultKind, fault_of};
use crate::store::disk::{io_error, read_at};
use crate::store::pack::table::Entry;
use crate::store::pack::tar::{self, BLOCK_BYTES};

/// How much of a pack one thread reads at once: 1 MiB, and one member of at most another.
const PIECE_BYTES: u64 = 1024 * 1024;

/// A stretch of a pack: from `start` to `end`, with the members that begin there.
pub(super) struct Piece<'a> {
    start: u64,
    end: u64,
    members: &'a [Entry],
}

/// Cuts a pack into pieces at headers. What no member explains, at the end or between, belongs to the piece before.
pub(super) fn pieces(entries: &[Entry], pack_bytes: u64) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut first) = (0, 0);
    for (number, entry) in entries.iter().enumerate() {
        if entry.header_at() >= start + PIECE_BYTES {
            pieces.push(Piece { start, end: entry.header_at(), members: &entries[first..number] });
            (start, first) = (entry.header_at(), number);
        }
    }
    pieces.push(Piece { start, end: pack_bytes, members: &entries[first..] });
    pieces
}

pub(super) fn read_piece(file: &File, path: &Path, piece: &Piece<'_>) -> Found {
    let mut found = Found::default();
    let mut gaps = Gaps { file, path, buffer: Vec::new() };
    let mut at = piece.start;
    let mut buffer = Vec::new();
    for entry in piece.members {
        gaps.read(at, entry.header_at(), &mut found);
        let whole = BLOCK_BYTES + entry.length as usize + tar::padding(entry.length as usize);
        buffer.resize(whole, 0);
        let read = match read_at(file, &mut buffer, entry.header_at()) {
            Ok(read) => read,
            Err(error) => {
                found.faults.push(fault_of(path, &io_error("read", path, error)));
                return found;
            }
        };
        let mut fault = |offset, kind| found.faults.push(StoreFault { path: path.into(), offset, kind });
        if read < BLOCK_BYTES + entry.length as usize {
            fault(entry.bytes_at(), StoreFaultKind::Torn { name: entry.name });
            at = piece.end;
            continue;
        }
        let (header, rest) = buffer.split_at(BLOCK_BYTES);
        let (bytes, padding) = rest.split_at(entry.length as usize);
        if header != tar::header(&entry.name, entry.length) {
            fault(entry.header_at(), StoreFaultKind::Foreign);
        }
        let actual = Digest::of(bytes);
        if actual != entry.name {
            fault(entry.bytes_at(), StoreFaultKind::Corrupt { name: entry.name, actual });
        }
        if padding.iter().any(|byte| *byte != 0) {
            fault(entry.bytes_at() + u64::from(entry.length), StoreFaultKind::Foreign);
        }
        found.objects += 1;
        found.bytes += u64::from(entry.length);
        at = entry.header_at() + whole as u64;
    }
    gaps.read(at, piece.end, &mut found);
    found
}

/// Reads what no member explains: two blocks of zeros at the end of a sound pack, and nothing anywhere else.
struct Gaps<'a> {
    file: &'a File,
    path: &'a Path,
    buffer: Vec<u8>,
}

impl Gaps<'_> {
    fn read(&mut self, mut at: u64, end: u64, found: &mut Found) {
        while at < end {
            self.buffer.resize(usize::try_from((end - at).min(PIECE_BYTES)).unwrap_or(0), 0);
            let read = match read_at(self.file, &mut self.buffer, at) {
                Ok(0) => return,
                Ok(read) => read,
                Err(error) => {
                    found.faults.push(fault_of(self.path, &io_error("read", self.path, error)));
                    return;
                }
            };
            if let Some(first) = self.buffer[..read].iter().position(|byte| *byte != 0) {
                let (path, offset) = (self.path.into(), at + first as u64);
                found.faults.push(StoreFault { path, offset, kind: StoreFaultKind::Foreign });
                return;
            }
            at += read as u64;
        }
    }
}

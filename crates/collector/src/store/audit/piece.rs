//! A pack, cut into pieces that threads read side by side.
//!
//! Must never leave a byte unread: what no member explains is to be zeros, at the end or between.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

use portreeve_model::Digest;

use super::report::{Found, StoreFault, StoreFaultKind, fault_of};
use crate::store::disk::{io_error, read_at};
use crate::store::pack::table::Entry;
use crate::store::pack::tar::{self, BLOCK_BYTES};

/// How much of a pack one thread takes at once: 1 MiB, and what more its last member has.
const PIECE_BYTES: u64 = 1024 * 1024;

/// How much of it is read at once, if no member is longer: 256 KiB, which a core keeps near while it hashes them.
const WINDOW_BYTES: usize = 256 * 1024;

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
    let mut window = Window { file, end: piece.end, from: 0, bytes: Vec::new() };
    if let Err(error) = read_all(&mut window, path, piece, &mut found) {
        found.faults.push(fault_of(path, &io_error("read", path, error)));
    }
    found
}

fn read_all(window: &mut Window<'_>, path: &Path, piece: &Piece<'_>, found: &mut Found) -> io::Result<()> {
    let mut at = piece.start;
    for entry in piece.members {
        read_gap(window, path, at..entry.header_at(), found)?;
        let length = entry.length as usize;
        let whole = BLOCK_BYTES + length + tar::padding(length);
        let mut fault = |offset, kind| found.faults.push(StoreFault { path: path.into(), offset, kind });
        let member = window.read(entry.header_at(), whole)?;
        let Some((bytes, padding)) = member.get(BLOCK_BYTES..).and_then(|rest| rest.split_at_checked(length)) else {
            fault(entry.bytes_at(), StoreFaultKind::Torn { name: entry.name });
            at = piece.end;
            continue;
        };
        if !member.starts_with(&tar::header(&entry.name, entry.length)) {
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
    read_gap(window, path, at..piece.end, found)
}

/// Reads what no member explains: two blocks of zeros at the end of a sound pack, and nothing anywhere else.
fn read_gap(window: &mut Window<'_>, path: &Path, gap: Range<u64>, found: &mut Found) -> io::Result<()> {
    let mut at = gap.start;
    while at < gap.end {
        let most = usize::try_from(gap.end - at).unwrap_or(WINDOW_BYTES).min(WINDOW_BYTES);
        let bytes = window.read(at, most)?;
        if let Some(first) = bytes.iter().position(|byte| *byte != 0) {
            let (path, offset) = (path.into(), at + first as u64);
            found.faults.push(StoreFault { path, offset, kind: StoreFaultKind::Foreign });
            return Ok(());
        }
        if bytes.is_empty() {
            return Ok(());
        }
        at += bytes.len() as u64;
    }
    Ok(())
}

/// A stretch of a file, read ahead, so that not every small object costs a call of the system.
struct Window<'a> {
    file: &'a File,
    /// Beyond which nothing is read ahead.
    end: u64,
    /// Where in the file `bytes` begin.
    from: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    /// So many bytes from `at`, or fewer where the file ends.
    fn read(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let held = |window: &Self| {
            let start = usize::try_from(at.checked_sub(window.from)?).ok()?;
            Some(start..start.checked_add(count)?).filter(|range| range.end <= window.bytes.len())
        };
        let range = match held(self) {
            Some(range) => range,
            None => {
                let ahead = usize::try_from(self.end.saturating_sub(at)).unwrap_or(WINDOW_BYTES).min(WINDOW_BYTES);
                self.bytes.resize(count.max(ahead), 0);
                self.from = at;
                let filled = read_at(self.file, &mut self.bytes, at)?;
                self.bytes.truncate(filled);
                0..count.min(filled)
            }
        };
        Ok(&self.bytes[range])
    }
}

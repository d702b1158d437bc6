//! What is remembered of one file of a store that was read and found sound, and a file of such records. Numbers are
//! little-endian.
//!
//! ```text
//! file    = magic record*
//! record  = kind:u8  name:[32]  size:u64  modified:(i64 u32)  changed:(i64 u32)  inode:u64  device:u64  read_at:i64
//!           first eight bytes of SHA-256(what is before)
//! ```
//!
//! Must never be believed from the first record on that does not agree with its checksum, or is not in its order.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use portreeve_model::Digest;

use crate::stamp::{FileTime, Identity, Stamp};

pub(super) const MAGIC: &[u8; 20] = b"portreeve reading 1\n";
/// A record without its checksum.
const BODY_BYTES: usize = 1 + 32 + 8 + 12 + 12 + 8 + 8 + 8;
const CHECK_BYTES: usize = 8;
pub(super) const RECORD_BYTES: usize = BODY_BYTES + CHECK_BYTES;

/// A file of a store, in the order in which they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A pack, by its name.
    Pack(Digest),
    /// A loose object.
    Loose(Digest),
}

/// A file that was read and is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) part: Part,
    /// How it looked when it had been read.
    pub(super) stamp: Stamp,
    /// Seconds since 1970.
    pub(super) read_at: i64,
}

impl Record {
    /// When the reading began in which it was read.
    pub(super) const fn read_at(&self) -> FileTime {
        FileTime { seconds: self.read_at, nanoseconds: 0 }
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        let (kind, name) = match self.part {
            Part::Pack(name) => (0, name),
            Part::Loose(name) => (1, name),
        };
        out.push(kind);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&self.stamp.size_bytes.to_le_bytes());
        for time in [self.stamp.modified, self.stamp.changed] {
            out.extend_from_slice(&time.seconds.to_le_bytes());
            out.extend_from_slice(&time.nanoseconds.to_le_bytes());
        }
        out.extend_from_slice(&self.stamp.identity.inode.to_le_bytes());
        out.extend_from_slice(&self.stamp.identity.device.to_le_bytes());
        out.extend_from_slice(&self.read_at.to_le_bytes());
        let check = check(&out[start..]);
        out.extend_from_slice(&check);
    }

    fn decode(bytes: &[u8; RECORD_BYTES]) -> Option<Record> {
        let (body, said) = bytes.split_at(BODY_BYTES);
        if said != check(body) {
            return None;
        }
        let from = &mut &*body;
        let [kind] = take(from)?;
        let name = Digest::from_bytes(take(from)?);
        let part = match kind {
            0 => Part::Pack(name),
            1 => Part::Loose(name),
            _ => return None,
        };
        let size_bytes = u64::from_le_bytes(take(from)?);
        let mut time = || {
            Some(FileTime { seconds: i64::from_le_bytes(take(from)?), nanoseconds: u32::from_le_bytes(take(from)?) })
        };
        let (modified, changed) = (time()?, time()?);
        let inode = u64::from_le_bytes(take(from)?);
        let device = u64::from_le_bytes(take(from)?);
        let read_at = i64::from_le_bytes(take(from)?);
        let stamp = Stamp { size_bytes, modified, changed, identity: Identity { device, inode } };
        Some(Record { part, stamp, read_at })
    }
}

fn check(body: &[u8]) -> [u8; CHECK_BYTES] {
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&Digest::of(body).as_bytes()[..CHECK_BYTES]);
    check
}

fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*first)
}

/// The records of a file, in their order. One that is not there has none.
#[derive(Debug)]
pub(super) struct Records {
    file: Option<BufReader<File>>,
    next: Option<Record>,
}

impl Records {
    pub(super) fn open(path: &Path) -> Records {
        let mut file = File::open(path).ok().map(BufReader::new);
        let mut magic = [0; MAGIC.len()];
        if file.as_mut().is_some_and(|file| file.read_exact(&mut magic).is_err() || magic != *MAGIC) {
            file = None;
        }
        let mut records = Records { file, next: None };
        records.advance();
        records
    }

    /// What is remembered of a file, which must not come before one asked for earlier.
    pub(super) fn of(&mut self, part: Part) -> Option<Record> {
        while self.next.is_some_and(|next| next.part < part) {
            self.advance();
        }
        self.next.filter(|next| next.part == part)
    }

    fn advance(&mut self) {
        let last = self.next.take();
        let mut bytes = [0; RECORD_BYTES];
        let read = self.file.as_mut().and_then(|file| file.read_exact(&mut bytes).ok());
        self.next = read.and_then(|()| Record::decode(&bytes));
        if self.next.is_none_or(|next| last.is_some_and(|last| last.part >= next.part)) {
            (self.file, self.next) = (None, None);
        }
    }
}

impl Iterator for Records {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let next = self.next?;
        self.advance();
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn record(part: Part) -> Record {
        let time = FileTime { seconds: -3, nanoseconds: 7 };
        let identity = Identity { device: 5, inode: u64::MAX };
        let stamp = Stamp { size_bytes: 9, modified: time, changed: FileTime::default(), identity };
        Record { part, stamp, read_at: 1_800_000_000 }
    }

    fn records(bytes: &[u8]) -> Vec<Record> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.read");
        fs::write(&path, bytes).unwrap();
        Records::open(&path).collect()
    }

    #[test]
    fn records_read_back_as_they_were_written_up_to_the_first_that_is_damaged_or_out_of_order() {
        let name = |number| Digest::from_bytes([number; 32]);
        let all = [Part::Pack(name(3)), Part::Pack(name(9)), Part::Loose(name(1)), Part::Loose(name(2))].map(record);
        let mut bytes = MAGIC.to_vec();
        all.iter().for_each(|record| record.encode(&mut bytes));
        assert_eq!(records(&bytes), all);
        for byte in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[byte] ^= 0x10;
            let whole = byte.saturating_sub(MAGIC.len()) / RECORD_BYTES;
            let whole = if byte < MAGIC.len() { 0 } else { whole };
            assert_eq!(records(&damaged), all[..whole], "byte {byte}");
        }
        for length in 0..bytes.len() {
            assert_eq!(records(&bytes[..length]), all[..length.saturating_sub(MAGIC.len()) / RECORD_BYTES]);
        }
        let mut twice = MAGIC.to_vec();
        [all[1], all[0], all[2]].iter().for_each(|record| record.encode(&mut twice));
        assert_eq!(records(&twice), all[1..2], "what comes out of order was not written here");
        assert_eq!(records(b""), []);
    }
}

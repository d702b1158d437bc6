//! What a log is: the one contract every storage keeps, and the limits on what goes in.
//!
//! It must never say what an entry means. A log keeps byte strings in order, gives them back exactly, and keeps the
//! checkpoints that were signed over them.

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::{AppendError, BadEntry, LogError};

/// The longest entry. An entry is one small JSON object and a collection is one entry whatever its number of files; the
/// longest note is 4,000 characters, so a megabyte leaves room for two hundred of them and still bounds a read.
pub const ENTRY_BYTES_MAX: usize = 1024 * 1024;

/// The most entries appended at once. A scanner report brings tens of thousands of findings, each an entry, and they
/// arrive together or not at all.
pub const BATCH_ENTRIES_MAX: usize = 65_536;

/// The most bytes appended at once: 64 of the longest entries, or a thousand bytes for each of the most entries.
pub const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The most bytes one read gives back, unless a single entry is longer: it bounds the memory of whoever reads a whole
/// log batch by batch.
pub const READ_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How much a log holds, and what commits to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub size: LogSize,
    /// The Merkle root over them (RFC 6962 §2.1).
    pub root: Digest,
}

/// An append-only list of byte strings with one writer at a time and any number of readers.
///
/// Every implementation passes [`conformance::run`](crate::conformance::run).
pub trait Log: Send + Sync {
    /// How many entries there are, and the Merkle root over them. The cost does not grow with the log.
    ///
    /// # Errors
    /// When the storage fails, or contradicts itself.
    fn head(&self) -> Result<Head, LogError>;

    /// Entries from `start` on, exactly as they were appended: at most `limit` of them, and fewer when they are long
    /// (see [`READ_BYTES_MAX`]). There is always one if the log holds `start` and `limit` is not zero, so an empty
    /// answer, and only that, is the end. [`each_entry`](crate::each_entry) reads on until there.
    ///
    /// # Errors
    /// When the storage fails, or an entry is missing or is not the one that was recorded.
    fn read(&self, start: EntryNumber, limit: u32) -> Result<Vec<Vec<u8>>, LogError>;

    /// Adds `entries`, all or none, if the log still holds `expected` entries. When it answers with a head, the entries
    /// are durable. Adding nothing is a way to ask whether the size is still the expected one.
    ///
    /// # Errors
    /// See [`AppendError`]: somebody was faster, an entry cannot be kept, the storage failed, or it failed so that nobody
    /// knows whether the entries were kept.
    fn append(&self, expected: LogSize, entries: &[Vec<u8>]) -> Result<Head, AppendError>;

    /// Keeps a signed checkpoint beside the entries it commits to. Keeping the same one twice keeps it once.
    ///
    /// # Errors
    /// When the text is not a checkpoint, or is not one of this log: it covers more than the log holds, or names another
    /// root for what it does hold. Signatures are not judged here, since a log knows no keys. Also when the storage fails.
    fn keep_checkpoint(&self, note: &str) -> Result<(), LogError>;

    /// The kept checkpoints, oldest first.
    ///
    /// # Errors
    /// When the storage fails.
    fn checkpoints(&self) -> Result<Vec<String>, LogError>;

    /// Shows everything as it is stored, unjudged, from a single moment: oddities and the head first, then checkpoints,
    /// then entries by number. This is for verification, which must see what is there, however damaged.
    ///
    /// # Errors
    /// When the storage fails; what could be read before that has been shown.
    fn audit(&self, visit: &mut dyn FnMut(Stored<'_>)) -> Result<(), LogError>;
}

/// One thing found in the storage of a log, exactly as it lies there. Nothing about it has been checked.
#[derive(Debug)]
pub enum Stored<'a> {
    /// Something about the storage itself that is not as this program leaves it.
    Oddity(String),
    /// The kept head, or why there is none that can be read.
    Head(Result<Head, String>),
    /// A kept checkpoint.
    Checkpoint {
        /// Its number as stored, counted from 0 when all is well.
        number: i64,
        /// The signed note; nothing if it is missing, not a text, or longer than any note.
        note: Option<&'a str>,
    },
    /// An entry.
    Entry {
        /// Its number as stored, counted from 0 when all is well.
        number: i64,
        /// Its bytes; nothing if they are missing, not bytes, or longer than [`ENTRY_BYTES_MAX`].
        bytes: Option<&'a [u8]>,
        /// The leaf hash stored beside it; nothing if it is missing or is not 32 bytes.
        leaf: Option<Digest>,
    },
}

/// Whether any log may keep these entries: no newline in one, and none of the limits exceeded.
///
/// # Errors
/// The first rule that is broken, and where.
pub fn check_batch(entries: &[Vec<u8>]) -> Result<(), BadEntry> {
    if entries.len() > BATCH_ENTRIES_MAX {
        return Err(BadEntry::TooMany { entries: entries.len(), max: BATCH_ENTRIES_MAX });
    }
    for (position, entry) in entries.iter().enumerate() {
        if entry.len() > ENTRY_BYTES_MAX {
            return Err(BadEntry::TooLong { position, bytes: entry.len(), max: ENTRY_BYTES_MAX });
        }
        if let Some(offset) = entry.iter().position(|byte| *byte == b'\n') {
            return Err(BadEntry::Newline { position, offset });
        }
    }
    // No sum can overflow: there are at most 2^16 entries of at most 2^20 bytes.
    let bytes = entries.iter().map(Vec::len).sum();
    if bytes > BATCH_BYTES_MAX {
        return Err(BadEntry::TooMuch { bytes, max: BATCH_BYTES_MAX });
    }
    Ok(())
}

//! What is told of a store that was read back.
//!
//! Must never call caches and leftovers damage, or hide what was not read.

use std::path::{Path, PathBuf};

use portreeve_model::Digest;

use crate::BlobError;
use crate::stamp::FileTime;
use crate::store::inventory::Leftover;

/// How many faults are listed one by one; the rest are counted.
const FAULTS_MAX: usize = 10_000;

/// What a store really holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreReport {
    /// How many objects were read, each place counted: one that is loose and packed counts twice.
    pub objects: u64,
    /// Their bytes, as far as they could be read.
    pub bytes: u64,
    /// What is wrong, by path and offset; at most 10,000.
    pub faults: Vec<StoreFault>,
    /// How many faults more there are.
    pub further_faults: u64,
    /// Indexes that are missing or do not fit their pack. A cache: the next collection makes them again, and no answer
    /// depends on them.
    pub stale_indexes: Vec<PathBuf>,
    /// What interrupted writers left.
    pub leftovers: Vec<Leftover>,
    /// What of all this was not read now.
    pub read_before: Option<ReadBefore>,
}

/// What an interrupted reading had read, found sound, and looks as it did then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadBefore {
    /// How many of the objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the earliest of the readings began.
    pub since: FileTime,
}

/// Something in a store that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreFault {
    /// The file.
    pub path: PathBuf,
    /// Where in it: the first byte of the object, or of what no object explains.
    pub offset: u64,
    /// What is wrong there.
    pub kind: StoreFaultKind,
}

/// What is wrong at a place in a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreFaultKind {
    /// The bytes of an object are others than its name says.
    Corrupt {
        /// The name of the object.
        name: Digest,
        /// The SHA-256 of what is there.
        actual: Digest,
    },
    /// The object is cut off by the end of the file.
    Torn {
        /// The name of the object.
        name: Digest,
    },
    /// Bytes that are no part of an object, where a pack has a header, zeros or nothing.
    Foreign,
    /// The file cannot be read, or is none that a store makes.
    Unreadable {
        /// Why not.
        because: String,
    },
    /// The pack has lost members: what it holds is not what its name says.
    Incomplete,
}

impl StoreReport {
    /// Whether every byte is as it was written. Stale indexes and leftovers are no damage.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    pub(super) fn add(&mut self, found: Found) {
        self.objects += found.objects;
        self.bytes += found.bytes;
        for fault in found.faults {
            if self.faults.len() < FAULTS_MAX {
                self.faults.push(fault);
            } else {
                self.further_faults += 1;
            }
        }
    }

    pub(super) fn add_before(&mut self, objects: u64, bytes: u64, read_at: FileTime) {
        self.objects += objects;
        self.bytes += bytes;
        let before = self.read_before.get_or_insert(ReadBefore { objects: 0, bytes: 0, since: read_at });
        before.objects += objects;
        before.bytes += bytes;
        before.since = before.since.min(read_at);
    }
}

/// What one piece of work has found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) objects: u64,
    pub(super) bytes: u64,
    pub(super) faults: Vec<StoreFault>,
}

impl Found {
    pub(super) fn one(fault: StoreFault) -> Found {
        Found { faults: vec![fault], ..Found::default() }
    }

    pub(super) fn add(&mut self, other: Found) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.faults.extend(other.faults);
    }
}

pub(super) fn fault_of(path: &Path, error: &BlobError) -> StoreFault {
    let (path, because) = match error {
        BlobError::Io { path, source, .. } => (path.clone(), source.to_string()),
        BlobError::Stray { path } => (path.clone(), "no store makes such a file".to_owned()),
        other => (path.to_path_buf(), other.to_string()),
    };
    StoreFault { path, offset: 0, kind: StoreFaultKind::Unreadable { because } }
}

//! Collects files as evidence: plans what to take, hashes and keeps it, writes the manifest, indexes it, and verifies
//! it years later.
//!
//! The way of a collection, each step usable alone:
//!
//! 1. A [`Source`] says what is asked for; [`survey`] looks, opens nothing, and says what would be taken and what not.
//! 2. [`collect`] walks and reads every file once, keeps its bytes in a [`Blobs`] under their SHA-256, and stores a sorted
//!    manifest. One ledger entry, written by somebody else, then names that manifest. With [`Scans`] the next collection of
//!    the same tree reads only what has changed, and says what did.
//! 3. [`Index`] answers "where is this digest?", "what is in this collection?" and "which files are called so, or say
//!    so?". It is a cache: delete it and [`Index::rebuild`] makes it again from the manifests.
//! 4. [`verify`] reads every byte back and compares it with its name; [`verify_store`] reads whatever the store holds.
//!
//! Invariants, as absences: nothing here knows the ledger or what evidence means; nothing follows a symbolic link below
//! the root of a collection unless asked; nothing is left out without a [`Skipped`] that says so; no file that moved while
//! it was read gets into a manifest; memory does not grow with the size of a file or the number of files.

mod changes;
mod checksum;
mod collect;
mod copy;
mod flow;
mod index;
mod manifests;
mod names;
mod reader;
mod regular;
mod scan;
mod skipped;
mod source;
mod stamp;
mod steady;
mod store;
mod tree;
mod verify;
mod watch;

pub use changes::{Change, ChangeKind, Changes, Compared, Listener, compare};
pub use checksum::{Hashed, NotHashed, checksum, checksums};
pub use collect::{CollectError, Collected, Collecting, Keep, Remembering, Survey, collect, survey};
pub use index::{
    Absence, Addition, Collection, CollectionRow, Cursor, Difference, DigestPart, Document, Forgotten, Hit,
    INDEX_VERSION, Index, IndexError, IndexReport, Opened, PAGE_ROWS_MAX, Page, Query, QueryProblem, RowMark,
    TEXT_BYTES_MAX, TextCounts, TextFound, TextOutcome, TextsAbsent, TextsWanted, Total, Within, Words,
};
pub use manifests::{
    ManifestLines, ManifestReadError, ManifestWriteError, read_manifest, read_manifest_file, write_manifest,
};
pub use names::path_below;
pub use regular::open_without_waiting;
pub use scan::{Scans, TreeName};
pub use skipped::{Omitted, SkipReason, Skipped};
pub use source::{Source, SourceError};
pub use stamp::FileTime;
pub use steady::FILE_BYTES_MAX;
pub use store::{
    Audited, BlobError, Blobs, Bookmark, Each, Existing, FileBlobs, Hand, Leftover, MemoryBlobs, Names, ReadBefore,
    StoreFault, StoreFaultKind, StoreReport, Stored, conformance, go_on_verifying_store, verify_store,
};
pub use tree::{BadPattern, Selection};
pub use verify::{Artefact, Fault, FaultKind, Verified, verify};
pub use watch::{Progress, Stopped, Watch};

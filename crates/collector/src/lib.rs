//! Collects files as evidence: plans what to take, hashes and keeps it, writes the manifest, indexes it, and verifies
//! it years later.
//!
//! The way of a collection, each step usable alone:
//!
//! 1. [`plan_folder`] or [`plan_files`] looks, opens nothing, and says what would be taken and what would not, and why.
//! 2. [`collect`] reads every planned file once, keeps its bytes in a [`Blobs`] under their SHA-256, and stores a sorted
//!    manifest. One ledger entry, written by somebody else, then names that manifest.
//! 3. [`Index`] answers "where is this digest?" and "what is in this collection?". It is a cache: delete it and
//!    [`Index::rebuild`] makes it again from the manifests.
//! 4. [`verify`] reads every byte back and compares it with its name; [`verify_store`] reads whatever the store holds.
//!
//! Invariants, as absences: nothing here knows the ledger or what evidence means; nothing follows a symbolic link below
//! the root of a collection; nothing is left out without a [`Skipped`] that says so; no file that moved while it was
//! read gets into a manifest; memory does not grow with the size of a file.

mod checksum;
mod collect;
mod copy;
mod index;
mod manifests;
mod names;
mod regular;
mod skipped;
mod steady;
mod store;
mod verify;
mod walk;
mod watch;

pub use checksum::checksum;
pub use collect::{CollectError, Collected, collect};
pub use index::{
    CollectionRow, Difference, FileRow, INDEX_VERSION, Index, IndexError, IndexReport, Opened, PAGE_ROWS_MAX,
};
pub use manifests::{ManifestLines, ManifestReadError, ManifestWriteError, read_manifest, write_manifest};
pub use skipped::{SkipReason, Skipped};
pub use store::{
    BlobError, Blobs, Existing, FileBlobs, Hand, Leftover, MemoryBlobs, Names, StoreFault, StoreFaultKind, StoreReport,
    Stored, conformance, verify_store,
};
pub use verify::{Artefact, Fault, FaultKind, Verified, verify};
pub use walk::{DEPTH_MAX, ENTRIES_MAX, FILE_BYTES_MAX, Plan, PlanError, PlannedFile, plan_files, plan_folder};
pub use watch::{Progress, Stopped, Watch};

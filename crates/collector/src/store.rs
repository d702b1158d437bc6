//! Where the bytes of evidence are kept: write-once objects under their own SHA-256, on a disk or in memory.
//!
//! A collection of 200,000 small files must not become 200,000 files with a flush each. So `hand` appends small objects
//! to packs (`pack_writer`, `sealing`), which are plain tar archives (`pack`); everything else is a file of its own
//! (`loose`). `files` is both together behind the contract, `rewrite` removes bytes again, `reading` and `audit` read
//! everything back.
//!
//! Must never know what an object means.

mod audit;
mod audited;
mod checked;
pub mod conformance;
mod contract;
mod disk;
mod files;
mod filling;
mod filter;
mod hand;
mod hot;
mod incoming;
mod inventory;
mod loose;
mod memory;
mod pack;
mod pack_writer;
mod packs;
mod reading;
mod rewrite;
mod sealing;
mod steps;

pub use audit::{Bookmark, ReadBefore, StoreFault, StoreFaultKind, StoreReport, go_on_verifying_store, verify_store};
pub use audited::Audited;
pub(crate) use checked::CheckedReader;
pub use contract::{BlobError, Blobs, Each, Hand, Stored};
pub use files::{Existing, FileBlobs};
pub use inventory::{Leftover, Names};
pub use memory::MemoryBlobs;

//! The contract of a store of evidence: write-once objects, each named by the SHA-256 of its bytes.
//!
//! Must never hold anything about files, collections or meaning: to a store, an object is bytes.

use std::io::{self, Read};
use std::path::PathBuf;

use portreeve_model::Digest;

/// The name and size of an object that a store has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size_bytes: u64,
}

/// Write-once objects named by their own SHA-256. [`conformance::run`](crate::conformance::run) is this contract as a
/// program.
pub trait Blobs: Send + Sync {
    /// Takes the bytes of `source`, and returns once they would survive a power cut. An object that is there already is
    /// not written twice. No lock is held while `source` is read: reading it may itself put other objects.
    ///
    /// # Errors
    /// [`BlobError::Source`] if `source` fails, and then nothing has been added; otherwise whatever the store met.
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError>;

    /// A hand that puts many objects in a row: one for each thread. What it puts is sure to survive a power cut after the
    /// hand has finished and the next [`settle`](Self::settle) has returned.
    ///
    /// # Errors
    /// Whatever the store met.
    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError>;

    /// Makes every object put before this call survive a power cut.
    ///
    /// # Errors
    /// When that cannot be promised. Then nothing put since the last success may be relied upon.
    fn settle(&self) -> Result<(), BlobError> {
        Ok(())
    }

    /// Opens an object. The reader compares the bytes with the name and fails at the end, in place of reporting the
    /// end, with an [`io::Error`] that holds [`BlobError::Corrupt`]. Who stops before the end has checked nothing.
    ///
    /// # Errors
    /// [`BlobError::Missing`], or whatever the store met.
    fn open(&self, name: &Digest) -> Result<Box<dyn Read + Send>, BlobError>;

    /// The size of an object as the store has it, unverified; `None` if there is none of that name.
    ///
    /// # Errors
    /// Whatever the store met when it looked.
    fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError>;

    /// Whether there is an object of that name. Says nothing about its bytes.
    ///
    /// # Errors
    /// Whatever the store met when it looked.
    fn has(&self, name: &Digest) -> Result<bool, BlobError> {
        Ok(self.size_bytes(name)?.is_some())
    }

    /// Removes the bytes after an evidence-withdrawn entry; the name stays in the ledger. Removing what is not there is
    /// fine, so an interrupted withdrawal can be repeated.
    ///
    /// # Errors
    /// Whatever the store met.
    fn remove(&self, name: &Digest) -> Result<(), BlobError>;
}

/// Puts many objects, for one thread. Dropped before it has finished, it may or may not have kept what was put whole.
pub trait Hand: Send {
    /// Takes `bytes`, whose SHA-256 the caller has just computed.
    ///
    /// # Errors
    /// Whatever the store met.
    fn put(&mut self, digest: &Digest, bytes: &[u8]) -> Result<(), BlobError>;

    /// Takes the bytes of `source`, however many.
    ///
    /// # Errors
    /// [`BlobError::Source`] if `source` fails, and then nothing has been added; otherwise whatever the store met.
    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError>;

    /// Hands over what is still in hand.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn finish(self: Box<Self>) -> Result<(), BlobError>;
}

/// What can go wrong in a store. The text says what was attempted, on what; the source says why.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No object of that name.
    #[error("the store holds no object {name}")]
    Missing {
        /// The name that was asked for.
        name: Digest,
    },
    /// The bytes do not match the name.
    #[error("object {name} is damaged: its bytes have the SHA-256 {actual}")]
    Corrupt {
        /// The name that was asked for.
        name: Digest,
        /// The digest of what is there.
        actual: Digest,
    },
    /// What stands under the name is a link, a folder or another thing that no store made.
    #[error("what the store has in place of object {name} is not a regular file: {found}")]
    NotAnObject {
        /// The name that was asked for.
        name: Digest,
        /// What was found.
        found: String,
    },
    /// A file among the objects that no store made.
    #[error("{} is not an object of this store", .path.display())]
    Stray {
        /// Where it lies.
        path: PathBuf,
    },
    /// The bytes to be stored could not be read. The store itself is well.
    #[error("the bytes to be stored could not be read")]
    Source(#[source] io::Error),
    /// The folder is no store, or not a whole one.
    #[error("{} is not a store of evidence: it has no folder `{missing}`", .folder.display())]
    NotAStore {
        /// The folder that was opened.
        folder: PathBuf,
        /// What it lacks.
        missing: &'static str,
    },
    /// An earlier flush to disk failed. The system may have dropped those bytes, so a later success would prove nothing.
    #[error("the store could not flush its folders to disk earlier; reopen it and collect again")]
    Unsettled,
    /// The disk, the network or the system refused.
    #[error("could not {attempt} {}", .path.display())]
    Io {
        /// What was attempted, as a verb phrase.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl BlobError {
    /// Finds the store's own error inside an [`io::Error`] from a reader that [`Blobs::open`] returned.
    pub fn inside(error: &io::Error) -> Option<&BlobError> {
        error.get_ref()?.downcast_ref()
    }
}

//! The contract of a store of evidence: write-once objects, each named by the SHA-256 of its bytes.
//!
//! Must never hold anything about files, collections or meaning: to a store, an object is bytes.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use portreeve_model::Digest;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::Stopped;
use crate::copy::drain;
use crate::manifests::from_reader;
use crate::watch::is_set;

/// The name and size of an object that a store has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size_bytes: u64,
}

/// Takes an object that was opened, by its place among those that were asked for.
pub type Each<'a> = dyn FnMut(usize, &mut dyn Read) -> ControlFlow<()> + 'a;

/// Write-once objects named by their own SHA-256. [`conformance::run`](crate::conformance::run) is this contract as a
/// program.
pub trait Blobs: Send + Sync {
    /// Takes the bytes of `source`, and returns once they would survive a power cut. An object that is there already is
    /// not written twice. No lock is held while `source` is read: reading it may itself put other objects.
    ///
    /// # Errors
    /// [`BlobError::Source`] if `source` fails, and then nothing has been added; otherwise whatever the store met.
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError>;

    /// A hand for one thread that puts many objects. What several hands put at the same time is written once or, where
    /// they meet on the same object at the same instant, a few times.
    ///
    /// # Errors
    /// When the store cannot be written to.
    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError>;

    /// Makes every object survive a power cut that was put before this call, by [`put`](Self::put) or by a hand that
    /// has finished.
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

    /// Opens many objects, one after another in whatever order is quickest, and hands each to `each` with its place in
    /// `names`, as [`open`](Self::open) would have given it, until `each` wants no more.
    ///
    /// # Errors
    /// As [`open`](Self::open), for the first object that cannot be opened.
    fn open_all(&self, names: &[Digest], each: &mut Each<'_>) -> Result<(), BlobError> {
        for (number, name) in names.iter().enumerate() {
            if each(number, &mut *self.open(name)?).is_break() {
                break;
            }
        }
        Ok(())
    }

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

    /// The sizes of many objects, in the order of `names`, as [`size_bytes`](Self::size_bytes) has them; of an object that
    /// lies in two places, in either. Quick where objects are asked for in the order in which they were put.
    ///
    /// # Errors
    /// Whatever the store met when it looked.
    fn sizes(&self, names: &[Digest]) -> Result<Vec<Option<u64>>, BlobError> {
        names.iter().map(|name| self.size_bytes(name)).collect()
    }

    /// Removes the bytes after an evidence-withdrawn entry; the name stays in the ledger. Removing what is not there is
    /// fine, so an interrupted withdrawal can be repeated.
    ///
    /// # Errors
    /// Whatever the store met.
    fn remove(&self, name: &Digest) -> Result<(), BlobError>;

    /// Removes many objects: for a store that keeps several in one file, in far less time than one by one.
    ///
    /// # Errors
    /// As [`remove`](Self::remove). Some may have been removed then, and it can be repeated.
    fn remove_all(&self, names: &[Digest]) -> Result<(), BlobError> {
        names.iter().try_for_each(|name| self.remove(name))
    }

    /// Reads many objects to their ends and compares each with its name, on all cores and in whatever order is quickest;
    /// the answers come in the order of `names`: the size, or what [`open`](Self::open) and reading would have met.
    ///
    /// # Errors
    /// When `stop` was set meanwhile.
    fn check_all(&self, names: &[Digest], stop: Option<&AtomicBool>) -> Result<Vec<Result<u64, BlobError>>, Stopped> {
        let check = |name: &Digest| if is_set(stop) { Err(Stopped) } else { Ok(check(self, name)) };
        names.par_iter().map(check).collect()
    }
}

/// Puts many objects, from one thread. Made by [`Blobs::hand`].
///
/// Nothing that a hand has put is sure to be there before it has finished; it survives a power cut once the store is
/// settled after that. A hand that is dropped unfinished keeps what it has put where it can: a collection that was
/// stopped goes on from there.
pub trait Hand: Send {
    /// Puts bytes whose SHA-256 the caller has just computed: `digest` is believed.
    ///
    /// # Errors
    /// Whatever the store met. Then the work of all hands has come to nothing that can be relied upon.
    fn put(&mut self, digest: &Digest, bytes: &[u8]) -> Result<(), BlobError>;

    /// Puts what `source` gives, however long, hashing it on the way.
    ///
    /// # Errors
    /// [`BlobError::Source`] if `source` fails, and then nothing has been added and the hand can go on; otherwise as
    /// [`put`](Self::put).
    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError>;

    /// Ends the work of this hand: everything it has put has its name.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    fn finish(self: Box<Self>) -> Result<(), BlobError>;
}

/// Reads one object to its end; says how many bytes it has.
pub(super) fn check<B: Blobs + ?Sized>(blobs: &B, name: &Digest) -> Result<u64, BlobError> {
    let mut reader = blobs.open(name)?;
    drain(&mut reader, |_| ()).map_err(from_reader)
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
    /// An earlier write or flush to disk failed. The system may have dropped those bytes, so a later success would prove
    /// nothing: the store has to be opened again.
    #[error("the store writes no more after it failed once: {because}")]
    Unsettled {
        /// What failed first.
        because: String,
    },
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

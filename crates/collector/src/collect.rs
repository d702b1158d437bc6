//! Carrying out a plan: every file read once, hashed and kept on the way, the manifest written as they come.
//!
//! The manifest is the stream and the files are what makes it: the store asks for the next piece of the manifest, the
//! next batch of files is read by all cores, and their lines are that piece. So at any time one batch of lines is held,
//! whatever the number of files; and objects are settled before the manifest that names them is.
//!
//! Must never put a file into the manifest that changed while it was read, or drop one without listing it.

use std::io::Read;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use portreeve_model::manifest::{ManifestError, ManifestLine};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::manifests::{ManifestWriteError, write_manifest};
use crate::steady::{NotRead, read_steadily};
use crate::watch::is_set;
use crate::{BlobError, Blobs, Hand, Plan, PlannedFile, Progress, SkipReason, Skipped, Stored, Watch};

/// How many files are read between two pieces of the manifest. Enough to keep every core busy to the end of a batch of
/// small files; one large file in a batch is read by one core, and the others wait for it.
const BATCH_FILES: usize = 1024;

/// What a collection has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// The stored manifest.
    pub manifest: Stored,
    /// How many files it lists.
    pub files: u64,
    /// Their bytes together, each file counted, even if two hold the same.
    pub bytes: u64,
    /// Everything that was met and not taken, sorted by path: what the plan listed, and what could not be read.
    pub skipped: Vec<Skipped>,
}

impl Collected {
    /// What was asked for and is not in the manifest: unreadable, changed, gone, too large, too deep.
    pub fn gaps(&self) -> impl Iterator<Item = &Skipped> {
        self.skipped.iter().filter(|skipped| skipped.reason.leaves_a_gap())
    }

    /// Whether everything that was asked for is in the manifest.
    pub fn is_complete(&self) -> bool {
        self.gaps().next().is_none()
    }
}

/// Why a collection came to nothing. Objects it had stored remain, named by nothing; collecting again finds them there.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The caller stopped it.
    #[error("the collection was stopped before the end, as asked")]
    Stopped,
    /// The store failed.
    #[error("the store could not take the collection")]
    Store(#[source] BlobError),
    /// The plan was out of order: a mistake in this program.
    #[error("the plan of the collection was out of order")]
    Order(#[source] ManifestError),
}

/// Reads every file of `plan`, keeps the bytes in `blobs`, and stores the manifest last. A file that cannot be read is
/// listed and the rest goes on; whether an incomplete collection is good enough is the caller's to decide.
///
/// # Errors
/// When the store fails, or the work was stopped. Nothing refers to what was stored by then.
pub fn collect(plan: &Plan, blobs: &dyn Blobs, watch: Watch<'_>) -> Result<Collected, CollectError> {
    let mut batches = Batches {
        plan,
        blobs,
        watch,
        rest: plan.files(),
        ready: Vec::new().into_iter(),
        hands: Hands::new(blobs),
        done: Progress { files: 0, bytes: 0 },
        skipped: plan.skipped().to_vec(),
    };
    let manifest = write_manifest(&mut batches, blobs).map_err(|error| match error {
        ManifestWriteError::Line(error) => error,
        ManifestWriteError::Order(error) => CollectError::Order(error),
        ManifestWriteError::Store(error) => CollectError::Store(error),
    })?;
    let Batches { mut skipped, done, .. } = batches;
    skipped.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(Collected { manifest, files: done.files, bytes: done.bytes, skipped })
}

/// The lines of the manifest, made a batch at a time.
struct Batches<'a> {
    plan: &'a Plan,
    blobs: &'a dyn Blobs,
    hands: Hands<'a>,
    watch: Watch<'a>,
    rest: &'a [PlannedFile],
    ready: std::vec::IntoIter<ManifestLine>,
    done: Progress,
    skipped: Vec<Skipped>,
}

impl Batches<'_> {
    /// Reads the next batch in parallel, then takes its outcomes in the order of the plan.
    fn read_batch(&mut self) -> Result<(), CollectError> {
        let (batch, rest) = self.rest.split_at(self.rest.len().min(BATCH_FILES));
        self.rest = rest;
        let (root, hands, stop) = (&self.plan.root, &self.hands, self.watch.stop);
        let keep = |file: &PlannedFile| keep(root, file, hands, stop);
        let outcomes = batch.par_iter().map(keep).collect::<Result<Vec<_>, CollectError>>()?;
        let mut lines = Vec::with_capacity(outcomes.len());
        for (file, outcome) in batch.iter().zip(outcomes) {
            match outcome {
                Ok(stored) => {
                    self.done.files += 1;
                    self.done.bytes += stored.size_bytes;
                    lines.push(ManifestLine { digest: stored.digest, path: file.path.clone() });
                }
                Err(reason) => self.skipped.push(Skipped { path: file.path.display().to_string(), reason }),
            }
        }
        self.ready = lines.into_iter();
        self.watch.report(self.done);
        Ok(())
    }
}

/// Reads one file into the store. The outer error ends the collection, the inner one is listed.
fn keep(
    root: &std::path::Path,
    file: &PlannedFile,
    hands: &Hands<'_>,
    stop: Option<&AtomicBool>,
) -> Result<Result<Stored, SkipReason>, CollectError> {
    if is_set(stop) {
        return Err(CollectError::Stopped);
    }
    match read_steadily(root, &file.path, stop, |source| hands.put_from(source)) {
        Ok(stored) => Ok(Ok(stored)),
        Err(NotRead::Skip(reason)) => Ok(Err(reason)),
        Err(NotRead::Stopped) => Err(CollectError::Stopped),
        Err(NotRead::Store(error)) => Err(CollectError::Store(error)),
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<ManifestLine, CollectError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(line) = self.ready.next() {
                return Some(Ok(line));
            }
            if self.rest.is_empty() {
                return self
                    .hands
                    .finish()
                    .and_then(|()| self.blobs.settle())
                    .err()
                    .map(|error| Err(CollectError::Store(error)));
            }
            if let Err(error) = self.read_batch() {
                return Some(Err(error));
            }
        }
    }
}

/// A hand for each thread that reads, made when it first has something to put.
struct Hands<'a> {
    blobs: &'a dyn Blobs,
    free: Mutex<Vec<Box<dyn Hand + 'a>>>,
}

impl<'a> Hands<'a> {
    fn new(blobs: &'a dyn Blobs) -> Hands<'a> {
        Hands { blobs, free: Mutex::default() }
    }

    fn put_from(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let free = || self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let found = free().pop();
        let mut hand = found.map_or_else(|| self.blobs.hand(), Ok)?;
        let outcome = hand.put_from(source);
        free().push(hand);
        outcome
    }

    fn finish(&self) -> Result<(), BlobError> {
        let hands = std::mem::take(&mut *self.free.lock().unwrap_or_else(PoisonError::into_inner));
        hands.into_iter().try_for_each(Hand::finish)
    }
}

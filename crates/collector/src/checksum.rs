//! The SHA-256 of files as they lie on the disk, without keeping anything.
//!
//! Must never store anything.

use std::path::Path;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestLine;

use crate::flow::usual_workers;
use crate::reader::{Ended, Event, Nowhere, Reader, digest_of, events};
use crate::source::locate;
use crate::steady::{Bytes, NotRead, Reading};
use crate::{BlobError, Omitted, Progress, SkipReason, Source, Stopped, Stored, Watch};

/// Hashes one file under the same precautions as a collection: no link is followed, no pipe waited for, and a file that
/// moves is not answered for.
///
/// # Errors
/// Why the file was not read.
pub fn checksum(path: impl AsRef<Path>) -> Result<Stored, SkipReason> {
    let located = locate(path.as_ref())?;
    let reading = Reading { keep_out: &[], stop: None, follow: false, pace: None };
    // Room for one byte: every file is a stream, so that nothing is held for one that is small.
    let hashed = reading.read(&located.folder, located.name(), &mut [0], |bytes| match bytes {
        Bytes::Whole(bytes) => Ok(Digest::of(bytes)),
        Bytes::Stream(stream) => digest_of(stream),
    });
    match hashed {
        Ok((digest, stamp)) => Ok(Stored { digest, size_bytes: stamp.size_bytes }),
        Err(NotRead::Skip(reason)) => Err(reason),
        // Neither can come from hashing: there is no store, and nobody was given the means to stop it.
        Err(NotRead::Store(error)) => Err(SkipReason::Unreadable { because: error.to_string() }),
        Err(NotRead::Stopped) => Err(SkipReason::Unreadable { because: "stopped".to_owned() }),
    }
}

/// What [`checksums`] came upon besides the files it hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hashed {
    /// How many files.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
    /// What was met and not hashed.
    pub omitted: Omitted,
}

/// Hashes every file of `source` on all cores and hands the lines of its manifest to `each`, in order and each with its
/// size in bytes, without keeping anything.
///
/// # Errors
/// When it was stopped, or `each` fails.
pub fn checksums<E>(
    source: &Source,
    watch: Watch<'_>,
    mut each: impl FnMut(&ManifestLine, u64) -> Result<(), E>,
) -> Result<Hashed, NotHashed<E>> {
    let reader = Reader { source, workers: usual_workers(), watch };
    let mut hashed = Hashed::default();
    reader.read(None, &Nowhere, |steps| {
        for event in events(steps) {
            match event.map_err(NotHashed::of)? {
                Event::Passed(passed) => hashed.omitted.note(passed.into()),
                Event::File(path, found) => {
                    hashed.files += 1;
                    hashed.bytes += found.stamp.size_bytes;
                    each(&ManifestLine { digest: found.digest, path }, found.stamp.size_bytes)
                        .map_err(NotHashed::Told)?;
                    watch.report(Progress { files: hashed.files, bytes: hashed.bytes });
                }
            }
        }
        Ok(())
    })?;
    Ok(hashed)
}

/// Why [`checksums`] did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum NotHashed<E> {
    /// The caller stopped it.
    #[error(transparent)]
    Stopped(Stopped),
    /// Whoever was told failed.
    #[error(transparent)]
    Told(E),
    /// A store failed, where none is used: a mistake in this program.
    #[error(transparent)]
    Store(BlobError),
}

impl<E> NotHashed<E> {
    fn of(ended: Ended) -> NotHashed<E> {
        match ended {
            Ended::Stopped => NotHashed::Stopped(Stopped),
            Ended::Store(error) => NotHashed::Store(error),
        }
    }
}

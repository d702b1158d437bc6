//! Reading everything back: every object that is named somewhere, every byte, compared with its name.
//!
//! Must never trust a size, a time, the index or an earlier verification, and never stop at the first fault.

use std::collections::HashSet;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;

use crate::manifests::read_manifest;
use crate::{BlobError, Blobs, Progress, Stopped, Watch};

/// How many objects are read between two reports of progress: enough that those which lie side by side in a pack are read
/// side by side, and at some 200 bytes a name and path less than 1 MB.
const BATCH_OBJECTS: usize = 4096;

/// How many names are remembered so that an object named by many manifests is read once: 200,000 are 262,144 places of 33
/// bytes, 9 MB. Beyond that an object may be read again, which costs time and changes no answer.
const REMEMBERED_MAX: usize = 200_000;

/// How many faults are listed one by one; the rest are counted. A store with more is to be restored, not read about.
const FAULTS_MAX: usize = 10_000;

/// An object that should be there, on the word of a ledger entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Its name.
    pub digest: Digest,
    /// Its size, where the entry says it.
    pub size_bytes: Option<u64>,
}

/// The outcome of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many objects were read or looked for.
    pub objects: u64,
    /// How many bytes were read back.
    pub bytes: u64,
    /// What is wrong: first what no manifest names, then by path; at most 10,000.
    pub faults: Vec<Fault>,
    /// How many faults more there are.
    pub further_faults: u64,
}

impl Verified {
    /// Whether every object is there, and is what its name says.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// An object that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The name of the object: the SHA-256 that its bytes should have.
    pub digest: Digest,
    /// The first manifest that lists it, and the path there; `None` for a manifest, or an artefact of its own.
    pub listed: Option<(Digest, ManifestPath)>,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not there.
    Missing,
    /// Its bytes are others than its name says.
    Corrupt {
        /// The SHA-256 of what is there.
        actual: Digest,
    },
    /// Its bytes match its name, but it has not the size that was recorded.
    WrongSize {
        /// The recorded size.
        expected: u64,
        /// Its size.
        actual: u64,
    },
    /// It is there and cannot be read.
    Unreadable {
        /// Why not.
        because: String,
    },
    /// It is sound, but no manifest of this program, so what it lists could not all be checked.
    NotAManifest {
        /// Which line, and what is wrong with it.
        because: String,
    },
}

/// Reads back every one of `artefacts`, every one of `manifests`, and everything that those list.
///
/// # Errors
/// When the work was stopped: half a verification is no verification.
pub fn verify(
    artefacts: impl IntoIterator<Item = Artefact>,
    manifests: impl IntoIterator<Item = Digest>,
    blobs: &dyn Blobs,
    watch: Watch<'_>,
) -> Result<Verified, Stopped> {
    let mut work = Verification { blobs, watch, seen: HashSet::new(), batch: Vec::new(), found: Verified::nothing() };
    for artefact in artefacts {
        work.add(Expected { digest: artefact.digest, size_bytes: artefact.size_bytes, listed: None })?;
    }
    for manifest in manifests {
        work.add(Expected { digest: manifest, size_bytes: None, listed: None })?;
        work.read_batch()?;
        work.add_lines(&manifest)?;
    }
    work.read_batch()?;
    let mut found = work.found;
    found.faults.sort_by(|left, right| {
        let key = |fault: &Fault| (fault.listed.as_ref().map(|(_, path)| path.clone()), fault.digest);
        key(left).cmp(&key(right))
    });
    Ok(found)
}

impl Verified {
    const fn nothing() -> Verified {
        Verified { objects: 0, bytes: 0, faults: Vec::new(), further_faults: 0 }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.further_faults += 1;
        }
    }
}

struct Expected {
    digest: Digest,
    size_bytes: Option<u64>,
    listed: Option<(Digest, ManifestPath)>,
}

struct Verification<'a> {
    blobs: &'a dyn Blobs,
    watch: Watch<'a>,
    seen: HashSet<Digest>,
    batch: Vec<Expected>,
    found: Verified,
}

impl Verification<'_> {
    fn add(&mut self, expected: Expected) -> Result<(), Stopped> {
        // With a size to compare an object is read even if it was read before: another entry may record another size.
        if expected.size_bytes.is_none() && self.seen.contains(&expected.digest) {
            return Ok(());
        }
        if self.seen.len() < REMEMBERED_MAX {
            self.seen.insert(expected.digest);
        }
        self.batch.push(expected);
        if self.batch.len() == BATCH_OBJECTS { self.read_batch() } else { Ok(()) }
    }

    fn add_lines(&mut self, manifest: &Digest) -> Result<(), Stopped> {
        // A manifest that is missing or damaged has been reported as an object.
        let Ok(lines) = read_manifest(manifest, self.blobs) else { return Ok(()) };
        for line in lines {
            match line {
                Ok(line) => {
                    let listed = Some((*manifest, line.path));
                    self.add(Expected { digest: line.digest, size_bytes: None, listed })?;
                }
                Err(error) if self.found.faults.iter().any(|fault| fault.digest == *manifest) => drop(error),
                Err(error) => {
                    let because =
                        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                    self.found.fault(Fault {
                        digest: *manifest,
                        listed: None,
                        kind: FaultKind::NotAManifest { because },
                    });
                }
            }
        }
        Ok(())
    }

    fn read_batch(&mut self) -> Result<(), Stopped> {
        let batch = std::mem::take(&mut self.batch);
        let names: Vec<Digest> = batch.iter().map(|expected| expected.digest).collect();
        let outcomes = self.blobs.check_all(&names, self.watch.stop)?;
        for (expected, outcome) in batch.into_iter().zip(outcomes) {
            self.found.objects += 1;
            match judge(&expected, outcome) {
                Ok(size_bytes) => self.found.bytes += size_bytes,
                Err(kind) => self.found.fault(Fault { digest: expected.digest, listed: expected.listed, kind }),
            }
        }
        self.watch.report(Progress { files: self.found.objects, bytes: self.found.bytes });
        Ok(())
    }
}

fn judge(expected: &Expected, read: Result<u64, BlobError>) -> Result<u64, FaultKind> {
    match (read, expected.size_bytes) {
        (Ok(actual), Some(expected)) if actual != expected => Err(FaultKind::WrongSize { expected, actual }),
        (Ok(actual), _) => Ok(actual),
        (Err(BlobError::Missing { .. }), _) => Err(FaultKind::Missing),
        (Err(BlobError::Corrupt { actual, .. }), _) => Err(FaultKind::Corrupt { actual }),
        (Err(BlobError::Source(error)), _) => Err(FaultKind::Unreadable { because: error.to_string() }),
        (Err(BlobError::Io { source, .. }), _) => Err(FaultKind::Unreadable { because: source.to_string() }),
        (Err(other), _) => Err(FaultKind::Unreadable { because: other.to_string() }),
    }
}

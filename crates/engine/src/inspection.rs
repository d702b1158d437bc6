//! Comparing a collection with the place it came from, without recording anything: what a re-scan would find if it read
//! every byte.
//!
//! Must never write an entry or keep a byte. What it has read is remembered, so that an interrupted inspection goes on.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use portreeve_collector::{Changes, Keep, Omitted, Watch};
use portreeve_model::Refusal;
use portreeve_model::reference::EvidenceId;

use crate::clock;
use crate::error::EngineError;
use crate::evidence::{Files, Taking};
use crate::session::Session;

/// What an inspection of a place found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The folder that was inspected.
    pub folder: PathBuf,
    /// How many files there are.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
    /// How many of them were read now; the others by the inspection that was interrupted.
    pub read: u64,
    /// What is different from the collection.
    pub changes: Changes,
    /// What was met and not read.
    pub omitted: Omitted,
}

/// How an inspection is made.
#[derive(Clone, Copy, Default)]
pub struct Inspecting<'a> {
    /// Where the folder is now, if it is not where it was.
    pub from: Option<&'a Path>,
    /// The most bytes that are read in a second, to spare a busy server.
    pub bytes_per_second: Option<NonZeroU64>,
    /// How the caller follows it, and stops it.
    pub watch: Watch<'a>,
}

impl Session {
    /// Reads every file where `id` was collected and compares it with what was collected.
    ///
    /// # Errors
    /// When the evidence is no collection of a folder, the folder cannot be looked at, or it was stopped.
    pub fn inspect(&self, id: &EvidenceId, how: Inspecting<'_>) -> Result<Inspection, EngineError> {
        let held = self.register().evidence.get(id);
        let held = held.ok_or_else(|| Refusal::Unknown { noun: "evidence", id: id.to_string() })?;
        let collection = held.collection.clone().unwrap_or_default();
        let was = collection.folder.as_ref().map(|folder| PathBuf::from(folder.as_str()));
        let folder = how.from.map(Path::to_owned).or(was);
        let folder = folder.ok_or_else(|| EngineError::NoFolder { evidence: id.clone() })?;
        let pace = how.bytes_per_second.map(Pace::new);
        let spend = |bytes| pace.iter().for_each(|pace| pace.spend(bytes));
        let files = Files::Folder(folder.clone(), collection.part);
        let taking = Taking {
            read_all: true,
            after: Some(id),
            watch: Watch { pace: Some(&spend), ..how.watch },
            ..Taking::all(&files)
        };
        let found = self.walk(&taking, Keep::Nothing, true, None)?;
        let changes = found.changes.unwrap_or_default();
        let (files, bytes, read) = (found.files, found.bytes, found.read);
        Ok(Inspection { folder, files, bytes, read, changes, omitted: found.omitted })
    }
}

/// Keeps several threads together below a rate.
struct Pace {
    bytes_per_second: NonZeroU64,
    begun: Instant,
    bytes: AtomicU64,
}

impl Pace {
    fn new(bytes_per_second: NonZeroU64) -> Pace {
        Pace { bytes_per_second, begun: clock::stopwatch(), bytes: AtomicU64::new(0) }
    }

    /// Waits until so many bytes more are due.
    fn spend(&self, bytes: u64) {
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if let Some(early) = due(bytes, self.bytes_per_second).checked_sub(self.begun.elapsed()) {
            thread::sleep(early);
        }
    }
}

/// When so many bytes may have been read, counted from the beginning.
fn due(bytes: u64, bytes_per_second: NonZeroU64) -> Duration {
    let nanoseconds = u128::from(bytes) * 1_000_000_000 / u128::from(bytes_per_second.get());
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_due_at_their_rate_and_no_sum_overflows() {
        let rate = NonZeroU64::new(1_000).unwrap();
        assert_eq!(due(2_500, rate), Duration::from_millis(2_500));
        assert_eq!(due(0, rate), Duration::ZERO);
        assert_eq!(due(u64::MAX, NonZeroU64::MIN), Duration::from_nanos(u64::MAX));
    }
}

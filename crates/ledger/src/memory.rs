//! A log in memory: for tests, and the simplest statement of what a log does.
//!
//! It must never be kinder than a stored log: the same limits, the same conflicts, the same refusals.

use std::sync::{PoisonError, RwLock};

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::kept::check_checkpoint;
use crate::merkle::{Frontier, leaf_hash};
use crate::{AppendError, Head, Log, LogError, READ_BYTES_MAX, Stored, check_batch};

/// A log that lasts as long as the process.
#[derive(Debug)]
pub struct MemoryLog {
    kept: RwLock<Kept>,
}

#[derive(Debug)]
struct Kept {
    entries: Vec<(Vec<u8>, Digest)>,
    frontier: Frontier,
    checkpoints: Vec<String>,
}

impl MemoryLog {
    /// A log without entries.
    pub const fn new() -> MemoryLog {
        let kept = Kept { entries: Vec::new(), frontier: Frontier::empty(), checkpoints: Vec::new() };
        MemoryLog { kept: RwLock::new(kept) }
    }

    fn read_kept<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        // A panic elsewhere cannot leave half an append behind: every change below is made after the last check.
        look(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for MemoryLog {
    fn default() -> MemoryLog {
        MemoryLog::new()
    }
}

impl Kept {
    fn head(&self) -> Head {
        Head { size: self.frontier.size(), root: self.frontier.root() }
    }
}

impl Log for MemoryLog {
    fn head(&self) -> Result<Head, LogError> {
        Ok(self.read_kept(Kept::head))
    }

    fn read(&self, start: EntryNumber, limit: u32) -> Result<Vec<Vec<u8>>, LogError> {
        let start = usize::try_from(start.index()).unwrap_or(usize::MAX);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut bytes = 0_usize;
        Ok(self.read_kept(|kept| {
            let entries = kept.entries.iter().skip(start).take(limit).map(|(entry, _)| entry);
            let fits = |entry: &&Vec<u8>| {
                let first = bytes == 0;
                bytes = bytes.saturating_add(entry.len().max(1));
                first || bytes <= READ_BYTES_MAX
            };
            entries.take_while(fits).cloned().collect()
        }))
    }

    fn append(&self, expected: LogSize, entries: &[Vec<u8>]) -> Result<Head, AppendError> {
        check_batch(entries)?;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let holds = kept.frontier.size();
        if holds != expected {
            return Err(AppendError::Conflict { holds });
        }
        for entry in entries {
            let leaf = leaf_hash(entry);
            kept.frontier.push(leaf);
            kept.entries.push((entry.clone(), leaf));
        }
        Ok(kept.head())
    }

    fn keep_checkpoint(&self, note: &str) -> Result<(), LogError> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        check_checkpoint(note, &kept.head())?;
        if !kept.checkpoints.iter().any(|held| held == note) {
            kept.checkpoints.push(note.to_owned());
        }
        Ok(())
    }

    fn checkpoints(&self) -> Result<Vec<String>, LogError> {
        Ok(self.read_kept(|kept| kept.checkpoints.clone()))
    }

    fn audit(&self, visit: &mut dyn FnMut(Stored<'_>)) -> Result<(), LogError> {
        self.read_kept(|kept| {
            visit(Stored::Head(Ok(kept.head())));
            for (number, note) in (0..).zip(&kept.checkpoints) {
                visit(Stored::Checkpoint { number, note: Some(note) });
            }
            for (number, (entry, leaf)) in (0..).zip(&kept.entries) {
                visit(Stored::Entry { number, bytes: Some(entry), leaf: Some(*leaf) });
            }
        });
        Ok(())
    }
}

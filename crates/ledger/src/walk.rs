//! Reading a log from end to end without holding it in memory.
//!
//! It must never mistake a short batch for the end of the log.

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::merkle::leaf_hash;
use crate::{LineHasher, LinesDigest, Log, LogError};

/// How many entries are asked for at once; the bytes are bounded by [`READ_BYTES_MAX`](crate::READ_BYTES_MAX).
const BATCH: u32 = 4096;

/// Gives the entries from `start` to just before the end of `size` to `visit`, in order, batch by batch.
///
/// # Errors
/// When the log fails, or holds fewer than `size` entries; or the first error of `visit`.
pub fn each_entry<E: From<LogError>>(
    log: &dyn Log,
    start: EntryNumber,
    size: LogSize,
    mut visit: impl FnMut(EntryNumber, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut next = start.index();
    while next < size.count() {
        let left = u32::try_from(size.count() - next).unwrap_or(u32::MAX);
        let batch = log.read(EntryNumber::new(next), BATCH.min(left))?;
        if batch.is_empty() {
            return Err(LogError::damaged(format!("it ends after {next} entries where {size} were expected")).into());
        }
        for entry in &batch {
            visit(EntryNumber::new(next), entry)?;
            next += 1;
        }
    }
    Ok(())
}

/// The leaf hashes of the first `size` entries, computed from the entries themselves: 32 bytes each, what proofs are
/// made from.
///
/// # Errors
/// When the log fails, or holds fewer than `size` entries.
pub fn leaf_hashes(log: &dyn Log, size: LogSize) -> Result<Vec<Digest>, LogError> {
    let mut leaves = Vec::new();
    each_entry(log, EntryNumber::new(0), size, |_, entry| {
        leaves.push(leaf_hash(entry));
        Ok::<(), LogError>(())
    })?;
    Ok(leaves)
}

/// The digest of the first `size` entries written as lines.
///
/// # Errors
/// When the log fails, or holds fewer than `size` entries.
pub fn lines_digest(log: &dyn Log, size: LogSize) -> Result<LinesDigest, LogError> {
    let mut lines = LineHasher::new();
    each_entry(log, EntryNumber::new(0), size, |_, entry| {
        lines.push(entry);
        Ok::<(), LogError>(())
    })?;
    Ok(lines.digest())
}

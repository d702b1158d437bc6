//! What finds rows by their digest: the first eight bytes of it, and the row.
//!
//! Digests have no order, and putting them one by one into a table of millions touches a page of it for each. So they are
//! held, sorted, and put in one sweep. Must never be left behind by a collection that is in the index.

use rusqlite::Transaction;

use super::IndexError;
use super::insert::Insert;

/// How many are held: a quarter of a million at 16 bytes are 4 MiB.
const HELD_MAX: usize = 256 * 1024;

/// Rows that cannot be found by their digest yet.
#[derive(Debug, Default)]
pub(super) struct Heads(Vec<(i64, i64)>);

impl Heads {
    /// Takes the first eight bytes of a digest, as a number, and its row.
    pub(super) fn push(&mut self, transaction: &Transaction<'_>, head: i64, row: i64) -> Result<(), IndexError> {
        self.0.push((head, row));
        if self.0.len() == HELD_MAX { self.put(transaction) } else { Ok(()) }
    }

    /// Puts what is held.
    pub(super) fn put(&mut self, transaction: &Transaction<'_>) -> Result<(), IndexError> {
        self.0.sort_unstable();
        Insert::into(transaction, "by_head", &["key", "file"])?.rows(&self.0, |(head, row), values| {
            values.push(head)?;
            values.push(row)
        })?;
        self.0.clear();
        Ok(())
    }
}

//! What finds rows by their digest: the first eight bytes of it, and the row.
//!
//! Digests have no order, and putting them one by one into a table of millions touches a page of it for each. So they are
//! held, sorted, and put in one sweep. Must never be left behind by a collection that is in the index.

use rusqlite::Transaction;

use super::IndexError;

/// How many are held: a million at 16 bytes are 16 MB.
const HELD_MAX: usize = 1_000_000;

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
        let mut insert = transaction.prepare_cached("INSERT INTO by_head (key, file) VALUES (?1, ?2)")?;
        self.0.sort_unstable();
        for pair in self.0.drain(..) {
            insert.execute(pair)?;
        }
        Ok(())
    }
}

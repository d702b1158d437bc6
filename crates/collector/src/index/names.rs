//! The words of names, by which rows are found.
//!
//! They are made from the files, and what came later is added before the next question that needs it, so that collecting
//! does not pay for it. Must never be asked while rows are missing.

use rusqlite::{Transaction, TransactionBehavior};

use super::marks::{Mark, last_row};
use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Progress, Stopped, Watch};

/// How many names are added in one transaction.
const NAMED_ROWS: i64 = 100_000;

/// How many names are added before somebody can stop it.
const GLANCE_ROWS: u64 = 1_000;

impl Index {
    /// Adds the names that are missing.
    pub(super) fn add_names(&mut self, watch: Watch<'_>) -> Result<(), IndexError> {
        let (mut marked, last) = (Mark::Names.row(&self.connection)?, last_row(&self.connection)?);
        while marked < last {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Somebody else may have done it meanwhile.
            marked = Mark::Names.row(&transaction)?;
            let to = last.min(marked + NAMED_ROWS);
            if marked < to {
                add(&transaction, marked, to, watch)?;
                Mark::Names.advance(&transaction, to)?;
                transaction.commit()?;
                marked = to;
            }
            watch.report(Progress { files: marked.unsigned_abs(), bytes: 0 });
        }
        Ok(())
    }
}

/// Names that are not UTF-8 are found by those of their words that are.
fn add(transaction: &Transaction<'_>, after: i64, to: i64, watch: Watch<'_>) -> Result<(), IndexError> {
    let mut query = transaction.prepare_cached("SELECT id, path FROM files WHERE id > ?1 AND id <= ?2 ORDER BY id")?;
    let mut insert = transaction.prepare_cached("INSERT INTO names (rowid, path) VALUES (?1, ?2)")?;
    let mut rows = query.query((after, to))?;
    let mut done = 0;
    while let Some(row) = rows.next()? {
        if done % GLANCE_ROWS == 0 && is_set(watch.stop) {
            return Err(Stopped.into());
        }
        let path = row.get_ref(1)?.as_blob().map_err(|error| IndexError::damaged(error.to_string()))?;
        insert.execute((row.get::<_, i64>(0)?, String::from_utf8_lossy(path)))?;
        done += 1;
    }
    Ok(())
}

//! What finds rows by something else than their path: by size, time, and by the words of their names.
//!
//! Each is made from the files, in the order of what it is found by, up to a row that is marked; what came later is added
//! before the next question that needs it, so that collecting does not pay for it. Must never answer while rows are
//! missing from it.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Progress, Stopped, Watch};

/// How many rows are added before somebody can stop it: a second or two of sorting.
const SORTED_ROWS: i64 = 1_000_000;

/// How many names are added in one transaction.
const NAMED_ROWS: i64 = 100_000;

/// How many names are added before somebody can stop it.
const GLANCE_ROWS: u64 = 1_000;

/// A way to find rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// By size.
    Size,
    /// By when the bytes were last written.
    Modified,
    /// By the words of the path.
    Names,
}

impl Side {
    pub(super) const fn table(self) -> &'static str {
        match self {
            Side::Size => "by_size",
            Side::Modified => "by_modified",
            Side::Names => "names",
        }
    }

    /// The column it is made from.
    pub(super) const fn column(self) -> &'static str {
        match self {
            Side::Size => "size_bytes",
            Side::Modified => "modified",
            Side::Names => "path",
        }
    }
}

impl Index {
    /// Adds what is missing from one of the ways to find rows.
    pub(super) fn caught_up_with(&mut self, side: Side, watch: Watch<'_>) -> Result<(), IndexError> {
        let (mut marked, last) = (mark(&self.connection, side)?, last_row(&self.connection)?);
        let mut done = Progress { files: marked.unsigned_abs(), bytes: 0 };
        let step = if side == Side::Names { NAMED_ROWS } else { SORTED_ROWS };
        while marked < last {
            if is_set(watch.stop) {
                return Err(Stopped.into());
            }
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Somebody else may have done it meanwhile.
            marked = mark(&transaction, side)?;
            let to = last.min(marked + step);
            if marked < to {
                add(&transaction, side, marked, to, || !is_set(watch.stop))?;
                transaction.commit()?;
                marked = to;
            }
            done.files = marked.unsigned_abs();
            watch.report(done);
        }
        Ok(())
    }
}

/// Up to which row it is made.
pub(super) fn mark(connection: &Connection, side: Side) -> Result<i64, IndexError> {
    let sql = "SELECT coalesce(max(file), 0) FROM marks WHERE of = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([side.table()], |row| row.get(0))?)
}

fn last_row(connection: &Connection) -> Result<i64, IndexError> {
    Ok(connection.prepare_cached("SELECT coalesce(max(id), 0) FROM files")?.query_row([], |row| row.get(0))?)
}

fn add(
    transaction: &Transaction<'_>,
    side: Side,
    after: i64,
    to: i64,
    goes_on: impl Fn() -> bool,
) -> Result<(), IndexError> {
    if side == Side::Names {
        add_names(transaction, after, to, goes_on)?;
    } else {
        let (table, column) = (side.table(), side.column());
        let sql = format!(
            "INSERT INTO {table} (key, file) SELECT {column}, id FROM files
             WHERE id > ?1 AND id <= ?2 AND {column} IS NOT NULL ORDER BY {column}, id"
        );
        transaction.prepare_cached(&sql)?.execute((after, to))?;
    }
    let sql = "INSERT INTO marks (of, file) VALUES (?1, ?2) ON CONFLICT (of) DO UPDATE SET file = excluded.file";
    transaction.prepare_cached(sql)?.execute((side.table(), to))?;
    Ok(())
}

/// Names that are not UTF-8 are found by those of their words that are.
fn add_names(transaction: &Transaction<'_>, after: i64, to: i64, goes_on: impl Fn() -> bool) -> Result<(), IndexError> {
    let mut query = transaction.prepare_cached("SELECT id, path FROM files WHERE id > ?1 AND id <= ?2 ORDER BY id")?;
    let mut insert = transaction.prepare_cached("INSERT INTO names (rowid, path) VALUES (?1, ?2)")?;
    let mut rows = query.query((after, to))?;
    let mut done = 0;
    while let Some(row) = rows.next()? {
        let path = row.get_ref(1)?.as_blob().map_err(|error| IndexError::damaged(error.to_string()))?;
        insert.execute((row.get::<_, i64>(0)?, String::from_utf8_lossy(path)))?;
        done += 1;
        if done % GLANCE_ROWS == 0 && !goes_on() {
            return Err(Stopped.into());
        }
    }
    Ok(())
}

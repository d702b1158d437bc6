//! Inserting many rows with one statement: to begin and to end a statement costs as much as the row of a small table.
//!
//! Must never leave a row out: what does not fill a large statement goes one by one.

use std::slice;

use rusqlite::types::ToSql;
use rusqlite::{CachedStatement, Connection};

use super::IndexError;

/// How many rows a statement has. Of eight columns that is 256 values, where SQLite takes 32,766.
const ROWS: usize = 32;

/// Inserts into one table.
pub(super) struct Insert<'c> {
    one: CachedStatement<'c>,
    many: CachedStatement<'c>,
}

impl<'c> Insert<'c> {
    pub(super) fn into(connection: &'c Connection, table: &str, columns: &[&str]) -> Result<Insert<'c>, IndexError> {
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let statement = |rows: usize| {
            let values = vec![row.as_str(); rows].join(", ");
            connection.prepare_cached(&format!("INSERT INTO {table} ({}) VALUES {values}", columns.join(", ")))
        };
        Ok(Insert { one: statement(1)?, many: statement(ROWS)? })
    }

    /// Inserts rows, of each of which `bind` gives the values in the order of the columns.
    pub(super) fn rows<R>(
        &mut self,
        rows: &[R],
        bind: impl Fn(&R, &mut Values<'_, 'c>) -> rusqlite::Result<()>,
    ) -> Result<(), IndexError> {
        let run = |statement: &mut CachedStatement<'c>, rows: &[R]| {
            let mut values = Values { statement, bound: 0 };
            rows.iter().try_for_each(|row| bind(row, &mut values))?;
            statement.raw_execute().map(drop)
        };
        let mut full = rows.chunks_exact(ROWS);
        for rows in &mut full {
            run(&mut self.many, rows)?;
        }
        for row in full.remainder() {
            run(&mut self.one, slice::from_ref(row))?;
        }
        Ok(())
    }
}

/// The values of a statement, one after another.
pub(super) struct Values<'s, 'c> {
    statement: &'s mut CachedStatement<'c>,
    bound: usize,
}

impl Values<'_, '_> {
    pub(super) fn push(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.bound += 1;
        self.statement.raw_bind_parameter(self.bound, value)
    }
}

//! How far what is made from the rows of files has come: everything up to the marked row is in it.
//!
//! Rows are numbered without gaps and only the last are ever removed, so what is behind is counted without looking at it.
//! Must never go back but with the rows themselves.

use rusqlite::Connection;

use super::IndexError;

/// What is made from the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The words of names.
    Names,
    /// What is known of documents.
    Texts,
}

impl Mark {
    const fn name(self) -> &'static str {
        match self {
            Mark::Names => "names",
            Mark::Texts => "texts",
        }
    }

    /// Up to which row it is made.
    pub(super) fn row(self, connection: &Connection) -> Result<i64, IndexError> {
        let sql = "SELECT coalesce(max(file), 0) FROM marks WHERE of = ?1";
        Ok(connection.prepare_cached(sql)?.query_row([self.name()], |row| row.get(0))?)
    }

    /// It is made up to `row`, if it was not before.
    pub(super) fn advance(self, connection: &Connection, row: i64) -> Result<(), IndexError> {
        let sql = "INSERT INTO marks (of, file) VALUES (?1, ?2)
                   ON CONFLICT (of) DO UPDATE SET file = max(file, excluded.file)";
        connection.prepare_cached(sql)?.execute((self.name(), row))?;
        Ok(())
    }
}

/// The rows after `row` are gone.
pub(super) fn back_to(connection: &Connection, row: i64) -> Result<(), IndexError> {
    connection.prepare_cached("UPDATE marks SET file = min(file, ?1)")?.execute([row])?;
    Ok(())
}

/// The last row there is.
pub(super) fn last_row(connection: &Connection) -> Result<i64, IndexError> {
    Ok(connection.prepare_cached("SELECT coalesce(max(id), 0) FROM files")?.query_row([], |row| row.get(0))?)
}

//! The documents that were looked at and have no text in the index, or not all of it, by why that is.
//!
//! Must never tell of more documents than are asked for, however many there are, and never leave one uncounted.

use rusqlite::Connection;

use super::forgetting::listed_in;
use super::row::{FileRecord, digest_of};
use super::texts::{CUT, Document, UNREACHED, WITHOUT, document};
use super::{Index, IndexError, PAGE_ROWS_MAX};

/// How much of a document's text is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
    /// Its bytes could not be had; they may be another time.
    Unreached,
    /// It has no text that can be read.
    Without,
    /// There was more than is kept.
    Cut,
}

/// Documents whose text is absent for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextsAbsent {
    /// How much of it.
    pub absence: Absence,
    /// Why.
    pub because: String,
    /// How many documents there are.
    pub count: u64,
    /// The first of them.
    pub documents: Vec<Document>,
}

impl Index {
    /// The documents whose text is not in the index, or not all of it, although they were looked at: at most `limit`, and
    /// at most as many reasons; what could not be had comes first, and then what is rare. The second number is that of the
    /// documents with other reasons.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_absent(&self, limit: u32) -> Result<(Vec<TextsAbsent>, u64), IndexError> {
        let connection = self.connection.unchecked_transaction()?;
        let mut query = connection.prepare_cached(
            "SELECT state, because, count(*) FROM texts WHERE because IS NOT NULL
             GROUP BY state, because ORDER BY state DESC, count(*), because",
        )?;
        let mut rows = query.query([])?;
        let (mut found, mut others, mut left) = (Vec::new(), 0, limit.min(PAGE_ROWS_MAX));
        while let Some(row) = rows.next()? {
            let (state, because): (i64, String) = (row.get(0)?, row.get(1)?);
            let count = row.get::<_, i64>(2)?.unsigned_abs();
            if found.len() >= limit as usize {
                others += count;
                continue;
            }
            let documents = documents(&connection, state, &because, left)?;
            left -= u32::try_from(documents.len()).unwrap_or(left);
            found.push(TextsAbsent { absence: absence(state)?, because, count, documents });
        }
        Ok((found, others))
    }
}

fn absence(state: i64) -> Result<Absence, IndexError> {
    match state {
        UNREACHED => Ok(Absence::Unreached),
        WITHOUT => Ok(Absence::Without),
        CUT => Ok(Absence::Cut),
        other => Err(IndexError::damaged(format!("a text of state {other} is absent"))),
    }
}

fn documents(connection: &Connection, state: i64, because: &str, limit: u32) -> Result<Vec<Document>, IndexError> {
    let sql = "SELECT head, tail FROM texts WHERE because IS NOT NULL AND state = ?1 AND because = ?2
               ORDER BY id LIMIT ?3";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query((state, because, limit))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let digest = digest_of(row.get(0)?, row.get(1)?);
        let at = listed_in(connection, &digest)?;
        let at = at.ok_or_else(|| IndexError::damaged("a text of a document that no collection lists"))?;
        found.push(document(connection, FileRecord::of(connection, at)?)?);
    }
    Ok(found)
}

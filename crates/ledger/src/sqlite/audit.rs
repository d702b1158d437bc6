//! Showing everything in a ledger file exactly as it lies there.
//!
//! It must never stop at something strange, correct it, or load a value longer than any genuine one: whoever tampered with
//! the file chose what is in it.

use portreeve_model::Digest;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::frontier_from;
use super::schema::OBJECTS;
use crate::{ENTRY_BYTES_MAX, Head, NOTE_BYTES_MAX, Stored};

/// Shows the storage from a single moment, in the order [`Log::audit`](crate::Log::audit) promises.
pub(super) fn audit(connection: &mut Connection, visit: &mut dyn FnMut(Stored<'_>)) -> rusqlite::Result<()> {
    // All below is one deferred transaction: the first read fixes the moment.
    let moment = connection.transaction()?;
    oddities(&moment, visit)?;
    pages(&moment, visit)?;
    visit(Stored::Head(head(&moment)));
    checkpoints(&moment, visit)?;
    entries(&moment, visit)
}

/// Objects that are missing, altered, or were added.
fn oddities(connection: &Connection, visit: &mut dyn FnMut(Stored<'_>)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?;
    let found: Vec<(String, Option<String>)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    for (name, sql) in OBJECTS {
        match found.iter().find(|(found, _)| found == name) {
            None => visit(Stored::Oddity(format!("`{name}` is missing from the file"))),
            Some((_, found)) if found.as_deref() != Some(sql) => {
                visit(Stored::Oddity(format!("`{name}` in the file is not as it was made")));
            }
            Some(_) => {}
        }
    }
    for (name, _) in found.iter().filter(|(name, _)| OBJECTS.iter().all(|(known, _)| known != name)) {
        visit(Stored::Oddity(format!("`{}` was added to the file", crate::text::beginning(name))));
    }
    Ok(())
}

/// What SQLite itself finds wrong: a page that is used twice or by nothing would be written over by an append to come. It
/// lists a hundred at most.
fn pages(connection: &Connection, visit: &mut dyn FnMut(Stored<'_>)) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let found: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for what in found.iter().filter(|what| *what != "ok") {
        visit(Stored::Oddity(crate::text::beginning(what).to_string()));
    }
    Ok(())
}

fn head(connection: &Connection) -> Result<Head, String> {
    let row = connection.query_row("SELECT size, peaks FROM head WHERE length(peaks) <= 2048", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
    });
    let (size, peaks) = row.map_err(|error| format!("its head cannot be read: {error}"))?;
    let frontier = frontier_from(size, &peaks)?;
    Ok(Head { size: frontier.size(), root: frontier.root() })
}

fn checkpoints(connection: &Connection, visit: &mut dyn FnMut(Stored<'_>)) -> rusqlite::Result<()> {
    let sql =
        "SELECT number, CASE WHEN length(CAST(note AS BLOB)) <= ?1 THEN note END FROM checkpoints ORDER BY number";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![i64::try_from(NOTE_BYTES_MAX).unwrap_or(i64::MAX)])?;
    while let Some(row) = rows.next()? {
        visit(Stored::Checkpoint { number: number(row.get_ref(0)?), note: row.get_ref(1)?.as_str().ok() });
    }
    Ok(())
}

fn entries(connection: &Connection, visit: &mut dyn FnMut(Stored<'_>)) -> rusqlite::Result<()> {
    let sql = "SELECT number, CASE WHEN length(bytes) <= ?1 THEN bytes END, CASE WHEN length(leaf) = 32 THEN leaf END \
               FROM entries ORDER BY number";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params![i64::try_from(ENTRY_BYTES_MAX).unwrap_or(i64::MAX)])?;
    while let Some(row) = rows.next()? {
        let leaf = row.get_ref(2)?.as_blob().ok().and_then(|leaf| leaf.try_into().ok()).map(Digest::from_bytes);
        visit(Stored::Entry { number: number(row.get_ref(0)?), bytes: row.get_ref(1)?.as_blob().ok(), leaf });
    }
    Ok(())
}

/// The number of a row. Only a file whose tables were exchanged can hold something else there; then it is no number of
/// any entry.
fn number(value: ValueRef<'_>) -> i64 {
    value.as_i64().unwrap_or(-1)
}

//! The shape of the ledger file, and how a file is recognised as one.
//!
//! It must never change under a format number: a new shape is a new number, and older ones are brought forward here.
//! The triggers are a seat belt against mistakes, not a lock: whoever has the file can remove them, and the Merkle root in
//! a checkpoint kept elsewhere is what catches that.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::BUSY_SECONDS;
use crate::LogError;

/// "PRTR" as a number: the mark in the header of the file (SQLite file format, §1.3.16).
pub(super) const APPLICATION_ID: i64 = 0x5052_5452;

/// The format number of the file this program writes, and the newest it reads.
pub(super) const FORMAT: i64 = 1;

/// Everything in the file, as its name and the statement that makes it. SQLite keeps these texts, so a file can be
/// compared with them.
///
/// The trigger on inserting also closes a gap: `INSERT OR REPLACE` removes a row without any delete trigger being asked.
#[rustfmt::skip]
pub(super) const OBJECTS: [(&str, &str); 12] = [
    ("entries", "CREATE TABLE entries (\
        number INTEGER PRIMARY KEY, \
        bytes BLOB NOT NULL, \
        leaf BLOB NOT NULL CHECK (length(leaf) = 32)) STRICT"),
    ("head", "CREATE TABLE head (\
        only INTEGER PRIMARY KEY CHECK (only = 1), \
        size INTEGER NOT NULL CHECK (size >= 0), \
        peaks BLOB NOT NULL) STRICT"),
    ("checkpoints", "CREATE TABLE checkpoints (\
        number INTEGER PRIMARY KEY, \
        note TEXT NOT NULL) STRICT"),
    ("entries_follow", "CREATE TRIGGER entries_follow BEFORE INSERT ON entries \
        WHEN NEW.number IS NOT (SELECT coalesce(max(number) + 1, 0) FROM entries) \
        BEGIN SELECT RAISE(ABORT, 'append-only: entries follow one another'); END"),
    ("entries_stay", "CREATE TRIGGER entries_stay BEFORE UPDATE ON entries \
        BEGIN SELECT RAISE(ABORT, 'append-only: an entry is never changed'); END"),
    ("entries_remain", "CREATE TRIGGER entries_remain BEFORE DELETE ON entries \
        BEGIN SELECT RAISE(ABORT, 'append-only: an entry is never removed'); END"),
    ("checkpoints_follow", "CREATE TRIGGER checkpoints_follow BEFORE INSERT ON checkpoints \
        WHEN NEW.number IS NOT (SELECT coalesce(max(number) + 1, 0) FROM checkpoints) \
        BEGIN SELECT RAISE(ABORT, 'append-only: checkpoints follow one another'); END"),
    ("checkpoints_stay", "CREATE TRIGGER checkpoints_stay BEFORE UPDATE ON checkpoints \
        BEGIN SELECT RAISE(ABORT, 'append-only: a checkpoint is never changed'); END"),
    ("checkpoints_remain", "CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints \
        BEGIN SELECT RAISE(ABORT, 'append-only: a checkpoint is never removed'); END"),
    ("head_grows", "CREATE TRIGGER head_grows BEFORE UPDATE ON head WHEN NEW.size <= OLD.size \
        BEGIN SELECT RAISE(ABORT, 'append-only: the ledger only grows'); END"),
    ("head_is_one", "CREATE TRIGGER head_is_one BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head) \
        BEGIN SELECT RAISE(ABORT, 'append-only: there is one head'); END"),
    ("head_remains", "CREATE TRIGGER head_remains BEFORE DELETE ON head \
        BEGIN SELECT RAISE(ABORT, 'append-only: the head is never removed'); END"),
];

/// The settings of every connection: wait for a writer, believe nothing a stranger put into the schema, notice a damaged
/// page when it is read.
pub(super) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "cell_size_check", true)
}

/// The settings of a connection that writes: a commit has been synced to the disk when it returns.
pub(super) fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // On macOS a plain sync may stop in the drive's cache.
    connection.pragma_update(None, "fullfsync", true)
}

/// Makes an empty file into an empty ledger, at once or not at all.
pub(super) fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    make_durable(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (_, sql) in OBJECTS {
        transaction.execute(sql, [])?;
    }
    transaction.execute("INSERT INTO head (only, size, peaks) VALUES (1, 0, x'')", [])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}

/// Refuses a file that is not a ledger, or is one from the future.
pub(super) fn recognise(connection: &Connection, path: &Path) -> Result<(), LogError> {
    let refuse = |because: &str| LogError::NotALedger { path: path.to_owned(), because: because.to_owned() };
    let number = |name| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(|error| {
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => refuse("it is not an SQLite file"),
                Some(ErrorCode::DatabaseCorrupt) => LogError::damaged(error.to_string()),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    LogError::Busy { waited_seconds: BUSY_SECONDS }
                }
                _ => LogError::storage(format!("read the ledger `{}`", path.display()), error),
            }
        })
    };
    let (mark, format) = (number("application_id")?, number("user_version")?);
    if mark == 0 && format == 0 && number("schema_version")? == 0 {
        return Err(refuse("it is empty, so its creation was interrupted; remove it and create it again"));
    }
    if mark != APPLICATION_ID {
        return Err(refuse("it is an SQLite file of some other program"));
    }
    if format > FORMAT {
        return Err(LogError::Newer { path: path.to_owned(), found: format, known: FORMAT });
    }
    if format < FORMAT {
        return Err(refuse(&format!("its format {format} was never written by any version")));
    }
    Ok(())
}

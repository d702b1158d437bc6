//! A log in one SQLite file.
//!
//! It must never answer an append before the entries are on the disk, write outside one immediate transaction, or create
//! a file where it was asked to open one.

mod audit;
mod schema;

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use portreeve_model::{Digest, EntryNumber, LogSize};
use rusqlite::ffi::{SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMOPEN, SQLITE_IOERR_SHMSIZE};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};

use crate::durable::sync_folder_of;
use crate::kept::check_checkpoint;
use crate::merkle::{Frontier, leaf_hash};
use crate::{AppendError, ENTRY_BYTES_MAX, Head, Log, LogError, READ_BYTES_MAX, Stored, check_batch};

/// How long a writer waits for another one. An append takes milliseconds, and the largest batch under two seconds.
pub(crate) const BUSY_SECONDS: u64 = 10;

/// Entries as they are read; one longer than any that was appended is not even loaded.
const READ: &str = "SELECT number, CASE WHEN length(bytes) <= ?3 THEN bytes END, leaf FROM entries \
                    WHERE number >= ?1 AND number < ?2 ORDER BY number";

/// A log in one SQLite file, for one writer at a time and any number of readers, in this process and in others.
///
/// The file is in write-ahead mode, so readers never wait for the writer. It must be on a local disk: SQLite's write-ahead
/// mode does not work across a network share.
#[derive(Debug)]
pub struct SqliteLog {
    path: PathBuf,
    // The order is that of closing. Only a writer that closes last folds the write-ahead file into the main one, and a
    // ledger at rest should be one file: somebody will copy it.
    reader: Mutex<Connection>,
    writer: Option<Mutex<Connection>>,
}

impl SqliteLog {
    /// Makes an empty log at `path`.
    ///
    /// # Errors
    /// When anything is already there, which is left as it is, or when the file cannot be written.
    pub fn create(path: &Path) -> Result<SqliteLog, LogError> {
        let failed = |error| LogError::storage(format!("create the ledger `{}`", path.display()), error);
        // SQLite itself would open what is there; the file system can be asked to refuse.
        OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => LogError::Exists { path: path.to_owned() },
            _ => LogError::storage(format!("create the ledger `{}`", path.display()), error),
        })?;
        let written = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|mut writer| {
            schema::create(&mut writer).map_err(failed)?;
            sync_folder_of(path).map_err(|error| LogError::storage("write the folder of the ledger", error))
        });
        if let Err(error) = written {
            // The file is ours, made a moment ago. If it cannot even be removed, the first error is the one to tell.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        SqliteLog::open(path)
    }

    /// Opens the log at `path` for reading and appending.
    ///
    /// # Errors
    /// When there is none, when the file is something else, or when a newer version of this program wrote it.
    pub fn open(path: &Path) -> Result<SqliteLog, LogError> {
        let mut log = SqliteLog::open_read_only(path)?;
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::make_durable(&writer).map_err(|error| log.failed("prepare for writing", error))?;
        log.writer = Some(Mutex::new(writer));
        Ok(log)
    }

    /// Opens the log at `path` for reading only; every append fails.
    ///
    /// # Errors
    /// As [`SqliteLog::open`].
    pub fn open_read_only(path: &Path) -> Result<SqliteLog, LogError> {
        let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        schema::recognise(&reader, path)?;
        Ok(SqliteLog { path: path.to_owned(), writer: None, reader: Mutex::new(reader) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere rolled its transaction back as it unwound, so the connection is fit for use.
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Connection>, LogError> {
        let writer = self.writer.as_ref().ok_or_else(|| LogError::ReadOnly { path: self.path.clone() })?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failed(&self, attempted: &str, error: rusqlite::Error) -> LogError {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                LogError::Busy { waited_seconds: BUSY_SECONDS }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => LogError::damaged(error.to_string()),
            _ => LogError::storage(format!("{attempted} the ledger `{}`", self.path.display()), error),
        }
    }

    /// Appends inside `transaction`, without committing.
    fn insert(
        &self,
        transaction: &Transaction<'_>,
        expected: LogSize,
        entries: &[Vec<u8>],
    ) -> Result<Head, AppendError> {
        let fail = |error| AppendError::Failed(self.failed("append to", error));
        let mut frontier =
            frontier(transaction).map_err(fail)?.map_err(|what| AppendError::Failed(LogError::damaged(what)))?;
        let holds = frontier.size();
        if holds != expected {
            return Err(AppendError::Conflict { holds });
        }
        let mut statement = transaction
            .prepare_cached("INSERT INTO entries (number, bytes, leaf) VALUES (?1, ?2, ?3)")
            .map_err(fail)?;
        for entry in entries {
            let leaf = leaf_hash(entry);
            statement.execute(params![to_sql(frontier.size())?, entry, leaf.as_bytes()]).map_err(fail)?;
            frontier.push(leaf);
        }
        if !entries.is_empty() {
            let peaks: Vec<u8> = frontier.peaks().iter().flat_map(|peak| *peak.as_bytes()).collect();
            transaction
                .execute("UPDATE head SET size = ?1, peaks = ?2", params![to_sql(frontier.size())?, peaks])
                .map_err(fail)?;
        }
        Ok(Head { size: frontier.size(), root: frontier.root() })
    }
}

impl Log for SqliteLog {
    fn head(&self) -> Result<Head, LogError> {
        let reader = self.reader();
        let frontier =
            frontier(&reader).map_err(|error| self.failed("read the head of", error))?.map_err(LogError::damaged)?;
        Ok(Head { size: frontier.size(), root: frontier.root() })
    }

    fn read(&self, start: EntryNumber, limit: u32) -> Result<Vec<Vec<u8>>, LogError> {
        let mut reader = self.reader();
        let fail = |error| self.failed("read", error);
        // One transaction, so that the size and the entries are of the same moment.
        let moment = reader.transaction().map_err(fail)?;
        let size = frontier(&moment).map_err(fail)?.map_err(LogError::damaged)?.size();
        let end = size.count().min(start.index().saturating_add(u64::from(limit)));
        let mut entries = Vec::new();
        if start.index() >= end {
            return Ok(entries);
        }
        let mut statement = moment.prepare_cached(READ).map_err(fail)?;
        let (first, longest) = (sql_number(start.index())?, i64::try_from(ENTRY_BYTES_MAX).unwrap_or(i64::MAX));
        let mut rows = statement.query(params![first, sql_number(end)?, longest]).map_err(fail)?;
        let mut bytes_read = 0_usize;
        for number in start.index()..end {
            let entry = EntryNumber::new(number);
            let is_next = |found: i64| u64::try_from(found) == Ok(number);
            let row = rows.next().map_err(fail)?.filter(|row| row.get(0).is_ok_and(is_next));
            let row = row.ok_or_else(|| LogError::damaged(format!("entry {entry} is missing")))?;
            let recorded = row.get_ref(1).ok().and_then(|bytes| bytes.as_blob().ok());
            let leaf = row.get_ref(2).ok().and_then(|leaf| leaf.as_blob().ok());
            let bytes = recorded
                .filter(|bytes| leaf == Some(leaf_hash(bytes).as_bytes().as_slice()))
                .ok_or_else(|| LogError::damaged(format!("entry {entry} is not what was recorded")))?;
            bytes_read = bytes_read.saturating_add(bytes.len());
            if bytes_read > READ_BYTES_MAX && !entries.is_empty() {
                break;
            }
            entries.push(bytes.to_vec());
        }
        Ok(entries)
    }

    fn append(&self, expected: LogSize, entries: &[Vec<u8>]) -> Result<Head, AppendError> {
        check_batch(entries)?;
        let mut writer = self.writer().map_err(AppendError::Failed)?;
        let fail = |error| AppendError::Failed(self.failed("append to", error));
        // Immediate: the size is looked at with the write lock held, so nobody can append between the look and the write.
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let head = self.insert(&transaction, expected, entries)?;
        transaction.commit().map_err(|error| match error.sqlite_error_code() {
            // The lock was never had, so nothing was written.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => fail(error),
            // Any other failure may have come after the bytes reached the write-ahead file. This process then goes on
            // without them, and yet whoever opens the file after a crash may find them there and complete.
            _ => AppendError::Unknown(self.failed("finish appending to", error)),
        })?;
        Ok(head)
    }

    fn keep_checkpoint(&self, note: &str) -> Result<(), LogError> {
        let mut writer = self.writer()?;
        let fail = |error| self.failed("keep a checkpoint in", error);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let frontier = frontier(&transaction).map_err(fail)?.map_err(LogError::damaged)?;
        check_checkpoint(note, &Head { size: frontier.size(), root: frontier.root() })?;
        transaction
            .execute(
                "INSERT INTO checkpoints (number, note) SELECT (SELECT coalesce(max(number) + 1, 0) FROM checkpoints), ?1 \
                 WHERE NOT EXISTS (SELECT 1 FROM checkpoints WHERE note = ?1)",
                [note],
            )
            .map_err(fail)?;
        transaction.commit().map_err(fail)
    }

    fn checkpoints(&self) -> Result<Vec<String>, LogError> {
        let reader = self.reader();
        let notes = reader
            .prepare_cached("SELECT note FROM checkpoints ORDER BY number")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect());
        notes.map_err(|error| self.failed("read the checkpoints of", error))
    }

    fn audit(&self, visit: &mut dyn FnMut(Stored<'_>)) -> Result<(), LogError> {
        // A connection of its own: an audit takes as long as the log is long, and nobody else should wait for it.
        let mut connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        audit::audit(&mut connection, visit).map_err(|error| self.failed("read through", error))
    }
}

/// Opens the file as it is, with the settings every connection has.
fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, LogError> {
    if !path.try_exists().map_err(|error| LogError::storage(format!("look for `{}`", path.display()), error))? {
        return Err(LogError::Missing { path: path.to_owned() });
    }
    let opened = open_configured(path.as_os_str(), flags).or_else(|error| {
        // On a disk that cannot be written or is full, a reader has nowhere to keep the shared memory that it and writers would use.
        // Where nothing waits in the write-ahead file the ledger is whole by itself, and nobody can be writing.
        let only_reads = flags.contains(OpenFlags::SQLITE_OPEN_READ_ONLY);
        match immutable(path).filter(|_| only_reads && cannot_write(&error)) {
            Some(uri) => open_configured(uri.as_ref(), flags | OpenFlags::SQLITE_OPEN_URI),
            None => Err(error),
        }
    });
    opened.map_err(|error| LogError::storage(format!("open the ledger `{}`", path.display()), error))
}

fn open_configured(name: &OsStr, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    schema::configure(&connection)?;
    // The first read is where a missing shared memory shows. Whatever else is wrong with the file is told by those who
    // look what it is.
    match connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())) {
        Err(error) if cannot_write(&error) => Err(error),
        _ => Ok(connection),
    }
}

fn cannot_write(error: &rusqlite::Error) -> bool {
    let extended = error.sqlite_error().map(|failure| failure.extended_code);
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::DiskFull))
        || matches!(extended, Some(SQLITE_IOERR_SHMOPEN | SQLITE_IOERR_SHMSIZE | SQLITE_IOERR_SHMMAP))
}

/// The name under which SQLite takes the file for one that nobody changes (SQLite, URI filenames), if nothing waits beside
/// it and the name is plain enough to stand in such a URI.
fn immutable(path: &Path) -> Option<String> {
    let mut waiting = path.as_os_str().to_owned();
    waiting.push("-wal");
    if std::fs::metadata(&waiting).is_ok_and(|found| found.len() > 0) {
        return None;
    }
    let absolute = std::fs::canonicalize(path).ok()?;
    let name = absolute.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{name}?immutable=1"))
}

/// The kept frontier, if it and the number of entries agree; otherwise what is wrong.
fn frontier(connection: &Connection) -> rusqlite::Result<Result<Frontier, String>> {
    let sql = "SELECT size, peaks, (SELECT coalesce(max(number), -1) FROM entries) FROM head";
    let row = connection
        .prepare_cached(sql)?
        .query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?)))
        .optional()?;
    let Some((size, peaks, last)) = row else { return Ok(Err("it has no head".to_owned())) };
    if i128::from(last) + 1 != i128::from(size) {
        let held = i128::from(last) + 1;
        return Ok(Err(format!("its head says {size} entries and its last entry makes {held}")));
    }
    Ok(frontier_from(size, &peaks))
}

/// The frontier a head row tells of, or what is wrong with the row.
fn frontier_from(size: i64, peaks: &[u8]) -> Result<Frontier, String> {
    let size = u64::try_from(size).map_err(|_| "its head has a negative size".to_owned())?;
    let peaks = peaks.chunks(32).map(|peak| peak.try_into().ok().map(Digest::from_bytes)).collect::<Option<Vec<_>>>();
    let frontier = peaks.and_then(|peaks| Frontier::from_peaks(LogSize::new(size), peaks));
    frontier.ok_or_else(|| "the peaks in its head do not fit its size".to_owned())
}

/// A size as SQLite's signed number; 2^63 entries are refused rather than wrapped.
fn to_sql(size: LogSize) -> Result<i64, AppendError> {
    sql_number(size.count()).map_err(AppendError::Failed)
}

fn sql_number(number: u64) -> Result<i64, LogError> {
    i64::try_from(number).map_err(|_| LogError::damaged("an entry number is too large for the file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_synced_before_it_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let log = SqliteLog::create(&folder.path().join("ledger")).unwrap();
        let writer = log.writer().unwrap();
        let ask = |name| writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((ask("synchronous"), ask("fullfsync")), (2, 1), "2 is FULL");
    }

    #[test]
    fn a_full_disk_keeps_nothing_and_the_log_goes_on_when_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let log = SqliteLog::create(&folder.path().join("ledger")).unwrap();
        let head = log.append(LogSize::EMPTY, &[b"a".to_vec()]).unwrap();
        let room = |pages: u32| {
            let writer = log.writer().unwrap();
            writer.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        room(1); // SQLite takes this as the pages there are
        let large = [b"b".to_vec(), vec![b'x'; 100_000]];
        assert!(matches!(log.append(head.size, &large), Err(AppendError::Failed(LogError::Storage { .. }))));
        assert_eq!(log.head().unwrap(), head);
        room(u32::MAX / 4);
        assert_eq!(log.append(head.size, &large).unwrap().size, LogSize::new(3));
    }

    #[test]
    fn a_writer_that_waits_too_long_is_told_so_and_keeps_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let (log, other) = (SqliteLog::create(&path).unwrap(), SqliteLog::open(&path).unwrap());
        log.writer().unwrap().busy_timeout(std::time::Duration::from_millis(20)).unwrap();
        let mut writer = other.writer().unwrap();
        let held = writer.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let answer = log.append(LogSize::EMPTY, &[b"a".to_vec()]);
        assert!(matches!(answer, Err(AppendError::Failed(LogError::Busy { .. }))), "{answer:?}");
        assert_eq!(log.head().unwrap().size, LogSize::EMPTY, "readers do not wait");
        held.rollback().unwrap();
        assert!(log.append(LogSize::EMPTY, &[b"a".to_vec()]).is_ok());
    }
}

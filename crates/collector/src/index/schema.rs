//! The tables of the index, its mark and its version, and how its file is opened.
//!
//! Must never change a table without a new [`INDEX_VERSION`]: there are no migrations, an old index is made again. And must
//! never use a file whose tables are not exactly those it would make itself.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::IndexError;

/// The version of the tables, kept in `user_version`.
pub const INDEX_VERSION: i64 = 5;

/// `PrIx` in ASCII, kept in `application_id`: tells our file from every other SQLite database.
const MARK: i64 = 0x5072_4978;

/// How long another process may hold the file before a question fails.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of the file SQLite keeps in memory, in KiB: 8 MiB, an eighth of what the whole process may take. It holds the
/// inner pages of the tables of 10 million files, and sorts in as much.
const CACHE_KIB: i64 = 8 * 1024;

/// How much the words of names and texts may take in memory before they are written: 4 MiB for each of the two.
const WORDS_BYTES: i64 = 4 * 1024 * 1024;

/// What the log may keep of the disk once all of it is in the file: 16 MiB. Adding 5 million files takes 750 MiB.
const LOG_BYTES: i64 = 16 * 1024 * 1024;

/// How names and texts are cut into words, as the tables below say it too.
pub(super) const TOKENS: &str = "unicode61 remove_diacritics 2";

/// A row of `files` is one content of one path, from collection `first` of its series to `last`, or to the newest. So a
/// file that stays as it is costs nothing in a re-scan. Rows are numbered in the order of their paths within what one
/// collection adds, and only the last are ever removed; a series has the number of its first collection, whose rows need no other order.
/// The digest is kept in two parts: the first eight bytes as a number, by which `by_head` finds it.
///
/// `names` is made from `files`, and `texts` from the documents, up to the rows that `marks` says. A text
/// is of a document that some collection lists of which nothing was erased; no other may be in the file.
const TABLES: &str = "
    CREATE TABLE collections (
        number    INTEGER PRIMARY KEY,
        series    INTEGER NOT NULL,
        manifest  BLOB NOT NULL UNIQUE,
        follows   BLOB,
        files     INTEGER NOT NULL,
        first_row INTEGER NOT NULL,
        rows      INTEGER NOT NULL,
        erased    INTEGER NOT NULL,
        seal      INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX collections_of_series ON collections (series, number);
    CREATE TABLE files (
        id     INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        path   BLOB NOT NULL,
        head   INTEGER NOT NULL,
        tail   BLOB NOT NULL,
        first  INTEGER NOT NULL,
        last   INTEGER,
        seal   INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX files_by_path ON files (series, path, first) WHERE first > series;
    CREATE TABLE by_head (key INTEGER NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (key, file)) STRICT, WITHOUT ROWID;
    CREATE VIRTUAL TABLE names USING fts5 (
        path, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3');
    CREATE TABLE marks (of TEXT PRIMARY KEY, file INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE texts (
        id      INTEGER PRIMARY KEY,
        head    INTEGER NOT NULL,
        tail    BLOB NOT NULL,
        state   INTEGER NOT NULL,
        media   TEXT,
        kind    TEXT,
        because TEXT,
        body    TEXT,
        up_to   INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX texts_by_digest ON texts (head, tail);
    CREATE INDEX texts_by_kind ON texts (kind) WHERE kind IS NOT NULL;
    CREATE INDEX texts_absent ON texts (state, because) WHERE because IS NOT NULL;
    CREATE INDEX texts_wanted ON texts (up_to) WHERE state = 3;
    CREATE INDEX texts_unreached ON texts (up_to) WHERE state = 4;
    CREATE VIRTUAL TABLE words USING fts5 (
        body, content = 'texts', content_rowid = 'id', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2',
        prefix = '2 3');
";

/// Opens an index that is there.
pub(super) fn open(path: &Path) -> Result<Connection, IndexError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match Connection::open_with_flags(path, flags) {
        Ok(connection) => connection,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !path.exists() => {
            return Err(IndexError::Absent { path: path.into() });
        }
        Err(error) => return Err(error.into()),
    };
    connection.busy_timeout(PATIENCE)?;
    // Nothing that a file says of itself is run: it has no functions in its tables, or it is not ours.
    connection.pragma_update(None, "trusted_schema", false)?;
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (mark, version, pages) = (number("application_id")?, number("user_version")?, number("page_count")?);
    if pages == 0 {
        return Err(IndexError::damaged("the file is empty"));
    }
    if mark != MARK {
        return Err(IndexError::NotAnIndex { path: path.into() });
    }
    if version != INDEX_VERSION {
        return Err(IndexError::OtherVersion { found: version });
    }
    if tables(&connection)? != tables(&made(Connection::open_in_memory()?)?)? {
        return Err(IndexError::damaged("its tables are not those of an index"));
    }
    prepare(&connection)?;
    // WAL with `NORMAL`: a power cut may lose the last additions, which is what a cache may lose, and never tears the
    // file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok(connection)
}

/// Makes a file with empty tables, to be filled by one who throws it away unless all went well: nothing in it is safe
/// before [`close`].
pub(super) fn create(path: &Path) -> Result<Connection, IndexError> {
    let connection = Connection::open(path)?;
    prepare(&connection)?;
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    made(connection)
}

/// Closes a file that was created, with every byte on the disk.
pub(super) fn close(connection: Connection, path: &Path) -> Result<(), IndexError> {
    connection.close().map_err(|(_, error)| error)?;
    let flushed = std::fs::OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all());
    flushed.map_err(|source| IndexError::File { attempt: "flush", path: path.into(), source })
}

fn made(connection: Connection) -> Result<Connection, IndexError> {
    connection.execute_batch(TABLES)?;
    connection.pragma_update(None, "application_id", MARK)?;
    connection.pragma_update(None, "user_version", INDEX_VERSION)?;
    let setting = |table: &str, name: &str, value: i64| {
        connection.execute(&format!("INSERT INTO {table} ({table}, rank) VALUES (?1, ?2)"), (name, value))
    };
    setting("names", "hashsize", WORDS_BYTES)?;
    setting("words", "hashsize", WORDS_BYTES)?;
    // A text that is forgotten leaves no word behind.
    setting("words", "secure-delete", 1)?;
    Ok(connection)
}

/// What the tables are, as SQLite keeps it.
fn tables(connection: &Connection) -> Result<Vec<(String, String, Option<String>)>, IndexError> {
    let mut query = connection.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn prepare(connection: &Connection) -> Result<(), IndexError> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

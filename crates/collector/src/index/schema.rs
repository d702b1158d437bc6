//! The tables of the index, its mark and its version, and how its file is opened.
//!
//! Must never change a table without a new [`INDEX_VERSION`]: there are no migrations, an old index is made again.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::IndexError;

/// The version of the tables, kept in `user_version`.
pub const INDEX_VERSION: i64 = 1;

/// `PrIx` in ASCII, kept in `application_id`: tells our file from every other SQLite database.
const MARK: i64 = 0x5072_4978;

/// How long another process may hold the file before a question fails.
const PATIENCE: Duration = Duration::from_secs(5);

/// Rows lie in the order of (collection, path), so a collection is inserted and read in one sweep.
const TABLES: &str = "
    CREATE TABLE collections (
        id       INTEGER PRIMARY KEY,
        manifest BLOB NOT NULL UNIQUE CHECK (length(manifest) = 32),
        files    INTEGER NOT NULL CHECK (files >= 0)
    ) STRICT;
    CREATE TABLE files (
        collection INTEGER NOT NULL REFERENCES collections (id),
        path       BLOB NOT NULL CHECK (length(path) > 0),
        digest     BLOB NOT NULL CHECK (length(digest) = 32),
        size_bytes INTEGER CHECK (size_bytes >= 0),
        PRIMARY KEY (collection, path)
    ) STRICT, WITHOUT ROWID;
";

/// Made after the rows are in when an index is built from nothing: three times as fast as keeping it up meanwhile.
const BY_DIGEST: &str = "CREATE INDEX files_by_digest ON files (digest);";

/// Opens an index that is there.
pub(super) fn open(path: &Path) -> Result<Connection, IndexError> {
    let connection =
        match Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX) {
            Ok(connection) => connection,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !path.exists() => {
                return Err(IndexError::Absent { path: path.into() });
            }
            Err(error) => return Err(error.into()),
        };
    connection.busy_timeout(PATIENCE)?;
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let (mark, version, pages) = (number("application_id")?, number("user_version")?, number("page_count")?);
    if pages == 0 {
        return Err(IndexError::Damaged { because: "the file is empty".into() });
    }
    if mark != MARK {
        return Err(IndexError::NotAnIndex { path: path.into() });
    }
    if version != INDEX_VERSION {
        return Err(IndexError::OtherVersion { found: version });
    }
    prepare(&connection)?;
    // Compiling a question about each table notices tables that are not ours without reading a row.
    connection.prepare("SELECT id, manifest, files, collection, path, digest, size_bytes FROM files, collections")?;
    Ok(connection)
}

/// Makes a file with empty tables, without the index by digest.
pub(super) fn create(path: &Path) -> Result<Connection, IndexError> {
    let connection = Connection::open(path)?;
    prepare(&connection)?;
    connection.pragma_update(None, "application_id", MARK)?;
    connection.pragma_update(None, "user_version", INDEX_VERSION)?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

/// Adds the index by digest once the rows are in.
pub(super) fn finish(connection: &Connection) -> Result<(), IndexError> {
    Ok(connection.execute_batch(BY_DIGEST)?)
}

/// WAL with `NORMAL`: a power cut may lose the last additions, which is what a cache may lose, and never tears the file.
fn prepare(connection: &Connection) -> Result<(), IndexError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

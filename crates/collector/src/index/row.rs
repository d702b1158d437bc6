//! One row of the files, and the seal that tells whether it is as it was written.
//!
//! SQLite does not notice a flipped bit in a path or a number. Must never give out a row whose seal is broken.

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;
use rusqlite::{Connection, Row};

use super::IndexError;
use super::insert::Insert;

/// The columns of a row, in the order in which [`FileRecord::read`] expects them. The table is called `f`.
const COLUMNS: &str = "f.id, f.series, f.path, f.head, f.tail, f.first, f.last, f.seal";

/// One content of one path, over a range of the collections of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileRecord {
    pub(super) id: i64,
    pub(super) series: i64,
    pub(super) path: ManifestPath,
    pub(super) digest: Digest,
    pub(super) first: i64,
    /// Nothing while it is in the newest collection of the series.
    pub(super) last: Option<i64>,
}

impl FileRecord {
    pub(super) fn read(row: &Row<'_>) -> Result<FileRecord, IndexError> {
        let path = ManifestPath::new(row.get_ref(2)?.as_blob().map_err(broken)?);
        let path = path.map_err(|problem| IndexError::damaged(problem.to_string()))?;
        let record = FileRecord {
            id: row.get(0)?,
            series: row.get(1)?,
            path,
            digest: digest_of(row.get(3)?, row.get(4)?),
            first: row.get(5)?,
            last: row.get(6)?,
        };
        if record.seal() != row.get::<_, i64>(7)? {
            return Err(IndexError::damaged(format!("row {} of the files is not as it was written", record.id)));
        }
        Ok(record)
    }

    /// The row of that number.
    pub(super) fn of(connection: &Connection, id: i64) -> Result<FileRecord, IndexError> {
        let sql = rows_where("f.id = ?1");
        let mut query = connection.prepare_cached(&sql)?;
        let mut rows = query.query([id])?;
        FileRecord::read(rows.next()?.ok_or_else(|| FileRecord::gone(id))?)
    }

    /// There is no row of that number, and there must be.
    pub(super) fn gone(id: i64) -> IndexError {
        IndexError::damaged(format!("row {id} of the files is gone"))
    }

    /// Whether it is in the collection of that number, of the same series.
    pub(super) fn is_in(&self, number: i64) -> bool {
        self.first <= number && self.last.is_none_or(|last| number <= last)
    }

    fn seal(&self) -> i64 {
        let mut sealed = Vec::with_capacity(96 + self.path.as_bytes().len());
        // No collection has the number 0.
        for number in [self.id, self.series, self.first, self.last.unwrap_or_default()] {
            sealed.extend_from_slice(&number.to_le_bytes());
        }
        sealed.extend_from_slice(self.digest.as_bytes());
        sealed.extend_from_slice(self.path.as_bytes());
        seal(&sealed)
    }
}

/// A question for rows, with its condition and what follows that.
pub(super) fn rows_where(condition: &str) -> String {
    format!("SELECT {COLUMNS} FROM files AS f WHERE {condition}")
}

/// The first eight bytes of the SHA-256 of what is sealed, as a number.
pub(super) fn seal(sealed: &[u8]) -> i64 {
    head(&Digest::of(sealed))
}

/// Puts new rows into the table.
pub(super) fn insert(connection: &Connection, rows: &[FileRecord]) -> Result<(), IndexError> {
    let columns = ["id", "series", "path", "head", "tail", "first", "last", "seal"];
    Insert::into(connection, "files", &columns)?.rows(rows, |row, values| {
        values.push(row.id)?;
        values.push(row.series)?;
        values.push(row.path.as_bytes())?;
        values.push(head(&row.digest))?;
        values.push(tail(&row.digest))?;
        values.push(row.first)?;
        values.push(row.last)?;
        values.push(row.seal())
    })
}

/// A row is in no collection after `last`.
pub(super) fn end(connection: &Connection, row: FileRecord, last: i64) -> Result<(), IndexError> {
    ends(connection, FileRecord { last: Some(last), ..row })
}

/// A row is in the newest collection of its series.
pub(super) fn reopen(connection: &Connection, row: FileRecord) -> Result<(), IndexError> {
    ends(connection, FileRecord { last: None, ..row })
}

fn ends(connection: &Connection, row: FileRecord) -> Result<(), IndexError> {
    let mut update = connection.prepare_cached("UPDATE files SET last = ?2, seal = ?3 WHERE id = ?1")?;
    update.execute((row.id, row.last, row.seal()))?;
    Ok(())
}

/// The first eight bytes of a digest as a number that sorts as they do.
pub(super) fn head(digest: &Digest) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_bytes()[..8]);
    in_order(u64::from_be_bytes(bytes))
}

/// Brings 0 to 2⁶⁴ - 1 into the range that SQLite has, in the same order.
pub(super) const fn in_order(number: u64) -> i64 {
    (number ^ (1 << 63)).cast_signed()
}

/// The rest of a digest.
pub(super) fn tail(digest: &Digest) -> &[u8] {
    &digest.as_bytes()[8..]
}

/// A digest from its two parts.
pub(super) fn digest_of(head: i64, tail: [u8; 24]) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(head.cast_unsigned() ^ (1 << 63)).to_be_bytes());
    bytes[8..].copy_from_slice(&tail);
    Digest::from_bytes(bytes)
}

fn broken(error: rusqlite::types::FromSqlError) -> IndexError {
    IndexError::damaged(error.to_string())
}

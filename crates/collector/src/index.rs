//! The index over manifests: which files a collection has, where a digest is found, and what is found by its name or
//! its text. A named cache in SQLite.
//!
//! It is never the truth. Delete the file and [`Index::open_or_rebuild`] makes it again; [`Index::verify`] compares it
//! with the manifests. Only the texts of documents come from elsewhere, and have to be read again after that. The file is
//! in WAL mode, so it must lie on a local disk, not on a share.
//!
//! Must never hold anything that is not in the manifests or the documents, and never answer from a file that it
//! did not make.

mod absent;
mod adding;
mod among;
mod drive;
mod error;
mod forgetting;
mod heads;
mod in_order;
mod insert;
mod marks;
mod names;
mod query;
mod rebuild;
mod row;
mod schema;
mod search;
mod series;
mod snippet;
mod taking_out;
mod texts;
mod verify;
mod words;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use rusqlite::Connection;

pub use absent::{Absence, TextsAbsent};
pub use adding::Addition;
pub use error::IndexError;
pub use query::{Cursor, DigestPart, Hit, Page, Query, QueryProblem, Total, Within};
pub use rebuild::Opened;
pub use schema::INDEX_VERSION;
pub use series::{Collection, CollectionRow, Forgotten};
pub use texts::{Document, RowMark, TEXT_BYTES_MAX, TextCounts, TextFound, TextOutcome, TextsWanted};
pub use verify::{Difference, IndexReport};
pub use words::Words;

use in_order::InOrder;
use row::{FileRecord, head, rows_where, tail};
use series::{Kept, kept, manifests_in};

/// The most rows that one question answers. At about 250 bytes a row, 2.5 MB.
pub const PAGE_ROWS_MAX: u32 = 10_000;

/// An open index.
#[derive(Debug)]
pub struct Index {
    connection: Connection,
}

impl Index {
    /// The manifests that list a file of this digest, in the order of the ledger.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn holding(&self, digest: &Digest) -> Result<Vec<Digest>, IndexError> {
        let sql = rows_where("f.id IN (SELECT file FROM by_head WHERE key = ?1) AND f.tail = ?2");
        let mut query = self.connection.prepare_cached(&sql)?;
        let mut rows = query.query((head(digest), tail(digest)))?;
        let mut ranges = std::collections::BTreeSet::new();
        while let Some(row) = rows.next()? {
            let row = FileRecord::read(row)?;
            ranges.insert((row.series, row.first, row.last));
        }
        let mut found = std::collections::BTreeMap::new();
        for (series, first, last) in ranges {
            found.extend(manifests_in(&self.connection, series, first, last)?);
        }
        Ok(found.into_values().collect())
    }

    /// How many files there are to be found: a file that a re-scan found as it was is one, and one that it found changed is
    /// another.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn file_count(&self) -> Result<u64, IndexError> {
        Ok(marks::last_row(&self.connection)?.unsigned_abs())
    }

    /// Whether the index knows `digest`, as a manifest or as a file: for
    /// [`FileBlobs::orphans`](crate::FileBlobs::orphans).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn names(&self, digest: &Digest) -> Result<bool, IndexError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM by_head JOIN files ON id = file WHERE key = ?1 AND tail = ?2)
                       OR EXISTS (SELECT 1 FROM collections WHERE manifest = ?3)";
        let mut query = self.connection.prepare_cached(sql)?;
        Ok(query.query_row((head(digest), tail(digest), digest.as_bytes()), |row| row.get(0))?)
    }

    /// A page of the files of a collection, sorted by path: at most `limit` (and at most [`PAGE_ROWS_MAX`]) of those
    /// after `after`. No file if the index does not hold it.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn files(
        &self,
        manifest: &Digest,
        after: Option<&ManifestPath>,
        limit: u32,
    ) -> Result<Vec<ManifestLine>, IndexError> {
        let Some(Kept { place, .. }) = kept(&self.connection, manifest)? else { return Ok(Vec::new()) };
        let (limit, after) = (limit.min(PAGE_ROWS_MAX), after.map_or(&[][..], ManifestPath::as_bytes));
        let mut rows = InOrder::of_collection(&self.connection, place, after)?;
        let mut found = Vec::new();
        while found.len() < limit as usize
            && let Some(row) = rows.next(&self.connection)?
        {
            found.push(ManifestLine { digest: row.digest, path: row.path });
        }
        Ok(found)
    }
}

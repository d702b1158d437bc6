//! The index over manifests: which files a collection has, and where a digest is found. A named cache in SQLite.
//!
//! It is never the truth. Delete the file and [`Index::open_or_rebuild`] makes it again; [`Index::verify`] compares it
//! with the manifests. The file is in WAL mode, so it must lie on a local disk, not on a share.
//!
//! Must never hold anything that is not in the manifests or the store, and never answer from a file that it did not make.

mod error;
mod rebuild;
mod schema;
mod verify;

use std::path::Path;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

pub use error::IndexError;
pub use rebuild::Opened;
pub use schema::INDEX_VERSION;
pub use verify::{Difference, IndexReport};

use crate::{Blobs, read_manifest};

/// The most rows that one question answers. At about 250 bytes a row, 2.5 MB.
pub const PAGE_ROWS_MAX: u32 = 10_000;

/// An open index.
#[derive(Debug)]
pub struct Index {
    connection: Connection,
}

/// A collection in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CollectionRow {
    /// The name of its manifest.
    pub manifest: Digest,
    /// How many files it lists.
    pub files: u64,
}

/// A file in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRow {
    /// The manifest that lists it.
    pub manifest: Digest,
    /// Its path there.
    pub path: ManifestPath,
    /// The name of its bytes.
    pub digest: Digest,
    /// Its size, as the store had it when the collection was indexed; `None` if the bytes were not there any more.
    pub size_bytes: Option<u64>,
}

impl Index {
    /// Opens the index at `path`. Looks at its mark and version only: [`verify`](Self::verify) reads it all.
    ///
    /// # Errors
    /// When there is none, it is damaged, or of another version: each can be rebuilt. When the file is some other
    /// database, which is left alone.
    pub fn open(path: impl AsRef<Path>) -> Result<Index, IndexError> {
        schema::open(path.as_ref()).map(|connection| Index { connection })
    }

    /// Adds the collection of `manifest`, in one transaction; sizes are asked of the store. One that is there is left as
    /// it is.
    ///
    /// # Errors
    /// When the manifest cannot be read to its end; then nothing of it is in the index.
    pub fn add(&mut self, manifest: &Digest, blobs: &dyn Blobs) -> Result<CollectionRow, IndexError> {
        if let Some(row) = self.collection(manifest)? {
            return Ok(row);
        }
        let transaction = self.connection.transaction()?;
        let row = insert(&transaction, manifest, blobs)?;
        transaction.commit()?;
        Ok(row)
    }

    /// The collection of `manifest`, if it is indexed.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn collection(&self, manifest: &Digest) -> Result<Option<CollectionRow>, IndexError> {
        let sql = "SELECT manifest, files FROM collections WHERE manifest = ?1";
        Ok(self.connection.prepare_cached(sql)?.query_row([manifest.as_bytes()], collection_row).optional()?)
    }

    /// All collections, sorted by manifest.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn collections(&self) -> Result<Vec<CollectionRow>, IndexError> {
        let mut query = self.connection.prepare_cached("SELECT manifest, files FROM collections ORDER BY manifest")?;
        Ok(query.query_map([], collection_row)?.collect::<Result<_, _>>()?)
    }

    /// Where the bytes of `digest` are found: at most `limit` places (and at most [`PAGE_ROWS_MAX`]), those of
    /// collections indexed first before later ones, then by path.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, digest: &Digest, limit: u32) -> Result<Vec<FileRow>, IndexError> {
        let mut query = self.connection.prepare_cached(
            "SELECT manifest, path, digest, size_bytes FROM files JOIN collections ON id = collection
             WHERE digest = ?1 ORDER BY collection, path LIMIT ?2",
        )?;
        let rows = query.query_map(params![digest.as_bytes(), limit.min(PAGE_ROWS_MAX)], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the index knows `digest`, as a manifest or as a file: for
    /// [`FileBlobs::orphans`](crate::FileBlobs::orphans).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn names(&self, digest: &Digest) -> Result<bool, IndexError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM files WHERE digest = ?1)
                       OR EXISTS (SELECT 1 FROM collections WHERE manifest = ?1)";
        Ok(self.connection.prepare_cached(sql)?.query_row([digest.as_bytes()], |row| row.get(0))?)
    }

    /// A page of the files of a collection, sorted by path: at most `limit` (and at most [`PAGE_ROWS_MAX`]) of those
    /// after `after`.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn files(
        &self,
        manifest: &Digest,
        after: Option<&ManifestPath>,
        limit: u32,
    ) -> Result<Vec<FileRow>, IndexError> {
        let mut query = self.connection.prepare_cached(
            "SELECT manifest, path, digest, size_bytes FROM files JOIN collections ON id = collection
             WHERE collection = (SELECT id FROM collections WHERE manifest = ?1) AND path > ?2 ORDER BY path LIMIT ?3",
        )?;
        // No path is empty, so every path comes after the empty one.
        let after = after.map_or(&[][..], ManifestPath::as_bytes);
        let rows = query.query_map(params![manifest.as_bytes(), after, limit.min(PAGE_ROWS_MAX)], file_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the index holds exactly the collections of `manifests`. Compares names; what is under them is
    /// [`verify`](Self::verify)'s.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn is_current(&self, manifests: &[Digest]) -> Result<bool, IndexError> {
        let mut wanted = manifests.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        Ok(self.collections()?.iter().map(|row| &row.manifest).eq(&wanted))
    }
}

/// Streams one manifest into the tables, in the order of its paths, which is the order of the table.
fn insert(transaction: &Transaction<'_>, manifest: &Digest, blobs: &dyn Blobs) -> Result<CollectionRow, IndexError> {
    transaction
        .prepare_cached("INSERT INTO collections (manifest, files) VALUES (?1, 0)")?
        .execute([manifest.as_bytes()])?;
    let id = transaction.last_insert_rowid();
    let mut add = transaction
        .prepare_cached("INSERT INTO files (collection, path, digest, size_bytes) VALUES (?1, ?2, ?3, ?4)")?;
    let mut files = 0_u64;
    for line in read_manifest(manifest, blobs)? {
        let line = line?;
        let size = blobs.size_bytes(&line.digest)?.map(|size| i64::try_from(size).unwrap_or(i64::MAX));
        add.execute(params![id, line.path.as_bytes(), line.digest.as_bytes(), size])?;
        files += 1;
    }
    transaction
        .prepare_cached("UPDATE collections SET files = ?2 WHERE id = ?1")?
        .execute(params![id, i64::try_from(files).unwrap_or(i64::MAX)])?;
    Ok(CollectionRow { manifest: *manifest, files })
}

fn collection_row(row: &Row<'_>) -> rusqlite::Result<CollectionRow> {
    Ok(CollectionRow { manifest: Digest::from_bytes(row.get(0)?), files: row.get::<_, i64>(1)?.unsigned_abs() })
}

fn file_row(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let path = ManifestPath::new(row.get::<_, Vec<u8>>(1)?).map_err(|problem| {
        rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Blob, Box::new(problem))
    })?;
    Ok(FileRow {
        manifest: Digest::from_bytes(row.get(0)?),
        path,
        digest: Digest::from_bytes(row.get(2)?),
        size_bytes: row.get::<_, Option<i64>>(3)?.map(i64::unsigned_abs),
    })
}

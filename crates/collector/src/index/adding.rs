//! Adding a collection: its lines, one after another, against the files of the collection that it follows.
//!
//! Only what is different is written. Everything happens in one transaction, so nothing is seen before it is finished, and
//! one that is given up leaves nothing. Must never hold more than some thousands of lines.

use std::collections::VecDeque;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestLine;
use rusqlite::{Transaction, TransactionBehavior};

use super::heads::Heads;
use super::row::{FileRecord, Writing, head, rows_where};
use super::series::{Collection, CollectionRow, Place, kept, place_of_next, record};
use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Blobs, Progress, Stopped, Watch, read_manifest};

/// How many lines are taken before they are written: some 2 MB of usual length.
const AHEAD_LINES: usize = 16 * 1024;

/// How many files of the collection that is followed are read ahead: some 500 KB of usual length.
const AHEAD_ROWS: u32 = 4 * 1024;

/// A collection that is being added. Nobody sees anything of it before [`finish`](Self::finish), and nobody else can add
/// another; dropped before that, it leaves nothing.
#[derive(Debug)]
pub struct Addition<'i> {
    transaction: Transaction<'i>,
    rows: Rows,
    heads: Heads,
    ahead: Vec<ManifestLine>,
    trouble: Option<IndexError>,
}

impl Index {
    /// Begins to add a collection, which followed that of the manifest `follows`.
    ///
    /// # Errors
    /// [`IndexError::Busy`] when somebody else is adding one; when the index cannot be read.
    pub fn adding(&mut self, follows: Option<&Digest>) -> Result<Addition<'_>, IndexError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let rows = Rows::new(&transaction, follows)?;
        Ok(Addition {
            transaction,
            rows,
            heads: Heads::default(),
            ahead: Vec::with_capacity(AHEAD_LINES),
            trouble: None,
        })
    }
}

impl Addition<'_> {
    /// Takes the next file, in the order of the manifest: as a listener of [`collect`](crate::collect). What goes wrong is
    /// told when it is finished.
    pub fn add(&mut self, line: &ManifestLine) {
        if self.trouble.is_some() {
            return;
        }
        self.ahead.push(line.clone());
        if self.ahead.len() == AHEAD_LINES {
            self.trouble = self.rows.take(&self.transaction, &mut self.heads, &mut self.ahead).err();
        }
    }

    /// Makes what was taken the collection of `manifest`, whose lines they must have been. If that is in the index
    /// already, nothing is changed. To be called when the ledger holds the entry, so that no collection is in the index
    /// that is in no ledger.
    ///
    /// # Errors
    /// What went wrong since it was begun. Nothing has been added then.
    pub fn finish(mut self, manifest: &Digest) -> Result<CollectionRow, IndexError> {
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        if let Some(there) = kept(&self.transaction, manifest)? {
            return Ok(there.row);
        }
        self.rows.take(&self.transaction, &mut self.heads, &mut self.ahead)?;
        let row = self.rows.finish(&self.transaction, manifest)?;
        self.heads.put(&self.transaction)?;
        self.transaction.commit()?;
        Ok(row)
    }
}

/// Adds the files of a stored manifest. Does not commit, and leaves it to the caller to put the heads.
pub(super) fn add_stored(
    transaction: &Transaction<'_>,
    heads: &mut Heads,
    collection: &Collection,
    blobs: &dyn Blobs,
    watch: Watch<'_>,
    done: &mut Progress,
) -> Result<CollectionRow, IndexError> {
    let mut rows = Rows::new(transaction, collection.follows.as_ref())?;
    let mut lines = read_manifest(&collection.manifest, blobs)?;
    let mut ahead = Vec::with_capacity(AHEAD_LINES);
    loop {
        if is_set(watch.stop) {
            return Err(Stopped.into());
        }
        for line in lines.by_ref().take(AHEAD_LINES) {
            ahead.push(line?);
        }
        if ahead.is_empty() {
            return rows.finish(transaction, &collection.manifest);
        }
        done.files += ahead.len() as u64;
        rows.take(transaction, heads, &mut ahead)?;
        watch.report(*done);
    }
}

/// The rows of a collection, as they come to be.
#[derive(Debug)]
struct Rows {
    place: Place,
    follows: Option<Digest>,
    /// The files of the collection before it, in order, read ahead.
    earlier: VecDeque<FileRecord>,
    /// Up to where they have been read; nothing when there are no more.
    read_to: Option<Vec<u8>>,
    files: u64,
}

impl Rows {
    fn new(transaction: &Transaction<'_>, follows: Option<&Digest>) -> Result<Rows, IndexError> {
        let place = place_of_next(transaction, follows)?;
        Ok(Rows {
            place,
            follows: follows.copied(),
            earlier: VecDeque::new(),
            read_to: place.before.map(|_| Vec::new()),
            files: 0,
        })
    }

    /// Writes what is different in `lines`.
    fn take(
        &mut self,
        transaction: &Transaction<'_>,
        heads: &mut Heads,
        lines: &mut Vec<ManifestLine>,
    ) -> Result<(), IndexError> {
        let mut writing = Writing::on(transaction)?;
        self.files += lines.len() as u64;
        for line in lines.drain(..) {
            while let Some(gone) = self.next_earlier(transaction, |row| row.path < line.path)? {
                self.end(&mut writing, gone)?;
            }
            match self.next_earlier(transaction, |row| row.path == line.path)? {
                Some(row) if row.digest == line.digest => continue,
                Some(row) => self.end(&mut writing, row)?,
                None => {}
            }
            let Place { number: first, series, first_row, rows, .. } = self.place;
            let (id, ManifestLine { digest, path }) = (first_row + rows, line);
            heads.push(transaction, head(&digest), id)?;
            writing.insert(&FileRecord { id, series, path, digest, first, last: None })?;
            self.place.rows += 1;
        }
        Ok(())
    }

    /// The next file of the collection before, if it is `wanted`.
    fn next_earlier(
        &mut self,
        transaction: &Transaction<'_>,
        wanted: impl FnOnce(&FileRecord) -> bool,
    ) -> Result<Option<FileRecord>, IndexError> {
        if self.earlier.is_empty() && self.read_to.is_some() {
            self.read_ahead(transaction)?;
        }
        Ok(self.earlier.pop_front_if(|row| wanted(row)))
    }

    fn read_ahead(&mut self, transaction: &Transaction<'_>) -> Result<(), IndexError> {
        // What this collection has added lies among the others, and is not of the collection before.
        let sql =
            rows_where("f.series = ?1 AND f.path > ?2 AND f.last IS NULL AND f.first < ?3 ORDER BY f.path LIMIT ?4");
        let mut query = transaction.prepare_cached(&sql)?;
        let mut rows = query.query((self.place.series, &self.read_to, self.place.number, AHEAD_ROWS))?;
        while let Some(row) = rows.next()? {
            self.earlier.push_back(FileRecord::read(row)?);
        }
        self.read_to = self.earlier.back().map(|row| row.path.as_bytes().to_vec());
        Ok(())
    }

    fn end(&self, writing: &mut Writing<'_>, row: FileRecord) -> Result<(), IndexError> {
        // There is an earlier file only if there is a collection before.
        writing.end(row, self.place.before.unwrap_or_default())
    }

    /// Ends what is in the collection before and not in this one, and notes this one.
    fn finish(&mut self, transaction: &Transaction<'_>, manifest: &Digest) -> Result<CollectionRow, IndexError> {
        let mut writing = Writing::on(transaction)?;
        while let Some(gone) = self.next_earlier(transaction, |_| true)? {
            self.end(&mut writing, gone)?;
        }
        let row = CollectionRow { manifest: *manifest, follows: self.follows, files: self.files };
        record(transaction, self.place, &row)?;
        Ok(row)
    }
}

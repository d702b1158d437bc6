//! Adding a collection: its lines, one after another, against the files of the collection that it follows.
//!
//! Only what is different is written. Everything happens in one transaction, so nothing is seen before it is finished, and
//! one that is given up leaves nothing. Must never hold more than some thousands of lines, or take them out of order.

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use rusqlite::{Transaction, TransactionBehavior};

use super::forgetting::want_again;
use super::heads::Heads;
use super::in_order::InOrder;
use super::row::{self, FileRecord, head};
use super::series::{Collection, CollectionRow, Forgotten, Kept, Place, kept, place_of_next, record};
use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Blobs, Progress, Stopped, Watch, read_manifest};

/// How many lines are taken before they are written: some 150 KB of usual length.
const AHEAD_LINES: usize = 1024;

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
        let row = self.rows.finish(&self.transaction, manifest, Forgotten::No)?;
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
            // Nobody has read what a collection brings that is added late.
            let forgotten = if collection.erased { Forgotten::Wholly } else { Forgotten::No };
            return rows.finish(transaction, &collection.manifest, forgotten);
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
    /// The files of the collection before it, if there is one.
    earlier: Option<Earlier>,
    files: u64,
    /// The path of the last file.
    latest: Option<ManifestPath>,
}

impl Rows {
    fn new(transaction: &Transaction<'_>, follows: Option<&Digest>) -> Result<Rows, IndexError> {
        let (place, before) = place_of_next(transaction, follows)?;
        let earlier = match before {
            None => None,
            Some(before) => {
                let rows = InOrder::of_collection(transaction, before.place, &[])?;
                Some(Earlier { kept: before, rows, ahead: None })
            }
        };
        Ok(Rows { place, follows: follows.copied(), earlier, files: 0, latest: None })
    }

    /// Writes what is different in `lines`.
    fn take(
        &mut self,
        transaction: &Transaction<'_>,
        heads: &mut Heads,
        lines: &mut Vec<ManifestLine>,
    ) -> Result<(), IndexError> {
        let paths = lines.iter().map(|line| &line.path);
        if !self.latest.iter().chain(paths).is_sorted_by(|before, after| before < after) {
            return Err(IndexError::Order);
        }
        if let Some(line) = lines.last() {
            self.latest = Some(line.path.clone());
        }
        self.files += lines.len() as u64;
        let mut new = Vec::with_capacity(lines.len());
        for ManifestLine { digest, path } in lines.drain(..) {
            if !self.is_there(transaction, &digest, &path)? {
                let Place { number: first, series, first_row, rows, .. } = self.place;
                let id = first_row + rows;
                heads.push(transaction, head(&digest), id)?;
                new.push(FileRecord { id, series, path, digest, first, last: None });
                self.place.rows += 1;
            }
        }
        row::insert(transaction, &new)
    }

    /// Whether the collection before has this file just so. What it has up to there and this one has not, ends with it.
    fn is_there(
        &mut self,
        transaction: &Transaction<'_>,
        digest: &Digest,
        path: &ManifestPath,
    ) -> Result<bool, IndexError> {
        let Some(earlier) = &mut self.earlier else { return Ok(false) };
        while let Some(row) = earlier.next(transaction, |row| row.path <= *path)? {
            if row.path == *path && row.digest == *digest {
                return Ok(true);
            }
            row::end(transaction, row, earlier.kept.place.number)?;
        }
        Ok(false)
    }

    /// Ends what is in the collection before and not in this one, and notes this one.
    fn finish(
        &mut self,
        transaction: &Transaction<'_>,
        manifest: &Digest,
        forgotten: Forgotten,
    ) -> Result<CollectionRow, IndexError> {
        if let Some(earlier) = &mut self.earlier {
            while let Some(gone) = earlier.next(transaction, |_| true)? {
                row::end(transaction, gone, earlier.kept.place.number)?;
            }
        }
        let row = CollectionRow { manifest: *manifest, follows: self.follows, files: self.files, forgotten };
        record(transaction, self.place, &row)?;
        // What stayed as it was brings no new row that would ask for its text.
        if forgotten == Forgotten::No && self.earlier.as_ref().is_some_and(|it| it.kept.row.forgotten != forgotten) {
            want_again(transaction, self.place)?;
        }
        Ok(row)
    }
}

/// The files of an earlier collection, in order. What is being added lies among them, and is none of them.
#[derive(Debug)]
struct Earlier {
    kept: Kept,
    rows: InOrder,
    ahead: Option<FileRecord>,
}

impl Earlier {
    /// The next file, if it is `wanted`.
    fn next(
        &mut self,
        transaction: &Transaction<'_>,
        wanted: impl FnOnce(&FileRecord) -> bool,
    ) -> Result<Option<FileRecord>, IndexError> {
        if self.ahead.is_none() {
            self.ahead = self.rows.next(transaction)?;
        }
        Ok(self.ahead.take_if(|row| wanted(row)))
    }
}

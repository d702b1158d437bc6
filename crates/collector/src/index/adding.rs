//! Adding a collection: its files, one after another, against those of the collection that it follows. While it is made it
//! is compared with that one's manifest anyway, and only what is different is told; what is added late is compared here.
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
use super::series::{Collection, CollectionRow, Forgotten, Place, kept, place_of_next, record};
use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Blobs, Compared, Progress, Stopped, Watch, read_manifest};

/// How many lines are taken before they are written: some 150 KB of usual length.
const AHEAD_LINES: usize = 1024;

/// A collection that is being added. Nobody sees anything of it before [`finish`](Self::finish), and nobody else can add
/// another; dropped before that, it leaves nothing.
#[derive(Debug)]
pub struct Addition<'i> {
    transaction: Transaction<'i>,
    rows: Rows,
    /// The files of the collection before it, if there is one.
    earlier: Option<Earlier>,
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
        let (rows, earlier) = Rows::new(&transaction, follows)?;
        let ahead = Vec::with_capacity(AHEAD_LINES);
        Ok(Addition { transaction, rows, earlier, heads: Heads::default(), ahead, trouble: None })
    }
}

impl Addition<'_> {
    /// Takes the next file, compared with those of the collection that it follows: as a listener of
    /// [`collect`](crate::collect), which compares with the same. What goes wrong is told when it is finished.
    pub fn add(&mut self, file: Compared<'_>) {
        if self.trouble.is_none() {
            self.trouble = self.take(file).err();
        }
    }

    fn take(&mut self, file: Compared<'_>) -> Result<(), IndexError> {
        match (file, &mut self.earlier) {
            (Compared::Same(_), Some(_)) => self.rows.files += 1,
            (Compared::Gone(path), Some(earlier)) => earlier.end(&self.transaction, path)?,
            (Compared::Gone(_), None) => {}
            // That it was there is no use where the collection in which it was is not the one before.
            (Compared::New(line) | Compared::Same(line), _) => {
                self.ahead.push(line.clone());
                if self.ahead.len() == AHEAD_LINES {
                    self.rows.take(&self.transaction, &mut self.heads, &mut self.ahead)?;
                }
            }
        }
        Ok(())
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
    let (mut rows, mut earlier) = Rows::new(transaction, collection.follows.as_ref())?;
    let mut lines = read_manifest(&collection.manifest, blobs)?;
    let mut new = Vec::with_capacity(AHEAD_LINES);
    loop {
        if is_set(watch.stop) {
            return Err(Stopped.into());
        }
        let mut count = 0;
        for line in lines.by_ref().take(AHEAD_LINES) {
            let line = line?;
            count += 1;
            let same = match &mut earlier {
                Some(earlier) => earlier.has(transaction, &line)?,
                None => false,
            };
            if same {
                rows.files += 1;
            } else {
                new.push(line);
            }
        }
        if count == 0 {
            break;
        }
        done.files += count;
        rows.take(transaction, heads, &mut new)?;
        watch.report(*done);
    }
    if let Some(earlier) = &mut earlier {
        earlier.end_rest(transaction)?;
    }
    // Nobody has read what a collection brings that is added late.
    let forgotten = if collection.erased { Forgotten::Wholly } else { Forgotten::No };
    rows.finish(transaction, &collection.manifest, forgotten)
}

/// The rows of a collection, as they come to be.
#[derive(Debug)]
struct Rows {
    place: Place,
    follows: Option<Digest>,
    /// How far the collection before it is forgotten, if there is one.
    before: Option<Forgotten>,
    files: u64,
    /// The path of the last row.
    latest: Option<ManifestPath>,
}

impl Rows {
    /// Those of the next collection, and the files of the one before it, if there is one.
    fn new(transaction: &Transaction<'_>, follows: Option<&Digest>) -> Result<(Rows, Option<Earlier>), IndexError> {
        let (place, before) = place_of_next(transaction, follows)?;
        let rows = Rows {
            place,
            follows: follows.copied(),
            before: before.map(|before| before.row.forgotten),
            files: 0,
            latest: None,
        };
        let earlier = before.map(|before| Earlier::new(transaction, before.place)).transpose()?;
        Ok((rows, earlier))
    }

    /// Writes `lines`, which the collection before has not just so.
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
            let Place { number: first, series, first_row, rows, .. } = self.place;
            let id = first_row + rows;
            heads.push(transaction, head(&digest), id)?;
            new.push(FileRecord { id, series, path, digest, first, last: None });
            self.place.rows += 1;
        }
        row::insert(transaction, &new)
    }

    /// Notes the collection.
    fn finish(
        &self,
        transaction: &Transaction<'_>,
        manifest: &Digest,
        forgotten: Forgotten,
    ) -> Result<CollectionRow, IndexError> {
        let row = CollectionRow { manifest: *manifest, follows: self.follows, files: self.files, forgotten };
        record(transaction, self.place, &row)?;
        // What stayed as it was brings no new row that would ask for its text.
        if forgotten == Forgotten::No && self.before.is_some_and(|before| before != forgotten) {
            want_again(transaction, self.place)?;
        }
        Ok(row)
    }
}

/// The files of an earlier collection, in order. What is being added lies among them, and is none of them.
#[derive(Debug)]
struct Earlier {
    /// The number of that collection.
    number: i64,
    rows: InOrder,
    ahead: Option<FileRecord>,
}

impl Earlier {
    fn new(transaction: &Transaction<'_>, place: Place) -> Result<Earlier, IndexError> {
        let rows = InOrder::of_collection(transaction, place, &[])?;
        Ok(Earlier { number: place.number, rows, ahead: None })
    }

    /// Whether it has this file just so. What it has up to there and the later collection has not, ends with it.
    fn has(&mut self, transaction: &Transaction<'_>, line: &ManifestLine) -> Result<bool, IndexError> {
        while let Some(row) = self.next(transaction, |row| row.path <= line.path)? {
            if row.path == line.path && row.digest == line.digest {
                return Ok(true);
            }
            row::end(transaction, row, self.number)?;
        }
        Ok(false)
    }

    /// The file of this path ends with it. What lies before is not looked at.
    fn end(&mut self, transaction: &Transaction<'_>, path: &ManifestPath) -> Result<(), IndexError> {
        self.ahead.take_if(|row| row.path < *path);
        if self.ahead.is_none() {
            self.rows.skip_to(transaction, path.as_bytes())?;
        }
        let row = self.next(transaction, |row| row.path == *path)?;
        row::end(
            transaction,
            row.ok_or_else(|| IndexError::damaged("a file of the collection before is gone"))?,
            self.number,
        )
    }

    /// What it has from here on ends with it.
    fn end_rest(&mut self, transaction: &Transaction<'_>) -> Result<(), IndexError> {
        while let Some(gone) = self.next(transaction, |_| true)? {
            row::end(transaction, gone, self.number)?;
        }
        Ok(())
    }

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

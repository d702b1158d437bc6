//! Adding a collection: its files, one after another, against those of the collection that it follows. While it is made it
//! is compared with that one's manifest anyway, so only what is different has to be told. Where another came between, or it
//! is added late, its files are compared with the rows of the one before.
//!
//! Only what is different is written. Everything happens in one transaction, so nothing is seen before it is finished, and
//! one that is given up leaves nothing. Must never hold more than some thousands of lines, or take them out of order.

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestOrder, ManifestPath};
use rusqlite::{Transaction, TransactionBehavior};

use super::forgetting::want_again;
use super::heads::Heads;
use super::in_order::InOrder;
use super::row::{self, FileRecord, head};
use super::series::{Collection, CollectionRow, Forgotten, Kept, Place, kept, place_of_next, record};
use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Blobs, Compared, Progress, Stopped, Watch, read_manifest};

/// How many lines are taken before they are written: some 150 KB of usual length.
const AHEAD_LINES: usize = 1024;

/// After how many files it is told how far it is, and heard whether to stop.
const TOLD_FILES: u64 = 1024;

/// A collection that is being added. Nobody sees anything of it before [`finish`](Self::finish), and nobody else can add
/// another; dropped before that, it leaves nothing.
#[derive(Debug)]
pub struct Addition<'i> {
    transaction: Transaction<'i>,
    rows: Rows,
    /// Whether what is told is compared with the collection whose rows come before.
    is_told: bool,
    heads: Heads,
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
        let is_told = rows.earlier.as_ref().is_some_and(|earlier| Some(&earlier.kept.row.manifest) == follows);
        Ok(Addition { transaction, rows, is_told, heads: Heads::default(), trouble: None })
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
        let Addition { transaction, rows, is_told, heads, .. } = self;
        match file {
            Compared::Same(line) if *is_told => rows.accept(line),
            Compared::New(line) if *is_told => rows.add(transaction, heads, line),
            Compared::Gone(path) if *is_told => rows.end(transaction, path),
            Compared::Same(line) | Compared::New(line) => rows.compare(transaction, heads, line),
            Compared::Gone(_) => Ok(()),
        }
    }

    /// Makes what was taken the collection of `manifest`, whose lines they must have been. If that is in the index
    /// already, nothing is changed. To be called when the ledger holds the entry, so that no collection is in the index
    /// that is in no ledger.
    ///
    /// # Errors
    /// What went wrong since it was begun. Nothing has been added then.
    pub fn finish(self, manifest: &Digest) -> Result<CollectionRow, IndexError> {
        let Addition { transaction, mut rows, is_told, mut heads, trouble } = self;
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        if let Some(there) = kept(&transaction, manifest)? {
            return Ok(there.row);
        }
        if !is_told {
            rows.end_rest(&transaction)?;
        }
        let row = rows.finish(&transaction, &mut heads, manifest, Forgotten::No)?;
        heads.put(&transaction)?;
        transaction.commit()?;
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
    for (number, line) in (0_u64..).zip(read_manifest(&collection.manifest, blobs)?) {
        if number.is_multiple_of(TOLD_FILES) {
            watch.report(*done);
            if is_set(watch.stop) {
                return Err(Stopped.into());
            }
        }
        rows.compare(transaction, heads, &line?)?;
        done.files += 1;
    }
    rows.end_rest(transaction)?;
    watch.report(*done);
    // Nobody has read what a collection brings that is added late.
    let forgotten = if collection.erased { Forgotten::Wholly } else { Forgotten::No };
    rows.finish(transaction, heads, &collection.manifest, forgotten)
}

/// The rows of a collection, as they come to be.
#[derive(Debug)]
struct Rows {
    place: Place,
    follows: Option<Digest>,
    /// The files of the collection before it, if there is one.
    earlier: Option<Earlier>,
    order: ManifestOrder,
    files: u64,
    /// Files that are to be written.
    ahead: Vec<ManifestLine>,
}

impl Rows {
    fn new(transaction: &Transaction<'_>, follows: Option<&Digest>) -> Result<Rows, IndexError> {
        let (place, before) = place_of_next(transaction, follows)?;
        let earlier = before.map(|before| Earlier::new(transaction, before)).transpose()?;
        let ahead = Vec::with_capacity(AHEAD_LINES);
        Ok(Rows { place, follows: follows.copied(), earlier, order: ManifestOrder::default(), files: 0, ahead })
    }

    /// Takes a file that the collection before has just so.
    fn accept(&mut self, line: &ManifestLine) -> Result<(), IndexError> {
        self.order.accept(&line.path).map_err(|_| IndexError::Order)?;
        self.files += 1;
        Ok(())
    }

    /// Takes a file that it has not, or not so.
    fn add(&mut self, transaction: &Transaction<'_>, heads: &mut Heads, line: &ManifestLine) -> Result<(), IndexError> {
        self.accept(line)?;
        self.ahead.push(line.clone());
        if self.ahead.len() == AHEAD_LINES { self.write(transaction, heads) } else { Ok(()) }
    }

    /// The collection before has a file of this path, which ends with it.
    fn end(&mut self, transaction: &Transaction<'_>, path: &ManifestPath) -> Result<(), IndexError> {
        self.earlier.as_mut().map_or(Ok(()), |earlier| earlier.end(transaction, path))
    }

    /// Takes a file and finds out whether the collection before has it just so. What that has up to there and this one has
    /// not, ends with it.
    fn compare(
        &mut self,
        transaction: &Transaction<'_>,
        heads: &mut Heads,
        line: &ManifestLine,
    ) -> Result<(), IndexError> {
        match &mut self.earlier {
            Some(earlier) => match earlier.has(transaction, line)? {
                true => self.accept(line),
                false => self.add(transaction, heads, line),
            },
            None => self.add(transaction, heads, line),
        }
    }

    /// What the collection before has from here on ends with it.
    fn end_rest(&mut self, transaction: &Transaction<'_>) -> Result<(), IndexError> {
        self.earlier.as_mut().map_or(Ok(()), |earlier| earlier.end_rest(transaction))
    }

    fn write(&mut self, transaction: &Transaction<'_>, heads: &mut Heads) -> Result<(), IndexError> {
        let mut new = Vec::with_capacity(self.ahead.len());
        for ManifestLine { digest, path } in self.ahead.drain(..) {
            let Place { number: first, series, first_row, rows, .. } = self.place;
            let id = first_row + rows;
            heads.push(transaction, head(&digest), id)?;
            new.push(FileRecord { id, series, path, digest, first, last: None });
            self.place.rows += 1;
        }
        row::insert(transaction, &new)
    }

    /// Writes what is left, and notes the collection.
    fn finish(
        mut self,
        transaction: &Transaction<'_>,
        heads: &mut Heads,
        manifest: &Digest,
        forgotten: Forgotten,
    ) -> Result<CollectionRow, IndexError> {
        self.write(transaction, heads)?;
        let row = CollectionRow { manifest: *manifest, follows: self.follows, files: self.files, forgotten };
        record(transaction, self.place, &row)?;
        // What stayed as it was brings no new row that would ask for its text.
        if forgotten == Forgotten::No && self.earlier.is_some_and(|it| it.kept.row.forgotten != forgotten) {
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
    fn new(transaction: &Transaction<'_>, kept: Kept) -> Result<Earlier, IndexError> {
        let rows = InOrder::of_collection(transaction, kept.place, &[])?;
        Ok(Earlier { kept, rows, ahead: None })
    }

    /// Whether it has this file just so. What it has up to there and the later collection has not, ends with it.
    fn has(&mut self, transaction: &Transaction<'_>, line: &ManifestLine) -> Result<bool, IndexError> {
        while let Some(row) = self.next(transaction, |row| row.path <= line.path)? {
            if row.path == line.path && row.digest == line.digest {
                return Ok(true);
            }
            self.ends(transaction, row)?;
        }
        Ok(false)
    }

    /// The file of this path ends with it. What lies before that is not looked at.
    fn end(&mut self, transaction: &Transaction<'_>, path: &ManifestPath) -> Result<(), IndexError> {
        self.ahead.take_if(|row| row.path < *path);
        if self.ahead.is_none() {
            self.rows.skip_to(transaction, path.as_bytes())?;
        }
        let row = self.next(transaction, |row| row.path == *path)?;
        self.ends(transaction, row.ok_or_else(|| IndexError::damaged("a file of the collection before is not there"))?)
    }

    fn end_rest(&mut self, transaction: &Transaction<'_>) -> Result<(), IndexError> {
        while let Some(gone) = self.next(transaction, |_| true)? {
            self.ends(transaction, gone)?;
        }
        Ok(())
    }

    fn ends(&self, transaction: &Transaction<'_>, row: FileRecord) -> Result<(), IndexError> {
        row::end(transaction, row, self.kept.place.number)
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

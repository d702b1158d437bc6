//! Taking out the newest collections, when the ledger has come to say otherwise: what was undone is one of them.
//!
//! What comes after it is taken out too and added again, because each collection is kept as what is different from the one
//! before it. All in one transaction, so that nobody meets an index without them. Must never cost a document its text that
//! a collection still lists, and never leave the text of one that none lists.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::adding::add_stored;
use super::forgetting::{forget_unless_listed, settle};
use super::heads::Heads;
use super::in_order::InOrder;
use super::marks::{Mark, back_to};
use super::row::{self, FileRecord, digest_of, rows_where};
use super::series::{Collection, Kept, Place, agreeing, all_kept};
use super::{Index, IndexError};
use crate::watch::is_set;
use crate::{Blobs, Progress, Stopped, Watch};

/// How many rows are put back at once: some 300 KB of usual length.
const REOPENED_ROWS: usize = 1024;

impl Index {
    /// Brings the index from others than `wanted` to those. Gives how many it took out and how many it added.
    pub(super) fn replace(
        &mut self,
        wanted: &[Collection],
        blobs: &dyn Blobs,
        watch: Watch<'_>,
    ) -> Result<(usize, usize), IndexError> {
        // What no collection lists any more leaves no word in the file.
        self.connection.pragma_update(None, "secure_delete", true)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let there = all_kept(&transaction)?;
        let (stay, gone) = there.split_at(agreeing(&there, wanted));
        // In a file of its own: at some 10 bytes each, of 5 million documents 50 MB.
        transaction.execute_batch("CREATE TEMP TABLE leaving (id INTEGER PRIMARY KEY)")?;
        for Kept { place, .. } in gone {
            note_documents(&transaction, *place, watch)?;
        }
        if let Some(first) = gone.first() {
            take_out(&transaction, stay, first)?;
        }
        let (mut heads, mut done) = (Heads::default(), Progress::default());
        for collection in &wanted[stay.len()..] {
            add_stored(&transaction, &mut heads, collection, blobs, watch, &mut done)?;
        }
        heads.put(&transaction)?;
        settle(&transaction, wanted)?;
        forget_what_left(&transaction)?;
        transaction.execute_batch("DROP TABLE temp.leaving")?;
        transaction.commit()?;
        Ok((gone.len(), wanted.len() - stay.len()))
    }
}

/// Notes the documents of a collection of which something is known.
fn note_documents(transaction: &Transaction<'_>, place: Place, watch: Watch<'_>) -> Result<(), IndexError> {
    let mut note = transaction
        .prepare_cached("INSERT OR IGNORE INTO temp.leaving SELECT id FROM texts WHERE head = ?1 AND tail = ?2")?;
    let mut rows = InOrder::of_collection(transaction, place, &[])?;
    while let Some(found) = rows.next(transaction)? {
        if is_set(watch.stop) {
            return Err(Stopped.into());
        }
        note.execute((row::head(&found.digest), row::tail(&found.digest)))?;
    }
    Ok(())
}

/// Takes out the collections from `first` on, so that only those that `stay` are left, as they were before it came.
fn take_out(transaction: &Transaction<'_>, stay: &[Kept], first: &Kept) -> Result<(), IndexError> {
    let from = first.place.first_row;
    // Of each series the last counts.
    let newest: BTreeMap<i64, i64> = stay.iter().map(|kept| (kept.place.series, kept.place.number)).collect();
    for (series, newest) in newest {
        reopen(transaction, series, newest, from)?;
    }
    {
        let named = Mark::Names.row(transaction)?;
        let mut query = transaction.prepare_cached("SELECT id, path FROM files WHERE id >= ?1 AND id <= ?2")?;
        let mut unname =
            transaction.prepare_cached("INSERT INTO names (names, rowid, path) VALUES ('delete', ?1, ?2)")?;
        let mut rows = query.query((from, named))?;
        while let Some(row) = rows.next()? {
            let path = row.get_ref(1)?.as_blob().map_err(|error| IndexError::damaged(error.to_string()))?;
            unname.execute((row.get::<_, i64>(0)?, String::from_utf8_lossy(path)))?;
        }
    }
    let heads = "DELETE FROM by_head WHERE (key, file) IN (SELECT head, id FROM files WHERE id >= ?1)";
    transaction.execute(heads, [from])?;
    transaction.execute("DELETE FROM files WHERE id >= ?1", [from])?;
    transaction.execute("DELETE FROM collections WHERE number >= ?1", [first.place.number])?;
    back_to(transaction, from - 1)
}

/// The rows of a series before `from` that its newest collection that stays has, and a later one had not.
fn reopen(connection: &Connection, series: i64, newest: i64, from: i64) -> Result<(), IndexError> {
    let mut after = 0;
    loop {
        let sql = rows_where("f.id > ?1 AND f.id < ?2 AND f.series = ?3 AND f.last >= ?4 ORDER BY f.id LIMIT ?5");
        let mut query = connection.prepare_cached(&sql)?;
        let mut rows = query.query((after, from, series, newest, REOPENED_ROWS as i64))?;
        let mut ended = Vec::new();
        while let Some(row) = rows.next()? {
            ended.push(FileRecord::read(row)?);
        }
        let Some(last) = ended.last() else { return Ok(()) };
        after = last.id;
        for row in ended {
            row::reopen(connection, row)?;
        }
    }
}

fn forget_what_left(transaction: &Transaction<'_>) -> Result<(), IndexError> {
    let mut query = transaction.prepare("SELECT head, tail FROM temp.leaving JOIN texts USING (id)")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        forget_unless_listed(transaction, &digest_of(row.get(0)?, row.get(1)?))?;
    }
    Ok(())
}

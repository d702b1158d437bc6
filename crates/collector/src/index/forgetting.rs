//! What may be in the index of the words of documents: those that some collection lists whose bytes were not erased.
//!
//! The ledger says which were; here the tables are brought to it, both ways. What was erased and is collected once more, as
//! it was, brings no row that would ask for its text: so it is asked for by itself. Must never call an erased collection
//! forgotten while a file of the index may have a word of it.

use std::collections::BTreeMap;

use portreeve_model::Digest;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};

use super::in_order::InOrder;
use super::marks::Mark;
use super::row::{head, tail};
use super::series::{Collection, Forgotten, Kept, Place, all_kept, mark};
use super::{Index, IndexError};

impl Index {
    /// Takes out the words of documents that only erased collections list, and asks again for those that another lists by
    /// now. What is being read meanwhile is not added. The log may have them until [`clear_log`](Self::clear_log).
    pub(super) fn settle(&mut self, collections: &[Collection]) -> Result<(), IndexError> {
        if different(&self.connection, collections)?.is_empty() {
            return Ok(());
        }
        self.connection.pragma_update(None, "secure_delete", true)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        settle(&transaction, collections)?;
        Ok(transaction.commit()?)
    }

    /// Takes what was forgotten out of the log too. To be called before the bytes of evidence are removed.
    ///
    /// # Errors
    /// [`IndexError::Busy`] also when somebody is just reading the log; then call it again. When the index cannot be
    /// written.
    pub fn clear_log(&mut self) -> Result<(), IndexError> {
        let is_begun = |kept: &Kept| kept.row.forgotten == Forgotten::Begun;
        if !all_kept(&self.connection)?.iter().any(is_begun) {
            return Ok(());
        }
        // The log holds the pages as they were.
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))?;
        if busy != 0 {
            return Err(IndexError::Busy);
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for kept in all_kept(&transaction)?.into_iter().filter(is_begun) {
            mark(&transaction, kept, Forgotten::Wholly)?;
        }
        Ok(transaction.commit()?)
    }
}

/// As [`Index::settle`], for one who holds the index.
pub(super) fn settle(transaction: &Transaction<'_>, collections: &[Collection]) -> Result<(), IndexError> {
    let different = different(transaction, collections)?;
    // What one collection leaves may be what another lists from now on.
    for kept in &different {
        let may_be_read = kept.row.forgotten == Forgotten::No;
        mark(transaction, *kept, if may_be_read { Forgotten::Begun } else { Forgotten::No })?;
    }
    for Kept { place, row } in different {
        match row.forgotten {
            Forgotten::No => forget(transaction, place)?,
            Forgotten::Begun | Forgotten::Wholly => want_again(transaction, place)?,
        }
    }
    Ok(())
}

/// The collections that were erased since the index was told, or are not erased any more.
fn different(connection: &Connection, collections: &[Collection]) -> Result<Vec<Kept>, IndexError> {
    let erased: BTreeMap<Digest, bool> = collections.iter().map(|told| (told.manifest, told.erased)).collect();
    let differs = |kept: &Kept| {
        let is_forgotten = kept.row.forgotten != Forgotten::No;
        erased.get(&kept.row.manifest).is_some_and(|is_erased| *is_erased != is_forgotten)
    };
    Ok(all_kept(connection)?.into_iter().filter(differs).collect())
}

/// Asks for the texts of a collection's documents that were passed over when nobody might read them.
pub(super) fn want_again(transaction: &Transaction<'_>, place: Place) -> Result<(), IndexError> {
    // Whatever lies behind the mark is asked for anyhow.
    let read = Mark::Texts.row(transaction)?;
    if read == 0 {
        return Ok(());
    }
    let mut want = transaction.prepare_cached(
        "INSERT INTO texts (head, tail, state, up_to) VALUES (?1, ?2, 3, ?3) ON CONFLICT (head, tail) DO NOTHING",
    )?;
    let mut rows = InOrder::of_collection(transaction, place, &[])?;
    while let Some(row) = rows.next(transaction)? {
        if row.id <= read {
            want.execute((head(&row.digest), tail(&row.digest), row.id))?;
        }
    }
    Ok(())
}

fn forget(transaction: &Transaction<'_>, place: Place) -> Result<(), IndexError> {
    let mut rows = InOrder::of_collection(transaction, place, &[])?;
    while let Some(row) = rows.next(transaction)? {
        forget_unless_listed(transaction, &row.digest)?;
    }
    Ok(())
}

/// Takes out what is known of a document, unless a collection lists it that was not erased: then it is that one's.
pub(super) fn forget_unless_listed(connection: &Connection, digest: &Digest) -> Result<(), IndexError> {
    let (head, tail) = (head(digest), tail(digest));
    if let Some(row) = listed_in(connection, digest)? {
        let sql = "UPDATE texts SET up_to = ?3 WHERE head = ?1 AND tail = ?2 AND up_to IS NOT NULL";
        connection.prepare_cached(sql)?.execute((head, tail, row))?;
        return Ok(());
    }
    let sql = "INSERT INTO words (words, rowid, body)
               SELECT 'delete', id, body FROM texts WHERE head = ?1 AND tail = ?2 AND body IS NOT NULL";
    connection.prepare_cached(sql)?.execute((head, tail))?;
    connection.prepare_cached("DELETE FROM texts WHERE head = ?1 AND tail = ?2")?.execute((head, tail))?;
    Ok(())
}

/// The newest row of a document that is in a collection whose bytes were not erased.
pub(super) fn listed_in(connection: &Connection, digest: &Digest) -> Result<Option<i64>, IndexError> {
    let sql = "SELECT b.file FROM by_head AS b CROSS JOIN files AS f ON f.id = b.file
               WHERE b.key = ?1 AND f.tail = ?2 AND EXISTS (
                   SELECT 1 FROM collections AS c WHERE c.series = f.series AND c.erased = 0 AND c.number >= f.first
                   AND (f.last IS NULL OR c.number <= f.last))
               ORDER BY b.file DESC LIMIT 1";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((head(digest), tail(digest)), |row| row.get(0)).optional()?)
}

//! The texts of documents, each content once, whatever its names.
//!
//! Somebody else reads them out of the documents; here they are kept, and found by their words. Must never leave a word of
//! a text that is to be forgotten in the file.

use std::collections::BTreeSet;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::marks::{Mark, last_row};
use super::row::{FileRecord, head, rows_where, tail};
use super::series::manifest_of;
use super::{Index, IndexError};

/// How many rows [`Index::texts_wanted`] looks at: a tenth of a second.
const LOOKED_AT_MAX: u32 = 20_000;

/// The longest text of one document: 4 MiB, four times what is read out of one.
pub const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What is known of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFound {
    /// Its media type, such as `application/pdf`; nothing if it could not be told.
    pub media: Option<String>,
    /// The word for what it is, such as `document`, by which it can be searched for.
    pub kind: Option<String>,
    /// Its text, or why there is none.
    pub outcome: TextOutcome,
}

/// What became of reading a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextOutcome {
    /// Its text.
    Text {
        /// The text, cut after [`TEXT_BYTES_MAX`].
        body: String,
        /// Whether there was more.
        cut: bool,
    },
    /// It has none that could be read.
    None {
        /// Why not.
        because: String,
    },
}

/// A document that nobody has read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextWanted {
    /// The name of its bytes.
    pub digest: Digest,
    /// One of its paths.
    pub path: ManifestPath,
    /// The manifest of the collection that brought it there: where its bytes are to be found if they were left in their
    /// place.
    pub manifest: Digest,
}

/// A row up to which everything is known of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowMark(i64);

/// The next documents that nobody has read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextsWanted {
    /// The documents, in the order in which they were collected. There may be none, and others follow all the same.
    pub documents: Vec<TextWanted>,
    /// Up to where that is all: for [`Index::add_texts`], which goes on from there.
    pub up_to: RowMark,
    /// Whether something was collected after that.
    pub more: bool,
}

/// How many contents have been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextCounts {
    /// With a text.
    pub texts: u64,
    /// Of which more than was kept could have been read.
    pub cut: u64,
    /// Without one.
    pub without: u64,
    /// Forgotten.
    pub forgotten: u64,
}

const WHOLE: i64 = 0;
const CUT: i64 = 1;
const WITHOUT: i64 = 2;
const FORGOTTEN: i64 = 3;

impl Index {
    /// The next documents of which nothing is known yet, at most `limit`. The same again until
    /// [`add_texts`](Self::add_texts) notes what was found; then those after them. When all is known it costs nothing,
    /// however large the index is.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_wanted(&self, limit: u32) -> Result<TextsWanted, IndexError> {
        // One view of the index for the mark and the rows.
        let connection = self.connection.unchecked_transaction()?;
        let mut up_to = Mark::Texts.row(&connection)?;
        let mut query = connection.prepare_cached(&rows_where("f.id > ?1 ORDER BY f.id LIMIT ?2"))?;
        let mut rows = query.query((up_to, LOOKED_AT_MAX))?;
        let (mut documents, mut seen) = (Vec::new(), BTreeSet::new());
        while documents.len() < limit as usize
            && let Some(row) = rows.next()?
        {
            let FileRecord { id, path, digest, first, .. } = FileRecord::read(row)?;
            if text_id(&connection, &digest)?.is_none() && seen.insert(digest) {
                documents.push(TextWanted { digest, path, manifest: manifest_of(&connection, first)? });
            }
            up_to = id;
        }
        Ok(TextsWanted { documents, up_to: RowMark(up_to), more: up_to < last_row(&connection)? })
    }

    /// How many rows were added since everything was known: at most so many documents are still to be read. Costs nothing,
    /// however many they are.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_behind(&self) -> Result<u64, IndexError> {
        let behind = last_row(&self.connection)? - Mark::Texts.row(&self.connection)?;
        Ok(u64::try_from(behind).unwrap_or_default())
    }

    /// Notes what was found out about documents, and goes on from `up_to`, in one transaction; from where it was, if a page
    /// was not finished. A document of a finished page that is not in `found` is not wanted again, unless it is collected again under another name. What is known already, or
    /// was forgotten, stays as it is.
    ///
    /// # Errors
    /// [`IndexError::Busy`], or when the index cannot be written.
    pub fn add_texts(&mut self, found: &[(Digest, TextFound)], up_to: Option<RowMark>) -> Result<(), IndexError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO texts (head, tail, state, media, kind, because, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (head, tail) DO NOTHING",
            )?;
            let mut words = transaction.prepare_cached("INSERT INTO words (rowid, body) VALUES (?1, ?2)")?;
            for (digest, TextFound { media, kind, outcome }) in found {
                let (state, because, body) = match outcome {
                    TextOutcome::None { because } => (WITHOUT, Some(because), None),
                    TextOutcome::Text { body, cut } => {
                        let kept = body.get(..body.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default();
                        (if *cut || kept.len() < body.len() { CUT } else { WHOLE }, None, Some(kept))
                    }
                };
                let (head, tail) = (head(digest), tail(digest));
                let added = insert.execute((head, tail, state, media, kind, because, body))?;
                if let Some(body) = body.filter(|_| added > 0) {
                    words.execute((transaction.last_insert_rowid(), body))?;
                }
            }
        }
        if let Some(RowMark(up_to)) = up_to {
            Mark::Texts.advance(&transaction, up_to)?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets the texts of documents, if there are any, and that for good: they are not wanted again. To be called before
    /// the bytes of evidence are erased that no other holds. No word of the texts is left in the file or in its log.
    ///
    /// # Errors
    /// [`IndexError::Busy`] also when somebody is just reading the log; then call it again. When the index cannot be
    /// written.
    pub fn forget_texts<'d>(&mut self, digests: impl IntoIterator<Item = &'d Digest>) -> Result<(), IndexError> {
        self.connection.pragma_update(None, "secure_delete", true)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut words = transaction.prepare_cached(
                "INSERT INTO words (words, rowid, body)
                 SELECT 'delete', id, body FROM texts WHERE id = ?1 AND body IS NOT NULL",
            )?;
            let mut forget = transaction.prepare_cached(
                "INSERT INTO texts (head, tail, state) VALUES (?1, ?2, ?3) ON CONFLICT (head, tail)
                 DO UPDATE SET state = ?3, media = NULL, kind = NULL, because = NULL, body = NULL",
            )?;
            for digest in digests {
                if let Some(id) = text_id(&transaction, digest)? {
                    words.execute([id])?;
                }
                forget.execute((head(digest), tail(digest), FORGOTTEN))?;
            }
        }
        transaction.commit()?;
        // The log holds the pages as they were.
        let busy = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))?;
        if busy == 0 { Ok(()) } else { Err(IndexError::Busy) }
    }

    /// How many contents have been read. Looks at each.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn text_counts(&self) -> Result<TextCounts, IndexError> {
        let mut query = self.connection.prepare_cached("SELECT state, count(*) FROM texts GROUP BY state")?;
        let mut rows = query.query([])?;
        let mut counts = TextCounts::default();
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(1)?.unsigned_abs();
            match row.get(0)? {
                WHOLE => counts.texts += count,
                CUT => {
                    counts.texts += count;
                    counts.cut += count;
                }
                WITHOUT => counts.without += count,
                FORGOTTEN => counts.forgotten += count,
                state => return Err(IndexError::damaged(format!("a text of state {state}"))),
            }
        }
        Ok(counts)
    }
}

/// The number of what is known of a document.
pub(super) fn text_id(connection: &Connection, digest: &Digest) -> Result<Option<i64>, IndexError> {
    let sql = "SELECT id FROM texts WHERE head = ?1 AND tail = ?2";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((head(digest), tail(digest)), |row| row.get(0)).optional()?)
}

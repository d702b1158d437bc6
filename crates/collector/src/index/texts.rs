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
use super::series::manifests_in;
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
    /// Its bytes could not be had, so nobody knows. It is wanted again when it is collected anew, and among
    /// [`Index::texts_unreached`] until then.
    Unreached {
        /// Why not.
        because: String,
    },
    /// It is not to be read: only evidence whose bytes were erased has it.
    Erased,
}

/// A document that nobody has read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextWanted {
    /// The name of its bytes.
    pub digest: Digest,
    /// One of its paths.
    pub path: ManifestPath,
    /// The manifests of the collections of its series that have it there: where its bytes are to be found if they were
    /// left in their place.
    pub manifests: Vec<Digest>,
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
    /// Whose bytes could not be had.
    pub unreached: u64,
}

const WHOLE: i64 = 0;
const CUT: i64 = 1;
const WITHOUT: i64 = 2;
const FORGOTTEN: i64 = 3;
/// As the index `texts_unreached` has it.
const UNREACHED: i64 = 4;

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
            let row = FileRecord::read(row)?;
            up_to = row.id;
            if is_wanted(&connection, &row)? && seen.insert(row.digest) {
                documents.push(wanted(&connection, row)?);
            }
        }
        Ok(TextsWanted { documents, up_to: RowMark(up_to), more: up_to < last_row(&connection)? })
    }

    /// Documents whose bytes could not be had when they were wanted, at most `limit`, and those after `after` where a page
    /// ended: to be tried again. Their page needs no mark in [`add_texts`](Self::add_texts).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_unreached(&self, after: Option<RowMark>, limit: u32) -> Result<TextsWanted, IndexError> {
        let connection = self.connection.unchecked_transaction()?;
        let mut up_to = after.map_or(0, |RowMark(row)| row);
        let sql = "SELECT up_to FROM texts WHERE state = 4 AND up_to > ?1 ORDER BY up_to LIMIT ?2";
        let mut query = connection.prepare_cached(sql)?;
        let found: Vec<i64> = query.query_map((up_to, limit), |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut documents = Vec::new();
        for row in &found {
            documents.push(wanted(&connection, FileRecord::of(&connection, *row)?)?);
            up_to = *row;
        }
        Ok(TextsWanted { documents, up_to: RowMark(up_to), more: found.len() == limit as usize })
    }

    /// How many documents there are whose bytes could not be had.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_unreached_count(&self) -> Result<u64, IndexError> {
        let mut query = self.connection.prepare_cached("SELECT count(*) FROM texts WHERE state = 4")?;
        Ok(query.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
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
    /// was not finished. A document of a finished page that is not in `found` is not wanted again, unless it is collected
    /// again under another name. What is known already stays as it is, and so does what was forgotten and has not been
    /// collected since; what could not be had is replaced.
    ///
    /// # Errors
    /// [`IndexError::Busy`], or when the index cannot be written.
    pub fn add_texts(&mut self, found: &[(Digest, TextFound)], up_to: Option<RowMark>) -> Result<(), IndexError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO texts (head, tail, state, media, kind, because, body, up_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (head, tail) DO UPDATE SET state = excluded.state, media = excluded.media,
                     kind = excluded.kind, because = excluded.because, body = excluded.body, up_to = excluded.up_to
                 RETURNING id",
            )?;
            let mut words = transaction.prepare_cached("INSERT INTO words (rowid, body) VALUES (?1, ?2)")?;
            for (digest, TextFound { media, kind, outcome }) in found {
                let row = newest_row(&transaction, digest)?;
                if !is_open(&transaction, digest, row.unwrap_or_default())? {
                    continue;
                }
                let (state, because, body) = match outcome {
                    TextOutcome::None { because } => (WITHOUT, Some(because), None),
                    TextOutcome::Unreached { because } => (UNREACHED, Some(because), None),
                    TextOutcome::Erased => (FORGOTTEN, None, None),
                    TextOutcome::Text { body, cut } => {
                        let kept = body.get(..body.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default();
                        (if *cut || kept.len() < body.len() { CUT } else { WHOLE }, None, Some(kept))
                    }
                };
                let up_to = row.filter(|_| matches!(state, UNREACHED | FORGOTTEN));
                let values = (head(digest), tail(digest), state, media, kind, because, body, up_to);
                let id: i64 = insert.query_row(values, |row| row.get(0))?;
                if let Some(body) = body {
                    words.execute((id, body))?;
                }
            }
        }
        if let Some(RowMark(up_to)) = up_to {
            Mark::Texts.advance(&transaction, up_to)?;
        }
        Ok(transaction.commit()?)
    }

    /// Forgets the texts of documents, if there are any: they are not wanted again, unless they are collected anew. To be
    /// called before the bytes of evidence are erased that no other holds. No word of the texts is left in the file or in
    /// its log. What is being read meanwhile is not added.
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
                "INSERT INTO texts (head, tail, state, up_to) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (head, tail)
                 DO UPDATE SET state = ?3, media = NULL, kind = NULL, because = NULL, body = NULL, up_to = ?4",
            )?;
            let up_to = last_row(&transaction)?;
            for digest in digests {
                if let Some(id) = text_id(&transaction, digest)? {
                    words.execute([id])?;
                }
                forget.execute((head(digest), tail(digest), FORGOTTEN, up_to))?;
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
                UNREACHED => counts.unreached += count,
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

/// Whether nobody can say yet what the row's document has: nothing is known, or what is known was before this row.
fn is_wanted(connection: &Connection, row: &FileRecord) -> Result<bool, IndexError> {
    let (state, up_to) = match known(connection, &row.digest)? {
        None => return Ok(true),
        Some(known) => known,
    };
    Ok(matches!(state, UNREACHED | FORGOTTEN) && up_to < row.id)
}

/// Whether something new may be noted of a document, whose newest row is `newest`.
fn is_open(connection: &Connection, digest: &Digest, newest: i64) -> Result<bool, IndexError> {
    Ok(match known(connection, digest)? {
        None | Some((UNREACHED, _)) => true,
        Some((FORGOTTEN, up_to)) => up_to < newest,
        Some(_) => false,
    })
}

/// What is known of a document, and up to which row.
fn known(connection: &Connection, digest: &Digest) -> Result<Option<(i64, i64)>, IndexError> {
    let sql = "SELECT state, coalesce(up_to, 0) FROM texts WHERE head = ?1 AND tail = ?2";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((head(digest), tail(digest)), |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// The newest row of a document.
fn newest_row(connection: &Connection, digest: &Digest) -> Result<Option<i64>, IndexError> {
    let sql = "SELECT max(id) FROM by_head JOIN files ON id = file WHERE key = ?1 AND tail = ?2";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((head(digest), tail(digest)), |row| row.get(0))?)
}

fn wanted(connection: &Connection, row: FileRecord) -> Result<TextWanted, IndexError> {
    let manifests = manifests_in(connection, row.series, row.first, row.last)?;
    let manifests = manifests.into_iter().map(|(_, manifest)| manifest).collect();
    Ok(TextWanted { digest: row.digest, path: row.path, manifests })
}

//! The texts of documents, each content once, whatever its names.
//!
//! Somebody else reads them out of the documents; here they are kept, and found by their words. Must never take in a text
//! of what nobody may read any more.

use std::collections::BTreeSet;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use super::forgetting::listed_in;
use super::marks::{Mark, last_row};
use super::row::{FileRecord, head, rows_where, tail};
use super::series::{Forgotten, Kept, kept_in};
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
}

/// A document, at one of its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The name of its bytes.
    pub digest: Digest,
    /// One of its paths.
    pub path: ManifestPath,
    /// The manifests of the collections of its series that have it there and were not erased: where its bytes are to be
    /// found if they were left in their place.
    pub manifests: Vec<Digest>,
}

/// A row up to which everything is known of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowMark(i64);

/// The next documents that nobody has read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextsWanted {
    /// The documents, in the order in which they were collected. There may be none, and others follow all the same.
    pub documents: Vec<Document>,
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
    /// Whose bytes could not be had.
    pub unreached: u64,
}

const WHOLE: i64 = 0;
pub(super) const CUT: i64 = 1;
pub(super) const WITHOUT: i64 = 2;
/// Nothing is known of it, although its rows were passed: as the index `texts_wanted` has it.
const WANTED: i64 = 3;
/// As the index `texts_unreached` has it.
pub(super) const UNREACHED: i64 = 4;

/// Why a text is not all there is.
const CUT_BECAUSE: &str = "longer than is kept of one document";

impl Index {
    /// The next documents of which nothing is known yet and that may be read, at most `limit`. The same again until
    /// [`add_texts`](Self::add_texts) notes what was found; then those after them. When all is known it costs nothing,
    /// however large the index is.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_wanted(&self, limit: u32) -> Result<TextsWanted, IndexError> {
        // One view of the index for the mark and the rows.
        let connection = self.connection.unchecked_transaction()?;
        let mut up_to = Mark::Texts.row(&connection)?;
        // One more than are told says whether there are more.
        let mut passed = rows_of_state(&connection, WANTED, 0, limit.saturating_add(1))?;
        let more_passed = passed.len() > limit as usize;
        passed.truncate(limit as usize);
        let (mut documents, mut seen) = (Vec::new(), BTreeSet::new());
        for row in passed {
            documents.push(document(&connection, FileRecord::of(&connection, row)?)?);
        }
        let mut query = connection.prepare_cached(&rows_where("f.id > ?1 ORDER BY f.id LIMIT ?2"))?;
        let mut rows = query.query((up_to, LOOKED_AT_MAX))?;
        while documents.len() < limit as usize
            && let Some(row) = rows.next()?
        {
            let row = FileRecord::read(row)?;
            up_to = row.id;
            if is_wanted(&connection, &row)? && seen.insert(row.digest) {
                documents.push(document(&connection, row)?);
            }
        }
        Ok(TextsWanted { documents, up_to: RowMark(up_to), more: more_passed || up_to < last_row(&connection)? })
    }

    /// Documents whose bytes could not be had when they were wanted, at most `limit`, and those after `after` where a page
    /// ended: to be tried again. Their page needs no mark in [`add_texts`](Self::add_texts).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_unreached(&self, after: Option<RowMark>, limit: u32) -> Result<TextsWanted, IndexError> {
        let connection = self.connection.unchecked_transaction()?;
        let mut up_to = after.map_or(0, |RowMark(row)| row);
        let found = rows_of_state(&connection, UNREACHED, up_to, limit)?;
        let mut documents = Vec::new();
        for row in &found {
            documents.push(document(&connection, FileRecord::of(&connection, *row)?)?);
            up_to = *row;
        }
        Ok(TextsWanted { documents, up_to: RowMark(up_to), more: found.len() == limit as usize })
    }

    /// How many documents there are whose bytes could not be had.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_unreached_count(&self) -> Result<u64, IndexError> {
        count_of_state(&self.connection, UNREACHED)
    }

    /// How many rows were added since everything was known, with the documents that were asked for again: at most so many
    /// are still to be read. Costs nothing, however many rows they are.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn texts_behind(&self) -> Result<u64, IndexError> {
        let behind = last_row(&self.connection)? - Mark::Texts.row(&self.connection)?;
        Ok(u64::try_from(behind).unwrap_or_default() + count_of_state(&self.connection, WANTED)?)
    }

    /// Notes what was found out about documents, and goes on from `up_to`, in one transaction; from where it was, if a page
    /// was not finished. A document of a finished page that is not in `found` is not wanted again, unless it is collected
    /// again under another name. What is known already stays as it is; what could not be had is replaced; what only erased
    /// collections list by now is not taken.
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
                let Some(row) = listed_in(&transaction, digest)? else { continue };
                if !matches!(known(&transaction, digest)?, None | Some((UNREACHED | WANTED, _))) {
                    continue;
                }
                let (state, because, body) = match outcome {
                    TextOutcome::None { because } => (WITHOUT, Some(because.as_str()), None),
                    TextOutcome::Unreached { because } => (UNREACHED, Some(because.as_str()), None),
                    TextOutcome::Text { body, cut } => {
                        let kept = body.get(..body.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default();
                        match *cut || kept.len() < body.len() {
                            true => (CUT, Some(CUT_BECAUSE), Some(kept)),
                            false => (WHOLE, None, Some(kept)),
                        }
                    }
                };
                let up_to = Some(row).filter(|_| state == UNREACHED);
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
                WANTED => {}
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

/// Whether nobody can say yet what the row's document has: nothing is known, or its bytes could not be had before this
/// row; and somebody may look. What was asked for again is told by itself.
fn is_wanted(connection: &Connection, row: &FileRecord) -> Result<bool, IndexError> {
    let is_unknown = match known(connection, &row.digest)? {
        None => true,
        Some((state, up_to)) => state == UNREACHED && up_to < row.id,
    };
    let may_be_read = |kept: &Kept| kept.row.forgotten == Forgotten::No;
    Ok(is_unknown && kept_in(connection, row.series, row.first, row.last)?.iter().any(may_be_read))
}

/// The rows after `after` at which documents of a state are to be found.
fn rows_of_state(connection: &Connection, state: i64, after: i64, limit: u32) -> Result<Vec<i64>, IndexError> {
    // In the words of the indexes, or they are not used.
    let sql = format!("SELECT up_to FROM texts WHERE state = {state} AND up_to > ?1 ORDER BY up_to LIMIT ?2");
    let mut query = connection.prepare_cached(&sql)?;
    Ok(query.query_map((after, limit), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn count_of_state(connection: &Connection, state: i64) -> Result<u64, IndexError> {
    let sql = format!("SELECT count(*) FROM texts WHERE state = {state}");
    Ok(connection.prepare_cached(&sql)?.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// What is known of a document, and up to which row.
fn known(connection: &Connection, digest: &Digest) -> Result<Option<(i64, i64)>, IndexError> {
    let sql = "SELECT state, coalesce(up_to, 0) FROM texts WHERE head = ?1 AND tail = ?2";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((head(digest), tail(digest)), |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(super) fn document(connection: &Connection, row: FileRecord) -> Result<Document, IndexError> {
    let kept = kept_in(connection, row.series, row.first, row.last)?.into_iter().map(|kept| kept.row);
    let manifests = kept.filter(|row| row.forgotten == Forgotten::No).map(|row| row.manifest).collect();
    Ok(Document { digest: row.digest, path: row.path, manifests })
}

//! Searching: along the way with the fewest rows, asking each row for the rest of the query.
//!
//! Must never make somebody wait for a page: after some thousand rows it ends where it is, and says where to go on. Must
//! never say a total that nobody has counted.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::among::Among;
use super::drive::{Driver, Step, Ways, cost_of_rest};
use super::query::{Cursor, Hit, Page, Position, Query, QueryProblem, Total};
use super::row::{FileRecord, head, tail};
use super::series::{manifest_of, newest_of};
use super::snippet::{MARKS, PIECE_BYTES, Pieces, snippet};
use super::texts::text_id;
use super::{Index, IndexError, PAGE_ROWS_MAX, Words};
use crate::Watch;

/// How much a search looks at before its page ends, in rows read: 2,500, at some 5 us a row 12 ms.
const LOOKED_AT_MAX: u32 = 2_500;

/// How far it is counted.
const COUNT_MAX: u64 = 10_000;

impl Index {
    /// A page of the files that are what `query` asks for. The first search by name after collections were added adds
    /// their names first, which `watch` follows, in rows: at 5 million files that takes a minute or two, once.
    ///
    /// # Errors
    /// When the query makes no sense, the index cannot be read, names cannot be added, or the caller stopped it.
    pub fn search(&mut self, query: &Query, watch: Watch<'_>) -> Result<Page, IndexError> {
        if query.name.is_some() || query.not_named.is_some() {
            self.add_names(watch)?;
        }
        // One view of the index for all the questions of a page.
        let connection = self.connection.unchecked_transaction()?;
        let within = Among::of(&connection, &query.within)?;
        let ways = Ways::new(&connection, query, within.as_ref().and_then(Among::only))?;
        let (driver, start, steps) = match &query.after {
            Some(Cursor { driver, after }) if driver.fits(query) => {
                (*driver, after.clone(), ways.steps(*driver, after, query.limit.clamp(1, driver.piece_rows()))?)
            }
            Some(_) => return Err(QueryProblem::NoCursor.into()),
            None => {
                let (driver, steps) = ways.best()?;
                (driver, Position::start(driver, query), steps)
            }
        };
        let rest = Rest::of(query, driver, within);
        Search { connection: &connection, query, driver, ways, rest }.page(start, steps)
    }
}

struct Search<'a> {
    connection: &'a Connection,
    query: &'a Query,
    driver: Driver,
    ways: Ways<'a>,
    rest: Rest<'a>,
}

/// How far a search has come.
struct Found {
    hits: Vec<Hit>,
    count: u64,
    /// Where the page ends, as long as it is not full.
    end: Position,
    looked_at: u32,
}

impl Search<'_> {
    fn page(&self, start: Position, mut steps: Vec<Step>) -> Result<Page, IndexError> {
        let limit = self.query.limit.clamp(1, PAGE_ROWS_MAX) as usize;
        let counting = self.query.after.is_none();
        let mut found = Found { hits: Vec::new(), count: 0, end: start.clone(), looked_at: 0 };
        let mut after = start;
        let is_enough = |found: &Found| match (found.hits.len() == limit, counting) {
            (true, false) => true,
            (true, true) => found.count >= COUNT_MAX || found.looked_at >= LOOKED_AT_MAX,
            (false, _) => found.looked_at >= LOOKED_AT_MAX,
        };
        let is_whole = 'looking: loop {
            if steps.is_empty() {
                break true;
            }
            for step in steps.drain(..) {
                if is_enough(&found) {
                    break 'looking false;
                }
                let full = found.hits.len() == limit;
                self.look(step.row, full, &mut found)?;
                if !full {
                    found.end = step.at.clone();
                }
                after = step.at;
            }
            // A last page is known to be the last by looking on, but nobody counts on to know that a count is whole.
            if counting && is_enough(&found) {
                break false;
            }
            steps = self.ways.steps(self.driver, &after, self.driver.piece_rows())?;
        };
        self.add_snippets(&mut found.hits)?;
        let more = !is_whole || found.count > found.hits.len() as u64;
        let total = if is_whole { Total::Exactly(found.count) } else { Total::AtLeast(found.count) };
        Ok(Page {
            hits: found.hits,
            next: more.then_some(Cursor { driver: self.driver, after: found.end }),
            total: counting.then_some(total),
        })
    }

    /// Looks at one row; once the page is full, it is only counted.
    fn look(&self, row: i64, full: bool, found: &mut Found) -> Result<(), IndexError> {
        if full && self.rest.is_nothing {
            found.looked_at += self.rest.cost - 1;
            found.count += 1;
            return Ok(());
        }
        found.looked_at += self.rest.cost;
        let row = FileRecord::of(self.connection, row)?;
        let Some(newest) = self.rest.newest(self.connection, &row)? else { return Ok(()) };
        if !self.rest.has(self.connection, self.query, &row)? {
            return Ok(());
        }
        found.count += 1;
        if !full {
            found.hits.push(self.hit(row, newest)?);
        }
        Ok(())
    }

    fn hit(&self, row: FileRecord, newest: i64) -> Result<Hit, IndexError> {
        let text = text_id(self.connection, &row.digest)?;
        let kind = text.map(|id| {
            let mut query = self.connection.prepare_cached("SELECT kind FROM texts WHERE id = ?1")?;
            query.query_row([id], |row| row.get(0))
        });
        Ok(Hit {
            kind: kind.transpose()?.flatten(),
            first: manifest_of(self.connection, row.first)?,
            newest: manifest_of(self.connection, newest)?,
            still: newest_of(self.connection, row.series)? == Some(newest),
            path: row.path,
            digest: row.digest,
            snippet: None,
        })
    }

    /// The first match in each text. On the way by text they lie close together, and one sweep finds them all; else each
    /// is looked up.
    fn add_snippets(&self, hits: &mut [Hit]) -> Result<(), IndexError> {
        let Some(words) = &self.query.text else { return Ok(()) };
        let mut ids = Vec::with_capacity(hits.len());
        for hit in &*hits {
            ids.push(text_id(self.connection, &hit.digest)?);
        }
        let there: BTreeSet<i64> = ids.iter().flatten().copied().collect();
        let ranges: Vec<(i64, i64)> = match (there.first(), there.last()) {
            (Some(first), Some(last)) if self.driver == Driver::Text => vec![(*first, *last)],
            _ => there.iter().map(|id| (*id, *id)).collect(),
        };
        let wanted = format!("[{}]", there.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        let (open, close) = MARKS;
        // Of a long text all of it is handed over, and its words are looked for in pieces.
        let mut query = self.connection.prepare_cached(
            "SELECT rowid, CASE WHEN rowid IN (SELECT value FROM json_each(?4)) THEN
                 CASE WHEN octet_length(body) > ?7 THEN body ELSE highlight(words, 0, ?5, ?6) END END
             FROM words WHERE words MATCH ?1 AND rowid >= ?2 AND rowid <= ?3",
        )?;
        let pieces = Pieces::new()?;
        let mut found = BTreeMap::new();
        for (first, last) in ranges {
            let mut rows = query.query((words.expression(), first, last, &wanted, open, close, PIECE_BYTES as i64))?;
            while let Some(row) = rows.next()? {
                let marked = match row.get::<_, Option<String>>(1)? {
                    Some(text) if !text.contains(MARKS.0) => pieces.marked(&text, words)?,
                    marked => marked,
                };
                if let Some(marked) = marked {
                    found.insert(row.get::<_, i64>(0)?, snippet(&marked, self.query.markers));
                }
            }
        }
        for (hit, id) in hits.iter_mut().zip(ids) {
            hit.snippet = id.and_then(|id| found.get(&id).cloned()).flatten();
        }
        Ok(())
    }
}

/// What is left of the query to ask each row.
struct Rest<'a> {
    is_nothing: bool,
    /// What it costs to ask, in rows read.
    cost: u32,
    name: Option<String>,
    not_named: Option<String>,
    text: Option<String>,
    kind: Option<&'a str>,
    within: Option<Among>,
}

impl<'a> Rest<'a> {
    fn of(query: &'a Query, driver: Driver, within: Option<Among>) -> Rest<'a> {
        let name = query.name.as_ref().filter(|_| driver != Driver::Name).map(Words::expression);
        let not_named = query.not_named.as_ref().map(Words::expression);
        let text = query.text.as_ref().filter(|_| driver != Driver::Text).map(Words::expression);
        let kind = query.kind.as_deref().filter(|_| driver != Driver::Kind);
        let is_left = |other: Driver| match other {
            // That way goes by a part of the digest.
            Driver::Digest => query.digest.is_some(),
            Driver::Path => driver != Driver::Path && query.path.is_some(),
            _ => driver != other && other.fits(query),
        };
        let is_nothing = within.is_none() && not_named.is_none() && !Driver::ALL.into_iter().any(is_left);
        Rest { is_nothing, cost: cost_of_rest(query, driver), name, not_named, text, kind, within }
    }

    /// The newest collection with the row, of those asked for.
    fn newest(&self, connection: &Connection, row: &FileRecord) -> Result<Option<i64>, IndexError> {
        match &self.within {
            Some(among) => among.newest(connection, row),
            None if row.last.is_some() => Ok(row.last),
            None => newest_of(connection, row.series),
        }
    }

    fn has(&self, connection: &Connection, query: &Query, row: &FileRecord) -> Result<bool, IndexError> {
        Ok(query.digest.is_none_or(|part| part.has(&row.digest))
            && query.path.as_ref().is_none_or(|start| row.path.as_bytes().starts_with(start))
            && self.is_of_kind(connection, row)?
            && matches(connection, "names", self.name.as_deref(), || Ok(Some(row.id)))?
            && !self.is_named_so(connection, row)?
            && matches(connection, "words", self.text.as_deref(), || text_id(connection, &row.digest))?)
    }

    fn is_named_so(&self, connection: &Connection, row: &FileRecord) -> Result<bool, IndexError> {
        Ok(self.not_named.is_some() && matches(connection, "names", self.not_named.as_deref(), || Ok(Some(row.id)))?)
    }

    fn is_of_kind(&self, connection: &Connection, row: &FileRecord) -> Result<bool, IndexError> {
        let Some(kind) = self.kind else { return Ok(true) };
        let sql = "SELECT EXISTS (SELECT 1 FROM texts WHERE head = ?1 AND tail = ?2 AND kind = ?3)";
        let mut query = connection.prepare_cached(sql)?;
        Ok(query.query_row((head(&row.digest), tail(&row.digest), kind), |row| row.get(0))?)
    }
}

/// Whether the words are in what has that number in the table.
fn matches(
    connection: &Connection,
    table: &str,
    words: Option<&str>,
    id: impl FnOnce() -> Result<Option<i64>, IndexError>,
) -> Result<bool, IndexError> {
    let Some(words) = words else { return Ok(true) };
    let Some(id) = id()? else { return Ok(false) };
    let sql = format!("SELECT 1 FROM {table} WHERE {table} MATCH ?1 AND rowid = ?2");
    Ok(connection.prepare_cached(&sql)?.exists((words, id))?)
}

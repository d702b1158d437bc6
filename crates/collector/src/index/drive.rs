//! The ways through the rows of a search: each goes over what one part of the query asks for, in one order, a piece at a
//! time.
//!
//! Must never leave out a row that is what its part of the query asks for, or hand over one twice.

use std::collections::BTreeSet;
use std::ops::Bound;

use rusqlite::{Connection, ToSql, params};

use super::in_order::InOrder;
use super::query::{Position, Query};
use super::row::head;
use super::series::{runs_in, series_after};
use super::{IndexError, Words};

/// How far the rows of a way are counted to find the one with fewest: some milliseconds.
const COUNTED_MAX: u32 = 250;

/// In how many pieces the rows of some series are asked for at most.
const RUNS_MAX: usize = 8;

/// A way through the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// By digest; then by row.
    Digest,
    /// By the number of the text, of those that have the words; then by row.
    Text,
    /// By row, of those whose path has the words.
    Name,
    /// By the number of the text, of those of a kind; then by row.
    Kind,
    /// By series, path and collection.
    Path,
}

/// What it costs to ask a row for its words, in rows read.
const WORDS_COST: u32 = 5;

/// What it costs if they only begin so, because all that begin so are brought together for each row.
const OPEN_WORDS_COST: u32 = 200;

/// What it costs to come from a row to its text, or from a text to its rows.
const TEXT_COST: u32 = 4;

/// What it costs to ask a row of a way for the rest of the query, in rows read.
pub(super) fn cost_of_rest(query: &Query, driver: Driver) -> u32 {
    let cost = |words: &Words| if words.are_open() { OPEN_WORDS_COST } else { WORDS_COST };
    let cost_of = |words: &Option<Words>, of: Driver| words.as_ref().filter(|_| driver != of).map_or(0, cost);
    let through_text = matches!(driver, Driver::Text | Driver::Kind) || query.kind.is_some();
    let texts = if through_text { TEXT_COST } else { 0 };
    let not_named = query.not_named.as_ref().map_or(0, cost);
    1 + cost_of(&query.name, Driver::Name) + cost_of(&query.text, Driver::Text) + not_named + texts
}

/// One step of a way: where it is, and the row there.
pub(super) struct Step {
    pub(super) at: Position,
    pub(super) row: i64,
}

impl Driver {
    pub(super) const ALL: [Driver; 5] = [Driver::Digest, Driver::Text, Driver::Name, Driver::Kind, Driver::Path];

    /// For a cursor.
    pub(super) const fn letter(self) -> &'static str {
        match self {
            Driver::Digest => "d",
            Driver::Text => "t",
            Driver::Name => "n",
            Driver::Kind => "k",
            Driver::Path => "p",
        }
    }

    pub(super) fn of_letter(letter: &str) -> Option<Driver> {
        Driver::ALL.into_iter().find(|driver| driver.letter() == letter)
    }

    /// How many rows are fetched at once. By names as many as are counted, because what begins with a few letters is many
    /// words, which are brought together anew for each piece; by texts as many as one page looks at, because each of them
    /// is looked up.
    pub(super) const fn piece_rows(self) -> u32 {
        match self {
            Driver::Name => 10_000,
            Driver::Text | Driver::Kind => 700,
            Driver::Digest | Driver::Path => 2_500,
        }
    }

    /// Whether the query has the part that it goes by.
    pub(super) fn fits(self, query: &Query) -> bool {
        match self {
            Driver::Digest => query.digest.is_some(),
            Driver::Text => query.text.is_some(),
            Driver::Name => query.name.is_some(),
            Driver::Kind => query.kind.is_some(),
            Driver::Path => true,
        }
    }
}

/// The ways of one query.
pub(super) struct Ways<'a> {
    connection: &'a Connection,
    query: &'a Query,
    /// The series that are asked for, if only some are.
    only: Option<BTreeSet<i64>>,
    /// The rows that those have, the first and the last of each run, in order.
    runs: Vec<(i64, i64)>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        query: &'a Query,
        only: Option<BTreeSet<i64>>,
    ) -> Result<Ways<'a>, IndexError> {
        let runs = match &only {
            Some(only) => runs_of(connection, only)?,
            None => vec![(1, i64::MAX)],
        };
        Ok(Ways { connection, query, only, runs })
    }

    /// The way that costs least for this query: its rows, as far as they are counted, times what it costs to ask each for
    /// the rest. And the first of its rows.
    pub(super) fn best(&self) -> Result<(Driver, Vec<Step>), IndexError> {
        let mut best: Option<(Driver, Vec<Step>, usize)> = None;
        let goes = |driver: &Driver| driver.fits(self.query) && self.narrows(*driver);
        let all: Vec<Driver> = Driver::ALL.into_iter().filter(goes).collect();
        for driver in all.iter().copied() {
            // The only way is gone anyhow, so it is begun.
            let limit = if all.len() == 1 { driver.piece_rows() } else { COUNTED_MAX };
            let steps = self.steps(driver, &Position::start(driver, self.query), limit)?;
            let cost = steps.len() * cost_of_rest(self.query, driver) as usize;
            if best.as_ref().is_none_or(|(_, _, least)| cost < *least) {
                best = Some((driver, steps, cost));
            }
        }
        let everything = || self.steps(Driver::Path, &Position::start(Driver::Path, self.query), COUNTED_MAX);
        best.map_or_else(|| Ok((Driver::Path, everything()?)), |(driver, steps, _)| Ok((driver, steps)))
    }

    /// Whether a way leaves out anything.
    fn narrows(&self, driver: Driver) -> bool {
        driver != Driver::Path || self.query.path.is_some() || self.only.is_some()
    }

    /// The next rows of a way after `after`, at most `limit`. None means that there are no more.
    pub(super) fn steps(&self, driver: Driver, after: &Position, limit: u32) -> Result<Vec<Step>, IndexError> {
        let Ways { connection, query, .. } = self;
        match driver {
            Driver::Digest => {
                let sql = "SELECT key, file FROM by_head WHERE (key, file) > (?1, ?2) AND key <= ?3
                           ORDER BY key, file LIMIT ?4";
                let to = query.digest.map_or(i64::MAX, |part| head(&part.greatest));
                keyed(connection, sql, params![after.key, after.id, to, limit])
            }
            Driver::Name => self.by_name(after, limit),
            Driver::Text => {
                let sql = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid >= ?2 ORDER BY rowid LIMIT ?3";
                let words = query.text.as_ref().map(Words::expression);
                self.by_text(sql, words.as_deref(), after, limit)
            }
            Driver::Kind => {
                let sql = "SELECT id FROM texts WHERE kind = ?1 AND id >= ?2 ORDER BY id LIMIT ?3";
                self.by_text(sql, query.kind.as_deref(), after, limit)
            }
            Driver::Path => self.by_path(after, limit),
        }
    }

    /// Within the rows that the series asked for have.
    fn by_name(&self, after: &Position, limit: u32) -> Result<Vec<Step>, IndexError> {
        let sql = "SELECT 0, rowid FROM names WHERE names MATCH ?1 AND rowid > ?2 AND rowid <= ?3
                   ORDER BY rowid LIMIT ?4";
        let words = self.query.name.as_ref().map(|words| words.expression_below(self.query.path.as_deref()));
        let mut steps = Vec::new();
        for (first, last) in self.runs.iter().filter(|(_, last)| *last > after.id) {
            let left = limit.saturating_sub(u32::try_from(steps.len()).unwrap_or(limit));
            if left > 0 {
                let after = after.id.max(first - 1);
                steps.extend(keyed(self.connection, sql, params![words, after, last, left])?);
            }
        }
        Ok(steps)
    }

    /// The rows of the texts that `sql` gives. A row with only the same beginning of a digest is none of them.
    fn by_text(&self, sql: &str, wanted: Option<&str>, after: &Position, limit: u32) -> Result<Vec<Step>, IndexError> {
        let mut texts = self.connection.prepare_cached(sql)?;
        let mut files = self.connection.prepare_cached(
            "SELECT b.file FROM texts AS t CROSS JOIN by_head AS b ON b.key = t.head
             CROSS JOIN files AS f ON f.id = b.file
             WHERE t.id = ?1 AND b.file > ?2 AND f.tail = t.tail ORDER BY b.file LIMIT ?3",
        )?;
        let mut steps = Vec::new();
        let mut from = after.key;
        // Most texts have one row. One that has none is not in the index, and must not end the way.
        loop {
            let found = texts.query_map(params![wanted, from, limit], |row| row.get::<_, i64>(0))?;
            let found = found.collect::<Result<Vec<i64>, _>>()?;
            for text in &found {
                let left = limit.saturating_sub(u32::try_from(steps.len()).unwrap_or(limit));
                let after = if *text == after.key { after.id } else { 0 };
                let rows = files.query_map(params![text, after, left], |row| row.get::<_, i64>(0))?;
                for row in rows {
                    let row = row?;
                    steps.push(Step { at: Position { key: *text, path: Vec::new(), id: row }, row });
                }
                if steps.len() >= limit as usize {
                    return Ok(steps);
                }
            }
            match found.last() {
                Some(last) if found.len() == limit as usize => from = last + 1,
                _ => return Ok(steps),
            }
        }
    }

    /// Series after series. The place to go on from comes from outside: it may be in a series that is none.
    fn by_path(&self, after: &Position, limit: u32) -> Result<Vec<Step>, IndexError> {
        let start = self.query.path.as_deref().unwrap_or_default();
        let mut steps = Vec::new();
        let mut next = self.series_after(after.key.saturating_sub(1))?;
        while steps.len() < limit as usize
            && let Some(series) = next
        {
            let begun = if series == after.key { (after.path.as_slice(), after.id) } else { (start, 0) };
            let mut rows = InOrder::new(self.connection, series, begun, beyond(start))?;
            while steps.len() < limit as usize
                && let Some(row) = rows.next(self.connection)?
            {
                let at = Position { key: series, path: row.path.as_bytes().to_vec(), id: row.first };
                steps.push(Step { at, row: row.id });
            }
            next = self.series_after(series)?;
        }
        Ok(steps)
    }

    fn series_after(&self, series: i64) -> Result<Option<i64>, IndexError> {
        match &self.only {
            Some(only) => Ok(only.range((Bound::Excluded(series), Bound::Unbounded)).next().copied()),
            None => series_after(self.connection, series),
        }
    }
}

fn keyed(connection: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> Result<Vec<Step>, IndexError> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(parameters)?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let (key, id) = (row.get(0)?, row.get(1)?);
        steps.push(Step { at: Position { key, path: Vec::new(), id }, row: id });
    }
    Ok(steps)
}

/// The runs of rows that some series have, neighbours joined until there are few: each run is asked for by itself.
fn runs_of(connection: &Connection, series: &BTreeSet<i64>) -> Result<Vec<(i64, i64)>, IndexError> {
    let mut runs = Vec::new();
    for series in series {
        runs.extend(runs_in(connection, *series)?);
    }
    runs.sort_unstable();
    let mut gaps: Vec<i64> = runs.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
    gaps.sort_unstable_by(|left, right| right.cmp(left));
    // Runs that lie closer together than the widest gaps are one.
    let close = gaps.get(RUNS_MAX - 1).copied().unwrap_or(1);
    runs.dedup_by(|next, run| {
        let joins = next.0 - run.1 <= close;
        if joins {
            run.1 = next.1;
        }
        joins
    });
    Ok(runs)
}

/// The first path after all that begin with `start`; none if there is no such.
fn beyond(start: &[u8]) -> Option<Vec<u8>> {
    let last = start.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut beyond = start[..=last].to_vec();
    beyond[last] += 1;
    Some(beyond)
}

impl Position {
    /// Before everything that the query asks for on this way.
    pub(super) fn start(driver: Driver, query: &Query) -> Position {
        let key = match driver {
            Driver::Digest => query.digest.map_or(i64::MIN, |part| head(&part.least)),
            Driver::Text | Driver::Kind | Driver::Name | Driver::Path => 0,
        };
        Position { key, path: Vec::new(), id: 0 }
    }
}

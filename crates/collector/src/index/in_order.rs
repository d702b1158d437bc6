//! The rows of a series in the order of their paths.
//!
//! What the first collection of a series brought is numbered in that order, so it is found by its numbers. What came later
//! is found through an index, and the two are merged. So a first collection, by far the largest, pays for no index of its
//! paths. Must never leave out a row that is asked for, or hand over one twice.

use std::collections::VecDeque;

use rusqlite::Connection;

use super::IndexError;
use super::row::{FileRecord, rows_where};
use super::series::{Kept, Place, kept_at};

/// How many rows are read ahead at first: for one who wants a page.
const FIRST_PIECE: u32 = 64;

/// How many rows are read ahead in the end, for one who wants them all: some 500 KB of usual length.
const LAST_PIECE: u32 = 4 * 1024;

/// A way through the rows of a series, by path and then by the collection that brought them.
#[derive(Debug)]
pub(super) struct InOrder {
    series: i64,
    /// The collection whose rows are wanted, if not all are.
    number: Option<i64>,
    /// How many rows are read ahead the next time: each time twice as many.
    piece: u32,
    /// The rows that the first collection brought: the next to be read, and the one behind the last.
    next_early: i64,
    end_early: i64,
    early: VecDeque<FileRecord>,
    /// After which path and collection later rows are to be read; nothing when there are no more.
    late_after: Option<(Vec<u8>, i64)>,
    late: VecDeque<FileRecord>,
    /// Before which path it ends, if it ends before the last.
    before: Option<Vec<u8>>,
}

impl InOrder {
    /// The rows after a path, and on that path those of collections after `first`, up to the path `before`.
    pub(super) fn new(
        connection: &Connection,
        series: i64,
        (path, first): (&[u8], i64),
        before: Option<Vec<u8>>,
    ) -> Result<InOrder, IndexError> {
        // A series has the number of its first collection.
        let Kept { place, .. } = kept_at(connection, series)?;
        let all = (place.first_row, place.first_row + place.rows);
        let next_early = first_row(connection, all, |row| (row.path.as_bytes(), series) > (path, first))?;
        let end_early = match &before {
            Some(before) => near_row(connection, (next_early, all.1), |row| row.path.as_bytes() >= before.as_slice())?,
            None => all.1,
        };
        let late_after = Some((path.to_vec(), first));
        Ok(InOrder {
            series,
            number: None,
            piece: FIRST_PIECE,
            next_early,
            end_early,
            early: VecDeque::new(),
            late_after,
            late: VecDeque::new(),
            before,
        })
    }

    /// The rows of one collection after a path.
    pub(super) fn of_collection(
        connection: &Connection,
        Place { number, series, .. }: Place,
        after: &[u8],
    ) -> Result<InOrder, IndexError> {
        let rows = InOrder::new(connection, series, (after, i64::MAX), None)?;
        Ok(InOrder { number: Some(number), ..rows })
    }

    pub(super) fn next(&mut self, connection: &Connection) -> Result<Option<FileRecord>, IndexError> {
        loop {
            match (self.next_of_all(connection)?, self.number) {
                (Some(row), Some(number)) if !row.is_in(number) => {}
                (row, _) => return Ok(row),
            }
        }
    }

    /// Goes on to the first row whose path is not before `path`, without reading all that lies between.
    pub(super) fn skip_to(&mut self, connection: &Connection, path: &[u8]) -> Result<(), IndexError> {
        let is_before = |row: &FileRecord| row.path.as_bytes() < path;
        self.early.drain(..self.early.partition_point(is_before));
        self.late.drain(..self.late.partition_point(is_before));
        if self.early.is_empty() {
            let from = self.next_early;
            self.next_early = near_row(connection, (from, self.end_early), |row| !is_before(row))?;
            if self.next_early > from {
                self.piece = FIRST_PIECE;
            }
        }
        if self.late.is_empty() {
            // No collection has the number 0.
            self.late_after = self.late_after.take().map(|after| after.max((path.to_vec(), 0)));
        }
        Ok(())
    }

    fn next_of_all(&mut self, connection: &Connection) -> Result<Option<FileRecord>, IndexError> {
        if self.early.is_empty() && self.next_early < self.end_early {
            self.read_early(connection)?;
        }
        if self.late.is_empty() && self.late_after.is_some() {
            self.read_late(connection)?;
        }
        let early_is_next = match (self.early.front(), self.late.front()) {
            (Some(early), Some(late)) => early.path <= late.path,
            (early, _) => early.is_some(),
        };
        Ok(if early_is_next { self.early.pop_front() } else { self.late.pop_front() })
    }

    fn read_early(&mut self, connection: &Connection) -> Result<(), IndexError> {
        let to = self.end_early.min(self.next_early + i64::from(self.next_piece()));
        let sql = rows_where("f.id >= ?1 AND f.id < ?2 ORDER BY f.id");
        let mut query = connection.prepare_cached(&sql)?;
        let mut rows = query.query((self.next_early, to))?;
        for id in self.next_early..to {
            let row = rows.next()?.map(FileRecord::read).transpose()?.filter(|row| row.id == id);
            self.early.push_back(row.ok_or_else(|| FileRecord::gone(id))?);
        }
        self.next_early = to;
        Ok(())
    }

    fn read_late(&mut self, connection: &Connection) -> Result<(), IndexError> {
        let sql = rows_where(
            "f.series = ?1 AND f.first > f.series AND (f.path, f.first) > (?2, ?3) AND (?4 IS NULL OR f.path < ?4)
             ORDER BY f.path, f.first LIMIT ?5",
        );
        let Some((path, first)) = self.late_after.take() else { return Ok(()) };
        let piece = self.next_piece();
        let mut query = connection.prepare_cached(&sql)?;
        let mut rows = query.query((self.series, path, first, &self.before, piece))?;
        while let Some(row) = rows.next()? {
            self.late.push_back(FileRecord::read(row)?);
        }
        self.late_after = self.late.back().map(|row| (row.path.as_bytes().to_vec(), row.first));
        Ok(())
    }

    fn next_piece(&mut self) -> u32 {
        let piece = self.piece;
        self.piece = LAST_PIECE.min(piece * 2);
        piece
    }
}

/// As [`first_row`], looked for in ever longer strides, because it is rarely far.
fn near_row(
    connection: &Connection,
    (mut from, end): (i64, i64),
    past: impl Fn(&FileRecord) -> bool,
) -> Result<i64, IndexError> {
    let mut stride = 1;
    while from + stride < end && !past(&FileRecord::of(connection, from + stride - 1)?) {
        from += stride;
        stride *= 2;
    }
    first_row(connection, (from, end.min(from + stride)), past)
}

/// The first row from `from` to before `end` from which on they are `past`.
fn first_row(
    connection: &Connection,
    (mut from, mut end): (i64, i64),
    past: impl Fn(&FileRecord) -> bool,
) -> Result<i64, IndexError> {
    while from < end {
        let middle = from + (end - from) / 2;
        if past(&FileRecord::of(connection, middle)?) {
            end = middle;
        } else {
            from = middle + 1;
        }
    }
    Ok(from)
}

//! Which collections follow each other, and where the index keeps them.
//!
//! A series is the collections of one source: each re-scan is kept after the newest there is, also when it followed an
//! earlier one, so that a source that is scanned every night against its first scan is one source still. A manifest is in the index once: a
//! re-scan that finds everything as it was has the same manifest, and is the same collection. Must never let where a
//! collection is kept change what is in it: what it follows only decides how little has to be written.

use std::collections::HashSet;

use portreeve_model::Digest;
use rusqlite::{Connection, Row};

use super::marks::last_row;
use super::row::seal;
use super::{Index, IndexError};

/// A collection as the ledger tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Collection {
    /// The name of its manifest.
    pub manifest: Digest,
    /// The manifest of the earlier collection of the same source that it followed.
    pub follows: Option<Digest>,
    /// Whether its bytes were erased, of all evidence that is made of it. Then no word of its documents may be in the
    /// index but of those that another collection lists.
    pub erased: bool,
}

impl Collection {
    /// One that follows no other.
    pub const fn alone(manifest: Digest) -> Collection {
        Collection { manifest, follows: None, erased: false }
    }
}

/// How far the words of a collection's documents are out of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forgotten {
    /// They may be read and kept.
    No,
    /// They are out of the tables, and the log may still have some.
    Begun,
    /// No word is left in any file of the index.
    Wholly,
}

/// A collection in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CollectionRow {
    /// The name of its manifest.
    pub manifest: Digest,
    /// The manifest that it followed, as the ledger told.
    pub follows: Option<Digest>,
    /// How many files it lists.
    pub files: u64,
    /// Whether its documents may be found by their words.
    pub forgotten: Forgotten,
}

/// Where a collection is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number: collections are numbered in the order of the ledger, from 1.
    pub(super) number: i64,
    /// The number of the first collection of its series.
    pub(super) series: i64,
    /// The number of the first row that it brought, if it brought any.
    pub(super) first_row: i64,
    /// How many rows it brought.
    pub(super) rows: i64,
}

/// A row of the table of collections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) place: Place,
    pub(super) row: CollectionRow,
}

const COLUMNS: &str = "number, series, manifest, follows, files, first_row, rows, erased, seal";

impl Index {
    /// The collection of `manifest`, if it is indexed.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn collection(&self, manifest: &Digest) -> Result<Option<CollectionRow>, IndexError> {
        Ok(kept(&self.connection, manifest)?.map(|kept| kept.row))
    }

    /// All collections, in the order of the ledger.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn collections(&self) -> Result<Vec<CollectionRow>, IndexError> {
        Ok(all_kept(&self.connection)?.into_iter().map(|kept| kept.row).collect())
    }

    /// Whether the index holds exactly `collections`, in their order. Compares names; what is under them is
    /// [`verify`](Self::verify)'s.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn is_current(&self, collections: &[Collection]) -> Result<bool, IndexError> {
        let (wanted, there) = (each_once(collections), all_kept(&self.connection)?);
        Ok(there.len() == wanted.len() && agreeing(&there, &wanted) == wanted.len())
    }
}

/// How many of the first collections are those that are wanted, in their order.
pub(super) fn agreeing(there: &[Kept], wanted: &[Collection]) -> usize {
    let is_so = |(kept, wanted): &(&Kept, &Collection)| {
        kept.row.manifest == wanted.manifest && kept.row.follows == wanted.follows
    };
    there.iter().zip(wanted).take_while(is_so).count()
}

/// Each manifest where it stands first.
pub(super) fn each_once(collections: &[Collection]) -> Vec<Collection> {
    let mut seen = HashSet::new();
    collections.iter().filter(|collection| seen.insert(collection.manifest)).copied().collect()
}

/// Where the next collection goes, and the one before it: after the newest of the series of the one it follows; if that is
/// not here, it begins a new series.
pub(super) fn place_of_next(
    connection: &Connection,
    follows: Option<&Digest>,
) -> Result<(Place, Option<Kept>), IndexError> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM collections";
    let number = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    let first_row = last_row(connection)? + 1;
    if let Some(follows) = follows
        && let Some(followed) = kept(connection, follows)?
        && let Some(newest) = newest_of(connection, followed.place.series)?
    {
        let before = kept_at(connection, newest)?;
        return Ok((Place { number, series: before.place.series, first_row, rows: 0 }, Some(before)));
    }
    Ok((Place { number, series: number, first_row, rows: 0 }, None))
}

/// The number of the newest collection of a series.
pub(super) fn newest_of(connection: &Connection, series: i64) -> Result<Option<i64>, IndexError> {
    let sql = "SELECT max(number) FROM collections WHERE series = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([series], |row| row.get(0))?)
}

/// The first series after `series`.
pub(super) fn series_after(connection: &Connection, series: i64) -> Result<Option<i64>, IndexError> {
    let sql = "SELECT min(series) FROM collections WHERE series > ?1";
    Ok(connection.prepare_cached(sql)?.query_row([series], |row| row.get(0))?)
}

/// The collection of `manifest` with its place.
pub(super) fn kept(connection: &Connection, manifest: &Digest) -> Result<Option<Kept>, IndexError> {
    let sql = format!("SELECT {COLUMNS} FROM collections WHERE manifest = ?1");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query([manifest.as_bytes()])?;
    rows.next()?.map(read).transpose()
}

/// All collections, in order.
pub(super) fn all_kept(connection: &Connection) -> Result<Vec<Kept>, IndexError> {
    let sql = format!("SELECT {COLUMNS} FROM collections ORDER BY number");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The collections of a series from `first` to `last`, or to the newest.
pub(super) fn kept_in(
    connection: &Connection,
    series: i64,
    first: i64,
    last: Option<i64>,
) -> Result<Vec<Kept>, IndexError> {
    let sql =
        format!("SELECT {COLUMNS} FROM collections WHERE series = ?1 AND number BETWEEN ?2 AND ?3 ORDER BY number");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query((series, first, last.unwrap_or(i64::MAX)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The manifests of those collections, with their numbers.
pub(super) fn manifests_in(
    connection: &Connection,
    series: i64,
    first: i64,
    last: Option<i64>,
) -> Result<Vec<(i64, Digest)>, IndexError> {
    let kept = kept_in(connection, series, first, last)?;
    Ok(kept.into_iter().map(|kept| (kept.place.number, kept.row.manifest)).collect())
}

/// The runs of rows that the collections of a series brought, the first and the last row of each.
pub(super) fn runs_in(connection: &Connection, series: i64) -> Result<Vec<(i64, i64)>, IndexError> {
    let sql = format!("SELECT {COLUMNS} FROM collections WHERE series = ?1 AND rows > 0 ORDER BY number");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query([series])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let Kept { place, .. } = read(row)?;
        runs.push((place.first_row, place.first_row + place.rows - 1));
    }
    Ok(runs)
}

/// The collection of that number.
pub(super) fn kept_at(connection: &Connection, number: i64) -> Result<Kept, IndexError> {
    let sql = format!("SELECT {COLUMNS} FROM collections WHERE number = ?1");
    let mut query = connection.prepare_cached(&sql)?;
    let mut rows = query.query([number])?;
    let row = rows.next()?.ok_or_else(|| IndexError::damaged(format!("collection {number} is gone")))?;
    read(row)
}

/// The manifest of the collection of that number.
pub(super) fn manifest_of(connection: &Connection, number: i64) -> Result<Digest, IndexError> {
    Ok(kept_at(connection, number)?.row.manifest)
}

/// Notes a collection whose files are in.
pub(super) fn record(connection: &Connection, place: Place, row: &CollectionRow) -> Result<(), IndexError> {
    let files = i64::try_from(row.files).unwrap_or(i64::MAX);
    let sql = format!("INSERT INTO collections ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    connection.prepare_cached(&sql)?.execute((
        place.number,
        place.series,
        row.manifest.as_bytes(),
        row.follows.map(|follows| *follows.as_bytes()),
        files,
        place.first_row,
        place.rows,
        number_of(row.forgotten),
        seal_of(place, row),
    ))?;
    Ok(())
}

/// Notes how far the words of a collection's documents are out of the index.
pub(super) fn mark(connection: &Connection, mut kept: Kept, forgotten: Forgotten) -> Result<(), IndexError> {
    kept.row.forgotten = forgotten;
    let mut update = connection.prepare_cached("UPDATE collections SET erased = ?2, seal = ?3 WHERE number = ?1")?;
    update.execute((kept.place.number, number_of(forgotten), seal_of(kept.place, &kept.row)))?;
    Ok(())
}

/// As the questions of `forgetting.rs` have it, too.
const fn number_of(forgotten: Forgotten) -> i64 {
    match forgotten {
        Forgotten::No => 0,
        Forgotten::Begun => 1,
        Forgotten::Wholly => 2,
    }
}

fn read(row: &Row<'_>) -> Result<Kept, IndexError> {
    let place = Place { number: row.get(0)?, series: row.get(1)?, first_row: row.get(5)?, rows: row.get(6)? };
    let follows: Option<[u8; 32]> = row.get(3)?;
    let collection = CollectionRow {
        manifest: Digest::from_bytes(row.get(2)?),
        follows: follows.map(Digest::from_bytes),
        files: row.get::<_, i64>(4)?.unsigned_abs(),
        forgotten: match row.get(7)? {
            0 => Forgotten::No,
            1 => Forgotten::Begun,
            // The seal tells of any other.
            _ => Forgotten::Wholly,
        },
    };
    if seal_of(place, &collection) != row.get::<_, i64>(8)? {
        return Err(IndexError::damaged(format!("collection {} is not as it was written", place.number)));
    }
    Ok(Kept { place, row: collection })
}

fn seal_of(place: Place, row: &CollectionRow) -> i64 {
    let mut sealed = Vec::with_capacity(128);
    for number in [place.number, place.series, place.first_row, place.rows, number_of(row.forgotten)] {
        sealed.extend_from_slice(&number.to_le_bytes());
    }
    sealed.extend_from_slice(&row.files.to_le_bytes());
    sealed.extend_from_slice(row.manifest.as_bytes());
    sealed.extend(row.follows.iter().flat_map(|follows| follows.as_bytes()));
    seal(&sealed)
}

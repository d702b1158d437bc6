//! The collections among which is searched, as the index keeps them.
//!
//! Must never let a file through that is only in collections that are not asked for.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::Digest;
use rusqlite::Connection;

use super::row::FileRecord;
use super::series::{kept, manifests_in, newest_of};
use super::{IndexError, Within};

/// Some collections, by series, each with its numbers in order.
#[derive(Debug)]
pub(super) struct Among {
    numbers: BTreeMap<i64, Vec<i64>>,
    /// Whether it is these that are asked for, or all others.
    these: bool,
}

impl Among {
    /// Nothing if all collections are asked for.
    pub(super) fn of(connection: &Connection, within: &Within) -> Result<Option<Among>, IndexError> {
        let (manifests, these) = match within {
            Within::All => return Ok(None),
            Within::Only(manifests) => (manifests, true),
            Within::Except(manifests) => (manifests, false),
        };
        let mut numbers: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for manifest in manifests {
            if let Some(kept) = kept(connection, manifest)? {
                numbers.entry(kept.place.series).or_default().push(kept.place.number);
            }
        }
        numbers.values_mut().for_each(|numbers| numbers.sort_unstable());
        Ok(Some(Among { numbers, these }))
    }

    /// The only series in which something is asked for; nothing if it may be in any.
    pub(super) fn only(&self) -> Option<BTreeSet<i64>> {
        self.these.then(|| self.numbers.keys().copied().collect())
    }

    /// The newest collection with this row that is asked for.
    pub(super) fn newest(&self, connection: &Connection, row: &FileRecord) -> Result<Option<i64>, IndexError> {
        let named = self.numbers.get(&row.series).map(Vec::as_slice).unwrap_or_default();
        let newest_named = named.iter().rev().find(|number| row.is_in(**number));
        match (self.these, newest_named) {
            (true, newest) => Ok(newest.copied()),
            (false, None) if row.last.is_some() => Ok(row.last),
            (false, None) => newest_of(connection, row.series),
            (false, Some(_)) => {
                let all = manifests_in(connection, row.series, row.first, row.last)?;
                let mut others = all.iter().map(|(number, _): &(i64, Digest)| *number);
                Ok(others.rfind(|number| named.binary_search(number).is_err()))
            }
        }
    }
}

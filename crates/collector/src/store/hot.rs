//! Asking for many objects at once, as a re-scan does that finds files unchanged: in about the order in which they were
//! put, and so in a few packs for a long time.
//!
//! The tables of the packs that answer are held whole. Must never answer from a table that was not compared with its name,
//! or of a pack that is not there any more.

use std::sync::{Arc, Mutex, PoisonError};

use portreeve_model::Digest;

use super::pack::Pack;
use super::pack::table;
use super::packs::Packs;
use crate::BlobError;
use crate::flow::usual_workers;

/// How many tables are held besides one for each hand that put objects at the same time, each into a pack of its own: so
/// many are being left or entered. Each has at most 1.25 MiB.
const TABLES_BESIDES: usize = 2;

/// How many objects of one question a pack must hold for its table to be worth reading, which takes a millisecond.
const WORTH_WHILE: usize = 8;

/// A pack with its table.
type Held = (Arc<Pack>, Arc<[u8]>);

/// The tables that are held, that of the pack which came last first.
#[derive(Debug, Default)]
pub(super) struct Hot(Mutex<Vec<Held>>);

impl Packs {
    /// The sizes of the objects that some pack holds.
    pub(super) fn sizes(&self, hot: &Hot, names: &[Digest]) -> Result<Vec<Option<u64>>, BlobError> {
        let tables = hot.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut asked = vec![false; tables.len()];
        let mut sizes = Vec::with_capacity(names.len());
        let mut last = 0;
        for name in names {
            // Most lie in the same pack as the one before.
            let places = (last..tables.len()).chain(0..last.min(tables.len()));
            let mut found = places.filter_map(|place| Some((place, table::find(&tables[place].1, name)?)));
            sizes.push(found.next().map(|(place, entry)| {
                (asked[place], last) = (true, place);
                u64::from(entry.length)
            }));
        }
        for ((pack, _), _) in tables.iter().zip(asked).filter(|(_, asked)| *asked) {
            if !pack.is_there() {
                // Another program has replaced it. What it held may be in the new one, or gone.
                hot.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(other, _)| other.name != pack.name);
                sizes.fill(None);
            }
        }
        let mut answered: Vec<(Arc<Pack>, usize)> = Vec::new();
        let elsewhere: Vec<usize> = (0..names.len()).filter(|number| sizes[*number].is_none()).collect();
        let wanted: Vec<Digest> = elsewhere.iter().map(|number| names[*number]).collect();
        for (number, found) in elsewhere.into_iter().zip(self.find_all(&wanted)?) {
            let Some((pack, entry)) = found else { continue };
            sizes[number] = Some(u64::from(entry.length));
            match answered.iter_mut().find(|(other, _)| other.name == pack.name) {
                Some((_, count)) => *count += 1,
                None => answered.push((pack, 1)),
            }
        }
        for (pack, _) in answered.into_iter().filter(|(_, count)| *count >= WORTH_WHILE) {
            if let Some(table) = pack.table() {
                let mut tables = hot.0.lock().unwrap_or_else(PoisonError::into_inner);
                tables.retain(|(other, _)| other.name != pack.name);
                tables.insert(0, (pack, table.into()));
                tables.truncate(usual_workers().get() + TABLES_BESIDES);
            }
        }
        Ok(sizes)
    }
}

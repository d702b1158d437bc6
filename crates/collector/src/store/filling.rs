//! What is in the packs that are still being filled, so that no hand of a run writes what another has written.
//!
//! Two hands that put the same object at the same instant may both write it. That costs its bytes twice and changes no
//! answer.
//!
//! Must never be taken for what is in the store: these objects have no name yet.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portreeve_model::Digest;

use super::pack::OBJECTS_MAX;
use super::pack::table::Entry;

/// How many slots the entries of one pack are found by: twice as many as there are entries, so a search is short.
const SLOTS: usize = 2 * OBJECTS_MAX;

/// The members of one pack, in the order they were written. At most 1.25 MiB and 128 KiB of slots.
#[derive(Debug)]
pub(super) struct Contents {
    entries: Vec<Entry>,
    /// Number of an entry plus one, at the place its name asks for or the next free one.
    slots: Box<[u16]>,
}

impl Contents {
    pub(super) fn new() -> Contents {
        Contents { entries: Vec::new(), slots: vec![0; SLOTS].into() }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= OBJECTS_MAX
    }

    pub(super) fn holds(&self, name: &Digest) -> bool {
        self.slot(name).is_err()
    }

    /// Adds an entry, unless there is one of that name or no room.
    pub(super) fn add(&mut self, entry: Entry) {
        if let Ok(slot) = self.slot(&entry.name)
            && !self.is_full()
            && let Ok(number) = u16::try_from(self.entries.len() + 1)
        {
            self.entries.push(entry);
            self.slots[slot] = number;
        }
    }

    /// The free slot for a name; an error if the name is there.
    fn slot(&self, name: &Digest) -> Result<usize, ()> {
        let bytes = name.as_bytes();
        let mut slot = usize::from(u16::from_le_bytes([bytes[30], bytes[31]])) % SLOTS;
        loop {
            match self.slots[slot] {
                0 => return Ok(slot),
                number if self.entries[usize::from(number) - 1].name == *name => return Err(()),
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }
}

/// The contents of one pack, shared by the hand that fills it and those that ask.
pub(super) type SharedContents = Arc<Mutex<Contents>>;

/// A lock that a panic cannot spoil: every change is one addition.
pub(super) fn locked(contents: &SharedContents) -> MutexGuard<'_, Contents> {
    contents.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All packs of this store that are being filled or sealed: two a hand, so at most 2.75 MiB for each.
#[derive(Debug, Default)]
pub(super) struct Filling {
    packs: Mutex<Vec<SharedContents>>,
}

impl Filling {
    pub(super) fn begin(&self) -> SharedContents {
        let contents = Arc::new(Mutex::new(Contents::new()));
        self.packs().push(Arc::clone(&contents));
        contents
    }

    pub(super) fn end(&self, contents: &SharedContents) {
        self.packs().retain(|other| !Arc::ptr_eq(other, contents));
    }

    pub(super) fn holds(&self, name: &Digest) -> bool {
        self.packs().iter().any(|contents| locked(contents).holds(name))
    }

    fn packs(&self) -> MutexGuard<'_, Vec<SharedContents>> {
        self.packs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_pack_still_tells_what_it_holds() {
        let mut contents = Contents::new();
        let entry = |number: u32| Entry { name: Digest::of(&number.to_le_bytes()), block: number, length: 0 };
        let last = u32::try_from(OBJECTS_MAX).unwrap();
        (0..last + 5).for_each(|number| contents.add(entry(number)));
        contents.add(entry(7));
        assert_eq!(contents.entries().len(), OBJECTS_MAX);
        assert!((0..last).all(|number| contents.holds(&entry(number).name)));
        assert!(!contents.holds(&entry(last).name), "there was no room");
    }
}

//! The checkpoints a verification has yet to meet, by size.
//!
//! It must never hold one whose signature was not verified.

use std::collections::BTreeMap;

use super::Source;
use crate::{Checkpoint, Origin};

/// What a believed checkpoint demands of the ledger.
#[derive(Debug)]
pub(super) struct Expectation {
    pub(super) source: Source,
    pub(super) claim: Checkpoint,
}

/// Expectations in the order in which a walk through the entries meets them.
#[derive(Debug)]
pub(super) struct Expectations {
    by_size: BTreeMap<u64, Vec<Expectation>>,
    origin: Option<Origin>,
}

impl Expectations {
    pub(super) const fn new() -> Expectations {
        Expectations { by_size: BTreeMap::new(), origin: None }
    }

    /// The ledger the checkpoints so far are of, if `claim` is of another.
    pub(super) fn other_origin(&self, claim: &Checkpoint) -> Option<&Origin> {
        self.origin.as_ref().filter(|origin| **origin != claim.origin)
    }

    pub(super) fn add(&mut self, expectation: Expectation) {
        self.origin.get_or_insert_with(|| expectation.claim.origin.clone());
        self.by_size.entry(expectation.claim.size.count()).or_default().push(expectation);
    }

    /// Takes one expectation for at most `size` entries. Those below `size` were passed by a gap.
    pub(super) fn due(&mut self, size: u64) -> Option<Expectation> {
        let mut first = self.by_size.first_entry().filter(|first| *first.key() <= size)?;
        let expectation = first.get_mut().pop();
        if first.get().is_empty() {
            first.remove();
        }
        expectation
    }

    /// The expectations beyond the end of the ledger.
    pub(super) fn left(&mut self) -> Vec<Expectation> {
        std::mem::take(&mut self.by_size).into_values().flatten().collect()
    }
}

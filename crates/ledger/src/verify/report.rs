//! What a verification found: every problem with its place, and how far the ledger is vouched for.
//!
//! It must never sound reassuring by leaving something out: what was not given, not signed or not listed is said.

use std::fmt;

use portreeve_model::{Digest, EntryNumber, LogSize};

use crate::LinesDigest;

/// The most problems that are listed. A ledger with more is beyond repair by reading, and a hostile one could have as
/// many as it has rows; the rest are counted.
pub const PROBLEMS_MAX: usize = 1000;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many entries the ledger holds, counting by the last number found.
    pub size: LogSize,
    /// The Merkle root computed from the stored bytes; nothing if any are missing.
    pub root: Option<Digest>,
    /// The digest of the entries written as lines; nothing if any are missing.
    pub lines: Option<LinesDigest>,
    /// What is wrong, in the order it was met; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// How many more problems there were.
    pub problems_left_out: u64,
    /// The signed checkpoints that what is stored leads to, smallest first. An altered entry whose recorded hash was left
    /// alone is among the problems and does not keep a checkpoint from being here.
    pub anchors: Vec<Anchor>,
    /// How many checkpoints from outside were given.
    pub outside_given: usize,
}

/// A signed checkpoint that the ledger was found to agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Where the checkpoint came from.
    pub source: Source,
    /// How many entries it covers.
    pub size: LogSize,
}

/// Where a checkpoint came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The ledger kept it itself; counted from 1.
    Kept(u64),
    /// The reader brought it; counted from 1 in the order given.
    Outside(u64),
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, as a clause without a final stop.
    pub what: String,
}

/// Where in a ledger something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this entry.
    Entry(EntryNumber),
    /// In all of these entries.
    Entries(EntryNumber, EntryNumber),
    /// In at least one entry from the first to the last of these.
    Between(EntryNumber, EntryNumber),
    /// After this entry, up to the end.
    After(EntryNumber),
    /// At the end of the ledger.
    End,
    /// In the kept size and root.
    Head,
    /// In a checkpoint.
    Checkpoint(Source),
    /// In the storage itself.
    Storage,
}

impl Report {
    pub(super) const fn new(outside_given: usize) -> Report {
        Report {
            size: LogSize::EMPTY,
            root: None,
            lines: None,
            problems: Vec::new(),
            problems_left_out: 0,
            anchors: Vec::new(),
            outside_given,
        }
    }

    /// Whether nothing at all is wrong. It does not say that anything was signed: see [`Report::after_last_signed`].
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// How many entries lie after the last signed checkpoint the ledger agrees with: nothing vouches for these yet.
    pub fn after_last_signed(&self) -> u64 {
        self.size.count().saturating_sub(self.sound_up_to())
    }

    /// Whether a checkpoint from outside agrees with the ledger. If not, whoever holds the signing key could have
    /// rewritten the whole of it: its history is vouched for by itself only.
    pub fn anchored_outside(&self) -> bool {
        self.anchors.iter().any(|anchor| matches!(anchor.source, Source::Outside(_)))
    }

    /// How many entries the last agreeing checkpoint covers.
    pub(super) fn sound_up_to(&self) -> u64 {
        self.anchors.iter().map(|anchor| anchor.size.count()).max().unwrap_or(0)
    }

    pub(super) fn anchored(&mut self, anchor: Anchor) {
        self.anchors.push(anchor);
    }

    pub(super) fn add(&mut self, place: Place, what: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { place, what: what.into() });
        } else {
            self.problems_left_out = self.problems_left_out.saturating_add(1);
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Kept(position) => write!(out, "kept checkpoint {position}"),
            Source::Outside(position) => write!(out, "outside checkpoint {position}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Entry(entry) => write!(out, "entry {entry}"),
            Place::Entries(first, last) => write!(out, "entries {first} to {last}"),
            Place::Between(first, last) if first == last => write!(out, "entry {first}"),
            Place::Between(first, last) => write!(out, "between entry {first} and {last}"),
            Place::After(entry) => write!(out, "after entry {entry}"),
            Place::End => write!(out, "the end of the ledger"),
            Place::Head => write!(out, "the head"),
            Place::Checkpoint(source) => write!(out, "{source}"),
            Place::Storage => write!(out, "the storage"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.what)
    }
}

//! Positions in a ledger and counts of its entries: two types, so that neither is taken for the other.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The position of an entry in its ledger, counted from 0, as in RFC 6962.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryNumber(u64);

/// How many entries a ledger holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogSize(u64);

impl EntryNumber {
    /// The position `index`, counted from 0.
    pub const fn new(index: u64) -> EntryNumber {
        EntryNumber(index)
    }

    /// The index, counted from 0.
    pub const fn index(self) -> u64 {
        self.0
    }

    /// The smallest size at which a ledger holds this entry.
    pub const fn size_including(self) -> LogSize {
        LogSize(self.0 + 1)
    }
}

impl LogSize {
    /// A ledger without entries.
    pub const EMPTY: LogSize = LogSize(0);

    /// A ledger of `count` entries.
    pub const fn new(count: u64) -> LogSize {
        LogSize(count)
    }

    /// How many entries.
    pub const fn count(self) -> u64 {
        self.0
    }

    /// The number the next entry gets.
    pub const fn next(self) -> EntryNumber {
        EntryNumber(self.0)
    }

    /// Whether a ledger of this size holds `entry`.
    pub const fn holds(self, entry: EntryNumber) -> bool {
        entry.0 < self.0
    }
}

impl fmt::Display for EntryNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "#{}", self.0)
    }
}

impl fmt::Display for LogSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

//! The nouns of Portreeve, the entries of its ledger, the fold that turns entries into a register, and every rule.
//!
//! Invariant: nothing here reads a clock, randomness, a file or the environment, and nothing here knows SQL, HTML or a
//! terminal. The same entries and the same day always give the same answer.

mod digest;
pub mod manifest;
mod size;

pub use digest::{Digest, NotADigest};
pub use size::{EntryNumber, LogSize};

//! The nouns of Portreeve, the entries of its ledger, the fold that turns entries into a register, and every rule.
//!
//! Invariant: nothing here reads a clock, randomness, a file or the environment, and nothing here knows SQL, HTML or a
//! terminal. The same entries and the same day always give the same answer.

pub mod comparison;
pub mod concern;
pub mod day;
mod digest;
pub mod entry;
pub mod event;
pub mod history;
pub mod manifest;
pub mod mapping;
pub mod money;
pub mod readiness;
pub mod reference;
pub mod refusal;
pub mod register;
pub mod retention;
mod size;
pub mod standards;
pub mod standing;
pub mod text;
mod through_text;
pub mod words;

pub use day::{Day, Moment};
pub use digest::{Digest, NotADigest};
pub use entry::Entry;
pub use event::Event;
pub use history::History;
pub use money::Pence;
pub use refusal::Refusal;
pub use register::{Register, Stamp, Trace};
pub use size::{EntryNumber, LogSize};

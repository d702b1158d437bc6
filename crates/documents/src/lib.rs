//! What is inside other people's files: their media type, their text, and what an export says.
//!
//! Everything here reads bytes that a stranger may have made. Invariants, as absences: nothing here opens a file, starts
//! a process, or knows the ledger; nothing is read without a limit. What parses whole documents is meant to run in a
//! child that the engine can lose: [`sandbox`] is that child's half.

mod charset;
pub mod compare;
pub mod media;
pub mod sandbox;
pub mod text;

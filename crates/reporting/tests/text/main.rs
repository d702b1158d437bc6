//! What people and machines read, held still; and what it must never do.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first thing that is not as it says")]

mod answers;
mod calendar;
mod fixture;
mod laws;
mod looks;
mod retention;

//! The program as a stranger runs it: corpora, the yardstick, whole runs.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what a test does not expect ends it")]

mod corpus;
mod index;
mod run;
mod support;
mod yardstick;

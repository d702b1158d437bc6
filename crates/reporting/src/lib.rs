//! What people and machines are shown: pure functions of a register, what it is judged by, and a day.
//!
//! Invariants: nothing here opens a file, knows a ledger or a store, or knows what time it is. The same subject gives
//! the same bytes. Names and notes are hostile: whatever they hold, a page shows text and a terminal gets no control
//! character.

pub mod across;
pub mod before_after;
pub mod calendar;
pub mod checklist;
pub mod csv;
pub mod index;
pub mod lint;
pub mod lists;
pub mod log;
pub mod mapping;
pub mod next;
pub mod pack;
mod page;
pub mod plan;
pub mod playbook;
pub mod readiness;
pub mod readiness_page;
pub mod readme;
pub mod retention;
pub mod safe;
mod screen;
pub mod sheet;
pub mod show;
pub mod status;
mod subject;
pub mod suggest;
pub mod table;
pub mod why;
pub mod why_page;
pub mod words;

pub use screen::{json_text, plain};
pub use subject::{FileLine, Layout, RenderError, Subject};

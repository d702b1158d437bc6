//! The sheet of an assessment: one row for each indicator, to be answered in a spreadsheet and brought back.
//!
//! What is written and what is read are one definition and stand side by side, so that a sheet that comes back as it
//! went out changes nothing. Reading is no more than a draft of what somebody says: nothing here records it.

mod read;
mod write;

pub use read::{Sheet, read};
pub use write::write;

/// The columns, in this order. The first two say which indicator, the last two what is answered; the two between are
/// for the reader alone.
pub const COLUMNS: [&str; 6] = ["requirement", "indicator", "column", "text", "answer", "comment"];

/// Largest sheet read. The longest one written, CAF 4.0 with 555 indicators, has some 150 KB; with a comment of the
/// longest kind, 4,000 characters, in every row it has 2.4 MB. Twice that at most, and round.
pub const SHEET_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most rows read: CAF 4.0 has 555 indicators; eighteen times as many.
pub const SHEET_ROWS_MAX: usize = 10_000;

const YES: &str = "yes";
const NO: &str = "no";
const ALTERNATIVE: &str = "alternative";
const EXEMPT: &str = "exempt";

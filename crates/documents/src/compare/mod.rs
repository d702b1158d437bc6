//! Before and after: what two exports of the same thing say, and what came and went between them.
//!
//! Pure: bytes in, value out. Must never tell a figure that it guessed: what cannot be read is counted and told with its
//! row, and what an export does not hold has no figure.

mod accounts;
mod decode;
mod firewall;
mod lines;
mod problem;
mod rows;
mod table;

#[cfg(test)]
mod tests;

use portreeve_model::Day;
use portreeve_model::comparison::{Comparison, Reading};

pub use problem::{CompareError, Problem, Which};

/// The most bytes of one export. An account with its groups takes some 2 KB a row, so 64 MiB hold 30,000 accounts;
/// councils have 500 to 20,000.
pub const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// One export.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// The day whose position it shows: what "90 days" counts back from.
    pub shows: Day,
}

/// What one export was read as.
enum Content {
    Firewall(firewall::Config),
    Table(table::Table),
    Text,
}

/// One export, read.
struct Side {
    text: String,
    encoding: String,
    content: Content,
}

/// Compares two exports, the earlier one first. Tables and firewall configurations are recognised by what they hold,
/// never by their names.
///
/// # Errors
/// When one of them is too large, empty, no text, a table that cannot be read as one, or not the same sort of thing as
/// the other.
pub fn compare(before: Export<'_>, after: Export<'_>) -> Result<Comparison, CompareError> {
    let earlier = read(before.bytes).map_err(|problem| CompareError::Unread { which: Which::Earlier, problem })?;
    let later = read(after.bytes).map_err(|problem| CompareError::Unread { which: Which::Later, problem })?;
    match (&earlier.content, &later.content) {
        (Content::Firewall(was), Content::Firewall(is)) => Ok(firewall::compare((was, &earlier), (is, &later))),
        (Content::Table(was), Content::Table(is)) => {
            let columns = (accounts::Columns::of(&was.headings), accounts::Columns::of(&is.headings));
            if let (Some(old), Some(new)) = columns {
                let was = accounts::read(was, &old, before.shows);
                let is = accounts::read(is, &new, after.shows);
                let readings = (table_reading(&earlier, &was.remarks), table_reading(&later, &is.remarks));
                return Ok(accounts::compare(&was, &is, readings));
            }
            let readings = (table_reading(&earlier, &[]), table_reading(&later, &[]));
            Ok(rows::compare(was, is, readings))
        }
        (Content::Text, Content::Text) => Ok(lines::compare(&earlier, &later)),
        _ => Err(CompareError::NotTheSame { earlier: earlier.word(), later: later.word() }),
    }
}

fn read(bytes: &[u8]) -> Result<Side, Problem> {
    let decoded = decode::decode(bytes)?;
    let content = if let Some(config) = firewall::read(&decoded.text) {
        Content::Firewall(config)
    } else if let Some(table) = table::read(&decoded.text)? {
        Content::Table(table)
    } else {
        Content::Text
    };
    Ok(Side { text: decoded.text, encoding: decoded.encoding, content })
}

/// How a table was read, with what else is to be known of it.
fn table_reading(side: &Side, further: &[portreeve_model::comparison::Remark]) -> Reading {
    let Content::Table(table) = &side.content else { return side.reading(0) };
    let mut reading = side.reading(table.rows.len());
    reading.form = format!("{}, separated by {}", side.encoding, table.separator_shown());
    reading.remarks.extend(table.remarks.iter().chain(further).cloned());
    reading
}

impl Side {
    fn word(&self) -> &'static str {
        match &self.content {
            Content::Firewall(_) => "a firewall configuration",
            Content::Table(_) => "a table",
            Content::Text => "text without columns",
        }
    }

    fn reading(&self, total: usize) -> Reading {
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        Reading { form: self.encoding.clone(), total, remarks: Vec::new() }
    }
}

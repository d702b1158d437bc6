//! Comma-separated values, both ways: RFC 4180, UTF-8, CRLF when written; what spreadsheets save when read.
//!
//! Invariants: a written cell never starts a formula in a spreadsheet, and what was done to prevent it is taken back by
//! [`restore`]. Reading is strict, because a reader that forgives a quotation mark that is never closed takes all rows
//! after it for one cell and loses them without a word: such a row is told, and nothing after it is guessed at.

/// Letters with which a spreadsheet starts a formula, the apostrophe that says "text", and what comes before both.
const fn is_charged(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠')
}

/// The cell with an apostrophe before it when a spreadsheet would take it for a formula, or when it starts with an
/// apostrophe of its own.
pub fn defuse(cell: &str) -> String {
    if cell.starts_with(is_charged) { format!("'{cell}") } else { cell.to_owned() }
}

/// The cell as it was before [`defuse`].
pub fn restore(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(is_charged)).unwrap_or(cell)
}

/// The rows as a file.
pub(crate) fn encode(rows: &[Vec<String>]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quote(&defuse(cell))).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn quote(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// A row of a file that was read, its cells [restored](restore).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its number as a spreadsheet shows it: the first is 1, and an empty line counts.
    pub(crate) number: usize,
    /// Its cells; line ends inside them are line feeds.
    pub(crate) cells: Vec<String>,
}

/// Why reading stopped at a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadQuote {
    /// A cell starts with a quotation mark and no other closes it.
    Open,
    /// A quotation mark stands where neither a cell begins nor ends.
    Stray,
}

/// The rows of a text, one by one. After a bad row there is none.
pub(crate) struct Rows<'a> {
    rest: &'a str,
    separator: char,
    number: usize,
}

impl<'a> Rows<'a> {
    /// Reads a text whose cells are parted by `separator`.
    pub(crate) const fn of(text: &'a str, separator: char) -> Rows<'a> {
        Rows { rest: text, separator, number: 0 }
    }

    /// The next cell, without what parts it from the one after.
    fn cell(&mut self) -> Result<String, BadQuote> {
        let raw = match self.rest.strip_prefix('"') {
            Some(inside) => {
                let (cell, rest) = quoted(inside)?;
                self.rest = rest;
                cell
            }
            None => {
                let separator = self.separator;
                let end = self.rest.find([separator, '\r', '\n']).unwrap_or(self.rest.len());
                let (cell, rest) = self.rest.split_at(end);
                if cell.contains('"') {
                    return Err(BadQuote::Stray);
                }
                self.rest = rest;
                cell.to_owned()
            }
        };
        Ok(restore(&raw.replace("\r\n", "\n").replace('\r', "\n")).to_owned())
    }

    fn row(&mut self) -> Result<Vec<String>, BadQuote> {
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if let Some(rest) = self.rest.strip_prefix(self.separator) {
                self.rest = rest;
                continue;
            }
            let ends = ["\r\n", "\n", "\r"];
            match ends.iter().find_map(|end| self.rest.strip_prefix(end)) {
                Some(rest) => self.rest = rest,
                None if self.rest.is_empty() => {}
                None => return Err(BadQuote::Stray),
            }
            return Ok(cells);
        }
    }
}

/// What stands inside quotation marks, and what comes after the closing one.
fn quoted(inside: &str) -> Result<(String, &str), BadQuote> {
    let mut cell = String::new();
    let mut rest = inside;
    loop {
        let (before, after) = rest.split_once('"').ok_or(BadQuote::Open)?;
        cell.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Ok((cell, after)),
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, (usize, BadQuote)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let number = self.number;
        let row = self.row();
        if row.is_err() {
            self.rest = "";
        }
        Some(row.map(|cells| Row { number, cells }).map_err(|why| (number, why)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, separator: char) -> Vec<Vec<String>> {
        Rows::of(text, separator).map(|row| row.expect("the text is well formed").cells).collect()
    }

    #[test]
    fn what_is_defused_is_restored_and_never_starts_a_formula() {
        let starts =
            ["", "=", "+", "-", "@", "\t", "\r", "\n", "'", "''", "＝", "＋", "－", "＠", "a", " =", "\"", "é"];
        for first in starts {
            for rest in starts.iter().copied().chain(["1+1", "'=1", "cmd|' /C calc'!A0"]) {
                let cell = format!("{first}{rest}");
                let safe = defuse(&cell);
                assert_eq!(restore(&safe), cell, "{cell:?}");
                let charged = |letter: char| is_charged(letter) && letter != '\'';
                assert!(!safe.starts_with(charged), "{cell:?}");
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let odd = ["", "a", "=1+1", "'x", "''", "two\nlines", "\"", "a \"b\" c", ",", ";", "é", " leading", "-"];
        let rows: Vec<Vec<String>> = odd
            .iter()
            .flat_map(|first| odd.iter().map(|second| vec![(*first).to_owned(), (*second).to_owned()]))
            .collect();
        let text = String::from_utf8(encode(&rows)).expect("what is written is UTF-8");
        assert_eq!(cells(&text, ','), rows);
    }

    #[test]
    fn every_line_end_and_separator_of_a_spreadsheet_is_read() {
        let want = vec![vec!["a".to_owned(), "b\nc".to_owned()], vec!["d".to_owned(), String::new()]];
        for end in ["\r\n", "\n", "\r"] {
            for separator in [',', ';', '\t'] {
                for last in ["", end] {
                    let text = format!("a{separator}\"b{end}c\"{end}d{separator}{last}");
                    assert_eq!(cells(&text, separator), want, "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_row_is_numbered_as_a_spreadsheet_shows_it() {
        let numbers: Vec<usize> = Rows::of("a\n\n\"b\nc\"\nd", ',').map(|row| row.expect("fine").number).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
    }

    #[test]
    fn a_bad_quotation_mark_stops_the_reading_where_it_stands() {
        for (text, row, why) in [
            ("a,b\nc,\"d\ne,f\n", 2, BadQuote::Open),
            ("a,b\n\"c\"x,d\ne,f\n", 2, BadQuote::Stray),
            ("a,5\" pipe\n", 1, BadQuote::Stray),
            ("\"\"\"", 1, BadQuote::Open),
        ] {
            let last = Rows::of(text, ',').last().expect("there is a row");
            assert_eq!(last, Err((row, why)), "{text:?}");
        }
    }
}

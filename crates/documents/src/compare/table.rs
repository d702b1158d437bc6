//! A CSV as a table: headings and rows, each with the number a spreadsheet gives it.
//!
//! Must never drop a row without saying so: one that has more or fewer cells than the headings is left out, because its
//! cells stand under the wrong headings, and told with its number.

use csv::{ReaderBuilder, StringRecord};
use portreeve_model::comparison::{Places, Remark};

use super::problem::Problem;

/// The most of a table that is read.
struct Limits {
    columns: usize,
    rows: usize,
    cells: usize,
}

/// Columns: an account has some 500 attributes in a large schema. Rows: ten times the accounts of the largest council.
/// Cells: 20,000 accounts with 500 attributes each; a cell takes 8 bytes beside its text, so at most 80 MB.
const LIMITS: Limits = Limits { columns: 1_024, rows: 250_000, cells: 10_000_000 };

/// Records by which the separator and the headings are found.
const SAMPLE: usize = 100;
/// Headings are looked for in the first rows: reports put a title, a date and an empty row above them.
const TITLES_MAX: usize = 10;

/// A table with its headings.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Row>,
    separator: u8,
    pub(super) remarks: Vec<Remark>,
}

/// One record, as wide as the headings.
#[derive(Debug)]
pub(super) struct Row {
    /// As a spreadsheet numbers it.
    pub(super) number: u32,
    cells: StringRecord,
}

impl Row {
    /// The cell without the blanks around it.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default().trim()
    }
}

impl Table {
    pub(super) fn separator_shown(&self) -> &'static str {
        match self.separator {
            b';' => "semicolons",
            b'\t' => "tabs",
            _ => "commas",
        }
    }
}

/// Reads a table, or finds that the text is none.
pub(super) fn read(text: &str) -> Result<Option<Table>, Problem> {
    read_within(text, &LIMITS)
}

fn read_within(text: &str, limits: &Limits) -> Result<Option<Table>, Problem> {
    if text.trim_start().starts_with(['{', '[', '<']) {
        return Ok(None);
    }
    let (body, said, skipped) = preamble(text);
    let Some((separator, width)) = shape(body, said) else { return Ok(None) };
    let mut table = Table { headings: Vec::new(), rows: Vec::new(), separator, remarks: Vec::new() };
    let (mut above, mut ragged) = (Vec::new(), Vec::new());
    for (number, record) in Records::over(body, separator, skipped) {
        let filled = filled(&record);
        if table.headings.is_empty() {
            if filled < width {
                above.push(number);
                continue;
            }
            if filled > limits.columns {
                return Err(Problem::TooMany { what: "columns", max: limits.columns });
            }
            table.headings = record.iter().take(filled).map(|cell| cell.trim().to_owned()).collect();
        } else if filled > table.headings.len() || record.len() < table.headings.len() {
            ragged.push(number);
        } else {
            table.rows.push(Row { number, cells: record });
        }
        if table.rows.len() > limits.rows {
            return Err(Problem::TooMany { what: "rows", max: limits.rows });
        }
        if table.rows.len() * table.headings.len() > limits.cells {
            return Err(Problem::TooMany { what: "cells", max: limits.cells });
        }
    }
    if let Some(line) = unclosed(body, separator) {
        return Err(Problem::Unclosed(line + skipped));
    }
    for (says, doubtful, at) in [
        ("above the headings left out", false, above),
        ("with more or fewer cells than the headings, left out", true, ragged),
    ] {
        if !at.is_empty() {
            let at: Places = at.into_iter().collect();
            table.remarks.push(Remark { says: says.to_owned(), doubtful, at });
        }
    }
    Ok(Some(table))
}

/// Cells up to the last one that holds something: spreadsheets save empty ones at the end.
fn filled(record: &StringRecord) -> usize {
    let empty = record.iter().rev().take_while(|cell| cell.trim().is_empty()).count();
    record.len() - empty
}

/// What stands above the table for programs: `#TYPE …` of PowerShell 5's `Export-Csv`, `sep=;` for Excel. The rest, the
/// separator that was said, and how many rows were passed.
fn preamble(text: &str) -> (&str, Option<u8>, u32) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end();
    if first.starts_with("#TYPE ") {
        return (rest, None, 1);
    }
    let said =
        first.strip_prefix("sep=").or_else(|| first.strip_prefix("\"sep=").and_then(|said| said.strip_suffix('"')));
    match said.map(str::as_bytes) {
        Some(&[byte @ (b',' | b';' | b'\t')]) => (rest, Some(byte), 1),
        _ => (text, None, 0),
    }
}

/// The separator by which most of the first records have the same number of cells, at least two, and that number.
fn shape(body: &str, said: Option<u8>) -> Option<(u8, usize)> {
    let candidates = said.map_or(vec![b',', b';', b'\t'], |said| vec![said]);
    let scored = candidates.into_iter().filter_map(|separator| {
        let sample: Vec<StringRecord> =
            Records::over(body, separator, 0).take(SAMPLE).map(|(_, record)| record).collect();
        let heading = sample.iter().take(TITLES_MAX).max_by_key(|record| {
            let same = sample.iter().filter(|other| other.len() == record.len()).count();
            (same * usize::from(is_heading(record)), std::cmp::Reverse(record.len()))
        })?;
        let agree = sample.iter().filter(|record| record.len() == heading.len()).count();
        let fits = is_heading(heading) && agree * 2 >= sample.len();
        fits.then(|| (agree, filled(heading), separator))
    });
    scored.max_by_key(|(agree, width, _)| (*agree, *width)).map(|(_, width, separator)| (separator, width))
}

/// Two cells or more, each with something in it, but those a spreadsheet adds at the end.
fn is_heading(record: &StringRecord) -> bool {
    let width = filled(record);
    width >= 2 && record.iter().take(width).all(|cell| !cell.trim().is_empty())
}

/// Records with the numbers a spreadsheet gives them: an empty line is a row there, a line break in a cell is not.
struct Records<'a> {
    reader: csv::Reader<&'a [u8]>,
    number: u32,
    line: u64,
}

impl<'a> Records<'a> {
    fn over(body: &'a str, separator: u8, passed: u32) -> Records<'a> {
        let reader =
            ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(body.as_bytes());
        Records { reader, number: passed, line: 1 }
    }
}

impl Iterator for Records<'_> {
    type Item = (u32, StringRecord);

    fn next(&mut self) -> Option<(u32, StringRecord)> {
        let mut record = StringRecord::new();
        // The text is UTF-8 and lies in memory, and records may have any length: reading cannot fail.
        if !self.reader.read_record(&mut record).ok()? {
            return None;
        }
        let inside = record.iter().flat_map(str::bytes).filter(|byte| *byte == b'\n').count();
        let now = self.reader.position().line();
        let passed = u32::try_from(now - self.line).unwrap_or(u32::MAX);
        let empty = passed.saturating_sub(1).saturating_sub(u32::try_from(inside).unwrap_or(u32::MAX));
        self.line = now;
        self.number = self.number.saturating_add(1).saturating_add(empty);
        Some((self.number, record))
    }
}

/// The line in which a quotation mark is opened that is never closed. A mark opens only at the start of a cell; within
/// one, two stand for one (RFC 4180, section 2).
fn unclosed(body: &str, separator: u8) -> Option<u32> {
    let (mut line, mut opened, mut closed, mut starts) = (1, None, None, true);
    for byte in body.bytes() {
        let mark = byte == b'"';
        (opened, closed) = match opened {
            Some(since) if mark => (None, Some(since)),
            Some(since) => (Some(since), None),
            // The second of two opens the same cell again.
            None if mark && closed.is_some() => (closed, None),
            None if mark && starts => (Some(line), None),
            None => (None, None),
        };
        starts = byte == separator || matches!(byte, b'\n' | b'\r');
        line += u32::from(byte == b'\n');
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        read(text).unwrap().expect("a table")
    }

    fn numbers(table: &Table) -> Vec<u32> {
        table.rows.iter().map(|row| row.number).collect()
    }

    #[test]
    fn separators_are_found_and_rows_are_numbered_as_a_spreadsheet_does() {
        for (text, separator) in [
            ("a,b\n1,2\n3,4\n", "commas"),
            ("a;b\r\n1;2,5\r\n3;4\r\n", "semicolons"),
            ("a\tb\n1\t2\n3\t4", "tabs"),
            ("sep=;\na;b\n1;2\n", "semicolons"),
            ("a,b\r1,2\r3,4\r", "commas"),
        ] {
            let table = table(text);
            assert_eq!(
                (table.separator_shown(), table.headings.as_slice()),
                (separator, ["a".to_owned(), "b".to_owned()].as_slice())
            );
        }
        assert_eq!(numbers(&table("a,b\n\n1,\"two\r\nlines\"\n\n\n3,4\n5,6")), [3, 6, 7]);
        assert_eq!(
            numbers(&table(
                "#TYPE Selected.Microsoft.ActiveDirectory.Management.ADUser\r\n\"a\",\"b\"\r\n\"1\",\"2\"\r\n"
            )),
            [3]
        );
    }

    #[test]
    fn ragged_rows_are_left_out_and_told() {
        let table = table("a,b,c\n1,2,3\n1,2\n1,2,3,,\n1,2,3,4\n1,,\n");
        assert_eq!(numbers(&table), [2, 4, 6]);
        assert_eq!(table.remarks.len(), 1);
        assert_eq!(table.remarks[0].at.to_string(), "3, 5");
    }

    #[test]
    fn titles_above_the_headings_are_passed_and_told() {
        let table = table("Inactive users\n\nPrinted 1 May 2026,,\nname,enabled,last\nsvc-backup,yes,x\n");
        assert_eq!(table.headings, ["name", "enabled", "last"]);
        assert_eq!((numbers(&table), table.remarks[0].at.to_string()), (vec![5], "1, 3".to_owned()));
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_told_where_it_opens() {
        let text = "a,b\n1,\"2\"\"\"\n\"3,4\n5,6\n";
        assert_eq!(read(text).unwrap_err(), Problem::Unclosed(3));
        // Of three marks the last two stand for one, and the cell goes on.
        assert_eq!(read("a,b\n1,\"2\"\", x\n3,4\n").unwrap_err(), Problem::Unclosed(2));
        assert!(read("a,b\n1,2\" pipe\n").unwrap().is_some(), "a mark inside a cell opens nothing");
    }

    #[test]
    fn what_has_no_columns_is_no_table() {
        for text in ["one\ntwo\n", "{\"a\": 1, \"b\": 2}", "interface eth0;\n  mtu 9;\n", "a,\n1,\n"] {
            assert!(read(text).unwrap().is_none(), "{text}");
        }
        assert!(table("a,b\n").rows.is_empty(), "headings alone are a table of nothing");
    }

    #[test]
    fn limits_are_kept() {
        let limits = Limits { columns: 3, rows: 4, cells: 10 };
        let too_many = |text: &str| read_within(text, &limits).err();
        assert_eq!(too_many("a,b,c,d\n"), Some(Problem::TooMany { what: "columns", max: 3 }));
        assert_eq!(too_many(&"a,b\n".repeat(6)), Some(Problem::TooMany { what: "rows", max: 4 }));
        assert_eq!(too_many(&"a,b,c\n".repeat(5)), Some(Problem::TooMany { what: "cells", max: 10 }));
        assert_eq!(too_many(&"a,b,c\n".repeat(4)), None);
    }
}

//! From a sheet that came back to the answers it gives, or to everything that is wrong with it.
//!
//! No row is dropped without a word: a row is an answer, an empty answer that changes nothing, or a problem.

use std::collections::BTreeMap;

use portreeve_catalogue::{Gathered, Problem, Problems};
use portreeve_model::Register;
use portreeve_model::reference::{IndicatorId, RequirementId};
use portreeve_model::register::assessment::IndicatorAnswer;

use super::{ALTERNATIVE, COLUMNS, EXEMPT, NO, SHEET_BYTES_MAX, SHEET_ROWS_MAX, YES};
use crate::csv::{BadQuote, Row, Rows};

/// What spreadsheets write before UTF-8.
pub(super) const BYTE_ORDER_MARK: &str = "\u{FEFF}";

const AS_UTF_8: &str = "save it again as \"CSV UTF-8 (Comma delimited)\"";
const ANOTHER_SHEET: &str = "write a new one with `portreeve requirement sheet` and copy the answers into it";

/// What a sheet says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The answers, requirement by requirement.
    pub answers: BTreeMap<RequirementId, BTreeMap<IndicatorId, IndicatorAnswer>>,
    /// How many rows have no answer and so change nothing.
    pub empty: usize,
    /// The rows whose comment goes nowhere: only an alternative or an exemption keeps one.
    pub comments_lost: Vec<usize>,
}

/// Reads a sheet. `file` is what problems call it.
///
/// # Errors
/// Every problem of the file, each with its row as a spreadsheet numbers it.
pub fn read(file: &str, bytes: &[u8], register: &Register) -> Result<Sheet, Problems> {
    let mut reader =
        Reader { file, register, problems: Gathered::default(), rows: BTreeMap::new(), sheet: Sheet::default() };
    let text = text(file, bytes)?;
    let separator = separator(text);
    for row in Rows::of(text, separator) {
        match row {
            Ok(row) if row.number > SHEET_ROWS_MAX + 1 => {
                let what = format!("it has more than {SHEET_ROWS_MAX} rows below the first");
                reader.problems.add(file, what, "bring it in parts, each with the first row");
                break;
            }
            Ok(row) if row.number == 1 => reader.head(&row)?,
            Ok(row) => reader.row(&row),
            Err((number, why)) => reader.broken(number, why),
        }
    }
    let Reader { problems, sheet, .. } = reader;
    problems.verdict(Some(sheet))
}

/// The text of a file that is UTF-8 and of a length somebody can have filled in.
fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Problems> {
    let wrong = |what: String, remedy: &str| Problems::one(Problem::new(file, what, remedy));
    if bytes.len() > SHEET_BYTES_MAX {
        let what = format!("it has {} bytes; at most {SHEET_BYTES_MAX} are read", bytes.len());
        return Err(wrong(what, ANOTHER_SHEET));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let row = bytes.get(..error.valid_up_to()).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        wrong(format!("it is not UTF-8, first seen in line {}", row + 1), AS_UTF_8)
    })?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    if text.trim().is_empty() {
        return Err(wrong("it is empty".to_owned(), ANOTHER_SHEET));
    }
    Ok(text)
}

/// What parts the cells: whatever follows the first word of the first row. A spreadsheet takes the semicolon where the
/// comma is the decimal sign.
fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    first.chars().find(|letter| matches!(letter, ',' | ';' | '\t')).unwrap_or(',')
}

struct Reader<'a> {
    file: &'a str,
    register: &'a Register,
    problems: Gathered,
    /// Where each indicator was first named.
    rows: BTreeMap<(RequirementId, IndicatorId), usize>,
    sheet: Sheet,
}

impl Reader<'_> {
    fn wrong(&mut self, row: usize, what: impl AsRef<str>, remedy: impl AsRef<str>) {
        self.problems.add(&format!("{}, row {row}", self.file), what, remedy);
    }

    /// The first row says that this is a sheet at all; where it does not, a problem in every row would say no more.
    fn head(&self, row: &Row) -> Result<(), Problems> {
        let named = row.cells.iter().map(|cell| cell.trim().to_lowercase());
        if named.eq(COLUMNS.iter().map(|name| (*name).to_owned())) {
            return Ok(());
        }
        let what = format!("its columns are not {}", COLUMNS.join(", "));
        Err(Problems::one(Problem::new(&format!("{}, row 1", self.file), what, ANOTHER_SHEET)))
    }

    fn broken(&mut self, row: usize, why: BadQuote) {
        let (what, remedy) = match why {
            BadQuote::Open => (
                "a quotation mark is never closed, so the rows from here on cannot be told apart",
                "close it, or write it twice inside a cell that stands in quotation marks",
            ),
            BadQuote::Stray => (
                "a quotation mark stands in the middle of a cell; the rows from here on were not read",
                "put the whole cell into quotation marks and write the one inside it twice",
            ),
        };
        self.wrong(row, what, remedy);
    }

    fn row(&mut self, row: &Row) {
        // A line of nothing but separators is how a spreadsheet saves an empty row.
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let [requirement, indicator, _, _, answer, comment] = row.cells.as_slice() else {
            let what = format!("it has {} cells, where there are {} columns", row.cells.len(), COLUMNS.len());
            return self.wrong(row.number, what, "a comment with a comma in it stands in quotation marks");
        };
        let Some((requirement, indicator)) = self.named(row.number, requirement.trim(), indicator.trim()) else {
            return;
        };
        if let Some(first) = self.rows.get(&(requirement.clone(), indicator.clone())) {
            let what = format!("`{indicator}` is answered in row {first} already");
            return self.wrong(row.number, what, "keep one of the two rows");
        }
        self.rows.insert((requirement.clone(), indicator.clone()), row.number);
        match self.answer(row.number, answer.trim(), comment.trim()) {
            Some(Some(answer)) => {
                self.sheet.answers.entry(requirement).or_default().insert(indicator, answer);
            }
            Some(None) => self.sheet.empty += 1,
            None => {}
        }
    }

    /// The indicator a row is about.
    fn named(&mut self, row: usize, requirement: &str, indicator: &str) -> Option<(RequirementId, IndicatorId)> {
        let register = self.register;
        let id = requirement.parse::<RequirementId>().ok();
        let adopted = id.as_ref().and_then(|id| register.frameworks.get(&id.framework).map(|held| (id, &held.event)));
        let Some((id, adopted)) = adopted.filter(|(id, adopted)| adopted.requirements.contains(&id.number)) else {
            let what = format!("there is no requirement `{requirement}` in an adopted framework");
            let known = register.frameworks.iter().find(|(_, held)| !held.event.indicators.is_empty());
            let remedy = match known.and_then(|(id, held)| Some((id, held.event.indicators.keys().next()?))) {
                Some((framework, number)) => format!("name it with its framework, as {framework}:{number}"),
                None => "adopt its framework first: `portreeve framework list` shows which there are".to_owned(),
            };
            self.wrong(row, what, remedy);
            return None;
        };
        let known = adopted.indicators.get(&id.number);
        let found = known.and_then(|known| known.get(indicator));
        if found.is_none() {
            let what = format!("`{indicator}` is no indicator of {id}");
            self.wrong(row, what, format!("`portreeve requirement show {id}` lists its indicators"));
        }
        found.map(|indicator| (id.clone(), indicator.clone()))
    }

    /// The answer of a row: nothing where the row has a problem, and no answer where its cell is empty.
    fn answer(&mut self, row: usize, answer: &str, comment: &str) -> Option<Option<IndicatorAnswer>> {
        let word = answer.to_lowercase();
        let plain = match word.as_str() {
            "" => Some(None),
            YES => Some(Some(IndicatorAnswer::Yes)),
            NO => Some(Some(IndicatorAnswer::No)),
            _ => None,
        };
        if let Some(plain) = plain {
            if !comment.is_empty() {
                self.sheet.comments_lost.push(row);
            }
            return Some(plain);
        }
        let make = match word.as_str() {
            ALTERNATIVE => IndicatorAnswer::Alternative,
            EXEMPT => IndicatorAnswer::Exempt,
            _ => {
                let what = format!("`{answer}` is no answer");
                let remedy = format!("write {YES}, {NO}, {ALTERNATIVE} or {EXEMPT}, or leave it empty");
                self.wrong(row, what, remedy);
                return None;
            }
        };
        if comment.is_empty() {
            let remedy = match word.as_str() {
                ALTERNATIVE => "say in the comment what does the same work instead",
                _ => "say in the comment why it cannot apply here",
            };
            self.wrong(row, format!("the answer {word} has no comment"), remedy);
            return None;
        }
        match comment.parse() {
            Ok(comment) => Some(Some(make(comment))),
            Err(error) => {
                self.wrong(
                    row,
                    format!("the comment cannot be kept: {error}"),
                    "shorten it, or take the character out",
                );
                None
            }
        }
    }
}

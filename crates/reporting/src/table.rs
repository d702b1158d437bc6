//! Lists as tables: aligned on a terminal, separated by tabs in a pipe, objects in JSON.

use std::fmt;

use portreeve_model::Day;
use serde_json::{Map, Value, json};

use crate::Layout;
use crate::safe;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Whether its cells end at the right, as numbers do.
    pub right: bool,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it lists.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, one cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// What to know or do after it.
    pub note: Option<String>,
}

/// What stands in one place of a table: words, or what has a form of its own for machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A day: short for people, ISO 8601 in JSON.
    Day(Day),
    /// A count.
    Count(u64),
    /// Nothing: empty for people, null in JSON.
    Nothing,
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Text(text) => out.write_str(text),
            Cell::Day(day) => out.write_str(&day.short()),
            Cell::Count(count) => write!(out, "{count}"),
            Cell::Nothing => Ok(()),
        }
    }
}

impl Cell {
    fn json(&self) -> Value {
        match self {
            Cell::Text(text) => json!(text),
            Cell::Day(day) => json!(day.iso()),
            Cell::Count(count) => json!(count),
            Cell::Nothing => Value::Null,
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Cell {
        Cell::Day(day)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Cell {
        Cell::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl From<u32> for Cell {
    fn from(count: u32) -> Cell {
        Cell::Count(count.into())
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Cell {
        Cell::Count(count)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(held: Option<T>) -> Cell {
        held.map_or(Cell::Nothing, Into::into)
    }
}

/// A row out of whatever becomes a cell.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$($crate::table::Cell::from($cell)),*] };
}
pub(crate) use row;

/// Between two columns.
const GUTTER: usize = 2;
/// A column is never cut shorter than this, which holds a date and most references.
const CELL_MIN: usize = 12;
/// As many columns are shown however narrow the terminal is.
const COLUMNS_MIN: usize = 2;

impl Table {
    /// A table with these columns; a name that starts with `>` ends at the right.
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Table {
        let columns = columns
            .iter()
            .map(|name| Column { name: name.trim_start_matches('>').to_owned(), right: name.starts_with('>') })
            .collect();
        Table { title: title.into(), columns, rows: Vec::new(), note: None }
    }

    /// The table as text.
    pub fn text(&self, layout: Layout) -> String {
        match layout.width {
            Some(width) => self.aligned(width, layout.unicode),
            None => self.tabbed(),
        }
    }

    fn tabbed(&self) -> String {
        let head: Vec<String> = self.columns.iter().map(|column| safe::one_line(&column.name)).collect();
        let mut text = head.join("\t") + "\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(|cell| safe::one_line(&cell.to_string())).collect();
            text.push_str(&cells.join("\t"));
            text.push('\n');
        }
        text
    }

    fn aligned(&self, width: usize, unicode: bool) -> String {
        let mut text = safe::one_line(&self.title) + "\n";
        if self.rows.is_empty() {
            text.push_str("There are none.\n");
        } else {
            let head: Vec<String> = self.columns.iter().map(|column| safe::one_line(&column.name)).collect();
            let rows: Vec<Vec<String>> = self
                .rows
                .iter()
                .map(|row| row.iter().map(|cell| safe::one_line(&cell.to_string())).collect())
                .collect();
            let widths = widths(&head, &rows, width);
            for row in std::iter::once(&head).chain(&rows) {
                text.push_str(&self.row(row, &widths, unicode));
            }
            let left = self.columns.get(widths.len()..).unwrap_or(&[]);
            if !left.is_empty() {
                let left: Vec<String> = left.iter().map(|column| column.name.to_lowercase()).collect();
                text.push_str(&safe::one_line(&format!("Not shown for want of room: {}.", crate::words::and(&left))));
                text.push('\n');
            }
        }
        if let Some(note) = &self.note {
            text.push_str(&safe::one_line(note));
            text.push('\n');
        }
        text
    }

    fn row(&self, row: &[String], widths: &[usize], unicode: bool) -> String {
        let mut line = String::new();
        for ((cell, width), column) in row.iter().zip(widths).zip(&self.columns) {
            let cell = cut(cell, *width, unicode);
            if !line.is_empty() {
                line.push_str(&" ".repeat(GUTTER));
            }
            if column.right {
                line.push_str(&format!("{cell:>width$}"));
            } else {
                line.push_str(&format!("{cell:<width$}"));
            }
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    }

    /// The table as JSON: one object a row, keyed by the columns' names in lower case with underscores.
    pub fn json(&self, format: &str, demonstration: bool) -> Value {
        let keys: Vec<String> = self.columns.iter().map(|column| key(&column.name)).collect();
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                let fields: Map<String, Value> = keys.iter().cloned().zip(row.iter().map(Cell::json)).collect();
                Value::Object(fields)
            })
            .collect();
        json!({
            "format": format,
            "demonstration": demonstration,
            "title": self.title,
            "rows": rows,
            "note": self.note,
        })
    }
}

/// How wide each column is that is shown: the last columns go when there is no room for a date in each, and then the
/// widest gives way first until the row fits.
fn widths(head: &[String], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (held, cell) in widths.iter_mut().zip(row) {
            *held = (*held).max(cell.chars().count());
        }
    }
    let gutters = |widths: &[usize]| GUTTER * widths.len().saturating_sub(1);
    let least = |widths: &[usize]| widths.iter().map(|one| (*one).min(CELL_MIN)).sum::<usize>() + gutters(widths);
    while widths.len() > COLUMNS_MIN && least(&widths) > width {
        widths.pop();
    }
    let mut over = (widths.iter().sum::<usize>() + gutters(&widths)).saturating_sub(width);
    while over > 0 {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > CELL_MIN) else { break };
        *widest -= 1;
        over -= 1;
    }
    widths
}

/// A name as a key: `Original date` becomes `original_date`.
pub(crate) fn key(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join("_")
}

fn cut(cell: &str, width: usize, unicode: bool) -> String {
    if cell.chars().count() <= width {
        return cell.to_owned();
    }
    let mark = if unicode { "…" } else { "..." };
    let kept: String = cell.chars().take(width.saturating_sub(mark.chars().count())).collect();
    format!("{}{mark}", kept.trim_end())
}

//! Two tables of the same thing, row by row: matched by the first column that tells every row from every other.
//!
//! Must never match rows by their place: what is exported is sorted anew each time.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::comparison::{Comparison, Figure, Item, Places, ReadAs, Reading, Told};

use super::table::{Row, Table};

/// Letters of a cell that are told: enough to know it again.
const CELL_SHOWN_MAX: usize = 60;
/// Columns of a changed row that are told with their cells.
const COLUMNS_SHOWN_MAX: usize = 3;

/// One heading with its place in both tables.
struct Shared<'a> {
    heading: &'a str,
    was: usize,
    is: usize,
}

pub(super) fn compare(was: &Table, is: &Table, (before, after): (Reading, Reading)) -> Comparison {
    let shared = shared(was, is);
    let key = shared.iter().find(|column| {
        let one = |table: &Table, at: usize| {
            let mut seen = BTreeSet::new();
            table.rows.iter().all(|row| !row.cell(at).is_empty() && seen.insert(row.cell(at)))
        };
        one(was, column.was) && one(is, column.is)
    });
    let mut rules = Vec::new();
    let figure = match key {
        Some(key) => {
            rules.push(format!(
                "Rows are matched by \"{}\", the first column whose cells all differ in both exports.",
                key.heading
            ));
            by_key(was, is, key, &shared)
        }
        None => {
            rules.push(
                "No column has a different cell in every row of both exports, so rows are matched whole.".to_owned(),
            );
            whole(was, is, &shared)
        }
    };
    let also = headings(was, is, &shared);
    Comparison { read_as: ReadAs::Table, before, after, figures: vec![figure], facts: Vec::new(), also, rules }
}

/// The headings that both have, in the order of the earlier one. One that a table has twice is matched in order.
fn shared<'a>(was: &'a Table, is: &Table) -> Vec<Shared<'a>> {
    let mut free: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, heading) in is.headings.iter().enumerate().rev() {
        free.entry(heading.to_lowercase()).or_default().push(at);
    }
    let mut shared = Vec::new();
    for (at, heading) in was.headings.iter().enumerate() {
        if let Some(is) = free.get_mut(&heading.to_lowercase()).and_then(Vec::pop) {
            shared.push(Shared { heading, was: at, is });
        }
    }
    shared
}

/// Columns that came and went.
fn headings(was: &Table, is: &Table, shared: &[Shared<'_>]) -> Vec<String> {
    let left = |table: &Table, used: BTreeSet<usize>| -> Vec<String> {
        let left = table.headings.iter().enumerate().filter(|(at, _)| !used.contains(at));
        left.map(|(_, heading)| format!("\"{}\"", cut(heading))).collect()
    };
    let went = left(was, shared.iter().map(|column| column.was).collect());
    let came = left(is, shared.iter().map(|column| column.is).collect());
    let said = |columns: &[String], which: &str| {
        (!columns.is_empty())
            .then(|| format!("Columns only in the {which} export, not compared: {}.", columns.join(", ")))
    };
    [said(&went, "earlier"), said(&came, "later")].into_iter().flatten().collect()
}

fn empty(was: &Table, is: &Table) -> Figure {
    let all = |table: &Table| Told::At(table.rows.iter().map(|row| row.number).collect::<Places>());
    Figure {
        noun: ("row", "rows"),
        before: all(was),
        after: all(is),
        came: Vec::new(),
        went: Vec::new(),
        changed: Vec::new(),
        breakdown: Vec::new(),
        named: true,
    }
}

fn by_key(was: &Table, is: &Table, key: &Shared<'_>, shared: &[Shared<'_>]) -> Figure {
    let mut figure = empty(was, is);
    let mut new: BTreeMap<&str, &Row> = is.rows.iter().map(|row| (row.cell(key.is), row)).collect();
    let old: BTreeMap<&str, &Row> = was.rows.iter().map(|row| (row.cell(key.was), row)).collect();
    let mut columns: BTreeMap<usize, u64> = BTreeMap::new();
    for (name, old) in old {
        let Some(new) = new.remove(name) else {
            figure.went.push(Item { name: cut(name), before: Some(old.number), after: None, note: None });
            continue;
        };
        let differ: Vec<&Shared<'_>> =
            shared.iter().filter(|column| old.cell(column.was) != new.cell(column.is)).collect();
        if !differ.is_empty() {
            differ.iter().for_each(|column| *columns.entry(column.was).or_default() += 1);
            let note = Some(told(&differ, old, new));
            figure.changed.push(Item { name: cut(name), before: Some(old.number), after: Some(new.number), note });
        }
    }
    let came =
        new.into_iter().map(|(name, row)| Item { name: cut(name), before: None, after: Some(row.number), note: None });
    figure.came = came.collect();
    let named = |(at, count): (usize, u64)| {
        was.headings.get(at).map(|heading| (format!("changed in \"{}\"", cut(heading)), count))
    };
    figure.breakdown = columns.into_iter().filter_map(named).collect();
    figure
}

fn told(differ: &[&Shared<'_>], old: &Row, new: &Row) -> String {
    let shown = differ.iter().take(COLUMNS_SHOWN_MAX).map(|column| {
        format!("{}: \"{}\", was \"{}\"", column.heading, cut(new.cell(column.is)), cut(old.cell(column.was)))
    });
    let mut said = shown.collect::<Vec<_>>().join("; ");
    if differ.len() > COLUMNS_SHOWN_MAX {
        said.push_str(&format!("; and {} more columns", differ.len() - COLUMNS_SHOWN_MAX));
    }
    said
}

/// Rows matched by everything in them that both tables have.
fn whole(was: &Table, is: &Table, shared: &[Shared<'_>]) -> Figure {
    let mut figure = empty(was, is);
    let mut new: BTreeMap<Vec<&str>, Vec<u32>> = BTreeMap::new();
    for row in is.rows.iter().rev() {
        new.entry(shared.iter().map(|column| row.cell(column.is)).collect()).or_default().push(row.number);
    }
    let name = |cells: &[&str]| cut(&cells.join(", "));
    for row in &was.rows {
        let cells: Vec<&str> = shared.iter().map(|column| row.cell(column.was)).collect();
        if new.get_mut(&cells).and_then(Vec::pop).is_none() {
            figure.went.push(Item { name: name(&cells), before: Some(row.number), after: None, note: None });
        }
    }
    for (cells, rows) in new {
        let item = |row| Item { name: name(&cells), before: None, after: Some(row), note: None };
        figure.came.extend(rows.into_iter().map(item));
    }
    figure.came.sort_by_key(|item| item.after);
    figure
}

/// A cell short enough to be told, in one line.
pub(super) fn cut(cell: &str) -> String {
    shortened(cell, CELL_SHOWN_MAX)
}

/// At most so many letters of a text, in one line.
pub(super) fn shortened(text: &str, letters: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(letters) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or(&line)),
        None => line,
    }
}

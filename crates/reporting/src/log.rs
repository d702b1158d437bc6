//! The entries, oldest first: who, when, what. What was taken back is marked and stays.

use portreeve_model::{Entry, EntryNumber, Event, History};
use serde_json::{Value, json};

use crate::Layout;
use crate::safe::{self, Page};
use crate::words;

/// One entry, told in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub entry: EntryNumber,
    /// When it was recorded, in RFC 3339.
    pub at: String,
    /// The same for a reader, `3 Sep 2018 09:00Z`.
    pub shown: String,
    /// Who wrote it.
    pub by: String,
    /// The command that made it.
    pub command: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it records.
    pub says: String,
    /// Whether its command was taken back.
    pub undone: bool,
}

/// The entries; with `about`, only those that name this reference.
pub fn lines(history: &History, about: Option<&str>) -> Vec<Line> {
    let wanted = history.entries().iter().filter(|(_, entry)| about.is_none_or(|about| names(entry, about)));
    wanted.map(|(number, entry)| line(history, *number, entry)).collect()
}

fn line(history: &History, number: EntryNumber, entry: &Entry) -> Line {
    let at = entry.recorded_at;
    Line {
        entry: number,
        shown: format!("{} {}Z", at.day_in_utc().short(), at.clock_utc()),
        at: at.to_string(),
        by: entry.by.to_string(),
        command: entry.command.to_string(),
        kind: entry.event.kind(),
        says: words::event(&entry.event),
        undone: history.is_undone(&entry.command),
    }
}

/// Whether an entry names a reference anywhere in its fields: as a value, as a key, or as the number of a requirement.
pub(crate) fn names(entry: &Entry, about: &str) -> bool {
    if entry.command.as_str() == about || entry.by.as_str() == about {
        return true;
    }
    if let Event::Undone(undone) = &entry.event
        && undone.command.as_str() == about
    {
        return true;
    }
    serde_json::to_value(&entry.event).is_ok_and(|value| holds(&value, about))
}

fn holds(value: &Value, about: &str) -> bool {
    let is = |text: &str| text == about || text.split_once(':').is_some_and(|(_, number)| number == about);
    match value {
        Value::String(text) => is(text),
        Value::Array(items) => items.iter().any(|item| holds(item, about)),
        Value::Object(fields) => fields.iter().any(|(key, held)| is(key) || holds(held, about)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The line as a terminal shows it.
pub(crate) fn told(line: &Line) -> String {
    let undone = if line.undone { "UNDONE: " } else { "" };
    let says = line.says.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}  {}  {}  {undone}{says}", line.entry, line.shown, line.by)
}

/// The entries as text; in a pipe, with tabs between number, time, writer, whether undone, and what.
pub fn text(lines: &[Line], layout: Layout) -> String {
    let mut page = Page::new(layout);
    for line in lines {
        if layout.width.is_some() {
            page.put("", "    ", &told(line));
        } else {
            let undone = if line.undone { "undone" } else { "" };
            let cells =
                [line.entry.to_string(), line.at.clone(), line.by.clone(), undone.to_owned(), line.says.clone()];
            let cells: Vec<String> = cells.iter().map(|cell| safe::one_line(cell)).collect();
            page.block(&(cells.join("\t") + "\n"));
        }
    }
    page.finish()
}

/// The entries in the frozen format `portreeve.log/1`.
pub fn json(lines: &[Line], demonstration: bool) -> Value {
    let entry = |line: &Line| {
        json!({
            "entry": line.entry.index(),
            "at": line.at,
            "by": line.by,
            "command": line.command,
            "kind": line.kind,
            "says": line.says,
            "undone": line.undone,
        })
    };
    json!({
        "format": "portreeve.log/1",
        "demonstration": demonstration,
        "entries": lines.iter().map(entry).collect::<Vec<_>>(),
    })
}

//! What a command that writes answers: what changed, the entry, and how to take it back.

use std::fmt::Display;

use portreeve_engine::Recorded;
use serde_json::{Map, Value, json};

use crate::outcome::Outcome;

/// The shape of every writing command's JSON.
const FORMAT: &str = "portreeve.change/1";

/// A change, ready to be told.
#[derive(Debug)]
pub(crate) struct Change {
    headline: String,
    reference: Option<String>,
    facts: Vec<(&'static str, String)>,
    notes: Vec<String>,
    lasting: bool,
    more: Value,
}

impl Change {
    /// A change in one line, as "Added RAP-105  Renew the VPN certificate".
    pub(crate) fn new(headline: impl Into<String>) -> Change {
        let headline = headline.into();
        Change { headline, reference: None, facts: Vec::new(), notes: Vec::new(), lasting: false, more: Value::Null }
    }

    /// The reference of what was added or changed.
    pub(crate) fn of(mut self, reference: impl Display) -> Change {
        self.reference = Some(reference.to_string());
        self
    }

    /// A fact, read back in words.
    pub(crate) fn fact(mut self, label: &'static str, value: impl Display) -> Change {
        self.facts.push((label, value.to_string()));
        self
    }

    /// A fact that may be absent.
    pub(crate) fn maybe(self, label: &'static str, value: Option<impl Display>) -> Change {
        match value {
            Some(value) => self.fact(label, value),
            None => self,
        }
    }

    /// Several things under one label.
    pub(crate) fn list<T: Display>(self, label: &'static str, values: impl IntoIterator<Item = T>) -> Change {
        let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
        if values.is_empty() { self } else { self.fact(label, values.join(", ")) }
    }

    /// Something the reader should know or do next.
    pub(crate) fn note(mut self, line: impl Into<String>) -> Change {
        self.notes.push(line.into());
        self
    }

    /// Further fields of the JSON answer.
    pub(crate) fn more(mut self, fields: Value) -> Change {
        self.more = fields;
        self
    }

    /// Says that this cannot be taken back.
    pub(crate) fn lasting(mut self) -> Change {
        self.lasting = true;
        self
    }

    /// The answer.
    pub(crate) fn told(self, demonstration: bool, recorded: &Recorded) -> Outcome {
        let entries: Vec<u64> = recorded.entries.iter().map(|entry| entry.index()).collect();
        let undo = match (entries.first(), self.lasting) {
            (Some(first), false) => Some(format!("portreeve undo {first} --reason \"…\"")),
            _ => None,
        };
        let mut text = String::new();
        if recorded.dry_run {
            text.push_str("Dry run: nothing was recorded. It would say:\n");
        }
        text.push_str(&self.headline);
        text.push('\n');
        let width = self.facts.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        for (label, value) in &self.facts {
            text.push_str(&format!("  {label:width$}  {}\n", value.replace('\n', "\n  ")));
        }
        for note in &self.notes {
            text.push_str(&format!("{note}\n"));
        }
        if let (Some(first), Some(last)) = (recorded.entries.first(), recorded.entries.last()) {
            let which = if first == last { format!("Entry {first}") } else { format!("Entries {first} to {last}") };
            match &undo {
                Some(undo) => text.push_str(&format!("{which}. To take it back: {undo}\n")),
                None => text.push_str(&format!("{which}. This cannot be taken back.\n")),
            }
        }
        let mut facts: Map<String, Value> = Map::new();
        for (label, value) in &self.facts {
            match facts.entry(label.replace(' ', "_")).or_insert(Value::Null) {
                held @ Value::Null => *held = json!(value),
                Value::Array(values) => values.push(json!(value)),
                held => *held = json!([held.take(), value]),
            }
        }
        let mut object = json!({
            "dry_run": recorded.dry_run,
            "command": recorded.command,
            "entries": entries,
            "reference": self.reference,
            "summary": self.headline,
            "facts": facts,
            "notes": self.notes,
            "undo": undo,
            "unsigned": recorded.unsigned,
            "also_signed": recorded.also_signed,
        });
        if let (Value::Object(object), Value::Object(more)) = (&mut object, self.more) {
            object.extend(more);
        }
        let outcome = Outcome::new(demonstration, FORMAT, text, object);
        let also: Vec<String> = recorded.also_signed.iter().map(ToString::to_string).collect();
        let outcome = match also.len() {
            0 => outcome,
            _ => outcome.warn(format!(
                "the signature over it also covers what no signature vouched for until now: {}\n\
                 look at it with `portreeve log`",
                also.join(", ")
            )),
        };
        match &recorded.unsigned {
            Some(because) => outcome.warn(format!(
                "it is recorded, but no checkpoint was signed over it: {because}\n\
                 until one is, `portreeve verify` counts it as not yet signed"
            )),
            None => outcome,
        }
    }
}

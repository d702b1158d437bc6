//! One thing in full: its facts, and every entry that names it.

mod evidence;
mod framework;
mod outcome;
mod requirement;
mod work;

use portreeve_model::History;
use serde_json::{Map, Value, json};

use crate::Layout;
use crate::log;
use crate::safe::Page;
use crate::table::key;

pub use evidence::evidence;
pub use framework::{framework, framework_built_in};
pub use outcome::{decision, risk};
pub use requirement::requirement;
pub use work::{action, finding, source};

/// One thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its reference and what it is called.
    pub title: String,
    /// What is known of it, by name; a name may come more than once.
    pub facts: Vec<(String, String)>,
    /// The entries that name it, oldest first, those taken back marked.
    pub history: Vec<String>,
}

impl Record {
    fn new(title: String, id: &str, history: &History) -> Record {
        let history = log::lines(history, Some(id)).iter().map(log::told).collect();
        Record { title, facts: Vec::new(), history }
    }

    /// A fact, unless it is empty.
    fn fact(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if !value.is_empty() {
            self.facts.push((name.to_owned(), value));
        }
    }

    /// The record as text.
    pub fn text(&self, layout: Layout) -> String {
        let mut page = Page::new(layout);
        page.line(&self.title);
        let widest = self.facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let rest = " ".repeat(widest + 4);
        for (name, value) in &self.facts {
            let first = if layout.width.is_some() { format!("  {name:<widest$}  ") } else { format!("{name}\t") };
            let mut lead = first.as_str();
            for line in value.lines() {
                page.put(lead, &rest, line);
                lead = rest.as_str();
            }
        }
        if !self.history.is_empty() {
            page.gap();
            page.line("History");
        }
        for line in &self.history {
            page.put("  ", "      ", line);
        }
        page.finish()
    }

    /// The record as JSON: facts as lists by name in lower case with underscores, since a name may come more than once.
    pub fn json(&self, format: &str) -> Value {
        let mut facts: Map<String, Value> = Map::new();
        for (name, value) in &self.facts {
            let held = facts.entry(key(name)).or_insert_with(|| json!([]));
            if let Value::Array(values) = held {
                values.push(json!(value));
            }
        }
        json!({ "format": format, "title": self.title, "facts": facts, "history": self.history })
    }
}

fn ids<'a, T: ToString + 'a>(ids: impl IntoIterator<Item = &'a T>) -> String {
    ids.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

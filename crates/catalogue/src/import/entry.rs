//! Takes a YAML mapping apart, field by field: what has the wrong shape is one more problem with its place, and what
//! nobody asked for is counted as unread. It must never lose a field silently.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::json::below;
use crate::problem::Gathered;
use crate::yaml::Tree;

/// What a reading found out on the way.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// What is wrong.
    pub(super) problems: Gathered,
    /// What is read by nobody, and how often it stands there.
    pub(super) unread: BTreeMap<String, usize>,
}

impl Reading {
    pub(super) fn unread(&mut self, what: String, count: usize) {
        *self.unread.entry(what).or_default() += count;
    }
}

/// A mapping of which fields are taken one by one.
pub(super) struct Entry<'t> {
    path: String,
    fields: Vec<(&'t str, &'t Tree)>,
}

impl<'t> Entry<'t> {
    /// The mapping at this place, if it is one. Fields without a value count as absent.
    pub(super) fn of(tree: &'t Tree, path: &str, reading: &mut Reading) -> Option<Entry<'t>> {
        match tree {
            Tree::Mapping(fields) => {
                let there = fields.iter().filter(|(_, value)| *value != Tree::Null);
                let fields = there.map(|(name, value)| (name.as_str(), value)).collect();
                Some(Entry { path: path.to_owned(), fields })
            }
            other => {
                reading.problems.add(path, format!("it is {}", other.kind()), "make it a mapping: `name: value`");
                None
            }
        }
    }

    /// Where the mapping stands.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Where a field of it stands.
    pub(super) fn at(&self, name: &str) -> String {
        below(&self.path, name)
    }

    /// The field as it stands.
    pub(super) fn take(&mut self, name: &str) -> Option<&'t Tree> {
        let place = self.fields.iter().position(|(field, _)| *field == name)?;
        Some(self.fields.remove(place).1)
    }

    /// The field as it stands, left where it is.
    pub(super) fn peek(&self, name: &str) -> Option<&'t Tree> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value)
    }

    /// A field that holds text, if there is any in it. A number is taken as the text it would be printed as.
    pub(super) fn text(&mut self, name: &str, reading: &mut Reading) -> Option<Cow<'t, str>> {
        match self.take(name)? {
            Tree::Text(text) if text.trim().is_empty() => None,
            Tree::Text(text) => Some(Cow::Borrowed(text)),
            Tree::Number(number) => Some(Cow::Owned(number.to_string())),
            other => {
                let what = format!("it is {}, not a text", other.kind());
                reading.problems.add(&self.at(name), what, "put the text between quotes");
                None
            }
        }
    }

    /// A field of text that must be there.
    pub(super) fn need(&mut self, name: &str, remedy: &str, reading: &mut Reading) -> Option<Cow<'t, str>> {
        let before = reading.problems.count();
        let text = self.text(name, reading);
        if text.is_none() && reading.problems.count() == before {
            reading.problems.add(&self.at(name), "it is missing", remedy);
        }
        text
    }

    /// A field of yes or no; absent is no.
    pub(super) fn truth(&mut self, name: &str, reading: &mut Reading) -> bool {
        let Some(value) = self.take(name) else { return false };
        value.truth().unwrap_or_else(|| {
            let what = format!("it is {}, not true or false", value.kind());
            reading.problems.add(&self.at(name), what, "write `true` or `false`");
            false
        })
    }

    /// A text, number or truth as it would be printed.
    pub(super) fn word(&mut self, name: &str, reading: &mut Reading) -> Option<String> {
        let value = self.take(name)?;
        let word = printed(value).filter(|word| !word.trim().is_empty());
        if word.is_none() && value.text().is_none() {
            let what = format!("it is {}, not a single value", value.kind());
            reading.problems.add(&self.at(name), what, "give one text or number");
        }
        word
    }

    /// The items of a list, each with its place; none when the field is absent.
    pub(super) fn list(&mut self, name: &str, reading: &mut Reading) -> Vec<(String, &'t Tree)> {
        let path = self.at(name);
        match self.take(name) {
            None => Vec::new(),
            Some(Tree::List(items)) => {
                items.iter().enumerate().map(|(index, item)| (below(&path, index), item)).collect()
            }
            Some(other) => {
                reading.problems.add(&path, format!("it is {}", other.kind()), "make it a list: `- item`");
                Vec::new()
            }
        }
    }

    /// The words of a list, each as it would be printed.
    pub(super) fn words(&mut self, name: &str, reading: &mut Reading) -> Vec<String> {
        let mut words = Vec::new();
        for (path, item) in self.list(name, reading) {
            match printed(item) {
                Some(word) if !word.trim().is_empty() => words.push(word),
                _ => reading.problems.add(&path, format!("it is {}", item.kind()), "give one text, or take it out"),
            }
        }
        words
    }

    /// The entries of a mapping whose names are the file's own, in its order; none when the field is absent.
    pub(super) fn named(&mut self, name: &str, reading: &mut Reading) -> Vec<(String, &'t str, &'t Tree)> {
        let path = self.at(name);
        match self.take(name) {
            None => Vec::new(),
            Some(Tree::Mapping(fields)) => {
                fields.iter().map(|(name, value)| (below(&path, name), name.as_str(), value)).collect()
            }
            Some(other) => {
                reading.problems.add(&path, format!("it is {}", other.kind()), "make it a mapping: `name: value`");
                Vec::new()
            }
        }
    }

    /// Counts every field that was not taken as unread: `what` says whose field it is.
    pub(super) fn rest(self, what: &str, reading: &mut Reading) {
        for (name, _) in self.fields {
            // A stranger's names make one line each; beyond a page of them they are told together.
            let known = reading.unread.len() < 40;
            let name: String = name.chars().take(40).collect();
            reading.unread(if known { format!("`{name}` of {what}") } else { format!("other fields of {what}") }, 1);
        }
    }
}

/// A single value as it would be printed.
pub(super) fn printed(value: &Tree) -> Option<String> {
    match value {
        Tree::Text(text) => Some(text.clone()),
        Tree::Number(number) => Some(number.to_string()),
        Tree::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

//! What a text refers to: parameters it inserts, and whatever stands behind a `#`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::oscal::prose::inserted_param;

/// Ids that were mentioned.
#[derive(Default)]
pub(super) struct Mentions {
    ids: BTreeSet<String>,
    /// Those whose objects have not been looked up yet.
    fresh: Vec<String>,
}

impl Mentions {
    /// Adds everything that the texts of a value mention.
    pub(super) fn of(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.of(item)),
            Value::Object(fields) => fields.values().for_each(|item| self.of(item)),
            _ => {}
        }
    }

    /// Whether this id was mentioned.
    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    fn text(&mut self, text: &str) {
        for part in text.split('#').skip(1) {
            let end = part.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_')));
            // A full stop that ends a sentence is not part of what stands before it.
            self.add(part[..end.unwrap_or(part.len())].trim_end_matches('.'));
        }
        for part in text.split("{{").skip(1) {
            if let Some((inner, _)) = part.split_once("}}") {
                self.add(inserted_param(inner).unwrap_or(inner.trim()));
            }
        }
    }

    fn add(&mut self, id: &str) {
        if !id.is_empty() && !self.ids.contains(id) {
            self.ids.insert(id.to_owned());
            self.fresh.push(id.to_owned());
        }
    }

    /// Takes from the items those that are mentioned or held for another reason, and those that they mention in turn.
    /// The order stays.
    pub(super) fn keep(&mut self, items: Vec<Value>, key: &str, held: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for (place, item) in items.iter().enumerate() {
            let id = item.get(key).and_then(Value::as_str).unwrap_or_default();
            if held(item) || self.has(id) {
                kept.insert(place);
            } else {
                places.entry(id).or_default().push(place);
            }
        }
        self.fresh.clear();
        kept.iter().filter_map(|place| items.get(*place)).for_each(|item| self.of(item));
        while let Some(id) = self.fresh.pop() {
            for place in places.remove(id.as_str()).into_iter().flatten() {
                kept.insert(place);
                self.of(&items[place]);
            }
        }
        let kept = |(place, item): (usize, Value)| kept.contains(&place).then_some(item);
        items.into_iter().enumerate().filter_map(kept).collect()
    }
}

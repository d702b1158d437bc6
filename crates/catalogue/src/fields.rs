//! Takes an object of a draft apart, field by field: each field that is missing, of the wrong type or unknown is one
//! more problem with its own place, and the reading goes on. It must never stop at the first problem.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::json::below;
use crate::problem::Gathered;

/// An object whose fields are taken out one by one.
pub(crate) struct Fields {
    path: String,
    fields: Map<String, Value>,
}

impl Fields {
    /// The fields of the value at this place, if it is an object.
    pub(crate) fn of(value: Value, path: &str, problems: &mut Gathered) -> Option<Fields> {
        match value {
            Value::Object(fields) => Some(Fields { path: path.to_owned(), fields }),
            other => {
                problems.add(path, format!("it is {}", kind(&other)), "make it an object: `{ … }`");
                None
            }
        }
    }

    /// Where a field of this object stands.
    pub(crate) fn at(&self, name: &str) -> String {
        below(&self.path, name)
    }

    /// A field that must be there.
    pub(crate) fn need<T: DeserializeOwned>(&mut self, name: &str, remedy: &str, problems: &mut Gathered) -> Option<T> {
        if !self.fields.contains_key(name) {
            problems.add(&self.at(name), "it is missing", remedy);
        }
        self.may(name, remedy, problems)
    }

    /// A field that may be absent.
    pub(crate) fn may<T: DeserializeOwned>(&mut self, name: &str, remedy: &str, problems: &mut Gathered) -> Option<T> {
        let value = self.fields.remove(name)?;
        read(value, &self.at(name), remedy, problems)
    }

    /// The field as it stands, unread.
    pub(crate) fn raw(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }

    /// Puts a field back that was taken to look at it.
    pub(crate) fn put(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
    }

    /// The items of a list, each with its place; none when the field is absent.
    pub(crate) fn list(&mut self, name: &str, problems: &mut Gathered) -> Vec<(String, Value)> {
        let path = self.at(name);
        match self.fields.remove(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                items.into_iter().enumerate().map(|(index, item)| (below(&path, index), item)).collect()
            }
            Some(other) => {
                problems.add(&path, format!("it is {}", kind(&other)), "make it a list: `[ … ]`");
                Vec::new()
            }
        }
    }

    /// Refuses every field that was not taken.
    pub(crate) fn refuse_rest(self, problems: &mut Gathered) {
        for name in self.fields.keys() {
            problems.add(&below(&self.path, name), "no such field is known", "take it out, or correct its name");
        }
    }
}

/// Reads one value of a known type.
pub(crate) fn read<T: DeserializeOwned>(value: Value, path: &str, remedy: &str, problems: &mut Gathered) -> Option<T> {
    match serde_json::from_value(value) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.add(path, error.to_string(), remedy);
            None
        }
    }
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_field_gives_its_own_problem() {
        let mut problems = Gathered::default();
        let mut fields = Fields::of(json!({"a": 5, "b": "x", "odd/one": 1}), "/top", &mut problems).unwrap();
        assert_eq!(fields.need::<String>("a", "give a text", &mut problems), None);
        assert_eq!(fields.need::<String>("missing", "give it", &mut problems), None);
        assert_eq!(fields.may::<String>("absent", "", &mut problems), None);
        assert!(fields.list("b", &mut problems).is_empty());
        fields.refuse_rest(&mut problems);
        let said = problems.verdict::<()>(None).unwrap_err();
        let paths: Vec<&str> = said.found().iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["/top/a", "/top/missing", "/top/b", "/top/odd~1one"]);
    }
}

//! Walks a document along the table of its shape and tells every place where the two part. It must never stop at the
//! first, and never recurse deeper than the document, which its reader has bounded.

use serde_json::{Map, Value};

use super::{Assembly, Field, Kind, Type};
use crate::fields::kind;
use crate::json::Place;
use crate::problem::{Gathered, PROBLEMS_MAX};

/// Everything in the value at this place that its shape does not allow.
pub(in super::super) fn check(value: &Value, shape: &Assembly, place: &Place<'_>, problems: &mut Gathered) {
    let Value::Object(fields) = value else {
        return add(problems, place, format!("it is {}", kind(value)), "make it an object: `{ … }`");
    };
    for field in shape.fields {
        let place = Place::Name(place, field.name);
        match fields.get(field.name) {
            Some(value) => check_field(value, field, &place, problems),
            None if field.needed => add(problems, &place, "it is missing", &missing(field)),
            None => {}
        }
    }
    check_choice(fields, shape, place, problems);
    if fields.len() > shape.fields.len() || fields.keys().any(|name| shape.field(name).is_none()) {
        for name in fields.keys().filter(|name| shape.field(name).is_none()) {
            add(problems, &Place::Name(place, name), "no such field is known here", &near(name, shape));
        }
    }
}

fn check_field(value: &Value, field: &Field, place: &Place<'_>, problems: &mut Gathered) {
    if !field.many {
        return check_kind(value, field.kind, place, problems);
    }
    match value {
        Value::Array(items) if items.is_empty() => {
            add(problems, place, "the list is empty", "take it out, or give it an item");
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check_kind(item, field.kind, &Place::Index(place, index), problems);
            }
        }
        other => add(problems, place, format!("it is {}", kind(other)), "make it a list: `[ … ]`"),
    }
}

fn check_kind(value: &Value, of: Kind, place: &Place<'_>, problems: &mut Gathered) {
    match (of, value) {
        (Kind::Node(shape), value) => check(value, shape, place, problems),
        (Kind::Leaf(Type::YesNo), Value::Bool(_)) => {}
        (Kind::Leaf(leaf), Value::String(text)) if leaf.accepts(text) => {}
        (Kind::Leaf(leaf), Value::String(text)) => {
            let what =
                if text.is_empty() { "it is empty".to_owned() } else { format!("`{text}` is not {}", leaf.noun()) };
            add(problems, place, what, &leaf.remedy());
        }
        (Kind::Leaf(leaf), Value::Number(_) | Value::Bool(_)) => {
            let remedy = format!("put it in quotation marks, and {}", leaf.remedy());
            add(problems, place, format!("it is {}", kind(value)), &remedy);
        }
        (Kind::Leaf(leaf), other) => add(problems, place, format!("it is {}", kind(other)), &leaf.remedy()),
    }
}

fn check_choice(fields: &Map<String, Value>, shape: &Assembly, place: &Place<'_>, problems: &mut Gathered) {
    let Some(choice) = &shape.choice else { return };
    let there: Vec<&str> = choice.of.iter().copied().filter(|name| fields.contains_key(*name)).collect();
    if there.len() > 1 {
        add(problems, place, format!("`{}` cannot stand together", there.join("` and `")), "keep one of them");
    } else if choice.needed && there.is_empty() {
        add(problems, place, format!("it has none of `{}`", choice.of.join("`, `")), "give one of them");
    }
}

fn missing(field: &Field) -> String {
    match field.kind {
        _ if field.many => "give a list with at least one item".to_owned(),
        Kind::Leaf(leaf) => leaf.remedy(),
        Kind::Node(_) => "give it as an object".to_owned(),
    }
}

/// The name that was probably meant: written with other signs between its words, or in the singular.
fn near(name: &str, shape: &Assembly) -> String {
    let bare = |name: &str| -> String {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        letters.to_ascii_lowercase().trim_end_matches('s').to_owned()
    };
    match shape.fields.iter().find(|field| bare(field.name) == bare(name)) {
        Some(field) => format!("write `{}`", field.name),
        None => "take it out, or correct its name".to_owned(),
    }
}

/// Past the limit nothing is written out, only counted: a document can be one fault all through.
fn add(problems: &mut Gathered, place: &Place<'_>, what: impl AsRef<str>, remedy: &str) {
    let path = if problems.count() < PROBLEMS_MAX { place.path() } else { String::new() };
    problems.add(&path, what, remedy);
}

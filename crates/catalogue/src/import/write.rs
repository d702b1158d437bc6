//! Pieces of an OSCAL document: properties, parts, resources, and texts brought into the shape that its schema wants.
//! It must never change a text without keeping it exactly beside.

use portreeve_model::Digest;
use portreeve_model::text::{Title, reorders};
use serde_json::{Map, Value, json};

use crate::oscal::{NAMESPACE, STATEMENT_CHARS_MAX};

/// The version of OSCAL that is written.
pub(super) const OSCAL_VERSION: &str = "1.2.3";

/// The day that stands for "the file does not say when": OSCAL wants one, and this crate knows no other.
pub(super) const NO_DAY: &str = "1970-01-01T00:00:00Z";

/// A UUID made of what it names, so that the same file gives the same document. It has the form of version 4, which is
/// random: a digest is as good.
pub(super) fn uuid(names: &[&str]) -> String {
    let mut text = String::new();
    for name in names {
        text.push_str(&format!("{}:{name};", name.len()));
    }
    let digits = Digest::of(text.as_bytes()).to_string();
    let at = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", at(0, 8), at(8, 12), at(13, 16), at(17, 20), at(20, 32))
}

/// The text on one line: runs of white space are one space, and what a terminal would obey is left out.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|letter| !(letter.is_control() || reorders(*letter))).collect::<String>()
}

/// A text cut to `max` characters after a whole word, with an ellipsis.
pub(super) fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let cut: String = text.chars().take(max - 1).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", cut.trim_end())
}

/// A title that a register can hold, if anything is left of the text.
pub(super) fn title(text: &str) -> Option<String> {
    Some(shortened(one_line(text).trim(), Title::CHARS_MAX)).filter(|title| !title.is_empty())
}

/// The properties of a piece.
#[derive(Default)]
pub(super) struct Props(Vec<Value>);

impl Props {
    /// A property of ours. A value that OSCAL allows only on one line stands exactly in the remarks as well.
    pub(super) fn own(&mut self, name: &str, value: &str) {
        self.add(json!({ "name": name, "ns": NAMESPACE }), value);
    }

    /// A property of ours, if there is a value.
    pub(super) fn may(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.own(name, value);
        }
    }

    /// A property of ours with a class.
    pub(super) fn classed(&mut self, name: &str, class: &str, value: &str) {
        self.add(json!({ "name": name, "ns": NAMESPACE, "class": class }), value);
    }

    /// OSCAL's own label: the number as it is printed.
    pub(super) fn label(&mut self, value: &str) {
        self.add(json!({ "name": "label" }), value);
    }

    /// All of another list, after these.
    pub(super) fn join(&mut self, others: Props) {
        self.0.extend(others.0);
    }

    fn add(&mut self, mut prop: Value, value: &str) {
        let line = one_line(value);
        if line.is_empty() {
            return;
        }
        if line != value {
            prop["remarks"] = json!(value);
        }
        prop["value"] = json!(line);
        self.0.push(prop);
    }
}

/// An object that is put together field by field, without empty lists.
#[derive(Default)]
pub(super) struct Piece(Map<String, Value>);

impl Piece {
    pub(super) fn new(fields: Value) -> Piece {
        match fields {
            Value::Object(fields) => Piece(fields),
            _ => Piece::default(),
        }
    }

    pub(super) fn may(mut self, name: &str, value: Option<&str>) -> Piece {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), json!(value));
        }
        self
    }

    pub(super) fn list(mut self, name: &str, items: Vec<Value>) -> Piece {
        if !items.is_empty() {
            self.0.insert(name.to_owned(), Value::Array(items));
        }
        self
    }

    /// Its properties, after those it has.
    pub(super) fn props(mut self, props: Props) -> Piece {
        match self.0.get_mut("props") {
            Some(Value::Array(items)) => items.extend(props.0),
            _ => return self.list("props", props.0),
        }
        self
    }

    pub(super) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// Whether a text can stand where OSCAL wants a token; ours keep to ASCII.
pub(super) fn token(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
}

/// A part of OSCAL's own kind that people read. Where the text is not fit to be shown as it is (too long, or with
/// characters that steer a terminal), a fit one stands there and the exact one in a property's remarks.
pub(super) fn prose(name: &str, class: Option<&str>, text: &str) -> Piece {
    let fit: String = text.chars().filter(|letter| matches!(letter, '\n' | '\r' | '\t') || !unshown(*letter)).collect();
    let fit = shortened(&fit, STATEMENT_CHARS_MAX);
    let mut props = Props::default();
    if fit != text {
        props.0.push(json!({ "name": "as-given", "ns": NAMESPACE, "value": "exact", "remarks": text }));
    }
    Piece::new(json!({ "name": name, "prose": fit })).may("class", class).props(props)
}

fn unshown(letter: char) -> bool {
    letter.is_control() || reorders(letter)
}

/// A part of ours.
pub(super) fn own_part(name: &str, text: Option<&str>, props: Props, parts: Vec<Value>) -> Value {
    Piece::new(json!({ "name": name, "ns": NAMESPACE })).may("prose", text).props(props).list("parts", parts).done()
}

/// A resource of the back matter: something the document speaks of.
pub(super) fn resource(kind: &str, uuid: &str, told: &Resource<'_>, mut props: Props) -> Value {
    props.0.insert(0, json!({ "name": "kind", "ns": NAMESPACE, "value": kind }));
    let fit = told.title.and_then(title);
    if fit.as_deref() != told.title {
        props.may("name", told.title);
    }
    Piece::new(json!({ "uuid": uuid }))
        .may("title", fit.as_deref())
        .may("description", told.description)
        .may("remarks", told.remarks)
        .props(props)
        .done()
}

/// What a resource says of itself.
#[derive(Default)]
pub(super) struct Resource<'a> {
    pub(super) title: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) remarks: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_the_form_that_oscal_wants_and_is_the_same_again() {
        let one = uuid(&["a", "bc"]);
        assert_eq!(one, uuid(&["a", "bc"]));
        assert_ne!(one, uuid(&["ab", "c"]));
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!((lengths, &one[14..15], &one[19..20]), (vec![8, 4, 4, 4, 12], "4", "8"));
    }

    #[test]
    fn a_value_on_several_lines_is_kept_exactly_beside() {
        let mut props = Props::default();
        props.own("annotation", " one\n\ntwo");
        props.own("urn", "urn:x");
        props.own("nothing", " \n");
        let expected = json!([
            { "name": "annotation", "ns": NAMESPACE, "value": "one two", "remarks": " one\n\ntwo" },
            { "name": "urn", "ns": NAMESPACE, "value": "urn:x" },
        ]);
        assert_eq!(Value::Array(props.0), expected);
    }

    #[test]
    fn a_text_that_cannot_be_shown_is_kept_exactly_beside() {
        assert_eq!(prose("statement", None, "a\tb\nc").done(), json!({ "name": "statement", "prose": "a\tb\nc" }));
        let part = prose("statement", None, "a\u{202E}b").done();
        assert_eq!((&part["prose"], &part["props"][0]["remarks"]), (&json!("ab"), &json!("a\u{202E}b")));
        let long = "word ".repeat(STATEMENT_CHARS_MAX);
        let part = prose("statement", None, &long).done();
        assert!(part["prose"].as_str().unwrap().chars().count() <= STATEMENT_CHARS_MAX);
        assert_eq!(part["props"][0]["remarks"], json!(long));
    }

    #[test]
    fn a_title_is_one_line_of_at_most_two_hundred_characters() {
        assert_eq!(title(" Plan\n the  work ").as_deref(), Some("Plan the work"));
        assert_eq!(title("\u{202E}\n"), None);
        let long = title(&"word ".repeat(100)).unwrap();
        assert!(long.ends_with("word…") && long.parse::<Title>().is_ok());
    }
}

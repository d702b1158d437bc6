//! Bytes to a JSON tree, within limits. Reads what JSON allows and refuses what two readers could understand
//! differently: a name that stands twice in one object. It must never know what the file is about.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::{Gathered, PROBLEMS_MAX, Problems};

/// Largest file read. The largest catalog at hand, NIST SP 800-53 rev 4 with its assessment parts, is 2.7 MB without
/// white space: 32 MiB is twelve times that.
pub const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Most values (objects, arrays, texts, numbers) in one file. The same catalog holds about 92,000. A value takes
/// 32 bytes and more in memory, so two million stay near 100 MB, where 32 MiB of `[0,0,…` would take 500 MB.
pub const VALUES_MAX: usize = 2_000_000;

/// Most objects in one file. The catalog above holds 24,373, which is 330,000 for 32 MiB of the like. An object that is
/// not empty takes a node of some 640 bytes, so 400,000 stay near 256 MB, where eight bytes each, `{"a":1},`, could make
/// a million of them.
pub const OBJECTS_MAX: usize = 400_000;

/// The byte order mark that some editors put before UTF-8. RFC 8259 lets a reader ignore it.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads one JSON document. Nesting deeper than 128 is refused by the parser itself.
///
/// # Errors
/// The file is too large, is not UTF-8 or not JSON, holds too many values, or names the same field twice.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problems> {
    let mut problems = Gathered::default();
    if bytes.len() > FILE_BYTES_MAX {
        let what = format!("it has {} bytes; at most {FILE_BYTES_MAX} are read", bytes.len());
        problems.add("", what, "leave out what is not needed, or split it");
        return problems.verdict(None);
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        problems.add("", "it is saved as UTF-16", "save it as UTF-8");
        return problems.verdict(None);
    }
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"<") {
        problems.add("", "it looks like XML or HTML, not JSON", "give the JSON form of the same document");
        return problems.verdict(None);
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let (read, mut problems) = tree(&mut reader);
    let read = read.and_then(|value| reader.end().map(|()| value));
    let value = match read {
        Ok(value) => Some(value),
        Err(error) => {
            problems.add("", format!("it is not JSON that can be read: {error}"), "correct it at that line and column");
            None
        }
    };
    problems.verdict(value)
}

/// The tree that a reader of some format holds, with every name that stands twice in one object.
pub(crate) fn tree<'de, D: serde::Deserializer<'de>>(reader: D) -> (Result<Value, D::Error>, Gathered) {
    let notes = Notes { values: Cell::new(0), objects: Cell::new(0), problems: RefCell::new(Gathered::default()) };
    let read = Node { notes: &notes, place: &Place::Root }.deserialize(reader);
    (read, notes.problems.into_inner())
}

/// The path with one more step, as a JSON Pointer (RFC 6901).
pub(crate) fn below(path: &str, step: impl fmt::Display) -> String {
    format!("{path}/{}", step.to_string().replace('~', "~0").replace('/', "~1"))
}

struct Notes {
    values: Cell<usize>,
    objects: Cell<usize>,
    problems: RefCell<Gathered>,
}

impl Notes {
    /// Past the limit the place is not even written out: a name of megabytes above a million repeats would fill the
    /// memory with paths.
    fn twice(&self, place: &Place<'_>) {
        let mut problems = self.problems.borrow_mut();
        let path = if problems.count() < PROBLEMS_MAX { place.path() } else { String::new() };
        problems.add(&path, "the name stands twice in one object", "keep one of the two");
    }
}

/// Where a value stands, kept on the stack so that a path is written only when there is something to say.
pub(crate) enum Place<'a> {
    Root,
    Name(&'a Place<'a>, &'a str),
    Index(&'a Place<'a>, usize),
}

impl Place<'_> {
    /// The place as a JSON Pointer (RFC 6901).
    pub(crate) fn path(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Name(above, name) => below(&above.path(), name),
            Place::Index(above, index) => below(&above.path(), index),
        }
    }
}

struct Node<'a> {
    notes: &'a Notes,
    place: &'a Place<'a>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let values = self.notes.values.get() + 1;
        self.notes.values.set(values);
        if values > VALUES_MAX {
            return Err(D::Error::custom(format_args!("more than {VALUES_MAX} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = Place::Index(self.place, items.len());
            match list.next_element_seed(Node { notes: self.notes, place: &place })? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let objects = self.notes.objects.get() + 1;
        self.notes.objects.set(objects);
        if objects > OBJECTS_MAX {
            return Err(A::Error::custom(format_args!("more than {OBJECTS_MAX} objects")));
        }
        let mut fields = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let place = Place::Name(self.place, &name);
            let value = object.next_value_seed(Node { notes: self.notes, place: &place })?;
            if fields.contains_key(&name) {
                self.notes.twice(&place);
            } else {
                fields.insert(name, value);
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(bytes: &[u8]) -> String {
        parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn reads_what_json_allows() {
        let text = br#" {"a":[1,-2,0.5,true,null,"\u00e9"],"b":{}} "#;
        let expected: Value = serde_json::from_slice(text).unwrap();
        assert_eq!(parse(text).unwrap(), expected);
        assert_eq!(parse(&[MARK, text].concat()).unwrap(), expected);
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_with_its_place() {
        let said = said(br#"{"a":[{"b":1,"b":2}],"c/d":{"~":1,"~":1}}"#);
        assert!(said.contains("/a/0/b: the name stands twice"), "{said}");
        assert!(said.contains("/c~1d/~0: the name stands twice"), "{said}");
    }

    #[test]
    fn hostile_documents_are_refused_with_a_reason() {
        assert!(said(b"\xFF\xFE{\0}\0").contains("UTF-16"));
        assert!(said(b"\"\xC3\x28\"").contains("not JSON"));
        assert!(said(b"1e999").contains("out of range"));
        assert!(said("[".repeat(100_000).as_bytes()).contains("recursion limit"));
        assert!(said(br#"{} {}"#).contains("trailing"));
        assert!(said(b"").contains("EOF"));
        assert!(said(&vec![b' '; FILE_BYTES_MAX + 1]).contains("bytes"));
        let wide = format!("[{}0]", "0,".repeat(VALUES_MAX));
        assert!(said(wide.as_bytes()).contains("more than 2000000 values"));
        let heavy = format!("[{}0]", r#"{"a":1},"#.repeat(OBJECTS_MAX + 1));
        assert!(said(heavy.as_bytes()).contains("more than 400000 objects"));
    }
}

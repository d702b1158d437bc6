//! The words of a JSON document: names and values in their order, escapes resolved. It must never build a tree of it.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::Reason;
use super::folded::Folded;

/// Reads one JSON value, or several after each other. What breaks off in the middle, or nests deeper than the parser
/// goes, is read as plain text: it is no worse a text for that.
pub(super) fn read(text: &str, out: &mut Folded) -> Result<(), Reason> {
    let mut rest = serde_json::Deserializer::from_str(text);
    while rest.end().is_err() {
        let read = Words(out).deserialize(&mut rest);
        if out.is_full() {
            return Ok(());
        }
        if read.is_err() {
            out.clear();
            out.push(text);
            return Ok(());
        }
    }
    Ok(())
}

/// Takes every name and value it meets.
struct Words<'a>(&'a mut Folded);

impl Words<'_> {
    fn take<E: serde::de::Error>(self, word: &str) -> Result<(), E> {
        self.0.push(word);
        self.0.line();
        if self.0.is_full() { Err(E::custom("full")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Words<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Words<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.take(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.take(&value.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.take(&value.to_string())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.take(&value.to_string())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.take(if value { "true" } else { "false" })
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.take("null")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Words(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        while let Some(name) = pairs.next_key::<std::borrow::Cow<'_, str>>()? {
            self.0.push(&name);
            self.0.push(": ");
            if self.0.is_full() {
                return Err(A::Error::custom("full"));
            }
            pairs.next_value_seed(Words(self.0))?;
        }
        Ok(())
    }
}

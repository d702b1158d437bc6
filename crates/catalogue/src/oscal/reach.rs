//! Reaches into a document that was held against its shape: what is absent reads as nothing, and what is of the wrong
//! type too, because its problem has been told already. It must never tell a problem itself.

use serde_json::Value;

use super::NAMESPACE;

/// The namespace of OSCAL's own properties; absent means the same.
pub(super) const OSCAL_NAMESPACE: &str = "http://csrc.nist.gov/ns/oscal";

/// A field as text.
pub(super) fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of.get(name)?.as_str()
}

/// The items of a list; none when the field is absent.
pub(super) fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The items of a list with the place of each.
pub(super) fn placed<'a>(of: &'a Value, name: &str, path: &str) -> impl Iterator<Item = (String, &'a Value)> {
    list(of, name).iter().enumerate().map(move |(index, item)| (format!("{path}/{name}/{index}"), item))
}

/// The texts of a list.
pub(super) fn texts<'a>(of: &'a Value, name: &str) -> Vec<&'a str> {
    list(of, name).iter().filter_map(Value::as_str).collect()
}

/// The value of OSCAL's own property of that name; one without a class goes before one with.
pub(super) fn prop<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    let mut named = props(of, name, OSCAL_NAMESPACE);
    let first = named.next()?;
    let plain = std::iter::once(first).chain(named).find(|prop| prop.get("class").is_none());
    text(plain.unwrap_or(first), "value")
}

/// The value of our own property of that name.
pub(super) fn own_prop<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    props(of, name, NAMESPACE).next().and_then(|prop| text(prop, "value"))
}

/// The properties of that name in that namespace.
pub(super) fn props<'a>(of: &'a Value, name: &str, ns: &str) -> impl Iterator<Item = &'a Value> {
    list(of, "props")
        .iter()
        .filter(move |prop| text(prop, "name") == Some(name) && text(prop, "ns").unwrap_or(OSCAL_NAMESPACE) == ns)
}

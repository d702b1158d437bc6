//! A library's mapping in the numbers of a register: the library names requirements by URN, a register by number, and
//! the catalogs made of libraries know both. It must never relate requirements whose URNs it does not find.

use std::collections::BTreeMap;

use portreeve_model::reference::FrameworkId;
use serde_json::{Value, json};

use super::ImportedMapping;
use crate::json;
use crate::oscal::NAMESPACE;
use crate::problem::{Problem, Problems};

/// A catalog that was made of a library's framework, by the URNs that the library used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The reference it was adopted under.
    pub id: FrameworkId,
    /// The framework's URN, in lower case.
    pub urn: String,
    /// The number of each requirement by its URN in lower case; headings have none.
    numbers: BTreeMap<String, String>,
}

/// A mapping collection in the numbers of two frameworks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The OSCAL mapping collection in JSON. Each requirement keeps its URN as a property.
    pub collection: Vec<u8>,
    /// How many pairs it relates.
    pub pairs: usize,
    /// How many pairs were left out because an end of them is no requirement of its framework.
    pub left_out: usize,
}

impl Named {
    /// The URNs of an adopted catalog; nothing if it was not made of a library.
    ///
    /// # Errors
    /// The catalog is not JSON.
    pub fn of(id: &FrameworkId, catalog: &[u8]) -> Result<Option<Named>, Problems> {
        let document = json::parse(catalog)?;
        let Some(urn) = document.pointer("/catalog/metadata").and_then(|metadata| own(metadata, "urn")) else {
            return Ok(None);
        };
        let mut numbers = BTreeMap::new();
        let mut ahead: Vec<(&Value, bool)> = document.get("catalog").map(|top| (top, false)).into_iter().collect();
        while let Some((piece, is_control)) = ahead.pop() {
            ahead.extend(items(piece, "groups").map(|group| (group, false)));
            ahead.extend(items(piece, "controls").map(|control| (control, true)));
            let answered = is_control && own(piece, "assessable") != Some("no");
            let number = piece.get("id").and_then(Value::as_str).filter(|_| answered);
            if let (Some(urn), Some(number)) = (own(piece, "urn"), number) {
                numbers.insert(urn.to_lowercase(), number.to_owned());
            }
        }
        Ok(Some(Named { id: id.clone(), urn: urn.to_lowercase(), numbers }))
    }
}

/// Writes a mapping in the numbers of its two frameworks. Pairs of which an end is no requirement, because it is a
/// heading or a slip of the pen, are left out and counted.
///
/// # Errors
/// The two are not the frameworks it is between, or nothing is left of it.
pub fn bind(mapping: &ImportedMapping, source: &Named, target: &Named) -> Result<Bound, Problems> {
    let refused = |what: String, remedy: &str| Problems::one(Problem::new("", what, remedy));
    for (wanted, given) in [(&mapping.source, source), (&mapping.target, target)] {
        if wanted.to_lowercase() != given.urn {
            let what = format!("it is about `{wanted}`, and `{}` was made of `{}`", given.id, given.urn);
            return Err(refused(what, "adopt the framework it is about"));
        }
    }
    let mut document = json::parse(&mapping.collection)?;
    let (mut pairs, mut left_out) = (0, 0);
    for one in items_mut(document.get_mut("mapping-collection"), "mappings") {
        for (side, end) in [("source-resource", source), ("target-resource", target)] {
            add_prop(one.get_mut(side), "framework-id", end.id.as_str());
        }
        if let Some(Value::Array(maps)) = one.get_mut("maps") {
            let before = maps.len();
            maps.retain_mut(|map| number(map, "sources", source) && number(map, "targets", target));
            pairs += maps.len();
            left_out += before - maps.len();
        }
    }
    if pairs == 0 {
        return Err(refused(
            format!("none of its {left_out} pairs is between requirements of the two frameworks"),
            "import the frameworks from the libraries that the mapping was made for",
        ));
    }
    let collection = serde_json::to_vec(&document);
    let collection = collection.map_err(|error| refused(error.to_string(), "report this fault"))?;
    Ok(Bound { collection, pairs, left_out })
}

/// Puts numbers in the place of URNs, which stay as properties; says whether all of them have one.
fn number(map: &mut Value, side: &str, end: &Named) -> bool {
    items_mut(Some(map), side).all(|item| {
        let urn = item.get("id-ref").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(number) = end.numbers.get(&urn.to_lowercase()) else { return false };
        item["id-ref"] = json!(number);
        add_prop(Some(item), "urn", &urn);
        true
    })
}

fn add_prop(to: Option<&mut Value>, name: &str, value: &str) {
    let prop = json!({ "name": name, "ns": NAMESPACE, "value": value });
    let props = to.and_then(Value::as_object_mut).map(|fields| fields.entry("props").or_insert_with(|| json!([])));
    if let Some(Value::Array(props)) = props {
        props.push(prop);
    }
}

/// The value of our own property of that name.
fn own<'v>(piece: &'v Value, name: &str) -> Option<&'v str> {
    let prop = items(piece, "props").find(|prop| prop["name"] == name && prop["ns"] == NAMESPACE)?;
    prop.get("remarks").or_else(|| prop.get("value"))?.as_str()
}

fn items<'v>(piece: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    piece.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn items_mut<'v>(piece: Option<&'v mut Value>, name: &str) -> impl Iterator<Item = &'v mut Value> {
    piece.and_then(|piece| piece.get_mut(name)).and_then(Value::as_array_mut).into_iter().flatten()
}

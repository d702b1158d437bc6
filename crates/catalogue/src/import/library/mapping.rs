//! A library's mapping between two frameworks, written as an OSCAL mapping collection. It must never say more of a pair
//! than the library does: what OSCAL wants and the library leaves open is assumed, and the remarks say so.

use serde_json::{Value, json};

use super::head::{Head, check_urn, translations};
use super::metadata;
use crate::import::ImportedMapping;
use crate::import::entry::{Entry, Reading};
use crate::import::write::{Piece, Props, Resource, resource, title, uuid};
use crate::yaml::Tree;

/// Most pairs in one mapping. The largest at hand has 2,243; forty times that is a file of 15 MB.
const PAIRS_MAX: usize = 100_000;

/// The library's words for a relationship with OSCAL's (NIST IR 8477, section 4.3).
const RELATIONSHIPS: &[(&str, &str)] = &[
    ("equal", "equal-to"),
    ("subset", "subset-of"),
    ("superset", "superset-of"),
    ("intersect", "intersects-with"),
    ("not_related", "no-relationship"),
];

const RATIONALES: &[&str] = &["syntactic", "semantic", "functional"];

/// Reads one mapping and writes it as an OSCAL mapping collection.
pub(super) fn read(
    tree: &Tree,
    path: &str,
    head: &Head,
    notes: &mut Vec<String>,
    reading: &mut Reading,
) -> Option<ImportedMapping> {
    let mut entry = Entry::of(tree, path, reading)?;
    let urn = entry.need("urn", "give the mapping's URN", reading);
    let name = entry.need("name", "give the mapping's name", reading);
    let description = entry.text("description", reading);
    let mut props = Props::default();
    props.may("urn", urn.as_deref());
    props.may("ref-id", entry.word("ref_id", reading).as_deref());
    props.may("annotation", entry.word("annotation", reading).as_deref());
    translations(&mut entry, &mut props, reading);
    let mut end = |name: &str, reading: &mut Reading| {
        let urn = entry.need(name, "give the framework's URN", reading)?;
        check_urn(&urn, &entry.at(name), reading);
        Some(urn.into_owned())
    };
    let source = end("source_framework_urn", reading);
    let target = end("target_framework_urn", reading);

    let within = urn.as_deref().unwrap_or(path).to_lowercase();
    let items = entry.list("requirement_mappings", reading);
    if items.len() > PAIRS_MAX {
        let what = format!("there are {} pairs; at most {PAIRS_MAX} are read", items.len());
        reading.problems.add(&entry.at("requirement_mappings"), what, "split the mapping");
        return None;
    }
    let maps: Vec<Value> = items.into_iter().filter_map(|(path, one)| pair(one, &path, &within, reading)).collect();
    entry.rest("a mapping", reading);
    let (name, source, target) = (name?, source?, target?);
    let called = title(&name)?;
    if maps.is_empty() {
        notes.push(format!("The mapping `{called}` relates nothing and is left out."));
        return None;
    }
    let pairs = maps.len();
    let collection = collection(head, &called, &within, maps, (&source, &target), description.as_deref(), props);
    match serde_json::to_vec(&collection) {
        Ok(collection) => Some(ImportedMapping { title: called, source, target, pairs, collection }),
        Err(error) => {
            reading.problems.add(path, format!("it cannot be written as OSCAL: {error}"), "report this fault");
            None
        }
    }
}

/// One pair of requirements.
fn pair(tree: &Tree, path: &str, within: &str, reading: &mut Reading) -> Option<Value> {
    let mut entry = Entry::of(tree, path, reading)?;
    let source = entry.need("source_requirement_urn", "give the URN of the requirement it starts from", reading);
    let target = entry.need("target_requirement_urn", "give the URN of the requirement it leads to", reading);
    let word = entry.need("relationship", "give `equal`, `subset`, `superset`, `intersect` or `not_related`", reading);
    let relationship = word.and_then(|word| {
        let known = RELATIONSHIPS.iter().find(|(theirs, _)| *theirs == word.trim());
        if known.is_none() {
            let what = format!("no relationship `{word}` is known");
            let remedy = "write `equal`, `subset`, `superset`, `intersect` or `not_related`";
            reading.problems.add(&entry.at("relationship"), what, remedy);
        }
        known.map(|(_, ours)| *ours)
    });
    let rationale = entry.word("rationale", reading);
    if let Some(rationale) = &rationale
        && !RATIONALES.contains(&rationale.as_str())
    {
        let what = format!("no rationale `{rationale}` is known");
        reading.problems.add(&entry.at("rationale"), what, "write `syntactic`, `semantic` or `functional`, or nothing");
    }
    let mut props = Props::default();
    props.may("strength-of-relationship", entry.word("strength_of_relationship", reading).as_deref());
    let remarks = entry.text("annotation", reading);
    entry.rest("a pair of a mapping", reading);
    let (source, target) = (source?, target?);
    let item = |urn: &str| json!([{ "type": "control", "id-ref": urn.trim() }]);
    Some(
        Piece::new(json!({
            "uuid": uuid(&[within, path]),
            "relationship": relationship?,
            "sources": item(&source),
            "targets": item(&target),
        }))
        .may("matching-rationale", rationale.as_deref())
        .may("remarks", remarks.as_deref())
        .props(props)
        .done(),
    )
}

fn collection(
    head: &Head,
    called: &str,
    within: &str,
    maps: Vec<Value>,
    (source, target): (&str, &str),
    description: Option<&str>,
    props: Props,
) -> Value {
    let mut resources = vec![head.resource.clone()];
    let mut end = |side: &str, urn: &str| {
        let id = uuid(&[within, side, urn]);
        let mut named = Props::default();
        named.own("urn", urn);
        resources.push(resource("framework", &id, &Resource { title: Some(urn), ..Resource::default() }, named));
        let mut named = Props::default();
        named.own("urn", urn);
        Piece::new(json!({ "type": "catalog", "href": format!("#{id}") })).props(named).done()
    };
    let (source, target) = (end("source", source), end("target", target));
    let mapping = Piece::new(json!({
        "uuid": uuid(&[within, "mapping"]),
        "source-resource": source,
        "target-resource": target,
        "maps": maps,
    }));
    json!({ "mapping-collection": {
        "uuid": uuid(&[&head.urn, &head.version, within]),
        "metadata": metadata(head, called),
        "provenance": {
            "method": "hybrid",
            "matching-rationale": "semantic",
            "status": "complete",
            "mapping-description": description.unwrap_or(called),
            "remarks": "Method, rationale and status are assumed where a pair does not say: OSCAL wants them, and the \
                        library does not name them.",
        },
        "mappings": [mapping.props(props).done()],
        "back-matter": { "resources": resources },
    } })
}

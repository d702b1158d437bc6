//! A CISO Assistant library: one YAML file with frameworks, mappings between frameworks, and much that is neither. It
//! is read as that program's own loader reads it, but all its problems are told at once. It must never take the order
//! of the file, which is the order of display, for anything else.
//!
//! **Where a node goes.** OSCAL keeps groups apart from controls and lets a control hold no group, where a library has
//! one tree of nodes of which any may be assessable. So an assessable node is a control; one that is not is a group
//! where it and all its neighbours can be groups, and otherwise a control that our `assessable` property calls a mere
//! heading. The order and the tree are the library's in both cases.

mod catalog;
mod framework;
mod head;
mod mapping;
mod node;
mod numbers;
mod question;
mod resources;

use portreeve_model::words::ForeignFormat;
use serde_json::Value;

use super::Imported;
use super::entry::{Entry, Reading};
use crate::json::below;
use crate::problem::Problems;
use crate::yaml::Tree;
use head::Head;

/// Kinds of objects that are neither framework nor mapping nor part of one: safe to keep unread, as their loader says.
const HELD: &[(&str, &str)] = &[
    ("risk_matrix", "risk matrices"),
    ("risk_matrices", "risk matrices"),
    ("metric_definitions", "metric definitions"),
    ("ttp_catalogs", "catalogues of techniques"),
    ("tactics", "tactics"),
    ("techniques", "techniques"),
    ("preset", "presets"),
    ("presets", "presets"),
    ("workflows", "workflows"),
];

/// Reads a library.
///
/// # Errors
/// All problems of the file.
pub(super) fn read(tree: &Tree) -> Result<Imported, Problems> {
    let mut reading = Reading::default();
    let imported = library(tree, &mut reading);
    let Reading { problems, unread } = reading;
    let mut imported = problems.verdict(imported)?;
    imported.unread = unread.into_iter().collect();
    Ok(imported)
}

fn library(tree: &Tree, reading: &mut Reading) -> Option<Imported> {
    let mut file = Entry::of(tree, "", reading)?;
    let objects = file.take("objects");
    let head = Head::read(file, reading);
    let objects = objects.and_then(|objects| Entry::of(objects, "/objects", reading));
    let (head, mut objects) = (head?, objects?);

    let about = resources::of_library(&mut objects, &head, reading);
    let mut notes = Vec::new();
    let mut frameworks = Vec::new();
    for (path, one) in either(&mut objects, "framework", "frameworks", reading) {
        frameworks.extend(framework::read(one, &path, &head, &about, &mut notes, reading));
    }
    let mut mappings = Vec::new();
    for (path, one) in either(&mut objects, "requirement_mapping_set", "requirement_mapping_sets", reading) {
        mappings.extend(mapping::read(one, &path, &head, &mut notes, reading));
    }
    let mut held: Vec<(String, usize)> = Vec::new();
    if frameworks.is_empty() {
        held.extend(
            [("reference controls", about.controls), ("threats", about.threats)].map(|(of, n)| (of.to_owned(), n)),
        );
    }
    for (field, kind) in HELD {
        let count = objects.take(field).map_or(0, |value| if let Tree::List(items) = value { items.len() } else { 1 });
        held.push(((*kind).to_owned(), count));
    }
    held.retain(|(_, count)| *count > 0);
    objects.rest("the library's objects", reading);
    let title = head.title.clone();
    Some(Imported {
        format: ForeignFormat::CisoAssistant,
        title,
        frameworks,
        mappings,
        held,
        unread: Vec::new(),
        notes,
    })
}

/// The objects of a kind, which stand under its singular or its plural, alone or in a list.
fn either<'t>(objects: &mut Entry<'t>, singular: &str, plural: &str, reading: &mut Reading) -> Vec<(String, &'t Tree)> {
    let (one, several) = (objects.take(singular), objects.take(plural));
    if one.is_some() && several.is_some() {
        let what = format!("there are both `{singular}` and `{plural}`");
        reading.problems.add(objects.path(), what, "keep one of the two");
    }
    let (name, found) = match (one, several) {
        (Some(found), _) => (singular, found),
        (None, Some(found)) => (plural, found),
        (None, None) => return Vec::new(),
    };
    let path = objects.at(name);
    match found {
        Tree::List(items) => items.iter().enumerate().map(|(index, item)| (below(&path, index), item)).collect(),
        other => vec![(path, other)],
    }
}

/// What every document of this library has in its metadata.
fn metadata(head: &Head, title: &str) -> serde_json::Map<String, Value> {
    let mut metadata = head.metadata.clone();
    metadata.insert("title".to_owned(), Value::String(title.to_owned()));
    metadata
}

//! One framework of a library: its own facts, its nodes, and the note of what is odd about it without being wrong.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::{FrameworkId, REFERENCE_CHARS_MAX};

use super::catalog::{About, catalog};
use super::head::{Head, check_urn, translations};
use super::node::{Nodes, nodes};
use super::resources::{About as Shared, of_object};
use crate::import::ImportedFramework;
use crate::import::entry::{Entry, Reading, printed};
use crate::import::write::{Props, Resource, resource, title, uuid};
use crate::json::below;
use crate::yaml::Tree;

/// Reads one framework and writes it as an OSCAL catalog.
pub(super) fn read(
    tree: &Tree,
    path: &str,
    head: &Head,
    shared: &Shared,
    notes: &mut Vec<String>,
    reading: &mut Reading,
) -> Option<ImportedFramework> {
    let mut entry = Entry::of(tree, path, reading)?;
    let urn = entry.need("urn", "give the framework's URN, as in `urn:council:risk:framework:ours-1.0`", reading);
    if let Some(urn) = &urn {
        check_urn(urn, &entry.at("urn"), reading);
    }
    let reference = entry.need("ref_id", "give the framework a short name, as in `ours-1.0`", reading);
    let name = entry.text("name", reading);
    let description = entry.text("description", reading);
    let annotation = entry.text("annotation", reading);

    let mut props = Props::default();
    props.may("urn", urn.as_deref());
    props.may("ref-id", reference.as_deref());
    for (field, prop) in [("min_score", "min-score"), ("max_score", "max-score")] {
        props.may(prop, entry.word(field, reading).as_deref());
    }
    translations(&mut entry, &mut props, reading);

    let within = urn.as_deref().unwrap_or_default().to_lowercase();
    let mut resources = shared.resources.clone();
    let mut defined = BTreeSet::new();
    for (path, one) in entry.list("implementation_groups_definition", reading) {
        defined.extend(group_named(one));
        resources.extend(of_object(one, &path, "implementation-group", &within, reading));
    }
    let groups = defined.len();
    if let Some(Tree::List(_)) = entry.peek("scores_definition") {
        for (path, one) in entry.list("scores_definition", reading) {
            resources.extend(of_object(one, &path, "score", &within, reading));
        }
    }
    let Nodes { all, roots, mut counts } = nodes(&mut entry, reading);
    counts.groups = groups;
    entry.rest("the framework", reading);

    let mut undefined: BTreeMap<&str, usize> = BTreeMap::new();
    for group in all.iter().flat_map(|node| &node.groups).filter(|group| !defined.contains(group.as_str())) {
        *undefined.entry(group).or_default() += 1;
    }
    for (group, count) in undefined.iter().take(5) {
        let group = title(group).unwrap_or_default();
        notes.push(format!("The implementation group `{group}` is used {count} times and defined nowhere."));
    }

    let (urn, reference) = (urn?, reference?);
    let called = name.as_deref().and_then(title).or_else(|| title(&reference))?;
    let id = suggested(&reference, &urn, &below(path, "ref_id"), reading)?;
    let told = Resource {
        title: Some(name.as_deref().unwrap_or(&reference)),
        description: description.as_deref(),
        remarks: annotation.as_deref(),
    };
    resources.insert(1, resource("framework", &uuid(&[&within]), &told, props));
    let about = About { head, id: &id, urn: &urn, title: &called, resources };
    let catalog = catalog(about, all, &roots, reading)?;
    let version = head.version.clone();
    Some(ImportedFramework { id, title: called, version, catalog, counts, framework: None })
}

/// The short name as a reference, or the end of the URN where nothing is left of it.
fn suggested(reference: &str, urn: &str, path: &str, reading: &mut Reading) -> Option<FrameworkId> {
    let found =
        [reference, urn.rsplit(':').next().unwrap_or_default()].into_iter().find_map(|text| slug(text).parse().ok());
    if found.is_none() {
        let what = format!("no reference can be made of `{reference}`");
        reading.problems.add(path, what, "give a short name of letters and digits, as in `ours-1.0`");
    }
    found
}

/// Lower-case letters, digits and full stops of a text, with single hyphens between.
pub(super) fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.'));
    let words: Vec<&str> = words.map(|word| word.trim_matches('.')).filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(REFERENCE_CHARS_MAX).collect()
}

/// The name by which nodes refer to a group.
fn group_named(tree: &Tree) -> Option<String> {
    let Tree::Mapping(fields) = tree else { return None };
    let (_, reference) = fields.iter().find(|(name, _)| name == "ref_id")?;
    printed(reference)
}

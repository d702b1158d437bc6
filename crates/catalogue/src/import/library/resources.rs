//! What a library's requirements speak of, as resources of the back matter: the library itself, its groups, scores,
//! reference controls and threats. It must never decide what they mean for a requirement.

use serde_json::Value;

use super::either;
use super::head::{Head, translations};
use crate::import::entry::{Entry, Reading};
use crate::import::write::{Props, Resource, resource, uuid};
use crate::yaml::Tree;

/// What every framework of a library shares.
pub(super) struct About {
    /// The library, its reference controls and its threats.
    pub(super) resources: Vec<Value>,
    /// How many reference controls there are.
    pub(super) controls: usize,
    /// How many threats there are.
    pub(super) threats: usize,
}

/// The library, its reference controls and its threats.
pub(super) fn of_library(objects: &mut Entry<'_>, head: &Head, reading: &mut Reading) -> About {
    let mut resources = vec![head.resource.clone()];
    let mut counts = [0, 0];
    for (count, (singular, plural, kind)) in counts
        .iter_mut()
        .zip([("reference_control", "reference_controls", "reference-control"), ("threat", "threats", "threat")])
    {
        for (path, one) in either(objects, singular, plural, reading) {
            resources.extend(of_object(one, &path, kind, &head.urn, reading));
            *count += 1;
        }
    }
    let [controls, threats] = counts;
    About { resources, controls, threats }
}

/// One object with a URN or a reference, a name and a description, as a resource.
pub(super) fn of_object(tree: &Tree, path: &str, kind: &str, within: &str, reading: &mut Reading) -> Option<Value> {
    let mut entry = Entry::of(tree, path, reading)?;
    let mut props = Props::default();
    let urn = entry.text("urn", reading);
    let reference = entry.word("ref_id", reading);
    let score = entry.word("score", reading);
    props.may("urn", urn.as_deref());
    props.may("ref-id", reference.as_deref());
    props.may("score", score.as_deref());
    for (field, prop) in [
        ("category", "category"),
        ("csf_function", "csf-function"),
        ("default_selected", "default-selected"),
        ("description_doc", "description-doc"),
        ("typical_evidence", "typical-evidence"),
    ] {
        props.may(prop, entry.word(field, reading).as_deref());
    }
    let name = entry.text("name", reading);
    let description = entry.text("description", reading);
    let annotation = entry.text("annotation", reading);
    translations(&mut entry, &mut props, reading);
    entry.rest(&format!("a {}", kind.replace('-', " ")), reading);
    let told = Resource { title: name.as_deref(), description: description.as_deref(), remarks: annotation.as_deref() };
    Some(resource(kind, &uuid(&[within, kind, path]), &told, props))
}

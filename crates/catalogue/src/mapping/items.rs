//! The small pieces of a mapping collection: resources, maps and what they name. It must never interpret them.

use portreeve_model::reference::FrameworkId;
use portreeve_model::text::{Note, Title};
use serde_json::Value;

use crate::fields::Fields;
use crate::oscal::NAMESPACE;
use crate::problem::Gathered;

/// The catalog or profile at one end.
pub(super) struct Resource {
    pub(super) path: String,
    pub(super) framework: Option<FrameworkId>,
    pub(super) href: Option<String>,
}

impl Resource {
    pub(super) fn read(fields: &mut Fields, name: &str, problems: &mut Gathered) -> Resource {
        let path = fields.at(name);
        let nothing = |path| Resource { path, framework: None, href: None };
        let Some(value) = fields.raw(name) else {
            problems.add(&path, "it is missing", "name the catalog with `type` and `href`");
            return nothing(path);
        };
        let Some(mut resource) = Fields::of(value, &path, problems) else { return nothing(path) };
        let href = resource.need("href", "give the catalog's address as text", problems);
        let framework = own_prop(&mut resource, "framework-id", problems).and_then(|(path, value)| {
            let id = value.parse();
            id.map_err(|error| problems.add(&path, format!("{error}"), "correct the `framework-id` property")).ok()
        });
        Resource { path, framework, href }
    }
}

/// One entry: everything of the one side stands in one relationship to everything of the other.
pub(super) struct MapDraft {
    pub(super) path: String,
    pub(super) ns: Option<String>,
    pub(super) relationship: Option<String>,
    pub(super) sources: Vec<Item>,
    pub(super) targets: Vec<Item>,
    pub(super) confidence: Option<Title>,
    pub(super) basis: Option<Title>,
    pub(super) remarks: Option<Note>,
}

/// A requirement, or a statement of one.
pub(super) struct Item {
    pub(super) path: String,
    pub(super) is_statement: bool,
    pub(super) id: String,
}

impl MapDraft {
    pub(super) fn read(value: Value, path: String, problems: &mut Gathered) -> Option<MapDraft> {
        let mut fields = Fields::of(value, &path, problems)?;
        let ns = fields.may("ns", "give the namespace as text", problems);
        let relationship = fields.need("relationship", "give the relationship, as in `intersects-with`", problems);
        let sources = items(&mut fields, "sources", problems);
        let targets = items(&mut fields, "targets", problems);
        let confidence = Confidence::read(&mut fields, problems);
        let basis = own_prop(&mut fields, "basis", problems).and_then(|(path, value)| {
            let basis = value.parse();
            basis.map_err(|error| problems.add(&path, format!("{error}"), "say it in 1 to 200 characters")).ok()
        });
        let remarks = fields.may("remarks", "give the remarks in 1 to 4,000 characters", problems);
        Some(MapDraft { path, ns, relationship, sources, targets, confidence, basis, remarks })
    }
}

fn items(fields: &mut Fields, name: &str, problems: &mut Gathered) -> Vec<Item> {
    let at = fields.at(name);
    let listed = fields.list(name, problems);
    if listed.is_empty() {
        problems.add(&at, "it names nothing", "name at least one requirement by `type` and `id-ref`");
    }
    let mut items = Vec::new();
    for (path, value) in listed {
        let Some(mut item) = Fields::of(value, &path, problems) else { continue };
        let kind: Option<String> = item.need("type", "give `control` or `statement`", problems);
        let id = item.need("id-ref", "give the id of the requirement as text", problems);
        let is_statement = match kind.as_deref() {
            Some("control") => false,
            Some("statement") => true,
            Some(other) => {
                let what = format!("`{other}` is neither `control` nor `statement`");
                problems.add(&item.at("type"), what, "name a control or a statement of one");
                continue;
            }
            None => continue,
        };
        items.extend(id.map(|id| Item { path, is_statement, id }));
    }
    items
}

/// How sure somebody is: a word, or a share between 0 and 1.
pub(super) struct Confidence;

impl Confidence {
    pub(super) fn read(fields: &mut Fields, problems: &mut Gathered) -> Option<Title> {
        let at = fields.at("confidence-score");
        let mut score = Fields::of(fields.raw("confidence-score")?, &at, problems)?;
        let category = score.may("category", "give the category in 1 to 200 characters", problems);
        let share: Option<f64> = score.may("percentage", "give a number from 0 to 1", problems);
        let Some(share) = share else { return category };
        if !(0.0..=1.0).contains(&share) {
            problems.add(&score.at("percentage"), format!("{share} is not from 0 to 1"), "give a number from 0 to 1");
            return None;
        }
        format!("{:.0}%", share * 100.0).parse().ok()
    }
}

/// The value of our own property of that name, and where it stands.
pub(super) fn own_prop(fields: &mut Fields, name: &str, problems: &mut Gathered) -> Option<(String, String)> {
    let mut found = None;
    for (path, value) in fields.list("props", problems) {
        let Some(mut prop) = Fields::of(value, &path, problems) else { continue };
        let named: Option<String> = prop.need("name", "give the property's name as text", problems);
        let ns: Option<String> = prop.may("ns", "give the namespace as text", problems);
        let value: Option<String> = prop.need("value", "give the property's value as text", problems);
        if named.as_deref() == Some(name) && ns.as_deref() == Some(NAMESPACE) && found.is_none() {
            found = value.map(|value| (prop.at("value"), value));
        }
    }
    found
}

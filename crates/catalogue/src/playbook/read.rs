//! Reads a playbook and holds it against the frameworks whose requirements it touches. It must never drop a field.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::{FrameworkId, RequirementId};
use portreeve_model::standards::Framework;
use portreeve_model::text::Note;
use portreeve_model::words::Strength;
use serde::de::DeserializeOwned;

use super::{ClosingEvidence, FindingClass, Playbook};
use crate::fields::{Fields, read};
use crate::json;
use crate::problem::{Gathered, Problems};

/// Most items in one list of a playbook. Advice that needs more than fifty steps is a project plan.
pub const ITEMS_MAX: usize = 50;

/// Reads a playbook from its bytes; the requirements it touches must stand in `frameworks`.
///
/// # Errors
/// All problems of the file, each with its place and a remedy.
pub fn read_playbook(bytes: &[u8], frameworks: &BTreeMap<FrameworkId, Framework>) -> Result<Playbook, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let playbook = Fields::of(value, "", &mut problems).and_then(|fields| draft(fields, frameworks, &mut problems));
    problems.verdict(playbook)
}

fn draft(
    mut fields: Fields,
    frameworks: &BTreeMap<FrameworkId, Framework>,
    problems: &mut Gathered,
) -> Option<Playbook> {
    let id = fields.need("id", "give its name, as in `firewall-renewal`", problems);
    let title = fields.need("title", "give its title in 1 to 200 characters", problems);
    let summary = fields.need("summary", "say what it achieves", problems);
    let owner = fields.need("owner", "say which role usually does it", problems);
    let confidence =
        fields.need("confidence", "give `established`, `partly-general-knowledge` or `general-knowledge`", problems);
    let source = fields.need("source", "say where it comes from", problems);
    let resolves: Vec<(String, FindingClass)> = items(&mut fields, "resolves", "give id and title", problems);
    let requirements: Vec<(String, RequirementId)> =
        items(&mut fields, "requirements", "give a framework and a number, as in `psn-coco-1.32:PSN-BND-FW`", problems);
    let evidence: Vec<(String, ClosingEvidence)> =
        items(&mut fields, "closing_evidence", "give kind and shows", problems);
    let steps: Vec<(String, Note)> = items(&mut fields, "steps", "give the step as text", problems);
    fields.refuse_rest(problems);

    check_once(resolves.iter().map(|(path, class)| (path, class.id.as_str().to_owned())), problems);
    check_once(requirements.iter().map(|(path, id)| (path, id.to_string())), problems);
    check_known(&requirements, frameworks, problems);
    if !evidence.is_empty() && evidence.iter().all(|(_, item)| item.kind.strength() == Strength::Weak) {
        let remedy = "list a kind that is more than a statement";
        problems.add("/closing_evidence", "someone's word alone never closes anything", remedy);
    }
    Some(Playbook {
        id: id?,
        title: title?,
        summary: summary?,
        resolves: values(resolves).collect(),
        requirements: values(requirements).collect(),
        closing_evidence: values(evidence).collect(),
        owner: owner?,
        steps: values(steps).collect(),
        confidence: confidence?,
        source: source?,
    })
}

/// The items of a list that must not be empty, each with its place.
fn items<T: DeserializeOwned>(
    fields: &mut Fields,
    name: &str,
    remedy: &str,
    problems: &mut Gathered,
) -> Vec<(String, T)> {
    let path = fields.at(name);
    let before = problems.count();
    let items = fields.list(name, problems);
    if items.is_empty() && problems.count() == before {
        problems.add(&path, "it is missing or empty", "give at least one");
    }
    if items.len() > ITEMS_MAX {
        problems.add(&path, format!("it has more than {ITEMS_MAX} items"), "keep those that matter");
    }
    let kept = items.into_iter().take(ITEMS_MAX);
    kept.filter_map(|(path, item)| read(item, &path, remedy, problems).map(|value| (path, value))).collect()
}

fn values<T>(items: Vec<(String, T)>) -> impl Iterator<Item = T> {
    items.into_iter().map(|(_, value)| value)
}

fn check_once<'a>(ids: impl Iterator<Item = (&'a String, String)>, problems: &mut Gathered) {
    let mut seen = BTreeSet::new();
    for (path, id) in ids {
        let what = format!("`{id}` stands twice");
        if !seen.insert(id) {
            problems.add(path, what, "keep one of the two");
        }
    }
}

fn check_known(
    requirements: &[(String, RequirementId)],
    frameworks: &BTreeMap<FrameworkId, Framework>,
    problems: &mut Gathered,
) {
    for (path, id) in requirements {
        match frameworks.get(&id.framework) {
            None => {
                let what = format!("no framework `{}` is known here", id.framework);
                problems.add(path, what, "adopt the framework first, or take the requirement out");
            }
            Some(framework) if framework.requirement(&id.number).is_none() => {
                let what = format!("`{}` has no requirement `{}`", id.framework, id.number);
                problems.add(path, what, "name a requirement of the framework");
            }
            Some(_) => {}
        }
    }
}

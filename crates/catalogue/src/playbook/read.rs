//! Reads a playbook and holds it against those frameworks that are at hand. It must never drop a field.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::{CveId, CweId, FrameworkId, RequirementId};
use portreeve_model::standards::Framework;
use portreeve_model::text::Note;
use portreeve_model::words::Strength;
use serde::de::DeserializeOwned;

use super::{Check, ClosingEvidence, FindingClass, LeadTime, Phrase, Playbook, Prerequisite, Signs};
use crate::fields::{Fields, read};
use crate::json;
use crate::problem::{Gathered, Problems};

/// Most items in one list of a playbook. Advice that needs more than fifty steps is a project plan.
pub const ITEMS_MAX: usize = 50;

/// Longest lead time, in weeks. Work that takes more than five years is a programme, not an answer to a finding.
pub const WEEKS_MAX: u16 = 260;

/// Reads a playbook from its bytes. A requirement of one of `frameworks` must stand in it. Other frameworks are let be:
/// a playbook says what it touches wherever it is used, and not every framework is adopted there. Whether its
/// prerequisites exist only a whole catalogue can tell.
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
    let resolves: Vec<(String, FindingClass)> = some(&mut fields, "resolves", "give id and title", problems);
    let matches = nested(&mut fields, "matches", "say what a finding is recognised by", problems)
        .map(|inner| signs(inner, problems));
    let lead_time = nested(&mut fields, "lead_time", "say how long it usually takes", problems)
        .and_then(|inner| lead_time(inner, problems));
    let prerequisites: Vec<(String, Prerequisite)> =
        some(&mut fields, "prerequisites", "give playbook and because", problems);
    let requirements: Vec<(String, RequirementId)> =
        items(&mut fields, "requirements", "give a framework and a number, as in `psn-coco-1.32:PSN-BND-FW`", problems);
    let evidence: Vec<(String, ClosingEvidence)> =
        items(&mut fields, "closing_evidence", "give kind, when and shows", problems);
    let steps: Vec<(String, Note)> = items(&mut fields, "steps", "give the step as text", problems);
    fields.refuse_rest(problems);

    check_once(resolves.iter().map(|(path, class)| (path, class.id.as_str().to_owned())), problems);
    check_once(prerequisites.iter().map(|(path, first)| (path, first.playbook.to_string())), problems);
    check_once(requirements.iter().map(|(path, id)| (path, id.to_string())), problems);
    // One line of a checklist for each kind: evidence of a kind cannot tell which of two lines it is meant for.
    check_once(evidence.iter().map(|(path, item)| (path, item.kind.word().to_owned())), problems);
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
        matches: matches?,
        requirements: values(requirements).collect(),
        closing_evidence: values(evidence).collect(),
        owner: owner?,
        lead_time: lead_time?,
        prerequisites: values(prerequisites).collect(),
        steps: values(steps).collect(),
        confidence: confidence?,
        source: source?,
    })
}

/// The fields of an object that must be there.
fn nested(fields: &mut Fields, name: &str, remedy: &str, problems: &mut Gathered) -> Option<Fields> {
    let path = fields.at(name);
    match fields.raw(name) {
        Some(value) => Fields::of(value, &path, problems),
        None => {
            problems.add(&path, "it is missing", remedy);
            None
        }
    }
}

fn signs(mut fields: Fields, problems: &mut Gathered) -> Signs {
    let phrases: Vec<(String, Phrase)> =
        items(&mut fields, "phrases", "give words in lower case, as in `firewall firmware`", problems);
    let cwes: Vec<(String, CweId)> = some(&mut fields, "cwes", "give an id as in `CWE-319`", problems);
    let cves: Vec<(String, CveId)> = some(&mut fields, "cves", "give an id as in `CVE-2017-0144`", problems);
    let checks: Vec<(String, Check)> = some(&mut fields, "checks", "give tool, id and name", problems);
    fields.refuse_rest(problems);
    check_once(phrases.iter().map(|(path, phrase)| (path, phrase.to_string())), problems);
    check_once(cwes.iter().map(|(path, id)| (path, id.to_string())), problems);
    check_once(cves.iter().map(|(path, id)| (path, id.to_string())), problems);
    check_once(checks.iter().map(|(path, check)| (path, format!("{} {}", check.tool, check.id))), problems);
    Signs {
        phrases: values(phrases).collect(),
        cwes: values(cwes).collect(),
        cves: values(cves).collect(),
        checks: values(checks).collect(),
    }
}

fn lead_time(mut fields: Fields, problems: &mut Gathered) -> Option<LeadTime> {
    let from_weeks: Option<u16> = fields.need("from_weeks", "give the short case in whole weeks", problems);
    let to_weeks: Option<u16> = fields.need("to_weeks", "give the long case in whole weeks", problems);
    let because = fields.need("because", "say what takes the time", problems);
    let path = fields.at("to_weeks");
    fields.refuse_rest(problems);
    let (from_weeks, to_weeks) = (from_weeks?, to_weeks?);
    if from_weeks > to_weeks || !(1..=WEEKS_MAX).contains(&to_weeks) {
        let what = format!("{from_weeks} to {to_weeks} weeks is no lead time");
        problems.add(&path, what, format!("give 1 to {WEEKS_MAX} weeks, no fewer than `from_weeks`"));
    }
    Some(LeadTime { from_weeks, to_weeks, because: because? })
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
    let items = some(fields, name, remedy, problems);
    if items.is_empty() && problems.count() == before {
        problems.add(&path, "it is missing or empty", "give at least one");
    }
    items
}

/// The items of a list, each with its place; none when the field is absent.
fn some<T: DeserializeOwned>(
    fields: &mut Fields,
    name: &str,
    remedy: &str,
    problems: &mut Gathered,
) -> Vec<(String, T)> {
    let path = fields.at(name);
    let items = fields.list(name, problems);
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
        if frameworks.get(&id.framework).is_some_and(|framework| framework.requirement(&id.number).is_none()) {
            let what = format!("`{}` has no requirement `{}`", id.framework, id.number);
            problems.add(path, what, "name a requirement of the framework");
        }
    }
}

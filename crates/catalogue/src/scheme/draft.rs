//! A scheme as its file gives it: each field read, each item with its place. Whether it holds together is for
//! `validate.rs`. It must never drop a piece without a problem.

use std::collections::BTreeSet;

use portreeve_model::reference::{FrameworkId, RequirementNumber, SchemeId};
use portreeve_model::standards::{EvidenceRule, Gate, Grading, PackItem, Particular, TimeLimit};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::{Severity, SourceKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{EVIDENCE_RULES_MAX, GATES_MAX, PARTICULARS_MAX};
use crate::fields::{Fields, read};
use crate::json::below;
use crate::problem::Gathered;

/// A scheme as its file gives it, with the places its lists stand at.
pub(super) struct Draft {
    pub(super) id: Option<SchemeId>,
    pub(super) title: Option<Title>,
    pub(super) framework: Option<FrameworkId>,
    pub(super) source: Option<Note>,
    pub(super) threshold: Option<Severity>,
    pub(super) findings_of: BTreeSet<SourceKind>,
    pub(super) grading: Grading,
    pub(super) at_risk_days: Option<u16>,
    pub(super) certificate: Option<TimeLimit>,
    pub(super) gates: Vec<(String, Gate)>,
    pub(super) evidence: EvidenceDrafts,
    pub(super) particulars: Vec<(String, Particular)>,
    pub(super) pack: Vec<(String, PackItem)>,
    pub(super) listed: Listed,
}

/// How many items the file lists, readable or not.
pub(super) struct Listed {
    pub(super) gates: usize,
    pub(super) particulars: usize,
    pub(super) pack: usize,
}

/// How a time limit is written.
pub(super) const LIMIT: &str = "give a number with its unit, as in `{ \"months\": 12 }` or `{ \"days\": 14 }`";
const KIND: &str = "give one of the known kinds with its own fields and no others";

impl Draft {
    pub(super) fn read(value: Value, problems: &mut Gathered) -> Option<Draft> {
        let mut fields = Fields::of(value, "", problems)?;
        let id = fields.need("id", "give the scheme's reference, as in `psn`", problems);
        let title = fields.need("title", "give the scheme's title in 1 to 200 characters", problems);
        let framework = fields.may("framework", "name the framework, as in `psn-coco-1.32`", problems);
        let source = fields.need("source", "say where the rules come from", problems);
        let threshold = fields.need("threshold", "give a severity, as in `high`", problems);
        let at_risk_days = fields.need("at_risk_days", "give a number of days, as in 14", problems);
        let certificate = fields.may("certificate", LIMIT, problems);
        let findings_of = fields.may("findings_of", "list kinds of work, as in `audit`", problems).unwrap_or_default();
        let grading = fields.raw("grading").map_or(Grading::Ready, |value| grading(value, problems));
        let gates = fields.list("gates", problems);
        let evidence = evidence(&mut fields, problems);
        let particulars = fields.list("particulars", problems);
        let pack = fields.list("pack", problems);
        fields.refuse_rest(problems);
        let listed = Listed { gates: gates.len(), particulars: particulars.len(), pack: pack.len() };
        let gates = whole(gates, GATES_MAX, "rule", "give id, title, source, remedy and rule", problems);
        let particulars = whole(particulars, PARTICULARS_MAX, "", "give id and title", problems);
        let pack = whole(pack, GATES_MAX, "content", "give id, title and content", problems);
        Some(Draft {
            id,
            title,
            framework,
            source,
            threshold,
            findings_of,
            grading,
            at_risk_days,
            certificate,
            gates,
            evidence,
            particulars,
            pack,
            listed,
        })
    }
}

/// How requirements are graded. A broken grading leaves the plain one, with its problem told.
fn grading(value: Value, problems: &mut Gathered) -> Grading {
    let given = value.clone();
    let read: Option<Grading> = read(value, "/grading", KIND, problems);
    let Some(grading) = read else { return Grading::Ready };
    if let (Some(given), Ok(Value::Object(kept))) = (given.as_object(), serde_json::to_value(&grading)) {
        for name in given.keys().filter(|name| !kept.contains_key(*name) && grading == Grading::Ready) {
            problems.add(&below("/grading", name), "this kind has no such field", KIND);
        }
    }
    grading
}

/// Reads each item of a list as one value. `inner` names the field in which an unknown name would be passed over.
fn whole<T: DeserializeOwned + Serialize>(
    items: Vec<(String, Value)>,
    most: usize,
    inner: &str,
    remedy: &str,
    problems: &mut Gathered,
) -> Vec<(String, T)> {
    if let Some((path, _)) = items.get(most) {
        problems.add(path, format!("there are more than {most} of them"), "keep those that decide something");
    }
    let mut values = Vec::new();
    for (path, item) in items.into_iter().take(most) {
        let given = item.get(inner).cloned();
        let value: Option<T> = read(item, &path, remedy, problems);
        if let (Some(value), Some(given)) = (&value, given) {
            refuse_passed_over(value, inner, &given, &below(&path, inner), problems);
        }
        values.extend(value.map(|value| (path, value)));
    }
    values
}

/// A rule without fields of its own, such as `particulars`, would take any field and lose it. What was read must show
/// every name that was given.
fn refuse_passed_over<T: Serialize>(value: &T, inner: &str, given: &Value, path: &str, problems: &mut Gathered) {
    let kept = serde_json::to_value(value).ok().and_then(|value| value.get(inner).cloned());
    let (Some(given), Some(kept)) = (given.as_object(), kept) else { return };
    for name in given.iter().filter(|(name, value)| !value.is_null() && kept.get(name).is_none()).map(|(name, _)| name)
    {
        problems.add(&below(path, name), "this kind has no such field", KIND);
    }
}

pub(super) type EvidenceDrafts = Vec<(String, RequirementNumber, Vec<(String, EvidenceRule)>)>;

fn evidence(fields: &mut Fields, problems: &mut Gathered) -> EvidenceDrafts {
    let mut evidence = Vec::new();
    let path = fields.at("evidence");
    let Some(value) = fields.raw("evidence") else { return evidence };
    let Value::Object(listed) = value else {
        problems.add(&path, "it is not an object", "give `{ \"requirement\": [ rules ] }`");
        return evidence;
    };
    for (name, rules) in listed {
        let number: RequirementNumber = match name.parse() {
            Ok(number) => number,
            Err(error) => {
                problems.add(&path, format!("{error}"), "name a requirement of the framework");
                continue;
            }
        };
        let place = below(&path, &name);
        let Value::Array(rules) = rules else {
            problems.add(&place, "it is not a list", "give a list of rules: `[ { \"any_of\": [ … ] } ]`");
            continue;
        };
        if rules.len() > EVIDENCE_RULES_MAX {
            problems.add(&place, format!("it has more than {EVIDENCE_RULES_MAX} rules"), "join or drop some of them");
        }
        let mut read_rules = Vec::new();
        for (index, rule) in rules.into_iter().take(EVIDENCE_RULES_MAX).enumerate() {
            let place = below(&place, index);
            let rule = read(rule, &place, "give `any_of`, and `within` if it goes out of date", problems);
            read_rules.extend(rule.map(|rule| (place, rule)));
        }
        evidence.push((place, number, read_rules));
    }
    evidence
}

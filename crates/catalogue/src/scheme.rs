//! Reads a scheme and holds it against its framework: every requirement it names exists, every rule can be met, and
//! nothing in it is silently passed over. It must never add a rule of its own.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::{FrameworkId, REFERENCE_CHARS_MAX, RequirementNumber, SchemeId};
use portreeve_model::standards::{EvidenceRule, Framework, Gate, GateRule, PackContent, PackItem, Particular, Scheme};
use portreeve_model::text::{Note, Title};
use portreeve_model::words::{EvidenceKind, Severity, Strength};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fields::{Fields, read};
use crate::json::{self, below};
use crate::problem::{Gathered, Problems};

/// Most gates, and most pack items. A person reads them one by one; the largest known scheme has ten.
pub const GATES_MAX: usize = 100;

/// Most fields of an application form. The CoCo has ten.
pub const PARTICULARS_MAX: usize = 200;

/// Most rules of evidence for one requirement. One or two is usual; twenty would ask for every kind there is.
pub const EVIDENCE_RULES_MAX: usize = 20;

/// Longest time limit: ten years. Nothing in public-sector security stays true for longer without a new look.
pub const MONTHS_MAX: u8 = 120;

/// Longest warning before an action is due: a year.
pub const AT_RISK_DAYS_MAX: u16 = 366;

/// Reads a scheme from its bytes and validates it against the framework whose requirements it judges.
///
/// # Errors
/// All problems of the file, each with its place and a remedy.
pub fn read_scheme(bytes: &[u8], framework: &Framework) -> Result<Scheme, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let draft = Draft::read(value, &mut problems);
    let scheme = draft.and_then(|draft| draft.validate(framework, &mut problems));
    problems.verdict(scheme)
}

/// The framework that a scheme's file names, so that it can be found before the scheme is read.
///
/// # Errors
/// The file is not JSON or names no framework.
pub fn framework_named(bytes: &[u8]) -> Result<FrameworkId, Problems> {
    let value = json::parse(bytes)?;
    let mut problems = Gathered::default();
    let id = Fields::of(value, "", &mut problems)
        .and_then(|mut fields| fields.need("framework", "name the framework, as in `psn-coco-1.32`", &mut problems));
    problems.verdict(id)
}

/// A scheme as its file gives it, with the places its lists stand at.
struct Draft {
    id: Option<SchemeId>,
    title: Option<Title>,
    framework: Option<FrameworkId>,
    source: Option<Note>,
    threshold: Option<Severity>,
    at_risk_days: Option<u16>,
    certificate_months: Option<u8>,
    gates: Vec<(String, Gate)>,
    evidence: EvidenceDrafts,
    particulars: Vec<(String, Particular)>,
    pack: Vec<(String, PackItem)>,
    listed: Listed,
}

/// How many items the file lists, readable or not.
struct Listed {
    gates: usize,
    particulars: usize,
    pack: usize,
}

const KIND: &str = "give one of the known kinds with its own fields and no others";

impl Draft {
    fn read(value: Value, problems: &mut Gathered) -> Option<Draft> {
        let mut fields = Fields::of(value, "", problems)?;
        let id = fields.need("id", "give the scheme's reference, as in `psn`", problems);
        let title = fields.need("title", "give the scheme's title in 1 to 200 characters", problems);
        let framework = fields.need("framework", "name the framework, as in `psn-coco-1.32`", problems);
        let source = fields.need("source", "say where the rules come from", problems);
        let threshold = fields.need("threshold", "give a severity, as in `high`", problems);
        let at_risk_days = fields.need("at_risk_days", "give a number of days, as in 14", problems);
        let certificate_months = fields.need("certificate_months", "give a number of months, as in 12", problems);
        let gates = fields.list("gates", problems);
        let evidence = evidence(&mut fields, problems);
        let particulars = fields.list("particulars", problems);
        let pack = fields.list("pack", problems);
        fields.refuse_rest(problems);
        let listed = Listed { gates: gates.len(), particulars: particulars.len(), pack: pack.len() };
        let gates = whole(gates, GATES_MAX, "rule", "give id, title, source and rule", problems);
        let particulars = whole(particulars, PARTICULARS_MAX, "", "give id and title", problems);
        let pack = whole(pack, GATES_MAX, "content", "give id, title and content", problems);
        Some(Draft {
            id,
            title,
            framework,
            source,
            threshold,
            at_risk_days,
            certificate_months,
            gates,
            evidence,
            particulars,
            pack,
            listed,
        })
    }
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

type EvidenceDrafts = Vec<(String, RequirementNumber, Vec<(String, EvidenceRule)>)>;

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
            let rule = read(rule, &place, "give `any_of`, and `months` if it goes out of date", problems);
            read_rules.extend(rule.map(|rule| (place, rule)));
        }
        evidence.push((place, number, read_rules));
    }
    evidence
}

impl Draft {
    fn validate(self, framework: &Framework, problems: &mut Gathered) -> Option<Scheme> {
        if let Some(named) = &self.framework
            && *named != framework.id
        {
            let what = format!("it names `{named}`, and is held against `{}`", framework.id);
            problems.add("/framework", what, "name that framework, or adopt the other one first");
        }
        if let Some(days) = self.at_risk_days
            && days > AT_RISK_DAYS_MAX
        {
            problems.add(
                "/at_risk_days",
                format!("it is {days}; at most {AT_RISK_DAYS_MAX}"),
                "give a shorter warning",
            );
        }
        check_months("/certificate_months", self.certificate_months, problems);
        self.check_gates(problems);
        self.check_evidence(framework, problems);
        self.check_particulars(problems);
        self.check_pack(problems);
        let evidence: BTreeMap<_, _> = self
            .evidence
            .into_iter()
            .map(|(_, number, rules)| (number, rules.into_iter().map(|(_, rule)| rule).collect()))
            .collect();
        Some(Scheme {
            id: self.id?,
            title: self.title?,
            framework: self.framework?,
            source: self.source?,
            threshold: self.threshold?,
            at_risk_days: self.at_risk_days?,
            certificate_months: self.certificate_months?,
            gates: self.gates.into_iter().map(|(_, gate)| gate).collect(),
            evidence,
            particulars: self.particulars.into_iter().map(|(_, particular)| particular).collect(),
            pack: self.pack.into_iter().map(|(_, item)| item).collect(),
        })
    }

    fn check_gates(&self, problems: &mut Gathered) {
        if self.listed.gates == 0 {
            problems.add("/gates", "there are no gates, so anything would pass", "give at least one gate");
        }
        check_ids(self.gates.iter().map(|(path, gate)| (path, gate.id.as_str())), lower, LOWER, problems);
        for (path, gate) in &self.gates {
            let rule = below(path, "rule");
            match &gate.rule {
                GateRule::Evidence { any_of, months } => {
                    check_kinds(&rule, any_of, problems);
                    check_months(&below(&rule, "months"), *months, problems);
                }
                GateRule::Signature { months } => check_months(&below(&rule, "months"), Some(*months), problems),
                GateRule::Particulars if self.listed.particulars == 0 => {
                    problems.add(&rule, "the scheme has no particulars to fill in", NO_PARTICULARS);
                }
                GateRule::Particulars | GateRule::FindingsClosed { .. } | GateRule::FindingsPlanned => {}
            }
            let judges_findings = matches!(gate.rule, GateRule::FindingsClosed { .. });
            if gate.plan_will_do && !judges_findings {
                let what = "a plan cannot stand for this rule: it judges no findings";
                problems.add(&below(path, "plan_will_do"), what, "take it out, or judge findings");
            }
        }
    }

    fn check_evidence(&self, framework: &Framework, problems: &mut Gathered) {
        let known: BTreeSet<_> = framework.requirements.iter().map(|requirement| &requirement.number).collect();
        for (path, number, rules) in &self.evidence {
            if !known.contains(number) {
                let what = format!("`{}` has no requirement `{number}`", framework.id);
                problems.add(path, what, "name a requirement of the framework");
            }
            if rules.is_empty() {
                problems.add(path, "there are no rules", "give a rule, or take the requirement out of the list");
            }
            for (path, rule) in rules {
                check_kinds(path, &rule.any_of, problems);
                check_months(&below(path, "months"), rule.months, problems);
            }
        }
    }

    fn check_particulars(&self, problems: &mut Gathered) {
        check_ids(self.particulars.iter().map(|(path, one)| (path, one.id.as_str())), lower, LOWER, problems);
    }

    fn check_pack(&self, problems: &mut Gathered) {
        if self.listed.pack == 0 {
            problems.add("/pack", "the pack is empty", "give at least one item");
        }
        check_ids(self.pack.iter().map(|(path, item)| (path, item.id.as_str())), mixed, MIXED, problems);
        for (path, item) in &self.pack {
            let content = below(path, "content");
            match &item.content {
                PackContent::Evidence { any_of } => check_kinds(&content, any_of, problems),
                PackContent::Particulars if self.listed.particulars == 0 => {
                    problems.add(&content, "the scheme has no particulars to fill in", NO_PARTICULARS);
                }
                PackContent::Particulars | PackContent::Signature | PackContent::Plan => {}
            }
        }
    }
}

const NO_PARTICULARS: &str = "list the form's fields in `particulars`";
const LOWER: &str = "use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit";
const MIXED: &str = "use 1 to 64 letters, digits and hyphens, starting with a letter or digit";

fn lower(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
}

fn mixed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-'
}

/// Ids are well formed, and none stands twice.
fn check_ids<'a>(
    ids: impl Iterator<Item = (&'a String, &'a str)>,
    allowed: fn(char) -> bool,
    rule: &str,
    problems: &mut Gathered,
) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (path, id) in ids {
        let path_of_id = below(path, "id");
        if id.is_empty() || id.len() > REFERENCE_CHARS_MAX || id.starts_with('-') || !id.chars().all(allowed) {
            problems.add(&path_of_id, format!("`{id}` is not well formed"), rule);
        } else if let Some(first) = seen.get(id) {
            problems.add(&path_of_id, format!("`{id}` stands already at {first}"), "give each an id of its own");
        } else {
            seen.insert(id, path);
        }
    }
}

/// Someone's word alone never shows anything, so a rule that lists nothing else could never be met.
fn check_kinds(path: &str, kinds: &BTreeSet<EvidenceKind>, problems: &mut Gathered) {
    let path = below(path, "any_of");
    if kinds.is_empty() {
        problems.add(&path, "no kind of evidence is listed", "list at least one kind");
    } else if kinds.iter().all(|kind| kind.strength() == Strength::Weak) {
        problems.add(&path, "someone's word alone never shows anything", "list a kind that is more than a statement");
    }
}

fn check_months(path: &str, months: Option<u8>, problems: &mut Gathered) {
    match months {
        Some(0) => problems.add(path, "it is 0 months", "give at least 1, or leave it out for no limit"),
        Some(months) if months > MONTHS_MAX => {
            problems.add(path, format!("it is {months} months; at most {MONTHS_MAX}"), "give a shorter time");
        }
        _ => {}
    }
}

//! Holds a draft against its framework: ids are unique, every rule can be met, every requirement it names exists. It must
//! never return a scheme that its problems do not allow.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::REFERENCE_CHARS_MAX;
use portreeve_model::standards::{Framework, Gate, GateRule, PackContent, Scheme, TimeLimit};
use portreeve_model::words::{EvidenceKind, Strength};

use super::draft::Draft;
use super::{AT_RISK_DAYS_MAX, DAYS_MAX, MONTHS_MAX};
use crate::json::below;
use crate::problem::Gathered;

impl Draft {
    pub(super) fn validate(self, framework: Option<&Framework>, problems: &mut Gathered) -> Option<Scheme> {
        self.check_framework(framework, problems);
        if let Some(days) = self.at_risk_days
            && days > AT_RISK_DAYS_MAX
        {
            problems.add(
                "/at_risk_days",
                format!("it is {days}; at most {AT_RISK_DAYS_MAX}"),
                "give a shorter warning",
            );
        }
        check_limit("/certificate", self.certificate, problems);
        super::grading::check(&self.grading, framework, problems);
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
            framework: self.framework,
            source: self.source?,
            threshold: self.threshold?,
            findings_of: self.findings_of,
            grading: self.grading,
            at_risk_days: self.at_risk_days?,
            certificate: self.certificate,
            gates: self.gates.into_iter().map(|(_, gate)| gate).collect(),
            evidence,
            particulars: self.particulars.into_iter().map(|(_, particular)| particular).collect(),
            pack: self.pack.into_iter().map(|(_, item)| item).collect(),
        })
    }

    fn check_framework(&self, framework: Option<&Framework>, problems: &mut Gathered) {
        match (&self.framework, framework) {
            (Some(named), Some(framework)) if *named != framework.id => {
                let what = format!("it names `{named}`, and is held against `{}`", framework.id);
                problems.add("/framework", what, "name that framework, or adopt the other one first");
            }
            (Some(named), None) => {
                problems.add("/framework", format!("`{named}` is not known here"), "adopt the framework first");
            }
            (None, _) => {
                let ready = |(_, gate): &&(String, Gate)| gate.rule == GateRule::RequirementsReady;
                if let Some((path, _)) = self.gates.iter().find(ready) {
                    let what = "the scheme names no framework, so it has no requirements";
                    problems.add(&below(path, "rule"), what, "name the framework, or judge findings");
                }
                if let Some((path, ..)) = self.evidence.first() {
                    let what = "the scheme names no framework, so it has no requirements";
                    problems.add(path, what, "name the framework, or take `evidence` out");
                }
            }
            (Some(_), Some(_)) => {}
        }
    }

    fn check_gates(&self, problems: &mut Gathered) {
        if self.listed.gates == 0 {
            problems.add("/gates", "there are no gates, so anything would pass", "give at least one gate");
        }
        check_ids(self.gates.iter().map(|(path, gate)| (path, gate.id.as_str())), lower, LOWER, problems);
        for (path, gate) in &self.gates {
            let rule = below(path, "rule");
            match &gate.rule {
                GateRule::Evidence { any_of, within } => {
                    check_kinds(&rule, any_of, problems);
                    check_limit(&below(&rule, "within"), *within, problems);
                }
                GateRule::Signature { within, by } => {
                    check_limit(&below(&rule, "within"), Some(*within), problems);
                    if by.is_empty() {
                        problems.add(&below(&rule, "by"), "nobody may sign", "list at least one role");
                    }
                }
                GateRule::FindingsClosedWithin { within, .. } => {
                    check_limit(&below(&rule, "within"), Some(*within), problems);
                }
                GateRule::Reported { any_of, within } => {
                    check_limit(&below(&rule, "within"), *within, problems);
                    if any_of.is_empty() {
                        let remedy = "list at least one kind of work, as in `audit`";
                        problems.add(&below(&rule, "any_of"), "no kind of work is listed", remedy);
                    }
                }
                GateRule::Particulars if self.listed.particulars == 0 => {
                    problems.add(&rule, "the scheme has no particulars to fill in", NO_PARTICULARS);
                }
                GateRule::Particulars
                | GateRule::RequirementsReady
                | GateRule::FindingsClosed { .. }
                | GateRule::FindingsPlanned
                | GateRule::ActionsOnTime => {}
            }
            let judges_findings = matches!(gate.rule, GateRule::FindingsClosed { .. });
            if gate.plan_will_do && !judges_findings {
                let what = "a plan cannot stand for this rule: it judges no findings";
                problems.add(&below(path, "plan_will_do"), what, "take it out, or judge findings");
            }
        }
    }

    fn check_evidence(&self, framework: Option<&Framework>, problems: &mut Gathered) {
        let Some(framework) = framework else { return };
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
                check_limit(&below(path, "within"), rule.within, problems);
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
                PackContent::Particulars | PackContent::Signature | PackContent::Plan | PackContent::Requirements => {}
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

fn check_limit(path: &str, limit: Option<TimeLimit>, problems: &mut Gathered) {
    match limit {
        Some(nothing) if nothing.is_nothing() => {
            problems.add(path, format!("it is {nothing}"), "give at least 1, or leave it out for no limit");
        }
        Some(TimeLimit::Months(months)) if months > MONTHS_MAX => {
            problems.add(path, format!("it is {months} months; at most {MONTHS_MAX}"), "give a shorter time");
        }
        Some(TimeLimit::Days(days)) if days > DAYS_MAX => {
            problems.add(path, format!("it is {days} days; at most {DAYS_MAX}"), "give a shorter time");
        }
        _ => {}
    }
}

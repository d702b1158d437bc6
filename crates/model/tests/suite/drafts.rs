//! Entries in the making. Each starts complete and plain, so that a test names only what it is about.

use portreeve_model::Event;
use serde_json::{Map, Value, json};

/// An event as JSON, the shape in which every ledger holds it.
#[derive(Clone, Debug)]
pub(crate) struct Draft(Map<String, Value>);

impl Draft {
    /// Sets or replaces a field.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Draft {
        self.0.insert(field.to_owned(), value.into());
        self
    }

    /// Names a finding and the hosts of it, for actions, changes and acceptances.
    pub(crate) fn on_hosts(mut self, field: &str, finding: &str, hosts: &[&str]) -> Draft {
        let held = self.0.entry(field).or_insert_with(|| json!({}));
        held[finding] = json!(hosts);
        self
    }

    /// Answers an indicator in another way than yes or no.
    pub(crate) fn with_answer(mut self, indicator: &str, how: &str, comment: &str) -> Draft {
        let held = self.0.entry("answers").or_insert_with(|| json!({}));
        held[indicator] = json!({ how: comment });
        self
    }

    pub(crate) fn value(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

impl From<Draft> for Event {
    fn from(draft: Draft) -> Event {
        let text = draft.value().to_string();
        serde_json::from_value(Value::Object(draft.0)).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

fn draft(kind: &str, fields: Value) -> Draft {
    let Value::Object(mut fields) = fields else { panic!("fields are an object") };
    fields.insert("kind".to_owned(), json!(kind));
    Draft(fields)
}

/// A reference written as in a framework file.
pub(crate) fn requirement(number: &str) -> String {
    format!("psn-coco-1.32:{number}")
}

pub(crate) fn opened() -> Draft {
    let fields = json!({
        "name": "Shared ICT service", "origin": "portreeve.example/shared-ict", "key": "ssh-ed25519 AAAA example",
        "roles": [], "title": "Register clerk",
    });
    draft("register-opened", fields)
}

pub(crate) fn organisation(id: &str, name: &str) -> Draft {
    draft("organisation-added", json!({ "id": id, "name": name }))
}

pub(crate) fn person(id: &str, roles: &[&str]) -> Draft {
    draft("person-added", json!({ "id": id, "title": id.replace('-', " "), "roles": roles }))
}

pub(crate) fn roles_changed(id: &str, roles: &[&str]) -> Draft {
    draft("roles-changed", json!({ "id": id, "roles": roles, "reason": "New duties" }))
}

pub(crate) fn left(id: &str, on: &str) -> Draft {
    draft("person-left", json!({ "id": id, "on": on }))
}

pub(crate) fn framework() -> Draft {
    let fields = json!({
        "id": "psn-coco-1.32", "title": "Code of Connection", "version": "1.32", "digest": "11".repeat(32),
        "requirements": ["R1", "R2", "R3", "R4", "R5", "R6"],
        "indicators": {
            "R4": ["R4.A.1", "R4.A.2", "R4.NA.1", "R4.PA.1"],
            "R5": ["R5.A.1", "R5.NA.1", "R5.NA.2"],
        },
    });
    draft("framework-adopted", fields)
}

pub(crate) fn scheme() -> Draft {
    let fields = json!({
        "id": "psn", "title": "PSN accreditation", "framework": "psn-coco-1.32", "digest": "22".repeat(32),
        "organisations": ["EHC", "SBC"],
    });
    draft("scheme-adopted", fields)
}

/// A reference in the second framework.
pub(crate) fn outcome(number: &str) -> String {
    format!("caf-3.2:{number}")
}

/// A second framework, which no scheme judges.
pub(crate) fn second_framework() -> Draft {
    let fields = json!({
        "id": "caf-3.2", "title": "Assessment Framework", "version": "3.2", "digest": "55".repeat(32),
        "requirements": ["O1", "O2", "O3"],
    });
    draft("framework-adopted", fields)
}

/// A mapping from the second framework to the first.
pub(crate) fn mapping() -> Draft {
    let fields = json!({
        "id": "caf-to-psn", "title": "From one to the other", "source": "caf-3.2", "target": "psn-coco-1.32",
        "date": "2018-09-01", "digest": "66".repeat(32),
        "pairs": { "O1": ["R1", "R2"], "O2": ["R3"], "O3": ["R5"] },
    });
    draft("mapping-adopted", fields)
}

pub(crate) fn carried(id: &str, from: &str, to: &str) -> Draft {
    let fields = json!({
        "id": id, "from": outcome(from), "to": requirement(to), "mapping": "caf-to-psn",
        "note": "The same firewalls",
    });
    draft("evidence-carried", fields)
}

pub(crate) fn judged(id: &str, requirement: &str, accepted: bool) -> Draft {
    let fields = json!({
        "id": id, "requirement": self::requirement(requirement), "accepted": accepted, "note": "Read it against the form",
    });
    draft("carry-judged", fields)
}

pub(crate) fn baseline() -> Draft {
    draft("baseline-set", json!({ "scheme": "psn", "note": "Agreed by the programme board" }))
}

pub(crate) fn particulars(fields: &[(&str, &str)]) -> Draft {
    let fields: Map<String, Value> = fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    draft("particulars-stated", json!({ "scheme": "psn", "organisation": "EHC", "fields": fields }))
}

pub(crate) fn signed(signatory: &str, on: &str) -> Draft {
    draft("commitment-signed", json!({ "scheme": "psn", "organisation": "EHC", "signatory": signatory, "on": on }))
}

pub(crate) fn source(id: &str) -> Draft {
    let fields = json!({
        "id": id, "title": "IT health check 2018", "source_kind": "it-health-check", "author": "An independent tester",
        "on": "2018-09-03", "organisations": ["EHC"],
    });
    draft("source-added", fields)
}

/// A finding of the story's source. Its place in the report is the number its reference ends with; it touches R1.
pub(crate) fn finding(id: &str, severity: &str) -> Draft {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    let fields = json!({
        "id": id, "source": "ITHC", "printed": id, "order": digits.parse::<u32>().expect("the reference has a number"),
        "title": "Unsupported operating system", "source_severity": severity, "severity": severity,
        "organisations": ["EHC"], "requirements": [requirement("R1")],
    });
    draft("finding-raised", fields)
}

pub(crate) fn hosts_added(id: &str, hosts: &[&str]) -> Draft {
    draft("hosts-added", json!({ "id": id, "hosts": hosts, "reason": "Seen on the estate as well" }))
}

pub(crate) fn corrected(id: &str) -> Draft {
    draft("finding-corrected", json!({ "id": id, "reason": "Misread at first" }))
}

pub(crate) fn retested(id: &str, on: &str, results: &[(&str, &str)], evidence: &str) -> Draft {
    let results: Map<String, Value> = results.iter().map(|(host, said)| ((*host).to_owned(), json!(said))).collect();
    draft("finding-retested", json!({ "id": id, "on": on, "results": results, "evidence": evidence }))
}

pub(crate) fn false_positive(id: &str) -> Draft {
    let fields = json!({ "id": id, "conclusion": { "as": "false-positive" }, "reason": "The banner was misread" });
    draft("conclusion-proposed", fields)
}

pub(crate) fn duplicate(id: &str, of: &str) -> Draft {
    let fields = json!({ "id": id, "conclusion": { "as": "duplicate", "of": of }, "reason": "Reported twice" });
    draft("conclusion-proposed", fields)
}

pub(crate) fn conclusion_checked(id: &str, accepted: bool) -> Draft {
    draft("conclusion-checked", json!({ "id": id, "accepted": accepted }))
}

/// An action of `owner`, due on the last day of 2018, that closes every host of the findings.
pub(crate) fn action(id: &str, closes: &[&str]) -> Draft {
    let closes: Map<String, Value> = closes.iter().map(|finding| ((*finding).to_owned(), json!([]))).collect();
    let fields = json!({
        "id": id, "title": "Renew it", "owner": "owner", "organisations": ["EHC"], "due": { "on": "2018-12-31" },
        "resources": "yes", "budget": "yes", "closes": closes,
    });
    draft("action-added", fields)
}

pub(crate) fn changed(id: &str) -> Draft {
    draft("action-changed", json!({ "id": id, "reason": "The plan was reviewed" }))
}

pub(crate) fn moved(id: &str, to: &str) -> Draft {
    draft("action-moved", json!({ "id": id, "to": to, "reason": "The supplier is late", "approved_by": "head" }))
}

pub(crate) fn claimed(id: &str, on: &str) -> Draft {
    draft("action-claimed", json!({ "id": id, "on": on }))
}

pub(crate) fn verified(id: &str) -> Draft {
    draft("action-verified", json!({ "id": id }))
}

pub(crate) fn reopened(id: &str) -> Draft {
    draft("action-reopened", json!({ "id": id, "reason": "It came back" }))
}

pub(crate) fn action_withdrawn(id: &str) -> Draft {
    draft("action-withdrawn", json!({ "id": id, "reason": "Overtaken by other work" }))
}

/// A configuration export for the actions, of the story's third day.
pub(crate) fn evidence(id: &str, actions: &[&str]) -> Draft {
    let fields = json!({
        "id": id, "title": "Configuration after the change", "evidence_kind": "configuration-export",
        "content": { "in": "files", "manifest": "33".repeat(32), "files": 1, "bytes": 2048 },
        "shows": "2018-09-05", "collected": "2018-09-05", "organisations": ["EHC"], "actions": actions,
        "marking": "official-sensitive",
    });
    draft("evidence-added", fields)
}

/// Someone's word, as content.
pub(crate) fn word() -> Value {
    json!({ "in": "said", "words": "All done, says the supplier" })
}

pub(crate) fn linked(id: &str) -> Draft {
    draft("evidence-linked", json!({ "id": id }))
}

pub(crate) fn checked(id: &str, accepted: bool) -> Draft {
    draft("evidence-checked", json!({ "id": id, "accepted": accepted }))
}

pub(crate) fn evidence_withdrawn(id: &str) -> Draft {
    draft("evidence-withdrawn", json!({ "id": id, "reason": "It shows another system" }))
}

pub(crate) fn decision(id: &str) -> Draft {
    let fields = json!({
        "id": id, "title": "How to link the data centres", "body": "Executive", "needed_by": "2018-12-18",
        "organisations": ["EHC"],
        "options": [{ "label": "A", "title": "Dark fibre" }, { "label": "B", "title": "Microwave" }],
    });
    draft("decision-raised", fields)
}

pub(crate) fn taken(id: &str, outcome: &str, on: &str) -> Draft {
    draft("decision-taken", json!({ "id": id, "outcome": outcome, "on": on, "minute": "Minute 214" }))
}

/// An acceptance by the senior information risk owner of every host of the findings.
pub(crate) fn accepted(id: &str, findings: &[&str], until: &str) -> Draft {
    let findings: Map<String, Value> = findings.iter().map(|finding| ((*finding).to_owned(), json!([]))).collect();
    let fields = json!({
        "id": id, "findings": findings, "accepted_by": "siro", "until": until, "reason": "Replaced in spring",
        "compensating_control": "Kept off the network",
    });
    draft("risk-accepted", fields)
}

pub(crate) fn acceptance_withdrawn(id: &str) -> Draft {
    draft("acceptance-withdrawn", json!({ "id": id, "reason": "The compensating control failed" }))
}

pub(crate) fn stated(number: &str) -> Draft {
    let fields = json!({
        "requirement": requirement(number), "organisations": ["EHC"], "statement": "Every change is approved first",
    });
    draft("requirement-stated", fields)
}

pub(crate) fn excluded(number: &str) -> Draft {
    let fields = json!({
        "requirement": requirement(number), "organisations": ["EHC"], "reason": "There is no wireless network",
    });
    draft("exclusion-proposed", fields)
}

pub(crate) fn exclusion_checked(number: &str, accepted: bool) -> Draft {
    let fields = json!({ "requirement": requirement(number), "organisations": ["EHC"], "accepted": accepted });
    draft("exclusion-checked", fields)
}

/// Answers to indicators, as `yes` or `no`.
pub(crate) fn answered(number: &str, answers: &[(&str, &str)]) -> Draft {
    let answers: Map<String, Value> = answers.iter().map(|(id, said)| ((*id).to_owned(), json!(said))).collect();
    let fields = json!({ "requirement": requirement(number), "organisations": ["EHC"], "answers": answers });
    draft("indicators-answered", fields)
}

pub(crate) fn answers_checked(number: &str, accepted: bool) -> Draft {
    let fields = json!({ "requirement": requirement(number), "organisations": ["EHC"], "accepted": accepted });
    draft("answers-checked", fields)
}

pub(crate) fn certificate(id: &str) -> Draft {
    let fields = json!({
        "id": id, "scheme": "psn", "organisations": ["EHC"], "issuer": "PSN team", "from": "2018-09-10",
        "until": "2019-09-09",
    });
    draft("certificate-issued", fields)
}

pub(crate) fn certificate_withdrawn(id: &str, on: &str) -> Draft {
    draft("certificate-withdrawn", json!({ "id": id, "on": on, "reason": "Conditions were not met" }))
}

pub(crate) fn pack(id: &str) -> Draft {
    let fields = json!({
        "id": id, "scheme": "psn", "organisations": ["EHC"], "on": "2018-12-18", "known": 12,
        "tag_manifest": "44".repeat(32),
    });
    draft("pack-built", fields)
}

/// A rule that keeps every kind of evidence for two years after the day it shows.
pub(crate) fn retention_set(id: &str) -> Draft {
    let fields = json!({
        "id": id, "keep": { "for": "years", "years": 2, "after": "shown" },
        "authority": "Retention schedule, line 14.2", "reason": "Two cycles of accreditation",
    });
    draft("retention-set", fields)
}

pub(crate) fn retention_checked(id: &str, accepted: bool) -> Draft {
    draft("retention-checked", json!({ "id": id, "accepted": accepted }))
}

pub(crate) fn undone(command: &str) -> Draft {
    draft("undone", json!({ "command": command, "reason": "Pressed by mistake" }))
}

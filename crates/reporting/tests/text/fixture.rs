//! A small register with something of everything, told entry by entry through the rule book.

use std::collections::BTreeMap;

use portreeve_catalogue::{Catalogue, Playbook};
use portreeve_model::readiness::{AsOf, Question, Readiness, readiness};
use portreeve_model::reference::{EvidenceId, PlaybookId};
use portreeve_model::standards::{Framework, Requirement, Scheme};
use portreeve_model::{Day, Digest, Entry, EntryNumber, Event, History, LogSize, Moment};
use portreeve_reporting::{FileLine, Layout, Subject};
use serde_json::{Value, json};

pub(crate) const TERMINAL: Layout = Layout { width: Some(100), unicode: true };
pub(crate) const PLAIN: Layout = Layout { width: Some(80), unicode: false };
pub(crate) const PIPE: Layout = Layout { width: None, unicode: true };

pub(crate) struct World {
    pub(crate) history: History,
    framework: Framework,
    scheme: Scheme,
    answers: Vec<Readiness>,
    pub(crate) as_of: AsOf,
    pub(crate) files: BTreeMap<EvidenceId, Vec<FileLine>>,
    pub(crate) playbooks: Option<BTreeMap<PlaybookId, Playbook>>,
}

impl World {
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            register: self.history.register(),
            framework: &self.framework,
            scheme: &self.scheme,
            answers: &self.answers,
            playbooks: self.playbooks.as_ref(),
            as_of: self.as_of,
        }
    }

    pub(crate) fn on(&self) -> Day {
        self.as_of.on
    }
}

pub(crate) fn world() -> World {
    world_of(entries())
}

/// The same register with more recorded in it, and with the built-in playbooks at hand.
pub(crate) fn world_with(more: Vec<(&'static str, &'static str, &'static str, Value)>) -> World {
    let mut all = entries();
    all.extend(more);
    World { playbooks: Some(Catalogue::bundled_playbooks().unwrap()), ..world_of(all) }
}

/// A register that has only begun.
pub(crate) fn young() -> World {
    world_of(beginning())
}

fn world_of(entries: Vec<(&str, &str, &str, Value)>) -> World {
    let mut history = History::new();
    for (at, (command, by, on, event)) in entries.into_iter().enumerate() {
        let event: Event = serde_json::from_value(event.clone()).unwrap_or_else(|error| panic!("{error}: {event}"));
        let at_nine: Moment = format!("{on}T09:00:00Z").parse().unwrap();
        let entry = Entry::new(command.parse().unwrap(), at_nine, by.parse().unwrap(), event);
        let number = EntryNumber::new(u64::try_from(at).unwrap());
        history.append(number, entry).unwrap_or_else(|error| panic!("{error}"));
    }
    let (framework, scheme) = (framework(), scheme());
    let as_of = AsOf {
        known: LogSize::new(u64::try_from(history.entries().len()).unwrap()),
        on: "2018-12-18".parse().unwrap(),
    };
    let answers = ["EHC", "SBC"].map(|organisation| {
        readiness(&Question {
            register: history.register(),
            framework: &framework,
            scheme: &scheme,
            organisation: &organisation.parse().unwrap(),
            as_of,
        })
    });
    World { history, framework, scheme, answers: answers.into(), as_of, files: files(), playbooks: None }
}

fn files() -> BTreeMap<EvidenceId, Vec<FileLine>> {
    let line = |name: &str, byte: &str| FileLine {
        name: name.to_owned(),
        digest: byte.repeat(32).parse::<Digest>().unwrap(),
        size: Some(2048),
    };
    let firewall = vec![line("firewall.cfg", "aa"), line("invoice\u{202E}fdp.exe\u{1b}[2J", "bb")];
    BTreeMap::from([("E-1".parse().unwrap(), firewall), ("E-2".parse().unwrap(), vec![line("scan.csv", "cc")])])
}

fn framework() -> Framework {
    let requirement = |number: &str, title: &str| Requirement {
        number: number.parse().unwrap(),
        title: title.parse().unwrap(),
        statement: "What the assessor asks for.".to_owned(),
        heading: None,
        indicators: Vec::new(),
        target: None,
        confidence: None,
        source: None,
    };
    Framework {
        id: "psn-coco-1.32".parse().unwrap(),
        title: "Code of Connection".parse().unwrap(),
        version: "1.32".parse().unwrap(),
        profile: None,
        requirements: vec![
            requirement("R1", "Boundary protection"),
            requirement("R2", "Supported software"),
            requirement("R3", "Wireless networks"),
            requirement("R4", "Incident response"),
        ],
    }
}

fn scheme() -> Scheme {
    let gate = |id: &str, title: &str, plan: bool, rule: Value| json!({ "id": id, "title": title, "source": "Written for these tests", "remedy": "Do it", "plan_will_do": plan, "rule": rule });
    serde_json::from_value(json!({
        "id": "psn", "title": "PSN accreditation", "framework": "psn-coco-1.32", "source": "Written for these tests",
        "threshold": "medium", "at_risk_days": 14, "certificate": { "months": 12 },
        "gates": [
            gate("report", "The health check report is under 12 months old", false,
                json!({ "kind": "evidence", "any_of": ["health-check-report"], "within": { "months": 12 } })),
            gate("form", "The form is complete", false, json!({ "kind": "particulars" })),
            gate("signature", "A senior officer has signed", false, json!({ "kind": "signature", "within": { "months": 6 }, "by": ["signatory"] })),
            gate("closed", "No high finding is open", true, json!({ "kind": "findings-closed", "at_or_above": "high" })),
            gate("planned", "Every open finding has a plan", false, json!({ "kind": "findings-planned" })),
        ],
        "evidence": { "R4": [{ "any_of": ["policy"], "within": { "months": 6 } }] },
        "particulars": [{ "id": "environment", "title": "Environment name" }, { "id": "users", "title": "Users" }],
        "pack": [],
    }))
    .unwrap()
}

fn beginning() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let start = "2018-09-03";
    let both = json!(["EHC", "SBC"]);
    let person = |id: &str, title: &str, role: &str| json!({ "kind": "person-added", "id": id, "title": title, "roles": [role] });
    vec![
        (
            "c0",
            "clerk",
            start,
            json!({ "kind": "register-opened", "name": "Shared ICT service", "origin": "portreeve.example/ict", "demonstration": true, "key": "ssh-ed25519 AAAA example", "roles": [], "title": "Register clerk" }),
        ),
        (
            "c0",
            "clerk",
            start,
            json!({ "kind": "organisation-added", "id": "EHC", "name": "East Herts District Council" }),
        ),
        (
            "c0",
            "clerk",
            start,
            json!({ "kind": "organisation-added", "id": "SBC", "name": "Stevenage Borough Council" }),
        ),
        ("c0", "clerk", start, person("officer", "Security officer", "security-officer")),
        ("c0", "clerk", start, person("owner", "Network officer", "action-owner")),
        ("c0", "clerk", start, person("checker", "Second checker", "checker")),
        ("c0", "clerk", start, person("head", "Head of ICT", "head-of-ict")),
        ("c0", "clerk", start, person("siro", "Senior information risk owner", "siro")),
        ("c0", "clerk", start, person("chief", "Chief executive", "signatory")),
        (
            "c1",
            "officer",
            start,
            json!({ "kind": "framework-adopted", "id": "psn-coco-1.32", "title": "Code of Connection", "version": "1.32", "digest": "11".repeat(32), "requirements": ["R1", "R2", "R3", "R4"] }),
        ),
        (
            "c1",
            "officer",
            start,
            json!({ "kind": "scheme-adopted", "id": "psn", "title": "PSN accreditation", "framework": "psn-coco-1.32", "digest": "22".repeat(32), "organisations": both, "target": "2018-12-31" }),
        ),
    ]
}

fn entries() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let mut all = beginning();
    all.extend(found());
    all.extend(worked());
    all.extend(settled());
    all
}

fn found() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let both = json!(["EHC", "SBC"]);
    let finding = |id: &str, order: u32, title: &str, severity: &str, requirement: &str, hosts: Value| json!({ "kind": "finding-raised", "id": id, "source": "ITHC-2018", "printed": format!("4.{order}"), "order": order, "title": title, "source_severity": severity, "severity": severity, "organisations": both, "hosts": hosts, "requirements": [format!("psn-coco-1.32:{requirement}")], "provenance": "Health check report, page 12" });
    vec![
        (
            "c2",
            "officer",
            "2018-09-03",
            json!({ "kind": "source-added", "id": "ITHC-2018", "title": "IT health check 2018", "source_kind": "it-health-check", "author": "An independent tester", "on": "2018-08-30", "organisations": both, "findings_reported": 4 }),
        ),
        (
            "c3",
            "officer",
            "2018-09-03",
            finding("ITHC-001", 1, "Unsupported firewalls", "high", "R1", json!(["fw-1", "fw-2", "fw-3", "fw-4"])),
        ),
        (
            "c4",
            "officer",
            "2018-09-03",
            finding(
                "ITHC-002",
                2,
                "=HYPERLINK(\"http://example.invalid\",\"Weak ciphers\")",
                "medium",
                "R2",
                json!(["web-1"]),
            ),
        ),
        ("c5", "officer", "2018-09-03", finding("ITHC-003", 3, "Default password", "high", "R2", json!([]))),
        (
            "c6",
            "officer",
            "2018-09-04",
            json!({ "kind": "decision-raised", "id": "D-01", "title": "Which firewalls to buy", "body": "Executive", "needed_by": "2018-12-11", "organisations": both, "recommended": "A",
            "options": [{ "label": "A", "title": "Replace both pairs", "costs": [{ "item": "Firewalls", "capital": 8000000, "yearly": 500000 }] }, { "label": "B", "title": "Replace one pair", "costs": [{ "item": "Firewalls", "capital": 4000000 }] }] }),
        ),
    ]
}

fn worked() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let both = json!(["EHC", "SBC"]);
    let action = |id: &str, title: &str, due: &str, closes: Value, after: Value| json!({ "kind": "action-added", "id": id, "title": title, "owner": "owner", "organisations": both, "due": { "on": due }, "resources": "yes", "budget": "yes", "closes": closes, "after_decisions": after, "costs": [{ "item": "Work", "capital": 120000 }] });
    let evidence = |id: &str, title: &str, kind: &str, content: Value, links: Value| {
        let mut event = json!({ "kind": "evidence-added", "id": id, "title": title, "evidence_kind": kind, "content": content, "shows": "2018-10-01", "collected": "2018-10-01", "organisations": both, "marking": "official-sensitive" });
        for (field, value) in links.as_object().unwrap() {
            event[field] = value.clone();
        }
        event
    };
    let files = |count: u64| json!({ "in": "files", "manifest": "33".repeat(32), "files": count, "bytes": 4096 });
    vec![
        (
            "c7",
            "officer",
            "2018-09-10",
            action(
                "RAP-1",
                "Replace the perimeter firewalls",
                "2018-11-30",
                json!({ "ITHC-001": [] }),
                json!(["D-01"]),
            ),
        ),
        (
            "c8",
            "officer",
            "2018-09-10",
            action("RAP-2", "Change every default password", "2018-10-31", json!({ "ITHC-003": [] }), json!([])),
        ),
        (
            "c9",
            "officer",
            "2018-09-21",
            json!({ "kind": "baseline-set", "scheme": "psn", "note": "Agreed by the programme board" }),
        ),
        (
            "c10",
            "officer",
            "2018-10-01",
            action("RAP-3", "Write the incident plan", "2018-12-28", json!({}), json!([])),
        ),
        (
            "c11",
            "owner",
            "2018-10-02",
            evidence(
                "E-1",
                "Configuration after the change",
                "configuration-export",
                files(2),
                json!({ "actions": ["RAP-2"], "requirements": ["psn-coco-1.32:R2"] }),
            ),
        ),
        (
            "c12",
            "owner",
            "2018-10-02",
            evidence(
                "E-2",
                "Scan of the perimeter",
                "compliance-report",
                files(1),
                json!({ "actions": ["RAP-1"], "requirements": ["psn-coco-1.32:R1"] }),
            ),
        ),
        (
            "c13",
            "owner",
            "2018-10-02",
            evidence(
                "E-3",
                "The supplier says so",
                "policy",
                json!({ "in": "said", "words": "All done.\nHonestly." }),
                json!({ "requirements": ["psn-coco-1.32:R4"] }),
            ),
        ),
        (
            "c14",
            "owner",
            "2018-10-02",
            evidence(
                "E-4",
                "Health check report",
                "health-check-report",
                json!({ "in": "reference", "locator": "Registry box 12" }),
                json!({}),
            ),
        ),
        (
            "c15",
            "checker",
            "2018-10-03",
            json!({ "kind": "evidence-checked", "id": "E-1", "accepted": true, "note": "Seen on screen" }),
        ),
        ("c16", "checker", "2018-10-03", json!({ "kind": "evidence-checked", "id": "E-3", "accepted": true })),
        ("c17", "checker", "2018-10-03", json!({ "kind": "evidence-checked", "id": "E-4", "accepted": true })),
        (
            "c18",
            "owner",
            "2018-10-04",
            json!({ "kind": "action-claimed", "id": "RAP-2", "on": "2018-10-04", "note": "All changed" }),
        ),
        ("c19", "checker", "2018-10-05", json!({ "kind": "action-verified", "id": "RAP-2" })),
        (
            "c20",
            "officer",
            "2018-11-20",
            json!({ "kind": "action-moved", "id": "RAP-1", "to": "2019-01-11", "reason": "The supplier is late", "approved_by": "head" }),
        ),
    ]
}

fn settled() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let both = json!(["EHC", "SBC"]);
    let of = |number: &str| format!("psn-coco-1.32:{number}");
    vec![
        (
            "c21",
            "siro",
            "2018-11-21",
            json!({ "kind": "risk-accepted", "id": "RA-01", "findings": { "ITHC-002": [] }, "accepted_by": "siro", "until": "2019-03-31", "reason": "Replaced in spring", "compensating_control": "Kept off the network" }),
        ),
        (
            "c22",
            "officer",
            "2018-11-22",
            json!({ "kind": "requirement-stated", "requirement": of("R1"), "organisations": both, "statement": "Two firewalls guard the boundary" }),
        ),
        (
            "c23",
            "officer",
            "2018-11-22",
            json!({ "kind": "requirement-stated", "requirement": of("R2"), "organisations": both, "statement": "Software is supported by its maker." }),
        ),
        (
            "c24",
            "officer",
            "2018-11-22",
            json!({ "kind": "exclusion-proposed", "requirement": of("R3"), "organisations": both, "reason": "There is no wireless network" }),
        ),
        (
            "c25",
            "checker",
            "2018-11-23",
            json!({ "kind": "exclusion-checked", "requirement": of("R3"), "organisations": both, "accepted": true }),
        ),
        (
            "c26",
            "officer",
            "2018-11-24",
            json!({ "kind": "requirement-stated", "requirement": of("R4"), "organisations": both, "statement": "There is a plan" }),
        ),
        (
            "c27",
            "officer",
            "2018-11-24",
            json!({ "kind": "particulars-stated", "scheme": "psn", "organisation": "EHC", "fields": { "environment": "@Shared", "users": "420, about \"half\" remote" } }),
        ),
        (
            "c28",
            "chief",
            "2018-12-01",
            json!({ "kind": "commitment-signed", "scheme": "psn", "organisation": "EHC", "signatory": "chief", "on": "2018-12-01" }),
        ),
        (
            "c29",
            "officer",
            "2018-12-02",
            json!({ "kind": "action-changed", "id": "RAP-3", "title": "Write a wrong plan", "reason": "Slip" }),
        ),
        ("c30", "officer", "2018-12-02", json!({ "kind": "undone", "command": "c29", "reason": "Pressed by mistake" })),
        (
            "c31",
            "officer",
            "2018-12-03",
            json!({ "kind": "certificate-issued", "id": "CERT-2017", "scheme": "psn", "organisations": both, "issuer": "PSN team", "from": "2017-11-01", "until": "2018-10-31" }),
        ),
        (
            "c32",
            "officer",
            "2018-12-04",
            json!({ "kind": "pack-built", "id": "P-2018-12", "scheme": "psn", "organisations": both, "on": "2018-12-04", "known": 40, "tag_manifest": "44".repeat(32) }),
        ),
    ]
}

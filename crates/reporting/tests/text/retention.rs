//! What may be disposed of and what is kept, on a terminal and for machines.

use portreeve_model::readiness::{AsOf, Readiness};
use portreeve_model::retention::retention;
use portreeve_reporting::lists;
use portreeve_reporting::retention::{RetentionReport, json, text};
use serde_json::json as value;

use super::fixture::{TERMINAL, world_with};

#[test]
fn what_may_go_is_told_with_its_rule_and_command_and_what_stays_with_its_reasons() {
    let old = value!({
        "kind": "evidence-added", "id": "E-8", "title": "Earlier scan \"with quotes\"; rm -rf", "evidence_kind": "compliance-report",
        "content": { "in": "files", "manifest": "44".repeat(32), "files": 1, "bytes": 10 },
        "shows": "2018-09-10", "collected": "2018-10-01", "organisations": ["EHC"], "marking": "official",
    });
    let rule = value!({
        "kind": "retention-set", "id": "reports", "kinds": ["compliance-report"], "markings": ["official", "official-sensitive"],
        "keep": { "for": "years", "years": 2, "after": "shown" }, "authority": "Schedule, line 14.2", "reason": "Two cycles",
    });
    let ever = value!({
        "kind": "retention-set", "id": "exports", "kinds": ["configuration-export"], "keep": { "for": "ever" },
        "authority": "Archive agreement", "reason": "History",
    });
    let agreed = value!({ "kind": "retention-checked", "id": "reports", "accepted": true });
    let world = world_with(vec![
        ("c80", "owner", "2018-12-17", old),
        ("c81", "siro", "2018-12-17", rule),
        ("c82", "checker", "2018-12-17", agreed),
        ("c83", "siro", "2018-12-17", ever),
    ]);
    let subject = world.subject();
    let as_of = AsOf { on: "2021-01-01".parse().unwrap(), ..world.as_of };
    let answers: Vec<&Readiness> = subject.answers.iter().collect();
    let items = retention(subject.register, &answers, as_of.on);
    let report = RetentionReport { register: subject.register, as_of, items: &items };
    insta::assert_snapshot!("retention", text(&report, TERMINAL));
    insta::assert_json_snapshot!("retention_json", json(&report));
    insta::assert_snapshot!("retention_rules", lists::retention(subject.register, as_of.on).text(TERMINAL));
}

//! Every kind of entry has an example here, told in full, and the golden file holds each as it is written.

use std::collections::BTreeSet;

use portreeve_model::{Entry, EntryNumber, Event, History};
use serde_json::json;

use super::drafts::*;
use super::golden::{blessed, lines};
use super::story::{PEOPLE, Story};

/// A story in which every kind of entry happens, with every field that an entry may leave out.
pub(crate) fn every_kind() -> Story {
    let mut story = Story::bare();
    let day_one = "2018-09-03";
    let given = json!(["checker"]);
    story.record("clerk", day_one, opened().with("demonstration", true).with("roles", given));
    story.record("clerk", day_one, organisation("EHC", "East Herts District Council"));
    story.record("clerk", day_one, organisation("SBC", "Stevenage Borough Council"));
    for (id, role) in &PEOPLE[1..] {
        story.record("clerk", day_one, person(id, &[role]));
    }
    story.record("clerk", day_one, roles_changed("member", &["board-member", "section-151-officer"]));
    let original = json!({ "format": "webcaf", "file": "framework v1.32.yaml", "digest": "aa".repeat(32) });
    story.record("officer", day_one, framework().with("original", original));
    story.record("officer", day_one, scheme().with("target", "2019-05-31"));
    story.record("officer", day_one, source("ITHC").with("findings_reported", 3).with("provenance", "Report, page 4"));
    let raised = finding("F-1", "medium")
        .with("source_severity", "7.4 (serious)")
        .with("cvss", "7.4")
        .with("cvss_vector", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L")
        .with("severity_reason", "Reached only from the management network")
        .with("hosts", json!(["h1", "h2"]))
        .with("description", "Updates are no longer published.\nThe service listens on every interface.")
        .with("recommendation", "Replace the system")
        .with("provenance", "Report, page 17");
    story.record("officer", "2018-09-04", raised);
    story.record("officer", "2018-09-04", finding("F-2", "low"));
    story.record("officer", "2018-09-04", finding("F-3", "low").with("requirements", json!([])));
    story.record("officer", "2018-09-04", hosts_added("F-1", &["h3"]));
    let correction = corrected("F-1").with("title", "Unsupported server systems").with("severity", "high");
    story.record(
        "officer",
        "2018-09-04",
        correction.with("requirements", json!([requirement("R1"), requirement("R2")])),
    );
    story.record("officer", "2018-09-04", duplicate("F-3", "F-2"));
    story.record("checker", "2018-09-04", conclusion_checked("F-3", true).with("note", "The same line twice"));
    let costs = json!([{ "item": "Microwave link", "capital": 8_000_000, "yearly": 1_500_000, "organisation": "EHC" }]);
    let option =
        json!([{ "label": "A", "title": "Dark fibre" }, { "label": "B", "title": "Microwave", "costs": costs }]);
    let question = decision("D-1").with("options", option).with("recommended", "B").with("provenance", "Paper 7");
    story.record("treasurer", "2018-09-05", question);
    story.record("officer", "2018-09-05", action("A-1", &["F-1"]));
    let planned = action("A-2", &[])
        .on_hosts("closes", "F-1", &["h1", "h2"])
        .with("after_actions", json!(["A-1"]))
        .with("after_decisions", json!(["D-1"]))
        .with("costs", costs)
        .with("requirements", json!([requirement("R3")]))
        .with("playbook", "server-replacement")
        .with("provenance", "Plan of 5 September");
    story.record("officer", "2018-09-05", planned);
    story.record("officer", "2018-09-05", action("A-3", &["F-2"]).with("due", json!({ "no-date": "No supplier yet" })));
    story.record("officer", "2018-09-05", baseline());
    story.record("treasurer", "2018-09-06", taken("D-1", "B", "2018-09-06"));
    let change = changed("A-2").with("title", "Replace both servers").with("owner", "tester").with("costs", json!([]));
    let change = change.with("resources", "unknown").with("budget", "no").with("after_actions", json!([]));
    let change = change.with("after_decisions", json!([])).on_hosts("also_closes", "F-1", &["h3"]);
    story.record("officer", "2018-09-06", change);
    story.record("owner", "2018-09-06", moved("A-1", "2019-01-31").with("minute", "Minute 12"));
    story.record("officer", "2018-09-06", action_withdrawn("A-3"));
    let files = evidence("E-1", &["A-1"]).with("provenance", "Exported by the firewall console");
    story.record(
        "owner",
        "2018-09-07",
        files.with("findings", json!(["F-1"])).with("requirements", json!([requirement("R1")])),
    );
    let reference = json!({ "in": "reference", "locator": "CHG-1042" });
    let scan = evidence("E-2", &[]).with("evidence_kind", "retest-result").with("content", reference);
    story.record("tester", "2018-09-07", scan);
    story.record(
        "owner",
        "2018-09-07",
        evidence("E-3", &["A-1"]).with("evidence_kind", "statement").with("content", word()),
    );
    let more = linked("E-1").with("actions", json!(["A-2"])).with("findings", json!(["F-2"]));
    story.record("owner", "2018-09-08", more.with("requirements", json!([requirement("R2")])));
    story.record("checker", "2018-09-08", checked("E-1", true).with("note", "The export names every rule"));
    story.record("owner", "2018-09-08", evidence_withdrawn("E-3").with("erased", true));
    story.record("owner", "2018-09-09", claimed("A-1", "2018-09-08").with("note", "Renewed over the weekend"));
    story.record("checker", "2018-09-10", verified("A-1").with("note", "Seen in the export"));
    let results = [("h1", "fixed"), ("h2", "still-there"), ("h3", "could-not-tell")];
    story.record("tester", "2018-09-11", retested("F-1", "2018-09-11", &results, "E-2"));
    story.record("tester", "2018-09-11", reopened("A-1"));
    story.record("officer", "2018-09-12", accepted("RA-1", &["F-2"], "2018-12-31").with("minute", "Minute 31"));
    story.record("siro", "2018-09-12", accepted("RA-2", &[], "2018-10-31").on_hosts("findings", "F-1", &["h2"]));
    story.record("siro", "2018-09-13", acceptance_withdrawn("RA-1"));
    story.record("officer", "2018-09-13", stated("R1"));
    story.record("officer", "2018-09-13", excluded("R6"));
    story.record("auditor", "2018-09-14", exclusion_checked("R6", true).with("note", "Walked the building"));
    let said = [("R4.A.1", "yes"), ("R4.A.2", "no"), ("R4.NA.1", "no")];
    story.record(
        "officer",
        "2018-09-14",
        answered("R4", &said).with_answer("R4.PA.1", "alternative", "A safe does it"),
    );
    story.record("auditor", "2018-09-14", answers_checked("R4", true).with("note", "Read the log"));
    story.record("officer", "2018-09-14", particulars(&[("environment", "Shared"), ("users", "1,100")]));
    story.record("officer", "2018-09-14", signed("chief", "2018-09-14").with("form", "E-1"));
    story.record("officer", "2018-09-17", pack("P-1"));
    story.record("officer", "2018-09-24", certificate("CERT-1").with("provenance", "Letter of 24 September"));
    story.record("officer", "2018-10-01", certificate_withdrawn("CERT-1", "2018-10-01"));
    let mistaken = story.record("officer", "2018-10-02", decision("D-2"));
    story.record("officer", "2018-10-02", undone(&mistaken));
    story.record("clerk", "2018-10-03", left("member", "2018-10-02"));
    story.record("officer", "2018-10-04", second_framework());
    story.record("officer", "2018-10-04", mapping());
    let export = evidence("E-4", &[]).with("requirements", json!([outcome("O3")]));
    story.record("owner", "2018-10-04", export);
    story.record("checker", "2018-10-04", checked("E-4", true));
    story.record("officer", "2018-10-05", carried("E-4", "O3", "R5"));
    story.record("auditor", "2018-10-05", judged("E-4", "R5", true));
    let rule = retention_set("diagrams").with("kinds", json!(["network-diagram", "policy"]));
    story.record("siro", "2018-10-08", rule.with("markings", json!(["official-sensitive"])));
    story.record("checker", "2018-10-09", retention_checked("diagrams", true).with("note", "Read in the schedule"));
    story.record("siro", "2018-10-10", retention_set("minutes").with("keep", json!({ "for": "ever" })));
    story
}

#[test]
fn every_kind_of_entry_has_an_example_written_in_the_golden_file() {
    let story = every_kind();
    let told: BTreeSet<&str> = story.history.entries().iter().map(|(_, entry)| entry.event.kind()).collect();
    let missing: Vec<&&str> = Event::KINDS.iter().filter(|kind| !told.contains(**kind)).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
    let written: String =
        story.history.entries().iter().map(|(_, entry)| String::from_utf8(entry.encode()).unwrap() + "\n").collect();
    assert_eq!(written, blessed("kinds.jsonl", &written));
}

#[test]
fn every_example_reads_back_to_the_bytes_it_was_and_applies() {
    let mut history = History::new();
    for (at, line) in (0..).zip(lines("kinds.jsonl")) {
        let entry = Entry::decode(line.as_bytes()).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(String::from_utf8(entry.encode()).unwrap(), line);
        history.append(EntryNumber::new(at), entry).unwrap();
    }
    assert_eq!(history.register(), every_kind().register());
}

#[test]
fn an_entry_of_a_kind_or_with_a_field_nobody_knows_is_refused() {
    for line in lines("kinds.jsonl") {
        let newer = line.replacen(r#""kind":""#, r#""kind":"future-"#, 1);
        assert!(Entry::decode(newer.as_bytes()).unwrap_err().to_string().contains("newer version"), "{newer}");
        let stranger = line.replacen(r#""kind":""#, r#""mood":"good","kind":""#, 1);
        assert!(Entry::decode(stranger.as_bytes()).is_err(), "{stranger}");
    }
}

#[test]
fn names_of_kinds_are_told_apart_and_plain() {
    let names: BTreeSet<&&str> = Event::KINDS.iter().collect();
    assert_eq!(names.len(), Event::KINDS.len());
    for name in Event::KINDS {
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
    }
}

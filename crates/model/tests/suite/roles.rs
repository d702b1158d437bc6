//! Who may write what. One table holds the whole of it; rights that come from owning or having added something follow.

use std::collections::BTreeSet;

use portreeve_model::{Event, Refusal};
use serde_json::json;

use super::drafts::*;
use super::story::{PEOPLE, START, Story, refuses};

const ON: &str = "2018-10-01";
const PLANS: &[&str] = &["officer", "head"];
const RAISES: &[&str] = &["officer", "head", "auditor", "tester"];
const ANSWERS: &[&str] = &["officer", "head", "owner"];
const CHECKS: &[&str] = &["officer", "head", "auditor", "tester", "checker"];
const ADDS: &[&str] = &["officer", "owner", "checker", "head", "siro", "treasurer", "auditor", "tester"];
const MONEY: &[&str] = &["officer", "head", "treasurer"];

/// A register in which everything waits for the next step, set up by people outside the table.
fn ripe() -> Story {
    let mut story = Story::new();
    for (id, role) in [
        ("planner", "security-officer"),
        ("worker", "action-owner"),
        ("second-siro", "siro"),
        ("second-chief", "signatory"),
        ("second-checker", "checker"),
    ] {
        story.record("clerk", START, person(id, &[role]));
    }
    story.record("planner", START, finding("F-1", "high").with("hosts", json!(["h1"])));
    story.record("planner", START, finding("F-2", "high"));
    for id in ["A-1", "A-2"] {
        story.record("planner", START, action(id, &["F-1"]).with("owner", "worker"));
    }
    story.record("worker", "2018-09-05", evidence("E-1", &["A-1"]));
    story.record("worker", "2018-09-05", evidence("E-2", &["A-1"]));
    story.record("second-checker", "2018-09-06", checked("E-1", true));
    story.record("worker", "2018-09-07", claimed("A-1", "2018-09-07"));
    story.record("planner", "2018-09-08", false_positive("F-2"));
    story.record("planner", "2018-09-08", decision("D-1"));
    story.record(
        "second-siro",
        "2018-09-08",
        accepted("RA-1", &["F-1"], "2018-12-31").with("accepted_by", "second-siro"),
    );
    story.record("planner", "2018-09-08", excluded("R3"));
    story.record("planner", "2018-09-08", answered("R4", &[("R4.A.1", "yes")]));
    story.record("planner", "2018-09-10", certificate("CERT-1"));
    story.record("planner", "2018-09-10", retention_set("schedule"));
    story.record("planner", "2018-09-10", second_framework());
    story.record("planner", "2018-09-10", mapping());
    story.record("worker", "2018-09-10", evidence("E-4", &[]).with("requirements", json!([outcome("O1")])));
    story.record("second-checker", "2018-09-10", checked("E-4", true));
    story.record("worker", "2018-09-10", carried("E-4", "O1", "R1"));
    story
}

/// One entry of each kind that a role decides about, and the people of the cast who may write it.
fn table() -> Vec<(Draft, &'static [&'static str])> {
    vec![
        (organisation("NHDC", "North Herts District Council"), &["clerk"]),
        (person("newcomer", &["checker"]), &["clerk"]),
        (roles_changed("worker", &["checker"]), &["clerk"]),
        (left("worker", ON), &["clerk"]),
        (framework().with("id", "caf-4.0"), PLANS),
        (scheme(), PLANS),
        (mapping().with("digest", "77".repeat(32)), PLANS),
        (baseline(), PLANS),
        (particulars(&[("environment", "Shared")]), PLANS),
        (signed("second-chief", ON).with("form", "E-1"), PLANS),
        (source("AUDIT"), RAISES),
        (finding("F-3", "low"), RAISES),
        (hosts_added("F-1", &["h2"]), RAISES),
        (corrected("F-1").with("title", "Old operating system"), RAISES),
        (retested("F-1", ON, &[("h1", "fixed")], "E-1"), RAISES),
        (false_positive("F-1"), RAISES),
        (conclusion_checked("F-2", true), CHECKS),
        (action("A-3", &["F-1"]), &["officer", "head", "auditor"]),
        (changed("A-2").with("budget", "no"), &["officer", "head", "owner", "treasurer"]),
        (moved("A-2", "2019-01-31"), &["officer", "head", "owner", "treasurer"]),
        (claimed("A-2", ON), &["officer"]),
        (verified("A-1"), CHECKS),
        (reopened("A-1"), CHECKS),
        (action_withdrawn("A-2"), &["officer", "head", "auditor"]),
        (evidence("E-3", &[]), ADDS),
        (linked("E-1").with("actions", json!(["A-2"])), ADDS),
        (checked("E-2", true), CHECKS),
        (evidence_withdrawn("E-1"), PLANS),
        (carried("E-4", "O1", "R2"), ADDS),
        (judged("E-4", "R1", true), CHECKS),
        (decision("D-2"), MONEY),
        (taken("D-1", "A", ON), MONEY),
        (accepted("RA-2", &["F-1"], "2019-03-31").with("accepted_by", "second-siro").with("minute", "Minute 9"), MONEY),
        (acceptance_withdrawn("RA-1"), MONEY),
        (stated("R1"), PLANS),
        (excluded("R4"), PLANS),
        (exclusion_checked("R3", true), CHECKS),
        (answered("R5", &[("R5.A.1", "yes")]), ANSWERS),
        (answers_checked("R4", true), CHECKS),
        (certificate("CERT-2"), PLANS),
        (certificate_withdrawn("CERT-1", ON), PLANS),
        (pack("P-1"), PLANS),
        (retention_set("another"), &["officer", "head", "siro"]),
        (retention_checked("schedule", true), CHECKS),
    ]
}

#[test]
fn each_role_may_write_what_the_table_says_and_nothing_else() {
    let mut story = ripe();
    for (draft, may) in table() {
        for (who, role) in PEOPLE {
            let event = Event::from(draft.clone());
            if may.contains(who) {
                assert_eq!(story.check(who, ON, &event), Ok(()), "{role} may write {}", event.kind());
            } else {
                let kind = event.kind();
                let refusal = story.refuse(who, ON, event);
                assert!(matches!(refusal, Refusal::NotAllowed { .. }), "{role} may not write {kind}: {refusal:?}");
            }
        }
    }
}

#[test]
fn the_table_leaves_out_only_the_kinds_that_no_role_decides_about() {
    let listed: BTreeSet<&str> = table().into_iter().map(|(draft, _)| Event::from(draft).kind()).collect();
    let left_out: Vec<&&str> = Event::KINDS.iter().filter(|kind| !listed.contains(**kind)).collect();
    assert_eq!(left_out, [&"register-opened", &"undone"]);
}

#[test]
fn an_administrator_writes_people_and_no_content_and_readers_write_nothing() {
    for (draft, may) in table() {
        let kind = Event::from(draft).kind();
        let of_people = ["organisation-added", "person-added", "roles-changed", "person-left"].contains(&kind);
        assert_eq!(may.contains(&"clerk"), of_people, "{kind}");
        assert!(!may.contains(&"assessor") && !may.contains(&"member"), "{kind}");
    }
}

#[test]
fn a_stranger_writes_nothing() {
    let mut story = ripe();
    for (draft, _) in table() {
        refuses!(story, "nobody", ON, draft, Refusal::Unknown { noun: "person", .. });
    }
}

#[test]
fn what_a_role_gave_goes_with_the_role() {
    let mut story = ripe();
    story.record("clerk", ON, roles_changed("officer", &["board-member"]));
    refuses!(story, "officer", ON, decision("D-2"), Refusal::NotAllowed { .. });
    story.record("clerk", ON, roles_changed("officer", &["section-151-officer"]));
    story.record("officer", ON, decision("D-2"));
}

#[test]
fn an_owner_claims_their_own_action_but_not_once_they_only_read() {
    let mut story = ripe();
    let mut now_a_member = story.clone();
    story.record("worker", ON, claimed("A-2", ON));
    now_a_member.record("clerk", ON, roles_changed("worker", &["board-member"]));
    refuses!(now_a_member, "worker", ON, claimed("A-2", ON), Refusal::NotAllowed { .. });
    now_a_member.record("clerk", ON, roles_changed("worker", &["administrator"]));
    refuses!(now_a_member, "worker", ON, claimed("A-2", ON), Refusal::NotAllowed { .. });
}

#[test]
fn an_owner_opens_their_own_action_again_but_not_once_they_only_read() {
    let mut story = ripe();
    let mut now_a_member = story.clone();
    story.record("worker", ON, reopened("A-1"));
    now_a_member.record("clerk", ON, roles_changed("worker", &["assessor"]));
    refuses!(now_a_member, "worker", ON, reopened("A-1"), Refusal::NotAllowed { .. });
}

#[test]
fn an_adder_takes_their_own_evidence_back_but_not_once_they_only_read() {
    let mut story = ripe();
    let mut now_a_member = story.clone();
    story.record("worker", ON, evidence_withdrawn("E-1"));
    now_a_member.record("clerk", ON, roles_changed("worker", &["board-member"]));
    refuses!(now_a_member, "worker", ON, evidence_withdrawn("E-1"), Refusal::NotAllowed { .. });
}

#[test]
fn an_acceptor_ends_their_own_acceptance_but_not_once_they_only_read() {
    let mut story = ripe();
    let mut now_a_member = story.clone();
    story.record("second-siro", ON, acceptance_withdrawn("RA-1"));
    now_a_member.record("clerk", ON, roles_changed("second-siro", &["board-member"]));
    refuses!(now_a_member, "second-siro", ON, acceptance_withdrawn("RA-1"), Refusal::NotAllowed { .. });
}

#[test]
fn an_undo_is_writing_too() {
    let mut story = ripe();
    let command = story.record("worker", ON, evidence("E-3", &[]));
    story.record("clerk", ON, roles_changed("worker", &["board-member"]));
    refuses!(story, "worker", ON, undone(&command), Refusal::NotAllowed { .. });
    story.record("clerk", ON, roles_changed("worker", &["action-owner"]));
    story.record("worker", ON, undone(&command));
}

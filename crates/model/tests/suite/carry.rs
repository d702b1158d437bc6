//! Evidence carried to another framework: who may, along what, and that only a second person's judgement makes it count.

use portreeve_model::Refusal;
use portreeve_model::readiness::{Blocker, Ground, Remedy, RequirementAnswer, Shortfall};
use serde_json::json;

use super::drafts::*;
use super::story::{START, Story, refuses};

const ON: &str = "2018-10-01";

/// E-1 of the owner, accepted for O1 and O3 of the second framework, and a mapping to the first.
fn accepted_elsewhere() -> Story {
    let mut story = Story::new();
    story.record("officer", START, second_framework());
    story.record("officer", START, mapping());
    story.record("officer", START, stated("R5"));
    story.record(
        "owner",
        "2018-09-05",
        evidence("E-1", &[]).with("requirements", json!([outcome("O1"), outcome("O3")])),
    );
    story.record("checker", "2018-09-06", checked("E-1", true));
    story
}

fn answer(story: &Story, number: &str) -> RequirementAnswer {
    let id = requirement(number).parse().unwrap();
    story.ready(ON).requirements.into_iter().find(|answer| answer.id == id).unwrap()
}

fn shortfalls(story: &Story, number: &str) -> Vec<Shortfall> {
    let blockers = answer(story, number).blockers;
    let instead = blockers.into_iter().filter_map(|blocker| match blocker {
        Blocker::NoEvidence { instead, .. } => Some(instead),
        _ => None,
    });
    instead.flatten().map(|(_, shortfall)| shortfall).collect()
}

#[test]
fn carried_evidence_counts_only_once_a_second_person_has_judged_it_for_that_requirement() {
    let mut story = accepted_elsewhere();
    assert_eq!(shortfalls(&story, "R5"), [], "a mapping alone brings nothing");
    story.record("officer", ON, carried("E-1", "O3", "R5"));
    assert!(!story.is_ready("R5", ON));
    let shortfalls = shortfalls(&story, "R5");
    let [Shortfall::NotJudged(over)] = shortfalls.as_slice() else { panic!("{shortfalls:?}") };
    assert_eq!((over.from.to_string(), over.mapping.as_str()), (outcome("O3"), "caf-to-psn"));
    let step =
        Remedy::JudgeEvidence { evidence: "E-1".parse().unwrap(), requirement: requirement("R5").parse().unwrap() };
    assert!(story.ready(ON).steps.iter().any(|found| found.remedy == step && found.requirements_freed.len() == 1));

    story.record("auditor", ON, judged("E-1", "R5", true));
    assert!(story.is_ready("R5", ON));
    let grounds = answer(&story, "R5").grounds;
    let by = grounds.iter().find_map(|ground| match ground {
        Ground::Evidence { checked_by, carried: Some(over), .. } => {
            Some((checked_by.clone(), over.mapping.to_string()))
        }
        _ => None,
    });
    assert_eq!(by, Some((Some("auditor".parse().unwrap()), "caf-to-psn".to_owned())));
}

#[test]
fn what_was_judged_against_does_not_count_until_it_is_carried_and_judged_again() {
    let mut story = accepted_elsewhere();
    story.record("officer", ON, carried("E-1", "O3", "R5"));
    story.record("auditor", ON, judged("E-1", "R5", false));
    assert!(matches!(shortfalls(&story, "R5").as_slice(), [Shortfall::JudgedAgainst(_)]));
    story.record("head", ON, carried("E-1", "O3", "R5").with("note", "Page 4 shows the rest"));
    assert!(matches!(shortfalls(&story, "R5").as_slice(), [Shortfall::NotJudged(_)]));
    story.record("auditor", ON, judged("E-1", "R5", true));
    assert!(story.is_ready("R5", ON));
    story.record("tester", ON, judged("E-1", "R5", false));
    assert!(!story.is_ready("R5", ON), "a later look takes it back");
}

#[test]
fn neither_who_added_it_nor_who_carried_it_judges_it() {
    let mut story = accepted_elsewhere();
    story.record("clerk", ON, roles_changed("owner", &["action-owner", "checker"]));
    story.record("officer", ON, carried("E-1", "O3", "R5"));
    for answer in [true, false] {
        refuses!(story, "owner", ON, judged("E-1", "R5", answer), Refusal::OwnWork { did: "added", .. });
        refuses!(story, "officer", ON, judged("E-1", "R5", answer), Refusal::OwnWork { did: "carried", .. });
    }
    story.record("checker", ON, judged("E-1", "R5", true));
}

#[test]
fn carrying_leaves_alone_what_the_evidence_was_checked_for() {
    let mut story = accepted_elsewhere();
    let before = story.evidence("E-1").clone();
    story.record("owner", ON, carried("E-1", "O3", "R5"));
    let after = story.evidence("E-1");
    assert_eq!((&after.check, &after.requirements), (&before.check, &before.requirements));
    story.record("auditor", ON, judged("E-1", "R5", false));
    assert!(story.evidence("E-1").counts(), "a no for one requirement says nothing about another");
}

#[test]
fn only_what_was_accepted_is_carried_and_only_where_the_mapping_leads() {
    let mut story = accepted_elsewhere();
    refuses!(story, "officer", ON, carried("E-1", "O1", "R5"), Refusal::NotMapped { .. });
    refuses!(story, "officer", ON, carried("E-1", "O2", "R3"), Refusal::NotAccepted { .. });
    refuses!(story, "officer", ON, carried("E-9", "O1", "R1"), Refusal::Unknown { noun: "evidence", .. });
    let elsewhere = carried("E-1", "O1", "R1").with("mapping", "another");
    refuses!(story, "officer", ON, elsewhere, Refusal::Unknown { noun: "adopted mapping", .. });
    story.record("owner", ON, evidence("E-2", &[]).with("requirements", json!([outcome("O3")])));
    refuses!(story, "officer", ON, carried("E-2", "O3", "R5"), Refusal::NotAccepted { .. });
    story.record("checker", ON, checked("E-2", false));
    refuses!(story, "officer", ON, carried("E-2", "O3", "R5"), Refusal::NotAccepted { .. });
    story.record("owner", ON, evidence_withdrawn("E-2"));
    refuses!(story, "officer", ON, carried("E-2", "O3", "R5"), Refusal::Withdrawn { .. });
}

#[test]
fn what_is_there_already_is_not_carried_again() {
    let mut story = accepted_elsewhere();
    story.record("officer", ON, carried("E-1", "O1", "R1"));
    refuses!(story, "head", ON, carried("E-1", "O1", "R1"), Refusal::NothingChanges);
    story.record("auditor", ON, judged("E-1", "R1", true));
    refuses!(story, "head", ON, carried("E-1", "O1", "R1"), Refusal::NothingChanges);
    story.record("owner", ON, linked("E-1").with("requirements", json!([requirement("R2")])));
    story.record("checker", ON, checked("E-1", true));
    refuses!(story, "head", ON, carried("E-1", "O1", "R2"), Refusal::NothingChanges);
}

#[test]
fn a_judgement_answers_something_that_was_carried() {
    let mut story = accepted_elsewhere();
    refuses!(story, "auditor", ON, judged("E-1", "R5", true), Refusal::NothingToCheck { .. });
    let command = story.record("officer", ON, carried("E-1", "O3", "R5"));
    story.record("auditor", ON, judged("E-1", "R5", true));
    refuses!(story, "officer", ON, undone(&command), Refusal::RestsOnIt { .. });
}

#[test]
fn a_refused_item_counts_nowhere_whatever_was_judged() {
    let mut story = accepted_elsewhere();
    story.record("officer", ON, carried("E-1", "O3", "R5"));
    story.record("auditor", ON, judged("E-1", "R5", true));
    story.record("tester", ON, checked("E-1", false));
    assert_eq!(shortfalls(&story, "R5"), [Shortfall::Rejected]);
    story.record("owner", ON, evidence_withdrawn("E-1"));
    assert_eq!(shortfalls(&story, "R5"), [Shortfall::Withdrawn]);
}

#[test]
fn a_judgement_stands_while_the_evidence_waits_for_a_check_of_something_else() {
    let mut story = accepted_elsewhere();
    story.record("officer", ON, carried("E-1", "O3", "R5"));
    story.record("auditor", ON, judged("E-1", "R5", true));
    story.record("owner", ON, linked("E-1").with("requirements", json!([requirement("R1"), requirement("R5")])));
    assert!(story.evidence("E-1").waits() && story.is_ready("R5", ON));
}

#[test]
fn someones_word_stays_someones_word() {
    let mut story = accepted_elsewhere();
    let said = evidence("E-3", &[]).with("content", word()).with("requirements", json!([outcome("O3")]));
    story.record("owner", ON, said);
    story.record("checker", ON, checked("E-3", true));
    story.record("officer", ON, carried("E-3", "O3", "R5"));
    story.record("auditor", ON, judged("E-3", "R5", true));
    assert_eq!(shortfalls(&story, "R5"), [Shortfall::Weak]);
}

#[test]
fn evidence_judged_for_one_framework_may_go_on_to_the_next() {
    let mut story = accepted_elsewhere();
    story.record("officer", ON, framework().with("id", "caf-4.0").with("requirements", json!(["N1"])));
    let onward = mapping().with("id", "psn-to-caf").with("source", "psn-coco-1.32").with("target", "caf-4.0");
    story.record("officer", ON, onward.with("pairs", json!({ "R5": ["N1"] })));
    let next = carried("E-1", "O3", "R5").with("from", requirement("R5")).with("to", "caf-4.0:N1");
    let next = next.with("mapping", "psn-to-caf");
    story.record("officer", ON, carried("E-1", "O3", "R5"));
    refuses!(story, "officer", ON, next.clone(), Refusal::NotAccepted { .. });
    story.record("auditor", ON, judged("E-1", "R5", true));
    story.record("officer", ON, next);
}

#[test]
fn a_mapping_leads_between_adopted_frameworks_and_names_only_their_requirements() {
    let mut story = Story::new();
    refuses!(story, "officer", ON, mapping(), Refusal::NotAdopted { .. });
    story.record("officer", ON, second_framework());
    for wrong in [json!({ "O9": ["R1"] }), json!({ "O1": ["R9"] })] {
        refuses!(story, "officer", ON, mapping().with("pairs", wrong), Refusal::NotARequirement { .. });
    }
    for empty in [json!({}), json!({ "O1": [] })] {
        refuses!(story, "officer", ON, mapping().with("pairs", empty), Refusal::NoneNamed { .. });
    }
    story.record("officer", ON, mapping());
    refuses!(story, "officer", ON, mapping(), Refusal::NothingChanges);
    let turned = mapping().with("digest", "77".repeat(32)).with("source", "psn-coco-1.32").with("target", "caf-3.2");
    refuses!(story, "officer", ON, turned, Refusal::Taken { noun: "mapping", .. });
    story.record("officer", ON, mapping().with("digest", "77".repeat(32)).with("pairs", json!({ "O2": ["R1"] })));
    assert_eq!(story.register().mappings["caf-to-psn"].count(), 1, "the newer file replaces the older");
}

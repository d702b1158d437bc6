//! Undo: one's own, as long as nothing rests on it, and never what left the building.

use portreeve_model::{Refusal, reference::CommandId};
use serde_json::json;

use super::drafts::*;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";

#[test]
fn an_undone_command_leaves_the_register_as_if_it_had_not_been_given() {
    let mut story = Story::claimed_on(&["h1"]);
    let before = story.register().clone();
    let command = story.record("checker", ON, verified("A-1"));
    assert_ne!(story.register(), &before);
    story.record("checker", ON, undone(&command));
    assert_eq!(story.register(), &before);
    assert!(story.history.is_undone(&command.parse::<CommandId>().unwrap()));
}

#[test]
fn only_who_gave_a_command_undoes_it() {
    let mut story = Story::new();
    let command = story.record("officer", ON, decision("D-1"));
    for who in ["head", "clerk", "checker"] {
        refuses!(story, who, ON, undone(&command), Refusal::NotYours { .. });
    }
    refuses!(story, "officer", ON, undone("never-given"), Refusal::Unknown { noun: "command", .. });
    story.record("officer", ON, undone(&command));
    refuses!(story, "officer", ON, undone(&command), Refusal::NothingChanges);
}

#[test]
fn all_entries_of_a_command_go_together() {
    let mut story = Story::new();
    let before = story.register().clone();
    story.record_as("import-1", "officer", ON, finding("F-1", "high"));
    story.record_as("import-1", "officer", ON, finding("F-2", "high"));
    story.record("officer", ON, undone("import-1"));
    assert_eq!(story.register(), &before);
}

#[test]
fn what_later_entries_rest_on_is_not_undone_until_they_are() {
    let mut story = Story::new();
    let raised = story.record("officer", ON, finding("F-1", "high"));
    let rests = story.next();
    let planned = story.record("officer", ON, action("A-1", &["F-1"]));
    refuses!(story, "officer", ON, undone(&raised), Refusal::RestsOnIt { entry, .. } if *entry == rests);
    story.record("officer", ON, undone(&planned));
    story.record("officer", ON, undone(&raised));
    assert!(story.register().findings.is_empty() && story.register().actions.is_empty());
}

#[test]
fn a_check_that_a_verification_rests_on_is_not_undone() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("owner", ON, evidence("E-1", &["A-1"]));
    let check = story.record("checker", ON, checked("E-1", true));
    story.record("owner", ON, claimed("A-1", ON));
    story.record("officer", ON, verified("A-1"));
    refuses!(story, "checker", ON, undone(&check), Refusal::RestsOnIt { because, .. } if matches!(**because, Refusal::NoGround { .. }));
}

#[test]
fn an_undo_can_be_undone_and_that_again() {
    let mut story = Story::new();
    let without = story.register().clone();
    let mut last = story.record("officer", ON, decision("D-1"));
    let with = story.history.clone();
    for turn in 0..5 {
        last = story.record("officer", ON, undone(&last));
        let held = story.register().decisions.len();
        assert_eq!(held, turn % 2, "turn {turn}");
        assert_eq!(story.register(), if turn % 2 == 0 { &without } else { with.register() });
    }
}

#[test]
fn what_an_undo_gave_back_may_be_undone_directly() {
    let mut story = Story::new();
    let raised = story.record("officer", ON, decision("D-1"));
    let gone = story.record("officer", ON, undone(&raised));
    story.record("officer", ON, undone(&gone));
    story.record("officer", ON, undone(&raised));
    assert!(story.register().decisions.is_empty());
}

#[test]
fn an_undo_is_not_undone_once_something_took_the_place() {
    let mut story = Story::new();
    let first = story.record("officer", ON, decision("D-1"));
    let undo = story.record("officer", ON, undone(&first));
    story.record("officer", ON, decision("D-1").with("title", "Another question"));
    refuses!(story, "officer", ON, undone(&undo), Refusal::RestsOnIt { because, .. } if matches!(**because, Refusal::Taken { .. }));
}

#[test]
fn what_cannot_be_taken_back_is_permanent() {
    let mut story = Story::new();
    refuses!(story, "clerk", ON, undone("c0"), Refusal::Permanent("opening the register"));
    let built = story.record("officer", ON, pack("P-1"));
    refuses!(story, "officer", ON, undone(&built), Refusal::Permanent("a pack that was built"));
    story.record("owner", ON, evidence("E-1", &[]));
    story.record("owner", ON, evidence("E-2", &[]));
    let erased = story.record("owner", ON, evidence_withdrawn("E-1").with("erased", true));
    refuses!(story, "owner", ON, undone(&erased), Refusal::Permanent("erasing evidence"));
    let withdrawn = story.record("owner", ON, evidence_withdrawn("E-2"));
    story.record("owner", ON, undone(&withdrawn));
    assert!(story.evidence("E-2").waits());
}

#[test]
fn an_undo_keeps_every_entry_in_the_ledger() {
    let mut story = Story::with_work_on(&["h1"]);
    let command = story.record("officer", ON, changed("A-1").with("after_actions", json!([])));
    let length = story.history.entries().len();
    story.record("officer", ON, undone(&command));
    assert_eq!(story.history.entries().len(), length + 1);
}

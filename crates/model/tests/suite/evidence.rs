//! Evidence: two dates, a second person, and what a word is worth.

use portreeve_model::Refusal;
use portreeve_model::words::{EvidenceKind, Strength};
use serde_json::json;

use super::drafts::*;
use super::story::{Story, refuses};

const ON: &str = "2018-10-01";

#[test]
fn nobody_checks_what_they_added() {
    let mut story = Story::new();
    for who in ["officer", "head", "auditor", "tester", "checker"] {
        let id = format!("E-{who}");
        story.record(who, "2018-09-05", evidence(&id, &[]));
        for answer in [true, false] {
            refuses!(story, who, ON, checked(&id, answer), Refusal::OwnWork { did: "added", .. });
        }
        let another = if who == "checker" { "officer" } else { "checker" };
        story.record(another, "2018-09-05", checked(&id, true));
    }
}

#[test]
fn evidence_counts_once_a_second_person_accepts_it() {
    let mut story = Story::new();
    story.record("owner", "2018-09-05", evidence("E-1", &[]));
    assert!(!story.evidence("E-1").counts() && story.evidence("E-1").waits());
    story.record("checker", "2018-09-06", checked("E-1", false));
    assert!(!story.evidence("E-1").counts(), "a check that rejects it does not");
    story.record("officer", "2018-09-07", checked("E-1", true));
    assert!(story.evidence("E-1").counts());
}

#[test]
fn evidence_shows_a_day_no_later_than_it_was_collected_and_neither_lies_ahead() {
    let mut story = Story::new();
    let dated = |shows: &str, collected: &str| evidence("E-1", &[]).with("shows", shows).with("collected", collected);
    refuses!(story, "owner", ON, dated("2018-09-06", "2018-09-05"), Refusal::WrongOrder { .. });
    refuses!(story, "owner", ON, dated("2018-10-01", "2018-10-02"), Refusal::NotYet { .. });
    refuses!(story, "owner", ON, dated("2018-10-02", "2018-10-02"), Refusal::NotYet { .. });
    story.record("owner", ON, dated(ON, ON));
}

#[test]
fn evidence_names_only_what_the_register_holds() {
    let mut story = Story::with_work_on(&["h1"]);
    let unknown = [
        ("actions", json!(["A-9"])),
        ("findings", json!(["F-9"])),
        ("requirements", json!([requirement("R9")])),
        ("organisations", json!(["NHDC"])),
        ("organisations", json!([])),
    ];
    for (field, value) in unknown {
        let refusal = story.refuse("owner", ON, evidence("E-1", &[]).with(field, value));
        let known = matches!(
            refusal,
            Refusal::Unknown { .. } | Refusal::NotARequirement { .. } | Refusal::NoneNamed { what: "organisation" }
        );
        assert!(known, "{field}: {refusal:?}");
    }
    story.record("owner", ON, evidence("E-1", &["A-1"]).with("findings", json!(["F-1"])));
    refuses!(story, "owner", ON, evidence("E-1", &[]), Refusal::Taken { noun: "evidence", .. });
}

#[test]
fn someones_word_is_weak_whatever_kind_it_is_given() {
    let mut story = Story::new();
    for kind in EvidenceKind::ALL {
        let id = format!("E-{}", kind.word());
        story.record("owner", ON, evidence(&id, &[]).with("evidence_kind", kind.word()).with("content", word()));
        assert_eq!(story.evidence(&id).strength(), Strength::Weak, "{kind}");
    }
}

#[test]
fn an_adder_takes_evidence_back_and_so_do_those_who_keep_the_register() {
    for (who, may) in [("owner", true), ("officer", true), ("head", true), ("checker", false), ("siro", false)] {
        let mut story = Story::new();
        story.record("owner", "2018-09-05", evidence("E-1", &[]));
        if may {
            story.record(who, ON, evidence_withdrawn("E-1"));
        } else {
            refuses!(story, who, ON, evidence_withdrawn("E-1"), Refusal::NotAllowed { .. });
        }
    }
}

#[test]
fn nothing_more_happens_to_evidence_that_was_taken_back() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("owner", "2018-09-05", evidence("E-1", &[]));
    story.record("owner", "2018-09-06", evidence_withdrawn("E-1"));
    refuses!(story, "checker", ON, checked("E-1", true), Refusal::Withdrawn { .. });
    refuses!(story, "owner", ON, evidence_withdrawn("E-1"), Refusal::Withdrawn { .. });
    refuses!(story, "owner", ON, linked("E-1").with("actions", json!(["A-1"])), Refusal::Withdrawn { .. });
    refuses!(story, "tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"), Refusal::Withdrawn { .. });
    refuses!(story, "officer", ON, signed("chief", ON).with("form", "E-1"), Refusal::Withdrawn { .. });
}

#[test]
fn what_was_taken_back_can_be_erased_later_and_only_once() {
    let mut story = Story::new();
    story.record("owner", "2018-09-05", evidence("E-1", &[]));
    story.record("owner", "2018-09-06", evidence_withdrawn("E-1"));
    assert!(story.evidence("E-1").erasure().is_none());
    refuses!(story, "checker", ON, evidence_withdrawn("E-1").with("erased", true), Refusal::NotAllowed { .. });
    story.record("officer", ON, evidence_withdrawn("E-1").with("erased", true));
    let held = story.evidence("E-1");
    let days = [&held.withdrawn, &held.erased].map(|entry| entry.as_ref().unwrap().1.on);
    assert_eq!(days, [super::story::day("2018-09-06"), super::story::day(ON)], "each keeps its own day");
    refuses!(story, "officer", ON, evidence_withdrawn("E-1").with("erased", true), Refusal::Withdrawn { .. });
    story.record("owner", ON, evidence("E-2", &[]));
    story.record("owner", ON, evidence_withdrawn("E-2").with("erased", true));
    assert!(story.evidence("E-2").erasure().is_some());
    refuses!(story, "owner", ON, evidence_withdrawn("E-2").with("erased", true), Refusal::Withdrawn { .. });
}

#[test]
fn evidence_used_for_something_more_waits_for_a_check_again() {
    let mut story = Story::claimed_on(&["h1"]);
    story.record("officer", ON, action("A-2", &["F-1"]));
    story.record("owner", ON, linked("E-1").with("actions", json!(["A-2"])));
    assert!(story.evidence("E-1").waits(), "its adder linked it");
    refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    story.record("checker", ON, checked("E-1", true));
    story.record("checker", ON, verified("A-1"));
}

#[test]
fn a_checker_who_links_what_another_added_has_looked_at_it() {
    let to_another = || linked("E-1").with("actions", json!(["A-2"]));
    // Who links, and whether the check stands after it. The owner added it; the treasurer may not check.
    for (who, stands) in [("officer", true), ("checker", true), ("owner", false), ("treasurer", false)] {
        let mut story = Story::claimed_on(&["h1"]);
        story.record("officer", ON, action("A-2", &["F-1"]));
        story.record(who, ON, to_another());
        assert_eq!(story.evidence("E-1").counts(), stands, "{who}");
    }
}

#[test]
fn a_link_adds_something() {
    let mut story = Story::claimed_on(&["h1"]);
    refuses!(story, "owner", ON, linked("E-1"), Refusal::NothingChanges);
    refuses!(story, "owner", ON, linked("E-1").with("actions", json!(["A-1"])), Refusal::NothingChanges);
    refuses!(story, "owner", ON, linked("E-1").with("actions", json!(["A-9"])), Refusal::Unknown { .. });
    story.record("owner", ON, linked("E-1").with("requirements", json!([requirement("R2")])));
}

//! Opening, people, and people who left.

use portreeve_model::Refusal;
use serde_json::json;

use super::drafts::*;
use super::story::{START, Story, refuses};

const ON: &str = "2018-10-01";

#[test]
fn nothing_is_written_before_the_opening() {
    let mut story = Story::bare();
    for draft in [organisation("EHC", "East Herts"), person("officer", &["checker"]), source("ITHC"), undone("c0")] {
        refuses!(story, "clerk", START, draft, Refusal::NotOpened);
    }
    story.record("clerk", START, opened());
}

#[test]
fn a_register_opens_once() {
    let mut story = Story::new();
    refuses!(story, "clerk", START, opened(), Refusal::OpenedAlready);
    refuses!(story, "nobody", START, opened(), Refusal::OpenedAlready);
}

#[test]
fn whoever_opens_the_register_administers_it() {
    let mut story = Story::bare();
    story.record("clerk", START, opened().with("roles", json!(["checker"])));
    story.record("clerk", START, person("officer", &["security-officer"]));
    let roles = &story.register().people["clerk"].roles;
    assert_eq!(roles.len(), 2, "the role given, and that of an administrator: {roles:?}");
}

#[test]
fn only_a_demonstration_says_that_it_is_one() {
    let mut story = Story::bare();
    assert!(!story.register().is_demonstration());
    story.record("clerk", START, opened().with("demonstration", true));
    assert!(story.register().is_demonstration());
    assert!(!Story::new().register().is_demonstration());
}

#[test]
fn the_last_administrator_neither_leaves_nor_gives_the_role_up() {
    let mut story = Story::new();
    refuses!(story, "clerk", ON, left("clerk", ON), Refusal::LastAdministrator { .. });
    refuses!(story, "clerk", ON, roles_changed("clerk", &["checker"]), Refusal::LastAdministrator { .. });
    story.record("clerk", ON, person("second-clerk", &["administrator"]));
    story.record("clerk", ON, roles_changed("clerk", &["checker"]));
    refuses!(story, "second-clerk", ON, left("second-clerk", ON), Refusal::LastAdministrator { .. });
}

#[test]
fn an_administrator_who_left_is_not_the_one_who_stays() {
    let mut story = Story::new();
    story.record("clerk", ON, person("second-clerk", &["administrator"]));
    story.record("clerk", ON, left("second-clerk", ON));
    refuses!(story, "clerk", ON, left("clerk", ON), Refusal::LastAdministrator { .. });
}

#[test]
fn a_person_needs_a_role_and_a_reference_of_their_own() {
    let mut story = Story::new();
    refuses!(story, "clerk", ON, person("newcomer", &[]), Refusal::NoneNamed { what: "role" });
    refuses!(story, "clerk", ON, person("officer", &["checker"]), Refusal::Taken { noun: "person", .. });
    refuses!(story, "clerk", ON, roles_changed("officer", &[]), Refusal::NoneNamed { what: "role" });
    refuses!(story, "clerk", ON, roles_changed("officer", &["security-officer"]), Refusal::NothingChanges);
    refuses!(story, "clerk", ON, roles_changed("nobody", &["checker"]), Refusal::Unknown { noun: "person", .. });
    story.record("clerk", ON, person("newcomer", &["checker"]));
    story.record("clerk", ON, roles_changed("officer", &["checker"]));
}

#[test]
fn an_organisation_has_a_reference_of_its_own() {
    let mut story = Story::new();
    refuses!(story, "clerk", ON, organisation("EHC", "Another"), Refusal::Taken { noun: "organisation", .. });
    story.record("clerk", ON, organisation("NHDC", "North Herts District Council"));
}

#[test]
fn nobody_leaves_tomorrow_or_twice() {
    let mut story = Story::new();
    refuses!(story, "clerk", ON, left("officer", "2018-10-02"), Refusal::NotYet { .. });
    story.record("clerk", ON, left("officer", ON));
    refuses!(story, "clerk", ON, left("officer", ON), Refusal::PersonLeft { .. });
    refuses!(story, "clerk", ON, roles_changed("officer", &["checker"]), Refusal::PersonLeft { .. });
    refuses!(story, "clerk", ON, person("officer", &["checker"]), Refusal::Taken { .. });
}

/// Everything a person may write because of what they own, added, accepted or commanded.
fn of_ones_own() -> (Story, Vec<(&'static str, Draft)>) {
    let mut story = Story::claimed_on(&["h1"]);
    story.record("officer", "2018-09-08", action("A-2", &[]));
    story.record("siro", "2018-09-08", accepted("RA-1", &["F-1"], "2018-12-31"));
    let command = story.record("owner", "2018-09-08", evidence("E-2", &[]));
    let own = vec![
        ("owner", claimed("A-2", ON)),
        ("owner", reopened("A-1")),
        ("owner", evidence_withdrawn("E-1")),
        ("owner", undone(&command)),
        ("siro", acceptance_withdrawn("RA-1")),
        ("chief", signed("chief", ON)),
    ];
    (story, own)
}

#[test]
fn a_person_who_left_writes_nothing_more_not_even_about_their_own() {
    let (story, own) = of_ones_own();
    for (who, draft) in own {
        story.clone().record(who, ON, draft.clone());
        let mut story = story.clone();
        story.record("clerk", ON, left(who, ON));
        refuses!(story, who, ON, draft, Refusal::PersonLeft { .. });
    }
}

#[test]
fn nothing_new_is_put_on_a_person_who_left() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("clerk", ON, left("owner", ON));
    refuses!(story, "officer", ON, action("A-2", &[]), Refusal::PersonLeft { .. });
    story.record("officer", ON, action("A-2", &[]).with("owner", "tester"));
    refuses!(story, "officer", ON, changed("A-2").with("owner", "owner"), Refusal::PersonLeft { .. });
    story.record("clerk", ON, left("siro", ON));
    let acceptance = accepted("RA-1", &["F-1"], "2018-12-31").with("minute", "Minute 4");
    refuses!(story, "officer", ON, acceptance, Refusal::PersonLeft { .. });
    story.record("clerk", ON, left("head", ON));
    refuses!(story, "officer", ON, moved("A-2", "2019-01-31"), Refusal::PersonLeft { .. });
    story.record("officer", ON, evidence("E-1", &[]));
    story.record("clerk", ON, left("chief", ON));
    refuses!(story, "officer", ON, signed("chief", ON).with("form", "E-1"), Refusal::PersonLeft { .. });
}

#[test]
fn what_a_person_did_before_they_left_stands() {
    let mut story = Story::claimed_on(&["h1"]);
    story.record("clerk", ON, left("owner", ON));
    story.record("clerk", ON, left("checker", ON));
    story.record("officer", ON, verified("A-1"));
    assert!(!story.standing("F-1", ON).is_open());
}

//! Actions: someone claims, someone else verifies on evidence; dates move and the original stays.

use portreeve_model::Refusal;
use portreeve_model::standing::Flag;
use serde_json::json;

use super::drafts::*;
use super::story::{Story, day, refuses};

const ON: &str = "2018-10-01";

#[test]
fn an_action_names_only_what_the_register_holds() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "officer", ON, action("A-1", &[]), Refusal::Taken { noun: "action", .. });
    refuses!(story, "officer", ON, action("A-2", &["F-9"]), Refusal::Unknown { noun: "finding", .. });
    refuses!(story, "officer", ON, action("A-2", &[]).with("owner", "nobody"), Refusal::Unknown { noun: "person", .. });
    refuses!(story, "officer", ON, action("A-2", &[]).with("organisations", json!([])), Refusal::NoneNamed { .. });
    let host = action("A-2", &[]).on_hosts("closes", "F-1", &["h2"]);
    refuses!(story, "officer", ON, host, Refusal::NoSuchHost { .. });
    let after = action("A-2", &[]).with("after_actions", json!(["A-9"]));
    refuses!(story, "officer", ON, after, Refusal::Unknown { noun: "action", .. });
    let after = action("A-2", &[]).with("after_decisions", json!(["D-9"]));
    refuses!(story, "officer", ON, after, Refusal::Unknown { noun: "decision", .. });
    let serves = action("A-2", &[]).with("requirements", json!([requirement("R9")]));
    refuses!(story, "officer", ON, serves, Refusal::NotARequirement { .. });
    story.record("officer", ON, action("A-2", &[]).with("after_actions", json!(["A-1"])));
}

#[test]
fn closing_takes_a_claim_and_then_a_check() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("owner", "2018-09-05", evidence("E-1", &["A-1"]));
    story.record("checker", "2018-09-06", checked("E-1", true));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::WrongState { .. });
    story.record("owner", ON, claimed("A-1", ON));
    refuses!(story, "owner", ON, claimed("A-1", ON), Refusal::WrongState { .. });
    assert!(story.standing("F-1", ON).is_open(), "a claim closes nothing");
    story.record("checker", ON, verified("A-1"));
    assert!(!story.standing("F-1", ON).is_open());
    refuses!(story, "checker", ON, verified("A-1"), Refusal::WrongState { .. });
    refuses!(story, "owner", ON, claimed("A-1", ON), Refusal::WrongState { .. });
}

#[test]
fn the_owner_claims_and_a_security_officer_may_for_them() {
    for (who, may) in [("owner", true), ("officer", true), ("head", false), ("checker", false), ("tester", false)] {
        let mut story = Story::with_work_on(&["h1"]);
        if may {
            story.record(who, ON, claimed("A-1", ON));
        } else {
            refuses!(story, who, ON, claimed("A-1", ON), Refusal::NotAllowed { .. });
        }
    }
}

#[test]
fn work_is_not_finished_tomorrow() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "owner", ON, claimed("A-1", "2018-10-02"), Refusal::NotYet { .. });
    story.record("owner", ON, claimed("A-1", ON));
}

#[test]
fn a_day_ends_at_midnight_in_london() {
    let mut story = Story::with_work_on(&["h1"]);
    // Half past eleven in the evening by UTC is half past midnight of the next day by British Summer Time.
    refuses!(story, "owner", "2018-09-30T22:59:59Z", claimed("A-1", ON), Refusal::NotYet { .. });
    story.record("owner", "2018-09-30T23:30:00Z", claimed("A-1", ON));
    let mut winter = Story::with_work_on(&["h1"]);
    refuses!(winter, "owner", "2018-11-30T23:30:00Z", claimed("A-1", "2018-12-01"), Refusal::NotYet { .. });
    winter.record("owner", "2018-12-01T00:00:00Z", claimed("A-1", "2018-12-01"));
}

#[test]
fn the_owner_the_claimant_and_the_only_adder_of_evidence_do_not_verify() {
    let mut cast = Story::new();
    cast.record("clerk", ON, roles_changed("owner", &["action-owner", "checker"]));
    cast.record("officer", ON, finding("F-1", "high"));
    cast.record("officer", ON, action("A-1", &["F-1"]));

    let mut story = cast.clone();
    story.record("tester", ON, evidence("E-1", &["A-1"]));
    story.record("checker", ON, checked("E-1", true));
    story.record("officer", ON, claimed("A-1", ON));
    refuses!(story, "owner", ON, verified("A-1"), Refusal::OwnWork { did: "owns", .. });
    refuses!(story, "officer", ON, verified("A-1"), Refusal::OwnWork { did: "claimed", .. });
    refuses!(story, "tester", ON, verified("A-1"), Refusal::OwnWork { did: "added all the evidence of", .. });
    let mut with_another = story.clone();
    story.record("checker", ON, verified("A-1"));

    with_another.record("owner", ON, evidence("E-2", &["A-1"]));
    refuses!(with_another, "tester", ON, verified("A-1"), Refusal::OwnWork { .. });
    with_another.record("checker", ON, checked("E-2", true));
    with_another.record("tester", ON, verified("A-1"));
}

#[test]
fn a_verification_rests_on_checked_evidence_that_is_more_than_a_word() {
    let weak = |id: &str| evidence(id, &["A-1"]).with("evidence_kind", "statement").with("content", word());
    let mut story = Story::with_work_on(&["h1"]);
    story.record("owner", ON, claimed("A-1", ON));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    story.record("owner", ON, evidence("E-1", &["A-1"]));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    story.record("checker", ON, checked("E-1", false));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    for id in ["E-2", "E-3"] {
        story.record("owner", ON, weak(id));
        story.record("checker", ON, checked(id, true));
        refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    }
    story.record("owner", ON, evidence("E-4", &[]));
    story.record("checker", ON, checked("E-4", true));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    story.record("officer", ON, checked("E-1", true));
    story.record("checker", ON, verified("A-1"));
}

#[test]
fn a_record_held_elsewhere_is_enough_once_somebody_else_has_confirmed_it() {
    let mut story = Story::with_work_on(&["h1"]);
    let ticket = json!({ "in": "reference", "locator": "CHG-1042" });
    story.record("owner", ON, evidence("E-1", &["A-1"]).with("evidence_kind", "change-ticket").with("content", ticket));
    story.record("owner", ON, claimed("A-1", ON));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::NoGround { .. });
    story.record("checker", ON, checked("E-1", true));
    story.record("checker", ON, verified("A-1"));
}

#[test]
fn a_re_test_after_the_claim_that_found_it_still_there_blocks_the_verification() {
    let scan = |id: &str| evidence(id, &[]).with("evidence_kind", "retest-result");
    let mut story = Story::claimed_on(&["h1", "h2"]);
    story.record("tester", "2018-09-08", scan("E-8"));
    story.record("tester", "2018-09-08", retested("F-1", "2018-09-08", &[("h2", "still-there")], "E-8"));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::StillThere { .. });

    let mut claimed_again = story.clone();
    claimed_again.record("owner", "2018-09-09", reopened("A-1"));
    claimed_again.record("owner", "2018-09-09", claimed("A-1", "2018-09-09"));
    claimed_again.record("checker", ON, verified("A-1"));
    assert!(!claimed_again.standing("F-1", ON).is_open());

    story.record("tester", "2018-09-09", scan("E-9"));
    story.record("tester", "2018-09-09", retested("F-1", "2018-09-09", &[("h2", "fixed")], "E-9"));
    refuses!(story, "checker", ON, verified("A-1"), Refusal::StillThere { .. });
    story.record("checker", "2018-09-09", checked("E-9", true));
    story.record("checker", ON, verified("A-1"));
    assert!(!story.standing("F-1", ON).is_open());
    story.record("tester", ON, evidence_withdrawn("E-9"));
    assert_eq!(story.open_hosts("F-1", ON), ["h2"], "the re-test that answered the bad one is gone");
}

#[test]
fn a_re_test_of_other_hosts_or_before_the_claim_blocks_nothing() {
    let mut story = Story::new();
    story.record("officer", "2018-09-04", finding("F-1", "high").with("hosts", json!(["h1", "h2"])));
    story.record("officer", "2018-09-04", action("A-1", &[]).on_hosts("closes", "F-1", &["h1"]));
    story.record("tester", "2018-09-05", evidence("E-9", &[]).with("evidence_kind", "retest-result"));
    story.record("tester", "2018-09-05", retested("F-1", "2018-09-05", &[("h1", "still-there")], "E-9"));
    story.record("owner", "2018-09-06", evidence("E-1", &["A-1"]));
    story.record("checker", "2018-09-06", checked("E-1", true));
    story.record("owner", "2018-09-07", claimed("A-1", "2018-09-07"));
    story.record("tester", "2018-09-08", retested("F-1", "2018-09-08", &[("h2", "still-there")], "E-9"));
    story.record("checker", ON, verified("A-1"));
    assert_eq!(story.open_hosts("F-1", ON), ["h2"]);
}

#[test]
fn taking_its_evidence_back_un_stands_a_verified_action() {
    let mut story = Story::verified_on(&["h1"]);
    assert_eq!(story.flag("A-1", ON), Flag::Closed);
    let mut rejected = story.clone();
    story.record("owner", ON, evidence_withdrawn("E-1"));
    assert_eq!(story.open_hosts("F-1", ON), ["h1"]);
    assert_ne!(story.flag("A-1", ON), Flag::Closed);
    rejected.record("officer", ON, checked("E-1", false));
    assert_eq!(rejected.open_hosts("F-1", ON), ["h1"], "and so does a check that finds it wanting");
    rejected.record("officer", ON, checked("E-1", true));
    assert_eq!(rejected.flag("A-1", ON), Flag::Closed);
}

#[test]
fn an_action_opened_again_has_to_be_claimed_and_verified_again() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("checker", ON, reopened("A-1"));
    assert_eq!(story.open_hosts("F-1", ON), ["h1"]);
    refuses!(story, "checker", ON, reopened("A-1"), Refusal::WrongState { .. });
    refuses!(story, "checker", ON, verified("A-1"), Refusal::WrongState { .. });
    story.record("owner", ON, claimed("A-1", ON));
    story.record("checker", ON, verified("A-1"));
    assert!(!story.standing("F-1", ON).is_open());
}

#[test]
fn the_owner_does_not_withdraw_their_own_action_and_a_closed_one_stays() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("officer", ON, action("A-2", &["F-1"]).with("owner", "officer"));
    refuses!(story, "officer", ON, action_withdrawn("A-2"), Refusal::OwnWork { did: "owns", .. });
    refuses!(story, "officer", ON, action_withdrawn("A-1"), Refusal::WrongState { .. });
    story.record("head", ON, action_withdrawn("A-2"));
    refuses!(story, "head", ON, action_withdrawn("A-2"), Refusal::WrongState { .. });
    refuses!(story, "officer", ON, claimed("A-2", ON), Refusal::WrongState { .. });
    story.record("head", ON, reopened("A-2"));
    story.record("officer", ON, claimed("A-2", ON));
}

#[test]
fn withdrawing_an_action_closes_nothing() {
    let mut story = Story::with_work_on(&["h1"]);
    story.record("officer", ON, action_withdrawn("A-1"));
    assert_eq!(story.open_hosts("F-1", ON), ["h1"]);
}

#[test]
fn what_was_seen_done_is_not_stretched_or_moved() {
    let mut story = Story::verified_on(&["h1"]);
    story.record("officer", ON, finding("F-2", "high"));
    refuses!(story, "officer", ON, changed("A-1").on_hosts("also_closes", "F-2", &[]), Refusal::WrongState { .. });
    refuses!(story, "officer", ON, changed("A-1").with("owner", "tester"), Refusal::WrongState { .. });
    refuses!(story, "officer", ON, moved("A-1", "2019-01-31"), Refusal::WrongState { .. });
    story.record("officer", ON, reopened("A-1"));
    story.record("officer", ON, changed("A-1").on_hosts("also_closes", "F-2", &[]));
    story.record("officer", ON, moved("A-1", "2019-01-31"));
}

#[test]
fn a_change_says_something_and_names_what_is_there() {
    let mut story = Story::with_work_on(&["h1"]);
    refuses!(story, "officer", ON, changed("A-1"), Refusal::NothingChanges);
    refuses!(story, "officer", ON, changed("A-9").with("budget", "no"), Refusal::Unknown { noun: "action", .. });
    refuses!(story, "officer", ON, changed("A-1").with("owner", "nobody"), Refusal::Unknown { noun: "person", .. });
    refuses!(story, "officer", ON, changed("A-1").on_hosts("also_closes", "F-9", &[]), Refusal::Unknown { .. });
    refuses!(story, "officer", ON, changed("A-1").on_hosts("also_closes", "F-1", &["h9"]), Refusal::NoSuchHost { .. });
    refuses!(story, "officer", ON, changed("A-1").with("after_decisions", json!(["D-9"])), Refusal::Unknown { .. });
    story.record("officer", ON, changed("A-1").with("budget", "no").with("owner", "tester"));
    assert_eq!(story.action("A-1").owner.as_str(), "tester");
}

#[test]
fn the_hosts_an_action_closes_only_grow() {
    let mut story = Story::new();
    story.record("officer", ON, finding("F-1", "high").with("hosts", json!(["h1", "h2"])));
    story.record("officer", ON, action("A-1", &[]).on_hosts("closes", "F-1", &["h1"]));
    story.record("officer", ON, changed("A-1").on_hosts("also_closes", "F-1", &["h2"]));
    assert_eq!(story.action("A-1").closes["F-1"].len(), 2);
    story.record("officer", ON, changed("A-1").on_hosts("also_closes", "F-1", &[]));
    story.record("officer", ON, changed("A-1").on_hosts("also_closes", "F-1", &["h1"]));
    assert!(story.action("A-1").closes["F-1"].is_empty(), "every host stays every host");
}

#[test]
fn no_action_waits_for_itself_however_far_round() {
    let mut story = Story::new();
    let after = |id: &str, first: &str| changed(id).with("after_actions", json!([first]));
    refuses!(story, "officer", ON, action("A-1", &[]).with("after_actions", json!(["A-1"])), Refusal::Circle { .. });
    for id in ["A-1", "A-2", "A-3", "A-4"] {
        story.record("officer", ON, action(id, &[]));
    }
    refuses!(story, "officer", ON, after("A-1", "A-1"), Refusal::Circle { .. });
    story.record("officer", ON, after("A-2", "A-1"));
    refuses!(story, "officer", ON, after("A-1", "A-2"), Refusal::Circle { .. });
    story.record("officer", ON, after("A-3", "A-2"));
    story.record("officer", ON, after("A-4", "A-3"));
    for through in ["A-2", "A-3", "A-4"] {
        refuses!(story, "officer", ON, after("A-1", through), Refusal::Circle { .. });
    }
    story.record("officer", ON, changed("A-4").with("after_actions", json!(["A-1", "A-2", "A-3"])));
    story.record("officer", ON, changed("A-2").with("after_actions", json!([])));
    story.record("officer", ON, after("A-1", "A-2"));
}

#[test]
fn the_original_date_stays_whatever_moves() {
    let mut story = Story::with_work_on(&["h1"]);
    for to in ["2019-01-31", "2019-06-30", "2018-11-30"] {
        story.record("owner", ON, moved("A-1", to));
        assert_eq!(story.action("A-1").due, Some(day(to)));
        assert_eq!(story.action("A-1").original, Some(day("2018-12-31")));
    }
    let moves: Vec<_> = story.action("A-1").moves.iter().map(|moved| moved.from).collect();
    assert_eq!(moves, [Some(day("2018-12-31")), Some(day("2019-01-31")), Some(day("2019-06-30"))]);
    refuses!(story, "owner", ON, moved("A-1", "2018-11-30"), Refusal::NothingChanges);
}

#[test]
fn the_first_date_an_undated_action_gets_is_its_original_date() {
    let mut story = Story::new();
    story.record("officer", ON, action("A-1", &[]).with("due", json!({ "no-date": "The supplier is not chosen" })));
    assert_eq!(story.action("A-1").original, None);
    story.record("owner", ON, moved("A-1", "2018-11-30"));
    story.record("owner", ON, moved("A-1", "2018-12-31"));
    assert_eq!(story.action("A-1").original, Some(day("2018-11-30")));
}

#[test]
fn the_owner_asks_for_a_new_date_and_somebody_with_the_right_to_agrees() {
    let mut story = Story::with_work_on(&["h1"]);
    let agreed_by = |who: &str| moved("A-1", "2019-01-31").with("approved_by", who);
    refuses!(story, "owner", ON, agreed_by("owner"), Refusal::OwnDate { .. });
    refuses!(story, "officer", ON, agreed_by("owner"), Refusal::OwnDate { .. });
    for who in ["clerk", "checker", "auditor", "tester", "assessor", "member"] {
        refuses!(story, "owner", ON, agreed_by(who), Refusal::NotAllowed { .. });
    }
    refuses!(story, "owner", ON, agreed_by("nobody"), Refusal::Unknown { .. });
    for who in ["head", "officer", "siro", "treasurer", "chief"] {
        story.clone().record("owner", ON, agreed_by(who));
    }
    story.record("officer", ON, changed("A-1").with("owner", "head"));
    refuses!(story, "officer", ON, agreed_by("head"), Refusal::OwnDate { .. });
}

#[test]
fn an_action_is_late_from_the_day_after_its_original_date_until_it_is_verified() {
    let mut story = Story::with_work_on(&["h1"]);
    assert!(!matches!(story.flag("A-1", "2018-12-31"), Flag::Late { .. }), "the last day is in time");
    assert_eq!(story.flag("A-1", "2019-01-01"), Flag::Late { days: 1 });
    story.record("owner", "2019-01-03", evidence("E-1", &["A-1"]));
    story.record("owner", "2019-01-03", claimed("A-1", "2018-12-30"));
    assert_eq!(story.flag("A-1", "2019-01-03"), Flag::Late { days: 3 }, "a claim is not yet an end");
    story.record("checker", "2019-01-04", checked("E-1", true));
    story.record("checker", "2019-01-04", verified("A-1"));
    assert_eq!(story.flag("A-1", "2019-01-04"), Flag::Closed);
}

#[test]
fn an_extension_never_takes_an_action_off_the_overdue_list() {
    let mut story = Story::with_work_on(&["h1"]);
    let late = |story: &Story, on: &str| (story.flag("A-1", on), story.ready(on).actions.late);
    assert_eq!(late(&story, "2019-01-10"), (Flag::Late { days: 10 }, 1));
    for to in ["2019-02-28", "2019-12-31"] {
        let minuted = moved("A-1", to).with("minute", "Minute 88").with("approved_by", "siro");
        story.record("owner", "2019-01-10", minuted);
        assert_eq!(late(&story, "2019-01-10"), (Flag::Late { days: 10 }, 1));
    }
}

#[test]
fn an_action_is_at_risk_for_reasons_that_are_named() {
    let mut story = Story::new();
    story.record("officer", ON, decision("D-1"));
    story.record("officer", ON, action("A-1", &[]));
    story.record("officer", ON, action("A-2", &[]).with("after_actions", json!(["A-1"])));
    story.record("officer", ON, action("A-3", &[]).with("after_decisions", json!(["D-1"])));
    story.record("officer", ON, action("A-4", &[]).with("due", json!({ "no-date": "Not planned yet" })));
    assert_eq!(story.flag("A-1", ON), Flag::OnTrack);
    for id in ["A-2", "A-3", "A-4"] {
        assert!(matches!(story.flag(id, ON), Flag::AtRisk { .. }), "{id}");
    }
    assert_eq!(story.flag("A-1", "2018-12-16"), Flag::OnTrack);
    assert!(
        matches!(story.flag("A-1", "2018-12-17"), Flag::AtRisk { .. }),
        "14 days are left and no evidence has come"
    );
    story.record("owner", ON, evidence("E-1", &["A-1"]));
    assert_eq!(story.flag("A-1", "2018-12-17"), Flag::OnTrack);
    story.record("officer", ON, taken("D-1", "A", ON));
    assert_eq!(story.flag("A-3", ON), Flag::OnTrack);
}

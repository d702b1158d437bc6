//! Rules of retention, and what they let go: what must be kept is kept whatever they say, and nothing that may go is missed.

use portreeve_model::readiness::{Readiness, RequirementState};
use portreeve_model::reference::EvidenceId;
use portreeve_model::retention::{Reason, Retained, retention};
use portreeve_model::{Event, Refusal};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::json;

use super::drafts::*;
use super::story::{START, Story, day, refuses};
use super::tales::{tales, walk};

const ON: &str = "2018-10-01";

/// What becomes of one item on a day.
fn of(story: &Story, id: &str, on: &str) -> Retained {
    all(story, on).into_iter().find(|held| held.evidence.as_str() == id).unwrap()
}

fn all(story: &Story, on: &str) -> Vec<Retained> {
    let answers = ["EHC", "SBC"].map(|whom| story.ready_for(whom, day(on)));
    retention(story.register(), &answers.iter().collect::<Vec<_>>(), day(on))
}

/// An old item that nothing uses, a newer one of its kind, and a checked rule for both.
fn ripe() -> Story {
    let mut story = Story::new();
    for (id, shows) in [("E-1", "2018-09-01"), ("E-2", "2018-09-02")] {
        story.record("owner", "2018-09-05", evidence(id, &[]).with("shows", shows));
    }
    story.record("siro", ON, retention_set("two-years"));
    story.record("checker", ON, retention_checked("two-years", true));
    story
}

#[test]
fn a_rule_of_retention_is_set_in_years_and_checked_by_somebody_else() {
    let mut story = Story::new();
    for (years, refused) in [(0, true), (1, false), (100, false), (101, true)] {
        let keep = json!({ "for": "years", "years": years, "after": "shown" });
        let event = Event::from(retention_set("rule").with("keep", keep));
        assert_eq!(story.check("officer", ON, &event).is_err(), refused, "{years}");
    }
    refuses!(story, "owner", ON, retention_set("rule"), Refusal::NotAllowed { .. });
    story.record("officer", ON, retention_set("rule"));
    refuses!(story, "officer", ON, retention_set("rule"), Refusal::NothingChanges);
    refuses!(story, "officer", ON, retention_checked("rule", true), Refusal::OwnWork { .. });
    refuses!(story, "checker", ON, retention_checked("other", true), Refusal::Unknown { .. });
    story.record("checker", ON, retention_checked("rule", true));
    refuses!(story, "auditor", ON, retention_checked("rule", false), Refusal::NothingToCheck { .. });
    assert!(story.register().retention["rule"].counts());
    // Another rule under the same name is another rule.
    story.record("officer", ON, retention_set("rule").with("keep", json!({ "for": "ever" })));
    assert!(!story.register().retention["rule"].counts());
}

#[test]
fn evidence_may_go_from_the_day_on_which_every_rule_about_it_has_run_out() {
    let mut story = ripe();
    let until = Reason::NotYet { rule: "two-years".parse().unwrap(), until: day("2020-09-01") };
    assert_eq!(of(&story, "E-1", "2020-08-31").kept, [until]);
    let over = of(&story, "E-1", "2020-09-01");
    assert!(over.may_go() && over.over == [("two-years".parse().unwrap(), day("2020-09-01"))], "{over:?}");
    // The longest rule decides, checked or not; one that keeps for ever is the longest.
    let longer = retention_set("longer").with("markings", json!(["official-sensitive"]));
    story.record("siro", ON, longer.with("keep", json!({ "for": "years", "years": 3, "after": "shown" })));
    assert!(!of(&story, "E-1", "2020-09-01").may_go());
    let unchecked = Reason::RuleUnchecked { rule: "longer".parse().unwrap() };
    assert_eq!(of(&story, "E-1", "2021-09-01").kept, [unchecked]);
    story.record("checker", ON, retention_checked("longer", true));
    assert!(of(&story, "E-1", "2021-09-01").may_go());
    story.record("siro", ON, retention_set("kept").with("keep", json!({ "for": "ever" })));
    let ever = Reason::ForEver { rule: "kept".parse().unwrap() };
    assert_eq!(of(&story, "E-1", "2099-01-01").kept, [ever]);
}

#[test]
fn what_no_checked_rule_is_about_is_kept() {
    let mut story = ripe();
    let rule = retention_set("two-years").with("kinds", json!(["policy"]));
    story.record("siro", ON, rule);
    story.record("checker", ON, retention_checked("two-years", true));
    assert_eq!(of(&story, "E-1", "2099-01-01").kept, [Reason::NoRule]);
    story.record("siro", ON, retention_set("two-years"));
    assert!(matches!(of(&story, "E-1", "2099-01-01").kept[..], [Reason::RuleUnchecked { .. }]));
    story.record("checker", ON, retention_checked("two-years", false));
    assert!(
        matches!(of(&story, "E-1", "2099-01-01").kept[..], [Reason::RuleUnchecked { .. }]),
        "refused is not agreed"
    );
}

#[test]
fn what_is_used_is_kept_whatever_a_rule_says() {
    let late = "2022-01-01";
    let kept = |story: &Story, id: &str| of(story, id, late).kept;
    let story = ripe();
    assert!(matches!(kept(&story, "E-2")[..], [Reason::Newest { .. }]), "{:?}", kept(&story, "E-2"));

    let mut story = ripe();
    story.record("officer", ON, finding("F-1", "high"));
    story.record("officer", ON, action("A-1", &["F-1"]));
    story.record("owner", ON, linked("E-1").with("actions", json!(["A-1"])).with("findings", json!(["F-1"])));
    let open = [
        Reason::OpenAction { action: "A-1".parse().unwrap() },
        Reason::OpenFinding { finding: "F-1".parse().unwrap() },
    ];
    assert_eq!(kept(&story, "E-1"), open);
    story.record("checker", ON, checked("E-1", true));
    story.record("owner", ON, claimed("A-1", ON));
    story.record("checker", ON, verified("A-1"));
    assert!(
        matches!(kept(&story, "E-1")[..], [Reason::ClosedAction { .. }, Reason::Counts { .. }]),
        "{:?}",
        kept(&story, "E-1")
    );

    let mut story = ripe();
    story.record("officer", ON, finding("F-1", "high").with("hosts", json!(["h1"])));
    story.record("tester", ON, retested("F-1", ON, &[("h1", "fixed")], "E-1"));
    assert!(matches!(kept(&story, "E-1")[0], Reason::Retest { .. }), "{:?}", kept(&story, "E-1"));

    let mut story = ripe();
    story.record("officer", ON, signed("chief", ON).with("form", "E-1"));
    assert!(matches!(kept(&story, "E-1")[..], [Reason::SignedForm { .. }]));

    // What an answer rests on; the requirement takes any kind, for ever.
    let mut story = ripe();
    story.record("owner", ON, linked("E-1").with("requirements", json!([requirement("R1")])));
    assert!(of(&story, "E-1", late).may_go(), "nobody has checked it, so nothing rests on it");
    story.record("checker", ON, checked("E-1", true));
    assert!(matches!(kept(&story, "E-1")[..], [Reason::Counts { .. }]));
}

#[test]
fn a_pack_in_use_keeps_what_it_holds_until_a_later_one_leaves_it_out() {
    let late = "2022-01-01";
    let mut story = ripe();
    let known = |story: &Story| story.next().index();
    story.record("officer", ON, pack("P-1").with("known", known(&story)));
    assert!(matches!(of(&story, "E-1", late).kept[..], [Reason::InPack { .. }]));
    // Taken back before the next one, it is in no pack in use.
    story.record("officer", ON, evidence_withdrawn("E-1"));
    assert!(
        matches!(of(&story, "E-1", late).kept[..], [Reason::InPack { .. }]),
        "the pack that was sent holds it still"
    );
    story.record("officer", ON, pack("P-2").with("known", known(&story)));
    assert!(of(&story, "E-1", late).may_go(), "{:?}", of(&story, "E-1", late));
    // A certificate granted on the earlier pack keeps that one in use while it runs.
    let mut certified = story.clone();
    let granted = certificate("C-1").with("from", "2018-12-18").with("until", "2022-12-31");
    let mut early = story.clone();
    certified.record("officer", ON, granted);
    assert!(of(&certified, "E-1", late).may_go(), "both packs are of one day, and the later one is in use");
    early.record("officer", ON, pack("P-3").with("known", known(&early)).with("on", "2019-01-10"));
    assert!(of(&early, "E-1", late).may_go());
}

#[test]
fn years_after_a_certificate_count_from_the_end_of_the_one_it_supported() {
    let mut story = ripe();
    let keep = json!({ "for": "years", "years": 1, "after": "certificate" });
    story.record("siro", ON, retention_set("two-years").with("keep", keep));
    story.record("checker", ON, retention_checked("two-years", true));
    let until = |story: &Story| of(story, "E-1", "2018-12-01").kept;
    assert!(matches!(until(&story)[..], [Reason::NotBegun { .. }]));
    story.record("officer", ON, pack("P-1").with("known", story.next().index()).with("on", ON));
    assert!(matches!(until(&story)[0], Reason::NotBegun { .. }), "no certificate yet");
    // One from before the pack was not granted on it; of those after, the first was.
    story.record("officer", ON, certificate("C-0").with("from", "2018-09-01").with("until", "2030-01-01"));
    story.record("officer", ON, certificate("C-2").with("from", "2020-02-01").with("until", "2021-01-31"));
    story.record("officer", ON, certificate("C-1").with("from", "2018-11-01").with("until", "2019-10-31"));
    let told = |day_: &str| Reason::NotYet { rule: "two-years".parse().unwrap(), until: day(day_) };
    assert_eq!(until(&story)[0], told("2020-10-31"));
    story.record("officer", "2018-12-01", certificate_withdrawn("C-1", "2018-11-30"));
    assert_eq!(until(&story)[0], told("2019-11-30"), "one that is taken away ends on that day");
}

#[test]
fn years_after_withdrawal_begin_with_it_and_what_is_erased_is_told_no_more() {
    let mut story = ripe();
    let keep = json!({ "for": "years", "years": 1, "after": "withdrawal" });
    story.record("siro", ON, retention_set("two-years").with("keep", keep));
    story.record("checker", ON, retention_checked("two-years", true));
    assert!(matches!(of(&story, "E-1", "2022-01-01").kept[..], [Reason::NotBegun { .. }]));
    story.record("owner", "2018-10-02", evidence_withdrawn("E-1"));
    assert!(!of(&story, "E-1", "2019-10-01").may_go() && of(&story, "E-1", "2019-10-02").may_go());
    story.record("owner", "2019-10-02", evidence_withdrawn("E-1").with("erased", true));
    let told: Vec<EvidenceId> = all(&story, "2022-01-01").into_iter().map(|held| held.evidence).collect();
    assert_eq!(told, ["E-2".parse().unwrap()]);
}

fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(24), failure_persistence: None, ..Config::default() }
}

/// What an answer says, without what there is beside it that does not count.
fn said(answer: &Readiness) -> (impl PartialEq + std::fmt::Debug + use<>, Vec<bool>, Vec<RequirementState>) {
    let gates = answer.gates.iter().map(portreeve_model::readiness::GateAnswer::passes).collect();
    let states = answer.requirements.iter().map(|held| held.state.clone()).collect();
    ((answer.verdict, answer.verified, answer.findings, answer.actions), gates, states)
}

proptest! {
    #![proptest_config(config())]

    /// Whoever disposes of everything that may go changes no answer: no verdict, gate, requirement, finding or action.
    #[test]
    fn what_may_go_is_missed_by_no_answer(tale in tales()) {
        let mut story = walk(&tale, |_, _| Ok(()))?;
        let last = "2019-06-30";
        for id in ["one", "two"] {
            let keep = json!({ "for": "years", "years": 1, "after": "shown" });
            story.record("siro", last, retention_set(id).with("keep", keep).with("reason", "For the law"));
            story.record("auditor", last, retention_checked(id, true));
        }
        let on = "2019-12-01";
        let answers = |story: &Story| ["EHC", "SBC"].map(|whom| story.ready_for(whom, day(on)));
        let before = answers(&story);
        let found = all(&story, on);
        for held in &found {
            prop_assert_eq!(held.over.len() == 2, held.kept.iter().all(|why| !matches!(why, Reason::NotYet { .. })));
        }
        for held in found.iter().filter(|held| held.may_go()) {
            story.record("head", on, evidence_withdrawn(held.evidence.as_str()).with("erased", true));
        }
        for (then, now) in before.iter().zip(&answers(&story)) {
            prop_assert_eq!(said(then), said(now));
        }
        let left = all(&story, START);
        prop_assert_eq!(left.len(), found.iter().filter(|held| !held.may_go()).count());
    }
}

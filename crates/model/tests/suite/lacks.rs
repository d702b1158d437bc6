//! What a submission lacks, from when, and how old; and that it agrees with readiness on every day.

use std::collections::BTreeSet;

use portreeve_model::LogSize;
use portreeve_model::readiness::{AsOf, AskedBy, Blocker, Lack, Lacks, Question, Remedy, RequirementState, lacks};
use portreeve_model::reference::RequirementId;
use portreeve_model::standards::{Age, TimeLimit};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::json;

use super::drafts::*;
use super::story::{START, Story, day};
use super::tales::{tales, walk};

/// What East Herts' submission on a day lacks, looked at on another.
fn lacking(story: &Story, today: &str, on: &str) -> Lacks {
    let question = Question {
        register: story.register(),
        framework: &story.framework,
        scheme: &story.scheme,
        organisation: &"EHC".parse().unwrap(),
        as_of: AsOf { known: LogSize::new(story.next().index()), on: day(on) },
    };
    lacks(&question, day(today))
}

fn of_gate<'a>(lacks: &'a Lacks, id: &str) -> Vec<&'a Lack> {
    lacks.gates.iter().filter(|lack| lack.asked_by == AskedBy::Gate(id.to_owned())).collect()
}

fn of_requirement<'a>(lacks: &'a Lacks, number: &str) -> Vec<&'a Lack> {
    let id: RequirementId = requirement(number).parse().unwrap();
    lacks.requirements.iter().filter(|lack| lack.asked_by == AskedBy::Requirement(id.clone())).collect()
}

/// A checked health check report that shows the start.
fn with_report(mut story: Story) -> Story {
    let report = evidence("E-9", &[]).with("evidence_kind", "health-check-report").with("shows", START);
    story.record("officer", START, report.with("collected", START));
    story.record("checker", START, checked("E-9", true));
    story
}

fn rules(story: &mut Story, number: &str, rules: serde_json::Value) {
    story.scheme.evidence.insert(number.parse().unwrap(), serde_json::from_value(rules).unwrap());
}

#[test]
fn evidence_that_is_fine_today_is_named_with_the_day_on_which_it_goes_out_of_date() {
    let story = with_report(Story::new());
    assert!(of_gate(&lacking(&story, START, "2019-09-02"), "health-check").is_empty());
    let found = lacking(&story, START, "2019-10-15");
    let [lack] = of_gate(&found, "health-check")[..] else { panic!("{found:?}") };
    assert_eq!(lack.from, Some(day("2019-09-03")));
    let [aged] = &lack.aged[..] else { panic!("{lack:?}") };
    assert_eq!((aged.age, aged.limit, aged.ends), (Age::Months(13), TimeLimit::Months(12), day("2019-09-03")));
    assert!(matches!(lack.remedy, Some(Remedy::BringEvidence { .. })));
    // On the very day, and once it is too old already.
    assert_eq!(of_gate(&lacking(&story, START, "2019-09-03"), "health-check")[0].from, Some(day("2019-09-03")));
    assert_eq!(of_gate(&lacking(&story, "2019-09-03", "2019-10-15"), "health-check")[0].from, None);
}

#[test]
fn a_limit_in_days_is_told_in_days() {
    let mut story = with_report(Story::new());
    rules(&mut story, "R1", json!([{ "any_of": ["health-check-report"], "within": { "days": 30 } }]));
    story.record("officer", START, linked("E-9").with("requirements", json!([requirement("R1")])));
    story.record("checker", START, checked("E-9", true));
    let found = lacking(&story, START, "2018-11-01");
    let aged = &of_requirement(&found, "R1").last().unwrap().aged[0];
    assert_eq!((aged.age, aged.limit, aged.ends), (Age::Days(59), TimeLimit::Days(30), day("2018-10-03")));
}

#[test]
fn a_requirement_that_lacks_what_a_gate_lacks_is_told_with_the_gate() {
    let mut story = Story::new();
    rules(&mut story, "R1", json!([{ "any_of": ["health-check-report"], "within": { "months": 12 } }]));
    let found = lacking(&story, START, START);
    let [gate] = of_gate(&found, "health-check")[..] else { panic!("{found:?}") };
    assert_eq!(gate.folded, [requirement("R1").parse().unwrap()]);
    let kinds = |lack: &&Lack| matches!(lack.blocker, Blocker::NoEvidence { .. });
    assert!(!of_requirement(&found, "R1").iter().any(kinds), "{found:?}");
    assert!(of_requirement(&found, "R2").iter().any(kinds), "a gate does not speak for other kinds");
}

#[test]
fn a_requirement_that_lacks_it_sooner_is_told_by_itself() {
    let mut story = with_report(Story::new());
    rules(&mut story, "R1", json!([{ "any_of": ["health-check-report"], "within": { "months": 3 } }]));
    story.record("officer", START, linked("E-9").with("requirements", json!([requirement("R1")])));
    story.record("checker", START, checked("E-9", true));
    let found = lacking(&story, START, "2019-10-15");
    assert_eq!(of_gate(&found, "health-check")[0].from, Some(day("2019-09-03")));
    assert!(of_gate(&found, "health-check")[0].folded.is_empty());
    assert_eq!(of_requirement(&found, "R1").last().unwrap().from, Some(day("2018-12-03")));
}

#[test]
fn a_finding_lacks_again_when_its_acceptance_ends_and_a_plan_when_it_becomes_late() {
    let mut story = Story::new();
    story.record("officer", START, finding("F-1", "high"));
    story.record("siro", START, accepted("RA-1", &["F-1"], "2019-02-28"));
    let found = lacking(&story, START, "2019-04-01");
    assert_eq!(of_gate(&found, "closed")[0].from, Some(day("2019-03-01")));
    assert_eq!(of_gate(&found, "planned")[0].from, Some(day("2019-03-01")));
    // Work that is planned is enough for the gate that says so, until its original date has passed.
    let mut story = Story::with_work_on(&["h1"]);
    story.scheme.gates.retain(|gate| gate.id == "closed");
    let original = story.action("A-1").original.unwrap();
    let before = lacking(&story, START, &original.iso());
    assert_eq!(before.by_plan, [("closed".to_owned(), "F-1".parse().unwrap())]);
    assert!(before.gates.is_empty(), "{before:?}");
    let after = lacking(&story, START, &original.plus_days(40).iso());
    assert_eq!(after.gates[0].from, Some(original.plus_days(1)));
}

#[test]
fn what_lacks_today_comes_before_what_will() {
    let found = lacking(&with_report(Story::new()), START, "2019-10-15");
    let order: Vec<_> = found.gates.iter().map(|lack| lack.from).collect();
    assert!(order.is_sorted() && order.first() == Some(&None) && order.last().unwrap().is_some(), "{order:?}");
}

/// Enough to meet every kind of gate.
fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(24), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// A gate lacks something where it neither passes nor passes with its plan; a requirement that is not ready is told,
    /// by itself or with a gate; and what is lacking from a day on is lacking from that day on and not before.
    #[test]
    fn lacks_are_what_readiness_says_on_every_day(tale in tales()) {
        let story = walk(&tale, |_, _| Ok(()))?;
        for (today, on) in [("2018-09-20", "2019-12-01"), ("2018-12-31", "2019-03-10"), ("2019-03-10", "2019-03-10")] {
            let found = lacking(&story, today, on);
            let then = story.ready(on);
            for gate in &then.gates {
                let fails = !gate.passes() && !gate.passes_with_plan();
                prop_assert_eq!(!of_gate(&found, &gate.id).is_empty(), fails, "{} on {}", gate.id, on);
            }
            let told: BTreeSet<_> = found.gates.iter().flat_map(|lack| &lack.folded).collect();
            for answer in &then.requirements {
                let lacks = found.requirements.iter().any(|lack| lack.asked_by == AskedBy::Requirement(answer.id.clone()));
                let ready = answer.state != RequirementState::NotReady;
                let planned = answer.blockers.iter().any(|blocker| {
                    let of_plan = |(_, open): &(String, _)| matches!(blocker, Blocker::FindingOpen { finding, .. } if finding == open);
                    found.by_plan.iter().any(of_plan)
                });
                prop_assert!(!(ready && lacks), "{} on {}", answer.id, on);
                prop_assert!(ready || lacks || told.contains(&answer.id) || planned, "{} on {}", answer.id, on);
            }
            for lack in found.gates.iter().chain(&found.requirements) {
                let same = |other: &Lack| other.asked_by == lack.asked_by
                    && std::mem::discriminant(&other.blocker) == std::mem::discriminant(&lack.blocker)
                    && about(&other.blocker) == about(&lack.blocker);
                let lacks_on = |on: &str| {
                    let found = lacking(&story, on, on);
                    // What a gate tells for a requirement is told there.
                    found.gates.iter().chain(&found.requirements).any(same)
                        || matches!(&lack.asked_by, AskedBy::Requirement(id) if found.gates.iter().any(|gate| gate.folded.contains(id)))
                };
                match lack.from {
                    None => prop_assert!(lacks_on(today), "{:?} on {}", lack, today),
                    Some(from) => {
                        prop_assert!(day(today) < from && from <= day(on));
                        prop_assert!(lacks_on(&from.iso()), "{:?}", lack);
                        if matches!(lack.asked_by, AskedBy::Gate(_)) {
                            let eve = day(today).plus_days(u16::try_from(day(today).days_until(from) - 1).unwrap());
                            prop_assert!(!lacks_on(&eve.iso()), "{:?} on {}", lack, eve);
                        }
                    }
                }
                for aged in &lack.aged {
                    prop_assert_eq!(aged.limit.after(aged.since), aged.ends);
                    prop_assert!(aged.ends <= day(on));
                }
            }
        }
    }
}

/// The finding, action or requirement that a blocker names.
fn about(blocker: &Blocker) -> Option<String> {
    match blocker {
        Blocker::FindingOpen { finding, .. } => Some(finding.to_string()),
        Blocker::ActionLate { action, .. } => Some(action.to_string()),
        Blocker::RequirementNotReady { requirement } => Some(requirement.to_string()),
        Blocker::NoEvidence { any_of, .. } => Some(format!("{any_of:?}")),
        _ => None,
    }
}

//! The calendar of a submission: what it says of each standing, and that it agrees with readiness under every rule.

use portreeve_model::LogSize;
use portreeve_model::readiness::{
    AsOf, AskedBy, Blocker, Due, Ground, Question, Readiness, RequirementState, Standing, calendar,
};
use portreeve_model::reference::EvidenceId;
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::json;

use super::drafts::*;
use super::story::{START, Story, day};
use super::tales::{tales, walk};

/// East Herts' calendar for a submission on a day.
fn due(story: &Story, on: &str) -> Vec<Due> {
    calendar(&Question {
        register: story.register(),
        framework: &story.framework,
        scheme: &story.scheme,
        organisation: &"EHC".parse().unwrap(),
        as_of: AsOf { known: LogSize::new(story.next().index()), on: day(on) },
    })
}

/// What the calendar says of one asker.
fn of<'a>(found: &'a [Due], asker: &AskedBy) -> Vec<&'a Due> {
    found.iter().filter(|due| due.asked_by.contains(asker)).collect()
}

fn gate(id: &str) -> AskedBy {
    AskedBy::Gate(id.to_owned())
}

fn report(id: &str, shows: &str) -> Draft {
    evidence(id, &[]).with("evidence_kind", "health-check-report").with("shows", shows).with("collected", shows)
}

#[test]
fn what_will_be_too_old_is_told_with_its_day_and_the_days_between_which_to_collect() {
    let mut story = Story::new();
    story.record("officer", START, report("E-9", START));
    story.record("checker", START, checked("E-9", true));
    let found = due(&story, "2019-10-15");
    let [told] = of(&found, &gate("health-check"))[..] else { panic!("{found:?}") };
    let Standing::OutOfDate { evidence, validity } = &told.standing else { panic!("{told:?}") };
    assert_eq!((evidence.as_str(), validity.ends), ("E-9", Some(day("2019-09-03"))));
    let window = told.collect.unwrap();
    assert_eq!((window.not_before, window.by), (Some(day("2018-10-16")), day("2019-10-15")));
    // A day earlier than its end it still holds, and there is nothing to collect.
    let found = due(&story, "2019-09-02");
    let [told] = of(&found, &gate("health-check"))[..] else { panic!("{found:?}") };
    assert!(matches!(&told.standing, Standing::Holds { .. }) && told.collect.is_none(), "{told:?}");
}

#[test]
fn what_is_not_there_waits_or_was_taken_back_is_told_as_that() {
    let mut story = Story::new();
    let standing = |story: &Story| {
        let found = due(story, "2019-03-10");
        of(&found, &gate("health-check"))[0].standing.clone()
    };
    assert_eq!(standing(&story), Standing::Missing { instead: Vec::new() });
    story.record("officer", START, report("E-9", START));
    assert!(matches!(standing(&story), Standing::Waits { judge_for: None, .. }));
    story.record("officer", START, evidence_withdrawn("E-9"));
    let Standing::Missing { instead } = standing(&story) else { panic!() };
    assert_eq!(instead.len(), 1, "what was taken back is nothing, and says why");
    // What waits and will be too old by then is not worth checking.
    story.record("officer", START, report("E-8", "2018-03-09"));
    assert!(matches!(standing(&story), Standing::Missing { .. }), "{:?}", standing(&story));
}

#[test]
fn a_requirement_that_does_not_apply_asks_for_nothing() {
    let mut story = Story::new();
    let asker = AskedBy::Requirement(requirement("R6").parse().unwrap());
    assert_eq!(of(&due(&story, START), &asker).len(), 1);
    story.record("officer", START, excluded("R6"));
    assert_eq!(of(&due(&story, START), &asker).len(), 1, "not before somebody else has checked that");
    story.record("auditor", START, exclusion_checked("R6", true));
    assert!(of(&due(&story, START), &asker).is_empty());
}

#[test]
fn what_is_too_old_comes_first_by_its_day_and_what_holds_last() {
    let mut story = Story::new();
    story.record("officer", START, report("E-9", START));
    story.record("checker", START, checked("E-9", true));
    let rules = json!([{ "any_of": ["health-check-report"], "within": { "days": 30 } }]);
    story.scheme.evidence.insert("R1".parse().unwrap(), serde_json::from_value(rules).unwrap());
    story.record("officer", START, linked("E-9").with("requirements", json!([requirement("R1")])));
    story.record("checker", START, checked("E-9", true));
    let found = due(&story, "2019-10-15");
    let ends = found.iter().map_while(|due| match &due.standing {
        Standing::OutOfDate { validity, .. } => validity.ends,
        _ => None,
    });
    assert_eq!(ends.collect::<Vec<_>>(), [day("2018-10-03"), day("2019-09-03")]);
    assert!(found.iter().is_sorted_by_key(|due| !due.standing.is_wanting()), "{found:?}");
}

/// The blockers and grounds of an asker on the day.
fn answer<'a>(then: &'a Readiness, asker: &AskedBy) -> (bool, &'a [Blocker], &'a [Ground]) {
    match asker {
        AskedBy::Gate(id) => {
            let gate = then.gates.iter().find(|gate| &gate.id == id).unwrap();
            (gate.passes(), &gate.blockers, &gate.grounds)
        }
        AskedBy::Requirement(id) => {
            let answer = then.requirements.iter().find(|answer| &answer.id == id).unwrap();
            (answer.state != RequirementState::NotReady, &answer.blockers, &answer.grounds)
        }
    }
}

/// Enough to meet every standing.
fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(24), failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    /// What the calendar says is out of date, missing or waiting on a day makes the gate fail and the requirement unready
    /// on that day, by evidence of just these kinds; what it says holds is what the answer rests on, until the same day;
    /// and no answer wants evidence of which the calendar says nothing.
    #[test]
    fn the_calendar_says_what_readiness_says_on_the_day(tale in tales()) {
        let story = walk(&tale, |_, _| Ok(()))?;
        for on in ["2018-09-20", "2019-03-10", "2019-12-01"] {
            let (found, then) = (due(&story, on), story.ready(on));
            for due in &found {
                prop_assert!(!due.asked_by.is_empty());
                prop_assert_eq!(due.collect.is_some(), matches!(due.standing, Standing::OutOfDate { .. } | Standing::Missing { .. }));
                for asker in &due.asked_by {
                    let (passes, blockers, grounds) = answer(&then, asker);
                    let wants = |held: &Blocker| matches!(held, Blocker::NoEvidence { any_of, .. } if any_of == &due.rule.any_of);
                    if let Standing::Holds { evidence, validity } = &due.standing {
                        let rests = |held: &Ground| matches!(held, Ground::Evidence { id, expires, .. } if id == evidence && *expires == validity.ends);
                        prop_assert!(grounds.iter().any(rests), "{:?} on {}", due, on);
                        prop_assert!(!validity.is_over(day(on)));
                    } else {
                        prop_assert!(!passes && blockers.iter().any(wants), "{:?} of {:?} on {}", due, asker, on);
                    }
                    if let Standing::OutOfDate { validity, .. } = &due.standing {
                        prop_assert!(validity.is_over(day(on)));
                    }
                }
            }
            let of_gates = then.gates.iter().map(|gate| (AskedBy::Gate(gate.id.clone()), &gate.blockers));
            let askers = of_gates.chain(then.requirements.iter().map(|held| (AskedBy::Requirement(held.id.clone()), &held.blockers)));
            for (asker, blockers) in askers {
                for blocker in blockers {
                    if let Blocker::NoEvidence { any_of, .. } = blocker {
                        let told = of(&found, &asker).into_iter().any(|due| &due.rule.any_of == any_of && due.standing.is_wanting());
                        prop_assert!(told, "{:?} wants {:?} on {}", asker, any_of, on);
                    }
                }
            }
        }
    }

    /// A checked item that shows the first day of the window will do for whoever asked, and one that shows the day before
    /// will not.
    #[test]
    fn the_window_is_as_wide_as_readiness_lets_it_be(tale in tales(), choice in any::<prop::sample::Index>()) {
        let on = "2019-12-01";
        let story = walk(&tale, |_, _| Ok(()))?;
        let wanting: Vec<Due> = due(&story, on).into_iter().filter(|due| due.collect.is_some()).collect();
        if wanting.is_empty() {
            return Ok(());
        }
        let chosen = choice.get(&wanting);
        let (window, asker) = (chosen.collect.unwrap(), &chosen.asked_by[0]);
        prop_assert_eq!(window.by, day(on));
        let kind = serde_json::to_value(chosen.rule.any_of.first().unwrap()).unwrap();
        let with = |shows: portreeve_model::Day| {
            let mut story = story.clone();
            let links = match asker {
                AskedBy::Gate(_) => json!([]),
                AskedBy::Requirement(id) => json!([id]),
            };
            let new = evidence("E-NEW", &[]).with("evidence_kind", kind.clone()).with("shows", shows.iso());
            story.record("officer", on, new.with("collected", on).with("requirements", links));
            story.record("auditor", on, checked("E-NEW", true));
            let found = due(&story, on);
            let new: EvidenceId = "E-NEW".parse().unwrap();
            let rests = |held: &&Due| matches!(&held.standing, Standing::Holds { evidence, .. } if evidence == &new);
            of(&found, asker).into_iter().filter(|held| held.rule == chosen.rule).any(|held| rests(&held))
        };
        prop_assert!(with(window.not_before.unwrap_or(day("2018-01-01"))), "{:?}", chosen);
        if let Some(first) = window.not_before {
            prop_assert!(!with(first.minus_days(1)), "{:?}", chosen);
        }
    }
}

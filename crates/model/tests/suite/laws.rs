//! The laws of the figure, over random histories under random rules: what the rule book passes is judged before and
//! after.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::concern::concerning;
use portreeve_model::readiness::{GateAnswer, Readiness, RequirementAnswer, Share, Verdict};
use portreeve_model::register::finding::FindingRaised;
use portreeve_model::words::Retest;
use portreeve_model::{Entry, Event, History};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

use super::drafts::*;
use super::story::{Story, day, moment};
use super::tales::{beginning, candidates, tales, walk};

/// The days on which everything is judged: in the middle of it, around the ends of dates and acceptances, and far on.
const DAYS: [&str; 6] = ["2018-09-20", "2018-12-31", "2019-01-01", "2019-03-10", "2019-06-01", "2019-12-01"];

/// East Herts' answers on every day.
fn answers(story: &Story) -> Vec<Readiness> {
    DAYS.iter().map(|on| story.ready(on)).collect()
}

/// Whether an entry is one that closes something.
fn closes(event: &Event) -> bool {
    match event {
        Event::ActionVerified(_) | Event::RiskAccepted(_) => true,
        Event::EvidenceChecked(event) => event.accepted,
        Event::AnswersChecked(event) => event.accepted,
        Event::ConclusionChecked(event) => event.accepted,
        Event::CarryJudged(event) => event.accepted,
        Event::FindingRetested(event) => event.results.values().all(|said| *said == Retest::Fixed),
        _ => false,
    }
}

/// Whether a finding is about East Herts and the scheme's framework. A finding about others may complete a report, and
/// then a gate that waited for its lines opens.
fn is_ours(event: &FindingRaised) -> bool {
    event.organisations.contains("EHC")
        && (event.requirements.is_empty()
            || event.requirements.iter().any(|requirement| requirement.framework.as_str() == "psn-coco-1.32"))
}

/// Whether an entry is one that opens something.
fn opens(event: &Event) -> bool {
    match event {
        Event::HostsAdded(_) | Event::EvidenceWithdrawn(_) | Event::AcceptanceWithdrawn(_) => true,
        // To carry something over is to ask a question, and to be told no is an answer that closes nothing.
        Event::EvidenceCarried(_) => true,
        Event::CarryJudged(event) => !event.accepted,
        Event::FindingRaised(event) => is_ours(event),
        Event::AnswersChecked(event) => !event.accepted,
        Event::FindingRetested(event) => {
            let said = |outcome: Retest| event.results.values().any(|said| *said == outcome);
            said(Retest::StillThere) && !said(Retest::Fixed)
        }
        _ => false,
    }
}

/// How the parts compare; nothing applicable compares with nothing.
fn compare(before: Share, after: Share) -> Option<Ordering> {
    let cross = |one: Share, other: Share| u64::from(one.part) * u64::from(other.whole);
    (before.whole > 0 && after.whole > 0).then(|| cross(after, before).cmp(&cross(before, after)))
}

/// How far a gate is: it fails, would pass with a plan, or passes.
fn level(gate: &GateAnswer) -> Verdict {
    if gate.passes() {
        Verdict::WouldPass
    } else if gate.passes_with_plan() {
        Verdict::WouldPassWithPlan
    } else {
        Verdict::WouldNotPass
    }
}

/// Judges that nothing moved against `against`: not the share, the verdict, any gate or any requirement.
fn never(against: Ordering, before: &[Readiness], after: &[Readiness], event: &Event) -> Result<(), TestCaseError> {
    for (before, after) in before.iter().zip(after) {
        let on = before.as_of.on;
        prop_assert_ne!(
            compare(before.verified, after.verified),
            Some(against),
            "the share on {} after {:?}",
            on,
            event
        );
        prop_assert_ne!(after.verdict.cmp(&before.verdict), against, "the verdict on {} after {:?}", on, event);
        for (gate, then) in after.gates.iter().zip(&before.gates) {
            prop_assert_ne!(
                level(gate).cmp(&level(then)),
                against,
                "{} on {} after {:?}\n{:?}",
                gate.id,
                on,
                event,
                gate
            );
        }
        let rank = |answer: &RequirementAnswer| answer.blockers.is_empty();
        for (now, then) in after.requirements.iter().zip(&before.requirements) {
            prop_assert_ne!(rank(now).cmp(&rank(then)), against, "{} on {} after {:?}", now.id, on, event);
        }
    }
    Ok(())
}

fn config() -> Config {
    // Enough to walk into every rule each time, few enough to stay quick; PROPTEST_CASES asks for more.
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    // What once failed is kept beside this file and tried first from then on.
    let kept = FileFailurePersistence::WithSource("regressions");
    Config { cases: asked.unwrap_or(32), failure_persistence: Some(Box::new(kept)), ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn closing_something_never_lowers_readiness(tale in tales()) {
        let mut before = answers(&beginning(&tale));
        walk(&tale, |event, story| {
            let after = answers(story);
            if closes(event) {
                never(Ordering::Less, &before, &after, event)?;
            }
            before = after;
            Ok(())
        })?;
    }

    #[test]
    fn opening_something_never_raises_readiness(tale in tales()) {
        let mut before = answers(&beginning(&tale));
        walk(&tale, |event, story| {
            let after = answers(story);
            if opens(event) {
                never(Ordering::Greater, &before, &after, event)?;
            }
            before = after;
            Ok(())
        })?;
    }

    /// It may turn a finding without a plan into one with a plan, and a gate that asks for plans may then pass: work
    /// that was finished is no plan, work that is open is one.
    #[test]
    fn opening_an_action_again_never_raises_a_share_or_closes_a_finding(tale in tales()) {
        let mut before = answers(&beginning(&tale));
        walk(&tale, |event, story| {
            let after = answers(story);
            if matches!(event, Event::ActionReopened(_)) {
                for (then, now) in before.iter().zip(&after) {
                    prop_assert_ne!(compare(then.verified, now.verified), Some(Ordering::Greater));
                    let ended = |answer: &Readiness| answer.findings.closed() + answer.findings.accepted;
                    prop_assert!(ended(now) <= ended(then), "{:?} {:?} {:?}", then.findings, now.findings, event);
                    for (gate, earlier) in now.gates.iter().zip(&then.gates).filter(|(gate, _)| !gate.id.starts_with("planned")) {
                        prop_assert!(!gate.passes() || earlier.passes(), "{} after {:?}", gate.id, event);
                    }
                }
            }
            before = after;
            Ok(())
        })?;
    }

    #[test]
    fn a_re_test_that_could_not_tell_changes_no_answer(tale in tales()) {
        let mut before = answers(&beginning(&tale));
        walk(&tale, |event, story| {
            let after = answers(story);
            if let Event::FindingRetested(retest) = event
                && retest.results.values().all(|said| *said == Retest::CouldNotTell)
            {
                for (then, now) in before.iter().zip(&after) {
                    prop_assert_eq!((&then.gates, &then.requirements), (&now.gates, &now.requirements));
                    prop_assert_eq!((then.verified, then.claimed), (now.verified, now.claimed));
                }
            }
            before = after;
            Ok(())
        })?;
    }

    #[test]
    fn carrying_evidence_over_changes_no_verified_figure_and_no_check(tale in tales()) {
        let mut before = (answers(&beginning(&tale)), beginning(&tale).register().evidence.clone());
        walk(&tale, |event, story| {
            let after = (answers(story), story.register().evidence.clone());
            if let Event::EvidenceCarried(_) = event {
                for (then, now) in before.0.iter().zip(&after.0) {
                    prop_assert_eq!((then.verified, then.verdict, &then.gates), (now.verified, now.verdict, &now.gates));
                    for (then, now) in then.requirements.iter().zip(&now.requirements) {
                        prop_assert_eq!((&then.state, &then.grounds), (&now.state, &now.grounds));
                    }
                }
                for (then, now) in before.1.values().zip(after.1.values()) {
                    prop_assert_eq!((&then.check, &then.requirements), (&now.check, &now.requirements));
                }
            }
            before = after;
            Ok(())
        })?;
    }

    #[test]
    fn the_passing_of_days_only_lowers(tale in tales()) {
        let mut at = 0;
        let judge = |story: &Story| {
            let answers = answers(story);
            let event = &story.history.entries()[0].1.event;
            answers.windows(2).try_for_each(|pair| never(Ordering::Greater, &pair[..1], &pair[1..], event))
        };
        let story = walk(&tale, |_, story| {
            at += 1;
            if at % 8 == 0 { judge(story) } else { Ok(()) }
        })?;
        judge(&story)?;
    }

    #[test]
    fn what_is_claimed_is_never_less_than_what_is_verified(tale in tales()) {
        walk(&tale, |event, story| {
            for on in [DAYS[0], DAYS[3]] {
                let answer = story.ready(on);
                prop_assert_ne!(compare(answer.verified, answer.claimed), Some(Ordering::Less), "on {} after {:?}", on, event);
                prop_assert!(answer.claimed.whole <= answer.verified.whole);
                prop_assert!(answer.actions.claimed >= answer.actions.verified);
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_counts_add_up_and_no_share_is_rounded_up(tale in tales()) {
        walk(&tale, |_, story| {
            for (council, on) in [("EHC", DAYS[0]), ("EHC", DAYS[2]), ("SBC", DAYS[2])] {
                let answer = story.ready_for(council, day(on));
                let count = answer.findings;
                let parts = count.fixed + count.accepted + count.false_positive + count.duplicate + count.open;
                prop_assert_eq!(count.total, parts + count.unaccounted);
                let actions = answer.actions;
                prop_assert!(actions.verified <= actions.claimed && actions.claimed <= actions.total);
                prop_assert!(actions.late + actions.verified <= actions.total);
                for share in [answer.verified, answer.claimed] {
                    prop_assert!(share.part <= share.whole);
                    prop_assert_eq!(share.percent().is_none(), share.whole == 0);
                    prop_assert_eq!(share.percent() == Some(100), share.whole > 0 && share.part == share.whole);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn nothing_applicable_never_gives_a_figure(tale in tales()) {
        let mut story = walk(&tale, |_, _| Ok(()))?;
        let mut only_excluded = story.clone();
        for number in ["R1", "R2", "R3", "R4", "R5", "R6"] {
            only_excluded.record("officer", "2019-12-31", excluded(number));
            only_excluded.record("checker", "2019-12-31", exclusion_checked(number, true));
        }
        story.framework.requirements.clear();
        for answer in answers(&story).into_iter().chain(answers(&only_excluded)) {
            prop_assert_eq!((answer.verified.percent(), answer.claimed.percent()), (None, None));
        }
    }

    #[test]
    fn the_same_entries_and_day_give_the_same_answer(tale in tales()) {
        let story = walk(&tale, |_, _| Ok(()))?;
        let mut again = story.clone();
        again.history = replay(History::new(), &story.history, 0);
        for (one, other) in answers(&story).iter().zip(&answers(&again)) {
            prop_assert_eq!(one, other);
            prop_assert_eq!(serde_json::to_string(one).unwrap(), serde_json::to_string(other).unwrap());
        }
    }

    #[test]
    fn a_register_is_the_same_folded_at_once_or_in_two_parts(tale in tales(), cut in any::<prop::sample::Index>()) {
        let story = walk(&tale, |_, _| Ok(()))?;
        let cut = cut.index(story.history.entries().len());
        let mut first = History::new();
        for (number, entry) in &story.history.entries()[..cut] {
            first.append(*number, entry.clone()).unwrap();
        }
        let then = first.register().clone();
        let whole = replay(first.clone(), &story.history, cut);
        prop_assert_eq!(whole.register(), story.register());
        prop_assert_eq!(first.register(), &then, "and a later fold leaves an earlier one alone");
        let known = serde_json::to_string(story.register()).unwrap();
        prop_assert_eq!(serde_json::to_string(whole.register()).unwrap(), known);
    }

    #[test]
    fn the_part_of_a_ledger_that_a_pack_carries_replays_by_itself_and_gives_the_same_answer(tale in tales()) {
        let story = walk(&tale, |_, _| Ok(()))?;
        for council in ["EHC", "SBC"] {
            let whom = BTreeSet::from([council.parse().unwrap()]);
            let part = concerning(&story.history, &story.scheme.id, &whom);
            let mut carried = story.clone();
            carried.history = History::new();
            for (number, entry) in story.history.entries().iter().filter(|(number, _)| part.contains(number)) {
                let done = carried.history.append(*number, entry.clone());
                prop_assert!(done.is_ok(), "{} for {}: {:?}", number, council, done);
            }
            for on in DAYS {
                let (whole, part) = (story.ready_for(council, day(on)), carried.ready_for(council, day(on)));
                prop_assert_eq!((whole.verdict, whole.verified, whole.claimed), (part.verdict, part.verified, part.claimed));
                prop_assert_eq!((whole.gates, whole.requirements), (part.gates, part.requirements));
                prop_assert_eq!((whole.findings, whole.actions, whole.scope), (part.findings, part.actions, part.scope));
            }
        }
    }

    #[test]
    fn the_check_refuses_exactly_what_the_append_refuses(tale in tales()) {
        let mut story = beginning(&tale);
        let mut today = day("2018-09-06");
        for step in tale.steps {
            today = today.plus_days(u16::from(step.5));
            let on = today.iso();
            for (by, draft) in candidates(&story, step, &on) {
                let event = Event::from(draft);
                let said = story.check(&by, &on, &event);
                let before = said.is_err().then(|| story.register().clone());
                let command = format!("c{}", story.next().index()).parse().unwrap();
                let entry = Entry::new(command, moment(&on), by.parse().unwrap(), event);
                let line = entry.encode();
                prop_assert_eq!(&Entry::decode(&line).unwrap(), &entry, "what is written reads back");
                let number = story.next();
                let done = story.history.append(number, entry);
                prop_assert_eq!(said.is_ok(), done.is_ok(), "{:?} and {:?}", said, done);
                if let Some(before) = before {
                    prop_assert_eq!(story.register(), &before, "what was refused left a trace");
                }
            }
        }
    }
}

/// Replays what comes from `cut` on.
fn replay(mut history: History, whole: &History, cut: usize) -> History {
    for (number, entry) in &whole.entries()[cut..] {
        history.append(*number, entry.clone()).unwrap();
    }
    history
}

/// Laws that never meet what they are about prove nothing. The seed is fixed, so this says the same every time.
#[test]
fn random_histories_meet_what_the_laws_are_about() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[18; 32]);
    let config = Config { cases: 128, failure_persistence: None, ..Config::default() };
    let mut tally: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let counted = std::cell::RefCell::new(&mut tally);
    TestRunner::new_with_rng(config, rng)
        .run(&tales(), |tale| {
            let mut before = answers(&beginning(&tale));
            walk(&tale, |event, story| {
                let after = answers(story);
                let moved = before.iter().zip(&after).any(|(then, now)| {
                    (then.verdict, then.verified, &then.findings) != (now.verdict, now.verified, &now.findings)
                });
                let class = if closes(event) {
                    "closes"
                } else if opens(event) {
                    "opens"
                } else {
                    "neither"
                };
                let mut tally = counted.borrow_mut();
                let count = tally.entry(format!("{class} {}", event.kind())).or_default();
                *count = (count.0 + 1, count.1 + u32::from(moved));
                before = after;
                Ok(())
            })
            .map(|_| ())
        })
        .unwrap();
    for kind in [
        "closes action-verified",
        "closes evidence-checked",
        "closes risk-accepted",
        "closes conclusion-checked",
        "closes carry-judged",
        "closes finding-retested",
        "closes answers-checked",
        "opens finding-raised",
        "opens hosts-added",
        "opens evidence-withdrawn",
        "opens acceptance-withdrawn",
        "opens carry-judged",
        "opens finding-retested",
        "neither action-reopened",
        "neither undone",
    ] {
        let (passed, moved) = tally.get(kind).copied().unwrap_or_default();
        assert!(passed >= 10 && moved >= 2, "{kind}: {passed} passed, {moved} moved an answer; all: {tally:#?}");
    }
}

//! Random histories under random rules. Entries are drawn from a small pool, so that they meet; what the rule book refuses
//! is left out.

use std::sync::LazyLock;

use portreeve_model::Event;
use portreeve_model::standards::Scheme;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::drafts::*;
use super::schemes::{GRADES, random_scheme};
use super::story::{PEOPLE, START, Story, day, scheme};

/// What one entry is drawn from: its kind, its writer, three choices, and the days since the entry before.
pub(crate) type Step = (u8, u8, u8, u8, u8, u8);

/// A random history under random rules.
#[derive(Clone, Debug)]
pub(crate) struct Tale {
    /// The scheme that judges it, and how far its framework's profile wants each requirement met.
    pub(crate) scheme: Scheme,
    targets: Vec<&'static str>,
    pub(crate) steps: Vec<Step>,
}

pub(crate) fn tales() -> impl Strategy<Value = Tale> {
    let steps = vec((any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), 0..3_u8), 30..110);
    let schemes = prop_oneof![Just(scheme()), random_scheme()];
    let targets = vec(prop::sample::select(GRADES.to_vec()), 6);
    (schemes, targets, steps).prop_map(|(scheme, targets, steps)| Tale { scheme, targets, steps })
}

/// The beginning under a tale's rules.
pub(crate) fn beginning(tale: &Tale) -> Story {
    let mut story = BEGINNING.clone();
    story.scheme = tale.scheme.clone();
    for (asked, target) in story.framework.requirements.iter_mut().zip(&tale.targets) {
        asked.target = target.parse().ok();
    }
    if tale.scheme.framework.is_none() {
        story.framework.requirements.clear();
    }
    story
}

/// A register that would pass but for two findings with work planned for them, in which several people may check.
static BEGINNING: LazyLock<Story> = LazyLock::new(|| {
    let mut story = Story::new();
    story.record("clerk", START, roles_changed("owner", &["action-owner", "checker"]));
    story.record("officer", START, second_framework());
    story.record("officer", START, mapping());
    story.record("officer", START, source("AUDIT").with("findings_reported", 1));
    story.record("officer", START, finding("F-1", "high").with("hosts", json!(["h1", "h2"])));
    story.record("officer", START, finding("F-2", "medium").with("requirements", json!([requirement("R3")])));
    story.record("officer", START, action("A-1", &["F-1"]));
    story.record("officer", START, action("A-2", &["F-2"]).with("owner", "officer"));
    for number in ["R1", "R2", "R3", "R4", "R5"] {
        story.record("officer", START, stated(number));
    }
    let report = evidence("E-0", &[]).with("evidence_kind", "health-check-report").with("shows", START);
    let bears_on: Value = ["R1", "R3", "R4"].into_iter().map(requirement).collect();
    story.record("officer", START, report.with("collected", START).with("requirements", bears_on));
    story.record("checker", START, checked("E-0", true));
    story.record("officer", START, particulars(&[("environment", "Shared"), ("users", "1,100")]));
    story.record("chief", START, signed("chief", START));
    story
});

fn pick<'a>(pool: &[&'a str], choice: u8) -> &'a str {
    pool[usize::from(choice) % pool.len()]
}

/// Those of the pool whose bit is set.
fn some_of<'a>(pool: &[&'a str], bits: u8) -> Vec<&'a str> {
    (0..).zip(pool).filter(|(at, _)| bits >> at & 1 == 1).map(|(_, name)| *name).collect()
}

/// A requirement with its indicators.
fn pick_indicators(choice: u8) -> (&'static str, &'static [&'static str]) {
    if choice & 1 == 0 {
        ("R4", &["R4.A.1", "R4.A.2", "R4.PA.1", "R4.NA.1"])
    } else {
        ("R5", &["R5.A.1", "R5.NA.1", "R5.NA.2"])
    }
}

const EVIDENCE: [&str; 9] = ["E-0", "E-1", "E-2", "E-3", "E-4", "E-5", "E-6", "E-7", "E-8"];

/// The entries that a step stands for, and their writers: one, or the few that make a whole turn of work.
pub(crate) fn candidates(story: &Story, step: Step, today: &str) -> Vec<(String, Draft)> {
    let (kind, _, a, b, c, _) = step;
    let turn = |entries: Vec<(&str, Draft)>| entries.into_iter().map(|(by, draft)| (by.to_owned(), draft)).collect();
    let (finding_id, action_id) = (pick(&["F-1", "F-2", "F-3", "F-4"], a), pick(&["A-1", "A-2", "A-3"], a));
    let proof = pick(&EVIDENCE, b);
    match kind % 58 {
        48 | 49 => {
            let (number, indicators) = pick_indicators(a);
            let said = indicators.iter().zip(0..).map(|(id, at)| (*id, if b >> at & 1 == 1 { "yes" } else { "no" }));
            turn(vec![
                ("officer", answered(number, &said.collect::<Vec<_>>())),
                ("checker", answers_checked(number, c & 7 != 0)),
            ])
        }
        40..=43 => turn(vec![
            ("tester", evidence(proof, &[action_id])),
            ("checker", checked(proof, true)),
            (pick(&["owner", "officer"], c), claimed(action_id, today)),
            (pick(&["checker", "head"], c >> 1), verified(action_id)),
        ]),
        44 | 45 => {
            let on_hosts = if finding_id == "F-1" {
                vec![("h1", "fixed"), ("h2", "fixed")]
            } else {
                vec![("whole estate", "fixed")]
            };
            turn(vec![
                ("tester", evidence(proof, &[]).with("evidence_kind", "retest-result")),
                ("tester", retested(finding_id, today, &on_hosts, proof)),
                ("checker", checked(proof, true)),
            ])
        }
        46 => turn(vec![("officer", false_positive(finding_id)), ("checker", conclusion_checked(finding_id, true))]),
        47 => turn(vec![
            ("officer", action(action_id, &[finding_id])),
            ("siro", accepted(pick(&["RA-1", "RA-2", "RA-3"], b), &[finding_id], "2019-03-09")),
        ]),
        52 | 53 => {
            let (from, to) = pick_pair(a);
            let mut told = vec![
                ("tester", evidence(proof, &[]).with("requirements", json!([outcome(from)]))),
                ("checker", checked(proof, true)),
                (pick(&["owner", "officer"], c), carried(proof, from, to)),
                (pick(&["checker", "head"], c >> 1), judged(proof, to, c & 12 != 0)),
            ];
            if c & 48 == 0 {
                told.push(("checker", judged(proof, to, false)));
            }
            turn(told)
        }
        _ => vec![candidate(story, step, today)],
    }
}

/// A pair of the mapping.
fn pick_pair(choice: u8) -> (&'static str, &'static str) {
    [("O3", "R5"), ("O1", "R1"), ("O1", "R2"), ("O2", "R3")][usize::from(choice) % 4]
}

/// Some requirements of the scheme's framework and of the other.
fn bears_on(bits: u8) -> Value {
    let ours = some_of(&["R1", "R2", "R3"], bits >> 5).into_iter().map(requirement);
    ours.chain(some_of(&["O1", "O2", "O3"], bits >> 2).into_iter().map(outcome)).collect()
}

/// The entry that a step stands for, and its writer.
fn candidate(story: &Story, step: Step, today: &str) -> (String, Draft) {
    let (kind, who, a, b, c, _) = step;
    let finding_id = pick(&["F-1", "F-2", "F-3", "F-4"], a);
    let action_id = pick(&["A-1", "A-2", "A-3"], a);
    let evidence_id = pick(&EVIDENCE, a);
    let risk = pick(&["RA-1", "RA-2", "RA-3"], a);
    let hosts = some_of(&["h1", "h2", "h3"], b);
    let number = pick(&["R1", "R2", "R3", "R4", "R5", "R6"], a);
    let numbers: Vec<String> = some_of(&["R1", "R2", "R3"], c).into_iter().map(requirement).collect();
    let raisers = ["officer", "tester", "head", "auditor"];
    let checkers = ["checker", "officer", "tester", "owner", "head"];
    let evidence_of = |id: &str| {
        let kinds =
            ["retest-result", "configuration-export", "network-diagram", "policy", "health-check-report", "statement"];
        let shows = if b & 1 == 1 { "2018-04-05" } else { "2018-09-05" };
        evidence(id, &some_of(&["A-1", "A-2", "A-3"], b >> 1))
            .with("evidence_kind", pick(&kinds, c))
            .with("shows", shows)
            .with("findings", some_of(&["F-1", "F-2"], b >> 4))
            .with("requirements", bears_on(b))
    };
    let retest_of = |outcomes: &[&str]| {
        let held = ["h1", "h2", "whole estate"];
        let chosen = if finding_id == "F-1" { some_of(&held[..2], b) } else { vec![held[2]] };
        let results: Vec<(&str, &str)> = (0..).zip(chosen).map(|(at, host)| (host, pick(outcomes, c >> at))).collect();
        let on = if b & 8 == 8 { "2018-09-06" } else { today };
        retested(finding_id, on, &results, pick(&EVIDENCE, b >> 4))
    };
    let (people, draft): (&[&str], Draft) = match kind % 58 {
        50 => {
            let (number, indicators) = pick_indicators(a);
            let said = if b & 1 == 1 { "yes" } else { "no" };
            (&["officer", "owner"], answered(number, &[(pick(indicators, c), said)]))
        }
        54 => {
            let (from, to) = pick_pair(b);
            (&["owner", "officer", "tester", "checker"], carried(evidence_id, from, to))
        }
        55 => (&checkers, judged(evidence_id, pick_pair(b).1, c & 3 != 0)),
        56 => {
            let kinds = some_of(&["network-diagram", "policy", "health-check-report"], b);
            let after = pick(&["shown", "shown", "withdrawal", "certificate"], c);
            let keep = json!({ "for": "years", "years": 1, "after": after });
            (
                &["officer", "siro", "head"],
                retention_set(pick(&["one", "two"], a)).with("kinds", kinds).with("keep", keep),
            )
        }
        57 => (&checkers, retention_checked(pick(&["one", "two"], a), c & 7 != 0)),
        51 => (&checkers, answers_checked(pick_indicators(a).0, c & 3 != 0)),
        0 => {
            let severity = pick(&["informational", "low", "medium", "high", "critical"], b);
            let council = pick(&["EHC", "EHC", "SBC"], c >> 4);
            let raised = finding(finding_id, severity).with("hosts", hosts).with("requirements", numbers);
            (&raisers, raised.with("organisations", json!([council])).with("source", pick(&["ITHC", "AUDIT"], c >> 6)))
        }
        1 => (&raisers, hosts_added(finding_id, &hosts)),
        2 => {
            let severity = pick(&["low", "medium", "high"], b);
            (&raisers, corrected(finding_id).with("severity", severity).with("requirements", numbers))
        }
        3 | 4 => (&raisers, retest_of(&["fixed"])),
        5 => (&raisers, retest_of(&["still-there"])),
        6 => (&raisers, retest_of(&["still-there", "could-not-tell", "fixed"])),
        7 => (&raisers, retest_of(&["could-not-tell"])),
        8 => (&raisers, false_positive(finding_id)),
        9 => (&raisers, duplicate(finding_id, pick(&["F-1", "F-2", "F-3"], b))),
        10 => (&checkers, conclusion_checked(finding_id, c & 3 != 0)),
        11 | 12 => {
            let planned =
                action(action_id, &some_of(&["F-1", "F-2", "F-3"], b)).with("owner", pick(&["owner", "officer"], c));
            let planned = if c & 8 == 8 { planned.with("due", json!({ "no-date": "Not known" })) } else { planned };
            (&["officer", "head"], planned.with("budget", pick(&["yes", "yes", "no"], c >> 4)))
        }
        13 => {
            let wider = changed(action_id).on_hosts("also_closes", finding_id, &some_of(&["h1", "h2"], b));
            (&["officer", "owner"], wider.with("owner", pick(&["owner", "officer", "tester"], c)))
        }
        14 => (&["owner"], moved(action_id, pick(&["2018-11-30", "2019-03-31"], b)).with("approved_by", "siro")),
        15..=17 => (&["owner", "officer"], claimed(action_id, today)),
        18..=21 => (&checkers, verified(action_id)),
        22 => (&["officer", "owner", "tester"], reopened(action_id)),
        23 => (&["officer", "head"], action_withdrawn(action_id)),
        24..=26 => (&["owner", "officer", "tester", "head"], evidence_of(evidence_id)),
        27 => {
            let more =
                linked(evidence_id).with("actions", some_of(&["A-1", "A-2", "A-3"], b)).with("requirements", numbers);
            (&["owner", "officer", "checker"], more)
        }
        28..=31 => (&checkers, checked(evidence_id, c & 7 != 0)),
        32 => (&["owner", "officer", "tester"], evidence_withdrawn(evidence_id).with("erased", c & 3 == 0)),
        33 => {
            let until = pick(&["2018-12-31", "2019-03-09", today], c);
            (&["siro"], accepted(risk, &[], until).on_hosts("findings", finding_id, &some_of(&["h1", "h2"], b)))
        }
        34 => (&["siro", "officer"], acceptance_withdrawn(risk)),
        35 => (&["officer"], if b & 3 == 0 { excluded(number) } else { stated(number) }),
        36 => (&checkers, exclusion_checked(number, c & 3 != 0)),
        37 => (&["officer"], particulars(&[(pick(&["environment", "users"], a), "Shared")])),
        38 => (&["chief"], signed("chief", today)),
        _ => {
            // Not who is there and what was adopted, or every later step would find nobody.
            let told = &story.history.entries()[PEOPLE.len() + 8..];
            let (_, entry) = &told[usize::from(a) % told.len()];
            return (entry.by.to_string(), undone(entry.command.as_str()));
        }
    };
    (pick(people, who).to_owned(), draft)
}

/// Walks a random history, and shows every entry that passes together with the story it made.
pub(crate) fn walk(
    tale: &Tale,
    mut look: impl FnMut(&Event, &Story) -> Result<(), TestCaseError>,
) -> Result<Story, TestCaseError> {
    let mut story = beginning(tale);
    let mut today = day("2018-09-06");
    for step in &tale.steps {
        today = today.plus_days(u16::from(step.5));
        let today = today.iso();
        for (by, draft) in candidates(&story, *step, &today) {
            let event = Event::from(draft);
            if story.check(&by, &today, &event).is_ok() {
                story.record(&by, &today, event.clone());
                look(&event, &story)?;
            }
        }
    }
    Ok(story)
}

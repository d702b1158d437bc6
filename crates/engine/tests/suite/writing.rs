//! Writing: through the rule book, all or nothing, whoever else writes at the same time.

use std::fs;

use portreeve_engine::{EngineError, Files, Kind, Mode, Session, Taking};
use portreeve_model::Refusal;
use portreeve_model::reference::CommandId;
use portreeve_model::register::action::ActionClaimed;
use portreeve_model::register::evidence::{EvidenceAdded, EvidenceChecked, EvidenceWithdrawn};
use portreeve_model::register::people::OrganisationAdded;

use super::bench::{Bench, OFFICER, OWNER, evidence_event, finding, id, tree};

fn organisation(reference: &str) -> Vec<portreeve_model::Event> {
    vec![OrganisationAdded { id: id(reference), name: id("A council") }.into()]
}

#[test]
fn what_was_recorded_is_there_after_reopening() {
    let bench = Bench::with_closed_finding();
    let (before, size) = (bench.session.register().clone(), bench.session.size());
    let bench = bench.reopen();
    assert_eq!(bench.session.register(), &before);
    assert_eq!(bench.session.size(), size);
}

#[test]
fn a_refused_command_leaves_no_trace_even_when_only_its_last_part_is_refused() {
    let mut bench = Bench::new();
    bench.plan_one();
    let size = bench.session.size();
    let events = vec![finding("ITHC-002", 2).into(), finding("ITHC-003", 2).into()];
    let refused = bench.session.record(&id(OFFICER), events, Mode::Write).unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    assert_eq!(bench.session.size(), size);
    assert!(!bench.reopen().session.register().findings.contains_key("ITHC-002"));
}

#[test]
fn two_writers_do_not_undo_each_others_checks() {
    let mut bench = Bench::new();
    let mut other = Session::open(&bench.root()).unwrap();
    other.record(&id(OFFICER), organisation("THIRD"), Mode::Write).unwrap();
    // This session has not seen that yet: it is told of the conflict, catches up, and the rule book answers.
    let taken = bench.session.record(&id(OFFICER), organisation("THIRD"), Mode::Write).unwrap_err();
    assert!(matches!(taken, EngineError::Refused(Refusal::Taken { .. })), "{taken}");
    bench.session.record(&id(OFFICER), organisation("FOURTH"), Mode::Write).unwrap();
    assert_eq!(bench.reopen().session.register().organisations.len(), 4);
}

#[test]
fn the_same_command_twice_is_recorded_once() {
    let mut bench = Bench::new();
    let command: CommandId = id("double-click");
    let once = bench.session.record_as(command.clone(), &id(OFFICER), organisation("THIRD"), Mode::Write).unwrap();
    let twice = bench.session.record_as(command, &id(OFFICER), organisation("THIRD"), Mode::Write).unwrap();
    assert_eq!(once.entries, twice.entries);
}

#[test]
fn a_dry_run_writes_nothing_at_all() {
    let mut bench = Bench::new();
    bench.plan_one();
    let file = bench.path("header.txt");
    fs::write(&file, b"x").unwrap();
    let today = bench.today();
    let before = tree(&bench.root());
    bench.session.record(&id(OFFICER), organisation("THIRD"), Mode::DryRun).unwrap();
    let event = evidence_event("E-001", today);
    let files = Files::Named(vec![file]);
    let added = bench
        .session
        .add_evidence(&id(OWNER), &Taking::all(&files), Mode::DryRun, |content, _| EvidenceAdded { content, ..event })
        .unwrap();
    assert!(added.recorded.dry_run);
    let after = tree(&bench.root());
    let changed: Vec<&String> =
        after.keys().filter(|name| !name.contains("sqlite") && !before.contains_key(*name)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert!(!bench.reopen().session.register().organisations.contains_key("THIRD"));
}

#[test]
fn nobody_checks_what_they_added_through_this_door_either() {
    let mut bench = Bench::new();
    bench.plan_one();
    bench.add_file("E-001", "header.txt", b"x");
    let own = EvidenceChecked { id: id("E-001"), accepted: true, note: None };
    let refused = bench.session.record(&id(OWNER), vec![own.into()], Mode::Write).unwrap_err();
    assert_eq!(refused.kind(), Kind::Refused);
    let today = bench.today();
    let claim = ActionClaimed { id: id("RAP-001"), on: today.plus_days(1), note: None };
    let early = bench.session.record(&id(OWNER), vec![claim.into()], Mode::Write).unwrap_err();
    assert!(early.to_string().contains("is after"), "{early}");
}

#[test]
fn evidence_that_cannot_be_taken_whole_is_not_recorded() {
    let mut bench = Bench::new();
    bench.plan_one();
    let there = bench.path("there.txt");
    fs::write(&there, b"x").unwrap();
    let files = Files::Named(vec![there, bench.path("gone.txt")]);
    let event = evidence_event("E-001", bench.today());
    let size = bench.session.size();
    let failed = bench
        .session
        .add_evidence(&id(OWNER), &Taking::all(&files), Mode::Write, |content, _| EvidenceAdded { content, ..event })
        .unwrap_err();
    let EngineError::Incomplete { omitted } = &failed else { panic!("{failed}") };
    assert!(omitted.gaps()[0].path.contains("gone.txt"));
    assert_eq!(failed.kind(), Kind::Environment);
    assert_eq!(bench.session.size(), size);
}

#[test]
fn the_same_file_again_is_recognised() {
    let mut bench = Bench::new();
    bench.plan_one();
    bench.add_file("E-001", "header.txt", b"the same bytes");
    let copy = bench.path("copy.txt");
    fs::write(&copy, b"the same bytes").unwrap();
    let event = evidence_event("E-002", bench.today());
    let added = bench
        .session
        .add_evidence(&id(OWNER), &Taking::all(&Files::Named(vec![copy])), Mode::DryRun, |content, _| EvidenceAdded {
            content,
            ..event
        })
        .unwrap();
    assert!(added.taken.held_already.contains("E-001"));
}

#[test]
fn erased_evidence_loses_its_bytes_and_keeps_its_record() {
    let mut bench = Bench::new();
    bench.plan_one();
    bench.add_file("E-001", "personal.txt", b"somebody's address");
    bench.add_file("E-002", "shared.txt", b"kept by two");
    bench.add_file("E-003", "shared too.txt", b"kept by two");
    for evidence in ["E-001", "E-002"] {
        let withdrawn = EvidenceWithdrawn { id: id(evidence), reason: id("It names a person"), erased: true };
        bench.session.withdraw_evidence(&id(OWNER), withdrawn, Mode::Write).unwrap();
    }
    let objects = tree(&bench.root().join("objects"));
    assert!(!objects.values().any(|bytes| bytes == b"somebody's address"));
    assert!(objects.values().any(|bytes| bytes == b"kept by two"), "other evidence still holds it");
    let report =
        portreeve_engine::verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
}

#[test]
fn a_session_that_has_not_seen_an_entry_takes_nothing_of_it_out_of_the_index() {
    let mut bench = Bench::new();
    bench.plan_one();
    let older = portreeve_engine::Session::open(&bench.root()).unwrap();
    bench.add_file("E-001", "one.txt", b"one");
    let found = older.find_evidence(&portreeve_model::Digest::of(b"another")).unwrap();
    assert!(found.is_empty() && older.register().evidence.is_empty());
    let seen = portreeve_engine::verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert_eq!(seen.stale_caches, [""; 0]);
}

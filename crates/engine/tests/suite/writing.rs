//! Writing: through the rule book, all or nothing, whoever else writes at the same time.

use std::fs::{self, File};
use std::thread;
use std::time::Duration;

use portreeve_catalogue::mapping::Named;
use portreeve_engine::{
    EngineError, Files, FrameworkFile, Kind, Mode, ProfileAsked, SchemeAdoption, Session, Taking, Watch,
    verify_register,
};
use portreeve_ledger::{Log as _, SqliteLog};
use portreeve_model::reference::CommandId;
use portreeve_model::register::action::ActionClaimed;
use portreeve_model::register::evidence::{EvidenceAdded, EvidenceChecked, EvidenceWithdrawn};
use portreeve_model::register::people::OrganisationAdded;
use portreeve_model::{Entry, Moment, Refusal};

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
fn a_clock_that_was_set_back_takes_no_entry_back_in_time() {
    let bench = Bench::new();
    let (root, size) = (bench.root(), bench.session.size());
    // What somebody recorded while the clock was two days ahead.
    let ahead: Moment = id(&format!("{}T09:00:00Z", bench.today().plus_days(2).iso()));
    let entry = Entry::new(id("ahead"), ahead, id(OFFICER), organisation("THIRD").remove(0));
    SqliteLog::open(&root.join("ledger.sqlite")).unwrap().append(size, &[entry.encode()]).unwrap();
    let mut bench = bench.reopen();
    for reference in ["FOURTH", "FIFTH"] {
        bench.session.record(&id(OFFICER), organisation(reference), Mode::Write).unwrap();
    }
    let bench = bench.reopen();
    let times: Vec<Moment> = bench.session.history().entries().iter().map(|(_, entry)| entry.recorded_at).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert_eq!(times[times.len() - 3..], [ahead; 3], "as late as the entry before, and no later");
    assert!(bench.today() < ahead.day_in_london(), "what is due today goes by the clock, not by the ledger");
    let found = verify_register(&root, &[], &[], Watch::default()).unwrap();
    assert!(found.is_sound() && found.is_vouched_for(), "{:?}", found.problems);
}

#[test]
fn whatever_puts_objects_waits_for_an_erasure_beside_it_to_end() {
    let mut bench = Bench::new();
    bench.plan_one();
    for framework in ["caf-3.2", "caf-4.0"] {
        bench.session.adopt_framework(&id(OFFICER), &id(framework), Mode::Write).unwrap();
    }
    fs::write(bench.path("header.txt"), b"x").unwrap();
    let (root, today, file, header) =
        (bench.root(), bench.today(), bench.path("cyber-essentials.json"), bench.path("header.txt"));
    let catalog = bench.session.framework_bytes(&id("cyber-essentials-3.3"), false).unwrap().bytes;
    fs::write(&file, catalog).unwrap();
    let adopt = |session: &mut Session, mode| session.adopt_framework(&id(OFFICER), &id("mcss-2018"), mode).map(drop);
    let import = |session: &mut Session, mode| {
        let file = FrameworkFile { path: file.clone(), id: Some(id("cyber-essentials-3.3")), with: Vec::new() };
        session.import_framework(&id(OFFICER), &file, mode).map(drop)
    };
    let scheme = |session: &mut Session, mode| {
        let asked = SchemeAdoption {
            id: id("psn"),
            bytes: None,
            profile: ProfileAsked::AsBefore,
            organisations: session.register().schemes["psn"].event.organisations.clone(),
            target: Some(today.plus_days(90)),
        };
        session.adopt_scheme(&id(OFFICER), &asked, mode).map(drop)
    };
    let mapping = |session: &mut Session, mode| {
        let named = Named { id: Some(id("caf-3.2-to-caf-4.0")), source: None, target: None };
        session.adopt_mapping(&id(OFFICER), &named, None, mode).map(drop)
    };
    let add = |session: &mut Session, mode| {
        let (event, files) = (evidence_event("E-001", today), Files::Named(vec![header.clone()]));
        let event = |content, _| EvidenceAdded { content, ..event };
        session.add_evidence(&id(OWNER), &Taking::all(&files), mode, event).map(drop)
    };
    type Writing<'a> = &'a (dyn Fn(&mut Session, Mode) -> Result<(), EngineError> + Sync);
    let all: [Writing<'_>; 5] = [&adopt, &import, &scheme, &mapping, &add];
    // As an erasure holds it.
    let erasing = File::options().write(true).open(root.join("objects.lock")).unwrap();
    erasing.lock().unwrap();
    all.iter().for_each(|write| write(&mut bench.session, Mode::DryRun).unwrap());
    let kept = || tree(&root.join("objects"));
    let before = kept();
    thread::scope(|scope| {
        let writing = all.map(|write| scope.spawn(|| write(&mut Session::open(&root).unwrap(), Mode::Write)));
        thread::sleep(Duration::from_millis(500));
        assert!(writing.iter().all(|one| !one.is_finished()), "nothing is put that could be taken away at once");
        assert_eq!(kept(), before);
        erasing.unlock().unwrap();
        writing.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    assert!(kept().len() >= before.len() + 4);
    let found = verify_register(&root, &[], &[], Watch::default()).unwrap();
    assert!(found.is_sound(), "{:?}", found.problems);
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

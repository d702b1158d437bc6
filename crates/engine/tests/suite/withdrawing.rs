//! Evidence taken back and erased: what goes, what stays, what an interruption leaves, and that it reads as withdrawn and
//! never as damaged.

use std::fs;
use std::path::PathBuf;

use portreeve_engine::{EngineError, Kind, Mode, PackRequest, VerifyRequest, When, verify_pack, verify_register};
use portreeve_model::Refusal;
use portreeve_model::register::evidence::{EvidenceChecked, EvidenceWithdrawn};

use super::bench::{Bench, CHECKER, OFFICER, OWNER, id, tree};

const PERSONAL: &[u8] = b"somebody's address";

fn withdrawn(evidence: &str, erased: bool) -> EvidenceWithdrawn {
    EvidenceWithdrawn { id: id(evidence), reason: id("It names a person"), erased }
}

fn problems(bench: &Bench) -> Vec<String> {
    verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap().problems
}

/// Where the store keeps these bytes.
fn object(bench: &Bench, bytes: &[u8]) -> Option<PathBuf> {
    let objects = bench.root().join("objects");
    let found = tree(&objects).into_iter().find(|(_, held)| held == bytes);
    found.map(|(name, _)| objects.join(name))
}

/// Puts bytes back where they were, as a crash between the entry and the removal leaves them.
fn put_back(path: &std::path::Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn an_erasure_that_was_interrupted_is_noticed_and_the_same_command_again_completes_it() {
    let mut bench = Bench::new();
    bench.plan_one();
    bench.add_file("E-001", "personal.txt", PERSONAL);
    let path = object(&bench, PERSONAL).unwrap();
    bench.session.withdraw_evidence(&id(OWNER), withdrawn("E-001", true), Mode::Write).unwrap();
    assert_eq!(problems(&bench), Vec::<String>::new());
    put_back(&path, PERSONAL);
    let found = problems(&bench);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("evidence E-001 is withdrawn, its bytes are still in the store (1 file): "),
        "{found:?}"
    );
    assert!(found[0].contains("portreeve evidence withdraw E-001 --erase"), "{found:?}");

    let size = bench.session.size();
    let refused = bench.session.finish_erasure(&id(CHECKER), &withdrawn("E-001", true), Mode::Write).unwrap_err();
    assert!(matches!(refused, EngineError::Refused(Refusal::NotAllowed { .. })), "{refused}");
    let tried = bench.session.finish_erasure(&id(OWNER), &withdrawn("E-001", true), Mode::DryRun).unwrap();
    assert!(tried.removes.len() == 1 && object(&bench, PERSONAL).is_some(), "a dry run removes nothing");
    bench.session.finish_erasure(&id(OFFICER), &withdrawn("E-001", true), Mode::Write).unwrap();
    assert!(object(&bench, PERSONAL).is_none() && problems(&bench).is_empty());
    assert_eq!(bench.session.size(), size, "the entry is there already");
}

#[test]
fn nothing_is_finished_that_no_entry_has_begun() {
    let mut bench = Bench::new();
    bench.plan_one();
    bench.add_file("E-001", "personal.txt", PERSONAL);
    let failed = bench.session.finish_erasure(&id(OWNER), &withdrawn("E-001", true), Mode::Write).unwrap_err();
    assert!(matches!(failed, EngineError::Unfit(_)), "{failed}");
    bench.session.withdraw_evidence(&id(OWNER), withdrawn("E-001", false), Mode::Write).unwrap();
    assert!(bench.session.finish_erasure(&id(OWNER), &withdrawn("E-001", true), Mode::Write).is_err());
    assert!(object(&bench, PERSONAL).is_some() && problems(&bench).is_empty(), "withdrawn bytes may stay");
    // What was only taken back can be erased later.
    bench.session.withdraw_evidence(&id(OWNER), withdrawn("E-001", true), Mode::Write).unwrap();
    assert!(object(&bench, PERSONAL).is_none() && problems(&bench).is_empty());
}

#[test]
fn bytes_that_standing_evidence_is_made_of_stay_and_are_missed_in_its_name() {
    let mut bench = Bench::new();
    bench.plan_one();
    // The same file under another name, so that each has a manifest of its own, in whichever order they come.
    for (erased, stands, bytes) in [("E-001", "E-002", b"one"), ("E-004", "E-003", b"two")] {
        bench.add_file(erased, &format!("{erased}.txt"), bytes);
        bench.add_file(stands, &format!("{stands}.txt"), bytes);
        let erasure = bench.session.erasure(&id(erased)).unwrap();
        assert!(erasure.removes.is_empty(), "{erasure:?}");
        assert_eq!(erasure.kept_by().into_iter().map(ToString::to_string).collect::<Vec<_>>(), [stands]);
        bench.session.withdraw_evidence(&id(OWNER), withdrawn(erased, true), Mode::Write).unwrap();
        let path = object(&bench, bytes).expect("it stands");
        assert_eq!(problems(&bench), Vec::<String>::new());
        fs::remove_file(&path).unwrap();
        let found = problems(&bench);
        assert!(found.len() == 1 && found[0].contains(stands) && found[0].contains("is missing"), "{found:?}");
        put_back(&path, bytes);
    }
    // The last holder takes the bytes with it.
    bench.session.withdraw_evidence(&id(OWNER), withdrawn("E-002", true), Mode::Write).unwrap();
    assert!(object(&bench, b"one").is_none() && problems(&bench).is_empty());
}

#[test]
fn a_file_by_which_the_register_is_judged_is_not_erased_with_evidence_made_of_it() {
    let mut bench = Bench::new();
    bench.plan_one();
    let scheme = bench.session.register().schemes["psn"].event.digest;
    let objects = tree(&bench.root().join("objects"));
    let bytes = objects.into_values().find(|bytes| portreeve_model::Digest::of(bytes) == scheme).unwrap();
    bench.add_file("E-001", "psn.json", &bytes);
    bench.session.withdraw_evidence(&id(OWNER), withdrawn("E-001", true), Mode::Write).unwrap();
    assert!(object(&bench, &bytes).is_some() && problems(&bench).is_empty(), "{:?}", problems(&bench));
    bench.session.ask(None, &[], When::default()).unwrap();
}

#[test]
fn a_pack_built_before_stands_one_built_after_leaves_it_out_and_the_old_one_is_not_built_again() {
    let mut bench = Bench::with_closed_finding();
    bench.add_file("E-002", "personal.txt", PERSONAL);
    bench.record(CHECKER, EvidenceChecked { id: id("E-002"), accepted: true, note: None });
    let known = bench.session.size();
    let request = |bench: &Bench, name: &str, known| PackRequest {
        scheme: None,
        organisations: Vec::new(),
        when: When { on: None, known },
        out: bench.path(name),
    };
    let intact = |path: PathBuf| {
        let asked = VerifyRequest { path, on: None, keys: Vec::new(), checkpoint: None, ledger: None };
        verify_pack(&asked).unwrap().is_intact()
    };
    let asked = request(&bench, "before", None);
    let before = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap();
    let holding = bench.session.register().packs_with(&bench.session.register().evidence["E-002"]).count();
    assert_eq!(holding, 1);
    bench.session.withdraw_evidence(&id(OWNER), withdrawn("E-002", true), Mode::Write).unwrap();
    let asked = request(&bench, "after", None);
    let after = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap();
    assert!(intact(before.path.clone()) && intact(after.path.clone()));
    assert!(tree(&before.path).values().any(|bytes| bytes == PERSONAL), "nothing reaches into a pack");
    let pages = tree(&after.path);
    assert!(!pages.values().any(|bytes| bytes == PERSONAL));
    let page = String::from_utf8_lossy(&pages["index.html"]).into_owned();
    assert!(page.contains("withdrawn and erased by"), "the pack says what it leaves out");
    let holding = bench.session.register().packs_with(&bench.session.register().evidence["E-002"]).count();
    assert_eq!(holding, 1, "the later pack does not hold it");

    let asked = request(&bench, "again", Some(known));
    let failed = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap_err();
    assert!(matches!(&failed, EngineError::ErasedSince { evidence, .. } if evidence.as_str() == "E-002"), "{failed}");
    assert_eq!(failed.kind(), Kind::Usage, "it is not damage");
    assert!(!bench.path("again").exists() && !bench.path("again.partial").exists());
}

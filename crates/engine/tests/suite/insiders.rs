//! What somebody who holds the signing key could try, and what somebody who holds none could: each lie is caught by what
//! the assessor brings, or said to be beyond what a pack can show.

use std::fs;
use std::path::Path;

use portreeve_engine::{
    Built, EngineError, Mode, PackRequest, SignedCheckpoint, TrustedKey, Verification, VerifyRequest, When,
    verify_pack, verify_register,
};
use portreeve_ledger::merkle::{Frontier, leaf_hash};
use portreeve_ledger::{Checkpoint, SigningKey, sshsig};
use portreeve_model::register::people::OrganisationAdded;
use rusqlite::Connection;

use super::bench::{Bench, OFFICER, finding, id, relist, tree};

fn build(bench: &mut Bench, name: &str) -> Built {
    let asked = PackRequest { scheme: None, organisations: Vec::new(), when: When::default(), out: bench.path(name) };
    bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap()
}

/// As an assessor would, with everything that came by another route.
fn request(built: &Built) -> VerifyRequest {
    VerifyRequest {
        path: built.path.clone(),
        on: None,
        keys: TrustedKey::parse_all(&fs::read_to_string(&built.allowed_signers).unwrap()).unwrap(),
        checkpoint: Some(SignedCheckpoint::parse(&fs::read_to_string(&built.checkpoint).unwrap()).unwrap()),
        ledger: None,
    }
}

/// Writes both lists again and signs them with the council's own key.
fn sign_again(bench: &Bench, pack: &Path) {
    relist(pack);
    let key = SigningKey::load(&bench.path("bench.key")).unwrap();
    let list = fs::read(pack.join("tagmanifest-sha256.txt")).unwrap();
    let signature = sshsig::sign(&list, "pack@portreeve", &key).unwrap();
    fs::write(pack.join("tagmanifest-sha256.txt.sig"), signature).unwrap();
}

fn wrong(found: &Verification) -> Vec<String> {
    found.intact.iter().chain(&found.complete).filter(|point| !point.holds).map(|point| point.text.clone()).collect()
}

#[test]
fn an_evidence_file_swapped_and_signed_again_is_not_the_one_that_was_collected() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let files = tree(&built.path);
    let (name, bytes) = files.iter().find(|(name, _)| name.starts_with("data/evidence/")).unwrap();
    let mut swapped = bytes.clone();
    swapped[0] ^= 1;
    fs::write(built.path.join(name), swapped).unwrap();
    sign_again(&bench, &built.path);
    let found = verify_pack(&request(&built)).unwrap();
    assert!(found.is_intact() && !found.is_complete());
    assert!(wrong(&found).iter().any(|text| text.contains("is not the file that was collected")), "{found:#?}");
}

#[test]
fn pages_that_lie_do_not_pass_by_naming_another_version() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let page = built.path.join("index.html");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("Not ready", "Ready")).unwrap();
    let info = built.path.join("bag-info.txt");
    let text = fs::read_to_string(&info).unwrap();
    fs::write(&info, text.replace(&format!("portreeve {}", env!("CARGO_PKG_VERSION")), "portreeve 9.9.9")).unwrap();
    sign_again(&bench, &built.path);
    let found = verify_pack(&request(&built)).unwrap();
    assert!(wrong(&found).iter().any(|text| text.contains("cannot be compared by this version")), "{found:#?}");
    // Nor does any other line of it go unread.
    fs::write(&info, text.replace("Payload-Oxum: ", "Payload-Oxum: 1")).unwrap();
    sign_again(&bench, &built.path);
    let found = verify_pack(&request(&built)).unwrap();
    assert!(wrong(&found).iter().any(|text| text.contains("bag-info.txt does not say")), "{found:#?}");
}

#[test]
fn one_councils_key_does_not_sign_for_another_in_a_file_of_many() {
    let mut ours = Bench::with_closed_finding();
    let built = build(&mut ours, "pack");
    let line = fs::read_to_string(&built.allowed_signers).unwrap();
    let origin = line.split(' ').next().unwrap();
    let mut asked = request(&built);
    asked.checkpoint = None;
    asked.keys = TrustedKey::parse_all(&line.replace(origin, "another-council.portreeve")).unwrap();
    let found = verify_pack(&asked).unwrap();
    assert!(!found.is_intact());
    assert!(wrong(&found).iter().any(|text| text.contains("may speak for the ledger")), "{found:#?}");
}

/// Takes an entry and its proof out of a pack.
fn hold_back(pack: &Path, what: &str) {
    let path = pack.join("data/ledger/entries.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let (at, _) = text.lines().enumerate().find(|(_, line)| line.contains(what)).unwrap();
    let kept: Vec<&str> = text.lines().enumerate().filter(|(index, _)| *index != at).map(|(_, line)| line).collect();
    fs::write(&path, kept.join("\n") + "\n").unwrap();
    fs::remove_file(pack.join(format!("data/ledger/proofs/{at:09}.tlog-proof"))).unwrap();
}

#[test]
fn entries_held_back_are_missed() {
    let mut bench = Bench::with_closed_finding();
    bench.record(OFFICER, finding("ITHC-002", 2));
    let built = build(&mut bench, "pack");
    hold_back(&built.path, "ITHC-002");
    sign_again(&bench, &built.path);
    let mut asked = request(&built);
    let found = verify_pack(&asked).unwrap();
    assert!(wrong(&found).iter().any(|text| text.contains("are held back")), "{found:#?}");
    // With the ledger at hand the very entry is named.
    let lines = bench.path("ledger.jsonl");
    bench.session.export_lines(built.known, &mut fs::File::create(&lines).unwrap()).unwrap();
    asked.ledger = Some(lines);
    let found = verify_pack(&asked).unwrap();
    assert!(wrong(&found).iter().any(|text| text.contains("held back, although they concern")), "{found:#?}");
}

#[test]
fn a_tree_of_other_entries_under_the_right_lines_is_no_ledger() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let lines = bench.path("ledger.jsonl");
    bench.session.export_lines(built.known, &mut fs::File::create(&lines).unwrap()).unwrap();
    let genuine = SignedCheckpoint::parse(&fs::read_to_string(&built.checkpoint).unwrap()).unwrap();
    let mut forged = Frontier::empty();
    for line in fs::read_to_string(&lines).unwrap().lines() {
        forged.push(leaf_hash(line.replace("High", "Low").as_bytes()));
    }
    let claim = genuine.unverified();
    let key = SigningKey::load(&bench.path("bench.key")).unwrap();
    let signed = Checkpoint::new(claim.origin.clone(), claim.size, forged.root(), claim.lines).sign(&key);
    fs::write(built.path.join("checkpoint.txt"), signed.as_str()).unwrap();
    sign_again(&bench, &built.path);
    let mut asked = request(&built);
    asked.checkpoint = None;
    asked.ledger = Some(lines);
    let found = verify_pack(&asked).unwrap();
    assert!(wrong(&found).iter().any(|text| text.contains("it is not so that")), "{found:#?}");
}

#[test]
fn a_pack_says_nothing_about_days_before_its_own_and_writes_over_nothing() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let mut asked = request(&built);
    asked.on = portreeve_model::Day::of(2001, 1, 1);
    assert!(matches!(verify_pack(&asked), Err(EngineError::Unfit(_))));
    fs::remove_dir_all(&built.path).unwrap();
    let again = PackRequest { scheme: None, organisations: Vec::new(), when: When::default(), out: bench.path("pack") };
    let refused = bench.session.build_pack(&id(OFFICER), &again, Mode::Write).unwrap_err();
    assert!(matches!(refused, EngineError::Exists { .. }), "last year's anchors lie there: {refused}");
}

/// Changes the ledger's file behind its back, as somebody who may write it but holds no key would.
fn tamper(bench: &Bench, change: impl FnOnce(&Connection)) {
    let ledger = Connection::open(bench.root().join("ledger.sqlite")).unwrap();
    let mut asked = ledger.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let triggers: Vec<String> = asked.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(!triggers.is_empty(), "the ledger guards itself against changes");
    for trigger in triggers {
        ledger.execute_batch(&format!("DROP TRIGGER \"{trigger}\"")).unwrap();
    }
    change(&ledger);
}

fn without_checkpoints(bench: &Bench) {
    tamper(bench, |ledger| assert!(ledger.execute("DELETE FROM checkpoints", []).unwrap() > 0));
}

#[test]
fn a_ledger_without_its_checkpoints_is_neither_sound_nor_signed_again() {
    let bench = Bench::with_closed_finding();
    without_checkpoints(&bench);
    let mut bench = bench.reopen();
    let report = verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert!(!report.is_sound(), "{report:?}");
    let event = OrganisationAdded { id: id("THIRD"), name: id("A council") };
    let recorded = bench.session.record(&id(OFFICER), vec![event.into()], Mode::Write).unwrap();
    assert!(recorded.unsigned.unwrap().contains("nothing was signed"), "a rewrite is not laundered");
}

#[test]
fn a_register_put_back_to_an_earlier_state_is_noticed_by_its_key() {
    let mut bench = Bench::with_closed_finding();
    let ledger = bench.root().join("ledger.sqlite");
    let wal = bench.root().join("ledger.sqlite-wal");
    let Bench { folder, session } = bench;
    drop(session);
    let earlier = fs::read(&ledger).unwrap();
    bench = Bench { session: portreeve_engine::Session::open(&folder.path().join("register")).unwrap(), folder };
    bench.record(OFFICER, OrganisationAdded { id: id("THIRD"), name: id("A council") });
    let Bench { folder, session } = bench;
    drop(session);
    let _ = fs::remove_file(&wal);
    fs::write(&ledger, earlier).unwrap();
    bench = Bench { session: portreeve_engine::Session::open(&folder.path().join("register")).unwrap(), folder };
    let report = verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert!(!report.is_sound(), "{report:?}");
    let event = OrganisationAdded { id: id("FOURTH"), name: id("A council") };
    let recorded = bench.session.record(&id(OFFICER), vec![event.into()], Mode::Write).unwrap();
    // One entry was lost and one added: the length is the same again, and what was signed is still not in it.
    assert!(recorded.unsigned.unwrap().contains("nothing was signed"));
}

#[test]
fn a_key_that_was_moved_into_its_register_signs_nothing() {
    let mut bench = Bench::with_closed_finding();
    let inside = bench.root().join("k");
    fs::rename(bench.path("bench.key"), &inside).unwrap();
    fs::write(bench.root().join("register.json"), r#"{"format":1,"key_file":"k"}"#).unwrap();
    bench = bench.reopen();
    let event = OrganisationAdded { id: id("THIRD"), name: id("A council") };
    let recorded = bench.session.record(&id(OFFICER), vec![event.into()], Mode::Write).unwrap();
    assert!(recorded.unsigned.unwrap().contains("would lie inside"));
    assert!(!verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap().is_sound());
}

#[test]
fn a_forged_checkpoint_of_the_same_length_does_not_shadow_the_genuine_one() {
    let bench = Bench::with_closed_finding();
    // The genuine last note, a forged one of the same size, and an older genuine one at the end.
    let genuine = bench.session.latest_checkpoint().unwrap();
    let root = genuine.as_str().lines().nth(2).unwrap().to_owned();
    let forged = genuine.as_str().replace(&root, &format!("{}=", "A".repeat(43)));
    let add = "INSERT INTO checkpoints (number, note) SELECT max(number) + 1, ?1 FROM checkpoints";
    tamper(&bench, |ledger| assert_eq!(ledger.execute(add, [&forged]).unwrap(), 1));
    let Bench { folder, session } = bench;
    drop(session);
    let opened = portreeve_engine::Session::open(&folder.path().join("register")).err().unwrap();
    assert_eq!(opened.kind(), portreeve_engine::Kind::Integrity, "{opened}");
}

#[test]
fn what_was_appended_without_the_key_is_told_when_it_is_signed() {
    let mut bench = Bench::with_closed_finding();
    fs::rename(bench.path("bench.key"), bench.path("away")).unwrap();
    bench.record(OFFICER, OrganisationAdded { id: id("THIRD"), name: id("A council") });
    let unsigned = bench.session.size().count() - 1;
    fs::rename(bench.path("away"), bench.path("bench.key")).unwrap();
    let event = OrganisationAdded { id: id("FOURTH"), name: id("A council") };
    let recorded = bench.session.record(&id(OFFICER), vec![event.into()], Mode::Write).unwrap();
    assert!(recorded.unsigned.is_none());
    let also: Vec<u64> = recorded.also_signed.iter().map(|entry| entry.index()).collect();
    assert_eq!(also, [unsigned]);
}

#[test]
fn a_rewritten_ledger_gets_no_pack() {
    let bench = Bench::with_closed_finding();
    without_checkpoints(&bench);
    let mut bench = bench.reopen();
    let out = bench.path("pack");
    let asked = PackRequest { scheme: None, organisations: Vec::new(), when: When::default(), out: out.clone() };
    let refused = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap_err();
    assert!(refused.to_string().contains("nothing was signed"), "{refused}");
    assert!(!out.exists());
}

#[test]
fn an_unreadable_copy_of_the_last_checkpoint_is_told_and_nothing_is_signed() {
    let mut bench = Bench::with_closed_finding();
    fs::write(bench.path("bench.key.last"), "rubbish").unwrap();
    bench = bench.reopen();
    let event = OrganisationAdded { id: id("THIRD"), name: id("A council") };
    let recorded = bench.session.record(&id(OFFICER), vec![event.into()], Mode::Write).unwrap();
    let said = recorded.unsigned.unwrap();
    assert!(said.contains("bench.key.last"), "{said}");
    match verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()) {
        Ok(report) => assert!(!report.is_sound(), "{report:?}"),
        Err(error) => assert!(error.to_string().contains("bench.key.last"), "{error}"),
    }
}

#[test]
fn a_rewritten_ledger_gets_no_checkpoint_and_no_proof() {
    let bench = Bench::with_closed_finding();
    without_checkpoints(&bench);
    let bench = bench.reopen();
    let refused = bench.session.latest_checkpoint().unwrap_err();
    assert!(refused.to_string().contains("nothing was signed"), "{refused}");
    let first = bench.session.history().entries()[0].0;
    assert!(bench.session.prove(first).is_err());
}

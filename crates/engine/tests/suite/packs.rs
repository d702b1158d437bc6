//! Packs: what is built verifies, the same twice is the same bytes, and nothing can be changed unseen.

use std::fs;
use std::path::Path;

use portreeve_engine::{
    Built, EngineError, Mode, PackRequest, Point, SignedCheckpoint, TrustedKey, Verification, VerifyRequest, When,
    verify_pack,
};
use portreeve_model::Digest;
use portreeve_model::register::action::{ActionAdded, ActionReopened};
use portreeve_model::register::finding::{FindingRaised, SourceAdded};

use super::bench::{Bench, CHECKER, OFFICER, action, finding, id, relist, source, tree};

fn build(bench: &mut Bench, name: &str) -> Built {
    let out = bench.path(name);
    let asked = PackRequest { scheme: None, organisations: Vec::new(), when: When::default(), out };
    bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap()
}

fn verify(path: &Path) -> Verification {
    let path = path.to_owned();
    verify_pack(&VerifyRequest { path, on: None, keys: Vec::new(), checkpoint: None, ledger: None }).unwrap()
}

#[test]
fn a_pack_verifies_without_its_register() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    fs::rename(bench.root(), bench.path("elsewhere")).unwrap();
    let found = verify(&built.path);
    assert!(found.is_intact() && found.is_fresh(), "{found:#?}");
    // The bench has no diagram, form or signature, and the verdict on completeness says so.
    assert!(!found.is_complete());
    assert!(found.complete.iter().any(|point| !point.holds && point.text.contains("wanted and not there")));
    assert!(found.trust.self_signed_only());
    assert_eq!(found.tag_manifest, Some(built.tag_manifest));
    assert_eq!(found.pack, built.id.to_string());
}

#[test]
fn a_key_and_a_checkpoint_from_outside_vouch_for_it_and_wrong_ones_do_not() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let keys = TrustedKey::parse_all(&fs::read_to_string(&built.allowed_signers).unwrap()).unwrap();
    let checkpoint = SignedCheckpoint::parse(&fs::read_to_string(&built.checkpoint).unwrap()).unwrap();
    let mut asked = VerifyRequest { path: built.path, on: None, keys, checkpoint: Some(checkpoint), ledger: None };
    let found = verify_pack(&asked).unwrap();
    assert!(found.is_intact() && !found.trust.self_signed_only(), "{found:#?}");
    assert!(found.trust.key_from_outside && found.trust.checkpoint_from_outside);
    let mut stranger = Bench::with_closed_finding();
    let theirs = build(&mut stranger, "pack");
    asked.keys = TrustedKey::parse_all(&fs::read_to_string(&theirs.allowed_signers).unwrap()).unwrap();
    assert!(!verify_pack(&asked).unwrap().is_intact(), "another council's key");
    asked.keys = Vec::new();
    asked.checkpoint = Some(SignedCheckpoint::parse(&fs::read_to_string(&theirs.checkpoint).unwrap()).unwrap());
    assert!(!verify_pack(&asked).unwrap().is_intact(), "another council's checkpoint");
}

#[test]
fn the_same_entries_and_day_give_the_same_bytes_and_are_recorded_once() {
    let mut bench = Bench::with_closed_finding();
    let when = When { on: Some(bench.today()), known: Some(bench.session.size()) };
    let mut once = |name: &str| {
        let out = bench.path(name);
        let asked = PackRequest { scheme: None, organisations: Vec::new(), when, out };
        let built = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap();
        (built.recorded.entries.clone(), tree(&built.path))
    };
    let first = once("one");
    let second = once("two");
    assert_eq!(first.0, second.0, "one entry");
    assert!(first.1 == second.1, "the same bytes");
}

#[test]
fn this_years_pack_proves_that_it_continues_last_years() {
    let mut bench = Bench::with_closed_finding();
    let last = build(&mut bench, "last");
    bench.record(OFFICER, finding("ITHC-002", 2));
    let this = build(&mut bench, "this");
    let kept = SignedCheckpoint::parse(&fs::read_to_string(&last.checkpoint).unwrap()).unwrap();
    let later = SignedCheckpoint::parse(&fs::read_to_string(&this.checkpoint).unwrap()).unwrap();
    let mut asked =
        VerifyRequest { path: this.path.clone(), on: None, keys: Vec::new(), checkpoint: Some(kept), ledger: None };
    let found = verify_pack(&asked).unwrap();
    assert!(found.is_intact() && found.trust.checkpoint_from_outside, "{found:#?}");
    // The other way round needs the ledger as lines, and no Merkle code.
    asked.path = last.path;
    asked.checkpoint = Some(later);
    assert!(!verify_pack(&asked).unwrap().is_intact());
    let lines = bench.path("ledger.jsonl");
    let mut file = fs::File::create(&lines).unwrap();
    bench.session.export_lines(bench.session.size(), &mut file).unwrap();
    asked.ledger = Some(lines.clone());
    assert!(verify_pack(&asked).unwrap().is_intact());
    let mut bytes = fs::read(&lines).unwrap();
    bytes[40] ^= 1;
    fs::write(&lines, bytes).unwrap();
    assert!(!verify_pack(&asked).unwrap().is_intact());
}

#[test]
fn no_file_of_a_pack_can_be_changed_dropped_or_added_unseen() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let whole = tree(&built.path);
    for (name, bytes) in &whole {
        let path = built.path.join(name);
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(!verify(&built.path).is_intact(), "{name} with one bit changed");
        fs::remove_file(&path).unwrap();
        assert!(!verify(&built.path).holds(), "without {name}");
        fs::write(&path, bytes).unwrap();
    }
    for name in ["extra.txt", "data/extra.txt", "data/evidence/extra.txt"] {
        fs::write(built.path.join(name), b"x").unwrap();
        assert!(!verify(&built.path).is_intact(), "with {name}");
        fs::remove_file(built.path.join(name)).unwrap();
    }
    assert!(verify(&built.path).is_intact(), "as it was");
}

#[test]
fn lists_written_again_after_a_change_still_lack_the_signature() {
    let mut bench = Bench::with_closed_finding();
    let built = build(&mut bench, "pack");
    let plan = built.path.join("data/plan.csv");
    let text = fs::read_to_string(&plan).unwrap().replace("Firewall", "Fireplace");
    fs::write(&plan, text).unwrap();
    relist(&built.path);
    let found = verify(&built.path);
    assert!(!found.is_intact() && !found.is_complete(), "{found:#?}");
    let signature: Vec<_> = found.intact.iter().filter(|point| !point.holds).collect();
    assert!(signature[0].text.contains("signature"), "{signature:?}");
}

#[test]
fn a_missing_or_damaged_file_stops_the_build_and_leaves_nothing() {
    let mut bench = Bench::with_closed_finding();
    let objects = bench.root().join("objects");
    let held = tree(&objects);
    let (name, bytes) = held.iter().find(|(_, bytes)| bytes.starts_with(b"version 12.1")).unwrap();
    let path = objects.join(name);
    let size = bench.session.size();
    for damage in [None, Some(b"version 12.2, support until 2030\n".to_vec())] {
        let _ = fs::remove_file(&path);
        if let Some(damage) = &damage {
            fs::write(&path, damage).unwrap();
        }
        let out = bench.path("pack");
        let asked = PackRequest { scheme: None, organisations: Vec::new(), when: When::default(), out: out.clone() };
        let failed = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap_err();
        assert_eq!(failed.kind(), portreeve_engine::Kind::Integrity, "{failed}");
        assert!(!out.exists() && !bench.path("pack.partial").exists());
        assert_eq!(bench.session.size(), size);
    }
    let _ = fs::remove_file(&path);
    fs::write(&path, bytes).unwrap();
}

#[test]
fn a_pack_judged_on_an_earlier_day_knows_only_what_was_recorded_then() {
    let mut bench = Bench::with_closed_finding();
    let known = bench.session.size();
    bench.record(CHECKER, ActionReopened { id: id("RAP-001"), reason: id("It fell over") });
    let now = bench.session.ask(None, &[], When::default()).unwrap();
    let then = bench.session.ask(None, &[], When { on: None, known: Some(known) }).unwrap();
    assert_eq!((now.answers[0].findings.open, then.answers[0].findings.open), (1, 0));
    let out = bench.path("then");
    let asked =
        PackRequest { scheme: None, organisations: Vec::new(), when: When { on: None, known: Some(known) }, out };
    let built = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap();
    assert_eq!(built.known, known);
    let beyond = When { on: None, known: Some(portreeve_model::LogSize::new(10_000)) };
    assert!(matches!(bench.session.ask(None, &[], beyond), Err(EngineError::Unfit(_))));
}

#[test]
fn a_pack_for_one_council_does_not_carry_the_others_affairs() {
    let mut bench = Bench::with_closed_finding();
    let today = bench.today();
    let theirs = super::bench::ids(&["SBC"]);
    bench.record(OFFICER, SourceAdded { id: id("AUDIT"), organisations: theirs.clone(), ..source(today) });
    let raised = FindingRaised { source: id("AUDIT"), organisations: theirs.clone(), ..finding("AUDIT-1", 1) };
    bench.record(OFFICER, raised);
    let work = ActionAdded { organisations: theirs, ..action("RAP-900", "AUDIT-1", today.plus_days(3)) };
    bench.record(OFFICER, work);
    let out = bench.path("pack");
    let asked = PackRequest { scheme: None, organisations: vec![id("EHC")], when: When::default(), out };
    let built = bench.session.build_pack(&id(OFFICER), &asked, Mode::Write).unwrap();
    assert!(verify(&built.path).is_intact());
    for (name, bytes) in tree(&built.path) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("AUDIT-1") && !text.contains("RAP-900"), "{name}");
    }
    let entries = fs::read_to_string(built.path.join("data/ledger/entries.jsonl")).unwrap();
    assert!(entries.contains("ITHC-001") && entries.contains("RAP-001"));
}

#[test]
fn of_many_files_the_first_are_listed_and_every_one_is_verified() {
    let mut bench = Bench::with_closed_finding();
    let folder = bench.path("share");
    fs::create_dir(&folder).unwrap();
    for number in 0..1_100 {
        fs::write(folder.join(format!("{number:04}.txt")), format!("file {number}")).unwrap();
    }
    bench.add_folder("E-900", "share");
    let built = build(&mut bench, "pack");
    let statement: serde_json::Value =
        serde_json::from_slice(&fs::read(built.path.join("data/pack.json")).unwrap()).unwrap();
    let item = statement["evidence"].as_array().unwrap().iter().find(|item| item["id"] == "E-900").unwrap();
    assert_eq!((item["files"].as_array().unwrap().len(), &item["more_files"]), (1_000, &serde_json::json!(100)));
    let page = fs::read_to_string(built.path.join("index.html")).unwrap();
    assert!(page.contains("0999.txt") && !page.contains("1000.txt") && page.contains("and 100 more files"));
    let found = verify(&built.path);
    let all = |point: &Point| point.holds && point.text.starts_with("all 1101 files of 2 items of evidence are there");
    assert!(found.is_intact() && found.complete.iter().any(all), "{found:#?}");

    let last = Digest::of(b"file 1099").to_string();
    let path = built.path.join(format!("data/evidence/{}/{last}.txt", &last[..2]));
    let wrong = || {
        let found = verify(&built.path);
        let points = found.intact.iter().chain(&found.complete).filter(|point| !point.holds);
        points.map(|point| point.text.clone()).collect::<Vec<_>>().join("\n")
    };
    fs::write(&path, "file 1O99").unwrap();
    let said = wrong();
    assert!(said.contains(&format!("{last}.txt is changed")) && said.contains("E-900: "), "{said}");
    fs::remove_file(&path).unwrap();
    let said = wrong();
    assert!(said.contains("missing: data/evidence") && said.contains("E-900: "), "{said}");
    fs::write(&path, "file 1099").unwrap();
    fs::write(path.with_file_name("more.txt"), "more").unwrap();
    let said = wrong();
    assert!(said.contains("not listed: ") && !said.contains("E-900"), "{said}");
}

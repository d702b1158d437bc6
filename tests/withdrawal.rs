//! Evidence that was taken back reads as withdrawn wherever it is met, and an interrupted erasure is seen and finished.

use serde_json::json;

use crate::support::Place;

const ERASE: &str = "evidence withdraw E-0001 --erase --reason \"It names a person\"";

#[test]
fn withdrawn_evidence_reads_as_withdrawn_everywhere() {
    let place = Place::ready();
    let _ = place.run("pack build before").fine();
    let _ = place.run(ERASE).fine().says("1 file").says("Packs built before hold a copy: P-");
    let _ = place.run("evidence show E-0001").fine().says("It names a person").says("vpn.txt  erased  sha256");
    let _ = place.run("evidence list").fine().says("taken back and erased");
    let _ = place.run("evidence find vpn.txt").fine().says("E-0001").says("withdrawn and erased on");
    let found = place.run("evidence find vpn.txt --json").fine().json();
    assert_eq!((&found["evidence"][0]["withdrawn"], &found["evidence"][0]["erased"]), (&json!(true), &json!(true)));
    let _ = place.run("why RAP-001").exits(1).says("taken back and erased on");
    let _ = place.run("lint").exits(1);
    let _ = place.run("evidence calendar").fine();
    let _ = place.run("verify").fine();
    let _ = place.run("pack verify before").fine();
    let _ = place.run("pack build after").fine();
    assert!(place.run("pack verify after").out.contains("intact"), "the later pack stands without it");
    // The same file again is new evidence, and is told to have been there.
    let again = "evidence add vpn.txt --for RAP-001 --kind configuration-export --shows 2026-01-01";
    let _ = place.run(again).fine().says("held already as E-0001 (withdrawn and erased on");
    let _ = place.run("verify").fine();
    let shown = place.run("evidence show E-0001").fine();
    assert!(shown.out.contains("kept for E-0006"), "{}", shown.out);
}

#[test]
fn bytes_that_other_evidence_holds_are_kept_and_that_is_told() {
    let place = Place::with_evidence();
    let again = "evidence add vpn.txt --for RAP-001 --kind policy --shows 2026-01-01";
    let _ = place.run(again).fine();
    let _ = place.run(ERASE).fine().says("0 files").says("held by E-0002 too");
    let _ = place.run("evidence show E-0002").fine().says("19 bytes");
    let _ = place.run("verify").fine();
}

#[test]
fn an_interrupted_erasure_is_noticed_and_the_same_command_completes_it() {
    let place = Place::with_evidence();
    let before = place.bytes_of("register/objects");
    let _ = place.run(ERASE).fine();
    // What a crash between the entry and the removal leaves.
    for (path, bytes) in before {
        if !path.exists() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    let _ = place.run("verify").exits(4).says("E-0001 is withdrawn, its bytes are still in the store (1 file)");
    let _ = place.run("evidence show E-0001").fine().says("to be erased and still there");
    let dry = place.run(&format!("{ERASE} --dry-run")).fine();
    assert!(dry.out.contains("Dry run"), "{}", dry.out);
    let _ = place.run("verify").exits(4);
    let _ = place.by("checker", ERASE).exits(3);
    let _ = place.run(ERASE).fine().says("still in the store").says("Nothing was recorded");
    let _ = place.run("verify").fine();
    let _ = place.run(ERASE).exits(3).warns("has been withdrawn");
}

#[test]
fn an_old_pack_that_held_erased_evidence_is_not_called_damaged() {
    let place = Place::with_evidence();
    let known = place.run("log --json").json()["entries"].as_array().unwrap().len();
    let _ = place.run(ERASE).fine();
    let failed = place.run(&format!("pack build old --known {known}")).exits(2);
    let _ = failed.warns("E-0001 was withdrawn, and its bytes were erased on");
    assert!(!place.path("old").exists());
}

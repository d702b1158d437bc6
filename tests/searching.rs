//! Searching the files of evidence by their paths, their texts and what they are. The files of these tests are invented.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Place, day};

const COLLECT: &str = "evidence collect share --kind configuration-export --shows";

fn with_a_share() -> Place {
    let place = Place::with_an_action();
    for (path, text) in [
        ("share/ict/firewall-rules.txt", "permit tcp any any\ndeny ip any any log\n"),
        ("share/ict/minutes.txt", "The board asked about the Firewall and the café.\n"),
        ("share/hr/leavers.csv", "name,left\nofficer-1,2018-10-01\nofficer-2,2018-11-01\n"),
    ] {
        place.write(path, text);
    }
    place
}

fn paths(found: &serde_json::Value) -> Vec<String> {
    let files = found["files"].as_array().unwrap();
    files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn files_are_found_by_name_text_media_digest_and_what_they_are_for() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --for RAP-001", day(0))).fine();
    let found = |question: &str| paths(&place.run(&format!("evidence search {question} --json")).fine().json());
    assert_eq!(found("firewall"), ["ict/firewall-rules.txt", "ict/minutes.txt"], "paths first, then texts");
    assert_eq!(found("\"permit tcp\""), ["ict/firewall-rules.txt"]);
    assert_eq!(found("cafe"), ["ict/minutes.txt"], "accents make no difference");
    assert_eq!(found("--name leav*"), ["hr/leavers.csv"]);
    assert_eq!(found("--media table --for RAP-001"), ["hr/leavers.csv"]);
    assert_eq!(found("--below ict/m"), ["ict/minutes.txt"]);
    assert_eq!(found(&format!("any --in E-0001 --from {0} --kind configuration-export", day(0))).len(), 1);
    let digest = place.run("evidence search officer-2 --json").fine().json()["files"][0]["sha256"].clone();
    assert_eq!(found(&format!("--sha256 {}", &digest.as_str().unwrap()[..10])), ["hr/leavers.csv"]);
    let _ = place.run("evidence search firewall").fine().says("the [Firewall] and the café").says("2 files.");

    for nothing in ["elephant", "firewall --kind policy", "--media picture", &format!("any --to {}", day(-1))] {
        let _ = place.run(&format!("evidence search {nothing}")).exits(1).says("No file was found");
    }
    for (wrong, said) in [("?!", "there is no word"), ("--sha256 12", "first digits"), ("--after x", "go on from")] {
        let _ = place.run(&format!("evidence search {wrong}")).exits(2).warns(said);
    }
    let _ = place.run("evidence search any --in E-0009").exits(2);
    let _ = place.run("evidence search any --after td.0.0.").exits(2).warns("not one of this search");
}

#[test]
fn pages_tell_every_file_once_and_a_rebuilt_index_answers_the_same() {
    let place = with_a_share();
    for number in 0..30 {
        place.write(&format!("share/logs/review-{number}.txt"), &format!("reviewed {number}, see the minutes"));
    }
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run("index read").fine().says("33 documents read; 0 without");
    let all = |limit: u32| {
        let (mut told, mut after) = (Vec::new(), String::new());
        loop {
            let page = place.run(&format!("evidence search minutes --limit {limit}{after} --json")).fine().json();
            told.extend(paths(&page));
            match page["next"].as_str() {
                Some(next) => after = format!(" --after {next}"),
                None => return told,
            }
        }
    };
    let whole = all(100);
    assert_eq!((whole.len(), whole.first().map(String::as_str)), (31, Some("ict/minutes.txt")));
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 31);
    assert_eq!(all(7), whole);
    let _ = place.run("index rebuild").fine().says("1 collection with 33 files");
    assert_eq!(all(7), whole, "and documents were read again for it");
    fs::remove_file(place.path("register/index.sqlite")).unwrap();
    assert_eq!(all(7), whole);
    let _ = place.run("verify").fine();
}

#[test]
fn what_was_taken_back_is_not_found_and_what_was_erased_leaves_no_word() {
    let place = with_a_share();
    place.write("share/hr/secret.txt", "the codeword is xylophone");
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run("evidence search xylophone").fine();
    let index = || ["index.sqlite", "index.sqlite-wal"].map(|name| fs::read(place.path(&format!("register/{name}"))));
    let has = |bytes: &[u8]| bytes.windows(9).any(|window| window == b"xylophone");
    assert!(index().iter().flatten().any(|bytes| has(bytes)), "the test can see the word");
    let _ = place.run("evidence withdraw E-0001 --reason \"Personal data\" --erase").fine();
    let _ = place.run("evidence search xylophone").exits(1);
    let _ = place.run("evidence search xylophone --withdrawn").exits(1);
    let _ = place.run("evidence search --name secret --withdrawn").fine().says("hr/secret.txt");
    assert!(!index().iter().flatten().any(|bytes| has(bytes)));
    let _ = place.run("index rebuild").fine();
    let _ = place.run("evidence search xylophone --withdrawn").exits(1);
    let _ = place.run("verify").fine();
}

#[test]
fn files_left_in_their_place_are_read_there_if_they_are_what_they_were() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    place.write("share/ict/minutes.txt", "The board asked about nothing.\n");
    let found = place.run("evidence search any --json").fine().json();
    assert_eq!(paths(&found), ["ict/firewall-rules.txt"]);
    let _ = place.run("evidence search board").exits(1);
    let again = place.run("evidence rescan E-0001").fine();
    assert!(again.out.contains("1 changed"), "{}", again.out);
    let board = place.run("evidence search board --json").fine().json();
    assert_eq!(board["files"][0]["evidence"], serde_json::json!(["E-0002"]));
    assert_eq!(paths(&place.run("evidence search firewall --json").fine().json()), ["ict/firewall-rules.txt"]);
}

#[test]
fn a_file_that_is_gone_from_the_newest_collection_says_so() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    fs::remove_file(place.path("share/hr/leavers.csv")).unwrap();
    let _ = place.run("evidence rescan E-0001").fine();
    let _ = place.run("evidence search --name leavers").fine().says("not in the newest collection");
    let _ = place.run("evidence search --name rules").fine().says("E-0002");
}

#[test]
fn a_file_of_a_folder_that_is_scanned_again_and_again_against_its_first_scan_is_found_once() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    for (scan, path) in ["share/ict/minutes.txt", "share/hr/leavers.csv", "share/ict/minutes.txt"].iter().enumerate() {
        place.write(path, &format!("The firewall at scan {scan}.\n"));
        let _ = place.run("evidence rescan E-0001").fine();
        let found = paths(&place.run("evidence search --name firewall --json").fine().json());
        assert_eq!(found, ["ict/firewall-rules.txt"], "scan {scan}");
    }
    let _ = place.run("evidence search --name firewall").fine().says("E-0004");
    let _ = place.run("verify").fine();
}

#[test]
fn what_could_not_be_had_is_told_and_read_when_it_is_there_again() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    // The share is not mounted.
    fs::rename(place.path("share"), place.path("elsewhere")).unwrap();
    let _ = place.run("evidence search café").exits(1).warns("the bytes of 3 documents could not be had");
    let _ = place.run("index read").fine().says("0 documents read").says("3 documents could not be had");
    fs::rename(place.path("elsewhere"), place.path("share")).unwrap();
    let _ = place.run("index read").fine().says("3 documents read");
    let _ = place.run("evidence search café").fine().says("ict/minutes.txt");
}

#[test]
fn erasing_what_was_left_in_its_place_leaves_no_word_of_it_and_it_is_not_read_again() {
    let place = with_a_share();
    place.write("share/hr/secret.txt", "the codeword is xylophone");
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    let _ = place.run("evidence search xylophone").fine();
    let shown = place.run("evidence show E-0001").fine().says("hr/secret.txt  left in its place");
    assert!(!shown.out.contains("MISSING"), "{}", shown.out);
    let _ = place.run("evidence withdraw E-0001 --reason \"Personal data\"").fine().says("To remove that too");
    let _ = place.run("evidence search xylophone --withdrawn").fine();
    let erased = place.run("evidence withdraw E-0001 --reason \"Personal data\" --erase").fine();
    let _ = erased.says("those in their place are not touched");
    let _ = place.run("evidence show E-0001").fine().says("hr/secret.txt  left in its place");
    let _ = place.run("evidence search xylophone --withdrawn").exits(1);
    let index = ["index.sqlite", "index.sqlite-wal"].map(|name| fs::read(place.path(&format!("register/{name}"))));
    assert!(!index.iter().flatten().any(|bytes| bytes.windows(9).any(|window| window == b"xylophone")));
    let _ = place.run("index rebuild").fine();
    let _ = place.run("index read").fine().says("0 documents read");
    let _ = place.run("evidence search xylophone --withdrawn").exits(1);
}

#[test]
fn what_was_erased_and_collected_anew_is_found_and_what_others_left_in_its_place_stays_found() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    place.write("other/rules.txt", "permit tcp any any\ndeny ip any any log\n");
    let _ = place.run(&format!("{} {} --reference", COLLECT.replace("share", "other"), day(0))).fine();
    let _ = place.run("evidence search café").fine();
    let erased = place.run("evidence withdraw E-0001 --reason \"Personal data\" --erase").fine();
    let _ = erased.says("found by their words in E-0002 still");
    let found = |question: &str| paths(&place.run(&format!("evidence search {question} --json")).fine().json());
    assert_eq!(found("permit"), ["rules.txt"], "other evidence lists it too");
    place.write("third/minutes.txt", "The board asked about the Firewall and the café.\n");
    let _ = place.run(&format!("{} {}", COLLECT.replace("share", "third"), day(0))).fine();
    assert_eq!(found("café"), ["minutes.txt"]);
}

#[cfg(unix)]
#[test]
fn what_took_the_place_of_a_file_is_neither_followed_nor_waited_for() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    place.write("outside.txt", "The board asked about the Firewall and the café.\n");
    fs::remove_file(place.path("share/ict/minutes.txt")).unwrap();
    std::os::unix::fs::symlink(place.path("outside.txt"), place.path("share/ict/minutes.txt")).unwrap();
    fs::remove_file(place.path("share/hr/leavers.csv")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(place.path("share/hr/leavers.csv")).status().unwrap();
    assert!(made.success());
    let _ = place.run("index read").fine().says("1 document read").says("2 documents could not be had");
    let _ = place.run("evidence search café").exits(1);
}

#[test]
fn a_total_is_never_less_than_what_is_shown() {
    let place = Place::with_an_action();
    // Each part of the question has so many files that a page ends before the few that all of them have.
    for number in 0..300 {
        place.write(&format!("share/a/{number}.csv"), &format!("name,left\nleaver,{number}\n"));
        let word = if number < 298 { "stayer" } else { "leaver" };
        place.write(&format!("share/z/{number}.csv"), &format!("left,name\n{number},{word}\n"));
    }
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run("index read").fine();
    for limit in [1, 2, 3] {
        let found =
            place.run(&format!("evidence search leav* --media table --below z/ --limit {limit} --json")).fine().json();
        let shown = found["files"].as_array().unwrap().len() as u64;
        assert!(shown > 0 && found["total"].as_u64().unwrap() >= shown, "{found}");
    }
}

#[test]
fn what_was_erased_is_found_again_when_the_same_folder_is_collected_unchanged() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run("evidence search café").fine();
    let _ = place.run("evidence withdraw E-0001 --reason \"Personal data\" --erase").fine();
    let _ = place.run("evidence search café").exits(1);
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let found = place.run("evidence search café --json").fine().json();
    assert_eq!(found["files"][0]["evidence"], serde_json::json!(["E-0002"]));
}

#[test]
fn words_that_an_interrupted_erasure_left_are_told_by_verify_and_the_same_command_takes_them_out() {
    const ERASE: &str = "evidence withdraw E-0001 --reason \"Personal data\" --erase";
    let place = with_a_share();
    place.write("share/hr/secret.txt", "the codeword is xylophone");
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    let _ = place.run("evidence search xylophone").fine();
    let index = place.path("register/index.sqlite");
    let before = fs::read(&index).unwrap();
    let _ = place.run(ERASE).fine();
    // What a crash between the entry and the index leaves.
    fs::write(&index, before).unwrap();
    let told = "evidence E-0001 is withdrawn, words of its documents are still in the index";
    let _ = place.run("verify").exits(4).says(told).says("portreeve evidence withdraw E-0001 --erase");
    let _ = place.run(&format!("{ERASE} --dry-run")).fine().says("Dry run");
    let _ = place.run("verify").exits(4);
    let _ = place.run(ERASE).fine().says("words of its documents were still in the index").says("Nothing was recorded");
    let _ = place.run("verify").fine();
    assert!(!fs::read(&index).unwrap().windows(9).any(|window| window == b"xylophone"));
    let _ = place.run(ERASE).exits(3).warns("has been withdrawn");
}

#[test]
fn an_undone_collection_is_found_no_more_and_costs_no_other_its_texts() {
    let place = with_a_share();
    place.write("other/notes.txt", "the codeword is xylophone, the board asked");
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run(&format!("{} {}", COLLECT.replace("share", "other"), day(0))).fine();
    let _ = place.run("index read").fine().says("4 documents read");
    let _ = place.run("undo --reason \"the wrong folder\"").fine();
    let _ = place.run("verify").fine().says("index.sqlite is behind the ledger");
    let _ = place.run("index read").fine().says("0 documents read");
    let board = || place.run("evidence search board --json").fine().json();
    let found = board();
    assert_eq!(paths(&found), ["ict/minutes.txt"]);
    let _ = place.run("evidence search xylophone").exits(1);
    let words = fs::read(place.path("register/index.sqlite")).unwrap();
    assert!(!words.windows(9).any(|window| window == b"xylophone"));
    let _ = place.run("index rebuild").fine();
    assert_eq!(board()["files"], found["files"]);
    let _ = place.run("verify").fine();
}

#[test]
fn what_no_search_finds_by_its_text_is_listed_with_why() {
    let place = with_a_share();
    let _ = place.run("index unread").fine().says("Every document");
    place.write("share/scans/plan.png", "");
    fs::write(place.path("share/scans/plan.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0")
        .unwrap();
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    let _ = place.run("index unread").fine().says("4 files that nobody has looked at yet: `portreeve index read`");
    place.write("share/ict/minutes.txt", "The board asked about nothing.\n");
    let _ = place.run("evidence search café").exits(1).warns("`portreeve index unread` lists them");
    let _ = place.run("index read").fine().says("Which, and why: `portreeve index unread`");
    let listed = place.run("index unread").fine().says("1 document could not be had: it has changed since").out;
    assert!(listed.contains("\n    E-0001  ict/minutes.txt\n"), "{listed}");
    assert!(listed.contains("1 document without a text that can be read: no text in this kind"), "{listed}");
    let few = place.run("index unread --limit 1").fine();
    assert!(few.out.contains("minutes.txt") && !few.out.contains("plan.png"), "{}", few.out);
    let _ = few.says("and 1 document further; `--limit` shows more");
    let object = place.run("index unread --json").fine().json();
    assert_eq!((&object["documents"], &object["further"]), (&serde_json::json!(2), &serde_json::json!(0)));
    assert_eq!(object["reasons"][0]["absence"], "unreached");
    assert_eq!(object["reasons"][1]["documents"][0]["path"], "scans/plan.png");
}

#[test]
fn a_mark_goes_on_with_the_question_that_it_came_from_and_with_no_other() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --for RAP-001", day(0))).fine();
    let next = |question: &str| {
        let page = place.run(&format!("evidence search {question} --limit 1 --json")).fine().json();
        page["next"].as_str().unwrap().to_owned()
    };
    let mark = next("firewall");
    let _ = place.run(&format!("evidence search firewall --limit 5 --after {mark}")).fine().says("ict/minutes.txt");
    for other in ["any", "firewall any", "firewall --for RAP-001", "firewall --below ict/", "firewall --withdrawn"] {
        let refused = place.run(&format!("evidence search {other} --limit 1 --after {mark}"));
        let _ = refused.exits(2).warns("another question").warns("leave out `--after`");
    }
}

#[test]
fn what_is_counted_in_an_index_is_said() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    place.write("share/ict/minutes.txt", "The board asked about nothing.\n");
    let _ = place.run("evidence rescan E-0001").fine();
    let made = place.run("index rebuild").fine().says("2 collections with 4 files");
    let _ = made.says("a file that a re-scan found as it was is counted once, a changed one once more");
}

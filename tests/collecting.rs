//! Whole folders: collected, collected again, compared, left in their place, only hashed. The share of these tests is
//! invented.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::support::{Place, day};

const COLLECT: &str = "evidence collect share --kind configuration-export --shows";

/// A share of three files, written long enough ago for their stamps to be trusted.
fn with_a_share() -> Place {
    let place = Place::with_an_action();
    for (path, text) in [("share/ict/rules.txt", "permit"), ("share/ict/old.csv", "a,b"), ("share/hr/leavers.csv", "x")]
    {
        place.write(path, text);
        age(&place.path(path));
    }
    place
}

/// Sets the time of writing back; the time of changing stays, so a re-scan reads the file once more.
fn age(path: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    fs::OpenOptions::new().write(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

#[test]
fn a_folder_collected_again_tells_what_changed_since() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --for RAP-001", day(0))).fine().says("3 files, 10 bytes");
    let same = place.run("evidence rescan E-0001").fine().says("3 files unchanged");
    assert!(same.out.contains("RAP-001"), "it is for what the first was for: {}", same.out);

    place.write("share/ict/rules.txt", "deny");
    place.write("share/ict/new.txt", "n");
    fs::rename(place.path("share/ict/old.csv"), place.path("share/ict/moved.csv")).unwrap();
    fs::remove_file(place.path("share/hr/leavers.csv")).unwrap();
    let dry = place.run("evidence rescan E-0002 --dry-run").fine().says("Dry run");
    let again = place.run("evidence rescan E-0002").fine();
    for ran in [&dry, &again] {
        for line in ["1 new, 1 changed, 1 moved, 1 missing; 0 files unchanged", "changed   ict/rules.txt"] {
            assert!(ran.out.contains(line), "{line} in {}", ran.out);
        }
    }
    let diff = place.run("evidence diff E-0001 E-0003").exits(1);
    for line in ["moved     ict/old.csv to ict/moved.csv", "missing   hr/leavers.csv", "new       ict/new.txt"] {
        assert!(diff.out.contains(line), "{line} in {}", diff.out);
    }
    let _ = place.run("evidence diff E-0001 E-0002").fine().says("3 files unchanged");
    let _ = place.run("evidence show E-0003").fine().says("Goes on from").says("E-0002");
    let _ = place.run("verify").fine();
}

#[test]
fn files_left_in_their_place_are_recorded_by_their_digests_alone() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine().says("left in their place");
    let _ = place.run("verify").fine();
    let _ = place.run("evidence show E-0001").fine().says("left in their place").says("share");
    fs::write(place.path("share/ict/rules.txt"), "permit any").unwrap();
    let _ = place.run("evidence rescan E-0001").fine().says("1 changed; 2 files unchanged").says("left in their place");
}

#[test]
fn a_part_of_a_folder_stays_that_part_when_it_is_collected_again() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --include *.csv --exclude hr", day(0))).fine().says("1 file, 3 bytes");
    let _ = place.run("evidence rescan E-0001").fine().says("1 file unchanged");
    let _ = place.run(&format!("{COLLECT} {} --include [", day(0))).exits(2).warns("is not a pattern");
    let _ = place.run(&format!("{COLLECT} {} --include *.none", day(0))).warns("one that the options let in");
    let _ = place.run("evidence verify --repair-from nowhere").exits(5).warns("there is nothing at nowhere");
}

#[test]
fn what_cannot_be_collected_again_says_why() {
    let place = with_a_share();
    let said = format!("evidence say \"It was renewed\" --title Word --shows {}", day(0));
    let _ = place.run(&said).fine();
    let _ = place.run("evidence rescan E-0001 --from share").exits(3).warns("not a collection of files");
    let _ = place.run("evidence rescan E-0001").exits(2).warns("--from DIR");
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run("evidence diff E-0001 E-0002").exits(3).warns("not a collection of files");
    fs::rename(place.path("share"), place.path("elsewhere")).unwrap();
    let _ = place.run("evidence rescan E-0002").warns("--from DIR");
    let _ = place.run("evidence rescan E-0002 --from elsewhere").fine().says("3 files unchanged");
}

#[test]
fn digests_are_lines_that_sha256sum_accepts() {
    let place = with_a_share();
    let ran = place.run("evidence digest share").fine();
    place.write("list", &ran.out);
    let check = Command::new("sha256sum").args(["-c", "--strict", "../list"]).current_dir(place.path("share")).output();
    match check {
        Ok(check) => assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout)),
        Err(error) => assert!(std::env::var_os("CI").is_none(), "there is no sha256sum: {error}"),
    }
    assert_eq!(ran.out.lines().count(), 3);
    let json = place.run("evidence digest share --json").fine();
    let lines: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), lines[0]["bytes"].as_u64()), (3, Some(1)));
    let _ = place.run("evidence digest nowhere").exits(5).warns("there is nothing at");
}

#[test]
fn a_place_is_compared_with_what_was_collected_there() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {} --reference", day(0))).fine();
    let _ = place.run("evidence verify E-0001 --source --rate 20M").fine().says("3 files unchanged");
    // The same size and the same time of writing: only reading it tells.
    let path = place.path("share/ict/rules.txt");
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "deny!!").unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_modified(written).unwrap();
    let _ = place.run("evidence verify E-0001 --source").exits(1).says("changed   ict/rules.txt");
    let _ = place.run("evidence verify --source").exits(2);
    let _ = place.run("evidence verify E-0001 --source --rate fast").exits(2).warns("20M");
}

#[test]
fn damaged_evidence_is_named_with_its_entry_and_mended_from_a_copy() {
    let place = with_a_share();
    let _ = place.run(&format!("{COLLECT} {}", day(0))).fine();
    let _ = place.run("evidence verify").fine().says("as it was recorded");
    let damage = || {
        let mut damaged = 0;
        for (path, bytes) in place.bytes_of("register/objects/objects") {
            if bytes == b"permit" {
                let path = place.path("register/objects/objects").join(path);
                fs::remove_file(&path).unwrap();
                fs::write(&path, "PERMIT").unwrap();
                damaged += 1;
            }
        }
        assert_eq!(damaged, 1);
    };
    let _ = place.run("evidence verify E-0001 --repair-from share").fine();
    damage();
    let told = place.run("evidence verify").exits(4).says("`ict/rules.txt` of evidence E-0001, entry");
    assert!(told.out.contains("--repair-from DIR"), "{}", told.out);
    let _ = place.run("verify").exits(4).says("is changed");
    fs::create_dir(place.path("empty")).unwrap();
    let _ = place.run("evidence verify --repair-from empty").exits(4).says("does not hold the rest");
    let _ = place.run("evidence verify --repair-from share").fine().says("mended sha256");
    let _ = place.run("verify").fine();

    let copied = Command::new("cp").args(["-r", "register", "mirror"]).current_dir(place.path("")).status();
    assert!(copied.unwrap().success());
    damage();
    let _ = place.run("evidence verify E-0001 --repair-from mirror").fine().says("mended sha256");
    let _ = place.run("verify").fine();
}

#[test]
fn of_many_files_the_first_are_shown_and_all_can_be_had() {
    let place = Place::northmoor();
    for number in 0..1_003 {
        place.write(&format!("share/{number:04}.txt"), &format!("{number}\n"));
    }
    let _ = place.run(&format!("evidence collect share --kind configuration-export --shows {}", day(0))).fine();
    let shown =
        place.run("evidence show E-0001").fine().says("0999.txt  4 bytes").says("and 3 further files: all of them");
    assert!(!shown.out.contains("1000.txt"), "{shown:?}");
    let object = place.run("evidence show E-0001 --json").fine().json();
    assert_eq!((object["facts"]["file"].as_array().unwrap().len(), &object["more_files"]), (1_000, &3.into()));
    let all = place.run("evidence show E-0001 --files").fine().out;
    assert_eq!(all.lines().count(), 1_003);
    let last = all.lines().last().unwrap();
    assert!(last.starts_with("1002.txt  5 bytes  sha256 "), "{last}");
    let objects = place.run("evidence show E-0001 --files --json").fine().out;
    let object: serde_json::Value = serde_json::from_str(objects.lines().last().unwrap()).unwrap();
    assert_eq!((&object["path"], &object["bytes"], &object["state"]), (&"1002.txt".into(), &5.into(), &"held".into()));
    assert!(last.ends_with(object["sha256"].as_str().unwrap()));
    let _ = place.run("evidence show E-0009 --files").exits(2).warns("E-0001");
}

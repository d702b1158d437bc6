//! Shares that change: what a re-scan finds, held against a stranger's list of what was done; files with strange times; and
//! a share that is not there any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use super::{by_sha256sum, collecting, fill, manifest, shared, skipped};
use crate::support::{Place, words};

/// Until a file counts as settled: git's rule, with two seconds for FAT and some servers.
const SETTLING: Duration = Duration::from_millis(3_100);

/// What a re-scan found, by path: what is told of a file that moved stands under its new path.
fn found(place: &Place, line: &str) -> BTreeMap<String, String> {
    let changes = place.run(&format!("{line} --json")).fine().json()["changes"].clone();
    let listed = changes["listed"].as_array().unwrap().iter();
    listed.map(|change| (text(&change["path"]), text(&change["change"]))).collect()
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Lets the shared tool change some files; gives what it says it did, by path, in the words of a re-scan.
fn mutated(place: &Place, script: &Path, mode: &str, seed: u32) -> Option<BTreeMap<String, String>> {
    let made = Command::new("python3")
        .arg(script)
        .args(["--fraction", "0.2", "--mode", mode, "--seed", &seed.to_string(), "--truth", "truth", "--dir", "share"])
        .current_dir(place.path(""))
        .output();
    if !made.as_ref().is_ok_and(|made| made.status.success()) {
        skipped(&format!("the corpus could not be changed: {made:?}"));
        return None;
    }
    let told = fs::read_to_string(place.path("truth")).unwrap();
    let line = |line: &str| {
        let mut parts = line.split('\t');
        let (kind, path) = (parts.next().unwrap(), parts.next().unwrap());
        match kind {
            "renamed" => (parts.next().unwrap().strip_prefix("share/").unwrap().to_owned(), "moved"),
            "added" => (path.to_owned(), "new"),
            "removed" => (path.to_owned(), "missing"),
            _ => (path.to_owned(), "changed"),
        }
    };
    Some(told.lines().map(line).map(|(path, change)| (path, change.to_owned())).collect())
}

#[test]
fn a_rescan_finds_all_that_was_changed_and_nothing_else() {
    let Some(script) = shared("bench/mutate_corpus.py") else { return };
    let place = Place::in_memory().made_northmoor();
    fill(&place, 400);
    // Two that are empty would be one and the same to whoever looks for files that moved.
    fs::remove_file(place.path("share/empty")).unwrap();
    sleep(SETTLING);
    let _ = place.run(&collecting()).fine();
    // Linking every file elsewhere moves the time at which its attributes changed, and no byte.
    let linked = Command::new("cp").args(["-al", "share", "elsewhere"]).current_dir(place.path("")).status();
    assert!(linked.unwrap().success());
    let _ = place.run("evidence rescan E-0001").fine().says("401 files unchanged\n").says("401 of 401 files read");
    fs::remove_dir_all(place.path("elsewhere")).unwrap();
    sleep(SETTLING);
    let _ = place.run("evidence rescan E-0002").fine().says("401 files unchanged");
    let _ = place.run("evidence rescan E-0003").fine().says("401 files unchanged").says("0 of 401 files read");

    // A tamperer who puts size and times back cannot put back when the attributes changed: found without reading all.
    let Some(truth) = mutated(&place, &script, "mixed", 1) else { return };
    assert!(truth.len() > 70 && truth.values().collect::<BTreeSet<_>>().len() == 4, "{truth:?}");
    assert_eq!(found(&place, "evidence rescan E-0004"), truth);
    let Some(truth) = mutated(&place, &script, "silent", 2) else { return };
    assert_eq!(found(&place, "evidence rescan E-0005 --paranoid"), truth);
    let again = place.run(&collecting()).fine();
    assert_eq!(manifest(&place, "register", &again), by_sha256sum(&place.path("share")));
    let _ = place.run("verify").fine();
}

#[test]
fn files_of_any_time_are_told_apart() {
    let place = Place::in_memory().made_northmoor();
    let at = |seconds: i64, nanoseconds: u32| {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let time = if seconds < 0 { SystemTime::UNIX_EPOCH - whole } else { SystemTime::UNIX_EPOCH + whole };
        time + Duration::from_nanos(u64::from(nanoseconds))
    };
    // 1901, one second before 1970, 1970, 2106, beyond 32 bits, and twins that differ in one nanosecond.
    let times =
        [(-2_147_483_648, 0), (-1, 999_999_999), (0, 0), (4_294_967_295, 0), (9_999_999_999, 1), (7, 1), (7, 2)];
    let set = |name: &str, (seconds, nanoseconds)| {
        let file = fs::OpenOptions::new().write(true).open(place.path(&format!("share/{name}"))).unwrap();
        file.set_modified(at(seconds, nanoseconds)).is_ok()
    };
    for (number, time) in times.into_iter().enumerate() {
        place.write(&format!("share/{number}"), &format!("{number}"));
        if !set(&number.to_string(), time) {
            skipped(&format!("this file system knows no time of {time:?}"));
        }
    }
    sleep(SETTLING);
    let _ = place.run(&collecting()).fine();
    // What claims to be of the future is never settled, and read every time.
    let _ = place.run("evidence rescan E-0001").fine().says("7 files unchanged").says("2 of 7 files read");
    place.write("share/5", "x");
    assert!(set("5", (7, 2)));
    let _ = place.run("evidence rescan E-0002").fine().says("changed   5").says("1 changed; 6 files unchanged");
    let _ = place.run("verify").fine();
}

#[cfg(target_os = "linux")]
#[test]
fn a_share_that_is_not_mounted_is_not_taken_for_one_that_was_emptied() {
    use super::full_disks::Disk;
    let place = Place::in_memory().made_northmoor();
    let Some(disk) = Disk::mount(place.path("share")) else {
        return skipped("only root may mount a share, and take it away");
    };
    fill(&place, 2_000);
    let whole = by_sha256sum(&place.path("share"));
    let _ = place.run(&collecting()).fine();
    let took = std::time::Instant::now();
    let _ = place.run(&collecting()).fine();
    let took = took.elapsed();

    // It goes while it is walked: all of it is there, or what is not is told and nothing is recorded.
    let mut command = place.command();
    let child = command.args(words(&collecting())).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().unwrap();
    sleep(took / 3);
    disk.vanish();
    let ran = crate::support::Ran::of(&child.wait_with_output().unwrap(), collecting());
    if ran.code == 0 {
        assert_eq!(manifest(&place, "register", &ran), whole);
    } else {
        assert!(ran.code == 5 || ran.code == 2, "{ran:?}");
        assert!(ran.err.contains("not taken") || ran.err.contains("no file to take"), "{ran:?}");
    }

    // It is gone: an empty folder, or one with something in it that somebody put there, is no news of 2,002 files.
    for _ in 0..2 {
        let ran = place.run("evidence rescan E-0001").exits(5).warns("none of the 2002 files").warns("mounted");
        assert!(ran.err.contains("--from DIR") && ran.err.contains("--gaps-will-do"), "{ran:?}");
        place.write("share/README", "not mounted");
    }
    let _ = place.run("evidence rescan E-0001 --gaps-will-do").fine().says("2002 missing");
    let _ = place.run("verify").fine();
}

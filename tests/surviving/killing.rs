//! Killed at any instant: what was recorded stays, nothing half-done is taken for done, and the same command again gets
//! there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Chance, by_sha256sum, collecting, copy, fill, manifest, survived};
use crate::support::{Place, Ran, words};

const ROUNDS: u64 = 200;
/// After how many rounds the register is the first one again, so that late rounds take no longer than early ones.
const FRESH: u64 = 25;
const FILES: u64 = 120;

/// Runs a command and kills it at some instant of the time it takes; says whether it had ended by then.
fn killed(place: &Place, line: &str, takes: Duration, chance: &mut Chance) -> bool {
    let mut command = place.command();
    let mut child =
        command.args(words(line)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(Duration::from_micros(chance.below(u64::try_from(takes.as_micros()).unwrap())));
    child.kill().unwrap();
    child.wait().unwrap().code().is_some()
}

/// How long the longest memory of a scan is that ends so.
fn remembered(place: &Place, ending: &str) -> u64 {
    let scans = fs::read_dir(place.path("register/scans")).into_iter().flatten().flatten();
    let scans = scans.filter(|entry| entry.path().extension().is_some_and(|found| found == ending));
    scans.filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).max().unwrap_or(0)
}

/// Runs a command that collects and kills it once it has left so many bytes about what it has read; says whether it had
/// ended by then.
fn killed_on_the_way(place: &Place, line: &str, bytes: u64) -> bool {
    let mut child = place.command().args(words(line)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while remembered(place, "new") < bytes && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    child.wait().unwrap().code().is_some()
}

fn timed(place: &Place, line: &str) -> Duration {
    let begun = Instant::now();
    let ran = place.run(line);
    assert!(ran.code < 2, "{ran:?}");
    begun.elapsed()
}

/// Gives some files of the share other bytes.
fn edit(place: &Place, chance: &mut Chance) {
    for _ in 0..40 {
        let number = chance.below(FILES);
        place.write(&format!("share/{}/{number}.txt", number % 10), &format!("{}\n", chance.below(u64::MAX)));
    }
}

/// The collections that stand, in their order.
fn standing(place: &Place) -> Vec<String> {
    let listed = place.run("evidence list --json").fine().json();
    let rows = listed["rows"].as_array().unwrap().iter();
    let stand = rows.filter(|row| row["check"] == "waits");
    stand.map(|row| row["reference"].as_str().unwrap().to_owned()).collect()
}

/// Damages an object of the share where the store keeps it, if it does.
fn damage(place: &Place, digest: &str) {
    let rewrite = |path: &Path, at: usize| {
        let mut bytes = fs::read(path).unwrap();
        let Some(byte) = bytes.get_mut(at) else { return };
        *byte ^= 1;
        fs::remove_file(path).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let loose = place.path("register/objects/objects").join(&digest[..2]).join(digest);
    if loose.exists() {
        rewrite(&loose, 0);
        return;
    }
    for pack in fs::read_dir(place.path("register/objects/packs")).unwrap() {
        let pack = pack.unwrap().path();
        let bytes = fs::read(&pack).unwrap();
        // A member of a tar archive is named at the beginning of the block before it.
        let named = bytes.chunks(512).position(|block| block.get(3..67) == Some(digest.as_bytes()));
        if let Some(header) = named {
            rewrite(&pack, (header + 1) * 512);
            return;
        }
    }
}

/// After a killed erasure: the entry is there or not, and the same command again ends it, as the next round sees.
fn erased(place: &Place, line: &str, id: &str) {
    let seen = place.run("verify");
    if seen.code == 4 {
        let mut wrong = seen.out.lines().filter(|line| line.starts_with("WRONG")).peekable();
        let told = ["its bytes are still in the store", "words of its documents are still in the index"];
        assert!(wrong.peek().is_some() && wrong.all(|line| told.iter().any(|told| line.contains(told))), "{seen:?}");
    } else {
        let _ = survived(place);
    }
    let again = place.run(line);
    let recorded = again.code == 3 && again.err.contains("has been withdrawn");
    assert!(again.code == 0 || recorded, "{id}: {again:?}");
}

/// After a killed repair: what it had not come to is still told, nothing else is wrong, and the same command again ends it.
fn mended(place: &Place, line: &str) {
    let seen = place.run("verify");
    let told = ["is changed", "is missing from the store", "holds sha256", "holds bytes that no store wrote"];
    let lost = |line: &&str| told.iter().any(|told| line.contains(told));
    let wrong: Vec<&str> = seen.out.lines().filter(|line| line.starts_with("WRONG")).collect();
    assert!((seen.code == 4) != wrong.is_empty() && wrong.iter().all(lost), "{seen:?}");
    let _ = place.run(line).fine();
}

/// After a killed build: a folder with the name of a pack is a whole pack.
fn built(place: &Place, out: &str) {
    let _ = survived(place);
    if place.path(out).exists() {
        let ran = place.run(&format!("pack verify {out}"));
        assert!(ran.code < 2 && ran.out.contains("intact"), "{ran:?}");
    }
}

#[test]
fn a_kill_at_any_instant_loses_nothing_that_was_recorded() {
    let mut chance = Chance::new();
    let place = Place::in_memory().made_northmoor();
    fill(&place, FILES);
    let collect = collecting();
    let build = "pack build out";
    // One of each, to learn how long they take, and to have something to go on from.
    let mut takes = vec![timed(&place, &collect)];
    edit(&place, &mut chance);
    takes.push(timed(&place, "evidence rescan E-0001"));
    takes.push(timed(&place, "evidence verify"));
    takes.push(timed(&place, "evidence rescan E-0001"));
    takes.push(timed(&place, build));
    copy(&place, "register", "fresh");
    copy(&place, "home", "fresh-home");
    let (mut in_time, mut late) = (0, 0);
    for round in 0..ROUNDS {
        if round % FRESH == 0 {
            copy(&place, "fresh", "register");
            copy(&place, "fresh-home", "home");
        }
        let which = usize::try_from(round % 5).unwrap();
        let ids = if which == 1 || which == 3 { standing(&place) } else { Vec::new() };
        if which == 3 && ids.len() < 2 {
            // A killed collection may bring back what was erased and still lies in the share. Another one holds it here.
            let _ = place.run(&collect).fine();
        }
        let line = match which {
            0 => collect.clone(),
            1 => format!("evidence rescan {}", ids.last().unwrap()),
            2 => "evidence verify --repair-from mirror".to_owned(),
            3 => format!("evidence withdraw {} --erase --reason \"It names a person\"", ids[0]),
            _ => format!("pack build out-{round}"),
        };
        match which {
            0 | 1 => edit(&place, &mut chance),
            2 => {
                copy(&place, "register", "mirror");
                let sums: Vec<String> = by_sha256sum(&place.path("share")).into_values().collect();
                for _ in 0..6 {
                    let any = usize::try_from(chance.below(sums.len() as u64)).unwrap();
                    damage(&place, &sums[any]);
                }
            }
            _ => {}
        }
        // However busy the machine is meanwhile: some are to end in time, so that the last steps are met too.
        if killed(&place, &line, takes[which], &mut chance) {
            late += 1;
            takes[which] = takes[which] * 9 / 10;
        } else {
            in_time += 1;
            takes[which] = takes[which] * 21 / 20;
        }
        match which {
            2 => mended(&place, &line),
            3 => erased(&place, &line, &ids[0]),
            4 => built(&place, &format!("out-{round}")),
            _ => drop(survived(&place)),
        }
    }
    assert!(in_time > ROUNDS / 2, "{in_time} were killed in time, {late} had ended");
    let whole = place.run(&collect).fine();
    assert_eq!(manifest(&place, "register", &whole), by_sha256sum(&place.path("share")));
    let _ = place.run("verify").fine();
    assert_eq!(fs::read_dir(place.path("register/objects/incoming")).unwrap().count(), 0, "leftovers are taken away");
}

/// How many files a command says that it read.
fn read(ran: &Ran) -> u64 {
    let line = ran.out.lines().find(|line| line.contains(" read; the others look"));
    line.map_or(u64::MAX, |line| line.split(' ').next().unwrap().parse().unwrap())
}

/// That a killed collection goes on to the file is tested where files are counted (`crashes` of the collector); here, that
/// the command does so and says so.
#[test]
fn what_a_killed_collection_had_read_is_not_read_again() {
    let place = Place::in_memory().made_northmoor();
    // Long enough for every thread to have written some of what it keeps, which it does by the mebibyte.
    for number in 0..2_500 {
        place.write(&format!("share/{}/{number}.txt", number % 10), &format!("{number:08}").repeat(600));
    }
    sleep(Duration::from_secs(4));
    let fresh = || {
        copy(&place, "fresh", "register");
        copy(&place, "fresh-home", "home");
    };
    copy(&place, "register", "fresh");
    copy(&place, "home", "fresh-home");
    for way in ["", " --reference"] {
        let line = collecting() + way;
        fresh();
        let _ = place.run(&line).fine();
        let bytes = remembered(&place, "scan") / 2;
        assert!(bytes > 0);
        let went_on = (0..40).any(|_| {
            fresh();
            let ended = killed_on_the_way(&place, &line, bytes);
            let ran = place.run(&line).fine();
            assert_eq!(manifest(&place, "register", &ran), by_sha256sum(&place.path("share")));
            // Nothing is read where the walk had ended before the kill: that is no proof.
            !ended && (1..2_200).contains(&read(&ran))
        });
        assert!(went_on, "of forty that were killed none went on from where it was{way}");
        let _ = place.run("verify").fine();
    }
}

/// That what was read counts, and when it does not, is tested where files are counted (`resuming` of the collector); here,
/// that the command goes on after a kill and says so, and that nobody gets a changed byte past it.
#[test]
fn what_a_killed_verification_had_read_is_not_read_again_unless_it_changed() {
    let place = Place::in_memory().made_northmoor();
    // Too large for a pack: each is noted by itself, in the order of their names.
    for number in 0..96 {
        place.write(&format!("share/{number}.txt"), &format!("{number:08}").repeat(140_000));
    }
    let _ = place.run(&collecting()).fine();
    sleep(Duration::from_secs(4));
    let scans = place.path("register/scans");
    let noted = || fs::metadata(scans.join("store.read.new")).map_or(0, |found| found.len());
    let signal = |name: &str| {
        let mut command = place.command();
        let mut child =
            command.args(words("evidence verify")).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while noted() < 1_000 && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_micros(200));
        }
        // It may have ended by itself.
        let _ = Command::new("kill").args([name, &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
        let ended = child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    };
    let killed = || assert!((0..40).any(|_| signal("-KILL").0.is_none()), "of forty none was killed on its way");
    let goes_on = "were not read now: an interrupted verification had read them, begun on";

    killed();
    // What verifies the register believes nothing that was believed before.
    let _ = place.run("verify").fine();
    let went_on = place.run("evidence verify --json").fine().json();
    let (all, before) = (went_on["objects"].as_u64().unwrap(), went_on["read_before"]["objects"].as_u64().unwrap());
    assert!(96 < all && (1..all).contains(&before), "{went_on}");
    assert!(!place.run("evidence verify").fine().out.contains(goes_on), "a finished one leaves nothing");

    let stopped = (0..40).map(|_| signal("-INT")).find(|(code, _)| *code == Some(5));
    assert!(stopped.expect("of forty none was stopped on its way").1.contains("the same command goes on from here"));
    let _ = place.run("evidence verify").fine().says(goes_on);

    killed();
    assert!(!place.run("evidence verify --paranoid").fine().out.contains(goes_on));

    killed();
    fs::write(scans.join("store.read.new"), vec![7; 4_000]).unwrap();
    assert!(!place.run("evidence verify").fine().out.contains(goes_on));

    killed();
    let first = first_object(&place);
    let time = Command::new("stat").args(["-c", "%y"]).arg(&first).output().unwrap().stdout;
    let mut bytes = fs::read(&first).unwrap();
    bytes[9] ^= 1;
    assert!(Command::new("chmod").arg("u+w").arg(&first).status().unwrap().success());
    let mut file = fs::File::options().write(true).open(&first).unwrap();
    std::io::Write::write_all(&mut file, &bytes).unwrap();
    drop(file);
    let time = String::from_utf8(time).unwrap();
    assert!(Command::new("touch").args(["-d", time.trim()]).arg(&first).status().unwrap().success());
    let _ = place.run("evidence verify").exits(4).says(goes_on).says("is changed: its bytes are now sha256");
}

/// The loose object that is read first.
fn first_object(place: &Place) -> PathBuf {
    let folders = fs::read_dir(place.path("register/objects/objects")).unwrap();
    let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).min().unwrap()
}

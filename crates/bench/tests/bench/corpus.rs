//! Corpora: the same seed gives the same tree whatever makes it, and what was changed is what the truth file says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{Entry, Place, entries};
use sha2::{Digest as _, Sha256};

/// The SHA-256 of everything that `entries` sees.
fn digest(tree: &BTreeMap<Vec<u8>, Entry>) -> String {
    let mut hash = Sha256::new();
    for (path, entry) in tree {
        hash.update(format!("{path:?} {} {:?} ", entry.folder, entry.time));
        hash.update(&entry.bytes);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_names_bytes_and_times() {
    let place = Place::new();
    for kind in ["small --files 300", "small --files 300 --flat --max 2K", "fixed --files 40 --size 5000", "hostile"] {
        let made = |name: &str, more: &str| {
            let _ = place.run(&format!("corpus {kind} --out {name} {more}")).fine();
            let tree = entries(&place.path(name));
            fs::remove_dir_all(place.path(name)).unwrap();
            tree
        };
        let one = made("one", "--threads 1");
        assert!(one == made("two", "--threads 1"), "{kind}: a second time");
        assert!(one == made("three", "--threads 7"), "{kind}: with seven threads");
        if kind != "hostile" {
            assert!(one != made("four", "--seed 2"), "{kind}: another seed");
        }
    }
}

/// What a corpus of this seed was when it was first made. A figure measured on one machine is compared with another's.
#[test]
fn a_corpus_is_the_same_on_every_machine() {
    let place = Place::new();
    let _ = place.run("corpus small --files 1000 --out small").fine();
    assert_eq!(
        digest(&entries(&place.path("small"))),
        "5de2c39098337f0af96d4de6542228c5904a59770081334768a12220b5535d31"
    );
    let _ = place.run("corpus fixed --files 3 --size 70001 --out fixed").fine();
    assert_eq!(
        digest(&entries(&place.path("fixed"))),
        "37d4df80e61f177508efccf96918de3af86da573d42ebcc490668d021b25ae27"
    );
}

#[test]
fn small_corpora_look_like_a_shared_drive() {
    let place = Place::new();
    let _ = place.run("corpus small --files 1920 --out small").fine();
    let tree = entries(&place.path("small"));
    let files: Vec<_> = tree.iter().filter(|(_, entry)| !entry.folder).collect();
    assert_eq!(files.len(), 1_920);
    assert!(files.iter().all(|(_, entry)| (1 << 10..=16 << 10).contains(&entry.bytes.len())));
    let depths: BTreeSet<usize> =
        files.iter().map(|(path, _)| path.iter().filter(|byte| **byte == b'/').count() - 1).collect();
    assert_eq!(depths, [3, 4, 5].into(), "department, service, year, and at most month and attachments");
    let folders: BTreeSet<&[u8]> =
        files.iter().map(|(path, _)| &path[..path.iter().rposition(|byte| *byte == b'/').unwrap()]).collect();
    assert_eq!(folders.len(), 240, "eight files a folder");
    let foreign = files.iter().filter(|(path, _)| !path.is_ascii()).count();
    assert!((5..60).contains(&foreign), "about one name in a hundred is not ASCII: {foreign}");
    let contents: BTreeSet<&Vec<u8>> = files.iter().map(|(_, entry)| &entry.bytes).collect();
    assert_eq!(contents.len(), 1_920, "no two files are equal");
}

#[test]
fn an_interrupted_making_is_noticed_and_made_again() {
    let place = Place::new();
    let _ = place.run("corpus small --files 100 --out small").fine();
    let whole = entries(&place.path("small"));
    let marker = place.path("small.corpus.json");
    let text = fs::read_to_string(&marker).unwrap();
    fs::write(&marker, text.replace("\"complete\"", "\"making\"")).unwrap();
    fs::remove_dir_all(fs::read_dir(place.path("small")).unwrap().next().unwrap().unwrap().path()).unwrap();
    let _ = place.run("run --corpus small --work work").exits(3).warns("half made");
    let _ = place.run("corpus mutate --dir small").exits(3);
    let _ = place.run("corpus small --files 100 --out small").fine().warns("half made");
    assert!(entries(&place.path("small")) == whole);
    assert_eq!(fs::read_to_string(&marker).unwrap(), text);
    let _ = place.run("corpus small --files 100 --out small").fine().says("is there already");
}

#[test]
fn nobody_elses_folder_is_written_to() {
    let place = Place::new();
    fs::create_dir(place.path("theirs")).unwrap();
    fs::write(place.path("theirs/thesis.odt"), "years of work").unwrap();
    let before = entries(&place.path("theirs"));
    for line in ["small --files 10 --out theirs", "hostile --out theirs", "mutate --dir theirs --fraction 1"] {
        let _ = place.run(&format!("corpus {line}")).exits(3);
    }
    // Also not when it took the place of a finished corpus.
    let _ = place.run("corpus small --files 10 --out ours").fine();
    fs::remove_dir_all(place.path("ours")).unwrap();
    fs::rename(place.path("theirs"), place.path("ours")).unwrap();
    let _ = place.run("corpus small --files 11 --out ours").exits(3);
    assert!(entries(&place.path("ours")) == before);
}

#[test]
fn a_corpus_that_the_disk_would_not_hold_is_refused_before_a_byte_is_written() {
    let place = Place::new();
    let line = "corpus fixed --files 1000000 --size 1000G --out huge";
    let _ = place.run(line).exits(3).warns("GB of disk").warns("are free");
    assert!(!place.path("huge").exists() && !place.path("huge.corpus.json").exists());
    let _ = place.run("corpus small --files 100 --out small --dry-run").fine().warns("inodes").says("nothing was made");
    assert!(!place.path("small").exists());
}

/// What a plain comparison of two trees says, in the words of the truth file. A silent change has the size and the time
/// of before.
fn compared(before: &BTreeMap<Vec<u8>, Entry>, after: &BTreeMap<Vec<u8>, Entry>) -> BTreeSet<String> {
    let text = |path: &[u8]| String::from_utf8(path[1..].to_vec()).unwrap();
    let files = |tree: &BTreeMap<Vec<u8>, Entry>| -> BTreeMap<Vec<u8>, Entry> {
        tree.iter().filter(|(_, entry)| !entry.folder).map(|(path, entry)| (path.clone(), entry.clone())).collect()
    };
    let (before, mut after) = (files(before), files(after));
    let mut found = BTreeSet::new();
    for (path, was) in &before {
        match after.remove(path) {
            Some(is) if is == *was => {}
            Some(is) if is.time == was.time && is.bytes.len() == was.bytes.len() => {
                let _ = found.insert(format!("silent\t{}", text(path)));
            }
            Some(_) => assert!(found.insert(format!("edited\t{}", text(path)))),
            None => match after.iter().find(|(_, is)| *is == was).map(|(new, _)| new.clone()) {
                Some(new) => {
                    let _ = after.remove(&new);
                    assert!(found.insert(format!("renamed\t{}\t{}", text(path), text(&new))));
                }
                None => assert!(found.insert(format!("removed\t{}", text(path)))),
            },
        }
    }
    found.extend(after.keys().map(|path| format!("added\t{}", text(path))));
    found
}

#[test]
fn the_truth_file_says_what_a_plain_comparison_says() {
    for (mode, expected) in [
        ("edit", ["edited"; 5]),
        ("silent", ["silent"; 5]),
        ("mixed", ["edited", "silent", "added", "removed", "renamed"]),
    ] {
        let place = Place::new();
        let _ = place.run("corpus small --files 400 --out small").fine();
        let before = entries(&place.path("small"));
        let line = format!("corpus mutate --dir small --mode {mode} --fraction 0.05 --truth truth");
        let _ = place.run(&format!("{line} --dry-run")).fine();
        assert!(entries(&place.path("small")) == before && !place.path("truth").exists());
        let _ = place.run(&line).fine().says("20 changes");
        let truth = lines(&place.path("truth"));
        assert_eq!(truth, compared(&before, &entries(&place.path("small"))), "{mode}");
        for word in expected {
            let count = truth.iter().filter(|line| line.starts_with(word)).count();
            assert_eq!(count, 20 / expected.iter().collect::<BTreeSet<_>>().len(), "{mode}: {word}");
        }
        let marker = fs::read_to_string(place.path("small.corpus.json")).unwrap();
        assert!(marker.contains("\"changed\""), "a changed corpus is not taken for a whole one");
        let _ = place.run("corpus small --files 400 --out small").exits(3);
    }
}

fn lines(path: &Path) -> BTreeSet<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

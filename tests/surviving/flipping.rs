//! One bit, in every kind of file that a register keeps. `verify` names the file, or the bit is in a cache that nobody
//! believes, or it cannot matter; and no command that reads answers anything else than it would have.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Chance, age, collecting, copy, fill};
use crate::support::{Place, Ran};

/// How many bits of each kind of file are tried.
const BITS: u64 = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Settings,
    Ledger,
    Pack,
    PackIndex,
    Loose,
    Index,
    Scan,
    Key,
    LastSigned,
}

/// What kind of file it is. A kind that is not here is one for which nobody has said what becomes of a flipped bit.
fn kind(path: &Path) -> Option<Kind> {
    let text = path.to_str().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    Some(match name.rsplit('.').next().unwrap() {
        _ if name == "register.json" => Kind::Settings,
        _ if name == "ledger.sqlite" => Kind::Ledger,
        _ if name == "index.sqlite" => Kind::Index,
        "tar" if text.contains("objects/packs") => Kind::Pack,
        "index" if text.contains("objects/packs") => Kind::PackIndex,
        _ if text.contains("objects/objects") && name.len() == 64 => Kind::Loose,
        "scan" if text.contains("register/scans") => Kind::Scan,
        // Holds nothing: it is locked, and no more.
        "lock" => return None,
        "key" if text.contains("home") => Kind::Key,
        "last" if text.contains("home") => Kind::LastSigned,
        _ => panic!("{text} is a kind of file that this test does not know: say here what a flipped bit in it must do"),
    })
}

fn files(folder: &Path, found: &mut BTreeMap<Kind, Vec<PathBuf>>) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if let Some(kind) = kind(&path) {
            found.entry(kind).or_default().push(path);
        }
    }
}

/// The questions whose answers may not become other answers.
const QUESTIONS: [&str; 4] =
    ["evidence show E-0001", "evidence list", "evidence find share/3/13.txt", "evidence diff E-0001 E-0002"];

/// What is said about evidence, or nothing where the command fails and says why.
fn answers(place: &Place) -> Vec<Option<String>> {
    let asked = QUESTIONS.iter().map(|line| place.run(line));
    asked
        .map(|ran| {
            if ran.code < 2 {
                Some(ran.out)
            } else {
                assert!(told(&ran), "{ran:?}");
                None
            }
        })
        .collect()
}

/// Whether a failure is one that was foreseen: not a panic, and with something to do.
fn told(ran: &Ran) -> bool {
    (ran.code == 4 || ran.code == 5) && ran.err.contains("help: ")
}

/// Every entry, byte for byte.
fn exported(place: &Place) -> Vec<u8> {
    let _ = fs::remove_file(place.path("log.txt"));
    let _ = place.run("log --export log.txt").fine();
    fs::read(place.path("log.txt")).unwrap()
}

/// What must be so after a bit of that file was flipped and `verify` answered.
fn judge(place: &Place, kind: Kind, path: &Path, seen: &Ran, before: &[u8]) {
    let place_told = format!("{kind:?} {}: {seen:?}", path.display());
    let name = path.file_name().unwrap().to_str().unwrap();
    let damaged = seen.code == 4 && seen.out.contains("WRONG") && seen.out.contains("--repair-from");
    let stale = seen.code == 0 && seen.out.contains("only a cache");
    // The rest of the file means what it meant: what is recorded from here on is signed and verifies.
    let cannot_matter = |place: &Place| {
        let fine = seen.code == 0 && exported(place) == before;
        let written = place.run("organisation add X X");
        fine && written.code == 0 && written.err.is_empty() && place.run("verify").code == 0
    };
    match kind {
        // Every bit of the store is part of an object, of a header there can be only one of, or of zeros. What evidence is
        // made of is named by it.
        Kind::Pack | Kind::Loose => {
            let named = [name, "the file `", "the manifest of evidence "].iter().any(|text| seen.out.contains(text));
            assert!(damaged && named, "{place_told}");
        }
        Kind::PackIndex => assert!(stale && seen.out.contains(name), "{place_told}"),
        // Its blocks carry a sum each, and one that does not agree is not believed: everything is read again.
        Kind::Scan => {
            assert_eq!(seen.code, 0, "{place_told}");
            let _ = place.run("evidence rescan E-0002").fine().says("files unchanged\n");
        }
        // SQLite leaves parts of a page unused; and an index that is wrong is found so when it is compared, and made again.
        Kind::Index => {
            assert!(stale || seen.code == 0, "{place_told}");
            assert!(cannot_matter(place) || stale, "{place_told}");
        }
        Kind::Ledger | Kind::Settings | Kind::Key | Kind::LastSigned => {
            let named = |text: &str| text.contains(name) || (kind == Kind::Ledger && text.contains("ledger"));
            let wrong =
                seen.code == 4 && (seen.out.contains("WRONG") && named(&seen.out) || named(&seen.err) && told(seen));
            // A format number that was flipped is that of a newer program.
            let newer = seen.code == 5 && named(&seen.err) && seen.err.contains("newer") && told(seen);
            // Without its key a register can be read by anybody; that it is not there is said.
            let elsewhere = seen.code == 0 && kind == Kind::Settings && seen.out.contains("is not there");
            assert!(wrong || newer || elsewhere || cannot_matter(place), "{place_told}");
        }
    }
}

/// A register with one file of each kind at least, and what its commands say while all is well.
pub(super) struct Whole {
    place: Place,
    before: Vec<u8>,
    expected: Vec<Option<String>>,
    found: BTreeMap<Kind, Vec<PathBuf>>,
}

impl Whole {
    pub(super) fn new() -> Whole {
        let place = Place::in_memory().made_northmoor();
        fill(&place, 100);
        (0..100).for_each(|number| age(&place.path(&format!("share/{}/{number}.txt", number % 10))));
        let _ = place.run(&collecting()).fine();
        place.write("share/3/13.txt", "edited");
        let _ = place.run("evidence rescan E-0001").fine();
        let before = exported(&place);
        let expected = answers(&place);
        assert!(expected.iter().all(Option::is_some));
        copy(&place, "register", "fresh");
        copy(&place, "home", "fresh-home");
        let mut found = BTreeMap::new();
        files(&place.path("register"), &mut found);
        files(&place.path("home"), &mut found);
        assert_eq!(found.len(), 9, "every kind is there: {:?}", found.keys());
        Whole { place, before, expected, found }
    }

    /// Damages one file of each kind after another, so many times each, and looks at what is said then. `damage` says what
    /// it did, or nothing if it came to nothing.
    pub(super) fn damaged(
        &self,
        times: u64,
        chance: &mut Chance,
        damage: impl Fn(&Path, &mut Chance) -> Option<String>,
    ) {
        for (kind, paths) in &self.found {
            for _ in 0..times {
                let path = &paths[usize::try_from(chance.below(paths.len() as u64)).unwrap()];
                let Some(how) = damage(path, chance) else { continue };
                let seen = self.place.run("verify");
                assert!(seen.code < 6, "{kind:?} {}, {how}: {seen:?}", path.display());
                for (question, (now, before)) in QUESTIONS.iter().zip(answers(&self.place).iter().zip(&self.expected)) {
                    let words = now.iter().flat_map(|now| now.split_whitespace()).collect::<Vec<_>>().join(" ");
                    let doubts = words.contains("something in the store is damaged: portreeve verify");
                    let same = now.is_none() || now == before || doubts;
                    assert!(same, "{kind:?} {}, {how}, {question}: {now:?} and not {before:?}", path.display());
                }
                judge(&self.place, *kind, path, &seen, &self.before);
                copy(&self.place, "fresh", "register");
                copy(&self.place, "fresh-home", "home");
            }
        }
    }
}

/// Gives a file, which may be read-only, other bytes.
pub(super) fn rewrite(path: &Path, bytes: &[u8]) {
    let rights = fs::metadata(path).unwrap().permissions();
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, rights).unwrap();
}

#[test]
fn a_flipped_bit_in_any_kind_of_file_is_named_or_cannot_matter() {
    Whole::new().damaged(BITS, &mut Chance::new(), |path, chance| {
        let mut bytes = fs::read(path).unwrap();
        let bit = chance.below(bytes.len() as u64 * 8);
        *bytes.get_mut(usize::try_from(bit / 8).unwrap())? ^= 1 << (bit % 8);
        rewrite(path, &bytes);
        Some(format!("bit {bit}"))
    });
}

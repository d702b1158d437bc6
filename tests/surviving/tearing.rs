//! What a power cut leaves: files that end too early or in zeros, names that were not given yet, contents of yesterday, and
//! files on their way. The same words as for a flipped bit, and nothing that is half is taken for whole.

use std::fs;
use std::path::PathBuf;

use super::flipping::{Whole, rewrite};
use super::{Chance, by_sha256sum, collecting, copy, fill, manifest};
use crate::support::Place;

/// How often each kind of file is cut, and how often its end is zeros.
const CUTS: u64 = 5;

#[test]
fn a_torn_file_of_any_kind_is_named_or_made_again() {
    let (whole, mut chance) = (Whole::new(), Chance::new());
    whole.damaged(CUTS, &mut chance, |path, chance| {
        let bytes = fs::read(path).unwrap();
        let length = chance.below(bytes.len() as u64);
        rewrite(path, bytes.get(..usize::try_from(length).unwrap())?);
        (!bytes.is_empty()).then(|| format!("cut to {length} bytes"))
    });
    whole.damaged(CUTS, &mut chance, |path, chance| {
        let mut bytes = fs::read(path).unwrap();
        let from = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
        let tail = bytes.get_mut(from..)?;
        // The end of a pack is zeros anyhow.
        let differs = tail.iter().any(|byte| *byte != 0);
        tail.fill(0);
        rewrite(path, &bytes);
        differs.then(|| format!("zeros from {from}"))
    });
}

fn packs(place: &Place) -> Vec<PathBuf> {
    let listed = fs::read_dir(place.path("register/objects/packs")).unwrap().map(|item| item.unwrap().path());
    listed.filter(|path| path.extension().is_some_and(|ending| ending == "tar")).collect()
}

#[test]
fn a_pack_whose_name_was_lost_is_found_again_and_rubbish_is_taken_away() {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 100);
    let _ = place.run(&collecting()).fine();
    let incoming = place.path("register/objects/incoming");
    for (number, pack) in packs(&place).iter().enumerate() {
        fs::rename(pack, incoming.join(format!("1-{number}.tar.part"))).unwrap();
    }
    fs::write(incoming.join("2-1.tar.part"), "half a header").unwrap();
    fs::write(incoming.join("2-2.part"), "half a file").unwrap();
    let told = place.run("verify").exits(4).says("is missing from the store").says("on their way into the store");
    assert!(told.out.contains("--repair-from"), "{}", told.out);
    // Hidden from every reader, and yet nothing of the share is stored again.
    let again = place.run(&collecting()).fine();
    assert_eq!(manifest(&place, "register", &again), by_sha256sum(&place.path("share")));
    let _ = place.run("verify").fine();
    assert_eq!(fs::read_dir(&incoming).unwrap().count(), 0);
}

#[test]
fn yesterdays_content_under_a_name_is_seen_where_it_matters() {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 20);
    let _ = place.run(&collecting()).fine();
    copy(&place, "register", "old");
    copy(&place, "home", "old-home");
    place.write("share/3/13.txt", "edited");
    let _ = place.run("evidence rescan E-0001").fine();
    copy(&place, "register", "new");
    let last = "home/.config/portreeve/keys";
    let back = |name: &str| fs::copy(place.path("old").join(name), place.path("register").join(name)).unwrap();

    // A copy beside the key that is older than the ledger is a beginning of it.
    copy(&place, "home", "new-home");
    copy(&place, "old-home/.config/portreeve/keys", last);
    let _ = place.run("verify").fine();
    copy(&place, "new-home", "home");

    // A ledger that is older than that copy has lost entries.
    back("ledger.sqlite");
    let _ = place.run("verify").exits(4).says("ledger");
    let _ = place.run("pack build out").exits(4);
    copy(&place, "new", "register");

    // A cache is yesterday's until it is used.
    back("index.sqlite");
    let _ = place.run("verify").fine().says("only a cache");
    let _ = place.run("evidence find share/3/13.txt").fine().says("E-0002");
    let told = place.run("verify").fine();
    assert!(!told.out.contains("only a cache"), "{}", told.out);
    // What an index that was being made leaves is taken away by the next one.
    fs::write(place.path("register/index.sqlite.rebuilding"), "half").unwrap();
    fs::remove_file(place.path("register/index.sqlite")).unwrap();
    let _ = place.run("evidence find share/3/13.txt").fine().says("E-0002");
    assert!(!place.path("register/index.sqlite.rebuilding").exists());

    for scan in fs::read_dir(place.path("old/scans")).unwrap() {
        back(&format!("scans/{}", scan.unwrap().file_name().to_str().unwrap()));
    }
    place.write("share/3/13.txt", "edited again");
    let _ = place.run("evidence rescan E-0002").fine().says("1 changed").says("changed   3/13.txt");
    let _ = place.run("verify").fine();
}

//! Packs that are written again: without what was withdrawn, or several as one.

use std::fs::{self, File};

use portreeve_collector::{Blobs as _, FileBlobs};
use portreeve_model::Digest;

use super::{files, names, objects, only_pack, overwrite, put, report, store_with};

#[test]
fn a_withdrawal_takes_the_bytes_away_and_leaves_the_rest() {
    let all = objects(1);
    let (folder, store) = store_with(&all);
    let reader = FileBlobs::open(folder.path()).unwrap();
    let gone: Vec<Digest> = names(&all).into_iter().step_by(3).collect();
    assert!(reader.has(&gone[0]).unwrap());
    store.remove_all(&gone).unwrap();
    let (pack, _) = only_pack(folder.path());
    let left = fs::read(&pack).unwrap();
    for (name, object) in names(&all).iter().zip(&all) {
        let is_gone = gone.contains(name);
        for store in [&store, &reader, &FileBlobs::open(folder.path()).unwrap()] {
            assert_eq!(store.has(name).unwrap(), !is_gone, "also to those who had the old pack open");
            assert_eq!(store.open(name).is_ok(), !is_gone);
        }
        let lies_there = object.len() > 2 && left.windows(object.len()).any(|window| window == *object);
        assert_eq!(lies_there, !is_gone && object.len() > 2);
    }
    let found = report(folder.path());
    assert!(found.is_sound() && found.stale_indexes.is_empty(), "{found:?}");

    // The filter of the store remembers what is gone; it must not take it for held.
    put(&store, &all);
    assert_eq!(report(folder.path()).objects, all.len() as u64);
    store.remove_all(&names(&all)).unwrap();
    assert_eq!(fs::read_dir(folder.path().join("packs")).unwrap().count(), 0);
}

#[test]
fn a_withdrawal_waits_for_another_one_in_the_same_pack() {
    let all = objects(1);
    let (folder, store) = store_with(&all);
    let (pack, _) = only_pack(folder.path());
    let other = File::open(&pack).unwrap();
    other.lock().unwrap();
    std::thread::scope(|scope| {
        let withdrawal = scope.spawn(|| store.remove(&Digest::of(&all[3])).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(!withdrawal.is_finished() && pack.exists(), "two that copy the same pack would undo each other's work");
        other.unlock().unwrap();
    });
    assert!(!pack.exists() && !store.has(&Digest::of(&all[3])).unwrap());
}

#[test]
fn many_small_packs_become_one_and_a_damaged_one_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    let batch = |number: u8| -> Vec<Vec<u8>> { (0..9).map(|each| vec![number, each, 1, 2, 3]).collect() };
    (0..16).for_each(|number| put(&store, &batch(number)));
    assert_eq!(files(folder.path(), "tar").len(), 16);
    let damaged = files(folder.path(), "tar").remove(0);
    let good = fs::read(&damaged).unwrap();
    let mut bad = good.clone();
    bad[513] ^= 1;
    overwrite(&damaged, &bad);
    put(&store, &batch(16));
    assert_eq!(files(folder.path(), "tar").len(), 17, "which copy is good is not for a merge to decide");
    overwrite(&damaged, &good);
    put(&store, &batch(17));
    only_pack(folder.path());
    let found = report(folder.path());
    assert!(found.is_sound() && found.stale_indexes.is_empty() && found.leftovers.is_empty(), "{found:?}");
    assert_eq!(found.objects, 18 * 9);
    for bytes in (0..18).flat_map(batch) {
        assert!(store.check(&Digest::of(&bytes)).is_ok());
    }
}

//! Asking a store for many objects at once, as a re-scan does.

use portreeve_collector::{Blobs as _, FileBlobs};
use portreeve_model::Digest;

fn names(numbers: std::ops::Range<u32>) -> Vec<Digest> {
    numbers.map(|number| Digest::of(&number.to_le_bytes())).collect()
}

/// A store of one pack and one loose object.
fn store_of(count: u32) -> (tempfile::TempDir, FileBlobs) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    let mut hand = store.hand().unwrap();
    for number in 0..count {
        let bytes = number.to_le_bytes();
        hand.put(&Digest::of(&bytes), &bytes).unwrap();
    }
    hand.finish().unwrap();
    store.settle().unwrap();
    store.put(&mut &b"loose"[..]).unwrap();
    (folder, store)
}

#[test]
fn many_are_found_as_each_is_and_what_others_remove_meanwhile_is_not() {
    let (folder, store) = store_of(100);
    let mut asked = names(0..120);
    asked.push(Digest::of(b"loose"));
    let one_by_one = |asked: &[Digest]| asked.iter().map(|name| store.size_bytes(name).unwrap()).collect::<Vec<_>>();
    for _ in 0..3 {
        assert_eq!(store.sizes(&asked).unwrap(), one_by_one(&asked));
    }
    let there = |store: &FileBlobs| store.sizes(&asked).unwrap().into_iter().flatten().count();
    assert_eq!(there(&store), 101);

    let other = FileBlobs::open(folder.path()).unwrap();
    other.remove_all(&names(10..30)).unwrap();
    assert_eq!(there(&store), 81, "the pack has been replaced");
    assert_eq!(store.sizes(&asked).unwrap(), one_by_one(&asked));
    other.remove_all(&names(0..100)).unwrap();
    assert_eq!(there(&store), 1);
    assert_eq!(store.sizes(&[]).unwrap(), Vec::new());
}

#[test]
fn a_damaged_index_answers_nothing_that_is_not_there() {
    let (folder, store) = store_of(100);
    let packs = std::fs::read_dir(folder.path().join("packs")).unwrap().map(|entry| entry.unwrap().path());
    let index = packs.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "index")).unwrap();
    let mut table = std::fs::read(&index).unwrap();
    table[..32].copy_from_slice(Digest::of(b"forged").as_bytes());
    std::fs::remove_file(&index).unwrap();
    std::fs::write(&index, &table).unwrap();
    let store_again = FileBlobs::open(folder.path()).unwrap();
    let asked = [names(0..100), vec![Digest::of(b"forged")]].concat();
    for store in [&store, &store_again] {
        let found = store.sizes(&asked).unwrap();
        assert_eq!(found.iter().flatten().count(), 100);
        assert_eq!(found.last(), Some(&None));
    }
}

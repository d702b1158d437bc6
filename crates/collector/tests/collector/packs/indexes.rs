//! The index beside a pack is a cache: whatever is wrong with it, no answer is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};

use portreeve_collector::{Blobs as _, FileBlobs, Watch, verify_store};
use portreeve_model::Digest;

use super::{make_writable, names, objects, only_pack, report, store_with};
use crate::support::bytes;

#[test]
fn reading_a_store_changes_nothing_in_it() {
    let objects = objects(1);
    let (folder, _) = store_with(&objects);
    let (_, index) = only_pack(folder.path());
    fs::remove_file(&index).unwrap();
    let state = || {
        let mut found = BTreeMap::new();
        for name in ["", "objects", "packs", "incoming"] {
            let path = folder.path().join(name);
            let inside: BTreeSet<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            found.insert(name, (fs::metadata(&path).unwrap().modified().unwrap(), inside));
        }
        found
    };
    let before = state();
    let store = FileBlobs::open(folder.path()).unwrap();
    for (name, object) in names(&objects).iter().zip(&objects) {
        assert_eq!(bytes(name, &store), *object);
        assert_eq!(store.size_bytes(name).unwrap(), Some(object.len() as u64));
    }
    assert_eq!(store.all().count(), objects.len());
    assert_eq!(store.leftovers().unwrap(), []);
    assert!(report(folder.path()).is_sound());
    assert_eq!(state(), before);
    drop(store.hand().unwrap());
    assert!(index.exists(), "a writer makes the index again");
    assert!(report(folder.path()).stale_indexes.is_empty());
}

#[test]
fn no_index_however_wrong_gives_a_wrong_answer() {
    let (objects, absent) = (objects(1), Digest::of(b"absent"));
    let (folder, open_before) = store_with(&objects);
    let (_, index) = only_pack(folder.path());
    let good = fs::read(&index).unwrap();
    let (other, _) = store_with(&objects[..10]);
    let of_another = fs::read(only_pack(other.path()).1).unwrap();

    let mut wrong: Vec<Option<Vec<u8>>> = vec![None, Some(Vec::new()), Some(of_another), Some(vec![0; good.len()])];
    wrong.extend([1, 39, 40, 41, good.len() - 1].map(|length| Some(good[..length].to_vec())));
    wrong.push(Some([good.clone(), vec![0; 40]].concat()));
    // Every bit of one entry, and one of every byte.
    for bit in (0..320).chain((320..good.len() * 8).step_by(7)) {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        wrong.push(Some(flipped));
    }
    for wrong in wrong {
        fs::remove_file(&index).unwrap();
        if let Some(wrong) = &wrong {
            fs::write(&index, wrong).unwrap();
        }
        let store = FileBlobs::open(folder.path()).unwrap();
        for (name, object) in names(&objects).iter().zip(&objects) {
            assert_eq!(bytes(name, &store), *object, "{wrong:?}");
        }
        assert!(!store.has(&absent).unwrap());
        let found = verify_store(&store, Watch::default()).unwrap();
        assert_eq!((found.is_sound(), found.stale_indexes.len()), (true, 1), "told apart from damage: {wrong:?}");
        assert_eq!(open_before.all().count(), objects.len());
        fs::write(&index, &good).unwrap();
    }
    // In place, under the hands of a store that has it open.
    let store = FileBlobs::open(folder.path()).unwrap();
    assert!(!store.has(&absent).unwrap());
    make_writable(&index);
    let mut zeros = File::options().write(true).open(&index).unwrap();
    std::io::Write::write_all(&mut zeros, &vec![0; good.len()]).unwrap();
    for (name, object) in names(&objects).iter().zip(&objects) {
        assert_eq!(bytes(name, &store), *object);
        assert!(!store.has(&absent).unwrap());
    }
}

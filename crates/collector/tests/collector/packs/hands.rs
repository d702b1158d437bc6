//! What hands put into packs: once, and wholly or not at all, whatever ends them.

use std::fs::{self, File};
use std::process::Command;

use portreeve_collector::{BlobError, Blobs as _, FileBlobs};
use portreeve_model::Digest;

use super::{names, objects, only_pack, put, report, store_with};
use crate::support::skipped;

#[test]
fn nothing_is_written_twice_whoever_put_it_first() {
    let (all, folder) = (objects(1), tempfile::tempdir().unwrap());
    let store = FileBlobs::create(folder.path()).unwrap();
    let (mut left, mut right) = (store.hand().unwrap(), store.hand().unwrap());
    all.iter().for_each(|bytes| left.put(&Digest::of(bytes), bytes).unwrap());
    // In another order, or a second pack would have the name of the first.
    all.iter().rev().for_each(|bytes| right.put(&Digest::of(bytes), bytes).unwrap());
    left.finish().unwrap();
    right.finish().unwrap();
    put(&FileBlobs::open(folder.path()).unwrap(), &all);
    only_pack(folder.path());
    assert_eq!(store.put(&mut &all[3][..]).unwrap().digest, Digest::of(&all[3]));
    assert_eq!(report(folder.path()).objects, all.len() as u64);
}

#[test]
fn a_hand_that_is_dropped_keeps_what_it_had_and_a_panicking_one_settles_nothing() {
    let all = objects(1);
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    let mut hand = store.hand().unwrap();
    all.iter().for_each(|bytes| hand.put(&Digest::of(bytes), bytes).unwrap());
    drop(hand);
    assert_eq!(report(folder.path()).objects, all.len() as u64);
    store.settle().unwrap();

    let others = objects(100);
    let panicked = std::thread::scope(|scope| {
        let work = || {
            let mut hand = store.hand().unwrap();
            others.iter().for_each(|bytes| hand.put(&Digest::of(bytes), bytes).unwrap());
            std::panic::resume_unwind(Box::new("as planned"));
        };
        scope.spawn(work).join().is_err()
    });
    assert!(panicked);
    assert!(matches!(store.settle(), Err(BlobError::Unsettled { .. })));
    let found = report(folder.path());
    assert_eq!((found.objects, found.leftovers), (all.len() as u64, vec![]));
}

#[test]
fn what_a_crash_left_is_listed_and_taken_away_but_nothing_that_somebody_holds() {
    let (folder, store) = store_with(&objects(1));
    let (abandoned, held) = (folder.path().join("incoming/1-1.tar.part"), folder.path().join("incoming/1-2.tar.part"));
    let single = folder.path().join("incoming/1-3.part");
    for path in [&abandoned, &held, &single] {
        fs::write(path, b"half").unwrap();
    }
    let lock = File::open(&held).unwrap();
    lock.lock().unwrap();
    let listed: Vec<_> = store.leftovers().unwrap().into_iter().map(|leftover| leftover.path).collect();
    assert_eq!(listed, [abandoned.clone(), single.clone()]);
    drop(FileBlobs::open(folder.path()).unwrap().hand().unwrap());
    assert_eq!((abandoned.exists(), held.exists(), single.exists()), (false, true, false));

    let (pack, index) = only_pack(folder.path());
    fs::remove_file(pack).unwrap();
    let listed = FileBlobs::open(folder.path()).unwrap().leftovers().unwrap();
    assert_eq!(listed.iter().map(|leftover| &leftover.path).collect::<Vec<_>>(), [&index]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_leaves_a_store_that_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "none"]).arg(folder.path()).status();
    if !mounted.is_ok_and(|status| status.success()) {
        return skipped("a small disk can only be mounted by root; a full one was not tried");
    }
    let all = objects(1);
    let outcome = std::panic::catch_unwind(|| {
        let store = FileBlobs::create(folder.path().join("store")).unwrap();
        put(&store, &all);
        let mut hand = store.hand().unwrap();
        let large = |number: u32| number.to_le_bytes().repeat(100_000);
        let failed = (0..40).find_map(|number| hand.put(&Digest::of(&large(number)), &large(number)).err());
        assert!(matches!(failed, Some(BlobError::Io { .. })), "{failed:?}");
        assert!(hand.finish().is_err());
        assert!(matches!(store.settle(), Err(BlobError::Unsettled { .. })));
        let found = report(&folder.path().join("store"));
        assert!(found.is_sound() && found.leftovers.is_empty(), "{found:?}");
        let store = FileBlobs::open(folder.path().join("store")).unwrap();
        put(&store, &all);
        put(&store, &objects(50));
        assert!(names(&objects(50)).iter().all(|name| store.check(name).is_ok()));
    });
    assert!(Command::new("umount").arg(folder.path()).status().unwrap().success());
    outcome.unwrap();
}

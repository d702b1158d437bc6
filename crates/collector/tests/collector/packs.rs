//! The packs of the store on a disk: what stock tools make of them, what becomes of them, and every way to damage one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use portreeve_collector::{BlobError, Blobs, Existing, FileBlobs, StoreFaultKind, StoreReport, Watch, verify_store};
use portreeve_model::Digest;
use proptest::prelude::*;

use crate::support::{bytes, skipped};

const FOLDER: &str = "PORTREEVE_TEST_PACKS_FOLDER";

/// More than are left loose, of all the lengths around a block.
fn objects(salt: u8) -> Vec<Vec<u8>> {
    let lengths = [0, 1, 3, 511, 512, 513, 700, 1023, 1024, 1025, 1500, 2000];
    lengths
        .iter()
        .map(|length| vec![salt; *length])
        .enumerate()
        .map(|(number, mut bytes)| {
            bytes.iter_mut().take(1).for_each(|first| *first = salt.wrapping_add(number as u8));
            bytes
        })
        .collect()
}

fn names(objects: &[Vec<u8>]) -> Vec<Digest> {
    objects.iter().map(|bytes| Digest::of(bytes)).collect()
}

fn put(store: &FileBlobs, objects: &[Vec<u8>]) {
    let mut hand = store.hand().unwrap();
    objects.iter().for_each(|bytes| hand.put(&Digest::of(bytes), bytes).unwrap());
    hand.finish().unwrap();
    store.settle().unwrap();
}

fn store_with(objects: &[Vec<u8>]) -> (tempfile::TempDir, FileBlobs) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    put(&store, objects);
    (folder, store)
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let found = fs::read_dir(folder.join("packs")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = found.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    found.sort();
    found
}

/// The only pack there is, and its index.
fn only_pack(folder: &Path) -> (PathBuf, PathBuf) {
    let packs = files(folder, "tar");
    assert_eq!(packs.len(), 1, "{packs:?}");
    (packs[0].clone(), packs[0].with_extension("index"))
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[expect(clippy::permissions_set_readonly_false, reason = "a test's own file, soon to be gone")]
fn make_writable(path: &Path) {
    let mut rights = fs::metadata(path).unwrap().permissions();
    rights.set_readonly(false);
    fs::set_permissions(path, rights).unwrap();
}

fn report(folder: &Path) -> StoreReport {
    verify_store(&FileBlobs::open(folder).unwrap(), Watch::default()).unwrap()
}

#[test]
fn stock_tools_list_check_and_restore_a_pack() {
    let objects = objects(1);
    let (folder, _store) = store_with(&objects);
    let (pack, index) = only_pack(folder.path());
    let run = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        assert!(output.stderr.is_empty(), "{command}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let listed = run(&format!("tar -tvf '{}'", pack.display()));
    assert_eq!(listed.lines().count(), objects.len());
    assert!(listed.lines().all(|line| line.starts_with("-r--r--r-- 0/0 ") && line.contains("1970-01-01")), "{listed}");
    run(&format!("mkdir restored && tar -xf '{}' -C restored", pack.display()));
    let sums = run("cd restored && find . -type f | xargs sha256sum");
    assert_eq!(sums.lines().count(), objects.len());
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        assert!(path.ends_with(sum), "{line}");
    }
    let sum = run(&format!("sha256sum '{}'", index.display()));
    assert_eq!(sum[..64], *index.file_stem().unwrap().to_str().unwrap(), "the index proves itself");

    // What `tar` restores is a store of loose objects, which version 0.1.0 reads too.
    run("mkdir -p old && mv restored old/objects && mkdir old/incoming");
    let old = FileBlobs::open(folder.path().join("old")).unwrap();
    for (name, object) in names(&objects).iter().zip(&objects) {
        assert_eq!(bytes(name, &old), *object);
        assert!(old.path_of(name).exists());
    }
}

#[test]
fn a_store_of_version_0_1_0_opens_works_and_gets_packs() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["objects", "incoming"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let store = FileBlobs::open(folder.path()).unwrap();
    let loose = store.put(&mut &b"as before"[..]).unwrap();
    assert!(!folder.path().join("packs").exists());
    assert_eq!(store.all().count(), 1);
    assert!(!store.has(&Digest::of(b"absent")).unwrap());
    assert!(report(folder.path()).is_sound());
    let mut all = objects(1);
    all.push(b"as before".to_vec());
    put(&store, &all);
    assert_eq!(store.all().collect::<Result<Vec<_>, _>>().unwrap().len(), all.len());
    assert_eq!(report(folder.path()).objects, all.len() as u64, "what was loose is not packed as well");
    assert_eq!(store.check(&loose.digest).unwrap(), loose);
}

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

#[test]
fn a_flipped_bit_anywhere_in_a_pack_is_found_and_where() {
    let objects = objects(1);
    let (folder, _) = store_with(&objects);
    let (pack, index) = only_pack(folder.path());
    let (good, table) = (fs::read(&pack).unwrap(), fs::read(&index).unwrap());
    // Where each member begins, as the archive itself says.
    let mut members = Vec::new();
    let mut at = 0;
    for object in &objects {
        members.push((at, at + 512, at + 512 + object.len(), Digest::of(object)));
        at += 512 + object.len().next_multiple_of(512);
    }
    assert_eq!(at + 1024, good.len());
    for place in 0..good.len() {
        // Every byte of the first members and of the end, and each seventh between.
        if place > 4096 && place < at - 600 && place % 7 != 0 {
            continue;
        }
        let mut bad = good.clone();
        bad[place] ^= 1 << (place % 8);
        overwrite(&pack, &bad);
        let found = report(folder.path());
        assert_eq!(found.faults.len(), 1, "byte {place}: {found:?}");
        let fault = &found.faults[0];
        assert_eq!(fault.path, pack);
        let member = members.iter().rev().find(|member| member.0 <= place && place < at);
        match member {
            Some((header, start, end, name)) if (*start..*end).contains(&place) => {
                let actual = Digest::of(&bad[*start..*end]);
                assert_eq!(fault.kind, StoreFaultKind::Corrupt { name: *name, actual }, "byte {place}");
                assert_eq!(fault.offset, *start as u64, "the header at {header} is good");
            }
            Some((header, start, ..)) if place < *start => {
                assert_eq!((fault.offset, &fault.kind), (*header as u64, &StoreFaultKind::Foreign), "byte {place}");
            }
            Some((_, _, end, _)) => {
                assert_eq!((fault.offset, &fault.kind), (*end as u64, &StoreFaultKind::Foreign), "byte {place}");
            }
            None => assert_eq!((fault.offset, &fault.kind), (place as u64, &StoreFaultKind::Foreign)),
        }
        // Without the index too, and the objects that are not hit can still be read.
        if place % 64 == 0 {
            fs::remove_file(&index).unwrap();
            assert!(!report(folder.path()).is_sound(), "byte {place}");
            let store = FileBlobs::open(folder.path()).unwrap();
            let hit = member.map(|member| member.3);
            for name in names(&objects).iter().filter(|name| Some(**name) != hit) {
                assert!(store.check(name).is_ok(), "byte {place}");
            }
            fs::write(&index, &table).unwrap();
        }
    }
}

#[test]
fn a_torn_pack_is_told_apart_from_a_whole_one_at_every_length() {
    let objects = objects(1);
    let (folder, _) = store_with(&objects);
    let (pack, index) = only_pack(folder.path());
    let (good, table) = (fs::read(&pack).unwrap(), fs::read(&index).unwrap());
    for length in (0..good.len()).step_by(131).chain([good.len() - 1, good.len() - 512, good.len() - 1024]) {
        for with_index in [true, false] {
            overwrite(&pack, &good[..length]);
            let _ = fs::remove_file(&index);
            if with_index {
                fs::write(&index, &table).unwrap();
            }
            let found = report(folder.path());
            assert!(found.faults.iter().any(|fault| fault.kind == StoreFaultKind::Incomplete), "{length}: {found:?}");
            // What is cut off is not taken for held: putting it again, in another order and so into a pack of another
            // name, mends it, and the torn copy does not shadow it.
            let store = FileBlobs::open(folder.path()).unwrap();
            put(&store, &objects.iter().rev().cloned().collect::<Vec<_>>());
            for store in [&store, &FileBlobs::open(folder.path()).unwrap()] {
                for (name, object) in names(&objects).iter().zip(&objects) {
                    assert_eq!(bytes(name, store), *object, "{length}");
                }
            }
            for file in files(folder.path(), "tar").into_iter().chain(files(folder.path(), "index")) {
                fs::remove_file(file).unwrap();
            }
            fs::write(&pack, &good).unwrap();
        }
    }
}

#[test]
fn a_damaged_member_is_mended_by_putting_it_again_as_far_as_it_is_looked_at() {
    let objects = objects(1);
    let (folder, store) = store_with(&objects);
    let (pack, _) = only_pack(folder.path());
    let mut bad = fs::read(&pack).unwrap();
    let end = bad.len() - 1024 - 1;
    bad[end - 100] ^= 1;
    overwrite(&pack, &bad);
    let (last, name) = (objects.last().unwrap(), *names(&objects).last().unwrap());
    put(&store, &objects);
    assert!(matches!(store.check(&name), Err(BlobError::Corrupt { .. })), "the same size is trusted by default");
    put(&FileBlobs::open(folder.path()).unwrap().trusting(Existing::Bytes), &objects);
    assert_eq!(bytes(&name, &store), *last);
    assert_eq!(store.all().count(), objects.len(), "listed once, though it is there twice");
    let found = report(folder.path());
    assert_eq!(found.faults.len(), 1, "the damaged copy is still told: {found:?}");
    store.remove(&name).unwrap();
    assert!(!store.has(&name).unwrap(), "both copies are gone");
}

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

/// Does nothing unless the test below runs it as a program of its own.
#[test]
fn the_program_that_writes_too() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    for round in 0..8 {
        let store = FileBlobs::open(&folder).unwrap();
        put(&store, &objects(round * 20));
        put(&store, &objects(std::process::id() as u8));
        store.remove(&Digest::of(&objects(round * 20)[5])).unwrap();
    }
}

#[test]
fn two_programs_write_and_withdraw_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    let run = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "packs::the_program_that_writes_too"])
            .env(FOLDER, folder.path())
            .output()
            .unwrap()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..2).map(|_| scope.spawn(run)).collect();
        for program in running {
            let output = program.join().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
    });
    // One program may write the index of a pack that the other has just replaced; the next writer takes it away.
    drop(FileBlobs::open(folder.path()).unwrap().hand().unwrap());
    let found = report(folder.path());
    assert!(found.is_sound() && found.leftovers.is_empty(), "{found:?}");
    for round in 0..8_u8 {
        for (number, bytes) in objects(round * 20).iter().enumerate().filter(|(number, _)| *number != 5) {
            assert!(store.check(&Digest::of(bytes)).is_ok(), "round {round}, object {number}");
        }
    }
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

/// What somebody may do to a store, with objects named by small numbers.
#[derive(Clone, Debug)]
enum Act {
    Put(u16),
    Hand(Vec<u16>),
    TwoHands(Vec<u16>),
    Remove(Vec<u16>),
    Reopen,
    LoseIndexes,
}

fn act() -> impl Strategy<Value = Act> {
    let some = || prop::collection::vec(0_u16..60, 1..40);
    prop_oneof![
        2 => (0_u16..60).prop_map(Act::Put),
        4 => some().prop_map(Act::Hand),
        2 => some().prop_map(Act::TwoHands),
        3 => some().prop_map(Act::Remove),
        1 => Just(Act::Reopen),
        1 => Just(Act::LoseIndexes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_done_the_store_holds_what_a_set_would(acts in prop::collection::vec(act(), 1..24)) {
        let object = |number: u16| number.to_le_bytes().repeat(usize::from(number) * 11);
        let name = |number: u16| Digest::of(&object(number));
        let folder = tempfile::tempdir().unwrap();
        let mut store = FileBlobs::create(folder.path()).unwrap();
        let mut expected = BTreeSet::new();
        for act in acts {
            match act {
                Act::Put(number) => {
                    store.put(&mut &object(number)[..]).unwrap();
                    expected.insert(number);
                }
                Act::Hand(numbers) => {
                    put(&store, &numbers.iter().map(|number| object(*number)).collect::<Vec<_>>());
                    expected.extend(numbers);
                }
                Act::TwoHands(numbers) => {
                    let mut hands = [store.hand().unwrap(), store.hand().unwrap()];
                    for number in &numbers {
                        hands[usize::from(number % 2)].put(&name(*number), &object(*number)).unwrap();
                        hands[usize::from(number % 3 == 0)].put_from(&mut &object(*number)[..]).unwrap();
                    }
                    hands.into_iter().for_each(|hand| hand.finish().unwrap());
                    store.settle().unwrap();
                    expected.extend(numbers);
                }
                Act::Remove(numbers) => {
                    store.remove_all(&numbers.iter().map(|number| name(*number)).collect::<Vec<_>>()).unwrap();
                    expected.retain(|number| !numbers.contains(number));
                }
                Act::Reopen => store = FileBlobs::open(folder.path()).unwrap(),
                Act::LoseIndexes => files(folder.path(), "index").iter().for_each(|index| fs::remove_file(index).unwrap()),
            }
            let mut listed: Vec<Digest> = expected.iter().map(|number| name(*number)).collect();
            listed.sort_unstable();
            prop_assert_eq!(store.all().collect::<Result<Vec<_>, _>>().unwrap(), listed);
        }
        for number in 0..60 {
            let mut read = Vec::new();
            match store.open(&name(number)) {
                Ok(mut reader) => drop(reader.read_to_end(&mut read).unwrap()),
                Err(error) => prop_assert!(matches!(error, BlobError::Missing { .. }), "{}", error),
            }
            prop_assert_eq!(expected.contains(&number), store.has(&name(number)).unwrap());
            prop_assert_eq!(if expected.contains(&number) { object(number) } else { Vec::new() }, read);
        }
        let found = verify_store(&store, Watch::default()).unwrap();
        prop_assert!(found.is_sound() && found.leftovers.is_empty(), "{:?}", found);
    }
}

//! Every way to damage a pack is found and located, and mended by putting again what was lost.

use std::fs;
use std::io::Read;
use std::ops::ControlFlow;

use portreeve_collector::{BlobError, Blobs as _, Existing, FileBlobs, StoreFaultKind};
use portreeve_model::Digest;

use super::{files, names, objects, only_pack, overwrite, put, report, store_with};
use crate::support::bytes;

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
fn of_many_objects_the_damaged_one_alone_fails_at_its_end_and_a_good_copy_stands_in_for_it() {
    let objects = objects(1);
    let (folder, store) = store_with(&objects);
    let (pack, _) = only_pack(folder.path());
    let (all, hit) = (names(&objects), objects.iter().position(|object| object.len() > 100).unwrap());
    let mut bytes = fs::read(&pack).unwrap();
    let at = bytes.windows(objects[hit].len()).position(|window| window == objects[hit]).unwrap();
    bytes[at + 50] ^= 1;
    overwrite(&pack, &bytes);
    let sound = |store: &FileBlobs| {
        let mut sound = vec![None; all.len()];
        let mut each = |number: usize, source: &mut dyn Read| {
            let mut bytes = Vec::new();
            sound[number] = Some(source.read_to_end(&mut bytes).is_ok() && bytes == objects[number]);
            ControlFlow::Continue(())
        };
        store.open_all(&all, &mut each).unwrap();
        sound.iter().map(|sound| sound.expect("each is given")).collect::<Vec<_>>()
    };
    let all_but_one: Vec<bool> = (0..all.len()).map(|number| number != hit).collect();
    assert_eq!(sound(&store), all_but_one);
    store.trusting(Existing::Bytes).put(&mut &objects[hit][..]).unwrap();
    assert!(sound(&FileBlobs::open(folder.path()).unwrap()).iter().all(|sound| *sound));
}

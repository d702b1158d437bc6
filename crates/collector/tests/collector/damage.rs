//! Damage in the store: every kind is found, named and located.

use std::fs;

use portreeve_collector::{
    Artefact, Audited, BlobError, Blobs, Collected, Fault, FaultKind, FileBlobs, MemoryBlobs, Stopped, Verified, Watch,
    read_manifest, verify, verify_store, write_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use proptest::prelude::*;

use crate::support::{bytes, collect_folder, lines, write};

fn collected() -> (tempfile::TempDir, FileBlobs, Collected) {
    let folder = tempfile::tempdir().unwrap();
    let large = vec![1_u8; 300_000];
    write(&folder.path().join("tree"), &[("a", b"first"), ("b/c", b"second"), ("d", &large), ("e", b"first")]);
    let store = FileBlobs::create(folder.path().join("store")).unwrap();
    let collected = collect_folder(&folder.path().join("tree"), &store);
    (folder, store, collected)
}

/// Puts a loose object with other bytes in the place of a good one. Damage in packs is tried in `packs`.
fn overwrite(store: &FileBlobs, name: &Digest, bytes: &[u8]) {
    store.remove(name).unwrap();
    fs::create_dir_all(store.path_of(name).parent().unwrap()).unwrap();
    fs::write(store.path_of(name), bytes).unwrap();
}

fn verified(collected: &Collected, store: &dyn Blobs) -> Verified {
    verify([], [collected.manifest.digest], store, Watch::default()).unwrap()
}

fn path(name: &str) -> ManifestPath {
    ManifestPath::new(name.as_bytes()).unwrap()
}

#[test]
fn a_sound_store_is_sound_and_each_object_is_read_once() {
    let (_folder, store, collected) = collected();
    let found = verified(&collected, &store);
    assert!(found.is_sound());
    assert_eq!(found.objects, 4, "three distinct files and the manifest");
    let twice = verify([], [collected.manifest.digest; 2], &store, Watch::default()).unwrap();
    assert_eq!(twice.objects, 4);
}

#[test]
fn one_flipped_bit_is_found_by_opening_and_by_verifying() {
    let (_folder, store, collected) = collected();
    for line in lines(&collected.manifest.digest, &store) {
        let good = bytes(&line.digest, &store);
        for bit in [0, good.len() * 4, good.len() * 8 - 1] {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            overwrite(&store, &line.digest, &bad);
            let actual = Digest::of(&bad);
            let error = store.open(&line.digest).unwrap().read_to_end(&mut Vec::new()).unwrap_err();
            assert!(matches!(BlobError::inside(&error), Some(BlobError::Corrupt { actual: a, .. }) if *a == actual));
            let first = if line.path == path("e") { path("a") } else { line.path.clone() };
            let fault = Fault {
                digest: line.digest,
                listed: Some((collected.manifest.digest, first)),
                kind: FaultKind::Corrupt { actual },
            };
            assert_eq!(verified(&collected, &store).faults, [fault]);
        }
        overwrite(&store, &line.digest, &good);
    }
    assert!(verified(&collected, &store).is_sound());
}

#[test]
fn every_fault_is_listed_by_name_and_none_hides_another() {
    let (_folder, store, collected) = collected();
    let digest_of = |name: &str| {
        lines(&collected.manifest.digest, &store).into_iter().find(|line| line.path == path(name)).unwrap().digest
    };
    let (a, c, d) = (digest_of("a"), digest_of("b/c"), digest_of("d"));
    store.remove(&a).unwrap();
    overwrite(&store, &c, b"");
    store.remove(&d).unwrap();
    fs::create_dir_all(store.path_of(&d)).unwrap();
    let found = verified(&collected, &store);
    let seen: Vec<_> = found.faults.iter().map(|fault| (fault.listed.clone().unwrap().1, &fault.kind)).collect();
    assert_eq!(seen[0], (path("a"), &FaultKind::Missing));
    assert_eq!(seen[1], (path("b/c"), &FaultKind::Corrupt { actual: Digest::of(b"") }));
    assert!(matches!(&seen[2], (at, FaultKind::Unreadable { .. }) if *at == path("d")), "{seen:?}");
    assert_eq!((found.objects, found.further_faults), (4, 0));
}

#[test]
fn artefacts_of_their_own_are_held_to_their_size() {
    let store = MemoryBlobs::new();
    let stored = store.put(&mut &b"artefact"[..]).unwrap();
    let absent = Digest::of(b"never stored");
    let expect = |digest, size_bytes| Artefact { digest, size_bytes };
    let list = [expect(stored.digest, Some(8)), expect(stored.digest, Some(9)), expect(absent, None)];
    let mut found = verify(list, [], &store, Watch::default()).unwrap().faults;
    found.sort_by_key(|fault| fault.kind == FaultKind::Missing);
    assert_eq!(
        found,
        [
            Fault { digest: stored.digest, listed: None, kind: FaultKind::WrongSize { expected: 9, actual: 8 } },
            Fault { digest: absent, listed: None, kind: FaultKind::Missing },
        ]
    );
    assert!(verify(list[..1].to_vec(), [], &store, Watch::default()).unwrap().is_sound());
}

#[test]
fn a_manifest_that_is_missing_damaged_or_none_is_a_fault() {
    let (_folder, store, collected) = collected();
    let manifest = collected.manifest.digest;
    let text = fs::read(store.path_of(&manifest)).unwrap();
    let kind = |found: &Verified| found.faults.iter().find(|fault| fault.digest == manifest).unwrap().kind.clone();

    overwrite(&store, &manifest, &text[..text.len() - 3]);
    assert_eq!(kind(&verified(&collected, &store)), FaultKind::Corrupt { actual: Digest::of(&text[..text.len() - 3]) });
    assert!(read_manifest(&manifest, &store).unwrap().any(|line| line.is_err()));

    let mut other_digest = text.clone();
    other_digest[0] = if text[0] == b'0' { b'1' } else { b'0' };
    overwrite(&store, &manifest, &other_digest);
    assert!(read_manifest(&manifest, &store).unwrap().last().unwrap().is_err(), "well-formed, and still not the one");

    store.remove(&manifest).unwrap();
    let found = verified(&collected, &store);
    assert_eq!((found.faults.len(), kind(&found)), (1, FaultKind::Missing));

    let poem = store.put(&mut &b"not a manifest\n"[..]).unwrap().digest;
    let found = verify([], [poem], &store, Watch::default()).unwrap();
    assert!(
        matches!(&found.faults[0].kind, FaultKind::NotAManifest { because } if because.contains("line 1")),
        "{found:?}"
    );
}

#[test]
fn half_a_verification_is_none() {
    let (_folder, store, collected) = collected();
    let stop = std::sync::atomic::AtomicBool::new(true);
    let watch = Watch { stop: Some(&stop), ..Watch::default() };
    assert_eq!(verify([], [collected.manifest.digest], &store, watch), Err(Stopped));
}

#[test]
fn a_manifest_out_of_order_is_not_written() {
    let store = MemoryBlobs::new();
    let line =
        |name: &str| Ok::<_, std::convert::Infallible>(ManifestLine { digest: Digest::of(b""), path: path(name) });
    assert!(write_manifest([line("b"), line("a")].into_iter(), &store).is_err());
    assert!(write_manifest([line("a"), line("a")].into_iter(), &store).is_err());
    assert_eq!(store.names(), []);
    let stored = write_manifest([line("a"), line("b")].into_iter(), &store).unwrap();
    assert_eq!(lines(&stored.digest, &store).len(), 2);
    assert_eq!(write_manifest(std::iter::empty::<Result<_, BlobError>>(), &store).unwrap().digest, Digest::of(b""));
}

#[test]
fn a_long_manifest_streams_through() {
    let store = MemoryBlobs::new();
    let many = (0..20_000_u32).map(|number| {
        Ok::<_, std::convert::Infallible>(ManifestLine {
            digest: Digest::of(&number.to_le_bytes()),
            path: path(&format!("folder/{number:08}.txt")),
        })
    });
    let stored = write_manifest(many.clone(), &store).unwrap();
    assert_eq!(stored.size_bytes, 20_000 * (64 + 2 + 19 + 1));
    assert!(read_manifest(&stored.digest, &store).unwrap().map(Result::unwrap).eq(many.map(Result::unwrap)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_to_any_object_goes_unseen(which in 0_usize..4, at: prop::sample::Index, bit in 0_u8..8, cut: bool) {
        let store = MemoryBlobs::new();
        let line = |name: &str| {
            let digest = store.put(&mut name.repeat(50).as_bytes()).unwrap().digest;
            Ok::<_, std::convert::Infallible>(ManifestLine { digest, path: path(name) })
        };
        let manifest = write_manifest(["a", "b", "c"].into_iter().map(line), &store).unwrap().digest;
        let name = store.names()[which];
        let mut bytes = crate::support::bytes(&name, &store);
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] ^= 1 << bit }
        store.plant(name, &bytes);
        let found = verify([], [manifest], &store, Watch::default()).unwrap();
        let hit: Vec<_> = found.faults.iter().filter(|fault| fault.digest == name).collect();
        prop_assert_eq!(hit.len(), 1, "{:?}", found);
        prop_assert_eq!(&hit[0].kind, &FaultKind::Corrupt { actual: Digest::of(&bytes) });
    }
}

/// Reading the store once and then looking names up says what reading name by name says, whatever is damaged.
#[test]
fn an_audited_store_answers_as_one_that_is_read_name_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    for number in 0..40_u8 {
        write(&tree, &[(format!("f{number:02}").as_str(), &vec![number; usize::from(number) * 20])]);
    }
    write(&tree, &[("large", &[7; 1_200_000])]);
    let store = FileBlobs::create(folder.path().join("store")).unwrap();
    let manifest = collect_folder(&tree, &store).manifest.digest;
    drop(store);
    let mut kept = Vec::new();
    let mut folders = vec![folder.path().join("store")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { kept.push(path) }
        }
    }
    let mut wrong = 0;
    for path in &kept {
        let good = fs::read(path).unwrap();
        let rewrite = |bytes: &[u8]| {
            fs::remove_file(path).unwrap();
            fs::write(path, bytes).unwrap();
        };
        for place in [0, good.len() / 3, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[place] ^= 4;
            for damaged in [&bad[..], &good[..place]] {
                rewrite(damaged);
                let store = FileBlobs::open(folder.path().join("store")).unwrap();
                let plain = verify([], [manifest], &store, Watch::default()).unwrap();
                let audit = verify_store(&store, Watch::default()).unwrap();
                let audited = verify([], [manifest], &Audited::new(&store, &audit), Watch::default()).unwrap();
                assert_eq!(audited.faults, plain.faults, "{} at {place}", path.display());
                wrong += usize::from(!plain.is_sound());
            }
        }
        rewrite(&good);
    }
    assert!(kept.len() >= 4 && wrong >= 8, "{wrong} of {} files", kept.len());
}

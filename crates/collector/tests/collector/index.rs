//! The index is a cache: it says what the manifests say, and when it does not, that is seen and mended.

use std::fs;
use std::path::Path;

use portreeve_collector::{
    Blobs, CollectionRow, Difference, FileRow, Index, IndexError, MemoryBlobs, Opened, PAGE_ROWS_MAX, write_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use proptest::prelude::*;
use rusqlite::Connection;

/// A name for it, and what is done to the file.
type Damage = (&'static str, fn(&Path));

type Files<'a> = &'a [(&'a str, &'a str)];

fn path(name: &str) -> ManifestPath {
    ManifestPath::new(name.as_bytes()).unwrap()
}

fn manifest(files: Files<'_>, blobs: &MemoryBlobs) -> Digest {
    let lines = files.iter().map(|(name, text)| {
        Ok::<_, std::convert::Infallible>(ManifestLine {
            digest: blobs.put(&mut text.as_bytes()).unwrap().digest,
            path: path(name),
        })
    });
    write_manifest(lines, blobs).unwrap().digest
}

fn two_manifests(blobs: &MemoryBlobs) -> [Digest; 2] {
    [manifest(&[("a", "one"), ("b/c", "two"), ("z", "one")], blobs), manifest(&[("a", "one"), ("q", "three")], blobs)]
}

/// Everything an index answers.
fn dump(index: &Index) -> Vec<(CollectionRow, Vec<FileRow>)> {
    let collections = index.collections().unwrap();
    collections.into_iter().map(|row| (row, index.files(&row.manifest, None, PAGE_ROWS_MAX).unwrap())).collect()
}

#[test]
fn a_digest_is_found_wherever_it_was_collected() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let [first, second] = two_manifests(&blobs);
    let index = Index::rebuild(folder.path().join("index"), &[first, second], &blobs).unwrap();
    let found: Vec<_> = index.find(&Digest::of(b"one"), 10).unwrap();
    let places: Vec<_> = found.iter().map(|row| (row.manifest, row.path.clone(), row.size_bytes)).collect();
    assert_eq!(places, [(first, path("a"), Some(3)), (first, path("z"), Some(3)), (second, path("a"), Some(3))]);
    assert_eq!(index.find(&Digest::of(b"one"), 1).unwrap().len(), 1);
    assert_eq!(index.find(&Digest::of(b"none"), 10).unwrap(), []);
    assert!(index.names(&first).unwrap() && index.names(&Digest::of(b"two")).unwrap());
    assert!(!index.names(&Digest::of(b"none")).unwrap());
    let page = index.files(&first, Some(&path("a")), 1).unwrap();
    assert_eq!(page.iter().map(|row| &row.path).collect::<Vec<_>>(), [&path("b/c")]);
    assert_eq!(index.collection(&second).unwrap(), Some(CollectionRow { manifest: second, files: 2 }));
    assert!(index.verify(&[first, second], &blobs).unwrap().is_equal());
}

#[test]
fn adding_twice_is_adding_once_and_half_a_manifest_is_not_added() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let [first, second] = two_manifests(&blobs);
    let mut index = Index::rebuild(folder.path().join("index"), &[first], &blobs).unwrap();
    let before = dump(&index);
    assert_eq!(index.add(&first, &blobs).unwrap().files, 3);
    assert_eq!(dump(&index), before);

    let text = crate::support::bytes(&second, &blobs);
    blobs.plant(second, &text[..text.len() / 2]);
    assert!(matches!(index.add(&second, &blobs), Err(IndexError::Manifest(_))));
    assert_eq!(dump(&index), before);
    assert!(matches!(
        Index::rebuild(folder.path().join("index"), &[first, second], &blobs),
        Err(IndexError::Manifest(_))
    ));
    assert_eq!(
        dump(&Index::open(folder.path().join("index")).unwrap()),
        before,
        "a failed rebuild keeps the old index"
    );
    assert!(!folder.path().join("index.rebuilding").exists());
}

#[test]
fn opening_brings_the_index_to_the_manifests() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let [first, second] = two_manifests(&blobs);
    assert!(matches!(Index::open(&at), Err(IndexError::Absent { .. })));
    assert!(!at.exists(), "looking makes nothing");
    let opened = |manifests: &[Digest]| {
        let (index, opened) = Index::open_or_rebuild(&at, manifests, &blobs).unwrap();
        assert!(index.is_current(manifests).unwrap());
        assert!(index.verify(manifests, &blobs).unwrap().is_equal());
        opened
    };
    assert!(matches!(opened(&[first]), Opened::Rebuilt { .. }));
    assert_eq!(opened(&[first]), Opened::AsItWas);
    assert_eq!(opened(&[first, second]), Opened::CaughtUp { added: 1 });
    assert_eq!(opened(&[second, first, second]), Opened::AsItWas);
    assert!(matches!(opened(&[second]), Opened::Rebuilt { .. }));
    assert!(matches!(opened(&[]), Opened::Rebuilt { .. }));
}

#[test]
fn every_difference_is_seen_and_mended() {
    let blobs = MemoryBlobs::new();
    let manifests = two_manifests(&blobs);
    let [first, second] = manifests;
    let cases: [(&str, Difference); 7] = [
        ("DELETE FROM files WHERE path = x'7a'", Difference::FileAbsent { manifest: first, path: path("z") }),
        (
            "UPDATE files SET digest = zeroblob(32) WHERE path = x'71'",
            Difference::FileDiffers { manifest: second, path: path("q") },
        ),
        (
            "UPDATE files SET size_bytes = 4 WHERE path = x'71'",
            Difference::FileDiffers { manifest: second, path: path("q") },
        ),
        (
            "UPDATE files SET size_bytes = NULL WHERE path = x'71'",
            Difference::FileDiffers { manifest: second, path: path("q") },
        ),
        (
            "INSERT INTO files SELECT collection, x'78', digest, 1 FROM files WHERE path = x'71'",
            Difference::FileUnknown { manifest: second, path: path("x") },
        ),
        ("UPDATE collections SET files = 7 WHERE files = 3", Difference::CollectionCount { manifest: first }),
        (
            "UPDATE collections SET manifest = zeroblob(32) WHERE files = 3",
            Difference::CollectionAbsent { manifest: first },
        ),
    ];
    for (sql, difference) in cases {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("index");
        let good = dump(&Index::rebuild(&at, &manifests, &blobs).unwrap());
        assert!(Connection::open(&at).unwrap().execute(sql, []).unwrap() > 0, "{sql}");
        let report = Index::open(&at).unwrap().verify(&manifests, &blobs).unwrap();
        assert!(report.differences.contains(&difference), "{sql}: {report:?}");
        assert_eq!(dump(&Index::rebuild(&at, &manifests, &blobs).unwrap()), good, "{sql}");
    }
    let folder = tempfile::tempdir().unwrap();
    let index = Index::rebuild(folder.path().join("index"), &manifests, &blobs).unwrap();
    let report = index.verify(&[first], &blobs).unwrap();
    assert_eq!(report.differences, [Difference::CollectionUnknown { manifest: second }]);
}

#[test]
fn a_withdrawn_object_is_no_difference() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let manifests = two_manifests(&blobs);
    let index = Index::rebuild(folder.path().join("index"), &manifests, &blobs).unwrap();
    blobs.remove(&Digest::of(b"two")).unwrap();
    assert!(index.verify(&manifests, &blobs).unwrap().is_equal());
    let again = Index::rebuild(folder.path().join("again"), &manifests, &blobs).unwrap();
    assert!(again.verify(&manifests, &blobs).unwrap().is_equal());
    assert_eq!(again.find(&Digest::of(b"two"), 1).unwrap()[0].size_bytes, None);
}

#[test]
fn a_damaged_file_is_called_a_damaged_cache_and_made_again() {
    let blobs = MemoryBlobs::new();
    let manifests = two_manifests(&blobs);
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("index");
    let good = dump(&Index::rebuild(&at, &manifests, &blobs).unwrap());
    let damages: [Damage; 6] = [
        ("no database", |at| fs::write(at, b"this is not a database at all, whatever it is").unwrap()),
        ("empty", |at| fs::write(at, b"").unwrap()),
        ("header", |at| edit(at, |bytes| bytes[..16].fill(0))),
        ("cut", |at| edit(at, |bytes| bytes.truncate(5000))),
        ("tables", |at| Connection::open(at).unwrap().execute_batch("DROP TABLE files").unwrap()),
        ("version", |at| Connection::open(at).unwrap().pragma_update(None, "user_version", 99).unwrap()),
    ];
    for (name, damage) in damages {
        damage(&at);
        match Index::open(&at) {
            Err(error) => {
                assert!(error.can_be_rebuilt(), "{name}: {error:?}");
                assert!(error.to_string().contains("can be rebuilt from the manifests"), "{name}: {error}");
            }
            Ok(index) => assert!(!index.verify(&manifests, &blobs).unwrap().is_equal(), "{name}"),
        }
        let (index, opened) = Index::open_or_rebuild(&at, &manifests, &blobs).unwrap();
        assert!(matches!(opened, Opened::Rebuilt { .. }), "{name}: {opened:?}");
        assert_eq!(dump(&index), good, "{name}");
    }
    assert!(matches!(
        {
            Connection::open(&at).unwrap().pragma_update(None, "user_version", 99).unwrap();
            Index::open(&at)
        },
        Err(IndexError::OtherVersion { found: 99 })
    ));
}

fn edit(at: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(at).unwrap();
    change(&mut bytes);
    fs::write(at, bytes).unwrap();
}

#[test]
fn another_database_is_never_overwritten() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("ledger.sqlite");
    Connection::open(&at).unwrap().execute_batch("CREATE TABLE entries (bytes BLOB)").unwrap();
    let before = fs::read(&at).unwrap();
    assert!(matches!(Index::open(&at), Err(IndexError::NotAnIndex { .. })));
    assert!(matches!(Index::rebuild(&at, &[], &blobs), Err(IndexError::NotAnIndex { .. })));
    assert!(matches!(Index::open_or_rebuild(&at, &[], &blobs), Err(IndexError::NotAnIndex { .. })));
    assert_eq!(fs::read(&at).unwrap(), before);
}

#[test]
fn a_stale_log_of_an_old_index_never_meets_a_new_one() {
    let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
    let at = folder.path().join("index");
    let [first, second] = two_manifests(&blobs);
    let mut index = Index::rebuild(&at, &[first], &blobs).unwrap();
    index.add(&second, &blobs).unwrap();
    // A crash leaves the log, with the addition in it; then somebody deletes the index, but not its log.
    let log = fs::read(folder.path().join("index-wal")).unwrap();
    assert!(!log.is_empty());
    drop(index);
    fs::write(folder.path().join("index-wal"), log).unwrap();
    fs::remove_file(&at).unwrap();
    let index = Index::rebuild(&at, &[first], &blobs).unwrap();
    assert!(index.verify(&[first], &blobs).unwrap().is_equal());
}

fn any_collections() -> impl Strategy<Value = Vec<Vec<(String, u8)>>> {
    let files = prop::collection::btree_map("[a-c%/ ]{1,4}", 0_u8..6, 0..6);
    prop::collection::vec(files.prop_map(|files| files.into_iter().collect()), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_index_made_again_is_the_index(collections in any_collections()) {
        let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
        let mut grown = Index::rebuild(folder.path().join("grown"), &[], &blobs).unwrap();
        let mut manifests = Vec::new();
        for files in &collections {
            let lines = files.iter().filter_map(|(name, text)| {
                let path = ManifestPath::new(name.as_bytes()).ok()?;
                let digest = blobs.put(&mut &[*text][..]).unwrap().digest;
                Some(Ok::<_, std::convert::Infallible>(ManifestLine { digest, path }))
            });
            let manifest = write_manifest(lines, &blobs).unwrap().digest;
            grown.add(&manifest, &blobs).unwrap();
            manifests.push(manifest);
        }
        let again = Index::rebuild(folder.path().join("again"), &manifests, &blobs).unwrap();
        prop_assert_eq!(dump(&grown), dump(&again));
        for text in 0_u8..6 {
            let name = Digest::of(&[text]);
            prop_assert_eq!(grown.find(&name, 100).unwrap(), again.find(&name, 100).unwrap());
        }
        prop_assert!(grown.verify(&manifests, &blobs).unwrap().is_equal());
    }

    #[test]
    fn no_damaged_byte_gives_a_wrong_answer_that_verify_does_not_see(at: prop::sample::Index, value: u8, run in 1_usize..300) {
        let (folder, blobs) = (tempfile::tempdir().unwrap(), MemoryBlobs::new());
        let manifests = two_manifests(&blobs);
        let file = folder.path().join("index");
        let good = dump(&Index::rebuild(&file, &manifests, &blobs).unwrap());
        edit(&file, |bytes| {
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + run);
            bytes[at..end].fill(value);
        });
        if let Ok(index) = Index::open(&file)
            && index.verify(&manifests, &blobs).unwrap().is_equal()
        {
            prop_assert_eq!(dump(&index), good);
        }
    }
}

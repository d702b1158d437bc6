//! Both stores keep the contract; the one on a disk keeps its own promises too.

use std::fs;

use portreeve_collector::{BlobError, Blobs, Existing, FileBlobs, MemoryBlobs, conformance};
use portreeve_model::Digest;

#[test]
fn the_store_in_memory_keeps_the_contract() {
    let blobs = MemoryBlobs::new();
    conformance::run(&blobs).unwrap();
    assert_eq!(blobs.names(), []);
}

#[test]
fn the_store_on_a_disk_keeps_the_contract() {
    for existing in [Existing::Size, Existing::Bytes] {
        let folder = tempfile::tempdir().unwrap();
        let blobs = FileBlobs::create(folder.path()).unwrap().trusting(existing);
        conformance::run(&blobs).unwrap();
        assert_eq!(blobs.all().count(), 0);
        assert_eq!(blobs.leftovers().unwrap(), []);
    }
}

#[test]
fn the_contract_finds_a_store_that_breaks_it() {
    struct Forgetful(MemoryBlobs);
    impl Blobs for Forgetful {
        fn put(&self, source: &mut dyn std::io::Read) -> Result<portreeve_collector::Stored, BlobError> {
            self.0.put(source)
        }
        fn hand(&self) -> Result<Box<dyn portreeve_collector::Hand + '_>, BlobError> {
            self.0.hand()
        }
        fn open(&self, name: &Digest) -> Result<Box<dyn std::io::Read + Send>, BlobError> {
            self.0.open(name)
        }
        fn size_bytes(&self, _: &Digest) -> Result<Option<u64>, BlobError> {
            Ok(None)
        }
        fn remove(&self, name: &Digest) -> Result<(), BlobError> {
            self.0.remove(name)
        }
    }
    assert!(conformance::run(&Forgetful(MemoryBlobs::new())).is_err());
}

#[test]
fn a_store_is_only_made_on_purpose_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(FileBlobs::open(folder.path()), Err(BlobError::NotAStore { missing: "objects", .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let stored = FileBlobs::create(folder.path()).unwrap().put(&mut &b"kept"[..]).unwrap();
    FileBlobs::create(folder.path()).unwrap();
    let blobs = FileBlobs::open(folder.path()).unwrap();
    assert_eq!(blobs.check(&stored.digest).unwrap(), stored);
}

#[test]
fn an_object_lies_under_its_digest_and_is_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FileBlobs::create(folder.path()).unwrap();
    let name = blobs.put(&mut &b"abc"[..]).unwrap().digest;
    let path = folder.path().join("objects/ba").join(name.to_string());
    assert_eq!(path, blobs.path_of(&name));
    assert_eq!(fs::read(&path).unwrap(), b"abc");
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o333, 0);
    }
}

#[test]
fn names_come_in_order_and_nothing_hides_among_them() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FileBlobs::create(folder.path()).unwrap();
    let mut hand = blobs.hand().unwrap();
    let mut expected: Vec<Digest> =
        (0_u16..300).map(|word| hand.put_from(&mut &word.to_le_bytes()[..]).unwrap().digest).collect();
    hand.finish().unwrap();
    expected.push(blobs.put(&mut &b"loose"[..]).unwrap().digest);
    expected.sort();
    assert_eq!(blobs.all().collect::<Result<Vec<_>, _>>().unwrap(), expected);
    assert_eq!(blobs.orphans(|name| *name != expected[7]).collect::<Result<Vec<_>, _>>().unwrap(), [expected[7]]);

    let loose = Digest::of(b"loose");
    let among_objects = folder.path().join("objects").join(&loose.to_string()[..2]).join("stray");
    let among_packs = folder.path().join("packs").join(format!("{loose}.zip"));
    for stray in [among_objects, among_packs] {
        fs::write(&stray, b"?").unwrap();
        let found: Vec<_> = blobs.all().filter_map(Result::err).collect();
        assert!(matches!(&found[..], [BlobError::Stray { path }] if *path == stray), "{found:?}");
        fs::remove_file(&stray).unwrap();
    }
}

#[test]
fn a_damaged_object_is_replaced_as_far_as_it_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FileBlobs::create(folder.path()).unwrap();
    let name = blobs.put(&mut &b"good"[..]).unwrap().digest;
    let damage = |bytes: &[u8]| {
        fs::remove_file(blobs.path_of(&name)).unwrap();
        fs::write(blobs.path_of(&name), bytes).unwrap();
    };
    damage(b"goo");
    blobs.put(&mut &b"good"[..]).unwrap();
    assert!(blobs.check(&name).is_ok(), "another size is seen at once");

    damage(b"evil");
    blobs.put(&mut &b"good"[..]).unwrap();
    assert!(matches!(blobs.check(&name), Err(BlobError::Corrupt { .. })), "the same size is trusted by default");

    let wary = FileBlobs::open(folder.path()).unwrap().trusting(Existing::Bytes);
    wary.put(&mut &b"good"[..]).unwrap();
    assert!(wary.check(&name).is_ok(), "but not when told to compare the bytes");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FileBlobs::create(folder.path()).unwrap();
    let name = blobs.put(&mut &b"abc"[..]).unwrap().digest;
    fs::rename(blobs.path_of(&name), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), blobs.path_of(&name)).unwrap();
    assert!(matches!(blobs.open(&name).err(), Some(BlobError::NotAnObject { .. })));
    assert!(matches!(blobs.has(&name), Err(BlobError::NotAnObject { .. })));
    fs::remove_file(blobs.path_of(&name)).unwrap();
    fs::create_dir(blobs.path_of(&name)).unwrap();
    assert!(matches!(blobs.open(&name).err(), Some(BlobError::NotAnObject { .. })));
}

#[test]
fn after_a_flush_that_failed_no_later_one_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = FileBlobs::create(folder.path()).unwrap();
    let mut hand = blobs.hand().unwrap();
    let large = hand.put_from(&mut std::io::Read::take(std::io::repeat(7), 2_000_000)).unwrap();
    hand.finish().unwrap();
    let name = large.digest;
    fs::remove_dir_all(blobs.path_of(&name).parent().unwrap()).unwrap();
    if blobs.settle().is_ok() {
        return crate::support::skipped("folders are not flushed on this system");
    }
    assert!(matches!(blobs.settle(), Err(BlobError::Unsettled { .. })));
    assert!(matches!(blobs.put(&mut &b"def"[..]), Err(BlobError::Unsettled { .. })));
    assert!(matches!(blobs.hand().err(), Some(BlobError::Unsettled { .. })));
    assert!(FileBlobs::open(folder.path()).unwrap().put(&mut &b"abc"[..]).is_ok(), "a store opened anew starts anew");
}

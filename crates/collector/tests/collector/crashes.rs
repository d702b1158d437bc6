//! The program ends between two steps, for real: these tests run themselves again and abort there. Whatever the step,
//! only orphans and leftovers remain, every object is whole, and collecting again arrives at the same manifest.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use portreeve_collector::{
    BlobError, Blobs, Collecting, Collection, Compared, FileBlobs, FileTime, Hand, Index, MemoryBlobs, Remembering,
    Scans, Stored, TreeName, Watch, collect, verify,
};
use portreeve_model::Digest;

use crate::support::{collect_folder, lines, whole, write};

const STEP: &str = "PORTREEVE_TEST_CRASH_STEP";
const FOLDER: &str = "PORTREEVE_TEST_CRASH_FOLDER";

/// A store that ends the program: at the n-th object, in the middle of it or after it, on settling, or before or after
/// the manifest.
struct Crashing {
    inner: FileBlobs,
    step: String,
    puts: AtomicUsize,
}

struct CrashingSource<'a>(&'a mut dyn Read);

impl Read for CrashingSource<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => std::process::abort(),
            count => Ok(count),
        }
    }
}

impl Crashing {
    fn crash_at(&self, step: &str) {
        if self.step == step {
            std::process::abort();
        }
    }
}

impl Blobs for Crashing {
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        if self.step == "in the manifest" {
            return self.inner.put(&mut CrashingSource(source));
        }
        let stored = self.inner.put(source)?;
        self.crash_at("after the manifest");
        Ok(stored)
    }
    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError> {
        Ok(Box::new(CrashingHand { store: self, inner: self.inner.hand()? }))
    }
    fn settle(&self) -> Result<(), BlobError> {
        self.crash_at("before settling");
        self.inner.settle()
    }
    fn open(&self, name: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        self.inner.open(name)
    }
    fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError> {
        self.inner.size_bytes(name)
    }
    fn remove(&self, name: &Digest) -> Result<(), BlobError> {
        self.inner.remove(name)
    }
}

struct CrashingHand<'a> {
    store: &'a Crashing,
    inner: Box<dyn Hand + 'a>,
}

impl Hand for CrashingHand<'_> {
    fn put(&mut self, digest: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        let number = self.store.puts.fetch_add(1, Ordering::SeqCst);
        self.store.crash_at(&format!("before object {number}"));
        self.inner.put(digest, bytes)?;
        self.store.crash_at(&format!("after object {number}"));
        Ok(())
    }
    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let number = self.store.puts.fetch_add(1, Ordering::SeqCst);
        if self.store.step == "in a large object" {
            return self.inner.put_from(&mut CrashingSource(source));
        }
        self.store.crash_at(&format!("before object {number}"));
        let stored = self.inner.put_from(source)?;
        self.store.crash_at(&format!("after object {number}"));
        Ok(stored)
    }
    fn finish(self: Box<Self>) -> Result<(), BlobError> {
        self.inner.finish()
    }
}

/// Does nothing unless a test below runs it as a program of its own.
#[test]
fn the_program_that_crashes() {
    let (Ok(step), Some(folder)) = (std::env::var(STEP), std::env::var_os(FOLDER)) else { return };
    let folder = Path::new(&folder);
    let inner = FileBlobs::open(folder.join("store")).unwrap();
    if step == "in the index" {
        let manifest = collect_folder(&folder.join("tree"), &inner).manifest.digest;
        // It tells how far it is when files are in, and before the collection is.
        let watch = Watch { report: Some(&|_| std::process::abort()), ..Watch::default() };
        let _ = Index::rebuild(folder.join("index"), &[Collection::alone(manifest)], &inner, watch);
        return;
    }
    if let Some(number) = step.strip_prefix("told of file ") {
        let (mut left, scans) = (number.parse::<usize>().unwrap(), Scans::new(folder.join("scans")));
        let mut listener = |_: Compared<'_>| {
            left -= 1;
            if left == 0 {
                std::process::abort();
            }
        };
        let how = Collecting { listener: Some(&mut listener), ..remembering(folder, &scans) };
        let _ = collect(&whole(&folder.join("tree")), &inner, how);
        return;
    }
    let crashing = Crashing { inner, step, puts: AtomicUsize::new(0) };
    let _ = collect(&whole(&folder.join("tree")), &crashing, Collecting::default());
}

/// A collection of the tree that remembers what it has read, long after the files were written.
fn remembering<'a>(folder: &Path, scans: &'a Scans) -> Collecting<'a> {
    let read_at = FileTime { seconds: i64::MAX, nanoseconds: 0 };
    let tree = TreeName::of(&folder.join("tree")).unwrap();
    let remembering = Some(Remembering { scans, tree, read_at, read_all: false, leaves: true });
    Collecting { remembering, ..Collecting::default() }
}

fn crash(folder: &Path, step: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashes::the_program_that_crashes"])
        .env(STEP, step)
        .env(FOLDER, folder)
        .output()
        .unwrap();
    assert!(!output.status.success(), "{step}: the program was to crash");
    assert_ne!(output.status.code(), Some(101), "{step}: by aborting, not by a failed test");
}

fn folder_with_files() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let large = vec![7_u8; 2_600_000];
    for number in 0..12_u8 {
        let small = vec![number; usize::from(number) * 100];
        write(
            &folder.path().join("tree"),
            &[(format!("f{number:02}").as_str(), if number == 5 { &large } else { &small })],
        );
    }
    FileBlobs::create(folder.path().join("store")).unwrap();
    folder
}

#[test]
fn a_crash_at_any_step_leaves_only_orphans_and_leftovers() {
    let folder = folder_with_files();
    let expected = collect_folder(&folder.path().join("tree"), &MemoryBlobs::new());
    let steps = [
        "before object 0",
        "after object 0",
        "in a large object",
        "after object 7",
        "before object 11",
        "after object 11",
        "before settling",
        "in the manifest",
        "after the manifest",
    ];
    for step in steps {
        crash(folder.path(), step);
        let store = FileBlobs::open(folder.path().join("store")).unwrap();
        for name in store.all() {
            store.check(&name.unwrap()).unwrap();
        }
        // Every thread can be caught with one object in hand, and the manifest is one more.
        let leftovers = store.leftovers().unwrap();
        let threads = std::thread::available_parallelism().unwrap().get().max(4);
        assert!(leftovers.len() <= 1 + threads, "{step}: {leftovers:?}");
        leftovers.iter().for_each(|leftover| store.discard(leftover).unwrap());
        let there = store.has(&expected.manifest.digest).unwrap();
        assert_eq!(there, step == "after the manifest", "{step}");
    }
    let store = FileBlobs::open(folder.path().join("store")).unwrap();
    let again = collect_folder(&folder.path().join("tree"), &store);
    assert_eq!(again, expected);
    let mut named: BTreeSet<Digest> = lines(&again.manifest.digest, &store).iter().map(|line| line.digest).collect();
    named.insert(again.manifest.digest);
    assert_eq!(store.orphans(|name| named.contains(name)).count(), 0);
    assert!(verify([], [again.manifest.digest], &store, Watch::default()).unwrap().is_sound());
}

/// A kill, not a power cut: what has left the program is there.
#[test]
fn after_a_kill_only_what_was_under_way_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (tree, scans) = (folder.path().join("tree"), Scans::new(folder.path().join("scans")));
    FileBlobs::create(folder.path().join("store")).unwrap();
    for number in 0..3_000_u32 {
        write(&tree, &[(format!("{number:04}").as_str(), &number.to_le_bytes().repeat(600))]);
    }
    let expected = collect_folder(&tree, &MemoryBlobs::new());
    crash(folder.path(), "told of file 1200");
    // An earlier end does not lose what a later one had reached.
    crash(folder.path(), "told of file 700");
    crash(folder.path(), "told of file 2400");
    let store = FileBlobs::open(folder.path().join("store")).unwrap();
    let again = collect(&whole(&tree), &store, remembering(folder.path(), &scans)).unwrap();
    assert_eq!((again.files, again.manifest), (3_000, expected.manifest));
    // Not remembered: 600 files and a block of some 330. Not in the store: what each of the threads, of which there are at
    // least four, had not written of its pack: 1 MiB, or some 340 of these.
    let threads = std::thread::available_parallelism().unwrap().get().max(4) as u64;
    assert!(again.read >= 600 && again.read <= 600 + 330 + 340 * threads, "{}", again.read);
    assert_eq!(store.leftovers().unwrap(), []);
    assert!(verify([], [again.manifest.digest], &store, Watch::default()).unwrap().is_sound());
}

#[test]
fn a_crash_in_the_middle_of_a_large_object_leaves_a_leftover_that_can_be_discarded() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("tree"), &[("large", &[7; 2_600_000])]);
    let store = FileBlobs::create(folder.path().join("store")).unwrap();
    crash(folder.path(), "in a large object");
    let leftovers = store.leftovers().unwrap();
    assert_eq!(leftovers.len(), 1);
    assert!(leftovers[0].size_bytes > 0);
    assert_eq!(store.all().count(), 0);
    store.discard(&leftovers[0]).unwrap();
    assert_eq!(store.leftovers().unwrap(), []);
    assert!(collect_folder(&folder.path().join("tree"), &store).is_complete());
}

#[test]
fn a_crash_while_the_index_is_made_leaves_the_old_one_or_none() {
    let folder = folder_with_files();
    let path = folder.path().join("index");
    crash(folder.path(), "in the index");
    assert!(!path.exists(), "half an index has no name");
    let store = FileBlobs::open(folder.path().join("store")).unwrap();
    let manifest = collect_folder(&folder.path().join("tree"), &store).manifest.digest;
    let collections = [Collection::alone(manifest)];
    let (index, _) = Index::open_or_rebuild(&path, &collections, &store, Watch::default()).unwrap();
    assert!(index.verify(&collections, &store).unwrap().is_equal());
    drop(index);
    crash(folder.path(), "in the index");
    let index = Index::open(&path).unwrap();
    assert!(index.verify(&collections, &store).unwrap().is_equal());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.len() <= 8, "{left:?}");
}

#[test]
fn an_orphan_is_what_neither_the_index_nor_a_manifest_names() {
    let folder = folder_with_files();
    let store = FileBlobs::open(folder.path().join("store")).unwrap();
    let manifest = collect_folder(&folder.path().join("tree"), &store).manifest.digest;
    let collections = [Collection::alone(manifest)];
    let index = Index::rebuild(folder.path().join("index"), &collections, &store, Watch::default()).unwrap();
    let orphan = store.put(&mut &b"stored, then the power went"[..]).unwrap().digest;
    let found: Vec<Digest> = store.orphans(|name| index.names(name).unwrap()).collect::<Result<_, _>>().unwrap();
    assert_eq!(found, [orphan]);
}

//! Files that move while they are read. The store of these tests meddles with the file in the middle of reading it, so
//! nothing depends on timing. The files are larger than what is read in one piece; for those that are not, the moment
//! between reading and looking again is tested where it is (`steady`).

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use portreeve_collector::{
    BlobError, Blobs, CollectError, Collected, Collecting, Hand, MemoryBlobs, Progress, SkipReason, Stored, Watch,
    collect,
};
use portreeve_model::Digest;

use crate::support::{bytes, lines, omitted, whole, write};

/// A store that meddles after the first piece of a file, as often as it is told to.
struct Meddling<'a> {
    inner: MemoryBlobs,
    left: AtomicUsize,
    /// Not only after the first piece, but after each.
    always: bool,
    meddle: &'a (dyn Fn() + Sync),
}

struct Source<'a> {
    inner: &'a mut dyn Read,
    always: bool,
    meddle: Option<&'a (dyn Fn() + Sync)>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let piece = if self.always { 64 * 1024 } else { 4 };
        let most = if self.meddle.is_some() { buffer.len().min(piece) } else { buffer.len() };
        let count = self.inner.read(&mut buffer[..most])?;
        if let Some(meddle) = self.meddle {
            meddle();
            self.meddle = self.meddle.filter(|_| self.always);
        }
        Ok(count)
    }
}

impl Blobs for Meddling<'_> {
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        self.inner.put(source)
    }
    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError> {
        Ok(Box::new(MeddlingHand(self)))
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

struct MeddlingHand<'a>(&'a Meddling<'a>);

impl Hand for MeddlingHand<'_> {
    fn put(&mut self, _: &Digest, _: &[u8]) -> Result<(), BlobError> {
        panic!("the files of these tests are too large to be read in one piece");
    }
    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let Meddling { inner, left, always, meddle } = self.0;
        let again = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        inner.put(&mut Source { inner: source, always: *always, meddle: again.then_some(*meddle) })
    }
    fn finish(self: Box<Self>) -> Result<(), BlobError> {
        Ok(())
    }
}

/// A file of more than a mebibyte with this at its start.
fn long(start: &[u8]) -> Vec<u8> {
    [start, &vec![b'.'; 1_100_000]].concat()
}

/// Collects a folder with one file, last written an hour ago, while `meddle` is done to it `times` times.
fn collect_while(times: usize, meddle: impl Fn(&Path) + Sync) -> (Collected, MemoryBlobs) {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("file", &long(b"as it was"))]);
    let path = tree.path().join("file");
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    OpenOptions::new().write(true).open(&path).unwrap().set_modified(hour_ago).unwrap();
    let meddle = || meddle(&path);
    let blobs = Meddling { inner: MemoryBlobs::new(), left: AtomicUsize::new(times), always: false, meddle: &meddle };
    let collected = collect(&whole(tree.path()), &blobs, Collecting::default()).unwrap();
    (collected, blobs.inner)
}

fn only_file(collected: &Collected, blobs: &MemoryBlobs) -> Vec<u8> {
    assert!(collected.is_complete(), "{:?}", collected.omitted);
    let lines = lines(&collected.manifest.digest, blobs);
    assert_eq!(lines.len(), 1);
    assert_eq!(blobs.names().len(), 2, "one file and the manifest: nothing half-read was kept");
    bytes(&lines[0].digest, blobs)
}

fn given_up(collected: &Collected, blobs: &MemoryBlobs) -> SkipReason {
    assert!(!collected.is_complete());
    let omitted = omitted(collected);
    assert_eq!((collected.files, collected.bytes, omitted.len()), (0, 0, 1));
    assert_eq!(blobs.names(), [Digest::of(b"")], "only the empty manifest: nothing half-read was kept");
    assert_eq!(omitted[0].path, "file");
    omitted[0].reason.clone()
}

fn append(path: &Path) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(b" and more").unwrap();
}

/// The size stays, and the time of writing is another one each time, however fast the test is.
fn overwrite(path: &Path) {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    let seconds = 1_000_000 + TIMES.fetch_add(1, Ordering::SeqCst) as u64;
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(b"IT").unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
}

fn truncate(path: &Path) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(1_100_006).unwrap();
}

fn replace(path: &Path) {
    let other = path.with_extension("new");
    fs::write(&other, long(b"another")).unwrap();
    fs::rename(other, path).unwrap();
}

#[test]
fn a_file_that_moves_once_is_read_again() {
    let was = long(b"as it was");
    let expected = [
        (append as fn(&Path), [&was[..], b" and more"].concat()),
        (overwrite, long(b"IT it was")),
        (truncate, was[..1_100_006].to_vec()),
    ];
    for (meddle, expected) in expected {
        let (collected, blobs) = collect_while(1, meddle);
        assert!(only_file(&collected, &blobs) == expected);
        assert_eq!(collected.bytes, expected.len() as u64);
    }
}

/// What came after it was left to others when it was begun the first time.
#[test]
fn what_comes_after_a_file_that_moves_is_recorded_once() {
    let tree = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..12).map(|number| format!("file {number:02}")).collect();
    names.iter().for_each(|name| write(tree.path(), &[(name, &long(name.as_bytes()))]));
    // Whichever of them is begun first; others may have been read by then.
    let meddle = || names.iter().for_each(|name| append(&tree.path().join(name)));
    let blobs = Meddling { inner: MemoryBlobs::new(), left: AtomicUsize::new(1), always: false, meddle: &meddle };
    let collected = collect(&whole(tree.path()), &blobs, Collecting::default()).unwrap();
    assert!(collected.is_complete(), "{:?}", collected.omitted);
    let lines = lines(&collected.manifest.digest, &blobs.inner);
    assert_eq!(lines.iter().map(|line| line.path.display().to_string()).collect::<Vec<_>>(), names);
    let was = |name: &String| long(name.as_bytes());
    let now = |name: &String| [was(name), b" and more".to_vec()].concat();
    let moved = lines.iter().zip(&names).filter(|(line, name)| match bytes(&line.digest, &blobs.inner) {
        read if read == now(name) => true,
        read => {
            assert!(read == was(name), "{name}");
            false
        }
    });
    assert!(moved.count() > 0);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_is_one_or_the_other() {
    let (collected, blobs) = collect_while(1, replace);
    assert!(only_file(&collected, &blobs) == long(b"another"));
}

#[test]
fn a_file_that_keeps_moving_is_not_recorded() {
    let (collected, blobs) = collect_while(2, append);
    assert_eq!(given_up(&collected, &blobs), SkipReason::ChangedWhileRead);
    let (collected, blobs) = collect_while(usize::MAX, |path| (0..100).for_each(|_| append(path)));
    assert_eq!(given_up(&collected, &blobs), SkipReason::ChangedWhileRead);
    // The same bytes again are a change too: a reader cannot know that they are the same.
    let (collected, blobs) = collect_while(2, overwrite);
    assert_eq!(given_up(&collected, &blobs), SkipReason::ChangedWhileRead);
}

#[test]
fn a_file_that_grows_as_fast_as_it_is_read_is_given_up_at_once() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("file", &long(b"as it was"))]);
    let (path, times) = (tree.path().join("file"), AtomicUsize::new(0));
    let meddle = || {
        append(&path);
        assert!(times.fetch_add(1, Ordering::SeqCst) < 100, "it would be read for ever");
    };
    let blobs = Meddling { inner: MemoryBlobs::new(), left: AtomicUsize::new(2), always: true, meddle: &meddle };
    let collected = collect(&whole(tree.path()), &blobs, Collecting::default()).unwrap();
    assert_eq!(given_up(&collected, &blobs.inner), SkipReason::ChangedWhileRead);
}

#[cfg(unix)]
#[test]
fn a_file_that_vanishes_is_gone() {
    let (collected, blobs) = collect_while(1, |path| fs::remove_file(path).unwrap());
    assert_eq!(given_up(&collected, &blobs), SkipReason::Gone);
}

#[test]
fn a_stopped_collection_leaves_no_manifest() {
    let stop = AtomicBool::new(false);
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("file", &long(b"as it was"))]);
    let meddle = || stop.store(true, Ordering::Relaxed);
    let blobs = Meddling { inner: MemoryBlobs::new(), left: AtomicUsize::new(1), always: false, meddle: &meddle };
    let stopping = || Collecting { watch: Watch { stop: Some(&stop), ..Watch::default() }, ..Collecting::default() };
    let outcome = collect(&whole(tree.path()), &blobs, stopping());
    assert!(matches!(outcome, Err(CollectError::Stopped)), "stopped in the middle of a file: {outcome:?}");
    assert_eq!(blobs.inner.names(), []);
    let outcome = collect(&whole(tree.path()), &MemoryBlobs::new(), stopping());
    assert!(matches!(outcome, Err(CollectError::Stopped)));
}

#[test]
fn progress_ends_with_everything() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("a", b"12"), ("b", b"345")]);
    let last = std::cell::Cell::new(Progress { files: 0, bytes: 0 });
    let report = |progress| last.set(progress);
    let watch = Watch { report: Some(&report), ..Watch::default() };
    let how = Collecting { watch, ..Collecting::default() };
    collect(&whole(tree.path()), &MemoryBlobs::new(), how).unwrap();
    assert_eq!(last.get(), Progress { files: 2, bytes: 5 });
}

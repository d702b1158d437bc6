//! The reading of a store goes on where it was interrupted, and vouches for nothing that was not read or has changed since.

use std::cell::Cell;
use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use portreeve_collector::{
    Blobs as _, Bookmark, FileBlobs, FileTime, ReadBefore, StoreFaultKind, StoreReport, Watch, go_on_verifying_store,
};
use portreeve_model::Digest;

use crate::packs::{files, make_writable, put};

const DAY: i64 = 24 * 60 * 60;
const PACKS: u64 = 6;
const EACH: u64 = 9;
const LOOSE: u64 = 12;
const BYTES: u64 = (PACKS * EACH + LOOSE) * 5;

/// A store of six packs and twelve loose objects, and a folder for what is remembered.
struct Store {
    folder: tempfile::TempDir,
    store: FileBlobs,
}

/// What a reading came to.
type Read = Option<StoreReport>;

impl Store {
    fn new() -> Store {
        let folder = tempfile::tempdir().unwrap();
        let store = FileBlobs::create(folder.path().join("store")).unwrap();
        for pack in 0..PACKS {
            put(&store, &(0..EACH).map(|each| vec![pack as u8, each as u8, 1, 2, 3]).collect::<Vec<_>>());
        }
        for each in 0..LOOSE {
            store.put(&mut &[255, each as u8, 1, 2, 3][..]).unwrap();
        }
        assert_eq!(files(store_of(folder.path()).as_path(), "tar").len() as u64, PACKS);
        Store { folder, store }
    }

    fn memory(&self) -> PathBuf {
        self.folder.path().join("scans")
    }

    fn packs(&self) -> Vec<PathBuf> {
        files(&store_of(self.folder.path()), "tar")
    }

    /// The loose object that is read first.
    fn first_loose(&self) -> PathBuf {
        let names = (0..LOOSE).map(|each| Digest::of(&[255, each as u8, 1, 2, 3]));
        self.store.path_of(&names.min().unwrap())
    }

    /// Reads the store at `now`, and stops once so many objects have been dealt with.
    fn read(&self, now: i64, anew: bool, until: u64) -> Read {
        let stop = AtomicBool::new(false);
        let report = |done: portreeve_collector::Progress| stop.store(done.files >= until, Ordering::Relaxed);
        let now = FileTime { seconds: now, nanoseconds: 0 };
        let mut bookmark = Bookmark::open(&self.memory(), now, anew);
        let watch = Watch { stop: Some(&stop), report: Some(&report), pace: None };
        let read = go_on_verifying_store(&self.store, bookmark.as_mut(), watch).ok()?;
        bookmark.unwrap().finish();
        Some(read)
    }

    fn whole(&self, now: i64) -> StoreReport {
        self.read(now, false, u64::MAX).unwrap()
    }

    /// What is remembered, but for the lock.
    fn remembered(&self) -> Vec<String> {
        let names = fs::read_dir(self.memory()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "store.lock").collect()
    }
}

fn store_of(folder: &Path) -> PathBuf {
    folder.join("store")
}

/// A time at which everything that was written until now is settled.
fn settled() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + 10
}

fn before(objects: u64, since: i64) -> Option<ReadBefore> {
    Some(ReadBefore { objects, bytes: objects * 5, since: FileTime { seconds: since, nanoseconds: 0 } })
}

/// Flips a bit in place and puts the times back that anybody can.
fn flip(path: &Path, at: usize) {
    let seen = fs::metadata(path).unwrap();
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    let rights = seen.permissions();
    make_writable(path);
    let file = File::options().write(true).open(path).unwrap();
    std::io::Write::write_all(&mut &file, &bytes).unwrap();
    file.set_times(FileTimes::new().set_modified(seen.modified().unwrap())).unwrap();
    fs::set_permissions(path, rights).unwrap();
    let now = fs::metadata(path).unwrap();
    assert_eq!((now.len(), now.modified().unwrap()), (seen.len(), seen.modified().unwrap()));
}

#[test]
fn an_interrupted_reading_goes_on_from_every_place_it_can_stop_at() {
    let store = Store::new();
    let now = settled();
    let whole = store.whole(now);
    assert_eq!((whole.objects, whole.bytes, whole.read_before), (PACKS * EACH + LOOSE, BYTES, None));
    assert!(store.remembered().is_empty(), "a finished reading leaves nothing");
    for until in (EACH..PACKS * EACH).step_by(EACH as usize).chain(PACKS * EACH..PACKS * EACH + LOOSE - 1) {
        assert_eq!(store.read(now, false, until), None);
        assert_eq!(store.remembered(), ["store.read"]);
        let again = store.whole(now + 60);
        assert_eq!(again.read_before, before(until, now), "stopped after {until}");
        assert_eq!(StoreReport { read_before: None, ..again }, whole, "nothing else is told otherwise");
        assert!(store.remembered().is_empty());
    }
}

#[test]
fn what_was_read_counts_for_a_week_from_the_first_reading_that_read_it() {
    let store = Store::new();
    let now = settled();
    let [one, three] = [EACH, 3 * EACH];
    assert_eq!(store.read(now, false, one), None);
    assert_eq!(store.read(now + 3 * DAY, false, three), None);
    // The second reading read two packs; it is not the younger for having gone on from the first.
    let copy = fs::read(store.memory().join("store.read")).unwrap();
    let after = |seconds| {
        fs::write(store.memory().join("store.read"), &copy).unwrap();
        store.whole(now + seconds).read_before
    };
    assert_eq!(after(7 * DAY), before(three, now));
    assert_eq!(after(7 * DAY + 1), before(three - one, now + 3 * DAY));
    assert_eq!(after(10 * DAY + 1), None);
    assert_eq!(after(-1), None, "a clock that was set back vouches for nothing");
    fs::write(store.memory().join("store.read"), &copy).unwrap();
    assert_eq!(store.read(now, true, u64::MAX).unwrap().read_before, None, "anew is anew");
    // Stopped before it had come as far: what the first had read beyond that is not lost.
    assert_eq!(store.read(now, false, three), None);
    assert_eq!(store.read(now + 8 * DAY, false, one), None);
    assert_eq!(store.whole(now + 60).read_before, before(three - one, now), "the first pack was read in the future");
}

#[test]
fn what_changed_since_it_was_read_is_read_again() {
    let now = settled();
    let until = PACKS * EACH + LOOSE - 1;
    type Change = fn(&Store);
    let changes: [(&str, Change); 5] = [
        ("a bit of a pack, its times put back", |store| flip(&store.packs()[1], 514)),
        ("the zeros at its end", |store| {
            let pack = &store.packs()[1];
            flip(pack, fs::metadata(pack).unwrap().len() as usize - 1);
        }),
        ("another file in its place, with its times", |store| {
            let pack = &store.packs()[1];
            let (seen, mut bytes) = (fs::metadata(pack).unwrap(), fs::read(pack).unwrap());
            bytes[514] ^= 1;
            fs::remove_file(pack).unwrap();
            fs::write(pack, bytes).unwrap();
            let times = FileTimes::new().set_modified(seen.modified().unwrap());
            File::options().write(true).open(pack).unwrap().set_times(times).unwrap();
        }),
        ("a bit of a loose object", |store| flip(&store.first_loose(), 2)),
        ("a pack that is gone", |store| fs::remove_file(&store.packs()[1]).unwrap()),
    ];
    for (what, change) in changes {
        let store = Store::new();
        assert_eq!(store.read(now, false, until), None);
        change(&store);
        // The clock of the test runs ahead, so that the change lies before the reading, as it must not for the rule.
        let again = store.whole(now);
        let is_gone = what.contains("gone");
        assert_eq!(again.is_sound(), is_gone, "{what}: {again:?}");
        let read_again = if what.contains("loose") { 1 } else { EACH };
        assert_eq!(again.read_before, before(until - read_again, now), "{what}");
        assert_eq!(again.objects, PACKS * EACH + LOOSE - if is_gone { EACH } else { 0 }, "{what}");
    }
}

#[test]
fn damage_that_was_found_before_the_interruption_is_told_after_it() {
    let store = Store::new();
    flip(&store.packs()[0], 514);
    flip(&store.first_loose(), 2);
    let now = settled();
    assert_eq!(store.read(now, false, PACKS * EACH + 6), None);
    let again = store.whole(now);
    let corrupt = |kind: &StoreFaultKind| matches!(kind, StoreFaultKind::Corrupt { .. });
    assert!(again.faults.len() == 2 && again.faults.iter().all(|fault| corrupt(&fault.kind)), "{again:?}");
    assert_eq!(again.read_before, before((PACKS - 1) * EACH + 5, now));
}

#[test]
fn what_was_written_just_before_it_was_read_is_read_again() {
    let store = Store::new();
    let now = settled() - 10;
    assert_eq!(store.read(now, false, PACKS * EACH), None);
    assert_eq!(store.whole(now).read_before, None, "another write could have got the same times");
}

#[test]
fn a_damaged_place_is_believed_up_to_the_damage_and_never_wrong() {
    let store = Store::new();
    let now = settled();
    let whole = store.whole(now);
    assert_eq!(store.read(now, false, PACKS * EACH), None);
    let place = store.memory().join("store.read");
    let good = fs::read(&place).unwrap();
    let most = Cell::new(0);
    for at in (0..good.len()).step_by(7) {
        for wrong in [good[..at].to_vec(), [&good[..at], &[good[at] ^ 4], &good[at + 1..]].concat(), vec![0; at]] {
            fs::write(&place, wrong).unwrap();
            let again = store.whole(now);
            let read_before = again.read_before.map_or(0, |before| before.objects);
            assert!(read_before < PACKS * EACH && read_before.is_multiple_of(EACH), "byte {at}");
            most.set(most.get().max(read_before));
            assert_eq!(StoreReport { read_before: None, ..again }, whole);
        }
    }
    assert_eq!(most.get(), (PACKS - 1) * EACH);
}

#[test]
fn what_a_kill_leaves_is_put_together_and_two_readings_at_once_share_nothing() {
    let store = Store::new();
    let now = settled();
    assert_eq!(store.read(now, false, 3 * EACH), None);
    // Killed: what it was writing lies there, cut off in the middle of a record, beside what an earlier one had.
    let (place, building) = (store.memory().join("store.read"), store.memory().join("store.read.new"));
    let three = fs::read(&place).unwrap();
    fs::write(&building, &three[..three.len() - 40]).unwrap();
    fs::write(store.memory().join("store.read.whole"), b"half").unwrap();
    assert_eq!(store.whole(now).read_before, before(3 * EACH, now), "the rest is in the older one");
    fs::write(&building, &three[..three.len() - 40]).unwrap();
    assert_eq!(store.whole(now).read_before, before(2 * EACH, now));
    assert!(store.remembered().is_empty());

    fs::write(&place, &three).unwrap();
    let time = FileTime { seconds: now, nanoseconds: 0 };
    let first = Bookmark::open(&store.memory(), time, false).unwrap();
    assert!(Bookmark::open(&store.memory(), time, false).is_none(), "the second reads everything");
    let seen = go_on_verifying_store(&store.store, None, Watch::default()).unwrap();
    assert_eq!(seen.read_before, None);
    first.finish();
    assert!(fs::read_dir(store.memory()).unwrap().next().is_none(), "not even the lock");
}

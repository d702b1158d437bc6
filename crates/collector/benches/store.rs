//! What the store costs, and what else it could have been:
//!
//! ```text
//! PORTREEVE_MEASURE=/folder/with/many/small/files PORTREEVE_MEASURE_STORE=/folder/on/a/disk \
//!     cargo bench -p portreeve-collector -- first tar
//! ```
//!
//! Without a name it measures everything but `memory`, which wants a process of its own: the rest holds lists.
//!
//! Every figure is a ratio to Y, measured just before it: walking, reading and hashing the same files with the same
//! loop on two threads, keeping nothing.

#![expect(clippy::unwrap_used, reason = "where something fails nothing is measured, and the panic says what")]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use portreeve_collector::{
    Blobs, Collecting, FileBlobs, Hand, Selection, Source, Stored, Watch, collect, verify, verify_store, write_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};

const MEASUREMENTS: &[(&str, fn())] = &[
    ("first", a_first_store_by_two_hands_and_by_one),
    ("second", a_second_store_of_the_same),
    ("tar", the_yardstick_against_tar),
    ("flushes", a_file_and_a_flush_an_object),
    ("collect", a_collection),
    ("verify", reading_everything_back),
    ("withdraw", a_withdrawal),
    ("memory", memory_at_a_few_and_at_many_objects),
];

fn main() {
    // Cargo adds options of its own.
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    for (name, measure) in MEASUREMENTS {
        let is_asked = named.iter().any(|asked| asked == name) || (named.is_empty() && *name != "memory");
        if is_asked {
            measure();
        }
    }
}

fn tree() -> PathBuf {
    std::env::var_os("PORTREEVE_MEASURE").map(PathBuf::from).expect("PORTREEVE_MEASURE names a folder of small files")
}

fn new_store() -> (tempfile::TempDir, FileBlobs) {
    let on = std::env::var_os("PORTREEVE_MEASURE_STORE").map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(on).unwrap();
    let store = FileBlobs::create(folder.path().join("store")).unwrap();
    (folder, store)
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The highest this process has held, in MiB; counts the pages of nothing but itself.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

/// Walks with a stack of folders shared by the threads; every file is read whole and handed to `take` of its thread.
fn each_file<T: Send>(
    root: &Path,
    threads: usize,
    make: impl Fn() -> T + Sync,
    take: impl Fn(&mut T, &Path, &[u8]) + Sync,
) -> Vec<T> {
    let (folders, busy) = (Mutex::new(vec![root.to_path_buf()]), AtomicUsize::new(0));
    let work = || {
        let (mut state, mut bytes) = (make(), Vec::new());
        loop {
            let next = {
                let mut folders = folders.lock().unwrap();
                let folder = folders.pop();
                busy.fetch_add(usize::from(folder.is_some()), Ordering::SeqCst);
                folder
            };
            let Some(folder) = next else {
                if busy.load(Ordering::SeqCst) == 0 {
                    return state;
                }
                std::thread::yield_now();
                continue;
            };
            for entry in fs::read_dir(&folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.lock().unwrap().push(entry.path());
                } else {
                    bytes.clear();
                    let path = entry.path();
                    File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
                    take(&mut state, &path, &bytes);
                }
            }
            busy.fetch_sub(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn yardstick() -> f64 {
    let start = Instant::now();
    let counts = each_file(
        &tree(),
        2,
        || 0_usize,
        |count, _, bytes| *count += usize::from(Digest::of(bytes).as_bytes()[0] < 128),
    );
    assert!(counts.iter().sum::<usize>() > 0);
    start.elapsed().as_secs_f64()
}

fn measured(what: &str, work: impl FnOnce() -> String) {
    let y = yardstick();
    let start = Instant::now();
    let note = work();
    let took = start.elapsed().as_secs_f64();
    say(&format!("{what:<44} {:>6.2} Y   (Y {y:.2} s, {took:.2} s)  peak {} MiB  {note}", took / y, peak_mib()));
}

/// Puts the tree by hands, and says under which name what was put.
fn put_by_hands(store: &FileBlobs, threads: usize) -> Vec<(PathBuf, Digest)> {
    type Worker<'a> = (Box<dyn Hand + 'a>, Vec<(PathBuf, Digest)>);
    let make = || -> Worker<'_> { (store.hand().unwrap(), Vec::new()) };
    let hands = each_file(&tree(), threads, make, |(hand, listed), path, bytes| {
        let digest = Digest::of(bytes);
        hand.put(&digest, bytes).unwrap();
        listed.push((path.to_path_buf(), digest));
    });
    let mut listed = Vec::new();
    for (hand, lines) in hands {
        hand.finish().unwrap();
        listed.extend(lines);
    }
    store.settle().unwrap();
    listed
}

fn manifest_of(mut listed: Vec<(PathBuf, Digest)>, store: &FileBlobs) -> Stored {
    let root = tree();
    listed.sort();
    let lines = listed.into_iter().map(|(path, digest)| {
        let below = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        Ok::<_, std::convert::Infallible>(ManifestLine { digest, path: ManifestPath::new(below.into_bytes()).unwrap() })
    });
    write_manifest(lines, store).unwrap()
}

fn a_first_store_by_two_hands_and_by_one() {
    for threads in [2, 2, 2, 1] {
        let (_folder, store) = new_store();
        measured(&format!("first store, {threads} hands"), || format!("{} files", put_by_hands(&store, threads).len()));
    }
}

fn memory_at_a_few_and_at_many_objects() {
    let (_folder, store) = new_store();
    let objects = std::env::var("PORTREEVE_MEASURE_OBJECTS").map_or(1_000_000, |text| text.parse::<u32>().unwrap());
    let mut first = 0;
    for last in [objects / 25, objects] {
        let work = |half: u32| {
            let mut hand = store.hand().unwrap();
            for number in (first..last).filter(|number| number % 2 == half) {
                let bytes = number.to_le_bytes().repeat(100);
                hand.put(&Digest::of(&bytes), &bytes).unwrap();
            }
            hand.finish().unwrap();
        };
        std::thread::scope(|scope| (0..2).for_each(|half| drop(scope.spawn(move || work(half)))));
        store.settle().unwrap();
        say(&format!("{last} objects of 400 bytes stored: peak {} MiB", peak_mib()));
        first = last;
    }
    assert!(verify_store(&store, Watch::default()).unwrap().is_sound());
    say(&format!("and read back: peak {} MiB", peak_mib()));
}

fn a_second_store_of_the_same() {
    let (folder, store) = new_store();
    put_by_hands(&store, 2);
    for _ in 0..3 {
        let store = FileBlobs::open(folder.path().join("store")).unwrap();
        measured("store again, all held, 2 hands", || format!("{} files", put_by_hands(&store, 2).len()));
    }
}

fn the_yardstick_against_tar() {
    let (folder, _store) = new_store();
    for _ in 0..3 {
        let out = folder.path().join("all.tar");
        measured("tar | dd conv=fdatasync", || {
            let command = format!(
                "tar -C '{}' -cf - . | dd of='{}' bs=1M conv=fdatasync status=none",
                tree().display(),
                out.display()
            );
            assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success());
            String::new()
        });
        fs::remove_file(&out).unwrap();
    }
}

fn a_file_and_a_flush_an_object() {
    let (_folder, store) = new_store();
    let limit = AtomicUsize::new(10_000);
    let mut all = 0;
    measured("a file an object, 10,000 of them", || {
        let counts = each_file(
            &tree(),
            2,
            || 0_usize,
            |count, _, bytes| {
                *count += 1;
                if limit.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                    store.put(&mut &*bytes).unwrap();
                }
            },
        );
        all = counts.iter().sum();
        format!("of {all} files: times {}", all / 10_000)
    });
}

fn a_collection() {
    for _ in 0..3 {
        let (_folder, store) = new_store();
        let source = Source::folder(tree(), Selection::default()).unwrap();
        measured("walk and collect", || {
            let collected = collect(&source, &store, Collecting::default()).unwrap();
            format!("{} files", collected.files)
        });
    }
}

fn reading_everything_back() {
    let (folder, store) = new_store();
    let manifest = manifest_of(put_by_hands(&store, 2), &store).digest;
    for _ in 0..3 {
        let store = FileBlobs::open(folder.path().join("store")).unwrap();
        measured("verify_store", || {
            let report = verify_store(&store, Watch::default()).unwrap();
            assert!(report.is_sound(), "{:?}", report.faults);
            format!("{} objects", report.objects)
        });
        let store = FileBlobs::open(folder.path().join("store")).unwrap();
        measured("verify, by the names in a manifest", || {
            let found = verify([], [manifest], &store, Watch::default()).unwrap();
            assert!(found.is_sound(), "{:?}", found.faults);
            format!("{} objects", found.objects)
        });
    }
}

fn a_withdrawal() {
    let (_folder, store) = new_store();
    let listed = put_by_hands(&store, 2);
    measured("remove one packed object", || {
        store.remove(&listed[7].1).unwrap();
        String::new()
    });
    let names: Vec<Digest> = listed.iter().step_by(20).map(|(_, name)| *name).collect();
    measured("remove every twentieth, from all packs", || {
        store.remove_all(&names).unwrap();
        format!("{} objects", names.len())
    });
}

//! The yardstick: the least that any tool must do to know a tree by SHA-256, and nothing else. Walk, open, read to the
//! end, hash; no output, no order, no index, no allocation a file.
//!
//! What every ratio is taken against, so it must never be easy: it is held against a walker in plain C calls, and a
//! folder of a million files is shared out between the threads like a tree.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, openat, statat};
use rustix::io::{Errno, read};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::args::YardstickArgs;
use crate::clock::Began;
use crate::failure::Failure;
use crate::stop::Stop;
use crate::{machine, say};

/// What one read asks for: a small file in one call, a large one at no measurable cost a call.
const READ_BYTES: usize = 256 * 1024;
/// What one call for names may bring: some 700 names.
const NAMES_BYTES: usize = 32 * 1024;

/// What was found and hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// Regular files read to their end.
    pub(crate) files: u64,
    /// Folders, the root included.
    pub(crate) folders: u64,
    pub(crate) bytes: u64,
    /// Files and folders that could not be read.
    pub(crate) unreadable: u64,
    /// All digests by exclusive or: the same in whatever order threads come by the files.
    pub(crate) mark: [u8; 32],
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.files += other.files;
        self.folders += other.folders;
        self.bytes += other.bytes;
        self.unreadable += other.unreadable;
        self.mark.iter_mut().zip(other.mark).for_each(|(mark, byte)| *mark ^= byte);
    }

    /// In hexadecimal.
    pub(crate) fn mark_text(&self) -> String {
        self.mark.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `portreeve-bench yardstick DIR`.
pub(crate) fn command(args: &YardstickArgs) -> Result<u8, Failure> {
    let began = Began::now();
    let tally = measure(&args.folder, args.threads.unwrap_or_else(machine::cores), &Stop::default())?;
    let seconds = began.seconds();
    if args.json {
        say::answer(&format!(
            "{}\n",
            serde_json::json!({
                "format": "portreeve.bench.yardstick/1",
                "files": tally.files,
                "folders": tally.folders,
                "bytes": tally.bytes,
                "unreadable": tally.unreadable,
                "mark": tally.mark_text(),
                "wall_s": seconds,
            })
        ));
    } else {
        say::answer(&format!(
            "{} files in {} folders, {} bytes, in {seconds:.3} s: {:.0} files/s, {:.0} MiB/s\nmark {}\n",
            tally.files,
            tally.folders,
            tally.bytes,
            tally.files as f64 / seconds,
            tally.bytes as f64 / f64::from(1 << 20) / seconds,
            tally.mark_text(),
        ));
    }
    if tally.unreadable > 0 {
        say::talk(&format!("{} could not be read, so this is no yardstick", tally.unreadable));
        return Ok(1);
    }
    Ok(0)
}

/// Walks, reads and hashes everything below `root`.
pub(crate) fn measure(root: &Path, threads: usize, stop: &Stop) -> Result<Tally, Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let root_fd = openat(CWD, root, flags, Mode::empty()).map_err(Failure::io("open the folder", root))?;
    let threads = threads.max(1);
    let stack = Stack { items: vec![Item::Folder(c".".to_owned())], idle: 0, over: false };
    let walk = Walk { root: root_fd, threads, stop, stack: Mutex::new(stack), changed: Condvar::new() };
    let mut sum = Tally::default();
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(|| walk.hand())).collect();
        for hand in hands {
            sum.add(&hand.join().expect("a hand that hashes has nothing that panics"));
        }
    });
    stop.check()?;
    Ok(sum)
}

/// Something for a thread to do.
enum Item {
    /// A folder, by its path from the root.
    Folder(CString),
    /// Names of files in an open folder, each with its final nought.
    Names(Arc<OwnedFd>, Vec<u8>),
}

struct Stack {
    items: Vec<Item>,
    /// Threads that wait for an item.
    idle: usize,
    over: bool,
}

struct Walk<'a> {
    stop: &'a Stop,
    root: OwnedFd,
    threads: usize,
    stack: Mutex<Stack>,
    changed: Condvar,
}

/// What a thread keeps for itself: one buffer, and its own sum.
struct Hand {
    buffer: Vec<u8>,
    tally: Tally,
}

impl Walk<'_> {
    fn hand(&self) -> Tally {
        let mut hand = Hand { buffer: vec![0; READ_BYTES], tally: Tally::default() };
        let mut space = vec![MaybeUninit::uninit(); NAMES_BYTES];
        while let Some(item) = self.take() {
            match item {
                Item::Folder(path) => self.folder(&path, &mut space, &mut hand),
                Item::Names(folder, names) => {
                    let names = names.split_inclusive(|byte| *byte == 0);
                    names.filter_map(|name| CStr::from_bytes_with_nul(name).ok()).for_each(|name| {
                        hand.file(&folder, name);
                    });
                }
            }
        }
        hand.tally
    }

    fn lock(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next item; `None` when every thread waits, because then nobody is left to find one.
    fn take(&self) -> Option<Item> {
        let mut stack = self.lock();
        loop {
            if self.stop.asked() {
                stack.items.clear();
            }
            if let Some(item) = stack.items.pop() {
                return Some(item);
            }
            stack.idle += 1;
            if stack.idle == self.threads {
                stack.over = true;
                self.changed.notify_all();
            }
            while stack.items.is_empty() && !stack.over {
                stack = self.changed.wait(stack).unwrap_or_else(PoisonError::into_inner);
            }
            if stack.over {
                return None;
            }
            stack.idle -= 1;
        }
    }

    fn give(&self, items: impl IntoIterator<Item = Item>) {
        self.lock().items.extend(items);
        self.changed.notify_all();
    }

    fn folder(&self, path: &CStr, space: &mut [MaybeUninit<u8>], hand: &mut Hand) {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(folder) = openat(&self.root, path, flags, Mode::empty()) else {
            hand.tally.unreadable += 1;
            return;
        };
        hand.tally.folders += 1;
        let folder = Arc::new(folder);
        let (mut below, mut names) = (Vec::new(), Vec::new());
        let (mut batches, mut sharing) = (0_u32, false);
        let read = names_of(&folder, space, |name, kind, fresh| {
            if fresh {
                // A folder too large for one batch of names is shared with whoever has nothing to do.
                batches += 1;
                if !names.is_empty() {
                    self.give([Item::Names(Arc::clone(&folder), std::mem::take(&mut names))]);
                }
                sharing = batches > 1 && self.lock().idle > 0;
            }
            match known(&folder, name, kind) {
                FileType::Directory => below.push(Item::Folder(joined(path, name))),
                FileType::RegularFile if sharing => names.extend_from_slice(name.to_bytes_with_nul()),
                FileType::RegularFile => hand.file(&folder, name),
                // Opening a named pipe would wait for ever; a link's target is counted where it lies.
                _ => {}
            }
        });
        if read.is_err() {
            hand.tally.unreadable += 1;
        }
        if !names.is_empty() {
            below.push(Item::Names(folder, names));
        }
        if !below.is_empty() {
            self.give(below);
        }
    }
}

impl Hand {
    fn file(&mut self, folder: impl AsFd, name: &CStr) {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let Ok(file) = openat(folder, name, flags, Mode::empty()) else {
            self.tally.unreadable += 1;
            return;
        };
        let mut hash = Sha256::new();
        loop {
            match read(&file, &mut self.buffer[..]) {
                Ok(0) => break,
                Ok(count) => {
                    hash.update(&self.buffer[..count]);
                    self.tally.bytes += count as u64;
                }
                Err(Errno::INTR) => {}
                Err(_) => {
                    self.tally.unreadable += 1;
                    return;
                }
            }
        }
        self.tally.files += 1;
        self.tally.mark.iter_mut().zip(hash.finalize()).for_each(|(mark, byte)| *mark ^= byte);
    }
}

/// Some file systems do not say with the name what it is.
fn known(folder: impl AsFd, name: &CStr, kind: FileType) -> FileType {
    if kind != FileType::Unknown {
        return kind;
    }
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
        .map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode))
}

fn joined(folder: &CStr, name: &CStr) -> CString {
    let mut path = Vec::with_capacity(folder.count_bytes() + 1 + name.count_bytes());
    path.extend_from_slice(folder.to_bytes());
    path.push(b'/');
    path.extend_from_slice(name.to_bytes());
    CString::new(path).expect("two names without a nought have none together")
}

/// Calls with each name but `.` and `..`, its kind, and whether it is the first of another batch from the kernel.
#[cfg(target_os = "linux")]
fn names_of(
    folder: &OwnedFd,
    space: &mut [MaybeUninit<u8>],
    mut each: impl FnMut(&CStr, FileType, bool),
) -> Result<(), Errno> {
    let mut names = rustix::fs::RawDir::new(folder, space);
    let mut fresh = true;
    loop {
        fresh |= names.is_buffer_empty();
        let Some(entry) = names.next() else { return Ok(()) };
        let entry = entry?;
        let name = entry.file_name();
        if name != c"." && name != c".." {
            each(name, entry.file_type(), std::mem::take(&mut fresh));
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn names_of(
    folder: &OwnedFd,
    space: &mut [MaybeUninit<u8>],
    mut each: impl FnMut(&CStr, FileType, bool),
) -> Result<(), Errno> {
    // As many names as one batch of the space would hold.
    let batch = space.len() / 48;
    let entries = rustix::fs::Dir::read_from(folder)?
        .filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_name() != c"." && entry.file_name() != c".."));
    for (number, entry) in entries.enumerate() {
        let entry = entry?;
        each(entry.file_name(), entry.file_type(), number % batch == 0);
    }
    Ok(())
}

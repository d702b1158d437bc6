//! How far the reading of a store had come when it was interrupted, so that the next one goes on from there. A named cache:
//! delete it and everything is read again.
//!
//! A file of the store is left unread only if a reading that began less than [`AGE_SECONDS_MAX`] ago found every byte of it
//! sound, its stamp is the same now, and the stamp was settled then. Whoever may write to the store may forge all this: so
//! what was left unread is told, and `portreeve verify` never asks.
//!
//! ```text
//! store.read        what an interrupted reading had read
//! store.read.new    what the present one has, or one that was killed
//! store.read.whole  both, while they are put together
//! store.lock        locked while a reading is under way
//! ```
//!
//! Must never fail the work it remembers: when the disk refuses, it stops remembering.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::record::{MAGIC, Part, Record, Records};
use crate::stamp::{FileTime, Identity, Stamp};
use crate::tree::look_at;

/// How long what was read counts as read: a week, so that a store of 10 TB, a day and a half at 100 MB/s, can be read in
/// some nights and over a weekend. A disk that loses bits changes no stamp.
const AGE_SECONDS_MAX: i64 = 7 * 24 * 60 * 60;

/// Remembers what of a store has been read. Dropped before it is finished, the next reading goes on from it.
#[derive(Debug)]
pub struct Bookmark {
    paths: Paths,
    /// Held as long as this reading is under way.
    _lock: File,
    /// When it began.
    now: FileTime,
    earlier: Records,
    file: File,
    body: Vec<u8>,
    broken: bool,
    finished: bool,
}

#[derive(Debug)]
struct Paths {
    building: PathBuf,
    unfinished: PathBuf,
    joining: PathBuf,
    lock: PathBuf,
}

impl Bookmark {
    /// Takes up what an interrupted reading has left in `folder`, which is made if need be, unless it is to begin `anew`.
    /// `now` is when this reading begins, before it looks at any file. `None` if another reading is under way, or the
    /// folder cannot be written: then nothing is remembered, and everything is read.
    pub fn open(folder: &Path, now: FileTime, anew: bool) -> Option<Bookmark> {
        fs::create_dir_all(folder).ok()?;
        let unfinished = folder.join("store.read");
        let paths = Paths {
            building: unfinished.with_added_extension("new"),
            joining: unfinished.with_added_extension("whole"),
            lock: folder.join("store.lock"),
            unfinished,
        };
        let lock = paths.lock()?;
        if anew {
            paths.remove();
        } else {
            paths.join().ok()?;
        }
        let mut file = File::create(&paths.building).ok()?;
        file.write_all(MAGIC).ok()?;
        let earlier = Records::open(&paths.unfinished);
        Some(Bookmark { paths, _lock: lock, now, earlier, file, body: Vec::new(), broken: false, finished: false })
    }

    /// The reading of a file of the store that still counts, if there was one; `look` says how the file looks now. Files are
    /// asked for in their order.
    pub(super) fn read_before(&mut self, part: Part, look: impl FnOnce() -> Option<Stamp>) -> Option<Record> {
        let record = self.earlier.of(part)?;
        let age = self.now.seconds.checked_sub(record.read_at)?;
        let counts = (0..=AGE_SECONDS_MAX).contains(&age) && record.stamp.is_settled(record.read_at());
        (counts && look()? == record.stamp).then_some(record)
    }

    /// What is to be remembered of a file of the store that was read now and is sound; `stamp` is how it looked afterwards.
    /// Nothing unless that was settled when this reading began: then nobody touched the file while it was read either. And
    /// nothing where the system tells no file from another.
    pub(super) fn read_now(&self, part: Part, stamp: Stamp) -> Option<Record> {
        let counts = stamp.is_settled(self.now) && stamp.identity != Identity::default();
        counts.then_some(Record { part, stamp, read_at: self.now.seconds })
    }

    /// Remembers a file of the store. They come in their order.
    pub(super) fn note(&mut self, record: &Record) {
        record.encode(&mut self.body);
    }

    /// Brings what was noted out of this process, so that a kill costs no more than what is noted from here on. Not to the
    /// disk: a power cut may cost all.
    pub(super) fn keep(&mut self) {
        if !self.broken && !self.body.is_empty() {
            self.broken = self.file.write_all(&self.body).is_err();
        }
        self.body.clear();
    }

    /// Everything has been read and told: the next reading begins anew.
    pub fn finish(mut self) {
        self.finished = true;
        self.paths.remove();
        // While it is locked: who has it open already sees that it is gone.
        let _ = fs::remove_file(&self.paths.lock);
    }
}

impl Drop for Bookmark {
    fn drop(&mut self) {
        if !self.finished {
            self.keep();
            let _ = self.paths.join();
        }
    }
}

impl Paths {
    /// Locks the lock file that lies in its place: one that a finished reading has removed is nobody's.
    fn lock(&self) -> Option<File> {
        let lock = File::create(&self.lock).ok()?;
        lock.try_lock().ok()?;
        let identity = |file: &File| look_at(file).ok().map(|seen| seen.stamp.identity);
        let in_place = File::open(&self.lock).ok()?;
        (identity(&lock)? == identity(&in_place)?).then_some(lock)
    }

    /// Adds to what the last reading has noted what an earlier one knew of files that the last one had not come to.
    fn join(&self) -> io::Result<()> {
        if !self.building.exists() {
            return Ok(());
        }
        let mut file = BufWriter::new(File::create(&self.joining)?);
        file.write_all(MAGIC)?;
        let (mut reached, mut body) = (None, Vec::new());
        for record in Records::open(&self.building).chain(Records::open(&self.unfinished)) {
            if reached.is_none_or(|reached| record.part > reached) {
                reached = Some(record.part);
                body.clear();
                record.encode(&mut body);
                file.write_all(&body)?;
            }
        }
        file.flush()?;
        fs::rename(&self.joining, &self.unfinished)?;
        fs::remove_file(&self.building)
    }

    fn remove(&self) {
        for path in [&self.building, &self.unfinished, &self.joining] {
            let _ = fs::remove_file(path);
        }
    }
}

//! Files on their way into the store: written under `incoming`, flushed, and only then given a name.
//!
//! A file is locked while somebody fills it: what nobody holds was left by a crash. The next writer finishes a pack that
//! was left, and takes everything else away. The lock goes with the process, however it ends.
//!
//! Must never rename what has not been flushed, unless it can be made again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk::{io_error, make_folder};
use super::steps::{Step, reached};
use crate::BlobError;

/// How the names of all files on their way end, and those of packs.
const ENDING: &str = ".part";
const PACK_ENDING: &str = ".tar.part";

/// A file on its way into the store. Dropped before it is published, it takes itself away.
#[derive(Debug)]
pub(super) struct Incoming {
    path: PathBuf,
    file: File,
    published: bool,
}

impl Incoming {
    /// A file for one object, or for an index.
    pub(super) fn create(folder: &Path) -> Result<Incoming, BlobError> {
        Incoming::create_ending(folder, ENDING)
    }

    /// A file for a pack.
    pub(super) fn create_pack(folder: &Path) -> Result<Incoming, BlobError> {
        Incoming::create_ending(folder, PACK_ENDING)
    }

    /// A file that is locked until it is closed.
    fn create_ending(folder: &Path, ending: &str) -> Result<Incoming, BlobError> {
        loop {
            let incoming = Incoming::create_new(folder, ending)?;
            // Between making and locking it, somebody who tidies up may have taken it for a leftover.
            match incoming.file.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                Ok(()) if !incoming.path.exists() => {}
                // Where files cannot be locked nobody else can lock them either, and so nothing is tidied up.
                Ok(()) | Err(TryLockError::Error(_)) => return Ok(incoming),
            }
        }
    }

    /// The name is free, not secret: this process, and a number. What a crash left under it is stepped over.
    fn create_new(folder: &Path, ending: &str) -> Result<Incoming, BlobError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{}-{number}{ending}", std::process::id()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Incoming { path, file, published: false }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(io_error("make the file", &path, source)),
            }
        }
    }

    /// Whether it is to become a pack.
    pub(super) fn is_pack(&self) -> bool {
        is_named(&self.path, PACK_ENDING)
    }

    /// What has been written so far.
    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    /// Lets go of what was written behind `length`, and writes on from there.
    pub(super) fn cut(&mut self, length: u64) -> Result<(), BlobError> {
        let cut = self.file.set_len(length).and_then(|()| self.file.seek(SeekFrom::Start(length)));
        cut.map(drop).map_err(|source| io_error("shorten", &self.path, source))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.file.write_all(bytes).map_err(|source| io_error("write", &self.path, source))
    }

    /// A second handle to the file, for flushing what has been written while more is written.
    pub(super) fn handle(&self) -> Result<File, BlobError> {
        self.file.try_clone().map_err(|source| io_error("open again", &self.path, source))
    }

    /// Read-only for everybody (0444 under the usual umask, less under a stricter one), flushed, then renamed.
    pub(super) fn publish(mut self, target: &Path) -> Result<(), BlobError> {
        self.make_read_only()?;
        self.file.sync_all().map_err(|source| io_error("flush to disk", &self.path, source))?;
        reached(Step::Flushed);
        self.rename(target)
    }

    /// The same without the flush, for what proves itself when it is read and is made again when it does not.
    pub(super) fn publish_cache(mut self, target: &Path) -> Result<(), BlobError> {
        self.make_read_only()?;
        self.rename(target)
    }

    fn make_read_only(&self) -> Result<(), BlobError> {
        let mut rights = self.file.metadata().map_err(|source| io_error("look at", &self.path, source))?.permissions();
        rights.set_readonly(true);
        self.file.set_permissions(rights).map_err(|source| io_error("make read-only", &self.path, source))
    }

    fn rename(&mut self, target: &Path) -> Result<(), BlobError> {
        let renamed = match fs::rename(&self.path, target) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                target.parent().map_or(Ok(()), make_folder)?;
                fs::rename(&self.path, target)
            }
            outcome => outcome,
        };
        renamed.map_err(|source| io_error("rename to", target, source))?;
        self.published = true;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.published {
            // Nobody to tell: if this fails, `leftovers` finds the file.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether somebody is filling the file at `path` right now.
pub(super) fn is_being_filled(path: &Path) -> bool {
    is_named(path, ENDING)
        && File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The files that nobody fills any more, locked. What cannot be opened or locked stays, and is listed.
pub(super) fn abandoned(folder: &Path) -> Result<Vec<Incoming>, BlobError> {
    let failed = |source| io_error("list", folder, source);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !is_named(&path, ENDING) {
            continue;
        }
        // Who publishes a file renames it and lets go of it then: what still has this name is not published.
        if let Ok(file) = OpenOptions::new().read(true).write(true).open(&path)
            && file.try_lock().is_ok()
            && path.exists()
        {
            found.push(Incoming { path, file, published: false });
        }
    }
    Ok(found)
}

fn is_named(path: &Path, ending: &str) -> bool {
    path.to_str().is_some_and(|path| path.ends_with(ending))
}

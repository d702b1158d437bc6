//! The store on a disk: `objects/ab/<64 hex digits>`, one file an object, read-only.
//!
//! An object is published in five steps: a new file in `incoming`, on the same file system (its own folder is not known
//! before its digest is); written while it is hashed; flushed; renamed to its digest; and the folder flushed, at once or,
//! for many, by [`Blobs::settle`]. An object that fits in one buffer is hashed before anything is written, so what is
//! held already costs no write. A crash leaves a file in `incoming`, or an object that nothing names.
//!
//! Must never show a name before all of its bytes are on the disk, and never create a store by accident.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use portreeve_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::checked::CheckedReader;
use crate::copy::{fill, with_buffer};
use crate::regular::open_without_waiting;
use crate::{BlobError, Blobs, Hand, Stored};

/// What is asked of an object that is already there, before its bytes are taken for those being put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Existing {
    /// A regular file of the right size. Cheap; damage that keeps the size is left for `verify` to find.
    #[default]
    Size,
    /// Every byte: it is read and hashed. What turns out damaged is replaced by the good bytes at hand.
    Bytes,
}

/// Objects in a folder.
#[derive(Debug)]
pub struct FileBlobs {
    pub(crate) objects: PathBuf,
    pub(crate) incoming: PathBuf,
    existing: Existing,
    unsettled: Mutex<Unsettled>,
}

/// The folders whose entries may not be on the disk yet.
#[derive(Debug, Default)]
struct Unsettled {
    folders: BTreeSet<PathBuf>,
    /// A flush that failed may have dropped what it could not write, and the next one would succeed: never ask again.
    failed: bool,
}

impl FileBlobs {
    /// Makes an empty store in `folder`, and `folder` itself if need be, and opens it. A store that is there is kept.
    ///
    /// # Errors
    /// When the folders cannot be made or flushed.
    pub fn create(folder: impl AsRef<Path>) -> Result<FileBlobs, BlobError> {
        let folder = folder.as_ref();
        for path in [folder.join("objects"), folder.join("incoming")] {
            fs::create_dir_all(&path).map_err(|source| io_error("make the folder", &path, source))?;
        }
        sync_folder(folder)?;
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
        FileBlobs::open(folder)
    }

    /// Opens the store in `folder`.
    ///
    /// # Errors
    /// When there is none: only [`create`](Self::create) makes one.
    pub fn open(folder: impl AsRef<Path>) -> Result<FileBlobs, BlobError> {
        let folder = folder.as_ref();
        for missing in ["objects", "incoming"] {
            if !folder.join(missing).is_dir() {
                return Err(BlobError::NotAStore { folder: folder.into(), missing });
            }
        }
        Ok(FileBlobs {
            objects: folder.join("objects"),
            incoming: folder.join("incoming"),
            existing: Existing::default(),
            unsettled: Mutex::default(),
        })
    }

    /// Sets what is asked of an object that is already there.
    #[must_use]
    pub fn trusting(self, existing: Existing) -> FileBlobs {
        FileBlobs { existing, ..self }
    }

    /// Where the object of that name lies, or would lie.
    pub fn path_of(&self, name: &Digest) -> PathBuf {
        let hex = name.to_string();
        self.objects.join(&hex[..2]).join(hex)
    }

    /// Steps one to four; returns the folder that is still to be flushed.
    fn publish(&self, source: &mut dyn Read) -> Result<(Stored, PathBuf), BlobError> {
        with_buffer(|buffer| {
            let mut count = fill(source, buffer).map_err(BlobError::Source)?;
            let mut stored = Stored { digest: Digest::of(&buffer[..count]), size_bytes: count as u64 };
            if count < buffer.len() {
                if !self.is_held(&stored)? {
                    let mut incoming = Incoming::create(&self.incoming)?;
                    incoming.write(&buffer[..count])?;
                    incoming.publish(&self.path_of(&stored.digest))?;
                }
                return Ok((stored, self.folder_of(&stored.digest)));
            }
            let mut incoming = Incoming::create(&self.incoming)?;
            let mut hasher = Sha256::new();
            loop {
                hasher.update(&buffer[..count]);
                incoming.write(&buffer[..count])?;
                if count < buffer.len() {
                    break;
                }
                count = fill(source, buffer).map_err(BlobError::Source)?;
                stored.size_bytes += count as u64;
            }
            stored.digest = Digest::from_bytes(hasher.finalize().into());
            if !self.is_held(&stored)? {
                incoming.publish(&self.path_of(&stored.digest))?;
            }
            Ok((stored, self.folder_of(&stored.digest)))
        })
    }

    /// Whether the object is there and as good as the caller of [`trusting`](Self::trusting) demands.
    fn is_held(&self, stored: &Stored) -> Result<bool, BlobError> {
        if self.size_bytes(&stored.digest)? != Some(stored.size_bytes) {
            return Ok(false);
        }
        match self.existing {
            Existing::Size => Ok(true),
            Existing::Bytes => match self.check(&stored.digest) {
                Ok(_) => Ok(true),
                Err(BlobError::Corrupt { .. }) => Ok(false),
                Err(other) => Err(other),
            },
        }
    }

    fn folder_of(&self, name: &Digest) -> PathBuf {
        self.objects.join(&name.to_string()[..2])
    }

    fn unsettled(&self) -> MutexGuard<'_, Unsettled> {
        self.unsettled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blobs for FileBlobs {
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let stored = LooseHand(self).put_from(source)?;
        self.settle()?;
        Ok(stored)
    }

    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError> {
        Ok(Box::new(LooseHand(self)))
    }

    fn settle(&self) -> Result<(), BlobError> {
        let mut unsettled = self.unsettled();
        if unsettled.failed {
            return Err(BlobError::Unsettled);
        }
        let folders = std::mem::take(&mut unsettled.folders);
        let outcome = folders.iter().try_for_each(|folder| sync_folder(folder));
        unsettled.failed = outcome.is_err();
        outcome
    }

    fn open(&self, name: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        let path = self.path_of(name);
        let file = match open_without_waiting(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(BlobError::Missing { name: *name }),
            Err(error) => {
                self.size_bytes(name)?;
                return Err(io_error("open", &path, error));
            }
        };
        let kind = file.metadata().map_err(|source| io_error("look at", &path, source))?.file_type();
        if !kind.is_file() {
            return Err(BlobError::NotAnObject { name: *name, found: format!("{kind:?}") });
        }
        Ok(Box::new(CheckedReader::new(file, *name)))
    }

    fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError> {
        let path = self.path_of(name);
        match fs::symlink_metadata(&path) {
            Ok(seen) if seen.is_file() => Ok(Some(seen.len())),
            Ok(seen) => Err(BlobError::NotAnObject { name: *name, found: format!("{:?}", seen.file_type()) }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error("look at", &path, source)),
        }
    }

    fn remove(&self, name: &Digest) -> Result<(), BlobError> {
        let path = self.path_of(name);
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.folder_of(name)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(io_error("remove", &path, source)),
        }
    }
}

struct LooseHand<'a>(&'a FileBlobs);

impl Hand for LooseHand<'_> {
    fn put(&mut self, _: &Digest, mut bytes: &[u8]) -> Result<(), BlobError> {
        self.put_from(&mut bytes).map(drop)
    }

    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let (stored, folder) = self.0.publish(source)?;
        self.0.unsettled().folders.insert(folder);
        Ok(stored)
    }

    fn finish(self: Box<Self>) -> Result<(), BlobError> {
        Ok(())
    }
}

/// A file on its way into the store. Dropped before it is published, it takes itself away.
struct Incoming {
    path: PathBuf,
    file: File,
    published: bool,
}

impl Incoming {
    /// The name is free, not secret: this process, and a number. What a crash left under it is stepped over.
    fn create(folder: &Path) -> Result<Incoming, BlobError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{}-{number}.part", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Incoming { path, file, published: false }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(io_error("make the file", &path, source)),
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.file.write_all(bytes).map_err(|source| io_error("write", &self.path, source))
    }

    /// Read-only for everybody (0444 under the usual umask, less under a stricter one), flushed, then renamed.
    fn publish(mut self, target: &Path) -> Result<(), BlobError> {
        let mut rights = self.file.metadata().map_err(|source| io_error("look at", &self.path, source))?.permissions();
        rights.set_readonly(true);
        self.file.set_permissions(rights).map_err(|source| io_error("make read-only", &self.path, source))?;
        self.file.sync_all().map_err(|source| io_error("flush to disk", &self.path, source))?;
        let renamed = match fs::rename(&self.path, target) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                target.parent().map_or(Ok(()), make_folder)?;
                fs::rename(&self.path, target)
            }
            outcome => outcome,
        };
        renamed.map_err(|source| io_error("rename an object to", target, source))?;
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

/// Makes one of the 256 folders when its first object comes, and flushes the entry that names it.
fn make_folder(folder: &Path) -> Result<(), BlobError> {
    match fs::create_dir(folder) {
        Ok(()) => folder.parent().map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(io_error("make the folder", folder, source)),
    }
}

/// Flushes the names in a folder. Only Unix needs it and has it; NTFS keeps its own journal of names.
fn sync_folder(folder: &Path) -> Result<(), BlobError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|handle| handle.sync_all())
            .map_err(|source| io_error("flush the folder", folder, source))?;
    }
    Ok(())
}

pub(crate) fn io_error(attempt: &'static str, path: &Path, source: io::Error) -> BlobError {
    BlobError::Io { attempt, path: path.into(), source }
}

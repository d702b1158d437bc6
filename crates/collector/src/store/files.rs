//! The store on a disk: small objects of a collection in packs, everything else one file an object.
//!
//! ```text
//! objects/ab/<64 hex digits>     loose: objects over 1 MiB, and what is put one by one or by a hand in a few
//! packs/<name>.tar, <name>.index packed: what hands put, at most 1 MiB each
//! incoming/                      files on their way; what a crash leaves lies here
//! ```
//!
//! Where an object is both loose and packed the loose one counts: so a damaged member of a pack is mended by putting it
//! again. Opening a store and reading from it locks and writes nothing.
//!
//! Must never show a name before all of its bytes are on the disk, and never create a store by accident.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use portreeve_model::Digest;

use super::checked::CheckedReader;
use super::contract::Each;
use super::disk::{io_error, make_folder, read_at, sync_folder};
use super::filling::Filling;
use super::filter::Filter;
use super::hand::FileHand;
use super::hot::Hot;
use super::loose::Loose;
use super::pack::MemberReader;
use super::pack::table::Entry;
use super::pack::tar::{self, BLOCK_BYTES};
use super::packs::Packs;
use super::reading;
use crate::copy::{fill, with_buffer};
use crate::{BlobError, Blobs, Hand, Stopped, Stored};

/// What is asked of an object that is already there, before its bytes are taken for those being put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Existing {
    /// A regular file of the right size, or a place in a pack that has all its members. Cheap; damage that keeps the
    /// size is left for `verify` to find.
    #[default]
    Size,
    /// Every byte: it is read and hashed. What turns out damaged is replaced by the good bytes at hand.
    Bytes,
}

/// Objects in a folder.
#[derive(Debug)]
pub struct FileBlobs {
    pub(super) shared: Arc<Shared>,
    existing: Existing,
}

/// What a store shares with the threads that seal its packs.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) loose: Loose,
    pub(super) packs: Packs,
    pub(super) hot: Hot,
    /// The packs that are being filled or sealed: their members are not in `packs` yet.
    pub(super) filling: Filling,
    /// The folders of loose objects whose entries may not be on the disk yet.
    unsettled: Mutex<BTreeSet<PathBuf>>,
    /// A flush that failed may have dropped what it could not write, and the next one would succeed: never ask again.
    failed: OnceLock<String>,
    /// Made when the first hand puts something.
    filter: OnceLock<Filter>,
    making_filter: Mutex<()>,
    /// Whether the first hand has found all as hands need it.
    is_ready: Mutex<bool>,
}

/// How an object is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// It is not, or not well enough.
    No,
    /// As a file of its own.
    Loose,
    /// In a pack.
    Packed,
    /// In a pack, with other bytes than its name says. A loose one is to stand before it.
    Damaged,
}

impl FileBlobs {
    /// Makes an empty store in `folder`, and `folder` itself if need be, and opens it. A store that is there is kept.
    ///
    /// # Errors
    /// When the folders cannot be made or flushed.
    pub fn create(folder: impl AsRef<Path>) -> Result<FileBlobs, BlobError> {
        let folder = folder.as_ref();
        for path in [folder.join("objects"), folder.join("incoming"), folder.join("packs")] {
            fs::create_dir_all(&path).map_err(|source| io_error("make the folder", &path, source))?;
        }
        sync_folder(folder)?;
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
        FileBlobs::open(folder)
    }

    /// Opens the store in `folder`. One of version 0.1.0, which has no packs, gets their folder with the first pack.
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
        let loose = Loose { objects: folder.join("objects"), incoming: folder.join("incoming") };
        let shared = Shared {
            loose,
            packs: Packs::new(folder),
            hot: Hot::default(),
            filling: Filling::default(),
            unsettled: Mutex::default(),
            failed: OnceLock::new(),
            filter: OnceLock::new(),
            making_filter: Mutex::default(),
            is_ready: Mutex::default(),
        };
        Ok(FileBlobs { shared: Arc::new(shared), existing: Existing::default() })
    }

    /// Sets what is asked of an object that is already there.
    #[must_use]
    pub fn trusting(self, existing: Existing) -> FileBlobs {
        FileBlobs { existing, ..self }
    }

    /// Where the object of that name lies if it is loose, or would lie.
    pub fn path_of(&self, name: &Digest) -> PathBuf {
        self.shared.loose.path_of(name)
    }

    /// Whether the object is there and as good as the caller of [`trusting`](Self::trusting) demands.
    pub(super) fn held(&self, stored: &Stored) -> Result<Held, BlobError> {
        let Stored { digest, size_bytes } = stored;
        if self.shared.packs.find_sound(digest, *size_bytes)?.is_some() {
            return Ok(if self.is_believed(digest)? { Held::Packed } else { Held::Damaged });
        }
        let is_loose = self.shared.loose.size_bytes(digest)? == Some(*size_bytes) && self.is_believed(digest)?;
        Ok(if is_loose { Held::Loose } else { Held::No })
    }

    fn is_believed(&self, name: &Digest) -> Result<bool, BlobError> {
        match self.existing {
            Existing::Size => Ok(true),
            Existing::Bytes => match self.check(name) {
                Ok(_) => Ok(true),
                Err(BlobError::Corrupt { .. }) => Ok(false),
                Err(other) => Err(other),
            },
        }
    }

    /// Notes a name that is about to be put; says whether it may be there already. `false` is certain, as far as this
    /// program knows.
    pub(super) fn note(&self, name: &Digest) -> Result<bool, BlobError> {
        Ok(self.filter()?.insert(name))
    }

    /// The filter over all names. Who never puts a small object never waits for it.
    fn filter(&self) -> Result<&Filter, BlobError> {
        if let Some(filter) = self.shared.filter.get() {
            return Ok(filter);
        }
        let _only_one = self.shared.making_filter.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(filter) = self.shared.filter.get() {
            return Ok(filter);
        }
        let filter = Filter::new();
        for name in self.all() {
            match name {
                Ok(name) => drop(filter.insert(&name)),
                Err(BlobError::Stray { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.shared.filter.get_or_init(|| filter))
    }

    /// Notes a name that is put beside the hands. Without a filter there is nothing to note: it is made of what is there.
    fn note_loose(&self, name: &Digest) {
        if let Some(filter) = self.shared.filter.get() {
            filter.insert(name);
        }
    }

    /// Publishes `bytes` as a loose object unless they are held.
    pub(super) fn put_loose(&self, stored: &Stored, bytes: &[u8]) -> Result<(), BlobError> {
        self.note_loose(&stored.digest);
        let held = self.held(stored)?;
        if matches!(held, Held::No | Held::Damaged) {
            self.shared.loose.write(bytes)?.publish(&self.path_of(&stored.digest))?;
        }
        self.unsettle_unless_packed(held, &stored.digest);
        Ok(())
    }

    /// Publishes what is in the full `buffer` and the rest of `source` as a loose object unless it is held.
    pub(super) fn stream_loose(&self, source: &mut dyn Read, buffer: &mut [u8]) -> Result<Stored, BlobError> {
        let (stored, incoming) = self.shared.loose.stream(source, buffer)?;
        self.note_loose(&stored.digest);
        let held = self.held(&stored)?;
        if matches!(held, Held::No | Held::Damaged) {
            incoming.publish(&self.path_of(&stored.digest))?;
        }
        self.unsettle_unless_packed(held, &stored.digest);
        Ok(stored)
    }

    /// Also for an object that was there: another thread may have put it and not settled yet.
    pub(super) fn unsettle_unless_packed(&self, held: Held, name: &Digest) {
        if held != Held::Packed {
            let mut unsettled = self.shared.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
            unsettled.insert(self.shared.loose.folder_of(name));
        }
    }

    /// Opens the pack that holds an object. The header in front of the bytes is compared with the index first: where
    /// they differ, the index is verified anew before the bytes are called damaged.
    fn open_packed(&self, name: &Digest) -> Result<Option<(File, Entry)>, BlobError> {
        let packs = &self.shared.packs;
        let open = || {
            let Some((pack, entry)) = packs.find(name)? else { return Ok(None) };
            let file = pack.open()?;
            let mut header = [0; BLOCK_BYTES];
            let read = read_at(&file, &mut header, entry.header_at());
            let agree = read.is_ok_and(|_| header == tar::header(name, entry.length));
            Ok(Some((pack, file, entry, agree)))
        };
        match packs.trying_again(open)? {
            Some((pack, _, _, false)) => {
                packs.trying_again(|| pack.reload())?;
                Ok(packs.trying_again(open)?.map(|(_, file, entry, _)| (file, entry)))
            }
            found => Ok(found.map(|(_, file, entry, _)| (file, entry))),
        }
    }

    /// Makes the folder of packs. Finishes or takes away what crashes left.
    fn prepare_for_hands(&self) -> Result<(), BlobError> {
        let mut is_ready = self.shared.is_ready.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_ready {
            return Ok(());
        }
        make_folder(&self.shared.packs.folder)?;
        self.shared.packs.finish_abandoned()?;
        self.shared.packs.tidy_up()?;
        self.shared.packs.trying_again(|| {
            let packs = self.shared.packs.all()?;
            packs.iter().try_for_each(|pack| pack.mend_index(&self.shared.packs.incoming))
        })?;
        *is_ready = true;
        Ok(())
    }
}

impl Shared {
    /// Remembers that a flush or a write failed, and which was the first: what hands have put, and left out because others
    /// put it, is not sure.
    pub(super) fn fail(&self, error: &BlobError) {
        let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
        // Not the first: then that one is remembered.
        let _ = self.failed.set(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "));
    }

    pub(super) fn refuse_if_failed(&self) -> Result<(), BlobError> {
        match self.failed.get() {
            Some(because) => Err(BlobError::Unsettled { because: because.clone() }),
            None => Ok(()),
        }
    }
}

impl Blobs for FileBlobs {
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let stored = with_buffer(|buffer| {
            let count = fill(source, buffer).map_err(BlobError::Source)?;
            if count == buffer.len() {
                return self.stream_loose(source, buffer);
            }
            // What fits in one buffer is hashed before anything is written, so what is held already costs no write.
            let bytes = &buffer[..count];
            let stored = Stored { digest: Digest::of(bytes), size_bytes: count as u64 };
            self.put_loose(&stored, bytes)?;
            Ok(stored)
        })?;
        self.settle()?;
        Ok(stored)
    }

    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError> {
        self.shared.refuse_if_failed()?;
        self.prepare_for_hands()?;
        Ok(Box::new(FileHand::new(self)))
    }

    fn settle(&self) -> Result<(), BlobError> {
        self.shared.refuse_if_failed()?;
        let mut unsettled = self.shared.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        let folders = std::mem::take(&mut *unsettled);
        let outcome = folders.iter().try_for_each(|folder| sync_folder(folder));
        outcome.inspect_err(|error| self.shared.fail(error))?;
        drop(unsettled);
        self.shared.packs.merge_small()
    }

    fn open(&self, name: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        if let Some(file) = self.shared.loose.open(name)? {
            return Ok(Box::new(CheckedReader::new(file, *name)));
        }
        let (file, entry) = self.open_packed(name)?.ok_or(BlobError::Missing { name: *name })?;
        Ok(Box::new(CheckedReader::new(MemberReader::new(file, &entry), *name)))
    }

    fn open_all(&self, names: &[Digest], each: &mut Each<'_>) -> Result<(), BlobError> {
        reading::open_all(self, names, each)
    }

    fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError> {
        if let Some(size_bytes) = self.shared.loose.size_bytes(name)? {
            return Ok(Some(size_bytes));
        }
        Ok(self.shared.packs.find(name)?.map(|(_, entry)| u64::from(entry.length)))
    }

    fn sizes(&self, names: &[Digest]) -> Result<Vec<Option<u64>>, BlobError> {
        let mut sizes = self.shared.packs.sizes(&self.shared.hot, names)?;
        for (name, size) in names.iter().zip(&mut sizes).filter(|(_, size)| size.is_none()) {
            *size = self.shared.loose.size_bytes(name)?;
        }
        Ok(sizes)
    }

    fn remove(&self, name: &Digest) -> Result<(), BlobError> {
        self.remove_all(&[*name])
    }

    fn remove_all(&self, names: &[Digest]) -> Result<(), BlobError> {
        // What is to be gone may also lie in what a crash left.
        self.shared.packs.finish_abandoned()?;
        self.shared.loose.remove_all(names)?;
        self.shared.packs.remove(names)
    }

    fn check_all(&self, names: &[Digest], stop: Option<&AtomicBool>) -> Result<Vec<Result<u64, BlobError>>, Stopped> {
        reading::check_all(self, names, stop)
    }
}

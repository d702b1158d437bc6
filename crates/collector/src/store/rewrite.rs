//! Writing packs anew: without objects that were withdrawn, or several small ones as one.
//!
//! A withdrawal costs a copy of each pack that holds one of the objects, at most 128 MiB, and a flush: whatever the
//! number of objects in it. Step by step, and what a crash after each leaves: the new pack is published (both are there,
//! the objects too: withdraw again); the old index is removed (the same); the old pack is removed (done). What a new
//! pack is named depends on what is in it, so doing it again makes the same file.
//!
//! Must never remove a pack before the one that replaces it is on the disk.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use portreeve_model::Digest;

use super::disk::{io_error, read_at, remove_file, sync_folder};
use super::filling::{Contents, locked};
use super::incoming::abandoned;
use super::pack::table::{self, Entry};
use super::pack::{PACK_BYTES_MAX, Pack};
use super::pack_writer::PackWriter;
use super::packs::Packs;
use super::steps::{Step, reached};
use crate::{BlobError, FileBlobs, StoreFault, StoreFaultKind, StoreReport};

/// A pack below a quarter of the size is small.
const SMALL_BYTES: u64 = PACK_BYTES_MAX / 4;

/// How many small packs may lie about: 16 hold at most 512 MiB, and every small collection leaves one or two.
const SMALL_PACKS_MAX: usize = 16;

/// How often packs are listed again because others replaced them meanwhile.
const ROUNDS_MAX: usize = 8;

impl Packs {
    /// Removes objects from all packs that hold them. What a hand has not sealed yet is not in a pack.
    pub(super) fn remove(&self, names: &[Digest]) -> Result<(), BlobError> {
        let mut wanted = names.to_vec();
        wanted.sort_unstable();
        let is_wanted = |name: &Digest| wanted.binary_search(name).is_ok();
        for _ in 0..ROUNDS_MAX {
            self.refresh()?;
            let mut touched = false;
            for pack in self.all()? {
                if holds_any(&pack, &wanted)? {
                    touched = true;
                    self.replace(&[pack], &is_wanted, Copying::AsItIs)?;
                }
            }
            if !touched {
                return Ok(());
            }
        }
        let busy = std::io::Error::new(ErrorKind::ResourceBusy, "other programs keep replacing its packs");
        Err(io_error("remove objects from", &self.folder, busy))
    }

    /// Finishes the packs that programs had begun when they were killed, and takes away whatever else nobody fills any more.
    pub(super) fn finish_abandoned(&self) -> Result<(), BlobError> {
        for incoming in abandoned(&self.incoming)? {
            // Dropped, it goes away: also when there is no room to finish it.
            if incoming.is_pack()
                && let Ok(Some(writer)) = PackWriter::resume(incoming, self)
            {
                let _ = self.publish(Some(writer));
            }
        }
        Ok(())
    }

    /// Writes a pack anew as far as its members are whole, by its path.
    fn renew(&self, path: &Path) -> Result<(), BlobError> {
        match self.all()?.iter().find(|pack| pack.path == path) {
            Some(pack) => self.replace(&[Arc::clone(pack)], &|_| false, Copying::WhatIsSound),
            None => Ok(()),
        }
    }

    /// Makes one pack of many small ones once there are more than a few. Cheap when there are not.
    pub(super) fn merge_small(&self) -> Result<(), BlobError> {
        let small = self.listed_small(SMALL_BYTES);
        if small.len() <= SMALL_PACKS_MAX {
            return Ok(());
        }
        self.replace(&small, &|_| false, Copying::IfSound)
    }

    /// Puts what is in `packs`, but for what is `dropped`, into new packs, and removes the old ones. If one of them is
    /// gone, another program was faster, and nothing is done.
    fn replace(
        &self,
        packs: &[Arc<Pack>],
        dropped: &dyn Fn(&Digest) -> bool,
        copying: Copying,
    ) -> Result<(), BlobError> {
        // Locked, so that of two programs that remove different objects the second works on what the first has left.
        let mut files = Vec::new();
        for pack in packs {
            match lock(pack)? {
                Some(file) => files.push(file),
                None => return Ok(()),
            }
        }
        let mut made = Vec::new();
        let mut writer: Option<PackWriter> = None;
        for (pack, file) in packs.iter().zip(&files) {
            for entry in pack.entries(true)?.iter().filter(|entry| !dropped(&entry.name)) {
                let Some(bytes) = read_member(pack, file, entry, copying)? else {
                    match copying {
                        // Cut off, or not wanted: there is nothing to copy.
                        Copying::AsItIs | Copying::WhatIsSound => continue,
                        // Which of two copies is the good one is not for a merge to decide.
                        Copying::IfSound => return Ok(()),
                    }
                };
                if writer.as_ref().is_some_and(|writer| !writer.has_room(bytes.len())) {
                    made.extend(self.publish(writer.take())?);
                }
                let writer = match &mut writer {
                    Some(writer) => writer,
                    none => none.insert(PackWriter::create(self, Arc::new(Mutex::new(Contents::new())))?),
                };
                if !locked(writer.contents()).holds(&entry.name) {
                    writer.append(&entry.name, &bytes)?;
                }
            }
        }
        made.extend(self.publish(writer)?);
        reached(Step::Replaced);
        for pack in packs.iter().filter(|pack| !made.contains(&pack.name)) {
            remove_file(&pack.index_path)?;
            reached(Step::IndexRemoved);
            remove_file(&pack.path)?;
            reached(Step::PackRemoved);
        }
        sync_folder(&self.folder)?;
        self.refresh()?;
        Ok(())
    }

    fn publish(&self, writer: Option<PackWriter>) -> Result<Option<Digest>, BlobError> {
        let Some(mut writer) = writer else { return Ok(None) };
        writer.complete()?;
        writer.publish(self).map(Some)
    }
}

impl FileBlobs {
    /// Takes away what an audit found damaged: members and loose objects whose bytes do not match their names, and bytes that
    /// are no part of an object. What is damaged and still of use must have been put back before. Gives the files.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn clear(&self, audit: &StoreReport) -> Result<BTreeSet<PathBuf>, BlobError> {
        let mut cleared = BTreeSet::new();
        for StoreFault { path, kind, .. } in &audit.faults {
            let packs = &self.shared.packs;
            match kind {
                // It may be whole, or somebody else's.
                StoreFaultKind::Unreadable { .. } => continue,
                _ if cleared.contains(path) => continue,
                _ if path.starts_with(&packs.folder) => packs.renew(path)?,
                _ => remove_file(path)?,
            }
            cleared.insert(path.clone());
        }
        Ok(cleared)
    }
}

/// What is copied into a new pack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copying {
    /// Every member that is there, damaged or not: a withdrawal of others changes nothing about it.
    AsItIs,
    /// Everything, if the bytes of all members match their names.
    IfSound,
    /// Only members whose bytes match their names.
    WhatIsSound,
}

/// Opens and locks a pack; `None` if it is gone or replaced by then. Where files cannot be locked, two programs that withdraw at the
/// same time may undo each other's work; each can be repeated.
fn lock(pack: &Pack) -> Result<Option<File>, BlobError> {
    let path = &pack.path;
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|source| io_error("open", path, source))?,
    };
    match file.lock() {
        Err(error) if error.kind() != ErrorKind::Unsupported => Err(io_error("lock", path, error)),
        _ => Ok(is_the_file_at(&file, path).then_some(file)),
    }
}

/// Whether `path` still leads to the open `file`, and not to one of the same name that was published since: whoever
/// works on that one does not wait for the lock on this.
fn is_the_file_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let identity = |seen: std::fs::Metadata| (seen.dev(), seen.ino());
        file.metadata().ok().map(identity) == std::fs::symlink_metadata(path).ok().map(identity)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

fn holds_any(pack: &Pack, wanted: &[Digest]) -> Result<bool, BlobError> {
    for part in wanted.chunk_by(|left, right| left.as_bytes()[0] == right.as_bytes()[0]) {
        let held = pack.part(part[0].as_bytes()[0], true)?;
        if part.iter().any(|name| table::find(&held, name).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn read_member(pack: &Pack, file: &File, entry: &Entry, copying: Copying) -> Result<Option<Vec<u8>>, BlobError> {
    let mut bytes = vec![0; entry.length as usize];
    let read = read_at(file, &mut bytes, entry.bytes_at());
    let count = read.map_err(|source| io_error("read", &pack.path, source))?;
    let is_good = count == bytes.len() && (copying == Copying::AsItIs || Digest::of(&bytes) == entry.name);
    Ok(is_good.then_some(bytes))
}

//! A pack: many small objects in one append-only file, which is a plain POSIX ustar archive.
//!
//! `packs/<name>.tar` holds the objects; `packs/<name>.index` is its table of contents, and `<name>` is the SHA-256 of
//! that table. The index is a cache: one that is missing or does not hash to its name is made again from the headers.
//!
//! Must never answer from a table that was not compared with its name or made from the headers.

pub(super) mod scan;
pub(super) mod table;
pub(super) mod tar;

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use portreeve_model::Digest;

use super::disk::{io_error, read_at};
use super::incoming::Incoming;
use crate::BlobError;
use table::{ENTRY_BYTES, Entry, FanOut};

/// The largest object that is packed: 1 MiB. A flush of its own costs a larger one little, and it can be removed alone.
pub(crate) const PACKED_BYTES_MAX: usize = 1024 * 1024;

/// How large a pack grows: 128 MiB, some 23,000 files of 5.5 KiB. Flushed in about a tenth of a second by a disk that
/// writes 1 GiB/s, rewritten in half a second by a withdrawal, and 5 million such files are 220 packs.
pub(crate) const PACK_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// How many objects a pack takes: 32,768, so that its table is at most 1.25 MiB however small they are.
pub(crate) const OBJECTS_MAX: usize = 32 * 1024;

/// How much of a file that claims to be a pack is looked at: twice what a pack can be.
pub(crate) const PACK_BYTES_LIMIT: u64 = 2 * PACK_BYTES_MAX;

/// How many parts of its table a pack holds: for threads that go through the names in order, each in a part of its own.
/// With 5 KiB a part, 220 packs hold 4 MiB.
const PARTS_HELD: usize = 4;

/// A pack, by its verified table. Holds some 1 KiB, a few parts of the table that were asked for last, and the table itself
/// only where there is no index to read it from.
#[derive(Debug)]
pub(super) struct Pack {
    pub(super) name: Digest,
    /// The archive, and the index beside it.
    pub(super) path: PathBuf,
    pub(super) index_path: PathBuf,
    state: RwLock<State>,
    parts: Mutex<[Option<HeldPart>; PARTS_HELD]>,
}

/// A part of a table: the names that begin with a byte.
type HeldPart = (u8, Arc<[u8]>);

#[derive(Debug)]
struct State {
    fan_out: FanOut,
    table: Table,
    /// Whether the table has the name of the pack, and the pack the length of the table.
    is_sound: bool,
    pack_bytes: u64,
}

/// Where the table is read from.
#[derive(Debug)]
enum Table {
    Index { file: Option<File>, stamp: Stamp },
    Memory(Vec<u8>),
}

/// What an index is known by once it was verified: as long as these are the same, nobody wrote to it.
type Stamp = (u64, Option<std::time::SystemTime>);

fn stamp(metadata: &Metadata) -> Stamp {
    (metadata.len(), metadata.modified().ok())
}

impl Pack {
    /// Opens the pack of that name: by its index, or else by its headers.
    pub(super) fn load(folder: &Path, name: Digest) -> Result<Pack, BlobError> {
        let (path, index_path) = (pack_path(folder, &name), index_path(folder, &name));
        let state = State::load(&path, &index_path, &name)?;
        Ok(Pack { name, path, index_path, state: RwLock::new(state), parts: Mutex::default() })
    }

    /// Whether all members are where the table says, as far as lengths and headers can tell.
    pub(super) fn is_sound(&self) -> bool {
        self.read_state(|state| state.is_sound)
    }

    /// How long the file is.
    pub(super) fn bytes(&self) -> u64 {
        self.read_state(|state| state.pack_bytes)
    }

    /// Makes sure that the archive still lies there: another program may have replaced it by one without an object that
    /// was withdrawn, while its index is open here.
    pub(super) fn look_again(&self) -> Result<(), BlobError> {
        let seen = fs::symlink_metadata(&self.path).map_err(|source| io_error("look at", &self.path, source))?;
        if seen.len() == self.bytes() { Ok(()) } else { self.reload() }
    }

    /// Whether the archive lies there as it did.
    pub(super) fn is_there(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|seen| seen.is_file() && seen.len() == self.bytes())
    }

    /// The whole table, if the index has it.
    pub(super) fn table(&self) -> Option<Vec<u8>> {
        read_table(&self.index_path, &self.name).map(|(table, ..)| table)
    }

    /// Looks for an object. `keep` says whether the index may stay open.
    pub(super) fn find(&self, name: &Digest, keep: bool) -> Result<Option<Entry>, BlobError> {
        let byte = name.as_bytes()[0];
        let place = usize::from(byte) % PARTS_HELD;
        let held =
            |found: &Option<HeldPart>| found.as_ref().filter(|(of, _)| *of == byte).map(|(_, part)| Arc::clone(part));
        if let Some(part) = held(&self.parts()[place]) {
            return Ok(table::find(&part, name));
        }
        let part: Arc<[u8]> = self.part(byte, keep)?.into();
        self.parts()[place] = Some((byte, Arc::clone(&part)));
        Ok(table::find(&part, name))
    }

    fn parts(&self) -> MutexGuard<'_, [Option<HeldPart>; PARTS_HELD]> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of the table with the names that begin with `byte`.
    pub(super) fn part(&self, byte: u8, keep: bool) -> Result<Vec<u8>, BlobError> {
        if let Some(part) = self.read_state(|state| state.part(byte)) {
            return Ok(part);
        }
        // The index is closed, or somebody wrote to it.
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.reopen(self)?;
        let part = state.part(byte);
        if !keep {
            state.close();
        }
        part.ok_or_else(|| io_error("read", &self.index_path, ErrorKind::InvalidData.into()))
    }

    /// All entries, in the order of the pack.
    pub(super) fn entries(&self, keep: bool) -> Result<Vec<Entry>, BlobError> {
        let mut entries = Vec::new();
        for byte in 0..=255 {
            entries.extend(table::decode(&self.part(byte, keep)?));
        }
        entries.sort_unstable_by_key(|entry| entry.block);
        Ok(entries)
    }

    /// Lets go of the file of the index; the next question opens it again.
    pub(super) fn close(&self) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).close();
    }

    /// Verifies the index anew, against its name and then, if need be, the headers.
    pub(super) fn reload(&self) -> Result<(), BlobError> {
        let state = State::load(&self.path, &self.index_path, &self.name)?;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        *self.parts() = Default::default();
        Ok(())
    }

    /// Opens the archive itself.
    pub(super) fn open(&self) -> Result<File, BlobError> {
        File::open(&self.path).map_err(|source| io_error("open", &self.path, source))
    }

    /// Writes the index of a pack that has none. Only a writer does: who reads a store changes nothing in it.
    pub(super) fn mend_index(&self, incoming: &Path) -> Result<(), BlobError> {
        let table = self.read_state(|state| match &state.table {
            Table::Memory(table) if state.is_sound => Some(table.clone()),
            _ => None,
        });
        if let Some(table) = table {
            write_index(&self.index_path, incoming, &table)?;
            self.reload()?;
        }
        Ok(())
    }

    fn read_state<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn load(path: &Path, index_path: &Path, name: &Digest) -> Result<State, BlobError> {
        let seen = fs::symlink_metadata(path).map_err(|source| io_error("look at", path, source))?;
        if !seen.is_file() {
            return Err(BlobError::Stray { path: path.into() });
        }
        let pack_bytes = seen.len();
        if let Some((file, stamp, fan_out)) = read_index(index_path, name) {
            let is_sound = fan_out.pack_bytes() == pack_bytes;
            return Ok(State { fan_out, table: Table::Index { file: Some(file), stamp }, is_sound, pack_bytes });
        }
        let scanned = File::open(path).and_then(|file| scan::scan(&file));
        let mut entries = scanned.map_err(|source| io_error("read the headers of", path, source))?;
        // Stable, so of two members of one name the first stays. No writer of ours makes two.
        entries.sort_by_key(|entry| entry.name);
        entries.dedup_by_key(|entry| entry.name);
        let table = table::encode(&entries);
        let fan_out = FanOut::of(&table).ok_or_else(|| BlobError::Stray { path: path.into() })?;
        let is_sound = Digest::of(&table) == *name && fan_out.pack_bytes() == pack_bytes;
        Ok(State { fan_out, table: Table::Memory(table), is_sound, pack_bytes })
    }

    fn part(&self, byte: u8) -> Option<Vec<u8>> {
        let part = self.fan_out.part(byte);
        match &self.table {
            Table::Memory(table) => table.get(part).map(<[u8]>::to_vec),
            Table::Index { file: None, .. } => None,
            Table::Index { file: Some(file), stamp: verified } => {
                let mut bytes = vec![0; part.len()];
                let read = read_at(file, &mut bytes, part.start as u64).ok()?;
                let now = file.metadata().ok()?;
                (read == bytes.len() && stamp(&now) == *verified).then_some(bytes)
            }
        }
    }

    fn reopen(&mut self, pack: &Pack) -> Result<(), BlobError> {
        if let Table::Index { file: file @ None, stamp: verified } = &mut self.table
            && let Ok(found) = File::open(&pack.index_path)
            && found.metadata().is_ok_and(|now| stamp(&now) == *verified)
        {
            *file = Some(found);
            return Ok(());
        }
        *self = State::load(&pack.path, &pack.index_path, &pack.name)?;
        Ok(())
    }

    fn close(&mut self) {
        if let Table::Index { file, .. } = &mut self.table {
            *file = None;
        }
    }
}

/// Reads an index and compares it with its name. Whatever is wrong with it: it is a cache, and there is none.
fn read_index(path: &Path, name: &Digest) -> Option<(File, Stamp, FanOut)> {
    let (table, file, stamp) = read_table(path, name)?;
    let fan_out = FanOut::of(&table)?;
    Some((file, stamp, fan_out))
}

fn read_table(path: &Path, name: &Digest) -> Option<(Vec<u8>, File, Stamp)> {
    let file = File::open(path).ok()?;
    let before = file.metadata().ok().filter(Metadata::is_file)?;
    let length = usize::try_from(before.len()).ok().filter(|length| *length <= OBJECTS_MAX * ENTRY_BYTES)?;
    let mut table = Vec::with_capacity(length);
    (&file).take(length as u64 + 1).read_to_end(&mut table).ok()?;
    (Digest::of(&table) == *name).then(|| (table, file, stamp(&before)))
}

/// Whether the index beside a pack is there and has its name.
pub(super) fn index_is_good(path: &Path, name: &Digest) -> bool {
    read_index(path, name).is_some()
}

/// Publishes the index of a pack. Not flushed: a torn one does not hash to its name.
pub(super) fn write_index(path: &Path, incoming: &Path, table: &[u8]) -> Result<(), BlobError> {
    let mut index = Incoming::create(incoming)?;
    index.write(table)?;
    index.publish_cache(path)
}

pub(super) fn pack_path(folder: &Path, name: &Digest) -> PathBuf {
    folder.join(format!("{name}.tar"))
}

pub(super) fn index_path(folder: &Path, name: &Digest) -> PathBuf {
    folder.join(format!("{name}.index"))
}

/// The bytes of one member, wherever another reader of the same file is.
#[derive(Debug)]
pub(super) struct MemberReader {
    file: File,
    at: u64,
    left: u64,
}

impl MemberReader {
    pub(super) fn new(file: File, entry: &Entry) -> MemberReader {
        MemberReader { file, at: entry.bytes_at(), left: u64::from(entry.length) }
    }
}

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = read_at(&self.file, &mut buffer[..most], self.at)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

//! Writing one pack: members one after the other, then its end, its name and its index.
//!
//! Publishing, step by step, and what a crash after each leaves: members are written under `incoming` (a leftover that
//! the next writer finishes, as far as its members are whole); flushed (the same); renamed into `packs` (a pack without an index, which is made again
//! from its headers); the folder flushed (the same, now for certain); the index written (whole). The index is not
//! flushed: a torn one does not hash to its name, and is no index.
//!
//! Must never give a pack its name before all of its bytes are on the disk.

use std::fs::File;
use std::sync::{Arc, Mutex};

use portreeve_model::Digest;

use super::disk::{io_error, make_folder, read_at, sync_folder};
use super::filling::{Contents, SharedContents, locked};
use super::incoming::Incoming;
use super::pack::scan;
use super::pack::table::{self, Entry};
use super::pack::tar::{self, BLOCK_BYTES, END_BYTES};
use super::pack::{PACK_BYTES_MAX, index_path, pack_path, write_index};
use super::packs::Packs;
use super::steps::{Step, reached};
use crate::{BlobError, Stored};

/// How much is written at once: 1 MiB. A call for each file would cost as much again as copying it here.
const WRITE_BYTES: usize = 1024 * 1024;

/// How few objects are left loose: eight flushes take a tenth of a second on a slow disk, and what somebody adds file by
/// file can be withdrawn file by file.
const FEW_OBJECTS: usize = 8;

/// A pack that is being written.
pub(super) struct PackWriter {
    incoming: Incoming,
    contents: SharedContents,
    buffer: Vec<u8>,
    next_block: u32,
    written_bytes: u64,
}

impl PackWriter {
    pub(super) fn create(packs: &Packs, contents: SharedContents) -> Result<PackWriter, BlobError> {
        let incoming = Incoming::create_pack(&packs.incoming)?;
        Ok(PackWriter { incoming, contents, buffer: Vec::new(), next_block: 0, written_bytes: 0 })
    }

    /// Goes on with a pack that another program had begun when it was killed: as far as every member is whole, so that
    /// what was read from a slow server need not be read from there again. `None` if there is too little in it, or
    /// nothing that the store does not have.
    pub(super) fn resume(mut incoming: Incoming, packs: &Packs) -> Result<Option<PackWriter>, BlobError> {
        let failed = |source| io_error("read what was left in", &packs.incoming, source);
        let mut contents = Contents::new();
        let (mut next_block, mut bytes, mut is_new) = (0, Vec::new(), false);
        for entry in scan::scan(incoming.file()).map_err(failed)? {
            bytes.resize(entry.length as usize, 0);
            let read = read_at(incoming.file(), &mut bytes, entry.bytes_at()).map_err(failed)?;
            if entry.block != next_block || read < bytes.len() || Digest::of(&bytes) != entry.name {
                break;
            }
            is_new |= packs.find_sound(&entry.name, u64::from(entry.length))?.is_none();
            next_block = entry.next_block();
            contents.add(entry);
        }
        if !is_new || contents.entries().len() <= FEW_OBJECTS {
            return Ok(None);
        }
        let written_bytes = u64::from(next_block) * BLOCK_BYTES as u64;
        incoming.cut(written_bytes)?;
        let contents = Arc::new(Mutex::new(contents));
        Ok(Some(PackWriter { incoming, contents, buffer: Vec::new(), next_block, written_bytes }))
    }

    pub(super) fn contents(&self) -> &SharedContents {
        &self.contents
    }

    /// Whether an object of `length` bytes still fits. One always fits into an empty pack.
    pub(super) fn has_room(&self, length: usize) -> bool {
        let after = u64::from(self.next_block) * BLOCK_BYTES as u64 + (2 * BLOCK_BYTES + length + END_BYTES) as u64;
        after <= PACK_BYTES_MAX && !locked(&self.contents).is_full()
    }

    /// Adds a member. What is not longer than a pack takes is the caller's to see to.
    pub(super) fn append(&mut self, name: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let padding = tar::padding(bytes.len());
        if self.buffer.len() + BLOCK_BYTES + bytes.len() + padding > WRITE_BYTES {
            self.write_out()?;
        }
        self.buffer.reserve(WRITE_BYTES.saturating_sub(self.buffer.len()));
        self.buffer.extend_from_slice(&tar::header(name, length));
        self.buffer.extend_from_slice(bytes);
        self.buffer.resize(self.buffer.len() + padding, 0);
        let entry = Entry { name: *name, block: self.next_block, length };
        self.next_block = entry.next_block();
        locked(&self.contents).add(entry);
        Ok(())
    }

    /// The members, while they are so few that a pack is not worth it: nothing has been written yet.
    pub(super) fn few(&self) -> Option<Vec<(Stored, &[u8])>> {
        let contents = locked(&self.contents);
        if self.written_bytes > 0 || contents.entries().len() > FEW_OBJECTS {
            return None;
        }
        let member = |entry: &Entry| {
            let at = usize::try_from(entry.bytes_at()).ok()?;
            let bytes = self.buffer.get(at..)?.get(..entry.length as usize)?;
            Some((Stored { digest: entry.name, size_bytes: u64::from(entry.length) }, bytes))
        };
        contents.entries().iter().map(member).collect()
    }

    /// How much has been handed to the system so far.
    pub(super) const fn written_bytes(&self) -> u64 {
        self.written_bytes
    }

    /// A handle by which another thread can flush what has been written.
    pub(super) fn handle(&self) -> Result<File, BlobError> {
        self.incoming.handle()
    }

    /// Writes the end. Nothing can be added any more.
    pub(super) fn complete(&mut self) -> Result<(), BlobError> {
        self.buffer.resize(self.buffer.len() + END_BYTES, 0);
        self.write_out()?;
        self.buffer = Vec::new();
        Ok(())
    }

    /// Flushes a complete pack, names it and writes its index.
    pub(super) fn publish(self, packs: &Packs) -> Result<Digest, BlobError> {
        reached(Step::Written);
        let table = table::encode(locked(&self.contents).entries());
        let name = Digest::of(&table);
        make_folder(&packs.folder)?;
        self.incoming.publish(&pack_path(&packs.folder, &name))?;
        reached(Step::PackNamed);
        sync_folder(&packs.folder)?;
        reached(Step::FolderFlushed);
        write_index(&index_path(&packs.folder, &name), &packs.incoming, &table)?;
        reached(Step::Indexed);
        // It is read back from there.
        drop(table);
        packs.add(name)?;
        Ok(name)
    }

    fn write_out(&mut self) -> Result<(), BlobError> {
        self.incoming.write(&self.buffer)?;
        self.written_bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

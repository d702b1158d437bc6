//! The hand of one worker: puts small objects into a pack of its own, and large ones beside. A few small ones are left
//! loose too.
//!
//! A hand that is dropped without [`finish`](Hand::finish) seals what it has: every member is whole, and a collection
//! that goes on from there need not write it again. In a panic it leaves nothing, and the store settles no more.
//!
//! Must never leave out an object on the word of the filter alone, or one whose other copy may yet be lost unnoticed.

use std::io::Read;
use std::sync::Arc;

use portreeve_model::Digest;

use super::files::{FileBlobs, Held};
use super::pack::PACKED_BYTES_MAX;
use super::pack_writer::PackWriter;
use super::sealing::{Sealer, seal};
use crate::copy::fill;
use crate::{BlobError, Hand, Stored};

/// How much of a pack is written between two flushes: 32 MiB, so that sealing has at most that left to wait for.
const FLUSH_BYTES: u64 = 32 * 1024 * 1024;

pub(super) struct FileHand<'a> {
    blobs: &'a FileBlobs,
    pack: Option<PackWriter>,
    /// Started when there is something to flush: a small collection needs no thread.
    sealer: Option<Sealer>,
    flush_at: u64,
    /// For objects that come as a stream: one byte more than is packed, so that it is seen whether there is more.
    scratch: Vec<u8>,
}

impl<'a> FileHand<'a> {
    pub(super) fn new(blobs: &'a FileBlobs) -> FileHand<'a> {
        FileHand { blobs, pack: None, sealer: None, flush_at: FLUSH_BYTES, scratch: Vec::new() }
    }

    /// How the object is there already, counting what the hands of this run have not sealed yet.
    fn held(&self, stored: &Stored) -> Result<Held, BlobError> {
        if self.blobs.shared.filling.holds(&stored.digest) { Ok(Held::Packed) } else { self.blobs.held(stored) }
    }

    fn append(&mut self, name: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        if self.pack.as_ref().is_some_and(|pack| !pack.has_room(bytes.len())) {
            self.seal_pack()?;
        }
        let shared = &self.blobs.shared;
        let pack = match &mut self.pack {
            Some(pack) => pack,
            none => none.insert(PackWriter::create(&shared.packs, shared.filling.begin())?),
        };
        pack.append(name, bytes)?;
        if pack.written_bytes() >= self.flush_at {
            self.flush_at = pack.written_bytes() + FLUSH_BYTES;
            let handle = pack.handle()?;
            self.sealer()?.flush(handle)?;
        }
        Ok(())
    }

    fn sealer(&mut self) -> Result<&Sealer, BlobError> {
        match &mut self.sealer {
            Some(sealer) => Ok(sealer),
            none => Ok(none.insert(Sealer::start(Arc::clone(&self.blobs.shared))?)),
        }
    }

    /// Hands the pack over to be published; a small first one is published here.
    fn seal_pack(&mut self) -> Result<(), BlobError> {
        self.flush_at = FLUSH_BYTES;
        let Some(mut pack) = self.pack.take() else { return Ok(()) };
        if let Some(members) = pack.few() {
            for (stored, bytes) in members {
                self.blobs.put_loose(&stored, bytes)?;
            }
            self.blobs.shared.filling.end(pack.contents());
            return Ok(());
        }
        pack.complete()?;
        match &self.sealer {
            Some(sealer) => sealer.seal(pack),
            None => seal(pack, &self.blobs.shared),
        }
    }

    fn close(&mut self) -> Result<(), BlobError> {
        let sealed = self.seal_pack();
        // The thread knows better what went wrong than that it is not there any more.
        self.sealer.take().map_or(Ok(()), Sealer::finish).and(sealed)
    }

    /// After a failure no other hand may rely on what this one has put, so the store settles no more.
    fn failing<T>(&mut self, outcome: Result<T, BlobError>) -> Result<T, BlobError> {
        let Err(error) = outcome else { return outcome };
        self.blobs.shared.fail(&error);
        self.pack = None;
        match self.sealer.take().map(Sealer::finish) {
            Some(Err(cause)) => Err(cause),
            _ => Err(error),
        }
    }
}

impl Hand for FileHand<'_> {
    fn put(&mut self, digest: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        debug_assert_eq!(Digest::of(bytes), *digest, "the caller has just hashed these bytes");
        self.blobs.shared.refuse_if_failed()?;
        let stored = Stored { digest: *digest, size_bytes: bytes.len() as u64 };
        if bytes.len() > PACKED_BYTES_MAX {
            return self.blobs.put_loose(&stored, bytes);
        }
        let held = if self.blobs.note(digest)? { self.held(&stored)? } else { Held::No };
        match held {
            Held::No => {
                let outcome = self.append(digest, bytes);
                self.failing(outcome)
            }
            Held::Packed => Ok(()),
            Held::Loose => {
                self.blobs.unsettle_unless_packed(held, digest);
                Ok(())
            }
            Held::Damaged => self.blobs.put_loose(&stored, bytes),
        }
    }

    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        self.blobs.shared.refuse_if_failed()?;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.resize(PACKED_BYTES_MAX + 1, 0);
        let outcome = match fill(source, &mut scratch) {
            Err(error) => Err(BlobError::Source(error)),
            Ok(count) if count == scratch.len() => self.blobs.stream_loose(source, &mut scratch),
            Ok(count) => {
                let stored = Stored { digest: Digest::of(&scratch[..count]), size_bytes: count as u64 };
                self.put(&stored.digest, &scratch[..count]).map(|()| stored)
            }
        };
        self.scratch = scratch;
        outcome
    }

    fn finish(mut self: Box<Self>) -> Result<(), BlobError> {
        let closed = self.close();
        self.failing(closed)?;
        self.blobs.shared.refuse_if_failed()
    }
}

impl Drop for FileHand<'_> {
    fn drop(&mut self) {
        if self.pack.is_none() && self.sealer.is_none() {
            return;
        }
        if std::thread::panicking() {
            self.pack = None;
            self.blobs
                .shared
                .fail(&BlobError::Unsettled { because: "a thread that was storing files panicked".to_owned() });
            return;
        }
        // Nobody to tell: `settle` will.
        let outcome = self.close();
        let _ = self.failing(outcome);
    }
}

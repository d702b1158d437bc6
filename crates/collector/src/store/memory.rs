//! A store in memory: for tests, dry runs and the proof that the contract does not depend on files.
//!
//! Must never be used for evidence that is to be kept.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portreeve_model::Digest;

use super::checked::CheckedReader;
use crate::{BlobError, Blobs, Hand, Stored};

/// Objects in a map.
#[derive(Debug, Default)]
pub struct MemoryBlobs {
    objects: Mutex<BTreeMap<Digest, Arc<[u8]>>>,
}

impl MemoryBlobs {
    /// An empty store.
    pub fn new() -> MemoryBlobs {
        MemoryBlobs::default()
    }

    /// The names of all objects, in order.
    pub fn names(&self) -> Vec<Digest> {
        self.lock().keys().copied().collect()
    }

    /// Puts `bytes` under a name that need not be theirs: a damaged disk, for tests.
    pub fn plant(&self, name: Digest, bytes: &[u8]) {
        self.lock().insert(name, bytes.into());
    }

    /// The map stays whole even if a thread panicked: every change to it is one insert or one remove.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Digest, Arc<[u8]>>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blobs for MemoryBlobs {
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map_err(BlobError::Source)?;
        let stored = Stored { digest: Digest::of(&bytes), size_bytes: bytes.len() as u64 };
        self.lock().insert(stored.digest, bytes.into());
        Ok(stored)
    }

    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError> {
        Ok(Box::new(MemoryHand { blobs: self }))
    }

    fn open(&self, name: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        let bytes = self.lock().get(name).cloned().ok_or(BlobError::Missing { name: *name })?;
        Ok(Box::new(CheckedReader::new(Cursor::new(bytes), *name)))
    }

    fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError> {
        Ok(self.lock().get(name).map(|bytes| bytes.len() as u64))
    }

    fn remove(&self, name: &Digest) -> Result<(), BlobError> {
        self.lock().remove(name);
        Ok(())
    }
}

/// A hand of a map: every object is there as soon as it is put.
struct MemoryHand<'a> {
    blobs: &'a MemoryBlobs,
}

impl Hand for MemoryHand<'_> {
    fn put(&mut self, digest: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        debug_assert_eq!(Digest::of(bytes), *digest, "the caller has just hashed these bytes");
        self.blobs.lock().insert(*digest, bytes.into());
        Ok(())
    }

    fn put_from(&mut self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        self.blobs.put(source)
    }

    fn finish(self: Box<Self>) -> Result<(), BlobError> {
        Ok(())
    }
}

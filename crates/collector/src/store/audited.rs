//! A store that has been read back whole, asked about one name after another without reading it again.
//!
//! Must never vouch for an object that the audit found wrong: such a one is read again, and says itself what is wrong.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::atomic::AtomicBool;

use portreeve_model::Digest;

use super::audit::{StoreFaultKind, StoreReport};
use super::contract::check;
use crate::watch::is_set;
use crate::{BlobError, Blobs, FileBlobs, Hand, Stopped, Stored};

/// A store and what [`verify_store`](crate::verify_store) found in it, for [`verify`](crate::verify) to go on from: the
/// names that manifests list are then looked up, not read in the order of the manifest.
#[derive(Debug)]
pub struct Audited<'a> {
    store: &'a FileBlobs,
    /// The objects that are wrong somewhere; `None` if there are too many for the report to name.
    suspects: Option<BTreeSet<Digest>>,
}

impl<'a> Audited<'a> {
    /// Believes `report`, which must be of this store as it is now.
    pub fn new(store: &'a FileBlobs, report: &StoreReport) -> Audited<'a> {
        let mut suspects = Some(BTreeSet::new());
        for fault in &report.faults {
            match (&fault.kind, &mut suspects) {
                (StoreFaultKind::Corrupt { name, .. } | StoreFaultKind::Torn { name }, Some(suspects)) => {
                    suspects.insert(*name);
                }
                // What cannot be read, or has lost its members, may hold anything.
                _ => suspects = None,
            }
        }
        Audited { store, suspects: suspects.filter(|_| report.further_faults == 0) }
    }

    fn vouches_for(&self, name: &Digest) -> bool {
        self.suspects.as_ref().is_some_and(|suspects| !suspects.contains(name))
    }
}

impl Blobs for Audited<'_> {
    fn put(&self, source: &mut dyn Read) -> Result<Stored, BlobError> {
        self.store.put(source)
    }

    fn hand(&self) -> Result<Box<dyn Hand + '_>, BlobError> {
        self.store.hand()
    }

    fn open(&self, name: &Digest) -> Result<Box<dyn Read + Send>, BlobError> {
        self.store.open(name)
    }

    fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError> {
        self.store.size_bytes(name)
    }

    fn remove(&self, name: &Digest) -> Result<(), BlobError> {
        self.store.remove(name)
    }

    fn check_all(&self, names: &[Digest], stop: Option<&AtomicBool>) -> Result<Vec<Result<u64, BlobError>>, Stopped> {
        if self.suspects.is_none() {
            return self.store.check_all(names, stop);
        }
        if is_set(stop) {
            return Err(Stopped);
        }
        // What cannot be looked up all at once is looked up one by one, so that each has its own answer.
        let Ok(sizes) = self.store.sizes(names) else { return self.store.check_all(names, stop) };
        let answer = |(name, size): (&Digest, Option<u64>)| match size {
            None => Err(BlobError::Missing { name: *name }),
            Some(size_bytes) if self.vouches_for(name) => Ok(size_bytes),
            Some(_) => check(self.store, name),
        };
        Ok(names.iter().zip(sizes).map(answer).collect())
    }
}

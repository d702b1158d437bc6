//! The sizes of many objects, asked of the store in the order of their names.
//!
//! A store keeps its objects, or its list of them, in that order, so that neighbours are found together. Must never ask
//! twice for one object.

use std::collections::BTreeMap;

use portreeve_model::Digest;

use crate::{BlobError, Blobs};

/// The sizes of those that are there.
pub(super) fn ask(
    blobs: &dyn Blobs,
    digests: impl Iterator<Item = Digest>,
) -> Result<BTreeMap<Digest, u64>, BlobError> {
    let mut wanted: Vec<Digest> = digests.collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut found = BTreeMap::new();
    for digest in wanted {
        if let Some(size) = blobs.size_bytes(&digest)? {
            found.insert(digest, size);
        }
    }
    Ok(found)
}

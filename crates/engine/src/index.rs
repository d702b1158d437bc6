//! Keeping the index over the collections that the ledger names. It is a cache: must never answer anything that the
//! manifests, the store and the ledger would not.

use std::collections::BTreeMap;

use portreeve_collector::{Collection, Index, Watch};
use portreeve_model::register::evidence::EvidenceAdded;
use portreeve_model::{Digest, Event, History};

use crate::error::EngineError;
use crate::session::Session;

impl Session {
    /// The index over every manifest the ledger names, made again if it is not that.
    pub(crate) fn index(&self, watch: Watch<'_>) -> Result<Index, EngineError> {
        let collections = collections(self.history());
        Ok(Index::open_or_rebuild(self.place.index(), &collections, &self.blobs, watch)?.0)
    }
}

/// Every collection the register names, in the order of the ledger.
pub(crate) fn collections(history: &History) -> Vec<Collection> {
    let mut by_evidence = BTreeMap::new();
    let mut named = Vec::new();
    for (_, entry) in history.entries() {
        let Event::EvidenceAdded(EvidenceAdded { id, content, collection, .. }) = &entry.event else { continue };
        // What was undone is in the ledger and not in the register.
        let stands = |manifest: &&Digest| {
            history.register().evidence.get(id).is_some_and(|held| held.content.manifest() == Some(*manifest))
        };
        let Some(manifest) = content.manifest().filter(stands) else { continue };
        let after = collection.as_ref().and_then(|collection| collection.after.as_ref());
        let follows = after.and_then(|after| by_evidence.get(after)).copied();
        by_evidence.insert(id, *manifest);
        named.push(Collection { manifest: *manifest, follows });
    }
    named
}

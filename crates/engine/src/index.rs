//! Keeping the index over the collections that the ledger names. It is a cache: must never answer anything that the
//! manifests, the store and the ledger would not.

mod reading;
mod search;
mod textless;
mod which;

use std::collections::{BTreeMap, BTreeSet};

use portreeve_collector::{Addition, Collection, Forgotten, Index, IndexError, Watch};
use portreeve_model::reference::EvidenceId;
use portreeve_model::register::evidence::EvidenceAdded;
use portreeve_model::{Digest, Event, History};

use crate::error::EngineError;
use crate::evidence::{manifests, manifests_where};
use crate::session::Session;

pub use reading::{Reading, Texts};
pub use search::{Found, FoundFile, NextPage, Search};
pub use textless::{Textless, TextlessDocument, TextlessFor};
pub use which::Which;

/// What an index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// Collections, those that found everything as it was counted with the one before.
    pub collections: u64,
    /// Files that can be found: what a re-scan found as it was is one, and what it found changed is another.
    pub files: u64,
}

impl Session {
    /// The index over every manifest the ledger names, made again if it is not that. It never goes back to what only this
    /// session still takes for the ledger.
    pub(crate) fn index(&self, watch: Watch<'_>) -> Result<Index, EngineError> {
        let collections = collections(&*self.newest_history()?);
        Ok(Index::open_or_rebuild(self.place.index(), &collections, &self.blobs, watch)?.0)
    }

    /// Makes the index again, whatever it is now. Gives what it holds; it knows no texts then, and has yet to read them.
    ///
    /// # Errors
    /// When a manifest cannot be read, the index cannot be written, or it was stopped. The old one is still there then.
    pub fn rebuild_index(&self, watch: Watch<'_>) -> Result<Indexed, EngineError> {
        let collections = collections(&*self.newest_history()?);
        let index = Index::rebuild(self.place.index(), &collections, &self.blobs, watch)?;
        Ok(Indexed { collections: index.collections()?.len() as u64, files: index.file_count()? })
    }
}

/// Begins to add the collection that is about to be made; nothing when somebody else is adding theirs, and then the index
/// takes it from the manifest later.
pub(crate) fn begin<'i>(index: &'i mut Index, follows: Option<&Digest>) -> Result<Option<Addition<'i>>, EngineError> {
    match index.adding(follows) {
        Ok(addition) => Ok(Some(addition)),
        Err(IndexError::Busy) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The evidence whose documents an entry says are erased, and of which the index may still have words: the erasure was
/// interrupted.
pub(crate) fn unforgotten(index: &Index, history: &History) -> Result<BTreeSet<EvidenceId>, IndexError> {
    let told = collections(history).into_iter().filter(|told| told.erased);
    let erased: BTreeSet<Digest> = told.map(|told| told.manifest).collect();
    let rows = index.collections()?.into_iter();
    let left = rows.filter(|row| erased.contains(&row.manifest) && row.forgotten != Forgotten::Wholly);
    let named = manifests(history.register());
    Ok(left.flat_map(|row| named.get(&row.manifest).cloned().unwrap_or_default()).collect())
}

/// Every collection the register names, in the order of the ledger.
pub(crate) fn collections(history: &History) -> Vec<Collection> {
    let standing = manifests_where(history.register(), |_, held| held.erasure().is_none());
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
        named.push(Collection { manifest: *manifest, follows, erased: !standing.contains_key(manifest) });
    }
    named
}

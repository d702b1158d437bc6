//! The documents that no search finds by their text, and why.
//!
//! Must never leave one out of its sums, and never hold more of them than are asked for.

use portreeve_collector::{Absence, Document, TextsAbsent, Watch};
use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;
use portreeve_model::reference::EvidenceId;

use crate::error::EngineError;
use crate::evidence::manifests_where;
use crate::session::Session;

/// The documents that are not found by their text, or not by all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Textless {
    /// Why, with the documents of each reason: what could not be had first, then what is rare.
    pub reasons: Vec<TextlessFor>,
    /// How many documents have yet other reasons.
    pub others: u64,
    /// Files that nobody has looked at yet; several may be one document.
    pub left: u64,
}

/// Documents that are not found by their text for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextlessFor {
    /// How much of it is not there.
    pub absence: Absence,
    /// Why.
    pub because: String,
    /// How many documents there are.
    pub count: u64,
    /// The first of them.
    pub documents: Vec<TextlessDocument>,
}

/// A document at one of its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextlessDocument {
    /// Its path.
    pub path: ManifestPath,
    /// The name of its bytes.
    pub digest: Digest,
    /// The evidence that has it there, as far as its bytes were not erased.
    pub evidence: Vec<EvidenceId>,
}

impl Session {
    /// The documents that are not found by their text, at most `limit` of them.
    ///
    /// # Errors
    /// When the index cannot be read or brought up to date.
    pub fn textless(&self, limit: u32, watch: Watch<'_>) -> Result<Textless, EngineError> {
        let index = self.index(watch)?;
        let (found, others) = index.texts_absent(limit)?;
        let named = manifests_where(self.register(), |_, held| held.erasure().is_none());
        let told = |Document { digest, path, manifests }: Document| {
            let evidence = manifests.iter().filter_map(|manifest| named.get(manifest)).flatten().cloned().collect();
            TextlessDocument { path, digest, evidence }
        };
        let reasons = found.into_iter().map(|TextsAbsent { absence, because, count, documents }| TextlessFor {
            absence,
            because,
            count,
            documents: documents.into_iter().map(told).collect(),
        });
        Ok(Textless { reasons: reasons.collect(), others, left: index.texts_behind()? })
    }
}

impl Textless {
    /// How many documents there are.
    pub fn count(&self) -> u64 {
        self.reasons.iter().map(|reason| reason.count).sum::<u64>() + self.others
    }

    /// How many of them are not told one by one.
    pub fn further(&self) -> u64 {
        let told: usize = self.reasons.iter().map(|reason| reason.documents.len()).sum();
        self.count() - told as u64
    }
}

//! Before and after: two items of evidence of one kind, one file in each, and what they say. Which two is found out in
//! `pair.rs`.
//!
//! Must never record what it finds: the files under their digests are the truth, and a comparison is worked out anew
//! each time, from bytes that were verified as they were read.

mod pair;
mod problem;

use std::io::Read as _;

use portreeve_collector::{BlobError, Blobs as _};
use portreeve_documents::compare::{BYTES_MAX, CompareError, Export, Which, compare};
use portreeve_model::manifest::ManifestLine;
use portreeve_model::reference::{ActionId, EvidenceId};
use portreeve_model::register::evidence::{Content, Evidence};
use portreeve_model::words::EvidenceKind;
use portreeve_model::{Digest, Register};
use portreeve_reporting::before_after::{BeforeAfter, Original};

use crate::error::EngineError;
use crate::session::Session;
pub use problem::NotComparable;

/// Which two items are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// These, the earlier one first.
    Items(EvidenceId, EvidenceId),
    /// The last before an action and the last after it, of one kind.
    Around {
        /// The action.
        action: ActionId,
        /// The kind, where the action has several.
        kind: Option<EvidenceKind>,
    },
}

impl Session {
    /// Compares one file of each of two items of evidence: the one named, or the only one there is, or the only one
    /// whose name both have.
    ///
    /// # Errors
    /// When the pair, the files or what they hold do not fit ([`NotComparable`]), or the store is damaged.
    pub fn compare_evidence(
        &self,
        register: &Register,
        what: &Compared,
        file: Option<&str>,
    ) -> Result<BeforeAfter, EngineError> {
        let (earlier, later, action) = match what {
            Compared::Items(earlier, later) => (earlier.clone(), later.clone(), None),
            Compared::Around { action, kind } => {
                let (earlier, later) = pair::around(register, action, *kind)?;
                (earlier, later, Some(action.clone()))
            }
        };
        let (was, is) = (comparable(register, &earlier)?, comparable(register, &later)?);
        pair::fits((&earlier, was), (&later, is))?;
        let (old, new) = (self.files_of(&earlier, was)?, self.files_of(&later, is)?);
        let (old, new) = pair::files((&earlier, &old), (&later, &new), file)?;
        let (old_bytes, new_bytes) = (self.export(&earlier, old)?, self.export(&later, new)?);
        let before = Export { bytes: &old_bytes, shows: was.shows };
        let after = Export { bytes: &new_bytes, shows: is.shows };
        let found = compare(before, after).map_err(|error| match error {
            CompareError::Unread { which, problem } => {
                let (id, line) = match which {
                    Which::Earlier => (&earlier, old),
                    Which::Later => (&later, new),
                };
                NotComparable::Unread { id: id.clone(), file: shown(line), problem }
            }
            CompareError::NotTheSame { .. } => NotComparable::Unlike(error),
        })?;
        let original = |id, held, line: &ManifestLine, bytes: &[u8]| {
            Original::of(id, held, shown(line), line.digest, u64::try_from(bytes.len()).unwrap_or(u64::MAX))
        };
        let before = original(&earlier, was, old, &old_bytes);
        let after = original(&later, is, new, &new_bytes);
        Ok(BeforeAfter { action, before, after, found })
    }

    fn files_of(&self, id: &EvidenceId, held: &Evidence) -> Result<Vec<ManifestLine>, EngineError> {
        match &held.content {
            Content::Files { manifest, .. } => self.lines(manifest),
            Content::InPlace { .. } => Err(NotComparable::InPlace { id: id.clone() }.into()),
            Content::Reference { .. } | Content::Said { .. } => Err(NotComparable::NoFiles { id: id.clone() }.into()),
        }
    }

    /// The bytes of a file, verified to their end. One that is too large is refused before it is read.
    fn export(&self, id: &EvidenceId, line: &ManifestLine) -> Result<Vec<u8>, EngineError> {
        let size = self.blobs.size_bytes(&line.digest)?.unwrap_or(0);
        if size > BYTES_MAX {
            return Err(NotComparable::TooLarge { id: id.clone(), file: shown(line), size }.into());
        }
        let damaged =
            |digest: &Digest, because: String| EngineError::Damaged { what: format!("object {digest}"), because };
        let mut bytes = Vec::new();
        self.blobs.open(&line.digest)?.read_to_end(&mut bytes).map_err(|error| match BlobError::inside(&error) {
            Some(inside) => damaged(&line.digest, inside.to_string()),
            None => EngineError::io("read", &self.blobs.path_of(&line.digest), error),
        })?;
        Ok(bytes)
    }
}

fn shown(line: &ManifestLine) -> String {
    line.path.display().to_string()
}

/// The evidence, unless it has been taken back.
fn comparable<'a>(register: &'a Register, id: &EvidenceId) -> Result<&'a Evidence, EngineError> {
    let Some(held) = register.evidence.get(id) else {
        let near = register.evidence.keys().map(ToString::to_string).collect();
        return Err(EngineError::Unknown { noun: "evidence", given: id.to_string(), near });
    };
    match &held.withdrawn {
        Some((event, _)) => Err(NotComparable::Withdrawn { id: id.clone(), erased: event.erased }.into()),
        None => Ok(held),
    }
}

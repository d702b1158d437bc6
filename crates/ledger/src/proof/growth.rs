//! That a later ledger continues an earlier one: the body a C2SP tlog-witness is sent, kept as a file.
//!
//! It must never be read as a proof by itself: it says where it starts, and the reader brings the earlier checkpoint it
//! kept.

use std::fmt;

use portreeve_model::{Digest, LogSize};

use super::{read_hashes, split, write_hashes};
use crate::merkle::{Tree, empty_root, verify_consistency};
use crate::text::{beginning, decimal};
use crate::{Checkpoint, ProofError, SignedCheckpoint, TrustedKey};

/// A proof that the ledger under a checkpoint continues an earlier one (C2SP tlog-witness, add-checkpoint).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrowthProof {
    /// How many entries the earlier ledger had.
    pub earlier: LogSize,
    /// The consistency proof (RFC 6962 §2.1.2); empty if the earlier ledger was.
    pub hashes: Vec<Digest>,
    /// The later signed checkpoint.
    pub checkpoint: SignedCheckpoint,
}

impl GrowthProof {
    /// Makes the proof that `checkpoint` continues the ledger of `earlier` entries, from the tree over exactly the entries
    /// that it covers.
    ///
    /// # Errors
    /// When the checkpoint covers fewer entries, or the tree is not the one it commits to.
    pub fn new(tree: &Tree, earlier: LogSize, checkpoint: SignedCheckpoint) -> Result<GrowthProof, ProofError> {
        let later = checkpoint.unverified().size;
        if earlier > later {
            return Err(ProofError::Shrunk { earlier, later });
        }
        if tree.size() != later || tree.root() != checkpoint.unverified().root {
            return Err(ProofError::OtherRoot);
        }
        // Only from nothing is there no consistency proof, and none is needed.
        let hashes = tree.consistency(earlier).unwrap_or_default();
        Ok(GrowthProof { earlier, hashes, checkpoint })
    }

    /// Reads a proof. Nothing is verified by this.
    ///
    /// # Errors
    /// When the text breaks C2SP tlog-witness, or its checkpoint cannot be read.
    pub fn parse(text: &str) -> Result<GrowthProof, ProofError> {
        let (lines, checkpoint) = split(text)?;
        let (first, hashes) = lines.split_first().unwrap_or((&"", &[]));
        let earlier = first.strip_prefix("old ").and_then(decimal).ok_or_else(|| {
            ProofError::malformed(format!("line 1 of the proof, `{}`, is not `old N`", beginning(first)))
        })?;
        Ok(GrowthProof { earlier: LogSize::new(earlier), hashes: read_hashes(hashes, 2)?, checkpoint })
    }

    /// What the later checkpoint says, if `keys` signed both and the ledger under it continues the one under `earlier`:
    /// nothing in that was altered, dropped or put in between.
    ///
    /// # Errors
    /// When either checkpoint is not trusted, they name different ledgers, the proof starts elsewhere, or its hashes do
    /// not lead from the earlier root to the later one.
    pub fn verify(&self, earlier: &SignedCheckpoint, keys: &[TrustedKey]) -> Result<&Checkpoint, ProofError> {
        let (old, new) = (earlier.verify(keys)?, self.checkpoint.verify(keys)?);
        if old.origin != new.origin {
            return Err(ProofError::OtherLedger { earlier: old.origin.to_string(), later: new.origin.to_string() });
        }
        if old.size != self.earlier {
            return Err(ProofError::OtherStart { proof: self.earlier, checkpoint: old.size });
        }
        if old.size != LogSize::EMPTY {
            verify_consistency(old.size, &old.root, new.size, &new.root, &self.hashes)?;
        } else if old.root != empty_root() {
            // Every ledger continues the empty one; what is left to check is that it was the empty one.
            return Err(ProofError::OtherRoot);
        } else if !self.hashes.is_empty() {
            return Err(ProofError::WrongLength { found: self.hashes.len() });
        }
        Ok(new)
    }
}

impl fmt::Display for GrowthProof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("old {}\n", self.earlier);
        write_hashes(&mut text, &self.hashes);
        write!(out, "{text}\n{}", self.checkpoint)
    }
}

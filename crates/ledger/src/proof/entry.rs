//! That one entry is in a ledger, without showing the others: the C2SP tlog-proof text.
//!
//! It must never carry the entry itself: the reader brings the bytes, and only bytes that were recorded fit.

use std::fmt;

use portreeve_model::{Digest, EntryNumber};

use super::{read_hashes, split, write_hashes};
use crate::merkle::{Tree, leaf_hash, verify_inclusion};
use crate::text::{base64, beginning, decimal, from_base64};
use crate::{Checkpoint, ProofError, SignedCheckpoint, TrustedKey};

/// The most extra data, in bytes. This program writes none; the limit is there for what others write.
pub const EXTRA_BYTES_MAX: usize = 32 * 1024;

/// The first line of every such proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an entry is in the ledger a checkpoint was signed over (C2SP tlog-proof, Format).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProof {
    /// Which entry.
    pub entry: EntryNumber,
    /// Opaque data that came with the proof and that nothing vouches for.
    pub extra: Option<Vec<u8>>,
    /// From the entry's sibling up to a child of the root (RFC 6962 §2.1.1).
    pub hashes: Vec<Digest>,
    /// The signed checkpoint the hashes lead to.
    pub checkpoint: SignedCheckpoint,
}

impl EntryProof {
    /// Makes the proof that `entry` is under `checkpoint`, from the tree over exactly the entries that it covers.
    ///
    /// # Errors
    /// When the checkpoint does not cover the entry, or the tree is not the one it commits to.
    pub fn new(tree: &Tree, entry: EntryNumber, checkpoint: SignedCheckpoint) -> Result<EntryProof, ProofError> {
        let size = checkpoint.unverified().size;
        let out_of_range = ProofError::OutOfRange { entry, size };
        if tree.size() != size || tree.root() != checkpoint.unverified().root {
            return Err(if size.holds(entry) { ProofError::OtherRoot } else { out_of_range });
        }
        let hashes = tree.inclusion(entry).ok_or(out_of_range)?;
        Ok(EntryProof { entry, extra: None, hashes, checkpoint })
    }

    /// Reads a proof. Nothing is verified by this.
    ///
    /// # Errors
    /// When the text breaks C2SP tlog-proof, or its checkpoint cannot be read.
    pub fn parse(text: &str) -> Result<EntryProof, ProofError> {
        let (lines, checkpoint) = split(text)?;
        let mut rest = lines.as_slice();
        let mut line = 1;
        let mut next = |rest: &mut &[&str]| {
            let (first, others) = rest.split_first()?;
            (*rest, line) = (others, line + 1);
            Some((*first).to_owned())
        };
        if next(&mut rest).as_deref() != Some(HEADER) {
            return Err(ProofError::malformed(format!("the proof does not begin with `{HEADER}`")));
        }
        let mut second = next(&mut rest);
        let extra = second.as_deref().and_then(|line| line.strip_prefix("extra ")).map(read_extra).transpose()?;
        if extra.is_some() {
            second = next(&mut rest);
        }
        let index =
            second.as_deref().and_then(|line| line.strip_prefix("index ")).and_then(decimal).ok_or_else(|| {
                let found = beginning(second.as_deref().unwrap_or_default());
                ProofError::malformed(format!("line {} of the proof, `{found}`, is not `index N`", line - 1))
            })?;
        let hashes = read_hashes(rest, line)?;
        Ok(EntryProof { entry: EntryNumber::new(index), extra, hashes, checkpoint })
    }

    /// What the checkpoint says, if one of `keys` signed it and `bytes` are entry [`EntryProof::entry`] of the ledger it
    /// was signed over. The caller compares the origin with the ledger it means.
    ///
    /// # Errors
    /// When the checkpoint is not trusted, or the hashes do not lead from these bytes to its root.
    pub fn verify(&self, bytes: &[u8], keys: &[TrustedKey]) -> Result<&Checkpoint, ProofError> {
        let checkpoint = self.checkpoint.verify(keys)?;
        verify_inclusion(&leaf_hash(bytes), self.entry, checkpoint.size, &self.hashes, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

fn read_extra(text: &str) -> Result<Vec<u8>, ProofError> {
    let extra = from_base64(text).filter(|extra| !extra.is_empty() && extra.len() <= EXTRA_BYTES_MAX);
    extra.ok_or_else(|| ProofError::malformed("line 2 of the proof is not `extra` and some data in base64"))
}

impl fmt::Display for EntryProof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = self.extra.as_deref().filter(|extra| !extra.is_empty()) {
            text.push_str(&format!("extra {}\n", base64(extra)));
        }
        text.push_str(&format!("index {}\n", self.entry.index()));
        write_hashes(&mut text, &self.hashes);
        write!(out, "{text}\n{}", self.checkpoint)
    }
}

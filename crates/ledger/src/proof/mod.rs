//! Proofs as text files, for somebody who has neither the ledger nor this program's word for anything.
//!
//! They must never be believed before they are verified against keys and an entry the reader got elsewhere.

mod entry;
mod growth;

pub use entry::{EXTRA_BYTES_MAX, EntryProof};
pub use growth::GrowthProof;

use portreeve_model::Digest;

use crate::merkle::PROOF_HASHES_MAX;
use crate::text::{base64, beginning, hash_from_base64};
use crate::{NOTE_BYTES_MAX, ProofError, SignedCheckpoint};

/// The longest proof that is read: a note, the hashes at 45 bytes each, and the lines before them with the extra data in
/// base64, rounded up.
pub const PROOF_BYTES_MAX: usize = NOTE_BYTES_MAX + 64 * 1024;

/// Hashes as lines of base64.
fn write_hashes(text: &mut String, hashes: &[Digest]) {
    for hash in hashes {
        text.push_str(&base64(hash.as_bytes()));
        text.push('\n');
    }
}

/// Splits a proof into the lines before its first empty line and the checkpoint after it.
fn split(text: &str) -> Result<(Vec<&str>, SignedCheckpoint), ProofError> {
    if text.len() > PROOF_BYTES_MAX {
        return Err(ProofError::malformed(format!(
            "the proof has {} bytes; at most {PROOF_BYTES_MAX} are read",
            text.len()
        )));
    }
    let (head, note) = text
        .split_once("\n\n")
        .ok_or_else(|| ProofError::malformed("the proof has no empty line before its checkpoint"))?;
    // Two lines before the index, and one more than the most hashes, so that too many are seen as such.
    let lines: Vec<&str> = head.split('\n').take(PROOF_HASHES_MAX + 4).collect();
    Ok((lines, SignedCheckpoint::parse(note)?))
}

/// Lines of base64 as hashes; `line` is the number of the first of them.
fn read_hashes(lines: &[&str], line: usize) -> Result<Vec<Digest>, ProofError> {
    if lines.len() > PROOF_HASHES_MAX {
        return Err(ProofError::malformed(format!("the proof has more than {PROOF_HASHES_MAX} hashes")));
    }
    let hash = |(text, number): (&&str, usize)| {
        hash_from_base64(text).ok_or_else(|| {
            ProofError::malformed(format!("line {number} of the proof, `{}`, is not a hash in base64", beginning(text)))
        })
    };
    lines.iter().zip(line..).map(hash).collect()
}

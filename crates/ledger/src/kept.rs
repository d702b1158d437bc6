//! The rule every log applies before it keeps a checkpoint.
//!
//! It must never judge a signature: a log knows no keys, and verification judges every kept checkpoint again.

use crate::{Head, LogError, SignedCheckpoint};

/// Refuses a note that is no checkpoint, or that contradicts what the log holds as far as its head can tell.
pub(crate) fn check_checkpoint(note: &str, head: &Head) -> Result<(), LogError> {
    let refuse = |because: String| LogError::CheckpointRefused { because };
    let checkpoint = SignedCheckpoint::parse(note).map_err(|error| refuse(error.to_string()))?;
    let claim = checkpoint.unverified();
    if claim.size > head.size {
        return Err(refuse(format!("it covers {} entries and the ledger holds {}", claim.size, head.size)));
    }
    if claim.size == head.size && claim.root != head.root {
        return Err(refuse("it names another root for the same entries".to_owned()));
    }
    Ok(())
}

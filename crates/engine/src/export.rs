//! Handing the ledger out: as lines, as its latest checkpoint, and one entry with its proof.

use std::io::Write;

use portreeve_ledger::merkle::Tree;
use portreeve_ledger::{EntryProof, SignedCheckpoint, each_entry, leaf_hashes};
use portreeve_model::{EntryNumber, LogSize};

use crate::error::EngineError;
use crate::session::Session;

impl Session {
    /// Writes the first `known` entries, one a line, exactly as they are stored: `head -c N | sha256sum` over this is
    /// what checkpoints state.
    ///
    /// # Errors
    /// When the ledger cannot be read or `out` not written.
    pub fn export_lines(&self, known: LogSize, out: &mut dyn Write) -> Result<(), EngineError> {
        let failed =
            |source| EngineError::io("write the ledger as lines to", std::path::Path::new("the output"), source);
        each_entry(&self.log, EntryNumber::new(0), known, |_, bytes| {
            out.write_all(bytes).and_then(|()| out.write_all(b"\n")).map_err(failed)
        })?;
        out.flush().map_err(failed)
    }

    /// The latest signed checkpoint that is kept; one signed for this answer when the last does not cover everything.
    ///
    /// # Errors
    /// When the key is needed and cannot be used, or the ledger does not go on from what it signed last.
    pub fn latest_checkpoint(&self) -> Result<SignedCheckpoint, EngineError> {
        match self.last_kept()? {
            Some(kept) if kept.unverified().size == self.size() => Ok(kept),
            _ => self.sign_over_everything(),
        }
    }

    /// The proof that `entry` is in the ledger, as a C2SP tlog-proof.
    ///
    /// # Errors
    /// When there is no such entry, or no checkpoint can be had.
    pub fn prove(&self, entry: EntryNumber) -> Result<EntryProof, EngineError> {
        if !self.size().holds(entry) {
            return Err(EngineError::Unfit(format!(
                "the ledger holds {} entries, so there is no {entry}",
                self.size()
            )));
        }
        let checkpoint = self.latest_checkpoint()?;
        let tree = Tree::over(leaf_hashes(&self.log, checkpoint.unverified().size)?);
        Ok(EntryProof::new(&tree, entry, checkpoint)?)
    }
}

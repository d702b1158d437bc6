//! The ledger: an append-only log of byte strings, the Merkle tree over it, checkpoints, proofs and signatures.
//!
//! To this crate an entry is bytes without a newline. It never decodes one, so an auditor can verify a ledger written by a
//! version of the program that does not exist yet. It never prints, reads a clock, or asks a network.
//!
//! What is promised, and by what:
//!
//! | promise | kept by |
//! | --- | --- |
//! | an entry that was recorded is never changed, dropped, moved or joined by another unnoticed | [`merkle`], [`Checkpoint`], [`verify_log`] |
//! | one entry can be proved without showing the others | [`EntryProof`] |
//! | this year's ledger continues last year's | [`GrowthProof`], or `head -c N ledger.jsonl \| sha256sum` with the two numbers in a checkpoint |
//! | strangers' tools read it all | C2SP signed notes and proofs, OpenSSH keys and signatures ([`sshsig`]) |
//! | two writers cannot both append at one place | [`Log::append`] is conditional on the size that was checked |
//! | an append that was answered is on the disk | [`SqliteLog`] |
//!
//! What is not promised: whoever holds the signing key can rewrite everything after the last checkpoint that somebody else
//! has a copy of. [`Report`] says how much that is.
//!
//! # Example
//! ```
//! use portreeve_ledger::merkle::Tree;
//! use portreeve_ledger::{Checkpoint, EntryProof, Log, MemoryLog, SigningKey, leaf_hashes, verify_log};
//! use portreeve_model::{EntryNumber, LogSize};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let log = MemoryLog::new();
//! log.append(LogSize::EMPTY, &[b"first".to_vec(), b"second".to_vec()])?;
//!
//! let key = SigningKey::generate("ledger of Northmoor")?;
//! let signed = Checkpoint::take(&log, "northmoor.gov.uk/compliance".parse()?)?.sign(&key);
//! log.keep_checkpoint(signed.as_str())?;
//!
//! // Proves the second entry to somebody who has only the public key.
//! let tree = Tree::over(leaf_hashes(&log, LogSize::new(2))?);
//! let proof = EntryProof::new(&tree, EntryNumber::new(1), signed.clone())?.to_string();
//! let trusted = key.public_line().parse()?;
//! assert!(EntryProof::parse(&proof)?.verify(b"second", &[trusted]).is_ok());
//!
//! // A checkpoint kept elsewhere vouches for the whole history.
//! let report = verify_log(&log, &[key.trusted()], &[signed]);
//! assert!(report.is_clean() && report.anchored_outside());
//! # Ok(())
//! # }
//! ```

mod checkpoint;
pub mod conformance;
mod durable;
mod error;
mod kept;
pub mod keys;
mod lines;
mod log;
mod memory;
pub mod merkle;
mod name;
mod note;
mod proof;
mod sqlite;
pub mod sshsig;
mod text;
mod verify;
mod walk;

pub use checkpoint::{Checkpoint, EXTENSION_BYTES_MAX, EXTENSIONS_MAX, SignedCheckpoint};
pub use error::{AppendError, BadEntry, Cause, KeyError, LogError, NoteError, ProofError, SshsigError};
pub use keys::{SigningKey, TrustedKey, VerifierKey};
pub use lines::{LineHasher, LinesDigest};
pub use log::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, ENTRY_BYTES_MAX, Head, Log, READ_BYTES_MAX, Stored, check_batch};
pub use memory::MemoryLog;
pub use name::{NAME_BYTES_MAX, Origin};
pub use note::{NOTE_BYTES_MAX, SIGNATURES_MAX};
pub use proof::{EXTRA_BYTES_MAX, EntryProof, GrowthProof, PROOF_BYTES_MAX};
pub use sqlite::SqliteLog;
pub use sshsig::NAMESPACE_BYTES_MAX;
pub use verify::{Anchor, PROBLEMS_MAX, Place, Problem, Report, Source, verify_log};
pub use walk::{each_entry, leaf_hashes, lines_digest};

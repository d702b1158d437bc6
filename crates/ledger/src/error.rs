//! Every way this crate can say no.
//!
//! The rules: one small enum for each thing a caller does; each variant names what was attempted and on what, and carries
//! its source; a message is a sentence without a final stop and never repeats its source. A message holds what went wrong
//! and, where only this crate can know it, the remedy; choosing an exit code or a page belongs to the doors.
//! An error never quotes an entry: to this crate an entry is bytes, and those bytes may be sensitive.

use std::path::{Path, PathBuf};

use portreeve_model::{EntryNumber, LogSize};

/// The cause below an error of another library: a database, a file system.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a log could not be opened, read or added to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Creating was asked for where something already is.
    #[error("`{}` already exists; a ledger is only created where there is nothing", .path.display())]
    Exists {
        /// Where the ledger was to be created.
        path: PathBuf,
    },
    /// Opening was asked for where nothing is. Only creating creates.
    #[error("there is no ledger at `{}`; opening never creates one, so check the path or create it first", .path.display())]
    Missing {
        /// Where the ledger was looked for.
        path: PathBuf,
    },
    /// The file is something else, or its creation was interrupted.
    #[error("`{}` is not a Portreeve ledger: {because}", .path.display())]
    NotALedger {
        /// The file that was opened.
        path: PathBuf,
        /// What was found instead.
        because: String,
    },
    /// The file was written by a version of this program that knows more.
    #[error("`{}` was written by a newer version: its format is {found} and this program knows up to {known}", .path.display())]
    Newer {
        /// The file that was opened.
        path: PathBuf,
        /// The format number in the file.
        found: i64,
        /// The newest format number known here.
        known: i64,
    },
    /// The log was opened for reading only.
    #[error("the ledger `{}` can only be read here", .path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Another writer held the log for longer than the wait allows. Nothing was written.
    #[error("another writer kept the ledger busy for more than {waited_seconds} seconds; try again")]
    Busy {
        /// How long this writer waited.
        waited_seconds: u64,
    },
    /// What is stored contradicts itself. Verification names every place.
    #[error("the ledger is damaged: {what}; verify it before anything else")]
    Damaged {
        /// The first contradiction that was met.
        what: String,
    },
    /// The checkpoint is not one this log may keep.
    #[error("the checkpoint is not kept: {because}")]
    CheckpointRefused {
        /// What is wrong with it.
        because: String,
    },
    /// The storage below failed.
    #[error("could not {attempted}")]
    Storage {
        /// What was being done, and on what, as a phrase that follows "could not".
        attempted: String,
        /// What the storage said.
        #[source]
        source: Cause,
    },
}

impl LogError {
    /// Wraps what the storage below said while `attempted`, a phrase that follows "could not".
    pub fn storage(attempted: impl Into<String>, source: impl Into<Cause>) -> LogError {
        LogError::Storage { attempted: attempted.into(), source: source.into() }
    }

    /// A contradiction in what is stored.
    pub fn damaged(what: impl Into<String>) -> LogError {
        LogError::Damaged { what: what.into() }
    }
}

/// Why entries were not appended, or why it is not known whether they were.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Somebody else appended first. Nothing was kept; catch up and decide again.
    #[error("the ledger now holds {holds} entries; nothing was appended")]
    Conflict {
        /// How many entries the log holds now.
        holds: LogSize,
    },
    /// The entries cannot be kept by any log. Nothing was kept.
    #[error("nothing was appended")]
    Refused(#[from] BadEntry),
    /// The entries may or may not have been kept: read the log again before deciding anything.
    #[error("the entries may or may not have been kept; read the ledger again to find out")]
    Unknown(#[source] LogError),
    /// Nothing was kept.
    #[error("nothing was appended")]
    Failed(#[source] LogError),
}

/// Why an entry, or a batch of them, cannot be kept by any log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// A ledger is exported as lines, so an entry cannot hold the byte that ends one.
    #[error("entry {position} of the batch holds a newline at byte {offset}; an entry is one line")]
    Newline {
        /// Which entry of the batch, counted from 0.
        position: usize,
        /// Where in the entry, counted from 0.
        offset: usize,
    },
    /// The entry is longer than [`ENTRY_BYTES_MAX`](crate::ENTRY_BYTES_MAX).
    #[error("entry {position} of the batch has {bytes} bytes; at most {max} fit")]
    TooLong {
        /// Which entry of the batch, counted from 0.
        position: usize,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// The batch holds more entries than [`BATCH_ENTRIES_MAX`](crate::BATCH_ENTRIES_MAX).
    #[error("the batch has {entries} entries; at most {max} are appended at once")]
    TooMany {
        /// How many entries there are.
        entries: usize,
        /// How many there may be.
        max: usize,
    },
    /// The entries together are longer than [`BATCH_BYTES_MAX`](crate::BATCH_BYTES_MAX).
    #[error("the batch has {bytes} bytes; at most {max} are appended at once")]
    TooMuch {
        /// How many bytes the entries have together.
        bytes: usize,
        /// How many they may have.
        max: usize,
    },
}

/// Why a text is not a checkpoint, or is not signed by a key the reader trusts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The text is longer than any genuine note.
    #[error("the note has {bytes} bytes; at most {max} are read")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// The text breaks the format.
    #[error("{because}")]
    Malformed {
        /// Which rule is broken, naming the line where there is one.
        because: String,
    },
    /// No signature on it is by a trusted key.
    #[error("no trusted key signed the checkpoint; it is signed as {}", .names.join(", "))]
    NoTrustedSignature {
        /// The names on the signature lines, as claimed.
        names: Vec<String>,
    },
    /// A signature that claims to be by a trusted key is not.
    #[error("the signature as `{name}` does not match the text: the checkpoint was altered or forged")]
    BadSignature {
        /// The name on the signature line.
        name: String,
    },
}

impl NoteError {
    pub(crate) fn malformed(because: impl Into<String>) -> NoteError {
        NoteError::Malformed { because: because.into() }
    }
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry lies outside the tree.
    #[error("entry {entry} is not in a ledger of {size} entries")]
    OutOfRange {
        /// Which entry was asked about.
        entry: EntryNumber,
        /// How many entries the tree covers.
        size: LogSize,
    },
    /// The later tree is smaller than the earlier one.
    #[error("a ledger of {later} entries cannot continue one of {earlier}")]
    Shrunk {
        /// The size that was there before.
        earlier: LogSize,
        /// The size that claims to continue it.
        later: LogSize,
    },
    /// Every ledger continues the empty one, so such a proof says nothing.
    #[error("a proof that starts from an empty ledger proves nothing")]
    FromNothing,
    /// The proof has more or fewer hashes than the sizes call for.
    #[error("the proof has {found} hashes, which is not what its sizes call for")]
    WrongLength {
        /// How many hashes there are.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof does not lead to the signed root: an entry, the proof or the checkpoint was altered")]
    OtherRoot,
    /// The two checkpoints belong to different ledgers.
    #[error("the checkpoints are of different ledgers, `{earlier}` and `{later}`")]
    OtherLedger {
        /// The ledger the earlier checkpoint names.
        earlier: String,
        /// The ledger the later checkpoint names.
        later: String,
    },
    /// The proof starts at another size than the checkpoint it was checked against.
    #[error("the proof starts at {proof} entries and the earlier checkpoint is for {checkpoint}")]
    OtherStart {
        /// Where the proof starts.
        proof: LogSize,
        /// What the earlier checkpoint covers.
        checkpoint: LogSize,
    },
    /// The text breaks the format.
    #[error("{because}")]
    Malformed {
        /// Which rule is broken, naming the line where there is one.
        because: String,
    },
    /// The checkpoint in the proof cannot be trusted.
    #[error("the checkpoint in the proof cannot be trusted")]
    Checkpoint(#[from] NoteError),
}

impl ProofError {
    pub(crate) fn malformed(because: impl Into<String>) -> ProofError {
        ProofError::Malformed { because: because.into() }
    }
}

/// Why a key could not be made, kept, read or recognised.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness, so no key was made")]
    Randomness(#[source] Cause),
    /// A key file is never overwritten.
    #[error("`{}` already exists; a key file is never overwritten", .path.display())]
    Exists {
        /// Where the key was to be written.
        path: PathBuf,
    },
    /// Others can read the private key.
    #[error("`{}` can be read by others (mode {mode:04o}); make it private with: chmod 600 '{}'", .path.display(), .path.display())]
    TooOpen {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is protected by a passphrase, which this program does not ask for.
    #[error("`{}` is protected by a passphrase; give a key file without one", .path.display())]
    Encrypted {
        /// The key file.
        path: PathBuf,
    },
    /// The file is not an OpenSSH private key of the right kind.
    #[error("`{}` is not an Ed25519 private key in OpenSSH form: {because}", .path.display())]
    NotAKeyFile {
        /// The file that was read.
        path: PathBuf,
        /// What is wrong with it.
        because: String,
    },
    /// The file system failed.
    #[error("could not {attempted} `{}`", .path.display())]
    Io {
        /// What was being done, as a phrase that follows "could not".
        attempted: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The text is not a public key in any of the known forms.
    #[error("not a key that can be trusted: {because}")]
    NotAKey {
        /// What is wrong with it, naming the line where there is one.
        because: String,
    },
    /// The text is not a name a ledger or a key may have.
    #[error("`{given}` cannot name a ledger or a key: {because}")]
    NotAName {
        /// The beginning of what was given.
        given: String,
        /// Which rule it breaks.
        because: &'static str,
    },
    /// The text is not a namespace a signature may have.
    #[error(
        "`{given}` cannot be the namespace of a signature: 1 to {max} printable ASCII characters without spaces are needed"
    )]
    NotANamespace {
        /// The beginning of what was given.
        given: String,
        /// The greatest length.
        max: usize,
    },
}

impl KeyError {
    pub(crate) fn io(attempted: &'static str, path: &Path, source: std::io::Error) -> KeyError {
        KeyError::Io { attempted, path: path.to_owned(), source }
    }

    pub(crate) fn not_a_key(because: impl Into<String>) -> KeyError {
        KeyError::NotAKey { because: because.into() }
    }
}

/// Why a detached signature does not vouch for the bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SshsigError {
    /// The text is not an armoured SSH signature.
    #[error("not an SSH signature: {because}")]
    Malformed {
        /// Which rule is broken.
        because: String,
    },
    /// The signature was made for another kind of document.
    #[error("the signature is for `{found}` documents and `{expected}` was asked for")]
    OtherNamespace {
        /// The namespace that was asked for.
        expected: String,
        /// The namespace in the signature.
        found: String,
    },
    /// The signature is by a key the reader does not trust.
    #[error("the signature is by the key {fingerprint}, which is not among the trusted ones")]
    UntrustedKey {
        /// The fingerprint of the key that signed.
        fingerprint: String,
    },
    /// The key is trusted, but not for this kind of document.
    #[error("the key {fingerprint} is not trusted for `{namespace}` documents")]
    NotForNamespace {
        /// The fingerprint of the key that signed.
        fingerprint: String,
        /// The namespace that was asked for.
        namespace: String,
    },
    /// The bytes are not the ones that were signed.
    #[error("the signature by {fingerprint} does not match: the document or the signature was altered")]
    BadSignature {
        /// The fingerprint of the key that claims to have signed.
        fingerprint: String,
    },
}

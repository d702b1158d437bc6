//! What can go wrong in a use case. Each error says what failed and why; what to do about it is the door's to add. The
//! kind decides the exit code.

use std::path::{Path, PathBuf};

use portreeve_catalogue::Problems;
use portreeve_collector::{BadPattern, BlobError, CollectError, IndexError, ManifestReadError, Omitted, SourceError};
use portreeve_ledger::{AppendError, KeyError, LogError, NoteError, ProofError};
use portreeve_model::entry::Unreadable;
use portreeve_model::history::Broken;
use portreeve_model::reference::EvidenceId;
use portreeve_model::{Day, EntryNumber, Refusal};
use portreeve_reporting::RenderError;

use crate::comparison::NotComparable;

/// What sort of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The question or command makes no sense as given.
    Usage,
    /// The rules refuse it.
    Refused,
    /// Something is not as it was recorded.
    Integrity,
    /// The machine, the disk or a file stands in the way.
    Environment,
    /// A mistake in this program.
    Bug,
}

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No register there.
    #[error("there is no register in {}", .path.display())]
    NotARegister {
        /// The folder.
        path: PathBuf,
    },
    /// Something is there already.
    #[error("{} is there already", .path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// The settings cannot be read.
    #[error("the register's settings in {} cannot be used: {because}", .path.display())]
    BadSettings {
        /// The file.
        path: PathBuf,
        /// Why.
        because: String,
    },
    /// The settings are of a newer version of this program.
    #[error("the register's settings in {} have format {found}, which was written by a newer version of Portreeve", .path.display())]
    NewerSettings {
        /// The file.
        path: PathBuf,
        /// The format number.
        found: u16,
    },
    /// The copy of the last checkpoint that lies beside the key cannot be read.
    #[error("the copy of the last checkpoint in {} cannot be used: {because}", .path.display())]
    BadLastSigned {
        /// The file.
        path: PathBuf,
        /// Why.
        because: String,
    },
    /// The key would lie inside what it protects.
    #[error("the key file {} would lie inside {}, which it is to protect", .key.display(), .inside.display())]
    KeyInside {
        /// The key file.
        key: PathBuf,
        /// The register or pack.
        inside: PathBuf,
    },
    /// The rules refuse the entry.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Something named does not exist.
    #[error("there is no {noun} `{given}`")]
    Unknown {
        /// What sort of thing.
        noun: &'static str,
        /// What was named.
        given: String,
        /// Near matches.
        near: Vec<String>,
    },
    /// A command that does not fit the register as it stands.
    #[error("{0}")]
    Unfit(String),
    /// Two items of evidence that cannot be compared.
    #[error(transparent)]
    NotComparable(#[from] NotComparable),
    /// A file could not be used.
    #[error("could not {attempt} {}: {source}", .path.display())]
    Io {
        /// What was attempted, as a verb.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Something is not as it was recorded.
    #[error("{what} is not as it was recorded: {because}")]
    Damaged {
        /// What.
        what: String,
        /// In which way.
        because: String,
    },
    /// Not one file of an earlier collection is there any more. A share that is not mounted looks like one that was emptied.
    #[error("none of the {files} files of the earlier collection is in {} any more", .folder.display())]
    NothingLeft {
        /// The folder.
        folder: PathBuf,
        /// How many files the earlier collection had.
        files: u64,
    },
    /// Another command is putting bytes into the store.
    #[error("another command is taking evidence into {} right now", .path.display())]
    InUse {
        /// The store.
        path: PathBuf,
    },
    /// Whoever followed the reading of files or of the store wanted no more.
    #[error("the reading was stopped before the end, as asked")]
    ReadingStopped {
        /// Whether the same command goes on from here.
        goes_on: bool,
    },
    /// A page to go on from is that of another question.
    #[error("the page to go on from is one of another question")]
    OtherQuestion,
    /// What is asked for holds evidence that has been erased since.
    #[error("evidence {evidence} was withdrawn, and its bytes were erased on {on}: {reason}")]
    ErasedSince {
        /// The evidence.
        evidence: EvidenceId,
        /// When.
        on: Day,
        /// Why.
        reason: String,
    },
    /// Evidence files are missing from a collection.
    #[error("{} of the files named could not be taken", .omitted.gap_count())]
    Incomplete {
        /// Which, and why.
        omitted: Omitted,
    },
    /// A catalogue file is not right.
    #[error("{what} cannot be used:\n{problems}")]
    Catalogue {
        /// The file or blob.
        what: String,
        /// What is wrong with it.
        problems: Problems,
    },
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LogError),
    /// An append failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// An entry cannot be read.
    #[error("entry {entry} of the ledger cannot be read: {source}")]
    Entry {
        /// Which.
        entry: EntryNumber,
        /// Why.
        source: Unreadable,
    },
    /// An entry breaks the rules.
    #[error("the ledger breaks the rules: {0}")]
    Broken(#[from] Broken),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A checkpoint or signed note is not right.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A proof is not right.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestReadError),
    /// A collection failed.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// There is nothing to collect from.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The entry does not say which folder was collected.
    #[error("the entry of `{evidence}` does not say which folder was collected")]
    NoFolder {
        /// The evidence.
        evidence: EvidenceId,
    },
    /// A pattern cannot be understood.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// The index failed.
    #[error("index.sqlite: {0}")]
    Index(#[source] IndexError),
    /// A page could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The demonstration's story is not right.
    #[error("the story's line {line} of {file} cannot be replayed: {because}")]
    Story {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// Why.
        because: String,
    },
    /// No randomness.
    #[error("the operating system gave no randomness: {0}")]
    Randomness(String),
    /// A mistake in this program.
    #[error("this should not happen: {0}")]
    Bug(String),
}

impl From<IndexError> for EngineError {
    /// What was asked wrongly is no trouble of the index, and neither is a manifest that the store lost.
    fn from(error: IndexError) -> EngineError {
        match error {
            IndexError::Query(problem) => EngineError::Unfit(problem.to_string()),
            IndexError::Manifest(error) => EngineError::Manifest(error),
            other => EngineError::Index(other),
        }
    }
}

impl EngineError {
    pub(crate) fn io(attempt: &'static str, path: &Path, source: std::io::Error) -> EngineError {
        EngineError::Io { attempt, path: path.to_owned(), source }
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> Kind {
        match self {
            EngineError::NotARegister { .. }
            | EngineError::Exists { .. }
            | EngineError::KeyInside { .. }
            | EngineError::Unknown { .. }
            | EngineError::Unfit(_)
            | EngineError::NoFolder { .. }
            | EngineError::Pattern(_)
            | EngineError::NotComparable(_)
            | EngineError::OtherQuestion
            | EngineError::ErasedSince { .. }
            | EngineError::Catalogue { .. } => Kind::Usage,
            EngineError::Refused(_) => Kind::Refused,
            EngineError::Append(AppendError::Refused(_)) => Kind::Refused,
            EngineError::Entry { source: Unreadable::Newer { .. }, .. } => Kind::Environment,
            EngineError::Entry { .. }
            | EngineError::Broken(_)
            | EngineError::BadSettings { .. }
            | EngineError::BadLastSigned { .. }
            | EngineError::Damaged { .. }
            | EngineError::Note(_)
            | EngineError::Proof(_)
            | EngineError::Manifest(_)
            // Where a register is, its ledger must be: one that is gone or is something else was not left that way.
            | EngineError::Ledger(LogError::Damaged { .. } | LogError::NotALedger { .. } | LogError::Missing { .. })
            | EngineError::Blob(BlobError::Missing { .. } | BlobError::Corrupt { .. }) => Kind::Integrity,
            EngineError::Bug(_) | EngineError::Story { .. } | EngineError::Render(_) => Kind::Bug,
            EngineError::NewerSettings { .. }
            | EngineError::InUse { .. }
            | EngineError::ReadingStopped { .. }
            | EngineError::NothingLeft { .. }
            | EngineError::Io { .. }
            | EngineError::Incomplete { .. }
            | EngineError::Ledger(_)
            | EngineError::Append(_)
            | EngineError::Key(_)
            | EngineError::Blob(_)
            | EngineError::Collect(_)
            | EngineError::Source(_)
            | EngineError::Index(_)
            | EngineError::Randomness(_) => Kind::Environment,
        }
    }
}

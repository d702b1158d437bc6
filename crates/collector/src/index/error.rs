//! What can go wrong with an index, and whether making it again helps.
//!
//! Must never let damage in the cache look like damage in the evidence: the text says which it is.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::{INDEX_VERSION, QueryProblem};
use crate::{ManifestReadError, Stopped};

/// What can go wrong with an index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is no file.
    #[error("there is no index at {}; it can be rebuilt from the manifests", .path.display())]
    Absent {
        /// Where it should be.
        path: PathBuf,
    },
    /// The cache is damaged. The evidence is not touched by that.
    #[error("the index is damaged ({because}); it is a cache and can be rebuilt from the manifests")]
    Damaged {
        /// What was seen.
        because: String,
    },
    /// Another version of the program wrote it.
    #[error("the index has version {found}, this program reads {INDEX_VERSION}; it can be rebuilt from the manifests")]
    OtherVersion {
        /// The version of the file.
        found: i64,
    },
    /// The file is a database of something else. It is never overwritten.
    #[error("{} is a database, but not an index of collections; it has been left alone", .path.display())]
    NotAnIndex {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else is adding to the index, and was not done in time. What is in it can be asked for all the same.
    #[error("another program is adding to the index; try again when it is done")]
    Busy,
    /// The files of a collection were not added in the order of their paths: a mistake in this program.
    #[error("the files of a collection were not added in the order of its manifest")]
    Order,
    /// What was asked makes no sense.
    #[error(transparent)]
    Query(#[from] QueryProblem),
    /// The caller stopped it. What was done by then is kept, and the next time goes on from there.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// A manifest could not be read, which is trouble in the store, not in the index.
    #[error(transparent)]
    Manifest(#[from] ManifestReadError),
    /// A file of the index could not be put in place or taken away.
    #[error("could not {attempt} {}", .path.display())]
    File {
        /// What was attempted, as a verb phrase.
        attempt: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// SQLite refused for another reason: the disk is full, access is denied.
    #[error("the index could not be read or written")]
    Database(#[source] rusqlite::Error),
}

impl IndexError {
    /// Whether making the index again is the remedy.
    pub const fn can_be_rebuilt(&self) -> bool {
        matches!(self, IndexError::Absent { .. } | IndexError::Damaged { .. } | IndexError::OtherVersion { .. })
    }

    pub(super) fn damaged(because: impl Into<String>) -> IndexError {
        IndexError::Damaged { because: because.into() }
    }
}

impl From<rusqlite::Error> for IndexError {
    /// Sorts damage, which SQLite reports as corruption, as a file that is no database, or as tables, columns and values
    /// that are not those we made, from trouble with the machine.
    fn from(error: rusqlite::Error) -> IndexError {
        let code = error.sqlite_error_code();
        if matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) {
            return IndexError::Busy;
        }
        let damaged = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => matches!(
                failure.code,
                ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ConstraintViolation
                    | ErrorCode::Unknown
            ),
            rusqlite::Error::SqlInputError { .. }
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            // A row that must be there is not.
            | rusqlite::Error::QueryReturnedNoRows => true,
            _ => false,
        };
        if damaged { IndexError::damaged(error.to_string()) } else { IndexError::Database(error) }
    }
}

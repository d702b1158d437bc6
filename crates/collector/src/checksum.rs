//! The SHA-256 of one file as it lies on the disk: for "is this the file we already hold?".
//!
//! Must never store anything.

use std::path::Path;

use portreeve_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::copy::drain;
use crate::steady::{NotRead, read_steadily};
use crate::walk::locate;
use crate::{BlobError, SkipReason, Stored};

/// Hashes one file under the same precautions as a collection: no link is followed, no pipe waited for, and a file that
/// moves is not answered for.
///
/// # Errors
/// Why the file was not read.
pub fn checksum(path: impl AsRef<Path>) -> Result<Stored, SkipReason> {
    let located = locate(path.as_ref())?;
    let hashed = read_steadily(&located.folder, &located.name, None, |source| {
        let mut hasher = Sha256::new();
        let size_bytes = drain(source, |piece| hasher.update(piece)).map_err(BlobError::Source)?;
        Ok(Stored { digest: Digest::from_bytes(hasher.finalize().into()), size_bytes })
    });
    hashed.map_err(|error| match error {
        NotRead::Skip(reason) => reason,
        // Neither can come from hashing: there is no store, and nobody was given the means to stop it.
        NotRead::Store(error) => SkipReason::Unreadable { because: error.to_string() },
        NotRead::Stopped => SkipReason::Unreadable { because: "stopped".to_owned() },
    })
}

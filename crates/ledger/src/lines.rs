//! The ledger as a text file, one entry a line: what `head -c N ledger.jsonl | sha256sum` computes.
//!
//! It must never keep the lines. It carries a count and a running SHA-256, so it costs the same at any length.

use portreeve_model::Digest;
use sha2::{Digest as _, Sha256};

/// The length and the SHA-256 of the first entries of a ledger, each followed by a newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinesDigest {
    /// How many bytes the lines have.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: Digest,
}

/// A running digest of a ledger written as lines. It can be asked at any prefix and then goes on.
#[derive(Clone, Debug, Default)]
pub struct LineHasher {
    bytes: u64,
    hasher: Sha256,
}

impl LineHasher {
    /// The state before the first line.
    pub fn new() -> LineHasher {
        LineHasher::default()
    }

    /// Adds an entry and the newline after it.
    ///
    /// # Panics
    /// When the lines exceed 2^64 - 1 bytes, which no disk holds.
    pub fn push(&mut self, entry: &[u8]) {
        let line = u64::try_from(entry.len()).ok().and_then(|bytes| bytes.checked_add(1));
        let bytes = line.and_then(|line| self.bytes.checked_add(line));
        self.bytes = bytes.expect("sixteen exabytes of lines do not fit on any disk");
        self.hasher.update(entry);
        self.hasher.update(b"\n");
    }

    /// The digest of the lines so far.
    pub fn digest(&self) -> LinesDigest {
        LinesDigest { bytes: self.bytes, sha256: Digest::from_bytes(self.hasher.clone().finalize().into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_lines_and_can_be_asked_at_every_prefix() {
        let mut hasher = LineHasher::new();
        assert_eq!(hasher.digest(), LinesDigest { bytes: 0, sha256: Digest::of(b"") });
        hasher.push(b"{\"a\":1}");
        let first = hasher.digest();
        assert_eq!(first, LinesDigest { bytes: 8, sha256: Digest::of(b"{\"a\":1}\n") });
        hasher.push(b"");
        assert_eq!(hasher.digest(), LinesDigest { bytes: 9, sha256: Digest::of(b"{\"a\":1}\n\n") });
    }
}

//! The Merkle tree of RFC 6962 section 2.1: hashes of leaves and nodes, a frontier that grows, and proofs.
//!
//! It must never see an entry it could understand, allocate by a length a stranger gave, or panic on any input: the
//! checking half runs on files that came by e-mail.

mod check;
mod frontier;
mod prove;

pub use check::{verify_consistency, verify_inclusion};
pub use frontier::Frontier;
pub use prove::{Tree, root_of};

use portreeve_model::Digest;
use sha2::{Digest as _, Sha256};

/// The most hashes any proof can have: a tree of at most 2^64 - 1 entries is at most 64 levels deep, and a proof of
/// consistency can need one hash more than its depth.
pub const PROOF_HASHES_MAX: usize = 65;

/// The hash of the tree without entries: SHA-256 of nothing (RFC 6962 §2.1).
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// The hash of one entry: SHA-256 of a zero byte and the entry (RFC 6962 §2.1).
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x00]);
    hasher.update(entry);
    Digest::from_bytes(hasher.finalize().into())
}

/// The hash over two subtrees: SHA-256 of a one byte, the left and the right hash (RFC 6962 §2.1).
///
/// The differing first byte is what keeps a pair of hashes from being passed off as an entry.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0x01]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest::from_bytes(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_hashes_of_nothing_and_of_an_empty_entry() {
        // SHA-256 of "" (FIPS 180-4) and of a single zero byte.
        assert_eq!(empty_root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(leaf_hash(b"").to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    #[test]
    fn a_pair_of_hashes_is_not_an_entry() {
        let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let pair = [left.as_bytes().as_slice(), right.as_bytes()].concat();
        assert_ne!(leaf_hash(&pair), node_hash(&left, &right));
    }
}

//! Checking proofs that came from somebody else.
//!
//! It must never allocate, never trust a length, and never accept more or fewer hashes than the sizes call for: a forged
//! proof is a normal input here, and the answer to it is an error.

use portreeve_model::{Digest, EntryNumber, LogSize};

use super::node_hash;
use crate::ProofError;

/// Checks that the entry with the hash `leaf` is number `entry` of the tree of `size` entries with `root`
/// (RFC 6962 §2.1.1, in the steps of RFC 9162 §2.1.3.2).
///
/// # Errors
/// When the entry lies outside the tree, when the proof has the wrong number of hashes, or when it leads to another
/// root.
pub fn verify_inclusion(
    leaf: &Digest,
    entry: EntryNumber,
    size: LogSize,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if !size.holds(entry) {
        return Err(ProofError::OutOfRange { entry, size });
    }
    let wrong_length = || ProofError::WrongLength { found: proof.len() };
    let mut node = entry.index();
    let mut last = size.count() - 1; // the tree is not empty, for it holds the entry
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length());
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A node at the right edge without a sibling rises until it is somebody's right child.
            while node.is_multiple_of(2) && node != 0 {
                node /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node /= 2;
        last /= 2;
    }
    if last != 0 {
        return Err(wrong_length());
    }
    if hash == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Checks that the tree of `later` entries with `later_root` continues the tree of `earlier` entries with
/// `earlier_root`: nothing in it was altered, dropped or put in between
/// (RFC 6962 §2.1.2, in the steps of RFC 9162 §2.1.4.2).
///
/// # Errors
/// When the earlier tree is empty (every tree continues it, so nothing is proved), when the later one is smaller, when
/// the proof has the wrong number of hashes, or when it leads to another root on either side.
pub fn verify_consistency(
    earlier: LogSize,
    earlier_root: &Digest,
    later: LogSize,
    later_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if earlier == LogSize::EMPTY {
        return Err(ProofError::FromNothing);
    }
    if later < earlier {
        return Err(ProofError::Shrunk { earlier, later });
    }
    let wrong_length = || ProofError::WrongLength { found: proof.len() };
    if earlier == later {
        if !proof.is_empty() {
            return Err(wrong_length());
        }
        return if earlier_root == later_root { Ok(()) } else { Err(ProofError::OtherRoot) };
    }
    // Neither subtraction can go below zero: 1 <= earlier < later.
    let mut node = earlier.count() - 1;
    let mut last = later.count() - 1;
    while node % 2 == 1 {
        node /= 2;
        last /= 2;
    }
    // Where the earlier tree is one complete subtree, its root is the first hash and is left out of the proof.
    let mut hashes = proof.iter();
    let start =
        if earlier.count().is_power_of_two() { earlier_root } else { hashes.next().ok_or_else(wrong_length)? };
    let (mut old, mut new) = (*start, *start);
    for sibling in hashes {
        if last == 0 {
            return Err(wrong_length());
        }
        if node % 2 == 1 || node == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while node.is_multiple_of(2) && node != 0 {
                node /= 2;
                last /= 2;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        node /= 2;
        last /= 2;
    }
    if last != 0 {
        return Err(wrong_length());
    }
    if old == *earlier_root && new == *later_root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{Tree, leaf_hash, root_of};

    #[test]
    fn every_proof_up_to_a_size_with_every_shape_is_accepted() {
        let leaves: Vec<Digest> = (0_u8..34).map(|entry| leaf_hash(&[entry])).collect();
        for size in 1..=leaves.len() {
            let tree = &leaves[..size];
            let (root, later) = (root_of(tree), LogSize::new(u64::try_from(size).unwrap()));
            for part in 0..size {
                let entry = EntryNumber::new(u64::try_from(part).unwrap());
                let path = Tree::over(tree.to_vec()).inclusion(entry).unwrap();
                assert_eq!(verify_inclusion(&leaves[part], entry, later, &path, &root), Ok(()), "{part} of {size}");
                let earlier = entry.size_including();
                let growth = Tree::over(tree.to_vec()).consistency(earlier).unwrap();
                let earlier_root = root_of(&leaves[..=part]);
                assert_eq!(
                    verify_consistency(earlier, &earlier_root, later, &root, &growth),
                    Ok(()),
                    "{} to {size}",
                    part + 1
                );
            }
        }
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let hash = leaf_hash(b"");
        let (most, last) = (LogSize::new(u64::MAX), EntryNumber::new(u64::MAX - 1));
        for length in 0..70 {
            let proof = vec![hash; length];
            assert!(verify_inclusion(&hash, last, most, &proof, &hash).is_err());
            assert!(verify_inclusion(&hash, EntryNumber::new(u64::MAX), most, &proof, &hash).is_err());
            assert!(verify_inclusion(&hash, EntryNumber::new(0), most, &proof, &hash).is_err());
            assert!(verify_consistency(LogSize::new(u64::MAX - 1), &hash, most, &hash, &proof).is_err());
            assert!(verify_consistency(LogSize::new(1 << 63), &hash, most, &hash, &proof).is_err());
            assert!(verify_consistency(LogSize::new(1), &hash, most, &hash, &proof).is_err());
        }
    }
}

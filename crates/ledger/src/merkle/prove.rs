//! Making proofs from leaf hashes: that an entry is in a tree, and that one tree continues another.
//!
//! It must never be given hashes a stranger supplied: it trusts its leaves, and only the checking half trusts nothing.

use portreeve_model::{Digest, EntryNumber, LogSize};

use super::{Frontier, node_hash};

/// The root over `leaves` (RFC 6962 §2.1).
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::empty();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The audit path of `entry` in the tree over `leaves`, from its sibling up to a child of the root (RFC 6962 §2.1.1);
/// nothing if the tree does not hold the entry.
pub fn inclusion_proof(leaves: &[Digest], entry: EntryNumber) -> Option<Vec<Digest>> {
    let mut index = usize::try_from(entry.index()).ok().filter(|index| *index < leaves.len())?;
    let mut level = leaves.to_vec();
    let mut path = Vec::new();
    while level.len() > 1 {
        // A node without a sibling rises unchanged, and its level adds nothing to the path.
        if let Some(sibling) = level.get(index ^ 1) {
            path.push(*sibling);
        }
        level = level_above(&level);
        index /= 2;
    }
    Some(path)
}

/// The proof that the tree over `leaves` continues the tree over the first `earlier` of them (RFC 6962 §2.1.2); nothing
/// if `earlier` is empty or larger than the tree.
pub fn consistency_proof(leaves: &[Digest], earlier: LogSize) -> Option<Vec<Digest>> {
    let earlier = usize::try_from(earlier.count()).ok().filter(|size| (1..=leaves.len()).contains(size))?;
    if earlier == leaves.len() {
        return Some(Vec::new());
    }
    let mut level = leaves.to_vec();
    // `node` is the last complete subtree of the earlier tree. If it is also the first, the earlier tree is that subtree
    // and its hash is the earlier root, which the reader has already.
    let mut node = earlier - 1;
    while node % 2 == 1 {
        level = level_above(&level);
        node /= 2;
    }
    let mut path = Vec::new();
    if node > 0 {
        path.push(level[node]);
    }
    while level.len() > 1 {
        if let Some(sibling) = level.get(node ^ 1) {
            path.push(*sibling);
        }
        level = level_above(&level);
        node /= 2;
    }
    Some(path)
}

/// The nodes one level up: each pair hashed, an odd one at the end carried as it is.
fn level_above(level: &[Digest]) -> Vec<Digest> {
    level.chunks(2).map(|pair| if let [left, right] = pair { node_hash(left, right) } else { pair[0] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::leaf_hash;

    #[test]
    fn the_seven_leaf_example_of_the_standard() {
        // RFC 6962 §2.1.3: the paths of d0, d3, d4 and d6, and the proofs from 3, 4 and 6 to 7.
        let leaves: Vec<Digest> = (0_u8..7).map(|entry| leaf_hash(&[entry])).collect();
        let [a, b, c, d, e, f, j] = [0, 1, 2, 3, 4, 5, 6].map(|index| leaves[index]);
        let (g, h, i) = (node_hash(&a, &b), node_hash(&c, &d), node_hash(&e, &f));
        let (k, l) = (node_hash(&g, &h), node_hash(&i, &j));
        let path = |entry| inclusion_proof(&leaves, EntryNumber::new(entry)).unwrap();
        assert_eq!(path(0), [b, h, l]);
        assert_eq!(path(3), [c, g, l]);
        assert_eq!(path(4), [f, j, k]);
        assert_eq!(path(6), [i, k]);
        let growth = |earlier| consistency_proof(&leaves, LogSize::new(earlier)).unwrap();
        assert_eq!(growth(3), [c, d, g, l]);
        assert_eq!(growth(4), [l]);
        assert_eq!(growth(6), [i, j, k]);
        assert_eq!(growth(7), []);
        assert_eq!(root_of(&leaves), node_hash(&k, &l));
    }

    #[test]
    fn what_the_tree_does_not_hold_has_no_proof() {
        let leaves = [leaf_hash(b"a")];
        assert_eq!(inclusion_proof(&leaves, EntryNumber::new(1)), None);
        assert_eq!(inclusion_proof(&[], EntryNumber::new(0)), None);
        assert_eq!(consistency_proof(&leaves, LogSize::EMPTY), None);
        assert_eq!(consistency_proof(&leaves, LogSize::new(2)), None);
    }
}

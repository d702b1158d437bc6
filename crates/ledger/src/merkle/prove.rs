//! Making proofs from leaf hashes: that an entry is in a tree, and that one tree continues another.
//!
//! It must never be given hashes a stranger supplied: it trusts its leaves, and only the checking half trusts nothing.

use portreeve_model::{Digest, EntryNumber, LogSize};

use super::{Frontier, empty_root, node_hash};

/// The root over `leaves` (RFC 6962 §2.1).
pub fn root_of(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::empty();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// A whole tree, every level of it kept, so that each of many proofs costs no more than its length. It holds about 64
/// bytes a leaf.
#[derive(Clone, Debug)]
pub struct Tree {
    /// From the leaves up to the root. A node without a sibling stands unchanged on the level above.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// The tree over `leaves` (RFC 6962 §2.1).
    pub fn over(leaves: Vec<Digest>) -> Tree {
        let mut levels = vec![leaves];
        while let Some(top) = levels.last().filter(|top| top.len() > 1) {
            levels.push(level_above(top));
        }
        Tree { levels }
    }

    /// How many leaves it has.
    pub fn size(&self) -> LogSize {
        LogSize::new(u64::try_from(self.leaves().len()).unwrap_or(u64::MAX))
    }

    /// Its leaves.
    pub fn leaves(&self) -> &[Digest] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// Its root.
    pub fn root(&self) -> Digest {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or_else(empty_root)
    }

    /// The audit path of `entry`, from its sibling up to a child of the root (RFC 6962 §2.1.1); nothing if the tree does
    /// not hold the entry.
    pub fn inclusion(&self, entry: EntryNumber) -> Option<Vec<Digest>> {
        let index = usize::try_from(entry.index()).ok().filter(|index| *index < self.leaves().len())?;
        Some(self.siblings(0, index))
    }

    /// The proof that this tree continues the tree over its first `earlier` leaves (RFC 6962 §2.1.2); nothing if
    /// `earlier` is empty or larger than the tree.
    pub fn consistency(&self, earlier: LogSize) -> Option<Vec<Digest>> {
        let size = self.leaves().len();
        let earlier = usize::try_from(earlier.count()).ok().filter(|earlier| (1..=size).contains(earlier))?;
        if earlier == size {
            return Some(Vec::new());
        }
        // `node` is the last complete subtree of the earlier tree. If it is also the first, the earlier tree is that
        // subtree and its hash is the earlier root, which the reader has already.
        let (mut level, mut node) = (0, earlier - 1);
        while node % 2 == 1 {
            level += 1;
            node /= 2;
        }
        let start = self.levels.get(level).and_then(|nodes| nodes.get(node)).filter(|_| node > 0);
        Some(start.copied().into_iter().chain(self.siblings(level, node)).collect())
    }

    /// The siblings met on the way up. A node without one rises unchanged, and its level adds nothing to the path.
    fn siblings(&self, level: usize, mut node: usize) -> Vec<Digest> {
        let mut path = Vec::new();
        for nodes in self.levels.iter().skip(level) {
            path.extend(nodes.get(node ^ 1).copied());
            node /= 2;
        }
        path
    }
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
        let tree = Tree::over(leaves.clone());
        let path = |entry| tree.inclusion(EntryNumber::new(entry)).unwrap();
        assert_eq!(path(0), [b, h, l]);
        assert_eq!(path(3), [c, g, l]);
        assert_eq!(path(4), [f, j, k]);
        assert_eq!(path(6), [i, k]);
        let growth = |earlier| tree.consistency(LogSize::new(earlier)).unwrap();
        assert_eq!(growth(3), [c, d, g, l]);
        assert_eq!(growth(4), [l]);
        assert_eq!(growth(6), [i, j, k]);
        assert_eq!(growth(7), []);
        assert_eq!(root_of(&leaves), node_hash(&k, &l));
        assert_eq!(tree.root(), root_of(&leaves));
    }

    #[test]
    fn what_the_tree_does_not_hold_has_no_proof() {
        let tree = Tree::over(vec![leaf_hash(b"a")]);
        assert_eq!(tree.inclusion(EntryNumber::new(1)), None);
        assert_eq!(Tree::over(Vec::new()).inclusion(EntryNumber::new(0)), None);
        assert_eq!(Tree::over(Vec::new()).root(), empty_root());
        assert_eq!(tree.consistency(LogSize::EMPTY), None);
        assert_eq!(tree.consistency(LogSize::new(2)), None);
    }
}

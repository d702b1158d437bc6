//! The right edge of a growing Merkle tree: all that is needed to add the next leaf and to know the root.
//!
//! It must never hold more than one hash for each power of two in its size, so a log of any length is carried in about
//! two kilobytes.

use portreeve_model::{Digest, LogSize};

use super::{empty_root, node_hash};

/// The roots of the complete subtrees that make up a tree, largest first: one for each 1 bit of its size.
///
/// Adding a leaf and taking the root both cost at most 64 hashes, however long the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The frontier of a tree without leaves.
    pub const fn empty() -> Frontier {
        Frontier { size: 0, peaks: Vec::new() }
    }

    /// The frontier of `size` leaves whose complete subtrees have the roots `peaks`, largest first; nothing if the
    /// number of peaks does not fit the size. Whether the peaks are true cannot be seen from here.
    pub fn from_peaks(size: LogSize, peaks: Vec<Digest>) -> Option<Frontier> {
        let size = size.count();
        let expected = usize::try_from(size.count_ones()).ok()?;
        (peaks.len() == expected).then_some(Frontier { size, peaks })
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> LogSize {
        LogSize::new(self.size)
    }

    /// The roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Adds a leaf, given as its hash, to the right of the tree.
    ///
    /// # Panics
    /// When the tree already has 2^64 - 1 leaves, which no machine can have counted to.
    pub fn push(&mut self, leaf: Digest) {
        let mut node = leaf;
        // Each trailing 1 bit of the size is a complete subtree that the new leaf completes a pair with.
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("there is a peak for each 1 bit of the size");
            node = node_hash(&left, &node);
        }
        self.peaks.push(node);
        self.size = self.size.checked_add(1).expect("counting to 2^64 one by one takes centuries");
    }

    /// The root of the tree (RFC 6962 §2.1).
    pub fn root(&self) -> Digest {
        let mut from_the_right = self.peaks.iter().rev();
        let Some(smallest) = from_the_right.next() else { return empty_root() };
        from_the_right.fold(*smallest, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::leaf_hash;

    #[test]
    fn three_leaves_have_the_shape_the_standard_draws() {
        let [a, b, c] = [b"a", b"b", b"c"].map(|entry| leaf_hash(entry));
        let mut frontier = Frontier::empty();
        assert_eq!(frontier.root(), empty_root());
        for leaf in [a, b, c] {
            frontier.push(leaf);
        }
        assert_eq!(frontier.root(), node_hash(&node_hash(&a, &b), &c));
        assert_eq!(frontier.peaks(), [node_hash(&a, &b), c]);
        assert_eq!(frontier.size(), LogSize::new(3));
    }

    #[test]
    fn peaks_that_do_not_fit_the_size_are_refused() {
        let leaf = leaf_hash(b"a");
        assert!(Frontier::from_peaks(LogSize::new(2), vec![leaf]).is_some());
        assert!(Frontier::from_peaks(LogSize::new(3), vec![leaf]).is_none());
        assert!(Frontier::from_peaks(LogSize::EMPTY, vec![leaf]).is_none());
    }
}

//! A Bloom filter over the names in a store: "surely not there" without looking, in memory that never grows.
//!
//! SHA-256 is uniform, so the bits of a name are its own hash functions. Must never be asked whether something *is*
//! there: only a look can say that.

use std::sync::atomic::{AtomicU64, Ordering};

use portreeve_model::Digest;

/// 2^26 bits are 8 MiB. With the seven places below, 5 million names are 13.4 bits each: two in a thousand new names are
/// looked for in vain. At 20 million it is half of them: slower, and as right.
const BITS: usize = 1 << 26;

/// How many bits a name sets: seven 32-bit words of its 256 bits, of which 26 bits each are used.
const PLACES: usize = 7;

pub(super) struct Filter {
    words: Box<[AtomicU64]>,
}

impl Filter {
    pub(super) fn new() -> Filter {
        Filter { words: (0..BITS / 64).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Adds a name; says whether it may have been there before. `false` is certain.
    pub(super) fn insert(&self, name: &Digest) -> bool {
        let mut before = true;
        for word in name.as_bytes().chunks_exact(4).take(PLACES) {
            let place = u32::from_le_bytes([word[0], word[1], word[2], word[3]]) as usize % BITS;
            let bit = 1_u64 << (place % 64);
            before &= self.words[place / 64].fetch_or(bit, Ordering::Relaxed) & bit != 0;
        }
        before
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Filter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_may_be_there_and_what_was_not_hardly_ever() {
        let filter = Filter::new();
        let name = |number: u32| Digest::of(&number.to_le_bytes());
        let seen_before = (0..50_000).filter(|number| filter.insert(&name(*number))).count();
        assert_eq!(seen_before, 0, "50,000 names leave the filter nearly empty");
        assert!((0..50_000).all(|number| filter.insert(&name(number))));
    }
}

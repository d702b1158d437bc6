//! Chance that is the same on every machine: integers, and of floating point only what IEEE 754 rounds in one way.

/// The generator xoshiro256++ of Blackman and Vigna, begun by SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    state: [u64; 4],
}

impl Chance {
    /// One of many independent streams of a seed: one a file, so that threads can take files in any order.
    pub(crate) fn new(seed: u64, stream: u64) -> Chance {
        let mut word = seed ^ stream.wrapping_mul(0xA076_1D64_78BD_642F).rotate_left(23);
        let state = std::array::from_fn(|_| {
            word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ (mixed >> 31)
        });
        Chance { state }
    }

    pub(crate) fn word(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number below `bound`, which is at least 1. The bias is below `bound` in 2^64: no corpus shows it.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u64
    }

    /// One of some things, of which there is at least one.
    pub(crate) fn pick<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len() as u64) as usize]
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Sizes of which every doubling is as likely as every other: many small files and a few large ones.
#[derive(Clone, Debug)]
pub(crate) struct LogUniform {
    min: u64,
    max: u64,
    /// (max/min) to the power of 1/2, 1/4, 1/8, ... `exp` and `ln` differ between machines; a square root does not.
    roots: [f64; LogUniform::BITS],
}

impl LogUniform {
    /// 2^20 steps between the smallest and the largest: finer than a byte for sizes up to 1 MiB.
    const BITS: usize = 20;

    pub(crate) fn new(min: u64, max: u64) -> LogUniform {
        let mut root = max as f64 / min as f64;
        let roots = std::array::from_fn(|_| {
            root = root.sqrt();
            root
        });
        LogUniform { min, max, roots }
    }

    pub(crate) fn draw(&self, chance: &mut Chance) -> u64 {
        let bits = chance.word();
        let factor = self
            .roots
            .iter()
            .enumerate()
            .filter(|(bit, _)| bits >> bit & 1 == 1)
            .fold(1.0, |factor, (_, root)| factor * root);
        ((self.min as f64 * factor) as u64).clamp(self.min, self.max)
    }

    /// What a file has on average, for estimates.
    pub(crate) fn mean(&self) -> f64 {
        let (min, max) = (self.min as f64, self.max as f64);
        if self.max > self.min { (max - min) / (max / min).ln() } else { min }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_generator() {
        // First outputs of the reference code for the state 1, 2, 3, 4.
        let mut chance = Chance { state: [1, 2, 3, 4] };
        let drawn: Vec<u64> = (0..3).map(|_| chance.word()).collect();
        assert_eq!(drawn, [41_943_041, 58_720_359, 3_588_806_011_781_223]);
    }

    #[test]
    fn streams_differ_and_repeat() {
        assert_eq!(Chance::new(1, 2).word(), Chance::new(1, 2).word());
        let firsts: std::collections::BTreeSet<u64> =
            (0..1_000).flat_map(|n| [Chance::new(1, n).word(), Chance::new(2, n).word()]).collect();
        assert_eq!(firsts.len(), 2_000);
    }

    #[test]
    fn sizes_stay_between_the_bounds_and_every_doubling_is_as_likely() {
        let sizes = LogUniform::new(1 << 10, 1 << 14);
        let mut chance = Chance::new(7, 0);
        let drawn: Vec<u64> = (0..20_000).map(|_| sizes.draw(&mut chance)).collect();
        assert!(drawn.iter().all(|size| (1 << 10..=1 << 14).contains(size)));
        for doubling in 10..14 {
            let count = drawn.iter().filter(|size| (1 << doubling..1 << (doubling + 1)).contains(*size)).count();
            assert!((4_500..5_500).contains(&count), "{count} of 20,000 between 2^{doubling} and twice that");
        }
        let mean = drawn.iter().sum::<u64>() as f64 / 20_000.0;
        assert!((mean / sizes.mean() - 1.0).abs() < 0.02, "{mean} and {}", sizes.mean());
    }

    #[test]
    fn one_size_is_a_range_too() {
        let sizes = LogUniform::new(5, 5);
        assert_eq!(sizes.draw(&mut Chance::new(1, 1)), 5);
        assert!((sizes.mean() - 5.0).abs() < f64::EPSILON);
    }
}

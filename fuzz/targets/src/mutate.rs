//! Mutations of a seed, the same in every run: what the ordinary tests have in the place of a fuzzer.
//!
//! Must never be random by anything but its number, so that a failure is found again by running the tests again.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): small, and good enough to
/// pick places and bytes by.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`, which is not zero.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.throw() % most as u64).unwrap_or(0)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len().max(1)))
    }
}

/// What formats are made of, and what readers trip over: ends of lines and of texts, signs that part or escape, numbers
/// at their limits, letters that are not seen.
const PIECES: [&[u8]; 40] = [
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b" ",
    b"  ",
    b"\t",
    b",",
    b";",
    b":",
    b"\"",
    b"'",
    b"%",
    b"%0A",
    b"%25",
    b"\\",
    b"/",
    b"../",
    b"-",
    b"--",
    b"=",
    b"<",
    b">",
    b"&amp;",
    b"<![CDATA[",
    b"[",
    b"]",
    b"{",
    b"}",
    b"#",
    b"0",
    b"-1",
    b"65536",
    b"4294967296",
    b"18446744073709551616",
    b"1e999",
    b"\xE2\x80\xAE",
    b"\xEF\xBB\xBF",
    b"\xFF",
    b"\x1e",
];

/// The mutation of `seed` that has this number. `others` are seeds to take pieces from.
#[must_use]
pub fn mutation(seed: &[u8], others: &[Vec<u8>], number: u64) -> Vec<u8> {
    let mut dice = Dice(number.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ seed.len() as u64);
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(4) {
        once(&mut bytes, others, &mut dice);
    }
    bytes
}

fn once(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + 1 + dice.below(16)).min(bytes.len());
    match dice.below(8) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = dice.of(&PIECES).copied().unwrap_or_default();
            bytes.splice(at..at, piece.iter().copied());
        }
        3 => {
            let piece = dice.of(&PIECES).copied().unwrap_or_default();
            bytes.splice(at..end, piece.iter().copied());
        }
        4 => {
            let bit = 1 << dice.below(8);
            bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
        }
        5 => {
            let byte = dice.throw().to_le_bytes()[0];
            bytes.get_mut(at).into_iter().for_each(|old| *old = byte);
        }
        // The same again, as often as a list needs to be too long.
        6 => {
            let piece = bytes.get(at..end).unwrap_or_default().repeat(1 + dice.below(40));
            bytes.splice(at..at, piece);
        }
        _ => {
            let other = dice.of(others).map(Vec::as_slice).unwrap_or_default();
            let from = dice.below(other.len() + 1);
            let until = (from + 1 + dice.below(64)).min(other.len());
            bytes.splice(at..end, other.get(from..until).unwrap_or_default().iter().copied());
        }
    }
}

//! What the files of a small corpus hold: pools of made-up records, one a file type, from which every file is a slice.
//!
//! Made up word by word: nobody's data, and it compresses about as office records do.

use std::ops::RangeInclusive;

use super::chance::Chance;

const SUBJECTS: &[&str] = &[
    "the backup job",
    "a laptop",
    "the mail relay",
    "the payroll server",
    "a contractor's account",
    "the door controller",
    "the leisure centre's switch",
    "the planning portal",
    "a shared mailbox",
    "the VPN gateway",
    "the library kiosk",
    "the printer queue",
    "an old tablet",
    "the housing database",
    "the parking terminal",
    "a visitor's badge",
];
const DEEDS: &[&str] = &[
    "was patched",
    "was retired",
    "failed its restart",
    "was reviewed",
    "was moved to the new site",
    "lost its lease",
    "was signed off",
    "is waiting for parts",
    "was scanned",
    "was reported by a resident",
    "kept its old password",
    "was locked after five tries",
    "has a new owner",
    "was written off",
    "was tested twice",
    "is due again",
];
const TAILS: &[&str] = &[
    "before the half-year audit",
    "with the supplier's consent",
    "for the third time",
    "and nobody noticed",
    "as agreed in the meeting",
    "under change board rules",
    "after the flood",
    "while the office was shut",
    "on the second attempt",
    "without loss of service",
    "and the ticket was closed",
    "pending a decision",
    "in line with the policy",
    "at the depot",
    "during the election freeze",
    "and the log was kept",
];

/// A type of file: its ending, how many of a hundred files have it, and how a record of it is made.
struct Kind {
    ending: &'static str,
    of_hundred: u64,
    record: fn(&mut Chance) -> String,
}

const KINDS: &[Kind] = &[
    Kind { ending: "txt", of_hundred: 30, record: |chance| format!("{}.\n", sentence(chance)) },
    Kind { ending: "csv", of_hundred: 25, record: row },
    Kind { ending: "log", of_hundred: 25, record: event },
    Kind { ending: "json", of_hundred: 12, record: object },
    Kind {
        ending: "md",
        of_hundred: 4,
        record: |chance| format!("# {}\n\n- {}\n\n", sentence(chance), sentence(chance)),
    },
    Kind { ending: "eml", of_hundred: 4, record: message },
];

/// A pool has this much, and the largest file on top. Enough that two files seldom share a slice: 200,000 files begin at
/// a million places of six pools.
const POOL_BYTES: u64 = 1 << 20;

/// Everything that files are cut from.
pub(crate) struct Pools(Vec<Vec<u8>>);

impl Pools {
    /// Pools for files of up to `size_max` bytes.
    pub(crate) fn new(seed: u64, size_max: u64) -> Pools {
        let pool = |(number, kind): (usize, &Kind)| {
            // Streams from the far end, where no file's number is.
            let mut chance = Chance::new(seed, u64::MAX - number as u64);
            let mut pool = Vec::new();
            while (pool.len() as u64) < POOL_BYTES + size_max {
                pool.extend_from_slice((kind.record)(&mut chance).as_bytes());
            }
            pool
        };
        Pools(KINDS.iter().enumerate().map(pool).collect())
    }

    /// The bytes of file `number` and the ending of its name. Its first line is its own, so no two files are equal
    /// unless they are too short to say who they are.
    pub(crate) fn file(&self, number: u64, size: u64, chance: &mut Chance, bytes: &mut Vec<u8>) -> &'static str {
        let kind = kind_for(chance.below(100));
        let pool = &self.0[kind];
        let at = chance.below(pool.len() as u64 - size + 1) as usize;
        let size = size as usize;
        bytes.clear();
        bytes.extend_from_slice(format!("Record {number}\n").as_bytes());
        let rest = size.saturating_sub(bytes.len());
        bytes.extend_from_slice(&pool[at..at + rest]);
        bytes.truncate(size);
        KINDS[kind].ending
    }
}

fn kind_for(mut lot: u64) -> usize {
    for (number, kind) in KINDS.iter().enumerate() {
        if lot < kind.of_hundred {
            return number;
        }
        lot -= kind.of_hundred;
    }
    0
}

fn between(chance: &mut Chance, range: RangeInclusive<u64>) -> u64 {
    range.start() + chance.below(range.end() - range.start() + 1)
}

fn sentence(chance: &mut Chance) -> String {
    format!("{} {} {}", chance.pick(SUBJECTS), chance.pick(DEEDS), chance.pick(TAILS))
}

fn day(chance: &mut Chance) -> String {
    format!("202{}-{:02}-{:02}", between(chance, 3..=6), between(chance, 1..=12), between(chance, 1..=28))
}

fn row(chance: &mut Chance) -> String {
    let (number, host) = (between(chance, 1..=99_999), between(chance, 1..=900));
    format!("{number},pc-{host:04},{},{},{}\n", day(chance), chance.pick(DEEDS), chance.pick(TAILS))
}

fn event(chance: &mut Chance) -> String {
    let (day, second) = (day(chance), chance.below(86_400));
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let (host, process) = (between(chance, 1..=80), between(chance, 100..=32_000));
    format!("{day}T{hour:02}:{minute:02}:{second:02}Z host{host} agent[{process}]: {}\n", sentence(chance))
}

fn object(chance: &mut Chance) -> String {
    let (id, open) = (between(chance, 1..=999_999_999), chance.below(2) == 0);
    format!("{{\"id\":{id},\"on\":\"{}\",\"open\":{open},\"note\":\"{}\"}}\n", day(chance), sentence(chance))
}

fn message(chance: &mut Chance) -> String {
    let from = between(chance, 1..=500);
    format!(
        "From: officer{from}@council.example\nSubject: {}\n\n{}.\n{}.\n\n",
        sentence(chance),
        sentence(chance),
        sentence(chance)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_hundred() {
        assert_eq!(KINDS.iter().map(|kind| kind.of_hundred).sum::<u64>(), 100);
        assert_eq!((kind_for(0), kind_for(29), kind_for(30), kind_for(99)), (0, 0, 1, 5));
    }

    #[test]
    fn a_file_has_its_size_however_short_and_however_long() {
        let pools = Pools::new(1, 4_096);
        let mut bytes = Vec::new();
        for size in [1, 5, 9, 10, 64, 4_096] {
            let _ = pools.file(3, size, &mut Chance::new(1, size), &mut bytes);
            assert_eq!(bytes.len() as u64, size);
        }
    }
}

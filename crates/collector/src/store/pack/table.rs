//! The table of contents of a pack: which object, where, how long; sorted by name.
//!
//! The SHA-256 of the table is the name of the pack. So the index beside a pack, which is the table and nothing else,
//! proves itself (`sha256sum` of it is its own name), an index of another pack is found out, and so is a pack that lost
//! a member: the table made from its headers has another name.
//!
//! Must never be believed before its name was compared.

use portreeve_model::Digest;

use super::tar::{BLOCK_BYTES, blocks};
use super::{OBJECTS_MAX, PACKED_BYTES_MAX};

/// Name 32, block of the header 4, length 4; numbers little-endian.
pub(crate) const ENTRY_BYTES: usize = 40;

/// Where an object lies in its pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) name: Digest,
    /// Which block its header is.
    pub(crate) block: u32,
    /// How many bytes it has.
    pub(crate) length: u32,
}

impl Entry {
    pub(crate) const fn header_at(&self) -> u64 {
        self.block as u64 * BLOCK_BYTES as u64
    }

    pub(crate) const fn bytes_at(&self) -> u64 {
        self.header_at() + BLOCK_BYTES as u64
    }

    /// The block after its last: where the next header is, or the end.
    pub(crate) const fn next_block(&self) -> u32 {
        self.block.saturating_add(1).saturating_add(blocks(self.length))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&self.block.to_le_bytes());
        out.extend_from_slice(&self.length.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Option<Entry> {
        let (name, numbers) = bytes.split_first_chunk::<32>()?;
        let (block, length) = numbers.split_first_chunk::<4>()?;
        let length = length.first_chunk::<4>()?;
        Some(Entry {
            name: Digest::from_bytes(*name),
            block: u32::from_le_bytes(*block),
            length: u32::from_le_bytes(*length),
        })
    }
}

/// The table of `entries`, which come in any order.
pub(crate) fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_unstable();
    let mut table = Vec::with_capacity(sorted.len() * ENTRY_BYTES);
    sorted.iter().for_each(|entry| entry.encode(&mut table));
    table
}

/// The entries of a table or of a part of it.
pub(crate) fn decode(table: &[u8]) -> impl Iterator<Item = Entry> + '_ {
    table.chunks_exact(ENTRY_BYTES).filter_map(Entry::decode)
}

/// Looks for a name in a part of a table. Names are spread evenly, so the first guess is near, and longer and longer steps
/// lead from there. Where they are not, eight steps are lost before it is halving as usual.
pub(crate) fn find(part: &[u8], name: &Digest) -> Option<Entry> {
    let name_at = |place: usize| part.get(place * ENTRY_BYTES..)?.first_chunk::<32>();
    let (mut low, mut high) = (0, part.len() / ENTRY_BYTES);
    let mut middle = guess(name_at(0)?, name_at(high - 1)?, name, high);
    let mut step = 8;
    while low < high {
        match name_at(middle)?.cmp(name.as_bytes()) {
            std::cmp::Ordering::Less => (low, middle) = (middle + 1, middle + step),
            std::cmp::Ordering::Greater => (high, middle) = (middle, middle.saturating_sub(step)),
            std::cmp::Ordering::Equal => return Entry::decode(&part[middle * ENTRY_BYTES..]),
        }
        step *= 4;
        if !(low..high).contains(&middle) {
            middle = low.midpoint(high);
        }
    }
    None
}

/// Where among `count` names from `first` to `last` a name stands if they are spread evenly.
fn guess(first: &[u8; 32], last: &[u8; 32], name: &Digest, count: usize) -> usize {
    let number = |name: &[u8; 32]| name.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let (first, last, name) = (number(first), number(last), number(name.as_bytes()));
    let (along, all) = (u128::from(name.saturating_sub(first)), u128::from(last.saturating_sub(first)).max(1));
    usize::try_from(along * (count as u128 - 1) / all).unwrap_or(0).min(count - 1)
}

/// Which part of a table holds the names that begin with a byte, so that finding one takes one small read.
#[derive(Debug)]
pub(crate) struct FanOut {
    /// How many entries begin with a smaller byte; the last is the number of all.
    before: Box<[u32; 257]>,
    /// The block after the last member.
    end_block: u32,
}

impl FanOut {
    /// Of a whole table; `None` if that is out of order or speaks of what no pack holds.
    pub(crate) fn of(table: &[u8]) -> Option<FanOut> {
        let count = table.len() / ENTRY_BYTES;
        if !table.len().is_multiple_of(ENTRY_BYTES) || count > OBJECTS_MAX {
            return None;
        }
        let mut before = Box::new([0_u32; 257]);
        let mut last: Option<Digest> = None;
        let mut end_block = 0;
        for entry in decode(table) {
            if entry.length as usize > PACKED_BYTES_MAX || last.is_some_and(|last| last >= entry.name) {
                return None;
            }
            before[usize::from(entry.name.as_bytes()[0]) + 1] += 1;
            last = Some(entry.name);
            end_block = end_block.max(entry.next_block());
        }
        for byte in 0..256 {
            before[byte + 1] += before[byte];
        }
        Some(FanOut { before, end_block })
    }

    /// The bytes of the table that hold the names beginning with `byte`.
    pub(crate) fn part(&self, byte: u8) -> std::ops::Range<usize> {
        let at = |index: usize| self.before[index] as usize * ENTRY_BYTES;
        at(usize::from(byte))..at(usize::from(byte) + 1)
    }

    /// How long the archive is.
    pub(crate) const fn pack_bytes(&self) -> u64 {
        self.end_block as u64 * BLOCK_BYTES as u64 + super::tar::END_BYTES as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        (0..1000_u32).map(|block| Entry { name: Digest::of(&block.to_le_bytes()), block, length: block }).collect()
    }

    #[test]
    fn a_table_reads_back_and_finds_what_it_holds() {
        let table = encode(&entries());
        let fan_out = FanOut::of(&table).unwrap();
        for entry in entries() {
            let part = fan_out.part(entry.name.as_bytes()[0]);
            assert_eq!(find(&table[part], &entry.name), Some(entry));
        }
        let absent = Digest::of(b"absent");
        assert_eq!(find(&table[fan_out.part(absent.as_bytes()[0])], &absent), None);
        assert_eq!(decode(&table).count(), 1000);
    }

    #[test]
    fn a_name_is_found_among_names_that_are_spread_unevenly() {
        let name = |number: u32, crowded: bool| {
            let mut bytes = *Digest::of(&number.to_le_bytes()).as_bytes();
            if crowded {
                bytes[..28].fill(7);
                bytes[28..].copy_from_slice(&number.to_be_bytes());
            }
            Digest::from_bytes(bytes)
        };
        for crowded_count in [0, 1, 2, 100, 999, 1000] {
            let all: Vec<Entry> = (0..1000)
                .map(|number| Entry { name: name(number, number < crowded_count), block: number, length: 0 })
                .collect();
            let table = encode(&all);
            for entry in &all {
                assert_eq!(find(&table, &entry.name), Some(*entry), "{crowded_count} of 1000 stand close together");
            }
            for absent in (1000..1500).map(|number| name(number, number % 2 == 0)) {
                let there = all.iter().find(|entry| entry.name == absent).copied();
                assert_eq!(find(&table, &absent), there);
            }
        }
        assert_eq!(find(&[], &name(0, false)), None);
    }

    #[test]
    fn a_table_out_of_order_cut_short_or_too_long_is_none() {
        let table = encode(&entries());
        assert!(FanOut::of(&table[..table.len() - 1]).is_none());
        let mut swapped = table.clone();
        swapped.rotate_left(ENTRY_BYTES);
        assert!(FanOut::of(&swapped).is_none());
        let long = Entry { name: Digest::of(b""), block: 0, length: PACKED_BYTES_MAX as u32 + 1 };
        assert!(FanOut::of(&encode(&[long])).is_none());
        assert_eq!(FanOut::of(&[]).unwrap().pack_bytes(), 1024);
    }
}

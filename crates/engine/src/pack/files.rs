//! The files of evidence in a pack, sorted by their names there, whatever their number: part after part, each a range of
//! digests.
//!
//! Manifests are sorted by true names, and the pack's own list by digests. Rather than hold all files to sort them, the
//! manifests are read once for each part. Must never leave out a file, or hold more than a part.

use std::ops::RangeInclusive;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestLine;
use portreeve_reporting::pack::names::Ending;

/// How many files a part has, if digests are spread as evenly as they should be: 250,000, at 41 bytes each 10 MB. 5 million
/// files are 20 parts, and 20 times the reading of their manifests is a second or two each.
const PART_FILES: u64 = 250_000;

/// A file of evidence as it is named in a pack.
pub(super) type Named = (Digest, Ending);

/// The parts of so many files: ranges of the first four bytes of digests, in order.
pub(super) fn parts(files: u64) -> impl Iterator<Item = RangeInclusive<u32>> {
    let count = files.div_ceil(PART_FILES).clamp(1, 1 << 16);
    let start = move |part: u64| (part << 32) / count;
    (0..count).map(move |part| {
        u32::try_from(start(part)).unwrap_or(0)..=u32::try_from(start(part + 1) - 1).unwrap_or(u32::MAX)
    })
}

/// The files of one manifest that are in a part, in its order.
pub(super) fn part<E>(
    part: &RangeInclusive<u32>,
    lines: impl Iterator<Item = Result<ManifestLine, E>>,
) -> Result<Vec<Named>, E> {
    let mut found = Vec::new();
    for line in lines {
        let ManifestLine { digest, path } = line?;
        let [first, second, third, fourth, ..] = *digest.as_bytes();
        if part.contains(&u32::from_be_bytes([first, second, third, fourth])) {
            found.push((digest, Ending::of(&path)));
        }
    }
    Ok(found)
}

/// The files of one part, sorted by their names in the pack, each once.
pub(super) fn in_order(mut found: Vec<Named>) -> Vec<Named> {
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use portreeve_model::manifest::ManifestPath;

    use super::*;

    #[test]
    fn the_parts_of_any_number_of_files_are_all_of_them_in_order() {
        for files in [0, 1, PART_FILES, PART_FILES + 1, 5_000_000, 7 * PART_FILES, u64::MAX] {
            let ranges: Vec<_> = parts(files).collect();
            assert_eq!((*ranges[0].start(), *ranges.last().unwrap().end()), (0, u32::MAX), "{files}");
            assert!(ranges.windows(2).all(|two| u64::from(*two[0].end()) + 1 == u64::from(*two[1].start())), "{files}");
        }
        assert_eq!(parts(5_000_000).count(), 20);
        let line = |number: u32| ManifestLine {
            digest: Digest::of(&number.to_le_bytes()),
            path: ManifestPath::new(format!("{number}.txt").into_bytes()).unwrap(),
        };
        let of =
            |range: &RangeInclusive<u32>| part(range, (0..1000).chain(0..10).map(|number| Ok::<_, ()>(line(number))));
        let all: Vec<Named> = parts(4 * PART_FILES).flat_map(|range| in_order(of(&range).unwrap())).collect();
        assert_eq!((all.len(), all.is_sorted()), (1000, true));
    }
}

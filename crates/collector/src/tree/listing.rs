//! The names in one folder, packed: a folder with a million files takes about 40 MB here, not 120.
//!
//! Must never change the bytes of a name.

use super::Kind;

/// Names one after another in one piece of memory, each with its kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    length: u16,
    kind: Kind,
}

impl Names {
    pub(crate) fn push(&mut self, name: &[u8], kind: Kind) {
        // No file system has names of more than some thousand bytes; the longest that Linux hands over has 255.
        let Ok(length) = u16::try_from(name.len()) else { return };
        self.entries.push(Entry { start: self.bytes.len(), length, kind });
        self.bytes.extend_from_slice(name);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn get(&self, number: usize) -> Option<(&[u8], Kind)> {
        self.entries.get(number).map(|entry| (self.name(entry), entry.kind))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], Kind)> {
        self.entries.iter().map(|entry| (self.name(entry), entry.kind))
    }

    /// Those that come after the one of this number.
    pub(crate) fn after(&self, number: usize) -> Names {
        let mut rest = Names::default();
        self.iter().skip(number + 1).for_each(|(name, kind)| rest.push(name, kind));
        rest
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        &self.bytes[entry.start..entry.start + usize::from(entry.length)]
    }

    /// Brings the names into the order in which the paths below them sort: a folder sorts as its name and a slash, so
    /// that `a.txt` comes before what is in `a`.
    pub(crate) fn sort(&mut self) {
        let Names { bytes, entries } = self;
        let name = |entry: &Entry| &bytes[entry.start..entry.start + usize::from(entry.length)];
        let key = |entry: &Entry| {
            let slash: &[u8] = if entry.kind == Kind::Folder { b"/" } else { b"" };
            name(entry).iter().chain(slash)
        };
        entries.sort_unstable_by(|left, right| {
            // Most names differ before either ends; only a beginning of the other needs the slash.
            let (one, two) = (name(left), name(right));
            let common = one.len().min(two.len());
            one[..common].cmp(&two[..common]).then_with(|| key(left).cmp(key(right)))
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The law that makes the manifest sorted without ever being held.
        #[test]
        fn names_sort_as_the_paths_below_them(found in prop::collection::btree_map("[ab./-]{1,4}", any::<bool>(), 0..12)) {
            let mut names = Names::default();
            let found: Vec<(String, bool)> = found.into_iter().map(|(name, folder)| (name.replace('/', "z"), folder)).collect();
            for (name, folder) in &found {
                names.push(name.as_bytes(), if *folder { Kind::Folder } else { Kind::File });
            }
            names.sort();
            let path = |(name, kind): (&[u8], Kind)| [name, if kind == Kind::Folder { b"/" } else { b"" }].concat();
            let paths: Vec<Vec<u8>> = names.iter().map(path).collect();
            prop_assert!(paths.is_sorted(), "{paths:?}");
            prop_assert_eq!(paths.len(), found.len());
        }
    }
}

//! Names inside a pack: plain ASCII made from digests, so that no newline, direction override, reserved word, letter case
//! or length of a true name can break a stock tool. The true names stand in the manifests.

use std::fmt;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};

use super::{EVIDENCE_FOLDER, MANIFEST_FOLDER};
use crate::index::{PackFile, PackFiles};

/// Longest extension that is carried over; the longest in common use is `numbers`.
const EXTENSION_CHARS_MAX: usize = 8;

/// How many files of an item the statement and the page list: more than anybody reads, and few enough for a browser. The
/// manifest of the item, which is in the pack, names them all.
pub const LISTED_MAX: usize = 1_000;

/// What tells a desktop how to open a file: its extension with the full stop, when that is short and plain, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// ASCII, with zeros behind it.
    letters: [u8; 1 + EXTENSION_CHARS_MAX],
}

impl Ending {
    /// Of a file of that name.
    pub fn of(path: &ManifestPath) -> Ending {
        let mut ending = Ending::default();
        for (letter, found) in ending.letters.iter_mut().zip(extension(path.as_bytes())) {
            *letter = found.to_ascii_lowercase();
        }
        ending
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.letters
            .iter()
            .take_while(|letter| **letter != 0)
            .try_for_each(|letter| write!(out, "{}", char::from(*letter)))
    }
}

/// The name of a file in the pack. Files with the same bytes and the same ending are one there.
pub fn path(digest: &Digest, ending: Ending) -> String {
    let digest = digest.to_string();
    let (shelf, _) = digest.split_at(2);
    format!("{EVIDENCE_FOLDER}/{shelf}/{digest}{ending}")
}

/// The name of a manifest in the pack.
pub fn manifest_path(manifest: &Digest) -> String {
    format!("{MANIFEST_FOLDER}/{manifest}.txt")
}

impl PackFiles {
    /// Takes the next file in. `size_bytes` is asked of those that are listed, by their path in the pack.
    pub fn add(&mut self, line: &ManifestLine, size_bytes: impl FnOnce(&str) -> u64) {
        self.count += 1;
        if self.listed.len() < LISTED_MAX {
            let path = path(&line.digest, Ending::of(&line.path));
            let size_bytes = size_bytes(&path);
            let true_name = line.path.display().to_string();
            self.listed.push(PackFile { true_name, path, digest: line.digest, size_bytes });
        }
    }
}

fn extension(name: &[u8]) -> &[u8] {
    let name = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0);
    let (ending, letters) = dot.and_then(|dot| Some((name.get(dot..)?, name.get(dot + 1..)?))).unwrap_or_default();
    let plain = (1..=EXTENSION_CHARS_MAX).contains(&letters.len()) && letters.iter().all(u8::is_ascii_alphanumeric);
    if plain { ending } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &[u8]) -> String {
        path(&Digest::of(b"x"), Ending::of(&ManifestPath::new(name).unwrap()))
    }

    #[test]
    fn whatever_a_file_is_called_its_name_in_the_pack_is_plain_and_short() {
        let digest = Digest::of(b"x").to_string();
        let plain = format!("data/evidence/2d/{digest}");
        assert_eq!(named(b"firewall header.TXT"), format!("{plain}.txt"));
        for odd in
            [&b"a\nb"[..], b"CON", b".bashrc", b"x.tar.gz/no-ending", b"a.\xe2\x80\xaefdp", b"x.toolongextension"]
        {
            assert_eq!(named(odd), plain, "{odd:?}");
        }
        assert!(plain.len() < 120);
    }

    #[test]
    fn of_many_files_the_first_are_listed_and_all_are_counted() {
        let mut files = PackFiles::default();
        for number in 0..LISTED_MAX + 5 {
            let path = ManifestPath::new(format!("{number}.txt").into_bytes()).unwrap();
            let line = ManifestLine { digest: Digest::of(path.as_bytes()), path };
            files.add(&line, |_| 1);
        }
        assert_eq!((files.listed.len(), files.count), (LISTED_MAX, LISTED_MAX as u64 + 5));
        assert_eq!(files.listed[7].true_name, "7.txt");
    }
}

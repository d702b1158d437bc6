//! Names inside a pack: plain ASCII made from digests, so that no newline, direction override, reserved word, letter case
//! or length of a true name can break a stock tool. The true names stand in the statement and in the manifests.

use std::collections::BTreeMap;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestLine;
use portreeve_model::reference::EvidenceId;

use super::EVIDENCE_FOLDER;
use crate::index::PackFile;

/// Longest extension that is carried over; the longest in common use is `numbers`.
const EXTENSION_CHARS_MAX: usize = 8;

/// Gives every file of every item of evidence its name in the pack. Files with the same bytes share one.
pub fn name_files<'a>(
    evidence: impl IntoIterator<Item = (&'a EvidenceId, &'a [(ManifestLine, u64)])>,
) -> BTreeMap<EvidenceId, Vec<PackFile>> {
    let mut paths: BTreeMap<Digest, String> = BTreeMap::new();
    let mut named = BTreeMap::new();
    for (id, lines) in evidence {
        let files = lines.iter().map(|(line, size_bytes)| PackFile {
            true_name: line.path.display().to_string(),
            path: paths.entry(line.digest).or_insert_with(|| path_of(line)).clone(),
            digest: line.digest,
            size_bytes: *size_bytes,
        });
        named.insert(id.clone(), files.collect());
    }
    named
}

fn path_of(line: &ManifestLine) -> String {
    let digest = line.digest.to_string();
    let (shelf, _) = digest.split_at(2);
    format!("{EVIDENCE_FOLDER}/{shelf}/{digest}{}", extension(line.path.as_bytes()))
}

/// The extension with its full stop, when it is short and plain; it tells a desktop how to open the file.
fn extension(name: &[u8]) -> String {
    let name = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    let dot = name.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0);
    let extension = dot.and_then(|dot| name.get(dot + 1..)).unwrap_or(&[]);
    let plain = !extension.is_empty()
        && extension.len() <= EXTENSION_CHARS_MAX
        && extension.iter().all(u8::is_ascii_alphanumeric);
    if plain { format!(".{}", String::from_utf8_lossy(extension).to_ascii_lowercase()) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portreeve_model::manifest::ManifestPath;

    fn named(path: &[u8]) -> String {
        let line = ManifestLine { digest: Digest::of(b"x"), path: ManifestPath::new(path).unwrap() };
        let id: EvidenceId = "E-001".parse().unwrap();
        let lines = [(line, 1)];
        name_files([(&id, &lines[..])]).remove(&id).unwrap().remove(0).path
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
}

//! The proof vectors of transparency-dev/merkle: genuine proofs, and many that must be rejected.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use portreeve_ledger::merkle::{verify_consistency, verify_inclusion};
use portreeve_model::{Digest, EntryNumber, LogSize};
use serde::Deserialize;

use crate::bench::skipped;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[test]
fn inclusion_vectors_are_answered_as_they_ask() {
    let Some(files) = vectors("inclusion") else { return };
    let mut accepted = 0;
    for (path, text) in &files {
        let vector: Inclusion = serde_json::from_str(text).unwrap();
        let answer =
            hash(&vector.leaf_hash).zip(hash(&vector.root)).zip(hashes(vector.proof)).map(|((leaf, root), proof)| {
                let (entry, size) = (EntryNumber::new(vector.leaf_idx), LogSize::new(vector.tree_size));
                verify_inclusion(&leaf, entry, size, &proof, &root)
            });
        assert_eq!(answer != Some(Ok(())), vector.want_err, "{}: {answer:?}", path.display());
        accepted += usize::from(answer == Some(Ok(())));
    }
    assert_eq!((files.len(), accepted), (98, 6));
}

#[test]
fn consistency_vectors_are_answered_as_they_ask() {
    let Some(files) = vectors("consistency") else { return };
    let mut accepted = 0;
    for (path, text) in &files {
        let vector: Consistency = serde_json::from_str(text).unwrap();
        let answer =
            hash(&vector.root1).zip(hash(&vector.root2)).zip(hashes(vector.proof)).map(|((old, new), proof)| {
                verify_consistency(LogSize::new(vector.size1), &old, LogSize::new(vector.size2), &new, &proof)
            });
        assert_eq!(answer != Some(Ok(())), vector.want_err, "{}: {answer:?}", path.display());
        accepted += usize::from(answer == Some(Ok(())));
    }
    assert_eq!((files.len(), accepted), (98, 6));
}

fn hashes(proof: Option<Vec<String>>) -> Option<Vec<Digest>> {
    proof.unwrap_or_default().iter().map(|text| hash(text)).collect()
}

/// Some vectors have nothing, or a word that does not matter, where a hash belongs. Here a hash has 32 bytes by its type:
/// nothing is no hash, and is refused as such; for a word its digest stands in, so equal words stay equal and different
/// ones different.
fn hash(text: &str) -> Option<Digest> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let stand_in = || (!bytes.is_empty()).then(|| Digest::of(&bytes));
    <[u8; 32]>::try_from(bytes.as_slice()).map_or_else(|_| stand_in(), |hash| Some(Digest::from_bytes(hash)))
}

/// The files of one kind of vector, or nothing, said loudly, where the shared folder is absent.
fn vectors(kind: &str) -> Option<Vec<(PathBuf, String)>> {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("PORTREEVE_SHARED").map_or_else(default, PathBuf::from);
    let folder = shared.join("data/corpora/merkle/testdata").join(kind);
    if !folder.is_dir() {
        skipped(&format!("no {kind} vectors at `{}`", folder.display()), "PORTREEVE_REQUIRE_SHARED");
        return None;
    }
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(folder).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    Some(files)
}

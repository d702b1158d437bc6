//! Proofs as files: written, read by somebody who has only keys, and proof against alteration.

use portreeve_ledger::merkle::Tree;
use portreeve_ledger::{EntryProof, GrowthProof, Log, MemoryLog, NoteError, ProofError, leaf_hashes};
use portreeve_model::{EntryNumber, LogSize};

use crate::bench::{checkpoint, entry, grow, key};

#[test]
fn every_entry_of_a_ledger_can_be_proved_alone() {
    let (log, key) = (MemoryLog::new(), key());
    grow(&log, 23);
    let signed = checkpoint(&log, &key);
    grow(&log, 30);
    let leaves = leaf_hashes(&log, LogSize::new(30)).unwrap();
    let tree = Tree::over(leaves[..23].to_vec());
    for number in 0..23 {
        let proof = EntryProof::new(&tree, EntryNumber::new(number), signed.clone()).unwrap();
        let read = EntryProof::parse(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(&entry(number), &[key.trusted()]).unwrap().size, LogSize::new(23));
        assert_eq!(read.verify(&entry(number + 1), &[key.trusted()]), Err(ProofError::OtherRoot));
    }
    let beyond = EntryProof::new(&tree, EntryNumber::new(23), signed.clone());
    assert!(matches!(beyond, Err(ProofError::OutOfRange { .. })), "the checkpoint does not cover it");
    for other in [&leaves[..10], &leaves[..], &leaves[1..24]] {
        let other = EntryProof::new(&Tree::over(other.to_vec()), EntryNumber::new(1), signed.clone());
        assert!(other.is_err(), "a tree that is not the checkpoint's proves nothing");
    }
}

#[test]
fn the_text_is_that_of_c2sp_tlog_proof() {
    let (log, key) = (MemoryLog::new(), key());
    grow(&log, 3);
    let tree = Tree::over(leaf_hashes(&log, LogSize::new(3)).unwrap());
    let mut proof = EntryProof::new(&tree, EntryNumber::new(2), checkpoint(&log, &key)).unwrap();
    let text = proof.to_string();
    let (head, note) = text.split_once("\n\n").unwrap();
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!((lines.len(), lines[0], lines[1]), (3, "c2sp.org/tlog-proof@v1", "index 2"));
    assert_eq!(note, proof.checkpoint.as_str());

    proof.extra = Some(b"opaque".to_vec());
    let extended = proof.to_string();
    assert_eq!(extended.lines().nth(1), Some("extra b3BhcXVl"));
    assert_eq!(EntryProof::parse(&extended).unwrap(), proof);
    assert!(proof.verify(&entry(2), &[key.trusted()]).is_ok());

    let wrong = [
        text.replace("@v1", "@v2"),
        text.replace("index 2", "index 02"),
        text.replace("index 2", "index  2"),
        text.replace("index 2\n", ""),
        text.replace("index 2\n", "index 2\nindex 2\n"),
        text.replace("index 2\n", "index 2\nextra b3BhcXVl\n"),
        extended.replace("b3BhcXVl", ""),
        extended.replace("b3BhcXVl", "b3BhcXV"),
        text.replace("index 2\n", &format!("index 2\n{}", format!("{}\n", lines[2]).repeat(66))),
        text.replacen("\n\n", "\n", 1),
        format!("{text}\n"),
        format!("\u{feff}{text}"),
        format!("{text}{}", "x".repeat(300_000)),
    ];
    for text in wrong {
        assert!(EntryProof::parse(&text).is_err(), "{text}");
    }
}

#[test]
fn no_byte_of_an_entry_proof_can_change_unnoticed() {
    let (log, key) = (MemoryLog::new(), key());
    grow(&log, 13);
    let tree = Tree::over(leaf_hashes(&log, LogSize::new(13)).unwrap());
    // The last entry of a lopsided tree has a short path, the first a long one.
    for number in [0, 12] {
        let text = EntryProof::new(&tree, EntryNumber::new(number), checkpoint(&log, &key)).unwrap().to_string();
        for altered in alterations(&text) {
            let believed =
                EntryProof::parse(&altered).is_ok_and(|proof| proof.verify(&entry(number), &[key.trusted()]).is_ok());
            assert!(!believed, "{altered}");
        }
    }
}

#[test]
fn a_later_ledger_is_proved_to_continue_an_earlier_one() {
    let (log, key) = (MemoryLog::new(), key());
    let mut earlier = vec![checkpoint(&log, &key)];
    for size in [1, 2, 7, 8, 21] {
        grow(&log, size);
        earlier.push(checkpoint(&log, &key));
    }
    let later = checkpoint(&log, &key);
    let tree = Tree::over(leaf_hashes(&log, LogSize::new(21)).unwrap());
    for earlier in &earlier {
        let proof = GrowthProof::new(&tree, earlier.unverified().size, later.clone()).unwrap();
        let read = GrowthProof::parse(&proof.to_string()).unwrap();
        assert_eq!(read, proof);
        assert_eq!(read.verify(earlier, &[key.trusted()]).unwrap(), later.unverified());
    }
    let proof = GrowthProof::new(&tree, LogSize::new(7), later.clone()).unwrap();
    assert!(proof.to_string().starts_with("old 7\n"));
    assert!(matches!(proof.verify(&earlier[2], &[key.trusted()]), Err(ProofError::OtherStart { .. })));
    let untrusted = proof.verify(&earlier[3], &[]);
    assert!(matches!(untrusted, Err(ProofError::Checkpoint(NoteError::NoTrustedSignature { .. }))));
    assert!(matches!(GrowthProof::new(&tree, LogSize::new(22), later.clone()), Err(ProofError::Shrunk { .. })));
    assert!(GrowthProof::new(&Tree::over(tree.leaves()[..20].to_vec()), LogSize::new(7), later).is_err());
}

#[test]
fn a_history_rewritten_by_the_holder_of_the_key_has_no_proof() {
    let (log, forged, key) = (MemoryLog::new(), MemoryLog::new(), key());
    grow(&log, 10);
    let kept_elsewhere = checkpoint(&log, &key);
    forged.append(LogSize::EMPTY, &[b"something else happened".to_vec()]).unwrap();
    grow(&forged, 16);
    let tree = Tree::over(leaf_hashes(&forged, LogSize::new(16)).unwrap());
    let proof = GrowthProof::new(&tree, LogSize::new(10), checkpoint(&forged, &key)).unwrap();
    assert_eq!(proof.verify(&kept_elsewhere, &[key.trusted()]), Err(ProofError::OtherRoot));
}

#[test]
fn no_byte_of_a_growth_proof_can_change_unnoticed() {
    let (log, key) = (MemoryLog::new(), key());
    grow(&log, 5);
    let earlier = checkpoint(&log, &key);
    grow(&log, 13);
    let tree = Tree::over(leaf_hashes(&log, LogSize::new(13)).unwrap());
    let text = GrowthProof::new(&tree, LogSize::new(5), checkpoint(&log, &key)).unwrap().to_string();
    for altered in alterations(&text) {
        let believed = GrowthProof::parse(&altered).is_ok_and(|proof| proof.verify(&earlier, &[key.trusted()]).is_ok());
        assert!(!believed, "{altered}");
    }
}

/// The text with each byte altered, dropped and doubled in turn.
fn alterations(text: &str) -> impl Iterator<Item = String> {
    let bytes = text.as_bytes();
    let altered = (0..bytes.len()).flat_map(move |at| {
        let flipped = [bytes[at] ^ 0x01, bytes[at] ^ 0x04, b'\n', b'0']
            .map(|byte| [&bytes[..at], &[byte], &bytes[at + 1..]].concat());
        let dropped = [&bytes[..at], &bytes[at + 1..]].concat();
        let doubled = [&bytes[..=at], &bytes[at..]].concat();
        flipped.into_iter().chain([dropped, doubled])
    });
    altered.filter(move |altered| altered != bytes).filter_map(|altered| String::from_utf8(altered).ok())
}

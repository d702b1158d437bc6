//! Nothing a stranger can send makes a parser panic.

use portreeve_ledger::merkle::Tree;
use portreeve_ledger::{
    EntryProof, GrowthProof, MemoryLog, Origin, SignedCheckpoint, SigningKey, TrustedKey, VerifierKey, leaf_hashes,
    sshsig,
};
use portreeve_model::{EntryNumber, LogSize};
use proptest::prelude::*;

use crate::bench::{checkpoint, grow, key};

/// Everything that reads text, on one text.
fn read_everything(text: &str, keys: &[TrustedKey]) {
    if let Ok(checkpoint) = SignedCheckpoint::parse(text) {
        assert_eq!(checkpoint.as_str(), text, "what is read is what was written");
        let _ = checkpoint.verify(keys);
    }
    if let Ok(proof) = EntryProof::parse(text) {
        assert_eq!(proof.to_string(), text);
        let _ = proof.verify(b"", keys);
    }
    if let Ok(proof) = GrowthProof::parse(text) {
        assert_eq!(proof.to_string(), text);
        let _ = proof.verify(&proof.checkpoint, keys);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    let _ = text.parse::<TrustedKey>();
    let _ = TrustedKey::parse_all(text);
    let _ = text.parse::<Origin>();
    let _ = sshsig::verify(b"", "test", text, keys);
}

/// Genuine texts of every kind, to be cut up and mixed.
fn genuine(key: &SigningKey) -> Vec<String> {
    let log = MemoryLog::new();
    grow(&log, 9);
    let tree = Tree::over(leaf_hashes(&log, LogSize::new(9)).unwrap());
    let signed = checkpoint(&log, key);
    vec![
        signed.to_string(),
        EntryProof::new(&tree, EntryNumber::new(4), signed.clone()).unwrap().to_string(),
        GrowthProof::new(&tree, LogSize::new(5), signed).unwrap().to_string(),
        key.public_line(),
        key.trusted().allowed_signers_line("clerk", "test").unwrap(),
        key.verifier_key(&"example".parse().unwrap()).to_string(),
        sshsig::sign(b"", "test", key).unwrap(),
    ]
}

#[test]
fn genuine_texts_with_pieces_moved_cut_and_replaced() {
    let key = key();
    let (keys, texts) = ([key.trusted()], genuine(&key));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(512));
    let index = any::<prop::sample::Index>;
    let strategy = (index(), index(), index(), index(), index(), "\\PC{0,3}|\n|\n\n|\u{2014} |[0-9]{19,21}|\0|=|\\+");
    runner
        .run(&strategy, |(one, other, from, to, at, put)| {
            let characters = |index: &prop::sample::Index| index.get(&texts).chars().collect::<Vec<char>>();
            let (mut text, donor) = (characters(&one), characters(&other));
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            text.drain(from.min(to)..from.max(to).min(from.min(to) + 60));
            let at = at.index(text.len() + 1);
            text.splice(at..at, put.chars());
            read_everything(&text.iter().collect::<String>(), &keys);
            text.splice(at..at, donor.into_iter().take(80));
            read_everything(&text.iter().collect::<String>(), &keys);
            Ok(())
        })
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_at_all(text in "(?s).{0,200}") {
        read_everything(&text, &[]);
    }

    #[test]
    fn anything_that_resembles_a_note(
        head in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z=]{0,8}\n)?(index|old) [0-9]{0,21}\n([A-Za-z0-9+/=]{44}\n){0,4}",
        body in "\n?[a-z.]{1,8}\n[0-9]{1,21}\n[A-Za-z0-9+/]{43}=\nledger-bytes [0-9]{1,21}\nledger-sha256 [0-9a-f]{64}\n",
        signatures in "(\n)?(\u{2014} [a-z]{1,5} [A-Za-z0-9+/]{92}\n){0,3}",
    ) {
        read_everything(&format!("{head}{body}{signatures}"), &[]);
        read_everything(&format!("{body}{signatures}"), &[]);
    }
}

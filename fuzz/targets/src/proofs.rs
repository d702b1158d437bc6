//! What vouches for a ledger or a pack: keys, checkpoints, proofs, SSH signatures. The seeds hold genuine ones, made once
//! by a key that nobody has any more; so whatever else verifies was forged, and that is the law.

use portreeve_ledger::{EntryProof, GrowthProof, Origin, SignedCheckpoint, TrustedKey, VerifierKey, sshsig};
use portreeve_model::EntryNumber;

use crate::text_of;

/// The public half of the key.
const KEY: &str = include_str!("../../seeds/keys/public-line");
/// The checkpoint that it signed over [`ENTRIES`] entries, and the one over the first [`EARLIER`] of them.
const SIGNED: &str = include_str!("../../seeds/checkpoint/of-nine");
const SIGNED_EARLIER: &str = include_str!("../../seeds/checkpoint/of-five");
/// The proofs that were made under the first of these.
const GROWTH: &str = include_str!("../../seeds/proof/growth-from-five");
/// What was signed as a document, in [`NAMESPACE`], and the signature.
const DOCUMENT: &[u8] = b"the list of a pack\n";
const NAMESPACE: &str = "pack@portreeve";
const SIGNATURE: &str = include_str!("../../seeds/sshsig/of-the-document");

const ENTRIES: u64 = 9;
const EARLIER: u64 = 5;

fn bytes_of(number: u64) -> Vec<u8> {
    format!("{{\"entry\":{number}}}").into_bytes()
}

fn trusted() -> [TrustedKey; 1] {
    [KEY.parse().expect("the seed is a key")]
}

fn signed(text: &str) -> SignedCheckpoint {
    SignedCheckpoint::parse(text).expect("the seed is a checkpoint")
}

/// Checkpoints: what reads back is what was written, and only what the key signed verifies, whoever else signed it too.
pub fn checkpoint(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let Ok(read) = SignedCheckpoint::parse(text) else { return };
    assert_eq!(read.as_str(), text, "nothing is tidied up");
    let claim = read.unverified();
    assert!(text.starts_with(&format!("{}\n", claim.text())), "the claim writes to the text it was read from");
    assert!(read.claimed_names().count() > 0, "nothing is a checkpoint without a signature line");
    if let Ok(claim) = read.verify(&trusted()) {
        let genuine = [signed(SIGNED), signed(SIGNED_EARLIER)];
        assert!(genuine.iter().any(|genuine| genuine.unverified() == claim), "a forged checkpoint was believed");
        assert_eq!(read.signers(&trusted()).expect("it has one"), [0]);
    }
    assert!(read.verify(&[]).is_err(), "without a key nothing is believed");
}

/// Proofs of both kinds: what reads back is what was written, and none proves what is not so.
pub fn proof(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    if let Ok(proof) = EntryProof::parse(text) {
        assert_eq!(proof.to_string(), text, "nothing is tidied up");
        for number in 0..ENTRIES {
            if proof.verify(&bytes_of(number), &trusted()).is_ok() {
                assert_eq!(proof.entry, EntryNumber::new(number), "an entry was proved to be another");
            }
        }
        assert!(proof.verify(b"never recorded", &trusted()).is_err(), "what is not in the ledger was proved");
        assert!(proof.verify(&bytes_of(0), &[]).is_err(), "without a key nothing is believed");
    }
    if let Ok(proof) = GrowthProof::parse(text) {
        assert_eq!(proof.to_string(), text, "nothing is tidied up");
        if proof.verify(&signed(SIGNED_EARLIER), &trusted()).is_ok() {
            let genuine = GrowthProof::parse(GROWTH).expect("the seed is a proof");
            let own = proof.checkpoint.unverified() == signed(SIGNED_EARLIER).unverified();
            assert!(own || proof.hashes == genuine.hashes, "two proofs of one growth");
            assert_eq!(proof.earlier.count(), EARLIER);
        }
    }
    assert!(EntryProof::parse(text).is_err() || GrowthProof::parse(text).is_err(), "no text is a proof of two kinds");
}

/// SSH signatures: only the genuine one holds, in whatever armour, and only over its own bytes in its own namespace.
pub fn sshsig(data: &[u8]) {
    if data != DOCUMENT {
        assert!(sshsig::verify(data, NAMESPACE, SIGNATURE, &trusted()).is_err(), "it holds for other bytes");
    }
    let Some(text) = text_of(data) else { return };
    if let Ok(key) = sshsig::verify(DOCUMENT, NAMESPACE, text, &trusted()) {
        assert_eq!(key.fingerprint(), trusted()[0].fingerprint());
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(text), letters(SIGNATURE), "a second signature with the same meaning");
    }
    assert!(sshsig::verify(DOCUMENT, "file", text, &trusted()).is_err(), "it holds in another namespace");
    assert!(sshsig::verify(DOCUMENT, NAMESPACE, text, &[]).is_err(), "without a key nothing is believed");
}

/// Keys in all their forms: one line and a whole file agree, and each form that is written of a key reads back as it.
pub fn keys(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    if let Ok(origin) = text.parse::<Origin>() {
        assert_eq!(origin.to_string(), text);
    }
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text, "a verifier key has one form");
    }
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let one_by_one: Result<Vec<TrustedKey>, _> = lines().map(str::parse).collect();
    let all = TrustedKey::parse_all(text);
    assert_eq!(all.as_ref().ok(), one_by_one.as_ref().ok(), "a file of keys is its lines");
    for key in all.into_iter().flatten() {
        let line = key.public_line();
        let again: TrustedKey = line.parse().expect("a public key line reads back");
        assert_eq!((again.fingerprint(), again.public_line()), (key.fingerprint(), line));
        let listed = key.allowed_signers_line("clerk", NAMESPACE).expect("both are plain words");
        let listed: TrustedKey = listed.parse().expect("a line of allowed signers reads back");
        assert_eq!(listed.fingerprint(), key.fingerprint());
        let (clerk, other) = ("clerk".parse().expect("a name"), "other".parse().expect("a name"));
        assert!(listed.speaks_for(&clerk) && !listed.speaks_for(&other), "a listed key speaks for whom it is listed");
        let named: TrustedKey = key.verifier_key(&clerk).to_string().parse().expect("a verifier key reads back");
        assert!(named.speaks_for(&clerk) && !named.speaks_for(&other));
    }
}

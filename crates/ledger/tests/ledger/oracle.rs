//! A stranger's RFC 6962 tree agrees with ours, and a prover who lies is caught.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use portreeve_ledger::merkle::{Frontier, Tree, leaf_hash, root_of, verify_consistency, verify_inclusion};
use portreeve_model::{Digest, EntryNumber, LogSize};
use proptest::prelude::*;
use sha2::Sha256;

/// Entries of any bytes, some equal, in trees of up to 80, and a position in each.
fn tree() -> impl Strategy<Value = (Vec<Vec<u8>>, usize)> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..80)
        .prop_flat_map(|entries| (0..entries.len(), Just(entries)))
        .prop_map(|(position, entries)| (entries, position))
}

/// A tree whose entries all differ, so that no lie about a position is accidentally true.
fn distinct(size: usize) -> Vec<Digest> {
    (0..size).map(|entry| leaf_hash(&entry.to_be_bytes())).collect()
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

fn joined(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// A lie told about a proof.
#[derive(Clone, Debug)]
enum Lie {
    FlipBit { hash: prop::sample::Index, bit: u8 },
    Drop(prop::sample::Index),
    Double(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Append([u8; 32]),
    Prepend([u8; 32]),
    Empty,
}

fn lie() -> impl Strategy<Value = Lie> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), any::<u8>()).prop_map(|(hash, bit)| Lie::FlipBit { hash, bit }),
        index().prop_map(Lie::Drop),
        index().prop_map(Lie::Double),
        (index(), index()).prop_map(|(one, other)| Lie::Swap(one, other)),
        any::<[u8; 32]>().prop_map(Lie::Append),
        any::<[u8; 32]>().prop_map(Lie::Prepend),
        Just(Lie::Empty),
    ]
}

fn told(lie: &Lie, proof: &[Digest]) -> Vec<Digest> {
    let mut proof = proof.to_vec();
    match lie {
        Lie::Append(bytes) => proof.push(Digest::from_bytes(*bytes)),
        Lie::Prepend(bytes) => proof.insert(0, Digest::from_bytes(*bytes)),
        Lie::Empty => proof.clear(),
        _ if proof.is_empty() => {}
        Lie::FlipBit { hash, bit } => {
            let at = hash.index(proof.len());
            proof[at] = flipped(&proof[at], *bit);
        }
        Lie::Drop(at) => drop(proof.remove(at.index(proof.len()))),
        Lie::Double(at) => {
            let at = at.index(proof.len());
            proof.insert(at, proof[at]);
        }
        Lie::Swap(one, other) => {
            let (one, other) = (one.index(proof.len()), other.index(proof.len()));
            proof.swap(one, other);
        }
    }
    proof
}

fn flipped(hash: &Digest, bit: u8) -> Digest {
    let mut bytes = *hash.as_bytes();
    bytes[usize::from(bit) / 8] ^= 1 << (bit % 8);
    Digest::from_bytes(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn roots_and_proofs_are_those_of_a_stranger((entries, position) in tree()) {
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut ours = Frontier::empty();
        for entry in &entries {
            theirs.push(entry.clone());
            ours.push(leaf_hash(entry));
            let root = ours.root();
            prop_assert!(root.as_bytes()[..] == theirs.root().as_bytes()[..]);
        }
        let leaves: Vec<Digest> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        prop_assert_eq!(root_of(&leaves), ours.root());

        let path = Tree::over(leaves.clone()).inclusion(EntryNumber::new(number(position))).unwrap();
        let their_path = theirs.prove_inclusion(position);
        prop_assert!(joined(&path) == their_path.as_bytes());

        let earlier = position + 1;
        let growth = Tree::over(leaves.clone()).consistency(LogSize::new(number(earlier))).unwrap();
        let their_growth = theirs.prove_consistency(entries.len() - earlier);
        prop_assert!(joined(&growth) == their_growth.as_bytes());
    }

    #[test]
    fn a_lying_proof_of_an_entry_is_rejected(
        size in 1_usize..300, at in any::<prop::sample::Index>(), lie in lie(), other in any::<u64>(), bit in any::<u8>()
    ) {
        let leaves = distinct(size);
        let position = at.index(size);
        let (entry, tree, root) = (EntryNumber::new(number(position)), LogSize::new(number(size)), root_of(&leaves));
        let path = Tree::over(leaves.clone()).inclusion(entry).unwrap();
        let leaf = &leaves[position];
        prop_assert_eq!(verify_inclusion(leaf, entry, tree, &path, &root), Ok(()));

        let altered = told(&lie, &path);
        prop_assert!(altered == path || verify_inclusion(leaf, entry, tree, &altered, &root).is_err());
        prop_assert!(verify_inclusion(&flipped(leaf, bit), entry, tree, &path, &root).is_err());
        prop_assert!(verify_inclusion(leaf, entry, tree, &path, &flipped(&root, bit)).is_err());
        for wrong in [other, other % number(size), entry.index() ^ 1, entry.index().wrapping_sub(1)] {
            let wrong = EntryNumber::new(wrong);
            prop_assert!(wrong == entry || verify_inclusion(leaf, wrong, tree, &path, &root).is_err());
        }
        // A path does not bind the size: trees of 5 to 8 entries have the same path to their first entry. What binds it
        // is the signature over size and root together; `proofs` tests that. Here: no size makes another entry fit.
        let other_leaf = &leaves[(position + 1) % size];
        prop_assert!(size == 1 || verify_inclusion(other_leaf, entry, LogSize::new(other), &path, &root).is_err());
    }

    #[test]
    fn a_lying_proof_of_growth_is_rejected(
        size in 1_usize..300, at in any::<prop::sample::Index>(), lie in lie(), bit in any::<u8>()
    ) {
        let leaves = distinct(size);
        let part = at.index(size) + 1;
        let (earlier, later) = (LogSize::new(number(part)), LogSize::new(number(size)));
        let (old, new) = (root_of(&leaves[..part]), root_of(&leaves));
        let proof = Tree::over(leaves.clone()).consistency(earlier).unwrap();
        prop_assert_eq!(verify_consistency(earlier, &old, later, &new, &proof), Ok(()));

        let altered = told(&lie, &proof);
        prop_assert!(altered == proof || verify_consistency(earlier, &old, later, &new, &altered).is_err());
        prop_assert!(verify_consistency(earlier, &flipped(&old, bit), later, &new, &proof).is_err());
        prop_assert!(verify_consistency(earlier, &old, later, &flipped(&new, bit), &proof).is_err());
        // A history that differs anywhere in its first part has no proof, whatever is offered as one.
        let mut forged = leaves.clone();
        forged[at.index(part)] = leaf_hash(b"forged");
        let forged_root = root_of(&forged);
        for offered in [&proof, &Tree::over(forged.clone()).consistency(earlier).unwrap()] {
            prop_assert!(verify_consistency(earlier, &old, later, &forged_root, offered).is_err());
        }
    }

    #[test]
    fn random_proofs_of_random_sizes_are_answered_without_a_panic(
        entry in any::<u64>(), one in any::<u64>(), other in any::<u64>(), proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        let proof: Vec<Digest> = proof.into_iter().map(Digest::from_bytes).collect();
        let hash = leaf_hash(b"");
        let _ = verify_inclusion(&hash, EntryNumber::new(entry), LogSize::new(one), &proof, &hash);
        let _ = verify_consistency(LogSize::new(one), &hash, LogSize::new(other), &hash, &proof);
    }
}

//! Whatever is done to a store, it holds what a set would.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use portreeve_collector::{BlobError, Blobs as _, FileBlobs, Watch, verify_store};
use portreeve_model::Digest;
use proptest::prelude::*;

use super::{files, put};

/// What somebody may do to a store, with objects named by small numbers.
#[derive(Clone, Debug)]
enum Act {
    Put(u16),
    Hand(Vec<u16>),
    TwoHands(Vec<u16>),
    Remove(Vec<u16>),
    Reopen,
    LoseIndexes,
}

fn act() -> impl Strategy<Value = Act> {
    let some = || prop::collection::vec(0_u16..60, 1..40);
    prop_oneof![
        2 => (0_u16..60).prop_map(Act::Put),
        4 => some().prop_map(Act::Hand),
        2 => some().prop_map(Act::TwoHands),
        3 => some().prop_map(Act::Remove),
        1 => Just(Act::Reopen),
        1 => Just(Act::LoseIndexes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_done_the_store_holds_what_a_set_would(acts in prop::collection::vec(act(), 1..24)) {
        let object = |number: u16| number.to_le_bytes().repeat(usize::from(number) * 11);
        let name = |number: u16| Digest::of(&object(number));
        let folder = tempfile::tempdir().unwrap();
        let mut store = FileBlobs::create(folder.path()).unwrap();
        let mut expected = BTreeSet::new();
        for act in acts {
            match act {
                Act::Put(number) => {
                    store.put(&mut &object(number)[..]).unwrap();
                    expected.insert(number);
                }
                Act::Hand(numbers) => {
                    put(&store, &numbers.iter().map(|number| object(*number)).collect::<Vec<_>>());
                    expected.extend(numbers);
                }
                Act::TwoHands(numbers) => {
                    let mut hands = [store.hand().unwrap(), store.hand().unwrap()];
                    for number in &numbers {
                        hands[usize::from(number % 2)].put(&name(*number), &object(*number)).unwrap();
                        hands[usize::from(number % 3 == 0)].put_from(&mut &object(*number)[..]).unwrap();
                    }
                    hands.into_iter().for_each(|hand| hand.finish().unwrap());
                    store.settle().unwrap();
                    expected.extend(numbers);
                }
                Act::Remove(numbers) => {
                    store.remove_all(&numbers.iter().map(|number| name(*number)).collect::<Vec<_>>()).unwrap();
                    expected.retain(|number| !numbers.contains(number));
                }
                Act::Reopen => store = FileBlobs::open(folder.path()).unwrap(),
                Act::LoseIndexes => files(folder.path(), "index").iter().for_each(|index| fs::remove_file(index).unwrap()),
            }
            let mut listed: Vec<Digest> = expected.iter().map(|number| name(*number)).collect();
            listed.sort_unstable();
            prop_assert_eq!(store.all().collect::<Result<Vec<_>, _>>().unwrap(), listed);
        }
        for number in 0..60 {
            let mut read = Vec::new();
            match store.open(&name(number)) {
                Ok(mut reader) => drop(reader.read_to_end(&mut read).unwrap()),
                Err(error) => prop_assert!(matches!(error, BlobError::Missing { .. }), "{}", error),
            }
            prop_assert_eq!(expected.contains(&number), store.has(&name(number)).unwrap());
            prop_assert_eq!(if expected.contains(&number) { object(number) } else { Vec::new() }, read);
        }
        let found = verify_store(&store, Watch::default()).unwrap();
        prop_assert!(found.is_sound() && found.leftovers.is_empty(), "{:?}", found);
    }
}

//! The contract of [`Blobs`] as a program: every store runs it.
//!
//! Must never use anything but the trait, so that a store over a network can run it as it is. It leaves the store as
//! empty as it found it, unless a promise is broken.

use std::fmt::Display;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use portreeve_model::Digest;

use super::pack::PACKED_BYTES_MAX;
use crate::copy::BUFFER_BYTES;
use crate::{BlobError, Blobs, Stored};

/// A promise of the contract that a store does not keep.
#[derive(Debug, thiserror::Error)]
#[error("the store does not keep this promise: {0}")]
pub struct Broken(String);

/// Puts a store through every promise of the contract that can be seen through the trait.
///
/// # Errors
/// The first promise that is broken.
pub fn run(blobs: &dyn Blobs) -> Result<(), Broken> {
    objects_come_back_as_they_went_in(blobs)?;
    what_is_not_there_is_missing(blobs)?;
    a_failing_source_adds_nothing(blobs)?;
    a_source_may_itself_put(blobs)?;
    many_threads_may_put_the_same(blobs)?;
    what_hands_put_is_there_after_settling(blobs)?;
    hands_put_what_others_have_put(blobs)?;
    a_failing_source_leaves_a_hand_well(blobs)?;
    a_hand_that_is_dropped_harms_nothing(blobs)?;
    many_objects_are_checked_in_the_order_of_their_names(blobs)?;
    many_objects_are_opened_each_as_one_is(blobs)
}

fn objects_come_back_as_they_went_in(blobs: &dyn Blobs) -> Result<(), Broken> {
    let sizes = [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, BUFFER_BYTES + 1, 2 * BUFFER_BYTES, 700_000];
    for size in sizes {
        let bytes = sample(size);
        let expected = Stored { digest: Digest::of(&bytes), size_bytes: size as u64 };
        for time in ["first", "second"] {
            let stored = works(blobs.put(&mut Dribble(&bytes)), "an object can be put")?;
            promise(stored == expected, format_args!("the {time} put of {size} bytes answers their digest and size"))?;
        }
        let held = works(blobs.size_bytes(&expected.digest), "a size can be asked for")?;
        promise(held == Some(expected.size_bytes), "an object has the size that was put")?;
        promise(works(blobs.has(&expected.digest), "a name can be asked for")?, "an object is there once it is put")?;
        let read = works(read(blobs, &expected.digest), "an object can be read")?;
        promise(read == bytes, format_args!("an object of {size} bytes reads back as it was put"))?;
        works(blobs.remove(&expected.digest), "an object can be removed")?;
    }
    Ok(())
}

fn what_is_not_there_is_missing(blobs: &dyn Blobs) -> Result<(), Broken> {
    let stored = works(blobs.put(&mut &b"soon gone"[..]), "an object can be put")?;
    for time in ["first", "second"] {
        works(blobs.remove(&stored.digest), format_args!("the {time} removal succeeds"))?;
        promise(!works(blobs.has(&stored.digest), "a name can be asked for")?, "a removed object is not there")?;
        let missing = matches!(blobs.open(&stored.digest), Err(BlobError::Missing { name }) if name == stored.digest);
        promise(missing, "opening a removed object says that it is missing, and which")?;
    }
    let again = works(blobs.put(&mut &b"soon gone"[..]), "a removed object can be put again")?;
    promise(read(blobs, &again.digest).is_ok(), "an object put again can be read")?;
    works(blobs.remove(&again.digest), "an object can be removed")
}

fn a_failing_source_adds_nothing(blobs: &dyn Blobs) -> Result<(), Broken> {
    for size in [0, 10, BUFFER_BYTES, 3 * BUFFER_BYTES] {
        let bytes = sample(size);
        let mut source = Dribble(&bytes).chain(Failing);
        let outcome = blobs.put(&mut source);
        promise(matches!(outcome, Err(BlobError::Source(_))), "a source that fails is named as the cause")?;
        let added = works(blobs.has(&Digest::of(&bytes)), "a name can be asked for")?;
        promise(!added, "a source that fails adds nothing")?;
    }
    Ok(())
}

fn a_source_may_itself_put(blobs: &dyn Blobs) -> Result<(), Broken> {
    let mut source = Nesting { blobs, left: 3, inner: Vec::new() };
    let outer = works(blobs.put(&mut source), "a source that puts other objects can be put")?;
    promise(source.inner.len() == 3, "a source is read to its end")?;
    for name in source.inner.iter().chain([&outer.digest]) {
        works(read(blobs, name), "objects put from within a source can be read")?;
        works(blobs.remove(name), "an object can be removed")?;
    }
    Ok(())
}

fn many_threads_may_put_the_same(blobs: &dyn Blobs) -> Result<(), Broken> {
    let bytes = sample(BUFFER_BYTES + 77);
    let put = || blobs.put(&mut &bytes[..]);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(put)).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    for outcome in outcomes {
        let outcome = outcome.map_err(|_| Broken("no put panics".to_owned()))?;
        works(outcome, "the same object can be put by several threads at once")?;
    }
    let name = Digest::of(&bytes);
    promise(works(read(blobs, &name), "an object can be read")? == bytes, "an object put at once by several is whole")?;
    works(blobs.remove(&name), "an object can be removed")
}

fn what_hands_put_is_there_after_settling(blobs: &dyn Blobs) -> Result<(), Broken> {
    let sizes = [0, 1, 511, 512, 513, 70_000, BUFFER_BYTES, PACKED_BYTES_MAX, PACKED_BYTES_MAX + 1, 3_000_000];
    let samples: Vec<Vec<u8>> = sizes.into_iter().map(sample).collect();
    let names: Vec<Digest> = samples.iter().map(|bytes| Digest::of(bytes)).collect();
    let mut first = works(blobs.hand(), "a store has hands")?;
    let mut second = works(blobs.hand(), "a store has more than one hand")?;
    for (number, bytes) in samples.iter().enumerate() {
        works(first.put(&names[number], bytes), "a hand takes bytes")?;
        // By the other hand, and as a stream: what this one has put is put once more.
        let stored = works(second.put_from(&mut Dribble(bytes)), "a hand takes a stream")?;
        let expected = Stored { digest: names[number], size_bytes: bytes.len() as u64 };
        promise(stored == expected, format_args!("a hand answers the digest and size of {} bytes", bytes.len()))?;
    }
    works(first.finish(), "a hand can finish")?;
    works(second.finish(), "another hand can finish")?;
    for time in ["first", "second"] {
        works(blobs.settle(), format_args!("the {time} settling succeeds"))?;
    }
    for (name, bytes) in names.iter().zip(&samples) {
        promise(works(read(blobs, name), "what a hand has put can be read")? == *bytes, "and is what was put")?;
        let held = works(blobs.size_bytes(name), "a size can be asked for")?;
        promise(held == Some(bytes.len() as u64), "what a hand has put has the size that was put")?;
    }
    works(blobs.remove_all(&names), "many objects can be removed at once")?;
    works(blobs.remove_all(&names), "and again")?;
    for name in &names {
        promise(!works(blobs.has(name), "a name can be asked for")?, "what was removed is not there")?;
        let missing = matches!(blobs.open(name), Err(BlobError::Missing { .. }));
        promise(missing, "opening what was removed says that it is missing")?;
    }
    Ok(())
}

fn hands_put_what_others_have_put(blobs: &dyn Blobs) -> Result<(), Broken> {
    let (before, packed) = (b"put before there was a hand", b"put by a hand and then alone");
    let before = works(blobs.put(&mut &before[..]), "an object can be put")?.digest;
    for _ in 0..2 {
        let mut hand = works(blobs.hand(), "a store has hands")?;
        works(hand.put_from(&mut &b"put before there was a hand"[..]), "a hand takes what is there")?;
        works(hand.put_from(&mut &packed[..]), "a hand takes a stream")?;
        works(hand.finish(), "a hand can finish")?;
    }
    let packed = works(blobs.put(&mut &packed[..]), "what a hand has put can be put")?.digest;
    for name in [before, packed] {
        works(read(blobs, &name), "an object put in two ways can be read")?;
        works(blobs.remove(&name), "an object put in two ways can be removed")?;
        promise(!works(blobs.has(&name), "a name can be asked for")?, "and is gone, however often it was put")?;
        let mut hand = works(blobs.hand(), "a store has hands")?;
        works(hand.put_from(&mut &b"put before there was a hand"[..]), "a removed object can be put again by a hand")?;
        works(hand.finish(), "a hand can finish")?;
    }
    promise(works(blobs.has(&before), "a name can be asked for")?, "a removed object that is put again is there")?;
    works(blobs.remove(&before), "an object can be removed")
}

fn a_failing_source_leaves_a_hand_well(blobs: &dyn Blobs) -> Result<(), Broken> {
    let mut hand = works(blobs.hand(), "a store has hands")?;
    let mut failed = Vec::new();
    for size in [0, 10, PACKED_BYTES_MAX, 3 * PACKED_BYTES_MAX] {
        let bytes = sample(size);
        let outcome = hand.put_from(&mut Dribble(&bytes).chain(Failing));
        promise(matches!(outcome, Err(BlobError::Source(_))), "a source that fails is named as the cause to a hand")?;
        failed.push(Digest::of(&bytes));
    }
    let good = works(hand.put_from(&mut &b"good"[..]), "after a source that failed a hand takes others")?.digest;
    works(hand.finish(), "after a source that failed a hand can finish")?;
    works(blobs.settle(), "after a source that failed a store can be settled")?;
    for name in failed {
        promise(!works(blobs.has(&name), "a name can be asked for")?, "a source that fails adds nothing by a hand")?;
    }
    works(read(blobs, &good), "what came after a source that failed can be read")?;
    works(blobs.remove(&good), "an object can be removed")
}

fn a_hand_that_is_dropped_harms_nothing(blobs: &dyn Blobs) -> Result<(), Broken> {
    let bytes = b"put by a hand that never finished";
    let name = Digest::of(bytes);
    let mut dropped = works(blobs.hand(), "a store has hands")?;
    works(dropped.put(&name, bytes), "a hand takes bytes")?;
    drop(dropped);
    let mut hand = works(blobs.hand(), "after one was dropped there are more hands")?;
    works(hand.put(&name, bytes), "a hand takes what a dropped one had")?;
    works(hand.finish(), "a hand can finish after another was dropped")?;
    works(blobs.settle(), "a store can be settled after a hand was dropped")?;
    promise(works(read(blobs, &name), "what was put again can be read")? == bytes, "and is what was put")?;
    works(blobs.remove(&name), "an object can be removed")
}

/// Objects of 0 to 299 bytes, put one by one and by a hand.
fn three_hundred(blobs: &dyn Blobs) -> Result<Vec<Digest>, Broken> {
    let mut hand = works(blobs.hand(), "a store has hands")?;
    let mut names = Vec::new();
    for number in 0..300_usize {
        let stored = if number.is_multiple_of(50) {
            works(blobs.put(&mut Dribble(&sample(number))), "an object can be put")?
        } else {
            works(hand.put_from(&mut Dribble(&sample(number))), "a hand takes a stream")?
        };
        names.push(stored.digest);
    }
    works(hand.finish(), "a hand can finish")?;
    Ok(names)
}

fn many_objects_are_opened_each_as_one_is(blobs: &dyn Blobs) -> Result<(), Broken> {
    let names = three_hundred(blobs)?;
    let asked: Vec<Digest> = names.iter().rev().chain([&names[7]]).copied().collect();
    let mut given = vec![Vec::new(); asked.len()];
    let mut each = |number: usize, source: &mut dyn Read| {
        let mut bytes = Vec::new();
        given[number].push(source.read_to_end(&mut bytes).map(|_| Digest::of(&bytes)).ok());
        ControlFlow::Continue(())
    };
    works(blobs.open_all(&asked, &mut each), "many objects can be opened")?;
    let right = given.iter().zip(&asked).all(|(given, name)| *given == [Some(*name)]);
    promise(right, "each object asked for is given once, whole")?;
    let mut count = 0;
    let mut one = |_: usize, _: &mut dyn Read| {
        count += 1;
        ControlFlow::Break(())
    };
    works(blobs.open_all(&asked, &mut one), "opening many may end early")?;
    promise(count == 1, "who wants no more is given no more")?;
    let absent = Digest::of(b"never put");
    let mut all = |_: usize, _: &mut dyn Read| ControlFlow::Continue(());
    let missing = blobs.open_all(&[names[0], absent, names[1]], &mut all);
    promise(matches!(missing, Err(BlobError::Missing { name }) if name == absent), "one that is missing is named")?;
    works(blobs.remove_all(&names), "many objects can be removed at once")
}

fn many_objects_are_checked_in_the_order_of_their_names(blobs: &dyn Blobs) -> Result<(), Broken> {
    let names = three_hundred(blobs)?;
    let absent = Digest::of(b"never put");
    let asked: Vec<Digest> = names.iter().rev().copied().chain([absent, names[0]]).collect();
    let answers = blobs.check_all(&asked, None).map_err(|_| Broken("nobody stopped it".to_owned()))?;
    promise(answers.len() == asked.len(), "every name asked for is answered")?;
    for (number, answer) in answers.iter().enumerate() {
        let expected = match number {
            0..300 => Some(299 - number as u64),
            300 => None,
            _ => Some(0),
        };
        let right = match answer {
            Ok(size_bytes) => Some(*size_bytes) == expected,
            Err(error) => expected.is_none() && matches!(error, BlobError::Missing { name } if *name == absent),
        };
        promise(right, format_args!("the check of the object at {number} answers its size"))?;
    }
    promise(blobs.check_all(&asked, Some(&AtomicBool::new(true))).is_err(), "a check that is stopped says so")?;
    works(blobs.remove_all(&names), "many objects can be removed at once")
}

fn read(blobs: &dyn Blobs, name: &Digest) -> Result<Vec<u8>, BlobError> {
    let mut bytes = Vec::new();
    blobs.open(name)?.read_to_end(&mut bytes).map_err(BlobError::Source)?;
    Ok(bytes)
}

fn promise(kept: bool, text: impl Display) -> Result<(), Broken> {
    if kept { Ok(()) } else { Err(Broken(text.to_string())) }
}

fn works<T>(outcome: Result<T, BlobError>, text: impl Display) -> Result<T, Broken> {
    outcome.map_err(|error| Broken(format!("{text}, but: {error}")))
}

fn sample(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(|word| word.wrapping_mul(2_654_435_761).to_le_bytes()).take(size).collect()
}

/// Gives odd pieces, as pipes and networks do.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(40_961);
        self.0.read(&mut buffer[..most])
    }
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("this source fails"))
    }
}

struct Nesting<'a> {
    blobs: &'a dyn Blobs,
    left: u8,
    inner: Vec<Digest>,
}

impl Read for Nesting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        self.left -= 1;
        let stored = self.blobs.put(&mut &[self.left; 100][..]).map_err(io::Error::other)?;
        self.inner.push(stored.digest);
        buffer[0] = self.left;
        Ok(1)
    }
}

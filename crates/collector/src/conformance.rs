//! The contract of [`Blobs`] as a program: every store runs it.
//!
//! Must never use anything but the trait, so that a store over a network can run it as it is. It leaves the store as
//! empty as it found it, unless a promise is broken.

use std::fmt::Display;
use std::io::{self, Read};

use portreeve_model::Digest;

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
    unsettled_objects_are_there_after_settling(blobs)
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

fn unsettled_objects_are_there_after_settling(blobs: &dyn Blobs) -> Result<(), Broken> {
    let stored = works(put_in_hand(blobs, b"unsettled"), "an object can be put unsettled")?;
    works(blobs.settle(), "a store can be settled")?;
    works(blobs.settle(), "a store can be settled again")?;
    works(read(blobs, &stored.digest), "a settled object can be read")?;
    works(blobs.remove(&stored.digest), "an object can be removed")
}

fn put_in_hand(blobs: &dyn Blobs, bytes: &[u8]) -> Result<Stored, BlobError> {
    let mut hand = blobs.hand()?;
    let stored = hand.put_from(&mut &*bytes)?;
    hand.put(&stored.digest, bytes)?;
    hand.finish()?;
    Ok(stored)
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

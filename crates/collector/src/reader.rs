//! Dealing with the files of a walk: looked at, or read, each with its outcome.
//!
//! Must never report a digest for bytes that were not read now, unless the file's stamp says that they are the same.

use std::num::NonZeroUsize;
use std::sync::Arc;

use portreeve_model::Digest;
use portreeve_model::manifest::{self, ManifestPath};
use sha2::{Digest as _, Sha256};

use crate::copy::drain;
use crate::flow::{Item, Leave, Step, flow};
use crate::scan::{Known, Memory};
use crate::stamp::Stamp;
use crate::steady::{Bytes, NotRead, Reading};
use crate::tree::{Files, Folder, Kind, Met, Names, reason};
use crate::{BlobError, Hand, SkipReason, Skipped, Source, Stored, Watch};

/// Files of up to this size are read in one piece: 1 MiB, so that four workers hold 4 MiB. A larger one is a stream, and
/// takes long enough for the files after it to be left to other workers.
const WHOLE_BYTES: usize = 1024 * 1024;

/// How many files make a batch. A worker deals with that many of usual size in a quarter of a millisecond, which is long
/// against handing them over, and short against the whole.
const BATCH_FILES: usize = 64;

/// From how many folders they are at most. Each is held open until they are dealt with.
const BATCH_FOLDERS: usize = 8;

/// Files that come one after another in the walk, as [`Group`]s of one folder each.
#[derive(Default)]
pub(crate) struct Batch(Vec<Group>);

/// Some files of one folder, with what is remembered of each.
#[derive(Clone)]
struct Group {
    files: Files,
    known: Vec<Option<Known>>,
}

/// A file that is in the collection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) digest: Digest,
    pub(crate) stamp: Stamp,
    /// Whether its bytes were read, or only its stamp.
    pub(crate) read: bool,
}

/// Files that were dealt with.
pub(crate) struct Dealt(Vec<DealtGroup>);

/// Some files of one folder, and what became of each, up to where the rest was left to others.
struct DealtGroup {
    prefix: Arc<[u8]>,
    names: Names,
    found: Vec<Result<Found, SkipReason>>,
}

/// Something that was met and is no file to be read.
pub(crate) struct Passed {
    /// Its path below the root as it is.
    pub(crate) path: Vec<u8>,
    pub(crate) reason: SkipReason,
}

/// What is told of a walk, one thing after another.
pub(crate) enum Event {
    /// A file that is in the collection.
    File(ManifestPath, Found),
    /// Something that is not.
    Passed(Passed),
}

/// The steps of a walk, file by file.
pub(crate) fn events(
    steps: &mut dyn Iterator<Item = Result<Step<Dealt, Passed>, Ended>>,
) -> impl Iterator<Item = Result<Event, Ended>> {
    let mut groups = Vec::new().into_iter();
    let mut dealt: Option<(DealtGroup, usize)> = None;
    std::iter::from_fn(move || {
        loop {
            if let Some((group, number)) = &mut dealt
                && let Some(event) = group.event(*number)
            {
                *number += 1;
                return Some(Ok(event));
            }
            dealt = groups.next().map(|group| (group, 0));
            if dealt.is_some() {
                continue;
            }
            match steps.next()? {
                Ok(Step::Done(Dealt(next))) => groups = next.into_iter(),
                Ok(Step::Passed(passed)) => return Some(Ok(Event::Passed(passed))),
                Err(ended) => return Some(Err(ended)),
            }
        }
    })
}

impl DealtGroup {
    fn event(&mut self, number: usize) -> Option<Event> {
        let (name, _) = self.names.get(number)?;
        let path = [&self.prefix, name].concat();
        let found = self.found.get_mut(number)?;
        let found = std::mem::replace(found, Err(SkipReason::Gone));
        Some(match found {
            Err(reason) => Event::Passed(Passed { path, reason }),
            Ok(found) => match ManifestPath::new(path) {
                Ok(path) => Event::File(path, found),
                Err(problem) => Event::Passed(Passed { path: name.to_vec(), reason: SkipReason::Path(problem) }),
            },
        })
    }
}

impl From<Passed> for Skipped {
    fn from(Passed { path, reason }: Passed) -> Skipped {
        let shown = if path.is_empty() { ".".to_owned() } else { manifest::show(&path).to_string() };
        Skipped { path: shown, reason }
    }
}

/// How the files of a source are dealt with.
pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source,
    pub(crate) workers: NonZeroUsize,
    pub(crate) watch: Watch<'a>,
}

/// Where the bytes go that are read.
pub(crate) trait Keeper: Sync {
    /// One for each worker; `None` if the bytes go nowhere.
    fn hand(&self) -> Result<Option<Box<dyn Hand + '_>>, BlobError>;
    /// Of which digests the bytes need not be read again.
    fn has_all(&self, digests: &[Digest]) -> Result<Vec<bool>, BlobError>;
}

/// What ends the work.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The caller wants no more.
    Stopped,
    /// The store failed.
    Store(BlobError),
}

struct Own<'k> {
    buffer: Vec<u8>,
    hand: Option<Box<dyn Hand + 'k>>,
}

impl Reader<'_> {
    /// Reads every file that is not remembered as unchanged, and hands the outcomes to `take` in order.
    pub(crate) fn read<R>(
        &self,
        memory: Option<Memory>,
        keeper: &dyn Keeper,
        take: impl FnOnce(&mut dyn Iterator<Item = Result<Step<Dealt, Passed>, Ended>>) -> R,
    ) -> R {
        let keep_out = self.source.keep_out();
        let Watch { stop, pace, .. } = self.watch;
        let reading = Reading { keep_out: &keep_out, stop, follow: self.source.follows_links(), pace };
        flow(
            remembering(self.source.walk(), memory),
            self.workers,
            || Ok(Own { buffer: vec![0; WHOLE_BYTES + 1], hand: keeper.hand().map_err(Ended::Store)? }),
            |own, batch: Batch, leave| deal(reading, own, batch, keeper, leave),
            |own| own.hand.map_or(Ok(()), |hand| hand.finish().map_err(Ended::Store)),
            take,
        )
    }

    /// Looks at every file without reading it: the stamps, for a plan. The digests mean nothing.
    pub(crate) fn look<R>(
        &self,
        take: impl FnOnce(&mut dyn Iterator<Item = Result<Step<Dealt, Passed>, Ended>>) -> R,
    ) -> R {
        let (stop, follow) = (self.watch.stop, self.source.follows_links());
        flow(
            remembering(self.source.walk(), None),
            self.workers,
            || Ok(()),
            |(), batch: Batch, _| {
                if crate::watch::is_set(stop) {
                    return Err(Ended::Stopped);
                }
                Ok(Dealt(batch.0.into_iter().map(|group| looked_at(group, follow)).collect()))
            },
            |()| Ok(()),
            take,
        )
    }
}

/// The walk in batches, with what is remembered beside each file. Runs on the walking thread, which goes through both in
/// order.
fn remembering(
    mut walk: impl Iterator<Item = Met>,
    mut memory: Option<Memory>,
) -> impl Iterator<Item = Item<Batch, Passed>> {
    let mut path = Vec::new();
    let mut passed = None;
    std::iter::from_fn(move || {
        let (mut batch, mut count) = (Batch::default(), 0);
        while count < BATCH_FILES && batch.0.len() < BATCH_FOLDERS && passed.is_none() {
            match walk.next() {
                Some(Met::Files(files)) => {
                    count += files.names.len();
                    let known = memory.as_mut().map(|memory| memories(memory, &files, &mut path));
                    batch.0.push(Group { files, known: known.unwrap_or_default() });
                }
                Some(Met::Passed(path, reason)) => passed = Some(Passed { path, reason }),
                None => break,
            }
        }
        // What was passed keeps its place, which is after the files before it.
        match batch.0.is_empty() {
            true => passed.take().map(Item::Pass),
            false => Some(Item::Work(batch, count)),
        }
    })
}

fn memories(memory: &mut Memory, files: &Files, path: &mut Vec<u8>) -> Vec<Option<Known>> {
    let of = |(name, _): (&[u8], Kind)| {
        path.clear();
        path.extend_from_slice(&files.prefix);
        path.extend_from_slice(name);
        memory.of(path)
    };
    files.names.iter().map(of).collect()
}

fn looked_at(group: Group, follow: bool) -> DealtGroup {
    let Files { folder, prefix, names } = group.files;
    let look = |name: &[u8]| {
        let stamp = look(&folder, name, follow)?;
        Ok(Found { digest: Digest::from_bytes([0; 32]), stamp, read: false })
    };
    let found = names.iter().map(|(name, _)| look(name)).collect();
    DealtGroup { prefix, names, found }
}

impl Batch {
    fn files(&self) -> usize {
        self.0.iter().map(|group| group.files.names.len()).sum()
    }

    /// What comes after the file of this number in this group.
    fn after(&self, group: usize, number: usize) -> Batch {
        let mut groups = self.0.iter().skip(group);
        let rest = groups.next().and_then(|group| group.after(number));
        Batch(rest.into_iter().chain(groups.map(Group::clone)).collect())
    }
}

impl Group {
    fn after(&self, number: usize) -> Option<Group> {
        let Files { folder, prefix, names } = &self.files;
        let rest = Files { folder: Arc::clone(folder), prefix: Arc::clone(prefix), names: names.after(number) };
        let known = self.known.get(number + 1..).unwrap_or_default().to_vec();
        (!rest.names.is_empty()).then_some(Group { files: rest, known })
    }
}

/// Deals with the files up to the first that takes long, and leaves the rest before it begins with that.
fn deal(
    reading: Reading<'_>,
    own: &mut Own<'_>,
    batch: Batch,
    keeper: &dyn Keeper,
    leave: Leave<'_, Batch>,
) -> Result<Dealt, Ended> {
    let unchanged: Vec<Vec<Option<Found>>> =
        batch.0.iter().map(|group| unchanged(reading, group)).collect::<Result<_, _>>()?;
    let digests: Vec<Digest> = unchanged.iter().flatten().flatten().map(|found| found.digest).collect();
    let mut kept = keeper.has_all(&digests).map_err(Ended::Store)?.into_iter();
    let empty = |group: &Group| Vec::with_capacity(group.files.names.len());
    let mut found: Vec<Vec<_>> = batch.0.iter().map(empty).collect();
    let mut left = false;
    'batch: for (at, ((Group { files, .. }, unchanged), found)) in
        batch.0.iter().zip(unchanged).zip(&mut found).enumerate()
    {
        let mut unchanged = unchanged.into_iter();
        for (number, (name, _)) in files.names.iter().enumerate() {
            // What the store has lost is read again.
            let unchanged = unchanged.next().flatten().filter(|_| kept.next().unwrap_or_default());
            let takes_long = || {
                // A file that moves is begun twice.
                if left {
                    return;
                }
                let rest = batch.after(at, number);
                let files = rest.files();
                left = files > 0;
                if left {
                    leave(rest, files);
                }
            };
            found.push(match unchanged {
                Some(unchanged) => Ok(unchanged),
                None => read(reading, own, &files.folder, name, takes_long)?,
            });
            if left {
                break 'batch;
            }
        }
    }
    let dealt = |(Group { files: Files { prefix, names, .. }, .. }, found)| DealtGroup { prefix, names, found };
    Ok(Dealt(batch.0.into_iter().zip(found).map(dealt).collect()))
}

/// The files as they are remembered, where their stamps vouch for that.
fn unchanged(reading: Reading<'_>, group: &Group) -> Result<Vec<Option<Found>>, Ended> {
    let mut found = Vec::with_capacity(group.known.len());
    for ((name, _), known) in group.files.names.iter().zip(&group.known) {
        let Some(known) = known.filter(|known| known.settled) else {
            found.push(None);
            continue;
        };
        if crate::watch::is_set(reading.stop) {
            return Err(Ended::Stopped);
        }
        // What cannot be looked at is left to whoever reads it, for the reason.
        let same = look(&group.files.folder, name, reading.follow).is_ok_and(|stamp| stamp == known.stamp);
        found.push(same.then_some(Found { digest: known.digest, stamp: known.stamp, read: false }));
    }
    Ok(found)
}

fn look(folder: &Folder, name: &[u8], follow: bool) -> Result<Stamp, SkipReason> {
    let seen = folder.look(name, follow).map_err(|error| SkipReason::from_io(&error))?;
    match reason(folder, name, seen.kind) {
        None => Ok(seen.stamp),
        Some(reason) => Err(reason),
    }
}

/// Reads one file, into the store if there is a hand, and calls `takes_long` before one that does. The outer error ends
/// the work, the inner one is listed.
fn read(
    reading: Reading<'_>,
    own: &mut Own<'_>,
    folder: &Folder,
    name: &[u8],
    mut takes_long: impl FnMut(),
) -> Result<Result<Found, SkipReason>, Ended> {
    let Own { buffer, hand } = own;
    let outcome = reading.read(folder, name, buffer, |bytes| match bytes {
        Bytes::Whole(bytes) => {
            let digest = Digest::of(bytes);
            hand.as_mut().map_or(Ok(()), |hand| hand.put(&digest, bytes)).map(|()| digest)
        }
        Bytes::Stream(stream) => {
            takes_long();
            match hand {
                None => digest_of(stream),
                Some(hand) => hand.put_from(stream).map(|Stored { digest, .. }| digest),
            }
        }
    });
    match outcome {
        Ok((digest, stamp)) => Ok(Ok(Found { digest, stamp, read: true })),
        Err(NotRead::Skip(reason)) => Ok(Err(reason)),
        Err(NotRead::Stopped) => Err(Ended::Stopped),
        Err(NotRead::Store(error)) => Err(Ended::Store(error)),
    }
}

/// The SHA-256 of a stream.
pub(crate) fn digest_of(stream: &mut dyn std::io::Read) -> Result<Digest, BlobError> {
    measured(stream).map(|stored| stored.digest)
}

/// What a store would say of a stream.
pub(crate) fn measured(stream: &mut dyn std::io::Read) -> Result<Stored, BlobError> {
    let mut hasher = Sha256::new();
    let size_bytes = drain(stream, |piece| hasher.update(piece)).map_err(BlobError::Source)?;
    Ok(Stored { digest: Digest::from_bytes(hasher.finalize().into()), size_bytes })
}

/// Bytes that go nowhere.
pub(crate) struct Nowhere;

impl Keeper for Nowhere {
    fn hand(&self) -> Result<Option<Box<dyn Hand + '_>>, BlobError> {
        Ok(None)
    }

    fn has_all(&self, digests: &[Digest]) -> Result<Vec<bool>, BlobError> {
        Ok(vec![true; digests.len()])
    }
}

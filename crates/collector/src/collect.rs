//! Carrying out a collection: every file read once, hashed and kept on the way, the manifest written as they come.
//!
//! The manifest is the stream and the files are what makes it: the store asks for the next piece of the manifest, and the
//! outcomes of the walk, which come in order, are that piece. So no list is held, whatever the number of files; and all
//! objects are settled before the manifest that names them is.
//!
//! Must never put a file into the manifest that changed while it was read, or drop one without listing it.

use std::num::NonZeroUsize;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestError, ManifestLine};

use crate::changes::{Compared, Comparison, Listener};
use crate::flow::usual_workers;
use crate::manifests::{ManifestLines, ManifestWriteError, put_manifest, write_manifest};
use crate::reader::{Ended, Event, Found, Keeper, Nowhere, Passed, Reader, events, measured};
use crate::scan::{ScanWriter, Scans, TreeName};
use crate::stamp::FileTime;
use crate::{
    BlobError, Blobs, Changes, Hand, ManifestReadError, Omitted, Progress, Source, Stored, Watch, read_manifest,
};

/// Whether a collection keeps the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Keep {
    /// In the store.
    #[default]
    Bytes,
    /// Where they are: only their digests are taken.
    Digests,
    /// Neither the bytes nor the manifest: for a look at what a collection would be.
    Nothing,
}

/// What helps a collection to read less than everything, and what it leaves for the next one.
#[derive(Clone, Copy, Debug)]
pub struct Remembering<'a> {
    /// Where it is kept what was seen of trees.
    pub scans: &'a Scans,
    /// Which tree it is.
    pub tree: TreeName,
    /// The time before anything is read.
    pub read_at: FileTime,
    /// Whether to read everything all the same, but for what an interrupted walk that did so has read.
    pub read_all: bool,
    /// Whether to leave anything for the next walk.
    pub leaves: bool,
}

/// How a collection is to be made.
#[derive(Default)]
pub struct Collecting<'a> {
    /// Whether the bytes are kept.
    pub keep: Keep,
    /// What is remembered of the tree, if it is a tree.
    pub remembering: Option<Remembering<'a>>,
    /// The manifest to compare with.
    pub earlier: Option<Digest>,
    /// Told of each file in the collection, and of each that is gone from the earlier one.
    pub listener: Option<&'a mut Listener<'a>>,
    /// How many threads read; as many as are useful if nobody says.
    pub workers: Option<NonZeroUsize>,
    /// How the caller follows it.
    pub watch: Watch<'a>,
}

/// What a collection has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// The stored manifest.
    pub manifest: Stored,
    /// How many files it lists.
    pub files: u64,
    /// Their bytes together, each file counted, even if two hold the same.
    pub bytes: u64,
    /// How many of the files were read; the others were remembered.
    pub read: u64,
    /// Everything that was met and not taken.
    pub omitted: Omitted,
    /// What is different from the earlier collection, if it was compared with one.
    pub changes: Option<Changes>,
}

impl Collected {
    /// Whether everything that was asked for is in the manifest.
    pub const fn is_complete(&self) -> bool {
        self.omitted.gap_count() == 0
    }
}

/// Why a collection came to nothing. Objects it had stored remain, named by nothing; collecting again finds them there.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The caller stopped it.
    #[error("the collection was stopped before the end, as asked")]
    Stopped,
    /// The store failed.
    #[error("the store could not take the collection")]
    Store(#[source] BlobError),
    /// The walk was out of order: a mistake in this program.
    #[error("the walk of the collection was out of order")]
    Order(#[source] ManifestError),
    /// The earlier manifest cannot be compared with.
    #[error("the earlier collection could not be read")]
    Earlier(#[source] ManifestReadError),
}

impl From<Ended> for CollectError {
    fn from(ended: Ended) -> CollectError {
        match ended {
            Ended::Stopped => CollectError::Stopped,
            Ended::Store(error) => CollectError::Store(error),
        }
    }
}

/// Reads every file of `source`, keeps the bytes in `blobs` if asked, and stores the manifest last. A file that cannot be
/// read is listed and the rest goes on; whether an incomplete collection is good enough is the caller's to decide.
///
/// # Errors
/// When the store fails, or the work was stopped. Nothing refers to what was stored by then.
pub fn collect(source: &Source, blobs: &dyn Blobs, how: Collecting<'_>) -> Result<Collected, CollectError> {
    let reader = Reader { source, workers: how.workers.unwrap_or_else(usual_workers), watch: how.watch };
    // Beginning keeps what a killed walk has left, so that it is remembered.
    let remembers = how.remembering.filter(|how| how.leaves);
    let writer = remembers.and_then(|how| how.scans.begin(how.tree, how.read_all, how.read_at));
    let memory = how.remembering.map(|how| how.scans.remembered(how.tree, how.read_all));
    let comparison = match how.earlier {
        None => None,
        Some(earlier) => {
            let lines = read_manifest(&earlier, blobs).map_err(CollectError::Earlier)?;
            Some(Comparison::with(lines).map_err(CollectError::Earlier)?)
        }
    };
    let mut nobody = |_: Compared<'_>| {};
    let mut record = Record {
        writer,
        comparison,
        listener: how.listener.unwrap_or(&mut nobody),
        watch: how.watch,
        done: Progress::default(),
        read: 0,
        omitted: Omitted::default(),
    };
    let keeper: &dyn Keeper = match how.keep {
        Keep::Bytes => &InStore(blobs),
        Keep::Digests | Keep::Nothing => &Nowhere,
    };
    let manifest = reader.read(memory, keeper, |steps| {
        let lines = Lines { events: events(steps), record: &mut record, blobs, over: false };
        match how.keep {
            Keep::Bytes | Keep::Digests => write_manifest(lines, blobs),
            Keep::Nothing => put_manifest(lines, measured),
        }
    });
    let manifest = manifest.map_err(|error| match error {
        ManifestWriteError::Line(error) => error,
        ManifestWriteError::Order(error) => CollectError::Order(error),
        ManifestWriteError::Store(error) => CollectError::Store(error),
    })?;
    let Record { writer, comparison, listener, done, read, omitted, .. } = record;
    if let Some(writer) = writer {
        writer.finish();
    }
    let changes =
        comparison.map(|comparison| comparison.finish(listener)).transpose().map_err(CollectError::Earlier)?;
    Ok(Collected { manifest, files: done.files, bytes: done.bytes, read, omitted, changes })
}

/// What is noted of a collection while it is made.
struct Record<'a> {
    writer: Option<ScanWriter>,
    comparison: Option<Comparison<ManifestLines>>,
    listener: &'a mut Listener<'a>,
    watch: Watch<'a>,
    done: Progress,
    read: u64,
    omitted: Omitted,
}

impl Record<'_> {
    fn file(&mut self, line: &ManifestLine, found: &Found) -> Result<(), CollectError> {
        self.done.files += 1;
        self.done.bytes += found.stamp.size_bytes;
        self.read += u64::from(found.read);
        if let Some(writer) = &mut self.writer {
            writer.note(line.path.as_bytes(), &found.stamp, &found.digest);
        }
        match &mut self.comparison {
            None => (self.listener)(Compared::New(line)),
            Some(comparison) => comparison.file(line, self.listener).map_err(CollectError::Earlier)?,
        }
        self.watch.report(self.done);
        Ok(())
    }

    fn passed(&mut self, passed: Passed) -> Result<(), CollectError> {
        if let Some(comparison) = &mut self.comparison {
            comparison.passed(&passed.path, self.listener).map_err(CollectError::Earlier)?;
        }
        self.omitted.note(passed.into());
        Ok(())
    }
}

/// The lines of the manifest, as the walk brings them.
struct Lines<'r, 'a, I> {
    events: I,
    record: &'r mut Record<'a>,
    blobs: &'r dyn Blobs,
    over: bool,
}

impl<I: Iterator<Item = Result<Event, Ended>>> Lines<'_, '_, I> {
    fn line(&mut self) -> Result<Option<ManifestLine>, CollectError> {
        for event in &mut self.events {
            match event? {
                Event::Passed(passed) => self.record.passed(passed)?,
                Event::File(path, found) => {
                    let line = ManifestLine { digest: found.digest, path };
                    self.record.file(&line, &found)?;
                    return Ok(Some(line));
                }
            }
        }
        // Every hand has finished by now; what they put is named by the manifest, and must be there before it.
        self.over = true;
        self.blobs.settle().map_err(CollectError::Store)?;
        Ok(None)
    }
}

impl<I: Iterator<Item = Result<Event, Ended>>> Iterator for Lines<'_, '_, I> {
    type Item = Result<ManifestLine, CollectError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over { None } else { self.line().transpose() }
    }
}

/// The store as the place where the bytes go.
struct InStore<'a>(&'a dyn Blobs);

impl Keeper for InStore<'_> {
    fn hand(&self) -> Result<Option<Box<dyn Hand + '_>>, BlobError> {
        self.0.hand().map(Some)
    }

    fn has_all(&self, digests: &[Digest]) -> Result<Vec<bool>, BlobError> {
        Ok(self.0.sizes(digests)?.iter().map(Option::is_some).collect())
    }
}

/// What a collection would take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// How many files.
    pub files: u64,
    /// Their bytes together.
    pub bytes: u64,
    /// The first of them, at most [`Survey::FIRST_MAX`].
    pub first: Vec<portreeve_model::manifest::ManifestPath>,
    /// What would not be taken.
    pub omitted: Omitted,
}

impl Survey {
    /// How many files are named.
    pub const FIRST_MAX: usize = 20;
}

/// Looks at everything that a collection of `source` would take, and opens no file.
///
/// # Errors
/// When it was stopped.
pub fn survey(source: &Source, watch: Watch<'_>) -> Result<Survey, CollectError> {
    let mut survey = Survey::default();
    Reader { source, workers: usual_workers(), watch }.look(|steps| {
        for event in events(steps) {
            match event? {
                Event::Passed(passed) => survey.omitted.note(passed.into()),
                Event::File(path, found) => {
                    survey.files += 1;
                    survey.bytes += found.stamp.size_bytes;
                    if survey.first.len() < Survey::FIRST_MAX {
                        survey.first.push(path);
                    }
                    watch.report(Progress { files: survey.files, bytes: survey.bytes });
                }
            }
        }
        Ok::<(), CollectError>(())
    })?;
    Ok(survey)
}

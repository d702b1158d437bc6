//! Manifests in the store: written and read as streams, however many lines they have.
//!
//! Must never hold a whole manifest, and never write one that is out of order.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use portreeve_model::Digest;
use portreeve_model::manifest::{LINE_BYTES_MAX, LineProblem, ManifestError, ManifestLine, ManifestOrder, parse_line};

use crate::store::CheckedReader;
use crate::{BlobError, Blobs, Stored};

/// How much text is made ahead of the store: some 500 lines of usual length.
const AHEAD_BYTES: usize = 64 * 1024;

/// Why a manifest was not written. Nothing has been stored under a manifest's name then.
#[derive(Debug, thiserror::Error)]
pub enum ManifestWriteError<E> {
    /// The source of the lines failed.
    #[error(transparent)]
    Line(E),
    /// The lines were out of order.
    #[error(transparent)]
    Order(ManifestError),
    /// The store failed.
    #[error(transparent)]
    Store(BlobError),
}

/// Stores the manifest of `lines`, which must come sorted by path. Lines are asked for as the store takes them, so
/// making a line may itself put an object: it is in the store before the manifest is.
///
/// # Errors
/// The first line that is an error or out of order, or what the store met.
pub fn write_manifest<E>(
    lines: impl Iterator<Item = Result<ManifestLine, E>>,
    blobs: &dyn Blobs,
) -> Result<Stored, ManifestWriteError<E>> {
    put_manifest(lines, |text| blobs.put(text))
}

/// As [`write_manifest`], for whatever takes the text.
pub(crate) fn put_manifest<E>(
    lines: impl Iterator<Item = Result<ManifestLine, E>>,
    put: impl FnOnce(&mut dyn Read) -> Result<Stored, BlobError>,
) -> Result<Stored, ManifestWriteError<E>> {
    let mut source =
        LineSource { lines, order: ManifestOrder::default(), ahead: Vec::new(), sent: 0, ended: false, failure: None };
    let stored = put(&mut source);
    match (source.failure, stored) {
        (Some(failure), _) => Err(failure),
        (None, stored) => stored.map_err(ManifestWriteError::Store),
    }
}

/// The text of a manifest, made from its lines as it is read.
struct LineSource<I, E> {
    lines: I,
    order: ManifestOrder,
    ahead: Vec<u8>,
    sent: usize,
    ended: bool,
    failure: Option<ManifestWriteError<E>>,
}

impl<E, I: Iterator<Item = Result<ManifestLine, E>>> LineSource<I, E> {
    fn make_ahead(&mut self) -> Result<(), ManifestWriteError<E>> {
        self.ahead.clear();
        self.sent = 0;
        while !self.ended && self.ahead.len() < AHEAD_BYTES {
            match self.lines.next() {
                None => self.ended = true,
                Some(line) => {
                    let line = line.map_err(ManifestWriteError::Line)?;
                    self.order.accept(&line.path).map_err(ManifestWriteError::Order)?;
                    line.encode_line(&mut self.ahead);
                }
            }
        }
        Ok(())
    }
}

impl<E, I: Iterator<Item = Result<ManifestLine, E>>> Read for LineSource<I, E> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.sent == self.ahead.len() && self.failure.is_none() {
            self.failure = self.make_ahead().err();
        }
        if self.failure.is_some() {
            return Err(io::Error::other("the manifest ended with an error"));
        }
        let count = buffer.len().min(self.ahead.len() - self.sent);
        buffer[..count].copy_from_slice(&self.ahead[self.sent..self.sent + count]);
        self.sent += count;
        Ok(count)
    }
}

/// Why a manifest could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestReadError {
    /// The store could not give it, or it is damaged.
    #[error("could not read the manifest {manifest}")]
    Store {
        /// Its name.
        manifest: Digest,
        /// What the store met.
        #[source]
        source: BlobError,
    },
    /// It reads, but it is not what Portreeve writes.
    #[error("{manifest} is not a manifest of this program")]
    Text {
        /// Its name.
        manifest: Digest,
        /// Which line, and what is wrong with it.
        #[source]
        source: ManifestError,
    },
}

/// Opens a stored manifest.
///
/// # Errors
/// When the store does not hold it or cannot open it.
pub fn read_manifest(manifest: &Digest, blobs: &dyn Blobs) -> Result<ManifestLines, ManifestReadError> {
    let reader = blobs.open(manifest).map_err(|source| ManifestReadError::Store { manifest: *manifest, source })?;
    Ok(lines(manifest, reader))
}

/// Reads a manifest that lies in a file of its own, as in a pack.
pub fn read_manifest_file(manifest: &Digest, file: File) -> ManifestLines {
    lines(manifest, Box::new(CheckedReader::new(file, *manifest)))
}

fn lines(manifest: &Digest, reader: Box<dyn Read + Send>) -> ManifestLines {
    ManifestLines {
        manifest: *manifest,
        reader: BufReader::with_capacity(AHEAD_BYTES, reader),
        order: ManifestOrder::default(),
        line: Vec::new(),
        over: false,
    }
}

/// The lines of a stored manifest. Whether its bytes match its name is only known at the end: an error at any line means
/// that the lines before it prove nothing either. After an error there are no more lines.
pub struct ManifestLines {
    manifest: Digest,
    reader: BufReader<Box<dyn Read + Send>>,
    order: ManifestOrder,
    line: Vec<u8>,
    over: bool,
}

impl ManifestLines {
    fn read_line(&mut self) -> Result<Option<ManifestLine>, ManifestReadError> {
        self.line.clear();
        let most = LINE_BYTES_MAX as u64 + 1;
        if let Err(error) = (&mut self.reader).take(most).read_until(b'\n', &mut self.line) {
            return Err(ManifestReadError::Store { manifest: self.manifest, source: from_reader(error) });
        }
        let text = |source| ManifestReadError::Text { manifest: self.manifest, source };
        let line = match self.line.split_last() {
            None => return Ok(None),
            Some((b'\n', line)) => line,
            Some(_) => {
                let long = self.line.len() > LINE_BYTES_MAX;
                let problem = if long { LineProblem::TooLong } else { LineProblem::CutShort };
                return Err(text(self.order.at_next_line(problem)));
            }
        };
        let line = parse_line(line).map_err(|problem| text(self.order.at_next_line(problem)))?;
        self.order.accept(&line.path).map_err(text)?;
        Ok(Some(line))
    }
}

impl Iterator for ManifestLines {
    type Item = Result<ManifestLine, ManifestReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let line = self.read_line().transpose();
        self.over = !matches!(line, Some(Ok(_)));
        line
    }
}

/// The store's own error out of a reader's, or the reader's as a failure to read.
pub(crate) fn from_reader(error: io::Error) -> BlobError {
    match error.downcast::<BlobError>() {
        Ok(own) => own,
        Err(error) => BlobError::Source(error),
    }
}

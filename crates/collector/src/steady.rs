//! Reading a file that may move: all of one state of it, or nothing.
//!
//! Must never let a store or a checksum finish on bytes from two states of a file. The reader fails where the end would
//! be, so a store that obeys its contract publishes nothing of a file that moved.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use portreeve_model::manifest::ManifestPath;

use crate::regular::{Stamp, open_below};
use crate::walk::FILE_BYTES_MAX;
use crate::watch::is_set;
use crate::{BlobError, SkipReason};

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum NotRead {
    /// The file's own fault: it is listed, and the work goes on.
    Skip(SkipReason),
    /// The store's fault: the work ends.
    Store(BlobError),
    /// The caller wants no more.
    Stopped,
}

/// Opens the file at `path` below the canonical `root` and lets `take` read it to its end. A file that moves is read
/// once more from the start, and then given up.
pub(crate) fn read_steadily<T>(
    root: &Path,
    path: &ManifestPath,
    stop: Option<&AtomicBool>,
    mut take: impl FnMut(&mut dyn Read) -> Result<T, BlobError>,
) -> Result<T, NotRead> {
    match read_once(root, path, stop, &mut take) {
        Err(NotRead::Skip(SkipReason::ChangedWhileRead | SkipReason::Replaced)) => {
            read_once(root, path, stop, &mut take)
        }
        answer => answer,
    }
}

fn read_once<T>(
    root: &Path,
    path: &ManifestPath,
    stop: Option<&AtomicBool>,
    take: &mut impl FnMut(&mut dyn Read) -> Result<T, BlobError>,
) -> Result<T, NotRead> {
    let (file, before) = open_below(root, path).map_err(NotRead::Skip)?;
    if before.size_bytes > FILE_BYTES_MAX {
        return Err(NotRead::Skip(SkipReason::TooLarge { size_bytes: before.size_bytes }));
    }
    let mut reader = SteadyReader { file, before, read_bytes: 0, stop, state: State::Reading };
    match (take(&mut reader), reader.state) {
        (Ok(answer), State::Ended) => Ok(answer),
        (Err(BlobError::Source(_)), State::Changed) => Err(NotRead::Skip(SkipReason::ChangedWhileRead)),
        (Err(BlobError::Source(_)), State::Stopped) => Err(NotRead::Stopped),
        (Err(BlobError::Source(error)), _) => Err(NotRead::Skip(SkipReason::from_io(&error))),
        (Err(other), _) => Err(NotRead::Store(other)),
        (Ok(_), _) => {
            Err(NotRead::Store(BlobError::Source(io::Error::other("the store did not read the file to its end"))))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Changed,
    Stopped,
}

/// Reads an open file and fails in place of its end if the file is not what it was at the start.
struct SteadyReader<'a> {
    file: File,
    before: Stamp,
    read_bytes: u64,
    stop: Option<&'a AtomicBool>,
    state: State,
}

impl SteadyReader<'_> {
    fn halt(&mut self, state: State) -> io::Result<usize> {
        self.state = state;
        Err(io::Error::other("the file changed while it was read, or reading was stopped"))
    }
}

impl Read for SteadyReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Ended => return Ok(0),
            State::Changed | State::Stopped => return self.halt(self.state),
            State::Reading => {}
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        if is_set(self.stop) {
            return self.halt(State::Stopped);
        }
        let count = self.file.read(buffer)?;
        self.read_bytes += count as u64;
        // A file that grows is given up as soon as it is longer than it was, or it might never end.
        if self.read_bytes > self.before.size_bytes {
            return self.halt(State::Changed);
        }
        if count == 0 {
            let after = Stamp::of(&self.file.metadata()?);
            if after != self.before || self.read_bytes != self.before.size_bytes {
                return self.halt(State::Changed);
            }
            self.state = State::Ended;
        }
        Ok(count)
    }
}

//! Reading a file that may move: all of one state of it, or nothing.
//!
//! The open file is looked at before and after; what happened in between shows in its stamp. Must never let a digest stand
//! for bytes from two states of a file.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::sync::atomic::AtomicBool;

use crate::stamp::{Identity, Stamp};
use crate::tree::{Folder, Kind, look_at, reason};
use crate::watch::is_set;
use crate::{BlobError, SkipReason};

/// The largest file that is collected: 64 GiB, about a minute at the 1.1 GiB/s at which one core hashes. A sparse file
/// that claims a tebibyte would fill the store.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

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

/// The bytes of one state of a file.
pub(crate) enum Bytes<'a> {
    /// All of them.
    Whole(&'a [u8]),
    /// A stream that fails in place of its end if the file moved meanwhile: who obeys that keeps nothing of it.
    Stream(&'a mut dyn Read),
}

/// How files are read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// Files that are not to be taken, whatever they are called.
    pub(crate) keep_out: &'a [Identity],
    /// Set when no more is wanted.
    pub(crate) stop: Option<&'a AtomicBool>,
    /// Whether a link stands for what it points at.
    pub(crate) follow: bool,
    /// Told of the bytes that were read; it may wait.
    pub(crate) pace: Option<&'a (dyn Fn(u64) + Sync)>,
}

impl Reading<'_> {
    /// Opens the file and lets `take` have its bytes: whole if they fit into `buffer`, else as a stream. A file that moves
    /// is read once more from the start, and then given up.
    pub(crate) fn read<T>(
        self,
        folder: &Folder,
        name: &[u8],
        buffer: &mut [u8],
        mut take: impl FnMut(Bytes<'_>) -> Result<T, BlobError>,
    ) -> Result<(T, Stamp), NotRead> {
        match self.read_once(folder, name, buffer, &mut take) {
            Err(NotRead::Skip(SkipReason::ChangedWhileRead | SkipReason::Replaced)) => {
                self.read_once(folder, name, buffer, &mut take)
            }
            answer => answer,
        }
    }

    fn read_once<T>(
        self,
        folder: &Folder,
        name: &[u8],
        buffer: &mut [u8],
        take: &mut impl FnMut(Bytes<'_>) -> Result<T, BlobError>,
    ) -> Result<(T, Stamp), NotRead> {
        if is_set(self.stop) {
            return Err(NotRead::Stopped);
        }
        let (mut file, before) = self.open(folder, name).map_err(NotRead::Skip)?;
        // One byte more than it says it has, so that growth shows at once.
        let fits = usize::try_from(before.size_bytes).is_ok_and(|size| size < buffer.len());
        if !fits {
            let mut stream = Steady { file, before, read_bytes: 0, reading: self, state: State::Reading };
            let taken = take(Bytes::Stream(&mut stream));
            return match (taken, stream.state) {
                (Ok(answer), State::Ended) => Ok((answer, before)),
                (Err(BlobError::Source(_)), State::Changed) => Err(NotRead::Skip(SkipReason::ChangedWhileRead)),
                (Err(BlobError::Source(_)), State::Stopped) => Err(NotRead::Stopped),
                (Err(BlobError::Source(error)), _) => Err(NotRead::Skip(SkipReason::from_io(&error))),
                (Err(error), _) => Err(NotRead::Store(error)),
                // It answered without having seen the end, so nobody knows what it answered about.
                (Ok(_), _) => Err(NotRead::Skip(SkipReason::ChangedWhileRead)),
            };
        }
        let now = |file: &File| Ok(look_at(file)?.stamp);
        let count = whole(&mut file, before, buffer, now).map_err(NotRead::Skip)?;
        drop(file);
        self.paced(count);
        Ok((take(Bytes::Whole(&buffer[..count])).map_err(NotRead::Store)?, before))
    }

    fn paced(self, count: usize) {
        if let Some(pace) = self.pace {
            pace(count as u64);
        }
    }

    /// Opens a regular file and nothing else.
    fn open(self, folder: &Folder, name: &[u8]) -> Result<(File, Stamp), SkipReason> {
        let (file, seen) = folder.file(name, self.follow).map_err(|error| match folder.look(name, self.follow) {
            // A link, a socket or a folder refuses to be opened as a file; why it did is what it is.
            Ok(seen) => reason(folder, name, seen.kind).unwrap_or_else(|| SkipReason::from_io(&error)),
            Err(gone) => SkipReason::from_io(&gone),
        })?;
        if seen.kind != Kind::File {
            return Err(reason(folder, name, seen.kind).unwrap_or(SkipReason::NotARegularFile));
        }
        if self.keep_out.contains(&seen.stamp.identity) {
            return Err(SkipReason::KeptOut);
        }
        if seen.stamp.size_bytes > FILE_BYTES_MAX {
            return Err(SkipReason::TooLarge { size_bytes: seen.stamp.size_bytes });
        }
        Ok((file, seen.stamp))
    }
}

/// Reads the whole of a file that was as `before` says when it was opened, and looks at it again with `now`.
fn whole<F: Read>(
    file: &mut F,
    before: Stamp,
    buffer: &mut [u8],
    now: impl FnOnce(&F) -> io::Result<Stamp>,
) -> Result<usize, SkipReason> {
    let failed = |error: io::Error| SkipReason::from_io(&error);
    let mut filled = 0;
    // A regular file gives all it has at once: whether it has more than it had is seen by looking, not by asking again.
    while filled < buffer.len() && (filled as u64) < before.size_bytes {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    let same = now(file).map_err(failed)? == before && filled as u64 == before.size_bytes;
    if same { Ok(filled) } else { Err(SkipReason::ChangedWhileRead) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Changed,
    Stopped,
}

/// Passes the bytes of a file through as long as it stays as it was at the start.
struct Steady<'a> {
    file: File,
    before: Stamp,
    read_bytes: u64,
    reading: Reading<'a>,
    state: State,
}

impl Steady<'_> {
    fn halt(&mut self, state: State) -> io::Result<usize> {
        self.state = state;
        Err(io::Error::other("the file changed while it was read, or reading was stopped"))
    }
}

impl Read for Steady<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.state {
            State::Ended => return Ok(0),
            State::Changed | State::Stopped => return self.halt(self.state),
            State::Reading => {}
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        if is_set(self.reading.stop) {
            return self.halt(State::Stopped);
        }
        let count = self.file.read(buffer)?;
        self.reading.paced(count);
        self.read_bytes += count as u64;
        // A file that grows is given up as soon as it is longer than it was, or it might never end.
        if self.read_bytes > self.before.size_bytes {
            return self.halt(State::Changed);
        }
        if count == 0 {
            if look_at(&self.file)?.stamp != self.before || self.read_bytes != self.before.size_bytes {
                return self.halt(State::Changed);
            }
            self.state = State::Ended;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_only_if_it_is_after_reading_as_it_was_before() {
        let before = Stamp { size_bytes: 3, ..Stamp::default() };
        let read = |bytes: &[u8], after: Stamp| {
            let mut buffer = [0; 8];
            whole(&mut &*bytes, before, &mut buffer, |_| Ok(after)).map(|count| buffer[..count].to_vec())
        };
        assert_eq!(read(b"abc", before).unwrap(), b"abc");
        let touched = Stamp { changed: crate::FileTime { seconds: 1, nanoseconds: 0 }, ..before };
        for (bytes, after) in [(&b"abc"[..], touched), (b"ab", before), (b"abcd", Stamp { size_bytes: 4, ..before })] {
            assert_eq!(read(bytes, after), Err(SkipReason::ChangedWhileRead), "{bytes:?} {after:?}");
        }
        let gone = whole(&mut &b"abc"[..], before, &mut [0; 8], |_| Err(ErrorKind::NotFound.into()));
        assert_eq!(gone, Err(SkipReason::Gone));
    }
}

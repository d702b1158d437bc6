//! What tells one state of a file from another, without reading it.
//!
//! Must never claim more than a file system tells: two equal stamps of one file mean that nobody wrote in between, unless
//! it was in place, left the size alone, and fell within one tick of the file system's clock (see [`Stamp::is_settled`]).

/// A point of time as a file system keeps it, in its own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct FileTime {
    /// Seconds since 1970 in UTC, before it if negative.
    pub seconds: i64,
    /// Nanoseconds after that, below a thousand million.
    pub nanoseconds: u32,
}

/// Which file it is, as long as it exists: its file system and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Identity {
    /// The device of the file system.
    pub device: u64,
    /// The inode number.
    pub inode: u64,
}

/// The state of a file: the five things that git's index, restic and borg compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Stamp {
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When its bytes were last written. Anybody who may write to it can set this back.
    pub modified: FileTime,
    /// When its bytes or attributes last changed, which nobody can set at will.
    pub changed: FileTime,
    /// Which file it is.
    pub identity: Identity,
}

impl Stamp {
    /// Whether a later change is sure to show: the last one lies far enough before `read_at`, the moment when reading
    /// began, that another could not have got the same time. Git calls what is not settled "racily clean".
    ///
    /// Two seconds, because FAT and some servers keep no finer time.
    pub(crate) fn is_settled(&self, read_at: FileTime) -> bool {
        let last = self.changed.max(self.modified);
        last.seconds.saturating_add(SETTLING_SECONDS) < read_at.seconds
    }
}

const SETTLING_SECONDS: i64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_written_within_a_tick_of_being_read_is_not_settled() {
        let at = |seconds| FileTime { seconds, nanoseconds: 0 };
        let stamp = |modified, changed| Stamp { modified: at(modified), changed: at(changed), ..Stamp::default() };
        assert!(stamp(10, 10).is_settled(at(13)));
        assert!(!stamp(10, 10).is_settled(at(12)));
        assert!(!stamp(10, 11).is_settled(at(13)), "the later of the two counts");
        assert!(!stamp(i64::MAX, 0).is_settled(at(13)), "a time far ahead is never settled, and overflows nothing");
    }
}

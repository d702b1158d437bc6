//! Why something that was met is not in the manifest.
//!
//! Must never grow a reason that means "nothing to see": whatever is left out is listed with one of these.

use std::fmt;
use std::io;

use portreeve_model::manifest::PathProblem;

use crate::steady::FILE_BYTES_MAX;

/// Something that was met and not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its path below the root, escaped for people as by
    /// [`ManifestPath::display`](portreeve_model::manifest::ManifestPath::display); `.` is the root itself.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why something is not in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// A symbolic link. None is followed unless asked: what it points at is collected under its own name if it lies in the
    /// tree, and is somebody else's if it does not.
    Link {
        /// Where it points, escaped for people; empty if that could not be read.
        target: String,
    },
    /// A named pipe. Reading one could wait for ever.
    Fifo,
    /// A socket.
    Socket,
    /// A block or character device.
    Device,
    /// Neither a file nor any of the above.
    NotARegularFile,
    /// A folder among files that were named one by one.
    Folder,
    /// The same file was named before.
    NamedTwice,
    /// In the part of the tree that the caller keeps out, such as the store itself.
    KeptOut,
    /// It is gone.
    Gone,
    /// The system did not let us read it.
    Unreadable {
        /// The system's reason.
        because: String,
    },
    /// Its path cannot stand in a manifest.
    Path(PathProblem),
    /// Its path is longer than the system can open.
    PathTooLong,
    /// Its name is not Unicode, on a system whose file names should be.
    NameNotUnicode,
    /// It is larger than [`FILE_BYTES_MAX`].
    TooLarge {
        /// Its size.
        size_bytes: u64,
    },
    /// A folder with more names than are read; the rest was not looked at.
    TooMany,
    /// A pattern leaves it out.
    NotSelected,
    /// A folder on which another file system is mounted.
    OtherFileSystem,
    /// A folder that the walk is in already, met again through a link or a mount.
    Loop,
    /// It changed while it was read, twice in a row.
    ChangedWhileRead,
    /// Another thing took its place between looking and opening, or one of its folders became a link.
    Replaced,
}

impl SkipReason {
    /// Whether content that was asked for is not in the collection, so that the collection is incomplete. Links, pipes,
    /// sockets and devices hold no content of their own; what was named twice or is met again is there once; what is
    /// kept out, not selected, or on another file system was not asked for.
    pub const fn leaves_a_gap(&self) -> bool {
        !matches!(
            self,
            SkipReason::Link { .. }
                | SkipReason::Fifo
                | SkipReason::Socket
                | SkipReason::Device
                | SkipReason::NamedTwice
                | SkipReason::KeptOut
                | SkipReason::NotSelected
                | SkipReason::OtherFileSystem
                | SkipReason::Loop
        )
    }

    pub(crate) fn from_io(error: &io::Error) -> SkipReason {
        match error.kind() {
            io::ErrorKind::NotFound => SkipReason::Gone,
            io::ErrorKind::InvalidFilename => SkipReason::PathTooLong,
            _ => SkipReason::Unreadable { because: error.to_string() },
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SkipReason::Link { target } => write!(out, "a symbolic link to `{target}`; links are not followed"),
            SkipReason::Fifo => out.write_str("a named pipe, not a file"),
            SkipReason::Socket => out.write_str("a socket, not a file"),
            SkipReason::Device => out.write_str("a device, not a file"),
            SkipReason::NotARegularFile => out.write_str("not a regular file"),
            SkipReason::Folder => out.write_str("a folder; collect a folder by naming it alone"),
            SkipReason::NamedTwice => out.write_str("named twice; it is collected once"),
            SkipReason::KeptOut => out.write_str("kept out of this collection"),
            SkipReason::Gone => out.write_str("no longer there"),
            SkipReason::Unreadable { because } => write!(out, "could not be read: {because}"),
            SkipReason::Path(problem) => write!(out, "{problem}"),
            SkipReason::PathTooLong => out.write_str("its path is longer than the system can open"),
            SkipReason::NameNotUnicode => out.write_str("its name is not Unicode"),
            SkipReason::TooLarge { size_bytes } => {
                write!(out, "{size_bytes} bytes, more than the {FILE_BYTES_MAX} that one file may have")
            }
            SkipReason::TooMany => out.write_str("a folder with too many names; the rest was not looked at"),
            SkipReason::NotSelected => out.write_str("left out by a pattern"),
            SkipReason::OtherFileSystem => out.write_str("on another file system, which was not asked for"),
            SkipReason::Loop => out.write_str("a folder met again on the way into itself"),
            SkipReason::ChangedWhileRead => out.write_str("changed while it was read, twice"),
            SkipReason::Replaced => out.write_str("was replaced between looking and opening"),
        }
    }
}

/// How many of each sort are kept one by one; the rest are counted. A list of a million serves nobody, and would be held.
const LISTED_MAX: usize = 1_000;

/// Everything that was met and not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Omitted {
    gaps: Vec<Skipped>,
    others: Vec<Skipped>,
    gap_count: u64,
    other_count: u64,
}

impl Omitted {
    pub(crate) fn note(&mut self, skipped: Skipped) {
        let (list, count) = match skipped.reason.leaves_a_gap() {
            true => (&mut self.gaps, &mut self.gap_count),
            false => (&mut self.others, &mut self.other_count),
        };
        *count += 1;
        if list.len() < LISTED_MAX {
            list.push(skipped);
        }
    }

    /// How many things that were asked for are not in the collection.
    pub const fn gap_count(&self) -> u64 {
        self.gap_count
    }

    /// How many things were met and not taken, gaps among them.
    pub const fn count(&self) -> u64 {
        self.gap_count + self.other_count
    }

    /// What was asked for and is not in the collection, the first 1,000, in the order they were met.
    pub fn gaps(&self) -> &[Skipped] {
        &self.gaps
    }

    /// The gaps, then what else was met and not taken: the first 1,000 of each.
    pub fn listed(&self) -> impl Iterator<Item = &Skipped> {
        self.gaps.iter().chain(&self.others)
    }
}

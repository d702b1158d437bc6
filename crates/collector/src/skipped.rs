//! Why something that was met is not in the manifest.
//!
//! Must never grow a reason that means "nothing to see": whatever is left out is listed with one of these.

use std::fmt;
use std::io;

use portreeve_model::manifest::PathProblem;

use crate::walk::{DEPTH_MAX, ENTRIES_MAX, FILE_BYTES_MAX};

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
    /// A symbolic link. None is ever followed, wherever it points: what it points at is collected under its own name if
    /// it lies in the tree, and is somebody else's if it does not.
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
    /// A folder deeper than [`DEPTH_MAX`]; nothing in it was looked at.
    TooDeep,
    /// The walk ended here, after [`ENTRIES_MAX`] entries; nothing after this one was looked at.
    TooMany,
    /// It changed while it was read, twice in a row.
    ChangedWhileRead,
    /// Another thing took its place between looking and opening, or one of its folders became a link.
    Replaced,
}

impl SkipReason {
    /// Whether content that was asked for is not in the collection, so that the collection is incomplete. Links, pipes,
    /// sockets and devices hold no content of their own; what was named twice is there once; what is kept out was not
    /// asked for.
    pub const fn leaves_a_gap(&self) -> bool {
        !matches!(
            self,
            SkipReason::Link { .. }
                | SkipReason::Fifo
                | SkipReason::Socket
                | SkipReason::Device
                | SkipReason::NamedTwice
                | SkipReason::KeptOut
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
            SkipReason::TooDeep => write!(out, "more than {DEPTH_MAX} folders deep; nothing in it was looked at"),
            SkipReason::TooMany => {
                write!(out, "the walk ended here after {ENTRIES_MAX} entries; nothing further was looked at")
            }
            SkipReason::ChangedWhileRead => out.write_str("changed while it was read, twice"),
            SkipReason::Replaced => out.write_str("was replaced between looking and opening"),
        }
    }
}

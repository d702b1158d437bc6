//! The walk: everything below a folder, in the order of a manifest, a few names at a time.
//!
//! Nothing is held but the names in the folders between the root and where the walk is, so memory does not grow with the
//! number of files. Must never leave anything out without handing over a [`Skipped`](crate::Skipped) that says so, and
//! never follow a link unless asked.

#[cfg(unix)]
#[path = "folder.rs"]
mod folder;
#[cfg(not(unix))]
#[path = "folder_by_path.rs"]
mod folder;
mod listing;
mod selection;
mod walk;

pub(crate) use folder::{Folder, look_at};
pub(crate) use listing::Names;
pub use selection::{BadPattern, Selection};
pub(crate) use walk::{Files, Met, Walk, reason};

/// What bears a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    Link,
    Fifo,
    Socket,
    Device,
    /// Nothing of the above, or not told without looking.
    Unknown,
}

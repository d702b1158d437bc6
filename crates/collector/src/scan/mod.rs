//! What the last walk of a tree saw: for each file its stamp and its digest. A named cache, one file a tree.
//!
//! It saves reading what has not changed, in a re-scan and when an interrupted collection goes on. It is never the truth:
//! a file counts as unchanged only if its stamp is the same and was settled, and delete the cache and everything is read
//! again. Must never be believed where it is damaged: each block carries a checksum, and reading ends at the first that
//! does not agree.

mod format;
mod read;
mod write;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use portreeve_model::Digest;

pub(crate) use read::{Known, Memory};
pub(crate) use write::ScanWriter;

use crate::stamp::FileTime;

/// The folder that holds what was seen of each tree.
#[derive(Clone, Debug)]
pub struct Scans {
    folder: PathBuf,
}

/// Which tree it is about: the SHA-256 of its canonical path. A tree that is reached by another path is another tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeName(Digest);

impl TreeName {
    /// The name of the tree at `root`.
    ///
    /// # Errors
    /// When `root` cannot be found.
    pub fn of(root: &Path) -> io::Result<TreeName> {
        Ok(TreeName(Digest::of(fs::canonicalize(root)?.as_os_str().as_encoded_bytes())))
    }
}

impl Scans {
    /// Uses `folder`, which is made when it is first needed.
    pub fn new(folder: impl Into<PathBuf>) -> Scans {
        Scans { folder: folder.into() }
    }

    /// What is remembered of the tree: what an interrupted walk had seen, and from there on what the last whole one saw.
    /// For a walk that reads everything, only what such a walk had read when it was interrupted.
    pub(crate) fn remembered(&self, tree: TreeName, reads_all: bool) -> Memory {
        let open = |path: PathBuf| File::open(path).ok();
        let whole = if reads_all { None } else { open(self.whole(tree)) };
        Memory::new(open(self.unfinished(tree, reads_all)), whole)
    }

    /// Begins to remember, and first keeps what a walk has left that was killed. `None` if another walk of the same tree is
    /// under way, or the folder cannot be written: then nothing is remembered of this one, and nothing else is lost.
    pub(crate) fn begin(&self, tree: TreeName, reads_all: bool, read_at: FileTime) -> Option<ScanWriter> {
        fs::create_dir_all(&self.folder).ok()?;
        let lock = File::create(self.folder.join(format!("{}.lock", tree.0))).ok()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
        }
        let unfinished = self.unfinished(tree, reads_all);
        let building = unfinished.with_added_extension("new");
        let paths = Paths { building, unfinished, whole: self.whole(tree) };
        if paths.building.exists() {
            paths.keep_unfinished().ok()?;
        }
        ScanWriter::begin(paths, lock, read_at).ok()
    }

    fn whole(&self, tree: TreeName) -> PathBuf {
        self.folder.join(format!("{}.scan", tree.0))
    }

    fn unfinished(&self, tree: TreeName, reads_all: bool) -> PathBuf {
        self.folder.join(format!("{}.{}", tree.0, if reads_all { "read" } else { "part" }))
    }
}

/// Where a scan is written, and what it becomes.
#[derive(Debug)]
struct Paths {
    /// While the walk is under way.
    building: PathBuf,
    /// When it was interrupted.
    unfinished: PathBuf,
    /// When it is whole.
    whole: PathBuf,
}

impl Paths {
    /// Lets the next walk go on from what this one has seen; or from what an earlier one has, if that had come further:
    /// whichever it is, each entry counts only for a file that still looks the same.
    fn keep_unfinished(&self) -> io::Result<()> {
        let reach = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
        if reach(&self.building) >= reach(&self.unfinished) {
            fs::rename(&self.building, &self.unfinished)
        } else {
            fs::remove_file(&self.building)
        }
    }
}

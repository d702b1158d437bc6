//! The plan of a collection: what would be taken, and what would not, and why. Looks at names and types; opens no file.
//!
//! Must never follow a symbolic link below the root, and never leave anything out without listing it. Folders are parts
//! of paths, so an empty one leaves no trace. Hidden files are files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use portreeve_model::manifest::ManifestPath;
use walkdir::WalkDir;

use crate::names::{manifest_path, shown};
use crate::regular::not_a_file;
use crate::{SkipReason, Skipped};

/// How many folders deep a walk goes. A legal path of 4,096 bytes has at most 2,048 segments; people's shares have 20.
pub const DEPTH_MAX: usize = 256;

/// How many files, folders and other things a walk looks at: at about 120 bytes a planned file (60 of path, 24 of
/// structure, the rest the allocator's) two million hold 240 MB.
pub const ENTRIES_MAX: u64 = 2_000_000;

/// The largest file that is collected: 64 GiB, about a minute at the 1.1 GiB/s at which one core hashes. A sparse file
/// that claims a tebibyte would fill the store.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// What a collection would take. Made by [`plan_folder`] or [`plan_files`], carried out by [`collect`](crate::collect).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Canonical, so that a link in it cannot be taken for one in the tree.
    pub(crate) root: PathBuf,
    files: Vec<PlannedFile>,
    skipped: Vec<Skipped>,
}

/// A file that would be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedFile {
    /// Its path in the manifest.
    pub path: ManifestPath,
    /// Its size when the plan was made. It may have another when it is read.
    pub size_bytes: u64,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The folder cannot be looked at.
    #[error("could not look at the folder {}", .path.display())]
    Root {
        /// The folder as it was named.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The named thing is no folder.
    #[error("{} is not a folder", .path.display())]
    NotAFolder {
        /// The thing as it was named.
        path: PathBuf,
    },
    /// The named files lie on different drives, so they have no common folder to name them from.
    #[error("the files do not lie under one common folder")]
    NoCommonFolder,
}

impl Plan {
    /// The files, sorted by the bytes of their paths, no path twice.
    pub fn files(&self) -> &[PlannedFile] {
        &self.files
    }

    /// Everything that was met and will not be taken, sorted by path.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The sizes of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }

    fn sorted(root: PathBuf, mut files: Vec<PlannedFile>, mut skipped: Vec<Skipped>) -> Plan {
        files.sort_unstable_by(|left, right| left.path.cmp(&right.path));
        files.dedup_by(|second, first| {
            let twice = second.path == first.path;
            if twice {
                skipped.push(Skipped { path: first.path.display().to_string(), reason: SkipReason::NamedTwice });
            }
            twice
        });
        skipped.sort_by(|left, right| left.path.cmp(&right.path));
        Plan { root, files, skipped }
    }
}

/// Plans the collection of everything below `root`, except what lies in `keep_out`: the store and the ledger, should
/// they be inside. `root` itself may be a link, since somebody named it.
///
/// # Errors
/// When `root` is no folder or cannot be looked at. Trouble further down is listed in the plan.
pub fn plan_folder(root: impl AsRef<Path>, keep_out: &[PathBuf]) -> Result<Plan, PlanError> {
    plan_within(root.as_ref(), keep_out, ENTRIES_MAX)
}

fn plan_within(root: &Path, keep_out: &[PathBuf], entries_max: u64) -> Result<Plan, PlanError> {
    let canonical = fs::canonicalize(root).map_err(|source| PlanError::Root { path: root.into(), source })?;
    if !canonical.is_dir() {
        return Err(PlanError::NotAFolder { path: root.into() });
    }
    let keep_out: Vec<PathBuf> = keep_out.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    let below = |path: &Path| path.strip_prefix(&canonical).map(Path::to_path_buf).unwrap_or_default();
    let mut walk = WalkDir::new(&canonical).min_depth(1).follow_links(false).sort_by_file_name().into_iter();
    let mut entries = 0_u64;
    while let Some(entry) = walk.next() {
        entries += 1;
        let path = match &entry {
            Ok(entry) => below(entry.path()),
            Err(error) => error.path().map(below).unwrap_or_default(),
        };
        let mut skip = |reason| skipped.push(Skipped { path: shown(&path), reason });
        if entries > entries_max {
            skip(SkipReason::TooMany);
            break;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                skip(error.io_error().map_or(SkipReason::NotARegularFile, SkipReason::from_io));
                continue;
            }
        };
        let is_folder = entry.file_type().is_dir();
        if keep_out.iter().any(|kept| kept == entry.path()) {
            skip(SkipReason::KeptOut);
            if is_folder {
                walk.skip_current_dir();
            }
        } else if is_folder {
            if entry.depth() > DEPTH_MAX {
                skip(SkipReason::TooDeep);
                walk.skip_current_dir();
            }
        } else {
            let size = entry.metadata().map(|metadata| metadata.len());
            match planned(&path, not_a_file(entry.file_type(), entry.path()), size.map_err(io::Error::from)) {
                Ok(file) => files.push(file),
                Err(reason) => skip(reason),
            }
        }
    }
    Ok(Plan::sorted(canonical, files, skipped))
}

fn planned(below: &Path, not_a_file: Option<SkipReason>, size: io::Result<u64>) -> Result<PlannedFile, SkipReason> {
    if let Some(reason) = not_a_file {
        return Err(reason);
    }
    let path = manifest_path(below)?;
    let size_bytes = size.map_err(|error| SkipReason::from_io(&error))?;
    if size_bytes > FILE_BYTES_MAX {
        return Err(SkipReason::TooLarge { size_bytes });
    }
    Ok(PlannedFile { path, size_bytes })
}

/// Plans the collection of files named one by one. Each gets its path below the deepest folder that holds them all, so a
/// single file gets its bare name, two files of one name are told apart, and nothing above that folder is recorded.
/// A named file that cannot be taken is listed in the plan under the path it was named by.
///
/// # Errors
/// When the files lie on different drives.
pub fn plan_files<P: AsRef<Path>>(named: &[P]) -> Result<Plan, PlanError> {
    let mut skipped = Vec::new();
    let mut found: Vec<(PathBuf, PathBuf, &Path)> = Vec::new();
    for name in named {
        match locate(name.as_ref()) {
            Ok(located) => found.push((located.folder, located.file_name, name.as_ref())),
            Err(reason) => skipped.push(Skipped { path: shown(name.as_ref()), reason }),
        }
    }
    let mut root = found.first().map(|(folder, ..)| folder.clone()).unwrap_or_default();
    while !found.iter().all(|(folder, ..)| folder.starts_with(&root)) {
        if !root.pop() {
            return Err(PlanError::NoCommonFolder);
        }
    }
    let mut files = Vec::new();
    for (folder, file_name, name) in found {
        let source = folder.join(file_name);
        let below = source.strip_prefix(&root).unwrap_or(&source);
        let seen = fs::symlink_metadata(&source);
        let reason = seen.as_ref().ok().and_then(|seen| not_a_file(seen.file_type(), &source));
        match planned(below, reason, seen.map(|seen| seen.len())) {
            Ok(file) => files.push(file),
            Err(reason) => skipped.push(Skipped { path: shown(name), reason }),
        }
    }
    Ok(Plan::sorted(root, files, skipped))
}

/// A named file: the canonical folder it lies in, and its own name, which is not followed if it is a link.
pub(crate) struct Located {
    pub(crate) folder: PathBuf,
    pub(crate) file_name: PathBuf,
    pub(crate) name: ManifestPath,
}

pub(crate) fn locate(named: &Path) -> Result<Located, SkipReason> {
    let absolute = std::path::absolute(named).map_err(|error| SkipReason::from_io(&error))?;
    let (Some(folder), Some(file_name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(SkipReason::Folder);
    };
    let folder = fs::canonicalize(folder).map_err(|error| SkipReason::from_io(&error))?;
    let file_name = PathBuf::from(file_name);
    let name = manifest_path(&file_name)?;
    Ok(Located { folder, file_name, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_that_is_cut_off_says_where() {
        let tree = tempfile::tempdir().unwrap();
        for name in ["a", "b", "c", "d"] {
            fs::write(tree.path().join(name), name).unwrap();
        }
        let plan = plan_within(tree.path(), &[], 2).unwrap();
        assert_eq!(plan.files().len(), 2);
        assert_eq!(plan.skipped(), [Skipped { path: "c".into(), reason: SkipReason::TooMany }]);
        assert!(plan.skipped()[0].reason.leaves_a_gap());
    }
}

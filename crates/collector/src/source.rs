//! What is to be collected: everything in a folder, or files named one by one.
//!
//! Must never open a file, and never follow a link below the root unless asked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portreeve_model::manifest::ManifestPath;

use crate::SkipReason;
use crate::names::{manifest_path, name_bytes};
use crate::stamp::Identity;
use crate::tree::{Files, Folder, Kind, Met, Names, Selection, Walk, reason};

/// What is to be collected.
#[derive(Debug)]
pub struct Source {
    from: From,
    selection: Selection,
}

#[derive(Debug)]
enum From {
    Folder(Arc<Folder>),
    /// Sorted by path, no path twice.
    Files(Vec<Named>, Vec<(Vec<u8>, SkipReason)>),
}

/// A file named by somebody: its place, and its path in the manifest.
#[derive(Debug)]
struct Named {
    path: ManifestPath,
    folder: Arc<Folder>,
}

/// Why there is nothing to collect from.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
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

impl Source {
    /// Everything below `root` that `selection` asks for. `root` itself may be a link, since somebody named it.
    ///
    /// # Errors
    /// When `root` is no folder or cannot be looked at. Trouble further down is listed when it is met.
    pub fn folder(root: impl AsRef<Path>, selection: Selection) -> Result<Source, SourceError> {
        let path = root.as_ref();
        let seen = fs::metadata(path).map_err(|source| SourceError::Root { path: path.into(), source })?;
        if !seen.is_dir() {
            return Err(SourceError::NotAFolder { path: path.into() });
        }
        let root = Folder::named(path).map_err(|source| SourceError::Root { path: path.into(), source })?;
        Ok(Source { from: From::Folder(Arc::new(root)), selection })
    }

    /// Files named one by one. Each gets its path below the deepest folder that holds them all, so a single file gets its
    /// bare name, two files of one name are told apart, and nothing above that folder is recorded. A named file that
    /// cannot be taken is listed under the path it was named by. What lies in `keep_out` is not taken.
    ///
    /// # Errors
    /// When the files lie on different drives.
    pub fn files<P: AsRef<Path>>(named: &[P], keep_out: Vec<PathBuf>) -> Result<Source, SourceError> {
        let mut skipped = Vec::new();
        let mut found: Vec<Located> = Vec::new();
        for name in named {
            match locate(name.as_ref()) {
                Ok(located) => found.push(located),
                Err(reason) => skipped.push((bytes_of(name.as_ref()), reason)),
            }
        }
        let mut root = found.first().map(|located| located.path.clone()).unwrap_or_default();
        while !found.iter().all(|located| located.path.starts_with(&root)) {
            if !root.pop() {
                return Err(SourceError::NoCommonFolder);
            }
        }
        let mut files = Vec::new();
        for located in found {
            let source = located.path.join(&located.file_name);
            match manifest_path(source.strip_prefix(&root).unwrap_or(&source)) {
                Ok(path) => files.push(Named { path, folder: located.folder }),
                Err(reason) => skipped.push((bytes_of(&source), reason)),
            }
        }
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files.dedup_by(|second, first| {
            let twice = second.path == first.path;
            if twice {
                skipped.push((first.path.as_bytes().to_vec(), SkipReason::NamedTwice));
            }
            twice
        });
        Ok(Source { from: From::Files(files, skipped), selection: Selection::default().keeping_out(keep_out) })
    }

    /// What the selection keeps out, as it is now.
    pub(crate) fn keep_out(&self) -> Vec<Identity> {
        self.selection.kept_out()
    }

    /// Whether links stand for what they point at.
    pub(crate) const fn follows_links(&self) -> bool {
        self.selection.follow_links
    }

    /// Everything that is there, in the order of a manifest.
    pub(crate) fn walk(&self) -> Box<dyn Iterator<Item = Met> + Send + '_> {
        match &self.from {
            From::Folder(root) => Box::new(Walk::new(Arc::clone(root), &self.selection)),
            From::Files(files, skipped) => {
                let told = skipped.iter().map(|(path, reason)| Met::Passed(path.clone(), reason.clone()));
                Box::new(told.chain(files.iter().map(one_file)))
            }
        }
    }
}

fn one_file(named: &Named) -> Met {
    let (prefix, name) = split(named.path.as_bytes());
    let mut names = Names::default();
    names.push(name, Kind::File);
    Met::Files(Files { folder: Arc::clone(&named.folder), prefix: prefix.into(), names })
}

/// The folders of a path with the slash at their end, and the name.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    path.split_at(path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1))
}

/// A named file: the folder it lies in, and its own name, which is not followed if it is a link.
pub(crate) struct Located {
    /// The canonical path of the folder.
    path: PathBuf,
    pub(crate) folder: Arc<Folder>,
    file_name: PathBuf,
}

impl Located {
    /// The bytes of its name.
    pub(crate) fn name(&self) -> &[u8] {
        name_bytes(self.file_name.as_os_str()).unwrap_or_default()
    }
}

/// Finds a file by the name somebody gave it.
///
/// # Errors
/// Why it cannot be taken.
pub(crate) fn locate(named: &Path) -> Result<Located, SkipReason> {
    let failed = |error: io::Error| SkipReason::from_io(&error);
    let absolute = std::path::absolute(named).map_err(failed)?;
    let (Some(path), Some(file_name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(SkipReason::Folder);
    };
    let path = fs::canonicalize(path).map_err(failed)?;
    let name = name_bytes(file_name).ok_or(SkipReason::NameNotUnicode)?;
    ManifestPath::new(name).map_err(SkipReason::Path)?;
    let folder = Folder::named(&path).map_err(failed)?;
    let seen = folder.look(name, false).map_err(failed)?;
    if let Some(reason) = reason(&folder, name, seen.kind) {
        return Err(reason);
    }
    Ok(Located { path, folder: Arc::new(folder), file_name: file_name.into() })
}

/// A path as its bytes, where it is only told.
fn bytes_of(path: &Path) -> Vec<u8> {
    name_bytes(path.as_os_str()).map_or_else(|| path.to_string_lossy().into_owned().into_bytes(), <[u8]>::to_vec)
}

//! A folder by its path, for systems whose folders the standard library cannot hold open.
//!
//! The race that remains, honestly: somebody who may write to the tree can swap one of its folders for a link between two
//! steps. Each folder is therefore compared, before anything in it is opened, with where it should lie; who swaps it back
//! in time still wins. Must never read a byte of a file.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use portreeve_model::Digest;

use super::Kind;
use crate::names::name_bytes;
use crate::stamp::{FileTime, Identity, Stamp};

/// The standard library has a buffer of its own.
pub(crate) type ListingBuffer = ();

pub(crate) const fn listing_buffer() -> ListingBuffer {}

#[derive(Debug)]
pub(crate) struct Folder {
    /// Canonical, unless links are followed.
    path: PathBuf,
    identity: Identity,
}

/// What was found under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) stamp: Stamp,
}

impl Folder {
    /// Opens the folder at `path`, whatever links lie on the way: somebody named it.
    pub(crate) fn named(path: &Path) -> io::Result<Folder> {
        let path = fs::canonicalize(path)?;
        fs::read_dir(&path)?;
        let identity = identity(&path);
        Ok(Folder { path, identity })
    }

    /// Opens a folder in this one.
    pub(crate) fn folder(&self, name: &[u8], follow: bool) -> io::Result<Folder> {
        let folder = Folder::named(&self.at(name)?)?;
        let expected = if name == b".." { self.path.parent() } else { None };
        let in_place = expected.is_some_and(|expected| expected == folder.path) || folder.path == self.at(name)?;
        if in_place || follow { Ok(folder) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    pub(crate) const fn identity(&self) -> Identity {
        self.identity
    }

    /// Looks at what bears `name`, without opening it.
    pub(crate) fn look(&self, name: &[u8], follow: bool) -> io::Result<Seen> {
        let path = self.at(name)?;
        let found = if follow { fs::metadata(&path)? } else { fs::symlink_metadata(&path)? };
        Ok(seen(&found, &path))
    }

    /// Opens what bears `name`, and says what the open thing is.
    pub(crate) fn file(&self, name: &[u8], follow: bool) -> io::Result<(File, Seen)> {
        let path = self.at(name)?;
        let before = self.look(name, follow)?;
        if before.kind != Kind::File || fs::canonicalize(&self.path)? != self.path {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let file = File::open(&path)?;
        let found = file.metadata()?;
        Ok((file, seen(&found, &path)))
    }

    /// Where the link that bears `name` points.
    pub(crate) fn link_target(&self, name: &[u8]) -> io::Result<Vec<u8>> {
        Ok(fs::read_link(self.at(name)?)?.to_string_lossy().into_owned().into_bytes())
    }

    /// Hands every name in it to `each`, in no order, with its kind where the file system tells it for nothing. A name
    /// that is no text is handed over as what can be shown of it, and is found missing when it is opened.
    pub(crate) fn list(&self, (): &mut ListingBuffer, mut each: impl FnMut(&[u8], Kind)) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type().map_or(Kind::Unknown, kind);
            match name_bytes(&name) {
                Some(bytes) => each(bytes, kind),
                None => each(name.to_string_lossy().as_bytes(), kind),
            }
        }
        Ok(())
    }

    fn at(&self, name: &[u8]) -> io::Result<PathBuf> {
        let name = std::str::from_utf8(name).map_err(|_| io::Error::from(io::ErrorKind::InvalidFilename))?;
        Ok(self.path.join(name))
    }
}

/// What the open `file` is now.
pub(crate) fn look_at(file: &File) -> io::Result<Seen> {
    Ok(seen(&file.metadata()?, Path::new("")))
}

fn kind(found: fs::FileType) -> Kind {
    if found.is_file() {
        Kind::File
    } else if found.is_dir() {
        Kind::Folder
    } else if found.is_symlink() {
        Kind::Link
    } else {
        Kind::Unknown
    }
}

/// The standard library tells no inode here: the size and the times have to do, and no identity is compared.
fn seen(found: &Metadata, _: &Path) -> Seen {
    let time = |time: io::Result<SystemTime>| {
        let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        FileTime { seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX), nanoseconds: since.subsec_nanos() }
    };
    let stamp = Stamp {
        size_bytes: found.len(),
        modified: time(found.modified()),
        changed: time(found.created()),
        identity: Identity::default(),
    };
    Seen { kind: kind(found.file_type()), stamp }
}

/// A folder is told from others by its canonical path.
fn identity(path: &Path) -> Identity {
    let digest = Digest::of(path.as_os_str().as_encoded_bytes());
    let half = |bytes: &[u8]| bytes.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    Identity { device: 0, inode: half(digest.as_bytes()) }
}

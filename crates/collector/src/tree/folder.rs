//! A folder held open, as Unix can: what is in it is listed, looked at and opened from there, by name.
//!
//! A path is resolved one segment at a time and no segment is followed if it is a link, so nobody can swap a folder for a
//! link between two steps: what was opened is what is read. Must never read a byte of a file, or wait for a pipe.

use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};

use super::Kind;
use crate::stamp::{FileTime, Identity, Stamp};

/// Room for the names that the system hands over at once: some 800 of usual length.
pub(crate) type ListingBuffer = [MaybeUninit<u8>; 32 * 1024];

pub(crate) const fn listing_buffer() -> ListingBuffer {
    [MaybeUninit::uninit(); 32 * 1024]
}

#[derive(Debug)]
pub(crate) struct Folder {
    handle: OwnedFd,
    identity: Identity,
}

/// What was found under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) stamp: Stamp,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A pipe in place of a file is opened without waiting for its other end, and then refused; a terminal is not adopted.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

impl Folder {
    /// Opens the folder at `path`, whatever links lie on the way: somebody named it.
    pub(crate) fn named(path: &Path) -> io::Result<Folder> {
        Folder::held(rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?)
    }

    /// Opens a folder in this one.
    pub(crate) fn folder(&self, name: &[u8], follow: bool) -> io::Result<Folder> {
        Folder::held(rustix::fs::openat(&self.handle, name, FOLDER | unless(follow), Mode::empty())?)
    }

    fn held(handle: OwnedFd) -> io::Result<Folder> {
        let identity = seen(&rustix::fs::fstat(&handle)?).stamp.identity;
        Ok(Folder { handle, identity })
    }

    pub(crate) const fn identity(&self) -> Identity {
        self.identity
    }

    /// Looks at what bears `name`, without opening it.
    pub(crate) fn look(&self, name: &[u8], follow: bool) -> io::Result<Seen> {
        let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        Ok(seen(&rustix::fs::statat(&self.handle, name, flags)?))
    }

    /// Opens what bears `name`, and says what the open thing is.
    pub(crate) fn file(&self, name: &[u8], follow: bool) -> io::Result<(File, Seen)> {
        let file = rustix::fs::openat(&self.handle, name, FILE | unless(follow), Mode::empty())?;
        let seen = seen(&rustix::fs::fstat(&file)?);
        Ok((File::from(file), seen))
    }

    /// Where the link that bears `name` points.
    pub(crate) fn link_target(&self, name: &[u8]) -> io::Result<Vec<u8>> {
        Ok(rustix::fs::readlinkat(&self.handle, name, Vec::new())?.into_bytes())
    }

    /// Hands every name in it to `each`, in no order, with its kind where the file system tells it for nothing.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn list(&self, buffer: &mut ListingBuffer, mut each: impl FnMut(&[u8], Kind)) -> io::Result<()> {
        let mut listing = rustix::fs::RawDir::new(&self.handle, buffer);
        while let Some(entry) = listing.next() {
            let entry = entry?;
            each(entry.file_name().to_bytes(), kind(entry.file_type()));
        }
        Ok(())
    }

    /// Hands every name in it to `each`, in no order, with its kind where the file system tells it for nothing.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn list(&self, _: &mut ListingBuffer, mut each: impl FnMut(&[u8], Kind)) -> io::Result<()> {
        for entry in rustix::fs::Dir::read_from(&self.handle)? {
            let entry = entry?;
            each(entry.file_name().to_bytes(), kind(entry.file_type()));
        }
        Ok(())
    }
}

/// What the open `file` is now.
pub(crate) fn look_at(file: &File) -> io::Result<Seen> {
    Ok(seen(&rustix::fs::fstat(file)?))
}

const fn unless(follow: bool) -> OFlags {
    if follow { OFlags::empty() } else { OFlags::NOFOLLOW }
}

fn kind(found: FileType) -> Kind {
    match found {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Fifo,
        FileType::Socket => Kind::Socket,
        FileType::CharacterDevice | FileType::BlockDevice => Kind::Device,
        FileType::Unknown => Kind::Unknown,
    }
}

/// The widths and signs of these fields differ between systems; no system has a value that does not fit.
#[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, clippy::cast_possible_truncation)]
fn seen(found: &Stat) -> Seen {
    let time = |seconds, nanoseconds| FileTime { seconds, nanoseconds };
    Seen {
        kind: kind(FileType::from_raw_mode(found.st_mode)),
        stamp: Stamp {
            size_bytes: found.st_size as u64,
            modified: time(found.st_mtime as i64, found.st_mtime_nsec as u32),
            changed: time(found.st_ctime as i64, found.st_ctime_nsec as u32),
            identity: Identity { device: found.st_dev as u64, inode: found.st_ino as u64 },
        },
    }
}

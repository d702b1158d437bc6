//! Opening a file by its full path, without following a link in its place or waiting for a pipe.
//!
//! Must never read a byte.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens what lies at `path`; the caller looks what it is.
///
/// # Errors
/// When there is nothing, it is a link, or it cannot be opened.
#[cfg(unix)]
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    use rustix::fs::{CWD, Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    Ok(File::from(rustix::fs::openat(CWD, path, flags, Mode::empty())?))
}

/// Opens what lies at `path`; the caller looks what it is.
///
/// # Errors
/// When there is nothing, or it cannot be opened.
#[cfg(not(unix))]
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

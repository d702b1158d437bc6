//! What the store asks of a file system: reading at a place, and making names survive a power cut.
//!
//! Must never decide what a file is for.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::BlobError;

/// Reads from `offset` until `buffer` is full or the file ends; says how much was read. Moves no cursor, so any number
/// of threads may read one handle.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    let read_once = <File as std::os::unix::fs::FileExt>::read_at;
    #[cfg(windows)]
    let read_once = <File as std::os::windows::fs::FileExt>::seek_read;
    let mut filled = 0;
    while filled < buffer.len() {
        match read_once(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Makes a folder that may be there already, and flushes the entry that names it.
pub(super) fn make_folder(folder: &Path) -> Result<(), BlobError> {
    match fs::create_dir(folder) {
        Ok(()) => folder.parent().map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(io_error("make the folder", folder, source)),
    }
}

/// Flushes the names in a folder. Only Unix needs it and has it; NTFS keeps its own journal of names.
pub(super) fn sync_folder(folder: &Path) -> Result<(), BlobError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|handle| handle.sync_all())
            .map_err(|source| io_error("flush the folder", folder, source))?;
    }
    Ok(())
}

/// Removes a file that may be gone already.
pub(super) fn remove_file(path: &Path) -> Result<(), BlobError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_error("remove", path, error)),
        _ => Ok(()),
    }
}

pub(crate) fn io_error(attempt: &'static str, path: &Path, source: io::Error) -> BlobError {
    BlobError::Io { attempt, path: path.into(), source }
}

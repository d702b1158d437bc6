//! Writing a file so that it is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::error::EngineError;

/// Writes `bytes` beside `path`, syncs, and renames: the last step makes it visible.
pub(crate) fn publish(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let failed = |attempt, source| EngineError::io(attempt, path, source);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(partial)
        .map_err(|source| failed("write", source))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(partial, path));
    if let Err(source) = written {
        // What is left of it is rubbish; that it may not go away either changes nothing for the caller.
        let _ = fs::remove_file(partial);
        return Err(failed("write", source));
    }
    sync_folder_of(path)
}

/// Makes the names in the folder of `path` durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), EngineError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if cfg!(unix) {
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| EngineError::io("make durable the folder of", path, source))?;
    }
    Ok(())
}

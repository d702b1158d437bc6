//! Making a new file's name as durable as its content.
//!
//! It must never be called for content: this is only about the folder that lists the file.

use std::path::Path;

/// Writes the folder that holds `path` to the disk, so that a power cut does not lose the name of a new file.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    // Windows has no such call and needs none: it orders its directory changes itself.
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

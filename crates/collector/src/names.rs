//! Between the paths of the operating system and the paths of a manifest.
//!
//! Must never lose or repair a byte: what cannot be carried over exactly is refused.

use std::ffi::OsStr;
use std::path::Path;

use portreeve_model::manifest::ManifestPath;

use crate::SkipReason;

/// The manifest path of `relative`, a path below the root.
pub(crate) fn manifest_path(relative: &Path) -> Result<ManifestPath, SkipReason> {
    let mut bytes = Vec::new();
    for part in relative {
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name_bytes(part).ok_or(SkipReason::NameNotUnicode)?);
    }
    ManifestPath::new(bytes).map_err(SkipReason::Path)
}

/// On Unix a name is bytes.
#[cfg(unix)]
pub(crate) fn name_bytes(name: &OsStr) -> Option<&[u8]> {
    Some(std::os::unix::ffi::OsStrExt::as_bytes(name))
}

/// Elsewhere a name is text, or we do not know what it is.
#[cfg(not(unix))]
pub(crate) fn name_bytes(name: &OsStr) -> Option<&[u8]> {
    name.to_str().map(str::as_bytes)
}

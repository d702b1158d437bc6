//! Between the paths of the operating system and the paths of a manifest.
//!
//! Must never lose or repair a byte: what cannot be carried over exactly is refused.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

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

/// Where the file of a manifest path lies below `root`. It follows whatever links lie on the way by now.
pub fn path_below(root: &Path, path: &ManifestPath) -> PathBuf {
    let mut source = root.to_path_buf();
    source.extend(path.as_bytes().split(|byte| *byte == b'/').map(os_name));
    source
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

#[cfg(unix)]
fn os_name(name: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}

/// A name that is no text cannot have come from such a system; the empty name then opens nothing.
#[cfg(not(unix))]
fn os_name(name: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(name).unwrap_or_default())
}

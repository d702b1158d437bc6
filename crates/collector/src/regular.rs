//! Opening a regular file and nothing else, without ever waiting for a pipe or following a link.
//!
//! How: look at the name without following it; open it with `O_NOFOLLOW | O_NONBLOCK`; ask the open handle what it is,
//! and that it is the same file that was looked at. So a pipe put in place of a file in between is opened, not waited
//! for, and then refused.
//!
//! The race that remains, honestly: `O_NOFOLLOW` guards only the last segment. Somebody who may write to the tree could
//! swap one of its *folders* for a link at the right moment. On Linux the kernel is asked afterwards where the handle
//! really lies (`/proc/self/fd`), which closes that. Elsewhere, and without `/proc`, the folder is resolved by name
//! after opening, which somebody who swaps it back in time can still win. Closing it there needs `openat2` or a walk by
//! handles, for which the standard library has no safe call.
//!
//! Must never read a byte: that is `steady`.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::names::shown;
use crate::{SkipReason, names};
use portreeve_model::manifest::ManifestPath;

/// What tells one state of a file from another: equal stamps before and after reading mean that nobody wrote meanwhile,
/// as far as the file system can tell. A write in place that leaves the size alone and falls within one tick of the
/// file system's clock (1 to 10 ms) after the write before it does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size_bytes: u64,
    modified: Option<std::time::SystemTime>,
    /// Time of the last change to bytes or attributes, which nobody can set at will; seconds and nanoseconds.
    changed: Option<(i64, i64)>,
    /// Device and inode.
    identity: Option<(u64, u64)>,
    /// How many names it has: none once it is deleted or another took its place.
    names: Option<u64>,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        let (changed, identity, names) = {
            use std::os::unix::fs::MetadataExt as _;
            let changed = (metadata.ctime(), metadata.ctime_nsec());
            (Some(changed), Some((metadata.dev(), metadata.ino())), Some(metadata.nlink()))
        };
        #[cfg(not(unix))]
        let (changed, identity, names) = (None, None, None);
        Stamp { size_bytes: metadata.len(), modified: metadata.modified().ok(), changed, identity, names }
    }
}

/// Opens the file at `path` below `root`, which must be canonical.
pub(crate) fn open_below(root: &Path, path: &ManifestPath) -> Result<(File, Stamp), SkipReason> {
    let source = names::source(root, path);
    let seen = fs::symlink_metadata(&source).map_err(|error| SkipReason::from_io(&error))?;
    if let Some(reason) = not_a_file(seen.file_type(), &source) {
        return Err(reason);
    }
    let file = open_without_waiting(&source).map_err(|error| match fs::symlink_metadata(&source) {
        Ok(now) if Stamp::of(&now).identity != Stamp::of(&seen).identity => SkipReason::Replaced,
        _ => SkipReason::from_io(&error),
    })?;
    let opened = file.metadata().map_err(|error| SkipReason::from_io(&error))?;
    let stamp = Stamp::of(&opened);
    if !opened.is_file() || stamp.identity != Stamp::of(&seen).identity || !lies_at(&file, &source) {
        return Err(SkipReason::Replaced);
    }
    Ok((file, stamp))
}

/// Opens a file without following a link in the last segment and without waiting for the other end of a pipe.
pub(crate) fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, NO_FOLLOW_NO_WAIT);
    options.open(path)
}

/// Why something of this type is not collected; `None` for a regular file.
pub(crate) fn not_a_file(kind: FileType, path: &Path) -> Option<SkipReason> {
    if kind.is_file() {
        return None;
    }
    if kind.is_symlink() {
        let target = fs::read_link(path).map(|target| shown(&target)).unwrap_or_default();
        return Some(SkipReason::Link { target });
    }
    if kind.is_dir() {
        return Some(SkipReason::Folder);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return Some(SkipReason::Fifo);
        }
        if kind.is_socket() {
            return Some(SkipReason::Socket);
        }
        if kind.is_block_device() || kind.is_char_device() {
            return Some(SkipReason::Device);
        }
    }
    Some(SkipReason::NotARegularFile)
}

/// Whether the open `file` lies at `path` with no link on the way.
fn lies_at(file: &File, path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd as _;
        if let Ok(really) = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())) {
            return really == path;
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
    lies_in_no_link(path)
}

/// The second-best answer, by name.
fn lies_in_no_link(path: &Path) -> bool {
    path.parent().is_some_and(|folder| fs::canonicalize(folder).is_ok_and(|really| really == folder))
}

/// `O_NOFOLLOW | O_NONBLOCK`, which are numbers of the system's C headers (`fcntl.h`) and differ between processors on
/// Linux. Where they are not known, looking before and after opening has to do.
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86", target_arch = "x86_64", target_arch = "riscv64", target_arch = "s390x")
))]
const NO_FOLLOW_NO_WAIT: i32 = 0o400_000 | 0o4_000;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "arm", target_arch = "aarch64", target_arch = "powerpc", target_arch = "powerpc64")
))]
const NO_FOLLOW_NO_WAIT: i32 = 0o100_000 | 0o4_000;
#[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "openbsd", target_os = "netbsd"))]
const NO_FOLLOW_NO_WAIT: i32 = 0x100 | 0x4;
#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "freebsd", target_os = "openbsd", target_os = "netbsd")),
    not(all(
        target_os = "linux",
        any(
            target_arch = "x86",
            target_arch = "x86_64",
            target_arch = "riscv64",
            target_arch = "s390x",
            target_arch = "arm",
            target_arch = "aarch64",
            target_arch = "powerpc",
            target_arch = "powerpc64"
        )
    ))
))]
const NO_FOLLOW_NO_WAIT: i32 = 0;

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The numbers above are only worth something if the kernel takes them for what we mean.
    #[test]
    fn a_link_is_not_opened_and_a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"x").unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(open_without_waiting(&file).is_ok());
        assert!(open_without_waiting(&link).is_err());

        let pipe = folder.path().join("pipe");
        match std::process::Command::new("mkfifo").arg(&pipe).status() {
            Ok(status) if status.success() => {
                assert!(!open_without_waiting(&pipe).unwrap().metadata().unwrap().is_file())
            }
            _ => {
                assert!(std::env::var_os("CI").is_none(), "may not be skipped where CI is set: there is no mkfifo");
                // Not through a print macro: the test harness would keep that to itself.
                let _ = std::io::Write::write_fmt(
                    &mut std::io::stderr(),
                    format_args!("SKIPPED: no mkfifo here, opening a pipe was not tested\n"),
                );
            }
        }
    }

    #[test]
    fn a_folder_that_became_a_link_is_noticed() {
        let tree = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(tree.path()).unwrap();
        fs::create_dir(root.join("outside")).unwrap();
        fs::create_dir(root.join("tree")).unwrap();
        fs::write(root.join("outside/secret"), b"x").unwrap();
        std::os::unix::fs::symlink("../outside", root.join("tree/folder")).unwrap();
        assert!(lies_in_no_link(&root.join("outside/secret")));
        assert!(!lies_in_no_link(&root.join("tree/folder/secret")));
        let path = ManifestPath::new(&b"folder/secret"[..]).unwrap();
        assert_eq!(open_below(&root.join("tree"), &path).err(), Some(SkipReason::Replaced));
    }
}

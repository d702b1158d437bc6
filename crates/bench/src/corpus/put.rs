//! Writing files and folders with the times they are to have.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, futimens, openat, utimensat};
use rustix::io::write;

use super::chance::Chance;
use crate::failure::Failure;

/// 1 January 2023. Every folder has this time; a file's is later.
const EPOCH: i64 = 1_672_531_200;
/// Files are spread over two years and a half.
const SPAN_SECONDS: u64 = 79_000_000;

/// Writes a new file, never over one that is there.
pub(super) fn file(folder: impl AsFd, name: &[u8], bytes: &[u8], time: Timespec) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(folder, name, flags, Mode::from_raw_mode(0o644))?;
    let mut left = bytes;
    while !left.is_empty() {
        left = &left[write(&file, left)?..];
    }
    futimens(&file, &both(time))?;
    Ok(())
}

/// Gives a folder the time that all folders have.
pub(super) fn settle_folder(path: &Path) -> Result<(), Failure> {
    set_time(path, Timespec { tv_sec: EPOCH, tv_nsec: 0 })
}

pub(super) fn set_time(path: &Path, time: Timespec) -> Result<(), Failure> {
    utimensat(CWD, path, &both(time), AtFlags::SYMLINK_NOFOLLOW).map_err(Failure::io("set the time of", path))
}

/// A time for a file.
pub(super) fn time_of(chance: &mut Chance) -> Timespec {
    Timespec { tv_sec: EPOCH + chance.below(SPAN_SECONDS) as i64, tv_nsec: chance.below(1_000_000_000) as _ }
}

fn both(time: Timespec) -> Timestamps {
    Timestamps { last_access: time, last_modification: time }
}

pub(super) fn folders_in(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let items = fs::read_dir(path).map_err(Failure::io("list", path))?;
    let paths: io::Result<Vec<PathBuf>> = items.map(|item| item.map(|item| item.path())).collect();
    let paths = paths.map_err(Failure::io("list", path))?;
    Ok(paths.into_iter().filter(|path| path.is_dir() && !path.is_symlink()).collect())
}

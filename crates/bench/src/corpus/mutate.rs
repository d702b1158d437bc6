//! Changes some files of a corpus, always the same ones for a seed, and tells which: what a re-scan is held against.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use rustix::fs::Timespec;
use sha2::{Digest as _, Sha256};

use super::chance::Chance;
use super::put;
use crate::failure::Failure;

/// What is done to the files that are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// One byte changed and a later time: an ordinary edit
    Edit,
    /// One byte changed, size and time as before: somebody hides it, or a tool keeps times
    Silent,
    /// In turn: edited, silent, added, removed, renamed
    Mixed,
}

/// What was done to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Edited,
    Silent,
    Added,
    Removed,
    Renamed,
}

/// How much later an edited file says it was written.
const LATER_SECONDS: i64 = 86_400;

/// One change: what, to which file, and its new name. Paths are below the corpus.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change {
    deed: Deed,
    path: PathBuf,
    to: Option<PathBuf>,
}

impl Change {
    /// As a line of the truth file: fields with tabs between, paths escaped so that a name with a line feed is one line.
    pub(crate) fn line(&self) -> String {
        let word = match self.deed {
            Deed::Edited => "edited",
            Deed::Silent => "silent",
            Deed::Added => "added",
            Deed::Removed => "removed",
            Deed::Renamed => "renamed",
        };
        let mut line = format!("{word}\t{}", escaped(&self.path));
        if let Some(to) = &self.to {
            line.push('\t');
            line.push_str(&escaped(to));
        }
        line
    }
}

/// UTF-8 as it is; what would break a line or a field, and what is not UTF-8, as `\xNN`.
fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        for rune in chunk.valid().chars() {
            match rune {
                '\\' | '\0'..='\x1f' | '\x7f' => text.push_str(&format!("\\x{:02x}", rune as u32)),
                rune => text.push(rune),
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// What is to be changed, sorted by path. Draws `fraction` of the files below `root`, at least one: those whose digest
/// with the seed is smallest, which is a fair lot that needs no list of all names and no order of walking.
pub(crate) fn plan(root: &Path, fraction: f64, mode: Mode, seed: u64) -> Result<Vec<Change>, Failure> {
    let mut count: u64 = 0;
    each_file(root, root, &mut |_| count += 1)?;
    if count == 0 {
        return Err(Failure::usage(format!("{} holds no file", root.display()), "name a corpus with files in it"));
    }
    let wanted = ((count as f64 * fraction).round() as usize).max(1);
    let mut drawn: BinaryHeap<([u8; 32], OsString)> = BinaryHeap::new();
    each_file(root, root, &mut |path| {
        let lot = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(path.as_os_str().as_bytes()).finalize();
        drawn.push((lot.into(), path.as_os_str().to_owned()));
        if drawn.len() > wanted {
            let _ = drawn.pop();
        }
    })?;
    let mut paths: Vec<PathBuf> = drawn.into_iter().map(|(_, path)| path.into()).collect();
    paths.sort();
    Ok(paths.into_iter().enumerate().map(|(number, path)| change(number, path, mode)).collect())
}

fn change(number: usize, path: PathBuf, mode: Mode) -> Change {
    let deed = match mode {
        Mode::Edit => Deed::Edited,
        Mode::Silent => Deed::Silent,
        Mode::Mixed => [Deed::Edited, Deed::Silent, Deed::Added, Deed::Removed, Deed::Renamed][number % 5],
    };
    match deed {
        Deed::Added => Change { deed, path: with_ending(&path, ".added"), to: None },
        Deed::Renamed => Change { deed, to: Some(with_ending(&path, ".renamed")), path },
        _ => Change { deed, path, to: None },
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut bytes = path.as_os_str().as_bytes().to_vec();
    bytes.extend_from_slice(ending.as_bytes());
    OsString::from_vec(bytes).into()
}

/// Does what was planned. Each change is whole or not done.
pub(crate) fn carry_out(root: &Path, changes: &[Change], seed: u64) -> Result<(), Failure> {
    for (number, change) in changes.iter().enumerate() {
        let path = root.join(&change.path);
        match change.deed {
            Deed::Edited => flip(&path, LATER_SECONDS, &mut Chance::new(seed, number as u64))?,
            Deed::Silent => flip(&path, 0, &mut Chance::new(seed, number as u64))?,
            Deed::Added => {
                let mut file = fs::File::create_new(&path).map_err(Failure::io("write", &path))?;
                file.write_all(format!("Added {number}\n").as_bytes()).map_err(Failure::io("write", &path))?;
            }
            Deed::Removed => fs::remove_file(&path).map_err(Failure::io("remove", &path))?,
            Deed::Renamed => {
                let to = root.join(change.to.as_deref().unwrap_or(&change.path));
                fs::rename(&path, to).map_err(Failure::io("rename", &path))?;
            }
        }
    }
    Ok(())
}

/// Changes one byte and says that it was written so many seconds later than before. An empty file gets a byte.
fn flip(path: &Path, later: i64, chance: &mut Chance) -> Result<(), Failure> {
    let failed = || Failure::io::<std::io::Error>("change", path);
    let before = path.symlink_metadata().map_err(failed())?;
    let mut file = fs::File::options().read(true).write(true).open(path).map_err(failed())?;
    let at = SeekFrom::Start(chance.below(before.len().max(1)));
    let mut byte = [0];
    let _ = file.seek(at).map_err(failed())?;
    let _ = file.read(&mut byte).map_err(failed())?;
    byte[0] ^= 1;
    let _ = file.seek(at).map_err(failed())?;
    file.write_all(&byte).map_err(failed())?;
    drop(file);
    put::set_time(path, Timespec { tv_sec: before.mtime() + later, tv_nsec: before.mtime_nsec() as _ })
}

/// Calls with the path of every regular file, from `root` on.
fn each_file(root: &Path, folder: &Path, each: &mut impl FnMut(&Path)) -> Result<(), Failure> {
    let list = || Failure::io::<std::io::Error>("list", folder);
    for item in fs::read_dir(folder).map_err(list())? {
        let item = item.map_err(list())?;
        let kind = item.file_type().map_err(list())?;
        let path = item.path();
        if kind.is_dir() {
            each_file(root, &path, each)?;
        } else if kind.is_file() {
            each(path.strip_prefix(root).unwrap_or(&path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truth_line_is_one_line_whatever_the_name() {
        let path = OsString::from_vec(b"a\tb\nc\\d\xffe \xc3\xa9".to_vec());
        let change = Change { deed: Deed::Renamed, path: path.into(), to: Some("x".into()) };
        assert_eq!(change.line(), "renamed\ta\\x09b\\x0ac\\x5cd\\xffe é\tx");
    }
}

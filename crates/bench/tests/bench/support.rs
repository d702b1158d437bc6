//! A place of its own for each test, and the program run as a stranger runs it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder that cleans itself up.
pub(crate) struct Place(tempfile::TempDir);

/// What a command said.
#[must_use]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with words that have no blanks in them.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portreeve-bench"));
        let _ = command.args(line.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        let output = self.command(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    pub(crate) fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    pub(crate) fn fine(self) -> Ran {
        self.exits(0)
    }

    pub(crate) fn says(self, text: &str) -> Ran {
        assert!(self.out.contains(text), "no `{text}` in\n{}\n{}", self.out, self.err);
        self
    }

    pub(crate) fn warns(self, text: &str) -> Ran {
        assert!(self.err.contains(text), "no `{text}` in\n{}", self.err);
        self
    }
}

/// What there is to compare of a file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) folder: bool,
    /// Of a link, where it points to; of a pipe or a device, nothing.
    pub(crate) bytes: Vec<u8>,
    /// Modified; seconds and nanoseconds. Of links and objects, which are as old as the making, nothing.
    pub(crate) time: Option<(i64, i64)>,
}

/// Everything below a folder, by path, each with `/` in front. The times of folders count only below the root of a
/// corpus that sets them; `hostile` does not.
pub(crate) fn entries(root: &Path) -> BTreeMap<Vec<u8>, Entry> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    let settled = !root.join("fifo").exists() && !root.join("a hole").exists();
    while let Some(folder) = left.pop() {
        for item in fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            let data = path.symlink_metadata().unwrap();
            let name = path.as_os_str().as_bytes()[root.as_os_str().len()..].to_vec();
            let time = Some((data.mtime(), data.mtime_nsec()));
            let entry = if data.is_dir() {
                left.push(path);
                Entry { folder: true, bytes: Vec::new(), time: time.filter(|_| settled) }
            } else if data.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                Entry { folder: false, bytes: target.as_os_str().as_bytes().to_vec(), time: None }
            } else if data.is_file() {
                Entry { folder: false, bytes: fs::read(&path).unwrap(), time: time.filter(|_| settled) }
            } else {
                Entry { folder: false, bytes: Vec::new(), time: None }
            };
            let _ = found.insert(name, entry);
        }
    }
    found
}

//! Awkward but lawful names and objects: what tools lose, merge, misreport or hang on.
//!
//! What a file system or an account does not allow is left out and said.

use std::fs;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};

use super::chance::Chance;
use super::put;
use crate::failure::Failure;
use crate::say;

/// How deep folders go.
const DEPTH: usize = 80;
/// A hole of this size has no bytes on the disk.
const SPARSE_BYTES: u64 = 16 << 20;
/// Each holds one line that says its name.
const NAMES: &[&[u8]] = &[
    b"line\nfeed.txt",
    b"carriage\rreturn.txt",
    b"tab\tin name.txt",
    b"bell\x07.txt",
    b"\x1b[2Jclears a terminal.txt",
    b"del\x7f.txt",
    b" begins with a space",
    b"ends with a space ",
    b"ends with a dot.",
    b"two  spaces.txt",
    b"...",
    b"..hidden",
    b".hidden",
    b"-n",
    b"--version",
    b"-rf *",
    b"@list",
    b"+1",
    b"=1+1.csv",
    b"~",
    b"#1",
    b"!!",
    b"{a,b}",
    b"[ab]",
    b"a?",
    b"a*",
    b"a|b",
    b"a;b",
    b"a&b",
    b"back\\slash",
    b"\\n is not a line feed",
    b"'single'",
    b"\"double\"",
    b"`whoami`",
    b"$(whoami)",
    b"$HOME",
    b"%HOME%",
    b"%0A",
    b"%0a",
    b"%25",
    b"%",
    b"100%",
    b"a:b",
    b"a<b>c",
    b"<img src=x>.html",
    b"sha256 (x) = y",
    b"*starred",
    b"  two spaces first",
    b"CON",
    b"con.txt",
    b"AUX.log",
    b"LPT1",
    b"Thumbs.db",
    b"CASE.txt",
    b"case.txt",
    b"Case.txt",
    b"latin-1 \xe9.txt",
    b"not utf-8 \xff\xfe\x80",
    b"half a rune \xe2\x82",
    "composed \u{e9}".as_bytes(),
    "decomposed e\u{301}".as_bytes(),
    "right to left \u{202e}txt.exe".as_bytes(),
    "no width\u{200b}".as_bytes(),
    "no break\u{a0}space".as_bytes(),
    "line\u{2028}separator".as_bytes(),
    "\u{1f4c4}".as_bytes(),
    "\u{feff}mark first".as_bytes(),
    "Kelvin \u{212a}".as_bytes(),
    "dotless \u{131}".as_bytes(),
];

/// Makes all of it. Gives how many regular files there are, and their bytes.
pub(super) fn make(out: &Path, seed: u64) -> Result<(u64, u64), Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat(CWD, out, flags, Mode::empty()).map_err(Failure::io("open the folder", out))?;
    let (mut files, mut bytes) = (0, 0);
    let mut left_out = Vec::new();
    let longest = [b'x'; 255];
    for (number, name) in NAMES.iter().copied().chain([longest.as_slice()]).enumerate() {
        let content = [b"I am ".as_slice(), name].concat();
        match put::file(&folder, name, &content, put::time_of(&mut Chance::new(seed, number as u64))) {
            Ok(()) => (files, bytes) = (files + 1, bytes + content.len() as u64),
            Err(error) => left_out.push(format!("the name {}: {error}", name.escape_ascii())),
        }
    }
    let deepest = (0..DEPTH).fold(out.to_owned(), |path, level| path.join(format!("level {level:02}")));
    fs::create_dir_all(&deepest).map_err(Failure::io("make the folder", &deepest))?;
    for (path, length) in
        [(deepest.join("bottom.txt"), 1), (out.join("nothing in it"), 0), (out.join("a hole"), SPARSE_BYTES)]
    {
        let file = fs::File::create_new(&path).map_err(Failure::io("write", &path))?;
        file.set_len(length).map_err(Failure::io("write", &path))?;
        (files, bytes) = (files + 1, bytes + length);
    }
    let empty = out.join("empty folder");
    fs::create_dir(&empty).map_err(Failure::io("make the folder", &empty))?;
    for (target, name) in
        [(".", "link to here"), ("/", "link outside"), ("gone", "link to nothing"), ("link to self", "link to self")]
    {
        let path = out.join(name);
        std::os::unix::fs::symlink(target, &path).map_err(Failure::io("link", &path))?;
    }
    // Two names, one file: both are regular files to every walk.
    let (first, second) = (out.join(".hidden"), out.join("second name"));
    fs::hard_link(&first, &second).map_err(Failure::io("link", &second))?;
    (files, bytes) = (files + 1, bytes + first.metadata().map_err(Failure::io("look at", &first))?.len());
    left_out.extend(objects(out));
    left_out.iter().for_each(|what| say::talk(&format!("left out {what}")));
    Ok((files, bytes))
}

/// What is no file and no folder: a walk that opens it waits, or reads for ever.
#[cfg(target_os = "linux")]
fn objects(out: &Path) -> Vec<String> {
    use rustix::fs::{FileType, makedev, mknodat};
    let objects = [
        ("a named pipe", FileType::Fifo, 0),
        ("a socket", FileType::Socket, 0),
        // The kernel's `full`: endless noughts for whoever reads it. Only root may make it.
        ("a device", FileType::CharacterDevice, makedev(1, 7)),
    ];
    let made = |(name, kind, device)| {
        let path = out.join(name);
        mknodat(CWD, &path, kind, Mode::from_raw_mode(0o644), device).err().map(|error| format!("{name}: {error}"))
    };
    objects.into_iter().filter_map(made).collect()
}

#[cfg(not(target_os = "linux"))]
fn objects(_: &Path) -> Vec<String> {
    vec!["pipes, sockets and devices: made on Linux only".to_owned()]
}

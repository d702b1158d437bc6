//! Shares with other things than files in them, very many of them, very deep ones, and some that may not be read: nothing is
//! waited for, nothing is left out unsaid, and what could not be looked at is never called missing.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{by_sha256sum, collecting, fill, manifest, skipped};
use crate::support::{Place, Ran, words};

#[test]
fn what_is_no_file_is_told_and_never_waited_for() {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 10);
    let _socket = UnixListener::bind(place.path("share/socket")).unwrap();
    let pipe = Command::new("mkfifo").arg(place.path("share/pipe")).status();
    assert!(pipe.unwrap().success());
    for (name, target) in [("up", ".."), ("loop", "loop"), ("self", "."), ("device", "/dev/zero"), ("gone", "nowhere")]
    {
        symlink(target, place.path("share").join(name)).unwrap();
    }
    let expected = by_sha256sum(&place.path("share"));
    let ran = place.run(&collecting()).fine();
    assert_eq!(manifest(&place, "register", &ran), expected);
    for name in ["socket", "pipe", "up", "loop", "self", "device", "gone"] {
        assert!(ran.err.contains(&format!("{name}: ")), "{name} is told of: {}", ran.err);
    }
    // Followed, a link out of the share leads to the register, which is never evidence of itself, and round and round.
    let followed = place.run(&format!("{} --follow-links --gaps-will-do", collecting())).fine();
    let listed = manifest(&place, "register", &followed);
    let inside: Vec<&String> = listed.keys().filter(|path| path.contains("register/")).collect();
    assert!(expected.iter().all(|(path, sum)| listed.get(path) == Some(sum)) && inside.is_empty(), "{inside:?}");
    let _ = place.run("verify").fine();

    // A tebibyte of nothing would take an hour to read and is more than a file may have: it is a gap.
    let hole = fs::File::create(place.path("share/hole")).unwrap();
    if hole.set_len(1 << 40).is_err() {
        return skipped("this file system has no sparse files");
    }
    let begun = Instant::now();
    let _ = place.run(&collecting()).exits(5).warns("hole (1099511627776 bytes").warns("--gaps-will-do");
    assert!(begun.elapsed().as_secs() < 30);
    let _ = place.run("evidence rescan E-0001 --gaps-will-do").fine().says("12 files unchanged");
    let _ = place.run("verify").fine();
}

#[test]
fn twenty_thousand_entries_in_one_folder_and_a_thousand_folders_deep() {
    let place = Place::in_memory().made_northmoor();
    fs::create_dir_all(place.path("share/many")).unwrap();
    for number in 0..20_000 {
        fs::File::create(place.path("share/many").join(number.to_string())).unwrap();
    }
    let deep = place.path("share").join("d/".repeat(1_000));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("last"), "1").unwrap();
    // 13 × 201 bytes below 13 × 201 bytes: longer than a path may be that is given to the system.
    let chain = ["n".repeat(200).as_str(); 13].join("/");
    let (upper, lower) = (place.path("share/upper").join(&chain), place.path("lower"));
    fs::create_dir_all(&upper).unwrap();
    fs::create_dir_all(lower.join(&chain)).unwrap();
    fs::write(lower.join(&chain).join("file"), "1").unwrap();
    fs::rename(lower, upper.join("lower")).unwrap();
    let _ = place.run(&collecting()).exits(5).warns("not taken: upper/nnn");
    let ran = place.run(&format!("{} --gaps-will-do", collecting())).fine().says("20001 files, 1 byte");
    assert_eq!(manifest(&place, "register", &ran).len(), 20_001);
    let _ = place.run("verify").fine();
}

/// Runs as somebody who is not root, whom every right is open to.
fn as_nobody(place: &Place, line: &str) -> Ran {
    let mut command = place.command();
    command.args(words(line)).stdin(Stdio::null());
    if fs::metadata(place.path("")).unwrap().uid() != fs::metadata("/proc/self").map_or(u32::MAX, |own| own.uid()) {
        command.uid(NOBODY).gid(NOBODY);
    }
    Ran::of(&command.output().unwrap(), line.to_owned())
}

const NOBODY: u32 = 65_534;

#[test]
fn what_may_not_be_read_is_a_gap_and_never_missing() {
    let place = Place::in_memory().made_northmoor();
    fill(&place, 20);
    if fs::metadata(place.path("")).unwrap().uid() == 0 {
        let given = Command::new("chown").args(["-R", &format!("{NOBODY}:{NOBODY}")]).arg(place.path("")).status();
        assert!(given.unwrap().success());
    }
    let _ = as_nobody(&place, &collecting()).fine();
    let rights = |name: &str, mode| fs::set_permissions(place.path(name), fs::Permissions::from_mode(mode)).unwrap();
    rights("share/3/13.txt", 0o000);
    rights("share/4", 0o000);
    let refused = as_nobody(&place, "evidence rescan E-0001").exits(5);
    for told in ["not taken: 3/13.txt", "not taken: 4", "--gaps-will-do"] {
        assert!(refused.err.contains(told), "{told}: {refused:?}");
    }
    let gaps = as_nobody(&place, "evidence rescan E-0001 --gaps-will-do").fine();
    assert!(gaps.out.contains("3 not seen; 19 files unchanged") && !gaps.out.contains("missing"), "{gaps:?}");
    rights("share/4", 0o700);
    rights("share/3/13.txt", 0o600);
    let _ = as_nobody(&place, "evidence rescan E-0001").fine().says("22 files unchanged");
    // Who may only look gets an answer, and no more than that.
    let closed = Command::new("chmod").args(["-R", "a-w"]).arg(place.path("register")).status();
    assert!(closed.unwrap().success());
    let _ = as_nobody(&place, "verify").fine();
    let refused = as_nobody(&place, &collecting()).exits(5);
    assert!(refused.err.contains("register/") && refused.err.contains("help: "), "{refused:?}");
    let opened = Command::new("chmod").args(["-R", "u+w"]).arg(place.path("register")).status();
    assert!(opened.unwrap().success());
}

//! What is not a file, or cannot be read: listed with its reason, never followed, never waited for.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use portreeve_collector::{
    Collected, Collecting, FILE_BYTES_MAX, FileBlobs, MemoryBlobs, Selection, SkipReason, Skipped, Source, SourceError,
    Watch, checksum, collect, survey,
};

use crate::support::{collect_folder, omitted, paths, skipped, whole, write};

fn reason<'a>(collected: &'a Collected, path: &str) -> &'a SkipReason {
    let found: Vec<&Skipped> = collected.omitted.listed().filter(|skipped| skipped.path == path).collect();
    assert_eq!(found.len(), 1, "{path} once in {:?}", collected.omitted);
    &found[0].reason
}

#[test]
fn what_is_no_file_is_listed_and_never_waited_for() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path().join("tree");
    write(tree.path(), &[("tree/file", b"1"), ("outside/secret", b"2")]);
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    for (name, target) in [
        ("out", "../outside"),
        ("out-file", "../outside/secret"),
        ("dangling", "nowhere"),
        ("loop", "loop"),
        ("up", "."),
        ("device", "/dev/zero"),
        ("inside", "file"),
        ("absolute", "/"),
        ("odd", "x\x1b[2J"),
    ] {
        symlink(target, root.join(name)).unwrap();
    }
    let pipe = Command::new("mkfifo").arg(root.join("pipe")).status().is_ok_and(|status| status.success());
    if !pipe {
        skipped("there is no mkfifo here to make a pipe");
    }
    let blobs = MemoryBlobs::new();
    let collected = collect_folder(&root, &blobs);
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["file"]);
    assert_eq!(collected.omitted.count(), 10 + u64::from(pipe));
    assert!(collected.is_complete(), "none of these holds content of its own");
    assert_eq!(*reason(&collected, "socket"), SkipReason::Socket);
    assert_eq!(*reason(&collected, "out"), SkipReason::Link { target: "../outside".into() });
    assert_eq!(*reason(&collected, "device"), SkipReason::Link { target: "/dev/zero".into() });
    assert_eq!(*reason(&collected, "odd"), SkipReason::Link { target: "x\\x1B[2J".into() });
    for link in ["out-file", "dangling", "loop", "up", "inside", "absolute"] {
        assert!(matches!(reason(&collected, link), SkipReason::Link { .. }), "{link}");
    }
    if pipe {
        assert_eq!(*reason(&collected, "pipe"), SkipReason::Fifo);
        assert_eq!(checksum(root.join("pipe")), Err(SkipReason::Fifo));
    }
    assert!(matches!(checksum(root.join("inside")), Err(SkipReason::Link { .. })));
    assert_eq!(checksum("/dev/zero"), Err(SkipReason::Device));
    let named = survey(&Source::files(&["/dev/zero"], Vec::new()).unwrap(), Watch::default()).unwrap();
    assert_eq!(named.omitted.listed().next().unwrap().reason, SkipReason::Device);
    assert_eq!(checksum(root.join("file")).unwrap().digest, portreeve_model::Digest::of(b"1"));
}

/// Root may read everything, so the test runs itself again as nobody when it finds that it can.
#[test]
fn what_may_not_be_read_is_a_gap() {
    let again = "PORTREEVE_TEST_AS_NOBODY";
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("open", b"1"), ("shut", b"2"), ("folder/inside", b"3")]);
    let rights =
        |path: &str, mode| fs::set_permissions(tree.path().join(path), PermissionsExt::from_mode(mode)).unwrap();
    rights("shut", 0o000);
    rights("folder", 0o000);
    if fs::File::open(tree.path().join("shut")).is_ok() {
        assert!(std::env::var_os(again).is_none(), "even nobody may read everything");
        let mut command = Command::new(std::env::current_exe().unwrap());
        std::os::unix::process::CommandExt::uid(&mut command, 65_534);
        command.args(["--exact", "oddities::what_may_not_be_read_is_a_gap"]).env(again, "1").current_dir("/");
        match command.output() {
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success() && text.contains("1 passed"), "{text}");
            }
            Err(error) => skipped(&format!("root reads everything, and nobody may not run this test: {error}")),
        }
        return;
    }
    let blobs = MemoryBlobs::new();
    let collected = collect_folder(tree.path(), &blobs);
    rights("folder", 0o700);
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["open"]);
    assert_eq!(collected.omitted.gap_count(), 2);
    for path in ["shut", "folder"] {
        assert!(matches!(reason(&collected, path), SkipReason::Unreadable { .. }), "{path}");
    }
}

#[test]
fn what_is_kept_out_is_listed_as_kept_out() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("a", b"1"), ("ledger.sqlite", b"2")]);
    let blobs = FileBlobs::create(tree.path().join("store")).unwrap();
    let keep_out = vec![tree.path().join("store"), tree.path().join("ledger.sqlite")];
    let source = Source::folder(tree.path(), Selection::default().keeping_out(keep_out.clone())).unwrap();
    let collected = collect(&source, &blobs, Collecting::default()).unwrap();
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["a"]);
    assert_eq!(*reason(&collected, "store"), SkipReason::KeptOut);
    assert_eq!(*reason(&collected, "ledger.sqlite"), SkipReason::KeptOut);
    assert!(collected.is_complete());
}

#[test]
fn a_thousand_folders_deep_is_no_obstacle() {
    let tree = tempfile::tempdir().unwrap();
    let mut folder = tree.path().to_path_buf();
    (0..1_000).for_each(|_| folder.push("d"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("last"), b"1").unwrap();
    // On the way back up the walk finds the folders it did not hold open.
    fs::write(tree.path().join("d/d/near"), b"2").unwrap();
    (0..500).for_each(|_| assert!(folder.pop()));
    fs::write(folder.join("e"), b"3").unwrap();
    let collected = collect_folder(tree.path(), &MemoryBlobs::new());
    assert_eq!((collected.files, collected.omitted.count()), (3, 0), "{:?}", collected.omitted);
}

#[test]
fn a_path_too_long_to_open_is_a_gap() {
    let tree = tempfile::tempdir().unwrap();
    // Two chains of 13 × 201 bytes, one hung below the other: no call names more than 4,096 bytes, and the end is beyond.
    let chain = ["n".repeat(200).as_str(); 13].join("/");
    let (upper, lower) = (tree.path().join("upper").join(&chain), tree.path().join("lower"));
    fs::create_dir_all(&upper).unwrap();
    fs::create_dir_all(lower.join(&chain)).unwrap();
    fs::write(lower.join(&chain).join("file"), b"1").unwrap();
    fs::rename(lower, upper.join("lower")).unwrap();
    let collected = collect_folder(tree.path(), &MemoryBlobs::new());
    let omitted = omitted(&collected);
    assert_eq!((collected.files, omitted.len()), (0, 1), "{omitted:?}");
    assert_eq!(omitted[0].reason, SkipReason::PathTooLong);
    assert!(!collected.is_complete());
}

#[test]
fn a_sparse_tebibyte_is_not_swallowed() {
    let tree = tempfile::tempdir().unwrap();
    let file = fs::File::create(tree.path().join("sparse")).unwrap();
    if file.set_len(FILE_BYTES_MAX + 1).is_err() {
        return skipped("this file system has no sparse files");
    }
    let collected = collect_folder(tree.path(), &MemoryBlobs::new());
    assert_eq!(*reason(&collected, "sparse"), SkipReason::TooLarge { size_bytes: FILE_BYTES_MAX + 1 });
    assert!(!collected.is_complete());
    assert_eq!(checksum(tree.path().join("sparse")), Err(SkipReason::TooLarge { size_bytes: FILE_BYTES_MAX + 1 }));
}

#[test]
fn a_root_that_is_no_folder_is_an_error() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("file", b"1")]);
    let source = |name: &str| Source::folder(tree.path().join(name), Selection::default());
    assert!(matches!(source("none"), Err(SourceError::Root { .. })));
    assert!(matches!(source("file"), Err(SourceError::NotAFolder { .. })));
    symlink(tree.path(), tree.path().join("self")).unwrap();
    let found = survey(&source("self").unwrap(), Watch::default()).unwrap();
    assert_eq!((found.files, found.omitted.count()), (1, 1), "a root named through a link is that folder");
    assert_eq!(checksum(Path::new("/")), Err(SkipReason::Folder));
    assert_eq!(checksum(tree.path()), Err(SkipReason::Folder));
}

#[test]
fn two_names_of_one_file_are_two_files() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("a", b"same")]);
    fs::hard_link(tree.path().join("a"), tree.path().join("b")).unwrap();
    let blobs = MemoryBlobs::new();
    let collected = collect_folder(tree.path(), &blobs);
    assert_eq!((collected.files, collected.bytes, blobs.names().len()), (2, 8, 2));
}

#[test]
fn links_are_followed_only_if_asked_and_never_round_and_round() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path().join("tree");
    write(tree.path(), &[("tree/own/file", b"1"), ("outside/secret", b"2")]);
    for (name, target) in [("out", "../outside"), ("one", "own/file"), ("own/up", ".."), ("own/self", "."), ("no", "x")]
    {
        symlink(target, root.join(name)).unwrap();
    }
    let blobs = MemoryBlobs::new();
    assert_eq!(paths(&collect_folder(&root, &blobs).manifest.digest, &blobs), ["own/file"]);
    let mut selection = Selection::default();
    selection.follow_links = true;
    let collected = collect(&Source::folder(&root, selection).unwrap(), &blobs, Collecting::default()).unwrap();
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["one", "out/secret", "own/file"]);
    let reasons: Vec<(String, SkipReason)> =
        omitted(&collected).into_iter().map(|skipped| (skipped.path, skipped.reason)).collect();
    let dangling = SkipReason::Link { target: "x".into() };
    let expected = [("no", dangling), ("own/self", SkipReason::Loop), ("own/up", SkipReason::Loop)];
    assert_eq!(reasons, expected.map(|(path, reason)| (path.to_owned(), reason)));
}

#[test]
fn patterns_choose_and_what_they_leave_out_is_told() {
    let tree = tempfile::tempdir().unwrap();
    write(
        tree.path(),
        &[("a.csv", b"1"), ("ict/b.csv", b"2"), ("ict/c.txt", b"3"), ("tmp/d.csv", b"4"), ("x/y/z", b"5")],
    );
    let blobs = MemoryBlobs::new();
    let chosen = |include: &[&str], exclude: &[&str]| {
        let owned = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>();
        let source = Source::folder(tree.path(), Selection::of(&owned(include), &owned(exclude)).unwrap()).unwrap();
        let collected = collect(&source, &blobs, Collecting::default()).unwrap();
        assert!(collected.is_complete(), "what nobody asked for is no gap");
        (paths(&collected.manifest.digest, &blobs), collected.omitted.count())
    };
    assert_eq!(
        chosen(&["*.csv"], &["tmp"]),
        (vec!["a.csv".into(), "ict/b.csv".into()], 3),
        "a folder left out counts once"
    );
    assert_eq!(chosen(&["x"], &[]), (vec!["x/y/z".to_owned()], 4), "what lies in a folder that is named is named");
    assert_eq!(chosen(&[], &["ict/*.csv"]).0, ["a.csv", "ict/c.txt", "tmp/d.csv", "x/y/z"]);
}

/// However many files there are, what could not be taken is counted, and only so much of it held.
#[test]
fn a_long_list_of_omissions_is_counted_and_cut() {
    let tree = tempfile::tempdir().unwrap();
    (0..1_500).for_each(|number| symlink("x", tree.path().join(number.to_string())).unwrap());
    let found = survey(&whole(tree.path()), Watch::default()).unwrap();
    assert_eq!((found.omitted.count(), found.omitted.listed().count()), (1_500, 1_000));
}

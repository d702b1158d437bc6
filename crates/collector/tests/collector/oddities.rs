//! What is not a file, or cannot be read: listed with its reason, never followed, never waited for.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use portreeve_collector::{
    Collected, DEPTH_MAX, FILE_BYTES_MAX, FileBlobs, MemoryBlobs, PlanError, SkipReason, Skipped, Watch, checksum,
    collect, plan_files, plan_folder,
};

use crate::support::{collect_folder, paths, skipped, write};

fn reason<'a>(collected: &'a Collected, path: &str) -> &'a SkipReason {
    let found: Vec<&Skipped> = collected.skipped.iter().filter(|skipped| skipped.path == path).collect();
    assert_eq!(found.len(), 1, "{path} once in {:?}", collected.skipped);
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
    assert_eq!(collected.skipped.len(), 10 + usize::from(pipe));
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
    assert_eq!(plan_files(&["/dev/zero"]).unwrap().skipped()[0].reason, SkipReason::Device);
    assert_eq!(checksum(root.join("file")).unwrap().digest, portreeve_model::Digest::of(b"1"));
}

/// The plan is made, and then somebody puts another thing in the place of a planned file.
#[test]
fn what_takes_the_place_of_a_planned_file_is_not_read() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path().join("tree");
    write(tree.path(), &[("outside/secret", b"secret")]);
    write(
        &root,
        &[("gone", b"1"), ("link", b"2"), ("pipe", b"3"), ("folder", b"4"), ("deep/secret", b"5"), ("kept", b"6")],
    );
    let plan = plan_folder(&root, &[]).unwrap();
    fs::remove_dir_all(root.join("deep")).unwrap();
    symlink("../outside", root.join("deep")).unwrap();
    for name in ["gone", "link", "pipe", "folder"] {
        fs::remove_file(root.join(name)).unwrap();
    }
    symlink("../outside/secret", root.join("link")).unwrap();
    fs::create_dir(root.join("folder")).unwrap();
    let pipe = Command::new("mkfifo").arg(root.join("pipe")).status().is_ok_and(|status| status.success());
    let blobs = MemoryBlobs::new();
    let collected = collect(&plan, &blobs, Watch::default()).unwrap();
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["kept"]);
    assert_eq!(blobs.names().len(), 2, "the kept file and the manifest, and nothing from outside");
    assert!(!collected.is_complete());
    assert_eq!(*reason(&collected, "gone"), SkipReason::Gone);
    assert_eq!(*reason(&collected, "folder"), SkipReason::Folder);
    assert_eq!(*reason(&collected, "deep/secret"), SkipReason::Replaced);
    assert!(matches!(reason(&collected, "link"), SkipReason::Link { .. }));
    if pipe {
        assert_eq!(*reason(&collected, "pipe"), SkipReason::Fifo);
    }
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
    assert_eq!(collected.gaps().count(), 2);
    for path in ["shut", "folder"] {
        assert!(matches!(reason(&collected, path), SkipReason::Unreadable { .. }), "{path}");
    }
}

#[test]
fn what_is_kept_out_is_listed_as_kept_out() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("a", b"1"), ("ledger.sqlite", b"2")]);
    let blobs = FileBlobs::create(tree.path().join("store")).unwrap();
    let plan = plan_folder(tree.path(), &[tree.path().join("store"), tree.path().join("ledger.sqlite")]).unwrap();
    let collected = collect(&plan, &blobs, Watch::default()).unwrap();
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["a"]);
    assert_eq!(*reason(&collected, "store"), SkipReason::KeptOut);
    assert_eq!(*reason(&collected, "ledger.sqlite"), SkipReason::KeptOut);
    assert!(collected.is_complete());
}

#[test]
fn a_folder_too_deep_is_a_gap() {
    let tree = tempfile::tempdir().unwrap();
    let mut folder = tree.path().to_path_buf();
    (0..DEPTH_MAX).for_each(|_| folder.push("d"));
    fs::create_dir_all(folder.join("e/f")).unwrap();
    fs::write(folder.join("last"), b"1").unwrap();
    fs::write(folder.join("e/beyond"), b"2").unwrap();
    let collected = collect_folder(tree.path(), &MemoryBlobs::new());
    assert_eq!(collected.files, 1);
    assert_eq!(collected.skipped.len(), 1);
    assert_eq!(collected.skipped[0].reason, SkipReason::TooDeep);
    assert!(collected.skipped[0].path.ends_with("/d/e"));
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
    assert_eq!((collected.files, collected.skipped.len()), (0, 1), "{:?}", collected.skipped);
    assert_eq!(collected.skipped[0].reason, SkipReason::PathTooLong);
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
    assert!(matches!(plan_folder(tree.path().join("none"), &[]), Err(PlanError::Root { .. })));
    assert!(matches!(plan_folder(tree.path().join("file"), &[]), Err(PlanError::NotAFolder { .. })));
    symlink(tree.path(), tree.path().join("self")).unwrap();
    let plan = plan_folder(tree.path().join("self"), &[]).unwrap();
    assert_eq!((plan.files().len(), plan.skipped().len()), (1, 1), "a root named through a link is that folder");
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

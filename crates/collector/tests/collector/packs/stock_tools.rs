//! What `tar` and `sha256sum` make of a pack, and what becomes of a store that had none.

use std::fs;
use std::process::Command;

use portreeve_collector::{Blobs as _, FileBlobs};
use portreeve_model::Digest;

use super::{names, objects, only_pack, put, report, store_with};
use crate::support::bytes;

#[test]
fn stock_tools_list_check_and_restore_a_pack() {
    let objects = objects(1);
    let (folder, _store) = store_with(&objects);
    let (pack, index) = only_pack(folder.path());
    let run = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        assert!(output.stderr.is_empty(), "{command}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let listed = run(&format!("tar -tvf '{}'", pack.display()));
    assert_eq!(listed.lines().count(), objects.len());
    assert!(listed.lines().all(|line| line.starts_with("-r--r--r-- 0/0 ") && line.contains("1970-01-01")), "{listed}");
    run(&format!("mkdir restored && tar -xf '{}' -C restored", pack.display()));
    let sums = run("cd restored && find . -type f | xargs sha256sum");
    assert_eq!(sums.lines().count(), objects.len());
    for line in sums.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        assert!(path.ends_with(sum), "{line}");
    }
    let sum = run(&format!("sha256sum '{}'", index.display()));
    assert_eq!(sum[..64], *index.file_stem().unwrap().to_str().unwrap(), "the index proves itself");

    // What `tar` restores is a store of loose objects, which version 0.1.0 reads too.
    run("mkdir -p old && mv restored old/objects && mkdir old/incoming");
    let old = FileBlobs::open(folder.path().join("old")).unwrap();
    for (name, object) in names(&objects).iter().zip(&objects) {
        assert_eq!(bytes(name, &old), *object);
        assert!(old.path_of(name).exists());
    }
}

#[test]
fn a_store_of_version_0_1_0_opens_works_and_gets_packs() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["objects", "incoming"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let store = FileBlobs::open(folder.path()).unwrap();
    let loose = store.put(&mut &b"as before"[..]).unwrap();
    assert!(!folder.path().join("packs").exists());
    assert_eq!(store.all().count(), 1);
    assert!(!store.has(&Digest::of(b"absent")).unwrap());
    assert!(report(folder.path()).is_sound());
    let mut all = objects(1);
    all.push(b"as before".to_vec());
    put(&store, &all);
    assert_eq!(store.all().collect::<Result<Vec<_>, _>>().unwrap().len(), all.len());
    assert_eq!(report(folder.path()).objects, all.len() as u64, "what was loose is not packed as well");
    assert_eq!(store.check(&loose.digest).unwrap(), loose);
}

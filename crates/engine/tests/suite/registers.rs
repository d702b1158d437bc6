//! Registers: made once, never by accident, and verified without believing them.

use std::collections::BTreeSet;
use std::fs;

use portreeve_engine::{EngineError, Kind, NewRegister, Session, SignedCheckpoint, init, verify_register};
use portreeve_model::words::Role;
use tempfile::TempDir;

use super::bench::{Bench, OFFICER, id, tree};

fn new_register(folder: &TempDir, key: &str) -> NewRegister {
    NewRegister {
        root: folder.path().join("register"),
        key_file: folder.path().join(key),
        name: id("Bench councils"),
        origin: None,
        first: id(OFFICER),
        title: id("Security officer"),
        roles: BTreeSet::from([Role::SecurityOfficer]),
    }
}

#[test]
fn a_register_is_made_once_and_its_key_lies_outside_it() {
    let folder = TempDir::new().unwrap();
    let inside = init(&new_register(&folder, "register/secret.key")).err().unwrap();
    assert!(matches!(inside, EngineError::KeyInside { .. }), "{inside}");
    assert!(tree(&folder.path().join("register")).is_empty(), "nothing is left of it");
    let made = init(&new_register(&folder, "keys/secret.key")).unwrap();
    assert!(made.key_file.ends_with("keys/secret.key"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&made.key_file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = init(&new_register(&folder, "keys/other.key")).err().unwrap();
    assert!(matches!(again, EngineError::Exists { .. }), "{again}");
    assert!(!folder.path().join("keys/other.key").exists());
}

#[test]
fn nothing_but_init_makes_a_register() {
    let folder = TempDir::new().unwrap();
    let missing = Session::open(folder.path()).err().unwrap();
    assert!(matches!(missing, EngineError::NotARegister { .. }), "{missing}");
    assert!(tree(folder.path()).is_empty());
}

#[test]
fn a_sound_register_verifies_and_says_what_vouches_for_it() {
    let bench = Bench::with_closed_finding();
    let alone = verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert!(alone.is_sound(), "{:?}", alone.problems);
    assert_eq!((alone.after_last_signed, alone.anchored_outside), (0, false));
    let kept = bench.session.latest_checkpoint().unwrap();
    let vouched = verify_register(&bench.root(), &[], &[kept], portreeve_engine::Watch::default()).unwrap();
    assert!(vouched.is_sound() && vouched.anchored_outside);
}

#[test]
fn a_damaged_object_is_found_and_named_by_its_evidence() {
    let bench = Bench::with_closed_finding();
    let object = walk(&bench.root().join("objects"), b"version 12.1, support until 2030\n");
    let mut bytes = fs::read(&object).unwrap();
    bytes[0] ^= 1;
    make_writable(&object);
    fs::write(&object, &bytes).unwrap();
    let report = verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    assert!(report.problems[0].contains("firewall header after.txt") && report.problems[0].contains("E-001"));
    fs::remove_file(&object).unwrap();
    let report = verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert!(report.problems[0].contains("is missing"), "{:?}", report.problems);
}

#[test]
fn the_index_is_only_a_cache() {
    let bench = Bench::with_closed_finding();
    fs::write(bench.root().join("index.sqlite"), b"rubbish").unwrap();
    let report = verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap();
    assert!(report.is_sound(), "{:?}", report.problems);
    assert_eq!(report.stale_caches.len(), 1, "said, and left to its next use");
    bench.session.find_evidence(&portreeve_model::Digest::of(b"")).unwrap();
    assert!(
        verify_register(&bench.root(), &[], &[], portreeve_engine::Watch::default()).unwrap().stale_caches.is_empty()
    );
}

#[test]
fn a_register_that_was_cut_is_caught_by_a_checkpoint_kept_elsewhere() {
    let bench = Bench::with_closed_finding();
    let kept = SignedCheckpoint::parse(bench.session.latest_checkpoint().unwrap().as_str()).unwrap();
    let shorter = Bench::new();
    // Somebody puts a shorter history, with its own signatures, in the place of the longer one.
    let Bench { session, folder } = bench;
    drop(session);
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(folder.path().join("register").join(name));
    }
    let Bench { session, folder: other } = shorter;
    drop(session);
    fs::copy(other.path().join("register/ledger.sqlite"), folder.path().join("register/ledger.sqlite")).unwrap();
    let report =
        verify_register(&folder.path().join("register"), &[], &[kept], portreeve_engine::Watch::default()).unwrap();
    assert!(!report.is_sound() && !report.anchored_outside, "{report:?}");
}

#[test]
fn the_kinds_of_failure_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let bench = Bench::new();
    let kinds = [
        (Session::open(folder.path()).err().unwrap().kind(), Kind::Usage),
        (verify_register(folder.path(), &[], &[], portreeve_engine::Watch::default()).unwrap_err().kind(), Kind::Usage),
        (bench.session.framework(bench.session.register(), &id("none-1.0")).unwrap_err().kind(), Kind::Usage),
    ];
    for (found, expected) in kinds {
        assert_eq!(found, expected);
    }
}

fn walk(folder: &std::path::Path, bytes: &[u8]) -> std::path::PathBuf {
    let found = tree(folder).into_iter().find(|(_, held)| held == bytes);
    folder.join(found.expect("the store holds it").0)
}

fn make_writable(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
}

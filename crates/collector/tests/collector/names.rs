//! Names that have broken other tools: each file appears exactly once, under exactly its bytes.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;

use portreeve_collector::{FileBlobs, MemoryBlobs, SkipReason, Source, Watch, checksums, survey, verify};
use portreeve_model::Digest;
use proptest::prelude::*;

use crate::support::{bytes, collect_folder, lines, paths, skipped, whole, write};

fn hostile() -> Vec<Vec<u8>> {
    let long = "n".repeat(255);
    let plain = [
        "new\nline",
        "carriage\rreturn",
        "esc\x1b[31mred",
        "tab\tname",
        "gpj.\u{202E}exe",
        "zero\u{200B}width",
        "caf\u{E9}",
        "cafe\u{301}",
        "README",
        "readme",
        &long,
        "--help",
        "-rf",
        "$(touch x)",
        "`id`",
        "a;b",
        "a&b",
        "a|b",
        "CON",
        "nul.txt",
        "file.txt:stream",
        "trailing dot.",
        "trailing space ",
        " leading space",
        "*star",
        "#hash",
        "~",
        "back\\slash",
        "\\n",
        "100%",
        "%0A literal",
        "%0a",
        "%25",
        "%2525",
        "quote\"'",
        "<script>",
        "=1+1",
        ".hidden",
        "..double",
        "...",
        "sub folder/-",
        ".hidden folder/.x",
        "e\u{301}/\u{E9}",
        "SHA256 (x) = y",
    ];
    let raw: [&[u8]; 4] = [b"latin1-\xE9", b"\xFF\xFE", b"half-\xC3", b"\x01\x7F"];
    plain.iter().map(|name| name.as_bytes()).chain(raw).map(<[u8]>::to_vec).collect()
}

fn write_hostile(root: &Path) -> BTreeSet<Vec<u8>> {
    let names = hostile();
    for name in &names {
        let path = root.join(OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, name).unwrap();
    }
    names.into_iter().collect()
}

#[test]
fn every_hostile_name_is_collected_exactly_once() {
    let tree = tempfile::tempdir().unwrap();
    let names = write_hostile(tree.path());
    let blobs = MemoryBlobs::new();
    let collected = collect_folder(tree.path(), &blobs);
    assert_eq!((collected.omitted.count(), collected.is_complete()), (0, true));
    assert_eq!(collected.files, names.len() as u64);
    let found = lines(&collected.manifest.digest, &blobs);
    assert!(found.iter().map(|line| line.path.as_bytes().to_vec()).eq(names), "the same bytes, in their order");
    for line in &found {
        assert_eq!(line.digest, Digest::of(line.path.as_bytes()));
        assert_eq!(bytes(&line.digest, &blobs), line.path.as_bytes());
    }
    assert!(verify([], [collected.manifest.digest], &blobs, Default::default()).unwrap().is_sound());
}

#[test]
fn what_people_see_of_hostile_names_obeys_no_terminal() {
    let tree = tempfile::tempdir().unwrap();
    write_hostile(tree.path());
    let hashed = checksums(&whole(tree.path()), Watch::default(), |line, _| {
        let shown = line.path.display().to_string();
        assert!(!shown.chars().any(|letter| letter.is_control() || letter == '\u{202E}'), "{shown:?}");
        Ok::<(), ()>(())
    });
    assert_eq!(hashed.unwrap().files, hostile().len() as u64);
}

#[test]
fn sha256sum_accepts_the_manifest() {
    let tree = tempfile::tempdir().unwrap();
    let names = write_hostile(tree.path());
    let blobs = MemoryBlobs::new();
    let manifest = bytes(&collect_folder(tree.path(), &blobs).manifest.digest, &blobs);
    // Names with %, CR or LF are encoded as BagIt demands, which sha256sum does not know.
    let plain: Vec<&[u8]> =
        manifest.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.contains(&b'%')).collect();
    assert_eq!(plain.len(), names.iter().filter(|name| !name.iter().any(|byte| b"%\r\n".contains(byte))).count());
    let list = tempfile::NamedTempFile::new().unwrap();
    fs::write(list.path(), plain.concat()).unwrap();
    let command = Command::new("sha256sum").args(["-c", "--strict"]).arg(list.path()).current_dir(tree.path()).output();
    let Ok(output) = command else { return skipped("there is no sha256sum here to read a manifest") };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    // One `OK` a file, and not one fewer.
    let ok = String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.ends_with(": OK")).count();
    assert_eq!(ok, plain.len());

    fs::write(tree.path().join("README"), b"changed").unwrap();
    let again = Command::new("sha256sum").args(["-c", "--strict"]).arg(list.path()).current_dir(tree.path()).output();
    assert!(!again.unwrap().status.success());
}

#[test]
fn the_manifest_is_the_same_in_both_stores_and_at_any_place() {
    let (here, there, store) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_hostile(here.path());
    write_hostile(there.path());
    let disk = FileBlobs::create(store.path()).unwrap();
    let first = collect_folder(here.path(), &disk);
    assert_eq!(first, collect_folder(there.path(), &MemoryBlobs::new()));
    assert_eq!(first, collect_folder(there.path(), &disk), "collecting again changes nothing");
    assert_eq!(disk.all().count(), hostile().len() + 1);
}

#[test]
fn files_named_one_by_one_are_told_apart_without_naming_the_machine() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("q1/a.csv", b"1"), ("q2/a.csv", b"2"), ("q2/b.csv", b"3")]);
    let at = |path: &str| tree.path().join(path);
    let named = [at("q2/a.csv"), at("q1/a.csv"), at("q1/../q2/a.csv"), at("q2"), at("none"), at("no/x")];
    let found = survey(&Source::files(&named, Vec::new()).unwrap(), Watch::default()).unwrap();
    let first: Vec<String> = found.first.iter().map(|path| path.display().to_string()).collect();
    assert_eq!(first, ["q1/a.csv", "q2/a.csv"]);
    let reasons: Vec<&SkipReason> = found.omitted.listed().map(|skipped| &skipped.reason).collect();
    assert_eq!(reasons.len(), 4);
    for reason in [SkipReason::NamedTwice, SkipReason::Folder, SkipReason::Gone] {
        assert!(reasons.contains(&&reason), "{reason:?} in {reasons:?}");
    }
    let alone = survey(&Source::files(&[at("q2/b.csv")], Vec::new()).unwrap(), Watch::default()).unwrap();
    assert_eq!((alone.first[0].display().to_string().as_str(), alone.bytes), ("b.csv", 1));
    let none = survey(&Source::files::<&Path>(&[], Vec::new()).unwrap(), Watch::default()).unwrap();
    assert_eq!(none.files, 0);
    let secret = Source::files(&[at("q1/a.csv"), at("q2/b.csv")], vec![at("q1/a.csv")]).unwrap();
    let kept_out = checksums(&secret, Watch::default(), |_, _| Ok::<(), ()>(())).unwrap();
    assert_eq!((kept_out.files, kept_out.omitted.count()), (1, 1), "a key is not taken for evidence by naming it");
}

#[test]
fn the_order_is_that_of_the_bytes_and_not_of_the_folders() {
    let tree = tempfile::tempdir().unwrap();
    write(tree.path(), &[("a/z", b""), ("a.txt", b""), ("a-b", b""), ("a0", b""), ("B", b""), ("a\u{301}", b"")]);
    let blobs = MemoryBlobs::new();
    let collected = collect_folder(tree.path(), &blobs);
    assert_eq!(paths(&collected.manifest.digest, &blobs), ["B", "a-b", "a.txt", "a/z", "a0", "a\u{301}"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_tree_is_collected_byte_for_byte(
        names in prop::collection::btree_set(prop::collection::vec(1_u8..=255, 1..12), 1..8),
        seed: u64,
    ) {
        let tree = tempfile::tempdir().unwrap();
        let mut expected = BTreeSet::new();
        for name in names {
            if name.contains(&b'/') || name == b"." || name == b".." {
                continue;
            }
            fs::write(tree.path().join(OsStr::from_bytes(&name)), seed.to_le_bytes()).unwrap();
            expected.insert(name);
        }
        let blobs = MemoryBlobs::new();
        let collected = collect_folder(tree.path(), &blobs);
        let found: BTreeSet<Vec<u8>> =
            lines(&collected.manifest.digest, &blobs).iter().map(|line| line.path.as_bytes().to_vec()).collect();
        prop_assert_eq!(found, expected);
    }
}

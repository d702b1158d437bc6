//! Names that have broken other tools, through the whole command line: each file once in the manifest, nothing that a
//! terminal would obey, and a pack that stock tools and Portreeve both verify.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{collecting, shared, skipped};
use crate::support::Place;

/// Names of our own, as bytes.
fn awkward() -> Vec<Vec<u8>> {
    let long = "n".repeat(255);
    let texts = [
        "new\nline",
        "car\rriage",
        "tab\tstop",
        "bell\u{7}",
        "esc\u{1b}[2J",
        "back\\slash",
        "-rf",
        "--help",
        "quo\"te",
        "it's",
        "$(touch x)",
        "`id`",
        "gpj.\u{202e}exe",
        "nfc-\u{e9}",
        "nfd-e\u{301}",
        "Case",
        "case",
        "dot.",
        "space ",
        " lead",
        "%0A",
        "%25",
        "100%",
        "CON",
        "*",
        "?",
        "#",
        "=1+1",
        "sub/-",
        "sub /x",
        "..x",
        "...",
        ".hidden",
        &long,
    ];
    let raw: [&[u8]; 4] = [b"latin1-\xe9", b"\xff\xfe", b"half-\xc3", b"\x01\x7f"];
    texts.iter().map(|name| name.as_bytes()).chain(raw).map(<[u8]>::to_vec).collect()
}

/// The paths of all regular files below a folder, asked of the file system.
fn regular(root: &Path, below: &Path, found: &mut BTreeSet<Vec<u8>>) {
    for item in fs::read_dir(root.join(below)).unwrap() {
        let item = item.unwrap();
        let (path, kind) = (below.join(item.file_name()), item.file_type().unwrap());
        if kind.is_dir() {
            regular(root, &path, found);
        } else if kind.is_file() {
            found.insert(path.into_os_string().into_vec());
        }
    }
}

/// The paths that a manifest lists, with BagIt's encoding of `%`, CR and LF taken back.
fn listed(manifest: &[u8]) -> Vec<Vec<u8>> {
    let line = |line: &[u8]| {
        let mut path = Vec::new();
        let mut rest = &line[66..];
        while let Some((first, after)) = rest.split_first() {
            let encoded = [(&b"%25"[..], b'%'), (b"%0A", b'\n'), (b"%0D", b'\r')]
                .into_iter()
                .find(|(code, _)| rest.starts_with(code));
            path.push(encoded.map_or(*first, |(_, byte)| byte));
            rest = if encoded.is_some() { &rest[3..] } else { after };
        }
        path
    };
    manifest.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()).map(line).collect()
}

/// Nothing in it moves a cursor, changes a colour or turns letters round.
fn obeyed_by_no_terminal(text: &str) {
    let plain = |letter: char| letter == '\n' || !(letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter));
    assert!(text.chars().all(plain), "{text:?}");
}

/// Collects `share`, and looks at it every way there is.
fn through_everything(place: &Place) {
    let root = place.path("share");
    let mut expected = BTreeSet::new();
    regular(&root, &PathBuf::new(), &mut expected);
    let ran = place.run(&format!("{} --for PSN-BND-FW --json", collecting())).fine();
    let digest = ran.json()["facts"]["manifest"].as_str().unwrap().to_owned();
    let manifest = fs::read(place.path("register/objects/objects").join(&digest[..2]).join(&digest)).unwrap();
    let found = listed(&manifest);
    assert_eq!(found.len(), expected.len(), "each once");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);

    for line in ["evidence show E-0001", "evidence rescan E-0001", "evidence verify", "verify"] {
        let ran = place.run(line).fine();
        obeyed_by_no_terminal(&ran.out);
        obeyed_by_no_terminal(&ran.err);
    }
    let shown = place.run("evidence show E-0001 --json").fine();
    assert!(!shown.out.contains('\u{1b}') && !shown.out.contains('\u{7}'));

    let built = place.run("pack build out");
    assert!(built.code < 2, "{built:?}");
    for list in ["tagmanifest-sha256.txt", "manifest-sha256.txt"] {
        let stock =
            Command::new("sha256sum").args(["-c", "--strict", "--quiet", list]).current_dir(place.path("out")).output();
        let stock = stock.expect("sha256sum is what an assessor has");
        assert!(stock.status.success(), "{list}: {}", String::from_utf8_lossy(&stock.stdout));
    }
    let verified = place.run("pack verify out");
    assert!(verified.code < 2 && verified.out.contains("intact"), "{verified:?}");
    let mut packed = BTreeSet::new();
    regular(&place.path("out"), &PathBuf::new(), &mut packed);
    let plain = |path: &Vec<u8>| path.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(byte));
    assert!(packed.iter().all(plain), "names in a pack are plain");
}

#[test]
fn awkward_names_go_through_every_command_once() {
    let place = Place::in_memory().made_northmoor();
    for name in awkward() {
        let path = place.path("share").join(OsStr::from_bytes(&name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &name).unwrap();
    }
    through_everything(&place);
}

#[test]
fn the_hostile_tree_goes_through_every_command_once() {
    let Some(script) = shared("bench/hostile_names.py") else { return };
    let place = Place::in_memory().made_northmoor();
    let made = Command::new("python3").arg(&script).arg(place.path("share")).output();
    match made {
        Ok(made) if made.status.success() => through_everything(&place),
        other => skipped(&format!("the tree of hostile names could not be made: {other:?}")),
    }
}

//! The house rules that a compiler does not know. Each is a list of places where something may be, and a search for it
//! everywhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which of our crates each crate may import: the table of the README, as data.
const EDGES: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("catalogue", &["model"]),
    ("ledger", &["model"]),
    ("collector", &["model"]),
    ("documents", &["model"]),
    ("reporting", &["model", "catalogue"]),
    ("engine", &["model", "catalogue", "ledger", "collector", "documents", "reporting"]),
    ("cli", &["model", "engine", "reporting"]),
    // It runs the program as it runs every peer, and must not know it from inside; but for the index, of which no command
    // makes 5 million files up.
    ("bench", &["model", "collector"]),
    // Whatever reads bytes from outside, through the doors that the product uses; nothing of the product knows it.
    ("fuzz", &["model", "catalogue", "ledger", "collector", "documents", "reporting", "engine"]),
];

/// Words that may stand only in some files, and why.
const ONLY_IN: &[(&[&str], &[&str], &str)] = &[
    (
        &["now_utc(", "SystemTime::now(", "Instant::now(", "now_local("],
        &["engine/src/clock.rs"],
        "only the engine's clock tells the time",
    ),
    (&["println!(", "print!(", "eprintln!(", "eprint!("], &["cli/src/ui.rs"], "only the command line's `ui` prints"),
    (&["io::stdout(", "io::stderr("], &["cli/src/ui.rs"], "only the command line's `ui` prints"),
    (&["process::exit("], &[], "`main` returns its exit code"),
    (
        &["getrandom::"],
        &["engine/src/clock.rs", "ledger/src/keys/signing.rs"],
        "randomness comes in where ids and keys are made",
    ),
];

/// Files that may do what `ONLY_IN` keeps to one place, the words they may use, and why.
const EXCEPTIONS: &[(&str, &[&str], &str)] = &[
    ("bench/src/clock.rs", &["now_utc(", "Instant::now("], "a benchmark measures time, and is no part of the product"),
    (
        "bench/src/say.rs",
        &["io::stdout(", "io::stderr("],
        "a benchmark prints its tables, and is no part of the product",
    ),
];

/// Words that a crate must not know.
const NEVER_IN: &[(&str, &[&str])] = &[
    ("model", &["std::fs", "std::env", "std::net", "std::process", "rusqlite", "handlebars"]),
    ("catalogue", &["std::fs", "std::env", "std::net", "std::process", "rusqlite"]),
    ("documents", &["std::fs", "std::env", "std::net", "std::process", "std::thread", "rusqlite"]),
    ("reporting", &["std::fs", "std::env", "std::net", "std::process", "rusqlite"]),
    ("ledger", &["serde_json", "Entry::decode"]),
    ("engine", &["clap::", "handlebars"]),
    ("cli", &["rusqlite", "handlebars", "portreeve_ledger", "portreeve_collector"]),
];

/// Longest source file. Most have some 150 lines; one that grows past this has more than one idea.
const LINES_MAX: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where a crate lies. The fuzz targets lie beside what hands them to libFuzzer.
fn folder(name: &str) -> PathBuf {
    if name == "fuzz" { root().join("fuzz/targets") } else { root().join("crates").join(name) }
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(items) = fs::read_dir(folder) else { return };
    for item in items.flatten() {
        let path = item.path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
}

/// Our own sources, without tests, as (crate, path with the crate's name before it, code lines without comments).
fn sources() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (name, _) in EDGES {
        let mut paths = Vec::new();
        files(&folder(name).join("src"), "rs", &mut paths);
        for path in paths {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("\nmod tests {").next().unwrap_or_default();
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let below = path.strip_prefix(folder(name)).unwrap().to_string_lossy().replace('\\', "/");
            found.push(((*name).to_owned(), format!("{name}/{below}"), code.join("\n")));
        }
    }
    assert!(found.len() > 80, "the sources are where this test looks");
    found
}

/// The dependency names of one section of a manifest.
fn dependencies(manifest: &str, section: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == section;
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            names.insert(line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned());
        }
    }
    names
}

#[test]
fn crates_depend_on_each_other_one_way_only() {
    for (name, allowed) in EDGES {
        let manifest = fs::read_to_string(folder(name).join("Cargo.toml")).unwrap();
        let ours = dependencies(&manifest, "[dependencies]");
        let ours: BTreeSet<&str> = ours.iter().filter_map(|found| found.strip_prefix("portreeve-")).collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(ours.is_subset(&allowed), "{name} imports {:?}", ours.difference(&allowed));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} keeps the workspace's lints");
    }
    let listed: BTreeSet<String> = EDGES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let there = fs::read_dir(root().join("crates")).unwrap();
    let mut there: BTreeSet<String> = there.map(|item| item.unwrap().file_name().into_string().unwrap()).collect();
    there.insert("fuzz".to_owned());
    assert_eq!(there, listed, "every crate is in the table");
}

#[test]
fn every_dependency_has_its_reason_beside_it() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let mut used = BTreeMap::new();
    for line in section.lines().filter(|line| line.contains('=') && !line.starts_with('#')) {
        let name = line.split([' ', '=']).next().unwrap();
        assert!(line.starts_with("portreeve-") || line.contains(" # "), "{name} has no reason");
        used.insert(name.to_owned(), 0);
    }
    for (name, _) in EDGES {
        let manifest = fs::read_to_string(folder(name).join("Cargo.toml")).unwrap();
        for section in ["[dependencies]", "[target.'cfg(unix)'.dependencies]", "[dev-dependencies]"] {
            for dependency in dependencies(&manifest, section) {
                *used.get_mut(&dependency).unwrap_or_else(|| panic!("{name} has its own version of {dependency}")) += 1;
            }
        }
    }
    let unused: Vec<&String> = used.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name).collect();
    assert!(unused.is_empty(), "listed and used by nobody: {unused:?}");
}

#[test]
fn some_things_are_done_in_one_place_only() {
    let mut broken = Vec::new();
    for (_, path, code) in sources() {
        for (words, places, why) in ONLY_IN {
            for word in words.iter().filter(|word| code.contains(**word)) {
                let excepted = EXCEPTIONS.iter().any(|(place, words, _)| *place == path && words.contains(word));
                if !excepted && !places.contains(&path.as_str()) {
                    broken.push(format!("{path} has `{word}`: {why}"));
                }
            }
        }
    }
    for (place, words, _) in EXCEPTIONS {
        let code = sources().into_iter().find(|(_, path, _)| path == place).unwrap().2;
        broken.extend(
            words.iter().filter(|word| !code.contains(**word)).map(|word| format!("{place} needs no `{word}`")),
        );
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn crates_do_not_know_what_is_not_theirs() {
    let mut broken = Vec::new();
    for (name, path, code) in sources() {
        let words = NEVER_IN.iter().filter(|(of, _)| *of == name).flat_map(|(_, words)| *words);
        broken.extend(words.filter(|word| code.contains(**word)).map(|word| format!("{path} has `{word}`")));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn nothing_is_left_for_later_and_no_file_has_two_ideas() {
    let words = ["todo!(", "unimplemented!(", "dbg!(", "fixme", "FIXME", "XXX"];
    let mut broken = Vec::new();
    for (_, path, code) in sources() {
        broken.extend(words.iter().filter(|word| code.contains(**word)).map(|word| format!("{path} has `{word}`")));
    }
    let mut all = Vec::new();
    files(&root().join("crates"), "rs", &mut all);
    files(&root().join("tests"), "rs", &mut all);
    files(&root().join("fuzz"), "rs", &mut all);
    for path in all.iter().filter(|path| !path.components().any(|part| part.as_os_str() == "target")) {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().count();
        if lines > LINES_MAX {
            broken.push(format!("{} has {lines} lines", path.display()));
        }
        if !text.starts_with("//!") {
            broken.push(format!("{} does not say what it is for", path.display()));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn templates_escape_everything_but_what_is_ours() {
    let mut templates = Vec::new();
    files(&root().join("reports"), "hbs", &mut templates);
    assert!(!templates.is_empty());
    // The style sheet and the script are files of this repository, put in whole.
    let trusted = ["{{{style}}}", "{{{script}}}"];
    for path in templates {
        let mut text = fs::read_to_string(&path).unwrap();
        for name in trusted {
            text = text.replace(name, "");
        }
        assert!(!text.contains("{{{") && !text.contains("{{&"), "{} writes something unescaped", path.display());
    }
}

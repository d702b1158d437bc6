//! Golden files. A ledger that was released is never edited: it must open for ever. `BLESS=1` rewrites what follows
//! from it, and nothing else.

use std::fs;
use std::path::PathBuf;

use portreeve_model::{Entry, EntryNumber, History};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The golden text; written anew first when asked to bless it.
pub(crate) fn blessed(name: &str, found: &str) -> String {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), found).unwrap();
    }
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}; run with BLESS=1 to write it"))
}

pub(crate) fn lines(name: &str) -> Vec<String> {
    let text = fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    text.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn the_first_ledger_opens_and_says_what_it_always_said() {
    let mut history = History::new();
    for (at, line) in (0..).zip(lines("first.jsonl")) {
        let entry = Entry::decode(line.as_bytes()).unwrap_or_else(|error| panic!("{error}: {line}"));
        history.append(EntryNumber::new(at), entry).unwrap();
    }
    let found = serde_json::to_string_pretty(history.register()).unwrap() + "\n";
    assert!(found == blessed("first.register.json", &found), "the register of the first ledger has changed");
}

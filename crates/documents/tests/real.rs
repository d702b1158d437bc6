//! Documents that others made, where they are at hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use portreeve_documents::text::{TEXT_BYTES_MAX, of_file};

/// The folder of the corpora, if it is there.
fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("PORTREEVE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join("data/corpora");
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "there is no {}", path.display());
    // Not through a print macro: the test harness would keep that to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: there is no {}, so no real document was read", path.display());
    None
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in fs::read_dir(folder).unwrap().flatten() {
        let path = item.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn workbooks_and_exports_of_others_are_read() {
    let Some(corpora) = corpora() else { return };
    let expected = [
        ("other/caf-govassure/ncsc-caf-3.2.xlsx", "spreadsheetml.sheet", "A1.a Board Direction"),
        ("other/caf-govassure/Cyber_essentials.xlsx", "spreadsheetml.sheet", "Cyber Essentials"),
        ("scans/tenable/nessus/nessus_with_cvssv3.nessus", "application/xml", "pluginName"),
        ("scans/burp_suite_dast/many_vulns.html", "text/html", "Burp"),
    ];
    for (name, media, words) in expected {
        let (found, text) = of_file(&fs::read(corpora.join(name)).unwrap(), name);
        let text = text.unwrap_or_else(|reason| panic!("{name}: {reason}"));
        assert!(found.iana().ends_with(media), "{name} is {found}");
        // The name of an attribute is no word of a document; its value is.
        assert_eq!(text.body.contains(words), words != "pluginName", "{name}");
    }
}

#[test]
fn every_file_of_the_corpora_is_answered_and_nearly_all_have_text() {
    let Some(corpora) = corpora() else { return };
    let mut all = Vec::new();
    files(&corpora, &mut all);
    let (mut read, mut none) = (0, Vec::new());
    // A tenth of them: the rest is more of the same.
    all.sort();
    for path in all.iter().step_by(10) {
        let (media, text) = of_file(&fs::read(path).unwrap(), &path.to_string_lossy());
        match text {
            Ok(text) => {
                assert!(text.body.len() <= TEXT_BYTES_MAX);
                read += 1;
            }
            Err(reason) => none.push(format!("{}: {media}: {reason}", path.display())),
        }
    }
    assert!(read > 100 && none.len() * 20 < read, "{read} read, not: {none:#?}");
}

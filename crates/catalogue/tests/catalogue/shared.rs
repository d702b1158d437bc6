//! Where the shared corpus and tables lie, for the tests that hold this crate against them. Absent, a test says so
//! loudly and passes, unless `PORTREEVE_REQUIRE_SHARED=1`.

use std::io::Write as _;
use std::path::PathBuf;

/// A file or folder of the shared data, if it is there.
pub(crate) fn path(inside: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PORTREEVE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let path = root.join(inside);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("PORTREEVE_REQUIRE_SHARED").is_ok_and(|value| value == "1");
    assert!(!required, "PORTREEVE_REQUIRE_SHARED=1, and there is no {}", path.display());
    // Not through a print macro: the test harness would keep that to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: there is no {}, so nothing was held against it", path.display());
    None
}

/// The rows of a table as columns, without comments and heading.
pub(crate) fn table(name: &str) -> Option<Vec<Vec<String>>> {
    let path = path(&format!("data/controls/{name}"))?;
    let text = std::fs::read_to_string(path).expect("the table can be read");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    Some(lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// The names of a table's columns, once [`table`] has found it.
pub(crate) fn heading(name: &str) -> Vec<String> {
    let path = path(&format!("data/controls/{name}")).expect("the table is there");
    let text = std::fs::read_to_string(path).expect("the table can be read");
    let line = text.lines().find(|line| !line.starts_with('#')).expect("the table has a heading");
    line.split('\t').map(str::to_owned).collect()
}

//! What the tests share. A test that cannot run here says so loudly, and fails where `CI` is set.

use std::fs;
use std::io::{Read, Write as _};
use std::path::Path;

use portreeve_collector::{
    Addition, Blobs, Collected, Collecting, Compared, Selection, Skipped, Source, collect, read_manifest,
};
use portreeve_model::Digest;
use portreeve_model::manifest::ManifestLine;

pub(crate) fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "may not be skipped where CI is set: {why}");
    // Not through a print macro: the test harness would keep that to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// Writes files below `root`, with their folders.
pub(crate) fn write(root: &Path, files: &[(&str, &[u8])]) {
    for (path, bytes) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

pub(crate) fn collect_folder(root: &Path, blobs: &dyn Blobs) -> Collected {
    collect(&whole(root), blobs, Collecting::default()).unwrap()
}

/// Everything below `root`.
pub(crate) fn whole(root: &Path) -> Source {
    Source::folder(root, Selection::default()).unwrap()
}

/// What was met and not taken, sorted by path.
pub(crate) fn omitted(collected: &Collected) -> Vec<Skipped> {
    let mut omitted: Vec<Skipped> = collected.omitted.listed().cloned().collect();
    omitted.sort_by(|left, right| left.path.cmp(&right.path));
    omitted
}

pub(crate) fn lines(manifest: &Digest, blobs: &dyn Blobs) -> Vec<ManifestLine> {
    read_manifest(manifest, blobs).unwrap().collect::<Result<_, _>>().unwrap()
}

pub(crate) fn paths(manifest: &Digest, blobs: &dyn Blobs) -> Vec<String> {
    lines(manifest, blobs).iter().map(|line| line.path.display().to_string()).collect()
}

pub(crate) fn bytes(name: &Digest, blobs: &dyn Blobs) -> Vec<u8> {
    let mut bytes = Vec::new();
    blobs.open(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Adds a collection as a re-scan would, file by file compared with the one before.
pub(crate) fn tell(addition: &mut Addition<'_>, earlier: &[ManifestLine], later: &[ManifestLine]) {
    let mut before = earlier.iter().peekable();
    for line in later {
        while let Some(gone) = before.next_if(|earlier| earlier.path < line.path) {
            addition.add(Compared::Gone(&gone.path));
        }
        match before.next_if(|earlier| earlier.path == line.path) {
            None => addition.add(Compared::New(line)),
            Some(earlier) if earlier.digest == line.digest => addition.add(Compared::Same(line)),
            Some(earlier) => {
                addition.add(Compared::Gone(&earlier.path));
                addition.add(Compared::New(line));
            }
        }
    }
    before.for_each(|gone| addition.add(Compared::Gone(&gone.path)));
}

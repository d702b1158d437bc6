//! The packs of the store on a disk, each room about one thing that may become of them; and what the rooms share.

mod damage;
mod hands;
mod indexes;
mod model;
mod programs;
mod stock_tools;
mod withdrawing;

use std::fs;
use std::path::{Path, PathBuf};

use portreeve_collector::{Blobs as _, FileBlobs, StoreReport, Watch, verify_store};
use portreeve_model::Digest;

/// More than are left loose, of all the lengths around a block.
pub(crate) fn objects(salt: u8) -> Vec<Vec<u8>> {
    let lengths = [0, 1, 3, 511, 512, 513, 700, 1023, 1024, 1025, 1500, 2000];
    lengths
        .iter()
        .map(|length| vec![salt; *length])
        .enumerate()
        .map(|(number, mut bytes)| {
            bytes.iter_mut().take(1).for_each(|first| *first = salt.wrapping_add(number as u8));
            bytes
        })
        .collect()
}

pub(crate) fn names(objects: &[Vec<u8>]) -> Vec<Digest> {
    objects.iter().map(|bytes| Digest::of(bytes)).collect()
}

pub(crate) fn put(store: &FileBlobs, objects: &[Vec<u8>]) {
    let mut hand = store.hand().unwrap();
    objects.iter().for_each(|bytes| hand.put(&Digest::of(bytes), bytes).unwrap());
    hand.finish().unwrap();
    store.settle().unwrap();
}

pub(crate) fn store_with(objects: &[Vec<u8>]) -> (tempfile::TempDir, FileBlobs) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileBlobs::create(folder.path()).unwrap();
    put(&store, objects);
    (folder, store)
}

pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let found = fs::read_dir(folder.join("packs")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = found.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    found.sort();
    found
}

/// The only pack there is, and its index.
pub(crate) fn only_pack(folder: &Path) -> (PathBuf, PathBuf) {
    let packs = files(folder, "tar");
    assert_eq!(packs.len(), 1, "{packs:?}");
    (packs[0].clone(), packs[0].with_extension("index"))
}

pub(crate) fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[expect(clippy::permissions_set_readonly_false, reason = "a test's own file, soon to be gone")]
pub(crate) fn make_writable(path: &Path) {
    let mut rights = fs::metadata(path).unwrap().permissions();
    rights.set_readonly(false);
    fs::set_permissions(path, rights).unwrap();
}

pub(crate) fn report(folder: &Path) -> StoreReport {
    verify_store(&FileBlobs::open(folder).unwrap(), Watch::default()).unwrap()
}

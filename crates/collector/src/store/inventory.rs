//! What a store on a disk really holds: its objects, and what crashes left behind.
//!
//! Must never remove anything by itself: it lists, and somebody who knows the ledger decides.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use portreeve_model::Digest;

use super::contract;
use super::disk::io_error;
use super::files::Shared;
use super::incoming::is_being_filled;
use super::pack::table;
use crate::{BlobError, FileBlobs, Stored};

/// A file that was on its way into the store when the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it lies.
    pub path: PathBuf,
    /// How much of it had been written.
    pub size_bytes: u64,
}

impl FileBlobs {
    /// The names of all objects, in order, each once. Holds one part in 256 of the names at a time.
    pub fn all(&self) -> Names {
        Names { shared: Arc::clone(&self.shared), next: 0, ready: Vec::new().into_iter() }
    }

    /// Reads an object to its end and compares it with its name.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Corrupt`], or what the disk met.
    pub fn check(&self, name: &Digest) -> Result<Stored, BlobError> {
        let size_bytes = contract::check(self, name).map_err(|error| match error {
            BlobError::Source(source) => io_error("read the object", &self.path_of(name), source),
            own => own,
        })?;
        Ok(Stored { digest: *name, size_bytes })
    }

    /// The objects that `is_named` does not know: what was stored before a crash and never entered, or collected and
    /// given up. A manifest is an object too, so `is_named` must know the manifests as well as what they list.
    pub fn orphans(&self, is_named: impl Fn(&Digest) -> bool) -> impl Iterator<Item = Result<Digest, BlobError>> {
        self.all().filter(move |name| name.as_ref().map_or(true, |name| !is_named(name)))
    }

    /// The files that never became objects, in order of their names, and indexes whose pack is gone. What somebody is
    /// filling right now is none.
    ///
    /// # Errors
    /// What the disk met.
    pub fn leftovers(&self) -> Result<Vec<Leftover>, BlobError> {
        let incoming = &self.shared.packs.incoming;
        let failed = |source| io_error("list", incoming, source);
        let mut paths = Vec::new();
        for entry in fs::read_dir(incoming).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if !is_being_filled(&path) {
                paths.push(path);
            }
        }
        paths.extend(self.shared.packs.indexes_without_pack()?);
        paths.sort_unstable();
        let mut found = Vec::new();
        for path in paths {
            match fs::symlink_metadata(&path) {
                Ok(seen) => found.push(Leftover { path, size_bytes: seen.len() }),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(io_error("look at", &path, source)),
            }
        }
        Ok(found)
    }

    /// Removes one leftover.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn discard(&self, leftover: &Leftover) -> Result<(), BlobError> {
        fs::remove_file(&leftover.path).map_err(|source| io_error("remove", &leftover.path, source))
    }
}

/// The names of the objects in a store, in order.
#[derive(Debug)]
pub struct Names {
    shared: Arc<Shared>,
    next: u16,
    ready: std::vec::IntoIter<Result<Digest, BlobError>>,
}

impl Names {
    /// The names beginning with one byte, then what is wrong there.
    fn part(&self, byte: u8) -> Vec<Result<Digest, BlobError>> {
        let (mut names, mut errors) = self.loose(byte);
        if byte == 0 {
            errors.extend(self.strays());
        }
        match self.packed(byte) {
            Ok(packed) => names.extend(packed),
            Err(error) => errors.push(error),
        }
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(Ok).chain(errors.into_iter().map(Err)).collect()
    }

    fn packed(&self, byte: u8) -> Result<Vec<Digest>, BlobError> {
        self.shared.packs.trying_again(|| {
            let mut names = Vec::new();
            for pack in self.shared.packs.all()? {
                names.extend(table::decode(&pack.part(byte, false)?).map(|entry| entry.name));
            }
            Ok(names)
        })
    }

    /// What lies among the packs and is neither a pack nor an index, so nothing hides there.
    pub(super) fn strays(&self) -> Vec<BlobError> {
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let stem = name.strip_suffix(".tar").or_else(|| name.strip_suffix(".index"));
            stem.and_then(|stem| Some((stem, stem.parse::<Digest>().ok()?)))
                .is_some_and(|(stem, digest)| digest.to_string() == stem)
        };
        match self.shared.packs.files() {
            Ok(paths) => {
                paths.into_iter().filter(|path| !is_ours(path)).map(|path| BlobError::Stray { path }).collect()
            }
            Err(error) => vec![error],
        }
    }

    /// The names in one of the 256 folders. A name that no store made is an error of its own, so nothing hides there.
    pub(super) fn loose(&self, byte: u8) -> (Vec<Digest>, Vec<BlobError>) {
        let folder = self.shared.loose.objects.join(format!("{byte:02x}"));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return (Vec::new(), Vec::new()),
            Err(source) => return (Vec::new(), vec![io_error("list", &folder, source)]),
        };
        let (mut names, mut errors) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(source) => {
                    errors.push(io_error("list", &folder, source));
                    break;
                }
            };
            let name = entry.file_name().to_str().and_then(|text| {
                let name = text.parse::<Digest>().ok()?;
                (name.to_string() == text && name.as_bytes()[0] == byte).then_some(name)
            });
            match name {
                Some(name) => names.push(name),
                None => errors.push(BlobError::Stray { path: entry.path() }),
            }
        }
        (names, errors)
    }
}

impl Iterator for Names {
    type Item = Result<Digest, BlobError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(name) = self.ready.next() {
                return Some(name);
            }
            let byte = u8::try_from(self.next).ok()?;
            self.ready = self.part(byte).into_iter();
            self.next += 1;
        }
    }
}

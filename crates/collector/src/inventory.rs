//! What a store on a disk really holds: its objects, and what crashes left behind.
//!
//! Must never remove anything by itself: it lists, and somebody who knows the ledger decides.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use portreeve_model::Digest;

use crate::copy::drain;
use crate::files::io_error;
use crate::manifests::from_reader;
use crate::{BlobError, Blobs, FileBlobs, Stored};

/// A file that was on its way into the store when the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it lies.
    pub path: PathBuf,
    /// How much of it had been written.
    pub size_bytes: u64,
}

impl FileBlobs {
    /// The names of all objects, in order. Holds the names of one of the 256 folders at a time.
    pub fn all(&self) -> Names {
        Names { objects: self.objects.clone(), next: 0, ready: Vec::new().into_iter() }
    }

    /// Reads an object to its end and compares it with its name.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Corrupt`], or what the disk met.
    pub fn check(&self, name: &Digest) -> Result<Stored, BlobError> {
        let mut reader = self.open(name)?;
        let size_bytes = drain(&mut reader, |_| ()).map_err(|error| match from_reader(error) {
            BlobError::Source(source) => io_error("read", &self.path_of(name), source),
            own => own,
        })?;
        Ok(Stored { digest: *name, size_bytes })
    }

    /// The objects that `is_named` does not know: what was stored before a crash and never entered, or collected and
    /// given up. A manifest is an object too, so `is_named` must know the manifests as well as what they list.
    pub fn orphans(&self, is_named: impl Fn(&Digest) -> bool) -> impl Iterator<Item = Result<Digest, BlobError>> {
        self.all().filter(move |name| name.as_ref().map_or(true, |name| !is_named(name)))
    }

    /// The files that never became objects, in order of their names. A program that is storing right now has such files
    /// too: ask while nobody writes.
    ///
    /// # Errors
    /// What the disk met.
    pub fn leftovers(&self) -> Result<Vec<Leftover>, BlobError> {
        let failed = |source| io_error("list", &self.incoming, source);
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.incoming).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let size_bytes = entry.metadata().map_err(failed)?.len();
            found.push(Leftover { path: entry.path(), size_bytes });
        }
        found.sort_by(|left, right| left.path.cmp(&right.path));
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
    objects: PathBuf,
    next: u16,
    ready: std::vec::IntoIter<Result<Digest, BlobError>>,
}

impl Names {
    /// The names in one of the 256 folders. A name that no store made is an error of its own, so nothing hides there.
    fn folder(&self, number: u16) -> Vec<Result<Digest, BlobError>> {
        let folder = self.objects.join(format!("{number:02x}"));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
            Err(source) => return vec![Err(io_error("list", &folder, source))],
        };
        let (mut names, mut errors) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(source) => {
                    errors.push(Err(io_error("list", &folder, source)));
                    break;
                }
            };
            let name = entry.file_name().to_str().and_then(|text| {
                let name = text.parse::<Digest>().ok()?;
                (name.to_string() == text && u16::from(name.as_bytes()[0]) == number).then_some(name)
            });
            match name {
                Some(name) => names.push(name),
                None => errors.push(Err(BlobError::Stray { path: entry.path() })),
            }
        }
        names.sort_unstable();
        names.into_iter().map(Ok).chain(errors).collect()
    }
}

impl Iterator for Names {
    type Item = Result<Digest, BlobError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(name) = self.ready.next() {
                return Some(name);
            }
            if self.next > 0xFF {
                return None;
            }
            self.ready = self.folder(self.next).into_iter();
            self.next += 1;
        }
    }
}

//! Loose objects: `objects/ab/<64 hex digits>`, one file an object, read-only.
//!
//! Must never show a name before all of its bytes are on the disk.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::PathBuf;

use portreeve_model::Digest;
use sha2::{Digest as _, Sha256};

use super::disk::{io_error, sync_folder};
use super::incoming::Incoming;
use super::pack::tar::member_name;
use crate::copy::fill;
use crate::regular::open_without_waiting;
use crate::{BlobError, Stored};

#[derive(Debug)]
pub(super) struct Loose {
    pub(super) objects: PathBuf,
    pub(super) incoming: PathBuf,
}

impl Loose {
    pub(super) fn path_of(&self, name: &Digest) -> PathBuf {
        let below = member_name(name);
        self.objects.join(below.iter().map(|byte| char::from(*byte)).collect::<String>())
    }

    pub(super) fn folder_of(&self, name: &Digest) -> PathBuf {
        self.objects.join(format!("{:02x}", name.as_bytes()[0]))
    }

    /// Opens an object; `None` if there is none of that name.
    pub(super) fn open(&self, name: &Digest) -> Result<Option<File>, BlobError> {
        let path = self.path_of(name);
        let file = match open_without_waiting(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                self.size_bytes(name)?;
                return Err(io_error("open", &path, error));
            }
        };
        let kind = file.metadata().map_err(|source| io_error("look at", &path, source))?.file_type();
        if !kind.is_file() {
            return Err(BlobError::NotAnObject { name: *name, found: format!("{kind:?}") });
        }
        Ok(Some(file))
    }

    pub(super) fn size_bytes(&self, name: &Digest) -> Result<Option<u64>, BlobError> {
        let path = self.path_of(name);
        match fs::symlink_metadata(&path) {
            Ok(seen) if seen.is_file() => Ok(Some(seen.len())),
            Ok(seen) => Err(BlobError::NotAnObject { name: *name, found: format!("{:?}", seen.file_type()) }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error("look at", &path, source)),
        }
    }

    pub(super) fn remove_all(&self, names: &[Digest]) -> Result<(), BlobError> {
        let mut folders = BTreeSet::new();
        for name in names {
            let path = self.path_of(name);
            match fs::remove_file(&path) {
                Ok(()) => drop(folders.insert(self.folder_of(name))),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(io_error("remove", &path, source)),
            }
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    /// Writes bytes that are to be published.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<Incoming, BlobError> {
        let mut incoming = Incoming::create(&self.incoming)?;
        incoming.write(bytes)?;
        Ok(incoming)
    }

    /// Writes what is in the full `buffer` and then the rest of `source`, hashing it on the way.
    pub(super) fn stream(&self, source: &mut dyn Read, buffer: &mut [u8]) -> Result<(Stored, Incoming), BlobError> {
        let mut incoming = Incoming::create(&self.incoming)?;
        let mut hasher = Sha256::new();
        let (mut count, mut size_bytes) = (buffer.len(), 0);
        loop {
            hasher.update(&buffer[..count]);
            incoming.write(&buffer[..count])?;
            size_bytes += count as u64;
            if count < buffer.len() {
                return Ok((Stored { digest: Digest::from_bytes(hasher.finalize().into()), size_bytes }, incoming));
            }
            count = fill(source, buffer).map_err(BlobError::Source)?;
        }
    }
}

//! Writing a bag: into a folder that does not bear its name until it is whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use portreeve_collector::{BlobError, Blobs};
use portreeve_model::Digest;
use portreeve_reporting::pack::bag::manifest_text;
use portreeve_reporting::pack::{MANIFEST, TAG_MANIFEST};

use crate::error::EngineError;

/// Where the bytes of a payload file come from.
pub(super) enum Source {
    /// From memory.
    Bytes(Vec<u8>),
    /// From the store, under this name.
    Object(Digest),
}

/// A bag being written. Dropped before it is finished, it takes away what it wrote.
pub(super) struct Bag {
    partial: PathBuf,
    payload: BTreeMap<String, Digest>,
    tags: BTreeMap<String, Digest>,
    bytes: u64,
    finished: bool,
}

impl Bag {
    /// Makes the partial folder beside `out`. One that a crash left behind stays until somebody has looked at it.
    pub(super) fn begin(out: &Path) -> Result<Bag, EngineError> {
        let mut partial = out.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        if partial.symlink_metadata().is_ok() {
            return Err(EngineError::Exists { path: partial });
        }
        fs::create_dir_all(&partial).map_err(|source| EngineError::io("make the folder", &partial, source))?;
        let (payload, tags) = (BTreeMap::new(), BTreeMap::new());
        Ok(Bag { partial, payload, tags, bytes: 0, finished: false })
    }

    /// Writes one payload file. An object's bytes are compared with its name on the way.
    pub(super) fn payload(&mut self, path: &str, source: &Source, blobs: &dyn Blobs) -> Result<(), EngineError> {
        let (digest, bytes) = match source {
            Source::Bytes(bytes) => {
                self.write(path, &mut bytes.as_slice())?;
                (Digest::of(bytes), u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            Source::Object(digest) => {
                let mut reader = blobs.open(digest)?;
                (*digest, self.write(path, &mut reader)?)
            }
        };
        self.bytes = self.bytes.saturating_add(bytes);
        self.payload.insert(path.to_owned(), digest);
        Ok(())
    }

    /// Writes one tag file that the tag manifest lists.
    pub(super) fn tag(&mut self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        self.write(path, &mut &*bytes)?;
        self.tags.insert(path.to_owned(), Digest::of(bytes));
        Ok(())
    }

    /// Writes one tag file that the tag manifest does not list: its own signature.
    pub(super) fn unlisted(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        self.write(path, &mut &*bytes).map(|_| ())
    }

    /// `Payload-Oxum` (RFC 8493, section 2.2.2): bytes, a full stop, files.
    pub(super) fn oxum(&self) -> String {
        format!("{}.{}", self.bytes, self.payload.len())
    }

    /// Writes both manifests and returns the tag manifest's text.
    pub(super) fn manifests(&mut self) -> Result<Vec<u8>, EngineError> {
        let manifest = manifest_text(&self.payload);
        self.tag(MANIFEST, &manifest)?;
        let tag_manifest = manifest_text(&self.tags);
        self.write(TAG_MANIFEST, &mut tag_manifest.as_slice())?;
        Ok(tag_manifest)
    }

    /// Gives the folder its name.
    pub(super) fn finish(mut self, out: &Path) -> Result<(), EngineError> {
        sync_folders(&self.partial)?;
        fs::rename(&self.partial, out).map_err(|source| EngineError::io("give its name to", out, source))?;
        self.finished = true;
        crate::files::sync_folder_of(out)
    }

    fn write(&self, path: &str, source: &mut dyn Read) -> Result<u64, EngineError> {
        let target = self.partial.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(|error| EngineError::io("make the folder", folder, error))?;
        }
        let failed = |error: io::Error| match BlobError::inside(&error) {
            Some(inside) => {
                EngineError::Damaged { what: "a file in the store".to_owned(), because: inside.to_string() }
            }
            None => EngineError::io("write", &target, error),
        };
        let mut file = File::create_new(&target).map_err(failed)?;
        let bytes = io::copy(source, &mut file).map_err(failed)?;
        file.flush().and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(bytes)
    }
}

impl Drop for Bag {
    fn drop(&mut self) {
        if !self.finished {
            // The failure that led here is the one to report.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// Makes the names in every folder of the bag durable.
fn sync_folders(folder: &Path) -> Result<(), EngineError> {
    if !cfg!(unix) {
        return Ok(());
    }
    let failed = |source| EngineError::io("make durable", folder, source);
    for item in fs::read_dir(folder).map_err(failed)? {
        let item = item.map_err(failed)?;
        if item.file_type().map_err(failed)?.is_dir() {
            sync_folders(&item.path())?;
        }
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

//! Writing a bag: into a folder that does not bear its name until it is whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

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

    /// Writes the payload, on all cores. An object's bytes are compared with its name on the way.
    pub(super) fn payload(&mut self, files: &BTreeMap<String, Source>, blobs: &dyn Blobs) -> Result<(), EngineError> {
        let folders: BTreeSet<&Path> = files.keys().filter_map(|path| Path::new(path).parent()).collect();
        for folder in folders {
            let folder = self.partial.join(folder);
            fs::create_dir_all(&folder).map_err(|source| EngineError::io("make the folder", &folder, source))?;
        }
        let files: Vec<(&String, &Source)> = files.iter().collect();
        let (bag, next, failed) = (&*self, AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            let mut written = Vec::new();
            while let Some((path, source)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                if failed.load(Ordering::Relaxed) {
                    break;
                }
                match bag.payload_file(path, source, blobs) {
                    Ok((digest, bytes)) => written.push(((*path).clone(), digest, bytes)),
                    Err(error) => {
                        failed.store(true, Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
            Ok(written)
        };
        let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(files.len());
        let written: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        for part in written {
            for (path, digest, bytes) in part? {
                self.bytes = self.bytes.saturating_add(bytes);
                self.payload.insert(path, digest);
            }
        }
        Ok(())
    }

    fn payload_file(&self, path: &str, source: &Source, blobs: &dyn Blobs) -> Result<(Digest, u64), EngineError> {
        match source {
            Source::Bytes(bytes) => Ok((Digest::of(bytes), self.write(path, &mut bytes.as_slice())?)),
            Source::Object(digest) => Ok((*digest, self.write(path, &mut blobs.open(digest)?)?)),
        }
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

    /// Makes every byte and name of it durable, and then gives the folder its name.
    pub(super) fn finish(mut self, out: &Path) -> Result<(), EngineError> {
        make_durable(&self.partial)?;
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
        file.flush().map_err(failed)?;
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

/// Makes everything below `folder` durable by one flush of its file system: a flush for each of many files takes far longer
/// than writing them. Since Linux 5.8 it tells of writes that failed.
#[cfg(target_os = "linux")]
fn make_durable(folder: &Path) -> Result<(), EngineError> {
    let flushed = File::open(folder).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
    flushed.map_err(|source| EngineError::io("make durable", folder, source))
}

/// Makes everything below `folder` durable, file by file, names last.
#[cfg(not(target_os = "linux"))]
fn make_durable(folder: &Path) -> Result<(), EngineError> {
    let failed = |source| EngineError::io("make durable", folder, source);
    for item in fs::read_dir(folder).map_err(failed)? {
        let item = item.map_err(failed)?;
        if item.file_type().map_err(failed)?.is_dir() {
            make_durable(&item.path())?;
        } else {
            // A handle that may write: some systems flush through no other.
            let file = File::options().append(true).open(item.path());
            file.and_then(|file| file.sync_all()).map_err(failed)?;
        }
    }
    if cfg!(unix) { File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed) } else { Ok(()) }
}

//! Writing a bag: into a folder that does not bear its name until it is whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use portreeve_collector::{BlobError, Blobs};
use portreeve_model::Digest;
use portreeve_reporting::pack::bag::manifest_text;
use portreeve_reporting::pack::{EVIDENCE_FOLDER, MANIFEST, TAG_MANIFEST, names};
use rayon::iter::{ParallelBridge as _, ParallelIterator as _};
use sha2::{Digest as _, Sha256};

use super::files::Named;
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
    tags: BTreeMap<String, Digest>,
    files: u64,
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
        Ok(Bag { partial, tags: BTreeMap::new(), files: 0, bytes: 0, finished: false })
    }

    /// Writes the payload and its manifest, on all cores, each folder by one of them, because two that make files in one
    /// folder wait for each other: what is told one by one, and the files of evidence, which come in the order of their
    /// names. An object's bytes are compared with its name on the way.
    pub(super) fn payload(
        &mut self,
        others: &BTreeMap<String, Source>,
        evidence: impl Iterator<Item = Result<Vec<Named>, EngineError>>,
        blobs: &dyn Blobs,
    ) -> Result<(), EngineError> {
        let mut list = List::begin(self.partial.join(MANIFEST))?;
        let listed = self.write_others(others, blobs)?;
        // The evidence lies in a folder of its own, so its names stand together in the list.
        let (before, after): (Vec<_>, Vec<_>) =
            listed.into_iter().partition(|(path, _)| path.as_str() < EVIDENCE_FOLDER);
        before.iter().try_for_each(|(path, digest)| list.line(path, digest))?;
        for part in evidence {
            let part = part?;
            for (digest, ending) in &part {
                list.line(&names::path(digest, *ending), digest)?;
            }
            let shelves = part.chunk_by(|(one, _), (other, _)| one.as_bytes()[0] == other.as_bytes()[0]);
            let copied = shelves.par_bridge().map(|shelf| self.write_shelf(shelf, blobs));
            let bytes = copied.try_reduce(|| 0, |one, other| Ok(one.saturating_add(other)))?;
            self.files += part.len() as u64;
            self.bytes = self.bytes.saturating_add(bytes);
        }
        after.iter().try_for_each(|(path, digest)| list.line(path, digest))?;
        self.tags.insert(MANIFEST.to_owned(), list.finish()?);
        Ok(())
    }

    /// Writes files that are told one by one; gives their digests, sorted by path.
    fn write_others(
        &mut self,
        others: &BTreeMap<String, Source>,
        blobs: &dyn Blobs,
    ) -> Result<Vec<(String, Digest)>, EngineError> {
        let files: Vec<(&String, &Source)> = others.iter().collect();
        let folder = |path: &str| path.rfind('/').unwrap_or(0);
        let folders = files.chunk_by(|(one, _), (other, _)| one.get(..folder(one)) == other.get(..folder(other)));
        let written = folders.par_bridge().map(|files| {
            let mut written = Vec::with_capacity(files.len());
            files.first().map_or(Ok(()), |(first, _)| self.make_folder_of(first))?;
            for (path, source) in files {
                let target = self.partial.join(path);
                written.push(match source {
                    Source::Bytes(bytes) => (path, Digest::of(bytes), write(&target, &mut bytes.as_slice())?),
                    Source::Object(digest) => (path, *digest, write(&target, &mut blobs.open(digest)?)?),
                });
            }
            Ok(written)
        });
        let written = written.collect::<Result<Vec<_>, EngineError>>()?;
        let mut listed = Vec::with_capacity(others.len());
        for (path, digest, bytes) in written.into_iter().flatten() {
            self.bytes = self.bytes.saturating_add(bytes);
            self.files += 1;
            listed.push((String::clone(path), digest));
        }
        listed.sort_unstable();
        Ok(listed)
    }

    /// Writes files of evidence whose digests begin with the same byte, and which so lie in one folder. Gives their bytes.
    fn write_shelf(&self, shelf: &[Named], blobs: &dyn Blobs) -> Result<u64, EngineError> {
        let (digests, paths): (Vec<Digest>, Vec<String>) =
            shelf.iter().map(|(digest, ending)| (*digest, names::path(digest, *ending))).unzip();
        paths.first().map_or(Ok(()), |first| self.make_folder_of(first))?;
        let (mut bytes, mut failed) = (0_u64, None);
        blobs.open_all(&digests, &mut |number, source| match write(&self.partial.join(&paths[number]), source) {
            Ok(written) => {
                bytes = bytes.saturating_add(written);
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(bytes), Err)
    }

    fn make_folder_of(&self, path: &str) -> Result<(), EngineError> {
        let target = self.partial.join(path);
        let Some(folder) = target.parent() else { return Ok(()) };
        fs::create_dir_all(folder).map_err(|error| EngineError::io("make the folder", folder, error))
    }

    /// Writes one tag file that the tag manifest lists.
    pub(super) fn tag(&mut self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        write(&self.partial.join(path), &mut &*bytes)?;
        self.tags.insert(path.to_owned(), Digest::of(bytes));
        Ok(())
    }

    /// Writes one tag file that the tag manifest does not list: its own signature.
    pub(super) fn unlisted(&self, path: &str, bytes: &[u8]) -> Result<(), EngineError> {
        write(&self.partial.join(path), &mut &*bytes).map(|_| ())
    }

    /// `Payload-Oxum` (RFC 8493, section 2.2.2): bytes, a full stop, files.
    pub(super) fn oxum(&self) -> String {
        format!("{}.{}", self.bytes, self.files)
    }

    /// Writes the tag manifest and returns its text.
    pub(super) fn tag_manifest(&self) -> Result<Vec<u8>, EngineError> {
        let text = manifest_text(&self.tags);
        self.unlisted(TAG_MANIFEST, &text)?;
        Ok(text)
    }

    /// Makes every byte and name of it durable, and then gives the folder its name.
    pub(super) fn finish(mut self, out: &Path) -> Result<(), EngineError> {
        make_durable(&self.partial)?;
        fs::rename(&self.partial, out).map_err(|source| EngineError::io("give its name to", out, source))?;
        self.finished = true;
        crate::files::sync_folder_of(out)
    }
}

fn write(target: &Path, source: &mut dyn Read) -> Result<u64, EngineError> {
    let failed = |error: io::Error| match BlobError::inside(&error) {
        Some(inside) => EngineError::Damaged { what: "a file in the store".to_owned(), because: inside.to_string() },
        None => EngineError::io("write", target, error),
    };
    let mut file = File::create_new(target).map_err(failed)?;
    let bytes = io::copy(source, &mut file).map_err(failed)?;
    file.flush().map_err(failed)?;
    Ok(bytes)
}

/// A manifest of a bag (RFC 8493, section 2.1.3) being written, line by line.
struct List {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: Sha256,
}

impl List {
    fn begin(path: PathBuf) -> Result<List, EngineError> {
        let file = File::create_new(&path).map_err(|error| EngineError::io("write", &path, error))?;
        Ok(List { path, file: BufWriter::new(file), hasher: Sha256::new() })
    }

    /// Adds a line, as `sha256sum -c` reads it. Every path in a pack is made by this program from plain ASCII, so nothing
    /// needs encoding.
    fn line(&mut self, path: &str, digest: &Digest) -> Result<(), EngineError> {
        let line = format!("{digest}  {path}\n");
        self.hasher.update(&line);
        self.file.write_all(line.as_bytes()).map_err(|error| EngineError::io("write", &self.path, error))
    }

    fn finish(mut self) -> Result<Digest, EngineError> {
        self.file.flush().map_err(|error| EngineError::io("write", &self.path, error))?;
        Ok(Digest::from_bytes(self.hasher.finalize().into()))
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

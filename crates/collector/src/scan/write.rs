//! Writing a scan while the walk goes on.
//!
//! Must never fail the work it remembers: when the disk refuses, it stops remembering.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};

use portreeve_model::Digest;

use super::Paths;
use super::format::{BLOCK_BYTES, MAGIC, check, encode};
use crate::stamp::{FileTime, Stamp};

/// Remembers a walk. Dropped before it is finished, what it has is kept for the next one to go on from.
#[derive(Debug)]
pub(crate) struct ScanWriter {
    file: BufWriter<File>,
    paths: Paths,
    /// Held as long as this walk is under way.
    _lock: File,
    read_at: FileTime,
    body: Vec<u8>,
    last: Vec<u8>,
    broken: bool,
    finished: bool,
}

impl ScanWriter {
    pub(super) fn begin(paths: Paths, lock: File, read_at: FileTime) -> io::Result<ScanWriter> {
        let mut file = BufWriter::new(File::create(&paths.building)?);
        file.write_all(MAGIC)?;
        Ok(ScanWriter {
            file,
            paths,
            _lock: lock,
            read_at,
            body: Vec::with_capacity(BLOCK_BYTES * 2),
            last: Vec::new(),
            broken: false,
            finished: false,
        })
    }

    /// Remembers a file. Paths come in order.
    pub(crate) fn note(&mut self, path: &[u8], stamp: &Stamp, digest: &Digest) {
        if self.body.is_empty() {
            self.last.clear();
        }
        encode(&mut self.body, &self.last, path, stamp.is_settled(self.read_at), stamp, digest);
        self.last.clear();
        self.last.extend_from_slice(path);
        if self.body.len() > BLOCK_BYTES {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        if self.body.is_empty() || self.broken {
            self.body.clear();
            return;
        }
        let length = u32::try_from(self.body.len()).unwrap_or(u32::MAX).to_le_bytes();
        let written = self
            .file
            .write_all(&length)
            .and_then(|()| self.file.write_all(&self.body))
            .and_then(|()| self.file.write_all(&check(&self.body)))
            // Out of this process: a kill is to cost no more than one block.
            .and_then(|()| self.file.flush());
        self.broken |= written.is_err();
        self.body.clear();
    }

    /// The walk is whole.
    pub(crate) fn finish(mut self) {
        self.close_block();
        self.finished =
            !self.broken && self.file.flush().is_ok() && fs::rename(&self.paths.building, &self.paths.whole).is_ok();
        if self.finished {
            // What an interrupted walk had seen is older than this.
            let _ = fs::remove_file(&self.paths.unfinished);
        }
    }
}

impl Drop for ScanWriter {
    fn drop(&mut self) {
        if !self.finished {
            self.close_block();
            if self.paths.keep_unfinished().is_err() {
                let _ = fs::remove_file(&self.paths.building);
            }
        }
    }
}

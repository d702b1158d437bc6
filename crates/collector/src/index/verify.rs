//! Comparing the index with the manifests, row by row.
//!
//! Must never take the index's word: the manifests are read, and every row is held against its line.

use std::cmp::Ordering;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};
use rusqlite::Row;

use super::{FileRow, Index, IndexError, file_row};
use crate::{Blobs, read_manifest};

/// How many differences are listed one by one; the rest are counted. Any one of them means: rebuild.
const DIFFERENCES_MAX: usize = 1000;

/// How the index differs from the manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file of the index is damaged.
    Damaged {
        /// What SQLite says.
        because: String,
    },
    /// A manifest is not indexed.
    CollectionAbsent {
        /// Which.
        manifest: Digest,
    },
    /// The index holds a collection that it should not.
    CollectionUnknown {
        /// Which.
        manifest: Digest,
    },
    /// The index says another number of files than the manifest has.
    CollectionCount {
        /// Which.
        manifest: Digest,
    },
    /// A line of a manifest has no row.
    FileAbsent {
        /// Of which manifest.
        manifest: Digest,
        /// Which file.
        path: ManifestPath,
    },
    /// A row has no line in the manifest.
    FileUnknown {
        /// Of which manifest.
        manifest: Digest,
        /// Which file.
        path: ManifestPath,
    },
    /// A row has another digest than the line, or another size than the object.
    FileDiffers {
        /// Of which manifest.
        manifest: Digest,
        /// Which file.
        path: ManifestPath,
    },
}

/// The outcome of comparing the index with the manifests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// How many lines of manifests were compared.
    pub lines: u64,
    /// At most 1,000 differences.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub further: u64,
}

impl IndexReport {
    /// Whether the index says exactly what the manifests say.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }

    fn note(&mut self, difference: Difference) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        } else {
            self.further += 1;
        }
    }
}

impl Index {
    /// Reads the whole index and compares it with `manifests`, line by line. Damage is a difference, not an error.
    /// A size is compared while the store holds the object; after a withdrawal there is nothing to compare it with.
    ///
    /// # Errors
    /// When a manifest cannot be read, or the machine refuses.
    pub fn verify(&self, manifests: &[Digest], blobs: &dyn Blobs) -> Result<IndexReport, IndexError> {
        let mut report = IndexReport::default();
        match self.compare(manifests, blobs, &mut report) {
            Err(IndexError::Damaged { because }) => report.note(Difference::Damaged { because }),
            other => other?,
        }
        Ok(report)
    }

    fn compare(&self, manifests: &[Digest], blobs: &dyn Blobs, report: &mut IndexReport) -> Result<(), IndexError> {
        let mut check = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let mut answers = check.query([])?;
        while let Some(answer) = answers.next()? {
            let because: String = answer.get(0)?;
            if because != "ok" {
                report.note(Difference::Damaged { because });
            }
        }
        let mut wanted = manifests.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        for row in self.collections()? {
            if wanted.binary_search(&row.manifest).is_err() {
                report.note(Difference::CollectionUnknown { manifest: row.manifest });
            }
        }
        for manifest in &wanted {
            match self.collection(manifest)? {
                None => report.note(Difference::CollectionAbsent { manifest: *manifest }),
                Some(row) => {
                    let lines = self.compare_collection(manifest, blobs, report)?;
                    if lines != row.files {
                        report.note(Difference::CollectionCount { manifest: *manifest });
                    }
                }
            }
        }
        Ok(())
    }

    /// Merges two sorted streams: the lines of the manifest and the rows of the index.
    fn compare_collection(
        &self,
        manifest: &Digest,
        blobs: &dyn Blobs,
        report: &mut IndexReport,
    ) -> Result<u64, IndexError> {
        let mut query = self.connection.prepare_cached(
            "SELECT ?1, path, digest, size_bytes FROM files
             WHERE collection = (SELECT id FROM collections WHERE manifest = ?1) ORDER BY path",
        )?;
        let mut rows = query.query([manifest.as_bytes()])?;
        let mut next_row = || rows.next()?.map(|row: &Row<'_>| file_row(row)).transpose();
        let mut lines = read_manifest(manifest, blobs)?;
        let mut count = 0_u64;
        let (mut row, mut line) = (next_row()?, lines.next().transpose()?);
        loop {
            let order = match (&row, &line) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(row), Some(line)) => row.path.cmp(&line.path),
            };
            if let (Ordering::Equal, Some(row), Some(line)) = (order, &row, &line)
                && differs(row, line, blobs)?
            {
                report.note(Difference::FileDiffers { manifest: *manifest, path: row.path.clone() });
            }
            if order.is_le() {
                if let (Ordering::Less, Some(row)) = (order, row) {
                    report.note(Difference::FileUnknown { manifest: *manifest, path: row.path });
                }
                row = next_row()?;
            }
            if order.is_ge() {
                if let (Ordering::Greater, Some(line)) = (order, line) {
                    report.note(Difference::FileAbsent { manifest: *manifest, path: line.path });
                }
                count += 1;
                line = lines.next().transpose()?;
            }
        }
        report.lines += count;
        Ok(count)
    }
}

fn differs(row: &FileRow, line: &ManifestLine, blobs: &dyn Blobs) -> Result<bool, IndexError> {
    let held = blobs.size_bytes(&line.digest)?;
    Ok(row.digest != line.digest || (held.is_some() && held != row.size_bytes))
}

//! Comparing the index with the manifests, row by row.
//!
//! Must never take the index's word: the manifests are read, and every row is held against its line. Two things are
//! checked only for being whole in themselves, because nothing else says what they should be: the words of names, and the
//! texts of documents.

use std::cmp::Ordering;

use portreeve_model::Digest;
use portreeve_model::manifest::ManifestPath;

use super::in_order::InOrder;
use super::series::{Kept, each_once, kept};
use super::{Collection, Index, IndexError};
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
    /// The index holds the right collections in another order, or has them follow others.
    Order,
    /// What finds files by their digest does not have just the files that there are.
    Digests,
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
    /// A row has another digest than the line.
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

    /// Whether all that is wrong is which collections it holds, as after an undo. Then opening it mends it.
    pub fn is_only_behind(&self) -> bool {
        let is_behind = |difference: &Difference| {
            matches!(
                difference,
                Difference::CollectionAbsent { .. } | Difference::CollectionUnknown { .. } | Difference::Order
            )
        };
        self.further == 0 && self.differences.iter().all(is_behind)
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
    /// Reads the whole index and compares it with the manifests of `collections`, line by line. Damage is a difference,
    /// not an error.
    ///
    /// # Errors
    /// When a manifest cannot be read, or the machine refuses.
    pub fn verify(&self, collections: &[Collection], blobs: &dyn Blobs) -> Result<IndexReport, IndexError> {
        let mut report = IndexReport::default();
        match self.compare(&each_once(collections), blobs, &mut report) {
            Err(IndexError::Damaged { because }) => report.note(Difference::Damaged { because }),
            other => other?,
        }
        Ok(report)
    }

    fn compare(&self, wanted: &[Collection], blobs: &dyn Blobs, report: &mut IndexReport) -> Result<(), IndexError> {
        let mut check = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let mut answers = check.query([])?;
        while let Some(answer) = answers.next()? {
            let because: String = answer.get(0)?;
            if because != "ok" {
                report.note(Difference::Damaged { because });
            }
        }
        for row in self.collections()? {
            if !wanted.iter().any(|wanted| wanted.manifest == row.manifest) {
                report.note(Difference::CollectionUnknown { manifest: row.manifest });
            }
        }
        for Collection { manifest, .. } in wanted {
            match kept(&self.connection, manifest)? {
                None => report.note(Difference::CollectionAbsent { manifest: *manifest }),
                Some(kept) => {
                    if self.compare_collection(&kept, blobs, report)? != kept.row.files {
                        report.note(Difference::CollectionCount { manifest: *manifest });
                    }
                }
            }
        }
        if report.is_equal() && !self.is_current(wanted)? {
            report.note(Difference::Order);
        }
        self.compare_heads(report)
    }

    /// Merges two sorted streams: the lines of the manifest and the rows of the index.
    fn compare_collection(
        &self,
        Kept { place, row: collection }: &Kept,
        blobs: &dyn Blobs,
        report: &mut IndexReport,
    ) -> Result<u64, IndexError> {
        let manifest = collection.manifest;
        let mut rows = InOrder::of_collection(&self.connection, *place, &[])?;
        let mut next_row = || rows.next(&self.connection);
        let mut lines = read_manifest(&manifest, blobs)?;
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
                && row.digest != line.digest
            {
                report.note(Difference::FileDiffers { manifest, path: row.path.clone() });
            }
            if order.is_le() {
                if let (Ordering::Less, Some(row)) = (order, row) {
                    report.note(Difference::FileUnknown { manifest, path: row.path });
                }
                row = next_row()?;
            }
            if order.is_ge() {
                if let (Ordering::Greater, Some(line)) = (order, line) {
                    report.note(Difference::FileAbsent { manifest, path: line.path });
                }
                count += 1;
                line = lines.next().transpose()?;
            }
        }
        report.lines += count;
        Ok(count)
    }

    /// What finds files by their digest has each file once, under its own, and nothing else.
    fn compare_heads(&self, report: &mut IndexReport) -> Result<(), IndexError> {
        let sql = "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM by_head),
                          (SELECT count(*) FROM by_head JOIN files ON id = file WHERE key = head)";
        let counts = self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let (should, has, right): (i64, i64, i64) = counts;
        if (should, has) != (has, right) {
            report.note(Difference::Digests);
        }
        Ok(())
    }
}

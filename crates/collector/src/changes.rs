//! What is different between two collections: new, changed, moved, missing.
//!
//! Both are read in the order of their paths, so nothing is held but the differences. Must never report a difference where
//! the digests are equal, and never call something missing that was not looked for.

use std::collections::HashMap;

use portreeve_model::Digest;
use portreeve_model::manifest::{ManifestLine, ManifestPath};

use crate::ManifestReadError;

/// How many differences of each sort are listed; the rest are counted.
const LISTED_MAX: usize = 1_000;

/// How many new and missing files are compared with each other to find those that moved: 100,000 of each, at some 150
/// bytes a file 30 MB. When there are more, a tree was moved as a whole, and the rest count as new and missing.
const PAIRED_MAX: usize = 100_000;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where the file is now; where it was, if it is missing.
    pub path: ManifestPath,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there before.
    New,
    /// It has other bytes.
    Changed,
    /// The same bytes were under another path, which is gone.
    Moved {
        /// The other path.
        from: ManifestPath,
    },
    /// It is gone.
    Missing,
    /// It was there before, and could not be looked for: its folder was not entered, or it was not read.
    NotSeen,
}

/// The differences between two collections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// How many files are as they were.
    pub unchanged: u64,
    /// How many are new.
    pub new: u64,
    /// How many have other bytes.
    pub changed: u64,
    /// How many are under another path.
    pub moved: u64,
    /// How many are gone.
    pub missing: u64,
    /// How many could not be looked for.
    pub not_seen: u64,
    /// The differences, sorted by path: at most the first 1,000 of each sort.
    pub listed: Vec<Change>,
    /// Whether there were too many new and missing files to find all that moved.
    pub moves_unknown: bool,
}

impl Changes {
    /// Whether there is no difference at all.
    pub const fn is_none(&self) -> bool {
        self.new + self.changed + self.moved + self.missing + self.not_seen == 0
    }

    /// Whether not one of the earlier files was found again, under any path or with any bytes.
    pub const fn is_nothing_left(&self) -> bool {
        self.missing > 0 && self.unchanged + self.changed + self.moved + self.not_seen == 0 && !self.moves_unknown
    }
}

/// A file compared with those of the earlier collection; where there is none, every file is new. One with other bytes is
/// gone, and then new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared<'a> {
    /// It was there, with the same bytes.
    Same(&'a ManifestLine),
    /// It was not there, or not with these bytes.
    New(&'a ManifestLine),
    /// It was there, and is not any more, or not with the bytes that it had.
    Gone(&'a ManifestPath),
}

/// Told of each file of two collections, in the order of the paths.
pub type Listener<'a> = dyn FnMut(Compared<'_>) + 'a;

/// Compares the files of a walk, as they come, with the lines of an earlier manifest.
pub(crate) struct Comparison<I> {
    earlier: I,
    next: Option<ManifestLine>,
    /// The last thing that the walk passed: what lay below it was not looked for.
    blind: Option<Vec<u8>>,
    changes: Changes,
    new: Vec<(Digest, ManifestPath)>,
    missing: Vec<(Digest, ManifestPath)>,
}

impl<I: Iterator<Item = Result<ManifestLine, ManifestReadError>>> Comparison<I> {
    pub(crate) fn with(mut earlier: I) -> Result<Comparison<I>, ManifestReadError> {
        let next = earlier.next().transpose()?;
        let changes = Changes::default();
        Ok(Comparison { earlier, next, blind: None, changes, new: Vec::new(), missing: Vec::new() })
    }

    /// The next file there is now.
    pub(crate) fn file(&mut self, file: &ManifestLine, tell: &mut Listener<'_>) -> Result<(), ManifestReadError> {
        self.pass(file.path.as_bytes(), tell)?;
        match self.next.take_if(|line| line.path == file.path) {
            Some(line) => {
                if line.digest == file.digest {
                    self.changes.unchanged += 1;
                    tell(Compared::Same(file));
                } else {
                    self.changes.changed += 1;
                    self.list(file.path.clone(), ChangeKind::Changed, self.changes.changed);
                    tell(Compared::Gone(&line.path));
                    tell(Compared::New(file));
                }
                self.next = self.earlier.next().transpose()?;
            }
            None => {
                self.changes.new += 1;
                remember(&mut self.new, file.digest, file.path.clone(), &mut self.changes.moves_unknown);
                tell(Compared::New(file));
            }
        }
        Ok(())
    }

    /// The next thing that the walk did not take.
    pub(crate) fn passed(&mut self, path: &[u8], tell: &mut Listener<'_>) -> Result<(), ManifestReadError> {
        self.pass(path, tell)?;
        self.blind = Some(path.to_vec());
        Ok(())
    }

    /// Everything before `path` that was there earlier is not there now.
    fn pass(&mut self, path: &[u8], tell: &mut Listener<'_>) -> Result<(), ManifestReadError> {
        while let Some(line) = self.next.take_if(|line| line.path.as_bytes() < path) {
            self.lost(line, tell);
            self.next = self.earlier.next().transpose()?;
        }
        Ok(())
    }

    fn lost(&mut self, line: ManifestLine, tell: &mut Listener<'_>) {
        tell(Compared::Gone(&line.path));
        let within = |folder: &[u8]| {
            let below = line.path.as_bytes().strip_prefix(folder);
            folder.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        if self.blind.as_deref().is_some_and(within) {
            self.changes.not_seen += 1;
            self.list(line.path, ChangeKind::NotSeen, self.changes.not_seen);
        } else {
            self.changes.missing += 1;
            remember(&mut self.missing, line.digest, line.path, &mut self.changes.moves_unknown);
        }
    }

    fn list(&mut self, path: ManifestPath, kind: ChangeKind, count: u64) {
        if count <= LISTED_MAX as u64 {
            self.changes.listed.push(Change { path, kind });
        }
    }

    /// What there was in all.
    pub(crate) fn finish(mut self, tell: &mut Listener<'_>) -> Result<Changes, ManifestReadError> {
        while let Some(line) = self.next.take() {
            self.lost(line, tell);
            self.next = self.earlier.next().transpose()?;
        }
        self.pair_moves();
        self.changes.listed.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(self.changes)
    }

    /// Finds for each new file a missing one with the same bytes; of several, the first in order.
    fn pair_moves(&mut self) {
        let mut gone: HashMap<Digest, Vec<usize>> = HashMap::new();
        for (number, (digest, _)) in self.missing.iter().enumerate().rev() {
            gone.entry(*digest).or_default().push(number);
        }
        let mut paired = vec![false; self.missing.len()];
        for (digest, path) in std::mem::take(&mut self.new) {
            let kind = match gone.get_mut(&digest).and_then(Vec::pop) {
                Some(number) => {
                    paired[number] = true;
                    self.changes.new -= 1;
                    self.changes.missing -= 1;
                    self.changes.moved += 1;
                    ChangeKind::Moved { from: self.missing[number].1.clone() }
                }
                None => ChangeKind::New,
            };
            self.changes.listed.push(Change { path, kind });
        }
        for ((_, path), paired) in std::mem::take(&mut self.missing).into_iter().zip(paired) {
            if !paired {
                self.changes.listed.push(Change { path, kind: ChangeKind::Missing });
            }
        }
        let mut counts = [0_usize; 3];
        self.changes.listed.sort_by(|left, right| left.path.cmp(&right.path));
        self.changes.listed.retain(|change| {
            let sort = match change.kind {
                ChangeKind::New => 0,
                ChangeKind::Moved { .. } => 1,
                ChangeKind::Missing => 2,
                ChangeKind::Changed | ChangeKind::NotSeen => return true,
            };
            counts[sort] += 1;
            counts[sort] <= LISTED_MAX
        });
    }
}

fn remember(list: &mut Vec<(Digest, ManifestPath)>, digest: Digest, path: ManifestPath, too_many: &mut bool) {
    if list.len() < PAIRED_MAX {
        list.push((digest, path));
    } else {
        *too_many = true;
    }
}

/// The differences between two stored collections.
///
/// # Errors
/// When one of the manifests cannot be read to its end.
pub fn compare(
    earlier: impl Iterator<Item = Result<ManifestLine, ManifestReadError>>,
    later: impl Iterator<Item = Result<ManifestLine, ManifestReadError>>,
) -> Result<Changes, ManifestReadError> {
    let mut comparison = Comparison::with(earlier)?;
    for line in later {
        comparison.file(&line?, &mut |_| {})?;
    }
    comparison.finish(&mut |_| {})
}

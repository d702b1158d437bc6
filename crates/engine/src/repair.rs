//! Verifying the bytes of evidence by themselves, and putting back what is damaged or missing from a copy elsewhere.
//!
//! Must never put anything into the store but bytes that hash to the name they are wanted under, never touch what is
//! sound, and never throw away what is damaged while something is made of it and no whole copy is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use portreeve_collector::{
    Blobs as _, FaultKind, FileBlobs, Selection, Source, StoreReport, Watch, checksums, path_below, verify,
    verify_store,
};
use portreeve_model::reference::EvidenceId;
use portreeve_model::{Digest, Moment};

use crate::clock;
use crate::error::EngineError;
use crate::evidence::not_hashed;
use crate::session::Session;
use crate::stored::{look_through, told_fault};

/// What a verification of evidence found in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceReport {
    /// How many objects were read back.
    pub objects: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// What is wrong, each with its evidence, its entry and its path.
    pub problems: Vec<String>,
    /// The objects that are damaged or missing, for [`Session::repair`].
    pub wanted: BTreeSet<Digest>,
    /// What the files of the store hold, if all of it was read.
    pub store: Option<StoreReport>,
    /// What of it an interrupted verification had read, and was not read again.
    pub read_before: Option<Earlier>,
}

/// What was read before and looks untouched since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// How many objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the first verification began of which something still counts; at most seven days ago.
    pub since: Moment,
}

/// How evidence is read back out of the store.
#[derive(Clone, Copy, Default)]
pub struct ReadingBack<'a> {
    /// Which items; none for the whole store, with everything that the register names.
    pub ids: &'a [EvidenceId],
    /// Whether to read all of the store even if an interrupted verification had read some. An item is always read whole.
    pub anew: bool,
    /// How the caller follows it, and stops it.
    pub watch: Watch<'a>,
}

/// What a repair put back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// The objects that are whole again, and the file each came from.
    pub mended: BTreeMap<Digest, PathBuf>,
    /// Those of which the copy holds nothing either.
    pub still_wanted: BTreeSet<Digest>,
    /// The files of the store that were cleared of damage that nothing is made of.
    pub cleared: BTreeSet<PathBuf>,
}

impl Session {
    /// Reads evidence back and compares it with its names. A verification of the whole store that was interrupted goes on
    /// where it was; what was not read now is told apart.
    ///
    /// # Errors
    /// When an item is unknown, or it was stopped.
    pub fn verify_evidence(&self, how: ReadingBack<'_>) -> Result<EvidenceReport, EngineError> {
        let ReadingBack { ids, anew, watch } = how;
        let register = self.register();
        if ids.is_empty() {
            let mut bookmark = self.place.bookmark(anew);
            let found = look_through(register, &self.blobs, bookmark.as_mut(), watch);
            let found = found.map_err(|_| EngineError::ReadingStopped { goes_on: bookmark.is_some() })?;
            if let Some(bookmark) = bookmark {
                bookmark.finish();
            }
            let read_before = found.audit.read_before.map(|before| Earlier {
                objects: before.objects,
                bytes: before.bytes,
                since: clock::moment_of(before.since),
            });
            let (objects, bytes) = (found.audit.objects, found.audit.bytes);
            let (problems, wanted, store) = (found.problems, found.wanted, Some(found.audit));
            return Ok(EvidenceReport { objects, bytes, problems, wanted, store, read_before });
        }
        let mut manifests = BTreeSet::new();
        for id in ids {
            self.manifest_of(id)?;
        }
        for (id, held) in &register.evidence {
            if ids.contains(id) && held.content.keeps_bytes() && held.erasure().is_none() {
                manifests.extend(held.content.manifest().copied());
            }
        }
        let verified = verify([], manifests, &self.blobs, watch);
        let verified = verified.map_err(|_| EngineError::ReadingStopped { goes_on: false })?;
        let mut report =
            EvidenceReport { objects: verified.objects, bytes: verified.bytes, ..EvidenceReport::default() };
        for fault in verified.faults {
            report.problems.push(told_fault(register, &fault));
            if !matches!(fault.kind, FaultKind::NotAManifest { .. }) {
                report.wanted.insert(fault.digest);
            }
        }
        if verified.further_faults > 0 {
            report.problems.push(format!("and {} more in the store", verified.further_faults));
        }
        Ok(report)
    }

    /// Looks below `from` for whole copies of what `report` wants and puts them in place of what is damaged or missing: in
    /// the folder of another register or its store, or in any other folder, such as a pack. Where the whole store was read,
    /// clears away damage that nothing is made of.
    ///
    /// # Errors
    /// When the folder cannot be looked at, the store refuses, or it was stopped. What was mended by then stays mended.
    pub fn repair(&self, report: &EvidenceReport, from: &Path, watch: Watch<'_>) -> Result<Repaired, EngineError> {
        let _removing = self.place.removing()?;
        let mut repaired = self.put_back(&report.wanted, from, watch)?;
        let Some(before) = &report.store else { return Ok(repaired) };
        let store = if repaired.mended.is_empty() {
            before.clone()
        } else {
            verify_store(&self.blobs, watch).map_err(|_| EngineError::ReadingStopped { goes_on: false })?
        };
        // What is damaged now is a second copy, or is named by nothing. As long as something is wanted it may yet be of use.
        if repaired.still_wanted.is_empty() && before.further_faults == 0 {
            repaired.cleared = self.blobs.clear(&store)?;
        }
        Ok(repaired)
    }

    fn put_back(&self, wanted: &BTreeSet<Digest>, from: &Path, watch: Watch<'_>) -> Result<Repaired, EngineError> {
        let mut repaired = Repaired { still_wanted: wanted.clone(), ..Repaired::default() };
        for folder in [from.join("objects"), from.to_owned()] {
            let Ok(copy) = FileBlobs::open(&folder) else { continue };
            for name in wanted {
                if repaired.still_wanted.contains(name) && copy.check(name).is_ok() {
                    self.mend(name, &mut copy.open(name)?)?;
                    repaired.still_wanted.remove(name);
                    repaired.mended.insert(*name, folder.clone());
                }
            }
        }
        if repaired.still_wanted.is_empty() {
            return Ok(repaired);
        }
        let source = Source::folder(from, Selection::default())?;
        let mut found: BTreeMap<Digest, PathBuf> = BTreeMap::new();
        checksums(&source, watch, |line, _| {
            if repaired.still_wanted.contains(&line.digest) {
                found.entry(line.digest).or_insert_with(|| path_below(from, &line.path));
            }
            Ok::<(), std::io::Error>(())
        })
        .map_err(|error| not_hashed(error, from))?;
        for (name, path) in found {
            let mut file = File::open(&path).map_err(|source| EngineError::io("open", &path, source))?;
            self.mend(&name, &mut file)?;
            repaired.still_wanted.remove(&name);
            repaired.mended.insert(name, path);
        }
        Ok(repaired)
    }

    /// Puts whole bytes in place of an object that is not.
    fn mend(&self, name: &Digest, bytes: &mut dyn std::io::Read) -> Result<(), EngineError> {
        // What is damaged goes first: it is of no use, and would be taken for the object.
        self.blobs.remove(name)?;
        let stored = self.blobs.put(bytes)?;
        if stored.digest == *name {
            return Ok(());
        }
        let because = format!("the copy of {name} changed while it was read");
        Err(EngineError::Damaged { what: "the folder to repair from".to_owned(), because })
    }
}

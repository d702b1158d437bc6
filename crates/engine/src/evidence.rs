//! Evidence: taking files in, finding them again, and taking them out when the law says so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use portreeve_collector::{
    Blobs as _, Collecting, Collection, Index, Omitted, Selection, Source, Watch, checksum, collect, read_manifest,
    survey,
};
use portreeve_model::manifest::ManifestLine;
use portreeve_model::reference::{EvidenceId, PersonId};
use portreeve_model::register::evidence::{Content, EvidenceAdded, EvidenceWithdrawn};
use portreeve_model::{Digest, Event, History, Register};

use crate::error::EngineError;
use crate::session::{Mode, Recorded, Session};

/// How many files a collection may have for each to be compared with what is held already. Somebody who adds one file by
/// mistake twice wants to know; somebody who collects a share does not.
const COMPARED_MAX: u64 = 1_000;

/// Where the files of an item of evidence come from.
#[derive(Clone, Debug)]
pub enum Files {
    /// Files named one by one.
    Named(Vec<PathBuf>),
    /// What is in a folder, or a part of it.
    Folder(PathBuf, Selection),
}

/// Files taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What the ledger entry says of them.
    pub content: Content,
    /// What was met and not taken, and why.
    pub omitted: Omitted,
    /// Evidence that holds one of the files already.
    pub held_already: BTreeSet<EvidenceId>,
}

/// Evidence that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The entry.
    pub recorded: Recorded,
    /// The files, when it is made of files.
    pub taken: Taken,
}

impl Session {
    /// Takes files in and records them as one item of evidence. `gaps_will_do` records what could be taken although
    /// something could not.
    ///
    /// # Errors
    /// When files could not be taken, the rules refuse, or the disk does. Nothing is recorded then.
    pub fn add_evidence(
        &mut self,
        by: &PersonId,
        files: &Files,
        gaps_will_do: bool,
        mode: Mode,
        event: impl FnOnce(Content) -> EvidenceAdded,
    ) -> Result<Added, EngineError> {
        let taken = match mode {
            Mode::Write => self.take(files, gaps_will_do)?,
            Mode::DryRun => self.look(files)?,
        };
        let recorded = self.record(by, vec![event(taken.content.clone()).into()], mode)?;
        if mode == Mode::Write {
            self.index()?;
        }
        Ok(Added { recorded, taken })
    }

    /// The register and its key are never evidence of themselves.
    fn source(&self, files: &Files) -> Result<Source, EngineError> {
        let keep_out = vec![self.place.root.clone(), self.place.key_file.clone()];
        Ok(match files {
            Files::Named(named) => Source::files(named, keep_out)?,
            Files::Folder(folder, selection) => Source::folder(folder, selection.clone().keeping_out(keep_out))?,
        })
    }

    /// Keeps the bytes and the manifest. Nothing refers to them until an entry does.
    pub(crate) fn take(&self, files: &Files, gaps_will_do: bool) -> Result<Taken, EngineError> {
        let collected = collect(&self.source(files)?, &self.blobs, Collecting::default())?;
        if !collected.is_complete() && !gaps_will_do {
            return Err(EngineError::Incomplete { omitted: collected.omitted });
        }
        if collected.files == 0 {
            return Err(EngineError::Unfit("there is no file to take".to_owned()));
        }
        let manifest = collected.manifest.digest;
        let content = Content::Files { manifest, files: collected.files, bytes: collected.bytes };
        let mut digests = BTreeSet::new();
        if collected.files <= COMPARED_MAX {
            digests.extend(self.lines(&manifest)?.into_iter().map(|line| line.digest));
        }
        Ok(Taken { content, omitted: collected.omitted, held_already: self.holders(&digests)? })
    }

    /// What taking would do, without keeping anything.
    fn look(&self, files: &Files) -> Result<Taken, EngineError> {
        let survey = survey(&self.source(files)?, Watch::default())?;
        let mut digests = BTreeSet::new();
        if let Files::Named(named) = files {
            digests.extend(named.iter().filter_map(|file| checksum(file).ok()).map(|stored| stored.digest));
        }
        // A dry run keeps no manifest, so the entry that is checked names the digest of nothing.
        let content = Content::Files { manifest: Digest::of(b""), files: survey.files, bytes: survey.bytes };
        Ok(Taken { content, omitted: survey.omitted, held_already: self.holders(&digests)? })
    }

    /// The evidence that holds one of these digests.
    fn holders(&self, digests: &BTreeSet<Digest>) -> Result<BTreeSet<EvidenceId>, EngineError> {
        let index = self.index()?;
        let by_manifest = manifests(self.register());
        let mut found = BTreeSet::new();
        for digest in digests {
            for manifest in index.holding(digest)? {
                found.extend(by_manifest.get(&manifest).into_iter().flatten().cloned());
            }
        }
        Ok(found)
    }

    /// The evidence that holds a file of this digest.
    ///
    /// # Errors
    /// When the index cannot be used or rebuilt.
    pub fn find_evidence(&self, digest: &Digest) -> Result<BTreeSet<EvidenceId>, EngineError> {
        self.holders(&BTreeSet::from([*digest]))
    }

    /// The index over every manifest the ledger names, made again if it is not that.
    pub(crate) fn index(&self) -> Result<Index, EngineError> {
        let collections = collections(self.history());
        Ok(Index::open_or_rebuild(self.place.index(), &collections, &self.blobs, Watch::default())?.0)
    }

    /// The files of a manifest.
    ///
    /// # Errors
    /// When the manifest is missing or damaged.
    pub fn lines(&self, manifest: &Digest) -> Result<Vec<ManifestLine>, EngineError> {
        Ok(read_manifest(manifest, &self.blobs)?.collect::<Result<_, _>>()?)
    }

    /// Takes evidence back; with `erased`, removes the bytes that no other evidence holds. The manifest stays: it says
    /// what was there.
    ///
    /// # Errors
    /// When the rules refuse, or the store does.
    pub fn withdraw_evidence(
        &mut self,
        by: &PersonId,
        event: EvidenceWithdrawn,
        mode: Mode,
    ) -> Result<Recorded, EngineError> {
        let (id, erase) = (event.id.clone(), event.erased && mode == Mode::Write);
        let recorded = self.record(by, vec![Event::from(event)], mode)?;
        if erase {
            self.erase(&id)?;
        }
        Ok(recorded)
    }

    fn erase(&self, id: &EvidenceId) -> Result<(), EngineError> {
        let register = self.register();
        let Some(Content::Files { manifest, .. }) = register.evidence.get(id).map(|held| &held.content) else {
            return Ok(());
        };
        let mut kept = BTreeSet::new();
        for (other, holders) in manifests(register) {
            let stands = |holder: &EvidenceId| {
                let withdrawn = register.evidence.get(holder).and_then(|held| held.withdrawn.as_ref());
                !withdrawn.is_some_and(|(event, _)| event.erased)
            };
            if holders.iter().any(stands) {
                kept.extend(self.lines(&other)?.into_iter().map(|line| line.digest));
            }
        }
        for line in self.lines(manifest)? {
            if !kept.contains(&line.digest) {
                self.blobs.remove(&line.digest)?;
            }
        }
        Ok(())
    }
}

/// SHA-256 of a file, read as a stream.
///
/// # Errors
/// When it cannot be read, is not a regular file, or changes while it is read.
pub fn digest_of_file(path: &Path) -> Result<Digest, EngineError> {
    let stored = checksum(path);
    let unread = |because| EngineError::Unfit(format!("{} cannot be looked for: {because}", path.display()));
    Ok(stored.map_err(unread)?.digest)
}

/// Every manifest the register names, with the evidence made of it.
pub(crate) fn manifests(register: &Register) -> BTreeMap<Digest, Vec<EvidenceId>> {
    let mut named: BTreeMap<Digest, Vec<EvidenceId>> = BTreeMap::new();
    for (id, held) in &register.evidence {
        if let Content::Files { manifest, .. } = &held.content {
            named.entry(*manifest).or_default().push(id.clone());
        }
    }
    named
}

/// Every collection the register names, in the order of the ledger, each manifest once.
pub(crate) fn collections(history: &History) -> Vec<Collection> {
    let mut named = manifests(history.register());
    let in_order = history.entries().iter().filter_map(|(_, entry)| match &entry.event {
        Event::EvidenceAdded(EvidenceAdded { content: Content::Files { manifest, .. }, .. }) => Some(*manifest),
        _ => None,
    });
    in_order.filter(|manifest| named.remove(manifest).is_some()).map(Collection::alone).collect()
}

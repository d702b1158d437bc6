//! Taking evidence back, and taking its bytes out of the store when the law says so. The entry comes first and says what is
//! to be gone; the words of documents and then the bytes go after it, so that a crash in between leaves what an entry has
//! promised to remove: `verify` names it, and giving the same command again removes it. Nothing here may remove bytes that
//! anything else that stands is made of.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_collector::{Blobs as _, FileBlobs, Index, Watch, read_manifest};
use portreeve_model::reference::{EvidenceId, PersonId};
use portreeve_model::register::evidence::{Content, Evidence, EvidenceWithdrawn};
use portreeve_model::{Digest, Event, Refusal, Register};

use crate::error::EngineError;
use crate::evidence::{digests_in, listing, manifests, manifests_where};
use crate::index::unforgotten;
use crate::session::{Mode, Recorded, Session};

/// What becomes of the bytes of an item of evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// The files whose bytes nothing else holds and which the store still has: those that are removed.
    pub removes: BTreeSet<Digest>,
    /// The files whose bytes stay, by what else holds them.
    pub shared: BTreeMap<Digest, BTreeSet<Holder>>,
}

/// What else holds a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// Other evidence whose bytes have not been erased.
    Evidence(EvidenceId),
    /// The register itself: a framework, profile, scheme, mapping or manifest.
    Register,
}

impl Erasure {
    /// The evidence that keeps some of the files.
    pub fn kept_by(&self) -> BTreeSet<&EvidenceId> {
        let holders = self.shared.values().flatten();
        let evidence = holders.filter_map(|holder| match holder {
            Holder::Evidence(id) => Some(id),
            Holder::Register => None,
        });
        evidence.collect()
    }
}

impl Session {
    /// Takes evidence back; with `erased`, removes the bytes that nothing else holds. The manifest stays: it says what was
    /// there.
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
        let _removing = erase.then(|| self.place.removing()).transpose()?;
        if erase {
            // What cannot be carried out is not promised.
            self.erasure(&id)?;
        }
        let recorded = self.record(by, vec![Event::from(event)], mode)?;
        if erase {
            let erasure = self.erasure(&id)?;
            self.remove(&erasure)?;
        }
        Ok(recorded)
    }

    /// What erasing an item of evidence removes now, and what it leaves because something else holds it.
    ///
    /// # Errors
    /// When a manifest is missing or damaged, or the store fails.
    pub fn erasure(&self, id: &EvidenceId) -> Result<Erasure, EngineError> {
        erasure(self.register(), &self.blobs, id)
    }

    /// Removes what an entry said is removed and the store or the index still has: an erasure that was interrupted. Records
    /// nothing.
    ///
    /// # Errors
    /// When no entry says so, the rules would not let this person take the evidence back, or the store fails.
    pub fn finish_erasure(
        &mut self,
        by: &PersonId,
        event: &EvidenceWithdrawn,
        mode: Mode,
    ) -> Result<Erasure, EngineError> {
        // Who may take it back may finish it: the rule book refuses the same withdrawal for being made, and nothing else.
        match self.record(by, vec![Event::from(event.clone())], Mode::DryRun) {
            Err(EngineError::Refused(Refusal::Withdrawn { .. })) => {}
            Err(other) => return Err(other),
            Ok(_) => return Err(EngineError::Unfit(format!("no entry says that {} is erased", event.id))),
        }
        let _removing = (mode == Mode::Write).then(|| self.place.removing()).transpose()?;
        // Another command may have named some of the bytes by now.
        self.catch_up()?;
        let erasure = self.erasure(&event.id)?;
        if mode == Mode::Write {
            self.remove(&erasure)?;
        }
        Ok(erasure)
    }

    fn remove(&self, erasure: &Erasure) -> Result<(), EngineError> {
        // The words of documents go before their bytes. What the ledger calls erased leaves the index as it is opened, but
        // perhaps for its log.
        self.index(Watch::default())?.clear_log()?;
        let names: Vec<Digest> = erasure.removes.iter().copied().collect();
        Ok(self.blobs.remove_all(&names)?)
    }

    /// Whether the index may hold words of documents that an entry says are erased with this evidence.
    ///
    /// # Errors
    /// When the index cannot be read. One that is damaged is made again without them.
    pub fn words_left(&self, id: &EvidenceId) -> Result<bool, EngineError> {
        match Index::open(self.place.index()).and_then(|index| unforgotten(&index, self.history())) {
            Ok(left) => Ok(left.contains(id)),
            Err(error) if error.can_be_rebuilt() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The other evidence that has some of the same files and has not been erased, whether their bytes were taken in or left
    /// in their place: there they are found by their words whatever becomes of this one.
    ///
    /// # Errors
    /// When a manifest is missing or damaged.
    pub fn found_in_too(&self, id: &EvidenceId) -> Result<BTreeSet<EvidenceId>, EngineError> {
        listing(self.standing_besides(id), &self.files_of_evidence(id)?, &self.blobs)
    }

    fn files_of_evidence(&self, id: &EvidenceId) -> Result<BTreeSet<Digest>, EngineError> {
        let own = self.register().evidence.get(id).and_then(|held| held.content.manifest());
        own.map_or_else(|| Ok(BTreeSet::new()), |manifest| digests_in(manifest, &self.blobs))
    }

    /// The manifests of all evidence but this that has not been erased, and whose they are.
    fn standing_besides(&self, id: &EvidenceId) -> BTreeMap<Digest, Vec<EvidenceId>> {
        manifests_where(self.register(), |other, held| other != id && held.erasure().is_none())
    }
}

/// What erasing an item of evidence removes now, and what it leaves.
pub(crate) fn erasure(register: &Register, blobs: &FileBlobs, id: &EvidenceId) -> Result<Erasure, EngineError> {
    let Some(Content::Files { manifest, .. }) = register.evidence.get(id).map(|held| &held.content) else {
        return Ok(Erasure::default());
    };
    let files = digests_in(manifest, blobs)?;
    let shared = holders(register, blobs, &files, Some(id))?;
    let mut removes = BTreeSet::new();
    for digest in files.into_iter().filter(|digest| !shared.contains_key(digest)) {
        if blobs.has(&digest)? {
            removes.insert(digest);
        }
    }
    Ok(Erasure { removes, shared })
}

/// What holds each of these files and has not been erased itself, but for the evidence `besides`.
pub(crate) fn holders(
    register: &Register,
    blobs: &FileBlobs,
    files: &BTreeSet<Digest>,
    besides: Option<&EvidenceId>,
) -> Result<BTreeMap<Digest, BTreeSet<Holder>>, EngineError> {
    let mut found: BTreeMap<Digest, BTreeSet<Holder>> = BTreeMap::new();
    let named = manifests(register);
    let own = adopted(register).chain(named.keys().copied()).filter(|digest| files.contains(digest));
    for digest in own {
        found.entry(digest).or_default().insert(Holder::Register);
    }
    for (manifest, ids) in named {
        let keeps = |id: &EvidenceId| Some(id) != besides && keeps(register, id);
        let standing: Vec<Holder> = ids.into_iter().filter(keeps).map(Holder::Evidence).collect();
        if standing.is_empty() {
            continue;
        }
        for line in read_manifest(&manifest, blobs)? {
            let digest = line?.digest;
            if files.contains(&digest) {
                found.entry(digest).or_default().extend(standing.iter().cloned());
            }
        }
    }
    Ok(found)
}

/// Whether an entry says that its bytes are removed.
pub(crate) fn is_erased(register: &Register, id: &EvidenceId) -> bool {
    register.evidence.get(id).and_then(Evidence::erasure).is_some()
}

/// Whether the store must keep its bytes: they were taken in, and no entry says that they are removed. Who left files in
/// their place has no claim on bytes that others had kept.
pub(crate) fn keeps(register: &Register, id: &EvidenceId) -> bool {
    register.evidence.get(id).is_some_and(|held| held.content.keeps_bytes() && held.erasure().is_none())
}

/// The files by which the register is judged.
pub(crate) fn adopted(register: &Register) -> impl Iterator<Item = Digest> {
    let frameworks = register.frameworks.values().map(|held| held.event.digest);
    let originals = register.frameworks.values().filter_map(|held| held.event.original.as_ref());
    let schemes = register.schemes.values().map(|held| held.event.digest);
    let profiles = register.schemes.values().filter_map(|held| held.event.profile.as_ref());
    let mappings = register.mappings.values().map(|held| held.event.digest);
    frameworks
        .chain(originals.map(|original| original.digest))
        .chain(schemes)
        .chain(profiles.map(|profile| profile.digest))
        .chain(mappings)
}

//! Evidence carried from one framework to another along an adopted mapping. Carrying says that somebody wants it judged
//! for another requirement; only the judgement of a second person makes it count there. Nothing here may touch what the
//! evidence was checked for before, and nothing passes by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{ADDS, Check, Evidence};
use super::people::some;
use super::{CHECKS, Register, Stamp, Trace};
use crate::day::Day;
use crate::digest::Digest;
use crate::reference::{EvidenceId, FrameworkId, MappingId, RequirementId, RequirementNumber};
use crate::refusal::Refusal;
use crate::text::{Note, Title};
use crate::words::Role;

/// A mapping between two adopted frameworks is adopted; again, to replace its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingAdopted {
    /// Its reference.
    pub id: MappingId,
    /// Its title as published.
    pub title: Title,
    /// The framework it leads from.
    pub source: FrameworkId,
    /// The framework it leads to.
    pub target: FrameworkId,
    /// The day whose judgement it is.
    pub date: Day,
    /// SHA-256 of the OSCAL mapping collection, kept as a blob.
    pub digest: Digest,
    /// Where each number leads, so that every carry can be checked without the file.
    pub pairs: BTreeMap<RequirementNumber, BTreeSet<RequirementNumber>>,
}

/// Somebody wants evidence for one requirement to be judged for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceCarried {
    /// The evidence.
    pub id: EvidenceId,
    /// The requirement for which it was accepted.
    pub from: RequirementId,
    /// The requirement for which it is to be judged.
    pub to: RequirementId,
    /// The mapping that leads from the one to the other.
    pub mapping: MappingId,
    /// Why it may have something to say there.
    pub note: Note,
}

/// A second person says whether it shows what that requirement asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarryJudged {
    /// The evidence.
    pub id: EvidenceId,
    /// The requirement it was carried to.
    pub requirement: RequirementId,
    /// Whether it does.
    pub accepted: bool,
    /// What was seen, or what is asked for instead.
    pub note: Note,
}

/// A mapping as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdoptedMapping {
    /// The entry's content.
    pub event: MappingAdopted,
    /// The entry.
    pub adopted: Trace,
}

impl AdoptedMapping {
    /// Whether it leads from the one requirement to the other.
    pub fn leads(&self, from: &RequirementId, to: &RequirementId) -> bool {
        self.event.source == from.framework
            && self.event.target == to.framework
            && self.event.pairs.get(&from.number).is_some_and(|targets| targets.contains(&to.number))
    }

    /// How many pairs it has.
    pub fn count(&self) -> usize {
        self.event.pairs.values().map(BTreeSet::len).sum()
    }
}

/// How an item of evidence came to a requirement of another framework, and what became of it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// The requirement for which it was accepted.
    pub from: RequirementId,
    /// The mapping it came by.
    pub mapping: MappingId,
    /// Why.
    pub note: Note,
    /// Who carried it.
    pub by: Trace,
    /// The latest judgement.
    pub judgement: Option<Check>,
}

impl Carried {
    /// Whether a second person has judged that it shows what the requirement asks.
    pub fn is_accepted(&self) -> bool {
        self.judgement.as_ref().is_some_and(|judgement| judgement.accepted)
    }

    /// Whether a second person has judged that it does not.
    pub fn is_refused(&self) -> bool {
        self.judgement.as_ref().is_some_and(|judgement| !judgement.accepted)
    }
}

const PREPARES: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct];

impl Register {
    pub(super) fn check_mapping(&self, stamp: &Stamp<'_>, event: &MappingAdopted) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "adopt mappings")?;
        some("pair", event.pairs.len())?;
        if let Some(held) = self.mappings.get(&event.id) {
            if held.event.digest == event.digest {
                return Err(Refusal::NothingChanges);
            }
            if (&held.event.source, &held.event.target) != (&event.source, &event.target) {
                return Err(Refusal::Taken { noun: "mapping", id: event.id.to_string() });
            }
        }
        let named = |framework: &FrameworkId, number: &RequirementNumber| RequirementId {
            framework: framework.clone(),
            number: number.clone(),
        };
        for framework in [&event.source, &event.target] {
            if !self.frameworks.contains_key(framework) {
                return Err(Refusal::NotAdopted { framework: framework.clone() });
            }
        }
        for (source, targets) in &event.pairs {
            some("target", targets.len())?;
            let mut wanted: BTreeSet<RequirementId> =
                targets.iter().map(|number| named(&event.target, number)).collect();
            wanted.insert(named(&event.source, source));
            self.known_requirements(&wanted)?;
        }
        Ok(())
    }

    pub(super) fn adopt_mapping(&mut self, trace: Trace, event: &MappingAdopted) {
        self.mappings.insert(event.id.clone(), AdoptedMapping { event: event.clone(), adopted: trace });
    }

    pub(super) fn check_carry(&self, stamp: &Stamp<'_>, event: &EvidenceCarried) -> Result<(), Refusal> {
        self.allow(stamp, ADDS, "carry evidence to another framework")?;
        let held = self.standing_evidence(&event.id)?;
        let unknown = || Refusal::Unknown { noun: "adopted mapping", id: event.mapping.to_string() };
        let mapping = self.mappings.get(&event.mapping).ok_or_else(unknown)?;
        if !mapping.leads(&event.from, &event.to) {
            let pair = Box::new([event.from.clone(), event.to.clone()]);
            return Err(Refusal::NotMapped { mapping: event.mapping.clone(), pair });
        }
        if !self.is_accepted_for(held, &event.from) {
            let (evidence, requirement) = (event.id.clone(), event.from.clone());
            return Err(Refusal::NotAccepted { evidence, requirement });
        }
        // What was refused may be tried again with a better reason; anything else is there already.
        let there = held.carried.get(&event.to).is_some_and(|carried| !carried.is_refused());
        if there || self.bears_on(held).any(|requirement| requirement == &event.to) {
            return Err(Refusal::NothingChanges);
        }
        Ok(())
    }

    pub(super) fn carry(&mut self, trace: Trace, event: &EvidenceCarried) {
        if let Some(held) = self.evidence.get_mut(&event.id) {
            let (from, mapping, note) = (event.from.clone(), event.mapping.clone(), event.note.clone());
            held.carried.insert(event.to.clone(), Carried { from, mapping, note, by: trace, judgement: None });
        }
    }

    pub(super) fn check_judgement(&self, stamp: &Stamp<'_>, event: &CarryJudged) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "judge evidence for another requirement")?;
        let held = self.standing_evidence(&event.id)?;
        let there = format!("`{}` for `{}`", event.id, event.requirement);
        let Some(carried) = held.carried.get(&event.requirement) else {
            return Err(Refusal::NothingToCheck { what: there });
        };
        let own = [(&held.added, "added", format!("`{}`", event.id)), (&carried.by, "carried", there)];
        match own.into_iter().find(|(trace, ..)| &trace.by == stamp.by) {
            Some((_, did, what)) => Err(Refusal::OwnWork { person: stamp.by.clone(), did, what }),
            None => Ok(()),
        }
    }

    pub(super) fn judge(&mut self, trace: Trace, event: &CarryJudged) {
        let held = self.evidence.get_mut(&event.id);
        if let Some(carried) = held.and_then(|held| held.carried.get_mut(&event.requirement)) {
            carried.judgement = Some(Check { accepted: event.accepted, note: Some(event.note.clone()), by: trace });
        }
    }

    /// The requirements an item of evidence bears on without having been carried: those it is linked to, and those of
    /// the actions and findings it is linked to. One may come several times.
    pub(crate) fn bears_on<'a>(&'a self, evidence: &'a Evidence) -> impl Iterator<Item = &'a RequirementId> {
        let actions = || evidence.actions.iter().filter_map(|id| self.actions.get(id));
        let findings = actions().flat_map(|action| action.closes.keys()).chain(&evidence.findings);
        let of_findings =
            findings.filter_map(|id| self.findings.get(id)).flat_map(|finding| &finding.event.requirements);
        evidence.requirements.iter().chain(actions().flat_map(|action| &action.requirements)).chain(of_findings)
    }

    /// Whether a second person has accepted an item of evidence for a requirement: it bears on it and its check stands,
    /// or it was carried there and judged to show what is asked.
    pub fn is_accepted_for(&self, evidence: &Evidence, requirement: &RequirementId) -> bool {
        let checked = evidence.counts() && self.bears_on(evidence).any(|borne| borne == requirement);
        let refused = evidence.check.as_ref().is_some_and(|check| !check.accepted);
        let judged = evidence.carried.get(requirement).is_some_and(Carried::is_accepted);
        evidence.withdrawn.is_none() && (checked || (judged && !refused))
    }
}

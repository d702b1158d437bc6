//! An item of evidence as it bears on one requirement: directly, or carried over from another framework. What was
//! carried counts by the judgement for this requirement and never by the check it had before.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::day::Day;
use crate::reference::{EvidenceId, FrameworkId, MappingId, RequirementId, RequirementNumber};
use crate::register::carry::Carried;
use crate::register::evidence::{Check, Evidence};
use crate::standards::EvidenceRule;
use crate::standing::Lens;
use crate::words::Strength;

use super::Shortfall;

/// Where carried evidence comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarriedOver {
    /// The requirement for which it was accepted before.
    pub from: RequirementId,
    /// The mapping it came by.
    pub mapping: MappingId,
}

/// An item of evidence, and how it was carried when it does not bear on the requirement by itself.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a> {
    pub(crate) id: &'a EvidenceId,
    pub(crate) evidence: &'a Evidence,
    pub(crate) carried: Option<&'a Carried>,
}

impl Held<'_> {
    pub(super) fn carried_over(&self) -> Option<CarriedOver> {
        self.carried.map(|carried| CarriedOver { from: carried.from.clone(), mapping: carried.mapping.clone() })
    }

    /// The word of the second person that counts here.
    pub(super) fn check(&self) -> Option<&Check> {
        self.carried.map_or(self.evidence.check.as_ref(), |carried| carried.judgement.as_ref())
    }

    /// Why it does not count, if it does not.
    pub(super) fn shortfall(&self, rule: &EvidenceRule, on: Day, lens: Lens) -> Option<Shortfall> {
        let evidence = self.evidence;
        if evidence.withdrawn.is_some() {
            return Some(Shortfall::Withdrawn);
        }
        if evidence.check.as_ref().is_some_and(|check| !check.accepted) {
            return Some(Shortfall::Rejected);
        }
        match (self.check(), self.carried_over()) {
            (Some(check), Some(over)) if !check.accepted => return Some(Shortfall::JudgedAgainst(over)),
            (None, Some(over)) if lens == Lens::Verified => return Some(Shortfall::NotJudged(over)),
            (None, None) if lens == Lens::Verified => return Some(Shortfall::Unchecked),
            _ => {}
        }
        if evidence.strength() < Strength::Medium {
            return Some(Shortfall::Weak);
        }
        let validity = rule.validity(evidence.shows);
        validity.ends.filter(|_| validity.is_over(on)).map(|since| Shortfall::OutOfDate { since })
    }
}

/// The numbers of a framework that an item of evidence bears on: those it touches and those it was carried to.
pub(super) fn reached<'a>(
    touched: &BTreeSet<&'a RequirementNumber>,
    evidence: &'a Evidence,
    framework: &FrameworkId,
) -> BTreeSet<&'a RequirementNumber> {
    let carried = evidence.carried.keys().filter(|requirement| &requirement.framework == framework);
    touched.iter().copied().chain(carried.map(|requirement| &requirement.number)).collect()
}

/// How it was carried to a requirement, if that is how it counts there. What bears on a requirement by itself as well
/// counts by its check; only while that check is out does an accepted judgement stand in for it.
pub(super) fn way<'a>(
    touched: &BTreeSet<&RequirementNumber>,
    evidence: &'a Evidence,
    framework: &FrameworkId,
    number: &RequirementNumber,
) -> Option<&'a Carried> {
    let to = RequirementId { framework: framework.clone(), number: number.clone() };
    let carried = evidence.carried.get(&to)?;
    let stands_in = carried.is_accepted() && evidence.check.is_none();
    (!touched.contains(number) || stands_in).then_some(carried)
}

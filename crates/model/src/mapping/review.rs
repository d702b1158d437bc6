//! What a register holds under an old version of a framework, and where each of it belongs in the new one. Every item is
//! for a person to look at again: nothing is moved here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::changes::{Changes, Row};
use crate::readiness::is_withdrawn;
use crate::reference::{
    ActionId, EvidenceId, FindingId, FrameworkId, OrganisationId, RequirementId, RequirementNumber,
};
use crate::register::Register;
use crate::register::requirement::Stance;

/// What is to be looked at again for one requirement of the old version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Review {
    /// The requirement's old number.
    pub old: RequirementNumber,
    /// What became of it; empty when it is gone.
    pub new: Vec<RequirementNumber>,
    /// Whether nothing about it changed as far as is known.
    pub unchanged: bool,
    /// The organisations that state how it is met.
    pub statements: Vec<OrganisationId>,
    /// The organisations that say it does not apply.
    pub exclusions: Vec<OrganisationId>,
    /// Evidence linked to it, or carried to it, that was not taken back.
    pub evidence: Vec<EvidenceId>,
    /// Findings that touch it.
    pub findings: Vec<FindingId>,
    /// Actions that serve it and were not withdrawn.
    pub actions: Vec<ActionId>,
}

impl Review {
    fn of(old: &RequirementNumber, changes: &Changes) -> Review {
        let mut new = Vec::new();
        let mut unchanged = true;
        for row in changes.of(old) {
            match row {
                Row::Kept(kept) => {
                    new.push(kept.new.clone());
                    unchanged &= kept.is_unchanged();
                }
                Row::Gone { .. } | Row::New { .. } => unchanged = false,
            }
        }
        Review {
            old: old.clone(),
            unchanged: unchanged && !new.is_empty(),
            new,
            statements: Vec::new(),
            exclusions: Vec::new(),
            evidence: Vec::new(),
            findings: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        let sayings = self.statements.len() + self.exclusions.len();
        sayings + self.evidence.len() + self.findings.len() + self.actions.len()
    }
}

/// What the register holds under `old`, by requirement in order of number. A requirement it holds nothing for is left out.
pub fn review(register: &Register, old: &FrameworkId, changes: &Changes) -> Vec<Review> {
    let mut found: BTreeMap<&RequirementNumber, Review> = BTreeMap::new();
    let mut at = |requirement: &RequirementId, put: &dyn Fn(&mut Review)| {
        let adopted = register.frameworks.get(old).and_then(|held| held.event.requirements.get(&requirement.number));
        if let (true, Some(number)) = (&requirement.framework == old, adopted) {
            put(found.entry(number).or_insert_with(|| Review::of(number, changes)));
        }
    };
    for ((organisation, requirement), stance) in &register.stances {
        at(requirement, &|review| match stance {
            Stance::Stated { .. } => review.statements.push(organisation.clone()),
            Stance::Excluded { .. } => review.exclusions.push(organisation.clone()),
        });
    }
    for (id, held) in register.evidence.iter().filter(|(_, held)| held.withdrawn.is_none()) {
        for requirement in held.requirements.iter().chain(held.carried.keys()).collect::<BTreeSet<_>>() {
            at(requirement, &|review| review.evidence.push(id.clone()));
        }
    }
    for (id, held) in &register.findings {
        for requirement in &held.event.requirements {
            at(requirement, &|review| review.findings.push(id.clone()));
        }
    }
    for (id, held) in register.actions.iter().filter(|(_, action)| !is_withdrawn(action)) {
        for requirement in &held.requirements {
            at(requirement, &|review| review.actions.push(id.clone()));
        }
    }
    found.into_values().collect()
}

//! What each organisation says about each requirement: how it is met, or why it does not apply.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{CHECKS, Register, Stamp, Trace};
use crate::reference::{OrganisationId, RequirementId};
use crate::refusal::Refusal;
use crate::text::Note;
use crate::words::Role;

/// How a requirement is met, in the organisation's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequirementStated {
    /// The requirement.
    pub requirement: RequirementId,
    /// For whom.
    pub organisations: BTreeSet<OrganisationId>,
    /// The statement.
    pub statement: Note,
}

/// A requirement is said not to apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExclusionProposed {
    /// The requirement.
    pub requirement: RequirementId,
    /// For whom.
    pub organisations: BTreeSet<OrganisationId>,
    /// Why it does not apply.
    pub reason: Note,
}

/// Someone else agrees that it does not apply, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExclusionChecked {
    /// The requirement.
    pub requirement: RequirementId,
    /// For whom.
    pub organisations: BTreeSet<OrganisationId>,
    /// Whether they agree.
    pub accepted: bool,
    /// What they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// What one organisation says about one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stance {
    /// It applies and this is how it is met.
    Stated {
        /// The statement.
        statement: Note,
        /// The entry.
        by: Trace,
    },
    /// It is said not to apply.
    Excluded {
        /// Why.
        reason: Note,
        /// Who proposed it.
        proposed: Trace,
        /// Who agreed.
        checked: Option<Trace>,
    },
}

const STATES: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct];

impl Register {
    pub(super) fn check_statement(&self, stamp: &Stamp<'_>, event: &RequirementStated) -> Result<(), Refusal> {
        self.allow(stamp, STATES, "state how a requirement is met")?;
        self.known_requirements(&BTreeSet::from([event.requirement.clone()]))?;
        self.known_organisations(&event.organisations)
    }

    pub(super) fn state(&mut self, trace: &Trace, event: &RequirementStated) {
        for organisation in &event.organisations {
            let stance = Stance::Stated { statement: event.statement.clone(), by: trace.clone() };
            self.stances.insert((organisation.clone(), event.requirement.clone()), stance);
        }
    }

    pub(super) fn check_exclusion(&self, stamp: &Stamp<'_>, event: &ExclusionProposed) -> Result<(), Refusal> {
        self.allow(stamp, STATES, "say that a requirement does not apply")?;
        self.known_requirements(&BTreeSet::from([event.requirement.clone()]))?;
        self.known_organisations(&event.organisations)
    }

    pub(super) fn exclude(&mut self, trace: &Trace, event: &ExclusionProposed) {
        for organisation in &event.organisations {
            let reason = event.reason.clone();
            let stance = Stance::Excluded { reason, proposed: trace.clone(), checked: None };
            self.stances.insert((organisation.clone(), event.requirement.clone()), stance);
        }
    }

    pub(super) fn check_exclusion_check(&self, stamp: &Stamp<'_>, event: &ExclusionChecked) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "check that a requirement does not apply")?;
        self.known_organisations(&event.organisations)?;
        for organisation in &event.organisations {
            let what = format!("`{}` not applying to {organisation}", event.requirement);
            match self.stances.get(&(organisation.clone(), event.requirement.clone())) {
                Some(Stance::Excluded { proposed, checked: None, .. }) if &proposed.by == stamp.by => {
                    return Err(Refusal::OwnWork { person: stamp.by.clone(), did: "proposed", what });
                }
                Some(Stance::Excluded { checked: None, .. }) => {}
                _ => return Err(Refusal::NothingToCheck { what }),
            }
        }
        Ok(())
    }

    pub(super) fn check_off_exclusion(&mut self, trace: &Trace, event: &ExclusionChecked) {
        for organisation in &event.organisations {
            let key = (organisation.clone(), event.requirement.clone());
            if !event.accepted {
                self.stances.remove(&key);
            } else if let Some(Stance::Excluded { checked, .. }) = self.stances.get_mut(&key) {
                *checked = Some(trace.clone());
            }
        }
    }
}

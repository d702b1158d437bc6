//! Answers to a requirement's indicators, from which a grade follows, and the second person's check of them. What grade
//! follows is the scheme's to say; nothing here may work one out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::Check;
use super::people::some;
use super::{CHECKS, Register, Stamp, Trace};
use crate::reference::{IndicatorId, OrganisationId, PersonId, RequirementId};
use crate::refusal::Refusal;
use crate::text::Note;
use crate::words::Role;

/// The answer to one indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorAnswer {
    /// It is true of the organisation.
    Yes,
    /// It is not.
    No,
    /// It is not true as written, and something else does the same work.
    Alternative(Note),
    /// It cannot apply here, for a reason that the organisation has agreed.
    Exempt(Note),
}

impl IndicatorAnswer {
    /// Whether it counts as true.
    pub const fn holds(&self) -> bool {
        !matches!(self, IndicatorAnswer::No)
    }

    /// Whether it is claimed in another way than by being true.
    pub const fn is_claimed_otherwise(&self) -> bool {
        matches!(self, IndicatorAnswer::Alternative(_) | IndicatorAnswer::Exempt(_))
    }
}

/// Indicators of a requirement are answered. An indicator answered again gets the new answer; the others keep theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorsAnswered {
    /// The requirement.
    pub requirement: RequirementId,
    /// For whom.
    pub organisations: BTreeSet<OrganisationId>,
    /// The answers.
    pub answers: BTreeMap<IndicatorId, IndicatorAnswer>,
}

/// A second person says whether the answers are right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersChecked {
    /// The requirement.
    pub requirement: RequirementId,
    /// For whom.
    pub organisations: BTreeSet<OrganisationId>,
    /// Whether they are.
    pub accepted: bool,
    /// What was seen, or what should be answered otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// One organisation's answers to one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The answers so far.
    pub answers: BTreeMap<IndicatorId, IndicatorAnswer>,
    /// Who gave any of them. None of these may check them.
    pub answered_by: BTreeSet<PersonId>,
    /// The latest answers.
    pub answered: Trace,
    /// The check of the answers as they stand; a new answer takes it away.
    pub check: Option<Check>,
}

impl Assessment {
    /// Whether the indicator counts as true.
    pub fn holds(&self, id: &IndicatorId) -> bool {
        self.answers.get(id).is_some_and(IndicatorAnswer::holds)
    }
}

const ANSWERS: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::ActionOwner];

impl Register {
    pub(super) fn check_answers(&self, stamp: &Stamp<'_>, event: &IndicatorsAnswered) -> Result<(), Refusal> {
        self.allow(stamp, ANSWERS, "answer for a requirement")?;
        self.known_organisations(&event.organisations)?;
        some("answer", event.answers.len())?;
        self.known_requirements(&BTreeSet::from([event.requirement.clone()]))?;
        let known = self
            .frameworks
            .get(&event.requirement.framework)
            .and_then(|held| held.event.indicators.get(&event.requirement.number));
        let strange = event.answers.keys().find(|id| !known.is_some_and(|known| known.contains(*id)));
        if let Some(strange) = strange {
            let (requirement, indicator) = (event.requirement.clone(), strange.clone());
            return Err(Refusal::NotAnIndicator { requirement, indicator });
        }
        let same = |organisation: &OrganisationId| {
            let held = self.assessments.get(&(organisation.clone(), event.requirement.clone()));
            held.is_some_and(|held| event.answers.iter().all(|(id, answer)| held.answers.get(id) == Some(answer)))
        };
        if event.organisations.iter().all(same) { Err(Refusal::NothingChanges) } else { Ok(()) }
    }

    pub(super) fn answer(&mut self, trace: &Trace, event: &IndicatorsAnswered) {
        for organisation in &event.organisations {
            let key = (organisation.clone(), event.requirement.clone());
            let held = self.assessments.entry(key).or_insert_with(|| Assessment {
                answers: BTreeMap::new(),
                answered_by: BTreeSet::new(),
                answered: trace.clone(),
                check: None,
            });
            held.answers.extend(event.answers.clone());
            held.answered_by.insert(trace.by.clone());
            held.answered = trace.clone();
            held.check = None;
        }
    }

    pub(super) fn check_answers_check(&self, stamp: &Stamp<'_>, event: &AnswersChecked) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "check the answers to a requirement")?;
        self.known_organisations(&event.organisations)?;
        for organisation in &event.organisations {
            let what = format!("the answers of {organisation} to `{}`", event.requirement);
            match self.assessments.get(&(organisation.clone(), event.requirement.clone())) {
                None => return Err(Refusal::NothingToCheck { what }),
                Some(held) if held.answered_by.contains(stamp.by) => {
                    return Err(Refusal::OwnWork { person: stamp.by.clone(), did: "gave", what });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    pub(super) fn check_off_answers(&mut self, trace: &Trace, event: &AnswersChecked) {
        for organisation in &event.organisations {
            if let Some(held) = self.assessments.get_mut(&(organisation.clone(), event.requirement.clone())) {
                held.check = Some(Check { accepted: event.accepted, note: event.note.clone(), by: trace.clone() });
            }
        }
    }
}

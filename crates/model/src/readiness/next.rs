//! What to do next: each blocker leads to one step, and the steps are ordered by how much they free.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::View;
use super::blocker::{Blocker, Shortfall};
use super::gate::GateAnswer;
use super::requirement::RequirementAnswer;
use crate::reference::{ActionId, DecisionId, EvidenceId, FindingId, IndicatorId, RequirementId, SourceId};
use crate::register::action::{Action, ActionState};
use crate::words::{EvidenceKind, SourceKind};

/// A step that somebody can take.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Remedy {
    /// A board takes a decision.
    Decide {
        /// Which.
        decision: DecisionId,
    },
    /// A second person checks evidence.
    CheckEvidence {
        /// Which.
        evidence: EvidenceId,
    },
    /// A second person judges evidence for the requirement it was carried to.
    JudgeEvidence {
        /// Which.
        evidence: EvidenceId,
        /// For which requirement.
        requirement: RequirementId,
    },
    /// The findings a report counts are all recorded.
    RecordFindings {
        /// Which report.
        source: SourceId,
    },
    /// A second person verifies an action.
    VerifyAction {
        /// Which.
        action: ActionId,
    },
    /// Evidence is added to an action.
    AddEvidence {
        /// Which action.
        action: ActionId,
    },
    /// An owner finishes an action and claims it.
    FinishAction {
        /// Which.
        action: ActionId,
    },
    /// Somebody plans work for a finding.
    PlanFinding {
        /// Which.
        finding: FindingId,
    },
    /// Evidence of one of these kinds is brought.
    BringEvidence {
        /// Any of these will do.
        any_of: BTreeSet<EvidenceKind>,
        /// The requirement it is for; none when a gate asks for it.
        requirement: Option<RequirementId>,
    },
    /// Somebody says how a requirement is met.
    StateRequirement {
        /// Which.
        requirement: RequirementId,
    },
    /// The indicators of a requirement are answered.
    AnswerIndicators {
        /// Which requirement.
        requirement: RequirementId,
    },
    /// A second person checks the answers to a requirement's indicators.
    CheckAnswers {
        /// Which requirement.
        requirement: RequirementId,
    },
    /// Work that makes the answers to these indicators better.
    RaiseGrade {
        /// Which requirement.
        requirement: RequirementId,
        /// The indicators that keep its grade down.
        indicators: Vec<IndicatorId>,
    },
    /// A second person checks that a requirement does not apply.
    CheckExclusion {
        /// Which.
        requirement: RequirementId,
    },
    /// The application form is filled in.
    FillForm {
        /// The empty fields.
        missing: Vec<String>,
    },
    /// The report of a test, audit or review is recorded.
    RecordReport {
        /// Any of these will do.
        any_of: BTreeSet<SourceKind>,
    },
    /// A senior officer signs.
    Sign,
}

/// A step and what it frees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do.
    pub remedy: Remedy,
    /// Gates that it alone keeps from passing.
    pub gates_freed: Vec<String>,
    /// Requirements that it alone keeps from being ready.
    pub requirements_freed: Vec<RequirementId>,
    /// Gates and requirements it is in the way of, freed or not.
    pub stands_in: u32,
}

#[derive(Default)]
struct Effect {
    gates: Vec<String>,
    requirements: Vec<RequirementId>,
    stands_in: u32,
}

pub(super) fn steps(view: &View<'_>, gates: &[GateAnswer], requirements: &[RequirementAnswer]) -> Vec<Step> {
    let mut effects: BTreeMap<Remedy, Effect> = BTreeMap::new();
    let of_requirements: BTreeMap<&RequirementId, BTreeSet<Remedy>> =
        requirements.iter().map(|answer| (&answer.id, remedies(view, &answer.blockers, Some(&answer.id)))).collect();
    for gate in gates {
        let mut remedies = remedies(view, &gate.blockers, None);
        let needed = gate.blockers.iter().filter_map(|blocker| match blocker {
            Blocker::RequirementNotReady { requirement } => of_requirements.get(requirement),
            _ => None,
        });
        remedies.extend(needed.flatten().cloned());
        for remedy in &remedies {
            let effect = effects.entry(remedy.clone()).or_default();
            effect.stands_in += 1;
            if remedies.len() == 1 {
                effect.gates.push(gate.id.clone());
            }
        }
    }
    for answer in requirements {
        let Some(remedies) = of_requirements.get(&answer.id) else { continue };
        for remedy in remedies {
            let effect = effects.entry(remedy.clone()).or_default();
            effect.stands_in += 1;
            if remedies.len() == 1 {
                effect.requirements.push(answer.id.clone());
            }
        }
    }
    let mut steps: Vec<Step> = effects
        .into_iter()
        .map(|(remedy, effect)| Step {
            remedy,
            gates_freed: effect.gates,
            requirements_freed: effect.requirements,
            stands_in: effect.stands_in,
        })
        .collect();
    steps
        .sort_by_key(|step| std::cmp::Reverse((step.gates_freed.len(), step.requirements_freed.len(), step.stands_in)));
    steps
}

fn remedies(view: &View<'_>, blockers: &[Blocker], requirement: Option<&RequirementId>) -> BTreeSet<Remedy> {
    blockers.iter().filter_map(|blocker| remedy(view, blocker, requirement)).collect()
}

/// The step that a blocker calls for; none for what is only the sum of other blockers.
pub(super) fn remedy(view: &View<'_>, blocker: &Blocker, requirement: Option<&RequirementId>) -> Option<Remedy> {
    let remedy = match (blocker, requirement) {
        (Blocker::NoStatement, Some(requirement)) => Remedy::StateRequirement { requirement: requirement.clone() },
        (Blocker::ExclusionUnchecked { .. }, Some(requirement)) => {
            Remedy::CheckExclusion { requirement: requirement.clone() }
        }
        (Blocker::NotAssessed | Blocker::Unanswered { .. } | Blocker::AnswersRejected { .. }, Some(requirement)) => {
            Remedy::AnswerIndicators { requirement: requirement.clone() }
        }
        (Blocker::AnswersUnchecked { .. }, Some(requirement)) => {
            Remedy::CheckAnswers { requirement: requirement.clone() }
        }
        (Blocker::BelowTarget { held_back_by, .. }, Some(requirement)) => {
            Remedy::RaiseGrade { requirement: requirement.clone(), indicators: held_back_by.clone() }
        }
        (Blocker::NoEvidence { any_of, instead }, requirement) => {
            let unchecked = instead.iter().find(|(_, shortfall)| *shortfall == Shortfall::Unchecked);
            let unjudged = instead.iter().find(|(_, shortfall)| matches!(shortfall, Shortfall::NotJudged(_)));
            match (unchecked, unjudged, requirement) {
                (Some((evidence, _)), _, _) => Remedy::CheckEvidence { evidence: evidence.clone() },
                (None, Some((evidence, _)), Some(requirement)) => {
                    Remedy::JudgeEvidence { evidence: evidence.clone(), requirement: requirement.clone() }
                }
                _ => Remedy::BringEvidence { any_of: any_of.clone(), requirement: requirement.cloned() },
            }
        }
        (Blocker::FindingOpen { finding, actions, .. }, _) => close(view, finding, actions),
        (Blocker::Unaccounted { source, .. }, _) => Remedy::RecordFindings { source: source.clone() },
        (Blocker::FormIncomplete { missing }, _) => Remedy::FillForm { missing: missing.clone() },
        (Blocker::NotSigned | Blocker::SignatureOver { .. } | Blocker::SignedByAnother { .. }, _) => Remedy::Sign,
        (Blocker::NotReported { any_of, .. }, _) => Remedy::RecordReport { any_of: any_of.clone() },
        (Blocker::ActionLate { action, .. }, _) => {
            let held = view.register.actions.get(action)?;
            advance(view, action, held, &mut BTreeSet::new())
        }
        (Blocker::RequirementNotReady { .. } | Blocker::NothingApplies, _) => return None,
        // Only a requirement's answer holds these, and it always says whose it is.
        (
            Blocker::NoStatement
            | Blocker::ExclusionUnchecked { .. }
            | Blocker::NotAssessed
            | Blocker::Unanswered { .. }
            | Blocker::AnswersUnchecked { .. }
            | Blocker::AnswersRejected { .. }
            | Blocker::BelowTarget { .. },
            None,
        ) => return None,
    };
    Some(remedy)
}

/// The first step on the way to closing a finding.
fn close(view: &View<'_>, finding: &FindingId, actions: &[ActionId]) -> Remedy {
    let held = actions.iter().filter_map(|id| view.register.actions.get(id).map(|action| (id, action)));
    match held.filter(|(_, action)| view.register.is_unfinished(action)).min_by_key(|(id, action)| (action.due, *id)) {
        Some((id, action)) => advance(view, id, action, &mut BTreeSet::new()),
        None => Remedy::PlanFinding { finding: finding.clone() },
    }
}

/// The first step on the way to a verified action: the decision or the action it waits for comes before its own work.
fn advance(view: &View<'_>, id: &ActionId, action: &Action, seen: &mut BTreeSet<ActionId>) -> Remedy {
    if let Some(decision) = view.register.undecided(action).next() {
        return Remedy::Decide { decision: decision.clone() };
    }
    if matches!(action.state, ActionState::Open) {
        seen.insert(id.clone());
        let first = view.register.unfinished(action).find(|first| !seen.contains(*first));
        if let Some((first, held)) = first.and_then(|first| Some((first, view.register.actions.get(first)?))) {
            return advance(view, first, held, seen);
        }
        return Remedy::FinishAction { action: id.clone() };
    }
    if view.register.grounds(action).next().is_some() {
        return Remedy::VerifyAction { action: id.clone() };
    }
    let waiting = action
        .evidence
        .iter()
        .find(|evidence| view.register.evidence.get(*evidence).is_some_and(crate::register::evidence::Evidence::waits));
    match waiting {
        Some(evidence) => Remedy::CheckEvidence { evidence: evidence.clone() },
        None => Remedy::AddEvidence { action: id.clone() },
    }
}

//! Whether one requirement is ready: it has a statement, its kinds of evidence in date and checked, and no open finding
//! at or above the scheme's threshold.

use serde::Serialize;

use super::blocker::{Blocker, Ground, meet};
use super::{Share, View, in_framework};
use crate::reference::{FindingId, RequirementId};
use crate::register::finding::Finding;
use crate::register::requirement::Stance;
use crate::standards::{EvidenceRule, Requirement};
use crate::standing::{FindingStanding, Lens};
use crate::words::{EvidenceKind, Strength};

/// One requirement's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequirementAnswer {
    /// The requirement.
    pub id: RequirementId,
    /// Its title.
    pub title: String,
    /// Whether it is ready.
    pub state: RequirementState,
    /// What stands in the way.
    pub blockers: Vec<Blocker>,
    /// What it rests on.
    pub grounds: Vec<Ground>,
}

/// Whether a requirement is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum RequirementState {
    /// It is.
    Ready,
    /// It is not.
    NotReady,
    /// It does not apply, for a reason somebody else has checked. It leaves both sides of the division.
    NotApplicable {
        /// The reason.
        reason: String,
    },
}

pub(super) fn answer(view: &View<'_>, asked: &Requirement, lens: Lens) -> RequirementAnswer {
    let id = RequirementId { framework: view.scheme.framework.clone(), number: asked.number.clone() };
    let mut blockers = Vec::new();
    let mut grounds = Vec::new();
    match view.register.stances.get(&(view.organisation.clone(), id.clone())) {
        Some(Stance::Excluded { reason, proposed, checked }) => {
            if checked.is_some() || lens == Lens::Claimed {
                let state = RequirementState::NotApplicable { reason: reason.to_string() };
                return RequirementAnswer { id, title: asked.title.to_string(), state, blockers, grounds };
            }
            blockers.push(Blocker::ExclusionUnchecked { by: proposed.by.clone() });
        }
        Some(Stance::Stated { statement, by }) => {
            grounds.push(Ground::Statement { text: statement.to_string(), by: by.by.clone() });
        }
        None => blockers.push(Blocker::NoStatement),
    }
    for rule in rules(view, asked).iter() {
        match meet(view, view.evidence_for(&asked.number).iter().copied(), rule, lens) {
            Ok(ground) => grounds.push(ground),
            Err(blocker) => blockers.push(blocker),
        }
    }
    let touching = view.findings.iter().filter(|(_, finding)| {
        finding.event.severity >= view.scheme.threshold
            && in_framework(&finding.event.requirements, view.scheme).any(|number| number == &asked.number)
    });
    for (finding_id, finding) in touching {
        match look(view, finding_id, finding, lens) {
            Ok(ground) => grounds.push(ground),
            Err(blocker) => blockers.push(blocker),
        }
    }
    let state = if blockers.is_empty() { RequirementState::Ready } else { RequirementState::NotReady };
    RequirementAnswer { id, title: asked.title.to_string(), state, blockers, grounds }
}

/// The evidence rules of a requirement; without any, one that takes whatever is more than someone's word.
fn rules<'a>(view: &View<'a>, asked: &Requirement) -> std::borrow::Cow<'a, [EvidenceRule]> {
    match view.scheme.evidence.get(&asked.number) {
        Some(rules) => rules.as_slice().into(),
        None => {
            let any_of = EvidenceKind::ALL.iter().copied().filter(|kind| kind.strength() >= Strength::Medium);
            vec![EvidenceRule { any_of: any_of.collect(), months: None }].into()
        }
    }
}

/// Where a finding stands, as a ground or as a blocker.
pub(super) fn look(view: &View<'_>, id: &FindingId, finding: &Finding, lens: Lens) -> Result<Ground, Blocker> {
    match view.register.finding_standing(id, finding, view.on, lens) {
        FindingStanding::Open { hosts } => Err(Blocker::FindingOpen {
            finding: id.clone(),
            severity: finding.event.severity,
            of: finding.hosts.len(),
            actions: finding.actions.iter().cloned().collect(),
            faults: view.register.plan_faults(id, finding, &hosts, view.on),
            hosts,
        }),
        standing => Ok(Ground::FindingClosed { finding: id.clone(), standing }),
    }
}

/// Ready ones of applicable ones.
pub(super) fn share(states: impl Iterator<Item = RequirementState>) -> Share {
    let mut share = Share { part: 0, whole: 0 };
    for state in states {
        match state {
            RequirementState::Ready => {
                share.part += 1;
                share.whole += 1;
            }
            RequirementState::NotReady => share.whole += 1,
            RequirementState::NotApplicable { .. } => {}
        }
    }
    share
}

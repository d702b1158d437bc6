//! Whether one requirement is ready: it has a statement, its kinds of evidence in date and checked, and no open finding
//! at or above the scheme's threshold.

use std::borrow::Cow;

use serde::Serialize;

use super::blocker::{Blocker, Ground, meet};
use super::{Share, View, in_framework};
use crate::reference::{FindingId, Grade, IndicatorId, RequirementId};
use crate::register::assessment::{Assessment, IndicatorAnswer};
use crate::register::finding::Finding;
use crate::register::requirement::Stance;
use crate::standards::{Asking, EvidenceRule, Grading, Indicator, IndicatorGrading, Requirement};
use crate::standing::{FindingStanding, Lens};

/// One requirement's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequirementAnswer {
    /// The requirement.
    pub id: RequirementId,
    /// Its title.
    pub title: String,
    /// Whether it is ready.
    pub state: RequirementState,
    /// How far it is met, where the scheme grades and somebody has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graded: Option<Graded>,
    /// What stands in the way.
    pub blockers: Vec<Blocker>,
    /// What it rests on.
    pub grounds: Vec<Ground>,
}

/// How far a requirement is met, and how far it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Graded {
    /// The grade that follows from the answers.
    pub grade: Grade,
    /// The grade the profile asks for; the highest where there is no profile.
    pub target: Grade,
    /// Whether the one is at least the other, whoever has checked it.
    pub met: bool,
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
    let id = RequirementId { framework: view.framework.id.clone(), number: asked.number.clone() };
    let title = asked.title.to_string();
    let key = (view.organisation.clone(), id.clone());
    let mut found = Findings::default();
    let stance = view.register.stances.get(&key);
    if let Some(Stance::Excluded { reason, proposed, checked }) = stance {
        if checked.is_some() || lens == Lens::Claimed {
            let state = RequirementState::NotApplicable { reason: reason.to_string() };
            return RequirementAnswer { id, title, state, graded: None, blockers: Vec::new(), grounds: Vec::new() };
        }
        found.take(Err(Blocker::ExclusionUnchecked { by: proposed.by.clone() }));
    }
    if let Some(Stance::Stated { statement, by }) = stance {
        found.take(Ok(Ground::Statement { text: statement.to_string(), by: by.by.clone() }));
    }
    let graded = match &view.scheme.grading {
        Grading::Ready => {
            if stance.is_none() {
                found.take(Err(Blocker::NoStatement));
            }
            None
        }
        Grading::Indicators(grading) => {
            let assessment = view.register.assessments.get(&key);
            graded(grading, asked, assessment, lens, &mut found)
        }
    };
    // Nothing is claimed of a requirement that need not be met, so there is nothing for evidence to show.
    for rule in asked_of(view, asked).iter() {
        found.take(meet(view, view.evidence_for(&asked.number).iter().copied(), rule, lens));
    }
    let touching = view.findings.iter().filter(|(_, finding)| {
        finding.event.severity >= view.scheme.threshold
            && in_framework(&finding.event.requirements, view.scheme).any(|number| number == &asked.number)
    });
    for (finding_id, finding) in touching {
        found.take(look(view, finding_id, finding, lens));
    }
    let Findings { blockers, grounds } = found;
    let state = if blockers.is_empty() { RequirementState::Ready } else { RequirementState::NotReady };
    RequirementAnswer { id, title, state, graded, blockers, grounds }
}

#[derive(Default)]
struct Findings {
    blockers: Vec<Blocker>,
    grounds: Vec<Ground>,
}

impl Findings {
    fn take(&mut self, answer: Result<Ground, Blocker>) {
        match answer {
            Ok(ground) => self.grounds.push(ground),
            Err(blocker) => self.blockers.push(blocker),
        }
    }
}

/// The grade that follows from the answers, and what stands between them and readiness.
fn graded(
    grading: &IndicatorGrading,
    asked: &Requirement,
    assessment: Option<&Assessment>,
    lens: Lens,
    found: &mut Findings,
) -> Option<Graded> {
    let Some(assessment) = assessment else {
        found.take(Err(Blocker::NotAssessed));
        return None;
    };
    // Where a column takes no alternatives, one says neither yes nor no: the indicator has no answer, and is taken for
    // true where that is the worse.
    let said = |indicator: &Indicator| {
        assessment
            .answers
            .get(&indicator.id)
            .filter(|answer| !answer.is_claimed_otherwise() || grading.alternatives_in.contains(&indicator.column))
    };
    let counts = |indicator: &Indicator| {
        let odd = assessment.answers.contains_key(&indicator.id) && grading.is_lowest(&indicator.column);
        said(indicator).map_or(odd, IndicatorAnswer::holds)
    };
    let target = asked.target.as_ref().unwrap_or(grading.highest());
    let grade = grading.grade_of(&asked.indicators, counts);
    let met = grading.reaches(grade, target);
    let indicators = || asked.indicators.iter();
    let unanswered: Vec<IndicatorId> =
        indicators().filter(|one| said(one).is_none()).map(|one| one.id.clone()).collect();
    if !unanswered.is_empty() {
        found.take(Err(Blocker::Unanswered { indicators: unanswered }));
    }
    if !met {
        let held_back_by = grading.held_back_by(&asked.indicators, counts, target);
        found.take(Err(Blocker::BelowTarget { grade: grade.clone(), target: target.clone(), held_back_by }));
    }
    let checked_by = assessment.check.as_ref().map(|check| check.by.by.clone());
    match &assessment.check {
        Some(check) if !check.accepted => found.take(Err(Blocker::AnswersRejected { by: check.by.by.clone() })),
        None if lens == Lens::Verified => {
            found.take(Err(Blocker::AnswersUnchecked { by: assessment.answered.by.clone() }));
        }
        _ if met => {
            let by = assessment.answered.by.clone();
            found.take(Ok(Ground::Graded { grade: grade.clone(), target: target.clone(), by, checked_by }));
        }
        _ => {}
    }
    Some(Graded { grade: grade.clone(), target: target.clone(), met })
}

/// Whether the profile wants no more of a requirement than the lowest grade.
fn asks_nothing(view: &View<'_>, asked: &Requirement) -> bool {
    match &view.scheme.grading {
        Grading::Ready => false,
        Grading::Indicators(grading) => asked.target.as_ref().is_some_and(|target| grading.is_lowest(target)),
    }
}

/// The rules by which a requirement asks for evidence here: none where it need not be met, or does not apply and somebody
/// else has checked that.
pub(super) fn asked_of<'a>(view: &View<'a>, asked: &Requirement) -> Cow<'a, [EvidenceRule]> {
    let id = RequirementId { framework: view.framework.id.clone(), number: asked.number.clone() };
    let stance = view.register.stances.get(&(view.organisation.clone(), id));
    if asks_nothing(view, asked) || matches!(stance, Some(Stance::Excluded { checked: Some(_), .. })) {
        return Cow::Borrowed(&[]);
    }
    view.scheme.asks(Asking::Requirement(&asked.number))
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
pub(super) fn share<'a>(states: impl Iterator<Item = &'a RequirementState>) -> Share {
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

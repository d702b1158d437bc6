//! The board's view for machines, in the frozen format `portreeve.readiness/1`.

use portreeve_model::Day;
use portreeve_model::readiness::{
    ActionCount, Blocker, FindingCount, GateAnswer, Ground, Readiness, Remedy, RequirementAnswer, RequirementState,
    ScopeGrowth, Share, Step, Verdict,
};
use serde::Serialize;
use serde_json::Value;

use super::{scope, text};
use crate::{Subject, words};

/// The board's view as JSON.
pub fn json(subject: &Subject<'_>) -> Value {
    let needed = scope::decisions(subject);
    let late = scope::late(subject);
    let distinct = scope::distinct(subject);
    let document = Document {
        format: "portreeve.readiness/1",
        demonstration: subject.register.is_demonstration(),
        summary: text::sentence(subject, late.len(), &needed),
        head: head(subject),
        organisations: subject.answers.iter().map(|answer| organisation(subject, answer)).collect(),
        distinct_actions: Actions {
            total: distinct.total,
            claimed: distinct.claimed,
            verified: distinct.verified,
            late: u32::try_from(late.len()).unwrap_or(u32::MAX),
            withdrawn: None,
        },
        late: late.iter().map(late_json).collect(),
        decisions_needed: needed.iter().map(needed_json).collect(),
    };
    value(&document)
}

/// Frozen shapes hold texts, numbers, lists and maps with text keys, so none fails; a null would be seen at once.
pub(crate) fn value(document: &impl Serialize) -> Value {
    serde_json::to_value(document).unwrap_or(Value::Null)
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    demonstration: bool,
    summary: String,
    #[serde(flatten)]
    head: Head,
    organisations: Vec<Organisation>,
    distinct_actions: Actions,
    late: Vec<LateAction>,
    decisions_needed: Vec<Decision>,
}

/// What every answer says of itself.
#[derive(Serialize)]
pub(crate) struct Head {
    register: String,
    scheme: String,
    scheme_title: String,
    framework: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    known: u64,
    on: String,
    quarter: String,
    at_risk_days: u16,
    severity_threshold: &'static str,
}

pub(crate) fn head(subject: &Subject<'_>) -> Head {
    Head {
        register: subject.name().to_owned(),
        scheme: subject.scheme.id.to_string(),
        scheme_title: subject.scheme.title.to_string(),
        framework: subject.framework.id.to_string(),
        profile: subject.framework.profile.as_ref().map(ToString::to_string),
        known: subject.as_of.known.count(),
        on: subject.as_of.on.iso(),
        quarter: subject.as_of.on.quarter(),
        at_risk_days: subject.scheme.at_risk_days,
        severity_threshold: subject.scheme.threshold.word(),
    }
}

#[derive(Serialize)]
struct Organisation {
    organisation: String,
    name: String,
    verdict: &'static str,
    target: Option<String>,
    actions: Actions,
    requirements_verified: Ready,
    requirements_claimed: Ready,
    findings: Findings,
    scope: Scope,
    gates: Vec<Gate>,
    requirements: Vec<Requirement>,
    steps: Vec<StepJson>,
}

fn organisation(subject: &Subject<'_>, answer: &Readiness) -> Organisation {
    Organisation {
        organisation: answer.organisation.to_string(),
        name: words::organisation(&answer.organisation, subject.register),
        verdict: verdict(answer.verdict),
        target: answer.target.map(Day::iso),
        actions: actions(&answer.actions),
        requirements_verified: ready(answer.verified),
        requirements_claimed: ready(answer.claimed),
        findings: findings(&answer.findings),
        scope: growth(&answer.scope),
        gates: answer.gates.iter().map(|held| gate(subject, held)).collect(),
        requirements: answer.requirements.iter().map(|held| requirement(subject, held)).collect(),
        steps: answer.steps.iter().map(|held| step(held, answer)).collect(),
    }
}

pub(crate) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::WouldNotPass => "would-not-pass",
        Verdict::WouldPassWithPlan => "would-pass-with-plan",
        Verdict::WouldPass => "would-pass",
    }
}

#[derive(Serialize)]
pub(crate) struct Actions {
    total: u32,
    claimed: u32,
    verified: u32,
    late: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<u32>,
}

pub(crate) const fn actions(count: &ActionCount) -> Actions {
    Actions {
        total: count.total,
        claimed: count.claimed,
        verified: count.verified,
        late: count.late,
        withdrawn: Some(count.withdrawn),
    }
}

#[derive(Serialize)]
pub(crate) struct Ready {
    ready: u32,
    applicable: u32,
    percent: Option<u32>,
}

pub(crate) fn ready(share: Share) -> Ready {
    Ready { ready: share.part, applicable: share.whole, percent: share.percent() }
}

#[derive(Serialize)]
pub(crate) struct Findings {
    total: u32,
    closed_with_evidence: u32,
    fixed: u32,
    false_positive: u32,
    duplicate: u32,
    accepted: u32,
    open: u32,
    unaccounted: u32,
}

pub(crate) const fn findings(count: &FindingCount) -> Findings {
    Findings {
        total: count.total,
        closed_with_evidence: count.closed(),
        fixed: count.fixed,
        false_positive: count.false_positive,
        duplicate: count.duplicate,
        accepted: count.accepted,
        open: count.open,
        unaccounted: count.unaccounted,
    }
}

#[derive(Serialize)]
struct Scope {
    baseline: Option<String>,
    actions_then: u32,
    findings_then: u32,
    actions_added: Vec<String>,
    findings_added: Vec<String>,
}

fn growth(scope: &ScopeGrowth) -> Scope {
    Scope {
        baseline: scope.baseline.map(Day::iso),
        actions_then: scope.actions_then,
        findings_then: scope.findings_then,
        actions_added: scope.actions_added.iter().map(ToString::to_string).collect(),
        findings_added: scope.findings_added.iter().map(ToString::to_string).collect(),
    }
}

/// A gate's answer.
#[derive(Serialize)]
pub(crate) struct Gate {
    id: String,
    title: String,
    source: String,
    passes: bool,
    plan_will_do: bool,
    passes_with_plan: bool,
    blockers: Vec<Fact>,
    grounds: Vec<Fact>,
}

pub(crate) fn gate(subject: &Subject<'_>, answer: &GateAnswer) -> Gate {
    Gate {
        id: answer.id.clone(),
        title: answer.title.clone(),
        source: answer.source.clone(),
        passes: answer.passes(),
        plan_will_do: answer.plan_will_do,
        passes_with_plan: answer.passes_with_plan(),
        blockers: answer.blockers.iter().map(|held| blocker(subject, held)).collect(),
        grounds: answer.grounds.iter().map(|held| ground(subject, held)).collect(),
    }
}

/// A requirement's answer.
#[derive(Serialize)]
pub(crate) struct Requirement {
    requirement: String,
    title: String,
    state: &'static str,
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
    blockers: Vec<Fact>,
    grounds: Vec<Fact>,
}

pub(crate) fn requirement(subject: &Subject<'_>, answer: &RequirementAnswer) -> Requirement {
    let (state, reason) = match &answer.state {
        RequirementState::Ready => ("ready", None),
        RequirementState::NotReady => ("not-ready", None),
        RequirementState::NotApplicable { reason } => ("not-applicable", Some(reason.clone())),
    };
    Requirement {
        requirement: answer.id.to_string(),
        title: answer.title.clone(),
        state,
        reason,
        grade: answer.graded.as_ref().map(|graded| graded.grade.to_string()),
        target: answer.graded.as_ref().map(|graded| graded.target.to_string()),
        met: answer.graded.as_ref().map(|graded| graded.met),
        blockers: answer.blockers.iter().map(|held| blocker(subject, held)).collect(),
        grounds: answer.grounds.iter().map(|held| ground(subject, held)).collect(),
    }
}

/// A blocker or a ground: its kind, what it is about, and the sentence.
#[derive(Serialize)]
pub(crate) struct Fact {
    kind: &'static str,
    about: Vec<String>,
    says: String,
}

pub(crate) fn blocker(subject: &Subject<'_>, blocker: &Blocker) -> Fact {
    let (kind, about) = match blocker {
        Blocker::NoStatement => ("no-statement", Vec::new()),
        Blocker::ExclusionUnchecked { by } => ("exclusion-unchecked", vec![by.to_string()]),
        Blocker::NotAssessed => ("not-assessed", Vec::new()),
        Blocker::Unanswered { indicators } => ("unanswered", indicators.iter().map(ToString::to_string).collect()),
        Blocker::AnswersUnchecked { by } => ("answers-unchecked", vec![by.to_string()]),
        Blocker::AnswersRejected { by } => ("answers-rejected", vec![by.to_string()]),
        Blocker::BelowTarget { held_back_by, .. } => {
            ("below-target", held_back_by.iter().map(ToString::to_string).collect())
        }
        Blocker::RequirementNotReady { requirement } => ("requirement-not-ready", vec![requirement.to_string()]),
        Blocker::NothingApplies => ("nothing-applies", Vec::new()),
        Blocker::ActionLate { action, days: _ } => ("action-late", vec![action.to_string()]),
        Blocker::NotReported { latest, any_of: _ } => {
            ("not-reported", latest.iter().map(|(source, _)| source.to_string()).collect())
        }
        Blocker::SignedByAnother { by, needs: _ } => ("signed-by-another", vec![by.to_string()]),
        Blocker::NoEvidence { instead, any_of: _ } => {
            ("no-evidence", instead.iter().map(|(id, _)| id.to_string()).collect())
        }
        Blocker::FindingOpen { finding, actions, .. } => {
            let mut about = vec![finding.to_string()];
            about.extend(actions.iter().map(ToString::to_string));
            ("finding-open", about)
        }
        Blocker::Unaccounted { source, missing: _ } => ("unaccounted", vec![source.to_string()]),
        Blocker::FormIncomplete { missing } => ("form-incomplete", missing.clone()),
        Blocker::NotSigned => ("not-signed", Vec::new()),
        Blocker::SignatureOver { on: _ } => ("signature-over", Vec::new()),
    };
    Fact { kind, about, says: words::blocker(blocker, subject.register) }
}

pub(crate) fn ground(subject: &Subject<'_>, ground: &Ground) -> Fact {
    let (kind, about) = match ground {
        Ground::Statement { by, text: _ } => ("statement", vec![by.to_string()]),
        Ground::Evidence { id, manifest, carried, .. } => {
            let mut about = vec![id.to_string()];
            about.extend(manifest.map(|digest| format!("sha256:{digest}")));
            about.extend(carried.iter().flat_map(|over| [over.from.to_string(), over.mapping.to_string()]));
            ("evidence", about)
        }
        Ground::FindingClosed { finding, standing: _ } => ("finding-closed", vec![finding.to_string()]),
        Ground::Graded { by, checked_by, .. } => {
            let people = std::iter::once(by).chain(checked_by);
            ("graded", people.map(ToString::to_string).collect())
        }
        Ground::Requirements { ready: _ } => ("requirements", Vec::new()),
        Ground::Report { source, .. } => ("report", vec![source.to_string()]),
        Ground::OnTime { unfinished: _ } => ("on-time", Vec::new()),
        Ground::Form { fields: _ } => ("form", Vec::new()),
        Ground::Signature { by, organisation, .. } => ("signature", vec![by.to_string(), organisation.to_string()]),
    };
    Fact { kind, about, says: words::ground(ground, subject.register) }
}

/// A step and what it frees.
#[derive(Serialize)]
pub(crate) struct StepJson {
    step: &'static str,
    what: String,
    command: String,
    gates_freed: Vec<String>,
    requirements_freed: Vec<String>,
    stands_in: u32,
}

pub(crate) fn step(step: &Step, answer: &Readiness) -> StepJson {
    let advice = words::remedy_for(&step.remedy, &answer.organisation);
    let name = match &step.remedy {
        Remedy::Decide { .. } => "decide",
        Remedy::CheckEvidence { .. } => "check-evidence",
        Remedy::JudgeEvidence { .. } => "judge-evidence",
        Remedy::RecordFindings { .. } => "record-findings",
        Remedy::VerifyAction { .. } => "verify-action",
        Remedy::AddEvidence { .. } => "add-evidence",
        Remedy::FinishAction { .. } => "finish-action",
        Remedy::PlanFinding { .. } => "plan-finding",
        Remedy::BringEvidence { .. } => "bring-evidence",
        Remedy::StateRequirement { .. } => "state-requirement",
        Remedy::CheckExclusion { .. } => "check-exclusion",
        Remedy::AnswerIndicators { .. } => "answer-indicators",
        Remedy::CheckAnswers { .. } => "check-answers",
        Remedy::RaiseGrade { .. } => "raise-grade",
        Remedy::FillForm { .. } => "fill-form",
        Remedy::RecordReport { .. } => "record-report",
        Remedy::Sign => "sign",
    };
    StepJson {
        step: name,
        what: advice.what,
        command: advice.command,
        gates_freed: step.gates_freed.clone(),
        requirements_freed: step.requirements_freed.iter().map(ToString::to_string).collect(),
        stands_in: step.stands_in,
    }
}

/// A late action.
#[derive(Serialize)]
pub(crate) struct LateAction {
    action: String,
    title: String,
    owner: String,
    days: i64,
    original: Option<String>,
    due: Option<String>,
    moves: usize,
    why: String,
}

pub(crate) fn late_json(late: &scope::Late<'_>) -> LateAction {
    LateAction {
        action: late.id.to_string(),
        title: late.action.title.to_string(),
        owner: late.action.owner.to_string(),
        days: late.days,
        original: late.action.original.map(Day::iso),
        due: late.action.due.map(Day::iso),
        moves: late.action.moves.len(),
        why: late.why.clone(),
    }
}

#[derive(Serialize)]
struct Decision {
    letter: String,
    decision: String,
    title: String,
    body: String,
    needed_by: String,
    recommended: Option<String>,
    options: Vec<Choice>,
    holds_up: Vec<String>,
}

#[derive(Serialize)]
struct Choice {
    label: String,
    title: String,
    capital_pence: u64,
    yearly_pence: u64,
}

fn needed_json(needed: &scope::Needed<'_>) -> Decision {
    let event = &needed.decision.event;
    let options = event.options.iter().map(|option| Choice {
        label: option.label.to_string(),
        title: option.title.to_string(),
        capital_pence: option.costs.iter().map(|line| line.capital).sum::<portreeve_model::Pence>().pence(),
        yearly_pence: option.costs.iter().map(|line| line.yearly).sum::<portreeve_model::Pence>().pence(),
    });
    Decision {
        letter: needed.letter.clone(),
        decision: needed.id.to_string(),
        title: event.title.to_string(),
        body: event.body.to_string(),
        needed_by: event.needed_by.iso(),
        recommended: event.recommended.as_ref().map(ToString::to_string),
        options: options.collect(),
        holds_up: needed.holds_up.iter().map(ToString::to_string).collect(),
    }
}

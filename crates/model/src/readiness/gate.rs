//! The gates: what decides whether an organisation would pass.

use std::collections::BTreeSet;

use serde::Serialize;

use super::View;
use super::blocker::{Blocker, Ground, meet};
use super::requirement::{RequirementAnswer, RequirementState, look, share};
use super::scope::unaccounted;
use crate::standards::{EvidenceRule, Gate, GateRule, TimeLimit};
use crate::standing::{Flag, Lens, PlanFault};
use crate::words::{Role, Severity, SourceKind};

/// Whether an organisation would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A gate fails.
    WouldNotPass,
    /// The gates that fail are those for which a realistic plan will do, and there is one.
    WouldPassWithPlan,
    /// Every gate passes.
    WouldPass,
}

impl Verdict {
    /// The verdict in words.
    pub const fn shown(self) -> &'static str {
        match self {
            Verdict::WouldNotPass => "would not pass today",
            Verdict::WouldPassWithPlan => "would pass with its plan",
            Verdict::WouldPass => "would pass",
        }
    }
}

/// One gate's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GateAnswer {
    /// The gate's reference in the scheme.
    pub id: String,
    /// What it asks.
    pub title: String,
    /// Where the rule comes from.
    pub source: String,
    /// What to do when it fails.
    pub remedy: String,
    /// Whether a realistic plan is enough.
    pub plan_will_do: bool,
    /// What stands in the way; empty when the gate passes.
    pub blockers: Vec<Blocker>,
    /// What it rests on.
    pub grounds: Vec<Ground>,
}

impl GateAnswer {
    /// Whether the gate passes.
    pub fn passes(&self) -> bool {
        self.blockers.is_empty()
    }

    /// Whether it fails, but every blocker has a realistic plan and the scheme takes one.
    pub fn passes_with_plan(&self) -> bool {
        self.plan_will_do && self.blockers.iter().all(Blocker::is_planned)
    }
}

/// What the gates decide together.
pub(super) fn verdict(gates: &[GateAnswer]) -> Verdict {
    if gates.iter().all(GateAnswer::passes) {
        Verdict::WouldPass
    } else if gates.iter().all(|gate| gate.passes() || gate.passes_with_plan()) {
        Verdict::WouldPassWithPlan
    } else {
        Verdict::WouldNotPass
    }
}

pub(super) fn answers(view: &View<'_>, requirements: &[RequirementAnswer]) -> Vec<GateAnswer> {
    view.scheme.gates.iter().map(|gate| answer(view, gate, requirements)).collect()
}

fn answer(view: &View<'_>, gate: &Gate, requirements: &[RequirementAnswer]) -> GateAnswer {
    let (grounds, blockers) = match &gate.rule {
        GateRule::Evidence { any_of, within } => {
            let rule = EvidenceRule { any_of: any_of.clone(), within: *within };
            split([meet(view, view.evidence(), &rule, Lens::Verified)])
        }
        GateRule::Particulars => split([particulars(view)]),
        GateRule::Signature { within, by } => split([signature(view, *within, by)]),
        GateRule::RequirementsReady => ready(requirements),
        GateRule::FindingsClosed { at_or_above } => split(findings(view, *at_or_above)),
        GateRule::FindingsClosedWithin { at_or_above, within } => {
            let (grounds, mut blockers) = split(findings(view, *at_or_above));
            blockers.retain(|blocker| overdue(view, blocker, *within));
            (grounds, blockers)
        }
        GateRule::FindingsPlanned => {
            let (grounds, mut blockers) = split(findings(view, Severity::Informational));
            blockers.retain(unplanned);
            let missing =
                unaccounted(view).map(|(source, missing)| Blocker::Unaccounted { source: source.clone(), missing });
            blockers.extend(missing);
            (grounds, blockers)
        }
        GateRule::ActionsOnTime => on_time(view),
        GateRule::Reported { any_of, within } => split([reported(view, any_of, *within)]),
    };
    GateAnswer {
        id: gate.id.clone(),
        title: gate.title.to_string(),
        source: gate.source.to_string(),
        remedy: gate.remedy.to_string(),
        plan_will_do: gate.plan_will_do,
        blockers,
        grounds,
    }
}

/// Whether every requirement that applies is ready. Where nothing applies, nothing has been shown.
fn ready(requirements: &[RequirementAnswer]) -> (Vec<Ground>, Vec<Blocker>) {
    let share = share(requirements.iter().map(|answer| &answer.state));
    if share.whole == 0 {
        return (Vec::new(), vec![Blocker::NothingApplies]);
    }
    let not_ready = requirements.iter().filter(|answer| answer.state == RequirementState::NotReady);
    let blockers: Vec<_> =
        not_ready.map(|answer| Blocker::RequirementNotReady { requirement: answer.id.clone() }).collect();
    let grounds = if blockers.is_empty() { vec![Ground::Requirements { ready: share.part }] } else { Vec::new() };
    (grounds, blockers)
}

/// Whether an open finding has been open for longer than the limit. It counts from the day of the report, so that
/// recording it late gains nothing.
fn overdue(view: &View<'_>, blocker: &Blocker, within: TimeLimit) -> bool {
    let Blocker::FindingOpen { finding, .. } = blocker else { return true };
    let reported = view
        .findings
        .get(finding)
        .and_then(|held| view.register.sources.get(&held.event.source))
        .map(|source| source.event.on);
    reported.is_none_or(|reported| within.after(reported) <= view.on)
}

/// The latest report of a kind about the organisation, if it is in date.
fn reported(view: &View<'_>, any_of: &BTreeSet<SourceKind>, within: Option<TimeLimit>) -> Result<Ground, Blocker> {
    let sources = view.register.sources.iter();
    let latest = sources
        .filter(|(_, source)| any_of.contains(&source.event.source_kind))
        .filter(|(_, source)| source.event.organisations.contains(view.organisation))
        .max_by_key(|(id, source)| (source.event.on, *id));
    let Some((id, source)) = latest else {
        return Err(Blocker::NotReported { any_of: any_of.clone(), latest: None });
    };
    let expires = within.map(|limit| limit.after(source.event.on));
    if expires.is_some_and(|expires| expires <= view.on) {
        return Err(Blocker::NotReported { any_of: any_of.clone(), latest: Some((id.clone(), source.event.on)) });
    }
    Ok(Ground::Report { source: id.clone(), on: source.event.on, expires })
}

fn on_time(view: &View<'_>) -> (Vec<Ground>, Vec<Blocker>) {
    let unfinished: Vec<_> = view.actions.iter().filter(|(_, action)| view.register.is_unfinished(action)).collect();
    let late = unfinished.iter().filter_map(|(id, action)| {
        match view.register.flag(action, view.on, view.scheme.at_risk_days, None) {
            Flag::Late { days } => Some(Blocker::ActionLate { action: (**id).clone(), days }),
            Flag::Closed | Flag::AtRisk { .. } | Flag::OnTrack => None,
        }
    });
    let blockers: Vec<_> = late.collect();
    let unfinished = u32::try_from(unfinished.len()).unwrap_or(u32::MAX);
    (if blockers.is_empty() { vec![Ground::OnTime { unfinished }] } else { Vec::new() }, blockers)
}

fn split(answers: impl IntoIterator<Item = Result<Ground, Blocker>>) -> (Vec<Ground>, Vec<Blocker>) {
    let mut grounds = Vec::new();
    let mut blockers = Vec::new();
    for answer in answers {
        match answer {
            Ok(ground) => grounds.push(ground),
            Err(blocker) => blockers.push(blocker),
        }
    }
    (grounds, blockers)
}

fn findings<'a>(view: &'a View<'_>, at_or_above: Severity) -> impl Iterator<Item = Result<Ground, Blocker>> + 'a {
    view.findings
        .iter()
        .filter(move |(_, finding)| finding.event.severity >= at_or_above)
        .map(|(id, finding)| look(view, id, finding, Lens::Verified))
}

/// Whether a finding lacks an action or a date. An owner every action has.
fn unplanned(blocker: &Blocker) -> bool {
    let Blocker::FindingOpen { faults, .. } = blocker else { return true };
    faults.iter().any(|fault| matches!(fault, PlanFault::NoAction | PlanFault::NoDate { .. }))
}

fn particulars(view: &View<'_>) -> Result<Ground, Blocker> {
    let stated =
        view.register.schemes.get(&view.scheme.id).and_then(|scheme| scheme.particulars.get(view.organisation));
    let empty = |id: &String| !stated.is_some_and(|form| form.contains_key(id));
    let missing: Vec<String> = view.scheme.particulars.iter().map(|field| field.id.clone()).filter(empty).collect();
    if missing.is_empty() {
        Ok(Ground::Form { fields: view.scheme.particulars.len() })
    } else {
        Err(Blocker::FormIncomplete { missing })
    }
}

fn signature(view: &View<'_>, within: TimeLimit, by: &BTreeSet<Role>) -> Result<Ground, Blocker> {
    let held = view.register.schemes.get(&view.scheme.id);
    let Some(signed) = held.and_then(|scheme| scheme.signatures.get(view.organisation)) else {
        return Err(Blocker::NotSigned);
    };
    if signed.roles.is_disjoint(by) {
        return Err(Blocker::SignedByAnother { by: signed.event.signatory.clone(), needs: by.clone() });
    }
    let signed = &signed.event;
    let expires = within.after(signed.on);
    let form_stands = signed
        .form
        .as_ref()
        .is_none_or(|form| view.register.evidence.get(form).is_some_and(crate::register::evidence::Evidence::counts));
    if expires <= view.on || !form_stands {
        return Err(Blocker::SignatureOver { on: signed.on });
    }
    Ok(Ground::Signature {
        by: signed.signatory.clone(),
        organisation: signed.organisation.clone(),
        on: signed.on,
        expires,
    })
}

//! The gates: what decides whether an organisation would pass.

use serde::Serialize;

use super::View;
use super::blocker::{Blocker, Ground, meet};
use super::requirement::look;
use super::scope::unaccounted;
use crate::standards::{EvidenceRule, Gate, GateRule};
use crate::standing::{Lens, PlanFault};
use crate::words::Severity;

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

pub(super) fn answers(view: &View<'_>) -> Vec<GateAnswer> {
    view.scheme.gates.iter().map(|gate| answer(view, gate)).collect()
}

fn answer(view: &View<'_>, gate: &Gate) -> GateAnswer {
    let (grounds, blockers) = match &gate.rule {
        GateRule::Evidence { any_of, months } => {
            let rule = EvidenceRule { any_of: any_of.clone(), months: *months };
            split([meet(view, view.evidence(), &rule, Lens::Verified)])
        }
        GateRule::Particulars => split([particulars(view)]),
        GateRule::Signature { months } => split([signature(view, *months)]),
        GateRule::FindingsClosed { at_or_above } => split(findings(view, *at_or_above)),
        GateRule::FindingsPlanned => {
            let (grounds, mut blockers) = split(findings(view, Severity::Informational));
            blockers.retain(unplanned);
            let missing =
                unaccounted(view).map(|(source, missing)| Blocker::Unaccounted { source: source.clone(), missing });
            blockers.extend(missing);
            (grounds, blockers)
        }
    };
    GateAnswer {
        id: gate.id.clone(),
        title: gate.title.to_string(),
        source: gate.source.to_string(),
        plan_will_do: gate.plan_will_do,
        blockers,
        grounds,
    }
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

fn signature(view: &View<'_>, months: u8) -> Result<Ground, Blocker> {
    let held = view.register.schemes.get(&view.scheme.id);
    let Some(signed) = held.and_then(|scheme| scheme.signatures.get(view.organisation)) else {
        return Err(Blocker::NotSigned);
    };
    let expires = signed.on.plus_months(months);
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

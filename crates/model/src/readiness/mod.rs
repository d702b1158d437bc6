//! Readiness: whether an organisation would pass a scheme on a day, why, and how far it is.
//!
//! Gates decide. The percentage stands beside them and never instead of them. Every answer carries its grounds, down to
//! the evidence it rests on, and its blockers.

mod blocker;
mod calendar;
mod gate;
mod held;
mod lack;
mod next;
mod requirement;
mod scope;

pub use blocker::{Blocker, Ground, Shortfall};
pub use calendar::{Due, Standing, Window, calendar};
pub use gate::{GateAnswer, Verdict};
pub use held::CarriedOver;
pub use lack::{Aged, AskedBy, Lack, Lacks, lacks};
pub use next::{Remedy, Step};
pub use requirement::{Graded, RequirementAnswer, RequirementState};
pub use scope::{ActionCount, FindingCount, ScopeGrowth, unrecorded};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::day::Day;
use crate::reference::{FindingId, OrganisationId, RequirementId, RequirementNumber, SchemeId};
use crate::register::Register;
use crate::register::action::{Action, ActionState};
use crate::register::evidence::Evidence;
use crate::register::finding::Finding;
use crate::size::LogSize;
use crate::standards::{Framework, Scheme};
use crate::standing::Lens;
use held::Held;

/// What had been recorded, and the day on which it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AsOf {
    /// How many entries are known.
    pub known: LogSize,
    /// The day.
    pub on: Day,
}

/// What is asked: one organisation, one scheme, one day.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The register as far as it is known.
    pub register: &'a Register,
    /// The framework the scheme judges, tailored by the profile; without requirements where it judges none.
    pub framework: &'a Framework,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// The organisation.
    pub organisation: &'a OrganisationId,
    /// What is known, and the day.
    pub as_of: AsOf,
}

/// So many of so many. Shown as a percentage that never rounds up: only all is 100%, and none of nothing is no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many.
    pub part: u32,
    /// Of how many.
    pub whole: u32,
}

impl Share {
    /// The percentage, rounded down; `None` when there is nothing to divide by.
    pub fn percent(self) -> Option<u32> {
        let percent = u64::from(self.part) * 100 / u64::from(self.whole).max(1);
        if self.whole == 0 { None } else { u32::try_from(percent).ok() }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(out, "{percent}% ({} of {})", self.part, self.whole),
            None => out.write_str("no figure (nothing is applicable)"),
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// The scheme.
    pub scheme: SchemeId,
    /// The organisation.
    pub organisation: OrganisationId,
    /// What was known, and the day.
    pub as_of: AsOf,
    /// The day by which it is wanted.
    pub target: Option<Day>,
    /// Whether it would pass.
    pub verdict: Verdict,
    /// Every gate.
    pub gates: Vec<GateAnswer>,
    /// Every requirement, in the framework's own order.
    pub requirements: Vec<RequirementAnswer>,
    /// Requirements ready, of those applicable, by what checked evidence shows.
    pub verified: Share,
    /// The same by what owners say. The distance is the assurance gap.
    pub claimed: Share,
    /// The actions.
    pub actions: ActionCount,
    /// The findings.
    pub findings: FindingCount,
    /// How the scope has grown.
    pub scope: ScopeGrowth,
    /// What to do, most effect first.
    pub steps: Vec<Step>,
}

/// Answers a question. The same question always gets the same answer.
pub fn readiness(question: &Question<'_>) -> Readiness {
    let view = View::of(question);
    let requirements: Vec<RequirementAnswer> = question
        .framework
        .requirements
        .iter()
        .map(|requirement| requirement::answer(&view, requirement, Lens::Verified))
        .collect();
    let claimed = question.framework.requirements.iter();
    let claimed: Vec<_> = claimed.map(|asked| requirement::answer(&view, asked, Lens::Claimed).state).collect();
    let claimed = requirement::share(claimed.iter());
    let verified = requirement::share(requirements.iter().map(|answer| &answer.state));
    let gates = gate::answers(&view, &requirements);
    let steps = next::steps(&view, &gates, &requirements);
    let held = question.register.schemes.get(&question.scheme.id);
    Readiness {
        scheme: question.scheme.id.clone(),
        organisation: question.organisation.clone(),
        as_of: question.as_of,
        target: held.and_then(|held| held.event.target),
        verdict: gate::verdict(&gates),
        gates,
        requirements,
        verified,
        claimed,
        actions: scope::count_actions(&view),
        findings: scope::count_findings(&view),
        scope: scope::growth(&view),
        steps,
    }
}

/// A question with what concerns it picked out once.
pub(crate) struct View<'a> {
    pub(crate) register: &'a Register,
    pub(crate) framework: &'a Framework,
    pub(crate) scheme: &'a Scheme,
    pub(crate) organisation: &'a OrganisationId,
    pub(crate) on: Day,
    pub(crate) findings: BTreeMap<&'a FindingId, &'a Finding>,
    pub(crate) actions: BTreeMap<&'a crate::reference::ActionId, &'a Action>,
    by_requirement: BTreeMap<&'a RequirementNumber, Vec<Held<'a>>>,
}

impl<'a> View<'a> {
    fn of(question: &Question<'a>) -> View<'a> {
        let Question { register, framework, scheme, organisation, .. } = *question;
        let findings: BTreeMap<_, _> =
            register.findings.iter().filter(|(_, finding)| concerns(register, finding, scheme, organisation)).collect();
        let actions = register
            .actions
            .iter()
            .filter(|(_, action)| action_concerns(register, action, scheme, organisation))
            .collect();
        let mut by_requirement: BTreeMap<&RequirementNumber, Vec<_>> = BTreeMap::new();
        for (id, evidence) in &register.evidence {
            if evidence.organisations.contains(organisation) {
                let touched = touched(register, scheme, evidence);
                for number in held::reached(&touched, evidence, &framework.id) {
                    let held = Held { id, evidence, carried: held::way(&touched, evidence, &framework.id, number) };
                    by_requirement.entry(number).or_default().push(held);
                }
            }
        }
        View { register, framework, scheme, organisation, on: question.as_of.on, findings, actions, by_requirement }
    }

    /// The evidence that bears on a requirement: linked to it, or to an action or finding that touches it, or carried
    /// to it from another framework.
    pub(crate) fn evidence_for(&self, number: &RequirementNumber) -> &[Held<'a>] {
        self.by_requirement.get(number).map_or(&[], Vec::as_slice)
    }

    /// All evidence of the organisation.
    pub(crate) fn evidence(&self) -> impl Iterator<Item = Held<'a>> {
        let organisation = self.organisation;
        let whole = self.register.evidence.iter().map(|(id, evidence)| Held { id, evidence, carried: None });
        whole.filter(move |held| held.evidence.organisations.contains(organisation))
    }
}

/// A finding concerns a scheme when it comes from a kind of work the scheme follows and touches a requirement of its
/// framework, or none that any scheme of the organisation judges: neither leaving out the link nor a link that leads
/// nowhere must hide a weakness. Where the scheme has no framework, what
/// the finding touches is not asked.
pub fn concerns(register: &Register, finding: &Finding, scheme: &Scheme, organisation: &OrganisationId) -> bool {
    let touches = || {
        scheme.framework.is_none()
            || nowhere_judged(register, finding, organisation)
            || in_framework(&finding.event.requirements, scheme).next().is_some()
    };
    finding.event.organisations.contains(organisation) && follows(register, finding, scheme) && touches()
}

/// Whether none of the requirements a finding touches is judged by a scheme that the organisation goes for.
fn nowhere_judged(register: &Register, finding: &Finding, organisation: &OrganisationId) -> bool {
    let going = || register.schemes.values().filter(|held| held.event.organisations.contains(organisation));
    let judged =
        |requirement: &RequirementId| going().any(|held| held.event.framework.as_ref() == Some(&requirement.framework));
    !finding.event.requirements.iter().any(judged)
}

/// Whether the scheme follows the kind of work that raised the finding.
fn follows(register: &Register, finding: &Finding, scheme: &Scheme) -> bool {
    let kind = || register.sources.get(&finding.event.source).map(|source| source.event.source_kind);
    scheme.findings_of.is_empty() || kind().is_none_or(|kind| scheme.findings_of.contains(&kind))
}

/// An action concerns a scheme when it serves a requirement of its framework, or a finding that concerns it, or nothing
/// that is named.
pub fn action_concerns(register: &Register, action: &Action, scheme: &Scheme, organisation: &OrganisationId) -> bool {
    let serves = || {
        let mut findings = action.closes.keys().filter_map(|id| register.findings.get(id));
        findings.any(|finding| concerns(register, finding, scheme, organisation))
    };
    action.organisations.contains(organisation)
        && ((action.closes.is_empty() && action.requirements.is_empty())
            || in_framework(&action.requirements, scheme).next().is_some()
            || serves())
}

fn in_framework<'a>(
    requirements: impl IntoIterator<Item = &'a RequirementId>,
    scheme: &Scheme,
) -> impl Iterator<Item = &'a RequirementNumber> {
    requirements
        .into_iter()
        .filter(|requirement| Some(&requirement.framework) == scheme.framework.as_ref())
        .map(|requirement| &requirement.number)
}

/// The scheme's requirements that an item of evidence bears on without having been carried.
fn touched<'a>(register: &'a Register, scheme: &Scheme, evidence: &'a Evidence) -> BTreeSet<&'a RequirementNumber> {
    in_framework(register.bears_on(evidence), scheme).collect()
}

/// Whether an action has been withdrawn.
pub(crate) fn is_withdrawn(action: &Action) -> bool {
    matches!(action.state, ActionState::Withdrawn { .. })
}

//! Counting: actions, findings, and how the scope has grown since the baseline.

use serde::Serialize;

use super::{View, is_withdrawn};
use crate::day::Day;
use crate::reference::{ActionId, FindingId, OrganisationId, SourceId};
use crate::register::Register;
use crate::size::EntryNumber;
use crate::standards::Scheme;
use crate::standing::{FindingStanding, Flag, Lens};

/// Actions by how far they are. Withdrawn ones are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ActionCount {
    /// All that are not withdrawn.
    pub total: u32,
    /// Those their owners say are done, the verified ones among them.
    pub claimed: u32,
    /// Those somebody else has seen done, on evidence that still counts.
    pub verified: u32,
    /// Late against their original date.
    pub late: u32,
    /// Withdrawn.
    pub withdrawn: u32,
}

/// Findings by how they ended. The parts add up to the total, and what a source counted but nobody recorded is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingCount {
    /// All that concern the scheme, with those unaccounted for.
    pub total: u32,
    /// Fixed and verified.
    pub fixed: u32,
    /// Risk accepted, in date.
    pub accepted: u32,
    /// False positives, checked.
    pub false_positive: u32,
    /// Duplicates, checked.
    pub duplicate: u32,
    /// Open.
    pub open: u32,
    /// Counted in a source's report but never recorded.
    pub unaccounted: u32,
}

impl FindingCount {
    /// Those that ended with checked evidence: fixed, false positive or duplicate.
    pub const fn closed(&self) -> u32 {
        self.fixed + self.false_positive + self.duplicate
    }
}

/// How the scope has grown since the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScopeGrowth {
    /// The day of the baseline, if one was set.
    pub baseline: Option<Day>,
    /// Actions in scope then.
    pub actions_then: u32,
    /// Findings in scope then.
    pub findings_then: u32,
    /// Actions added since.
    pub actions_added: Vec<ActionId>,
    /// Findings added since.
    pub findings_added: Vec<FindingId>,
}

pub(super) fn count_actions(view: &View<'_>) -> ActionCount {
    let mut count = ActionCount::default();
    for action in view.actions.values() {
        if is_withdrawn(action) {
            count.withdrawn += 1;
            continue;
        }
        count.total += 1;
        count.claimed += u32::from(view.register.action_stands(action, Lens::Claimed));
        count.verified += u32::from(view.register.action_stands(action, Lens::Verified));
        let flag = view.register.flag(action, view.on, view.scheme.at_risk_days, None);
        count.late += u32::from(matches!(flag, Flag::Late { .. }));
    }
    count
}

pub(super) fn count_findings(view: &View<'_>) -> FindingCount {
    let mut count = FindingCount::default();
    for (id, finding) in &view.findings {
        count.total += 1;
        match view.register.finding_standing(id, finding, view.on, Lens::Verified) {
            FindingStanding::Fixed => count.fixed += 1,
            FindingStanding::Accepted { .. } => count.accepted += 1,
            FindingStanding::FalsePositive => count.false_positive += 1,
            FindingStanding::Duplicate { .. } => count.duplicate += 1,
            FindingStanding::Open { .. } => count.open += 1,
        }
    }
    let missing = unaccounted(view).map(|(_, missing)| missing).sum::<u32>();
    count.unaccounted += missing;
    count.total += missing;
    count
}

/// The sources that count more findings than are recorded, and how many each lacks.
pub(super) fn unaccounted<'a>(view: &View<'a>) -> impl Iterator<Item = (&'a SourceId, u32)> {
    unrecorded(view.register, view.scheme, view.organisation)
}

/// The sources a scheme follows that count more findings than are recorded, and how many each lacks.
pub fn unrecorded<'a>(
    register: &'a Register,
    scheme: &'a Scheme,
    organisation: &'a OrganisationId,
) -> impl Iterator<Item = (&'a SourceId, u32)> {
    let followed = &scheme.findings_of;
    let sources = register.sources.iter().filter(move |(_, source)| {
        let kind = &source.event.source_kind;
        source.event.organisations.contains(organisation) && (followed.is_empty() || followed.contains(kind))
    });
    sources.filter_map(|(id, source)| {
        let raised = u32::try_from(source.findings.len()).unwrap_or(u32::MAX);
        let missing = source.event.findings_reported?.saturating_sub(raised);
        (missing > 0).then_some((id, missing))
    })
}

pub(super) fn growth(view: &View<'_>) -> ScopeGrowth {
    let held = view.register.schemes.get(&view.scheme.id);
    let Some(baseline) = held.and_then(|scheme| scheme.baseline.as_ref()) else { return ScopeGrowth::default() };
    let later = |entry: EntryNumber| entry > baseline.entry;
    let actions: Vec<_> = view.actions.iter().filter(|(_, action)| !is_withdrawn(action)).collect();
    let added = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    ScopeGrowth {
        baseline: Some(baseline.on),
        actions_then: added(view.actions.values().filter(|action| !later(action.added.entry)).count()),
        findings_then: added(view.findings.values().filter(|finding| !later(finding.raised.entry)).count()),
        actions_added: actions
            .iter()
            .filter(|(_, action)| later(action.added.entry))
            .map(|(id, _)| (**id).clone())
            .collect(),
        findings_added: view
            .findings
            .iter()
            .filter(|(_, finding)| later(finding.raised.entry))
            .map(|(id, _)| (*id).clone())
            .collect(),
    }
}

//! Which evidence a question is about.
//!
//! Must never hold what is not part of the question: a page goes on only with the question that it came from.

use std::collections::BTreeSet;

use portreeve_model::Day;
use portreeve_model::reference::{ActionId, EvidenceId, FindingId, RequirementId};
use portreeve_model::register::evidence::Evidence;
use portreeve_model::words::EvidenceKind;

/// Which evidence is asked about: what is everything that is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// One of these, if any are named.
    pub evidence: BTreeSet<EvidenceId>,
    /// For all these actions.
    pub actions: BTreeSet<ActionId>,
    /// For all these findings.
    pub findings: BTreeSet<FindingId>,
    /// For all these requirements.
    pub requirements: BTreeSet<RequirementId>,
    /// Of this kind.
    pub kind: Option<EvidenceKind>,
    /// Collected on this day or later.
    pub from: Option<Day>,
    /// Collected on this day or earlier.
    pub to: Option<Day>,
    /// Also what was withdrawn.
    pub withdrawn: bool,
}

impl Which {
    /// Whether it is this evidence too.
    pub fn fits(&self, id: &EvidenceId, held: &Evidence) -> bool {
        let linked = self.actions.is_subset(&held.actions)
            && self.findings.is_subset(&held.findings)
            && self.requirements.is_subset(&held.requirements);
        linked
            && (self.withdrawn || held.withdrawn.is_none())
            && (self.evidence.is_empty() || self.evidence.contains(id))
            && self.kind.is_none_or(|kind| kind == held.kind)
            && self.from.is_none_or(|from| from <= held.collected)
            && self.to.is_none_or(|to| held.collected <= to)
    }
}

//! What would answer a finding: playbooks, and actions that are already open. Everything proposed says why. It must
//! never link, plan or close anything: it ends with a command that a person may type.

mod actions;
mod json;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use portreeve_catalogue::Playbook;
use portreeve_catalogue::playbook::{FindingTexts, Proposal, propose};
use portreeve_model::reference::{FindingId, PlaybookId};
use portreeve_model::register::finding::Finding;
use portreeve_model::standing::Lens;
use portreeve_model::{Day, Register};

pub use actions::{ACTIONS_MAX, Answering, Link};
pub use json::json;
pub use text::text;
pub(crate) use text::weeks;

/// What would answer one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The finding.
    pub finding: FindingId,
    /// Playbooks, best first.
    pub proposals: Vec<Proposal>,
    /// Actions that are open already, best first.
    pub answering: Vec<Answering>,
}

/// The built-in playbooks by name.
pub type Playbooks = BTreeMap<PlaybookId, Playbook>;

/// Findings that are open on a day and that no open action closes, in the order of their references.
pub fn unanswered(register: &Register, on: Day) -> Vec<FindingId> {
    let planned = |finding: &Finding| {
        finding
            .actions
            .iter()
            .filter_map(|id| register.actions.get(id))
            .any(portreeve_model::register::action::Action::is_open)
    };
    let open = |id: &FindingId, finding: &Finding| register.finding_standing(id, finding, on, Lens::Verified).is_open();
    let left = register.findings.iter().filter(|(id, finding)| !planned(finding) && open(id, finding));
    left.map(|(id, _)| id.clone()).collect()
}

/// What would answer each of the findings; one that does not exist is left out.
pub fn suggest(register: &Register, playbooks: &Playbooks, wanted: &[FindingId]) -> Vec<Suggestion> {
    let mut matched = Matched { register, playbooks, found: BTreeMap::new() };
    let known = wanted.iter().filter_map(|id| register.findings.get(id).map(|finding| (id, finding)));
    known
        .map(|(id, finding)| {
            let proposals = matched.of(id);
            let answering = actions::answering(&mut matched, id, finding, &proposals);
            Suggestion { finding: id.clone(), proposals, answering }
        })
        .collect()
}

/// The proposals for each finding, worked out once: an action is compared by all findings that it closes.
struct Matched<'a> {
    register: &'a Register,
    playbooks: &'a Playbooks,
    found: BTreeMap<FindingId, Vec<Proposal>>,
}

impl Matched<'_> {
    fn of(&mut self, id: &FindingId) -> Vec<Proposal> {
        if let Some(found) = self.found.get(id) {
            return found.clone();
        }
        let found = self.register.findings.get(id).map_or_else(Vec::new, |finding| {
            let event = &finding.event;
            let texts = FindingTexts {
                title: &event.title,
                description: event.description.as_ref(),
                recommendation: event.recommendation.as_ref(),
                cves: &BTreeSet::new(),
                requirements: &event.requirements,
            };
            propose(self.playbooks.values(), &texts)
        });
        self.found.insert(id.clone(), found.clone());
        found
    }

    /// The playbook that fits a finding best.
    fn best(&mut self, id: &FindingId) -> Option<PlaybookId> {
        self.of(id).first().map(|proposal| proposal.playbook.clone())
    }
}

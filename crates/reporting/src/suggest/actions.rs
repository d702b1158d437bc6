//! Open actions that would answer a finding. Work is proposed when it follows the same playbook, serves the same
//! requirement itself, touches the same hosts, or closes findings of the same kind; never because two findings merely
//! touch the same requirement, as a third of a health check does.

use std::collections::BTreeSet;

use portreeve_catalogue::playbook::Proposal;
use portreeve_model::reference::{ActionId, FindingId, PlaybookId, RequirementId};
use portreeve_model::register::action::Action;
use portreeve_model::register::finding::Finding;
use portreeve_model::text::Host;
use serde::Serialize;

use super::Matched;

/// Most actions named for one finding. More than these few is a reading list.
pub const ACTIONS_MAX: usize = 3;

/// An open action that would answer a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answering {
    /// Which.
    pub action: ActionId,
    /// Why, strongest first. There is at least one reason.
    pub links: Vec<Link>,
}

/// Why an action would answer a finding, from the strongest to the weakest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Link {
    /// It already closes the finding, or some hosts of it.
    Closes,
    /// It follows a playbook that is proposed for the finding.
    SamePlaybook {
        /// The playbook.
        playbook: PlaybookId,
    },
    /// It closes findings that the same playbook fits best.
    Similar {
        /// Those findings.
        findings: BTreeSet<FindingId>,
        /// The playbook.
        playbook: PlaybookId,
    },
    /// It was planned for a requirement that the finding touches.
    SameRequirement {
        /// The requirement.
        requirement: RequirementId,
    },
    /// It works on hosts that the finding names.
    SameHosts {
        /// Those hosts.
        hosts: BTreeSet<Host>,
    },
}

impl Link {
    /// Whether it is about the same work, and not only about the same place.
    const fn is_near(&self) -> bool {
        matches!(self, Link::Closes | Link::SamePlaybook { .. } | Link::Similar { .. })
    }

    /// How much it says. What closes the finding comes first whatever else is true; the same kind of work on other hosts
    /// is nearer than other work on the same hosts, and both together are nearer than either.
    const fn weight(&self) -> u32 {
        match self {
            Link::Closes => 100,
            Link::SamePlaybook { .. } => 8,
            Link::Similar { .. } => 6,
            Link::SameRequirement { .. } => 4,
            Link::SameHosts { .. } => 3,
        }
    }
}

/// The open actions that would answer a finding, best first, at most [`ACTIONS_MAX`].
pub(super) fn answering(
    matched: &mut Matched<'_>,
    id: &FindingId,
    finding: &Finding,
    proposals: &[Proposal],
) -> Vec<Answering> {
    let register = matched.register;
    let mut found: Vec<Answering> = Vec::new();
    for (action_id, action) in register.actions.iter().filter(|(_, action)| action.is_open()) {
        let links = links(matched, id, finding, proposals, action);
        if !links.is_empty() {
            found.push(Answering { action: action_id.clone(), links });
        }
    }
    keep_what_tells(&mut found);
    let weight = |one: &Answering| one.links.iter().map(Link::weight).sum::<u32>();
    found.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.action.cmp(&b.action)));
    found.truncate(ACTIONS_MAX);
    found
}

/// A host or a requirement in common is told only where nothing nearer is open, and a requirement only while few share
/// it: half of a plan may serve the same one.
fn keep_what_tells(found: &mut Vec<Answering>) {
    let near = |one: &Answering| one.links.iter().any(Link::is_near);
    if found.iter().any(near) {
        found.retain(near);
    } else {
        let alone = |one: &Answering| one.links.iter().all(|link| matches!(link, Link::SameRequirement { .. }));
        if found.iter().filter(|one| alone(one)).count() > ACTIONS_MAX {
            found.retain(|one| !alone(one));
        }
    }
}

fn links(
    matched: &mut Matched<'_>,
    id: &FindingId,
    finding: &Finding,
    proposals: &[Proposal],
    action: &Action,
) -> Vec<Link> {
    let mut links = Vec::new();
    if action.closes.contains_key(id) {
        links.push(Link::Closes);
    }
    let followed =
        proposals.iter().map(|proposal| &proposal.playbook).find(|one| action.playbook.as_ref() == Some(*one));
    links.extend(followed.map(|playbook| Link::SamePlaybook { playbook: playbook.clone() }));
    if let Some(best) = proposals.first().map(|proposal| proposal.playbook.clone()) {
        let others: Vec<&FindingId> = action.closes.keys().filter(|other| *other != id).collect();
        let alike = others.into_iter().filter(|other| matched.best(other).as_ref() == Some(&best));
        let findings: BTreeSet<FindingId> = alike.cloned().collect();
        if !findings.is_empty() {
            links.push(Link::Similar { findings, playbook: best });
        }
    }
    let served = action.requirements.intersection(&finding.event.requirements);
    links.extend(served.map(|requirement| Link::SameRequirement { requirement: requirement.clone() }));
    let hosts = same_hosts(matched, id, finding, action);
    if !hosts.is_empty() {
        links.push(Link::SameHosts { hosts });
    }
    links.sort();
    links
}

/// The hosts that the finding names and other findings that the action closes name too. The whole estate is no host.
fn same_hosts(matched: &Matched<'_>, id: &FindingId, finding: &Finding, action: &Action) -> BTreeSet<Host> {
    let whole = Host::whole_estate();
    let mut hosts = BTreeSet::new();
    for (other, closed) in action.closes.iter().filter(|(other, _)| *other != id) {
        let Some(held) = matched.register.findings.get(other) else { continue };
        let touched = held.hosts.keys().filter(|host| closed.is_empty() || closed.contains(*host));
        hosts.extend(touched.filter(|host| **host != whole && finding.hosts.contains_key(*host)).cloned());
    }
    hosts
}

//! Suggestions for machines, in the frozen format `portreeve.suggestions/1`.

use portreeve_catalogue::playbook::{Proposal, Reason};
use portreeve_model::Register;
use portreeve_model::reference::FindingId;
use serde::Serialize;
use serde_json::Value;

use super::{Answering, Link, Playbooks, Suggestion, text};
use crate::readiness::json as shapes;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    demonstration: bool,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    finding: &'a FindingId,
    title: &'a str,
    severity: &'static str,
    playbooks: Vec<Playbook<'a>>,
    actions: Vec<Action<'a>>,
}

#[derive(Serialize)]
struct Playbook<'a> {
    playbook: &'a str,
    title: &'a str,
    from_weeks: u16,
    to_weeks: u16,
    reasons: Vec<Said<'a, Reason>>,
    command: String,
}

#[derive(Serialize)]
struct Action<'a> {
    action: &'a str,
    title: &'a str,
    reasons: Vec<Said<'a, Link>>,
    command: Option<String>,
}

/// A reason with the sentence a person reads.
#[derive(Serialize)]
struct Said<'a, T: Serialize> {
    #[serde(flatten)]
    reason: &'a T,
    says: String,
}

/// What would answer each finding. The order is the rank; lead times are in weeks.
pub fn json(register: &Register, playbooks: &Playbooks, suggestions: &[Suggestion]) -> Value {
    let findings = suggestions.iter().filter_map(|suggestion| {
        let id = &suggestion.finding;
        let event = &register.findings.get(id)?.event;
        Some(Finding {
            finding: id,
            title: event.title.as_str(),
            severity: event.severity.word(),
            playbooks: suggestion.proposals.iter().filter_map(|one| playbook(playbooks, id, one)).collect(),
            actions: suggestion.answering.iter().filter_map(|one| action(register, id, one)).collect(),
        })
    });
    shapes::value(&Document {
        format: "portreeve.suggestions/1",
        demonstration: register.is_demonstration(),
        findings: findings.collect(),
    })
}

fn playbook<'a>(playbooks: &'a Playbooks, finding: &FindingId, proposal: &'a Proposal) -> Option<Playbook<'a>> {
    let held = playbooks.get(&proposal.playbook)?;
    Some(Playbook {
        playbook: proposal.playbook.as_str(),
        title: held.title.as_str(),
        from_weeks: held.lead_time.from_weeks,
        to_weeks: held.lead_time.to_weeks,
        reasons: proposal.reasons.iter().map(|reason| Said { reason, says: text::reason(reason) }).collect(),
        command: text::plan(&proposal.playbook, finding),
    })
}

fn action<'a>(register: &'a Register, finding: &FindingId, answering: &'a Answering) -> Option<Action<'a>> {
    let held = register.actions.get(&answering.action)?;
    Some(Action {
        action: answering.action.as_str(),
        title: held.title.as_str(),
        reasons: answering.links.iter().map(|reason| Said { reason, says: text::link(reason) }).collect(),
        command: text::join(answering, finding),
    })
}

//! Decisions and risk acceptances in full.

use portreeve_model::reference::{DecisionId, RiskId};
use portreeve_model::{Day, History, Register};

use super::{Record, ids};
use crate::readiness::scope;
use crate::words;

/// One decision.
pub fn decision(register: &Register, history: &History, id: &DecisionId, on: Day) -> Option<Record> {
    let held = register.decisions.get(id)?;
    let event = &held.event;
    let mut record = Record::new(format!("{id}  {}", event.title), id.as_str(), history);
    let state = match &held.taken {
        Some((taken, _)) => format!("option {} taken on {}: {}", taken.outcome, taken.on, taken.minute),
        None if event.needed_by < on => format!("OVERDUE, needed by {}", event.needed_by),
        None => format!("needed by {}", event.needed_by),
    };
    record.fact("State", state);
    record.fact("Needed by", event.needed_by.to_string());
    record.fact("Body", event.body.as_str());
    record.fact("Organisations", ids(&event.organisations));
    for option in &event.options {
        let cost = scope::cost(&option.costs).unwrap_or_else(|| "no cost recorded".to_owned());
        let mark = if event.recommended.as_ref() == Some(&option.label) { " (recommended)" } else { "" };
        record.fact("Option", format!("{}: {}, {cost}{mark}", option.label, option.title));
    }
    let waits = register.actions.iter().filter(|(_, action)| action.after_decisions.contains(id));
    for (action, held) in waits {
        record.fact("Holds up", format!("{action}  {}", held.title));
    }
    record.fact("Where this comes from", event.provenance.as_ref().map_or("", |text| text.as_str()));
    Some(record)
}

/// One risk acceptance.
pub fn risk(register: &Register, history: &History, id: &RiskId, on: Day) -> Option<Record> {
    let held = register.risks.get(id)?;
    let event = &held.event;
    let by = words::person(&event.accepted_by, register);
    let mut record = Record::new(format!("{id}  accepted by {by} until {}", event.until), id.as_str(), history);
    let state = match &held.withdrawn {
        Some((ended, trace)) => format!("ended early on {}: {}", trace.on, ended.reason),
        None if held.holds_on(on) => "in force".to_owned(),
        None => "over".to_owned(),
    };
    record.fact("State", state);
    for (finding, hosts) in &event.findings {
        let on = if hosts.is_empty() { "every host".to_owned() } else { words::hosts(hosts.iter()) };
        let title = register.findings.get(finding).map_or("", |held| held.event.title.as_str());
        record.fact("Finding", format!("{finding} on {on}: {title}"));
    }
    record.fact("Reason", event.reason.as_str());
    record.fact("What lowers the risk", event.compensating_control.as_str());
    record.fact("Minute", event.minute.as_ref().map_or("", |minute| minute.as_str()));
    Some(record)
}

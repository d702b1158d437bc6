//! Decisions, risk acceptances, packs and certificates as lists.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::reference::FindingId;
use portreeve_model::text::Host;
use portreeve_model::{Day, Register};

use super::ids;
use crate::table::{Table, row};
use crate::words;

/// The decisions, the open ones first as the earliest is needed.
pub fn decisions(register: &Register, on: Day) -> Table {
    let columns = ["Reference", "Decision", "Body", "Needed by", "State", "Options", "Holds up"];
    let mut table = Table::new("Decisions", &columns);
    let mut held: Vec<_> = register.decisions.iter().collect();
    held.sort_by_key(|(id, decision)| (decision.taken.is_some(), decision.event.needed_by, *id));
    for (id, decision) in held {
        let event = &decision.event;
        let state = match &decision.taken {
            Some((taken, _)) => format!("option {} on {}", taken.outcome, taken.on.short()),
            None if event.needed_by < on => "OVERDUE".to_owned(),
            None => "needed".to_owned(),
        };
        let waiting = register.actions.iter().filter(|(_, action)| {
            action.after_decisions.contains(id) && register.undecided(action).any(|one| one == id)
        });
        table.rows.push(row![
            id.to_string(),
            event.title.to_string(),
            event.body.to_string(),
            event.needed_by,
            state,
            ids(event.options.iter().map(|option| &option.label)),
            ids(waiting.map(|(action, _)| action)),
        ]);
    }
    table.note = Some("Record one: portreeve decision record REF --outcome LABEL --on DATE --minute \"…\"".to_owned());
    table
}

/// The risk acceptances, with whether each is in force.
pub fn risks(register: &Register, on: Day) -> Table {
    let columns = ["Reference", "Findings", "Accepted by", "Until", "State", "Reason"];
    let mut table = Table::new("Risk acceptances", &columns);
    for (id, held) in &register.risks {
        let state = if held.holds_on(on) {
            "in force"
        } else if held.withdrawn.is_some() {
            "ended early"
        } else {
            "over"
        };
        table.rows.push(row![
            id.to_string(),
            covered(&held.event.findings),
            held.event.accepted_by.to_string(),
            held.event.until,
            state.to_owned(),
            held.event.reason.to_string(),
        ]);
    }
    table
}

/// The findings accepted, each with the hosts where it is not all of them.
fn covered(findings: &BTreeMap<FindingId, BTreeSet<Host>>) -> String {
    let named = findings.iter().map(|(id, hosts)| match hosts.len() {
        0 => id.to_string(),
        _ => format!("{id} ({})", ids(hosts)),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// The packs that were built.
pub fn packs(register: &Register, _on: Day) -> Table {
    let mut table = Table::new(
        "Packs",
        &["Reference", "Scheme", "Organisations", "Judged on", ">Knows", "Built on", "Tag manifest"],
    );
    for (id, held) in &register.packs {
        table.rows.push(row![
            id.to_string(),
            held.event.scheme.to_string(),
            ids(&held.event.organisations),
            held.event.on,
            held.event.known.to_string(),
            held.recorded.on,
            held.event.tag_manifest.to_string(),
        ]);
    }
    table.note = Some("Check a pack from anyone: portreeve pack verify PACK".to_owned());
    table
}

/// The certificates, with whether each is in force.
pub fn certificates(register: &Register, on: Day) -> Table {
    let columns = ["Reference", "Scheme", "Organisations", "Issuer", "From", "Until", "State"];
    let mut table = Table::new("Certificates", &columns);
    for (id, held) in &register.certificates {
        let event = &held.event;
        let state = match &held.withdrawn {
            Some((withdrawn, _)) if withdrawn.on <= on => format!("taken away {}", withdrawn.on.short()),
            _ if on < event.from => "not yet in force".to_owned(),
            _ if on > event.until => "over".to_owned(),
            _ => "in force".to_owned(),
        };
        table.rows.push(row![
            id.to_string(),
            event.scheme.to_string(),
            ids(&event.organisations),
            event.issuer.to_string(),
            event.from,
            event.until,
            state,
        ]);
    }
    table
}

/// The rules of retention, with whether each counts.
pub fn retention(register: &Register, _on: Day) -> Table {
    let columns = ["Reference", "Rule", "Set by", "Check", "Authority", "Reason"];
    let mut table = Table::new("Retention rules", &columns);
    for (id, held) in &register.retention {
        let check = match &held.check {
            None => "waits".to_owned(),
            Some(check) if check.accepted => format!("agreed by {}", check.by.by),
            Some(check) => format!("not agreed by {}", check.by.by),
        };
        table.rows.push(row![
            id.to_string(),
            words::retention_rule(&held.event),
            held.set.by.to_string(),
            check,
            held.event.authority.to_string(),
            held.event.reason.to_string(),
        ]);
    }
    table.note = Some("What they let go today: portreeve evidence retention".to_owned());
    table
}

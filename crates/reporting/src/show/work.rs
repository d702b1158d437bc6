//! Sources, findings and actions in full.

use portreeve_model::reference::{ActionId, FindingId, SourceId};
use portreeve_model::register::action::Action;
use portreeve_model::standing::{FindingStanding, Lens};
use portreeve_model::{Day, History, Register};

use super::{Record, ids};
use crate::readiness::scope;
use crate::{Subject, checklist, words};

/// One action, with how it runs by the subject's scheme.
pub fn action(subject: &Subject<'_>, history: &History, id: &ActionId, on: Day) -> Option<Record> {
    let register = subject.register;
    let action = register.actions.get(id)?;
    let mut record = Record::new(format!("{id}  {}", action.title), id.as_str(), history);
    let flag = register.flag(action, on, subject.scheme.at_risk_days, scope::target(subject));
    let (word, why) = words::flag(&flag);
    record.fact("State", words::action_state(&action.state, register));
    record.fact("Flag", word);
    record.fact("Flag means", why);
    record.fact("Owner", words::person(&action.owner, register));
    record.fact("Organisations", ids(&action.organisations));
    record.fact("Original date", action.original.map_or_else(String::new, |day| day.to_string()));
    record.fact("Date now", action.due.map_or_else(|| "none".to_owned(), |day| day.to_string()));
    if action.due.is_none() {
        record.fact("Reason for no date", action.no_date.as_ref().map_or_else(String::new, ToString::to_string));
    }
    moves_and_money(&mut record, register, action);
    record.fact("Waits for decisions", ids(&action.after_decisions));
    record.fact("Waits for actions", ids(&action.after_actions));
    for (finding, hosts) in &action.closes {
        let on = if hosts.is_empty() { "every host".to_owned() } else { words::hosts(hosts.iter()) };
        let title = register.findings.get(finding).map_or("", |held| held.event.title.as_str());
        record.fact("Closes", format!("{finding} on {on}: {title}"));
    }
    record.fact("Requirements", ids(&action.requirements));
    for evidence in &action.evidence {
        if let Some(held) = register.evidence.get(evidence) {
            let checked = crate::why::checked_in(register, held);
            record.fact("Evidence", format!("{evidence}  {}: {checked}", held.title));
        }
    }
    if let Some(playbook) = &action.playbook {
        record.fact("Playbook", checklist::named(playbook, subject.checklist(action).as_ref()));
        for item in subject.checklist(action).iter().flat_map(|list| &list.items) {
            record.fact("Checklist", item.told());
        }
    }
    record.fact("Where this comes from", action.provenance.as_ref().map_or_else(String::new, ToString::to_string));
    Some(record)
}

fn moves_and_money(record: &mut Record, register: &Register, action: &Action) {
    for moved in &action.moves {
        let from = moved.from.map_or_else(|| "no date".to_owned(), |day| day.to_string());
        let by = words::person(&moved.event.approved_by, register);
        record.fact("Moved", format!("from {from} to {}, agreed by {by}: {}", moved.event.to, moved.event.reason));
    }
    for line in &action.costs {
        let cost = scope::cost(std::slice::from_ref(line)).unwrap_or_default();
        let payer = line.organisation.as_ref().map_or_else(String::new, |payer| format!(", paid by {payer}"));
        record.fact("Cost", format!("{}: {cost}{payer}", line.item));
    }
    record.fact("Resources available", action.resources.shown());
    record.fact("Budget approved", action.budget.shown());
}

/// One finding, with where it stands.
pub fn finding(register: &Register, history: &History, id: &FindingId, on: Day) -> Option<Record> {
    let finding = register.findings.get(id)?;
    let event = &finding.event;
    let mut record = Record::new(format!("{id}  {}", event.title), id.as_str(), history);
    let standing = register.finding_standing(id, finding, on, Lens::Verified);
    record.fact("Standing", words::finding_standing(&standing));
    if let FindingStanding::Open { hosts } = &standing {
        for fault in register.plan_faults(id, finding, hosts, on) {
            record.fact("Plan", words::plan_fault(&fault, register));
        }
    }
    if let Some(held) = finding.conclusion.as_ref().filter(|held| held.checked.is_none()) {
        let by = words::person(&held.proposed.by, register);
        record.fact("Proposed", format!("{by} would close it without a fix; waits for a check: {}", held.reason));
    }
    record.fact("Severity", event.severity.shown());
    record.fact("Severity in the report", event.source_severity.as_str());
    record.fact("Reason for the difference", event.severity_reason.as_ref().map_or("", |reason| reason.as_str()));
    record.fact("CVSS", event.cvss.map_or_else(String::new, |score| score.to_string()));
    record.fact("CVSS vector", event.cvss_vector.as_ref().map_or("", |vector| vector.as_str()));
    record.fact("Source", format!("{}, printed as {}, number {}", event.source, event.printed, event.order));
    record.fact("Organisations", ids(&event.organisations));
    record.fact("Requirements", ids(&event.requirements));
    for (host, held) in &finding.hosts {
        let test = match (held.fixed.last(), &held.still_there) {
            (Some(test), _) => format!(", fixed by the re-test of {} ({})", test.on, test.evidence),
            (None, Some(test)) => format!(", still there at the re-test of {} ({})", test.on, test.evidence),
            (None, None) => String::new(),
        };
        record.fact("Host", format!("{host}{test}"));
    }
    record.fact("Actions", ids(&finding.actions));
    record.fact("Evidence", ids(&finding.evidence));
    record.fact("Risk acceptances", ids(&finding.risks));
    record.fact("Description", event.description.as_ref().map_or("", |text| text.as_str()));
    record.fact("Recommendation", event.recommendation.as_ref().map_or("", |text| text.as_str()));
    record.fact("Where this comes from", event.provenance.as_ref().map_or("", |text| text.as_str()));
    Some(record)
}

/// One source, with its findings in the report's own order.
pub fn source(register: &Register, history: &History, id: &SourceId, on: Day) -> Option<Record> {
    let source = register.sources.get(id)?;
    let event = &source.event;
    let mut record = Record::new(format!("{id}  {}", event.title), id.as_str(), history);
    record.fact("Kind", event.source_kind.shown());
    record.fact("Author", event.author.as_str());
    record.fact("Date", event.on.to_string());
    record.fact("Organisations", ids(&event.organisations));
    record.fact("Counts", event.findings_reported.map_or_else(String::new, |all| words::count(all, "finding")));
    record.fact("Recorded", words::count(source.findings.len() as u64, "finding"));
    for (order, finding_id) in &source.findings {
        if let Some(finding) = register.findings.get(finding_id) {
            let standing = words::finding_standing(&register.finding_standing(finding_id, finding, on, Lens::Verified));
            record.fact("Finding", format!("{order}. {finding_id}  {}: {standing}", finding.event.title));
        }
    }
    record.fact("Where this comes from", event.provenance.as_ref().map_or("", |text| text.as_str()));
    Some(record)
}

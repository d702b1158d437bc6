//! The remediation action plan and the application form as CSV: in the source reports' own order, so that an assessor
//! can hold the report beside it line by line.
//!
//! Invariants: dates in ISO 8601, and everything that [`crate::csv`] promises of a file.

use std::collections::BTreeSet;

use portreeve_model::Day;
use portreeve_model::reference::{ActionId, FindingId};
use portreeve_model::register::action::{Action, ActionState};
use portreeve_model::register::finding::{Finding, Source};
use portreeve_model::standing::{FindingStanding, Lens};
use portreeve_model::text::Note;

use crate::csv::encode;
use crate::readiness::scope;
use crate::{Subject, words};

const COLUMNS: [&str; 23] = [
    "Issue reference",
    "Register reference",
    "Issue title",
    "Source and date",
    "Affected hosts / service",
    "Severity",
    "CVSS score and vector",
    "Description and impact",
    "Tester recommendation",
    "Action reference",
    "Council action",
    "Owner",
    "Resources available",
    "Budget approved",
    "Original target date",
    "Current target date",
    "Reason for no date",
    "Status",
    "Date closed",
    "Evidence of closure",
    "Retested? / retest date",
    "Risk acceptance",
    "Where this record comes from",
];

/// Columns that tell the finding; the last five are spread over the end.
const FINDING_CELLS: usize = 9;
/// Columns that tell the action.
const ACTION_CELLS: usize = 8;

/// The plan.
pub fn csv(subject: &Subject<'_>) -> Vec<u8> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    let in_scope = scope::findings(subject);
    let mut told: BTreeSet<&ActionId> = BTreeSet::new();
    let mut sources: Vec<(&_, &Source)> = subject.register.sources.iter().collect();
    sources.sort_by_key(|(id, source)| (source.event.on, *id));
    for (_, source) in sources {
        for id in source.findings.values() {
            let Some((id, finding)) = in_scope.get_key_value(id) else { continue };
            let actions = finding.actions.iter().filter_map(|id| subject.register.actions.get_key_value(id));
            let mut alone = true;
            for (action_id, action) in actions {
                alone = false;
                told.insert(action_id);
                rows.push(row(subject, Some((id, finding, source)), Some((action_id, action))));
            }
            if alone {
                rows.push(row(subject, Some((id, finding, source)), None));
            }
        }
    }
    for (id, action) in scope::actions(subject) {
        if !told.contains(id) {
            rows.push(row(subject, None, Some((id, action))));
        }
    }
    encode(&rows)
}

/// The application form: organisation, field, answer.
pub fn application_csv(subject: &Subject<'_>) -> Vec<u8> {
    let mut rows = vec![["Organisation", "Field", "Answer"].map(str::to_owned).to_vec()];
    let held = subject.register.schemes.get(&subject.scheme.id);
    for organisation in scope::whom(subject) {
        let form = held.and_then(|held| held.particulars.get(organisation));
        for field in &subject.scheme.particulars {
            let answer = form.and_then(|form| form.get(&field.id)).map_or_else(String::new, ToString::to_string);
            rows.push(vec![organisation.to_string(), field.title.to_string(), answer]);
        }
        let asked = |name: &str| subject.scheme.particulars.iter().any(|field| field.id == name);
        for (name, answer) in form.into_iter().flatten().filter(|(name, _)| !asked(name)) {
            rows.push(vec![organisation.to_string(), name.clone(), answer.to_string()]);
        }
    }
    encode(&rows)
}

type Told<'a> = (&'a FindingId, &'a Finding, &'a Source);
type Planned<'a> = (&'a ActionId, &'a Action);

fn row(subject: &Subject<'_>, finding: Option<Told<'_>>, action: Option<Planned<'_>>) -> Vec<String> {
    let mut cells = match finding {
        Some((id, finding, source)) => finding_cells(id, finding, source),
        None => vec![String::new(); FINDING_CELLS],
    };
    match action {
        Some((id, action)) => cells.extend(action_cells(id, action)),
        None => cells.extend(vec![String::new(); ACTION_CELLS]),
    }
    cells.push(status(subject, finding, action));
    cells.push(closed_on(subject, finding, action).map_or_else(String::new, Day::iso));
    cells.push(evidence(finding, action));
    cells.push(finding.map_or_else(String::new, |(_, finding, _)| retests(finding)));
    cells.push(finding.map_or_else(String::new, |(_, finding, _)| acceptances(subject, finding)));
    cells.push(provenance(finding, action));
    cells
}

fn note(note: Option<&Note>) -> String {
    note.map_or_else(String::new, ToString::to_string)
}

fn finding_cells(id: &FindingId, finding: &Finding, source: &Source) -> Vec<String> {
    let event = &finding.event;
    let score = event.cvss.map(|score| score.to_string());
    let cvss: Vec<String> = score.into_iter().chain(event.cvss_vector.as_ref().map(ToString::to_string)).collect();
    let ours = event.severity.shown();
    let theirs = event.source_severity.as_str();
    let severity =
        if theirs.eq_ignore_ascii_case(ours) { ours.to_owned() } else { format!("{ours} (the report says {theirs})") };
    vec![
        event.printed.to_string(),
        id.to_string(),
        event.title.to_string(),
        format!("{}, {}", source.event.title, source.event.on.iso()),
        finding.hosts.keys().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        severity,
        cvss.join(" "),
        note(event.description.as_ref()),
        note(event.recommendation.as_ref()),
    ]
}

fn action_cells(id: &ActionId, action: &Action) -> Vec<String> {
    let day = |day: Option<Day>| day.map_or_else(String::new, Day::iso);
    let moves: Vec<String> = action
        .moves
        .iter()
        .map(|moved| {
            let from = moved.from.map_or_else(|| "no date".to_owned(), Day::iso);
            let event = &moved.event;
            format!("moved from {from} to {}: {}; agreed by {}", event.to.iso(), event.reason, event.approved_by)
        })
        .collect();
    let moves = if moves.is_empty() { String::new() } else { format!(" ({})", moves.join(". ")) };
    let no_date = if action.due.is_none() { note(action.no_date.as_ref()) } else { String::new() };
    vec![
        id.to_string(),
        action.title.to_string(),
        action.owner.to_string(),
        action.resources.shown().to_owned(),
        action.budget.shown().to_owned(),
        day(action.original),
        day(action.due) + &moves,
        no_date,
    ]
}

fn status(subject: &Subject<'_>, finding: Option<Told<'_>>, action: Option<Planned<'_>>) -> String {
    let standing =
        finding.map(|(id, held, _)| subject.register.finding_standing(id, held, subject.as_of.on, Lens::Verified));
    let work = action.map(|(_, action)| match &action.state {
        ActionState::Open => "Open",
        ActionState::Claimed { .. } => "Said done, waits for a check",
        ActionState::Verified { .. } if subject.register.action_stands(action, Lens::Verified) => "Closed",
        ActionState::Verified { .. } => "Open: its evidence no longer counts",
        ActionState::Withdrawn { .. } => "Withdrawn",
    });
    match (standing, work) {
        (Some(FindingStanding::Open { .. }), Some("Closed")) => {
            "Open: this action is closed, the finding is not".to_owned()
        }
        (Some(FindingStanding::Open { .. }), Some("Withdrawn")) => "Open: this action is withdrawn".to_owned(),
        (Some(FindingStanding::Open { .. }) | None, Some(work)) => work.to_owned(),
        (Some(FindingStanding::Open { .. }), None) => "Open: no action".to_owned(),
        (Some(FindingStanding::FalsePositive), _) => "False positive".to_owned(),
        (Some(FindingStanding::Duplicate { of }), _) => format!("Duplicate of {of}"),
        (Some(FindingStanding::Fixed), _) => "Closed".to_owned(),
        (Some(FindingStanding::Accepted { until, .. }), _) => format!("Risk accepted until {}", until.iso()),
        (None, None) => String::new(),
    }
}

/// The day somebody else saw it done, while that still stands.
fn closed_on(subject: &Subject<'_>, finding: Option<Told<'_>>, action: Option<Planned<'_>>) -> Option<Day> {
    let seen = action.and_then(|(_, action)| match &action.state {
        ActionState::Verified { check, .. } if subject.register.action_stands(action, Lens::Verified) => Some(check.on),
        _ => None,
    });
    let agreed = finding.and_then(|(_, held, _)| Some(held.conclusion.as_ref()?.checked.as_ref()?.on));
    agreed.or(seen)
}

fn evidence(finding: Option<Told<'_>>, action: Option<Planned<'_>>) -> String {
    let mut ids: BTreeSet<String> = BTreeSet::new();
    ids.extend(finding.iter().flat_map(|(_, held, _)| &held.evidence).map(ToString::to_string));
    ids.extend(action.iter().flat_map(|(_, held)| &held.evidence).map(ToString::to_string));
    ids.into_iter().collect::<Vec<_>>().join("; ")
}

fn retests(finding: &Finding) -> String {
    let last = |on: Day, outcome: &str, hosts: usize| {
        format!("{outcome} on {} of {} ({})", hosts, finding.hosts.len(), on.iso())
    };
    let fixed: Vec<Day> = finding.hosts.values().filter_map(|host| host.fixed.last().map(|test| test.on)).collect();
    let still: Vec<Day> = finding
        .hosts
        .values()
        .filter(|host| host.fixed.is_empty())
        .filter_map(|host| host.still_there.as_ref().map(|test| test.on))
        .collect();
    let mut parts = Vec::new();
    parts.extend(fixed.iter().max().map(|on| last(*on, "Fixed", fixed.len())));
    parts.extend(still.iter().max().map(|on| last(*on, "Still there", still.len())));
    if parts.is_empty() { "No".to_owned() } else { format!("Yes: {}", parts.join("; ")) }
}

fn acceptances(subject: &Subject<'_>, finding: &Finding) -> String {
    let held = finding.risks.iter().filter_map(|id| subject.register.risks.get_key_value(id));
    let told = held.map(|(id, risk)| {
        let event = &risk.event;
        let over = if risk.holds_on(subject.as_of.on) { "" } else { " (no longer in force)" };
        let (by, until) = (&event.accepted_by, event.until.iso());
        format!(
            "{id} by {by} until {until}{over}: {} Meanwhile: {}",
            words::full_stop(event.reason.as_str()),
            event.compensating_control
        )
    });
    told.collect::<Vec<_>>().join("; ")
}

fn provenance(finding: Option<Told<'_>>, action: Option<Planned<'_>>) -> String {
    let of_finding = finding.and_then(|(_, held, _)| held.event.provenance.as_ref());
    let of_action = action.and_then(|(_, held)| held.provenance.as_ref());
    let mut told: Vec<String> = Vec::new();
    for text in of_finding.into_iter().chain(of_action).map(ToString::to_string) {
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_cell_for_every_cell_of_a_row() {
        assert_eq!(FINDING_CELLS + ACTION_CELLS + 6, COLUMNS.len());
    }
}

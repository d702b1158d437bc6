//! Sources, findings, actions and evidence as lists.

use portreeve_model::reference::{FindingId, PersonId, SourceId};
use portreeve_model::register::action::ActionState;
use portreeve_model::standing::{FindingStanding, Flag, Lens};
use portreeve_model::words::Severity;
use portreeve_model::{Day, Register};

use super::ids;
use crate::readiness::scope;
use crate::table::{Table, row};
use crate::{Subject, words};

/// Which actions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionFilter {
    /// Only those late against their original date.
    pub late: bool,
    /// Only those that are neither verified nor withdrawn.
    pub open: bool,
    /// Only those of this owner.
    pub owner: Option<PersonId>,
    /// Only those that close this finding.
    pub finding: Option<FindingId>,
}

/// The actions, with how each runs by the subject's scheme.
pub fn actions(subject: &Subject<'_>, filter: &ActionFilter, on: Day) -> Table {
    let register = subject.register;
    let columns =
        ["Reference", "Action", "Owner", "Date now", "Flag", "State", "Original date", ">Moves", "Closes", "Evidence"];
    let mut table = Table::new("Actions", &columns);
    let wanted = register.actions.iter().filter(|(_, action)| {
        (!filter.open || register.is_unfinished(action))
            && filter.owner.as_ref().is_none_or(|owner| owner == &action.owner)
            && filter.finding.as_ref().is_none_or(|finding| action.closes.contains_key(finding))
    });
    for (id, action) in wanted {
        let flag = register.flag(action, on, subject.scheme.at_risk_days, scope::target(subject));
        if filter.late && !matches!(flag, Flag::Late { .. }) {
            continue;
        }
        let state = match action.state {
            ActionState::Open => "open",
            ActionState::Claimed { .. } => "said done",
            ActionState::Verified { .. } if register.is_unfinished(action) => "evidence gone",
            ActionState::Verified { .. } => "closed",
            ActionState::Withdrawn { .. } => "withdrawn",
        };
        table.rows.push(row![
            id.to_string(),
            action.title.to_string(),
            action.owner.to_string(),
            action.due,
            words::flag(&flag).0,
            state.to_owned(),
            action.original,
            action.moves.len(),
            ids(action.closes.keys()),
            ids(&action.evidence),
        ]);
    }
    table.note = Some("More about one: portreeve action show REF".to_owned());
    table
}

/// Which findings to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Only those that are neither closed nor accepted.
    pub open: bool,
    /// Only those at or above this severity.
    pub severity: Option<Severity>,
    /// Only those from this source.
    pub source: Option<SourceId>,
}

/// The findings, with where each stands.
pub fn findings(register: &Register, filter: &FindingFilter, on: Day) -> Table {
    let columns = ["Reference", "Finding", "Severity", "Source", "Printed as", ">Hosts", "Standing", "Actions"];
    let mut table = Table::new("Findings", &columns);
    let wanted = register.findings.iter().filter(|(_, finding)| {
        filter.severity.is_none_or(|least| finding.event.severity >= least)
            && filter.source.as_ref().is_none_or(|source| source == &finding.event.source)
    });
    for (id, finding) in wanted {
        let standing = register.finding_standing(id, finding, on, Lens::Verified);
        if filter.open && !standing.is_open() {
            continue;
        }
        let shown = match &standing {
            FindingStanding::FalsePositive => "false positive".to_owned(),
            FindingStanding::Duplicate { of } => format!("duplicate of {of}"),
            FindingStanding::Fixed => "fixed".to_owned(),
            FindingStanding::Accepted { until, .. } => format!("accepted to {}", until.short()),
            FindingStanding::Open { hosts } => format!("OPEN on {}", hosts.len()),
        };
        let event = &finding.event;
        table.rows.push(row![
            id.to_string(),
            event.title.to_string(),
            event.severity.shown().to_owned(),
            event.source.to_string(),
            event.printed.to_string(),
            finding.hosts.len(),
            shown,
            ids(&finding.actions),
        ]);
    }
    table.note = Some("More about one: portreeve finding show REF".to_owned());
    table
}

/// Which evidence to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvidenceFilter {
    /// Only what waits for its first check.
    pub waiting: bool,
}

/// The evidence, with whether each item counts.
pub fn evidence(register: &Register, filter: &EvidenceFilter, _on: Day) -> Table {
    let columns = ["Reference", "Evidence", "Kind", "Shows", "For", "Added by", "Check", "Checked by"];
    let mut table = Table::new("Evidence", &columns);
    for (id, held) in register.evidence.iter().filter(|(_, held)| !filter.waiting || held.waits()) {
        let check = match (&held.withdrawn, &held.check) {
            (Some(_), _) if held.erasure().is_some() => "taken back and erased",
            (Some(_), _) => "taken back",
            (None, None) => "waits",
            (None, Some(check)) if check.accepted => "accepted",
            (None, Some(_)) => "refused",
        };
        let uses = [ids(&held.actions), ids(&held.findings), ids(&held.requirements)];
        table.rows.push(row![
            id.to_string(),
            held.title.to_string(),
            held.kind.shown().to_owned(),
            held.shows,
            uses.into_iter().filter(|used| !used.is_empty()).collect::<Vec<_>>().join(", "),
            held.added.by.to_string(),
            check.to_owned(),
            held.check.as_ref().map_or_else(String::new, |check| check.by.by.to_string()),
        ]);
    }
    let waits = register.evidence.values().filter(|held| held.waits()).count();
    table.note = Some(match waits {
        0 => "Nothing waits for a check.".to_owned(),
        1 => "1 item waits for a check: portreeve evidence check REF".to_owned(),
        some => format!("{some} items wait for a check: portreeve evidence check REF"),
    });
    table
}

/// The sources, with whether every finding each counts is recorded.
pub fn sources(register: &Register, _on: Day) -> Table {
    let columns = ["Reference", "Source", "Kind", "Author", "Date", ">Counts", ">Recorded", "Organisations"];
    let mut table = Table::new("Sources", &columns);
    for (id, source) in &register.sources {
        let event = &source.event;
        table.rows.push(row![
            id.to_string(),
            event.title.to_string(),
            event.source_kind.shown().to_owned(),
            event.author.to_string(),
            event.on,
            event.findings_reported,
            source.findings.len(),
            ids(&event.organisations),
        ]);
    }
    table.note = Some("Record one of its findings: portreeve finding raise SOURCE \"…\" --severity WORD".to_owned());
    table
}

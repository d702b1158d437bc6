//! Decisions a board must take, and risks that a named role accepts until a day.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::action::CostLine;
use super::people::{Person, some};
use super::{Register, Stamp, Trace};
use crate::day::Day;
use crate::reference::{DecisionId, FindingId, OrganisationId, PersonId, RiskId};
use crate::refusal::Refusal;
use crate::text::{Host, Note, Title};
use crate::words::{Role, Severity};

/// One way to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its label, as "A".
    pub label: Title,
    /// What would be done.
    pub title: Title,
    /// What it would cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<CostLine>,
}

/// A board must settle something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRaised {
    /// Its reference.
    pub id: DecisionId,
    /// The question.
    pub title: Title,
    /// Who settles it.
    pub body: Title,
    /// The day by which it is needed.
    pub needed_by: Day,
    /// Whom it concerns.
    pub organisations: BTreeSet<OrganisationId>,
    /// The ways to decide.
    pub options: Vec<Choice>,
    /// The label officers recommend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recommended: Option<Title>,
    /// Where this record comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Note>,
}

/// The board has settled it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionTaken {
    /// The decision.
    pub id: DecisionId,
    /// The label of the option chosen.
    pub outcome: Title,
    /// The day of the meeting.
    pub on: Day,
    /// The minute that records it.
    pub minute: Note,
}

/// A named role accepts a risk until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskAccepted {
    /// Its reference.
    pub id: RiskId,
    /// The findings accepted, each with its hosts; no hosts means all of them.
    pub findings: BTreeMap<FindingId, BTreeSet<Host>>,
    /// Who accepts.
    pub accepted_by: PersonId,
    /// The last day on which it holds.
    pub until: Day,
    /// Why it is not fixed now.
    pub reason: Note,
    /// What lowers the risk meanwhile.
    pub compensating_control: Note,
    /// The paper that shows it, when somebody else records it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute: Option<Note>,
}

/// An acceptance ends before its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceWithdrawn {
    /// The acceptance.
    pub id: RiskId,
    /// Why.
    pub reason: Note,
}

/// A decision as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The entry's content.
    pub event: DecisionRaised,
    /// The entry.
    pub raised: Trace,
    /// How it was settled.
    pub taken: Option<(DecisionTaken, Trace)>,
}

/// A risk acceptance as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// The entry's content.
    pub event: RiskAccepted,
    /// The entry.
    pub recorded: Trace,
    /// The worst severity that the person who accepted may accept: it does not cover a finding graded above that later.
    pub reach: Severity,
    /// How it ended early.
    pub withdrawn: Option<(AcceptanceWithdrawn, Trace)>,
}

impl Acceptance {
    /// Whether it holds on `day`. The last day counts whole.
    pub fn holds_on(&self, day: Day) -> bool {
        self.withdrawn.is_none() && day <= self.event.until
    }

    /// Whether it covers `host` of `finding`.
    pub fn covers(&self, finding: &FindingId, host: &Host) -> bool {
        self.event.findings.get(finding).is_some_and(|hosts| hosts.is_empty() || hosts.contains(host))
    }
}

const PREPARES: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::Section151];

impl Register {
    pub(super) fn check_decision(&self, stamp: &Stamp<'_>, event: &DecisionRaised) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "put decisions to a board")?;
        self.free("decision", &self.decisions, &event.id)?;
        self.known_organisations(&event.organisations)?;
        some("option", event.options.len())?;
        let labels: BTreeSet<&Title> = event.options.iter().map(|option| &option.label).collect();
        if labels.len() < event.options.len() {
            return Err(Refusal::Taken { noun: "option", id: "with the same label".to_owned() });
        }
        event.recommended.as_ref().map_or(Ok(()), |label| has_option(event, label))
    }

    pub(super) fn check_outcome(&self, stamp: &Stamp<'_>, event: &DecisionTaken) -> Result<(), Refusal> {
        self.allow(stamp, PREPARES, "record decisions")?;
        let held = self
            .decisions
            .get(&event.id)
            .ok_or_else(|| Refusal::Unknown { noun: "decision", id: event.id.to_string() })?;
        if held.taken.is_some() {
            return Err(Refusal::Decided { decision: event.id.clone() });
        }
        stamp.not_after_today("the day of the meeting", event.on)?;
        has_option(&held.event, &event.outcome)
    }

    pub(super) fn settle(&mut self, trace: Trace, event: &DecisionTaken) {
        if let Some(held) = self.decisions.get_mut(&event.id) {
            held.taken = Some((event.clone(), trace));
        }
    }

    pub(super) fn check_acceptance(&self, stamp: &Stamp<'_>, event: &RiskAccepted) -> Result<(), Refusal> {
        self.free("risk acceptance", &self.risks, &event.id)?;
        some("finding", event.findings.len())?;
        self.known_hosts(&event.findings)?;
        if event.until < stamp.today() {
            return Err(Refusal::WrongOrder {
                earlier_what: "the day of this entry",
                earlier: stamp.today(),
                later_what: "the last day of the acceptance",
                later: event.until,
            });
        }
        let acceptor = self.present(&event.accepted_by)?;
        let worst = event
            .findings
            .keys()
            .filter_map(|id| self.findings.get(id))
            .map(|finding| finding.event.severity)
            .max()
            .unwrap_or(Severity::Informational);
        if reach(acceptor).is_none_or(|reach| worst > reach) {
            return Err(Refusal::BeyondReach { person: event.accepted_by.clone(), severity: worst });
        }
        if stamp.by == &event.accepted_by {
            return Ok(());
        }
        self.allow(stamp, PREPARES, "record a risk acceptance")?;
        if event.minute.is_some() {
            return Ok(());
        }
        Err(Refusal::NoPaper { by: stamp.by.clone(), person: event.accepted_by.clone(), paper: "minute" })
    }

    pub(super) fn accept(&mut self, trace: Trace, event: &RiskAccepted) {
        for finding in event.findings.keys() {
            if let Some(finding) = self.findings.get_mut(finding) {
                finding.risks.insert(event.id.clone());
            }
        }
        let acceptor = self.people.get(&event.accepted_by).and_then(reach);
        // The rule book has seen that the acceptor reaches something.
        let reach = acceptor.unwrap_or(Severity::Informational);
        let held = Acceptance { event: event.clone(), recorded: trace, reach, withdrawn: None };
        self.risks.insert(event.id.clone(), held);
    }

    pub(super) fn check_acceptance_end(&self, stamp: &Stamp<'_>, event: &AcceptanceWithdrawn) -> Result<(), Refusal> {
        let held = self
            .risks
            .get(&event.id)
            .ok_or_else(|| Refusal::Unknown { noun: "risk acceptance", id: event.id.to_string() })?;
        if stamp.by == &held.event.accepted_by {
            self.allow_own(stamp, "end a risk acceptance")?;
        } else {
            self.allow(stamp, PREPARES, "end a risk acceptance")?;
        }
        if held.withdrawn.is_some() {
            return Err(Refusal::AcceptanceOver { risk: event.id.clone() });
        }
        Ok(())
    }

    pub(super) fn end_acceptance(&mut self, trace: Trace, event: &AcceptanceWithdrawn) {
        if let Some(held) = self.risks.get_mut(&event.id) {
            held.withdrawn = Some((event.clone(), trace));
        }
    }
}

/// The worst severity a person may accept: the senior information risk owner any, the head of ICT up to medium.
fn reach(person: &Person) -> Option<Severity> {
    if person.roles.contains(&Role::Siro) {
        Some(Severity::Critical)
    } else {
        person.roles.contains(&Role::HeadOfIct).then_some(Severity::Medium)
    }
}

fn has_option(decision: &DecisionRaised, label: &Title) -> Result<(), Refusal> {
    if decision.options.iter().any(|option| &option.label == label) {
        return Ok(());
    }
    Err(Refusal::NoSuchOption { decision: decision.id.clone(), option: label.to_string() })
}

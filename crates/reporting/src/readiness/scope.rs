//! What is in scope for the organisations of an answer, each thing once: the model counts for one organisation at a
//! time, and two councils that share an action share one piece of work.

use std::collections::{BTreeMap, BTreeSet};

use portreeve_model::Day;
use portreeve_model::readiness::{action_concerns, concerns};
use portreeve_model::reference::{ActionId, DecisionId, FindingId, OrganisationId};
use portreeve_model::register::action::{Action, ActionState};
use portreeve_model::register::decision::Decision;
use portreeve_model::register::finding::Finding;
use portreeve_model::standing::{Flag, Lens};

use crate::{Subject, words};

/// The organisations asked about.
pub(crate) fn whom<'a>(subject: &Subject<'a>) -> BTreeSet<&'a OrganisationId> {
    subject.answers.iter().map(|answer| &answer.organisation).collect()
}

fn shared(held: &BTreeSet<OrganisationId>, whom: &BTreeSet<&OrganisationId>) -> bool {
    held.iter().any(|id| whom.contains(id))
}

/// The findings in scope for any of the organisations, by the model's own rule.
pub(crate) fn findings<'a>(subject: &Subject<'a>) -> BTreeMap<&'a FindingId, &'a Finding> {
    let whom = whom(subject);
    let anybodys = |finding: &Finding| whom.iter().any(|one| concerns(subject.register, finding, subject.scheme, one));
    subject.register.findings.iter().filter(|(_, finding)| anybodys(finding)).collect()
}

/// The actions in scope for any of the organisations, the withdrawn ones among them, by the model's own rule.
pub(crate) fn actions<'a>(subject: &Subject<'a>) -> BTreeMap<&'a ActionId, &'a Action> {
    subject.register.actions.iter().filter(|(_, action)| in_scope(subject, action)).collect()
}

/// Whether an action is in scope for any of the organisations.
pub(crate) fn in_scope(subject: &Subject<'_>, action: &Action) -> bool {
    let mut whom = subject.answers.iter().map(|answer| &answer.organisation);
    whom.any(|one| action_concerns(subject.register, action, subject.scheme, one))
}

/// Actions counted once, whoever shares them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Distinct {
    pub(crate) total: u32,
    pub(crate) claimed: u32,
    pub(crate) verified: u32,
}

pub(crate) fn distinct(subject: &Subject<'_>) -> Distinct {
    let mut count = Distinct::default();
    for action in actions(subject).values().filter(|action| !is_withdrawn(action)) {
        count.total += 1;
        count.claimed += u32::from(subject.register.action_stands(action, Lens::Claimed));
        count.verified += u32::from(subject.register.action_stands(action, Lens::Verified));
    }
    count
}

pub(crate) fn is_withdrawn(action: &Action) -> bool {
    matches!(action.state, ActionState::Withdrawn { .. })
}

/// The day by which the scheme is wanted.
pub(crate) fn target(subject: &Subject<'_>) -> Option<Day> {
    subject.answers.iter().find_map(|answer| answer.target)
}

/// How an action runs on the subject's day.
pub(crate) fn flag(subject: &Subject<'_>, action: &Action) -> Flag {
    subject.register.flag(action, subject.as_of.on, subject.scheme.at_risk_days, target(subject))
}

/// A late action.
#[derive(Clone, Debug)]
pub(crate) struct Late<'a> {
    pub(crate) id: &'a ActionId,
    pub(crate) action: &'a Action,
    pub(crate) days: i64,
    pub(crate) why: String,
}

/// The late actions, the latest first.
pub(crate) fn late<'a>(subject: &Subject<'a>) -> Vec<Late<'a>> {
    let mut late: Vec<Late<'a>> = actions(subject)
        .into_iter()
        .filter_map(|(id, action)| match flag(subject, action) {
            Flag::Late { days } => Some(Late { id, action, days, why: why_late(subject, action) }),
            Flag::Closed | Flag::AtRisk { .. } | Flag::OnTrack => None,
        })
        .collect();
    late.sort_by_key(|one| (std::cmp::Reverse(one.days), one.id));
    late
}

/// What the register says about why an action is late; it says nothing of its own.
fn why_late(subject: &Subject<'_>, action: &Action) -> String {
    let mut reasons = Vec::new();
    if let ActionState::Claimed { .. } = action.state {
        reasons.push("said done, and waits for a check".to_owned());
    }
    if let ActionState::Verified { .. } = action.state {
        reasons.push("seen done, but its evidence no longer counts".to_owned());
    }
    reasons.extend(subject.register.undecided(action).map(|id| format!("waits for decision {id}")));
    reasons.extend(subject.register.unfinished(action).map(|id| format!("waits for action {id}")));
    reasons.extend(action.moves.last().map(|last| format!("last moved because: {}", last.event.reason)));
    if reasons.is_empty() { "no reason recorded".to_owned() } else { reasons.join("; ") }
}

/// A decision that has not been taken.
#[derive(Clone, Debug)]
pub(crate) struct Needed<'a> {
    pub(crate) letter: String,
    pub(crate) id: &'a DecisionId,
    pub(crate) decision: &'a Decision,
    pub(crate) holds_up: Vec<&'a ActionId>,
}

/// The decisions needed, the earliest first, each under a letter.
pub(crate) fn decisions<'a>(subject: &Subject<'a>) -> Vec<Needed<'a>> {
    let whom = whom(subject);
    let actions = actions(subject);
    let mut open: Vec<(&DecisionId, &Decision)> = subject
        .register
        .decisions
        .iter()
        .filter(|(_, decision)| decision.taken.is_none() && shared(&decision.event.organisations, &whom))
        .collect();
    open.sort_by_key(|(id, decision)| (decision.event.needed_by, *id));
    let held_up = |id: &DecisionId| {
        let waits = actions
            .iter()
            .filter(|(_, action)| subject.register.is_unfinished(action) && action.after_decisions.contains(id));
        waits.map(|(action, _)| *action).collect()
    };
    open.into_iter()
        .enumerate()
        .map(|(at, (id, decision))| Needed { letter: letter(at), id, decision, holds_up: held_up(id) })
        .collect()
}

/// A, B, … Z, then 27, 28, …
fn letter(at: usize) -> String {
    u8::try_from(at)
        .ok()
        .filter(|at| *at < 26)
        .map_or_else(|| (at + 1).to_string(), |at| char::from(b'A' + at).to_string())
}

/// What an option costs, as `£80,000 once and £5,000 a year`; nothing when no cost is recorded.
pub(crate) fn cost(costs: &[portreeve_model::register::action::CostLine]) -> Option<String> {
    let capital: portreeve_model::Pence = costs.iter().map(|line| line.capital).sum();
    let yearly: portreeve_model::Pence = costs.iter().map(|line| line.yearly).sum();
    let mut parts = Vec::new();
    if !capital.is_nothing() {
        parts.push(format!("{capital} once"));
    }
    if !yearly.is_nothing() {
        parts.push(format!("{yearly} a year"));
    }
    match (parts.is_empty(), costs.is_empty()) {
        (false, _) => Some(words::and(&parts)),
        (true, false) => Some("£0".to_owned()),
        (true, true) => None,
    }
}

/// The last line of every answer: what was known, and when it is judged.
pub(crate) fn footer(subject: &Subject<'_>) -> String {
    let on = subject.as_of.on;
    let known = match subject.as_of.known.count() {
        1 => "1 entry".to_owned(),
        many => format!("{many} entries"),
    };
    format!("As known from {known}, judged on {on}, {}.", on.quarter())
}

/// What every output about a demonstration says.
pub const DEMONSTRATION: &str = "DEMONSTRATION: this register tells a story. It is not a council's own.";

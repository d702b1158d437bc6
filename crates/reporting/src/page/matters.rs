//! Decisions a board takes, and risks that somebody accepts until a day.

use std::collections::BTreeSet;

use portreeve_model::Pence;
use portreeve_model::reference::{DecisionId, OrganisationId, RiskId};
use portreeve_model::register::action::CostLine;
use portreeve_model::register::decision::{Acceptance, Choice, Decision};
use serde::Serialize;

use super::Tag;
use super::anchor::{Anchors, Kind, Link};
use crate::{Subject, words};

/// A decision.
#[derive(Serialize)]
pub(crate) struct DecisionView {
    anchor: String,
    letter: String,
    id: String,
    title: String,
    body: String,
    needed: String,
    tag: Tag,
    taken: String,
    options: Vec<OptionView>,
    holds_up: Vec<Held>,
}

#[derive(Serialize)]
struct OptionView {
    label: String,
    title: String,
    costs: Vec<String>,
    total: String,
    recommended: bool,
    chosen: bool,
}

/// An action that waits.
#[derive(Serialize)]
struct Held {
    link: Link,
    title: String,
    due: String,
}

/// A risk acceptance.
#[derive(Serialize)]
pub(crate) struct RiskView {
    anchor: String,
    id: String,
    tag: Tag,
    findings: Vec<Link>,
    by: String,
    until: String,
    reason: String,
    meanwhile: String,
    minute: String,
    ended: String,
}

/// Whether two sets of organisations have one in common with those the page is about.
pub(crate) fn about(subject: &Subject<'_>, organisations: &BTreeSet<OrganisationId>) -> bool {
    subject.answers.iter().any(|answer| organisations.contains(&answer.organisation))
}

/// The decisions that concern the page's organisations: those still to take first, by the day they are needed.
pub(crate) fn decisions(subject: &Subject<'_>, anchors: &Anchors) -> Vec<DecisionView> {
    let mut held: Vec<(&DecisionId, &Decision)> =
        subject.register.decisions.iter().filter(|(_, held)| about(subject, &held.event.organisations)).collect();
    held.sort_by_key(|(id, held)| (held.taken.is_some(), held.event.needed_by, *id));
    held.into_iter().enumerate().map(|(at, (id, held))| decision(subject, anchors, at, id, held)).collect()
}

impl DecisionView {
    /// Whether it is still to be taken.
    pub(crate) fn waits(&self) -> bool {
        self.taken.is_empty()
    }
}

fn decision(subject: &Subject<'_>, anchors: &Anchors, at: usize, id: &DecisionId, held: &Decision) -> DecisionView {
    let late = held.event.needed_by < subject.as_of.on;
    let tag = match (&held.taken, late) {
        (Some(_), _) => Tag::good("Taken"),
        (None, true) => Tag::bad("Overdue"),
        (None, false) => Tag::between("Waits"),
    };
    let taken = held.taken.as_ref().map_or_else(String::new, |(taken, _)| {
        format!("Option {} was chosen on {}. {}", taken.outcome, taken.on, words::full_stop(taken.minute.as_str()))
    });
    let chosen = held.taken.as_ref().map(|(taken, _)| &taken.outcome);
    let option = |choice: &Choice| OptionView {
        label: choice.label.to_string(),
        title: choice.title.to_string(),
        costs: cost_lines(&choice.costs),
        total: total(&choice.costs),
        recommended: held.event.recommended.as_ref() == Some(&choice.label),
        chosen: chosen == Some(&choice.label),
    };
    DecisionView {
        anchor: anchors.id(Kind::Decision, id),
        letter: letter(at),
        id: id.to_string(),
        title: held.event.title.to_string(),
        body: held.event.body.to_string(),
        needed: held.event.needed_by.to_string(),
        tag,
        taken,
        options: held.event.options.iter().map(option).collect(),
        holds_up: holds_up(subject, anchors, id),
    }
}

/// `A` to `Z`, then `AA`.
fn letter(at: usize) -> String {
    let last = char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    match at / 26 {
        0 => last.to_string(),
        before => format!("{}{last}", letter(before - 1)),
    }
}

fn holds_up(subject: &Subject<'_>, anchors: &Anchors, id: &DecisionId) -> Vec<Held> {
    let waits = subject
        .register
        .actions
        .iter()
        .filter(|(_, action)| action.after_decisions.contains(id) && subject.register.is_unfinished(action));
    waits
        .map(|(action, held)| Held {
            link: anchors.link(Kind::Action, action),
            title: held.title.to_string(),
            due: held.due.map_or_else(|| "no date".to_owned(), |due| format!("due {due}")),
        })
        .collect()
}

/// Each cost as a line: what for, and how much once and a year.
pub(crate) fn cost_lines(costs: &[CostLine]) -> Vec<String> {
    let line = |cost: &CostLine| {
        let payer = cost.organisation.as_ref().map_or_else(String::new, |id| format!(", paid by {id}"));
        format!("{}: {}{payer}", cost.item, amounts(cost.capital, cost.yearly))
    };
    costs.iter().map(line).collect()
}

/// What the costs come to; empty when none is known.
pub(crate) fn total(costs: &[CostLine]) -> String {
    if costs.is_empty() {
        return String::new();
    }
    amounts(costs.iter().map(|cost| cost.capital).sum(), costs.iter().map(|cost| cost.yearly).sum())
}

fn amounts(once: Pence, yearly: Pence) -> String {
    match (once.is_nothing(), yearly.is_nothing()) {
        (true, true) => "no cost".to_owned(),
        (false, true) => format!("{once} once"),
        (true, false) => format!("{yearly} a year"),
        (false, false) => format!("{once} once and {yearly} a year"),
    }
}

/// The risk acceptances: those in force first, by their last day.
pub(crate) fn risks(subject: &Subject<'_>, anchors: &Anchors) -> Vec<RiskView> {
    let on = subject.as_of.on;
    let mut held: Vec<_> = subject.register.risks.iter().collect();
    held.sort_by_key(|(id, held)| (!held.holds_on(on), held.event.until, *id));
    let view = |(id, held): (&RiskId, &Acceptance)| RiskView {
        anchor: anchors.id(Kind::Risk, id),
        id: id.to_string(),
        tag: match (&held.withdrawn, held.holds_on(on)) {
            (Some(_), _) => Tag::bad("Taken back"),
            (None, true) => Tag::between("In force"),
            (None, false) => Tag::bad("Ended"),
        },
        findings: anchors.links(Kind::Finding, held.event.findings.keys()),
        by: words::person(&held.event.accepted_by, subject.register),
        until: held.event.until.to_string(),
        reason: held.event.reason.to_string(),
        meanwhile: held.event.compensating_control.to_string(),
        minute: held.event.minute.as_ref().map_or_else(String::new, ToString::to_string),
        ended: held.withdrawn.as_ref().map_or_else(String::new, |(event, trace)| {
            format!("Taken back on {}: {}", trace.on, words::full_stop(event.reason.as_str()))
        }),
    };
    held.into_iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_the_alphabet() {
        assert_eq!([0, 1, 25, 26, 51, 52].map(letter), ["A", "B", "Z", "AA", "AZ", "BA"]);
    }
}

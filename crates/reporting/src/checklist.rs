//! How far the evidence is that an action's playbook asks for. Advice only: it must never say that an action is closed,
//! and no rule reads it.

use std::collections::BTreeSet;

use portreeve_catalogue::Playbook;
use portreeve_catalogue::playbook::{ClosingEvidence, Moment};
use portreeve_model::reference::{EvidenceId, PlaybookId};
use portreeve_model::register::action::Action;
use portreeve_model::register::evidence::Evidence;
use portreeve_model::words::EvidenceKind;
use portreeve_model::{Day, Register};
use serde::Serialize;

use crate::words;

/// The evidence that a playbook asks for, held against what is linked to an action and to the findings it closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checklist<'a> {
    /// The playbook.
    pub playbook: &'a Playbook,
    /// Its items, in its own order.
    pub items: Vec<Item<'a>>,
}

/// One item of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item<'a> {
    /// What is asked for.
    #[serde(flatten)]
    pub wanted: &'a ClosingEvidence,
    /// How far it is.
    pub state: State,
    /// The evidence of that kind that a second person has accepted.
    pub checked: BTreeSet<EvidenceId>,
    /// The evidence of that kind that waits for a check.
    pub waiting: BTreeSet<EvidenceId>,
    /// The days whose position the checked ones show.
    pub shown: BTreeSet<Day>,
}

/// How far an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No evidence of that kind is linked.
    Missing,
    /// Some is, and nobody else has checked it.
    Unchecked,
    /// It asks for the positions before and after, and the checked ones show one day.
    OneDay,
    /// Checked, and where it asks for two positions, of two days.
    There,
}

impl<'a> Checklist<'a> {
    /// Holds a playbook against an action.
    pub fn of(register: &Register, action: &Action, playbook: &'a Playbook) -> Checklist<'a> {
        let findings = action.closes.keys().filter_map(|finding| register.findings.get(finding));
        let ids: BTreeSet<&EvidenceId> =
            action.evidence.iter().chain(findings.flat_map(|finding| &finding.evidence)).collect();
        let held: Vec<(&EvidenceId, &Evidence)> =
            ids.into_iter().filter_map(|id| register.evidence.get(id).map(|held| (id, held))).collect();
        let items = playbook.closing_evidence.iter().map(|wanted| Item::of(wanted, &held)).collect();
        Checklist { playbook, items }
    }

    /// How many items are there.
    pub fn there(&self) -> usize {
        self.items.iter().filter(|item| item.state == State::There).count()
    }
}

impl<'a> Item<'a> {
    fn of(wanted: &'a ClosingEvidence, held: &[(&EvidenceId, &Evidence)]) -> Item<'a> {
        // Someone's word about an export is no export.
        let fits = |held: &Evidence| held.kind == wanted.kind && held.strength() >= wanted.kind.strength();
        let of_kind = || held.iter().filter(|(_, held)| fits(held));
        let ids = |counts: fn(&Evidence) -> bool| -> BTreeSet<EvidenceId> {
            of_kind().filter(|(_, held)| counts(held)).map(|(id, _)| (*id).clone()).collect()
        };
        let (checked, waiting) = (ids(Evidence::counts), ids(Evidence::waits));
        let shown: BTreeSet<Day> = of_kind().filter(|(_, held)| held.counts()).map(|(_, held)| held.shows).collect();
        let state = match (shown.len(), wanted.when) {
            (0, _) if waiting.is_empty() => State::Missing,
            (0, _) => State::Unchecked,
            (1, Moment::BeforeAndAfter) => State::OneDay,
            _ => State::There,
        };
        Item { wanted, state, checked, waiting, shown }
    }

    /// The item in a line: how far it is, what is asked for, and what is linked.
    pub fn told(&self) -> String {
        let list = |ids: &BTreeSet<EvidenceId>| words::and(&ids.iter().map(ToString::to_string).collect::<Vec<_>>());
        let days: Vec<String> = self.shown.iter().map(ToString::to_string).collect();
        let checked = format!("{} checked, showing {}", list(&self.checked), words::and(&days));
        let waits = if self.waiting.len() == 1 { "waits for a check" } else { "wait for a check" };
        let waiting = format!("{} {waits}", list(&self.waiting));
        let mut far = match self.state {
            State::Missing => "nothing linked yet".to_owned(),
            State::Unchecked => waiting.clone(),
            State::OneDay => format!("{checked}; the other position is missing"),
            State::There => checked,
        };
        if !self.shown.is_empty() && !self.waiting.is_empty() {
            far.push_str(&format!("; {waiting}"));
        }
        format!("{} {}: {far}", self.mark(), wanted(self.wanted))
    }

    const fn mark(&self) -> &'static str {
        match self.state {
            State::Missing => "[ ]",
            State::Unchecked | State::OneDay => "[~]",
            State::There => "[x]",
        }
    }
}

/// What is asked for, as "configuration-export, before and after: …".
pub(crate) fn wanted(wanted: &ClosingEvidence) -> String {
    let when = match wanted.when {
        Moment::BeforeAndAfter => "before and after",
        Moment::After => "after",
    };
    format!("{}, {when} ({})", wanted.kind.word(), wanted.shows)
}

/// The kinds of evidence that have to show the position before the work, which cannot be taken afterwards.
pub(crate) fn before(playbook: &Playbook) -> Vec<EvidenceKind> {
    let asked = playbook.closing_evidence.iter().filter(|one| one.when == Moment::BeforeAndAfter);
    asked.map(|one| one.kind).collect()
}

/// A playbook's name with what it is called and how much of its evidence is there.
pub(crate) fn named(id: &PlaybookId, list: Option<&Checklist<'_>>) -> String {
    match list {
        Some(list) => {
            let (there, all) = (list.there(), list.items.len());
            format!("{id} ({}): {there} of {all} kinds of evidence there", list.playbook.title)
        }
        None => format!("{id}, which this version does not know"),
    }
}

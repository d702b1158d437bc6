//! Actions: the work that closes findings, with its owner, dates, money and what it waits for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CHECKS, Register, Stamp, Trace};
use crate::day::Day;
use crate::money::Pence;
use crate::reference::{
    ActionId, DecisionId, EvidenceId, FindingId, OrganisationId, PersonId, PlaybookId, RequirementId,
};
use crate::refusal::Refusal;
use crate::text::{Host, Note, Title};
use crate::words::{Answer, Role};

/// One line of what an action or an option costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostLine {
    /// What is paid for.
    pub item: Title,
    /// Paid once.
    #[serde(default, skip_serializing_if = "Pence::is_nothing_ref")]
    pub capital: Pence,
    /// Paid each year.
    #[serde(default, skip_serializing_if = "Pence::is_nothing_ref")]
    pub yearly: Pence,
    /// Who pays, where that is agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
}

impl Pence {
    /// Whether nothing is due; the shape serde asks for.
    fn is_nothing_ref(&self) -> bool {
        self.is_nothing()
    }
}

/// When an action is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Due {
    /// On a day.
    On(Day),
    /// No date yet, for a reason.
    NoDate(Note),
}

/// Work is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionAdded {
    /// Its reference.
    pub id: ActionId,
    /// The work in one line.
    pub title: Title,
    /// Who answers for it.
    pub owner: PersonId,
    /// For whom it is done.
    pub organisations: BTreeSet<OrganisationId>,
    /// When it is due. The first day given is the original date and is never overwritten.
    pub due: Due,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<CostLine>,
    /// Whether the people and time are there.
    pub resources: Answer,
    /// Whether the money is approved.
    pub budget: Answer,
    /// Actions that must be finished first.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub after_actions: BTreeSet<ActionId>,
    /// Decisions that must be taken first.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub after_decisions: BTreeSet<DecisionId>,
    /// The findings it closes, each with the hosts it closes; no hosts means all of them, also those added later.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub closes: BTreeMap<FindingId, BTreeSet<Host>>,
    /// Requirements it serves beyond those of its findings.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requirements: BTreeSet<RequirementId>,
    /// The playbook it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub playbook: Option<PlaybookId>,
    /// Where this record comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Note>,
}

/// An action's facts change. What is given replaces what was held; dates move by their own entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionChanged {
    /// The action.
    pub id: ActionId,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// The owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// All cost lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub costs: Option<Vec<CostLine>>,
    /// Whether the people and time are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<Answer>,
    /// Whether the money is approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Answer>,
    /// All actions that must be finished first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_actions: Option<BTreeSet<ActionId>>,
    /// All decisions that must be taken first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_decisions: Option<BTreeSet<DecisionId>>,
    /// Further findings it closes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also_closes: BTreeMap<FindingId, BTreeSet<Host>>,
    /// Why.
    pub reason: Note,
}

/// An action's date moves. The original date stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionMoved {
    /// The action.
    pub id: ActionId,
    /// The new date.
    pub to: Day,
    /// Why.
    pub reason: Note,
    /// Who agreed.
    pub approved_by: PersonId,
    /// Where a committee granted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute: Option<Note>,
}

/// The owner says it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionClaimed {
    /// The action.
    pub id: ActionId,
    /// The day the work was finished.
    pub on: Day,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// Someone else has seen that it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionVerified {
    /// The action.
    pub id: ActionId,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// A claim or a closed action is opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionReopened {
    /// The action.
    pub id: ActionId,
    /// Why.
    pub reason: Note,
}

/// The work will not be done: overtaken, or planned twice. Its findings stay as open as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionWithdrawn {
    /// The action.
    pub id: ActionId,
    /// Why.
    pub reason: Note,
}

/// How far an action is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionState {
    /// Not done.
    Open,
    /// The owner says it is done.
    Claimed {
        /// The day the work was finished.
        on: Day,
        /// The claim.
        claim: Trace,
    },
    /// Someone else has seen that it is done.
    Verified {
        /// The day the work was finished.
        on: Day,
        /// The claim.
        claim: Trace,
        /// The check.
        check: Trace,
    },
    /// It will not be done.
    Withdrawn {
        /// Why.
        reason: Note,
        /// By whom.
        by: Trace,
    },
}

/// One move of an action's date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The date before.
    pub from: Option<Day>,
    /// What was agreed.
    pub event: ActionMoved,
    /// The entry.
    pub recorded: Trace,
}

/// An action as the register holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The work in one line.
    pub title: Title,
    /// Who answers for it.
    pub owner: PersonId,
    /// For whom it is done.
    pub organisations: BTreeSet<OrganisationId>,
    /// The first date that was given. Late counts from here.
    pub original: Option<Day>,
    /// The date now.
    pub due: Option<Day>,
    /// Why there was no date, when none was given at first.
    pub no_date: Option<Note>,
    /// Every move of the date.
    pub moves: Vec<Move>,
    /// What it costs.
    pub costs: Vec<CostLine>,
    /// Whether the people and time are there.
    pub resources: Answer,
    /// Whether the money is approved.
    pub budget: Answer,
    /// Actions that must be finished first.
    pub after_actions: BTreeSet<ActionId>,
    /// Decisions that must be taken first.
    pub after_decisions: BTreeSet<DecisionId>,
    /// The findings it closes; no hosts means all of them.
    pub closes: BTreeMap<FindingId, BTreeSet<Host>>,
    /// Requirements it serves beyond those of its findings.
    pub requirements: BTreeSet<RequirementId>,
    /// The playbook it follows.
    pub playbook: Option<PlaybookId>,
    /// Where this record comes from.
    pub provenance: Option<Note>,
    /// How far it is.
    pub state: ActionState,
    /// Evidence linked to it.
    pub evidence: BTreeSet<EvidenceId>,
    /// The entry that added it.
    pub added: Trace,
}

impl Action {
    /// Whether it closes `host` of `finding`.
    pub fn closes_host(&self, finding: &FindingId, host: &Host) -> bool {
        self.closes.get(finding).is_some_and(|hosts| hosts.is_empty() || hosts.contains(host))
    }

    /// Whether work on it remains: neither verified nor withdrawn.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ActionState::Open | ActionState::Claimed { .. })
    }
}

const PLANS: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::InternalAuditor];
const CHANGES: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::ActionOwner, Role::Section151];
const APPROVES: &[Role] = &[Role::HeadOfIct, Role::SecurityOfficer, Role::Siro, Role::Section151, Role::Signatory];

impl Register {
    pub(super) fn check_action(&self, stamp: &Stamp<'_>, event: &ActionAdded) -> Result<(), Refusal> {
        self.allow(stamp, PLANS, "plan actions")?;
        self.free("action", &self.actions, &event.id)?;
        self.present(&event.owner)?;
        self.known_organisations(&event.organisations)?;
        self.known_requirements(&event.requirements)?;
        self.known_hosts(&event.closes)?;
        self.known_decisions(&event.after_decisions)?;
        self.waits_without_circle(&event.id, &event.after_actions)
    }

    pub(super) fn plan(&mut self, trace: Trace, event: &ActionAdded) {
        let (original, no_date) = match &event.due {
            Due::On(day) => (Some(*day), None),
            Due::NoDate(reason) => (None, Some(reason.clone())),
        };
        let held = Action {
            title: event.title.clone(),
            owner: event.owner.clone(),
            organisations: event.organisations.clone(),
            original,
            due: original,
            no_date,
            moves: Vec::new(),
            costs: event.costs.clone(),
            resources: event.resources,
            budget: event.budget,
            after_actions: event.after_actions.clone(),
            after_decisions: event.after_decisions.clone(),
            closes: event.closes.clone(),
            requirements: event.requirements.clone(),
            playbook: event.playbook.clone(),
            provenance: event.provenance.clone(),
            state: ActionState::Open,
            evidence: BTreeSet::new(),
            added: trace,
        };
        self.link_closes(&event.id, &event.closes);
        self.actions.insert(event.id.clone(), held);
    }

    fn link_closes(&mut self, id: &ActionId, closes: &BTreeMap<FindingId, BTreeSet<Host>>) {
        for finding in closes.keys() {
            if let Some(finding) = self.findings.get_mut(finding) {
                finding.actions.insert(id.clone());
            }
        }
    }

    pub(super) fn check_change(&self, stamp: &Stamp<'_>, event: &ActionChanged) -> Result<(), Refusal> {
        self.allow(stamp, CHANGES, "change actions")?;
        let action = self.action(&event.id)?;
        let rest = (&event.costs, &event.resources, &event.budget, &event.after_actions, &event.after_decisions);
        if event.title.is_none()
            && event.owner.is_none()
            && rest == (&None, &None, &None, &None, &None)
            && event.also_closes.is_empty()
        {
            return Err(Refusal::NothingChanges);
        }
        // What a second person has seen done cannot be stretched over more findings, or given another owner, without
        // opening it again.
        self.still_open(&event.id, action)?;
        if let Some(owner) = &event.owner {
            self.present(owner)?;
        }
        if let Some(decisions) = &event.after_decisions {
            self.known_decisions(decisions)?;
        }
        self.known_hosts(&event.also_closes)?;
        event.after_actions.as_ref().map_or(Ok(()), |actions| self.waits_without_circle(&event.id, actions))
    }

    pub(super) fn change(&mut self, event: &ActionChanged) {
        self.link_closes(&event.id, &event.also_closes);
        let Some(action) = self.actions.get_mut(&event.id) else { return };
        let change = event.clone();
        replace(&mut action.title, change.title);
        replace(&mut action.owner, change.owner);
        replace(&mut action.costs, change.costs);
        replace(&mut action.resources, change.resources);
        replace(&mut action.budget, change.budget);
        replace(&mut action.after_actions, change.after_actions);
        replace(&mut action.after_decisions, change.after_decisions);
        for (finding, hosts) in change.also_closes {
            match action.closes.get_mut(&finding) {
                // Every host stays every host; a list only grows.
                Some(held) if held.is_empty() => {}
                Some(held) if !hosts.is_empty() => held.extend(hosts),
                _ => {
                    action.closes.insert(finding, hosts);
                }
            }
        }
    }

    pub(super) fn check_move(&self, stamp: &Stamp<'_>, event: &ActionMoved) -> Result<(), Refusal> {
        self.allow(stamp, CHANGES, "move dates")?;
        let action = self.action(&event.id)?;
        self.still_open(&event.id, action)?;
        if action.due == Some(event.to) {
            return Err(Refusal::NothingChanges);
        }
        if event.to < stamp.today() {
            return Err(Refusal::WrongOrder {
                earlier_what: "the day of this entry",
                earlier: stamp.today(),
                later_what: "the new date",
                later: event.to,
            });
        }
        let approver = self.present(&event.approved_by)?;
        if event.approved_by == action.owner {
            return Err(Refusal::OwnDate { person: event.approved_by.clone(), action: event.id.clone() });
        }
        if !approver.roles.iter().any(|role| APPROVES.contains(role)) {
            let (by, needs) = (event.approved_by.clone(), APPROVES);
            return Err(Refusal::NotAllowed { by, doing: "approve a new date", needs });
        }
        Ok(())
    }

    pub(super) fn move_date(&mut self, trace: Trace, event: &ActionMoved) {
        if let Some(action) = self.actions.get_mut(&event.id) {
            action.moves.push(Move { from: action.due, event: event.clone(), recorded: trace });
            action.due = Some(event.to);
            action.original = action.original.or(Some(event.to));
        }
    }

    pub(super) fn check_claim(&self, stamp: &Stamp<'_>, event: &ActionClaimed) -> Result<(), Refusal> {
        let action = self.action(&event.id)?;
        if stamp.by == &action.owner {
            self.allow_own(stamp, "claim actions")?;
        } else {
            self.allow(stamp, &[Role::SecurityOfficer], "claim an action for its owner")?;
        }
        stamp.not_after_today("the day it was finished", event.on)?;
        match action.state {
            ActionState::Open => Ok(()),
            ActionState::Claimed { .. } => Err(wrong(&event.id, "is claimed already and waits for a check")),
            ActionState::Verified { .. } => Err(wrong(&event.id, "is closed already")),
            ActionState::Withdrawn { .. } => Err(wrong(&event.id, "has been withdrawn")),
        }
    }

    pub(super) fn claim(&mut self, trace: Trace, event: &ActionClaimed) {
        if let Some(action) = self.actions.get_mut(&event.id) {
            action.state = ActionState::Claimed { on: event.on, claim: trace };
        }
    }

    pub(super) fn check_verification(&self, stamp: &Stamp<'_>, event: &ActionVerified) -> Result<(), Refusal> {
        self.allow(stamp, CHECKS, "verify actions")?;
        let action = self.action(&event.id)?;
        let claim = match &action.state {
            ActionState::Claimed { claim, .. } => claim,
            ActionState::Open => return Err(wrong(&event.id, "has not been claimed as done")),
            ActionState::Verified { .. } => return Err(wrong(&event.id, "is closed already")),
            ActionState::Withdrawn { .. } => return Err(wrong(&event.id, "has been withdrawn")),
        };
        let own = |did| Refusal::OwnWork { person: stamp.by.clone(), did, what: format!("`{}`", event.id) };
        if stamp.by == &action.owner {
            return Err(own("owns"));
        }
        if stamp.by == &claim.by {
            return Err(own("claimed"));
        }
        let grounds: Vec<&EvidenceId> = self.grounds(action).collect();
        if grounds.is_empty() {
            return Err(Refusal::NoGround { action: event.id.clone() });
        }
        let added = |id: &&EvidenceId| self.evidence.get(*id).is_some_and(|held| &held.added.by == stamp.by);
        if grounds.iter().all(added) {
            return Err(own("added all the evidence of"));
        }
        self.not_still_there(action, claim)
    }

    /// Refuses while a re-test recorded after the claim found one of the action's hosts still open, and no re-test that
    /// counts has found it fixed since.
    fn not_still_there(&self, action: &Action, claim: &Trace) -> Result<(), Refusal> {
        for finding_id in action.closes.keys() {
            let finding = self.finding(finding_id)?;
            let hosts = finding.hosts.iter().filter(|(host, _)| action.closes_host(finding_id, host));
            for (host, held) in hosts {
                let later = held.still_there.as_ref().is_some_and(|retest| retest.recorded.entry > claim.entry);
                if later && !held.fixed.iter().any(|retest| self.retest_counts(retest)) {
                    return Err(Refusal::StillThere { finding: finding_id.clone(), host: host.clone() });
                }
            }
        }
        Ok(())
    }

    pub(super) fn verify(&mut self, trace: Trace, event: &ActionVerified) {
        if let Some(action) = self.actions.get_mut(&event.id)
            && let ActionState::Claimed { on, claim } = &action.state
        {
            action.state = ActionState::Verified { on: *on, claim: claim.clone(), check: trace };
        }
    }

    pub(super) fn check_reopening(&self, stamp: &Stamp<'_>, event: &ActionReopened) -> Result<(), Refusal> {
        let action = self.action(&event.id)?;
        if stamp.by == &action.owner {
            self.allow_own(stamp, "open an action again")?;
        } else {
            self.allow(stamp, REOPENS, "open an action again")?;
        }
        match action.state {
            ActionState::Open => Err(wrong(&event.id, "is open")),
            _ => Ok(()),
        }
    }

    pub(super) fn reopen(&mut self, event: &ActionReopened) {
        if let Some(action) = self.actions.get_mut(&event.id) {
            action.state = ActionState::Open;
        }
    }

    pub(super) fn check_withdrawal(&self, stamp: &Stamp<'_>, event: &ActionWithdrawn) -> Result<(), Refusal> {
        self.allow(stamp, PLANS, "withdraw actions")?;
        let action = self.action(&event.id)?;
        if stamp.by == &action.owner {
            let what = format!("`{}`", event.id);
            return Err(Refusal::OwnWork { person: stamp.by.clone(), did: "owns", what });
        }
        self.still_open(&event.id, action)
    }

    pub(super) fn withdraw_action(&mut self, trace: Trace, event: &ActionWithdrawn) {
        if let Some(action) = self.actions.get_mut(&event.id) {
            action.state = ActionState::Withdrawn { reason: event.reason.clone(), by: trace };
        }
    }

    fn still_open(&self, id: &ActionId, action: &Action) -> Result<(), Refusal> {
        match action.state {
            ActionState::Verified { .. } => Err(wrong(id, "is closed")),
            ActionState::Withdrawn { .. } => Err(wrong(id, "has been withdrawn")),
            ActionState::Open | ActionState::Claimed { .. } => Ok(()),
        }
    }

    /// The action.
    pub(super) fn action(&self, id: &ActionId) -> Result<&Action, Refusal> {
        self.actions.get(id).ok_or_else(|| Refusal::Unknown { noun: "action", id: id.to_string() })
    }

    /// Every action waited for exists, and none of them waits, however indirectly, for this one.
    fn waits_without_circle(&self, id: &ActionId, after: &BTreeSet<ActionId>) -> Result<(), Refusal> {
        for first in after {
            if first == id {
                return Err(Refusal::Circle { action: id.clone(), through: first.clone() });
            }
            let mut seen = BTreeSet::new();
            let mut queue = vec![first];
            while let Some(next) = queue.pop() {
                let held = self.action(next)?;
                if held.after_actions.contains(id) {
                    return Err(Refusal::Circle { action: id.clone(), through: first.clone() });
                }
                queue.extend(held.after_actions.iter().filter(|further| seen.insert((*further).clone())));
            }
        }
        Ok(())
    }

    fn known_decisions(&self, wanted: &BTreeSet<DecisionId>) -> Result<(), Refusal> {
        match wanted.iter().find(|id| !self.decisions.contains_key(*id)) {
            Some(id) => Err(Refusal::Unknown { noun: "decision", id: id.to_string() }),
            None => Ok(()),
        }
    }
}

const REOPENS: &[Role] = &[Role::SecurityOfficer, Role::HeadOfIct, Role::Checker, Role::InternalAuditor, Role::Tester];

fn wrong(action: &ActionId, state: &'static str) -> Refusal {
    Refusal::WrongState { action: action.clone(), state }
}

fn replace<T>(held: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *held = given;
    }
}

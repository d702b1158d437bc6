//! Where findings and actions stand on a day. Nothing here is stored: it follows from the entries and the day.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::day::Day;
use crate::reference::{ActionId, DecisionId, FindingId, RiskId};
use crate::register::Register;
use crate::register::action::{Action, ActionState};
use crate::register::evidence::Check;
use crate::register::finding::{AffectedHost, Conclusion, Finding, HostRetest};
use crate::text::Host;
use crate::words::{Answer, Strength};

/// Whose word is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lens {
    /// What owners say is done.
    Claimed,
    /// What checked evidence shows.
    Verified,
}

/// Where a finding stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum FindingStanding {
    /// Checked: the source was wrong.
    FalsePositive,
    /// Checked: another finding says the same.
    Duplicate {
        /// The other finding.
        of: FindingId,
    },
    /// Every host is fixed, and somebody else has seen it.
    Fixed,
    /// Every host that is not fixed is accepted.
    Accepted {
        /// The acceptances in force.
        risks: BTreeSet<RiskId>,
        /// The day on which the first of them ends.
        until: Day,
    },
    /// Some hosts are neither.
    Open {
        /// Those hosts.
        hosts: Vec<Host>,
    },
}

impl FindingStanding {
    /// Whether something is left to do.
    pub fn is_open(&self) -> bool {
        matches!(self, FindingStanding::Open { .. })
    }
}

/// Why a finding's plan would not convince an assessor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum PlanFault {
    /// Some host has no open action that closes it, or was closed by one that no longer stands.
    NoAction,
    /// The action has no date.
    NoDate {
        /// The action.
        action: ActionId,
    },
    /// The action is late against its original date.
    Late {
        /// The action.
        action: ActionId,
        /// How many days.
        days: i64,
    },
    /// The action waits for a decision that has not been taken.
    Undecided {
        /// The action.
        action: ActionId,
        /// The decision.
        decision: DecisionId,
    },
    /// The people or the money are known not to be there.
    NoMeans {
        /// The action.
        action: ActionId,
    },
}

/// How an action runs against its dates. Derived, never typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "flag", rename_all = "kebab-case")]
pub enum Flag {
    /// Verified, or withdrawn.
    Closed,
    /// The original date has passed.
    Late {
        /// Days since the original date.
        days: i64,
    },
    /// Not late, but it may become so.
    AtRisk {
        /// Why.
        reasons: Vec<Risk>,
    },
    /// Neither.
    OnTrack,
}

/// Why an action is at risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum Risk {
    /// Due soon, and no evidence has come.
    NoEvidence {
        /// Days left.
        days: i64,
    },
    /// It waits for a decision.
    Decision {
        /// Which.
        decision: DecisionId,
    },
    /// It waits for another action.
    Action {
        /// Which.
        action: ActionId,
    },
    /// Its date now is after the scheme's target.
    AfterTarget {
        /// The target.
        target: Day,
    },
    /// It has no date.
    NoDate,
}

impl Register {
    /// Whether the action is done as far as `lens` goes. A check whose evidence has since been taken back or rejected
    /// no longer stands.
    pub fn action_stands(&self, action: &Action, lens: Lens) -> bool {
        match (&action.state, lens) {
            (ActionState::Claimed { .. } | ActionState::Verified { .. }, Lens::Claimed) => true,
            (ActionState::Verified { .. }, Lens::Verified) => self.grounds(action).next().is_some(),
            _ => false,
        }
    }

    /// Whether work on the action remains: it is not withdrawn, and no check of it stands.
    pub fn is_unfinished(&self, action: &Action) -> bool {
        !matches!(action.state, ActionState::Withdrawn { .. }) && !self.action_stands(action, Lens::Verified)
    }

    /// Where a finding stands on `on`.
    pub fn finding_standing(&self, id: &FindingId, finding: &Finding, on: Day, lens: Lens) -> FindingStanding {
        if let Some(held) = &finding.conclusion
            && (held.checked.is_some() || lens == Lens::Claimed)
        {
            return match &held.conclusion {
                Conclusion::FalsePositive => FindingStanding::FalsePositive,
                Conclusion::Duplicate { of } => FindingStanding::Duplicate { of: of.clone() },
            };
        }
        let mut open = Vec::new();
        let mut risks = BTreeSet::new();
        let mut until: Option<Day> = None;
        let left = finding.hosts.iter().filter(|(host, held)| !self.host_fixed(id, finding, host, held, lens));
        for (host, held) in left {
            match self.acceptance_of(id, finding, host, held, on) {
                Some((risk, last)) => {
                    risks.insert(risk.clone());
                    until = Some(until.map_or(last, |earlier| earlier.min(last)));
                }
                None => open.push(host.clone()),
            }
        }
        match until {
            _ if !open.is_empty() => FindingStanding::Open { hosts: open },
            Some(until) => FindingStanding::Accepted { risks, until },
            None => FindingStanding::Fixed,
        }
    }

    /// A host is fixed when a checked re-test says so, or when every action that closes it stands and the last of them
    /// was checked (or claimed) after the host was named, and claimed after the last re-test that found it still there.
    fn host_fixed(&self, id: &FindingId, finding: &Finding, host: &Host, held: &AffectedHost, lens: Lens) -> bool {
        let shown = |retest: &HostRetest| match lens {
            Lens::Verified => self.retest_counts(retest),
            Lens::Claimed => self.evidence.get(&retest.evidence).is_some_and(|held| held.withdrawn.is_none()),
        };
        if held.fixed.iter().any(shown) {
            return true;
        }
        let answers = |action: &Action| {
            let (claimed, done) = match &action.state {
                ActionState::Claimed { claim, .. } => (claim, claim),
                ActionState::Verified { claim, check, .. } => (claim, check),
                ActionState::Open | ActionState::Withdrawn { .. } => return false,
            };
            done.entry > held.named.entry
                && held.still_there.as_ref().is_none_or(|retest| claimed.entry > retest.recorded.entry)
        };
        self.closing(id, finding, host).all(|action| self.action_stands(action, lens))
            && self.closing(id, finding, host).any(answers)
    }

    /// The actions that close a host, without those that were withdrawn.
    fn closing<'a>(
        &'a self,
        id: &'a FindingId,
        finding: &'a Finding,
        host: &'a Host,
    ) -> impl Iterator<Item = &'a Action> {
        finding
            .actions
            .iter()
            .filter_map(|action| self.actions.get(action))
            .filter(|action| action.closes_host(id, host) && !matches!(action.state, ActionState::Withdrawn { .. }))
    }

    /// Whether a re-test that found a host fixed counts: its evidence is accepted and more than someone's word, and
    /// someone who did not add it has read the result out of it, by recording the re-test or by checking it since.
    pub(crate) fn retest_counts(&self, retest: &HostRetest) -> bool {
        self.evidence.get(&retest.evidence).is_some_and(|held| {
            let read = |check: &Check| check.by.entry > retest.recorded.entry || held.added.by != retest.recorded.by;
            held.counts() && held.strength() >= Strength::Medium && held.check.as_ref().is_some_and(read)
        })
    }

    /// The acceptance that covers a host on `on`, and its last day. Of several, the one that lasts longest.
    fn acceptance_of<'a>(
        &'a self,
        id: &FindingId,
        finding: &'a Finding,
        host: &Host,
        held: &AffectedHost,
        on: Day,
    ) -> Option<(&'a RiskId, Day)> {
        finding
            .risks
            .iter()
            .filter_map(|risk| self.risks.get(risk).map(|acceptance| (risk, acceptance)))
            .filter(|(_, acceptance)| {
                acceptance.reach >= finding.event.severity
                    && acceptance.holds_on(on)
                    && acceptance.covers(id, host)
                    && acceptance.recorded.entry > held.named.entry
            })
            .map(|(risk, acceptance)| (risk, acceptance.event.until))
            .max_by_key(|(_, until)| *until)
    }

    /// What is wrong with the plan for an open finding; nothing when the plan is realistic.
    pub fn plan_faults(&self, id: &FindingId, finding: &Finding, open: &[Host], on: Day) -> Vec<PlanFault> {
        let mut faults = Vec::new();
        let plans: Vec<(&ActionId, &Action)> = finding
            .actions
            .iter()
            .filter_map(|action| self.actions.get(action).map(|held| (action, held)))
            .filter(|(_, action)| action.is_open())
            .collect();
        // Work that was finished is no plan, even when its evidence has been taken back since; and while such work does
        // not stand, no other plan closes the host.
        let planned = |host: &Host| {
            let mut closing = self.closing(id, finding, host);
            closing.all(|action| action.is_open() || self.action_stands(action, Lens::Verified))
                && plans.iter().any(|(_, action)| action.closes_host(id, host))
        };
        if !open.iter().all(planned) {
            faults.push(PlanFault::NoAction);
        }
        for (action_id, action) in plans {
            let action_id = || action_id.clone();
            match (action.original, action.due) {
                (_, None) | (None, _) => faults.push(PlanFault::NoDate { action: action_id() }),
                (Some(original), Some(_)) if original < on => {
                    faults.push(PlanFault::Late { action: action_id(), days: original.days_until(on) });
                }
                _ => {}
            }
            let undecided = self.undecided(action).cloned();
            faults.extend(undecided.map(|decision| PlanFault::Undecided { action: action_id(), decision }));
            if action.resources == Answer::No || action.budget == Answer::No {
                faults.push(PlanFault::NoMeans { action: action_id() });
            }
        }
        faults
    }

    /// The decisions an action waits for.
    pub fn undecided<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a DecisionId> {
        let open = |id: &&DecisionId| self.decisions.get(*id).is_some_and(|decision| decision.taken.is_none());
        action.after_decisions.iter().filter(open)
    }

    /// The unfinished actions an action waits for.
    pub fn unfinished<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a ActionId> {
        let unfinished = |id: &&ActionId| self.actions.get(*id).is_some_and(|action| self.is_unfinished(action));
        action.after_actions.iter().filter(unfinished)
    }

    /// How an action runs against its dates on `on`: late from the day after its original date until it is verified.
    pub fn flag(&self, action: &Action, on: Day, at_risk_days: u16, target: Option<Day>) -> Flag {
        if !self.is_unfinished(action) {
            return Flag::Closed;
        }
        if let Some(original) = action.original.filter(|original| *original < on) {
            return Flag::Late { days: original.days_until(on) };
        }
        let mut reasons = Vec::new();
        match action.due {
            None => reasons.push(Risk::NoDate),
            Some(due) => {
                let days = on.days_until(due);
                if days <= i64::from(at_risk_days) && action.evidence.is_empty() {
                    reasons.push(Risk::NoEvidence { days });
                }
                reasons.extend(target.filter(|target| due > *target).map(|target| Risk::AfterTarget { target }));
            }
        }
        reasons.extend(self.undecided(action).map(|decision| Risk::Decision { decision: decision.clone() }));
        reasons.extend(self.unfinished(action).map(|action| Risk::Action { action: action.clone() }));
        if reasons.is_empty() { Flag::OnTrack } else { Flag::AtRisk { reasons } }
    }
}

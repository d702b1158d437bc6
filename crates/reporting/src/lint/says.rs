//! What is missing, as sentences: ages in the unit of the rule, and days. It must never put two limits into one unit.

use std::collections::BTreeSet;

use portreeve_model::Day;
use portreeve_model::readiness::{Aged, Blocker, Lack, Shortfall};
use portreeve_model::reference::{EvidenceId, FindingId};
use portreeve_model::standing::{FindingStanding, Lens, PlanFault};
use portreeve_model::words::EvidenceKind;

use super::Submission;
use crate::{Subject, words};

/// Requirements named before the rest is counted.
const NAMED: usize = 6;

/// What sentences are made from.
pub(super) struct Sentences<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) submission: Submission,
}

impl Sentences<'_> {
    /// One lack, without a full stop.
    pub(super) fn lack(&self, lack: &Lack) -> String {
        let register = self.subject.register;
        let said = match (&lack.blocker, lack.aged.as_slice()) {
            (Blocker::NoEvidence { any_of, instead }, [_, ..]) => self.too_old(lack, any_of, instead),
            (Blocker::SignatureOver { on }, [aged]) => match lack.from {
                Some(from) => format!("The signature of {on} runs out on {}", self.before(from, aged)),
                None => format!("The signature of {on} is {}", self.old(aged)),
            },
            (Blocker::SignatureOver { on }, _) => {
                format!("The form behind the signature of {on} has been taken back or refused, or is not checked")
            }
            (Blocker::FindingOpen { finding, .. }, _) => self.finding(lack, finding),
            (Blocker::ActionLate { action, days }, _) => {
                let title = register.actions.get(action).map_or("", |held| held.title.as_str());
                match lack.from {
                    Some(from) => {
                        format!("{action} \"{title}\" passes its original date: it is late {}", self.from(from))
                    }
                    None => {
                        let days = words::count(days.unsigned_abs(), "day");
                        format!("{action} \"{title}\" is {days} late on {}", self.submission.on)
                    }
                }
            }
            (blocker, _) => words::blocker(blocker, register),
        };
        said.trim_end_matches('.').to_owned()
    }

    /// Requirements that are not ready, together.
    pub(super) fn not_ready(&self, lacks: &[&Lack], of: u32) -> String {
        let numbers: Vec<String> = lacks
            .iter()
            .filter_map(|lack| match &lack.blocker {
                Blocker::RequirementNotReady { requirement } => Some(requirement.number.to_string()),
                _ => None,
            })
            .collect();
        let later: Vec<Day> = lacks.iter().filter_map(|lack| lack.from).collect();
        let when = match later.iter().min() {
            Some(first) if later.len() == lacks.len() => format!(", the first {}", self.from(*first)),
            Some(_) => format!(", {} of them ready today", later.len()),
            None => String::new(),
        };
        let verb = if numbers.len() == 1 { "is" } else { "are" };
        let applying = words::count(of, "requirement");
        format!(
            "{} of the {applying} that apply {verb} not ready on {}{when} ({})",
            numbers.len(),
            self.submission.on,
            some_of(&numbers)
        )
    }

    /// The newest item that is too old, and what else there is.
    fn too_old(&self, lack: &Lack, any_of: &BTreeSet<EvidenceKind>, instead: &[(EvidenceId, Shortfall)]) -> String {
        let newest = lack.aged.iter().max_by_key(|aged| (aged.since, &aged.evidence));
        let Some((aged, id)) = newest.and_then(|aged| Some((aged, aged.evidence.as_ref()?))) else {
            return String::new();
        };
        let held = self.subject.register.evidence.get(id);
        let kind = held.map_or_else(|| words::kinds(any_of), |held| words::kind(held.kind));
        let mut said = match lack.from {
            Some(from) => format!("The {kind} {id} goes out of date on {}", self.before(from, aged)),
            None => format!("The {kind} {id} is {}", self.old(aged)),
        };
        // Of what does not count either, only that is told which somebody could make count.
        for (id, why) in instead {
            if matches!(why, Shortfall::Unchecked | Shortfall::NotJudged(_)) {
                said.push_str(&format!("; {id} {}", words::shortfall(why)));
            }
        }
        said
    }

    fn finding(&self, lack: &Lack, id: &FindingId) -> String {
        let register = self.subject.register;
        let Blocker::FindingOpen { severity, hosts, of, faults, actions, .. } = &lack.blocker else {
            return String::new();
        };
        let held = register.findings.get(id);
        let title = held.map_or("", |held| held.event.title.as_str());
        let name = format!("{id} \"{title}\" ({})", words::severity(*severity));
        let place = match (hosts.len(), *of) {
            (some, all) if some == all && all > 1 => format!("on all {all} hosts"),
            _ => format!("on {}", words::hosts(hosts.iter())),
        };
        let standing = held.map(|held| register.finding_standing(id, held, self.submission.today, Lens::Verified));
        let plan = match faults.as_slice() {
            [] => format!("planned in {}", words::and(&actions.iter().map(ToString::to_string).collect::<Vec<_>>())),
            faults => faults.iter().map(|fault| self.fault(fault)).collect::<Vec<_>>().join(", "),
        };
        match (lack.from, &lack.aged.first(), standing) {
            (Some(from), _, Some(FindingStanding::Accepted { .. })) => {
                format!("{name} is accepted today and open again {place} {}; {plan}", self.from(from))
            }
            (Some(from), Some(aged), _) => {
                format!("{name} is open {place} and passes its limit of {} {}; {plan}", aged.limit, self.from(from))
            }
            (Some(from), None, _) => {
                format!("{name} is open {place}, and its plan no longer stands {}; {plan}", self.from(from))
            }
            (None, Some(aged), _) => format!(
                "{name} is open {place}, {} after its report on {} (limit: under {}); {plan}",
                aged.age, self.submission.on, aged.limit
            ),
            (None, None, _) => format!("{name} is open {place}; {plan}"),
        }
    }

    /// What is wrong with a plan on the day of the submission.
    fn fault(&self, fault: &PlanFault) -> String {
        match fault {
            PlanFault::Late { action, days } if self.submission.today < self.submission.on => {
                format!("{action} will be {} late", words::count(days.unsigned_abs(), "day"))
            }
            fault => words::plan_fault(fault, self.subject.register),
        }
    }

    /// `13 months old on 31 March 2027 (limit: under 12 months; out of date since 3 February 2027)`.
    fn old(&self, aged: &Aged) -> String {
        let Aged { age, limit, ends, .. } = aged;
        format!("{age} old on {} (limit: under {limit}; out of date since {ends})", self.submission.on)
    }

    /// `3 March 2027, before the submission on 31 March 2027 (limit: under 12 months)`.
    fn before(&self, from: Day, aged: &Aged) -> String {
        let on = self.submission.on;
        let day = if from < on {
            format!("{from}, before the submission on {on}")
        } else {
            format!("the day of the submission, {on}")
        };
        format!("{day} (limit: under {})", aged.limit)
    }

    /// `from 3 March 2027, before the submission on 31 March 2027`.
    fn from(&self, from: Day) -> String {
        let on = self.submission.on;
        if from < on {
            format!("from {from}, before the submission on {on}")
        } else {
            format!("on the day of the submission, {on}")
        }
    }
}

/// The first few of a list, and how many more there are.
pub(crate) fn some_of(all: &[String]) -> String {
    let mut named = all.get(..NAMED).unwrap_or(all).to_vec();
    if all.len() > NAMED {
        named.push(format!("{} more", all.len() - NAMED));
    }
    words::and(&named)
}

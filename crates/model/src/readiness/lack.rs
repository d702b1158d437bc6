//! What a submission on a day lacks: what will stand in its way, from when, how old what is too old has become, and the
//! step that helps. It must never judge by itself: it asks the gates and requirements of `readiness`, on several days.

use std::collections::BTreeMap;

use serde::Serialize;

use super::blocker::{Blocker, Shortfall};
use super::next::{Remedy, remedy};
use super::{AsOf, GateAnswer, Question, Readiness, View, readiness};
use crate::day::Day;
use crate::reference::{EvidenceId, FindingId, RequirementId};
use crate::standards::{Age, Asking, Gate, GateRule, TimeLimit};

/// Everything a submission lacks by the gates and the requirements. What is lacking today comes before what will be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lacks {
    /// By the gates, in the scheme's own order.
    pub gates: Vec<Lack>,
    /// By the requirements, in the framework's own order, without those that only repeat a gate.
    pub requirements: Vec<Lack>,
    /// The gates, and the open findings for which a realistic plan is enough and there is one. They lack nothing.
    pub by_plan: Vec<(String, FindingId)>,
}

/// One thing a submission lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// What asks for it.
    pub asked_by: AskedBy,
    /// What will stand in the way on the day of the submission.
    pub blocker: Blocker,
    /// The first day on which it will; none when it does today.
    pub from: Option<Day>,
    /// What of it is too old.
    pub aged: Vec<Aged>,
    /// The step that helps; none where it is only the sum of other lacks.
    pub remedy: Option<Remedy>,
    /// The requirements that lack the same, and are not named again.
    pub folded: Vec<RequirementId>,
}

/// What asks for something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedBy {
    /// A gate, by its reference in the scheme.
    Gate(String),
    /// A requirement.
    Requirement(RequirementId),
}

/// Something that has passed a time limit by the day of the submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Aged {
    /// The item of evidence; none where it is the blocker's own signature or finding.
    pub evidence: Option<EvidenceId>,
    /// The day from which its age counts.
    pub since: Day,
    /// Its age on the day of the submission, in the unit of the limit.
    pub age: Age,
    /// The limit.
    pub limit: TimeLimit,
    /// The first day outside it.
    pub ends: Day,
}

/// What a submission on the day of the question lacks, looked at on `today`, which is no later.
///
/// A requirement's lack is folded into a gate's when the gate lacks the same no later: evidence of the same kinds, or the
/// same finding is open. Who does what the gate asks for has done it for the requirement, or links it there. A gate for
/// which a plan is enough speaks for its findings whenever it comes to lack them, and while their plans are enough no
/// requirement tells them either.
pub fn lacks(question: &Question<'_>, today: Day) -> Lacks {
    let view = View::of(question);
    let mut days = Days { question, answered: BTreeMap::new() };
    let then = days.on(question.as_of.on).clone();
    let mut found = Lacks { gates: Vec::new(), requirements: Vec::new(), by_plan: Vec::new() };
    for (gate, answer) in question.scheme.gates.iter().zip(&then.gates) {
        for blocker in &answer.blockers {
            match blocker {
                Blocker::FindingOpen { finding, .. } if !is_lacking(answer, blocker) => {
                    found.by_plan.push((gate.id.clone(), finding.clone()));
                }
                _ => found.gates.push(Lack {
                    from: days.first(&AskedBy::Gate(gate.id.clone()), blocker, today),
                    asked_by: AskedBy::Gate(gate.id.clone()),
                    blocker: blocker.clone(),
                    aged: aged_of_gate(&view, gate, blocker),
                    remedy: remedy(&view, blocker, None),
                    folded: Vec::new(),
                }),
            }
        }
    }
    for (asked, answer) in question.framework.requirements.iter().zip(&then.requirements) {
        let of = AskedBy::Requirement(answer.id.clone());
        let asking = Asking::Requirement(&asked.number);
        for blocker in &answer.blockers {
            let lack = Lack {
                from: days.first(&of, blocker, today),
                asked_by: of.clone(),
                blocker: blocker.clone(),
                aged: aged_evidence(&view, asking, blocker),
                remedy: remedy(&view, blocker, Some(&answer.id)),
                folded: Vec::new(),
            };
            found.take_requirement(lack, &answer.id, &then.gates);
        }
    }
    // A stable sort: what lacks today keeps the scheme's and the framework's order, and comes first.
    found.gates.sort_by_key(|lack| lack.from);
    found.requirements.sort_by_key(|lack| lack.from);
    found
}

impl Lacks {
    fn take_requirement(&mut self, lack: Lack, id: &RequirementId, gates: &[GateAnswer]) {
        let planned = |open: &FindingId| self.by_plan.iter().any(|(_, finding)| finding == open);
        if matches!(&lack.blocker, Blocker::FindingOpen { finding, .. } if planned(finding)) {
            return;
        }
        let mut told = self.gates.iter_mut().filter(|gate| is_same(&gate.blocker, &lack.blocker));
        let takes_plans =
            |of: &AskedBy| gates.iter().any(|gate| gate.plan_will_do && *of == AskedBy::Gate(gate.id.clone()));
        match told.find(|gate| gate.from <= lack.from || takes_plans(&gate.asked_by)) {
            Some(gate) if gate.folded.last() == Some(id) => {}
            Some(gate) => gate.folded.push(id.clone()),
            None => self.requirements.push(lack),
        }
    }
}

/// The answers on several days, each worked out once.
struct Days<'a> {
    question: &'a Question<'a>,
    answered: BTreeMap<Day, Readiness>,
}

impl Days<'_> {
    fn on(&mut self, day: Day) -> &Readiness {
        let question = self.question;
        let as_of = AsOf { on: day, ..question.as_of };
        self.answered.entry(day).or_insert_with(|| readiness(&Question { as_of, ..*question }))
    }

    /// The first day on which it is lacking, if that is not today. While nothing is recorded time only takes away (the
    /// laws of the figure hold it), so what lacks once lacks ever after, and halving finds the day.
    fn first(&mut self, of: &AskedBy, blocker: &Blocker, today: Day) -> Option<Day> {
        let lacks_on = |answer: &Readiness| match of {
            AskedBy::Gate(id) => answer
                .gates
                .iter()
                .filter(|gate| &gate.id == id)
                .any(|gate| gate.blockers.iter().any(|held| is_same(held, blocker) && is_lacking(gate, held))),
            AskedBy::Requirement(id) => {
                let mut held = answer.requirements.iter().filter(|held| &held.id == id).flat_map(|held| &held.blockers);
                held.any(|held| is_same(held, blocker))
            }
        };
        let mut last = self.question.as_of.on;
        let mut before = today;
        if before >= last || lacks_on(self.on(before)) {
            return None;
        }
        while before.days_until(last) > 1 {
            let between = before.halfway_to(last);
            if lacks_on(self.on(between)) { last = between } else { before = between }
        }
        Some(last)
    }
}

/// Whether a gate lacks what the blocker says; not where a realistic plan is enough.
fn is_lacking(gate: &GateAnswer, blocker: &Blocker) -> bool {
    !(gate.plan_will_do && blocker.is_planned())
}

/// Whether two blockers are about the same, whatever the day and whoever asks.
fn is_same(one: &Blocker, other: &Blocker) -> bool {
    match (one, other) {
        (Blocker::NoEvidence { any_of, .. }, Blocker::NoEvidence { any_of: others, .. }) => any_of == others,
        (Blocker::FindingOpen { finding, .. }, Blocker::FindingOpen { finding: other, .. }) => finding == other,
        (Blocker::ActionLate { action, .. }, Blocker::ActionLate { action: other, .. }) => action == other,
        (Blocker::RequirementNotReady { .. } | Blocker::Unaccounted { .. }, _) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

fn aged_of_gate(view: &View<'_>, gate: &Gate, blocker: &Blocker) -> Vec<Aged> {
    match (&gate.rule, blocker) {
        (GateRule::Evidence { .. }, _) => aged_evidence(view, Asking::Gate(&gate.id), blocker),
        (GateRule::Signature { within, .. }, Blocker::SignatureOver { on }) => aged(view, None, *on, *within),
        (GateRule::FindingsClosedWithin { within, .. }, Blocker::FindingOpen { finding, .. }) => {
            let source = view.findings.get(finding).and_then(|held| view.register.sources.get(&held.event.source));
            source.map(|source| aged(view, None, source.event.on, *within)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The items that are too old, each with the limit that it passed.
fn aged_evidence(view: &View<'_>, asking: Asking<'_>, blocker: &Blocker) -> Vec<Aged> {
    let Blocker::NoEvidence { instead, .. } = blocker else { return Vec::new() };
    let found = instead.iter().filter_map(|(id, shortfall)| {
        let Shortfall::OutOfDate { since } = shortfall else { return None };
        let held = view.register.evidence.get(id)?;
        let mut passed = view.scheme.validity(asking, held.kind, held.shows).into_iter();
        let limit = passed.find(|validity| validity.ends == Some(*since))?.limit?;
        Some(aged(view, Some(id), held.shows, limit))
    });
    found.flatten().collect()
}

/// One thing by a limit, if it has passed it.
fn aged(view: &View<'_>, evidence: Option<&EvidenceId>, since: Day, limit: TimeLimit) -> Vec<Aged> {
    let (ends, age) = (limit.after(since), limit.age(since, view.on));
    let passed = Aged { evidence: evidence.cloned(), since, age, limit, ends };
    if ends <= view.on { vec![passed] } else { Vec::new() }
}

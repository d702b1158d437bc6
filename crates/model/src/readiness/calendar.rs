//! The calendar of a submission: for everything a scheme asks evidence for, what there will be on the day, until when it
//! is valid, and between which days something new would have to be collected. It must never judge by itself: what counts is
//! what `meet` finds, as in readiness, and how long is what the scheme's own validity says.

use serde::Serialize;

use super::blocker::{Blocker, Ground, Shortfall, meet};
use super::held::Held;
use super::lack::AskedBy;
use super::requirement::asked_of;
use super::{Question, View};
use crate::day::Day;
use crate::reference::{EvidenceId, RequirementId};
use crate::standards::{Asking, EvidenceRule, Validity};
use crate::standing::Lens;
use crate::words::Strength;

/// One thing the scheme asks evidence for, and what there will be of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The gates and requirements that ask for the same and rest on the same, in the scheme's and the framework's order.
    pub asked_by: Vec<AskedBy>,
    /// The rule they have in common.
    pub rule: EvidenceRule,
    /// What there will be on the day of the submission.
    pub standing: Standing,
    /// When something new would have to be collected; none where nothing has to be.
    pub collect: Option<Window>,
}

/// What there will be of something on the day of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// What there is will be too old: the newest of it.
    OutOfDate {
        /// The evidence.
        evidence: EvidenceId,
        /// How long it is valid.
        validity: Validity,
    },
    /// Nothing would count, whatever the day.
    Missing {
        /// What there is, and why each does not count.
        instead: Vec<(EvidenceId, Shortfall)>,
    },
    /// It would do, once somebody else has said so: the one that would last longest.
    Waits {
        /// The evidence.
        evidence: EvidenceId,
        /// The requirement for which it waits to be judged, where it was carried there; a check, where it was not.
        judge_for: Option<RequirementId>,
        /// How long it is valid.
        validity: Validity,
    },
    /// It will do.
    Holds {
        /// The evidence the answer rests on.
        evidence: EvidenceId,
        /// How long it is valid.
        validity: Validity,
    },
}

impl Standing {
    /// Whether the answer fails on the day unless somebody does something.
    pub const fn is_wanting(&self) -> bool {
        !matches!(self, Standing::Holds { .. })
    }

    /// How long what there is is valid.
    pub const fn validity(&self) -> Option<&Validity> {
        match self {
            Standing::OutOfDate { validity, .. }
            | Standing::Waits { validity, .. }
            | Standing::Holds { validity, .. } => Some(validity),
            Standing::Missing { .. } => None,
        }
    }

    /// Whether two askers have the same before them: the same evidence, or none.
    fn is_alike(&self, other: &Standing) -> bool {
        match (self, other) {
            (Standing::Missing { .. }, Standing::Missing { .. }) => true,
            _ => self == other,
        }
    }

    /// The order on a page: what will be too old by its day, what is not there, what waits, what will do by its day.
    fn order(&self) -> (u8, bool, Option<Day>) {
        let ends = self.validity().and_then(|validity| validity.ends);
        let class = match self {
            Standing::OutOfDate { .. } => 0,
            Standing::Missing { .. } => 1,
            Standing::Waits { .. } => 2,
            Standing::Holds { .. } => 3,
        };
        (class, ends.is_none(), ends)
    }
}

/// Between which days evidence has to show the position, to be valid on the day of the submission. No days are kept for the
/// second person's check: no scheme has a rule for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first day; none when any day will do.
    pub not_before: Option<Day>,
    /// The last day: that of the submission, by the end of which somebody else has to have checked it.
    pub by: Day,
}

/// What the scheme asks evidence for, and what there will be of it on the day of the question.
pub fn calendar(question: &Question<'_>) -> Vec<Due> {
    let view = View::of(question);
    let mut found: Vec<Due> = Vec::new();
    for gate in &question.scheme.gates {
        for rule in question.scheme.asks(Asking::Gate(&gate.id)).iter() {
            let standing = look(&view, view.evidence(), rule, None);
            take(&mut found, AskedBy::Gate(gate.id.clone()), rule, standing, view.on);
        }
    }
    for asked in &question.framework.requirements {
        let id = RequirementId { framework: question.framework.id.clone(), number: asked.number.clone() };
        for rule in asked_of(&view, asked).iter() {
            let standing = look(&view, view.evidence_for(&asked.number).iter().copied(), rule, Some(&id));
            take(&mut found, AskedBy::Requirement(id.clone()), rule, standing, view.on);
        }
    }
    // A stable sort: within a day the scheme's and the framework's order stays.
    found.sort_by_key(|due| due.standing.order());
    found
}

fn take(found: &mut Vec<Due>, by: AskedBy, rule: &EvidenceRule, standing: Standing, on: Day) {
    match found.iter_mut().find(|due| &due.rule == rule && due.standing.is_alike(&standing)) {
        Some(same) => {
            if same.asked_by.last() != Some(&by) {
                same.asked_by.push(by);
            }
            if let (Standing::Missing { instead }, Standing::Missing { instead: more }) = (&mut same.standing, standing)
            {
                instead.extend(more);
                instead.sort_by(|one, other| one.0.cmp(&other.0));
                instead.dedup();
            }
        }
        None => {
            let new = matches!(standing, Standing::OutOfDate { .. } | Standing::Missing { .. });
            let collect = new.then(|| Window { not_before: rule.earliest_for(on), by: on });
            found.push(Due { asked_by: vec![by], rule: rule.clone(), standing, collect });
        }
    }
}

fn look<'a>(
    view: &View<'a>,
    held: impl Iterator<Item = Held<'a>>,
    rule: &EvidenceRule,
    requirement: Option<&RequirementId>,
) -> Standing {
    let fits: Vec<Held<'a>> = held.filter(|held| rule.any_of.contains(&held.evidence.kind)).collect();
    let instead = match meet(view, fits.iter().copied(), rule, Lens::Verified) {
        Ok(Ground::Evidence { id, shows, .. }) => {
            return Standing::Holds { evidence: id, validity: rule.validity(shows) };
        }
        Err(Blocker::NoEvidence { instead, .. }) => instead,
        // It answers with evidence or with what falls short, and with nothing else.
        Ok(_) | Err(_) => Vec::new(),
    };
    let newest = |wanted: &dyn Fn(&Shortfall, &Held<'_>) -> bool| {
        let falling = fits.iter().filter(|held| instead.iter().any(|(id, why)| id == held.id && wanted(why, held)));
        falling.max_by_key(|held| (held.evidence.shows, held.id)).copied()
    };
    let would_do = |held: &Held<'_>| {
        held.evidence.strength() >= Strength::Medium && !rule.validity(held.evidence.shows).is_over(view.on)
    };
    let waits = newest(&|why, held| matches!(why, Shortfall::Unchecked | Shortfall::NotJudged(_)) && would_do(held));
    let too_old = newest(&|why, _| matches!(why, Shortfall::OutOfDate { .. }));
    match (waits, too_old) {
        (Some(held), _) => Standing::Waits {
            evidence: held.id.clone(),
            judge_for: held.carried.and(requirement.cloned()),
            validity: rule.validity(held.evidence.shows),
        },
        (None, Some(held)) => {
            Standing::OutOfDate { evidence: held.id.clone(), validity: rule.validity(held.evidence.shows) }
        }
        (None, None) => Standing::Missing { instead },
    }
}

//! Which evidence may be judged for which requirement of another framework, and where nothing leads. A proposal is for a
//! person to accept: this writes nothing and decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Mapping, Pair};
use crate::day::Day;
use crate::reference::{EvidenceId, FrameworkId, OrganisationId, RequirementId, RequirementNumber};
use crate::register::Register;
use crate::register::carry::Carried;
use crate::register::evidence::Evidence;
use crate::standards::{EvidenceRule, Framework, Scheme};
use crate::text::{Note, Title};
use crate::words::{EvidenceKind, Relation, Strength};

/// What is asked: which evidence a mapping leads to the requirements of its target.
#[derive(Clone, Copy, Debug)]
pub struct CarryQuestion<'a> {
    /// The register.
    pub register: &'a Register,
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The framework it leads to.
    pub target: &'a Framework,
    /// The scheme that judges the target, if one does.
    pub scheme: Option<&'a Scheme>,
    /// Whose evidence; everybody's when absent.
    pub organisation: Option<&'a OrganisationId>,
    /// The day on which evidence must be in date.
    pub on: Day,
}

/// What a mapping proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CarryPlan {
    /// Each item of evidence for each requirement it could be judged for, in the order of the target.
    pub proposals: Vec<Proposal>,
    /// The target's requirements for which there would be nothing.
    pub gaps: Vec<Gap>,
    /// Evidence that the mapping leads on, but that nobody has accepted where it is: it is not proposed.
    pub not_accepted: BTreeSet<EvidenceId>,
}

/// An item of evidence that could be judged for a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The evidence.
    pub evidence: EvidenceId,
    /// What it is, in one line.
    pub title: Title,
    /// What kind of evidence it is.
    pub kind: EvidenceKind,
    /// The day whose position it shows.
    pub shows: Day,
    /// The requirement it could be judged for.
    pub to: RequirementId,
    /// The ways that lead there, by the number they come from. There is at least one.
    pub ways: Vec<Way>,
    /// How far it has come there already.
    pub state: CarryState,
    /// Whether the target's scheme would take it.
    pub fit: Fit,
}

/// From where evidence comes, and what the mapping says of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The requirement for which it was accepted.
    pub from: RequirementId,
    /// What that requirement is to the other.
    pub relation: Relation,
    /// What that rests on.
    pub basis: Option<Title>,
    /// How sure the mapping is of it.
    pub confidence: Option<Title>,
    /// What else the mapping says of it.
    pub note: Option<Note>,
}

/// How far evidence has come on its way to a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CarryState {
    /// Nobody has carried it there.
    Proposed,
    /// It was carried there and waits to be judged.
    Waiting,
    /// It was judged to show what is asked.
    Accepted,
    /// It was judged not to.
    Refused,
    /// It bears on the requirement by itself, and its check is what counts.
    There,
}

/// Whether a scheme's rules for a requirement would take an item of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Fit {
    /// They would.
    Fits,
    /// No scheme that judges the target is adopted, so there are no rules to hold it against.
    NoRules,
    /// They ask for other kinds.
    OtherKinds {
        /// Those they ask for.
        any_of: BTreeSet<EvidenceKind>,
    },
    /// It is too old for them.
    OutOfDate {
        /// The first day on which it was.
        since: Day,
    },
    /// It is only someone's word.
    Weak,
}

/// A requirement for which there would be nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The requirement.
    pub requirement: RequirementId,
    /// Its title.
    pub title: Title,
    /// Why.
    pub because: GapCause,
}

/// Why there would be nothing for a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum GapCause {
    /// The mapping leads nowhere near it.
    NoMapping,
    /// The mapping leads to it from these, and no accepted evidence bears on any of them.
    NoEvidence {
        /// Their numbers.
        from: BTreeSet<RequirementNumber>,
    },
    /// There is evidence, and the scheme would take none of it.
    NothingFits,
}

/// Works out what a mapping proposes and what it leaves open. The same question always gets the same answer.
pub fn carry_plan(question: &CarryQuestion<'_>) -> CarryPlan {
    let CarryQuestion { register, mapping, organisation, .. } = *question;
    let mut leading: BTreeMap<&RequirementNumber, Vec<&Pair>> = BTreeMap::new();
    for pair in mapping.leading() {
        leading.entry(&pair.source).or_default().push(pair);
    }
    let mut not_accepted = BTreeSet::new();
    let mut proposals = Vec::new();
    let mut there_already: BTreeSet<&RequirementNumber> = BTreeSet::new();
    let standing = register.evidence.iter().filter(|(_, held)| held.withdrawn.is_none());
    for (id, held) in standing.filter(|(_, held)| organisation.is_none_or(|whom| held.organisations.contains(whom))) {
        let (ways, unaccepted) = ways(question, &leading, held);
        if unaccepted && ways.is_empty() {
            not_accepted.insert(id.clone());
        }
        proposals.extend(ways.into_iter().map(|(number, ways)| proposal(question, id, held, number, ways)));
        let accepted = numbers(register, held, &mapping.target);
        there_already.extend(
            accepted.into_iter().filter(|number| register.is_accepted_for(held, &named(&mapping.target, number))),
        );
    }
    let place: BTreeMap<&RequirementNumber, usize> =
        question.target.requirements.iter().enumerate().map(|(at, asked)| (&asked.number, at)).collect();
    proposals.sort_by(|one: &Proposal, other| {
        let key = |proposal: &Proposal| place.get(&proposal.to.number).copied();
        (key(one), &one.evidence).cmp(&(key(other), &other.evidence))
    });
    let gaps = gaps(question, &proposals, &there_already);
    CarryPlan { proposals, gaps, not_accepted }
}

fn named(framework: &FrameworkId, number: &RequirementNumber) -> RequirementId {
    RequirementId { framework: framework.clone(), number: number.clone() }
}

/// The numbers of a framework that an item of evidence bears on or was carried to.
fn numbers<'a>(register: &'a Register, held: &'a Evidence, framework: &FrameworkId) -> BTreeSet<&'a RequirementNumber> {
    let all = register.bears_on(held).chain(held.carried.keys());
    all.filter(|requirement| &requirement.framework == framework).map(|requirement| &requirement.number).collect()
}

/// The ways an item of evidence may go, by where they lead; and whether one is closed because nobody has accepted the
/// evidence where it would come from.
fn ways<'a>(
    question: &CarryQuestion<'a>,
    leading: &BTreeMap<&RequirementNumber, Vec<&'a Pair>>,
    held: &'a Evidence,
) -> (BTreeMap<&'a RequirementNumber, Vec<Way>>, bool) {
    let CarryQuestion { register, mapping, .. } = *question;
    let mut ways: BTreeMap<&RequirementNumber, Vec<Way>> = BTreeMap::new();
    let mut unaccepted = false;
    for number in numbers(register, held, &mapping.source) {
        let Some(pairs) = leading.get(number) else { continue };
        let from = named(&mapping.source, number);
        if !register.is_accepted_for(held, &from) {
            unaccepted = true;
            continue;
        }
        for pair in pairs {
            ways.entry(&pair.target).or_default().push(way(mapping, pair, from.clone()));
        }
    }
    (ways, unaccepted)
}

fn way(mapping: &Mapping, pair: &Pair, from: RequirementId) -> Way {
    let confidence = pair.confidence.clone().or_else(|| mapping.confidence.clone());
    Way { from, relation: pair.relation, basis: pair.basis.clone(), confidence, note: pair.note.clone() }
}

fn proposal(
    question: &CarryQuestion<'_>,
    id: &EvidenceId,
    held: &Evidence,
    number: &RequirementNumber,
    ways: Vec<Way>,
) -> Proposal {
    let to = named(&question.mapping.target, number);
    let state = match held.carried.get(&to) {
        _ if question.register.bears_on(held).any(|borne| borne == &to) => CarryState::There,
        None => CarryState::Proposed,
        Some(carried) if carried.is_accepted() => CarryState::Accepted,
        Some(carried) if Carried::is_refused(carried) => CarryState::Refused,
        Some(_) => CarryState::Waiting,
    };
    let fit = question.scheme.map_or(Fit::NoRules, |scheme| fit(scheme, number, held, question.on));
    let (evidence, title) = (id.clone(), held.title.clone());
    Proposal { evidence, title, kind: held.kind, shows: held.shows, to, ways, state, fit }
}

fn fit(scheme: &Scheme, number: &RequirementNumber, held: &Evidence, on: Day) -> Fit {
    if held.strength() < Strength::Medium {
        return Fit::Weak;
    }
    // A requirement without rules of its own takes whatever is more than someone's word.
    let Some(rules) = scheme.evidence.get(number) else { return Fit::Fits };
    let taking: Vec<_> = rules.iter().filter(|rule| rule.any_of.contains(&held.kind)).collect();
    let over = |rule: &&EvidenceRule| {
        let validity = rule.validity(held.shows);
        validity.ends.filter(|_| validity.is_over(on))
    };
    let over: Option<Vec<Day>> = taking.iter().map(over).collect();
    match over.map(|days| days.into_iter().max()) {
        Some(None) => Fit::OtherKinds { any_of: rules.iter().flat_map(|rule| rule.any_of.iter().copied()).collect() },
        Some(Some(since)) => Fit::OutOfDate { since },
        None => Fit::Fits,
    }
}

fn gaps(
    question: &CarryQuestion<'_>,
    proposals: &[Proposal],
    there_already: &BTreeSet<&RequirementNumber>,
) -> Vec<Gap> {
    let mut leading: BTreeMap<&RequirementNumber, BTreeSet<RequirementNumber>> = BTreeMap::new();
    for pair in question.mapping.leading() {
        leading.entry(&pair.target).or_default().insert(pair.source.clone());
    }
    let mut fits: BTreeMap<&RequirementNumber, bool> = BTreeMap::new();
    for proposal in proposals {
        let taken = matches!(proposal.fit, Fit::Fits | Fit::NoRules) && proposal.state != CarryState::Refused;
        *fits.entry(&proposal.to.number).or_default() |= taken;
    }
    let mut gaps = Vec::new();
    for asked in question.target.requirements.iter().filter(|asked| !there_already.contains(&asked.number)) {
        let because = match (leading.remove(&asked.number), fits.get(&asked.number)) {
            (_, Some(true)) => continue,
            (None, None) => GapCause::NoMapping,
            (_, Some(false)) => GapCause::NothingFits,
            (Some(from), None) => GapCause::NoEvidence { from },
        };
        let requirement = named(&question.mapping.target, &asked.number);
        gaps.push(Gap { requirement, title: asked.title.clone(), because });
    }
    gaps
}

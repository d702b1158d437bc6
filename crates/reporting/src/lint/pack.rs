//! What the pack would lack: items that are not there, a plan that leaves findings out, and requirements of which nothing
//! is said. An item that is needed only where it is used is never missing.

use std::collections::BTreeSet;

use portreeve_model::readiness::{Blocker, Readiness, Remedy, concerns, unrecorded};
use portreeve_model::reference::FindingId;
use portreeve_model::register::finding::Finding;
use portreeve_model::standards::{PackContent, PackItem};
use portreeve_model::standing::{FindingStanding, Lens, PlanFault};
use portreeve_model::words::EvidenceKind;
use portreeve_model::{Day, Register};

use super::says::some_of;
use super::{Line, Part, Submission, advice};
use crate::{Subject, words};

/// The items that are missing or not whole, in the scheme's own order; what will only be so by the day comes last.
pub(super) fn lines(subject: &Subject<'_>, submission: Submission, answer: &Readiness) -> Vec<Line> {
    let needed = subject.scheme.pack.iter().filter(|item| !item.if_used);
    let wrong = needed.filter_map(|item| Some((item, look(subject, submission, answer, item)?)));
    let mut lines: Vec<Line> = wrong
        .map(|(item, Wrong { says, from, remedy })| {
            let (remedy, command) = advice(Some(&remedy), &answer.organisation);
            Line {
                part: Part::Pack,
                code: item.id.clone(),
                title: item.title.to_string(),
                says: format!("\"{}\" {says}", item.title),
                from,
                remedy,
                command,
                blockers: Vec::new(),
                aged: Vec::new(),
                folded: Vec::new(),
            }
        })
        .collect();
    lines.sort_by_key(|line| line.from);
    lines
}

/// What is wrong with an item.
struct Wrong {
    /// As a clause, to follow its title.
    says: String,
    from: Option<Day>,
    /// The first step that helps.
    remedy: Remedy,
}

impl Wrong {
    /// Wrong today, and until somebody does something: by time alone nothing goes out of a pack.
    fn today(says: impl Into<String>, remedy: Remedy) -> Option<Wrong> {
        Some(Wrong { says: says.into(), from: None, remedy })
    }
}

fn look(subject: &Subject<'_>, submission: Submission, answer: &Readiness, item: &PackItem) -> Option<Wrong> {
    let held = subject.register.schemes.get(&subject.scheme.id);
    match &item.content {
        PackContent::Particulars => {
            let form = held.and_then(|held| held.particulars.get(&answer.organisation));
            let empty = |id: &&String| !form.is_some_and(|form| form.contains_key(*id));
            let missing: Vec<String> =
                subject.scheme.particulars.iter().map(|field| &field.id).filter(empty).cloned().collect();
            if missing.is_empty() {
                return None;
            }
            let fields = words::count(missing.len() as u64, "empty field");
            Wrong::today(format!("has {fields}"), Remedy::FillForm { missing })
        }
        PackContent::Signature => {
            let signed = held.is_some_and(|held| held.signatures.contains_key(&answer.organisation));
            if signed { None } else { Wrong::today("is missing, because nobody has signed", Remedy::Sign) }
        }
        PackContent::Evidence { any_of } => evidence(subject, answer, any_of),
        PackContent::Plan => plan(subject, submission, answer),
        PackContent::Requirements => requirements(answer),
    }
}

fn evidence(subject: &Subject<'_>, answer: &Readiness, any_of: &BTreeSet<EvidenceKind>) -> Option<Wrong> {
    let mut fits = subject.register.evidence.iter().filter(|(_, evidence)| {
        any_of.contains(&evidence.kind) && evidence.organisations.contains(&answer.organisation)
    });
    if fits.clone().any(|(_, evidence)| evidence.counts()) {
        return None;
    }
    match fits.find(|(_, evidence)| evidence.waits()) {
        Some((id, _)) => {
            let remedy = Remedy::CheckEvidence { evidence: id.clone() };
            Wrong::today(format!("is missing while {id} waits for a check"), remedy)
        }
        None => {
            let says = format!("is missing, because there is no {} that counts", words::kinds(any_of));
            Wrong::today(says, Remedy::BringEvidence { any_of: any_of.clone(), requirement: None })
        }
    }
}

/// A plan is whole when every finding that reports count is in it, and each that will be open has an action with a date.
fn plan(subject: &Subject<'_>, submission: Submission, answer: &Readiness) -> Option<Wrong> {
    let Subject { register, scheme, .. } = *subject;
    if let Some((source, missing)) = unrecorded(register, scheme, &answer.organisation).next() {
        let says = format!("is not whole, because {source} counts {} more", words::count(missing, "finding"));
        return Wrong::today(says, Remedy::RecordFindings { source: source.clone() });
    }
    let ours = register.findings.iter().filter(|(_, held)| concerns(register, held, scheme, &answer.organisation));
    let bare: Vec<_> = ours.filter(|(id, held)| is_bare(register, id, held, submission.on)).collect();
    let (first, _) = bare.first()?;
    let from = bare.iter().map(|(id, held)| bare_from(register, id, held, submission)).min().flatten();
    let names: Vec<String> = bare.iter().map(|(id, _)| id.to_string()).collect();
    let (count, verb) = (words::count(bare.len() as u64, "open finding"), if bare.len() == 1 { "has" } else { "have" });
    let when = from.map_or_else(String::new, |day| format!(" from {day}"));
    let says = format!("is not whole{when}, because {count} {verb} no action with a date ({})", some_of(&names));
    Some(Wrong { says, from, remedy: Remedy::PlanFinding { finding: (*first).clone() } })
}

/// Whether a finding is open on a day without an action that has a date.
fn is_bare(register: &Register, id: &FindingId, finding: &Finding, on: Day) -> bool {
    let FindingStanding::Open { hosts } = register.finding_standing(id, finding, on, Lens::Verified) else {
        return false;
    };
    let faults = register.plan_faults(id, finding, &hosts, on);
    faults.iter().any(|fault| matches!(fault, PlanFault::NoAction | PlanFault::NoDate { .. }))
}

/// The first day on which it is, if that is not today: the day after an acceptance ends, for nothing else opens a finding.
fn bare_from(register: &Register, id: &FindingId, finding: &Finding, submission: Submission) -> Option<Day> {
    if is_bare(register, id, finding, submission.today) {
        return None;
    }
    let ends = finding.risks.iter().filter_map(|risk| Some(register.risks.get(risk)?.event.until.plus_days(1)));
    ends.filter(|day| *day > submission.today && is_bare(register, id, finding, *day)).min()
}

/// The answers are whole when something is said of every requirement that applies.
fn requirements(answer: &Readiness) -> Option<Wrong> {
    let unsaid = |blocker: &&Blocker| {
        matches!(blocker, Blocker::NoStatement | Blocker::NotAssessed | Blocker::Unanswered { .. })
    };
    let silent = answer.requirements.iter().filter_map(|held| Some((&held.id, held.blockers.iter().find(unsaid)?)));
    let silent: Vec<_> = silent.collect();
    let (first, blocker) = *silent.first()?;
    let remedy = match blocker {
        Blocker::NoStatement => Remedy::StateRequirement { requirement: first.clone() },
        _ => Remedy::AnswerIndicators { requirement: first.clone() },
    };
    let names: Vec<String> = silent.iter().map(|(id, _)| id.number.to_string()).collect();
    let (count, verb) =
        (words::count(silent.len() as u64, "requirement"), if silent.len() == 1 { "has" } else { "have" });
    Wrong::today(format!("is not whole, because {count} {verb} no whole answer ({})", some_of(&names)), remedy)
}

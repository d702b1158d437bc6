//! What stands in the way of an answer and what it rests on, as sentences.

use std::collections::BTreeSet;

use portreeve_model::Register;
use portreeve_model::readiness::{Blocker, CarriedOver, Ground, Shortfall};
use portreeve_model::reference::{EvidenceId, RequirementId};
use portreeve_model::register::carry::Carried;
use portreeve_model::words::EvidenceKind;

use super::standing::{finding_standing, plan_fault};
use super::{
    KINDS_NAMED, and, article, count, full_stop, grade, hosts, kinds, or, organisation, person, severity, source_kind,
};

/// Indicators named before the rest is counted.
const INDICATORS_NAMED: usize = 6;

/// What stands in the way, as a sentence.
pub fn blocker(blocker: &Blocker, register: &Register) -> String {
    match blocker {
        Blocker::NoStatement => "Nobody has said how the requirement is met.".to_owned(),
        Blocker::ExclusionUnchecked { by } => {
            let by = person(by, register);
            format!("{by} says that it does not apply; somebody else has yet to check that.")
        }
        Blocker::NotAssessed => "Nobody has answered its indicators.".to_owned(),
        Blocker::Unanswered { indicators } => {
            let verb = if indicators.len() == 1 { "has" } else { "have" };
            format!("{} {verb} no answer: {}.", count(indicators.len() as u64, "indicator"), some_of(indicators))
        }
        Blocker::AnswersUnchecked { by } => {
            format!("Somebody else has yet to check the answers of {}.", person(by, register))
        }
        Blocker::AnswersRejected { by } => {
            format!("{} has checked the answers and does not agree with them.", person(by, register))
        }
        Blocker::BelowTarget { grade: now, target, held_back_by } => {
            let (now, target) = (grade(now), grade(target).to_lowercase());
            if held_back_by.is_empty() {
                format!("{now}, where {target} is asked for.")
            } else {
                format!("{now}, where {target} is asked for, because of {}.", some_of(held_back_by))
            }
        }
        Blocker::RequirementNotReady { requirement } => format!("{} is not ready.", requirement.number),
        Blocker::NothingApplies => "No requirement applies, so nothing has been shown.".to_owned(),
        Blocker::ActionLate { action, days } => {
            let title = register.actions.get(action).map_or("", |held| held.title.as_str());
            format!("{action} is {} late: {title}.", count(days.unsigned_abs(), "day"))
        }
        Blocker::NotReported { any_of, latest } => {
            let wanted = or(&any_of.iter().map(|kind| article(&source_kind(*kind))).collect::<Vec<_>>());
            match latest {
                Some((source, on)) => format!("The latest report, {source} of {on}, is too old: {wanted} is wanted."),
                None => format!("No report of {wanted} is recorded."),
            }
        }
        Blocker::SignedByAnother { by, needs } => {
            let roles: Vec<String> = needs.iter().map(|role| article(&role.shown().to_lowercase())).collect();
            format!("{} signed, and the scheme takes {}.", person(by, register), or(&roles))
        }
        Blocker::NoEvidence { any_of, instead } => no_evidence(any_of, instead),
        Blocker::FindingOpen { .. } => finding_open(blocker, register),
        Blocker::Unaccounted { source, missing } => {
            let verb = if *missing == 1 { "is" } else { "are" };
            format!("{} that {source} counts {verb} not recorded.", count(*missing, "finding"))
        }
        Blocker::FormIncomplete { missing } => {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            let fields = count(missing.len() as u64, "field");
            format!("{fields} of the application form {verb} empty: {}.", and(missing))
        }
        Blocker::NotSigned => "No senior officer has signed.".to_owned(),
        Blocker::SignatureOver { on } => {
            format!(
                "The signature of {on} no longer counts: it is too old, or its form has been taken back or refused."
            )
        }
    }
}

/// The first few of a list, and how many more there are.
fn some_of<T: ToString>(all: &[T]) -> String {
    let mut named: Vec<String> = all.iter().take(INDICATORS_NAMED).map(ToString::to_string).collect();
    if all.len() > INDICATORS_NAMED {
        named.push(format!("{} more", all.len() - INDICATORS_NAMED));
    }
    and(&named)
}

fn no_evidence(any_of: &BTreeSet<EvidenceKind>, instead: &[(EvidenceId, Shortfall)]) -> String {
    let wanted = kinds(any_of);
    if instead.is_empty() {
        return format!("There is no {wanted}.");
    }
    let held: Vec<String> = instead.iter().map(|(id, why)| format!("{id} {}", shortfall(why))).collect();
    let wanted = if any_of.len() > KINDS_NAMED { "evidence".to_owned() } else { wanted };
    format!("No {wanted} counts: {}.", held.join("; "))
}

/// An open finding: how severe, on which hosts, and what its plan is worth.
fn finding_open(blocker: &Blocker, register: &Register) -> String {
    let Blocker::FindingOpen { finding, severity: how, hosts: open, of, actions, faults } = blocker else {
        return String::new();
    };
    let title = register.findings.get(finding).map_or("", |held| held.event.title.as_str());
    let place = match (open.len(), *of) {
        (_, 1) => format!("on {}", hosts(open.iter())),
        (some, all) if some == all => format!("on all {all} hosts"),
        (some, all) => format!("on {some} of {all} hosts ({})", hosts(open.iter())),
    };
    let plan = if faults.is_empty() {
        let planned: Vec<String> = actions
            .iter()
            .filter_map(|id| register.actions.get(id).map(|action| (id, action)))
            .filter(|(_, action)| action.is_open())
            .map(|(id, action)| action.due.map_or_else(|| id.to_string(), |due| format!("{id}, due {due}")))
            .collect();
        format!("it is planned in {}", and(&planned))
    } else {
        faults.iter().map(|fault| plan_fault(fault, register)).collect::<Vec<_>>().join("; ")
    };
    format!("{finding} ({}) is open {place}: {title}. Its plan: {plan}.", severity(*how))
}

/// Why an item of evidence does not count, to stand after its reference.
pub fn shortfall(shortfall: &Shortfall) -> String {
    match shortfall {
        Shortfall::Unchecked => "waits for a check".to_owned(),
        Shortfall::Rejected => "was checked and refused".to_owned(),
        Shortfall::NotJudged(over) => format!("{} and is not yet judged for this requirement", carried_over(over)),
        Shortfall::JudgedAgainst(over) => {
            format!("{} and was judged not to show what this requirement asks", carried_over(over))
        }
        Shortfall::Withdrawn => "has been taken back".to_owned(),
        Shortfall::Weak => "is only someone's word".to_owned(),
        Shortfall::OutOfDate { since } => format!("has been too old since {since}"),
    }
}

/// From where evidence was carried over, and along what.
fn carried_over(over: &CarriedOver) -> String {
    format!("was carried over from {} by the mapping {}", over.from, over.mapping)
}

/// How evidence came to a requirement of another framework, and what became of it there.
pub fn carried(requirement: &RequirementId, carried: &Carried, register: &Register) -> String {
    let Carried { from, mapping, note, by, judgement } = carried;
    let by = person(&by.by, register);
    let judged = judgement.as_ref().map_or_else(
        || "not yet judged there".to_owned(),
        |check| {
            let said = check.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
            let found = if check.accepted { "accepted" } else { "refused" };
            format!("{found} there by {}{said}", person(&check.by.by, register))
        },
    );
    format!("{requirement}, from {from} by the mapping {mapping}, by {by} ({note}); {judged}")
}

/// What an answer rests on, as a sentence.
pub fn ground(ground: &Ground, register: &Register) -> String {
    match ground {
        Ground::Statement { text, by } => {
            format!("Stated by {}: {}", person(by, register), full_stop(text))
        }
        Ground::Evidence { id, shows, checked_by, carried, expires, manifest: _ } => {
            let title = register.evidence.get(id).map_or("", |held| held.title.as_str());
            let (done, over) = match carried {
                Some(over) => ("judged for this requirement", format!("{}; ", carried_over(over))),
                None => ("checked", String::new()),
            };
            let checked = checked_by.as_ref().map_or_else(
                || format!("{over}not {done} yet"),
                |checker| format!("{over}{done} by {}", person(checker, register)),
            );
            let until = expires.map_or_else(String::new, |day| format!("; too old from {day}"));
            format!("{id} shows the position on {shows}: {title}; {checked}{until}.")
        }
        Ground::FindingClosed { finding, standing } => {
            let title = register.findings.get(finding).map_or("", |held| held.event.title.as_str());
            format!("{finding} is {}: {title}.", finding_standing(standing))
        }
        Ground::Graded { grade: now, target, by, checked_by } => {
            let checked = checked_by.as_ref().map_or_else(
                || "not checked yet".to_owned(),
                |checker| format!("checked by {}", person(checker, register)),
            );
            let (now, target) = (grade(now), grade(target).to_lowercase());
            format!("{now}, where {target} is asked for; answered by {}, {checked}.", person(by, register))
        }
        Ground::Requirements { ready } => match ready {
            1 => "The one requirement that applies is ready.".to_owned(),
            ready => format!("All {ready} requirements that apply are ready."),
        },
        Ground::Report { source, on, expires } => {
            let title = register.sources.get(source).map_or("", |held| held.event.title.as_str());
            let until = expires.map_or_else(String::new, |day| format!("; too old from {day}"));
            format!("{source} was reported on {on}: {title}{until}.")
        }
        Ground::OnTime { unfinished } => match unfinished {
            0 => "No action is unfinished.".to_owned(),
            some => format!("None of {} has passed its original date.", count(*some, "unfinished action")),
        },
        Ground::Form { fields } => {
            format!("All {} of the application form are filled in.", count(*fields as u64, "field"))
        }
        Ground::Signature { by, organisation: whom, on, expires } => {
            let (by, whom) = (person(by, register), organisation(whom, register));
            format!("{by} signed for {whom} on {on}; too old from {expires}.")
        }
    }
}

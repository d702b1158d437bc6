//! Sentences: the one place where facts are put into words, for terminals, pages and papers alike.
//!
//! What comes out holds names as they were typed. Who shows it makes it safe for where it is shown.

mod advice;
mod event;
mod standing;

use std::collections::BTreeSet;

use portreeve_model::Register;
use portreeve_model::readiness::{Blocker, CarriedOver, FindingCount, GateAnswer, Ground, Shortfall, Verdict};
use portreeve_model::reference::{EvidenceId, OrganisationId, PersonId, RequirementId};
use portreeve_model::register::carry::Carried;
use portreeve_model::text::Host;
use portreeve_model::words::{EvidenceKind, Severity};

pub use crate::readiness::DEMONSTRATION;
pub use advice::{Advice, remedy, remedy_for};
pub use event::event;
pub use standing::{action_state, finding_standing, flag, plan_fault, risk};

/// Hosts named before the rest is counted.
const HOSTS_NAMED: usize = 3;
/// Kinds of evidence named before they are put together.
const KINDS_NAMED: usize = 4;

/// The line that accounts for every finding.
pub fn denominator(findings: &FindingCount) -> String {
    format!(
        "{}: {} closed with evidence, {} open, {} accepted, {} unaccounted",
        count(findings.total, "finding"),
        findings.closed(),
        findings.open,
        findings.accepted,
        findings.unaccounted
    )
}

/// `1 finding`, `2 findings`.
pub fn count(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub fn and<T: AsRef<str>>(parts: &[T]) -> String {
    join(parts, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub fn or<T: AsRef<str>>(parts: &[T]) -> String {
    join(parts, "or")
}

fn join<T: AsRef<str>>(parts: &[T], last_word: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} {last_word} {}", first.join(", "), last.as_ref())
        }
    }
}

/// The verdict as a heading.
pub const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::WouldPass => "WOULD PASS",
        Verdict::WouldPassWithPlan => "WOULD PASS WITH ITS PLAN",
        Verdict::WouldNotPass => "WOULD NOT PASS",
    }
}

/// What a page calls a person.
pub fn person(id: &PersonId, register: &Register) -> String {
    register.people.get(id).map_or_else(|| id.to_string(), |person| person.title.to_string())
}

/// An organisation's full name.
pub fn organisation(id: &OrganisationId, register: &Register) -> String {
    register.organisations.get(id).map_or_else(|| id.to_string(), ToString::to_string)
}

/// Organisations by reference, `EHC and SBC`.
pub fn organisations(ids: &BTreeSet<OrganisationId>) -> String {
    and(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// A severity inside a sentence.
pub fn severity(severity: Severity) -> String {
    severity.shown().to_lowercase()
}

/// A kind of evidence inside a sentence.
pub fn kind(kind: EvidenceKind) -> String {
    let shown = kind.shown();
    if shown.starts_with("IT ") { shown.to_owned() } else { shown.to_lowercase() }
}

/// Any of these kinds.
pub fn kinds(any_of: &BTreeSet<EvidenceKind>) -> String {
    if any_of.len() > KINDS_NAMED {
        return "record that is more than someone's word".to_owned();
    }
    or(&any_of.iter().map(|one| kind(*one)).collect::<Vec<_>>())
}

/// The words with `a` or `an` before them.
pub fn article(words: &str) -> String {
    let vowel = words.starts_with(['a', 'e', 'i', 'o', 'u', 'I']);
    format!("{} {words}", if vowel { "an" } else { "a" })
}

/// Some hosts by name, and how many more there are.
pub fn hosts<'a>(hosts: impl ExactSizeIterator<Item = &'a Host>) -> String {
    let more = hosts.len().saturating_sub(HOSTS_NAMED);
    let mut named: Vec<String> = hosts.take(HOSTS_NAMED).map(ToString::to_string).collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    and(&named)
}

/// What stands in the way, as a sentence.
pub fn blocker(blocker: &Blocker, register: &Register) -> String {
    match blocker {
        Blocker::NoStatement => "Nobody has said how the requirement is met.".to_owned(),
        Blocker::ExclusionUnchecked { by } => {
            let by = person(by, register);
            format!("{by} says that it does not apply; somebody else has yet to check that.")
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
        Ground::Form { fields } => {
            format!("All {} of the application form are filled in.", count(*fields as u64, "field"))
        }
        Ground::Signature { by, organisation: whom, on, expires } => {
            let (by, whom) = (person(by, register), organisation(whom, register));
            format!("{by} signed for {whom} on {on}; too old from {expires}.")
        }
    }
}

/// The text with a full stop, unless it ends with one or the like.
pub fn full_stop(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// How many gates fail, and how many of the rest pass only with their plan.
pub fn gates(answers: &[GateAnswer]) -> String {
    let planned = answers.iter().filter(|gate| !gate.passes() && gate.passes_with_plan()).count();
    let failing = answers.iter().filter(|gate| !gate.passes()).count() - planned;
    let with_plan = match planned {
        0 => String::new(),
        1 => ", 1 passes with its plan".to_owned(),
        some => format!(", {some} pass with their plans"),
    };
    format!("{failing} of {} gates fail{with_plan}", answers.len())
}

//! Sentences: the one place where facts are put into words, for terminals, pages and papers alike.
//!
//! What comes out holds names as they were typed. Who shows it makes it safe for where it is shown.

mod advice;
mod answer;
mod event;
mod retention;
mod standing;

use std::collections::BTreeSet;

use portreeve_model::Register;
use portreeve_model::readiness::{
    FindingCount, GateAnswer, Graded, Readiness, RequirementAnswer, RequirementState, Verdict,
};
use portreeve_model::reference::{Grade, OrganisationId, PersonId};
use portreeve_model::register::assessment::IndicatorAnswer;
use portreeve_model::text::Host;
use portreeve_model::words::{EvidenceKind, Severity, SourceKind};

pub use crate::readiness::DEMONSTRATION;
pub use advice::{Advice, remedy, remedy_for};
pub use answer::{blocker, carried, ground, shortfall};
pub use event::event;
pub use retention::{kept_because, retention_rule};
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

/// A grade as a page shows it: `partially-achieved` is `Partially achieved`.
pub fn grade(grade: &Grade) -> String {
    let words = grade.as_str().replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A grade beside the one asked for.
pub fn graded(graded: &Graded) -> String {
    let met = if graded.met { "met" } else { "NOT MET" };
    format!("{}; {} is asked for: {met}", grade(&graded.grade), grade(&graded.target).to_lowercase())
}

/// An answer to an indicator, with its comment.
pub fn indicator_answer(answer: Option<&IndicatorAnswer>) -> String {
    match answer {
        None => "no answer".to_owned(),
        Some(IndicatorAnswer::Yes) => "yes".to_owned(),
        Some(IndicatorAnswer::No) => "no".to_owned(),
        Some(IndicatorAnswer::Alternative(comment)) => format!("by an alternative: {comment}"),
        Some(IndicatorAnswer::Exempt(comment)) => format!("exempt: {comment}"),
    }
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

/// A kind of work that raises findings inside a sentence.
pub fn source_kind(kind: SourceKind) -> String {
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

/// The text with a full stop, unless it ends with one or the like.
pub fn full_stop(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// How many requirements are left out because they are said, and checked, not to apply.
pub fn left_out(answer: &Readiness) -> Option<String> {
    let out = |held: &&RequirementAnswer| matches!(held.state, RequirementState::NotApplicable { .. });
    match answer.requirements.iter().filter(out).count() {
        0 => None,
        some => Some(format!("{some} left out as not applicable")),
    }
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

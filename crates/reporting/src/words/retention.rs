//! Rules of retention, and why evidence is kept.

use portreeve_model::readiness::AskedBy;
use portreeve_model::register::retention::{Keep, RetentionSet};
use portreeve_model::retention::Reason;
use portreeve_model::words::RetentionStart;

use super::{count, kind, or};

/// `network diagram marked OFFICIAL: 6 years after the day it shows`.
pub fn retention_rule(rule: &RetentionSet) -> String {
    let RetentionSet { kinds, markings, keep, .. } = rule;
    let what = match kinds.len() {
        0 => "all evidence".to_owned(),
        _ => or(&kinds.iter().map(|one| kind(*one)).collect::<Vec<_>>()),
    };
    let marked = match markings.len() {
        0 => String::new(),
        _ => format!(" marked {}", or(&markings.iter().map(|one| one.shown().to_owned()).collect::<Vec<_>>())),
    };
    let long = match keep {
        Keep::Ever => "kept for ever".to_owned(),
        Keep::Years { years, after } => format!("{} after {}", count(*years, "year"), start(*after)),
    };
    format!("{what}{marked}: {long}")
}

/// A day to count from inside a sentence.
const fn start(after: RetentionStart) -> &'static str {
    match after {
        RetentionStart::Shown => "the day it shows",
        RetentionStart::Certificate => "the end of the certificate it supported",
        RetentionStart::Withdrawal => "the day it was withdrawn",
    }
}

/// Why evidence must be kept, as a clause after its reference.
pub fn kept_because(reason: &Reason) -> String {
    match reason {
        Reason::NoRule => "no retention rule is about it".to_owned(),
        Reason::RuleUnchecked { rule } => format!("nobody else has agreed with the rule {rule}"),
        Reason::ForEver { rule } => format!("{rule} keeps it for ever"),
        Reason::NotYet { rule, until } => format!("{rule} keeps it until {}", until.minus_days(1)),
        Reason::NotBegun { rule, after } => {
            let missing = match after {
                RetentionStart::Shown => "the day it shows is not known",
                RetentionStart::Certificate => "no certificate that it supported is recorded",
                RetentionStart::Withdrawal => "it has not been withdrawn",
            };
            format!("{rule} has not begun: {missing}")
        }
        Reason::OpenAction { action } => format!("{action} is not finished"),
        Reason::OpenFinding { finding } => format!("{finding} is open"),
        Reason::ClosedAction { action } => format!("the check of {action} rests on it"),
        Reason::Retest { finding } => format!("a re-test of {finding} rests on it"),
        Reason::Counts { scheme, organisation, asked_by } => {
            let what = match asked_by {
                AskedBy::Gate(id) => format!("the gate {id}"),
                AskedBy::Requirement(id) => id.number.to_string(),
            };
            format!("it counts for {what} ({scheme}, {organisation})")
        }
        Reason::SignedForm { scheme, organisation } => {
            format!("the signature for {organisation} under {scheme} rests on it")
        }
        Reason::InPack { pack } => format!("it is in {pack}, a pack in use"),
        Reason::Newest { kind: one, organisation } => format!("it is the newest {} of {organisation}", kind(*one)),
    }
}

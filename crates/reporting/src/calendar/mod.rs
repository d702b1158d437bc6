//! The calendar of a submission for people, machines and other people's calendars: what will be too old and from when, what
//! is not there, between which days something new has to be collected, and what will do until when. It must never work out
//! a day: every one of them is the model's.

mod ics;
mod json;
mod text;

use portreeve_model::readiness::{AskedBy, Due, Question, Remedy, Standing, Window, calendar};
use portreeve_model::reference::{EvidenceId, OrganisationId};

use crate::lint::Submission;
use crate::lint::says::some_of;
use crate::{Subject, words};

pub use ics::ics;
pub use json::json;
pub use text::text;

/// A scheme's calendar, for each organisation.
#[derive(Debug)]
pub struct Calendar<'a> {
    subject: Subject<'a>,
    submission: Submission,
    sections: Vec<Section>,
}

/// One organisation's calendar.
#[derive(Debug)]
pub(crate) struct Section {
    organisation: OrganisationId,
    due: Vec<Due>,
}

/// Works out the calendar. The subject is judged on the day of the submission.
pub fn of(subject: Subject<'_>, submission: Submission) -> Calendar<'_> {
    let Subject { register, framework, scheme, as_of, .. } = subject;
    let section = |organisation: &OrganisationId| Section {
        organisation: organisation.clone(),
        due: calendar(&Question { register, framework, scheme, organisation, as_of }),
    };
    let sections = subject.answers.iter().map(|answer| section(&answer.organisation)).collect();
    Calendar { subject, submission, sections }
}

impl Calendar<'_> {
    /// Who asks, `the gate network-diagram, PSN-ENV-DIAG and PSN-ENV-SITE`.
    fn askers(&self, due: &Due) -> String {
        let names: Vec<String> = due
            .asked_by
            .iter()
            .map(|by| match by {
                AskedBy::Gate(id) => format!("the gate {id}"),
                AskedBy::Requirement(id) => id.number.to_string(),
            })
            .collect();
        some_of(&names)
    }

    /// `E-0004 "Network of the town hall"`.
    fn named(&self, id: &EvidenceId) -> String {
        let title = self.subject.register.evidence.get(id).map_or("", |held| held.title.as_str());
        format!("{id} \"{title}\"")
    }

    /// What there is of it, as a sentence without its stop.
    fn says(&self, due: &Due) -> String {
        let limit = |limit: Option<portreeve_model::standards::TimeLimit>| {
            limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit: under {limit}"))
        };
        match &due.standing {
            Standing::OutOfDate { evidence, validity } => {
                let since = match validity.ends {
                    Some(ends) if ends <= self.submission.today => format!("too old since {ends}"),
                    Some(ends) => format!("too old from {ends}"),
                    None => "too old".to_owned(),
                };
                let (named, limit) = (self.named(evidence), limit(validity.limit));
                format!("{named} shows {} and is {since} ({limit})", validity.since)
            }
            Standing::Missing { instead } => {
                let but: Vec<String> =
                    instead.iter().map(|(id, why)| format!("{id} {}", words::shortfall(why))).collect();
                if but.is_empty() {
                    "nothing is there".to_owned()
                } else {
                    format!("nothing counts: {}", but.join("; "))
                }
            }
            Standing::Waits { evidence, judge_for, validity } => {
                let wait = if judge_for.is_some() { "a judgement" } else { "a check" };
                format!("{} waits for {wait}{}", self.named(evidence), until(validity.ends))
            }
            Standing::Holds { evidence, validity } => {
                let until = match validity.ends {
                    Some(ends) => format!("will do until {}", ends.minus_days(1)),
                    None => "will do, without a limit".to_owned(),
                };
                format!("{} {until}", self.named(evidence))
            }
        }
    }

    /// What to do about it: an order, and the command that does it.
    fn advice(&self, due: &Due) -> Option<words::Advice> {
        let requirement = due.asked_by.iter().find_map(|by| match by {
            AskedBy::Requirement(id) => Some(id.clone()),
            AskedBy::Gate(_) => None,
        });
        let remedy = match &due.standing {
            Standing::Holds { .. } => return None,
            Standing::Waits { evidence, judge_for: None, .. } => Remedy::CheckEvidence { evidence: evidence.clone() },
            Standing::Waits { evidence, judge_for: Some(requirement), .. } => {
                Remedy::JudgeEvidence { evidence: evidence.clone(), requirement: requirement.clone() }
            }
            Standing::OutOfDate { .. } | Standing::Missing { .. } => {
                Remedy::BringEvidence { any_of: due.rule.any_of.clone(), requirement }
            }
        };
        let words::Advice { what, command } = words::remedy(&remedy);
        let Some(window) = due.collect else { return Some(words::Advice { what, command }) };
        let what = format!("Collect {}, and have somebody else check it by then", one_of(window));
        Some(words::Advice { what, command })
    }

    /// The kinds that will do.
    fn wanted(&self, due: &Due) -> String {
        words::kinds(&due.rule.any_of)
    }
}

fn until(ends: Option<portreeve_model::Day>) -> String {
    ends.map_or_else(String::new, |ends| format!("; it would do until {}", ends.minus_days(1)))
}

/// `one that shows a day from 1 October 2026 to 31 March 2027`.
fn one_of(window: Window) -> String {
    match window.not_before {
        Some(first) if first == window.by => format!("one that shows {first} itself"),
        Some(first) => format!("one that shows a day from {first} to {}", window.by),
        None => format!("one that shows any day up to {}", window.by),
    }
}

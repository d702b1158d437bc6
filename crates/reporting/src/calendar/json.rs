//! The calendar for machines, in the frozen format `portreeve.evidence-calendar/1`.

use portreeve_model::Day;
use portreeve_model::readiness::{AskedBy, Due, Standing};
use portreeve_model::standards::TimeLimit;
use serde::Serialize;
use serde_json::Value;

use super::{Calendar, Section};
use crate::readiness::json::value;
use crate::words;

/// The calendars of all these schemes.
pub fn json(calendars: &[Calendar<'_>]) -> Value {
    let first = calendars.first();
    value(&Document {
        format: "portreeve.evidence-calendar/1",
        demonstration: calendars.iter().any(|calendar| calendar.subject.register.is_demonstration()),
        known: first.map(|calendar| calendar.subject.as_of.known.count()),
        today: first.map(|calendar| calendar.submission.today.iso()),
        schemes: calendars.iter().map(scheme).collect(),
    })
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    demonstration: bool,
    known: Option<u64>,
    today: Option<String>,
    schemes: Vec<Scheme>,
}

#[derive(Serialize)]
struct Scheme {
    scheme: String,
    scheme_title: String,
    submission: String,
    submission_from: &'static str,
    organisations: Vec<Organisation>,
}

#[derive(Serialize)]
struct Organisation {
    organisation: String,
    name: String,
    evidence: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    standing: &'static str,
    any_of: Vec<&'static str>,
    gates: Vec<String>,
    requirements: Vec<String>,
    evidence: Option<String>,
    shows: Option<String>,
    limit: Option<Limit>,
    last_valid_day: Option<String>,
    too_old_from: Option<String>,
    collect: Option<Collect>,
    says: String,
    what_to_do: Option<String>,
    command: Option<String>,
}

#[derive(Serialize)]
struct Limit {
    number: u32,
    unit: &'static str,
}

#[derive(Serialize)]
struct Collect {
    not_before: Option<String>,
    by: String,
}

fn scheme(calendar: &Calendar<'_>) -> Scheme {
    Scheme {
        scheme: calendar.subject.scheme.id.to_string(),
        scheme_title: calendar.subject.scheme.title.to_string(),
        submission: calendar.submission.on.iso(),
        submission_from: calendar.submission.source(),
        organisations: calendar.sections.iter().map(|section| organisation(calendar, section)).collect(),
    }
}

fn organisation(calendar: &Calendar<'_>, section: &Section) -> Organisation {
    Organisation {
        organisation: section.organisation.to_string(),
        name: words::organisation(&section.organisation, calendar.subject.register),
        evidence: section.due.iter().map(|due| item(calendar, due)).collect(),
    }
}

fn item(calendar: &Calendar<'_>, due: &Due) -> Item {
    let (standing, evidence) = match &due.standing {
        Standing::OutOfDate { evidence, .. } => ("too-old", Some(evidence)),
        Standing::Missing { .. } => ("missing", None),
        Standing::Waits { evidence, .. } => ("unchecked", Some(evidence)),
        Standing::Holds { evidence, .. } => ("holds", Some(evidence)),
    };
    let validity = due.standing.validity();
    let advice = calendar.advice(due);
    let ends = validity.and_then(|validity| validity.ends);
    Item {
        standing,
        any_of: due.rule.any_of.iter().map(|kind| kind.word()).collect(),
        gates: asked(due, |by| match by {
            AskedBy::Gate(id) => Some(id.clone()),
            AskedBy::Requirement(_) => None,
        }),
        requirements: asked(due, |by| match by {
            AskedBy::Gate(_) => None,
            AskedBy::Requirement(id) => Some(id.to_string()),
        }),
        evidence: evidence.map(ToString::to_string),
        shows: validity.map(|validity| validity.since.iso()),
        limit: due.rule.within.map(limit),
        last_valid_day: ends.map(|ends| ends.minus_days(1).iso()),
        too_old_from: ends.map(Day::iso),
        collect: due.collect.map(|window| Collect { not_before: window.not_before.map(Day::iso), by: window.by.iso() }),
        says: calendar.says(due),
        what_to_do: advice.as_ref().map(|advice| advice.what.clone()),
        command: advice.map(|advice| advice.command),
    }
}

fn asked(due: &Due, name: fn(&AskedBy) -> Option<String>) -> Vec<String> {
    due.asked_by.iter().filter_map(name).collect()
}

fn limit(limit: TimeLimit) -> Limit {
    match limit {
        TimeLimit::Days(days) => Limit { number: days.into(), unit: "days" },
        TimeLimit::Months(months) => Limit { number: months.into(), unit: "months" },
    }
}

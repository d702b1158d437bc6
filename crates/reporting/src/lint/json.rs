//! What is missing for machines, in the frozen format `portreeve.lint/1`.

use portreeve_model::Day;
use portreeve_model::readiness::Aged;
use portreeve_model::standards::{Age, TimeLimit};
use serde::Serialize;
use serde_json::Value;

use super::{Line, Linted, Part, Section};
use crate::readiness::json::{self as shapes, Fact};
use crate::{Subject, words};

/// What is missing from the submissions of all these schemes.
pub fn json(schemes: &[Linted<'_>]) -> Value {
    let first = schemes.first();
    shapes::value(&Document {
        format: "portreeve.lint/1",
        demonstration: schemes.iter().any(|linted| linted.subject.register.is_demonstration()),
        known: first.map(|linted| linted.subject.as_of.known.count()),
        today: first.map(|linted| linted.submission.today.iso()),
        missing: schemes.iter().map(Linted::missing).sum(),
        schemes: schemes.iter().map(scheme).collect(),
    })
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    demonstration: bool,
    known: Option<u64>,
    today: Option<String>,
    missing: usize,
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

fn scheme(linted: &Linted<'_>) -> Scheme {
    let Linted { subject, submission, sections } = linted;
    Scheme {
        scheme: subject.scheme.id.to_string(),
        scheme_title: subject.scheme.title.to_string(),
        submission: submission.on.iso(),
        submission_from: submission.source(),
        organisations: sections.iter().map(|section| organisation(subject, section)).collect(),
    }
}

#[derive(Serialize)]
struct Organisation {
    organisation: String,
    name: String,
    missing: Vec<Missing>,
    by_plan: Vec<ByPlan>,
}

#[derive(Serialize)]
struct ByPlan {
    gate: String,
    finding: String,
}

fn organisation(subject: &Subject<'_>, section: &Section) -> Organisation {
    let by_plan = section.by_plan.iter();
    Organisation {
        organisation: section.organisation.to_string(),
        name: words::organisation(&section.organisation, subject.register),
        missing: section.lines.iter().map(|line| missing(subject, line)).collect(),
        by_plan: by_plan.map(|(gate, finding)| ByPlan { gate: gate.clone(), finding: finding.to_string() }).collect(),
    }
}

#[derive(Serialize)]
struct Missing {
    asked_by: &'static str,
    code: String,
    title: String,
    says: String,
    today: bool,
    from: Option<String>,
    remedy: String,
    command: Option<String>,
    blockers: Vec<Fact>,
    ages: Vec<AgeJson>,
    requirements_too: Vec<String>,
}

fn missing(subject: &Subject<'_>, line: &Line) -> Missing {
    Missing {
        asked_by: match line.part {
            Part::Gate => "gate",
            Part::Pack => "pack",
            Part::Requirement => "requirement",
        },
        code: line.code.clone(),
        title: line.title.clone(),
        says: line.says.clone(),
        today: line.from.is_none(),
        from: line.from.map(Day::iso),
        remedy: line.remedy.clone(),
        command: line.command.clone(),
        blockers: line.blockers.iter().map(|held| shapes::blocker(subject, held)).collect(),
        ages: line.aged.iter().map(age).collect(),
        requirements_too: line.folded.iter().map(ToString::to_string).collect(),
    }
}

/// How old something is by its limit, both in the limit's unit.
#[derive(Serialize)]
struct AgeJson {
    evidence: Option<String>,
    since: String,
    age: u32,
    limit: u32,
    unit: &'static str,
    out_of_date_from: String,
}

fn age(aged: &Aged) -> AgeJson {
    let (age, unit) = match aged.age {
        Age::Days(days) => (days, "days"),
        Age::Months(months) => (months, "months"),
    };
    AgeJson {
        evidence: aged.evidence.as_ref().map(ToString::to_string),
        since: aged.since.iso(),
        age,
        limit: match aged.limit {
            TimeLimit::Days(days) => days.into(),
            TimeLimit::Months(months) => months.into(),
        },
        unit,
        out_of_date_from: aged.ends.iso(),
    }
}

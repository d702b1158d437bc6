//! What a submission lacks, thing by thing with its remedy: gates first, then what the pack must hold, then requirements.
//! In each, what fails today comes before what will fail by the day. It must never decide what passes: the model does.

mod json;
mod pack;
pub(crate) mod says;
mod text;

use portreeve_model::Day;
use portreeve_model::readiness::{Aged, AskedBy, Blocker, Lack, Lacks, Question, Readiness, Remedy, lacks};
use portreeve_model::reference::{FindingId, OrganisationId, RequirementId};

use crate::{Subject, words};

pub use json::json;
pub use text::text;

/// What a scheme's submission lacks, for each organisation.
#[derive(Debug)]
pub struct Linted<'a> {
    subject: Subject<'a>,
    submission: Submission,
    sections: Vec<Section>,
}

/// When a submission is looked at, and for when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The day on which it is looked at.
    pub today: Day,
    /// The day of the submission, no earlier.
    pub on: Day,
    /// Where that day comes from.
    pub because: Because,
}

/// Where the day of a submission comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Somebody named it.
    Asked,
    /// It is the scheme's target.
    Target,
    /// The scheme has no target.
    NoTarget,
    /// The scheme's target has passed.
    TargetPassed(Day),
}

impl Submission {
    /// The submission on the day asked for, or on the scheme's target if that lies ahead, or else today.
    pub fn of(today: Day, asked: Option<Day>, target: Option<Day>) -> Submission {
        let (on, because) = match (asked, target) {
            (Some(on), _) => (on, Because::Asked),
            (None, Some(target)) if target >= today => (target, Because::Target),
            (None, Some(target)) => (today, Because::TargetPassed(target)),
            (None, None) => (today, Because::NoTarget),
        };
        Submission { today, on, because }
    }

    /// `submission on 31 March 2027, its target`.
    pub(crate) fn told(&self) -> String {
        let because = match self.because {
            Because::Asked => String::new(),
            Because::Target => ", its target".to_owned(),
            Because::NoTarget => ", today, for it has no target".to_owned(),
            Because::TargetPassed(target) => format!(", today, for its target, {target}, has passed"),
        };
        format!("submission on {}{because}", self.on)
    }

    /// Where the day comes from, as one word for machines.
    pub(crate) const fn source(&self) -> &'static str {
        match self.because {
            Because::Asked => "asked",
            Because::Target => "target",
            Because::NoTarget => "no-target",
            Because::TargetPassed(_) => "target-passed",
        }
    }
}

/// What one organisation's submission lacks.
#[derive(Debug)]
pub(crate) struct Section {
    organisation: OrganisationId,
    lines: Vec<Line>,
    by_plan: Vec<(String, FindingId)>,
}

/// One thing that is missing.
#[derive(Debug)]
pub(crate) struct Line {
    part: Part,
    /// The gate, the item of the pack or the requirement.
    code: String,
    title: String,
    /// What is wrong, as a sentence without its stop.
    says: String,
    /// The first day on which it is; none when it is today.
    from: Option<Day>,
    /// What to do, as an order.
    remedy: String,
    command: Option<String>,
    blockers: Vec<Blocker>,
    aged: Vec<Aged>,
    folded: Vec<RequirementId>,
}

/// What asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Gate,
    Pack,
    Requirement,
}

/// Looks for what is missing. The subject is judged on the day of the submission.
pub fn lint(subject: Subject<'_>, submission: Submission) -> Linted<'_> {
    let sections = subject.answers.iter().map(|answer| section(&subject, submission, answer)).collect();
    Linted { subject, submission, sections }
}

impl Linted<'_> {
    /// How many things are missing.
    pub fn missing(&self) -> usize {
        self.sections.iter().map(|section| section.lines.len()).sum()
    }
}

fn section(subject: &Subject<'_>, submission: Submission, answer: &Readiness) -> Section {
    let Subject { register, framework, scheme, as_of, .. } = *subject;
    let organisation = &answer.organisation;
    let question = Question { register, framework, scheme, organisation, as_of };
    let Lacks { gates, requirements, by_plan } = lacks(&question, submission.today);
    let sentences = says::Sentences { subject, submission };
    let mut lines = Vec::new();
    let (sums, causes): (Vec<Lack>, Vec<Lack>) =
        gates.into_iter().partition(|lack| matches!(lack.blocker, Blocker::RequirementNotReady { .. }));
    for gate in &answer.gates {
        let of_it = |lack: &&Lack| lack.asked_by == AskedBy::Gate(gate.id.clone());
        lines.extend(causes.iter().filter(of_it).map(|lack| Line {
            part: Part::Gate,
            code: gate.id.clone(),
            title: gate.title.clone(),
            says: sentences.lack(lack),
            from: lack.from,
            remedy: gate.remedy.clone(),
            command: None,
            blockers: vec![lack.blocker.clone()],
            aged: lack.aged.clone(),
            folded: lack.folded.clone(),
        }));
        // A gate that asks for every requirement is one line: each of them has its own below.
        let not_ready: Vec<&Lack> = sums.iter().filter(of_it).collect();
        if let Some(first) = not_ready.first() {
            lines.push(Line {
                part: Part::Gate,
                code: gate.id.clone(),
                title: gate.title.clone(),
                says: sentences.not_ready(&not_ready, answer.verified.whole),
                from: first.from,
                remedy: gate.remedy.clone(),
                command: None,
                blockers: not_ready.iter().map(|lack| lack.blocker.clone()).collect(),
                aged: Vec::new(),
                folded: Vec::new(),
            });
        }
    }
    lines.sort_by_key(|line| line.from);
    lines.extend(pack::lines(subject, submission, answer));
    lines.extend(requirements.into_iter().filter_map(|lack| of_requirement(&sentences, answer, lack)));
    Section { organisation: organisation.clone(), lines, by_plan }
}

fn of_requirement(sentences: &says::Sentences<'_>, answer: &Readiness, lack: Lack) -> Option<Line> {
    let AskedBy::Requirement(id) = &lack.asked_by else { return None };
    let title = answer.requirements.iter().find(|held| &held.id == id).map(|held| held.title.clone());
    let (remedy, command) = advice(lack.remedy.as_ref(), &answer.organisation);
    Some(Line {
        part: Part::Requirement,
        code: id.number.to_string(),
        title: title.unwrap_or_default(),
        says: sentences.lack(&lack),
        from: lack.from,
        remedy,
        command,
        blockers: vec![lack.blocker],
        aged: lack.aged,
        folded: lack.folded,
    })
}

/// A step in words and its command.
fn advice(remedy: Option<&Remedy>, organisation: &OrganisationId) -> (String, Option<String>) {
    match remedy {
        Some(remedy) => {
            let words::Advice { what, command } = words::remedy_for(remedy, organisation);
            (what, Some(command))
        }
        None => ("See what it rests on".to_owned(), Some("portreeve why".to_owned())),
    }
}

//! Evidence and requirements in full.

use portreeve_model::readiness::RequirementState;
use portreeve_model::reference::{EvidenceId, IndicatorId, RequirementId};
use portreeve_model::register::assessment::{Assessment, IndicatorAnswer};
use portreeve_model::register::evidence::Content;
use portreeve_model::{Day, History, Register};

use super::{Record, ids};
use crate::{Subject, words};

/// One item of evidence.
pub fn evidence(register: &Register, history: &History, id: &EvidenceId, _on: Day) -> Option<Record> {
    let held = register.evidence.get(id)?;
    let mut record = Record::new(format!("{id}  {}", held.title), id.as_str(), history);
    record.fact("Check", crate::why::checked_in(register, held));
    let note = held.check.as_ref().and_then(|check| check.note.as_ref());
    record.fact("The checker says", note.map_or("", |note| note.as_str()));
    record.fact("Taken back because", held.withdrawn.as_ref().map_or("", |(event, _)| event.reason.as_str()));
    record.fact("Kind", held.kind.shown());
    record.fact("Strength", held.strength().shown());
    record.fact("Shows the position on", held.shows.to_string());
    record.fact("Collected on", held.collected.to_string());
    record.fact("Added by", words::person(&held.added.by, register));
    match &held.content {
        Content::Files { manifest, files, bytes } => {
            record.fact("Content", format!("{}, {}", words::count(*files, "file"), words::count(*bytes, "byte")));
            record.fact("Manifest SHA-256", manifest.to_string());
        }
        Content::Reference { locator } => record.fact("Held elsewhere", locator.as_str()),
        Content::Said { words } => record.fact("Someone's word", words.as_str()),
    }
    record.fact("Marking", held.marking.shown());
    record.fact("Organisations", ids(&held.organisations));
    record.fact("Actions", ids(&held.actions));
    record.fact("Findings", ids(&held.findings));
    record.fact("Requirements", ids(&held.requirements));
    for (requirement, carried) in &held.carried {
        record.fact("Carried to", words::carried(requirement, carried, register));
    }
    record.fact("Where this comes from", held.provenance.as_ref().map_or("", |text| text.as_str()));
    Some(record)
}

/// One requirement, with what each organisation's answer rests on.
pub fn requirement(subject: &Subject<'_>, history: &History, id: &RequirementId, _on: Day) -> Option<Record> {
    if id.framework != subject.framework.id {
        return None;
    }
    let asked = subject.framework.requirement(&id.number)?;
    let mut record = Record::new(format!("{}  {}", id.number, asked.title), &id.to_string(), history);
    record.fact("Framework", format!("{} {}", subject.framework.title, subject.framework.version));
    record.fact("Heading", asked.heading.clone().unwrap_or_default());
    record.fact("Profile", subject.framework.profile.as_ref().map_or("", |title| title.as_str()));
    record.fact("Asks", asked.statement.clone());
    record.fact("Should be", asked.target.as_ref().map_or_else(String::new, words::grade));
    record.fact("How sure we are", asked.confidence.clone().unwrap_or_default().replace('-', " "));
    record.fact("Source", asked.source.clone().unwrap_or_default());
    for indicator in &asked.indicators {
        record.fact(&format!("{} ({})", indicator.id, words::grade(&indicator.column)), indicator.text.clone());
    }
    for answer in subject.answers {
        let Some(held) = answer.requirements.iter().find(|held| &held.id == id) else { continue };
        let whom = &answer.organisation;
        let state = match &held.state {
            RequirementState::Ready => "ready".to_owned(),
            RequirementState::NotReady => "NOT READY".to_owned(),
            RequirementState::NotApplicable { reason } => format!("not applicable: {reason}"),
        };
        record.fact(&format!("State for {whom}"), state);
        record.fact(&format!("Grade for {whom}"), held.graded.as_ref().map_or_else(String::new, words::graded));
        let answers = subject.register.assessments.get(&(whom.clone(), id.clone()));
        record.fact(&format!("Answers of {whom}"), answers.map_or_else(String::new, said));
        for blocker in &held.blockers {
            record.fact(&format!("In the way for {whom}"), words::blocker(blocker, subject.register));
        }
        for ground in &held.grounds {
            record.fact(&format!("Rests on for {whom}"), words::ground(ground, subject.register));
        }
    }
    Some(record)
}

/// Answers to indicators, those that are true first.
fn said(assessment: &Assessment) -> String {
    let of = |wanted: fn(&IndicatorAnswer) -> bool| -> Vec<String> {
        assessment.answers.iter().filter(|(_, answer)| wanted(answer)).map(|(id, answer)| one(id, answer)).collect()
    };
    let (yes, no) = (of(IndicatorAnswer::holds), of(|answer| !answer.holds()));
    let list = |ids: &[String]| if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
    format!("true: {}; not true: {}", list(&yes), list(&no))
}

fn one(id: &IndicatorId, answer: &IndicatorAnswer) -> String {
    match answer {
        IndicatorAnswer::Yes | IndicatorAnswer::No => id.to_string(),
        IndicatorAnswer::Alternative(comment) => format!("{id} (by an alternative: {comment})"),
        IndicatorAnswer::Exempt(comment) => format!("{id} (exempt: {comment})"),
    }
}

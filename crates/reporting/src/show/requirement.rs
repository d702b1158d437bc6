//! One requirement and everything that bears on it: what every scheme that judges it answers, the findings, actions and
//! evidence that touch it, and the requirements of other frameworks that adopted mappings relate it to.

use std::collections::BTreeSet;

use portreeve_model::readiness::{RequirementAnswer, RequirementState};
use portreeve_model::reference::{IndicatorId, RequirementId};
use portreeve_model::register::assessment::{Assessment, IndicatorAnswer};
use portreeve_model::register::evidence::Evidence;
use portreeve_model::standards::{Framework, Requirement};
use portreeve_model::{History, Register};

use super::{Record, ids};
use crate::{Subject, words};

/// One requirement of a framework, with the answers of every scheme in `across` that judges it, and how requirements
/// that are related to it stand in the others. `None` when the framework has no such requirement.
pub fn requirement(
    register: &Register,
    history: &History,
    framework: &Framework,
    id: &RequirementId,
    across: &[Subject<'_>],
) -> Option<Record> {
    let judging: Vec<&Subject<'_>> = across.iter().filter(|subject| subject.framework.id == id.framework).collect();
    let asked = judging.iter().find_map(|subject| subject.framework.requirement(&id.number));
    let asked = asked.or_else(|| framework.requirement(&id.number))?;
    let mut record = Record::new(format!("{}  {}", id.number, asked.title), &id.to_string(), history);
    record.fact("Framework", format!("{} {}", framework.title, framework.version));
    asks(&mut record, asked);
    if judging.is_empty() {
        record.fact("Judged by", "no adopted scheme, so it counts nowhere");
    }
    for subject in &judging {
        let scheme = if judging.len() > 1 { format!(" ({})", subject.scheme.id) } else { String::new() };
        answers(&mut record, subject, id, &scheme);
    }
    touching(&mut record, register, id);
    related(&mut record, register, id, across);
    Some(record)
}

fn asks(record: &mut Record, asked: &Requirement) {
    record.fact("Heading", asked.heading.clone().unwrap_or_default());
    record.fact("Asks", asked.statement.clone());
    record.fact("How sure we are", asked.confidence.clone().unwrap_or_default().replace('-', " "));
    record.fact("Source", asked.source.clone().unwrap_or_default());
    for indicator in &asked.indicators {
        record.fact(&format!("{} ({})", indicator.id, words::grade(&indicator.column)), indicator.text.clone());
    }
}

/// What one scheme answers for each organisation.
fn answers(record: &mut Record, subject: &Subject<'_>, id: &RequirementId, scheme: &str) {
    let target = subject.framework.requirement(&id.number).and_then(|asked| asked.target.as_ref());
    if let (Some(profile), Some(target)) = (&subject.framework.profile, target) {
        record.fact(&format!("Should be{scheme}"), format!("{} ({profile})", words::grade(target)));
    }
    for answer in subject.answers {
        let Some(held) = answer.requirements.iter().find(|held| &held.id == id) else { continue };
        let whom = format!("{}{scheme}", answer.organisation);
        record.fact(&format!("State for {whom}"), state(held));
        record.fact(&format!("Grade for {whom}"), held.graded.as_ref().map_or_else(String::new, words::graded));
        let said_so = subject.register.assessments.get(&(answer.organisation.clone(), id.clone()));
        record.fact(&format!("Answers of {whom}"), said_so.map_or_else(String::new, said));
        for blocker in &held.blockers {
            record.fact(&format!("In the way for {whom}"), words::blocker(blocker, subject.register));
        }
        for ground in &held.grounds {
            record.fact(&format!("Rests on for {whom}"), words::ground(ground, subject.register));
        }
    }
}

/// What in the register is about it, whichever framework it was recorded for.
fn touching(record: &mut Record, register: &Register, id: &RequirementId) {
    let findings = register.findings.iter().filter(|(_, held)| held.event.requirements.contains(id));
    let findings: BTreeSet<_> = findings.map(|(finding, _)| finding).collect();
    let actions = register.actions.iter().filter(|(_, held)| {
        held.requirements.contains(id) || held.closes.keys().any(|finding| findings.contains(finding))
    });
    let actions: BTreeSet<_> = actions.map(|(action, _)| action).collect();
    record.fact("Findings", ids(findings.iter().copied()));
    record.fact("Actions", ids(actions.iter().copied()));
    for (evidence, held) in &register.evidence {
        let linked = held.requirements.contains(id)
            || held.carried.contains_key(id)
            || held.findings.iter().any(|finding| findings.contains(finding))
            || held.actions.iter().any(|action| actions.contains(action));
        if linked {
            let also = elsewhere(held, id);
            let also = if also.is_empty() { also } else { format!("; also for {also}") };
            record.fact("Evidence", format!("{evidence} {}{also}", held.title));
        }
    }
}

/// The other requirements an item of evidence was brought or carried to.
fn elsewhere(held: &Evidence, id: &RequirementId) -> String {
    let others: BTreeSet<_> =
        held.requirements.iter().chain(held.carried.keys()).filter(|other| *other != id).collect();
    ids(others)
}

/// The requirements of other frameworks that adopted mappings relate it to, and how they stand.
fn related(record: &mut Record, register: &Register, id: &RequirementId, across: &[Subject<'_>]) {
    for (mapping, held) in &register.mappings {
        let event = &held.event;
        let mut others = BTreeSet::new();
        if event.source == id.framework {
            let numbers = event.pairs.get(&id.number).into_iter().flatten();
            others.extend(numbers.map(|number| (event.target.clone(), number.clone())));
        }
        if event.target == id.framework {
            let sources = event.pairs.iter().filter(|(_, targets)| targets.contains(&id.number));
            others.extend(sources.map(|(number, _)| (event.source.clone(), number.clone())));
        }
        for (framework, number) in others {
            let other = RequirementId { framework, number };
            record.fact("Related", format!("{other} by {mapping}: {}", standing(&other, across)));
        }
    }
}

/// How a requirement stands for each organisation, wherever it is judged.
fn standing(id: &RequirementId, across: &[Subject<'_>]) -> String {
    let held = across.iter().flat_map(|subject| subject.answers).filter_map(|answer| {
        let held = answer.requirements.iter().find(|held| &held.id == id)?;
        Some(format!("{} {}", answer.organisation, state(held)))
    });
    let held: Vec<String> = held.collect();
    if held.is_empty() { "not judged here".to_owned() } else { held.join(", ") }
}

fn state(held: &RequirementAnswer) -> String {
    match &held.state {
        RequirementState::Ready => "ready".to_owned(),
        RequirementState::NotReady => "NOT READY".to_owned(),
        RequirementState::NotApplicable { reason } => format!("not applicable: {reason}"),
    }
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

//! How far a requirement is met, where the scheme grades: the grade, the one asked for, and the answers it follows from.

use portreeve_model::readiness::{Readiness, RequirementAnswer};
use portreeve_model::register::assessment::{Assessment, IndicatorAnswer};
use serde::Serialize;

use super::Tag;
use crate::{Subject, words};

/// What one organisation's answers come to.
#[derive(Serialize)]
pub(crate) struct GradeView {
    tag: Tag,
    says: String,
    checked: String,
    answered: String,
    rows: Vec<IndicatorView>,
}

#[derive(Serialize)]
struct IndicatorView {
    id: String,
    column: String,
    text: String,
    tag: Tag,
    comment: String,
}

/// The grade of an answer; nothing where the scheme does not grade or nobody has answered.
pub(crate) fn view(subject: &Subject<'_>, readiness: &Readiness, answer: &RequirementAnswer) -> Option<GradeView> {
    let graded = answer.graded.as_ref()?;
    let held = subject.register.assessments.get(&(readiness.organisation.clone(), answer.id.clone()))?;
    let asked = subject.framework.requirement(&answer.id.number)?;
    let rows: Vec<IndicatorView> = asked
        .indicators
        .iter()
        .map(|indicator| {
            let (tag, comment) = said(held.answers.get(&indicator.id));
            IndicatorView {
                id: indicator.id.to_string(),
                column: words::grade(&indicator.column),
                text: indicator.text.clone(),
                tag,
                comment,
            }
        })
        .collect();
    let (grade, target) = (words::grade(&graded.grade), words::grade(&graded.target).to_lowercase());
    Some(GradeView {
        tag: if graded.met { Tag::good("Met") } else { Tag::bad("Not met") },
        says: format!("{grade}, where {target} is asked for."),
        checked: checked(subject, held),
        answered: words::count(held.answers.len() as u64, "indicator"),
        rows,
    })
}

fn said(answer: Option<&IndicatorAnswer>) -> (Tag, String) {
    match answer {
        None => (Tag::between("No answer"), String::new()),
        Some(IndicatorAnswer::Yes) => (Tag::plain("Yes"), String::new()),
        Some(IndicatorAnswer::No) => (Tag::plain("No"), String::new()),
        Some(IndicatorAnswer::Alternative(comment)) => (Tag::plain("By an alternative"), comment.to_string()),
        Some(IndicatorAnswer::Exempt(comment)) => (Tag::plain("Exempt"), comment.to_string()),
    }
}

/// Who answered, and who has checked it.
fn checked(subject: &Subject<'_>, held: &Assessment) -> String {
    let people: Vec<String> = held.answered_by.iter().map(|by| words::person(by, subject.register)).collect();
    let check = match &held.check {
        None => "not checked yet.".to_owned(),
        Some(check) => {
            let found = if check.accepted { "agreed to" } else { "not agreed to" };
            let note = check.note.as_ref().map_or_else(|| ".".to_owned(), |note| format!(": {note}"));
            format!("{found} by {} on {}{note}", words::person(&check.by.by, subject.register), check.by.on)
        }
    };
    format!("Answered by {}, {check}", words::and(&people))
}

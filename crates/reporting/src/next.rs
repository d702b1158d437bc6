//! The step that frees most, and the two after it.

use portreeve_model::readiness::Readiness;
use serde::Serialize;
use serde_json::Value;

use crate::readiness::json::{self as shapes, Head, StepJson};
use crate::readiness::scope;
use crate::safe::{self, Page};
use crate::why::{effect, frees, top};
use crate::{Layout, Subject, words};

/// What to do next.
pub fn text(subject: &Subject<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    if subject.register.is_demonstration() {
        page.line(scope::DEMONSTRATION);
        page.gap();
    }
    for (at, answer) in subject.answers.iter().enumerate() {
        if at > 0 {
            page.gap();
        }
        organisation(&mut page, subject, answer);
    }
    page.gap();
    page.line(&scope::footer(subject));
    page.finish()
}

fn organisation(page: &mut Page, subject: &Subject<'_>, answer: &Readiness) {
    let name = words::organisation(&answer.organisation, subject.register);
    let [first, after @ ..] = top(answer) else {
        page.line(&format!("{name}: nothing stands in the way of {}.", subject.scheme.title));
        return;
    };
    let advice = words::remedy_for(&first.remedy, &answer.organisation);
    page.line(&format!("{name}: {}.", advice.what));
    page.block(&format!("  {}\n", safe::text(&advice.command)));
    page.put("  ", "  ", &format!("It is {}.", frees(first)));
    if let Some(effect) = effect(subject, answer, std::slice::from_ref(first)) {
        page.put("  ", "  ", &effect);
    }
    for step in after {
        let advice = words::remedy_for(&step.remedy, &answer.organisation);
        page.put("  then: ", "        ", &format!("{} ({})", advice.what, frees(step)));
        page.block(&format!("        {}\n", safe::text(&advice.command)));
    }
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    demonstration: bool,
    #[serde(flatten)]
    head: Head,
    organisations: Vec<Organisation>,
}

#[derive(Serialize)]
struct Organisation {
    organisation: String,
    steps: Vec<StepJson>,
    effect_of_first: Option<String>,
}

/// What to do next, in the frozen format `portreeve.next/1`.
pub fn json(subject: &Subject<'_>) -> Value {
    let organisation = |answer: &Readiness| Organisation {
        organisation: answer.organisation.to_string(),
        steps: top(answer).iter().map(|step| shapes::step(step, answer)).collect(),
        effect_of_first: effect(subject, answer, top(answer).get(..1).unwrap_or(&[])),
    };
    shapes::value(&Document {
        format: "portreeve.next/1",
        demonstration: subject.register.is_demonstration(),
        head: shapes::head(subject),
        organisations: subject.answers.iter().map(organisation).collect(),
    })
}

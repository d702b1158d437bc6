//! Where things stand, in a few lines: what `portreeve` says without a command.

use portreeve_model::readiness::Readiness;
use serde::Serialize;
use serde_json::Value;

use portreeve_model::register::action::{Action, ActionState};

use crate::readiness::json::{self as shapes, Actions, Findings, Head, LateAction, Ready};
use crate::readiness::scope;
use crate::safe::Page;
use crate::{Layout, Subject, words};

/// Late actions shown; the list shows them all.
const LATE_SHOWN: usize = 5;

/// Where things stand.
pub fn text(subject: &Subject<'_>, layout: Layout) -> String {
    let mut page = Page::new(layout);
    if subject.register.is_demonstration() {
        page.line(scope::DEMONSTRATION);
        page.gap();
    }
    for answer in subject.answers {
        page.put("", "  ", &line(subject, answer));
    }
    let late = scope::late(subject);
    if !late.is_empty() {
        page.gap();
    }
    for one in late.iter().take(LATE_SHOWN) {
        let days = words::count(one.days.unsigned_abs(), "day");
        let owner = words::person(&one.action.owner, subject.register);
        page.put("", "    ", &format!("LATE {days}  {}  {}  {owner}  {}", one.id, one.action.title, one.why));
    }
    if late.len() > LATE_SHOWN {
        page.line(&format!("And {} more: portreeve action list --late", late.len() - LATE_SHOWN));
    }
    page.gap();
    page.line(&waiting_line(subject));
    page.line(&scope::footer(subject));
    page.line(&format!("Next: {}", command(subject)));
    page.finish()
}

fn line(subject: &Subject<'_>, answer: &Readiness) -> String {
    let scheme = &subject.scheme.id;
    let target = answer.target.map_or_else(String::new, |day| format!("  wanted by {}", day.short()));
    let ready = answer.verified.percent().map_or_else(
        || "no figure: no requirement applies".to_owned(),
        |percent| format!("{percent}% ready ({} of {})", answer.verified.part, answer.verified.whole),
    );
    format!(
        "{}  {scheme}  {}  {}  {ready}{target}",
        answer.organisation,
        words::verdict(answer.verdict),
        words::gates(&answer.gates)
    )
}

fn waiting(subject: &Subject<'_>) -> usize {
    let whom = scope::whom(subject);
    let held = subject.register.evidence.values();
    held.filter(|held| held.waits() && held.organisations.iter().any(|id| whom.contains(id))).count()
}

/// Actions that are said done and that nobody else has seen done.
fn claims(subject: &Subject<'_>) -> usize {
    let claimed = |action: &Action| matches!(action.state, ActionState::Claimed { .. });
    subject.actions().values().filter(|action| claimed(action)).count()
}

fn waiting_line(subject: &Subject<'_>) -> String {
    let waits = waiting(subject);
    let needed = scope::decisions(subject);
    let verb = if waits == 1 { "waits" } else { "wait" };
    let items = words::count(waits as u64, "item");
    let decisions = crate::readiness::needed_line(subject, &needed);
    let decisions = decisions.map_or_else(|| "No decision is needed.".to_owned(), |line| line + ".");
    let claims = words::count(claims(subject) as u64, "action");
    format!("{items} of evidence {verb} for a check; {claims} said done and not yet verified. {decisions}")
}

fn command(subject: &Subject<'_>) -> &'static str {
    if subject.answers.iter().any(|answer| !answer.steps.is_empty()) { "portreeve why" } else { "portreeve readiness" }
}

#[derive(Serialize)]
struct Document {
    format: &'static str,
    demonstration: bool,
    #[serde(flatten)]
    head: Head,
    organisations: Vec<Organisation>,
    late: Vec<LateAction>,
    evidence_waiting: usize,
    decisions_needed: Vec<String>,
    next: &'static str,
}

#[derive(Serialize)]
struct Organisation {
    organisation: String,
    name: String,
    verdict: &'static str,
    target: Option<String>,
    gates_failing: usize,
    gates: usize,
    requirements_verified: Ready,
    requirements_claimed: Ready,
    actions: Actions,
    findings: Findings,
}

/// Where things stand, in the frozen format `portreeve.status/1`.
pub fn json(subject: &Subject<'_>) -> Value {
    let organisation = |answer: &Readiness| Organisation {
        organisation: answer.organisation.to_string(),
        name: words::organisation(&answer.organisation, subject.register),
        verdict: shapes::verdict(answer.verdict),
        target: answer.target.map(portreeve_model::Day::iso),
        gates_failing: answer.gates.iter().filter(|gate| !gate.passes()).count(),
        gates: answer.gates.len(),
        requirements_verified: shapes::ready(answer.verified),
        requirements_claimed: shapes::ready(answer.claimed),
        actions: shapes::actions(&answer.actions),
        findings: shapes::findings(&answer.findings),
    };
    shapes::value(&Document {
        format: "portreeve.status/1",
        demonstration: subject.register.is_demonstration(),
        head: shapes::head(subject),
        organisations: subject.answers.iter().map(organisation).collect(),
        late: scope::late(subject).iter().map(shapes::late_json).collect(),
        evidence_waiting: waiting(subject),
        decisions_needed: scope::decisions(subject).iter().map(|one| one.id.to_string()).collect(),
        next: command(subject),
    })
}
